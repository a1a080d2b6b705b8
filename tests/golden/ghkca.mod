TITLE A calcium current by NEURON's own Goldman-Hodgkin-Katz equation, which reads the temperature by itself

NEURON {
    SUFFIX ghkca
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    USEION ca READ cai, cao WRITE ica
    RANGE pbar
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER { pbar = 1e-5 (cm/s) }

ASSIGNED {
    v (mV)
    cai (mM)
    cao (mM)
    ica (mA/cm2)
}

STATE { m }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    m = open(v)
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE states METHOD cnexp
    ica = pbar*m*nrn_ghk(v, cai, cao, 2)
}

DERIVATIVE states {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    m' = (open(v) - m)/3
}

FUNCTION open(v (mV)) {
    open = 1/(1 + exp(-(v + 25)/6))
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: m.
: Seedable: pbar, cai, cao.
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

/* BREAKPOINT runs twice, at v + 0.001 and then at v: keep the latest value, and the slope between the two. */
static void ng_keep(double *ng_pair, double ng_value) {
  ng_pair[1] = (ng_pair[0] - ng_value)/.001; /* as NEURON takes it */
  ng_pair[0] = ng_value;
}
ENDVERBATIM

: Partial derivatives of the currents of ions, each by itself, for who reads them.
PROCEDURE ng_ion_currents() {
    LOCAL nrn_ghk_1, dnrn_ghk_1_dv, dnrn_ghk_1_dcai, dnrn_ghk_1_dcao, dica_dcai, dica_dcao, dica_dm,
          dica_dpbar, dica_dv
    nrn_ghk_1 = nrn_ghk(v, cai, cao, 2)
    dnrn_ghk_1_dv = ng_ghk_slope(v, cai, cao, 2)
    dnrn_ghk_1_dcai = nrn_ghk(v, 1, 0, 2)
    dnrn_ghk_1_dcao = nrn_ghk(v, 0, 1, 2)
    dica_dcai = dnrn_ghk_1_dcai*m*pbar
    dica_dcao = dnrn_ghk_1_dcao*m*pbar
    dica_dm = nrn_ghk_1*pbar
    dica_dpbar = m*nrn_ghk_1
    dica_dv = dnrn_ghk_1_dv*m*pbar
VERBATIM
    double *ng_record = NG_SELF->ng_ion_record;
    ng_record[0] = _ldica_dm; /* dica/dm */
    ng_record[1] = _ldica_dpbar; /* dica/dpbar */
    ng_record[2] = _ldica_dcai; /* dica/dcai */
    ng_record[3] = _ldica_dcao; /* dica/dcao */
    ng_record[4] = _ldica_dv; /* dica/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL nrn_ghk_1, dnrn_ghk_1_dv, dnrn_ghk_1_dcai, dnrn_ghk_1_dcao, dica_dcai, dica_dcao, dica_dm,
          dica_dpbar, dica_dv, ica, total_current
    nrn_ghk_1 = nrn_ghk(v, cai, cao, 2)
    dnrn_ghk_1_dv = ng_ghk_slope(v, cai, cao, 2)
    dnrn_ghk_1_dcai = nrn_ghk(v, 1, 0, 2)
    dnrn_ghk_1_dcao = nrn_ghk(v, 0, 1, 2)
    dica_dcai = dnrn_ghk_1_dcai*m*pbar
    dica_dcao = dnrn_ghk_1_dcao*m*pbar
    dica_dm = nrn_ghk_1*pbar
    dica_dpbar = m*nrn_ghk_1
    dica_dv = dnrn_ghk_1_dv*m*pbar
    ica = pbar*m*nrn_ghk_1
    total_current = ica
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_keep(ng_record + 0, _ldica_dm); /* d/dm */
    ng_keep(ng_record + 8, _ldica_dv); /* d/dv */
    ng_keep(ng_record + 10, _ltotal_current); /* the current */
    if (ng_self->ng_sown) {
      ng_keep(ng_record + 2, _ldica_dpbar); /* d/dpbar */
      ng_keep(ng_record + 4, _ldica_dcai); /* d/dcai */
      ng_keep(ng_record + 6, _ldica_dcao); /* d/dcao */
    }
    if (NG_RARELY(ng_self->ng_ion_record)) ng_ion_currents(_threadargs_);
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL m_rate, m_decay, open_1, dopen_dv_1, m_limit, dm_dm, dm_dv
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("ghkca advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    m_rate = -1/3
    m_decay = exp(dt*m_rate)
    open_1 = open(v)
    dopen_dv_1 = dopen_dv(v)
    m_limit = -(open_1/3)/(-1/3)
    dm_dm = m_decay
    dm_dv = dopen_dv_1*(1 - m_decay)
    m = m + (1 - m_decay)*(m_limit - m)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      ng_row_m[ng_k] = _ldm_dm*ng_old_m + _ldm_dv*ng_voltage[ng_k];
    }
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL dopen_dv_1
    dopen_dv_1 = dopen_dv(v)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_m[ng_k] = _ldopen_dv_1*ng_voltage[ng_k];
    }
ENDVERBATIM
}

: The derivative of open with respect to v.
FUNCTION dopen_dv(v) {
    LOCAL exp_1, dexp_1_dv
    exp_1 = exp(-(v + 25)/6)
    dexp_1_dv = -1/6*ng_finite(exp_1)
    dopen_dv = -dexp_1_dv/((exp_1 + 1)*(exp_1 + 1))
}

: The derivative of nrn_ghk by v. NEURON takes scale*(ci*efun(-x) - co*efun(x)), x proportional to v, efun(x) being
: x/(exp(x) - 1), or 1 - x/2 around 0.
FUNCTION ng_ghk_slope(ng_v, ng_ci, ng_co, ng_z) {
    LOCAL ng_scale, ng_per_mV, ng_x, ng_e, ng_in, ng_out
    ng_scale = nrn_ghk(0, 1, 0, ng_z)
    ng_per_mV = log(-nrn_ghk(25, 1, 0, ng_z)/nrn_ghk(25, 0, 1, ng_z))/25
    ng_x = ng_v*ng_per_mV
    if (ng_x < 1e-4 && ng_x > -1e-4) {
        ng_ghk_slope = ng_scale*ng_per_mV*(ng_ci + ng_co)/2
    } else {
        ng_e = exp(-ng_x)
        ng_in = ng_exprelr_slope(-ng_x, ng_e, ng_exprelr(-ng_x, ng_e))
        ng_e = exp(ng_x)
        ng_out = ng_exprelr_slope(ng_x, ng_e, ng_exprelr(ng_x, ng_e))
        ng_ghk_slope = -ng_scale*ng_per_mV*(ng_ci*ng_in + ng_co*ng_out)
    }
}

: The derivative of x/(exp(x) - 1), by the same division. ng_e is exp(x), ng_y is ng_exprelr.
FUNCTION ng_exprelr_slope(ng_x, ng_e, ng_y) {
    LOCAL ng_s
    if (ng_x < 0.3 && ng_x > -0.3) {
        ng_s = ng_x*ng_x
        ng_exprelr_slope = -0.5 + ng_x*(1/6)*(1 - ng_s*(1/30)*(1 - ng_s*(1/28)*(1 - ng_s*(1/30)*(1 - ng_s*(25/792)))))
    } else {
        ng_exprelr_slope = 1/(ng_e - 1)*(1 - ng_x - ng_y)
    }
}

: x/(exp(x) - 1), which loses digits around 0: there by its series. ng_e is exp(x).
FUNCTION ng_exprelr(ng_x, ng_e) {
    LOCAL ng_s
    if (ng_x < 0.3 && ng_x > -0.3) {
        ng_s = ng_x*ng_x
        ng_exprelr = 1 - ng_x/2 + ng_s*(1/12)*(1 - ng_s*(1/60)*(1 - ng_s*(1/42)*(1 - ng_s*(1/40)*(1 - ng_s*(5/198)))))
    } else {
        ng_exprelr = ng_x*(1/(ng_e - 1))
    }
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
