TITLE Names that look like generated ones, blocks on one line, a procedure that sets a variable in one branch only

NEURON { SUFFIX crowded
RANGE ng_link  : nmodlgrad
THREADSAFE  : nmodlgrad
 NONSPECIFIC_CURRENT i RANGE g, e, dm_dv, width : nothing else
    GLOBAL m_rate }

PARAMETER { g = 0.0003 (S/cm2) e = -70 (mV) m_rate = 2 dm_dv = 0.3 width = 1.1 }

ASSIGNED { v (mV) i (mA/cm2) minf mtau boost }

STATE { m s FROM 0 TO 1 }

UNITSOFF
INITIAL{LOCAL self
if (ng_link != 0) { ng_initial() }  : nmodlgrad
 : the body follows a LOCAL and a comment
    current(v) self = keep(0.2) m = minf s = self boost = 1}

BREAKPOINT{
if (ng_link != 0) { ng_current() }  : nmodlgrad
SOLVE update METHOD cnexp i = g*m*s*boost*(v - e)} : behind the brace

DERIVATIVE update { LOCAL target
if (ng_link != 0) {  : nmodlgrad
VERBATIM
    return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
}
    boost = 1
    k(v) current(v) link(m)
    target = width*keep(0.5)
    m' = (minf - m)/mtau s' = (target - s)/m_rate }

PROCEDURE current(u) { minf = 1/(1 + exp(-(u + 50)/10)) mtau = 1 + dm_dv*exp(-(u/40)^2) }
PROCEDURE k(u) { if (u > -40) { boost = boost + (u + 40)/300 } }
PROCEDURE link(x) { mtau = mtau + x*x }
FUNCTION keep(x) { LOCAL initial initial = x x = x*x keep = exp_1(x) + initial*width }
FUNCTION exp_1(x) { exp_1 = x }

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: m, s, boost.
: Seedable: g, e, m_rate, dm_dv, width.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    dt (ms)
    ng_link
    ng_latest_v
    dminf_du
    dmtau_ddm_dv
    dmtau_du
    dboost_du
    dmtau_dmtau
    dmtau_dx
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
    LOCAL di_dboost, di_de, di_dg, di_dm, di_ds, di_dv
    di_dboost = g*m*s*(v - e)
    di_de = -boost*g*m*s
    di_dg = boost*m*s*(v - e)
    di_dm = boost*g*s*(v - e)
    di_ds = boost*g*m*(v - e)
    di_dv = boost*g*m*s
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dm; /* di/dm */
    ng_record[1] = _ldi_ds; /* di/ds */
    ng_record[2] = _ldi_dboost; /* di/dboost */
    ng_record[3] = _ldi_dg; /* di/dg */
    ng_record[4] = _ldi_de; /* di/de */
    ng_record[5] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL ddi_dboost_dv, di_dboost, di_de, ddi_dg_dv, di_dg, ddi_dm_dv, di_dm, ddi_ds_dv, di_ds
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    ddi_dboost_dv = g*m*s
    di_dboost = g*m*s*(v - e)
    di_de = -boost*g*m*s
    ddi_dg_dv = boost*m*s
    di_dg = boost*m*s*(v - e)
    ddi_dm_dv = boost*g*s
    di_dm = boost*g*s*(v - e)
    ddi_ds_dv = boost*g*m
    di_ds = boost*g*m*(v - e)
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldi_dm; /* d/dm */
    ng_record[1] = _lddi_dm_dv;
    ng_record[2] = _ldi_ds; /* d/ds */
    ng_record[3] = _lddi_ds_dv;
    ng_record[4] = _ldi_dboost; /* d/dboost */
    ng_record[5] = _lddi_dboost_dv;
    if (ng_self->ng_sown) {
      ng_record[6] = _ldi_dg; /* d/dg */
      ng_record[7] = _lddi_dg_dv;
      ng_record[8] = _ldi_de; /* d/de */
      ng_record[9] = 0.0;
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL dmtau_ddm_dv_2, dmtau_dv, keep_1, dkeep_dwidth_1, dtarget_dwidth, target, m_rate_2,
          dm_rate_2_ddm_dv, dm_rate_2_dm, dm_rate_2_dv, exp_2, dexp_2_ddm_dv, dexp_2_dm, dexp_2_dv, m_decay,
          m_limit, dm_ddm_dv, dm_dm, dm_dv_2, s_rate, ds_rate_dm_rate, exp_3, dexp_3_dm_rate, s_decay,
          s_limit, ds_dm_rate, ds_ds, ds_dwidth
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("crowded advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    boost = 1
    ng_d_k(v)
    ng_d_current(v)
    ng_d_link(m)
    dmtau_ddm_dv_2 = dmtau_ddm_dv*dmtau_dmtau
    dmtau_dv = dmtau_dmtau*dmtau_du
    keep_1 = keep(0.5)
    dkeep_dwidth_1 = dkeep_dwidth(0.5)
    dtarget_dwidth = dkeep_dwidth_1*width + keep_1
    target = width*keep_1
    m_rate_2 = -1/mtau
    dm_rate_2_ddm_dv = dmtau_ddm_dv_2*m_rate_2*m_rate_2
    dm_rate_2_dm = dmtau_dx*m_rate_2*m_rate_2
    dm_rate_2_dv = dmtau_dv*m_rate_2*m_rate_2
    exp_2 = exp(dt*m_rate_2)
    dexp_2_ddm_dv = dm_rate_2_ddm_dv*dt*ng_finite(exp_2)
    dexp_2_dm = dm_rate_2_dm*dt*ng_finite(exp_2)
    dexp_2_dv = dm_rate_2_dv*dt*ng_finite(exp_2)
    m_decay = exp_2
    m_limit = -(minf/mtau)/(-1/mtau)
    dm_ddm_dv = dexp_2_ddm_dv*(m - m_limit)
    dm_dm = dexp_2_dm*(m - m_limit) + m_decay
    dm_dv_2 = dexp_2_dv*(m - m_limit) + dminf_du*(1 - m_decay)
    m = m + (1 - m_decay)*(m_limit - m)
    s_rate = -1/m_rate
    ds_rate_dm_rate = s_rate*s_rate
    exp_3 = exp(dt*s_rate)
    dexp_3_dm_rate = ds_rate_dm_rate*dt*ng_finite(exp_3)
    s_decay = exp_3
    s_limit = -(target/m_rate)/(-1/m_rate)
    ds_dm_rate = dexp_3_dm_rate*(s - s_limit)
    ds_ds = s_decay
    ds_dwidth = dtarget_dwidth*(1 - s_decay)
    s = s + (1 - s_decay)*(s_limit - s)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_s = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_boost = ng_self->ng_carried + 2*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      const double ng_old_s = ng_row_s[ng_k];
      ng_row_m[ng_k] = _ldm_dm*ng_old_m + _ldm_dv_2*ng_voltage[ng_k];
      ng_row_s[ng_k] = _lds_ds*ng_old_s;
      ng_row_boost[ng_k] = dboost_du*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 3, _ldm_ddm_dv, ng_row_m, ng_width); /* dm_dv */
    ng_sow(ng_self->ng_seeds + 2, _lds_dm_rate, ng_row_s, ng_width); /* m_rate */
    ng_sow(ng_self->ng_seeds + 4, _lds_dwidth, ng_row_s, ng_width); /* width */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL dkeep_dwidth_1
    ng_d_current(v)
    dkeep_dwidth_1 = dkeep_dwidth(0.2)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_s = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_boost = ng_self->ng_carried + 2*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_m[ng_k] = dminf_du*ng_voltage[ng_k];
      ng_row_s[ng_k] = 0.;
      ng_row_boost[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 4, _ldkeep_dwidth_1, ng_row_s, ng_width); /* width */
ENDVERBATIM
}

: current and its derivatives.
PROCEDURE ng_d_current(u) {
    LOCAL exp_2, dexp_2_du, dexp_3_du
    exp_2 = exp(-(u + 50)/10)
    dexp_2_du = -0.1*ng_finite(exp_2)
    dminf_du = -dexp_2_du/((exp_2 + 1)*(exp_2 + 1))
    minf = 1/(1 + exp_2)
    dmtau_ddm_dv = exp(-(u/40)^2)
    dexp_3_du = -0.00125*u*ng_finite(dmtau_ddm_dv)
    dmtau_du = dexp_3_du*dm_dv
    mtau = 1 + dm_dv*dmtau_ddm_dv
}

: k and its derivatives.
PROCEDURE ng_d_k(u) {
    if (u > -40) {
        boost = boost + (u + 40)/300
        dboost_du = 1/300
    } else {
        dboost_du = 0
    }
}

: link and its derivatives.
PROCEDURE ng_d_link(x) {
    dmtau_dx = 2*x
    mtau = mtau + x*x
    dmtau_dmtau = 1
}

: The derivative of keep with respect to width.
FUNCTION dkeep_dwidth(x) {
    LOCAL initial
    initial = x
    dkeep_dwidth = initial
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
