TITLE A calcium channel that inactivates with the calcium it lets in

NEURON {
    SUFFIX cachan
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    USEION ca READ eca, cai WRITE ica
    RANGE gbar, khalf, g
}

UNITS {
    (mV) = (millivolt)
    (S) = (siemens)
    (mA) = (milliamp)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER {
    gbar = 4e-4 (S/cm2)
    khalf = 2e-3 (mM)
    vhalf = -28 (mV)
}

ASSIGNED {
    v (mV)
    eca (mV)
    cai (mM)
    ica (mA/cm2)
    g (S/cm2)
}

STATE { m h }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    m = minf(v)
    h = hinf(cai)
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE states METHOD cnexp
    g = gbar*m*m*h
    ica = g*(v - eca)
}

DERIVATIVE states {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    m' = (minf(v) - m)/1.5
    h' = (hinf(cai) - h)/(4 + 20/(1 + cai/khalf))
}

FUNCTION minf(v (mV)) {
    minf = 1/(1 + exp((vhalf - v)/6))
}

FUNCTION hinf(c (mM)) {
    hinf = khalf/(khalf + c)
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: m, h.
: Seedable: gbar, eca, khalf, vhalf, cai.
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

: Partial derivatives of the currents of ions, each by itself, for who reads them.
PROCEDURE ng_ion_currents() {
    LOCAL dg_dgbar, dg_dh, dg_dm, g, dica_deca, dica_dgbar, dica_dh, dica_dm, dica_dv
    dg_dgbar = h*m*m
    dg_dh = gbar*m*m
    dg_dm = 2*gbar*h*m
    g = gbar*m*m*h
    dica_deca = -g
    dica_dgbar = dg_dgbar*(v - eca)
    dica_dh = dg_dh*(v - eca)
    dica_dm = dg_dm*(v - eca)
    dica_dv = g
VERBATIM
    double *ng_record = NG_SELF->ng_ion_record;
    ng_record[0] = _ldica_dm; /* dica/dm */
    ng_record[1] = _ldica_dh; /* dica/dh */
    ng_record[2] = _ldica_dgbar; /* dica/dgbar */
    ng_record[3] = _ldica_deca; /* dica/deca */
    ng_record[4] = _ldica_dv; /* dica/dv */
ENDVERBATIM
}

: Partial derivatives of other variables that BREAKPOINT computes, each by itself, for who reads them.
PROCEDURE ng_observables() {
    LOCAL dg_dgbar, dg_dh, dg_dm
    dg_dgbar = h*m*m
    dg_dh = gbar*m*m
    dg_dm = 2*gbar*h*m
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldg_dm; /* dg/dm */
    ng_record[1] = _ldg_dh; /* dg/dh */
    ng_record[2] = _ldg_dgbar; /* dg/dgbar */
    ng_record[3] = 0.; /* dg/deca */
    ng_record[4] = 0.; /* dg/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL dg_dgbar, dg_dh, dg_dm, g, dica_deca, ddica_dgbar_dv, dica_dgbar, ddica_dh_dv, dica_dh, ddica_dm_dv,
          dica_dm
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    dg_dgbar = h*m*m
    dg_dh = gbar*m*m
    dg_dm = 2*gbar*h*m
    g = gbar*m*m*h
    dica_deca = -g
    ddica_dgbar_dv = dg_dgbar
    dica_dgbar = dg_dgbar*(v - eca)
    ddica_dh_dv = dg_dh
    dica_dh = dg_dh*(v - eca)
    ddica_dm_dv = dg_dm
    dica_dm = dg_dm*(v - eca)
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldica_dm; /* d/dm */
    ng_record[1] = _lddica_dm_dv;
    ng_record[2] = _ldica_dh; /* d/dh */
    ng_record[3] = _lddica_dh_dv;
    if (ng_self->ng_sown) {
      ng_record[4] = _ldica_dgbar; /* d/dgbar */
      ng_record[5] = _lddica_dgbar_dv;
      ng_record[6] = _ldica_deca; /* d/deca */
      ng_record[7] = 0.0;
    }
    if (NG_RARELY(ng_self->ng_ion_record)) ng_ion_currents(_threadargs_);
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL m_rate, m_decay, minf_1, dminf_dv_1, dminf_dvhalf_1, m_limit, dm_dm, dm_dv, dm_dvhalf, dh_rate_dcai,
          dh_rate_dkhalf, h_rate, exp_1, dexp_1_dcai, dexp_1_dkhalf, h_decay, hinf_1, dhinf_dc_1,
          dhinf_dkhalf_1, dh_limit_by_hinf_1, inverse_1, inverse_2, inverse_3, dh_limit_dcai, dh_limit_dkhalf,
          h_limit, dh_dcai, dh_dh, dh_dkhalf
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("cachan advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    m_rate = -1/1.5
    m_decay = exp(dt*m_rate)
    minf_1 = minf(v)
    dminf_dv_1 = dminf_dv(v)
    dminf_dvhalf_1 = dminf_dvhalf(v)
    m_limit = -(minf_1/1.5)/(-1/1.5)
    dm_dm = m_decay
    dm_dv = dminf_dv_1*(1 - m_decay)
    dm_dvhalf = dminf_dvhalf_1*(1 - m_decay)
    m = m + (1 - m_decay)*(m_limit - m)
    dh_rate_dcai = -20/(khalf*(4 + 20/(cai/khalf + 1))*(4 + 20/(cai/khalf + 1))*(cai/khalf + 1)*(cai/khalf + 1))
    dh_rate_dkhalf = 20*cai/((4 + 20/(cai/khalf + 1))*(4 + 20/(cai/khalf + 1))*(cai/khalf + 1)*(cai/khalf + 1)*khalf*khalf)
    h_rate = -1/(4 + 20/(1 + cai/khalf))
    exp_1 = exp(dt*h_rate)
    dexp_1_dcai = dh_rate_dcai*dt*ng_finite(exp_1)
    dexp_1_dkhalf = dh_rate_dkhalf*dt*ng_finite(exp_1)
    h_decay = exp_1
    hinf_1 = hinf(cai)
    dhinf_dc_1 = dhinf_dc(cai)
    dhinf_dkhalf_1 = dhinf_dkhalf(cai)
    dh_limit_by_hinf_1 = -(-4 - 20/(cai/khalf + 1))/(4 + 20/(cai/khalf + 1))
    inverse_1 = 1/(1 + 5/(cai/khalf + 1))
    inverse_2 = 1/(cai/khalf + 1)
    inverse_3 = 1/khalf
    dh_limit_dcai = dh_limit_by_hinf_1*dhinf_dc_1 + inverse_1*(-1.25*hinf_1*inverse_1*inverse_3*inverse_2*inverse_2*(-4 - 20/(cai*inverse_3 + 1)) - 5*hinf_1*inverse_3*inverse_2*inverse_2)
    dh_limit_dkhalf = dh_limit_by_hinf_1*dhinf_dkhalf_1 + inverse_1*(1.25*cai*hinf_1*inverse_1*inverse_2*inverse_2*inverse_3*inverse_3*(-4 - 20/(cai/khalf + 1)) + 5*cai*hinf_1*inverse_2*inverse_2*inverse_3*inverse_3)
    h_limit = -(hinf_1/(4 + 20/(1 + cai/khalf)))/(-1/(4 + 20/(1 + cai/khalf)))
    dh_dcai = dexp_1_dcai*(h - h_limit) + dh_limit_dcai*(1 - h_decay)
    dh_dh = h_decay
    dh_dkhalf = dexp_1_dkhalf*(h - h_limit) + dh_limit_dkhalf*(1 - h_decay)
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
      ng_row_h[ng_k] = _ldh_dh*ng_old_h;
    }
    ng_sow(ng_self->ng_seeds + 3, _ldm_dvhalf, ng_row_m, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 4, _ldh_dcai, ng_row_h, ng_width); /* cai */
    ng_sow(ng_self->ng_seeds + 2, _ldh_dkhalf, ng_row_h, ng_width); /* khalf */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL dminf_dv_1, dminf_dvhalf_1, dhinf_dc_1, dhinf_dkhalf_1
    dminf_dv_1 = dminf_dv(v)
    dminf_dvhalf_1 = dminf_dvhalf(v)
    dhinf_dc_1 = dhinf_dc(cai)
    dhinf_dkhalf_1 = dhinf_dkhalf(cai)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_h = ng_self->ng_carried + 1*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_m[ng_k] = _ldminf_dv_1*ng_voltage[ng_k];
      ng_row_h[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 3, _ldminf_dvhalf_1, ng_row_m, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 4, _ldhinf_dc_1, ng_row_h, ng_width); /* cai */
    ng_sow(ng_self->ng_seeds + 2, _ldhinf_dkhalf_1, ng_row_h, ng_width); /* khalf */
ENDVERBATIM
}

: The derivative of minf with respect to v.
FUNCTION dminf_dv(v) {
    LOCAL exp_1, dexp_1_dv
    exp_1 = exp((vhalf - v)/6)
    dexp_1_dv = -1/6*ng_finite(exp_1)
    dminf_dv = -dexp_1_dv/((exp_1 + 1)*(exp_1 + 1))
}

: The derivative of minf with respect to vhalf.
FUNCTION dminf_dvhalf(v) {
    LOCAL exp_1, dexp_1_dvhalf
    exp_1 = exp((vhalf - v)/6)
    dexp_1_dvhalf = 1/6*ng_finite(exp_1)
    dminf_dvhalf = -dexp_1_dvhalf/((exp_1 + 1)*(exp_1 + 1))
}

: The derivative of hinf with respect to c.
FUNCTION dhinf_dc(c) {
    dhinf_dc = -khalf/((c + khalf)*(c + khalf))
}

: The derivative of hinf with respect to khalf.
FUNCTION dhinf_dkhalf(c) {
    dhinf_dkhalf = c/((c + khalf)*(c + khalf))
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
