TITLE Delayed rectifier without a table: rates through a guarded FUNCTION, shifted by a GLOBAL

NEURON {
    SUFFIX kdr
    RANGE ng_link  : nmodlgrad
    USEION k READ ek WRITE ik
    RANGE gbar, g
    GLOBAL vhalf, q10
    THREADSAFE
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.03 (S/cm2)
    vhalf = -54 (mV)
    q10 = 2.7
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    ik (mA/cm2)
    g (S/cm2)
    ninf
    ntau (ms)
}

STATE { n }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    rates(v)
    n = ninf
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE states METHOD cnexp
    g = gbar*n*n*n*n
    ik = g*(v - ek)
}

DERIVATIVE states {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    rates(v)
    n' = (ninf - n)/ntau
}

: x/(1 - exp(-x/y)), with its limit where x vanishes
FUNCTION linoid(x (mV), y (mV)) (mV) {
    if (fabs(x/y) < 1e-5) {
        linoid = y*(1 + x/y/2)
    } else {
        linoid = x/(1 - exp(-x/y))
    }
}

UNITSOFF
PROCEDURE rates(u (mV)) {
    LOCAL opening, closing, speed
    speed = q10^((celsius - 6.3)/10)
    opening = 0.011*linoid(u - vhalf, 9.5)
    closing = 0.12*exp(-(u - vhalf + 11)/75)
    ntau = 1/(speed*(opening + closing))
    ninf = opening/(opening + closing)
}
UNITSON

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: n.
: Seedable: gbar, ek, vhalf, q10.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    dt (ms)
    ng_link
    ng_latest_v
    dninf_du
    dninf_dvhalf
    dntau_dq10
    dntau_du
    dntau_dvhalf
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

: Partial derivatives of the currents of ions, each by itself, for who reads them.
PROCEDURE ng_ion_currents() {
    LOCAL dg_dgbar, dg_dn, g, dik_dek, dik_dgbar, dik_dn, dik_dv
    dg_dgbar = n*n*n*n
    dg_dn = 4*gbar*n*n*n
    g = gbar*n*n*n*n
    dik_dek = -g
    dik_dgbar = dg_dgbar*(v - ek)
    dik_dn = dg_dn*(v - ek)
    dik_dv = g
VERBATIM
    double *ng_record = NG_SELF->ng_ion_record;
    ng_record[0] = _ldik_dn; /* dik/dn */
    ng_record[1] = _ldik_dgbar; /* dik/dgbar */
    ng_record[2] = _ldik_dek; /* dik/dek */
    ng_record[3] = _ldik_dv; /* dik/dv */
ENDVERBATIM
}

: Partial derivatives of other variables that BREAKPOINT computes, each by itself, for who reads them.
PROCEDURE ng_observables() {
    LOCAL dg_dgbar, dg_dn
    dg_dgbar = n*n*n*n
    dg_dn = 4*gbar*n*n*n
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldg_dn; /* dg/dn */
    ng_record[1] = _ldg_dgbar; /* dg/dgbar */
    ng_record[2] = 0.; /* dg/dek */
    ng_record[3] = 0.; /* dg/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL dg_dgbar, dg_dn, g, dik_dek, ddik_dgbar_dv, dik_dgbar, ddik_dn_dv, dik_dn
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    dg_dgbar = n*n*n*n
    dg_dn = 4*gbar*n*n*n
    g = gbar*n*n*n*n
    dik_dek = -g
    ddik_dgbar_dv = dg_dgbar
    dik_dgbar = dg_dgbar*(v - ek)
    ddik_dn_dv = dg_dn
    dik_dn = dg_dn*(v - ek)
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldik_dn; /* d/dn */
    ng_record[1] = _lddik_dn_dv;
    if (ng_self->ng_sown) {
      ng_record[2] = _ldik_dgbar; /* d/dgbar */
      ng_record[3] = _lddik_dgbar_dv;
      ng_record[4] = _ldik_dek; /* d/dek */
      ng_record[5] = 0.0;
    }
    if (NG_RARELY(ng_self->ng_ion_record)) ng_ion_currents(_threadargs_);
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL n_rate, dn_rate_dq10, dn_rate_dv, dn_rate_dvhalf, exp_1, dexp_1_dq10, dexp_1_dv, dexp_1_dvhalf,
          n_decay, n_limit, dn_dn, dn_dq10, dn_dv, dn_dvhalf
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("kdr advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    ng_d_rates(v)
    n_rate = -1/ntau
    dn_rate_dq10 = dntau_dq10*n_rate*n_rate
    dn_rate_dv = dntau_du*n_rate*n_rate
    dn_rate_dvhalf = dntau_dvhalf*n_rate*n_rate
    exp_1 = exp(dt*n_rate)
    dexp_1_dq10 = dn_rate_dq10*dt*ng_finite(exp_1)
    dexp_1_dv = dn_rate_dv*dt*ng_finite(exp_1)
    dexp_1_dvhalf = dn_rate_dvhalf*dt*ng_finite(exp_1)
    n_decay = exp_1
    n_limit = -(ninf/ntau)/(-1/ntau)
    dn_dn = n_decay
    dn_dq10 = dexp_1_dq10*(n - n_limit)
    dn_dv = dexp_1_dv*(n - n_limit) + dninf_du*(1 - n_decay)
    dn_dvhalf = dexp_1_dvhalf*(n - n_limit) + dninf_dvhalf*(1 - n_decay)
    n = n + (1 - n_decay)*(n_limit - n)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_n = ng_row_n[ng_k];
      ng_row_n[ng_k] = _ldn_dn*ng_old_n + _ldn_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 3, _ldn_dq10, ng_row_n, ng_width); /* q10 */
    ng_sow(ng_self->ng_seeds + 2, _ldn_dvhalf, ng_row_n, ng_width); /* vhalf */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    ng_d_rates(v)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_n[ng_k] = dninf_du*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 2, dninf_dvhalf, ng_row_n, ng_width); /* vhalf */
ENDVERBATIM
}

: rates and its derivatives.
PROCEDURE ng_d_rates(u) {
    LOCAL dspeed_dq10, speed, linoid_1, dlinoid_dx_1, dlinoid_1_dvhalf, dopening_du, dopening_dvhalf, opening,
          exp_1, dexp_1_du, dexp_1_dvhalf, dclosing_du, dclosing_dvhalf, closing, dntau_by_closing,
          dninf_by_closing
    dspeed_dq10 = q10^(0.1*celsius - 1.63)*(0.1*celsius - 0.63)
    speed = q10^((celsius - 6.3)/10)
    linoid_1 = linoid(u - vhalf, 9.5)
    dlinoid_dx_1 = dlinoid_dx(u - vhalf, 9.5)
    dlinoid_1_dvhalf = -dlinoid_dx_1
    dopening_du = 0.011*dlinoid_dx_1
    dopening_dvhalf = 0.011*dlinoid_1_dvhalf
    opening = 0.011*linoid_1
    exp_1 = exp(-(u - vhalf + 11)/75)
    dexp_1_du = -1/75*ng_finite(exp_1)
    dexp_1_dvhalf = 1/75*ng_finite(exp_1)
    dclosing_du = 0.12*dexp_1_du
    dclosing_dvhalf = 0.12*dexp_1_dvhalf
    closing = 0.12*exp_1
    dntau_by_closing = -1/(speed*(closing + opening)*(closing + opening))
    dntau_dq10 = -dspeed_dq10/(speed*speed*(closing + opening))
    dntau_du = dclosing_du*dntau_by_closing + dntau_by_closing*dopening_du
    dntau_dvhalf = dclosing_dvhalf*dntau_by_closing + dntau_by_closing*dopening_dvhalf
    ntau = 1/(speed*(opening + closing))
    dninf_by_closing = -opening/((closing + opening)*(closing + opening))
    dninf_du = closing*dopening_du/((closing + opening)*(closing + opening)) + dclosing_du*dninf_by_closing
    dninf_dvhalf = closing*dopening_dvhalf/((closing + opening)*(closing + opening)) + dclosing_dvhalf*dninf_by_closing
    ninf = opening/(opening + closing)
}

: The derivative of linoid with respect to x.
FUNCTION dlinoid_dx(x, y) {
    LOCAL exp_1, exprelr_1, exprelr_slope_1, dexprelr_1_dx, dlinoid_dx_2
    if (fabs(x/y) < 1e-5) {
        dlinoid_dx = 0.5
    } else {
        exp_1 = exp(-x/y)
        exprelr_1 = ng_exprelr(-x/y, exp_1)
        exprelr_slope_1 = ng_exprelr_slope(-x/y, exp_1, exprelr_1)
        dexprelr_1_dx = -exprelr_slope_1/y
        dlinoid_dx_2 = dexprelr_1_dx*y
        dlinoid_dx = dlinoid_dx_2
    }
}

: The derivative of x/(exp(x) - 1), by the same division. ng_e is exp(x), ng_y is ng_exprelr.
FUNCTION ng_exprelr_slope(ng_x, ng_e, ng_y) {
    LOCAL ng_s
    if (ng_x < 0.3 && ng_x > -0.3) {
        ng_s = ng_x*ng_x
        ng_exprelr_slope = -0.5 + ng_x*(1/6)*(1 - ng_s*(1/30)*(1 - ng_s*(1/28)*(1 - ng_s*(1/30)*(1 - ng_s*(25/792)))))
    } else {
        ng_exprelr_slope = 1/(ng_e - 1)*(1 - ng_x - ng_y)
    }
}

: x/(exp(x) - 1), which loses digits around 0: there by its series. ng_e is exp(x).
FUNCTION ng_exprelr(ng_x, ng_e) {
    LOCAL ng_s
    if (ng_x < 0.3 && ng_x > -0.3) {
        ng_s = ng_x*ng_x
        ng_exprelr = 1 - ng_x/2 + ng_s*(1/12)*(1 - ng_s*(1/60)*(1 - ng_s*(1/42)*(1 - ng_s*(1/40)*(1 - ng_s*(5/198)))))
    } else {
        ng_exprelr = ng_x*(1/(ng_e - 1))
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
