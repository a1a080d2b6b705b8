TITLE A potassium channel that calcium opens

NEURON {
    SUFFIX kca
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    USEION k READ ek WRITE ik
    USEION ca READ cai
    RANGE gbar, power
}

UNITS {
    (mV) = (millivolt)
    (S) = (siemens)
    (mA) = (milliamp)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER {
    gbar = 3e-4 (S/cm2)
    power = 1.8
}

ASSIGNED {
    v (mV)
    ek (mV)
    cai (mM)
    ik (mA/cm2)
}

STATE { z }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    z = open(cai)
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE states METHOD cnexp
    ik = gbar*z*(v - ek)
}

DERIVATIVE states {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    z' = (open(cai) - z)/(1 + 3/(1 + cai/1e-3))
}

FUNCTION open(c (mM)) {
    open = 1/(1 + (4e-4/c)^power)
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: z.
: Seedable: gbar, ek, power, cai.
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
    LOCAL dik_dek, dik_dgbar, dik_dv, dik_dz
    dik_dek = -gbar*z
    dik_dgbar = z*(v - ek)
    dik_dv = gbar*z
    dik_dz = gbar*(v - ek)
VERBATIM
    double *ng_record = NG_SELF->ng_ion_record;
    ng_record[0] = _ldik_dz; /* dik/dz */
    ng_record[1] = _ldik_dgbar; /* dik/dgbar */
    ng_record[2] = _ldik_dek; /* dik/dek */
    ng_record[3] = _ldik_dv; /* dik/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL dik_dek, dik_dgbar, dik_dz, ddik_dgbar_dv, ddik_dz_dv
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    dik_dek = -gbar*z
    dik_dgbar = z*(v - ek)
    dik_dz = gbar*(v - ek)
    ddik_dgbar_dv = z
    ddik_dz_dv = gbar
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldik_dz; /* d/dz */
    ng_record[1] = _lddik_dz_dv;
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
    LOCAL dz_rate_dcai, z_rate, exp_1, dexp_1_dcai, z_decay, open_1, dopen_dc_1, dopen_dpower_1,
          dz_limit_by_open_1, inverse_1, inverse_2, dz_limit_dcai, dz_limit_dpower, z_limit, dz_dcai,
          dz_dpower, dz_dz
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("kca advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    dz_rate_dcai = -3000/((1 + 3/(1000*cai + 1))*(1 + 3/(1000*cai + 1))*(1000*cai + 1)*(1000*cai + 1))
    z_rate = -1/(1 + 3/(1 + cai/1e-3))
    exp_1 = exp(dt*z_rate)
    dexp_1_dcai = dt*dz_rate_dcai*ng_finite(exp_1)
    z_decay = exp_1
    open_1 = open(cai)
    dopen_dc_1 = dopen_dc(cai)
    dopen_dpower_1 = dopen_dpower(cai)
    dz_limit_by_open_1 = -(-1 - 3/(1000*cai + 1))/(1 + 3/(1000*cai + 1))
    inverse_1 = 1/(1 + 3/(1000*cai + 1))
    inverse_2 = 1/(1000*cai + 1)
    dz_limit_dcai = dopen_dc_1*dz_limit_by_open_1 + inverse_1*(-3000*inverse_1*open_1*inverse_2*inverse_2*(-1 - 3/(1000*cai + 1)) - 3000*open_1*inverse_2*inverse_2)
    dz_limit_dpower = dopen_dpower_1*dz_limit_by_open_1
    z_limit = -(open_1/(1 + 3/(1 + cai/1e-3)))/(-1/(1 + 3/(1 + cai/1e-3)))
    dz_dcai = dexp_1_dcai*(z - z_limit) + dz_limit_dcai*(1 - z_decay)
    dz_dpower = dz_limit_dpower*(1 - z_decay)
    dz_dz = z_decay
    z = z + (1 - z_decay)*(z_limit - z)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_z = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_z = ng_row_z[ng_k];
      ng_row_z[ng_k] = _ldz_dz*ng_old_z;
    }
    ng_sow(ng_self->ng_seeds + 3, _ldz_dcai, ng_row_z, ng_width); /* cai */
    ng_sow(ng_self->ng_seeds + 2, _ldz_dpower, ng_row_z, ng_width); /* power */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL dopen_dc_1, dopen_dpower_1
    dopen_dc_1 = dopen_dc(cai)
    dopen_dpower_1 = dopen_dpower(cai)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_z = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_z[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 3, _ldopen_dc_1, ng_row_z, ng_width); /* cai */
    ng_sow(ng_self->ng_seeds + 2, _ldopen_dpower_1, ng_row_z, ng_width); /* power */
ENDVERBATIM
}

: The derivative of open with respect to c.
FUNCTION dopen_dc(c) {
    dopen_dc = power*(0.0004/c)^power/(c*((0.0004/c)^power + 1)*((0.0004/c)^power + 1))
}

: The derivative of open with respect to power.
FUNCTION dopen_dpower(c) {
    LOCAL power_1, log_1, dpower_1_dpower
    power_1 = (4e-4/c)^(power)
    if (4e-4/c > 0) {
        log_1 = log(4e-4/c)
    } else {
        log_1 = 0
    }
    dpower_1_dpower = log_1*ng_finite(power_1)
    dopen_dpower = -dpower_1_dpower/((power_1 + 1)*(power_1 + 1))
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
