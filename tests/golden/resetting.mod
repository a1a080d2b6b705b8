TITLE Resets the voltage at events, and holds it for a while

NEURON {
    POINT_PROCESS resetting
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    RANGE share, target, strength, hold, held
    NONSPECIFIC_CURRENT i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    share = 0.3
    target = -58 (mV)
    strength = 0.05 (uS)
    hold = 0.6 (ms)
}

ASSIGNED {
    v (mV)
    i (nA)
    g (uS)
    held (mV)
}

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    g = 0
    held = target
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    i = g*(v - held)
}

NET_RECEIVE(weight, count) {
    LOCAL before
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        ng_receive(_threadargscomma_ _lflag, _args ? _args[0] : 0., _args ? _args[1] : 0., (double) (size_t) _args);
ENDVERBATIM
    }
    if (flag == 0) {
        INITIAL {
            if (ng_link != 0) {  : nmodlgrad
VERBATIM
                ng_connect(_threadargscomma_ _lflag, _args ? _args[0] : 0., _args ? _args[1] : 0., (double) (size_t) _args);
ENDVERBATIM
            }
            count = 0.1*share
        }
        before = v
        state_discontinuity(count, count + weight*(v + 70))
        v = v + share*(target - v) + 0.01*count
        state_discontinuity(held, 0.5*(v + before))
        state_discontinuity(g, strength)
        net_send(hold, 1)
    } else {
        g = 0
        state_discontinuity(v, 0.9*v + 0.1*held)
    }
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: held, g.
: Carried for each connection: count.
: Seedable: share, target, strength.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
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
    LOCAL di_dg, di_dheld, di_dv
    di_dg = v - held
    di_dheld = -g
    di_dv = g
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dheld; /* di/dheld */
    ng_record[1] = _ldi_dg; /* di/dg */
    ng_record[2] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: The current itself and its conductance, which the cable asks for where the area of the node moves.
PROCEDURE ng_whole() {
    LOCAL i, total_current, dtotal_current_dv
    i = g*(v - held)
    total_current = i
    dtotal_current_dv = g
VERBATIM
    const double ng_density = 100./(_nd_area);
    NG_SELF->ng_total[0] = ng_density*_ltotal_current;
    NG_SELF->ng_total[1] = ng_density*_ldtotal_current_dv;
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL di_dg, di_dheld
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    di_dg = v - held
    di_dheld = -g
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    const double ng_density = 100./(_nd_area);
    ng_record[0] = ng_density*_ldi_dheld; /* d/dheld */
    ng_record[1] = ng_density*0.0;
    ng_record[2] = ng_density*_ldi_dg; /* d/dg */
    ng_record[3] = ng_density*1.0;
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
    if (NG_RARELY(ng_self->ng_total)) ng_whole(_threadargs_);
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_held = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_g = ng_self->ng_carried + 1*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_held[ng_k] = 0.;
      ng_row_g[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 1, 1.0, ng_row_held, ng_width); /* target */
ENDVERBATIM
}

: Derivatives of what finitialize does for a connection; ng_sender is the address of the NetCon's weight.
PROCEDURE ng_connect(flag, weight, count, ng_sender) {
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    ng_Connection *ng_connection = ng_find(ng_self, _lng_sender);
    double *NG_RESTRICT ng_row_count = ng_connection->ng_rows + 0*ng_width;
    if (!ng_connection->ng_rows) {
      ng_self->ng_cell->ng_fault = "a NetCon was made during the run: finitialize first";
      return 0;
    }
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_count[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 0, 0.1, ng_row_count, ng_width); /* share */
ENDVERBATIM
}

: Derivatives of the jump at an event; ng_sender is the address of the NetCon's weight.
PROCEDURE ng_receive(flag, weight, count, ng_sender) {
    LOCAL v_next, dcount_dweight, dv_dshare, dv_dv, dv_dweight, dheld_dshare, dheld_dtarget, dheld_dv,
          dheld_dweight, dcount_dv, dcount_dweight_2, dg_dstrength, dheld_dcount, dheld_dheld, dheld_dshare_2,
          dheld_dtarget_2, dheld_dv_2, dheld_dweight_2, dv_dcount, dv_dheld, dv_dshare_2, dv_dtarget, dv_dv_2,
          dv_dweight_2
    v_next = v
    if (flag == 0) {
        dcount_dweight = v_next + 70
        dv_dshare = target - v_next
        dv_dv = 0.01*weight + 1 - share
        dv_dweight = 0.01*dcount_dweight
        dheld_dshare = 0.5*dv_dshare
        dheld_dtarget = 0.5*share
        dheld_dv = 0.5*dv_dv + 0.5
        dheld_dweight = 0.5*dv_dweight
        dcount_dv = weight
        dcount_dweight_2 = dcount_dweight
        dg_dstrength = 1
        dheld_dcount = 0.005
        dheld_dheld = 0
        dheld_dshare_2 = dheld_dshare
        dheld_dtarget_2 = dheld_dtarget
        dheld_dv_2 = dheld_dv
        dheld_dweight_2 = dheld_dweight
        dv_dcount = 0.01
        dv_dheld = 0
        dv_dshare_2 = dv_dshare
        dv_dtarget = share
        dv_dv_2 = dv_dv
        dv_dweight_2 = dv_dweight
    } else {
        dcount_dv = 0
        dcount_dweight_2 = 0
        dg_dstrength = 0
        dheld_dcount = 0
        dheld_dheld = 1
        dheld_dshare_2 = 0
        dheld_dtarget_2 = 0
        dheld_dv_2 = 0
        dheld_dweight_2 = 0
        dv_dcount = 0
        dv_dheld = 0.1
        dv_dshare_2 = 0
        dv_dtarget = 0
        dv_dv_2 = 0.9
        dv_dweight_2 = 0
    }
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *ng_row_v = (double *) ng_self->ng_voltage;
    const double *ng_voltage = ng_row_v;
    ng_Connection *ng_connection = ng_find(ng_self, _lng_sender);
    double *NG_RESTRICT ng_row_held = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_g = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_count = ng_connection->ng_rows + 0*ng_width;
    if (!ng_connection->ng_rows) {
      ng_self->ng_cell->ng_fault = "a NetCon was made during the run: finitialize first";
      return 0;
    }
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_held = ng_row_held[ng_k];
      const double ng_old_count = ng_row_count[ng_k];
      ng_row_held[ng_k] = _ldheld_dcount*ng_old_count + _ldheld_dheld*ng_old_held + _ldheld_dv_2*ng_voltage[ng_k];
      ng_row_g[ng_k] = 0.;
      ng_row_count[ng_k] = ng_old_count + _ldcount_dv*ng_voltage[ng_k];
      ng_row_v[ng_k] = _ldv_dcount*ng_old_count + _ldv_dheld*ng_old_held + _ldv_dv_2*ng_voltage[ng_k];
    }
    *ng_self->ng_v = NAN; /* the cable does not know it: what it depends on is in its row */
    ng_sow(ng_self->ng_seeds + 0, _ldheld_dshare_2, ng_row_held, ng_width); /* share */
    ng_sow(ng_self->ng_seeds + 1, _ldheld_dtarget_2, ng_row_held, ng_width); /* target */
    ng_sow(ng_connection->ng_seeds + 0, _ldheld_dweight_2, ng_row_held, ng_width); /* weight */
    ng_sow(ng_self->ng_seeds + 2, _ldg_dstrength, ng_row_g, ng_width); /* strength */
    ng_sow(ng_connection->ng_seeds + 0, _ldcount_dweight_2, ng_row_count, ng_width); /* weight */
    ng_sow(ng_self->ng_seeds + 0, _ldv_dshare_2, ng_row_v, ng_width); /* share */
    ng_sow(ng_self->ng_seeds + 1, _ldv_dtarget, ng_row_v, ng_width); /* target */
    ng_sow(ng_connection->ng_seeds + 0, _ldv_dweight_2, ng_row_v, ng_width); /* weight */
ENDVERBATIM
}

UNITSON
