TITLE A calcium channel that the whole calcium current inactivates, whose driving force acts at the start and after

NEURON {
    SUFFIX caself
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    USEION ca READ eca, ica WRITE ica
    RANGE gbar, ihalf
}

UNITS {
    (mV) = (millivolt)
    (S) = (siemens)
    (mA) = (milliamp)
}

PARAMETER {
    gbar = 3e-4 (S/cm2)
    ihalf = 5e-3 (mA/cm2)
}

ASSIGNED {
    v (mV)
    eca (mV)
    ica (mA/cm2)
    pull (mV)
}

STATE { m h }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    m = minf(v)
    h = 1/(1 + exp(-(eca - v - 150)/60))
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE states METHOD cnexp
    pull = v - eca
    ica = gbar*m*m*h*pull
}

DERIVATIVE states {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    m' = (minf(v) - m)/(1.5 + pull*pull/1e5)
    h' = (1/(1 + ica*ica/(ihalf*ihalf)) - h)/20
}

FUNCTION minf(v (mV)) {
    minf = 1/(1 + exp((-28 - v)/6))
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: m, h, pull.
: Seedable: gbar, eca, ihalf, ica.
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

/* e_k = (RT/zF) (co_k/co - ci_k/ci) + e/T T_k, at the present temperature, as NEURON computes e */
static void ng_renew(const ng_Nernst *ng_one, long ng_width) {
  const double *NG_RESTRICT ng_inside = ng_one->ng_inside, *NG_RESTRICT ng_outside = ng_one->ng_outside;
  const double ng_factor = ng_one->ng_per_kelvin*(*ng_one->ng_celsius + 273.15); /* mV: RT/zF */
  const double ng_in = ng_inside ? ng_factor/(*ng_one->ng_inside_value) : 0.;
  const double ng_out = ng_outside ? ng_factor/(*ng_one->ng_outside_value) : 0.;
  double *NG_RESTRICT ng_row = ng_one->ng_row;
  long ng_k;
  for (ng_k = 0; ng_k < ng_width; ng_k++) ng_row[ng_k] = 0.;
  if (ng_inside)
    for (ng_k = 0; ng_k < ng_width; ng_k++) ng_row[ng_k] -= ng_in*ng_inside[ng_k];
  if (ng_outside)
    for (ng_k = 0; ng_k < ng_width; ng_k++) ng_row[ng_k] += ng_out*ng_outside[ng_k];
  if (ng_one->ng_warmth) {
    const double ng_slope = ng_one->ng_per_kelvin*log(*ng_one->ng_outside_value/(*ng_one->ng_inside_value));
    for (ng_k = 0; ng_k < ng_width; ng_k++) ng_row[ng_k] += ng_slope*ng_one->ng_warmth[ng_k];
  }
}


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
ENDVERBATIM

: Partial derivatives of the currents of ions, each by itself, for who reads them.
PROCEDURE ng_ion_currents() {
    LOCAL pull, dica_deca, dica_dgbar, dica_dh, dica_dm, dica_dv
    pull = v - eca
    dica_deca = -gbar*h*m*m
    dica_dgbar = h*pull*m*m
    dica_dh = gbar*pull*m*m
    dica_dm = 2*gbar*h*m*pull
    dica_dv = gbar*h*m*m
VERBATIM
    double *ng_record = NG_SELF->ng_ion_record;
    ng_record[0] = _ldica_dm; /* dica/dm */
    ng_record[1] = _ldica_dh; /* dica/dh */
    ng_record[2] = _ldica_dgbar; /* dica/dgbar */
    ng_record[3] = _ldica_deca; /* dica/deca */
    ng_record[4] = _ldica_dv; /* dica/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL pull, dica_deca, dica_dgbar, dica_dh, dica_dm
    pull = v - eca
    dica_deca = -gbar*h*m*m
    dica_dgbar = h*pull*m*m
    dica_dh = gbar*pull*m*m
    dica_dm = 2*gbar*h*m*pull
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_keep(ng_record + 0, _ldica_dm); /* d/dm */
    ng_keep(ng_record + 2, _ldica_dh); /* d/dh */
    if (ng_self->ng_sown) {
      ng_keep(ng_record + 4, _ldica_dgbar); /* d/dgbar */
      ng_keep(ng_record + 6, _ldica_deca); /* d/deca */
    }
    if (NG_RARELY(ng_self->ng_ion_record)) ng_ion_currents(_threadargs_);
ENDVERBATIM
    ng_breakpoint()
}

: Derivatives of what BREAKPOINT leaves in variables.
PROCEDURE ng_breakpoint() {
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_pull = ng_self->ng_carried + 2*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_pull[ng_k] = ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 1, -1.0, ng_row_pull, ng_width); /* eca */
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL dm_rate_dpull, m_rate, exp_1, dexp_1_dpull, m_decay, minf_1, dminf_dv_1, inverse_1, dm_limit_dpull,
          dm_limit_dv, m_limit, dm_dm, dm_dpull, dm_dv, h_rate, h_decay, dh_limit_dica, dh_limit_dihalf,
          h_limit, dh_dh, dh_dica, dh_dihalf
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("caself advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    dm_rate_dpull = 2e-05*pull/((1e-05*pull*pull + 1.5)*(1e-05*pull*pull + 1.5))
    m_rate = -1/(1.5 + pull*pull/1e5)
    exp_1 = exp(dt*m_rate)
    dexp_1_dpull = dm_rate_dpull*dt*ng_finite(exp_1)
    m_decay = exp_1
    minf_1 = minf(v)
    dminf_dv_1 = dminf_dv(v)
    inverse_1 = 1/(pull*pull + 150000)
    dm_limit_dpull = inverse_1*(200000*inverse_1*minf_1*pull*(-1e-05*pull*pull - 1.5) + 2*minf_1*pull)
    dm_limit_dv = -dminf_dv_1*(-1e-05*pull*pull - 1.5)/(1e-05*pull*pull + 1.5)
    m_limit = -(minf_1/(1.5 + pull*pull/1e5))/(-1/(1.5 + pull*pull/1e5))
    dm_dm = m_decay
    dm_dpull = dexp_1_dpull*(m - m_limit) + dm_limit_dpull*(1 - m_decay)
    dm_dv = dm_limit_dv*(1 - m_decay)
    m = m + (1 - m_decay)*(m_limit - m)
    h_rate = -1/20
    h_decay = exp(dt*h_rate)
    dh_limit_dica = -2*ica/((ica*ica/(ihalf*ihalf) + 1)*(ica*ica/(ihalf*ihalf) + 1)*ihalf*ihalf)
    dh_limit_dihalf = 2*ica*ica/((ica*ica/(ihalf*ihalf) + 1)*(ica*ica/(ihalf*ihalf) + 1)*ihalf*ihalf*ihalf)
    h_limit = -(1/(1 + ica*ica/(ihalf*ihalf))/20)/(-1/20)
    dh_dh = h_decay
    dh_dica = dh_limit_dica*(1 - h_decay)
    dh_dihalf = dh_limit_dihalf*(1 - h_decay)
    h = h + (1 - h_decay)*(h_limit - h)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_h = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_pull = ng_self->ng_carried + 2*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      const double ng_old_h = ng_row_h[ng_k];
      const double ng_old_pull = ng_row_pull[ng_k];
      ng_row_m[ng_k] = _ldm_dm*ng_old_m + _ldm_dpull*ng_old_pull + _ldm_dv*ng_voltage[ng_k];
      ng_row_h[ng_k] = _ldh_dh*ng_old_h;
    }
    ng_sow(ng_self->ng_seeds + 3, _ldh_dica, ng_row_h, ng_width); /* ica */
    ng_sow(ng_self->ng_seeds + 2, _ldh_dihalf, ng_row_h, ng_width); /* ihalf */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL dminf_dv_1, exp_1, dexp_1_deca, dexp_1_dv, dh_by_exp_1, dh_deca, dh_dv
VERBATIM
    if (NG_SELF->ng_seeds[1].ng_nernst) /* eca */
      ng_renew(NG_SELF->ng_seeds[1].ng_nernst, NG_SELF->ng_cell->ng_width);
ENDVERBATIM
    dminf_dv_1 = dminf_dv(v)
    exp_1 = exp(-(eca - v - 150)/60)
    dexp_1_deca = -1/60*ng_finite(exp_1)
    dexp_1_dv = 1/60*ng_finite(exp_1)
    dh_by_exp_1 = -1/((exp_1 + 1)*(exp_1 + 1))
    dh_deca = dexp_1_deca*dh_by_exp_1
    dh_dv = dexp_1_dv*dh_by_exp_1
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_h = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_pull = ng_self->ng_carried + 2*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_m[ng_k] = _ldminf_dv_1*ng_voltage[ng_k];
      ng_row_h[ng_k] = _ldh_dv*ng_voltage[ng_k];
      ng_row_pull[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 1, _ldh_deca, ng_row_h, ng_width); /* eca */
ENDVERBATIM
}

: The derivative of minf with respect to v.
FUNCTION dminf_dv(v) {
    LOCAL exp_1, dexp_1_dv
    exp_1 = exp((-28 - v)/6)
    dexp_1_dv = -1/6*ng_finite(exp_1)
    dminf_dv = -dexp_1_dv/((exp_1 + 1)*(exp_1 + 1))
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
