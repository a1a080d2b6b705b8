TITLE Chained states: the second reads the first, so textual order matters; the third has no decay

NEURON {
    SUFFIX chained
    RANGE ng_link  : nmodlgrad
    NONSPECIFIC_CURRENT i
    RANGE gbar, e, speed, lag, drift
    THREADSAFE
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.002 (S/cm2)
    e = -80 (mV)
    speed = 0.15 (/ms)
    lag = 2.5 (ms)
    drift = 0.02 (/ms)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
}

STATE { m n x }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    m = opening(v)/(opening(v) + closing(v))
    n = m
    x = 0
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE states METHOD cnexp
    i = gbar*m*n*(1 + x)*(v - e)
}

DERIVATIVE states {
    LOCAL a, b
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    a = opening(v)
    b = closing(v)
    m' = a*(1 - m) - b*m
    n' = (m - n)/lag
    x' = drift*n
}

UNITSOFF
FUNCTION opening(u (mV)) (/ms) {
    opening = speed*exp((u + 40)/30)
}

FUNCTION closing(u (mV)) (/ms) {
    closing = 3*speed*exp(-(u + 40)/45)
}
UNITSON

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: m, n, x.
: Seedable: gbar, e, speed, lag, drift.
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
    LOCAL di_de, di_dgbar, di_dm, di_dn, di_dv, di_dx
    di_de = -gbar*m*n*(x + 1)
    di_dgbar = m*n*(v - e)*(x + 1)
    di_dm = gbar*n*(v - e)*(x + 1)
    di_dn = gbar*m*(v - e)*(x + 1)
    di_dv = gbar*m*n*(x + 1)
    di_dx = gbar*m*n*(v - e)
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dm; /* di/dm */
    ng_record[1] = _ldi_dn; /* di/dn */
    ng_record[2] = _ldi_dx; /* di/dx */
    ng_record[3] = _ldi_dgbar; /* di/dgbar */
    ng_record[4] = _ldi_de; /* di/de */
    ng_record[5] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL di_de, ddi_dgbar_dv, di_dgbar, ddi_dm_dv, di_dm, ddi_dn_dv, di_dn, ddi_dx_dv, di_dx
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    di_de = -gbar*m*n*(x + 1)
    ddi_dgbar_dv = m*n*(x + 1)
    di_dgbar = m*n*(v - e)*(x + 1)
    ddi_dm_dv = gbar*n*(x + 1)
    di_dm = gbar*n*(v - e)*(x + 1)
    ddi_dn_dv = gbar*m*(x + 1)
    di_dn = gbar*m*(v - e)*(x + 1)
    ddi_dx_dv = gbar*m*n
    di_dx = gbar*m*n*(v - e)
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldi_dm; /* d/dm */
    ng_record[1] = _lddi_dm_dv;
    ng_record[2] = _ldi_dn; /* d/dn */
    ng_record[3] = _lddi_dn_dv;
    ng_record[4] = _ldi_dx; /* d/dx */
    ng_record[5] = _lddi_dx_dv;
    if (ng_self->ng_sown) {
      ng_record[6] = _ldi_dgbar; /* d/dgbar */
      ng_record[7] = _lddi_dgbar_dv;
      ng_record[8] = _ldi_de; /* d/de */
      ng_record[9] = 0.0;
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL opening_1, dopening_du_1, dopening_dspeed_1, a, closing_1, dclosing_du_1, dclosing_dspeed_1, b,
          dm_rate_dspeed, dm_rate_dv, m_rate, exp_1, dexp_1_dspeed, dexp_1_dv, m_decay, dm_limit_by_a,
          dm_limit_by_b, dm_limit_dspeed, dm_limit_dv, m_limit, dm_dm, dm_dspeed, dm_dv, n_rate, dn_rate_dlag,
          exp_2, dexp_2_dlag, n_decay, n_limit, dn_dlag, dn_dm, dn_dn, dn_dspeed, dn_dv, dx_ddrift, dx_dlag,
          dx_dm, dx_dn, dx_dspeed, dx_dv
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("chained advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    opening_1 = opening(v)
    dopening_du_1 = dopening_du(v)
    dopening_dspeed_1 = dopening_dspeed(v)
    a = opening_1
    closing_1 = closing(v)
    dclosing_du_1 = dclosing_du(v)
    dclosing_dspeed_1 = dclosing_dspeed(v)
    b = closing_1
    dm_rate_dspeed = -dclosing_dspeed_1 - dopening_dspeed_1
    dm_rate_dv = -dclosing_du_1 - dopening_du_1
    m_rate = -a - b
    exp_1 = exp(dt*m_rate)
    dexp_1_dspeed = dm_rate_dspeed*dt*ng_finite(exp_1)
    dexp_1_dv = dm_rate_dv*dt*ng_finite(exp_1)
    m_decay = exp_1
    dm_limit_by_a = b/((-a - b)*(-a - b))
    dm_limit_by_b = -a/((-a - b)*(-a - b))
    dm_limit_dspeed = dclosing_dspeed_1*dm_limit_by_b + dm_limit_by_a*dopening_dspeed_1
    dm_limit_dv = dclosing_du_1*dm_limit_by_b + dm_limit_by_a*dopening_du_1
    m_limit = -a/(-a - b)
    dm_dm = m_decay
    dm_dspeed = dexp_1_dspeed*(m - m_limit) + dm_limit_dspeed*(1 - m_decay)
    dm_dv = dexp_1_dv*(m - m_limit) + dm_limit_dv*(1 - m_decay)
    m = m + (1 - m_decay)*(m_limit - m)
    n_rate = -1/lag
    dn_rate_dlag = n_rate*n_rate
    exp_2 = exp(dt*n_rate)
    dexp_2_dlag = dn_rate_dlag*dt*ng_finite(exp_2)
    n_decay = exp_2
    n_limit = -(m/lag)/(-1/lag)
    dn_dlag = dexp_2_dlag*(n - n_limit)
    dn_dm = dm_dm*(1 - n_decay)
    dn_dn = n_decay
    dn_dspeed = dm_dspeed*(1 - n_decay)
    dn_dv = dm_dv*(1 - n_decay)
    n = n + (1 - n_decay)*(n_limit - n)
    dx_ddrift = dt*n
    dx_dlag = dn_dlag*drift*dt
    dx_dm = dn_dm*drift*dt
    dx_dn = dn_dn*drift*dt
    dx_dspeed = dn_dspeed*drift*dt
    dx_dv = dn_dv*drift*dt
    x = x + dt*(drift*n)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_x = ng_self->ng_carried + 2*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      const double ng_old_n = ng_row_n[ng_k];
      const double ng_old_x = ng_row_x[ng_k];
      ng_row_m[ng_k] = _ldm_dm*ng_old_m + _ldm_dv*ng_voltage[ng_k];
      ng_row_n[ng_k] = _ldn_dm*ng_old_m + _ldn_dn*ng_old_n + _ldn_dv*ng_voltage[ng_k];
      ng_row_x[ng_k] = _ldx_dm*ng_old_m + _ldx_dn*ng_old_n + _ldx_dv*ng_voltage[ng_k] + ng_old_x;
    }
    ng_sow(ng_self->ng_seeds + 2, _ldm_dspeed, ng_row_m, ng_width); /* speed */
    ng_sow(ng_self->ng_seeds + 3, _ldn_dlag, ng_row_n, ng_width); /* lag */
    ng_sow(ng_self->ng_seeds + 2, _ldn_dspeed, ng_row_n, ng_width); /* speed */
    ng_sow(ng_self->ng_seeds + 4, _ldx_ddrift, ng_row_x, ng_width); /* drift */
    ng_sow(ng_self->ng_seeds + 3, _ldx_dlag, ng_row_x, ng_width); /* lag */
    ng_sow(ng_self->ng_seeds + 2, _ldx_dspeed, ng_row_x, ng_width); /* speed */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL opening_1, dopening_du_1, dopening_dspeed_1, closing_1, dclosing_du_1, dclosing_dspeed_1,
          dm_by_closing_1, dm_dspeed, dm_dv
    opening_1 = opening(v)
    dopening_du_1 = dopening_du(v)
    dopening_dspeed_1 = dopening_dspeed(v)
    closing_1 = closing(v)
    dclosing_du_1 = dclosing_du(v)
    dclosing_dspeed_1 = dclosing_dspeed(v)
    dm_by_closing_1 = -opening_1/((closing_1 + opening_1)*(closing_1 + opening_1))
    dm_dspeed = dclosing_dspeed_1*dm_by_closing_1 + dm_by_closing_1*dopening_dspeed_1 + dopening_dspeed_1/(closing_1 + opening_1)
    dm_dv = dclosing_du_1*dm_by_closing_1 + dm_by_closing_1*dopening_du_1 + dopening_du_1/(closing_1 + opening_1)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_x = ng_self->ng_carried + 2*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_m[ng_k] = _ldm_dv*ng_voltage[ng_k];
      ng_row_n[ng_k] = _ldm_dv*ng_voltage[ng_k];
      ng_row_x[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 2, _ldm_dspeed, ng_row_m, ng_width); /* speed */
    ng_sow(ng_self->ng_seeds + 2, _ldm_dspeed, ng_row_n, ng_width); /* speed */
ENDVERBATIM
}

: The derivative of opening with respect to u.
FUNCTION dopening_du(u) {
    LOCAL exp_1, dexp_1_du
    exp_1 = exp((u + 40)/30)
    dexp_1_du = 1/30*ng_finite(exp_1)
    dopening_du = dexp_1_du*speed
}

: The derivative of opening with respect to speed.
FUNCTION dopening_dspeed(u) {
    dopening_dspeed = exp((u + 40)/30)
}

: The derivative of closing with respect to u.
FUNCTION dclosing_du(u) {
    LOCAL exp_1, dexp_1_du
    exp_1 = exp(-(u + 40)/45)
    dexp_1_du = -1/45*ng_finite(exp_1)
    dclosing_du = 3*dexp_1_du*speed
}

: The derivative of closing with respect to speed.
FUNCTION dclosing_dspeed(u) {
    dclosing_dspeed = 3*exp(-(u + 40)/45)
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
