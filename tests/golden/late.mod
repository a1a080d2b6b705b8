TITLE A potassium channel that its driving force gates, at the start too, registered after the mechanism that writes ek

NEURON {
    SUFFIX late
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    USEION k READ ek WRITE ik
    RANGE gbar
}

UNITS {
    (mV) = (millivolt)
    (S) = (siemens)
    (mA) = (milliamp)
}

PARAMETER {
    gbar = 2e-3 (S/cm2)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
}

STATE { n }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    n = ninf(v - ek)
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE states METHOD cnexp
    ik = gbar*n*(v - ek)
}

DERIVATIVE states {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    n' = (ninf(v - ek) - n)/(2 + 0.01*(v - ek))
}

FUNCTION ninf(drive (mV)) {
    ninf = 1/(1 + exp((40 - drive)/8))
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: n.
: Seedable: gbar, ek.
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
ENDVERBATIM

: Partial derivatives of the currents of ions, each by itself, for who reads them.
PROCEDURE ng_ion_currents() {
    LOCAL dik_dek, dik_dgbar, dik_dn, dik_dv
    dik_dek = -gbar*n
    dik_dgbar = n*(v - ek)
    dik_dn = gbar*(v - ek)
    dik_dv = gbar*n
VERBATIM
    double *ng_record = NG_SELF->ng_ion_record;
    ng_record[0] = _ldik_dn; /* dik/dn */
    ng_record[1] = _ldik_dgbar; /* dik/dgbar */
    ng_record[2] = _ldik_dek; /* dik/dek */
    ng_record[3] = _ldik_dv; /* dik/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL dik_dek, dik_dgbar, dik_dn, ddik_dgbar_dv, ddik_dn_dv
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    dik_dek = -gbar*n
    dik_dgbar = n*(v - ek)
    dik_dn = gbar*(v - ek)
    ddik_dgbar_dv = n
    ddik_dn_dv = gbar
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldik_dn; /* d/dn */
    ng_record[1] = _lddik_dn_dv;
    if (ng_self->ng_sown) {
      ng_record[2] = _ldik_dgbar; /* d/dgbar */
      ng_record[3] = _lddik_dgbar_dv;
      ng_record[4] = _ldik_dek; /* d/dek */
      ng_record[5] = 0.0;
    }
    if (NG_RARELY(ng_self->ng_ion_record)) ng_ion_currents(_threadargs_);
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL dn_rate_dek, dn_rate_dv, n_rate, exp_1, dexp_1_dek, dexp_1_dv, n_decay, ninf_1, dninf_ddrive_1,
          dninf_1_dek, dn_limit_by_ninf_1, inverse_1, dn_limit_dek, dn_limit_dv, n_limit, dn_dek, dn_dn, dn_dv
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("late advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    dn_rate_dek = -0.01/((0.01*v + 2 - 0.01*ek)*(0.01*v + 2 - 0.01*ek))
    dn_rate_dv = 0.01/((0.01*v + 2 - 0.01*ek)*(0.01*v + 2 - 0.01*ek))
    n_rate = -1/(2 + 0.01*(v - ek))
    exp_1 = exp(dt*n_rate)
    dexp_1_dek = dn_rate_dek*dt*ng_finite(exp_1)
    dexp_1_dv = dn_rate_dv*dt*ng_finite(exp_1)
    n_decay = exp_1
    ninf_1 = ninf(v - ek)
    dninf_ddrive_1 = dninf_ddrive(v - ek)
    dninf_1_dek = -dninf_ddrive_1
    dn_limit_by_ninf_1 = -(0.01*ek - 0.01*v - 2)/(0.01*v + 2 - 0.01*ek)
    inverse_1 = 1/(v + 200 - ek)
    dn_limit_dek = dn_limit_by_ninf_1*dninf_1_dek + inverse_1*(-100*inverse_1*ninf_1*(0.01*ek - 0.01*v - 2) - ninf_1)
    dn_limit_dv = dn_limit_by_ninf_1*dninf_ddrive_1 + inverse_1*(100*inverse_1*ninf_1*(0.01*ek - 0.01*v - 2) + ninf_1)
    n_limit = -(ninf_1/(2 + 0.01*(v - ek)))/(-1/(2 + 0.01*(v - ek)))
    dn_dek = dexp_1_dek*(n - n_limit) + dn_limit_dek*(1 - n_decay)
    dn_dn = n_decay
    dn_dv = dexp_1_dv*(n - n_limit) + dn_limit_dv*(1 - n_decay)
    n = n + (1 - n_decay)*(n_limit - n)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_n = ng_row_n[ng_k];
      ng_row_n[ng_k] = _ldn_dn*ng_old_n + _ldn_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 1, _ldn_dek, ng_row_n, ng_width); /* ek */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL dninf_ddrive_1, dninf_1_dek
VERBATIM
    if (NG_SELF->ng_seeds[1].ng_nernst) /* ek */
      ng_renew(NG_SELF->ng_seeds[1].ng_nernst, NG_SELF->ng_cell->ng_width);
ENDVERBATIM
    dninf_ddrive_1 = dninf_ddrive(v - ek)
    dninf_1_dek = -dninf_ddrive_1
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_n[ng_k] = _ldninf_ddrive_1*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 1, _ldninf_1_dek, ng_row_n, ng_width); /* ek */
ENDVERBATIM
}

: The derivative of ninf with respect to drive.
FUNCTION dninf_ddrive(drive) {
    LOCAL exp_1, dexp_1_ddrive
    exp_1 = exp((40 - drive)/8)
    dexp_1_ddrive = -0.125*ng_finite(exp_1)
    dninf_ddrive = -dexp_1_ddrive/((exp_1 + 1)*(exp_1 + 1))
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
