TITLE Receptors that bind the transmitter which an event releases, open and desensitise

NEURON {
    POINT_PROCESS binding
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    NONSPECIFIC_CURRENT i
    RANGE e, gmax, bind, unbind, desensitise, recover, clear, i
}

UNITS {
    (mM) = (milli/liter)
}

PARAMETER {
    e = 0 (mV)
    gmax = 0.02 (uS)
    bind = 3 (/mM-ms)
    unbind = 0.4 (/ms)
    desensitise = 0.3 (/ms)
    recover = 0.05 (/ms)
    clear = 0.9 (/ms)
}

ASSIGNED {
    v (mV)
    i (nA)
}

STATE {
    transmitter (mM)
    closed
    opened
    desensitised
}

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    transmitter = 0
    closed = 1
    opened = 0
    desensitised = 0
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE ng_states  : nmodlgrad
    SOLVE receptors METHOD sparse
    i = gmax*opened*(v - e)
}

KINETIC receptors {
    ~ closed + transmitter <-> opened (bind, unbind)
    ~ opened <-> desensitised (desensitise, recover)
    ~ transmitter -> (clear)
    CONSERVE closed + opened + desensitised = 1
}

NET_RECEIVE(weight (mM)) {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        ng_receive(_threadargscomma_ _lflag, _args ? _args[0] : 0., (double) (size_t) _args);
ENDVERBATIM
    }
    transmitter = transmitter + weight
    if (ng_link != 0) { ng_received() }  : nmodlgrad
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: opened, transmitter, closed, desensitised.
: Seedable: e, gmax, bind, unbind, desensitise, recover, clear.
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


static ng_Connection *ng_find(const ng_Instance *ng_self, double ng_sender) {
  static const ng_Band ng_last = {0, 0};
  static const ng_Seed ng_unmoved[] = {{&ng_last, 0, 0, 0}};
  static ng_Connection ng_none = {0, ng_unmoved, 0, 0, 0, 0, 0, 0., &ng_last, 0};
  const double *ng_address = (const double *) (size_t) ng_sender;
  long ng_low = 0, ng_high = ng_self->ng_connection_count;
  while (ng_low < ng_high) {
    const long ng_middle = (ng_low + ng_high)/2;
    ng_Connection *ng_connection = ng_self->ng_connections + ng_middle;
    if (ng_connection->ng_address == ng_address) return ng_connection;
    if (ng_connection->ng_address < ng_address) ng_low = ng_middle + 1;
    else ng_high = ng_middle;
  }
  return &ng_none;
}

/* The rows that move on while an event is late. */
static const long ng_moving[] = {2, 1, 0, 3, -1};

/* The derivative of the time at which an event has come: ng_late is its row, or 0 where it depends on nothing. */
static void ng_arrives(ng_Instance *ng_self, double ng_sender, double ng_t) {
  ng_Timing *ng_timing = ng_self->ng_timing;
  ng_Connection *ng_one;
  const ng_Band *ng_band;
  const double *ng_row = 0;
  const long ng_width = ng_self->ng_cell->ng_width;
  double ng_age = 0.; /* ms */
  long ng_k;
  ng_timing->ng_late = 0;
  ng_one = ng_find(ng_self, ng_sender);
  if (!ng_one->ng_late) return;
  if (ng_one->ng_train) { /* its next spike, unless that is still on its way: then nobody but a script has sent this */
    const ng_Train *ng_train = ng_one->ng_train;
    if (ng_one->ng_next < ng_train->ng_first) ng_one->ng_next = ng_train->ng_first;
    for (; ng_one->ng_next < ng_train->ng_end && !ng_row; ng_one->ng_next++) {
      const double ng_sent = ng_train->ng_times[ng_one->ng_next - ng_train->ng_first], ng_due = ng_sent + *ng_one->ng_delay;
      if (ng_due > ng_t + ng_train->ng_tolerance) break;
      if (ng_due < ng_t - ng_train->ng_tolerance) continue;
      ng_row = ng_train->ng_rows + (ng_one->ng_next - ng_train->ng_first)*ng_width;
      ng_age = ng_self->ng_cell->ng_time - ng_sent;
    }
    if (!ng_row && ng_train->ng_elsewhere)
      ng_self->ng_cell->ng_fault = "a spike of another process came without its derivative: let Sensitivity.psolve() run it";
    if (!ng_row && *ng_one->ng_delay != ng_one->ng_delay_then)
      ng_self->ng_cell->ng_fault = "the delay of a NetCon was changed while spikes were under way: finitialize first";
    if (!ng_row) return;
    memcpy(ng_one->ng_late, ng_row, ng_width*sizeof(double));
    if (ng_train->ng_leak)
      for (ng_k = 0; ng_k < ng_width; ng_k++) ng_one->ng_late[ng_k] *= exp(-ng_train->ng_leak[ng_k]*ng_age);
  } else
    memset(ng_one->ng_late, 0, ng_width*sizeof(double));
  for (ng_band = ng_one->ng_delays; ng_band->ng_count; ng_band = NG_NEXT(ng_band))
    for (ng_k = 0; ng_k < ng_band->ng_count; ng_k++) ng_one->ng_late[ng_band->ng_first + ng_k] += NG_NUMBERS(ng_band)[ng_k];
  ng_timing->ng_late = ng_one->ng_late;
}

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
  const double ng_own = -ng_timing->ng_flow[4]/(.001**ng_timing->ng_cm);
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

ENDVERBATIM

: Partial derivatives of other variables that BREAKPOINT computes, each by itself, for who reads them.
PROCEDURE ng_observables() {
    LOCAL di_de, di_dgmax, di_dopened, di_dv
    di_de = -gmax*opened
    di_dgmax = opened*(v - e)
    di_dopened = gmax*(v - e)
    di_dv = gmax*opened
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dopened; /* di/dopened */
    ng_record[1] = _ldi_de; /* di/de */
    ng_record[2] = _ldi_dgmax; /* di/dgmax */
    ng_record[3] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: The current itself and its conductance, which the cable asks for where the area of the node moves.
PROCEDURE ng_whole() {
    LOCAL di_dv, i, total_current
    di_dv = gmax*opened
    i = gmax*opened*(v - e)
    total_current = i
VERBATIM
    const double ng_density = 100./(_nd_area);
    NG_SELF->ng_total[0] = ng_density*_ltotal_current;
    NG_SELF->ng_total[1] = ng_density*_ldi_dv;
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL di_de, di_dgmax, di_dopened, ddi_dgmax_dv, ddi_dopened_dv
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    di_de = -gmax*opened
    di_dgmax = opened*(v - e)
    di_dopened = gmax*(v - e)
    ddi_dgmax_dv = opened
    ddi_dopened_dv = gmax
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    const double ng_density = 100./(_nd_area);
    ng_record[0] = ng_density*_ldi_dopened; /* d/dopened */
    ng_record[1] = ng_density*_lddi_dopened_dv;
    if (ng_self->ng_sown) {
      ng_record[2] = ng_density*_ldi_de; /* d/de */
      ng_record[3] = ng_density*0.0;
      ng_record[4] = ng_density*_ldi_dgmax; /* d/dgmax */
      ng_record[5] = ng_density*_lddi_dgmax_dv;
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
    if (NG_RARELY(ng_self->ng_total)) ng_whole(_threadargs_);
ENDVERBATIM
}

: The residuals of receptors, and the matrix of the linear system that is solved for the unknowns.
PROCEDURE ng_states_matrix(ng_old, ng_step, ng_matrix) {
    LOCAL closed_old, transmitter_old, opened_old, desensitised_old, closed_correction,
          transmitter_correction, opened_correction, desensitised_correction, f_flux, b_flux, forward_rate,
          backward_rate, dflux_1_dclosed_correction, dflux_1_dopened_correction,
          dflux_1_dtransmitter_correction, flux_1, forward_rate_2, backward_rate_2,
          dflux_2_ddesensitised_correction, dflux_2_dopened_correction, flux_2, forward_rate_3,
          dflux_3_dtransmitter_correction, flux_3, conserved_1, dclosed_residual_dclosed_correction,
          closed_residual, dtransmitter_residual_dtransmitter_correction, transmitter_residual,
          dopened_residual_dclosed_correction, dopened_residual_dopened_correction,
          dopened_residual_dtransmitter_correction, opened_residual, desensitised_residual
VERBATIM
    _lclosed_old = ((const double *) (size_t) _lng_old)[0];
    _ltransmitter_old = ((const double *) (size_t) _lng_old)[1];
    _lopened_old = ((const double *) (size_t) _lng_old)[2];
    _ldesensitised_old = ((const double *) (size_t) _lng_old)[3];
    _lclosed_correction = ((const double *) (size_t) _lng_step)[0];
    _ltransmitter_correction = ((const double *) (size_t) _lng_step)[1];
    _lopened_correction = ((const double *) (size_t) _lng_step)[2];
    _ldesensitised_correction = ((const double *) (size_t) _lng_step)[3];
ENDVERBATIM
    f_flux = bind*closed*transmitter
    b_flux = opened*unbind
    forward_rate = bind
    backward_rate = unbind
    dflux_1_dclosed_correction = forward_rate*transmitter
    dflux_1_dopened_correction = -backward_rate
    dflux_1_dtransmitter_correction = closed*forward_rate
    flux_1 = closed*forward_rate*transmitter_correction + closed_correction*forward_rate*transmitter + f_flux - b_flux - backward_rate*opened_correction
    f_flux = desensitise*opened
    b_flux = desensitised*recover
    forward_rate_2 = desensitise
    backward_rate_2 = recover
    dflux_2_ddesensitised_correction = -backward_rate_2
    dflux_2_dopened_correction = forward_rate_2
    flux_2 = f_flux + forward_rate_2*opened_correction - b_flux - backward_rate_2*desensitised_correction
    f_flux = clear*transmitter
    b_flux = 0
    forward_rate_3 = clear
    dflux_3_dtransmitter_correction = forward_rate_3
    flux_3 = f_flux + forward_rate_3*transmitter_correction - b_flux
    conserved_1 = closed + closed_correction + desensitised + desensitised_correction + opened + opened_correction - 1
    dclosed_residual_dclosed_correction = dflux_1_dclosed_correction + 1/dt
    closed_residual = flux_1 + (closed + closed_correction - closed_old)/dt
    dtransmitter_residual_dtransmitter_correction = dflux_1_dtransmitter_correction + dflux_3_dtransmitter_correction + 1/dt
    transmitter_residual = flux_1 + flux_3 + (transmitter + transmitter_correction - transmitter_old)/dt
    dopened_residual_dclosed_correction = -dflux_1_dclosed_correction
    dopened_residual_dopened_correction = dflux_2_dopened_correction + 1/dt - dflux_1_dopened_correction
    dopened_residual_dtransmitter_correction = -dflux_1_dtransmitter_correction
    opened_residual = flux_2 + (opened + opened_correction - opened_old)/dt - flux_1
    desensitised_residual = conserved_1
VERBATIM
    double *ng_to = (double *) (size_t) _lng_step, *ng_element = (double *) (size_t) _lng_matrix;
    ng_to[0] = -(_lclosed_residual);
    ng_to[1] = -(_ltransmitter_residual);
    ng_to[2] = -(_lopened_residual);
    ng_to[3] = -(_ldesensitised_residual);
    ng_element[0] = _ldclosed_residual_dclosed_correction;
    ng_element[2] = _ldflux_1_dopened_correction;
    ng_element[1] = _ldflux_1_dtransmitter_correction;
    ng_element[4] = _ldflux_1_dclosed_correction;
    ng_element[6] = _ldflux_1_dopened_correction;
    ng_element[5] = _ldtransmitter_residual_dtransmitter_correction;
    ng_element[8] = _ldopened_residual_dclosed_correction;
    ng_element[11] = _ldflux_2_ddesensitised_correction;
    ng_element[10] = _ldopened_residual_dopened_correction;
    ng_element[9] = _ldopened_residual_dtransmitter_correction;
    ng_element[12] = 1.0;
    ng_element[15] = 1.0;
    ng_element[14] = 1.0;
ENDVERBATIM
}

: The derivatives of the same residuals by all that is active.
PROCEDURE ng_states_slopes(ng_old, ng_step, ng_slope) {
    LOCAL closed_old, transmitter_old, opened_old, desensitised_old, closed_correction,
          transmitter_correction, opened_correction, desensitised_correction, df_flux_dbind, df_flux_dclosed,
          df_flux_dtransmitter, forward_rate, dflux_1_dbind, dflux_1_dclosed, dflux_1_dopened,
          dflux_1_dtransmitter, dflux_1_dunbind, dflux_2_ddesensitise, dflux_2_ddesensitised,
          dflux_2_drecover, dflux_3_dclear, dclosed_residual_dclosed, dclosed_residual_dclosed_old,
          dtransmitter_residual_dtransmitter, dtransmitter_residual_dtransmitter_old, dopened_residual_dbind,
          dopened_residual_dclosed, dopened_residual_dopened, dopened_residual_dopened_old,
          dopened_residual_dtransmitter, dopened_residual_dunbind
VERBATIM
    _lclosed_old = ((const double *) (size_t) _lng_old)[0];
    _ltransmitter_old = ((const double *) (size_t) _lng_old)[1];
    _lopened_old = ((const double *) (size_t) _lng_old)[2];
    _ldesensitised_old = ((const double *) (size_t) _lng_old)[3];
    _lclosed_correction = ((const double *) (size_t) _lng_step)[0];
    _ltransmitter_correction = ((const double *) (size_t) _lng_step)[1];
    _lopened_correction = ((const double *) (size_t) _lng_step)[2];
    _ldesensitised_correction = ((const double *) (size_t) _lng_step)[3];
ENDVERBATIM
    df_flux_dbind = closed*transmitter
    df_flux_dclosed = bind*transmitter
    df_flux_dtransmitter = bind*closed
    forward_rate = bind
    dflux_1_dbind = closed*transmitter_correction + closed_correction*transmitter + df_flux_dbind
    dflux_1_dclosed = df_flux_dclosed + forward_rate*transmitter_correction
    dflux_1_dopened = -unbind
    dflux_1_dtransmitter = closed_correction*forward_rate + df_flux_dtransmitter
    dflux_1_dunbind = -opened - opened_correction
    dflux_2_ddesensitise = opened + opened_correction
    dflux_2_ddesensitised = -recover
    dflux_2_drecover = -desensitised - desensitised_correction
    dflux_3_dclear = transmitter + transmitter_correction
    dclosed_residual_dclosed = dflux_1_dclosed + 1/dt
    dclosed_residual_dclosed_old = -1/dt
    dtransmitter_residual_dtransmitter = clear + dflux_1_dtransmitter + 1/dt
    dtransmitter_residual_dtransmitter_old = -1/dt
    dopened_residual_dbind = -dflux_1_dbind
    dopened_residual_dclosed = -dflux_1_dclosed
    dopened_residual_dopened = desensitise + 1/dt - dflux_1_dopened
    dopened_residual_dopened_old = -1/dt
    dopened_residual_dtransmitter = -dflux_1_dtransmitter
    dopened_residual_dunbind = -dflux_1_dunbind
VERBATIM
    double *ng_to = (double *) (size_t) _lng_slope;
    ng_to[0] = _ldflux_1_dbind; /* closed_residual/bind */
    ng_to[1] = _ldclosed_residual_dclosed; /* closed_residual/closed */
    ng_to[2] = _ldclosed_residual_dclosed_old; /* closed_residual/closed_old */
    ng_to[3] = _ldflux_1_dopened; /* closed_residual/opened */
    ng_to[4] = _ldflux_1_dtransmitter; /* closed_residual/transmitter */
    ng_to[5] = _ldflux_1_dunbind; /* closed_residual/unbind */
    ng_to[6] = _ldflux_1_dbind; /* transmitter_residual/bind */
    ng_to[7] = _ldflux_3_dclear; /* transmitter_residual/clear */
    ng_to[8] = _ldflux_1_dclosed; /* transmitter_residual/closed */
    ng_to[9] = _ldflux_1_dopened; /* transmitter_residual/opened */
    ng_to[10] = _ldtransmitter_residual_dtransmitter; /* transmitter_residual/transmitter */
    ng_to[11] = _ldtransmitter_residual_dtransmitter_old; /* transmitter_residual/transmitter_old */
    ng_to[12] = _ldflux_1_dunbind; /* transmitter_residual/unbind */
    ng_to[13] = _ldopened_residual_dbind; /* opened_residual/bind */
    ng_to[14] = _ldopened_residual_dclosed; /* opened_residual/closed */
    ng_to[15] = _ldflux_2_ddesensitise; /* opened_residual/desensitise */
    ng_to[16] = _ldflux_2_ddesensitised; /* opened_residual/desensitised */
    ng_to[17] = _ldopened_residual_dopened; /* opened_residual/opened */
    ng_to[18] = _ldopened_residual_dopened_old; /* opened_residual/opened_old */
    ng_to[19] = _ldflux_2_drecover; /* opened_residual/recover */
    ng_to[20] = _ldopened_residual_dtransmitter; /* opened_residual/transmitter */
    ng_to[21] = _ldopened_residual_dunbind; /* opened_residual/unbind */
    ng_to[22] = 1.0; /* desensitised_residual/closed */
    ng_to[23] = 1.0; /* desensitised_residual/desensitised */
    ng_to[24] = 1.0; /* desensitised_residual/opened */
ENDVERBATIM
}

: Derivatives of what receptors is solved to, by the iteration that NEURON does; the unknowns are put back.
PROCEDURE ng_states() {
VERBATIM
    if (ng_link == 0.) return 0;
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("binding advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
    {
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    const double ng_start[4] = {closed, transmitter, opened, desensitised};
    double *ng_rows[4] = {ng_self->ng_carried + 2*ng_width, ng_self->ng_carried + 1*ng_width, ng_self->ng_carried + 0*ng_width, ng_self->ng_carried + 3*ng_width};
    double ng_old[4], ng_step[4], *ng_steps[4], ng_matrix[16], ng_slope[25];
    long ng_pivot[4], ng_i;
    for (ng_i = 0; ng_i < 4; ng_i++) {
      ng_old[ng_i] = ng_start[ng_i];
      ng_steps[ng_i] = ng_step + ng_i;
      ng_step[ng_i] = 0.;
    }
    {
    double *ng_memory = (double *) malloc(8*ng_width*sizeof(double)), *ng_next[4], ng_change, ng_system[16];
    long ng_j, ng_count = 0, ng_single = 0;
    for (ng_i = 0; ng_i < 4; ng_i++) {
      ng_next[ng_i] = ng_memory + ng_i*ng_width;
      ng_copy(ng_memory + (4 + ng_i)*ng_width, ng_rows[ng_i], ng_width);
    }
    for (;;) {
      ng_scale(ng_matrix, 0., 16);
      ng_states_matrix(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_matrix);
      ng_copy(ng_system, ng_matrix, 16);
      if (ng_factor(4, ng_matrix, ng_pivot)) ng_self->ng_cell->ng_fault = "receptors has a singular matrix";
      ng_solve(4, ng_matrix, ng_pivot, ng_steps, 1);
      ng_states_slopes(_threadargscomma_ (double) (size_t) ng_old, (double) (size_t) ng_step, (double) (size_t) ng_slope);
      ng_scale(ng_memory, 0., 4*ng_width);
      ng_system[0] -= ng_slope[1];
      ng_system[2] -= ng_slope[3];
      ng_system[1] -= ng_slope[4];
      ng_system[4] -= ng_slope[8];
      ng_system[6] -= ng_slope[9];
      ng_system[5] -= ng_slope[10];
      ng_system[8] -= ng_slope[14];
      ng_system[11] -= ng_slope[16];
      ng_system[10] -= ng_slope[17];
      ng_system[9] -= ng_slope[20];
      ng_system[12] -= ng_slope[22];
      ng_system[15] -= ng_slope[23];
      ng_system[14] -= ng_slope[24];
      for (ng_i = 0; ng_i < 4; ng_i++)
        for (ng_j = 0; ng_j < 4; ng_j++)
          if (ng_system[ng_i*4 + ng_j] != 0.) ng_add(ng_next[ng_i], ng_system[ng_i*4 + ng_j], ng_rows[ng_j], ng_width);
    ng_add(ng_next[0], -ng_slope[2], ng_memory + 4*ng_width, ng_width);
    ng_sow(ng_self->ng_seeds + 2, -ng_slope[0], ng_next[0], ng_width); /* bind */
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[5], ng_next[0], ng_width); /* unbind */
    ng_add(ng_next[1], -ng_slope[11], ng_memory + 5*ng_width, ng_width);
    ng_sow(ng_self->ng_seeds + 2, -ng_slope[6], ng_next[1], ng_width); /* bind */
    ng_sow(ng_self->ng_seeds + 6, -ng_slope[7], ng_next[1], ng_width); /* clear */
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[12], ng_next[1], ng_width); /* unbind */
    ng_add(ng_next[2], -ng_slope[18], ng_memory + 6*ng_width, ng_width);
    ng_sow(ng_self->ng_seeds + 2, -ng_slope[13], ng_next[2], ng_width); /* bind */
    ng_sow(ng_self->ng_seeds + 4, -ng_slope[15], ng_next[2], ng_width); /* desensitise */
    ng_sow(ng_self->ng_seeds + 5, -ng_slope[19], ng_next[2], ng_width); /* recover */
    ng_sow(ng_self->ng_seeds + 3, -ng_slope[21], ng_next[2], ng_width); /* unbind */
      ng_solve(4, ng_matrix, ng_pivot, ng_next, ng_width);
      for (ng_i = 0; ng_i < 4; ng_i++) ng_copy(ng_rows[ng_i], ng_next[ng_i], ng_width);
      ng_change = 0.;
      closed += ng_step[0];
      ng_change += fabs(ng_step[0]);
      transmitter += ng_step[1];
      ng_change += fabs(ng_step[1]);
      opened += ng_step[2];
      ng_change += fabs(ng_step[2]);
      desensitised += ng_step[3];
      ng_change += fabs(ng_step[3]);
      ng_scale(ng_step, 0., 4);
      if (!ng_single) {
        if (closed < 0.) { closed = 0.; ng_scale(ng_rows[0], 0., ng_width); }
        if (transmitter < 0.) { transmitter = 0.; ng_scale(ng_rows[1], 0., ng_width); }
        if (opened < 0.) { opened = 0.; ng_scale(ng_rows[2], 0., ng_width); }
        if (desensitised < 0.) { desensitised = 0.; ng_scale(ng_rows[3], 0., ng_width); }
        if (ng_change > 1e-6 && ++ng_count < 22) continue;
      }
      break;
    }
    free(ng_memory);
    }
    closed = ng_start[0];
    transmitter = ng_start[1];
    opened = ng_start[2];
    desensitised = ng_start[3];
    }
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_opened = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_transmitter = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_closed = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_desensitised = ng_self->ng_carried + 3*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_opened[ng_k] = 0.;
      ng_row_transmitter[ng_k] = 0.;
      ng_row_closed[ng_k] = 0.;
      ng_row_desensitised[ng_k] = 0.;
    }
ENDVERBATIM
}

: Derivatives of the jump at an event; ng_sender is the address of the NetCon's weight.
PROCEDURE ng_receive(flag, weight, ng_sender) {
VERBATIM
    if (NG_RARELY(NG_SELF->ng_timing)) {
      ng_arrives(NG_SELF, _lng_sender, t);
      if (NG_SELF->ng_timing->ng_late) {
        ng_flow(_threadargs_);
        ng_shift(NG_SELF, 1.); /* what an event that came later would have found */
      }
    }
ENDVERBATIM
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    ng_Connection *ng_connection = ng_find(ng_self, _lng_sender);
    double *NG_RESTRICT ng_row_transmitter = ng_self->ng_carried + 1*ng_width;
    ng_sow(ng_connection->ng_seeds + 0, 1.0, ng_row_transmitter, ng_width); /* weight */
ENDVERBATIM
}

: The event is done: what one that came later would have missed.
PROCEDURE ng_received() {
VERBATIM
    if (NG_RARELY(NG_SELF->ng_timing) && NG_SELF->ng_timing->ng_late) {
      ng_flow(_threadargs_);
      ng_shift(NG_SELF, -1.);
      NG_SELF->ng_timing->ng_late = 0;
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
    const double ng_v_now = v;
    v = ng_half;
    const double ng_now_0 = closed;
    const double ng_now_1 = transmitter;
    const double ng_now_2 = opened;
    const double ng_now_3 = desensitised;
    ng_slopes(_threadargs_);
    closed += 0.5*dt*ng_moved[0];
    transmitter += 0.5*dt*ng_moved[1];
    opened += 0.5*dt*ng_moved[2];
    desensitised += 0.5*dt*ng_moved[3];
    ng_slopes(_threadargs_);
    const double ng_slope_0 = ng_moved[0];
    closed = ng_now_0 - .5*dt*ng_slope_0;
    const double ng_slope_1 = ng_moved[1];
    transmitter = ng_now_1 - .5*dt*ng_slope_1;
    const double ng_slope_2 = ng_moved[2];
    opened = ng_now_2 - .5*dt*ng_slope_2;
    const double ng_slope_3 = ng_moved[3];
    desensitised = ng_now_3 - .5*dt*ng_slope_3;
    ng_timing->ng_yield = 0.;
    if (ng_timing->ng_later->ng_waits) { /* other events have left something at the node */
      v = ng_half + .001;
      ng_slopes(_threadargs_);
      ng_timing->ng_yield = ng_moved[4];
      v = ng_half;
    }
    ng_slopes(_threadargs_);
    if (ng_timing->ng_later->ng_waits)
      ng_timing->ng_yield = dt*(ng_timing->ng_yield - ng_moved[4])/(.001*.001**ng_timing->ng_cm);
    ng_moved[0] = ng_slope_0;
    closed = ng_now_0;
    ng_moved[1] = ng_slope_1;
    transmitter = ng_now_1;
    ng_moved[2] = ng_slope_2;
    opened = ng_now_2;
    ng_moved[3] = ng_slope_3;
    desensitised = ng_now_3;
    v = ng_v_now;
ENDVERBATIM
}

: The slopes of states, and the current, as they are.
PROCEDURE ng_slopes() {
    LOCAL closed_correction_2, f_flux, b_flux, forward_rate_4, backward_rate_3, flux_4, forward_rate_5,
          backward_rate_4, flux_5, forward_rate_6, flux_6, closed_slope, transmitter_slope, opened_slope,
          desensitised_slope, i, total_current
    closed_correction_2 = 0
    f_flux = bind*closed*transmitter
    b_flux = opened*unbind
    forward_rate_4 = bind
    backward_rate_3 = unbind
    flux_4 = closed*forward_rate_4*closed_correction_2 + closed_correction_2*forward_rate_4*transmitter + f_flux - b_flux - backward_rate_3*closed_correction_2
    f_flux = desensitise*opened
    b_flux = desensitised*recover
    forward_rate_5 = desensitise
    backward_rate_4 = recover
    flux_5 = f_flux + forward_rate_5*closed_correction_2 - b_flux - backward_rate_4*closed_correction_2
    f_flux = clear*transmitter
    b_flux = 0
    forward_rate_6 = clear
    flux_6 = f_flux + forward_rate_6*closed_correction_2 - b_flux
    closed_slope = -flux_4
    transmitter_slope = -flux_4 - flux_6
    opened_slope = flux_4 - flux_5
    desensitised_slope = flux_5
    i = gmax*opened*(v - e)
    total_current = i
VERBATIM
    double *ng_moved = NG_SELF->ng_timing->ng_flow;
    ng_moved[0] = _lclosed_slope; /* closed' */
    ng_moved[1] = _ltransmitter_slope; /* transmitter' */
    ng_moved[2] = _lopened_slope; /* opened' */
    ng_moved[3] = _ldesensitised_slope; /* desensitised' */
    ng_moved[4] = 100./(_nd_area)*_ltotal_current; /* mA/cm2 */
ENDVERBATIM
}

UNITSON
