TITLE A conductance that is open between two times

NEURON {
    POINT_PROCESS opening
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    NONSPECIFIC_CURRENT i
    RANGE del, dur, gmax, e
}

PARAMETER {
    del = 4 (ms)
    dur = 5 (ms)
    gmax = 0.002 (uS)
    e = -20 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
    g (uS)
}

BREAKPOINT {
    if (ng_link != 0) { ng_current(v) }  : nmodlgrad
    CONDUCTANCE g
    at_time(del)
    at_time(del + dur)
    g = 0
    if (t >= del && t <= del + dur) {
        g = gmax
    }
    i = g*(v - e)
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: none.
: Seedable: gmax, e, del, dur.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    dt (ms)
    ng_link
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

/* The rows that move on while an event is late. */
static const long ng_moving[] = {-1};

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
  const double ng_own = -ng_timing->ng_flow[0]/(.001**ng_timing->ng_cm);
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

/* Whether at_time, asked in the middle of a step, says that it comes to a time. */
static int ng_comes(double ng_time, double ng_now, double ng_step) {
  return ng_time - 1e-11 <= ng_now && ng_time - 1e-11 > ng_now - ng_step;
}

/* ms: as little before and after a time as conditions on t surely tell apart */
static double ng_little(double ng_time) {
  return 1e-9*(1. + fabs(ng_time));
}

ENDVERBATIM

: Partial derivatives of other variables that BREAKPOINT computes, each by itself, for who reads them.
PROCEDURE ng_observables(v) {
    LOCAL g, dg_dgmax, di_de, di_dgmax, di_dv
    g = 0
    if (t >= del && t <= del + dur) {
        g = gmax
        dg_dgmax = 1
    } else {
        dg_dgmax = 0
    }
    di_de = -g
    di_dgmax = dg_dgmax*(v - e)
    di_dv = g
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dgmax; /* di/dgmax */
    ng_record[1] = _ldi_de; /* di/de */
    ng_record[2] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current(v) {
    LOCAL g, dg_dgmax, di_de, di_dgmax, di_dv, i, total_conductance, total_current
    g = 0
    if (t >= del && t <= del + dur) {
        g = gmax
        dg_dgmax = 1
    } else {
        dg_dgmax = 0
    }
    di_de = -g
    di_dgmax = dg_dgmax*(v - e)
    di_dv = g
    i = g*(v - e)
    total_conductance = g
    total_current = i
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    const double ng_density = 100./(_nd_area);
    ng_record[4] = ng_density*_ldi_dv; /* d/dv */
    ng_record[5] = ng_density*0.;
    ng_record[6] = ng_density*_ltotal_current; /* the current */
    ng_record[7] = ng_density*_ltotal_conductance;
    if (ng_self->ng_sown) {
      ng_record[0] = ng_density*_ldi_dgmax; /* d/dgmax */
      ng_record[1] = ng_density*_ldg_dgmax;
      ng_record[2] = ng_density*_ldi_de; /* d/de */
      ng_record[3] = ng_density*0.;
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargscomma_ _lv);
    if (NG_RARELY(ng_self->ng_timing)) ng_pass(_threadargscomma_ _lv);
ENDVERBATIM
}

: In the step that comes to a time of at_time: what would have been otherwise if that came later.
PROCEDURE ng_pass(v) {
    LOCAL time_1, time_2
VERBATIM
    const double ng_now = t;
    ng_Instance *ng_self = NG_SELF;
    ng_Timing *ng_timing = ng_self->ng_timing;
    double *ng_row = ng_timing->ng_row;
    const long ng_width = ng_self->ng_cell->ng_width;
    if (!(ng_now > ng_self->ng_cell->ng_time) || ng_now == ng_timing->ng_passed || v > *ng_self->ng_v)
      return 0; /* once in a step, at v, and not in finitialize */
    ng_timing->ng_passed = ng_now;
ENDVERBATIM
    time_1 = del
    time_2 = del + dur
VERBATIM
    if (ng_comes(_ltime_1, ng_now, dt)) {
      memset(ng_row, 0, ng_width*sizeof(double));
      ng_sow(ng_self->ng_seeds + 2, 1.0, ng_row, ng_width); /* del */
      ng_timing->ng_late = ng_row;
      t = _ltime_1 - ng_little(_ltime_1);
      ng_flow(_threadargs_);
      ng_shift(ng_self, 1.);
      t = _ltime_1 + ng_little(_ltime_1);
      ng_flow(_threadargs_);
      ng_shift(ng_self, -1.);
      ng_timing->ng_late = 0;
      t = ng_now;
    }
    if (ng_comes(_ltime_2, ng_now, dt)) {
      memset(ng_row, 0, ng_width*sizeof(double));
      ng_sow(ng_self->ng_seeds + 2, 1.0, ng_row, ng_width); /* del */
      ng_sow(ng_self->ng_seeds + 3, 1.0, ng_row, ng_width); /* dur */
      ng_timing->ng_late = ng_row;
      t = _ltime_2 - ng_little(_ltime_2);
      ng_flow(_threadargs_);
      ng_shift(ng_self, 1.);
      t = _ltime_2 + ng_little(_ltime_2);
      ng_flow(_threadargs_);
      ng_shift(ng_self, -1.);
      ng_timing->ng_late = 0;
      t = ng_now;
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
    ng_slopes(_threadargscomma_ ng_half);
    ng_timing->ng_yield = 0.;
    if (ng_timing->ng_later->ng_waits) { /* other events have left something at the node */
      ng_slopes(_threadargscomma_ ng_half + .001);
      ng_timing->ng_yield = ng_moved[0];
    }
    ng_slopes(_threadargscomma_ ng_half);
    if (ng_timing->ng_later->ng_waits)
      ng_timing->ng_yield = dt*(ng_timing->ng_yield - ng_moved[0])/(.001*.001**ng_timing->ng_cm);
ENDVERBATIM
}

: The slopes of states, and the current, as they are.
PROCEDURE ng_slopes(v) {
    LOCAL g, i, total_current
    g = 0
    if (t >= del && t <= del + dur) {
        g = gmax
    }
    i = g*(v - e)
    total_current = i
VERBATIM
    double *ng_moved = NG_SELF->ng_timing->ng_flow;
    ng_moved[0] = 100./(_nd_area)*_ltotal_current; /* mA/cm2 */
ENDVERBATIM
}

UNITSON
