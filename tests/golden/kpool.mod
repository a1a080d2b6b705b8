TITLE Potassium on both sides of the membrane, cleared outside with the help of calcium

NEURON {
    SUFFIX kpool
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    USEION k READ ik WRITE ki, ko
    USEION ca READ cai
    RANGE inner, outer, tau, kbath
}

UNITS {
    (molar) = (1/liter)
    (mM) = (millimolar)
    (mA) = (milliamp)
    (um) = (micron)
    FARADAY = (faraday) (coulomb)
}

PARAMETER {
    inner = 2 (um)
    outer = 0.1 (um)
    tau = 20 (ms)
    kbath = 3 (mM)
}

ASSIGNED {
    ik (mA/cm2)
    cai (mM)
    ki (mM)
    ko (mM)
}

STATE {
    lost (mM)
    gained (mM)
}

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    lost = 0
    gained = 0
    ki = 54.4
    ko = kbath
}

BREAKPOINT {
    if (ng_link != 0) { ng_states_2() }  : nmodlgrad
    around()
    SOLVE exchange METHOD cnexp
    ki = 54.4 - lost
}

DERIVATIVE exchange {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states_1(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    ki = 54.4 - lost
    lost' = (10000)*ik/(FARADAY*inner) - lost/(10*tau)
    gained' = (10000)*ik/(FARADAY*outer) - gained/tau*(1 + cai/1e-3)
}

PROCEDURE around() {
    ko = kbath + gained
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: lost, gained, ki, ko.
: Seedable: inner, outer, tau, kbath, ik, cai.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    dt (ms)
    ng_link
    dko_dgained
    dko_dkbath
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

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states_1() {
    LOCAL dlost_rate_dtau, lost_rate, exp_1, dexp_1_dtau, lost_decay, dlost_limit_dik, dlost_limit_dinner,
          dlost_limit_dtau, lost_limit, dlost_dik, dlost_dinner, dlost_dlost, dlost_dtau, dgained_rate_dcai,
          dgained_rate_dtau, gained_rate, exp_2, dexp_2_dcai, dexp_2_dtau, gained_decay, dgained_limit_dcai,
          dgained_limit_dik, dgained_limit_douter, dgained_limit_dtau, gained_limit, dgained_dcai,
          dgained_dgained, dgained_dik, dgained_douter, dgained_dtau
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("kpool advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    ki = 54.4 - lost
    dlost_rate_dtau = 0.1/(tau*tau)
    lost_rate = -(1/(10*tau))
    exp_1 = exp(dt*lost_rate)
    dexp_1_dtau = dlost_rate_dtau*dt*ng_finite(exp_1)
    lost_decay = exp_1
    dlost_limit_dik = 100000*tau/(FARADAY*inner)
    dlost_limit_dinner = -100000*ik*tau/(FARADAY*inner*inner)
    dlost_limit_dtau = 100000*ik/(FARADAY*inner)
    lost_limit = -(10000*ik/(FARADAY*inner))/-(1/(10*tau))
    dlost_dik = dlost_limit_dik*(1 - lost_decay)
    dlost_dinner = dlost_limit_dinner*(1 - lost_decay)
    dlost_dlost = lost_decay
    dlost_dtau = dexp_1_dtau*(lost - lost_limit) + dlost_limit_dtau*(1 - lost_decay)
    lost = lost + (1 - lost_decay)*(lost_limit - lost)
    dgained_rate_dcai = -1000/tau
    dgained_rate_dtau = (1000*cai + 1)/(tau*tau)
    gained_rate = -(1/tau*(1 + cai/1e-3))
    exp_2 = exp(dt*gained_rate)
    dexp_2_dcai = dgained_rate_dcai*dt*ng_finite(exp_2)
    dexp_2_dtau = dgained_rate_dtau*dt*ng_finite(exp_2)
    gained_decay = exp_2
    dgained_limit_dcai = -10000000*ik*tau/(FARADAY*outer*(1000*cai + 1)*(1000*cai + 1))
    dgained_limit_dik = 10000*tau/(FARADAY*outer*(1000*cai + 1))
    dgained_limit_douter = -10000*ik*tau/(FARADAY*outer*outer*(1000*cai + 1))
    dgained_limit_dtau = 10000*ik/(FARADAY*outer*(1000*cai + 1))
    gained_limit = -(10000*ik/(FARADAY*outer))/-(1/tau*(1 + cai/1e-3))
    dgained_dcai = dexp_2_dcai*(gained - gained_limit) + dgained_limit_dcai*(1 - gained_decay)
    dgained_dgained = gained_decay
    dgained_dik = dgained_limit_dik*(1 - gained_decay)
    dgained_douter = dgained_limit_douter*(1 - gained_decay)
    dgained_dtau = dexp_2_dtau*(gained - gained_limit) + dgained_limit_dtau*(1 - gained_decay)
    gained = gained + (1 - gained_decay)*(gained_limit - gained)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_lost = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_gained = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_ki = ng_self->ng_carried + 2*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_lost = ng_row_lost[ng_k];
      const double ng_old_gained = ng_row_gained[ng_k];
      ng_row_lost[ng_k] = _ldlost_dlost*ng_old_lost;
      ng_row_gained[ng_k] = _ldgained_dgained*ng_old_gained;
      ng_row_ki[ng_k] = -1.0*ng_old_lost;
    }
    ng_sow(ng_self->ng_seeds + 4, _ldlost_dik, ng_row_lost, ng_width); /* ik */
    ng_sow(ng_self->ng_seeds + 0, _ldlost_dinner, ng_row_lost, ng_width); /* inner */
    ng_sow(ng_self->ng_seeds + 2, _ldlost_dtau, ng_row_lost, ng_width); /* tau */
    ng_sow(ng_self->ng_seeds + 5, _ldgained_dcai, ng_row_gained, ng_width); /* cai */
    ng_sow(ng_self->ng_seeds + 4, _ldgained_dik, ng_row_gained, ng_width); /* ik */
    ng_sow(ng_self->ng_seeds + 1, _ldgained_douter, ng_row_gained, ng_width); /* outer */
    ng_sow(ng_self->ng_seeds + 2, _ldgained_dtau, ng_row_gained, ng_width); /* tau */
ENDVERBATIM
}

: Derivatives of the update that BREAKPOINT performs, at the new voltage and the old states.
PROCEDURE ng_states_2() {
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("kpool advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    ng_d_around()
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_lost = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_gained = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_ki = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_ko = ng_self->ng_carried + 3*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_lost = ng_row_lost[ng_k];
      const double ng_old_gained = ng_row_gained[ng_k];
      ng_row_ki[ng_k] = -1.0*ng_old_lost;
      ng_row_ko[ng_k] = dko_dgained*ng_old_gained;
    }
    ng_sow(ng_self->ng_seeds + 3, dko_dkbath, ng_row_ko, ng_width); /* kbath */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_lost = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_gained = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_ki = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_ko = ng_self->ng_carried + 3*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_lost[ng_k] = 0.;
      ng_row_gained[ng_k] = 0.;
      ng_row_ki[ng_k] = 0.;
      ng_row_ko[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 3, 1.0, ng_row_ko, ng_width); /* kbath */
ENDVERBATIM
}

: around and its derivatives.
PROCEDURE ng_d_around() {
    ko = kbath + gained
    dko_dgained = 1
    dko_dkbath = 1
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
