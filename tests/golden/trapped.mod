TITLE rates and a current that are 0/0 at a voltage, guarded or not

NEURON {
    SUFFIX trapped
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    NONSPECIFIC_CURRENT i
    RANGE gbar, permeability, vrate, k, q
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 4e-4 (S/cm2)
    permeability = 1e-3
    vrate = -55 (mV)
    k = 9 (mV)
    q = 24 (mV)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    minf
    mtau (ms)
}

STATE { m h }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    rates()
    m = minf
    h = vtrap(v + 65, k)/k/2
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE states METHOD cnexp
    i = gbar*m*h*(v + 70) + permeability*m*ghk(v/q)
}

DERIVATIVE states {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    rates()
    m' = (minf - m)/mtau
    h' = 0.02*vtrap(v + 65, k)*(1 - h) - 0.1*h
}

PROCEDURE rates() { LOCAL alpha, beta, u, e
    alpha = 0.1*(v - vrate)/(1 - exp(-(v - vrate)/k))
    u = (v + 30)/k
    e = exp(u)
    beta = 0.3*u/(e - 1)
    mtau = 1/(alpha + beta)
    minf = alpha*mtau
}

FUNCTION vtrap(x (mV), y (mV)) (mV) {
    if (fabs(x/y) < 1e-6) {
        vtrap = y*(1 - x/y/2)
    } else {
        vtrap = x/(exp(x/y) - 1)
    }
}

FUNCTION ghk(z) {
    ghk = z*(0.02 - exp(-z))/(1 - exp(-z))
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: m, h.
: Seedable: gbar, permeability, q, vrate, k.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    dt (ms)
    ng_link
    dminf_dk
    dminf_dv
    dminf_dvrate
    dmtau_dk
    dmtau_dv
    dmtau_dvrate
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

/* BREAKPOINT runs twice, at v + 0.001 and then at v: keep the latest value, and the slope between the two. */
static void ng_keep(double *ng_pair, double ng_value) {
  ng_pair[1] = (ng_pair[0] - ng_value)/.001; /* as NEURON takes it */
  ng_pair[0] = ng_value;
}
ENDVERBATIM

: Partial derivatives of other variables that BREAKPOINT computes, each by itself, for who reads them.
PROCEDURE ng_observables() {
    LOCAL ghk_1, dghk_dz_1, dghk_1_dq, dghk_1_dv, di_dgbar, di_dh, di_dm, di_dpermeability, di_dq, di_dv
    ghk_1 = ghk(v/q)
    dghk_dz_1 = dghk_dz(v/q)
    dghk_1_dq = -dghk_dz_1*v/(q*q)
    dghk_1_dv = dghk_dz_1/q
    di_dgbar = h*m*(v + 70)
    di_dh = gbar*m*(v + 70)
    di_dm = gbar*h*(v + 70) + ghk_1*permeability
    di_dpermeability = ghk_1*m
    di_dq = dghk_1_dq*m*permeability
    di_dv = dghk_1_dv*m*permeability + gbar*h*m
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dm; /* di/dm */
    ng_record[1] = _ldi_dh; /* di/dh */
    ng_record[2] = _ldi_dgbar; /* di/dgbar */
    ng_record[3] = _ldi_dpermeability; /* di/dpermeability */
    ng_record[4] = _ldi_dq; /* di/dq */
    ng_record[5] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL ghk_1, dghk_dz_1, dghk_1_dq, dghk_1_dv, di_dgbar, di_dh, di_dm, di_dpermeability, di_dq, di_dv, i,
          total_current
    ghk_1 = ghk(v/q)
    dghk_dz_1 = dghk_dz(v/q)
    dghk_1_dq = -dghk_dz_1*v/(q*q)
    dghk_1_dv = dghk_dz_1/q
    di_dgbar = h*m*(v + 70)
    di_dh = gbar*m*(v + 70)
    di_dm = gbar*h*(v + 70) + ghk_1*permeability
    di_dpermeability = ghk_1*m
    di_dq = dghk_1_dq*m*permeability
    di_dv = dghk_1_dv*m*permeability + gbar*h*m
    i = gbar*m*h*(v + 70) + permeability*m*ghk_1
    total_current = i
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_keep(ng_record + 0, _ldi_dm); /* d/dm */
    ng_keep(ng_record + 2, _ldi_dh); /* d/dh */
    ng_keep(ng_record + 10, _ldi_dv); /* d/dv */
    ng_keep(ng_record + 12, _ltotal_current); /* the current */
    if (ng_self->ng_sown) {
      ng_keep(ng_record + 4, _ldi_dgbar); /* d/dgbar */
      ng_keep(ng_record + 6, _ldi_dpermeability); /* d/dpermeability */
      ng_keep(ng_record + 8, _ldi_dq); /* d/dq */
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL m_rate, dm_rate_dk, dm_rate_dv, dm_rate_dvrate, exp_1, dexp_1_dk, dexp_1_dv, dexp_1_dvrate, m_decay,
          m_limit, dm_dk, dm_dm, dm_dv, dm_dvrate, vtrap_1, dvtrap_dx_1, dvtrap_dy_1, dh_rate_dk, dh_rate_dv,
          h_rate, exp_2, dexp_2_dk, dexp_2_dv, h_decay, dh_limit_by_vtrap_2, dh_limit_by_vtrap_3, dh_limit_dk,
          dh_limit_dv, h_limit, dh_dh, dh_dk, dh_dv
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("trapped advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    ng_d_rates()
    m_rate = -1/mtau
    dm_rate_dk = dmtau_dk*m_rate*m_rate
    dm_rate_dv = dmtau_dv*m_rate*m_rate
    dm_rate_dvrate = dmtau_dvrate*m_rate*m_rate
    exp_1 = exp(dt*m_rate)
    dexp_1_dk = dm_rate_dk*dt*ng_finite(exp_1)
    dexp_1_dv = dm_rate_dv*dt*ng_finite(exp_1)
    dexp_1_dvrate = dm_rate_dvrate*dt*ng_finite(exp_1)
    m_decay = exp_1
    m_limit = -(minf/mtau)/(-1/mtau)
    dm_dk = dexp_1_dk*(m - m_limit) + dminf_dk*(1 - m_decay)
    dm_dm = m_decay
    dm_dv = dexp_1_dv*(m - m_limit) + dminf_dv*(1 - m_decay)
    dm_dvrate = dexp_1_dvrate*(m - m_limit) + dminf_dvrate*(1 - m_decay)
    m = m + (1 - m_decay)*(m_limit - m)
    vtrap_1 = vtrap(v + 65, k)
    dvtrap_dx_1 = dvtrap_dx(v + 65, k)
    dvtrap_dy_1 = dvtrap_dy(v + 65, k)
    dh_rate_dk = -0.02*dvtrap_dy_1
    dh_rate_dv = -0.02*dvtrap_dx_1
    h_rate = -(0.02*vtrap_1) - 0.1
    exp_2 = exp(dt*h_rate)
    dexp_2_dk = dh_rate_dk*dt*ng_finite(exp_2)
    dexp_2_dv = dh_rate_dv*dt*ng_finite(exp_2)
    h_decay = exp_2
    dh_limit_by_vtrap_2 = -0.02/(-0.02*vtrap_1 - 0.1)
    dh_limit_by_vtrap_3 = -0.0004*vtrap_1/((-0.02*vtrap_1 - 0.1)*(-0.02*vtrap_1 - 0.1))
    dh_limit_dk = dh_limit_by_vtrap_2*dvtrap_dy_1 + dh_limit_by_vtrap_3*dvtrap_dy_1
    dh_limit_dv = dh_limit_by_vtrap_2*dvtrap_dx_1 + dh_limit_by_vtrap_3*dvtrap_dx_1
    h_limit = -(0.02*vtrap_1)/(-(0.02*vtrap_1) - 0.1)
    dh_dh = h_decay
    dh_dk = dexp_2_dk*(h - h_limit) + dh_limit_dk*(1 - h_decay)
    dh_dv = dexp_2_dv*(h - h_limit) + dh_limit_dv*(1 - h_decay)
    h = h + (1 - h_decay)*(h_limit - h)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_h = ng_self->ng_carried + 1*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      const double ng_old_h = ng_row_h[ng_k];
      ng_row_m[ng_k] = _ldm_dm*ng_old_m + _ldm_dv*ng_voltage[ng_k];
      ng_row_h[ng_k] = _ldh_dh*ng_old_h + _ldh_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 4, _ldm_dk, ng_row_m, ng_width); /* k */
    ng_sow(ng_self->ng_seeds + 3, _ldm_dvrate, ng_row_m, ng_width); /* vrate */
    ng_sow(ng_self->ng_seeds + 4, _ldh_dk, ng_row_h, ng_width); /* k */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL vtrap_1, dvtrap_dx_1, dvtrap_dy_1, inverse_1, dh_dk, dh_dv
    ng_d_rates()
    vtrap_1 = vtrap(v + 65, k)
    dvtrap_dx_1 = dvtrap_dx(v + 65, k)
    dvtrap_dy_1 = dvtrap_dy(v + 65, k)
    inverse_1 = 1/k
    dh_dk = inverse_1*(0.5*dvtrap_dy_1 - 0.5*inverse_1*vtrap_1)
    dh_dv = 0.5*dvtrap_dx_1/k
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_h = ng_self->ng_carried + 1*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_m[ng_k] = dminf_dv*ng_voltage[ng_k];
      ng_row_h[ng_k] = _ldh_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 4, dminf_dk, ng_row_m, ng_width); /* k */
    ng_sow(ng_self->ng_seeds + 3, dminf_dvrate, ng_row_m, ng_width); /* vrate */
    ng_sow(ng_self->ng_seeds + 4, _ldh_dk, ng_row_h, ng_width); /* k */
ENDVERBATIM
}

: rates and its derivatives.
PROCEDURE ng_d_rates() {
    LOCAL exp_1, alpha, du_dk, du_dv, u, exp_2, e, beta, exprelr_3, exprelr_slope_3, dexprelr_3_dk,
          dexprelr_3_dv, dexprelr_3_dvrate, exprelr_4, exprelr_slope_4, dexprelr_4_dk, dexprelr_4_dv,
          dmtau_by_exprelr_3, dmtau_by_exprelr_4, dminf_by_exprelr_5, dminf_by_exprelr_6, dminf_by_exprelr_7
    exp_1 = exp(-(v - vrate)/k)
    alpha = 0.1*(v - vrate)/(1 - exp_1)
    du_dk = -(v + 30)/(k*k)
    du_dv = 1/k
    u = (v + 30)/k
    exp_2 = exp(u)
    e = exp_2
    beta = 0.3*u/(e - 1)
    exprelr_3 = ng_exprelr(-(v - vrate)/k, exp_1)
    exprelr_slope_3 = ng_exprelr_slope(-(v - vrate)/k, exp_1, exprelr_3)
    dexprelr_3_dk = -exprelr_slope_3*(vrate - v)/(k*k)
    dexprelr_3_dv = -exprelr_slope_3/k
    dexprelr_3_dvrate = exprelr_slope_3/k
    exprelr_4 = ng_exprelr(u, exp_2)
    exprelr_slope_4 = ng_exprelr_slope(u, exp_2, exprelr_4)
    dexprelr_4_dk = du_dk*exprelr_slope_4
    dexprelr_4_dv = du_dv*exprelr_slope_4
    dmtau_by_exprelr_3 = -0.1*k/((0.1*exprelr_3*k + 0.3*exprelr_4)*(0.1*exprelr_3*k + 0.3*exprelr_4))
    dmtau_by_exprelr_4 = -0.3/((0.1*exprelr_3*k + 0.3*exprelr_4)*(0.1*exprelr_3*k + 0.3*exprelr_4))
    dmtau_dk = dexprelr_3_dk*dmtau_by_exprelr_3 + dexprelr_4_dk*dmtau_by_exprelr_4 - 0.1*exprelr_3/((0.1*exprelr_3*k + 0.3*exprelr_4)*(0.1*exprelr_3*k + 0.3*exprelr_4))
    dmtau_dv = dexprelr_3_dv*dmtau_by_exprelr_3 + dexprelr_4_dv*dmtau_by_exprelr_4
    dmtau_dvrate = dexprelr_3_dvrate*dmtau_by_exprelr_3
    mtau = 1/(alpha + beta)
    dminf_by_exprelr_5 = -exprelr_3*k*k/((exprelr_3*k + 3*exprelr_4)*(exprelr_3*k + 3*exprelr_4))
    dminf_by_exprelr_6 = -3*exprelr_3*k/((exprelr_3*k + 3*exprelr_4)*(exprelr_3*k + 3*exprelr_4))
    dminf_by_exprelr_7 = k/(exprelr_3*k + 3*exprelr_4)
    dminf_dk = dexprelr_3_dk*dminf_by_exprelr_5 + dexprelr_4_dk*dminf_by_exprelr_6 + dexprelr_3_dk*dminf_by_exprelr_7 + 3*exprelr_4*exprelr_3/((exprelr_3*k + 3*exprelr_4)*(exprelr_3*k + 3*exprelr_4))
    dminf_dv = dexprelr_3_dv*dminf_by_exprelr_5 + dexprelr_4_dv*dminf_by_exprelr_6 + dexprelr_3_dv*dminf_by_exprelr_7
    dminf_dvrate = dexprelr_3_dvrate*dminf_by_exprelr_5 + dexprelr_3_dvrate*dminf_by_exprelr_7
    minf = alpha*mtau
}

: The derivative of vtrap with respect to x.
FUNCTION dvtrap_dx(x, y) {
    LOCAL exp_1, exprelr_1, exprelr_slope_1, dexprelr_1_dx, dvtrap_dx_2
    if (fabs(x/y) < 1e-6) {
        dvtrap_dx = -0.5
    } else {
        exp_1 = exp(x/y)
        exprelr_1 = ng_exprelr(x/y, exp_1)
        exprelr_slope_1 = ng_exprelr_slope(x/y, exp_1, exprelr_1)
        dexprelr_1_dx = exprelr_slope_1/y
        dvtrap_dx_2 = dexprelr_1_dx*y
        dvtrap_dx = dvtrap_dx_2
    }
}

: The derivative of vtrap with respect to y.
FUNCTION dvtrap_dy(x, y) {
    LOCAL exp_1, exprelr_1, exprelr_slope_1, dexprelr_1_dy, dvtrap_dy_2
    if (fabs(x/y) < 1e-6) {
        dvtrap_dy = 1
    } else {
        exp_1 = exp(x/y)
        exprelr_1 = ng_exprelr(x/y, exp_1)
        exprelr_slope_1 = ng_exprelr_slope(x/y, exp_1, exprelr_1)
        dexprelr_1_dy = -exprelr_slope_1*x/(y*y)
        dvtrap_dy_2 = dexprelr_1_dy*y + exprelr_1
        dvtrap_dy = dvtrap_dy_2
    }
}

: The derivative of ghk with respect to z.
FUNCTION dghk_dz(z) {
    LOCAL exp_1, dexp_1_dz, exprelr_1, exprelr_slope_1, dexprelr_1_dz
    exp_1 = exp(-z)
    dexp_1_dz = -ng_finite(exp_1)
    exprelr_1 = ng_exprelr(-z, exp_1)
    exprelr_slope_1 = ng_exprelr_slope(-z, exp_1, exprelr_1)
    dexprelr_1_dz = -exprelr_slope_1
    dghk_dz = dexprelr_1_dz*(0.02 - exp_1) - dexp_1_dz*exprelr_1
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
