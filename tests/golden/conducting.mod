TITLE Two conductances by CONDUCTANCE, of which one moves with the voltage, and a current that has no hint

NEURON {
    SUFFIX conducting
    RANGE ng_link  : nmodlgrad
    USEION k READ ek WRITE ik
    NONSPECIFIC_CURRENT i, i_pump
    RANGE gbar, gk, e, gmax, half, slow, rate, pump
    THREADSAFE
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.004 (S/cm2)
    gmax = 2e-4 (S/cm2)
    e = -45 (mV)
    half = -40 (mV)
    slow = 3 (ms)
    rate = 0.01 (/ms)
    pump = 1e-7 (S/cm2)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    i (mA/cm2)
    i_pump (mA/cm2)
    gk (S/cm2)
    fatigue
}

STATE { n }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    n = gate(v, 9)
    fatigue = 0
}

BREAKPOINT {
    LOCAL g
    if (ng_link != 0) { ng_current(v) }  : nmodlgrad
    CONDUCTANCE gk USEION k
    CONDUCTANCE g
    SOLVE states METHOD cnexp
    gk = gbar*n*n/(1 + fatigue)
    g = gmax*gate(v, 12)
    ik = gk*(v - ek)
    i = g*(v - e)
    i_pump = pump*(v + 80)
    fatigue = fatigue + rate*dt*(gate(v, 12) - fatigue)
}

DERIVATIVE states {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    n' = (gate(v, 9) - n)/slow
}

: The voltage is given: NEURON sets v itself for the statements of BREAKPOINT only.
FUNCTION gate(u (mV), width (mV)) {
    gate = 1/(1 + exp(-(u - half)/width))
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: fatigue_at_v_plus, fatigue_at_v, n, fatigue.
: Seedable: gbar, gmax, e, half, pump, ek, slow, rate.
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
PROCEDURE ng_ion_currents(v) {
    LOCAL dgk_dfatigue, dgk_dgbar, dgk_dn, gk, dik_dek, dik_dfatigue, dik_dgbar, dik_dn, dik_dv
    dgk_dfatigue = -gbar*n*n/((fatigue + 1)*(fatigue + 1))
    dgk_dgbar = n*n/(fatigue + 1)
    dgk_dn = 2*gbar*n/(fatigue + 1)
    gk = gbar*n*n/(1 + fatigue)
    dik_dek = -gk
    dik_dfatigue = dgk_dfatigue*(v - ek)
    dik_dgbar = dgk_dgbar*(v - ek)
    dik_dn = dgk_dn*(v - ek)
    dik_dv = gk
VERBATIM
    double *ng_record = NG_SELF->ng_ion_record;
    ng_record[0] = 0.; /* dik/dfatigue_at_v_plus */
    ng_record[1] = _ldik_dfatigue; /* dik/dfatigue_at_v */
    ng_record[2] = _ldik_dn; /* dik/dn */
    ng_record[3] = _ldik_dgbar; /* dik/dgbar */
    ng_record[4] = 0.; /* dik/dgmax */
    ng_record[5] = 0.; /* dik/de */
    ng_record[6] = 0.; /* dik/dhalf */
    ng_record[7] = 0.; /* dik/dpump */
    ng_record[8] = _ldik_dek; /* dik/dek */
    ng_record[9] = _ldik_dv; /* dik/dv */
ENDVERBATIM
}

: Partial derivatives of other variables that BREAKPOINT computes, each by itself, for who reads them.
PROCEDURE ng_observables(v) {
    LOCAL gate_1, dgate_du_1, dgate_dhalf_1, dg_dhalf, dg_dv, g, di_de, di_dgmax, di_dhalf, di_dv,
          di_pump_dpump, di_pump_dv
    gate_1 = gate(v, 12)
    dgate_du_1 = dgate_du(v, 12)
    dgate_dhalf_1 = dgate_dhalf(v, 12)
    dg_dhalf = dgate_dhalf_1*gmax
    dg_dv = dgate_du_1*gmax
    g = gmax*gate_1
    di_de = -g
    di_dgmax = gate_1*(v - e)
    di_dhalf = dg_dhalf*(v - e)
    di_dv = dg_dv*(v - e) + g
    di_pump_dpump = v + 80
    di_pump_dv = pump
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = 0.; /* di/dfatigue_at_v_plus */
    ng_record[1] = 0.; /* di/dfatigue_at_v */
    ng_record[2] = 0.; /* di/dn */
    ng_record[3] = 0.; /* di/dgbar */
    ng_record[4] = _ldi_dgmax; /* di/dgmax */
    ng_record[5] = _ldi_de; /* di/de */
    ng_record[6] = _ldi_dhalf; /* di/dhalf */
    ng_record[7] = 0.; /* di/dpump */
    ng_record[8] = 0.; /* di/dek */
    ng_record[9] = _ldi_dv; /* di/dv */
    ng_record[10] = 0.; /* di_pump/dfatigue_at_v_plus */
    ng_record[11] = 0.; /* di_pump/dfatigue_at_v */
    ng_record[12] = 0.; /* di_pump/dn */
    ng_record[13] = 0.; /* di_pump/dgbar */
    ng_record[14] = 0.; /* di_pump/dgmax */
    ng_record[15] = 0.; /* di_pump/de */
    ng_record[16] = 0.; /* di_pump/dhalf */
    ng_record[17] = _ldi_pump_dpump; /* di_pump/dpump */
    ng_record[18] = 0.; /* di_pump/dek */
    ng_record[19] = _ldi_pump_dv; /* di_pump/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current(v) {
    LOCAL dgk_dfatigue, dgk_dgbar, dgk_dn, gk, gate_1, dgate_du_1, dgate_dhalf_1, dg_dhalf, dg_dv, g, dik_dek,
          dik_dfatigue, dik_dgbar, dik_dn, dik_dv, ik, di_de, di_dgmax, di_dhalf, di_dv, i, di_pump_dpump,
          i_pump, total_conductance, dtotal_current_dv, total_current
    dgk_dfatigue = -gbar*n*n/((fatigue + 1)*(fatigue + 1))
    dgk_dgbar = n*n/(fatigue + 1)
    dgk_dn = 2*gbar*n/(fatigue + 1)
    gk = gbar*n*n/(1 + fatigue)
    gate_1 = gate(v, 12)
    dgate_du_1 = dgate_du(v, 12)
    dgate_dhalf_1 = dgate_dhalf(v, 12)
    dg_dhalf = dgate_dhalf_1*gmax
    dg_dv = dgate_du_1*gmax
    g = gmax*gate_1
    dik_dek = -gk
    dik_dfatigue = dgk_dfatigue*(v - ek)
    dik_dgbar = dgk_dgbar*(v - ek)
    dik_dn = dgk_dn*(v - ek)
    dik_dv = gk
    ik = gk*(v - ek)
    di_de = -g
    di_dgmax = gate_1*(v - e)
    di_dhalf = dg_dhalf*(v - e)
    di_dv = dg_dv*(v - e) + g
    i = g*(v - e)
    di_pump_dpump = v + 80
    i_pump = pump*(v + 80)
    total_conductance = g + gk
    dtotal_current_dv = di_dv + dik_dv + pump
    total_current = i + i_pump + ik
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    double *ng_rows = ng_self->ng_carried;
    const long ng_width = ng_self->ng_cell->ng_width;
    ng_record[2] = _ldik_dfatigue; /* d/dfatigue */
    ng_record[3] = _ldgk_dfatigue;
    ng_record[4] = _ldik_dn; /* d/dn */
    ng_record[5] = _ldgk_dn;
    ng_record[18] = _ldtotal_current_dv; /* d/dv */
    ng_record[19] = _ldg_dv;
    ng_record[20] = _ltotal_current; /* the current */
    ng_record[21] = _ltotal_conductance;
    if (ng_self->ng_sown) {
      ng_record[6] = _ldik_dgbar; /* d/dgbar */
      ng_record[7] = _ldgk_dgbar;
      ng_record[8] = _ldi_dgmax; /* d/dgmax */
      ng_record[9] = _lgate_1;
      ng_record[10] = _ldi_de; /* d/de */
      ng_record[11] = 0.;
      ng_record[12] = _ldi_dhalf; /* d/dhalf */
      ng_record[13] = _ldg_dhalf;
      ng_record[14] = _ldi_pump_dpump; /* d/dpump */
      ng_record[15] = 0.;
      ng_record[16] = _ldik_dek; /* d/dek */
      ng_record[17] = 0.;
    }
    memcpy(ng_rows + 1*ng_width, ng_rows + 3*ng_width, ng_width*sizeof(double));
    if (NG_RARELY(ng_self->ng_ion_record)) ng_ion_currents(_threadargscomma_ _lv);
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargscomma_ _lv);
ENDVERBATIM
    ng_breakpoint(v)
}

: Derivatives of what BREAKPOINT leaves in variables.
PROCEDURE ng_breakpoint(v) {
    LOCAL gate_2, dgate_du_2, dgate_dhalf_2, dfatigue_dfatigue, dfatigue_dhalf, dfatigue_drate, dfatigue_dv
    gate_2 = gate(v, 12)
    dgate_du_2 = dgate_du(v, 12)
    dgate_dhalf_2 = dgate_dhalf(v, 12)
    dfatigue_dfatigue = 1 - dt*rate
    dfatigue_dhalf = dgate_dhalf_2*dt*rate
    dfatigue_drate = dt*(gate_2 - fatigue)
    dfatigue_dv = dgate_du_2*dt*rate
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_fatigue = ng_self->ng_carried + 3*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_fatigue = ng_row_fatigue[ng_k];
      ng_row_fatigue[ng_k] = _ldfatigue_dfatigue*ng_old_fatigue + _ldfatigue_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 3, _ldfatigue_dhalf, ng_row_fatigue, ng_width); /* half */
    ng_sow(ng_self->ng_seeds + 7, _ldfatigue_drate, ng_row_fatigue, ng_width); /* rate */
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL n_rate, dn_rate_dslow, exp_1, dexp_1_dslow, n_decay, gate_1, dgate_du_1, dgate_dhalf_1, n_limit,
          dn_dhalf, dn_dn, dn_dslow, dn_dv
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("conducting advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    n_rate = -1/slow
    dn_rate_dslow = n_rate*n_rate
    exp_1 = exp(dt*n_rate)
    dexp_1_dslow = dn_rate_dslow*dt*ng_finite(exp_1)
    n_decay = exp_1
    gate_1 = gate(v, 9)
    dgate_du_1 = dgate_du(v, 9)
    dgate_dhalf_1 = dgate_dhalf(v, 9)
    n_limit = -(gate_1/slow)/(-1/slow)
    dn_dhalf = dgate_dhalf_1*(1 - n_decay)
    dn_dn = n_decay
    dn_dslow = dexp_1_dslow*(n - n_limit)
    dn_dv = dgate_du_1*(1 - n_decay)
    n = n + (1 - n_decay)*(n_limit - n)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 2*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_n = ng_row_n[ng_k];
      ng_row_n[ng_k] = _ldn_dn*ng_old_n + _ldn_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 3, _ldn_dhalf, ng_row_n, ng_width); /* half */
    ng_sow(ng_self->ng_seeds + 6, _ldn_dslow, ng_row_n, ng_width); /* slow */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL dgate_du_1, dgate_dhalf_1
    dgate_du_1 = dgate_du(v, 9)
    dgate_dhalf_1 = dgate_dhalf(v, 9)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_fatigue = ng_self->ng_carried + 3*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_n[ng_k] = _ldgate_du_1*ng_voltage[ng_k];
      ng_row_fatigue[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 3, _ldgate_dhalf_1, ng_row_n, ng_width); /* half */
ENDVERBATIM
}

: The derivative of gate with respect to u.
FUNCTION dgate_du(u, width) {
    LOCAL exp_1, dexp_1_du
    exp_1 = exp(-(u - half)/width)
    dexp_1_du = -ng_finite(exp_1)/width
    dgate_du = -dexp_1_du/((exp_1 + 1)*(exp_1 + 1))
}

: The derivative of gate with respect to half.
FUNCTION dgate_dhalf(u, width) {
    LOCAL exp_1, dexp_1_dhalf
    exp_1 = exp(-(u - half)/width)
    dexp_1_dhalf = ng_finite(exp_1)/width
    dgate_dhalf = -dexp_1_dhalf/((exp_1 + 1)*(exp_1 + 1))
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
