TITLE Calcium with buffers and a pump: reactions of second order, volumes, a flux that is used outside

NEURON {
    SUFFIX cabuffer
    RANGE ng_link  : nmodlgrad
    USEION ca READ ica, cai, cao WRITE cai
    RANGE kon, koff, total, density, pumped, depth, rest
    THREADSAFE
}

UNITS {
    (molar) = (1/liter)
    (mM) = (millimolar)
    (mA) = (milliamp)
    (um) = (micron)
    (mol) = (1)
}

CONSTANT { FARADAY = 96489 (coul) }

PARAMETER {
    kon = 50 (/mM-ms)
    koff = 0.1 (/ms)
    total = 0.05 (mM)
    density = 2e-3 (mM um)
    depth = 0.2 (um)
    rest = 1e-4 (mM)
}

ASSIGNED {
    ica (mA/cm2)
    cao (mM)
    cai (mM)
    open
    pumped (mM um/ms)
}

STATE {
    ca (mM)
    buffer (mM)
    bound (mM)
    pump (mM um)
    capump (mM um)
    pair (mM)
}

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    ca = rest
    bound = total*ca/(ca + koff/kon)
    buffer = total - bound
    capump = density*0.2
    pump = density - capump
    pair = 1e-3
    open = 0  : ica is what an earlier run has left
    if (ng_link != 0) { ng_initial_2() }  : nmodlgrad
    SOLVE exchange STEADYSTATE sparse
    if (ng_link != 0) { ng_initial_3() }  : nmodlgrad
    open = 1
    cai = ca
}

BREAKPOINT {
    SOLVE ng_states  : nmodlgrad
    SOLVE exchange METHOD sparse
}

KINETIC exchange {
    LOCAL speed
    speed = 0.4*(1 + 0.1*cao)
    COMPARTMENT depth {ca buffer bound pair}
    COMPARTMENT 1 + depth {pump capump}
    ~ ca << (-open*(10000)*ica/(2*FARADAY) + pumped_rest())
    ~ ca + buffer <-> bound (depth*kon, depth*koff)
    ~ 2 bound <-> pair (depth*3, depth*0.05)
    ~ ca + pump <-> capump (600, speed)
    pumped = f_flux - b_flux
    ~ capump <-> pump + cao (0.05, 0)
    CONSERVE pump + capump = density*(1 + depth)
    CONSERVE buffer + bound + 2 pair = total*depth
    cai = ca
}

FUNCTION pumped_rest() (mM um/ms) {
    pumped_rest = 2e-5*depth
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: ca, buffer, bound, pump, capump, pair, cai.
: Seedable: kon, koff, total, density, depth, rest, ica, cao.
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

: Derivatives of the update that exchange performs, at the new voltage and the old states.
PROCEDURE ng_states_after() {
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_ca = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_cai = ng_self->ng_carried + 6*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_ca = ng_row_ca[ng_k];
      ng_row_cai[ng_k] = ng_old_ca;
    }
ENDVERBATIM
}

: Derivatives of the update that exchange performs, at the new voltage and the old states.
PROCEDURE ng_initial_2_after() {
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_ca = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_cai = ng_self->ng_carried + 6*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_ca = ng_row_ca[ng_k];
      ng_row_cai[ng_k] = ng_old_ca;
    }
ENDVERBATIM
}

: Derivatives of the update that exchange performs, at the new voltage and the old states.
PROCEDURE ng_initial_3() {
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_ca = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_cai = ng_self->ng_carried + 6*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_ca = ng_row_ca[ng_k];
      ng_row_cai[ng_k] = ng_old_ca;
    }
ENDVERBATIM
}

: The residuals of exchange, and the matrix of the linear system that is solved for the unknowns.
PROCEDURE ng_states_matrix(ng_old, ng_step, ng_matrix) {
    LOCAL ca_old_2, buffer_old_2, bound_old_2, pair_old_2, pump_old_2, capump_old_2, ca_correction_2,
          buffer_correction_2, bound_correction_2, pair_correction_2, pump_correction_2, capump_correction_2,
          ca_volume_2, pump_volume_2, speed, b_flux, flux_6, f_flux, forward_rate_5, backward_rate_5,
          dflux_7_dbound_correction_2, dflux_7_dbuffer_correction_2, dflux_7_dca_correction_2, flux_7,
          forward_rate_6, backward_rate_6, dflux_8_dbound_correction_2, dflux_8_dpair_correction_2, flux_8,
          forward_rate_7, backward_rate_7, dflux_9_dca_correction_2, dflux_9_dcapump_correction_2,
          dflux_9_dpump_correction_2, flux_9, forward_rate_8, backward_rate_8, dflux_10_dcapump_correction_2,
          dflux_10_dpump_correction_2, flux_10, dconserved_3_dcapump_correction_2,
          dconserved_3_dpump_correction_2, conserved_3, dconserved_4_dpair_correction_2, conserved_4,
          dca_residual_2_dca_correction_2, ca_residual_2, dbuffer_residual_2_dbuffer_correction_2,
          buffer_residual_2, dbound_residual_2_dbound_correction_2, dbound_residual_2_dbuffer_correction_2,
          dbound_residual_2_dca_correction_2, dbound_residual_2_dpair_correction_2, bound_residual_2,
          dpump_residual_2_dcapump_correction_2, dpump_residual_2_dpump_correction_2, pump_residual_2,
          pair_residual_2, capump_residual_2, dpair_residual_2_dbound_correction_2,
          dpair_residual_2_dbuffer_correction_2
VERBATIM
    _lca_old_2 = ((const double *) (size_t) _lng_old)[0];
    _lbuffer_old_2 = ((const double *) (size_t) _lng_old)[1];
    _lbound_old_2 = ((const double *) (size_t) _lng_old)[2];
    _lpair_old_2 = ((const double *) (size_t) _lng_old)[3];
    _lpump_old_2 = ((const double *) (size_t) _lng_old)[4];
    _lcapump_old_2 = ((const double *) (size_t) _lng_old)[5];
    _lca_correction_2 = ((const double *) (size_t) _lng_step)[0];
    _lbuffer_correction_2 = ((const double *) (size_t) _lng_step)[1];
    _lbound_correction_2 = ((const double *) (size_t) _lng_step)[2];
    _lpair_correction_2 = ((const double *) (size_t) _lng_step)[3];
    _lpump_correction_2 = ((const double *) (size_t) _lng_step)[4];
    _lcapump_correction_2 = ((const double *) (size_t) _lng_step)[5];
ENDVERBATIM
    ca_volume_2 = depth
    pump_volume_2 = depth + 1
    speed = 0.4*(1 + 0.1*cao)
    b_flux = pumped_rest() - 5000*ica*open/FARADAY
    flux_6 = b_flux
    f_flux = buffer*ca*depth*kon
    b_flux = bound*depth*koff
    forward_rate_5 = depth*kon
    backward_rate_5 = depth*koff
    dflux_7_dbound_correction_2 = -backward_rate_5
    dflux_7_dbuffer_correction_2 = ca*forward_rate_5
    dflux_7_dca_correction_2 = buffer*forward_rate_5
    flux_7 = buffer*ca_correction_2*forward_rate_5 + buffer_correction_2*ca*forward_rate_5 + f_flux - b_flux - backward_rate_5*bound_correction_2
    f_flux = 3*depth*bound*bound
    b_flux = 0.05*depth*pair
    forward_rate_6 = 3*depth
    backward_rate_6 = 0.05*depth
    dflux_8_dbound_correction_2 = 2*bound*forward_rate_6
    dflux_8_dpair_correction_2 = -backward_rate_6
    flux_8 = 2*bound*bound_correction_2*forward_rate_6 + f_flux - b_flux - backward_rate_6*pair_correction_2
    f_flux = 600*ca*pump
    b_flux = capump*speed
    forward_rate_7 = 600
    backward_rate_7 = speed
    dflux_9_dca_correction_2 = forward_rate_7*pump
    dflux_9_dcapump_correction_2 = -backward_rate_7
    dflux_9_dpump_correction_2 = ca*forward_rate_7
    flux_9 = ca*forward_rate_7*pump_correction_2 + ca_correction_2*forward_rate_7*pump + f_flux - b_flux - backward_rate_7*capump_correction_2
    f_flux = 0.05*capump
    b_flux = 0
    forward_rate_8 = 0.05
    backward_rate_8 = 0
    dflux_10_dcapump_correction_2 = forward_rate_8
    dflux_10_dpump_correction_2 = -backward_rate_8*cao
    flux_10 = capump_correction_2*forward_rate_8 + f_flux - b_flux - backward_rate_8*cao*pump_correction_2
    dconserved_3_dcapump_correction_2 = depth + 1
    dconserved_3_dpump_correction_2 = depth + 1
    conserved_3 = (capump + capump_correction_2)*(depth + 1) + (depth + 1)*(pump + pump_correction_2) - density*(depth + 1)
    dconserved_4_dpair_correction_2 = 2*depth
    conserved_4 = depth*(bound + bound_correction_2) + depth*(buffer + buffer_correction_2) + depth*(2*pair + 2*pair_correction_2) - depth*total
    dca_residual_2_dca_correction_2 = ca_volume_2/dt + dflux_7_dca_correction_2 + dflux_9_dca_correction_2
    ca_residual_2 = ca_volume_2*(ca + ca_correction_2 - ca_old_2)/dt + flux_7 + flux_9 - flux_6
    dbuffer_residual_2_dbuffer_correction_2 = ca_volume_2/dt + dflux_7_dbuffer_correction_2
    buffer_residual_2 = ca_volume_2*(buffer + buffer_correction_2 - buffer_old_2)/dt + flux_7
    dbound_residual_2_dbound_correction_2 = ca_volume_2/dt + 2*dflux_8_dbound_correction_2 - dflux_7_dbound_correction_2
    dbound_residual_2_dbuffer_correction_2 = -dflux_7_dbuffer_correction_2
    dbound_residual_2_dca_correction_2 = -dflux_7_dca_correction_2
    dbound_residual_2_dpair_correction_2 = 2*dflux_8_dpair_correction_2
    bound_residual_2 = ca_volume_2*(bound + bound_correction_2 - bound_old_2)/dt + 2*flux_8 - flux_7
    dpump_residual_2_dcapump_correction_2 = dflux_9_dcapump_correction_2 - dflux_10_dcapump_correction_2
    dpump_residual_2_dpump_correction_2 = dflux_9_dpump_correction_2 + pump_volume_2/dt - dflux_10_dpump_correction_2
    pump_residual_2 = flux_9 + pump_volume_2*(pump + pump_correction_2 - pump_old_2)/dt - flux_10
    pair_residual_2 = conserved_4
    capump_residual_2 = conserved_3
    dpair_residual_2_dbound_correction_2 = depth
    dpair_residual_2_dbuffer_correction_2 = depth
VERBATIM
    double *ng_to = (double *) (size_t) _lng_step, *ng_element = (double *) (size_t) _lng_matrix;
    ng_to[0] = -(_lca_residual_2);
    ng_to[1] = -(_lbuffer_residual_2);
    ng_to[2] = -(_lbound_residual_2);
    ng_to[3] = -(_lpair_residual_2);
    ng_to[4] = -(_lpump_residual_2);
    ng_to[5] = -(_lcapump_residual_2);
    ng_element[2] = _ldflux_7_dbound_correction_2;
    ng_element[1] = _ldflux_7_dbuffer_correction_2;
    ng_element[0] = _ldca_residual_2_dca_correction_2;
    ng_element[5] = _ldflux_9_dcapump_correction_2;
    ng_element[4] = _ldflux_9_dpump_correction_2;
    ng_element[8] = _ldflux_7_dbound_correction_2;
    ng_element[7] = _ldbuffer_residual_2_dbuffer_correction_2;
    ng_element[6] = _ldflux_7_dca_correction_2;
    ng_element[14] = _ldbound_residual_2_dbound_correction_2;
    ng_element[13] = _ldbound_residual_2_dbuffer_correction_2;
    ng_element[12] = _ldbound_residual_2_dca_correction_2;
    ng_element[15] = _ldbound_residual_2_dpair_correction_2;
    ng_element[20] = _ldpair_residual_2_dbound_correction_2;
    ng_element[19] = _ldpair_residual_2_dbuffer_correction_2;
    ng_element[21] = _ldconserved_4_dpair_correction_2;
    ng_element[24] = _ldflux_9_dca_correction_2;
    ng_element[29] = _ldpump_residual_2_dcapump_correction_2;
    ng_element[28] = _ldpump_residual_2_dpump_correction_2;
    ng_element[35] = _ldconserved_3_dcapump_correction_2;
    ng_element[34] = _ldconserved_3_dpump_correction_2;
ENDVERBATIM
}

: The derivatives of the same residuals by all that is active.
PROCEDURE ng_states_slopes(ng_old, ng_step, ng_slope) {
    LOCAL ca_old_2, buffer_old_2, bound_old_2, pair_old_2, pump_old_2, capump_old_2, ca_correction_2,
          buffer_correction_2, bound_correction_2, pair_correction_2, pump_correction_2, capump_correction_2,
          ca_volume_2, pump_volume_2, speed, dpumped_rest_ddepth_1, db_flux_dica, df_flux_dbuffer,
          df_flux_dca, df_flux_ddepth, df_flux_dkon, db_flux_dbound, db_flux_ddepth, db_flux_dkoff,
          forward_rate_5, dflux_7_dbound, dflux_7_dbuffer, dflux_7_dca, dflux_7_ddepth, dflux_7_dkoff,
          dflux_7_dkon, df_flux_dbound, df_flux_ddepth_2, db_flux_ddepth_2, db_flux_dpair, forward_rate_6,
          dflux_8_dbound, dflux_8_ddepth, dflux_8_dpair, df_flux_dca_2, df_flux_dpump, db_flux_dcao,
          db_flux_dcapump, forward_rate_7, dflux_9_dca, dflux_9_dcao, dflux_9_dcapump, dflux_9_dpump,
          backward_rate_8, dflux_10_dcao, dconserved_3_dcapump, dconserved_3_ddensity, dconserved_3_ddepth,
          dconserved_3_dpump, dconserved_4_ddepth, dconserved_4_dpair, dconserved_4_dtotal,
          dca_residual_2_dca, dca_residual_2_dca_old_2, dca_residual_2_ddepth, dca_residual_2_dica,
          dbuffer_residual_2_dbuffer, dbuffer_residual_2_dbuffer_old_2, dbuffer_residual_2_ddepth,
          dbound_residual_2_dbound, dbound_residual_2_dbound_old_2, dbound_residual_2_dbuffer,
          dbound_residual_2_dca, dbound_residual_2_ddepth, dbound_residual_2_dkoff, dbound_residual_2_dkon,
          dbound_residual_2_dpair, dpump_residual_2_dcao, dpump_residual_2_dcapump, dpump_residual_2_ddepth,
          dpump_residual_2_dpump, dpump_residual_2_dpump_old_2, dpair_residual_2_dbound,
          dpair_residual_2_dbuffer
VERBATIM
    _lca_old_2 = ((const double *) (size_t) _lng_old)[0];
    _lbuffer_old_2 = ((const double *) (size_t) _lng_old)[1];
    _lbound_old_2 = ((const double *) (size_t) _lng_old)[2];
    _lpair_old_2 = ((const double *) (size_t) _lng_old)[3];
    _lpump_old_2 = ((const double *) (size_t) _lng_old)[4];
    _lcapump_old_2 = ((const double *) (size_t) _lng_old)[5];
    _lca_correction_2 = ((const double *) (size_t) _lng_step)[0];
    _lbuffer_correction_2 = ((const double *) (size_t) _lng_step)[1];
    _lbound_correction_2 = ((const double *) (size_t) _lng_step)[2];
    _lpair_correction_2 = ((const double *) (size_t) _lng_step)[3];
    _lpump_correction_2 = ((const double *) (size_t) _lng_step)[4];
    _lcapump_correction_2 = ((const double *) (size_t) _lng_step)[5];
ENDVERBATIM
    ca_volume_2 = depth
    pump_volume_2 = depth + 1
    speed = 0.4*(1 + 0.1*cao)
    dpumped_rest_ddepth_1 = dpumped_rest_ddepth()
    db_flux_dica = -5000*open/FARADAY
    df_flux_dbuffer = ca*depth*kon
    df_flux_dca = buffer*depth*kon
    df_flux_ddepth = buffer*ca*kon
    df_flux_dkon = buffer*ca*depth
    db_flux_dbound = depth*koff
    db_flux_ddepth = bound*koff
    db_flux_dkoff = bound*depth
    forward_rate_5 = depth*kon
    dflux_7_dbound = -db_flux_dbound
    dflux_7_dbuffer = ca_correction_2*forward_rate_5 + df_flux_dbuffer
    dflux_7_dca = buffer_correction_2*forward_rate_5 + df_flux_dca
    dflux_7_ddepth = df_flux_ddepth + kon*(buffer*ca_correction_2 + buffer_correction_2*ca) - bound_correction_2*koff - db_flux_ddepth
    dflux_7_dkoff = -bound_correction_2*depth - db_flux_dkoff
    dflux_7_dkon = depth*(buffer*ca_correction_2 + buffer_correction_2*ca) + df_flux_dkon
    df_flux_dbound = 6*bound*depth
    df_flux_ddepth_2 = 3*bound*bound
    db_flux_ddepth_2 = 0.05*pair
    db_flux_dpair = 0.05*depth
    forward_rate_6 = 3*depth
    dflux_8_dbound = 2*bound_correction_2*forward_rate_6 + df_flux_dbound
    dflux_8_ddepth = 6*bound*bound_correction_2 + df_flux_ddepth_2 - db_flux_ddepth_2 - 0.05*pair_correction_2
    dflux_8_dpair = -db_flux_dpair
    df_flux_dca_2 = 600*pump
    df_flux_dpump = 600*ca
    db_flux_dcao = 0.04*capump
    db_flux_dcapump = speed
    forward_rate_7 = 600
    dflux_9_dca = df_flux_dca_2 + forward_rate_7*pump_correction_2
    dflux_9_dcao = -0.04*capump_correction_2 - db_flux_dcao
    dflux_9_dcapump = -db_flux_dcapump
    dflux_9_dpump = ca_correction_2*forward_rate_7 + df_flux_dpump
    backward_rate_8 = 0
    dflux_10_dcao = -backward_rate_8*pump_correction_2
    dconserved_3_dcapump = depth + 1
    dconserved_3_ddensity = -depth - 1
    dconserved_3_ddepth = capump + capump_correction_2 + pump + pump_correction_2 - density
    dconserved_3_dpump = depth + 1
    dconserved_4_ddepth = bound + bound_correction_2 + buffer + buffer_correction_2 + 2*pair + 2*pair_correction_2 - total
    dconserved_4_dpair = 2*depth
    dconserved_4_dtotal = -depth
    dca_residual_2_dca = ca_volume_2/dt + dflux_7_dca + dflux_9_dca
    dca_residual_2_dca_old_2 = -ca_volume_2/dt
    dca_residual_2_ddepth = dflux_7_ddepth + (ca + ca_correction_2 - ca_old_2)/dt - dpumped_rest_ddepth_1
    dca_residual_2_dica = -db_flux_dica
    dbuffer_residual_2_dbuffer = ca_volume_2/dt + dflux_7_dbuffer
    dbuffer_residual_2_dbuffer_old_2 = -ca_volume_2/dt
    dbuffer_residual_2_ddepth = dflux_7_ddepth + (buffer + buffer_correction_2 - buffer_old_2)/dt
    dbound_residual_2_dbound = ca_volume_2/dt + 2*dflux_8_dbound - dflux_7_dbound
    dbound_residual_2_dbound_old_2 = -ca_volume_2/dt
    dbound_residual_2_dbuffer = -dflux_7_dbuffer
    dbound_residual_2_dca = -dflux_7_dca
    dbound_residual_2_ddepth = 2*dflux_8_ddepth + (bound + bound_correction_2 - bound_old_2)/dt - dflux_7_ddepth
    dbound_residual_2_dkoff = -dflux_7_dkoff
    dbound_residual_2_dkon = -dflux_7_dkon
    dbound_residual_2_dpair = 2*dflux_8_dpair
    dpump_residual_2_dcao = dflux_9_dcao - dflux_10_dcao
    dpump_residual_2_dcapump = dflux_9_dcapump - 0.05
    dpump_residual_2_ddepth = (pump + pump_correction_2 - pump_old_2)/dt
    dpump_residual_2_dpump = dflux_9_dpump + pump_volume_2/dt
    dpump_residual_2_dpump_old_2 = -pump_volume_2/dt
    dpair_residual_2_dbound = depth
    dpair_residual_2_dbuffer = depth
VERBATIM
    double *ng_to = (double *) (size_t) _lng_slope;
    ng_to[0] = _ldflux_7_dbound; /* ca_residual_2/bound */
    ng_to[1] = _ldflux_7_dbuffer; /* ca_residual_2/buffer */
    ng_to[2] = _ldca_residual_2_dca; /* ca_residual_2/ca */
    ng_to[3] = _ldca_residual_2_dca_old_2; /* ca_residual_2/ca_old_2 */
    ng_to[4] = _ldflux_9_dcao; /* ca_residual_2/cao */
    ng_to[5] = _ldflux_9_dcapump; /* ca_residual_2/capump */
    ng_to[6] = _ldca_residual_2_ddepth; /* ca_residual_2/depth */
    ng_to[7] = _ldca_residual_2_dica; /* ca_residual_2/ica */
    ng_to[8] = _ldflux_7_dkoff; /* ca_residual_2/koff */
    ng_to[9] = _ldflux_7_dkon; /* ca_residual_2/kon */
    ng_to[10] = _ldflux_9_dpump; /* ca_residual_2/pump */
    ng_to[11] = _ldflux_7_dbound; /* buffer_residual_2/bound */
    ng_to[12] = _ldbuffer_residual_2_dbuffer; /* buffer_residual_2/buffer */
    ng_to[13] = _ldbuffer_residual_2_dbuffer_old_2; /* buffer_residual_2/buffer_old_2 */
    ng_to[14] = _ldflux_7_dca; /* buffer_residual_2/ca */
    ng_to[15] = _ldbuffer_residual_2_ddepth; /* buffer_residual_2/depth */
    ng_to[16] = _ldflux_7_dkoff; /* buffer_residual_2/koff */
    ng_to[17] = _ldflux_7_dkon; /* buffer_residual_2/kon */
    ng_to[18] = _ldbound_residual_2_dbound; /* bound_residual_2/bound */
    ng_to[19] = _ldbound_residual_2_dbound_old_2; /* bound_residual_2/bound_old_2 */
    ng_to[20] = _ldbound_residual_2_dbuffer; /* bound_residual_2/buffer */
    ng_to[21] = _ldbound_residual_2_dca; /* bound_residual_2/ca */
    ng_to[22] = _ldbound_residual_2_ddepth; /* bound_residual_2/depth */
    ng_to[23] = _ldbound_residual_2_dkoff; /* bound_residual_2/koff */
    ng_to[24] = _ldbound_residual_2_dkon; /* bound_residual_2/kon */
    ng_to[25] = _ldbound_residual_2_dpair; /* bound_residual_2/pair */
    ng_to[26] = _ldpair_residual_2_dbound; /* pair_residual_2/bound */
    ng_to[27] = _ldpair_residual_2_dbuffer; /* pair_residual_2/buffer */
    ng_to[28] = _ldconserved_4_ddepth; /* pair_residual_2/depth */
    ng_to[29] = _ldconserved_4_dpair; /* pair_residual_2/pair */
    ng_to[30] = _ldconserved_4_dtotal; /* pair_residual_2/total */
    ng_to[31] = _ldflux_9_dca; /* pump_residual_2/ca */
    ng_to[32] = _ldpump_residual_2_dcao; /* pump_residual_2/cao */
    ng_to[33] = _ldpump_residual_2_dcapump; /* pump_residual_2/capump */
    ng_to[34] = _ldpump_residual_2_ddepth; /* pump_residual_2/depth */
    ng_to[35] = _ldpump_residual_2_dpump; /* pump_residual_2/pump */
    ng_to[36] = _ldpump_residual_2_dpump_old_2; /* pump_residual_2/pump_old_2 */
    ng_to[37] = _ldconserved_3_dcapump; /* capump_residual_2/capump */
    ng_to[38] = _ldconserved_3_ddensity; /* capump_residual_2/density */
    ng_to[39] = _ldconserved_3_ddepth; /* capump_residual_2/depth */
    ng_to[40] = _ldconserved_3_dpump; /* capump_residual_2/pump */
ENDVERBATIM
}

: Derivatives of what exchange is solved to, by the iteration that NEURON does; the unknowns are put back.
PROCEDURE ng_states() {
VERBATIM
    if (ng_link == 0.) return 0;
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("cabuffer advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
    {
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    const double ng_start[6] = {ca, buffer, bound, pair, pump, capump};
    double *ng_rows[6] = {ng_self->ng_carried + 0*ng_width, ng_self->ng_carried + 1*ng_width, ng_self->ng_carried + 2*ng_width, ng_self->ng_carried + 5*ng_width, ng_self->ng_carried + 3*ng_width, ng_self->ng_carried + 4*ng_width};
    double ng_old[6], ng_step[6], *ng_steps[6], ng_matrix[36], ng_slope[41];
    long ng_pivot[6], ng_i;
    for (ng_i = 0; ng_i < 6; ng_i++) {
      ng_old[ng_i] = ng_start[ng_i];
      ng_steps[ng_i] = ng_step + ng_i;
      ng_step[ng_i] = 0.;
    }
    {
    double *ng_memory = (double *) malloc(12*ng_width*sizeof(double)), *ng_next[6], ng_change, ng_system[36];
    long ng_j, ng_count = 0, ng_single = 0;
    for (ng_i = 0; ng_i < 6; ng_i++) {
      ng_next[ng_i] = ng_memory + ng_i*ng_width;
      ng_copy(ng_memory + (6 + ng_i)*ng_width, ng_rows[ng_i], ng_width);
    }
    for (;;) {
      ng_scale(ng_matrix, 0., 36);
      ng_states_matrix(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_matrix);
      ng_copy(ng_system, ng_matrix, 36);
      if (ng_factor(6, ng_matrix, ng_pivot)) ng_self->ng_cell->ng_fault = "exchange has a singular matrix";
      ng_solve(6, ng_matrix, ng_pivot, ng_steps, 1);
      ng_states_slopes(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_slope);
      ng_scale(ng_memory, 0., 6*ng_width);
      ng_system[2] -= ng_slope[0];
      ng_system[1] -= ng_slope[1];
      ng_system[0] -= ng_slope[2];
      ng_system[5] -= ng_slope[5];
      ng_system[4] -= ng_slope[10];
      ng_system[8] -= ng_slope[11];
      ng_system[7] -= ng_slope[12];
      ng_system[6] -= ng_slope[14];
      ng_system[14] -= ng_slope[18];
      ng_system[13] -= ng_slope[20];
      ng_system[12] -= ng_slope[21];
      ng_system[15] -= ng_slope[25];
      ng_system[20] -= ng_slope[26];
      ng_system[19] -= ng_slope[27];
      ng_system[21] -= ng_slope[29];
      ng_system[24] -= ng_slope[31];
      ng_system[29] -= ng_slope[33];
      ng_system[28] -= ng_slope[35];
      ng_system[35] -= ng_slope[37];
      ng_system[34] -= ng_slope[40];
      for (ng_i = 0; ng_i < 6; ng_i++)
        for (ng_j = 0; ng_j < 6; ng_j++)
          if (ng_system[ng_i*6 + ng_j] != 0.) ng_add(ng_next[ng_i], ng_system[ng_i*6 + ng_j], ng_rows[ng_j], ng_width);
    ng_add(ng_next[0], -ng_slope[3], ng_memory + 6*ng_width, ng_width);
    ng_sow(ng_self->ng_seeds + 7, -ng_slope[4], ng_next[0], ng_width); /* cao */
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[6], ng_next[0], ng_width); /* depth */
    ng_sow(ng_self->ng_seeds + 6, -ng_slope[7], ng_next[0], ng_width); /* ica */
    ng_sow(ng_self->ng_seeds + 1, -ng_slope[8], ng_next[0], ng_width); /* koff */
    ng_sow(ng_self->ng_seeds + 0, -ng_slope[9], ng_next[0], ng_width); /* kon */
    ng_add(ng_next[1], -ng_slope[13], ng_memory + 7*ng_width, ng_width);
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[15], ng_next[1], ng_width); /* depth */
    ng_sow(ng_self->ng_seeds + 1, -ng_slope[16], ng_next[1], ng_width); /* koff */
    ng_sow(ng_self->ng_seeds + 0, -ng_slope[17], ng_next[1], ng_width); /* kon */
    ng_add(ng_next[2], -ng_slope[19], ng_memory + 8*ng_width, ng_width);
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[22], ng_next[2], ng_width); /* depth */
    ng_sow(ng_self->ng_seeds + 1, -ng_slope[23], ng_next[2], ng_width); /* koff */
    ng_sow(ng_self->ng_seeds + 0, -ng_slope[24], ng_next[2], ng_width); /* kon */
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[28], ng_next[3], ng_width); /* depth */
    ng_sow(ng_self->ng_seeds + 2, -ng_slope[30], ng_next[3], ng_width); /* total */
    ng_add(ng_next[4], -ng_slope[36], ng_memory + 10*ng_width, ng_width);
    ng_sow(ng_self->ng_seeds + 7, -ng_slope[32], ng_next[4], ng_width); /* cao */
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[34], ng_next[4], ng_width); /* depth */
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[38], ng_next[5], ng_width); /* density */
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[39], ng_next[5], ng_width); /* depth */
      ng_solve(6, ng_matrix, ng_pivot, ng_next, ng_width);
      for (ng_i = 0; ng_i < 6; ng_i++) ng_copy(ng_rows[ng_i], ng_next[ng_i], ng_width);
      ng_change = 0.;
      ca += ng_step[0];
      ng_change += fabs(ng_step[0]);
      buffer += ng_step[1];
      ng_change += fabs(ng_step[1]);
      bound += ng_step[2];
      ng_change += fabs(ng_step[2]);
      pair += ng_step[3];
      ng_change += fabs(ng_step[3]);
      pump += ng_step[4];
      ng_change += fabs(ng_step[4]);
      capump += ng_step[5];
      ng_change += fabs(ng_step[5]);
      ng_scale(ng_step, 0., 6);
      if (!ng_single) {
        if (ca < 0.) { ca = 0.; ng_scale(ng_rows[0], 0., ng_width); }
        if (buffer < 0.) { buffer = 0.; ng_scale(ng_rows[1], 0., ng_width); }
        if (bound < 0.) { bound = 0.; ng_scale(ng_rows[2], 0., ng_width); }
        if (pair < 0.) { pair = 0.; ng_scale(ng_rows[3], 0., ng_width); }
        if (pump < 0.) { pump = 0.; ng_scale(ng_rows[4], 0., ng_width); }
        if (capump < 0.) { capump = 0.; ng_scale(ng_rows[5], 0., ng_width); }
        if (ng_change > 1e-6 && ++ng_count < 22) continue;
      }
      break;
    }
    free(ng_memory);
    }
    ng_states_after(_threadargs_);
    ca = ng_start[0];
    buffer = ng_start[1];
    bound = ng_start[2];
    pair = ng_start[3];
    pump = ng_start[4];
    capump = ng_start[5];
    }
ENDVERBATIM
}

: The residuals of exchange, and the matrix of the linear system that is solved for the unknowns.
PROCEDURE ng_initial_2_matrix(ng_old, ng_step, ng_matrix) {
    LOCAL ca_old, buffer_old, bound_old, pair_old, pump_old, capump_old, ca_correction, buffer_correction,
          bound_correction, pair_correction, pump_correction, capump_correction, ca_volume, pump_volume,
          speed, b_flux, flux_1, f_flux, forward_rate, backward_rate, dflux_2_dbound_correction,
          dflux_2_dbuffer_correction, dflux_2_dca_correction, flux_2, forward_rate_2, backward_rate_2,
          dflux_3_dbound_correction, dflux_3_dpair_correction, flux_3, forward_rate_3, backward_rate_3,
          dflux_4_dca_correction, dflux_4_dcapump_correction, dflux_4_dpump_correction, flux_4,
          forward_rate_4, backward_rate_4, dflux_5_dcapump_correction, dflux_5_dpump_correction, flux_5,
          dconserved_1_dcapump_correction, dconserved_1_dpump_correction, conserved_1,
          dconserved_2_dpair_correction, conserved_2, dca_residual_dca_correction, ca_residual,
          dbuffer_residual_dbuffer_correction, buffer_residual, dbound_residual_dbound_correction,
          dbound_residual_dbuffer_correction, dbound_residual_dca_correction,
          dbound_residual_dpair_correction, bound_residual, dpump_residual_dcapump_correction,
          dpump_residual_dpump_correction, pump_residual, pair_residual, capump_residual,
          dpair_residual_dbound_correction, dpair_residual_dbuffer_correction
VERBATIM
    _lca_old = ((const double *) (size_t) _lng_old)[0];
    _lbuffer_old = ((const double *) (size_t) _lng_old)[1];
    _lbound_old = ((const double *) (size_t) _lng_old)[2];
    _lpair_old = ((const double *) (size_t) _lng_old)[3];
    _lpump_old = ((const double *) (size_t) _lng_old)[4];
    _lcapump_old = ((const double *) (size_t) _lng_old)[5];
    _lca_correction = ((const double *) (size_t) _lng_step)[0];
    _lbuffer_correction = ((const double *) (size_t) _lng_step)[1];
    _lbound_correction = ((const double *) (size_t) _lng_step)[2];
    _lpair_correction = ((const double *) (size_t) _lng_step)[3];
    _lpump_correction = ((const double *) (size_t) _lng_step)[4];
    _lcapump_correction = ((const double *) (size_t) _lng_step)[5];
ENDVERBATIM
    ca_volume = depth
    pump_volume = depth + 1
    speed = 0.4*(1 + 0.1*cao)
    b_flux = pumped_rest() - 5000*ica*open/FARADAY
    flux_1 = b_flux
    f_flux = buffer*ca*depth*kon
    b_flux = bound*depth*koff
    forward_rate = depth*kon
    backward_rate = depth*koff
    dflux_2_dbound_correction = -backward_rate
    dflux_2_dbuffer_correction = ca*forward_rate
    dflux_2_dca_correction = buffer*forward_rate
    flux_2 = buffer*ca_correction*forward_rate + buffer_correction*ca*forward_rate + f_flux - b_flux - backward_rate*bound_correction
    f_flux = 3*depth*bound*bound
    b_flux = 0.05*depth*pair
    forward_rate_2 = 3*depth
    backward_rate_2 = 0.05*depth
    dflux_3_dbound_correction = 2*bound*forward_rate_2
    dflux_3_dpair_correction = -backward_rate_2
    flux_3 = 2*bound*bound_correction*forward_rate_2 + f_flux - b_flux - backward_rate_2*pair_correction
    f_flux = 600*ca*pump
    b_flux = capump*speed
    forward_rate_3 = 600
    backward_rate_3 = speed
    dflux_4_dca_correction = forward_rate_3*pump
    dflux_4_dcapump_correction = -backward_rate_3
    dflux_4_dpump_correction = ca*forward_rate_3
    flux_4 = ca*forward_rate_3*pump_correction + ca_correction*forward_rate_3*pump + f_flux - b_flux - backward_rate_3*capump_correction
    f_flux = 0.05*capump
    b_flux = 0
    forward_rate_4 = 0.05
    backward_rate_4 = 0
    dflux_5_dcapump_correction = forward_rate_4
    dflux_5_dpump_correction = -backward_rate_4*cao
    flux_5 = capump_correction*forward_rate_4 + f_flux - b_flux - backward_rate_4*cao*pump_correction
    dconserved_1_dcapump_correction = depth + 1
    dconserved_1_dpump_correction = depth + 1
    conserved_1 = (capump + capump_correction)*(depth + 1) + (depth + 1)*(pump + pump_correction) - density*(depth + 1)
    dconserved_2_dpair_correction = 2*depth
    conserved_2 = depth*(bound + bound_correction) + depth*(buffer + buffer_correction) + depth*(2*pair + 2*pair_correction) - depth*total
    dca_residual_dca_correction = ca_volume/dt + dflux_2_dca_correction + dflux_4_dca_correction
    ca_residual = ca_volume*(ca + ca_correction - ca_old)/dt + flux_2 + flux_4 - flux_1
    dbuffer_residual_dbuffer_correction = ca_volume/dt + dflux_2_dbuffer_correction
    buffer_residual = ca_volume*(buffer + buffer_correction - buffer_old)/dt + flux_2
    dbound_residual_dbound_correction = ca_volume/dt + 2*dflux_3_dbound_correction - dflux_2_dbound_correction
    dbound_residual_dbuffer_correction = -dflux_2_dbuffer_correction
    dbound_residual_dca_correction = -dflux_2_dca_correction
    dbound_residual_dpair_correction = 2*dflux_3_dpair_correction
    bound_residual = ca_volume*(bound + bound_correction - bound_old)/dt + 2*flux_3 - flux_2
    dpump_residual_dcapump_correction = dflux_4_dcapump_correction - dflux_5_dcapump_correction
    dpump_residual_dpump_correction = dflux_4_dpump_correction + pump_volume/dt - dflux_5_dpump_correction
    pump_residual = flux_4 + pump_volume*(pump + pump_correction - pump_old)/dt - flux_5
    pair_residual = conserved_2
    capump_residual = conserved_1
    dpair_residual_dbound_correction = depth
    dpair_residual_dbuffer_correction = depth
VERBATIM
    double *ng_to = (double *) (size_t) _lng_step, *ng_element = (double *) (size_t) _lng_matrix;
    ng_to[0] = -(_lca_residual);
    ng_to[1] = -(_lbuffer_residual);
    ng_to[2] = -(_lbound_residual);
    ng_to[3] = -(_lpair_residual);
    ng_to[4] = -(_lpump_residual);
    ng_to[5] = -(_lcapump_residual);
    ng_element[2] = _ldflux_2_dbound_correction;
    ng_element[1] = _ldflux_2_dbuffer_correction;
    ng_element[0] = _ldca_residual_dca_correction;
    ng_element[5] = _ldflux_4_dcapump_correction;
    ng_element[4] = _ldflux_4_dpump_correction;
    ng_element[8] = _ldflux_2_dbound_correction;
    ng_element[7] = _ldbuffer_residual_dbuffer_correction;
    ng_element[6] = _ldflux_2_dca_correction;
    ng_element[14] = _ldbound_residual_dbound_correction;
    ng_element[13] = _ldbound_residual_dbuffer_correction;
    ng_element[12] = _ldbound_residual_dca_correction;
    ng_element[15] = _ldbound_residual_dpair_correction;
    ng_element[20] = _ldpair_residual_dbound_correction;
    ng_element[19] = _ldpair_residual_dbuffer_correction;
    ng_element[21] = _ldconserved_2_dpair_correction;
    ng_element[24] = _ldflux_4_dca_correction;
    ng_element[29] = _ldpump_residual_dcapump_correction;
    ng_element[28] = _ldpump_residual_dpump_correction;
    ng_element[35] = _ldconserved_1_dcapump_correction;
    ng_element[34] = _ldconserved_1_dpump_correction;
ENDVERBATIM
}

: The derivatives of the same residuals by all that is active.
PROCEDURE ng_initial_2_slopes(ng_old, ng_step, ng_slope) {
    LOCAL ca_old, buffer_old, bound_old, pair_old, pump_old, capump_old, ca_correction, buffer_correction,
          bound_correction, pair_correction, pump_correction, capump_correction, ca_volume, pump_volume,
          speed, dpumped_rest_ddepth_1, db_flux_dica, df_flux_dbuffer, df_flux_dca, df_flux_ddepth,
          df_flux_dkon, db_flux_dbound, db_flux_ddepth, db_flux_dkoff, forward_rate, dflux_2_dbound,
          dflux_2_dbuffer, dflux_2_dca, dflux_2_ddepth, dflux_2_dkoff, dflux_2_dkon, df_flux_dbound,
          df_flux_ddepth_2, db_flux_ddepth_2, db_flux_dpair, forward_rate_2, dflux_3_dbound, dflux_3_ddepth,
          dflux_3_dpair, df_flux_dca_2, df_flux_dpump, db_flux_dcao, db_flux_dcapump, forward_rate_3,
          dflux_4_dca, dflux_4_dcao, dflux_4_dcapump, dflux_4_dpump, backward_rate_4, dflux_5_dcao,
          dconserved_1_dcapump, dconserved_1_ddensity, dconserved_1_ddepth, dconserved_1_dpump,
          dconserved_2_ddepth, dconserved_2_dpair, dconserved_2_dtotal, dca_residual_dca,
          dca_residual_dca_old, dca_residual_ddepth, dca_residual_dica, dbuffer_residual_dbuffer,
          dbuffer_residual_dbuffer_old, dbuffer_residual_ddepth, dbound_residual_dbound,
          dbound_residual_dbound_old, dbound_residual_dbuffer, dbound_residual_dca, dbound_residual_ddepth,
          dbound_residual_dkoff, dbound_residual_dkon, dbound_residual_dpair, dpump_residual_dcao,
          dpump_residual_dcapump, dpump_residual_ddepth, dpump_residual_dpump, dpump_residual_dpump_old,
          dpair_residual_dbound, dpair_residual_dbuffer
VERBATIM
    _lca_old = ((const double *) (size_t) _lng_old)[0];
    _lbuffer_old = ((const double *) (size_t) _lng_old)[1];
    _lbound_old = ((const double *) (size_t) _lng_old)[2];
    _lpair_old = ((const double *) (size_t) _lng_old)[3];
    _lpump_old = ((const double *) (size_t) _lng_old)[4];
    _lcapump_old = ((const double *) (size_t) _lng_old)[5];
    _lca_correction = ((const double *) (size_t) _lng_step)[0];
    _lbuffer_correction = ((const double *) (size_t) _lng_step)[1];
    _lbound_correction = ((const double *) (size_t) _lng_step)[2];
    _lpair_correction = ((const double *) (size_t) _lng_step)[3];
    _lpump_correction = ((const double *) (size_t) _lng_step)[4];
    _lcapump_correction = ((const double *) (size_t) _lng_step)[5];
ENDVERBATIM
    ca_volume = depth
    pump_volume = depth + 1
    speed = 0.4*(1 + 0.1*cao)
    dpumped_rest_ddepth_1 = dpumped_rest_ddepth()
    db_flux_dica = -5000*open/FARADAY
    df_flux_dbuffer = ca*depth*kon
    df_flux_dca = buffer*depth*kon
    df_flux_ddepth = buffer*ca*kon
    df_flux_dkon = buffer*ca*depth
    db_flux_dbound = depth*koff
    db_flux_ddepth = bound*koff
    db_flux_dkoff = bound*depth
    forward_rate = depth*kon
    dflux_2_dbound = -db_flux_dbound
    dflux_2_dbuffer = ca_correction*forward_rate + df_flux_dbuffer
    dflux_2_dca = buffer_correction*forward_rate + df_flux_dca
    dflux_2_ddepth = df_flux_ddepth + kon*(buffer*ca_correction + buffer_correction*ca) - bound_correction*koff - db_flux_ddepth
    dflux_2_dkoff = -bound_correction*depth - db_flux_dkoff
    dflux_2_dkon = depth*(buffer*ca_correction + buffer_correction*ca) + df_flux_dkon
    df_flux_dbound = 6*bound*depth
    df_flux_ddepth_2 = 3*bound*bound
    db_flux_ddepth_2 = 0.05*pair
    db_flux_dpair = 0.05*depth
    forward_rate_2 = 3*depth
    dflux_3_dbound = 2*bound_correction*forward_rate_2 + df_flux_dbound
    dflux_3_ddepth = 6*bound*bound_correction + df_flux_ddepth_2 - db_flux_ddepth_2 - 0.05*pair_correction
    dflux_3_dpair = -db_flux_dpair
    df_flux_dca_2 = 600*pump
    df_flux_dpump = 600*ca
    db_flux_dcao = 0.04*capump
    db_flux_dcapump = speed
    forward_rate_3 = 600
    dflux_4_dca = df_flux_dca_2 + forward_rate_3*pump_correction
    dflux_4_dcao = -0.04*capump_correction - db_flux_dcao
    dflux_4_dcapump = -db_flux_dcapump
    dflux_4_dpump = ca_correction*forward_rate_3 + df_flux_dpump
    backward_rate_4 = 0
    dflux_5_dcao = -backward_rate_4*pump_correction
    dconserved_1_dcapump = depth + 1
    dconserved_1_ddensity = -depth - 1
    dconserved_1_ddepth = capump + capump_correction + pump + pump_correction - density
    dconserved_1_dpump = depth + 1
    dconserved_2_ddepth = bound + bound_correction + buffer + buffer_correction + 2*pair + 2*pair_correction - total
    dconserved_2_dpair = 2*depth
    dconserved_2_dtotal = -depth
    dca_residual_dca = ca_volume/dt + dflux_2_dca + dflux_4_dca
    dca_residual_dca_old = -ca_volume/dt
    dca_residual_ddepth = dflux_2_ddepth + (ca + ca_correction - ca_old)/dt - dpumped_rest_ddepth_1
    dca_residual_dica = -db_flux_dica
    dbuffer_residual_dbuffer = ca_volume/dt + dflux_2_dbuffer
    dbuffer_residual_dbuffer_old = -ca_volume/dt
    dbuffer_residual_ddepth = dflux_2_ddepth + (buffer + buffer_correction - buffer_old)/dt
    dbound_residual_dbound = ca_volume/dt + 2*dflux_3_dbound - dflux_2_dbound
    dbound_residual_dbound_old = -ca_volume/dt
    dbound_residual_dbuffer = -dflux_2_dbuffer
    dbound_residual_dca = -dflux_2_dca
    dbound_residual_ddepth = 2*dflux_3_ddepth + (bound + bound_correction - bound_old)/dt - dflux_2_ddepth
    dbound_residual_dkoff = -dflux_2_dkoff
    dbound_residual_dkon = -dflux_2_dkon
    dbound_residual_dpair = 2*dflux_3_dpair
    dpump_residual_dcao = dflux_4_dcao - dflux_5_dcao
    dpump_residual_dcapump = dflux_4_dcapump - 0.05
    dpump_residual_ddepth = (pump + pump_correction - pump_old)/dt
    dpump_residual_dpump = dflux_4_dpump + pump_volume/dt
    dpump_residual_dpump_old = -pump_volume/dt
    dpair_residual_dbound = depth
    dpair_residual_dbuffer = depth
VERBATIM
    double *ng_to = (double *) (size_t) _lng_slope;
    ng_to[0] = _ldflux_2_dbound; /* ca_residual/bound */
    ng_to[1] = _ldflux_2_dbuffer; /* ca_residual/buffer */
    ng_to[2] = _ldca_residual_dca; /* ca_residual/ca */
    ng_to[3] = _ldca_residual_dca_old; /* ca_residual/ca_old */
    ng_to[4] = _ldflux_4_dcao; /* ca_residual/cao */
    ng_to[5] = _ldflux_4_dcapump; /* ca_residual/capump */
    ng_to[6] = _ldca_residual_ddepth; /* ca_residual/depth */
    ng_to[7] = _ldca_residual_dica; /* ca_residual/ica */
    ng_to[8] = _ldflux_2_dkoff; /* ca_residual/koff */
    ng_to[9] = _ldflux_2_dkon; /* ca_residual/kon */
    ng_to[10] = _ldflux_4_dpump; /* ca_residual/pump */
    ng_to[11] = _ldflux_2_dbound; /* buffer_residual/bound */
    ng_to[12] = _ldbuffer_residual_dbuffer; /* buffer_residual/buffer */
    ng_to[13] = _ldbuffer_residual_dbuffer_old; /* buffer_residual/buffer_old */
    ng_to[14] = _ldflux_2_dca; /* buffer_residual/ca */
    ng_to[15] = _ldbuffer_residual_ddepth; /* buffer_residual/depth */
    ng_to[16] = _ldflux_2_dkoff; /* buffer_residual/koff */
    ng_to[17] = _ldflux_2_dkon; /* buffer_residual/kon */
    ng_to[18] = _ldbound_residual_dbound; /* bound_residual/bound */
    ng_to[19] = _ldbound_residual_dbound_old; /* bound_residual/bound_old */
    ng_to[20] = _ldbound_residual_dbuffer; /* bound_residual/buffer */
    ng_to[21] = _ldbound_residual_dca; /* bound_residual/ca */
    ng_to[22] = _ldbound_residual_ddepth; /* bound_residual/depth */
    ng_to[23] = _ldbound_residual_dkoff; /* bound_residual/koff */
    ng_to[24] = _ldbound_residual_dkon; /* bound_residual/kon */
    ng_to[25] = _ldbound_residual_dpair; /* bound_residual/pair */
    ng_to[26] = _ldpair_residual_dbound; /* pair_residual/bound */
    ng_to[27] = _ldpair_residual_dbuffer; /* pair_residual/buffer */
    ng_to[28] = _ldconserved_2_ddepth; /* pair_residual/depth */
    ng_to[29] = _ldconserved_2_dpair; /* pair_residual/pair */
    ng_to[30] = _ldconserved_2_dtotal; /* pair_residual/total */
    ng_to[31] = _ldflux_4_dca; /* pump_residual/ca */
    ng_to[32] = _ldpump_residual_dcao; /* pump_residual/cao */
    ng_to[33] = _ldpump_residual_dcapump; /* pump_residual/capump */
    ng_to[34] = _ldpump_residual_ddepth; /* pump_residual/depth */
    ng_to[35] = _ldpump_residual_dpump; /* pump_residual/pump */
    ng_to[36] = _ldpump_residual_dpump_old; /* pump_residual/pump_old */
    ng_to[37] = _ldconserved_1_dcapump; /* capump_residual/capump */
    ng_to[38] = _ldconserved_1_ddensity; /* capump_residual/density */
    ng_to[39] = _ldconserved_1_ddepth; /* capump_residual/depth */
    ng_to[40] = _ldconserved_1_dpump; /* capump_residual/pump */
ENDVERBATIM
}

: Derivatives of what exchange is solved to, by the iteration that NEURON does; the unknowns are put back.
PROCEDURE ng_initial_2() {
VERBATIM
    {
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    const double ng_start[6] = {ca, buffer, bound, pair, pump, capump};
    double *ng_rows[6] = {ng_self->ng_carried + 0*ng_width, ng_self->ng_carried + 1*ng_width, ng_self->ng_carried + 2*ng_width, ng_self->ng_carried + 5*ng_width, ng_self->ng_carried + 3*ng_width, ng_self->ng_carried + 4*ng_width};
    double ng_old[6], ng_step[6], *ng_steps[6], ng_matrix[36], ng_slope[41];
    long ng_pivot[6], ng_i;
    const double ng_dt = dt;
    dt = 1e9;
    for (ng_i = 0; ng_i < 6; ng_i++) {
      ng_old[ng_i] = ng_start[ng_i];
      ng_steps[ng_i] = ng_step + ng_i;
      ng_step[ng_i] = 0.;
    }
    {
    double *ng_memory = (double *) malloc(12*ng_width*sizeof(double)), *ng_next[6], ng_change, ng_system[36];
    long ng_j, ng_count = 0, ng_single = 1;
    for (ng_i = 0; ng_i < 6; ng_i++) {
      ng_next[ng_i] = ng_memory + ng_i*ng_width;
      ng_copy(ng_memory + (6 + ng_i)*ng_width, ng_rows[ng_i], ng_width);
    }
    for (;;) {
      ng_scale(ng_matrix, 0., 36);
      ng_initial_2_matrix(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_matrix);
      ng_copy(ng_system, ng_matrix, 36);
      if (ng_factor(6, ng_matrix, ng_pivot)) ng_self->ng_cell->ng_fault = "exchange has a singular matrix";
      ng_solve(6, ng_matrix, ng_pivot, ng_steps, 1);
      ng_initial_2_slopes(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_slope);
      ng_scale(ng_memory, 0., 6*ng_width);
      ng_system[2] -= ng_slope[0];
      ng_system[1] -= ng_slope[1];
      ng_system[0] -= ng_slope[2];
      ng_system[5] -= ng_slope[5];
      ng_system[4] -= ng_slope[10];
      ng_system[8] -= ng_slope[11];
      ng_system[7] -= ng_slope[12];
      ng_system[6] -= ng_slope[14];
      ng_system[14] -= ng_slope[18];
      ng_system[13] -= ng_slope[20];
      ng_system[12] -= ng_slope[21];
      ng_system[15] -= ng_slope[25];
      ng_system[20] -= ng_slope[26];
      ng_system[19] -= ng_slope[27];
      ng_system[21] -= ng_slope[29];
      ng_system[24] -= ng_slope[31];
      ng_system[29] -= ng_slope[33];
      ng_system[28] -= ng_slope[35];
      ng_system[35] -= ng_slope[37];
      ng_system[34] -= ng_slope[40];
      for (ng_i = 0; ng_i < 6; ng_i++)
        for (ng_j = 0; ng_j < 6; ng_j++)
          if (ng_system[ng_i*6 + ng_j] != 0.) ng_add(ng_next[ng_i], ng_system[ng_i*6 + ng_j], ng_rows[ng_j], ng_width);
    ng_add(ng_next[0], -ng_slope[3], ng_memory + 6*ng_width, ng_width);
    ng_sow(ng_self->ng_seeds + 7, -ng_slope[4], ng_next[0], ng_width); /* cao */
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[6], ng_next[0], ng_width); /* depth */
    ng_sow(ng_self->ng_seeds + 6, -ng_slope[7], ng_next[0], ng_width); /* ica */
    ng_sow(ng_self->ng_seeds + 1, -ng_slope[8], ng_next[0], ng_width); /* koff */
    ng_sow(ng_self->ng_seeds + 0, -ng_slope[9], ng_next[0], ng_width); /* kon */
    ng_add(ng_next[1], -ng_slope[13], ng_memory + 7*ng_width, ng_width);
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[15], ng_next[1], ng_width); /* depth */
    ng_sow(ng_self->ng_seeds + 1, -ng_slope[16], ng_next[1], ng_width); /* koff */
    ng_sow(ng_self->ng_seeds + 0, -ng_slope[17], ng_next[1], ng_width); /* kon */
    ng_add(ng_next[2], -ng_slope[19], ng_memory + 8*ng_width, ng_width);
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[22], ng_next[2], ng_width); /* depth */
    ng_sow(ng_self->ng_seeds + 1, -ng_slope[23], ng_next[2], ng_width); /* koff */
    ng_sow(ng_self->ng_seeds + 0, -ng_slope[24], ng_next[2], ng_width); /* kon */
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[28], ng_next[3], ng_width); /* depth */
    ng_sow(ng_self->ng_seeds + 2, -ng_slope[30], ng_next[3], ng_width); /* total */
    ng_add(ng_next[4], -ng_slope[36], ng_memory + 10*ng_width, ng_width);
    ng_sow(ng_self->ng_seeds + 7, -ng_slope[32], ng_next[4], ng_width); /* cao */
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[34], ng_next[4], ng_width); /* depth */
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[38], ng_next[5], ng_width); /* density */
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[39], ng_next[5], ng_width); /* depth */
      ng_solve(6, ng_matrix, ng_pivot, ng_next, ng_width);
      for (ng_i = 0; ng_i < 6; ng_i++) ng_copy(ng_rows[ng_i], ng_next[ng_i], ng_width);
      ng_change = 0.;
      ca += ng_step[0];
      ng_change += fabs(ng_step[0]);
      buffer += ng_step[1];
      ng_change += fabs(ng_step[1]);
      bound += ng_step[2];
      ng_change += fabs(ng_step[2]);
      pair += ng_step[3];
      ng_change += fabs(ng_step[3]);
      pump += ng_step[4];
      ng_change += fabs(ng_step[4]);
      capump += ng_step[5];
      ng_change += fabs(ng_step[5]);
      ng_scale(ng_step, 0., 6);
      if (!ng_single) {
        if (ca < 0.) { ca = 0.; ng_scale(ng_rows[0], 0., ng_width); }
        if (buffer < 0.) { buffer = 0.; ng_scale(ng_rows[1], 0., ng_width); }
        if (bound < 0.) { bound = 0.; ng_scale(ng_rows[2], 0., ng_width); }
        if (pair < 0.) { pair = 0.; ng_scale(ng_rows[3], 0., ng_width); }
        if (pump < 0.) { pump = 0.; ng_scale(ng_rows[4], 0., ng_width); }
        if (capump < 0.) { capump = 0.; ng_scale(ng_rows[5], 0., ng_width); }
        if (ng_change > 1e-6 && ++ng_count < 22) continue;
      }
      if (ng_single && ++ng_count < 8) { /* first a step, until no unknown is negative; then until nothing changes */
        ng_single = 0;
        if (ca < -1e-6) { ca = 0.; ng_scale(ng_rows[0], 0., ng_width); ng_single = 1; }
        ng_old[0] = ca;
        if (buffer < -1e-6) { buffer = 0.; ng_scale(ng_rows[1], 0., ng_width); ng_single = 1; }
        ng_old[1] = buffer;
        if (bound < -1e-6) { bound = 0.; ng_scale(ng_rows[2], 0., ng_width); ng_single = 1; }
        ng_old[2] = bound;
        if (pair < -1e-6) { pair = 0.; ng_scale(ng_rows[3], 0., ng_width); ng_single = 1; }
        ng_old[3] = pair;
        if (pump < -1e-6) { pump = 0.; ng_scale(ng_rows[4], 0., ng_width); ng_single = 1; }
        ng_old[4] = pump;
        if (capump < -1e-6) { capump = 0.; ng_scale(ng_rows[5], 0., ng_width); ng_single = 1; }
        ng_old[5] = capump;
        if (!ng_single) ng_count = 0;
        for (ng_i = 0; ng_i < 6; ng_i++)
          ng_copy(ng_memory + (6 + ng_i)*ng_width, ng_rows[ng_i], ng_width);
        continue;
      }
      break;
    }
    free(ng_memory);
    }
    ng_initial_2_after(_threadargs_);
    ca = ng_start[0];
    buffer = ng_start[1];
    bound = ng_start[2];
    pair = ng_start[3];
    pump = ng_start[4];
    capump = ng_start[5];
    dt = ng_dt;
    }
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL ca, dbound_dkoff, dbound_dkon, dbound_drest, dbound_dtotal, dbuffer_dkoff, dbuffer_dkon,
          dbuffer_drest, dbuffer_dtotal
    ca = rest
    dbound_dkoff = -ca*total/(kon*(ca + koff/kon)*(ca + koff/kon))
    dbound_dkon = ca*koff*total/((ca + koff/kon)*(ca + koff/kon)*kon*kon)
    dbound_drest = koff*total/(kon*(ca + koff/kon)*(ca + koff/kon))
    dbound_dtotal = ca/(ca + koff/kon)
    dbuffer_dkoff = -dbound_dkoff
    dbuffer_dkon = -dbound_dkon
    dbuffer_drest = -dbound_drest
    dbuffer_dtotal = 1 - dbound_dtotal
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_ca = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_buffer = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_bound = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_pump = ng_self->ng_carried + 3*ng_width;
    double *NG_RESTRICT ng_row_capump = ng_self->ng_carried + 4*ng_width;
    double *NG_RESTRICT ng_row_pair = ng_self->ng_carried + 5*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_ca[ng_k] = 0.;
      ng_row_buffer[ng_k] = 0.;
      ng_row_bound[ng_k] = 0.;
      ng_row_pump[ng_k] = 0.;
      ng_row_capump[ng_k] = 0.;
      ng_row_pair[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 5, 1.0, ng_row_ca, ng_width); /* rest */
    ng_sow(ng_self->ng_seeds + 1, _ldbuffer_dkoff, ng_row_buffer, ng_width); /* koff */
    ng_sow(ng_self->ng_seeds + 0, _ldbuffer_dkon, ng_row_buffer, ng_width); /* kon */
    ng_sow(ng_self->ng_seeds + 5, _ldbuffer_drest, ng_row_buffer, ng_width); /* rest */
    ng_sow(ng_self->ng_seeds + 2, _ldbuffer_dtotal, ng_row_buffer, ng_width); /* total */
    ng_sow(ng_self->ng_seeds + 1, _ldbound_dkoff, ng_row_bound, ng_width); /* koff */
    ng_sow(ng_self->ng_seeds + 0, _ldbound_dkon, ng_row_bound, ng_width); /* kon */
    ng_sow(ng_self->ng_seeds + 5, _ldbound_drest, ng_row_bound, ng_width); /* rest */
    ng_sow(ng_self->ng_seeds + 2, _ldbound_dtotal, ng_row_bound, ng_width); /* total */
    ng_sow(ng_self->ng_seeds + 3, 0.8, ng_row_pump, ng_width); /* density */
    ng_sow(ng_self->ng_seeds + 3, 0.2, ng_row_capump, ng_width); /* density */
ENDVERBATIM
}

: The derivative of pumped_rest with respect to depth.
FUNCTION dpumped_rest_ddepth() {
    dpumped_rest_ddepth = 2e-05
}

UNITSON
