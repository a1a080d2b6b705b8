TITLE Pulses of transmitter: events that the synapse sends to itself, and one that it waits for

NEURON {
    POINT_PROCESS pulses
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    NONSPECIFIC_CURRENT i
    RANGE e, alpha, beta, duration, start, boost, kick, i
}

PARAMETER {
    e = 0 (mV)
    alpha = 1.1 (/ms)
    beta = 0.4 (/ms)
    duration = 1.3 (ms)
    start = 0.002 (uS)
    boost = 0.0007 (uS)
    kick = 0.3 (nA)
}

ASSIGNED {
    v (mV)
    i (nA)
    level
    rising (uS)
}

STATE {
    on (uS)
    off (uS)
}

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    on = 0
    off = start
    rising = 0
    level = 1
    net_send(3, 4)
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE release METHOD cnexp
    i = (on + off)*(v - e)*level
    if (at_time(7)) {
        i = i - kick
    }
}

DERIVATIVE release {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    on' = alpha*(rising - on)
    off' = -beta*off
}

NET_RECEIVE(weight (uS), fraction, open) {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        ng_receive(_threadargscomma_ _lflag, _args ? _args[0] : 0., _args ? _args[1] : 0., _args ? _args[2] : 0., (double) (size_t) _args);
ENDVERBATIM
    }
    INITIAL {
        if (ng_link != 0) {  : nmodlgrad
VERBATIM
            ng_connect(_threadargscomma_ _lflag, _args ? _args[0] : 0., _args ? _args[1] : 0., _args ? _args[2] : 0., (double) (size_t) _args);
ENDVERBATIM
        }
        fraction = 1
        open = 0
        if (weight > 0.005) {
            fraction = 1 - 2*beta*beta
        }
    }
    if (flag == 0) {
        if (open == 0) {
            rising = rising + weight*fraction
            fraction = fraction*(1 - 0.1*alpha)
            open = 1
            net_send(duration, 1)
        } else {
            net_move(t + duration)
        }
        net_event(t)
    } else if (flag == 1) {
        rising = rising - weight*fraction/(1 - 0.1*alpha)
        off = off + 0.3*on
        on = 0.7*on
        open = 0
    } else if (flag == 4) {
        level = level + boost*300
        WATCH (v > 0) 2
    } else {
        off = off + boost*(1 + v/100)
    }
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: on, off, level, rising.
: Carried for each connection: fraction.
: Seedable: e, kick, alpha, beta, start, boost.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    dt (ms)
    ng_link
    ng_latest_v
}

UNITSOFF

VERBATIM
/* What an instance knows of the gradient: laid out by nmodlgrad/runtime/layout.py, the same in every mechanism. */
typedef struct {            /* a reversal potential that follows the concentrations of its ion */
  double *ng_row;
  const double *ng_inside, *ng_outside; /* rows of the concentrations, 0 for one that stays */
  const double *ng_inside_value, *ng_outside_value; /* where NEURON has them; found when it initialises the cable */
  double ng_per_kelvin;     /* mV/K: R/zF */
  const double *ng_celsius; /* NEURON's, which may change at any time */
  const double *ng_warmth;  /* its row, or 0 */
} ng_Nernst;
typedef struct {            /* seeds of directions that follow each other: the numbers come right behind, then the next band */
  int ng_first, ng_count;
} ng_Band;
#define NG_NUMBERS(ng_band) ((const double *) ((ng_band) + 1))
#define NG_NEXT(ng_band) ((const ng_Band *) (NG_NUMBERS(ng_band) + (ng_band)->ng_count))
typedef struct {            /* a seed row */
  const ng_Band *ng_bands;  /* where it is not zero; the last one is empty */
  const double *ng_row;     /* a dense row beside: of what others compute and this mechanism reads, or 0 */
  const double *ng_latched; /* the same row, as the current phase saw it */
  const ng_Nernst *ng_nernst; /* renews that row in INITIAL, or 0 */
} ng_Seed;
typedef struct {            /* spikes of a source, the derivatives of their times, and how far times may be off */
  const double *ng_times;   /* ms: when NEURON has sent them */
  const double *ng_rows;
  long ng_first, ng_end;    /* numbers of those that are kept: the first, and one past the last */
  double ng_tolerance;
  long ng_elsewhere;        /* whether they are those of another process, whose derivatives have to be brought here */
  const double *ng_leak;    /* /ms, by which the rows shrink on their way, of each direction; 0 where none does */
} ng_Train;
typedef struct {            /* a NetCon, found by the address of its weights */
  const double *ng_address;
  const ng_Seed *ng_seeds;  /* of those of its weights that can be parameters */
  double *ng_rows;          /* the tangents of those arguments of NET_RECEIVE that carry one */
  double *ng_moments;       /* those of arguments that keep times of events, where these depend on theta; else 0 */
  const ng_Train *ng_train; /* whose spikes it brings, if their times depend on theta */
  long ng_next;             /* number of the next one to arrive */
  const double *ng_delay;   /* ms */
  double ng_delay_then;     /* what it was when the run began */
  const ng_Band *ng_delays; /* seeds of the delay */
  double *ng_late;          /* room for the row of the time of arrival, 0 if that depends on nothing */
} ng_Connection;
typedef struct {            /* one cell */
  double ng_time;           /* when the cable was eliminated last */
  long ng_width;            /* directions; many are rounded up to whole vectors */
  const char *ng_fault;     /* why the rows mean nothing any more, or 0 */
} ng_Cell;
#define NG_PAST 4           /* voltages that tell how a node goes through a step */
typedef struct {            /* a voltage that is waited for, as it is now and was at the ends of the steps before */
  long ng_node;
  double ng_volts[NG_PAST]; /* mV, the latest first, and their rows */
  double *ng_rows;
} ng_Past;
typedef struct {            /* what the voltage of a node gets when the step is done, by events that have come before it */
  long ng_node;
  long ng_waits;            /* whether it is not 0 */
  double *ng_row;
} ng_Later;
typedef struct {            /* an instance where times of events depend on theta */
  double *ng_flow;          /* room for the slopes of its states, and its current */
  const double *ng_cm;      /* uF/cm2 of its node */
  double *ng_rise;          /* mV/ms of its node */
  ng_Later *ng_later;       /* that of its node */
  double ng_before;         /* mV/ms that it added before the jump of the event that is being received */
  double ng_yield;          /* which part of a change of the voltage its current takes back in a step; 0 if none waits */
  const double *ng_late;    /* the row of the time of the event that is being received, or 0 */
  double *ng_moments;       /* rows of variables that keep times of events */
  const ng_Past *ng_past;   /* that of its node, where it waits for the voltage; else 0 */
  double *ng_row;           /* room for the row of the time of an event that no NetCon brings */
  double ng_passed;         /* ms: where it has looked for times of at_time */
  double *ng_dues, *ng_rows; /* events under way that it sends itself: when they come, their flags, and the rows of the times */
  long ng_underway, ng_room; /* how many there are, and could be */
  double ng_tolerance;      /* ms by which they come earlier or later */
} ng_Timing;
typedef struct {            /* one instance of an augmented mechanism */
  ng_Cell *ng_cell;
  const double *ng_voltage; /* dV/dtheta of its node */
  double *ng_v;             /* mV of its node at the end of the latest step, as the cable knows it */
  double *ng_carried;       /* rows: the tangents of its carried variables */
  double *ng_record;        /* pairs: partial derivatives of its current, and of its conductance */
  double *ng_ion_record;    /* partial derivatives of the currents of its ions, at v; 0 when nobody reads these */
  double *ng_total;         /* its current and conductance at v, where the cable asks for them; else 0 */
  ng_Timing *ng_timing;     /* where times of events depend on theta; else 0 */
  double *ng_observed_record; /* the same of other variables that BREAKPOINT computes; 0 when none of them is recorded */
  const ng_Seed *ng_seeds;  /* one per seedable parameter */
  ng_Connection *ng_connections;
  long ng_connection_count;
  long ng_current_carried, ng_current_parameters;
  long ng_sown;             /* whether one of those parameters is seeded */
} ng_Instance;

#ifndef __cplusplus
extern void hoc_execerror(const char *, const char *);
#endif
#define NG_SELF ((ng_Instance *) (size_t) ng_link)
#define NG_RESTRICT __restrict
#define NG_RARELY(ng_condition) __builtin_expect((ng_condition) != 0, 0) /* what follows is kept out of the way */

static void ng_sow(const ng_Seed *ng_seed, double ng_coefficient, double *NG_RESTRICT ng_row, long ng_width) {
  const double *NG_RESTRICT ng_dense = ng_seed->ng_row;
  const ng_Band *ng_band;
  long ng_k;
  if (ng_dense)
    for (ng_k = 0; ng_k < ng_width; ng_k++) ng_row[ng_k] += ng_coefficient*ng_dense[ng_k];
  for (ng_band = ng_seed->ng_bands; ng_band->ng_count; ng_band = NG_NEXT(ng_band)) {
    const double *NG_RESTRICT ng_numbers = NG_NUMBERS(ng_band);
    double *NG_RESTRICT ng_to = ng_row + ng_band->ng_first;
    for (ng_k = 0; ng_k < ng_band->ng_count; ng_k++) ng_to[ng_k] += ng_coefficient*ng_numbers[ng_k];
  }
}

static ng_Connection *ng_find(const ng_Instance *ng_self, double ng_sender) {
  static const ng_Band ng_last = {0, 0};
  static const ng_Seed ng_unmoved[] = {{&ng_last, 0, 0, 0}};
  static ng_Connection ng_none = {0, ng_unmoved, 0, 0, 0, 0, 0, 0., &ng_last, 0};
  const double *ng_address = (const double *) (size_t) ng_sender;
  long ng_low = 0, ng_high = ng_self->ng_connection_count;
  while (ng_low < ng_high) {
    const long ng_middle = (ng_low + ng_high)/2;
    ng_Connection *ng_connection = ng_self->ng_connections + ng_middle;
    if (ng_connection->ng_address == ng_address) return ng_connection;
    if (ng_connection->ng_address < ng_address) ng_low = ng_middle + 1;
    else ng_high = ng_middle;
  }
  return &ng_none;
}
ENDVERBATIM

: Partial derivatives of other variables that BREAKPOINT computes, each by itself, for who reads them.
PROCEDURE ng_observables() {
    LOCAL di_de, di_dlevel, di_doff, di_don, di_dv, di_dkick
    di_de = -level*(off + on)
    di_dlevel = (v - e)*(off + on)
    di_doff = level*(v - e)
    di_don = level*(v - e)
    di_dv = level*(off + on)
    if (at_time(7)) {
        di_dkick = -1
    } else {
        di_dkick = 0
    }
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_don; /* di/don */
    ng_record[1] = _ldi_doff; /* di/doff */
    ng_record[2] = _ldi_dlevel; /* di/dlevel */
    ng_record[3] = _ldi_de; /* di/de */
    ng_record[4] = _ldi_dkick; /* di/dkick */
    ng_record[5] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: The current itself and its conductance, which the cable asks for where the area of the node moves.
PROCEDURE ng_whole() {
    LOCAL di_dv, i, total_current
    di_dv = level*(off + on)
    i = (on + off)*(v - e)*level
    if (at_time(7)) {
        i = i - kick
    }
    total_current = i
VERBATIM
    const double ng_density = 100./(_nd_area);
    NG_SELF->ng_total[0] = ng_density*_ltotal_current;
    NG_SELF->ng_total[1] = ng_density*_ldi_dv;
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL di_de, ddi_dlevel_dv, di_dlevel, di_doff, di_don, di_dkick, ddi_doff_dv, ddi_don_dv
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    di_de = -level*(off + on)
    ddi_dlevel_dv = off + on
    di_dlevel = (v - e)*(off + on)
    di_doff = level*(v - e)
    di_don = level*(v - e)
    if (at_time(7)) {
        di_dkick = -1
    } else {
        di_dkick = 0
    }
    ddi_doff_dv = level
    ddi_don_dv = level
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    const double ng_density = 100./(_nd_area);
    ng_record[0] = ng_density*_ldi_don; /* d/don */
    ng_record[1] = ng_density*_lddi_don_dv;
    ng_record[2] = ng_density*_ldi_doff; /* d/doff */
    ng_record[3] = ng_density*_lddi_doff_dv;
    ng_record[4] = ng_density*_ldi_dlevel; /* d/dlevel */
    ng_record[5] = ng_density*_lddi_dlevel_dv;
    if (ng_self->ng_sown) {
      ng_record[6] = ng_density*_ldi_de; /* d/de */
      ng_record[7] = ng_density*0.0;
      ng_record[8] = ng_density*_ldi_dkick; /* d/dkick */
      ng_record[9] = ng_density*0.0;
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
    if (NG_RARELY(ng_self->ng_total)) ng_whole(_threadargs_);
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL on_rate, exp_1, dexp_1_dalpha, on_decay, on_limit, don_dalpha, don_don, don_drising, off_rate,
          exp_2, dexp_2_dbeta, off_decay, off_limit, doff_dbeta, doff_doff
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("pulses advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    on_rate = -alpha
    exp_1 = exp(dt*on_rate)
    dexp_1_dalpha = -dt*ng_finite(exp_1)
    on_decay = exp_1
    on_limit = -(alpha*rising)/-alpha
    don_dalpha = dexp_1_dalpha*(on - on_limit)
    don_don = on_decay
    don_drising = 1 - on_decay
    on = on + (1 - on_decay)*(on_limit - on)
    off_rate = -beta
    exp_2 = exp(dt*off_rate)
    dexp_2_dbeta = -dt*ng_finite(exp_2)
    off_decay = exp_2
    off_limit = -0/-beta
    doff_dbeta = dexp_2_dbeta*(off - off_limit)
    doff_doff = off_decay
    off = off + (1 - off_decay)*(off_limit - off)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_on = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_off = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_rising = ng_self->ng_carried + 3*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_on = ng_row_on[ng_k];
      const double ng_old_off = ng_row_off[ng_k];
      const double ng_old_rising = ng_row_rising[ng_k];
      ng_row_on[ng_k] = _ldon_don*ng_old_on + _ldon_drising*ng_old_rising;
      ng_row_off[ng_k] = _ldoff_doff*ng_old_off;
    }
    ng_sow(ng_self->ng_seeds + 2, _ldon_dalpha, ng_row_on, ng_width); /* alpha */
    ng_sow(ng_self->ng_seeds + 3, _ldoff_dbeta, ng_row_off, ng_width); /* beta */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_on = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_off = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_level = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_rising = ng_self->ng_carried + 3*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_on[ng_k] = 0.;
      ng_row_off[ng_k] = 0.;
      ng_row_level[ng_k] = 0.;
      ng_row_rising[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 4, 1.0, ng_row_off, ng_width); /* start */
ENDVERBATIM
}

: Derivatives of what finitialize does for a connection; ng_sender is the address of the NetCon's weight.
PROCEDURE ng_connect(flag, weight, fraction, open, ng_sender) {
    LOCAL dfraction_dbeta, dfraction_dbeta_2
    if (weight > 0.005) {
        dfraction_dbeta = -4*beta
        dfraction_dbeta_2 = dfraction_dbeta
    } else {
        dfraction_dbeta_2 = 0
    }
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    ng_Connection *ng_connection = ng_find(ng_self, _lng_sender);
    double *NG_RESTRICT ng_row_fraction = ng_connection->ng_rows + 0*ng_width;
    if (!ng_connection->ng_rows) {
      ng_self->ng_cell->ng_fault = "a NetCon was made during the run: finitialize first";
      return 0;
    }
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_fraction[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 3, _ldfraction_dbeta_2, ng_row_fraction, ng_width); /* beta */
ENDVERBATIM
}

: Derivatives of the jump at an event; ng_sender is the address of the NetCon's weight.
PROCEDURE ng_receive(flag, weight, fraction, open, ng_sender) {
    LOCAL fraction_next, open_next, drising_dweight, dfraction_dalpha, dfraction_dfraction,
          dfraction_dalpha_2, dfraction_dfraction_2, drising_dfraction, drising_dweight_2, dfraction_dalpha_3,
          dfraction_dfraction_3, dlevel_dboost_3, doff_dboost_4, doff_don_2, doff_dv_4, don_don_2,
          drising_dalpha_3, drising_dfraction_4, drising_dweight_5, drising_dalpha, drising_dfraction_2,
          drising_dweight_3, dlevel_dboost_2, doff_dboost_3, doff_don, doff_dv_3, don_don, drising_dalpha_2,
          drising_dfraction_3, drising_dweight_4, dlevel_dboost, doff_dboost_2, doff_dv_2, doff_dboost,
          doff_dv
    fraction_next = fraction
    open_next = open
    if (flag == 0) {
        if (open_next == 0) {
            drising_dweight = fraction_next
            dfraction_dalpha = -0.1*fraction_next
            dfraction_dfraction = 1 - 0.1*alpha
            dfraction_dalpha_2 = dfraction_dalpha
            dfraction_dfraction_2 = dfraction_dfraction
            drising_dfraction = weight
            drising_dweight_2 = drising_dweight
        } else {
            dfraction_dalpha_2 = 0
            dfraction_dfraction_2 = 1
            drising_dfraction = 0
            drising_dweight_2 = 0
        }
        dfraction_dalpha_3 = dfraction_dalpha_2
        dfraction_dfraction_3 = dfraction_dfraction_2
        dlevel_dboost_3 = 0
        doff_dboost_4 = 0
        doff_don_2 = 0
        doff_dv_4 = 0
        don_don_2 = 1
        drising_dalpha_3 = 0
        drising_dfraction_4 = drising_dfraction
        drising_dweight_5 = drising_dweight_2
    } else {
        if (flag == 1) {
            drising_dalpha = -0.1*fraction_next*weight/((1 - 0.1*alpha)*(1 - 0.1*alpha))
            drising_dfraction_2 = -weight/(1 - 0.1*alpha)
            drising_dweight_3 = -fraction_next/(1 - 0.1*alpha)
            dlevel_dboost_2 = 0
            doff_dboost_3 = 0
            doff_don = 0.3
            doff_dv_3 = 0
            don_don = 0.7
            drising_dalpha_2 = drising_dalpha
            drising_dfraction_3 = drising_dfraction_2
            drising_dweight_4 = drising_dweight_3
        } else {
            if (flag == 4) {
                dlevel_dboost = 300
                doff_dboost_2 = 0
                doff_dv_2 = 0
            } else {
                doff_dboost = 0.01*v + 1
                doff_dv = 0.01*boost
                dlevel_dboost = 0
                doff_dboost_2 = doff_dboost
                doff_dv_2 = doff_dv
            }
            dlevel_dboost_2 = dlevel_dboost
            doff_dboost_3 = doff_dboost_2
            doff_don = 0
            doff_dv_3 = doff_dv_2
            don_don = 1
            drising_dalpha_2 = 0
            drising_dfraction_3 = 0
            drising_dweight_4 = 0
        }
        dfraction_dalpha_3 = 0
        dfraction_dfraction_3 = 1
        dlevel_dboost_3 = dlevel_dboost_2
        doff_dboost_4 = doff_dboost_3
        doff_don_2 = doff_don
        doff_dv_4 = doff_dv_3
        don_don_2 = don_don
        drising_dalpha_3 = drising_dalpha_2
        drising_dfraction_4 = drising_dfraction_3
        drising_dweight_5 = drising_dweight_4
    }
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    ng_Connection *ng_connection = ng_find(ng_self, _lng_sender);
    double *NG_RESTRICT ng_row_on = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_off = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_level = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_rising = ng_self->ng_carried + 3*ng_width;
    double *NG_RESTRICT ng_row_fraction = ng_connection->ng_rows + 0*ng_width;
    if (!ng_connection->ng_rows) {
      ng_self->ng_cell->ng_fault = "a NetCon was made during the run: finitialize first";
      return 0;
    }
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_on = ng_row_on[ng_k];
      const double ng_old_off = ng_row_off[ng_k];
      const double ng_old_rising = ng_row_rising[ng_k];
      const double ng_old_fraction = ng_row_fraction[ng_k];
      ng_row_on[ng_k] = _ldon_don_2*ng_old_on;
      ng_row_off[ng_k] = ng_old_off + _ldoff_don_2*ng_old_on + _ldoff_dv_4*ng_voltage[ng_k];
      ng_row_rising[ng_k] = _ldrising_dfraction_4*ng_old_fraction + ng_old_rising;
      ng_row_fraction[ng_k] = _ldfraction_dfraction_3*ng_old_fraction;
    }
    ng_sow(ng_self->ng_seeds + 5, _ldoff_dboost_4, ng_row_off, ng_width); /* boost */
    ng_sow(ng_self->ng_seeds + 5, _ldlevel_dboost_3, ng_row_level, ng_width); /* boost */
    ng_sow(ng_self->ng_seeds + 2, _ldrising_dalpha_3, ng_row_rising, ng_width); /* alpha */
    ng_sow(ng_connection->ng_seeds + 0, _ldrising_dweight_5, ng_row_rising, ng_width); /* weight */
    ng_sow(ng_self->ng_seeds + 2, _ldfraction_dalpha_3, ng_row_fraction, ng_width); /* alpha */
ENDVERBATIM
}

: x, but no infinity: where exp(x) is infinite, 1/(1 + exp(x)) has a derivative, and it is no 0*inf.
FUNCTION ng_finite(ng_x) {
    if (ng_x > 1e300) {
        ng_finite = 1e300
    } else {
        ng_finite = ng_x
    }
}

UNITSON
