TITLE Equations that hold at once, linear and not, and states that the method of Runge and Kutta advances

NEURON {
    SUFFIX simultaneous
    RANGE ng_link  : nmodlgrad
    NONSPECIFIC_CURRENT i
    RANGE gbar, e, vhalf, pull, lag
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
    pull = 0.7
    lag = 2 (ms)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    a
    b
}

STATE { x z root m n }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    rates(v)
    root = 0.5
    if (ng_link != 0) { ng_initial_2() }  : nmodlgrad
    SOLVE cubic
    if (ng_link != 0) { ng_initial_3() }  : nmodlgrad
    m = a
    n = root*a
    x = 0
    z = 0
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE ng_states_1  : nmodlgrad
    SOLVE balance
    SOLVE ng_states_2  : nmodlgrad
    SOLVE cubic METHOD newton
    SOLVE ng_states_3  : nmodlgrad
    SOLVE slow METHOD runge
    i = gbar*x*root*(1 + 0.2*z)*(v - e)
}

DERIVATIVE slow {
    LOCAL missing
    rates(v)
    missing = 1 - m
    m' = (a*missing - b*m*n)/lag
    n' = (m - n*n)/lag
}

LINEAR balance SOLVEFOR x, z {
    LOCAL half
    half = 0.5*n
    ~ (1 + a)*x + pull*z = m + half
    ~ x - (2 + n)*z = -b
    ~+ 0.1*z = pull*0.2
}

NONLINEAR cubic {
    rates(v)
    ~ root*root*root + pull*root = 0.3 + a
}

PROCEDURE rates(u (mV)) {
    a = 1/(1 + exp(-(u - vhalf)/9))
    b = 1 - 0.5*a
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: x, z, root, m, n, a, b.
: Seedable: gbar, e, vhalf, pull, lag.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    dt (ms)
    ng_link
    ng_latest_v
    da_du
    da_dvhalf
    db_du
    db_dvhalf
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

/* a*x = b by elimination with partial pivoting: factor a in place, then solve for a vector, or for rows of directions. */
static int ng_factor(long ng_n, double *ng_a, long *ng_pivot) {
  long ng_i, ng_j, ng_l;
  for (ng_l = 0; ng_l < ng_n; ng_l++) {
    long ng_p = ng_l;
    for (ng_i = ng_l + 1; ng_i < ng_n; ng_i++)
      if (fabs(ng_a[ng_i*ng_n + ng_l]) > fabs(ng_a[ng_p*ng_n + ng_l])) ng_p = ng_i;
    ng_pivot[ng_l] = ng_p;
    if (ng_a[ng_p*ng_n + ng_l] == 0.) return 1;
    if (ng_p != ng_l)
      for (ng_j = 0; ng_j < ng_n; ng_j++) {
        const double ng_swap = ng_a[ng_l*ng_n + ng_j];
        ng_a[ng_l*ng_n + ng_j] = ng_a[ng_p*ng_n + ng_j];
        ng_a[ng_p*ng_n + ng_j] = ng_swap;
      }
    for (ng_i = ng_l + 1; ng_i < ng_n; ng_i++) {
      const double ng_f = ng_a[ng_i*ng_n + ng_l] /= ng_a[ng_l*ng_n + ng_l];
      if (ng_f != 0.)
        for (ng_j = ng_l + 1; ng_j < ng_n; ng_j++) ng_a[ng_i*ng_n + ng_j] -= ng_f*ng_a[ng_l*ng_n + ng_j];
    }
  }
  return 0;
}

static void ng_add(double *NG_RESTRICT ng_row, double ng_coefficient, const double *NG_RESTRICT ng_other, long ng_width) {
  long ng_k;
  for (ng_k = 0; ng_k < ng_width; ng_k++) ng_row[ng_k] += ng_coefficient*ng_other[ng_k];
}

static void ng_scale(double *NG_RESTRICT ng_row, double ng_coefficient, long ng_width) {
  long ng_k;
  for (ng_k = 0; ng_k < ng_width; ng_k++) ng_row[ng_k] = ng_coefficient != 0. ? ng_coefficient*ng_row[ng_k] : 0.;
}

static void ng_solve(long ng_n, const double *ng_a, const long *ng_pivot, double *const *ng_rows, long ng_width) {
  long ng_i, ng_j, ng_k;
  for (ng_i = 0; ng_i < ng_n; ng_i++)
    if (ng_pivot[ng_i] != ng_i)
      for (ng_k = 0; ng_k < ng_width; ng_k++) {
        const double ng_swap = ng_rows[ng_i][ng_k];
        ng_rows[ng_i][ng_k] = ng_rows[ng_pivot[ng_i]][ng_k];
        ng_rows[ng_pivot[ng_i]][ng_k] = ng_swap;
      }
  for (ng_i = 1; ng_i < ng_n; ng_i++)
    for (ng_j = 0; ng_j < ng_i; ng_j++)
      if (ng_a[ng_i*ng_n + ng_j] != 0.) ng_add(ng_rows[ng_i], -ng_a[ng_i*ng_n + ng_j], ng_rows[ng_j], ng_width);
  for (ng_i = ng_n - 1; ng_i >= 0; ng_i--) {
    for (ng_j = ng_i + 1; ng_j < ng_n; ng_j++)
      if (ng_a[ng_i*ng_n + ng_j] != 0.) ng_add(ng_rows[ng_i], -ng_a[ng_i*ng_n + ng_j], ng_rows[ng_j], ng_width);
    ng_scale(ng_rows[ng_i], 1./ng_a[ng_i*ng_n + ng_i], ng_width);
  }
}

static void ng_copy(double *NG_RESTRICT ng_to, const double *NG_RESTRICT ng_from, long ng_width) {
  long ng_k;
  for (ng_k = 0; ng_k < ng_width; ng_k++) ng_to[ng_k] = ng_from[ng_k];
}

ENDVERBATIM

: Partial derivatives of other variables that BREAKPOINT computes, each by itself, for who reads them.
PROCEDURE ng_observables() {
    LOCAL di_de, di_dgbar, di_droot, di_dv, di_dx, di_dz
    di_de = -gbar*root*x*(0.2*z + 1)
    di_dgbar = root*x*(v - e)*(0.2*z + 1)
    di_droot = gbar*x*(v - e)*(0.2*z + 1)
    di_dv = gbar*root*x*(0.2*z + 1)
    di_dx = gbar*root*(v - e)*(0.2*z + 1)
    di_dz = 0.2*gbar*root*x*(v - e)
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dx; /* di/dx */
    ng_record[1] = _ldi_dz; /* di/dz */
    ng_record[2] = _ldi_droot; /* di/droot */
    ng_record[3] = _ldi_dgbar; /* di/dgbar */
    ng_record[4] = _ldi_de; /* di/de */
    ng_record[5] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL di_de, ddi_dgbar_dv, di_dgbar, ddi_droot_dv, di_droot, ddi_dx_dv, di_dx, ddi_dz_dv, di_dz
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    di_de = -gbar*root*x*(0.2*z + 1)
    ddi_dgbar_dv = root*x*(0.2*z + 1)
    di_dgbar = root*x*(v - e)*(0.2*z + 1)
    ddi_droot_dv = gbar*x*(0.2*z + 1)
    di_droot = gbar*x*(v - e)*(0.2*z + 1)
    ddi_dx_dv = gbar*root*(0.2*z + 1)
    di_dx = gbar*root*(v - e)*(0.2*z + 1)
    ddi_dz_dv = 0.2*gbar*root*x
    di_dz = 0.2*gbar*root*x*(v - e)
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldi_dx; /* d/dx */
    ng_record[1] = _lddi_dx_dv;
    ng_record[2] = _ldi_dz; /* d/dz */
    ng_record[3] = _lddi_dz_dv;
    ng_record[4] = _ldi_droot; /* d/droot */
    ng_record[5] = _lddi_droot_dv;
    if (ng_self->ng_sown) {
      ng_record[6] = _ldi_dgbar; /* d/dgbar */
      ng_record[7] = _lddi_dgbar_dv;
      ng_record[8] = _ldi_de; /* d/de */
      ng_record[9] = 0.0;
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: Derivatives of the update that cubic performs, at the new voltage and the old states.
PROCEDURE ng_states_2_after() {
    ng_d_rates(v)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_a = ng_self->ng_carried + 5*ng_width;
    double *NG_RESTRICT ng_row_b = ng_self->ng_carried + 6*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_a[ng_k] = da_du*ng_voltage[ng_k];
      ng_row_b[ng_k] = db_du*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 2, da_dvhalf, ng_row_a, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 2, db_dvhalf, ng_row_b, ng_width); /* vhalf */
ENDVERBATIM
}

: Derivatives of the update that runge performs, at the new voltage and the old states.
PROCEDURE ng_states_3() {
    LOCAL m_old, n_old, da_dv, da_dvhalf_2, db_dv, db_dvhalf_2, missing, dm_slope_dlag, inverse_1,
          dm_slope_dm, dm_slope_dn, dm_slope_dv, dm_slope_dvhalf, m_slope, dn_slope_dlag, dn_slope_dn,
          n_slope, dm_new_dlag, dm_new_dm, dm_new_dn, dm_new_dv, dm_new_dvhalf, dn_new_dlag, dn_new_dm,
          dn_new_dn, dm_dlag, dm_dm, dm_dn, dm_dv, dm_dvhalf, m_next, dn_dlag, dn_dm, dn_dn, n_next, da_dv_2,
          da_dvhalf_3, db_dv_2, db_dvhalf_3, dmissing_dlag, dmissing_dm, dmissing_dn, dmissing_dv,
          dmissing_dvhalf, dm_slope_dlag_2, dm_slope_dm_2, dm_slope_dn_2, dm_slope_dv_2, dm_slope_dvhalf_2,
          dn_slope_dlag_2, dn_slope_dm_2, dn_slope_dn_2, dn_slope_dv, dn_slope_dvhalf, dm_new_dlag_2,
          dm_new_dm_2, dm_new_dn_2, dm_new_dv_2, dm_new_dvhalf_2, dn_new_dlag_2, dn_new_dm_2, dn_new_dn_2,
          dn_new_dv, dn_new_dvhalf, dm_dlag_2, dm_dm_2, dm_dn_2, dm_dv_2, dm_dvhalf_2, dn_dlag_2, dn_dm_2,
          dn_dn_2, dn_dv, dn_dvhalf, da_dv_3, da_dvhalf_4, db_dv_3, db_dvhalf_4, dmissing_dlag_2,
          dmissing_dm_2, dmissing_dn_2, dmissing_dv_2, dmissing_dvhalf_2, dm_slope_dlag_3, dm_slope_dm_3,
          dm_slope_dn_3, dm_slope_dv_3, dm_slope_dvhalf_3, dn_slope_dlag_3, dn_slope_dm_3, dn_slope_dn_3,
          dn_slope_dv_2, dn_slope_dvhalf_2, dm_new_dlag_3, dm_new_dm_3, dm_new_dn_3, dm_new_dv_3,
          dm_new_dvhalf_3, dn_new_dlag_3, dn_new_dm_3, dn_new_dn_3, dn_new_dv_2, dn_new_dvhalf_2, dm_dlag_3,
          dm_dm_3, dm_dn_3, dm_dv_3, dm_dvhalf_3, dn_dlag_3, dn_dm_3, dn_dn_3, dn_dv_2, dn_dvhalf_2, da_dv_4,
          da_dvhalf_5, db_dv_4, db_dvhalf_5, dmissing_dlag_3, dmissing_dm_3, dmissing_dn_3, dmissing_dv_3,
          dmissing_dvhalf_3, dm_slope_dlag_4, dm_slope_dm_4, dm_slope_dn_4, dm_slope_dv_4, dm_slope_dvhalf_4,
          dn_slope_dlag_4, dn_slope_dm_4, dn_slope_dn_4, dn_slope_dv_3, dn_slope_dvhalf_3, dm_dlag_4, dm_dm_4,
          dm_dn_4, dm_dv_4, dm_dvhalf_4, dn_dlag_4, dn_dm_4, dn_dn_4, dn_dv_3, dn_dvhalf_3, da_dv_5,
          da_dvhalf_6, db_dv_5, db_dvhalf_6
VERBATIM
    if (ng_link == 0.) return 0;
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("simultaneous advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    m_old = m
    n_old = n
    ng_d_rates(v)
    da_dv = da_du
    da_dvhalf_2 = da_dvhalf
    db_dv = db_du
    db_dvhalf_2 = db_dvhalf
    missing = 1 - m
    dm_slope_dlag = -(a*missing - b*m*n)/(lag*lag)
    inverse_1 = 1/lag
    dm_slope_dm = inverse_1*(-a - b*n)
    dm_slope_dn = -b*m/lag
    dm_slope_dv = inverse_1*(da_dv*missing - db_dv*m*n)
    dm_slope_dvhalf = inverse_1*(da_dvhalf_2*missing - db_dvhalf_2*m*n)
    m_slope = (a*missing - b*m*n)/lag
    dn_slope_dlag = -(m - n*n)/(lag*lag)
    dn_slope_dn = -2*n/lag
    n_slope = (m - n*n)/lag
    dm_new_dlag = 1/6*dm_slope_dlag*dt
    dm_new_dm = 1/6*dm_slope_dm*dt + 1
    dm_new_dn = 1/6*dm_slope_dn*dt
    dm_new_dv = 1/6*dm_slope_dv*dt
    dm_new_dvhalf = 1/6*dm_slope_dvhalf*dt
    dn_new_dlag = 1/6*dn_slope_dlag*dt
    dn_new_dm = 1/6*inverse_1*dt
    dn_new_dn = 1/6*dn_slope_dn*dt + 1
    dm_dlag = 0.5*dm_slope_dlag*dt
    dm_dm = 0.5*dm_slope_dm*dt + 1
    dm_dn = 0.5*dm_slope_dn*dt
    dm_dv = 0.5*dm_slope_dv*dt
    dm_dvhalf = 0.5*dm_slope_dvhalf*dt
    m_next = 0.5*dt*m_slope + m_old
    dn_dlag = 0.5*dn_slope_dlag*dt
    dn_dm = 0.5*inverse_1*dt
    dn_dn = 0.5*dn_slope_dn*dt + 1
    n_next = 0.5*dt*n_slope + n_old
    ng_d_rates(v)
    da_dv_2 = da_du
    da_dvhalf_3 = da_dvhalf
    db_dv_2 = db_du
    db_dvhalf_3 = db_dvhalf
    dmissing_dlag = -dm_dlag
    dmissing_dm = -dm_dm
    dmissing_dn = -dm_dn
    dmissing_dv = -dm_dv
    dmissing_dvhalf = -dm_dvhalf
    missing = 1 - m_next
    dm_slope_dlag_2 = inverse_1*(a*dmissing_dlag + inverse_1*(b*m_next*n_next - a*missing) - b*dm_dlag*n_next - b*dn_dlag*m_next)
    dm_slope_dm_2 = inverse_1*(a*dmissing_dm - b*dm_dm*n_next - b*dn_dm*m_next)
    dm_slope_dn_2 = inverse_1*(a*dmissing_dn - b*dm_dn*n_next - b*dn_dn*m_next)
    dm_slope_dv_2 = inverse_1*(a*dmissing_dv + da_dv_2*missing - b*dm_dv*n_next - db_dv_2*m_next*n_next)
    dm_slope_dvhalf_2 = inverse_1*(a*dmissing_dvhalf + da_dvhalf_3*missing - b*dm_dvhalf*n_next - db_dvhalf_3*m_next*n_next)
    m_slope = (a*missing - b*m_next*n_next)/lag
    dn_slope_dlag_2 = inverse_1*(dm_dlag + inverse_1*(n_next*n_next - m_next) - 2*dn_dlag*n_next)
    dn_slope_dm_2 = inverse_1*(dm_dm - 2*dn_dm*n_next)
    dn_slope_dn_2 = inverse_1*(dm_dn - 2*dn_dn*n_next)
    dn_slope_dv = dm_dv/lag
    dn_slope_dvhalf = dm_dvhalf/lag
    n_slope = (m_next - n_next*n_next)/lag
    dm_new_dlag_2 = dm_new_dlag + 1/3*dm_slope_dlag_2*dt
    dm_new_dm_2 = dm_new_dm + 1/3*dm_slope_dm_2*dt
    dm_new_dn_2 = dm_new_dn + 1/3*dm_slope_dn_2*dt
    dm_new_dv_2 = dm_new_dv + 1/3*dm_slope_dv_2*dt
    dm_new_dvhalf_2 = dm_new_dvhalf + 1/3*dm_slope_dvhalf_2*dt
    dn_new_dlag_2 = dn_new_dlag + 1/3*dn_slope_dlag_2*dt
    dn_new_dm_2 = dn_new_dm + 1/3*dn_slope_dm_2*dt
    dn_new_dn_2 = dn_new_dn + 1/3*dn_slope_dn_2*dt
    dn_new_dv = 1/3*dn_slope_dv*dt
    dn_new_dvhalf = 1/3*dn_slope_dvhalf*dt
    dm_dlag_2 = 0.5*dm_slope_dlag_2*dt
    dm_dm_2 = 0.5*dm_slope_dm_2*dt + 1
    dm_dn_2 = 0.5*dm_slope_dn_2*dt
    dm_dv_2 = 0.5*dm_slope_dv_2*dt
    dm_dvhalf_2 = 0.5*dm_slope_dvhalf_2*dt
    m_next = 0.5*dt*m_slope + m_old
    dn_dlag_2 = 0.5*dn_slope_dlag_2*dt
    dn_dm_2 = 0.5*dn_slope_dm_2*dt
    dn_dn_2 = 0.5*dn_slope_dn_2*dt + 1
    dn_dv = 0.5*dn_slope_dv*dt
    dn_dvhalf = 0.5*dn_slope_dvhalf*dt
    n_next = 0.5*dt*n_slope + n_old
    ng_d_rates(v)
    da_dv_3 = da_du
    da_dvhalf_4 = da_dvhalf
    db_dv_3 = db_du
    db_dvhalf_4 = db_dvhalf
    dmissing_dlag_2 = -dm_dlag_2
    dmissing_dm_2 = -dm_dm_2
    dmissing_dn_2 = -dm_dn_2
    dmissing_dv_2 = -dm_dv_2
    dmissing_dvhalf_2 = -dm_dvhalf_2
    missing = 1 - m_next
    dm_slope_dlag_3 = inverse_1*(a*dmissing_dlag_2 + inverse_1*(b*m_next*n_next - a*missing) - b*dm_dlag_2*n_next - b*dn_dlag_2*m_next)
    dm_slope_dm_3 = inverse_1*(a*dmissing_dm_2 - b*dm_dm_2*n_next - b*dn_dm_2*m_next)
    dm_slope_dn_3 = inverse_1*(a*dmissing_dn_2 - b*dm_dn_2*n_next - b*dn_dn_2*m_next)
    dm_slope_dv_3 = inverse_1*(a*dmissing_dv_2 + da_dv_3*missing - b*dm_dv_2*n_next - b*dn_dv*m_next - db_dv_3*m_next*n_next)
    dm_slope_dvhalf_3 = inverse_1*(a*dmissing_dvhalf_2 + da_dvhalf_4*missing - b*dm_dvhalf_2*n_next - b*dn_dvhalf*m_next - db_dvhalf_4*m_next*n_next)
    m_slope = (a*missing - b*m_next*n_next)/lag
    dn_slope_dlag_3 = inverse_1*(dm_dlag_2 + inverse_1*(n_next*n_next - m_next) - 2*dn_dlag_2*n_next)
    dn_slope_dm_3 = inverse_1*(dm_dm_2 - 2*dn_dm_2*n_next)
    dn_slope_dn_3 = inverse_1*(dm_dn_2 - 2*dn_dn_2*n_next)
    dn_slope_dv_2 = inverse_1*(dm_dv_2 - 2*dn_dv*n_next)
    dn_slope_dvhalf_2 = inverse_1*(dm_dvhalf_2 - 2*dn_dvhalf*n_next)
    n_slope = (m_next - n_next*n_next)/lag
    dm_new_dlag_3 = dm_new_dlag_2 + 1/3*dm_slope_dlag_3*dt
    dm_new_dm_3 = dm_new_dm_2 + 1/3*dm_slope_dm_3*dt
    dm_new_dn_3 = dm_new_dn_2 + 1/3*dm_slope_dn_3*dt
    dm_new_dv_3 = dm_new_dv_2 + 1/3*dm_slope_dv_3*dt
    dm_new_dvhalf_3 = dm_new_dvhalf_2 + 1/3*dm_slope_dvhalf_3*dt
    dn_new_dlag_3 = dn_new_dlag_2 + 1/3*dn_slope_dlag_3*dt
    dn_new_dm_3 = dn_new_dm_2 + 1/3*dn_slope_dm_3*dt
    dn_new_dn_3 = dn_new_dn_2 + 1/3*dn_slope_dn_3*dt
    dn_new_dv_2 = dn_new_dv + 1/3*dn_slope_dv_2*dt
    dn_new_dvhalf_2 = dn_new_dvhalf + 1/3*dn_slope_dvhalf_2*dt
    dm_dlag_3 = dm_slope_dlag_3*dt
    dm_dm_3 = dm_slope_dm_3*dt + 1
    dm_dn_3 = dm_slope_dn_3*dt
    dm_dv_3 = dm_slope_dv_3*dt
    dm_dvhalf_3 = dm_slope_dvhalf_3*dt
    m_next = dt*m_slope + m_old
    dn_dlag_3 = dn_slope_dlag_3*dt
    dn_dm_3 = dn_slope_dm_3*dt
    dn_dn_3 = dn_slope_dn_3*dt + 1
    dn_dv_2 = dn_slope_dv_2*dt
    dn_dvhalf_2 = dn_slope_dvhalf_2*dt
    n_next = dt*n_slope + n_old
    ng_d_rates(v)
    da_dv_4 = da_du
    da_dvhalf_5 = da_dvhalf
    db_dv_4 = db_du
    db_dvhalf_5 = db_dvhalf
    dmissing_dlag_3 = -dm_dlag_3
    dmissing_dm_3 = -dm_dm_3
    dmissing_dn_3 = -dm_dn_3
    dmissing_dv_3 = -dm_dv_3
    dmissing_dvhalf_3 = -dm_dvhalf_3
    missing = 1 - m_next
    dm_slope_dlag_4 = inverse_1*(a*dmissing_dlag_3 + inverse_1*(b*m_next*n_next - a*missing) - b*dm_dlag_3*n_next - b*dn_dlag_3*m_next)
    dm_slope_dm_4 = inverse_1*(a*dmissing_dm_3 - b*dm_dm_3*n_next - b*dn_dm_3*m_next)
    dm_slope_dn_4 = inverse_1*(a*dmissing_dn_3 - b*dm_dn_3*n_next - b*dn_dn_3*m_next)
    dm_slope_dv_4 = inverse_1*(a*dmissing_dv_3 + da_dv_4*missing - b*dm_dv_3*n_next - b*dn_dv_2*m_next - db_dv_4*m_next*n_next)
    dm_slope_dvhalf_4 = inverse_1*(a*dmissing_dvhalf_3 + da_dvhalf_5*missing - b*dm_dvhalf_3*n_next - b*dn_dvhalf_2*m_next - db_dvhalf_5*m_next*n_next)
    dn_slope_dlag_4 = inverse_1*(dm_dlag_3 + inverse_1*(n_next*n_next - m_next) - 2*dn_dlag_3*n_next)
    dn_slope_dm_4 = inverse_1*(dm_dm_3 - 2*dn_dm_3*n_next)
    dn_slope_dn_4 = inverse_1*(dm_dn_3 - 2*dn_dn_3*n_next)
    dn_slope_dv_3 = inverse_1*(dm_dv_3 - 2*dn_dv_2*n_next)
    dn_slope_dvhalf_3 = inverse_1*(dm_dvhalf_3 - 2*dn_dvhalf_2*n_next)
    dm_dlag_4 = dm_new_dlag_3 + 1/6*dm_slope_dlag_4*dt
    dm_dm_4 = dm_new_dm_3 + 1/6*dm_slope_dm_4*dt
    dm_dn_4 = dm_new_dn_3 + 1/6*dm_slope_dn_4*dt
    dm_dv_4 = dm_new_dv_3 + 1/6*dm_slope_dv_4*dt
    dm_dvhalf_4 = dm_new_dvhalf_3 + 1/6*dm_slope_dvhalf_4*dt
    dn_dlag_4 = dn_new_dlag_3 + 1/6*dn_slope_dlag_4*dt
    dn_dm_4 = dn_new_dm_3 + 1/6*dn_slope_dm_4*dt
    dn_dn_4 = dn_new_dn_3 + 1/6*dn_slope_dn_4*dt
    dn_dv_3 = dn_new_dv_2 + 1/6*dn_slope_dv_3*dt
    dn_dvhalf_3 = dn_new_dvhalf_2 + 1/6*dn_slope_dvhalf_3*dt
    ng_d_rates(v)
    da_dv_5 = da_du
    da_dvhalf_6 = da_dvhalf
    db_dv_5 = db_du
    db_dvhalf_6 = db_dvhalf
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 3*ng_width;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 4*ng_width;
    double *NG_RESTRICT ng_row_a = ng_self->ng_carried + 5*ng_width;
    double *NG_RESTRICT ng_row_b = ng_self->ng_carried + 6*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      const double ng_old_n = ng_row_n[ng_k];
      ng_row_m[ng_k] = _ldm_dm_4*ng_old_m + _ldm_dn_4*ng_old_n + _ldm_dv_4*ng_voltage[ng_k];
      ng_row_n[ng_k] = _ldn_dm_4*ng_old_m + _ldn_dn_4*ng_old_n + _ldn_dv_3*ng_voltage[ng_k];
      ng_row_a[ng_k] = _lda_dv_5*ng_voltage[ng_k];
      ng_row_b[ng_k] = _ldb_dv_5*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 4, _ldm_dlag_4, ng_row_m, ng_width); /* lag */
    ng_sow(ng_self->ng_seeds + 2, _ldm_dvhalf_4, ng_row_m, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 4, _ldn_dlag_4, ng_row_n, ng_width); /* lag */
    ng_sow(ng_self->ng_seeds + 2, _ldn_dvhalf_3, ng_row_n, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 2, _lda_dvhalf_6, ng_row_a, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 2, _ldb_dvhalf_6, ng_row_b, ng_width); /* vhalf */
ENDVERBATIM
}

: Derivatives of the update that cubic performs, at the new voltage and the old states.
PROCEDURE ng_initial_2_after() {
    ng_d_rates(v)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_a = ng_self->ng_carried + 5*ng_width;
    double *NG_RESTRICT ng_row_b = ng_self->ng_carried + 6*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_a[ng_k] = da_du*ng_voltage[ng_k];
      ng_row_b[ng_k] = db_du*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 2, da_dvhalf, ng_row_a, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 2, db_dvhalf, ng_row_b, ng_width); /* vhalf */
ENDVERBATIM
}

: Derivatives of the update that cubic performs, at the new voltage and the old states.
PROCEDURE ng_initial_3() {
    LOCAL dn_da, dn_droot
    dn_da = root
    dn_droot = a
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_x = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_z = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_root = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 3*ng_width;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 4*ng_width;
    double *NG_RESTRICT ng_row_a = ng_self->ng_carried + 5*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_root = ng_row_root[ng_k];
      const double ng_old_a = ng_row_a[ng_k];
      ng_row_x[ng_k] = 0.;
      ng_row_z[ng_k] = 0.;
      ng_row_m[ng_k] = ng_old_a;
      ng_row_n[ng_k] = _ldn_da*ng_old_a + _ldn_droot*ng_old_root;
    }
ENDVERBATIM
}

: The residuals of balance, and the matrix of the linear system that is solved for the unknowns.
PROCEDURE ng_states_1_matrix(ng_old, ng_step, ng_matrix) {
    LOCAL half, dresidual_2_dx, residual_2, dresidual_3_dz, residual_3, dresidual_3_dz_2, dresidual_2_dz
VERBATIM
ENDVERBATIM
    half = 0.5*n
    dresidual_2_dx = a + 1
    residual_2 = pull*z + x*(a + 1) - half - m
    dresidual_3_dz = -n - 2
    residual_3 = b + x - z*(n + 2)
    dresidual_3_dz_2 = dresidual_3_dz + 0.1
    residual_3 = residual_3 + 0.1*z - 0.2*pull
    dresidual_2_dz = pull
VERBATIM
    double *ng_to = (double *) (size_t) _lng_step, *ng_element = (double *) (size_t) _lng_matrix;
    ng_to[0] = -(_lresidual_2);
    ng_to[1] = -(_lresidual_3);
    ng_element[0] = _ldresidual_2_dx;
    ng_element[1] = _ldresidual_2_dz;
    ng_element[2] = 1.0;
    ng_element[3] = _ldresidual_3_dz_2;
ENDVERBATIM
}

: The derivatives of the same residuals by all that is active.
PROCEDURE ng_states_1_slopes(ng_old, ng_step, ng_slope) {
    LOCAL dresidual_3_dn, dresidual_2_da, dresidual_2_dpull
VERBATIM
ENDVERBATIM
    dresidual_3_dn = -z
    dresidual_2_da = x
    dresidual_2_dpull = z
VERBATIM
    double *ng_to = (double *) (size_t) _lng_slope;
    ng_to[0] = _ldresidual_2_da; /* residual_2/a */
    ng_to[1] = -1.0; /* residual_2/m */
    ng_to[2] = -0.5; /* residual_2/n */
    ng_to[3] = _ldresidual_2_dpull; /* residual_2/pull */
    ng_to[4] = 1.0; /* residual_3/b */
    ng_to[5] = _ldresidual_3_dn; /* residual_3/n */
    ng_to[6] = -0.2; /* residual_3/pull */
ENDVERBATIM
}

: Derivatives of what balance is solved to, by the iteration that NEURON does; the unknowns are put back.
PROCEDURE ng_states_1() {
VERBATIM
    if (ng_link == 0.) return 0;
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("simultaneous advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
    {
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    const double ng_start[2] = {x, z};
    double *ng_rows[2] = {ng_self->ng_carried + 0*ng_width, ng_self->ng_carried + 1*ng_width};
    double ng_old[2], ng_step[2], *ng_steps[2], ng_matrix[4], ng_slope[7];
    long ng_pivot[2], ng_i;
    for (ng_i = 0; ng_i < 2; ng_i++) {
      ng_old[ng_i] = ng_start[ng_i];
      ng_steps[ng_i] = ng_step + ng_i;
      ng_step[ng_i] = 0.;
    }
    ng_scale(ng_matrix, 0., 4);
    ng_states_1_matrix(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_matrix);
    if (ng_factor(2, ng_matrix, ng_pivot)) ng_self->ng_cell->ng_fault = "balance has a singular matrix";
    ng_solve(2, ng_matrix, ng_pivot, ng_steps, 1);
    x += ng_step[0];
    z += ng_step[1];
    ng_states_1_slopes(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_slope);
    ng_scale(ng_rows[0], 0., ng_width);
    ng_add(ng_rows[0], -ng_slope[0], ng_self->ng_carried + 5*ng_width, ng_width); /* a */
    ng_add(ng_rows[0], -ng_slope[1], ng_self->ng_carried + 3*ng_width, ng_width); /* m */
    ng_add(ng_rows[0], -ng_slope[2], ng_self->ng_carried + 4*ng_width, ng_width); /* n */
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[3], ng_rows[0], ng_width); /* pull */
    ng_scale(ng_rows[1], 0., ng_width);
    ng_add(ng_rows[1], -ng_slope[4], ng_self->ng_carried + 6*ng_width, ng_width); /* b */
    ng_add(ng_rows[1], -ng_slope[5], ng_self->ng_carried + 4*ng_width, ng_width); /* n */
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[6], ng_rows[1], ng_width); /* pull */
    ng_solve(2, ng_matrix, ng_pivot, ng_rows, ng_width);
    x = ng_start[0];
    z = ng_start[1];
    }
ENDVERBATIM
}

: The residuals of cubic, and the matrix of the linear system that is solved for the unknowns.
PROCEDURE ng_states_2_matrix(ng_old, ng_step, ng_matrix) {
    LOCAL dresidual_4_droot, residual_4
VERBATIM
ENDVERBATIM
    rates(v)
    dresidual_4_droot = pull + 3*root*root
    residual_4 = pull*root + root*root*root - a - 0.3
VERBATIM
    double *ng_to = (double *) (size_t) _lng_step, *ng_element = (double *) (size_t) _lng_matrix;
    ng_to[0] = -(_lresidual_4);
    ng_element[0] = _ldresidual_4_droot;
ENDVERBATIM
}

: The derivatives of the same residuals by all that is active.
PROCEDURE ng_states_2_slopes(ng_old, ng_step, ng_slope) {
    LOCAL dresidual_4_dv, dresidual_4_dvhalf, dresidual_4_dpull
VERBATIM
ENDVERBATIM
    ng_d_rates(v)
    dresidual_4_dv = -da_du
    dresidual_4_dvhalf = -da_dvhalf
    dresidual_4_dpull = root
VERBATIM
    double *ng_to = (double *) (size_t) _lng_slope;
    ng_to[0] = _ldresidual_4_dpull; /* residual_4/pull */
    ng_to[1] = _ldresidual_4_dv; /* residual_4/v */
    ng_to[2] = _ldresidual_4_dvhalf; /* residual_4/vhalf */
ENDVERBATIM
}

: Derivatives of what cubic is solved to, by the iteration that NEURON does; the unknowns are put back.
PROCEDURE ng_states_2() {
VERBATIM
    if (ng_link == 0.) return 0;
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("simultaneous advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
    {
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    const double ng_start[1] = {root};
    double *ng_rows[1] = {ng_self->ng_carried + 2*ng_width};
    double ng_old[1], ng_step[1], *ng_steps[1], ng_matrix[1], ng_slope[3];
    long ng_pivot[1], ng_i;
    for (ng_i = 0; ng_i < 1; ng_i++) {
      ng_old[ng_i] = ng_start[ng_i];
      ng_steps[ng_i] = ng_step + ng_i;
      ng_step[ng_i] = 0.;
    }
    ng_scale(ng_matrix, 0., 1);
    ng_states_2_matrix(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_matrix);
    if (ng_factor(1, ng_matrix, ng_pivot)) ng_self->ng_cell->ng_fault = "cubic has a singular matrix";
    ng_solve(1, ng_matrix, ng_pivot, ng_steps, 1);
    for (ng_i = 0; ng_i < 50; ng_i++) { /* until nothing changes any more: NEURON stops near to that */
      double ng_change = 0.;
      root += ng_step[0];
      ng_change = fmax(ng_change, fabs(ng_step[0])/fmax(fabs(root), 1e-30));
      ng_scale(ng_matrix, 0., 1);
      ng_states_2_matrix(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_matrix);
      ng_factor(1, ng_matrix, ng_pivot);
      ng_solve(1, ng_matrix, ng_pivot, ng_steps, 1);
      if (ng_change < 1e-14) break;
    }
    root += ng_step[0];
    ng_states_2_slopes(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_slope);
    ng_scale(ng_rows[0], 0., ng_width);
    ng_add(ng_rows[0], -ng_slope[1], ng_self->ng_voltage, ng_width);
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[0], ng_rows[0], ng_width); /* pull */
    ng_sow(ng_self->ng_seeds + 2, -ng_slope[2], ng_rows[0], ng_width); /* vhalf */
    ng_solve(1, ng_matrix, ng_pivot, ng_rows, ng_width);
    ng_states_2_after(_threadargs_);
    root = ng_start[0];
    }
ENDVERBATIM
}

: The residuals of cubic, and the matrix of the linear system that is solved for the unknowns.
PROCEDURE ng_initial_2_matrix(ng_old, ng_step, ng_matrix) {
    LOCAL dresidual_1_droot, residual_1
VERBATIM
ENDVERBATIM
    rates(v)
    dresidual_1_droot = pull + 3*root*root
    residual_1 = pull*root + root*root*root - a - 0.3
VERBATIM
    double *ng_to = (double *) (size_t) _lng_step, *ng_element = (double *) (size_t) _lng_matrix;
    ng_to[0] = -(_lresidual_1);
    ng_element[0] = _ldresidual_1_droot;
ENDVERBATIM
}

: The derivatives of the same residuals by all that is active.
PROCEDURE ng_initial_2_slopes(ng_old, ng_step, ng_slope) {
    LOCAL dresidual_1_dv, dresidual_1_dvhalf, dresidual_1_dpull
VERBATIM
ENDVERBATIM
    ng_d_rates(v)
    dresidual_1_dv = -da_du
    dresidual_1_dvhalf = -da_dvhalf
    dresidual_1_dpull = root
VERBATIM
    double *ng_to = (double *) (size_t) _lng_slope;
    ng_to[0] = _ldresidual_1_dpull; /* residual_1/pull */
    ng_to[1] = _ldresidual_1_dv; /* residual_1/v */
    ng_to[2] = _ldresidual_1_dvhalf; /* residual_1/vhalf */
ENDVERBATIM
}

: Derivatives of what cubic is solved to, by the iteration that NEURON does; the unknowns are put back.
PROCEDURE ng_initial_2() {
VERBATIM
    {
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    const double ng_start[1] = {root};
    double *ng_rows[1] = {ng_self->ng_carried + 2*ng_width};
    double ng_old[1], ng_step[1], *ng_steps[1], ng_matrix[1], ng_slope[3];
    long ng_pivot[1], ng_i;
    for (ng_i = 0; ng_i < 1; ng_i++) {
      ng_old[ng_i] = ng_start[ng_i];
      ng_steps[ng_i] = ng_step + ng_i;
      ng_step[ng_i] = 0.;
    }
    ng_scale(ng_matrix, 0., 1);
    ng_initial_2_matrix(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_matrix);
    if (ng_factor(1, ng_matrix, ng_pivot)) ng_self->ng_cell->ng_fault = "cubic has a singular matrix";
    ng_solve(1, ng_matrix, ng_pivot, ng_steps, 1);
    for (ng_i = 0; ng_i < 50; ng_i++) { /* until nothing changes any more: NEURON stops near to that */
      double ng_change = 0.;
      root += ng_step[0];
      ng_change = fmax(ng_change, fabs(ng_step[0])/fmax(fabs(root), 1e-30));
      ng_scale(ng_matrix, 0., 1);
      ng_initial_2_matrix(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_matrix);
      ng_factor(1, ng_matrix, ng_pivot);
      ng_solve(1, ng_matrix, ng_pivot, ng_steps, 1);
      if (ng_change < 1e-14) break;
    }
    root += ng_step[0];
    ng_initial_2_slopes(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_slope);
    ng_scale(ng_rows[0], 0., ng_width);
    ng_add(ng_rows[0], -ng_slope[1], ng_self->ng_voltage, ng_width);
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[0], ng_rows[0], ng_width); /* pull */
    ng_sow(ng_self->ng_seeds + 2, -ng_slope[2], ng_rows[0], ng_width); /* vhalf */
    ng_solve(1, ng_matrix, ng_pivot, ng_rows, ng_width);
    ng_initial_2_after(_threadargs_);
    root = ng_start[0];
    }
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
    double *NG_RESTRICT ng_row_x = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_z = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_root = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 3*ng_width;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 4*ng_width;
    double *NG_RESTRICT ng_row_a = ng_self->ng_carried + 5*ng_width;
    double *NG_RESTRICT ng_row_b = ng_self->ng_carried + 6*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_x[ng_k] = 0.;
      ng_row_z[ng_k] = 0.;
      ng_row_root[ng_k] = 0.;
      ng_row_m[ng_k] = 0.;
      ng_row_n[ng_k] = 0.;
      ng_row_a[ng_k] = da_du*ng_voltage[ng_k];
      ng_row_b[ng_k] = db_du*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 2, da_dvhalf, ng_row_a, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 2, db_dvhalf, ng_row_b, ng_width); /* vhalf */
ENDVERBATIM
}

: rates and its derivatives.
PROCEDURE ng_d_rates(u) {
    LOCAL exp_1, dexp_1_du, dexp_1_dvhalf, da_by_exp_1
    exp_1 = exp(-(u - vhalf)/9)
    dexp_1_du = -1/9*ng_finite(exp_1)
    dexp_1_dvhalf = 1/9*ng_finite(exp_1)
    da_by_exp_1 = -1/((exp_1 + 1)*(exp_1 + 1))
    da_du = da_by_exp_1*dexp_1_du
    da_dvhalf = da_by_exp_1*dexp_1_dvhalf
    a = 1/(1 + exp_1)
    db_du = -0.5*da_du
    db_dvhalf = -0.5*da_dvhalf
    b = 1 - 0.5*a
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
