TITLE blocks that run before and after the phases

NEURON {
    SUFFIX around
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    NONSPECIFIC_CURRENT i
    RANGE gbar, rest, gain, tau
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 4e-4 (S/cm2)
    rest = -66 (mV)
    gain = .02
    tau = 7 (ms)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    start
    slow
    trace
    peak (mV)
}

STATE { m }

BEFORE INITIAL {
    start = 1/(1 + exp(-(rest + 50)/gain/500))
}

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    m = start
    slow = 0
    peak = rest
}

AFTER INITIAL {
    if (ng_link != 0) { ng_after_initial() }  : nmodlgrad
    trace = m*gain
}

BEFORE BREAKPOINT {
    if (ng_link != 0) { ng_before_breakpoint() }  : nmodlgrad
    slow = 0.9*slow + 0.01*(v - rest)*m
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE states METHOD cnexp
    i = gbar*(m + 0.1*slow + trace)*(v - rest) + 1e-6*peak
}

DERIVATIVE states {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    m' = (1/(1 + exp(-(v + 40)/9)) - m)/(tau + trace)
}

AFTER SOLVE {
    if (ng_link != 0) { ng_after_solve() }  : nmodlgrad
    trace = trace + gain*(m - trace)
}

BEFORE STEP {
    if (ng_link != 0) { ng_before_step() }  : nmodlgrad
    if (v > peak) {
        peak = v + 0.1*m
    }
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: m, peak, trace, slow.
: Seedable: gbar, rest, gain, tau.
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
    LOCAL di_dgbar, di_dm, di_drest, di_dslow, di_dtrace, di_dv
    di_dgbar = (v - rest)*(m + 0.1*slow + trace)
    di_dm = gbar*(v - rest)
    di_drest = -gbar*(m + 0.1*slow + trace)
    di_dslow = 0.1*gbar*(v - rest)
    di_dtrace = gbar*(v - rest)
    di_dv = gbar*(m + 0.1*slow + trace)
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dm; /* di/dm */
    ng_record[1] = 1e-06; /* di/dpeak */
    ng_record[2] = _ldi_dtrace; /* di/dtrace */
    ng_record[3] = _ldi_dslow; /* di/dslow */
    ng_record[4] = _ldi_dgbar; /* di/dgbar */
    ng_record[5] = _ldi_drest; /* di/drest */
    ng_record[6] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL ddi_dgbar_dv, di_dgbar, di_dm, di_drest, ddi_dslow_dv, di_dslow, di_dtrace, ddi_dm_dv, ddi_dtrace_dv
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    ddi_dgbar_dv = m + 0.1*slow + trace
    di_dgbar = (v - rest)*(m + 0.1*slow + trace)
    di_dm = gbar*(v - rest)
    di_drest = -gbar*(m + 0.1*slow + trace)
    ddi_dslow_dv = 0.1*gbar
    di_dslow = 0.1*gbar*(v - rest)
    di_dtrace = gbar*(v - rest)
    ddi_dm_dv = gbar
    ddi_dtrace_dv = gbar
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldi_dm; /* d/dm */
    ng_record[1] = _lddi_dm_dv;
    ng_record[2] = 1e-06; /* d/dpeak */
    ng_record[3] = 0.0;
    ng_record[4] = _ldi_dtrace; /* d/dtrace */
    ng_record[5] = _lddi_dtrace_dv;
    ng_record[6] = _ldi_dslow; /* d/dslow */
    ng_record[7] = _lddi_dslow_dv;
    if (ng_self->ng_sown) {
      ng_record[8] = _ldi_dgbar; /* d/dgbar */
      ng_record[9] = _lddi_dgbar_dv;
      ng_record[10] = _ldi_drest; /* d/drest */
      ng_record[11] = 0.0;
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL dm_rate_dtau, m_rate, exp_1, dexp_1_dtau, m_decay, exp_2, dexp_2_dv, inverse_1, inverse_2,
          dm_limit_dtau, dm_limit_dv, m_limit, dm_dm, dm_dtau, dm_dtrace, dm_dv
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("around advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    dm_rate_dtau = 1/((tau + trace)*(tau + trace))
    m_rate = -1/(tau + trace)
    exp_1 = exp(dt*m_rate)
    dexp_1_dtau = dm_rate_dtau*dt*ng_finite(exp_1)
    m_decay = exp_1
    exp_2 = exp(-(v + 40)/9)
    dexp_2_dv = -1/9*ng_finite(exp_2)
    inverse_1 = 1/(tau + trace)
    inverse_2 = 1/(exp_2 + 1)
    dm_limit_dtau = inverse_1*(inverse_1*inverse_2*(-tau - trace) + inverse_2)
    dm_limit_dv = dexp_2_dv*(-tau - trace)/((exp_2 + 1)*(exp_2 + 1)*(tau + trace))
    m_limit = -(1/(1 + exp_2)/(tau + trace))/(-1/(tau + trace))
    dm_dm = m_decay
    dm_dtau = dexp_1_dtau*(m - m_limit) + dm_limit_dtau*(1 - m_decay)
    dm_dtrace = dexp_1_dtau*(m - m_limit) + dm_limit_dtau*(1 - m_decay)
    dm_dv = dm_limit_dv*(1 - m_decay)
    m = m + (1 - m_decay)*(m_limit - m)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_trace = ng_self->ng_carried + 2*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      const double ng_old_trace = ng_row_trace[ng_k];
      ng_row_m[ng_k] = _ldm_dm*ng_old_m + _ldm_dtrace*ng_old_trace + _ldm_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 3, _ldm_dtau, ng_row_m, ng_width); /* tau */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL exp_1, dexp_1_dgain, dexp_1_drest, dstart_by_exp_1, dstart_dgain, dstart_drest
    exp_1 = exp(-(rest + 50)/gain/500)
    dexp_1_dgain = -0.002*(-rest - 50)*ng_finite(exp_1)/(gain*gain)
    dexp_1_drest = -0.002*ng_finite(exp_1)/gain
    dstart_by_exp_1 = -1/((exp_1 + 1)*(exp_1 + 1))
    dstart_dgain = dexp_1_dgain*dstart_by_exp_1
    dstart_drest = dexp_1_drest*dstart_by_exp_1
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_peak = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_trace = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_slow = ng_self->ng_carried + 3*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_m[ng_k] = 0.;
      ng_row_peak[ng_k] = 0.;
      ng_row_trace[ng_k] = 0.;
      ng_row_slow[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 2, _ldstart_dgain, ng_row_m, ng_width); /* gain */
    ng_sow(ng_self->ng_seeds + 1, _ldstart_drest, ng_row_m, ng_width); /* rest */
    ng_sow(ng_self->ng_seeds + 1, 1.0, ng_row_peak, ng_width); /* rest */
ENDVERBATIM
}

: Derivatives of what AFTER INITIAL leaves in variables.
PROCEDURE ng_after_initial() {
    LOCAL dtrace_dgain, dtrace_dm
    dtrace_dgain = m
    dtrace_dm = gain
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_trace = ng_self->ng_carried + 2*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      ng_row_trace[ng_k] = _ldtrace_dm*ng_old_m;
    }
    ng_sow(ng_self->ng_seeds + 2, _ldtrace_dgain, ng_row_trace, ng_width); /* gain */
ENDVERBATIM
}

: Derivatives of what BEFORE BREAKPOINT leaves in variables.
PROCEDURE ng_before_breakpoint() {
    LOCAL dslow_dm, dslow_drest, dslow_dv
    dslow_dm = 0.01*v - 0.01*rest
    dslow_drest = -0.01*m
    dslow_dv = 0.01*m
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_slow = ng_self->ng_carried + 3*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      const double ng_old_slow = ng_row_slow[ng_k];
      ng_row_slow[ng_k] = _ldslow_dm*ng_old_m + 0.9*ng_old_slow + _ldslow_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 1, _ldslow_drest, ng_row_slow, ng_width); /* rest */
ENDVERBATIM
}

: Derivatives of what AFTER SOLVE leaves in variables.
PROCEDURE ng_after_solve() {
    LOCAL dtrace_dgain, dtrace_dtrace, dtrace_dm
    dtrace_dgain = m - trace
    dtrace_dtrace = 1 - gain
    dtrace_dm = gain
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_trace = ng_self->ng_carried + 2*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      const double ng_old_trace = ng_row_trace[ng_k];
      ng_row_trace[ng_k] = _ldtrace_dm*ng_old_m + _ldtrace_dtrace*ng_old_trace;
    }
    ng_sow(ng_self->ng_seeds + 2, _ldtrace_dgain, ng_row_trace, ng_width); /* gain */
ENDVERBATIM
}

: Derivatives of what BEFORE STEP leaves in variables.
PROCEDURE ng_before_step() {
    LOCAL peak_next, dpeak_dm, dpeak_dpeak, dpeak_dv
    peak_next = peak
    if (v > peak_next) {
        dpeak_dm = 0.1
        dpeak_dpeak = 0
        dpeak_dv = 1
    } else {
        dpeak_dm = 0
        dpeak_dpeak = 1
        dpeak_dv = 0
    }
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_peak = ng_self->ng_carried + 1*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      const double ng_old_peak = ng_row_peak[ng_k];
      ng_row_peak[ng_k] = _ldpeak_dm*ng_old_m + _ldpeak_dpeak*ng_old_peak + _ldpeak_dv*ng_voltage[ng_k];
    }
ENDVERBATIM
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
