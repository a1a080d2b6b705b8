TITLE Several SOLVEs: hand-written updates before and after a block by euler, in textual order

NEURON {
    SUFFIX sequence
    RANGE ng_link  : nmodlgrad
    NONSPECIFIC_CURRENT i
    RANGE gbar, e, vhalf, tau, lag
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
    vhalf = -45 (mV)
    tau = 3 (ms)
    lag = 2 (ms)
}

ASSIGNED {
    dt (ms)
    v (mV)
    i (mA/cm2)
    minf
    mexp
    speed (/ms)
}

STATE { m n p q }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    rates(v)
    m = minf
    n = m
    p = 0.1
    q = m*n
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE ng_states_1  : nmodlgrad
    SOLVE gate
    if (gbar > 0) {
        SOLVE slow METHOD euler
    }
    SOLVE ng_states_3  : nmodlgrad
    SOLVE product METHOD after_cvode
    i = gbar*m*n*(p + q)*(v - e)
}

PROCEDURE gate() {
    rates(v)
    m = m + mexp*(minf - m)
}

DERIVATIVE slow {
    LOCAL pull
    if (ng_link != 0) { ng_states_2() }  : nmodlgrad
    pull = (m - n)*speed
    n' = pull*(1 + p)
    if (tau > 1) {  : an equation in both branches: NEURON advances p twice
        p' = (n - p)/lag
    } else {
        p' = (n*n - p)/lag
    }
}

PROCEDURE product() {
    LOCAL before
    before = q
    q = 0.5*before + 0.5*m*n
    rates(-60)
}

PROCEDURE rates(u (mV)) {
    minf = 1/(1 + exp(-(u - vhalf)/9))
    mexp = 1 - exp(-dt/tau)
    speed = 0.2 + 0.3*minf
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: m, n, p, q, speed.
: Seedable: gbar, e, vhalf, tau, lag.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    ng_link
    ng_latest_v
    dmexp_dtau
    dminf_du
    dminf_dvhalf
    dspeed_du
    dspeed_dvhalf
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
    LOCAL di_de, di_dgbar, di_dm, di_dn, di_dp, di_dq, di_dv
    di_de = -gbar*m*n*(p + q)
    di_dgbar = m*n*(v - e)*(p + q)
    di_dm = gbar*n*(v - e)*(p + q)
    di_dn = gbar*m*(v - e)*(p + q)
    di_dp = gbar*m*n*(v - e)
    di_dq = gbar*m*n*(v - e)
    di_dv = gbar*m*n*(p + q)
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dm; /* di/dm */
    ng_record[1] = _ldi_dn; /* di/dn */
    ng_record[2] = _ldi_dp; /* di/dp */
    ng_record[3] = _ldi_dq; /* di/dq */
    ng_record[4] = _ldi_dgbar; /* di/dgbar */
    ng_record[5] = _ldi_de; /* di/de */
    ng_record[6] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL di_de, ddi_dgbar_dv, di_dgbar, ddi_dm_dv, di_dm, ddi_dn_dv, di_dn, ddi_dp_dv, di_dp, ddi_dq_dv,
          di_dq
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    di_de = -gbar*m*n*(p + q)
    ddi_dgbar_dv = m*n*(p + q)
    di_dgbar = m*n*(v - e)*(p + q)
    ddi_dm_dv = gbar*n*(p + q)
    di_dm = gbar*n*(v - e)*(p + q)
    ddi_dn_dv = gbar*m*(p + q)
    di_dn = gbar*m*(v - e)*(p + q)
    ddi_dp_dv = gbar*m*n
    di_dp = gbar*m*n*(v - e)
    ddi_dq_dv = gbar*m*n
    di_dq = gbar*m*n*(v - e)
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldi_dm; /* d/dm */
    ng_record[1] = _lddi_dm_dv;
    ng_record[2] = _ldi_dn; /* d/dn */
    ng_record[3] = _lddi_dn_dv;
    ng_record[4] = _ldi_dp; /* d/dp */
    ng_record[5] = _lddi_dp_dv;
    ng_record[6] = _ldi_dq; /* d/dq */
    ng_record[7] = _lddi_dq_dv;
    if (ng_self->ng_sown) {
      ng_record[8] = _ldi_dgbar; /* d/dgbar */
      ng_record[9] = _lddi_dgbar_dv;
      ng_record[10] = _ldi_de; /* d/de */
      ng_record[11] = 0.0;
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: Derivatives of the update that gate performs, at the new voltage and the old states.
PROCEDURE ng_states_1() {
    LOCAL dm_dm, dm_dtau, dm_dv, dm_dvhalf
VERBATIM
    if (ng_link == 0.) return 0;
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("sequence advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    ng_d_rates(v)
    dm_dm = 1 - mexp
    dm_dtau = dmexp_dtau*(minf - m)
    dm_dv = dminf_du*mexp
    dm_dvhalf = dminf_dvhalf*mexp
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_speed = ng_self->ng_carried + 4*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      ng_row_m[ng_k] = _ldm_dm*ng_old_m + _ldm_dv*ng_voltage[ng_k];
      ng_row_speed[ng_k] = dspeed_du*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 3, _ldm_dtau, ng_row_m, ng_width); /* tau */
    ng_sow(ng_self->ng_seeds + 2, _ldm_dvhalf, ng_row_m, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 2, dspeed_dvhalf, ng_row_speed, ng_width); /* vhalf */
ENDVERBATIM
}

: Derivatives of the update that euler performs, at the new voltage and the old states.
PROCEDURE ng_states_2() {
    LOCAL dpull_dn, dpull_dspeed, pull, dn_slope_dm, dn_slope_dn, dn_slope_dp, dn_slope_dspeed,
          dp_slope_2_dlag, dp_slope_2_dn, dp_slope_2_dp, dp_slope_2_dlag_3, dp_slope_2_dn_3, dp_slope_2_dp_3,
          dp_slope_2_dlag_2, dp_slope_2_dn_2, dp_slope_2_dp_2, dn_dm, dn_dn, dn_dp, dn_dspeed, dp_dlag, dp_dn,
          dp_dp, dp_dlag_2, dp_dn_2, dp_dp_2
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("sequence advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    dpull_dn = -speed
    dpull_dspeed = m - n
    pull = (m - n)*speed
    dn_slope_dm = speed*(p + 1)
    dn_slope_dn = dpull_dn*(p + 1)
    dn_slope_dp = pull
    dn_slope_dspeed = dpull_dspeed*(p + 1)
    if (tau > 1) {
        dp_slope_2_dlag = -(n - p)/(lag*lag)
        dp_slope_2_dn = 1/lag
        dp_slope_2_dp = -1/lag
        dp_slope_2_dlag_3 = dp_slope_2_dlag
        dp_slope_2_dn_3 = dp_slope_2_dn
        dp_slope_2_dp_3 = dp_slope_2_dp
    } else {
        dp_slope_2_dlag_2 = -(n*n - p)/(lag*lag)
        dp_slope_2_dn_2 = 2*n/lag
        dp_slope_2_dp_2 = -1/lag
        dp_slope_2_dlag_3 = dp_slope_2_dlag_2
        dp_slope_2_dn_3 = dp_slope_2_dn_2
        dp_slope_2_dp_3 = dp_slope_2_dp_2
    }
    dn_dm = dn_slope_dm*dt
    dn_dn = dn_slope_dn*dt + 1
    dn_dp = dn_slope_dp*dt
    dn_dspeed = dn_slope_dspeed*dt
    dp_dlag = dp_slope_2_dlag_3*dt
    dp_dn = dp_slope_2_dn_3*dt
    dp_dp = dp_slope_2_dp_3*dt + 1
    dp_dlag_2 = dp_dlag + dp_slope_2_dlag_3*dt
    dp_dn_2 = dp_dn + dp_slope_2_dn_3*dt
    dp_dp_2 = dp_dp + dp_slope_2_dp_3*dt
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_p = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_speed = ng_self->ng_carried + 4*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      const double ng_old_n = ng_row_n[ng_k];
      const double ng_old_p = ng_row_p[ng_k];
      const double ng_old_speed = ng_row_speed[ng_k];
      ng_row_n[ng_k] = _ldn_dm*ng_old_m + _ldn_dn*ng_old_n + _ldn_dp*ng_old_p + _ldn_dspeed*ng_old_speed;
      ng_row_p[ng_k] = _ldp_dn_2*ng_old_n + _ldp_dp_2*ng_old_p;
    }
    ng_sow(ng_self->ng_seeds + 4, _ldp_dlag_2, ng_row_p, ng_width); /* lag */
ENDVERBATIM
}

: Derivatives of the update that product performs, at the new voltage and the old states.
PROCEDURE ng_states_3() {
    LOCAL dq_dm, dq_dn
VERBATIM
    if (ng_link == 0.) return 0;
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("sequence advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    dq_dm = 0.5*n
    dq_dn = 0.5*m
    ng_d_rates(-60)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_q = ng_self->ng_carried + 3*ng_width;
    double *NG_RESTRICT ng_row_speed = ng_self->ng_carried + 4*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      const double ng_old_n = ng_row_n[ng_k];
      const double ng_old_q = ng_row_q[ng_k];
      ng_row_q[ng_k] = _ldq_dm*ng_old_m + _ldq_dn*ng_old_n + 0.5*ng_old_q;
      ng_row_speed[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 2, dspeed_dvhalf, ng_row_speed, ng_width); /* vhalf */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL m, n, dq_dv, dq_dvhalf
    ng_d_rates(v)
    m = minf
    n = m
    dq_dv = dminf_du*m + dminf_du*n
    dq_dvhalf = dminf_dvhalf*m + dminf_dvhalf*n
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_p = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_q = ng_self->ng_carried + 3*ng_width;
    double *NG_RESTRICT ng_row_speed = ng_self->ng_carried + 4*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_m[ng_k] = dminf_du*ng_voltage[ng_k];
      ng_row_n[ng_k] = dminf_du*ng_voltage[ng_k];
      ng_row_p[ng_k] = 0.;
      ng_row_q[ng_k] = _ldq_dv*ng_voltage[ng_k];
      ng_row_speed[ng_k] = dspeed_du*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 2, dminf_dvhalf, ng_row_m, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 2, dminf_dvhalf, ng_row_n, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 2, _ldq_dvhalf, ng_row_q, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 2, dspeed_dvhalf, ng_row_speed, ng_width); /* vhalf */
ENDVERBATIM
}

: rates and its derivatives.
PROCEDURE ng_d_rates(u) {
    LOCAL exp_1, dexp_1_du, dexp_1_dvhalf, dminf_by_exp_1, exp_2, dexp_2_dtau
    exp_1 = exp(-(u - vhalf)/9)
    dexp_1_du = -1/9*ng_finite(exp_1)
    dexp_1_dvhalf = 1/9*ng_finite(exp_1)
    dminf_by_exp_1 = -1/((exp_1 + 1)*(exp_1 + 1))
    dminf_du = dexp_1_du*dminf_by_exp_1
    dminf_dvhalf = dexp_1_dvhalf*dminf_by_exp_1
    minf = 1/(1 + exp_1)
    exp_2 = exp(-dt/tau)
    dexp_2_dtau = dt*ng_finite(exp_2)/(tau*tau)
    dmexp_dtau = -dexp_2_dtau
    mexp = 1 - exp_2
    dspeed_du = 0.3*dminf_du
    dspeed_dvhalf = 0.3*dminf_dvhalf
    speed = 0.2 + 0.3*minf
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
