TITLE A channel as a kinetic scheme, started from its steady state

NEURON {
    SUFFIX kinchan
    RANGE ng_link  : nmodlgrad
    USEION k READ ek WRITE ik
    RANGE gbar, vhalf, speed, total
    THREADSAFE
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.002 (S/cm2)
    vhalf = -45 (mV)
    speed = 0.4 (/ms)
    total = 1
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    a (/ms)
    b (/ms)
    passing (/ms)
    start
}

STATE { c1 c2 o inactive }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    rates(v)
    start = 0.2*a/(a + b)
    if (ng_link != 0) { ng_initial_2() }  : nmodlgrad
    SOLVE scheme STEADYSTATE sparse
    if (ng_link != 0) { ng_initial_3() }  : nmodlgrad
    inactive = start*o
    passing = 0
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE ng_states  : nmodlgrad
    SOLVE scheme METHOD sparse
    ik = gbar*(o + 0.1*passing)*(v - ek)
}

KINETIC scheme {
    rates(v)
    ~ c1 <-> c2 (2*a, b)
    passing = f_flux - b_flux
    ~ c2 <-> o (a, 2*b)
    ~ o <-> inactive (0.3*speed, 0.05*b)
    CONSERVE c1 + c2 + o + inactive = total
}

PROCEDURE rates(u (mV)) {
    a = speed*exp((u - vhalf)/25)
    b = speed*exp(-(u - vhalf)/20)
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: o, passing, c1, c2, inactive, start.
: Seedable: gbar, ek, vhalf, speed, total.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    dt (ms)
    ng_link
    ng_latest_v
    da_dspeed
    da_du
    da_dvhalf
    db_dspeed
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

: Partial derivatives of the currents of ions, each by itself, for who reads them.
PROCEDURE ng_ion_currents() {
    LOCAL dik_dek, dik_dgbar, dik_do, dik_dpassing, dik_dv
    dik_dek = -gbar*(o + 0.1*passing)
    dik_dgbar = (v - ek)*(o + 0.1*passing)
    dik_do = gbar*(v - ek)
    dik_dpassing = 0.1*gbar*(v - ek)
    dik_dv = gbar*(o + 0.1*passing)
VERBATIM
    double *ng_record = NG_SELF->ng_ion_record;
    ng_record[0] = _ldik_do; /* dik/do */
    ng_record[1] = _ldik_dpassing; /* dik/dpassing */
    ng_record[2] = _ldik_dgbar; /* dik/dgbar */
    ng_record[3] = _ldik_dek; /* dik/dek */
    ng_record[4] = _ldik_dv; /* dik/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL dik_dek, ddik_dgbar_dv, dik_dgbar, dik_do, ddik_dpassing_dv, dik_dpassing, ddik_do_dv
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    dik_dek = -gbar*(o + 0.1*passing)
    ddik_dgbar_dv = o + 0.1*passing
    dik_dgbar = (v - ek)*(o + 0.1*passing)
    dik_do = gbar*(v - ek)
    ddik_dpassing_dv = 0.1*gbar
    dik_dpassing = 0.1*gbar*(v - ek)
    ddik_do_dv = gbar
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldik_do; /* d/do */
    ng_record[1] = _lddik_do_dv;
    ng_record[2] = _ldik_dpassing; /* d/dpassing */
    ng_record[3] = _lddik_dpassing_dv;
    if (ng_self->ng_sown) {
      ng_record[4] = _ldik_dgbar; /* d/dgbar */
      ng_record[5] = _lddik_dgbar_dv;
      ng_record[6] = _ldik_dek; /* d/dek */
      ng_record[7] = 0.0;
    }
    if (NG_RARELY(ng_self->ng_ion_record)) ng_ion_currents(_threadargs_);
ENDVERBATIM
}

: Derivatives of the update that scheme performs, at the new voltage and the old states.
PROCEDURE ng_states_after() {
    LOCAL df_flux_dc1, df_flux_dspeed, df_flux_dv, df_flux_dvhalf, db_flux_dc2, db_flux_dspeed, db_flux_dv,
          db_flux_dvhalf, dpassing_dc2, dpassing_dspeed, dpassing_dv, dpassing_dvhalf
    ng_d_rates(v)
    df_flux_dc1 = 2*a
    df_flux_dspeed = 2*c1*da_dspeed
    df_flux_dv = 2*c1*da_du
    df_flux_dvhalf = 2*c1*da_dvhalf
    db_flux_dc2 = b
    db_flux_dspeed = c2*db_dspeed
    db_flux_dv = c2*db_du
    db_flux_dvhalf = c2*db_dvhalf
    dpassing_dc2 = -db_flux_dc2
    dpassing_dspeed = df_flux_dspeed - db_flux_dspeed
    dpassing_dv = df_flux_dv - db_flux_dv
    dpassing_dvhalf = df_flux_dvhalf - db_flux_dvhalf
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_passing = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_c1 = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_c2 = ng_self->ng_carried + 3*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_c1 = ng_row_c1[ng_k];
      const double ng_old_c2 = ng_row_c2[ng_k];
      ng_row_passing[ng_k] = _ldf_flux_dc1*ng_old_c1 + _ldpassing_dc2*ng_old_c2 + _ldpassing_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 3, _ldpassing_dspeed, ng_row_passing, ng_width); /* speed */
    ng_sow(ng_self->ng_seeds + 2, _ldpassing_dvhalf, ng_row_passing, ng_width); /* vhalf */
ENDVERBATIM
}

: Derivatives of the update that scheme performs, at the new voltage and the old states.
PROCEDURE ng_initial_2_after() {
    LOCAL df_flux_dc1, df_flux_dspeed, df_flux_dv, df_flux_dvhalf, db_flux_dc2, db_flux_dspeed, db_flux_dv,
          db_flux_dvhalf, dpassing_dc2, dpassing_dspeed, dpassing_dv, dpassing_dvhalf
    ng_d_rates(v)
    df_flux_dc1 = 2*a
    df_flux_dspeed = 2*c1*da_dspeed
    df_flux_dv = 2*c1*da_du
    df_flux_dvhalf = 2*c1*da_dvhalf
    db_flux_dc2 = b
    db_flux_dspeed = c2*db_dspeed
    db_flux_dv = c2*db_du
    db_flux_dvhalf = c2*db_dvhalf
    dpassing_dc2 = -db_flux_dc2
    dpassing_dspeed = df_flux_dspeed - db_flux_dspeed
    dpassing_dv = df_flux_dv - db_flux_dv
    dpassing_dvhalf = df_flux_dvhalf - db_flux_dvhalf
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_passing = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_c1 = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_c2 = ng_self->ng_carried + 3*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_c1 = ng_row_c1[ng_k];
      const double ng_old_c2 = ng_row_c2[ng_k];
      ng_row_passing[ng_k] = _ldf_flux_dc1*ng_old_c1 + _ldpassing_dc2*ng_old_c2 + _ldpassing_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 3, _ldpassing_dspeed, ng_row_passing, ng_width); /* speed */
    ng_sow(ng_self->ng_seeds + 2, _ldpassing_dvhalf, ng_row_passing, ng_width); /* vhalf */
ENDVERBATIM
}

: Derivatives of the update that scheme performs, at the new voltage and the old states.
PROCEDURE ng_initial_3() {
    LOCAL dinactive_do, dinactive_dstart
    dinactive_do = start
    dinactive_dstart = o
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_o = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_passing = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_inactive = ng_self->ng_carried + 4*ng_width;
    double *NG_RESTRICT ng_row_start = ng_self->ng_carried + 5*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_o = ng_row_o[ng_k];
      const double ng_old_start = ng_row_start[ng_k];
      ng_row_passing[ng_k] = 0.;
      ng_row_inactive[ng_k] = _ldinactive_do*ng_old_o + _ldinactive_dstart*ng_old_start;
    }
ENDVERBATIM
}

: The residuals of scheme, and the matrix of the linear system that is solved for the unknowns.
PROCEDURE ng_states_matrix(ng_old, ng_step, ng_matrix) {
    LOCAL c1_old_2, c2_old_2, o_old_2, inactive_old_2, c1_correction_2, c2_correction_2, o_correction_2,
          inactive_correction_2, f_flux, b_flux, forward_rate_4, backward_rate_4, dflux_4_dc1_correction_2,
          dflux_4_dc2_correction_2, flux_4, forward_rate_5, backward_rate_5, dflux_5_dc2_correction_2,
          dflux_5_do_correction_2, flux_5, forward_rate_6, backward_rate_6, dflux_6_dinactive_correction_2,
          dflux_6_do_correction_2, flux_6, conserved_2, dc1_residual_2_dc1_correction_2, c1_residual_2,
          dc2_residual_2_dc1_correction_2, dc2_residual_2_dc2_correction_2, c2_residual_2,
          do_residual_2_dc2_correction_2, do_residual_2_do_correction_2, o_residual_2, inactive_residual_2
VERBATIM
    _lc1_old_2 = ((const double *) (size_t) _lng_old)[0];
    _lc2_old_2 = ((const double *) (size_t) _lng_old)[1];
    _lo_old_2 = ((const double *) (size_t) _lng_old)[2];
    _linactive_old_2 = ((const double *) (size_t) _lng_old)[3];
    _lc1_correction_2 = ((const double *) (size_t) _lng_step)[0];
    _lc2_correction_2 = ((const double *) (size_t) _lng_step)[1];
    _lo_correction_2 = ((const double *) (size_t) _lng_step)[2];
    _linactive_correction_2 = ((const double *) (size_t) _lng_step)[3];
ENDVERBATIM
    rates(v)
    f_flux = 2*a*c1
    b_flux = b*c2
    forward_rate_4 = 2*a
    backward_rate_4 = b
    dflux_4_dc1_correction_2 = forward_rate_4
    dflux_4_dc2_correction_2 = -backward_rate_4
    flux_4 = c1_correction_2*forward_rate_4 + f_flux - b_flux - backward_rate_4*c2_correction_2
    f_flux = a*c2
    b_flux = 2*b*o
    forward_rate_5 = a
    backward_rate_5 = 2*b
    dflux_5_dc2_correction_2 = forward_rate_5
    dflux_5_do_correction_2 = -backward_rate_5
    flux_5 = c2_correction_2*forward_rate_5 + f_flux - b_flux - backward_rate_5*o_correction_2
    f_flux = 0.3*o*speed
    b_flux = 0.05*b*inactive
    forward_rate_6 = 0.3*speed
    backward_rate_6 = 0.05*b
    dflux_6_dinactive_correction_2 = -backward_rate_6
    dflux_6_do_correction_2 = forward_rate_6
    flux_6 = f_flux + forward_rate_6*o_correction_2 - b_flux - backward_rate_6*inactive_correction_2
    conserved_2 = c1 + c1_correction_2 + c2 + c2_correction_2 + inactive + inactive_correction_2 + o + o_correction_2 - total
    dc1_residual_2_dc1_correction_2 = dflux_4_dc1_correction_2 + 1/dt
    c1_residual_2 = flux_4 + (c1 + c1_correction_2 - c1_old_2)/dt
    dc2_residual_2_dc1_correction_2 = -dflux_4_dc1_correction_2
    dc2_residual_2_dc2_correction_2 = dflux_5_dc2_correction_2 + 1/dt - dflux_4_dc2_correction_2
    c2_residual_2 = flux_5 + (c2 + c2_correction_2 - c2_old_2)/dt - flux_4
    do_residual_2_dc2_correction_2 = -dflux_5_dc2_correction_2
    do_residual_2_do_correction_2 = dflux_6_do_correction_2 + 1/dt - dflux_5_do_correction_2
    o_residual_2 = flux_6 + (o + o_correction_2 - o_old_2)/dt - flux_5
    inactive_residual_2 = conserved_2
VERBATIM
    double *ng_to = (double *) (size_t) _lng_step, *ng_element = (double *) (size_t) _lng_matrix;
    ng_to[0] = -(_lc1_residual_2);
    ng_to[1] = -(_lc2_residual_2);
    ng_to[2] = -(_lo_residual_2);
    ng_to[3] = -(_linactive_residual_2);
    ng_element[0] = _ldc1_residual_2_dc1_correction_2;
    ng_element[1] = _ldflux_4_dc2_correction_2;
    ng_element[4] = _ldc2_residual_2_dc1_correction_2;
    ng_element[5] = _ldc2_residual_2_dc2_correction_2;
    ng_element[6] = _ldflux_5_do_correction_2;
    ng_element[9] = _ldo_residual_2_dc2_correction_2;
    ng_element[11] = _ldflux_6_dinactive_correction_2;
    ng_element[10] = _ldo_residual_2_do_correction_2;
    ng_element[12] = 1.0;
    ng_element[13] = 1.0;
    ng_element[15] = 1.0;
    ng_element[14] = 1.0;
ENDVERBATIM
}

: The derivatives of the same residuals by all that is active.
PROCEDURE ng_states_slopes(ng_old, ng_step, ng_slope) {
    LOCAL c1_old_2, c2_old_2, o_old_2, inactive_old_2, c1_correction_2, c2_correction_2, o_correction_2,
          inactive_correction_2, df_flux_dspeed, df_flux_dv, df_flux_dvhalf, db_flux_dspeed, db_flux_dv,
          db_flux_dvhalf, dforward_rate_4_dspeed, dforward_rate_4_dv, dforward_rate_4_dvhalf, dflux_4_dspeed,
          dflux_4_dv, dflux_4_dvhalf, df_flux_dspeed_2, df_flux_dv_2, df_flux_dvhalf_2, db_flux_dspeed_2,
          db_flux_dv_2, db_flux_dvhalf_2, dbackward_rate_5_dspeed, dbackward_rate_5_dv,
          dbackward_rate_5_dvhalf, dflux_5_dspeed, dflux_5_dv, dflux_5_dvhalf, df_flux_dspeed_3,
          db_flux_dspeed_3, db_flux_dv_3, db_flux_dvhalf_3, dbackward_rate_6_dspeed, dbackward_rate_6_dv,
          dbackward_rate_6_dvhalf, dflux_6_dspeed, dflux_6_dv, dflux_6_dvhalf, dc1_residual_2_dc1_old_2,
          dc2_residual_2_dc2_old_2, dc2_residual_2_dspeed, dc2_residual_2_dv, dc2_residual_2_dvhalf,
          do_residual_2_do_old_2, do_residual_2_dspeed, do_residual_2_dv, do_residual_2_dvhalf
VERBATIM
    _lc1_old_2 = ((const double *) (size_t) _lng_old)[0];
    _lc2_old_2 = ((const double *) (size_t) _lng_old)[1];
    _lo_old_2 = ((const double *) (size_t) _lng_old)[2];
    _linactive_old_2 = ((const double *) (size_t) _lng_old)[3];
    _lc1_correction_2 = ((const double *) (size_t) _lng_step)[0];
    _lc2_correction_2 = ((const double *) (size_t) _lng_step)[1];
    _lo_correction_2 = ((const double *) (size_t) _lng_step)[2];
    _linactive_correction_2 = ((const double *) (size_t) _lng_step)[3];
ENDVERBATIM
    ng_d_rates(v)
    df_flux_dspeed = 2*c1*da_dspeed
    df_flux_dv = 2*c1*da_du
    df_flux_dvhalf = 2*c1*da_dvhalf
    db_flux_dspeed = c2*db_dspeed
    db_flux_dv = c2*db_du
    db_flux_dvhalf = c2*db_dvhalf
    dforward_rate_4_dspeed = 2*da_dspeed
    dforward_rate_4_dv = 2*da_du
    dforward_rate_4_dvhalf = 2*da_dvhalf
    dflux_4_dspeed = c1_correction_2*dforward_rate_4_dspeed + df_flux_dspeed - c2_correction_2*db_dspeed - db_flux_dspeed
    dflux_4_dv = c1_correction_2*dforward_rate_4_dv + df_flux_dv - c2_correction_2*db_du - db_flux_dv
    dflux_4_dvhalf = c1_correction_2*dforward_rate_4_dvhalf + df_flux_dvhalf - c2_correction_2*db_dvhalf - db_flux_dvhalf
    df_flux_dspeed_2 = c2*da_dspeed
    df_flux_dv_2 = c2*da_du
    df_flux_dvhalf_2 = c2*da_dvhalf
    db_flux_dspeed_2 = 2*db_dspeed*o
    db_flux_dv_2 = 2*db_du*o
    db_flux_dvhalf_2 = 2*db_dvhalf*o
    dbackward_rate_5_dspeed = 2*db_dspeed
    dbackward_rate_5_dv = 2*db_du
    dbackward_rate_5_dvhalf = 2*db_dvhalf
    dflux_5_dspeed = c2_correction_2*da_dspeed + df_flux_dspeed_2 - db_flux_dspeed_2 - dbackward_rate_5_dspeed*o_correction_2
    dflux_5_dv = c2_correction_2*da_du + df_flux_dv_2 - db_flux_dv_2 - dbackward_rate_5_dv*o_correction_2
    dflux_5_dvhalf = c2_correction_2*da_dvhalf + df_flux_dvhalf_2 - db_flux_dvhalf_2 - dbackward_rate_5_dvhalf*o_correction_2
    df_flux_dspeed_3 = 0.3*o
    db_flux_dspeed_3 = 0.05*db_dspeed*inactive
    db_flux_dv_3 = 0.05*db_du*inactive
    db_flux_dvhalf_3 = 0.05*db_dvhalf*inactive
    dbackward_rate_6_dspeed = 0.05*db_dspeed
    dbackward_rate_6_dv = 0.05*db_du
    dbackward_rate_6_dvhalf = 0.05*db_dvhalf
    dflux_6_dspeed = df_flux_dspeed_3 + 0.3*o_correction_2 - db_flux_dspeed_3 - dbackward_rate_6_dspeed*inactive_correction_2
    dflux_6_dv = -db_flux_dv_3 - dbackward_rate_6_dv*inactive_correction_2
    dflux_6_dvhalf = -db_flux_dvhalf_3 - dbackward_rate_6_dvhalf*inactive_correction_2
    dc1_residual_2_dc1_old_2 = -1/dt
    dc2_residual_2_dc2_old_2 = -1/dt
    dc2_residual_2_dspeed = dflux_5_dspeed - dflux_4_dspeed
    dc2_residual_2_dv = dflux_5_dv - dflux_4_dv
    dc2_residual_2_dvhalf = dflux_5_dvhalf - dflux_4_dvhalf
    do_residual_2_do_old_2 = -1/dt
    do_residual_2_dspeed = dflux_6_dspeed - dflux_5_dspeed
    do_residual_2_dv = dflux_6_dv - dflux_5_dv
    do_residual_2_dvhalf = dflux_6_dvhalf - dflux_5_dvhalf
VERBATIM
    double *ng_to = (double *) (size_t) _lng_slope;
    ng_to[0] = _ldc1_residual_2_dc1_old_2; /* c1_residual_2/c1_old_2 */
    ng_to[1] = _ldflux_4_dspeed; /* c1_residual_2/speed */
    ng_to[2] = _ldflux_4_dv; /* c1_residual_2/v */
    ng_to[3] = _ldflux_4_dvhalf; /* c1_residual_2/vhalf */
    ng_to[4] = _ldc2_residual_2_dc2_old_2; /* c2_residual_2/c2_old_2 */
    ng_to[5] = _ldc2_residual_2_dspeed; /* c2_residual_2/speed */
    ng_to[6] = _ldc2_residual_2_dv; /* c2_residual_2/v */
    ng_to[7] = _ldc2_residual_2_dvhalf; /* c2_residual_2/vhalf */
    ng_to[8] = _ldo_residual_2_do_old_2; /* o_residual_2/o_old_2 */
    ng_to[9] = _ldo_residual_2_dspeed; /* o_residual_2/speed */
    ng_to[10] = _ldo_residual_2_dv; /* o_residual_2/v */
    ng_to[11] = _ldo_residual_2_dvhalf; /* o_residual_2/vhalf */
    ng_to[12] = -1.0; /* inactive_residual_2/total */
ENDVERBATIM
}

: Derivatives of what scheme is solved to, by the iteration that NEURON does; the unknowns are put back.
PROCEDURE ng_states() {
VERBATIM
    if (ng_link == 0.) return 0;
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("kinchan advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
    {
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    const double ng_start[4] = {c1, c2, o, inactive};
    double *ng_rows[4] = {ng_self->ng_carried + 2*ng_width, ng_self->ng_carried + 3*ng_width, ng_self->ng_carried + 0*ng_width, ng_self->ng_carried + 4*ng_width};
    double ng_old[4], ng_step[4], *ng_steps[4], ng_matrix[16], ng_slope[13];
    long ng_pivot[4], ng_i;
    for (ng_i = 0; ng_i < 4; ng_i++) {
      ng_old[ng_i] = ng_start[ng_i];
      ng_steps[ng_i] = ng_step + ng_i;
      ng_step[ng_i] = 0.;
    }
    ng_scale(ng_matrix, 0., 16);
    ng_states_matrix(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_matrix);
    if (ng_factor(4, ng_matrix, ng_pivot)) ng_self->ng_cell->ng_fault = "scheme has a singular matrix";
    ng_solve(4, ng_matrix, ng_pivot, ng_steps, 1);
    ng_states_slopes(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_slope);
    ng_scale(ng_rows[0], -ng_slope[0], ng_width);
    ng_add(ng_rows[0], -ng_slope[2], ng_self->ng_voltage, ng_width);
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[1], ng_rows[0], ng_width); /* speed */
    ng_sow(ng_self->ng_seeds + 2, -ng_slope[3], ng_rows[0], ng_width); /* vhalf */
    ng_scale(ng_rows[1], -ng_slope[4], ng_width);
    ng_add(ng_rows[1], -ng_slope[6], ng_self->ng_voltage, ng_width);
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[5], ng_rows[1], ng_width); /* speed */
    ng_sow(ng_self->ng_seeds + 2, -ng_slope[7], ng_rows[1], ng_width); /* vhalf */
    ng_scale(ng_rows[2], -ng_slope[8], ng_width);
    ng_add(ng_rows[2], -ng_slope[10], ng_self->ng_voltage, ng_width);
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[9], ng_rows[2], ng_width); /* speed */
    ng_sow(ng_self->ng_seeds + 2, -ng_slope[11], ng_rows[2], ng_width); /* vhalf */
    ng_scale(ng_rows[3], 0., ng_width);
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[12], ng_rows[3], ng_width); /* total */
    ng_solve(4, ng_matrix, ng_pivot, ng_rows, ng_width);
    c1 += ng_step[0];
    c2 += ng_step[1];
    o += ng_step[2];
    inactive += ng_step[3];
    ng_states_after(_threadargs_);
    c1 = ng_start[0];
    c2 = ng_start[1];
    o = ng_start[2];
    inactive = ng_start[3];
    }
ENDVERBATIM
}

: The residuals of scheme, and the matrix of the linear system that is solved for the unknowns.
PROCEDURE ng_initial_2_matrix(ng_old, ng_step, ng_matrix) {
    LOCAL c1_old, c2_old, o_old, inactive_old, c1_correction, c2_correction, o_correction,
          inactive_correction, f_flux, b_flux, forward_rate, backward_rate, dflux_1_dc1_correction,
          dflux_1_dc2_correction, flux_1, forward_rate_2, backward_rate_2, dflux_2_dc2_correction,
          dflux_2_do_correction, flux_2, forward_rate_3, backward_rate_3, dflux_3_dinactive_correction,
          dflux_3_do_correction, flux_3, conserved_1, dc1_residual_dc1_correction, c1_residual,
          dc2_residual_dc1_correction, dc2_residual_dc2_correction, c2_residual, do_residual_dc2_correction,
          do_residual_do_correction, o_residual, inactive_residual
VERBATIM
    _lc1_old = ((const double *) (size_t) _lng_old)[0];
    _lc2_old = ((const double *) (size_t) _lng_old)[1];
    _lo_old = ((const double *) (size_t) _lng_old)[2];
    _linactive_old = ((const double *) (size_t) _lng_old)[3];
    _lc1_correction = ((const double *) (size_t) _lng_step)[0];
    _lc2_correction = ((const double *) (size_t) _lng_step)[1];
    _lo_correction = ((const double *) (size_t) _lng_step)[2];
    _linactive_correction = ((const double *) (size_t) _lng_step)[3];
ENDVERBATIM
    rates(v)
    f_flux = 2*a*c1
    b_flux = b*c2
    forward_rate = 2*a
    backward_rate = b
    dflux_1_dc1_correction = forward_rate
    dflux_1_dc2_correction = -backward_rate
    flux_1 = c1_correction*forward_rate + f_flux - b_flux - backward_rate*c2_correction
    f_flux = a*c2
    b_flux = 2*b*o
    forward_rate_2 = a
    backward_rate_2 = 2*b
    dflux_2_dc2_correction = forward_rate_2
    dflux_2_do_correction = -backward_rate_2
    flux_2 = c2_correction*forward_rate_2 + f_flux - b_flux - backward_rate_2*o_correction
    f_flux = 0.3*o*speed
    b_flux = 0.05*b*inactive
    forward_rate_3 = 0.3*speed
    backward_rate_3 = 0.05*b
    dflux_3_dinactive_correction = -backward_rate_3
    dflux_3_do_correction = forward_rate_3
    flux_3 = f_flux + forward_rate_3*o_correction - b_flux - backward_rate_3*inactive_correction
    conserved_1 = c1 + c1_correction + c2 + c2_correction + inactive + inactive_correction + o + o_correction - total
    dc1_residual_dc1_correction = dflux_1_dc1_correction + 1/dt
    c1_residual = flux_1 + (c1 + c1_correction - c1_old)/dt
    dc2_residual_dc1_correction = -dflux_1_dc1_correction
    dc2_residual_dc2_correction = dflux_2_dc2_correction + 1/dt - dflux_1_dc2_correction
    c2_residual = flux_2 + (c2 + c2_correction - c2_old)/dt - flux_1
    do_residual_dc2_correction = -dflux_2_dc2_correction
    do_residual_do_correction = dflux_3_do_correction + 1/dt - dflux_2_do_correction
    o_residual = flux_3 + (o + o_correction - o_old)/dt - flux_2
    inactive_residual = conserved_1
VERBATIM
    double *ng_to = (double *) (size_t) _lng_step, *ng_element = (double *) (size_t) _lng_matrix;
    ng_to[0] = -(_lc1_residual);
    ng_to[1] = -(_lc2_residual);
    ng_to[2] = -(_lo_residual);
    ng_to[3] = -(_linactive_residual);
    ng_element[0] = _ldc1_residual_dc1_correction;
    ng_element[1] = _ldflux_1_dc2_correction;
    ng_element[4] = _ldc2_residual_dc1_correction;
    ng_element[5] = _ldc2_residual_dc2_correction;
    ng_element[6] = _ldflux_2_do_correction;
    ng_element[9] = _ldo_residual_dc2_correction;
    ng_element[11] = _ldflux_3_dinactive_correction;
    ng_element[10] = _ldo_residual_do_correction;
    ng_element[12] = 1.0;
    ng_element[13] = 1.0;
    ng_element[15] = 1.0;
    ng_element[14] = 1.0;
ENDVERBATIM
}

: The derivatives of the same residuals by all that is active.
PROCEDURE ng_initial_2_slopes(ng_old, ng_step, ng_slope) {
    LOCAL c1_old, c2_old, o_old, inactive_old, c1_correction, c2_correction, o_correction,
          inactive_correction, df_flux_dspeed, df_flux_dv, df_flux_dvhalf, db_flux_dspeed, db_flux_dv,
          db_flux_dvhalf, dforward_rate_dspeed, dforward_rate_dv, dforward_rate_dvhalf, dflux_1_dspeed,
          dflux_1_dv, dflux_1_dvhalf, df_flux_dspeed_2, df_flux_dv_2, df_flux_dvhalf_2, db_flux_dspeed_2,
          db_flux_dv_2, db_flux_dvhalf_2, dbackward_rate_2_dspeed, dbackward_rate_2_dv,
          dbackward_rate_2_dvhalf, dflux_2_dspeed, dflux_2_dv, dflux_2_dvhalf, df_flux_dspeed_3,
          db_flux_dspeed_3, db_flux_dv_3, db_flux_dvhalf_3, dbackward_rate_3_dspeed, dbackward_rate_3_dv,
          dbackward_rate_3_dvhalf, dflux_3_dspeed, dflux_3_dv, dflux_3_dvhalf, dc1_residual_dc1_old,
          dc2_residual_dc2_old, dc2_residual_dspeed, dc2_residual_dv, dc2_residual_dvhalf, do_residual_do_old,
          do_residual_dspeed, do_residual_dv, do_residual_dvhalf
VERBATIM
    _lc1_old = ((const double *) (size_t) _lng_old)[0];
    _lc2_old = ((const double *) (size_t) _lng_old)[1];
    _lo_old = ((const double *) (size_t) _lng_old)[2];
    _linactive_old = ((const double *) (size_t) _lng_old)[3];
    _lc1_correction = ((const double *) (size_t) _lng_step)[0];
    _lc2_correction = ((const double *) (size_t) _lng_step)[1];
    _lo_correction = ((const double *) (size_t) _lng_step)[2];
    _linactive_correction = ((const double *) (size_t) _lng_step)[3];
ENDVERBATIM
    ng_d_rates(v)
    df_flux_dspeed = 2*c1*da_dspeed
    df_flux_dv = 2*c1*da_du
    df_flux_dvhalf = 2*c1*da_dvhalf
    db_flux_dspeed = c2*db_dspeed
    db_flux_dv = c2*db_du
    db_flux_dvhalf = c2*db_dvhalf
    dforward_rate_dspeed = 2*da_dspeed
    dforward_rate_dv = 2*da_du
    dforward_rate_dvhalf = 2*da_dvhalf
    dflux_1_dspeed = c1_correction*dforward_rate_dspeed + df_flux_dspeed - c2_correction*db_dspeed - db_flux_dspeed
    dflux_1_dv = c1_correction*dforward_rate_dv + df_flux_dv - c2_correction*db_du - db_flux_dv
    dflux_1_dvhalf = c1_correction*dforward_rate_dvhalf + df_flux_dvhalf - c2_correction*db_dvhalf - db_flux_dvhalf
    df_flux_dspeed_2 = c2*da_dspeed
    df_flux_dv_2 = c2*da_du
    df_flux_dvhalf_2 = c2*da_dvhalf
    db_flux_dspeed_2 = 2*db_dspeed*o
    db_flux_dv_2 = 2*db_du*o
    db_flux_dvhalf_2 = 2*db_dvhalf*o
    dbackward_rate_2_dspeed = 2*db_dspeed
    dbackward_rate_2_dv = 2*db_du
    dbackward_rate_2_dvhalf = 2*db_dvhalf
    dflux_2_dspeed = c2_correction*da_dspeed + df_flux_dspeed_2 - db_flux_dspeed_2 - dbackward_rate_2_dspeed*o_correction
    dflux_2_dv = c2_correction*da_du + df_flux_dv_2 - db_flux_dv_2 - dbackward_rate_2_dv*o_correction
    dflux_2_dvhalf = c2_correction*da_dvhalf + df_flux_dvhalf_2 - db_flux_dvhalf_2 - dbackward_rate_2_dvhalf*o_correction
    df_flux_dspeed_3 = 0.3*o
    db_flux_dspeed_3 = 0.05*db_dspeed*inactive
    db_flux_dv_3 = 0.05*db_du*inactive
    db_flux_dvhalf_3 = 0.05*db_dvhalf*inactive
    dbackward_rate_3_dspeed = 0.05*db_dspeed
    dbackward_rate_3_dv = 0.05*db_du
    dbackward_rate_3_dvhalf = 0.05*db_dvhalf
    dflux_3_dspeed = df_flux_dspeed_3 + 0.3*o_correction - db_flux_dspeed_3 - dbackward_rate_3_dspeed*inactive_correction
    dflux_3_dv = -db_flux_dv_3 - dbackward_rate_3_dv*inactive_correction
    dflux_3_dvhalf = -db_flux_dvhalf_3 - dbackward_rate_3_dvhalf*inactive_correction
    dc1_residual_dc1_old = -1/dt
    dc2_residual_dc2_old = -1/dt
    dc2_residual_dspeed = dflux_2_dspeed - dflux_1_dspeed
    dc2_residual_dv = dflux_2_dv - dflux_1_dv
    dc2_residual_dvhalf = dflux_2_dvhalf - dflux_1_dvhalf
    do_residual_do_old = -1/dt
    do_residual_dspeed = dflux_3_dspeed - dflux_2_dspeed
    do_residual_dv = dflux_3_dv - dflux_2_dv
    do_residual_dvhalf = dflux_3_dvhalf - dflux_2_dvhalf
VERBATIM
    double *ng_to = (double *) (size_t) _lng_slope;
    ng_to[0] = _ldc1_residual_dc1_old; /* c1_residual/c1_old */
    ng_to[1] = _ldflux_1_dspeed; /* c1_residual/speed */
    ng_to[2] = _ldflux_1_dv; /* c1_residual/v */
    ng_to[3] = _ldflux_1_dvhalf; /* c1_residual/vhalf */
    ng_to[4] = _ldc2_residual_dc2_old; /* c2_residual/c2_old */
    ng_to[5] = _ldc2_residual_dspeed; /* c2_residual/speed */
    ng_to[6] = _ldc2_residual_dv; /* c2_residual/v */
    ng_to[7] = _ldc2_residual_dvhalf; /* c2_residual/vhalf */
    ng_to[8] = _ldo_residual_do_old; /* o_residual/o_old */
    ng_to[9] = _ldo_residual_dspeed; /* o_residual/speed */
    ng_to[10] = _ldo_residual_dv; /* o_residual/v */
    ng_to[11] = _ldo_residual_dvhalf; /* o_residual/vhalf */
    ng_to[12] = -1.0; /* inactive_residual/total */
ENDVERBATIM
}

: Derivatives of what scheme is solved to, by the iteration that NEURON does; the unknowns are put back.
PROCEDURE ng_initial_2() {
VERBATIM
    {
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    const double ng_start[4] = {c1, c2, o, inactive};
    double *ng_rows[4] = {ng_self->ng_carried + 2*ng_width, ng_self->ng_carried + 3*ng_width, ng_self->ng_carried + 0*ng_width, ng_self->ng_carried + 4*ng_width};
    double ng_old[4], ng_step[4], *ng_steps[4], ng_matrix[16], ng_slope[13];
    long ng_pivot[4], ng_i;
    const double ng_dt = dt;
    dt = 1e9;
    for (ng_i = 0; ng_i < 4; ng_i++) {
      ng_old[ng_i] = ng_start[ng_i];
      ng_steps[ng_i] = ng_step + ng_i;
      ng_step[ng_i] = 0.;
    }
    ng_scale(ng_matrix, 0., 16);
    ng_initial_2_matrix(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_matrix);
    if (ng_factor(4, ng_matrix, ng_pivot)) ng_self->ng_cell->ng_fault = "scheme has a singular matrix";
    ng_solve(4, ng_matrix, ng_pivot, ng_steps, 1);
    ng_initial_2_slopes(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_slope);
    ng_scale(ng_rows[0], -ng_slope[0], ng_width);
    ng_add(ng_rows[0], -ng_slope[2], ng_self->ng_voltage, ng_width);
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[1], ng_rows[0], ng_width); /* speed */
    ng_sow(ng_self->ng_seeds + 2, -ng_slope[3], ng_rows[0], ng_width); /* vhalf */
    ng_scale(ng_rows[1], -ng_slope[4], ng_width);
    ng_add(ng_rows[1], -ng_slope[6], ng_self->ng_voltage, ng_width);
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[5], ng_rows[1], ng_width); /* speed */
    ng_sow(ng_self->ng_seeds + 2, -ng_slope[7], ng_rows[1], ng_width); /* vhalf */
    ng_scale(ng_rows[2], -ng_slope[8], ng_width);
    ng_add(ng_rows[2], -ng_slope[10], ng_self->ng_voltage, ng_width);
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[9], ng_rows[2], ng_width); /* speed */
    ng_sow(ng_self->ng_seeds + 2, -ng_slope[11], ng_rows[2], ng_width); /* vhalf */
    ng_scale(ng_rows[3], 0., ng_width);
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[12], ng_rows[3], ng_width); /* total */
    ng_solve(4, ng_matrix, ng_pivot, ng_rows, ng_width);
    c1 += ng_step[0];
    c2 += ng_step[1];
    o += ng_step[2];
    inactive += ng_step[3];
    ng_initial_2_after(_threadargs_);
    c1 = ng_start[0];
    c2 = ng_start[1];
    o = ng_start[2];
    inactive = ng_start[3];
    dt = ng_dt;
    }
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL dstart_by_a, dstart_by_b, dstart_dspeed, dstart_dv, dstart_dvhalf
    ng_d_rates(v)
    dstart_by_a = 0.2*b/((a + b)*(a + b))
    dstart_by_b = -0.2*a/((a + b)*(a + b))
    dstart_dspeed = da_dspeed*dstart_by_a + db_dspeed*dstart_by_b
    dstart_dv = da_du*dstart_by_a + db_du*dstart_by_b
    dstart_dvhalf = da_dvhalf*dstart_by_a + db_dvhalf*dstart_by_b
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_o = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_passing = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_c1 = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_c2 = ng_self->ng_carried + 3*ng_width;
    double *NG_RESTRICT ng_row_inactive = ng_self->ng_carried + 4*ng_width;
    double *NG_RESTRICT ng_row_start = ng_self->ng_carried + 5*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_o[ng_k] = 0.;
      ng_row_passing[ng_k] = 0.;
      ng_row_c1[ng_k] = 0.;
      ng_row_c2[ng_k] = 0.;
      ng_row_inactive[ng_k] = 0.;
      ng_row_start[ng_k] = _ldstart_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 3, _ldstart_dspeed, ng_row_start, ng_width); /* speed */
    ng_sow(ng_self->ng_seeds + 2, _ldstart_dvhalf, ng_row_start, ng_width); /* vhalf */
ENDVERBATIM
}

: rates and its derivatives.
PROCEDURE ng_d_rates(u) {
    LOCAL dexp_1_du, dexp_1_dvhalf, dexp_2_du, dexp_2_dvhalf
    da_dspeed = exp((u - vhalf)/25)
    dexp_1_du = 0.04*ng_finite(da_dspeed)
    dexp_1_dvhalf = -0.04*ng_finite(da_dspeed)
    da_du = dexp_1_du*speed
    da_dvhalf = dexp_1_dvhalf*speed
    a = speed*da_dspeed
    db_dspeed = exp(-(u - vhalf)/20)
    dexp_2_du = -0.05*ng_finite(db_dspeed)
    dexp_2_dvhalf = 0.05*ng_finite(db_dspeed)
    db_du = dexp_2_du*speed
    db_dvhalf = dexp_2_dvhalf*speed
    b = speed*db_dspeed
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
