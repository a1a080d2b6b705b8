TITLE FUNCTION_TABLEs, two NEURON blocks, lines that end as they did on old Macintoshes

NEURON {
    SUFFIX lookup
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    RANGE gbar, e, speed
}

NEURON {
    NONSPECIFIC_CURRENT i
    RANGE m
}

PARAMETER {
    gbar = 0.001 (S/cm2)
    e = -77 (mV)
    speed = 1.2
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
}

STATE { m }

: values of both are given from hoc
FUNCTION_TABLE steady(v (mV))
FUNCTION_TABLE slowness(v (mV), speed)

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    m = steady(v)
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE states METHOD cnexp
    i = gbar*m*(v - e) ? the current
}

DERIVATIVE states {
    if (ng_link != 0) { ng_states() }  : nmodlgrad
    m' = (steady(v) - m)/slowness(v, speed)
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: m.
: Seedable: gbar, e, speed.
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
ENDVERBATIM

: Partial derivatives of other variables that BREAKPOINT computes, each by itself, for who reads them.
PROCEDURE ng_observables() {
    LOCAL di_de, di_dgbar, di_dm, di_dv
    di_de = -gbar*m
    di_dgbar = m*(v - e)
    di_dm = gbar*(v - e)
    di_dv = gbar*m
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dm; /* di/dm */
    ng_record[1] = _ldi_dgbar; /* di/dgbar */
    ng_record[2] = _ldi_de; /* di/de */
    ng_record[3] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL di_de, di_dgbar, di_dm, ddi_dgbar_dv, ddi_dm_dv
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    di_de = -gbar*m
    di_dgbar = m*(v - e)
    di_dm = gbar*(v - e)
    ddi_dgbar_dv = m
    ddi_dm_dv = gbar
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldi_dm; /* d/dm */
    ng_record[1] = _lddi_dm_dv;
    if (ng_self->ng_sown) {
      ng_record[2] = _ldi_dgbar; /* d/dgbar */
      ng_record[3] = _lddi_dgbar_dv;
      ng_record[4] = _ldi_de; /* d/de */
      ng_record[5] = 0.0;
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: Derivatives of the update that cnexp performs, at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL slowness_1, dslowness_dv_1, dslowness_dspeed_1, m_rate, dm_rate_dspeed, dm_rate_dv, exp_1,
          dexp_1_dspeed, dexp_1_dv, m_decay, steady_1, dsteady_dv_1, dm_limit_by_slowness_2, dm_limit_dspeed,
          inverse_1, dm_limit_dv, m_limit, dm_dm, dm_dspeed, dm_dv
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("lookup advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    slowness_1 = slowness(v, speed)
    dslowness_dv_1 = dslowness_dv(v, speed)
    dslowness_dspeed_1 = dslowness_dspeed(v, speed)
    m_rate = -1/slowness_1
    dm_rate_dspeed = dslowness_dspeed_1*m_rate*m_rate
    dm_rate_dv = dslowness_dv_1*m_rate*m_rate
    exp_1 = exp(dt*m_rate)
    dexp_1_dspeed = dm_rate_dspeed*dt*ng_finite(exp_1)
    dexp_1_dv = dm_rate_dv*dt*ng_finite(exp_1)
    m_decay = exp_1
    steady_1 = steady(v)
    dsteady_dv_1 = dsteady_dv(v)
    dm_limit_by_slowness_2 = -slowness_1*steady_1/(slowness_1*slowness_1)
    dm_limit_dspeed = dm_limit_by_slowness_2*dslowness_dspeed_1 + dslowness_dspeed_1*steady_1/slowness_1
    inverse_1 = 1/slowness_1
    dm_limit_dv = dm_limit_by_slowness_2*dslowness_dv_1 + inverse_1*(dslowness_dv_1*steady_1 + dsteady_dv_1*slowness_1)
    m_limit = slowness_1*steady_1/slowness_1
    dm_dm = m_decay
    dm_dspeed = dexp_1_dspeed*(m - m_limit) + dm_limit_dspeed*(1 - m_decay)
    dm_dv = dexp_1_dv*(m - m_limit) + dm_limit_dv*(1 - m_decay)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      ng_row_m[ng_k] = _ldm_dm*ng_old_m + _ldm_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 2, _ldm_dspeed, ng_row_m, ng_width); /* speed */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL dsteady_dv_1
    dsteady_dv_1 = dsteady_dv(v)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_m[ng_k] = _ldsteady_dv_1*ng_voltage[ng_k];
    }
ENDVERBATIM
}

: The derivative of steady with respect to v.
FUNCTION dsteady_dv(v) {
    LOCAL here, width, left, right, left_before, right_before, rounds, open, tolerance
    here = steady(v)
    width = 1e-3*(1 + fabs(v))
    tolerance = 0
    rounds = 0
    open = 1
    right = (steady(v + width) - here)/((v + width) - v)
    left = (here - steady(v - width))/(v - (v - width))
    while (open && rounds < 40) {
        right_before = right
        left_before = left
        width = width/4
        right = (steady(v + width) - here)/((v + width) - v)
        left = (here - steady(v - width))/(v - (v - width))
        tolerance = 1e-9*(fabs(left) + fabs(right)) + 2e-15*fabs(here)/width
        open = 0
        if (fabs(right - right_before) > tolerance || fabs(left - left_before) > tolerance) {
            open = 1
        }
        rounds = rounds + 1
    }
    dsteady_dv = right
    if (fabs(right - left) < 10*tolerance) {
        dsteady_dv = (right + left)/2
    }
}

: The derivative of slowness with respect to v.
FUNCTION dslowness_dv(v, speed) {
    LOCAL here, width, left, right, left_before, right_before, rounds, open, tolerance
    here = slowness(v, speed)
    width = 1e-3*(1 + fabs(v))
    tolerance = 0
    rounds = 0
    open = 1
    right = (slowness(v + width, speed) - here)/((v + width) - v)
    left = (here - slowness(v - width, speed))/(v - (v - width))
    while (open && rounds < 40) {
        right_before = right
        left_before = left
        width = width/4
        right = (slowness(v + width, speed) - here)/((v + width) - v)
        left = (here - slowness(v - width, speed))/(v - (v - width))
        tolerance = 1e-9*(fabs(left) + fabs(right)) + 2e-15*fabs(here)/width
        open = 0
        if (fabs(right - right_before) > tolerance || fabs(left - left_before) > tolerance) {
            open = 1
        }
        rounds = rounds + 1
    }
    dslowness_dv = right
    if (fabs(right - left) < 10*tolerance) {
        dslowness_dv = (right + left)/2
    }
}

: The derivative of slowness with respect to speed.
FUNCTION dslowness_dspeed(v, speed) {
    LOCAL here, width, left, right, left_before, right_before, rounds, open, tolerance
    here = slowness(v, speed)
    width = 1e-3*(1 + fabs(speed))
    tolerance = 0
    rounds = 0
    open = 1
    right = (slowness(v, speed + width) - here)/((speed + width) - speed)
    left = (here - slowness(v, speed - width))/(speed - (speed - width))
    while (open && rounds < 40) {
        right_before = right
        left_before = left
        width = width/4
        right = (slowness(v, speed + width) - here)/((speed + width) - speed)
        left = (here - slowness(v, speed - width))/(speed - (speed - width))
        tolerance = 1e-9*(fabs(left) + fabs(right)) + 2e-15*fabs(here)/width
        open = 0
        if (fabs(right - right_before) > tolerance || fabs(left - left_before) > tolerance) {
            open = 1
        }
        rounds = rounds + 1
    }
    dslowness_dspeed = right
    if (fabs(right - left) < 10*tolerance) {
        dslowness_dspeed = (right + left)/2
    }
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
