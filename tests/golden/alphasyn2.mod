TITLE Synapse of two exponentials: INITIAL computes a factor from parameters, NET_RECEIVE uses it

NEURON {
    POINT_PROCESS alphasyn2
    RANGE ng_link  : nmodlgrad
    NONSPECIFIC_CURRENT i
    RANGE rise, fall, e, i
    THREADSAFE
}

UNITS {
    (mV) = (millivolt)
    (nA) = (nanoamp)
    (uS) = (microsiemens)
}

PARAMETER {
    rise = 0.6 (ms)
    fall = 3.5 (ms)
    e = 0 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
    unit
}

STATE {
    up (uS)
    down (uS)
}

INITIAL {
    LOCAL peak
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    up = 0
    down = 0
    peak = log(fall/rise)/(1/rise - 1/fall)
    unit = 1/(exp(-peak/fall) - exp(-peak/rise))
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE states METHOD cnexp
    i = (down - up)*(v - e)
}

DERIVATIVE states {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    up' = -up/rise
    down' = -down/fall
}

NET_RECEIVE(weight (uS)) {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        ng_receive(_threadargscomma_ _lflag, _args ? _args[0] : 0., (double) (size_t) _args);
ENDVERBATIM
    }
    up = up + unit*weight
    down = down + unit*weight
    if (ng_link != 0) { ng_received() }  : nmodlgrad
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: up, down, unit.
: Seedable: e, rise, fall.
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

/* The rows that move on while an event is late. */
static const long ng_moving[] = {0, 1, -1};

/* The derivative of the time at which an event has come: ng_late is its row, or 0 where it depends on nothing. */
static void ng_arrives(ng_Instance *ng_self, double ng_sender, double ng_t) {
  ng_Timing *ng_timing = ng_self->ng_timing;
  ng_Connection *ng_one;
  const ng_Band *ng_band;
  const double *ng_row = 0;
  const long ng_width = ng_self->ng_cell->ng_width;
  double ng_age = 0.; /* ms */
  long ng_k;
  ng_timing->ng_late = 0;
  ng_one = ng_find(ng_self, ng_sender);
  if (!ng_one->ng_late) return;
  if (ng_one->ng_train) { /* its next spike, unless that is still on its way: then nobody but a script has sent this */
    const ng_Train *ng_train = ng_one->ng_train;
    if (ng_one->ng_next < ng_train->ng_first) ng_one->ng_next = ng_train->ng_first;
    for (; ng_one->ng_next < ng_train->ng_end && !ng_row; ng_one->ng_next++) {
      const double ng_sent = ng_train->ng_times[ng_one->ng_next - ng_train->ng_first], ng_due = ng_sent + *ng_one->ng_delay;
      if (ng_due > ng_t + ng_train->ng_tolerance) break;
      if (ng_due < ng_t - ng_train->ng_tolerance) continue;
      ng_row = ng_train->ng_rows + (ng_one->ng_next - ng_train->ng_first)*ng_width;
      ng_age = ng_self->ng_cell->ng_time - ng_sent;
    }
    if (!ng_row && ng_train->ng_elsewhere)
      ng_self->ng_cell->ng_fault = "a spike of another process came without its derivative: let Sensitivity.psolve() run it";
    if (!ng_row && *ng_one->ng_delay != ng_one->ng_delay_then)
      ng_self->ng_cell->ng_fault = "the delay of a NetCon was changed while spikes were under way: finitialize first";
    if (!ng_row) return;
    memcpy(ng_one->ng_late, ng_row, ng_width*sizeof(double));
    if (ng_train->ng_leak)
      for (ng_k = 0; ng_k < ng_width; ng_k++) ng_one->ng_late[ng_k] *= exp(-ng_train->ng_leak[ng_k]*ng_age);
  } else
    memset(ng_one->ng_late, 0, ng_width*sizeof(double));
  for (ng_band = ng_one->ng_delays; ng_band->ng_count; ng_band = NG_NEXT(ng_band))
    for (ng_k = 0; ng_k < ng_band->ng_count; ng_k++) ng_one->ng_late[ng_band->ng_first + ng_k] += NG_NUMBERS(ng_band)[ng_k];
  ng_timing->ng_late = ng_one->ng_late;
}

/* rows += sign*(what ng_flow has found)*(the row of the time), in every state and in the voltage of the node: what an event
   that came later would have found, and then, with the other sign, what it would have missed. In the voltage that is a charge,
   which moves on by a step and a half until the step is done: one and a half times it before, less a half behind. By how fast
   the voltage rises, both of ng_flow go by what it does before the jump: the charge has gone that half step by itself. That of
   an event just before in the same step has gone it without the current of this one, which is taken from it here. What else
   makes the voltage rise stays as it is in an event, and matters to one that reads v. */
static void ng_shift(ng_Instance *ng_self, double ng_sign) {
  ng_Timing *ng_timing = ng_self->ng_timing;
  const double *ng_late = ng_timing->ng_late;
  const long ng_width = ng_self->ng_cell->ng_width;
  const double ng_own = -ng_timing->ng_flow[2]/(.001**ng_timing->ng_cm);
  double *ng_voltage = (double *) ng_self->ng_voltage, *ng_rest = ng_timing->ng_later->ng_row;
  const double ng_rate = ng_own;
  long ng_x, ng_k;
  for (ng_x = 0; ng_moving[ng_x] >= 0; ng_x++) {
    const double ng_slope = ng_sign*ng_timing->ng_flow[ng_x];
    double *ng_row = ng_self->ng_carried + ng_moving[ng_x]*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) ng_row[ng_k] += ng_slope*ng_late[ng_k];
  }
  for (ng_k = 0; ng_k < ng_width; ng_k++) ng_voltage[ng_k] += ng_sign*(ng_rate*ng_late[ng_k] + ng_timing->ng_yield*ng_rest[ng_k]);
  if (ng_sign > 0.) ng_timing->ng_before = ng_own;
  else {
    const double ng_half = .5*(ng_timing->ng_before - ng_own);
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_voltage[ng_k] += ng_half*ng_late[ng_k];
      ng_rest[ng_k] -= ng_half*ng_late[ng_k];
    }
    ng_timing->ng_later->ng_waits = 1;
    *ng_timing->ng_rise += ng_own - ng_timing->ng_before; /* the jump is done */
  }
}

ENDVERBATIM

: Partial derivatives of other variables that BREAKPOINT computes, each by itself, for who reads them.
PROCEDURE ng_observables() {
    LOCAL di_ddown, di_de, di_dup, di_dv
    di_ddown = v - e
    di_de = up - down
    di_dup = e - v
    di_dv = down - up
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dup; /* di/dup */
    ng_record[1] = _ldi_ddown; /* di/ddown */
    ng_record[2] = _ldi_de; /* di/de */
    ng_record[3] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: The current itself and its conductance, which the cable asks for where the area of the node moves.
PROCEDURE ng_whole() {
    LOCAL di_dv, i, total_current
    di_dv = down - up
    i = (down - up)*(v - e)
    total_current = i
VERBATIM
    const double ng_density = 100./(_nd_area);
    NG_SELF->ng_total[0] = ng_density*_ltotal_current;
    NG_SELF->ng_total[1] = ng_density*_ldi_dv;
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL di_ddown, di_de, di_dup
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    di_ddown = v - e
    di_de = up - down
    di_dup = e - v
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    const double ng_density = 100./(_nd_area);
    ng_record[0] = ng_density*_ldi_dup; /* d/dup */
    ng_record[1] = ng_density*-1.0;
    ng_record[2] = ng_density*_ldi_ddown; /* d/ddown */
    ng_record[3] = ng_density*1.0;
    if (ng_self->ng_sown) {
      ng_record[4] = ng_density*_ldi_de; /* d/de */
      ng_record[5] = ng_density*0.0;
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
    if (NG_RARELY(ng_self->ng_total)) ng_whole(_threadargs_);
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL up_rate, dup_rate_drise, exp_1, dexp_1_drise, up_decay, up_limit, dup_drise, dup_dup, down_rate,
          ddown_rate_dfall, exp_2, dexp_2_dfall, down_decay, down_limit, ddown_ddown, ddown_dfall
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("alphasyn2 advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    up_rate = -1/rise
    dup_rate_drise = up_rate*up_rate
    exp_1 = exp(dt*up_rate)
    dexp_1_drise = dt*dup_rate_drise*ng_finite(exp_1)
    up_decay = exp_1
    up_limit = -0/(-1/rise)
    dup_drise = dexp_1_drise*(up - up_limit)
    dup_dup = up_decay
    up = up + (1 - up_decay)*(up_limit - up)
    down_rate = -1/fall
    ddown_rate_dfall = down_rate*down_rate
    exp_2 = exp(dt*down_rate)
    dexp_2_dfall = ddown_rate_dfall*dt*ng_finite(exp_2)
    down_decay = exp_2
    down_limit = -0/(-1/fall)
    ddown_ddown = down_decay
    ddown_dfall = dexp_2_dfall*(down - down_limit)
    down = down + (1 - down_decay)*(down_limit - down)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_up = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_down = ng_self->ng_carried + 1*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_up = ng_row_up[ng_k];
      const double ng_old_down = ng_row_down[ng_k];
      ng_row_up[ng_k] = _ldup_dup*ng_old_up;
      ng_row_down[ng_k] = _lddown_ddown*ng_old_down;
    }
    ng_sow(ng_self->ng_seeds + 1, _ldup_drise, ng_row_up, ng_width); /* rise */
    ng_sow(ng_self->ng_seeds + 2, _lddown_dfall, ng_row_down, ng_width); /* fall */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL log_1, dlog_1_dfall, dlog_1_drise, dpeak_by_log_1, dpeak_dfall, dpeak_drise, peak, exp_1,
          dexp_1_dfall, dexp_1_drise, exp_2, dexp_2_dfall, dexp_2_drise, dunit_by_exp_1, dunit_dfall,
          dunit_drise
    log_1 = log(fall/rise)
    dlog_1_dfall = 1/fall
    dlog_1_drise = -1/rise
    dpeak_by_log_1 = 1/(1/rise - 1/fall)
    dpeak_dfall = dlog_1_dfall*dpeak_by_log_1 - log_1/((1/rise - 1/fall)*(1/rise - 1/fall)*fall*fall)
    dpeak_drise = dlog_1_drise*dpeak_by_log_1 + log_1/((1/rise - 1/fall)*(1/rise - 1/fall)*rise*rise)
    peak = log_1/(1/rise - 1/fall)
    exp_1 = exp(-peak/fall)
    dexp_1_dfall = (peak/(fall*fall) - dpeak_dfall/fall)*ng_finite(exp_1)
    dexp_1_drise = -dpeak_drise*ng_finite(exp_1)/fall
    exp_2 = exp(-peak/rise)
    dexp_2_dfall = -dpeak_dfall*ng_finite(exp_2)/rise
    dexp_2_drise = (peak/(rise*rise) - dpeak_drise/rise)*ng_finite(exp_2)
    dunit_by_exp_1 = -1/((exp_1 - exp_2)*(exp_1 - exp_2))
    dunit_dfall = dexp_1_dfall*dunit_by_exp_1 + dexp_2_dfall/((exp_1 - exp_2)*(exp_1 - exp_2))
    dunit_drise = dexp_1_drise*dunit_by_exp_1 + dexp_2_drise/((exp_1 - exp_2)*(exp_1 - exp_2))
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_up = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_down = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_unit = ng_self->ng_carried + 2*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_up[ng_k] = 0.;
      ng_row_down[ng_k] = 0.;
      ng_row_unit[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 2, _ldunit_dfall, ng_row_unit, ng_width); /* fall */
    ng_sow(ng_self->ng_seeds + 1, _ldunit_drise, ng_row_unit, ng_width); /* rise */
ENDVERBATIM
}

: Derivatives of the jump at an event; ng_sender is the address of the NetCon's weight.
PROCEDURE ng_receive(flag, weight, ng_sender) {
    LOCAL dup_dunit, dup_dweight, ddown_dunit, ddown_dweight
VERBATIM
    if (NG_RARELY(NG_SELF->ng_timing)) {
      ng_arrives(NG_SELF, _lng_sender, t);
      if (NG_SELF->ng_timing->ng_late) {
        ng_flow(_threadargs_);
        ng_shift(NG_SELF, 1.); /* what an event that came later would have found */
      }
    }
ENDVERBATIM
    dup_dunit = weight
    dup_dweight = unit
    ddown_dunit = weight
    ddown_dweight = unit
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    ng_Connection *ng_connection = ng_find(ng_self, _lng_sender);
    double *NG_RESTRICT ng_row_up = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_down = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_unit = ng_self->ng_carried + 2*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_up = ng_row_up[ng_k];
      const double ng_old_down = ng_row_down[ng_k];
      const double ng_old_unit = ng_row_unit[ng_k];
      ng_row_up[ng_k] = _ldup_dunit*ng_old_unit + ng_old_up;
      ng_row_down[ng_k] = ng_old_down + _lddown_dunit*ng_old_unit;
    }
    ng_sow(ng_connection->ng_seeds + 0, _ldup_dweight, ng_row_up, ng_width); /* weight */
    ng_sow(ng_connection->ng_seeds + 0, _lddown_dweight, ng_row_down, ng_width); /* weight */
ENDVERBATIM
}

: The event is done: what one that came later would have missed.
PROCEDURE ng_received() {
VERBATIM
    if (NG_RARELY(NG_SELF->ng_timing) && NG_SELF->ng_timing->ng_late) {
      ng_flow(_threadargs_);
      ng_shift(NG_SELF, -1.);
      NG_SELF->ng_timing->ng_late = 0;
    }
ENDVERBATIM
}

: How states and the current move, for derivatives by the time of an event: as the steps do, which advance the voltage
: first and then the states. So the current is that of half a step earlier, and both go by the voltage of half a step later;
: so do the states themselves where they are solved implicitly.
PROCEDURE ng_flow() {
VERBATIM
    ng_Timing *ng_timing = NG_SELF->ng_timing;
    double *ng_moved = ng_timing->ng_flow;
    const double ng_rise = *ng_timing->ng_rise, ng_half = *NG_SELF->ng_v + (ng_rise == ng_rise ? .5*dt*ng_rise : 0.);
    const double ng_v_now = v;
    v = ng_half;
    const double ng_now_0 = up;
    const double ng_now_1 = down;
    ng_slopes(_threadargs_);
    const double ng_slope_0 = ng_moved[0];
    up = ng_now_0 - .5*dt*ng_slope_0;
    const double ng_slope_1 = ng_moved[1];
    down = ng_now_1 - .5*dt*ng_slope_1;
    ng_timing->ng_yield = 0.;
    if (ng_timing->ng_later->ng_waits) { /* other events have left something at the node */
      v = ng_half + .001;
      ng_slopes(_threadargs_);
      ng_timing->ng_yield = ng_moved[2];
      v = ng_half;
    }
    ng_slopes(_threadargs_);
    if (ng_timing->ng_later->ng_waits)
      ng_timing->ng_yield = dt*(ng_timing->ng_yield - ng_moved[2])/(.001*.001**ng_timing->ng_cm);
    ng_moved[0] = ng_slope_0;
    up = ng_now_0;
    ng_moved[1] = ng_slope_1;
    down = ng_now_1;
    v = ng_v_now;
ENDVERBATIM
}

: The slopes of states, and the current, as they are.
PROCEDURE ng_slopes() {
    LOCAL up_slope, down_slope, i, total_current
    up_slope = -up/rise
    down_slope = -down/fall
    i = (down - up)*(v - e)
    total_current = i
VERBATIM
    double *ng_moved = NG_SELF->ng_timing->ng_flow;
    ng_moved[0] = _lup_slope; /* up' */
    ng_moved[1] = _ldown_slope; /* down' */
    ng_moved[2] = 100./(_nd_area)*_ltotal_current; /* mA/cm2 */
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
