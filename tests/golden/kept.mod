TITLE variables that BREAKPOINT leaves for the states, for events and for itself, and a GLOBAL that is computed

NEURON {
    SUFFIX kept
    RANGE ng_link  : nmodlgrad
    USEION k READ ek WRITE ik
    NONSPECIFIC_CURRENT i
    RANGE gbar, gk, vhalf, width, gain
    GLOBAL q10, factor
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 3e-4 (S/cm2)
    gk = 5e-4 (S/cm2)
    vhalf = -42 (mV)
    width = 8 (mV)
    gain = 1.2
    q10 = 2.3
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    i (mA/cm2)
    celsius (degC)
    factor
    minf
    trace
}

STATE { m n }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    factor = q10^((celsius - 5)/10)
    trace = 0
    m = 0.1
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    rates()
    SOLVE states METHOD cnexp
    n = 1/(1 + exp(-(v + 30)/width))
    ik = gk*n*(v - ek)*(1 + trace)
    if (v < -20) {
        i = gbar*m*(v + 70)*(1 - 0.2*trace)  : and stays what it was during a spike
    }
    trace = 0.99999*trace + 2e-6*gain*minf + 1e-8*(v + 65)  : twice in each step
}

DERIVATIVE states {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    m' = factor*(minf*(1 + 9*trace) - m + 0.1*n)/3  : of the voltage before this step
}

PROCEDURE rates() {
    minf = 1/(1 + exp(-(v - vhalf)/width))
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: i_at_v_plus, i_at_v, trace_at_v_plus, trace_at_v, m, n, factor, i, minf, trace.
: Seedable: gbar, gk, width, ek, vhalf, gain, q10.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    dt (ms)
    ng_link
    dminf_dv
    dminf_dvhalf
    dminf_dwidth
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

/* The same where the row changes between the two: one pair for the row as the first found it, one for the second. */
static void ng_latch(double *ng_pairs, double ng_value) {
  ng_pairs[1] = ng_pairs[2]/.001;
  ng_pairs[2] = ng_value;
  ng_pairs[3] = -ng_value/.001;
}
ENDVERBATIM

: Partial derivatives of the currents of ions, each by itself, for who reads them.
PROCEDURE ng_ion_currents() {
    LOCAL exp_1, dexp_1_dv, dexp_1_dwidth, dn_by_exp_1, dn_dv, dn_dwidth, n, dik_by_n, dik_dek, dik_dgk,
          dik_dtrace, dik_dv, dik_dwidth
    exp_1 = exp(-(v + 30)/width)
    dexp_1_dv = -ng_finite(exp_1)/width
    dexp_1_dwidth = -(-v - 30)*ng_finite(exp_1)/(width*width)
    dn_by_exp_1 = -1/((exp_1 + 1)*(exp_1 + 1))
    dn_dv = dexp_1_dv*dn_by_exp_1
    dn_dwidth = dexp_1_dwidth*dn_by_exp_1
    n = 1/(1 + exp_1)
    dik_by_n = gk*(v - ek)*(trace + 1)
    dik_dek = -gk*n*(trace + 1)
    dik_dgk = n*(v - ek)*(trace + 1)
    dik_dtrace = gk*n*(v - ek)
    dik_dv = dik_by_n*dn_dv + gk*n*(trace + 1)
    dik_dwidth = dik_by_n*dn_dwidth
VERBATIM
    double *ng_record = NG_SELF->ng_ion_record;
    ng_record[0] = 0.; /* dik/di_at_v_plus */
    ng_record[1] = 0.; /* dik/di_at_v */
    ng_record[2] = 0.; /* dik/dtrace_at_v_plus */
    ng_record[3] = _ldik_dtrace; /* dik/dtrace_at_v */
    ng_record[4] = 0.; /* dik/dm */
    ng_record[5] = 0.; /* dik/dgbar */
    ng_record[6] = _ldik_dgk; /* dik/dgk */
    ng_record[7] = _ldik_dwidth; /* dik/dwidth */
    ng_record[8] = _ldik_dek; /* dik/dek */
    ng_record[9] = _ldik_dv; /* dik/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL i_next, exp_1, dexp_1_dv, dexp_1_dwidth, dn_by_exp_1, dn_dv, dn_dwidth, n, dik_by_n, dik_dek,
          dik_dgk, dik_dtrace, dik_dv, dik_dwidth, ik, di_dgbar, di_dm, di_dtrace, di_dv, di_dgbar_2, di_di,
          di_dm_2, di_dtrace_2, di_dv_2, dtotal_current_dtrace, dtotal_current_dv, total_current
    i_next = i
    exp_1 = exp(-(v + 30)/width)
    dexp_1_dv = -ng_finite(exp_1)/width
    dexp_1_dwidth = -(-v - 30)*ng_finite(exp_1)/(width*width)
    dn_by_exp_1 = -1/((exp_1 + 1)*(exp_1 + 1))
    dn_dv = dexp_1_dv*dn_by_exp_1
    dn_dwidth = dexp_1_dwidth*dn_by_exp_1
    n = 1/(1 + exp_1)
    dik_by_n = gk*(v - ek)*(trace + 1)
    dik_dek = -gk*n*(trace + 1)
    dik_dgk = n*(v - ek)*(trace + 1)
    dik_dtrace = gk*n*(v - ek)
    dik_dv = dik_by_n*dn_dv + gk*n*(trace + 1)
    dik_dwidth = dik_by_n*dn_dwidth
    ik = gk*n*(v - ek)*(1 + trace)
    if (v < -20) {
        di_dgbar = m*(1 - 0.2*trace)*(v + 70)
        di_dm = gbar*(1 - 0.2*trace)*(v + 70)
        di_dtrace = -0.2*gbar*m*(v + 70)
        di_dv = gbar*m*(1 - 0.2*trace)
        i_next = gbar*m*(v + 70)*(1 - 0.2*trace)
        di_dgbar_2 = di_dgbar
        di_di = 0
        di_dm_2 = di_dm
        di_dtrace_2 = di_dtrace
        di_dv_2 = di_dv
    } else {
        di_dgbar_2 = 0
        di_di = 1
        di_dm_2 = 0
        di_dtrace_2 = 0
        di_dv_2 = 0
    }
    dtotal_current_dtrace = di_dtrace_2 + dik_dtrace
    dtotal_current_dv = di_dv_2 + dik_dv
    total_current = i_next + ik
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    double *ng_rows = ng_self->ng_carried;
    const long ng_width = ng_self->ng_cell->ng_width;
    ng_latch(ng_record + 0, _ldi_di); /* d/di */
    ng_latch(ng_record + 4, _ldtotal_current_dtrace); /* d/dtrace */
    ng_keep(ng_record + 8, _ldi_dm_2); /* d/dm */
    ng_keep(ng_record + 18, _ldtotal_current_dv); /* d/dv */
    ng_keep(ng_record + 20, _ltotal_current); /* the current */
    if (ng_self->ng_sown) {
      ng_keep(ng_record + 10, _ldi_dgbar_2); /* d/dgbar */
      ng_keep(ng_record + 12, _ldik_dgk); /* d/dgk */
      ng_keep(ng_record + 14, _ldik_dwidth); /* d/dwidth */
      ng_keep(ng_record + 16, _ldik_dek); /* d/dek */
    }
    memcpy(ng_rows + 0*ng_width, ng_rows + 1*ng_width, ng_width*sizeof(double));
    memcpy(ng_rows + 1*ng_width, ng_rows + 7*ng_width, ng_width*sizeof(double));
    memcpy(ng_rows + 2*ng_width, ng_rows + 3*ng_width, ng_width*sizeof(double));
    memcpy(ng_rows + 3*ng_width, ng_rows + 9*ng_width, ng_width*sizeof(double));
    if (NG_RARELY(ng_self->ng_ion_record)) ng_ion_currents(_threadargs_);
ENDVERBATIM
    ng_breakpoint()
}

: Derivatives of what BREAKPOINT leaves in variables.
PROCEDURE ng_breakpoint() {
    LOCAL exp_1, dexp_1_dv, dexp_1_dwidth, dn_by_exp_1, dn_dv, dn_dwidth, di_dgbar, di_dm, di_dtrace, di_dv,
          di_dgbar_2, di_di, di_dm_2, di_dtrace_2, di_dv_2, dtrace_dgain, dtrace_dv, dtrace_dvhalf,
          dtrace_dwidth
    ng_d_rates()
    exp_1 = exp(-(v + 30)/width)
    dexp_1_dv = -ng_finite(exp_1)/width
    dexp_1_dwidth = -(-v - 30)*ng_finite(exp_1)/(width*width)
    dn_by_exp_1 = -1/((exp_1 + 1)*(exp_1 + 1))
    dn_dv = dexp_1_dv*dn_by_exp_1
    dn_dwidth = dexp_1_dwidth*dn_by_exp_1
    if (v < -20) {
        di_dgbar = m*(1 - 0.2*trace)*(v + 70)
        di_dm = gbar*(1 - 0.2*trace)*(v + 70)
        di_dtrace = -0.2*gbar*m*(v + 70)
        di_dv = gbar*m*(1 - 0.2*trace)
        di_dgbar_2 = di_dgbar
        di_di = 0
        di_dm_2 = di_dm
        di_dtrace_2 = di_dtrace
        di_dv_2 = di_dv
    } else {
        di_dgbar_2 = 0
        di_di = 1
        di_dm_2 = 0
        di_dtrace_2 = 0
        di_dv_2 = 0
    }
    dtrace_dgain = 2e-06*minf
    dtrace_dv = 2e-06*dminf_dv*gain + 1e-08
    dtrace_dvhalf = 2e-06*dminf_dvhalf*gain
    dtrace_dwidth = 2e-06*dminf_dwidth*gain
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 4*ng_width;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 5*ng_width;
    double *NG_RESTRICT ng_row_i = ng_self->ng_carried + 7*ng_width;
    double *NG_RESTRICT ng_row_minf = ng_self->ng_carried + 8*ng_width;
    double *NG_RESTRICT ng_row_trace = ng_self->ng_carried + 9*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      const double ng_old_i = ng_row_i[ng_k];
      const double ng_old_trace = ng_row_trace[ng_k];
      ng_row_n[ng_k] = _ldn_dv*ng_voltage[ng_k];
      ng_row_i[ng_k] = _ldi_di*ng_old_i + _ldi_dm_2*ng_old_m + _ldi_dtrace_2*ng_old_trace + _ldi_dv_2*ng_voltage[ng_k];
      ng_row_minf[ng_k] = dminf_dv*ng_voltage[ng_k];
      ng_row_trace[ng_k] = 0.99999*ng_old_trace + _ldtrace_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 2, _ldn_dwidth, ng_row_n, ng_width); /* width */
    ng_sow(ng_self->ng_seeds + 0, _ldi_dgbar_2, ng_row_i, ng_width); /* gbar */
    ng_sow(ng_self->ng_seeds + 4, dminf_dvhalf, ng_row_minf, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 2, dminf_dwidth, ng_row_minf, ng_width); /* width */
    ng_sow(ng_self->ng_seeds + 5, _ldtrace_dgain, ng_row_trace, ng_width); /* gain */
    ng_sow(ng_self->ng_seeds + 4, _ldtrace_dvhalf, ng_row_trace, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 2, _ldtrace_dwidth, ng_row_trace, ng_width); /* width */
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL m_rate, exp_1, dexp_1_dfactor, m_decay, dm_limit_dminf, dm_limit_dtrace, m_limit, dm_dfactor, dm_dm,
          dm_dminf, dm_dn, dm_dtrace
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("kept advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    m_rate = -factor/3
    exp_1 = exp(dt*m_rate)
    dexp_1_dfactor = -1/3*dt*ng_finite(exp_1)
    m_decay = exp_1
    dm_limit_dminf = 9*trace + 1
    dm_limit_dtrace = 9*minf
    m_limit = -(factor*(minf*(1 + 9*trace) + 0.1*n)/3)/(-factor/3)
    dm_dfactor = dexp_1_dfactor*(m - m_limit)
    dm_dm = m_decay
    dm_dminf = dm_limit_dminf*(1 - m_decay)
    dm_dn = 0.1 - 0.1*m_decay
    dm_dtrace = dm_limit_dtrace*(1 - m_decay)
    m = m + (1 - m_decay)*(m_limit - m)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 4*ng_width;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 5*ng_width;
    double *NG_RESTRICT ng_row_factor = ng_self->ng_carried + 6*ng_width;
    double *NG_RESTRICT ng_row_minf = ng_self->ng_carried + 8*ng_width;
    double *NG_RESTRICT ng_row_trace = ng_self->ng_carried + 9*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      const double ng_old_n = ng_row_n[ng_k];
      const double ng_old_factor = ng_row_factor[ng_k];
      const double ng_old_minf = ng_row_minf[ng_k];
      const double ng_old_trace = ng_row_trace[ng_k];
      ng_row_m[ng_k] = _ldm_dfactor*ng_old_factor + _ldm_dm*ng_old_m + _ldm_dminf*ng_old_minf + _ldm_dn*ng_old_n + _ldm_dtrace*ng_old_trace;
    }
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL dfactor_dq10
    dfactor_dq10 = q10^(0.1*celsius - 1.5)*(0.1*celsius - 0.5)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 4*ng_width;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 5*ng_width;
    double *NG_RESTRICT ng_row_factor = ng_self->ng_carried + 6*ng_width;
    double *NG_RESTRICT ng_row_i = ng_self->ng_carried + 7*ng_width;
    double *NG_RESTRICT ng_row_minf = ng_self->ng_carried + 8*ng_width;
    double *NG_RESTRICT ng_row_trace = ng_self->ng_carried + 9*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_m[ng_k] = 0.;
      ng_row_n[ng_k] = 0.;
      ng_row_factor[ng_k] = 0.;
      ng_row_i[ng_k] = 0.;
      ng_row_minf[ng_k] = 0.;
      ng_row_trace[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 6, _ldfactor_dq10, ng_row_factor, ng_width); /* q10 */
ENDVERBATIM
}

: rates and its derivatives.
PROCEDURE ng_d_rates() {
    LOCAL exp_1, dexp_1_dv, dexp_1_dvhalf, dexp_1_dwidth, dminf_by_exp_1
    exp_1 = exp(-(v - vhalf)/width)
    dexp_1_dv = -ng_finite(exp_1)/width
    dexp_1_dvhalf = ng_finite(exp_1)/width
    dexp_1_dwidth = -(vhalf - v)*ng_finite(exp_1)/(width*width)
    dminf_by_exp_1 = -1/((exp_1 + 1)*(exp_1 + 1))
    dminf_dv = dexp_1_dv*dminf_by_exp_1
    dminf_dvhalf = dexp_1_dvhalf*dminf_by_exp_1
    dminf_dwidth = dexp_1_dwidth*dminf_by_exp_1
    minf = 1/(1 + exp_1)
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
