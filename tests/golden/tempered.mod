TITLE Potassium whose rates are behind a TABLE that reads a variable which INITIAL computes

NEURON {
    SUFFIX tempered
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    USEION k READ ek WRITE ik
    RANGE gbar, shift
    GLOBAL q10
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.003 (S/cm2)
    shift = 2.3 (mV)
    q10 = 2.3
    celsius (degC)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    slower
    ninf
    ntau (ms)
}

STATE { n }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    slower = q10^((celsius - 16)/10) - 1
    rates(v + shift)
    n = ninf
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE states METHOD cnexp
    ik = gbar*n*n*(v - ek)
}

DERIVATIVE states {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    rates(v + shift)
    n' = (ninf - n)/ntau
}

: q10 can not be seeded; gbar, shift and the voltage act by the argument, or not in here
PROCEDURE rates(u (mV)) {
    TABLE ninf, ntau DEPEND celsius FROM -150 TO 150 WITH 600
    ninf = 1/(1 + exp(-(u + 38)/9))
    ntau = (1 + 12/(exp((u + 40)/21) + exp(-(u + 40)/17)))*(1 + slower)
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: n.
: Seedable: gbar, ek, shift.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    dt (ms)
    ng_link
    ng_latest_v
    dninf_du
    dntau_du
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
    LOCAL dik_dek, dik_dgbar, dik_dn, dik_dv
    dik_dek = -gbar*n*n
    dik_dgbar = n*n*(v - ek)
    dik_dn = 2*gbar*n*(v - ek)
    dik_dv = gbar*n*n
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
    LOCAL dik_dek, ddik_dgbar_dv, dik_dgbar, ddik_dn_dv, dik_dn
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    dik_dek = -gbar*n*n
    ddik_dgbar_dv = n*n
    dik_dgbar = n*n*(v - ek)
    ddik_dn_dv = 2*gbar*n
    dik_dn = 2*gbar*n*(v - ek)
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
    LOCAL n_rate, dn_rate_dshift, exp_1, dexp_1_dshift, n_decay, n_limit, dn_dn, dn_dshift, dn_dv
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("tempered advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    ng_d_rates(v + shift)
    n_rate = -1/ntau
    dn_rate_dshift = dntau_du*n_rate*n_rate
    exp_1 = exp(dt*n_rate)
    dexp_1_dshift = dn_rate_dshift*dt*ng_finite(exp_1)
    n_decay = exp_1
    n_limit = -(ninf/ntau)/(-1/ntau)
    dn_dn = n_decay
    dn_dshift = dexp_1_dshift*(n - n_limit) + dninf_du*(1 - n_decay)
    dn_dv = dexp_1_dshift*(n - n_limit) + dninf_du*(1 - n_decay)
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
    ng_sow(ng_self->ng_seeds + 2, _ldn_dshift, ng_row_n, ng_width); /* shift */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    slower = q10^((celsius - 16)/10) - 1
    ng_d_rates(v + shift)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_n[ng_k] = dninf_du*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 2, dninf_du, ng_row_n, ng_width); /* shift */
ENDVERBATIM
}

: rates and its derivatives.
PROCEDURE ng_d_rates(u) {
    LOCAL exp_1, dexp_1_du, exp_2, dexp_2_du, exp_3, dexp_3_du, inverse_1
    rates(u)
VERBATIM
    if (usetable) { /* piecewise linear: the slope of the bin, zero outside the range */
      double ng_place;
      _check_rates(_threadargs_);
      ng_place = _mfac_rates*(_lu - _tmin_rates);
      if (ng_place > 0. && ng_place < 600.) {
        const int ng_bin = (int) ng_place;
        dninf_du = (_t_ninf[ng_bin + 1] - _t_ninf[ng_bin])*_mfac_rates;
        dntau_du = (_t_ntau[ng_bin + 1] - _t_ntau[ng_bin])*_mfac_rates;
      } else {
        dninf_du = 0.;
        dntau_du = 0.;
      }
      return 0;
    }
ENDVERBATIM
    exp_1 = exp(-(u + 38)/9)
    dexp_1_du = -1/9*ng_finite(exp_1)
    dninf_du = -dexp_1_du/((exp_1 + 1)*(exp_1 + 1))
    ninf = 1/(1 + exp_1)
    exp_2 = exp((u + 40)/21)
    dexp_2_du = 1/21*ng_finite(exp_2)
    exp_3 = exp(-(u + 40)/17)
    dexp_3_du = -1/17*ng_finite(exp_3)
    inverse_1 = 1/(exp_2 + exp_3)
    dntau_du = inverse_1*inverse_1*(-12*dexp_2_du - 12*dexp_3_du)*(slower + 1)
    ntau = (1 + 12/(exp_2 + exp_3))*(1 + slower)
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
