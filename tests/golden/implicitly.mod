TITLE Coupled states that are solved by derivimplicit: calmodulin takes calcium up and opens a channel

NEURON {
    SUFFIX implicitly
    RANGE ng_link  : nmodlgrad
    NONSPECIFIC_CURRENT i
    RANGE gbar, e, vhalf, tau, kon, drive
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
    kon = 0.8 (/ms)
    drive = 0.4 (/ms)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    flow (/ms)
    opening
}

STATE { m c open }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    m = opens(v)
    c = 0.1
    open = m*c
    flow = 0
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE ng_states  : nmodlgrad
    SOLVE states METHOD derivimplicit
    i = gbar*open*(1 + 0.1*flow)*(v - e)
}

DERIVATIVE states {
    LOCAL binding
    opening = opens(v)
    m' = (opening - m)/tau
    binding = kon*c*(1 - open)*m
    flow = drive*m - binding
    c' = flow - 0.3*c*c/(1 + c)
    open' = binding - 0.1*open
}

FUNCTION opens(u (mV)) {
    opens = 1/(1 + exp(-(u - vhalf)/9))
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: open, flow, m, c.
: Seedable: gbar, e, vhalf, tau, kon, drive.
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
    LOCAL di_de, di_dflow, di_dgbar, di_dopen, di_dv
    di_de = -gbar*open*(0.1*flow + 1)
    di_dflow = 0.1*gbar*open*(v - e)
    di_dgbar = open*(v - e)*(0.1*flow + 1)
    di_dopen = gbar*(v - e)*(0.1*flow + 1)
    di_dv = gbar*open*(0.1*flow + 1)
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dopen; /* di/dopen */
    ng_record[1] = _ldi_dflow; /* di/dflow */
    ng_record[2] = _ldi_dgbar; /* di/dgbar */
    ng_record[3] = _ldi_de; /* di/de */
    ng_record[4] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL di_de, ddi_dflow_dv, di_dflow, ddi_dgbar_dv, di_dgbar, ddi_dopen_dv, di_dopen
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    di_de = -gbar*open*(0.1*flow + 1)
    ddi_dflow_dv = 0.1*gbar*open
    di_dflow = 0.1*gbar*open*(v - e)
    ddi_dgbar_dv = open*(0.1*flow + 1)
    di_dgbar = open*(v - e)*(0.1*flow + 1)
    ddi_dopen_dv = gbar*(0.1*flow + 1)
    di_dopen = gbar*(v - e)*(0.1*flow + 1)
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldi_dopen; /* d/dopen */
    ng_record[1] = _lddi_dopen_dv;
    ng_record[2] = _ldi_dflow; /* d/dflow */
    ng_record[3] = _lddi_dflow_dv;
    if (ng_self->ng_sown) {
      ng_record[4] = _ldi_dgbar; /* d/dgbar */
      ng_record[5] = _lddi_dgbar_dv;
      ng_record[6] = _ldi_de; /* d/de */
      ng_record[7] = 0.0;
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: Derivatives of the update that states performs, at the new voltage and the old states.
PROCEDURE ng_states_after() {
    LOCAL dbinding_dc, dbinding_dkon, dbinding_dm, dbinding_dopen, dflow_dc, dflow_dkon, dflow_dm,
          dflow_dopen, dflow_ddrive
    dbinding_dc = kon*m*(1 - open)
    dbinding_dkon = c*m*(1 - open)
    dbinding_dm = c*kon*(1 - open)
    dbinding_dopen = -c*kon*m
    dflow_dc = -dbinding_dc
    dflow_dkon = -dbinding_dkon
    dflow_dm = drive - dbinding_dm
    dflow_dopen = -dbinding_dopen
    dflow_ddrive = m
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_open = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_flow = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_c = ng_self->ng_carried + 3*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_open = ng_row_open[ng_k];
      const double ng_old_m = ng_row_m[ng_k];
      const double ng_old_c = ng_row_c[ng_k];
      ng_row_flow[ng_k] = _ldflow_dc*ng_old_c + _ldflow_dm*ng_old_m + _ldflow_dopen*ng_old_open;
    }
    ng_sow(ng_self->ng_seeds + 5, _ldflow_ddrive, ng_row_flow, ng_width); /* drive */
    ng_sow(ng_self->ng_seeds + 4, _ldflow_dkon, ng_row_flow, ng_width); /* kon */
ENDVERBATIM
}

: The residuals of states, and the matrix of the linear system that is solved for the unknowns.
PROCEDURE ng_states_matrix(ng_old, ng_step, ng_matrix) {
    LOCAL m_old, c_old, open_old, opening, dm_slope_dm, m_slope, dbinding_dc, dbinding_dm, dbinding_dopen,
          binding, dflow_dc, dflow_dm, dflow_dopen, flow, inverse_1, dc_slope_dc, c_slope, dopen_slope_dopen,
          open_slope, dm_residual_dm, m_residual, dc_residual_dc, dc_residual_dm, dc_residual_dopen,
          c_residual, dopen_residual_dc, dopen_residual_dm, dopen_residual_dopen, open_residual
VERBATIM
    _lm_old = ((const double *) (size_t) _lng_old)[0];
    _lc_old = ((const double *) (size_t) _lng_old)[1];
    _lopen_old = ((const double *) (size_t) _lng_old)[2];
ENDVERBATIM
    opening = opens(v)
    dm_slope_dm = -1/tau
    m_slope = (opening - m)/tau
    dbinding_dc = kon*m*(1 - open)
    dbinding_dm = c*kon*(1 - open)
    dbinding_dopen = -c*kon*m
    binding = kon*c*(1 - open)*m
    dflow_dc = -dbinding_dc
    dflow_dm = drive - dbinding_dm
    dflow_dopen = -dbinding_dopen
    flow = drive*m - binding
    inverse_1 = 1/(c + 1)
    dc_slope_dc = dflow_dc + inverse_1*(0.3*inverse_1*c*c - 0.6*c)
    c_slope = flow - 0.3*c*c/(1 + c)
    dopen_slope_dopen = dbinding_dopen - 0.1
    open_slope = binding - 0.1*open
    dm_residual_dm = 1/dt - dm_slope_dm
    m_residual = (m - m_old)/dt - m_slope
    dc_residual_dc = 1/dt - dc_slope_dc
    dc_residual_dm = -dflow_dm
    dc_residual_dopen = -dflow_dopen
    c_residual = (c - c_old)/dt - c_slope
    dopen_residual_dc = -dbinding_dc
    dopen_residual_dm = -dbinding_dm
    dopen_residual_dopen = 1/dt - dopen_slope_dopen
    open_residual = (open - open_old)/dt - open_slope
VERBATIM
    double *ng_to = (double *) (size_t) _lng_step, *ng_element = (double *) (size_t) _lng_matrix;
    ng_to[0] = -(_lm_residual);
    ng_to[1] = -(_lc_residual);
    ng_to[2] = -(_lopen_residual);
    ng_element[0] = _ldm_residual_dm;
    ng_element[4] = _ldc_residual_dc;
    ng_element[3] = _ldc_residual_dm;
    ng_element[5] = _ldc_residual_dopen;
    ng_element[7] = _ldopen_residual_dc;
    ng_element[6] = _ldopen_residual_dm;
    ng_element[8] = _ldopen_residual_dopen;
ENDVERBATIM
}

: The derivatives of the same residuals by all that is active.
PROCEDURE ng_states_slopes(ng_old, ng_step, ng_slope) {
    LOCAL m_old, c_old, open_old, opens_1, dopens_du_1, dopens_dvhalf_1, opening, dm_slope_dtau, dm_slope_dv,
          dm_slope_dvhalf, dbinding_dkon, dflow_dkon, dm_residual_dm_old, dm_residual_dtau, dm_residual_dv,
          dm_residual_dvhalf, dc_residual_dc_old, dc_residual_ddrive, dc_residual_dkon, dopen_residual_dkon,
          dopen_residual_dopen_old
VERBATIM
    _lm_old = ((const double *) (size_t) _lng_old)[0];
    _lc_old = ((const double *) (size_t) _lng_old)[1];
    _lopen_old = ((const double *) (size_t) _lng_old)[2];
ENDVERBATIM
    opens_1 = opens(v)
    dopens_du_1 = dopens_du(v)
    dopens_dvhalf_1 = dopens_dvhalf(v)
    opening = opens_1
    dm_slope_dtau = -(opening - m)/(tau*tau)
    dm_slope_dv = dopens_du_1/tau
    dm_slope_dvhalf = dopens_dvhalf_1/tau
    dbinding_dkon = c*m*(1 - open)
    dflow_dkon = -dbinding_dkon
    dm_residual_dm_old = -1/dt
    dm_residual_dtau = -dm_slope_dtau
    dm_residual_dv = -dm_slope_dv
    dm_residual_dvhalf = -dm_slope_dvhalf
    dc_residual_dc_old = -1/dt
    dc_residual_ddrive = -m
    dc_residual_dkon = -dflow_dkon
    dopen_residual_dkon = -dbinding_dkon
    dopen_residual_dopen_old = -1/dt
VERBATIM
    double *ng_to = (double *) (size_t) _lng_slope;
    ng_to[0] = _ldm_residual_dm_old; /* m_residual/m_old */
    ng_to[1] = _ldm_residual_dtau; /* m_residual/tau */
    ng_to[2] = _ldm_residual_dv; /* m_residual/v */
    ng_to[3] = _ldm_residual_dvhalf; /* m_residual/vhalf */
    ng_to[4] = _ldc_residual_dc_old; /* c_residual/c_old */
    ng_to[5] = _ldc_residual_ddrive; /* c_residual/drive */
    ng_to[6] = _ldc_residual_dkon; /* c_residual/kon */
    ng_to[7] = _ldopen_residual_dkon; /* open_residual/kon */
    ng_to[8] = _ldopen_residual_dopen_old; /* open_residual/open_old */
ENDVERBATIM
}

: Derivatives of what states is solved to, by the iteration that NEURON does; the unknowns are put back.
PROCEDURE ng_states() {
VERBATIM
    if (ng_link == 0.) return 0;
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("implicitly advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
    {
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    const double ng_start[3] = {m, c, open};
    double *ng_rows[3] = {ng_self->ng_carried + 2*ng_width, ng_self->ng_carried + 3*ng_width, ng_self->ng_carried + 0*ng_width};
    double ng_old[3], ng_step[3], *ng_steps[3], ng_matrix[9], ng_slope[9];
    long ng_pivot[3], ng_i;
    for (ng_i = 0; ng_i < 3; ng_i++) {
      ng_old[ng_i] = ng_start[ng_i];
      ng_steps[ng_i] = ng_step + ng_i;
      ng_step[ng_i] = 0.;
    }
    ng_scale(ng_matrix, 0., 9);
    ng_states_matrix(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_matrix);
    if (ng_factor(3, ng_matrix, ng_pivot)) ng_self->ng_cell->ng_fault = "states has a singular matrix";
    ng_solve(3, ng_matrix, ng_pivot, ng_steps, 1);
    for (ng_i = 0; ng_i < 50; ng_i++) { /* until nothing changes any more: NEURON stops near to that */
      double ng_change = 0.;
      m += ng_step[0];
      c += ng_step[1];
      open += ng_step[2];
      ng_change = fmax(ng_change, fabs(ng_step[0])/fmax(fabs(m), 1e-30));
      ng_change = fmax(ng_change, fabs(ng_step[1])/fmax(fabs(c), 1e-30));
      ng_change = fmax(ng_change, fabs(ng_step[2])/fmax(fabs(open), 1e-30));
      ng_scale(ng_matrix, 0., 9);
      ng_states_matrix(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_matrix);
      ng_factor(3, ng_matrix, ng_pivot);
      ng_solve(3, ng_matrix, ng_pivot, ng_steps, 1);
      if (ng_change < 1e-14) break;
    }
    m += ng_step[0];
    c += ng_step[1];
    open += ng_step[2];
    ng_states_slopes(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_slope);
    ng_scale(ng_rows[0], -ng_slope[0], ng_width);
    ng_add(ng_rows[0], -ng_slope[2], ng_self->ng_voltage, ng_width);
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[1], ng_rows[0], ng_width); /* tau */
    ng_sow(ng_self->ng_seeds + 2, -ng_slope[3], ng_rows[0], ng_width); /* vhalf */
    ng_scale(ng_rows[1], -ng_slope[4], ng_width);
    ng_sow(ng_self->ng_seeds + 5, -ng_slope[5], ng_rows[1], ng_width); /* drive */
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[6], ng_rows[1], ng_width); /* kon */
    ng_scale(ng_rows[2], -ng_slope[8], ng_width);
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[7], ng_rows[2], ng_width); /* kon */
    ng_solve(3, ng_matrix, ng_pivot, ng_rows, ng_width);
    ng_states_after(_threadargs_);
    m = ng_start[0];
    c = ng_start[1];
    open = ng_start[2];
    }
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL dopens_du_1, dopens_dvhalf_1, c, dopen_dv, dopen_dvhalf
    dopens_du_1 = dopens_du(v)
    dopens_dvhalf_1 = dopens_dvhalf(v)
    c = 0.1
    dopen_dv = c*dopens_du_1
    dopen_dvhalf = c*dopens_dvhalf_1
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_open = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_flow = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_c = ng_self->ng_carried + 3*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_open[ng_k] = _ldopen_dv*ng_voltage[ng_k];
      ng_row_flow[ng_k] = 0.;
      ng_row_m[ng_k] = _ldopens_du_1*ng_voltage[ng_k];
      ng_row_c[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 2, _ldopen_dvhalf, ng_row_open, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 2, _ldopens_dvhalf_1, ng_row_m, ng_width); /* vhalf */
ENDVERBATIM
}

: The derivative of opens with respect to u.
FUNCTION dopens_du(u) {
    LOCAL exp_1, dexp_1_du
    exp_1 = exp(-(u - vhalf)/9)
    dexp_1_du = -1/9*ng_finite(exp_1)
    dopens_du = -dexp_1_du/((exp_1 + 1)*(exp_1 + 1))
}

: The derivative of opens with respect to vhalf.
FUNCTION dopens_dvhalf(u) {
    LOCAL exp_1, dexp_1_dvhalf
    exp_1 = exp(-(u - vhalf)/9)
    dexp_1_dvhalf = 1/9*ng_finite(exp_1)
    dopens_dvhalf = -dexp_1_dvhalf/((exp_1 + 1)*(exp_1 + 1))
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
