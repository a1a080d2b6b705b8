TITLE C code in a channel: some of it passes, of some the user says what it does

NEURON {
    SUFFIX written
    RANGE ng_link  : nmodlgrad
    RANGE gbar, e, slope, half, gain, steps, i, shown
    NONSPECIFIC_CURRENT i
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 2e-3 (S/cm2)
    e = -80 (mV)
    slope = 9 (mV)
    half = -35 (mV)
    gain = 1.4
}

ASSIGNED {
    v (mV)
    celsius (degC)
    i (mA/cm2)
    minf
    mtau (ms)
    warm
    steps
    shown
}

STATE { m }

VERBATIM
static double logistic(double x) { return 1/(1 + exp(-x)); }
ENDVERBATIM

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    steps = 0
    warm = 1
    shown = 0
    rates(v)
    m = minf
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE gate METHOD cnexp
    i = gbar*squared(m, gain)*(v - e)
}

DERIVATIVE gate {
if (ng_link != 0) { ng_states() }  : nmodlgrad
VERBATIM
    steps += 1; /* nothing active */
    warm = 1 + 0.2*(celsius > 10);
ENDVERBATIM
VERBATIM
    if (steps < 0) return 0;
ENDVERBATIM
    rates(v)
    m' = (minf - m)/mtau
}

PROCEDURE rates(u (mV)) {
    mtau = 1.5/warm + 0.02*boost(u)
VERBATIM
    minf = logistic((_lu - half)/slope);
    shown = minf;
    /* nmodlgrad: constant shown */
    /* nmodlgrad: dminf/du = exp((half - u)/slope)/slope/(1 + exp((half - u)/slope))^2 */
    // nmodlgrad: dminf/dhalf = -exp((half - u)/slope)/slope/(1 + exp((half - u)/slope))^2
    // nmodlgrad: dminf/dslope = -(u - half)/slope^2*exp((half - u)/slope)/(1 + exp((half - u)/slope))^2
ENDVERBATIM
}

FUNCTION boost(x) {
VERBATIM
    _lboost = sin(0.05*_lx);
ENDVERBATIM
}
: nmodlgrad: dboost/dx = 0.05*cos(0.05*x)

FUNCTION squared(x, y) {  : nmodlgrad: dsquared/dx = 2*x*y
    : nmodlgrad: dsquared/dy = x*x
VERBATIM
    return _lx*_lx*_ly;
ENDVERBATIM
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: m.
: Seedable: gbar, e, gain, slope, half.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    dt (ms)
    ng_link
    ng_latest_v
    dminf_dhalf
    dminf_dslope
    dminf_du
    dmtau_du
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
    LOCAL squared_1, dsquared_dx_1, dsquared_dy_1, di_de, di_dgain, di_dgbar, di_dm, di_dv
    squared_1 = squared(m, gain)
    dsquared_dx_1 = dsquared_dx(m, gain)
    dsquared_dy_1 = dsquared_dy(m, gain)
    di_de = -gbar*squared_1
    di_dgain = dsquared_dy_1*gbar*(v - e)
    di_dgbar = squared_1*(v - e)
    di_dm = dsquared_dx_1*gbar*(v - e)
    di_dv = gbar*squared_1
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dm; /* di/dm */
    ng_record[1] = _ldi_dgbar; /* di/dgbar */
    ng_record[2] = _ldi_de; /* di/de */
    ng_record[3] = _ldi_dgain; /* di/dgain */
    ng_record[4] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL squared_1, dsquared_dx_1, dsquared_dy_1, di_de, ddi_dgain_dv, di_dgain, ddi_dgbar_dv, di_dgbar,
          ddi_dm_dv, di_dm
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    squared_1 = squared(m, gain)
    dsquared_dx_1 = dsquared_dx(m, gain)
    dsquared_dy_1 = dsquared_dy(m, gain)
    di_de = -gbar*squared_1
    ddi_dgain_dv = dsquared_dy_1*gbar
    di_dgain = dsquared_dy_1*gbar*(v - e)
    ddi_dgbar_dv = squared_1
    di_dgbar = squared_1*(v - e)
    ddi_dm_dv = dsquared_dx_1*gbar
    di_dm = dsquared_dx_1*gbar*(v - e)
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldi_dm; /* d/dm */
    ng_record[1] = _lddi_dm_dv;
    if (ng_self->ng_sown) {
      ng_record[2] = _ldi_dgbar; /* d/dgbar */
      ng_record[3] = _lddi_dgbar_dv;
      ng_record[4] = _ldi_de; /* d/de */
      ng_record[5] = 0.0;
      ng_record[6] = _ldi_dgain; /* d/dgain */
      ng_record[7] = _lddi_dgain_dv;
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: Derivatives of the update that cnexp performs, at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL steps_before, m_next, dm_dhalf_2, dm_dm_2, dm_dslope_2, dm_dv_2, m_rate, dm_rate_dv, exp_1,
          dexp_1_dv, m_decay, m_limit, dm_dhalf, dm_dm, dm_dslope, dm_dv
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("written advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    steps_before = steps
    m_next = m
VERBATIM
    steps += 1; /* nothing active */
    warm = 1 + 0.2*(celsius > 10);
ENDVERBATIM
    dm_dhalf_2 = 0
    dm_dm_2 = 1
    dm_dslope_2 = 0
    dm_dv_2 = 0
VERBATIM
if (!(steps < 0)) {
ENDVERBATIM
        ng_d_rates(v)
        m_rate = -1/mtau
        dm_rate_dv = dmtau_du*m_rate*m_rate
        exp_1 = exp(dt*m_rate)
        dexp_1_dv = dm_rate_dv*dt*ng_finite(exp_1)
        m_decay = exp_1
        m_limit = minf
        dm_dhalf = dminf_dhalf*(1 - m_decay)
        dm_dm = m_decay
        dm_dslope = dminf_dslope*(1 - m_decay)
        dm_dv = dexp_1_dv*(m_next - m_limit) + dminf_du*(1 - m_decay)
        dm_dhalf_2 = dm_dhalf
        dm_dm_2 = dm_dm
        dm_dslope_2 = dm_dslope
        dm_dv_2 = dm_dv
VERBATIM
}
ENDVERBATIM
    steps = steps_before
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      ng_row_m[ng_k] = _ldm_dm_2*ng_old_m + _ldm_dv_2*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 4, _ldm_dhalf_2, ng_row_m, ng_width); /* half */
    ng_sow(ng_self->ng_seeds + 3, _ldm_dslope_2, ng_row_m, ng_width); /* slope */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    warm = 1
    ng_d_rates(v)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_m[ng_k] = dminf_du*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 4, dminf_dhalf, ng_row_m, ng_width); /* half */
    ng_sow(ng_self->ng_seeds + 3, dminf_dslope, ng_row_m, ng_width); /* slope */
ENDVERBATIM
}

: rates and its derivatives.
PROCEDURE ng_d_rates(u) {
    LOCAL boost_1, dboost_dx_1, exp_1, exp_2, exp_3, exp_4, exp_5, exp_6
    boost_1 = boost(u)
    dboost_dx_1 = dboost_dx(u)
    dmtau_du = 0.02*dboost_dx_1
    mtau = 1.5/warm + 0.02*boost_1
    exp_1 = exp((half - u)/slope)
    exp_2 = exp((half - u)/slope)
    exp_3 = exp((half - u)/slope)
    exp_4 = exp((half - u)/slope)
    exp_5 = exp((half - u)/slope)
    exp_6 = exp((half - u)/slope)
    dminf_dhalf = -exp_1/(slope*(exp_2 + 1)*(exp_2 + 1))
    dminf_dslope = exp_3*(half - u)/((exp_4 + 1)*(exp_4 + 1)*slope*slope)
    dminf_du = exp_5/(slope*(exp_6 + 1)*(exp_6 + 1))
VERBATIM
    minf = logistic((_lu - half)/slope);
    shown = minf;
    /* nmodlgrad: constant shown */
    /* nmodlgrad: dminf/du = exp((half - u)/slope)/slope/(1 + exp((half - u)/slope))^2 */
    // nmodlgrad: dminf/dhalf = -exp((half - u)/slope)/slope/(1 + exp((half - u)/slope))^2
    // nmodlgrad: dminf/dslope = -(u - half)/slope^2*exp((half - u)/slope)/(1 + exp((half - u)/slope))^2
ENDVERBATIM
}

: The derivative of boost with respect to x.
FUNCTION dboost_dx(x) {
    LOCAL cos_1
    cos_1 = cos(0.05*x)
    dboost_dx = 0.05*cos_1
}

: The derivative of squared with respect to x.
FUNCTION dsquared_dx(x, y) {
    dsquared_dx = 2*x*y
}

: The derivative of squared with respect to y.
FUNCTION dsquared_dy(x, y) {
    dsquared_dy = x*x
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
