TITLE Fast sodium with tabled rates: a spike leaves the table, which ends at 40 mV

NEURON {
    SUFFIX naf
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    USEION na READ ena WRITE ina
    RANGE gbar, m_power_gate
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.15 (S/cm2)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
    m_power_gate
    minf
    hinf
    mtau (ms)
    htau (ms)
}

STATE { m h }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    rates(v)
    m = minf
    h = hinf
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE states METHOD cnexp
    m_power_gate = m^3*h
    ina = gbar*m_power_gate*(v - ena)
}

DERIVATIVE states {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    rates(v)
    m' = (minf - m)/mtau
    h' = (hinf - h)/htau
}

UNITSOFF
PROCEDURE rates(v (mV)) {
    LOCAL a, b, speed
    TABLE minf, mtau, hinf, htau DEPEND celsius FROM -90 TO 40 WITH 260
    speed = 3^((celsius - 6.3)/10)
    a = sodium_opening(v + 41)
    b = 3.8*exp(-(v + 66)/18.5)
    mtau = 1/(speed*(a + b))
    minf = a/(a + b)
    a = 0.068*exp(-(v + 64)/19)
    b = 0.95/(1 + exp(-(v + 34)/9.5))
    htau = 1/(speed*(a + b))
    hinf = a/(a + b)
}

FUNCTION sodium_opening(x) {
    if (fabs(x) < 1e-4) {
        sodium_opening = 1 + x/20
    } else {
        sodium_opening = 0.1*x/(1 - exp(-x/10))
    }
}
UNITSON

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: m, h.
: Seedable: gbar, ena.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    dt (ms)
    ng_link
    ng_latest_v
    dminf_dv
    dmtau_dv
    dhinf_dv
    dhtau_dv
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
ENDVERBATIM

: Partial derivatives of the currents of ions, each by itself, for who reads them.
PROCEDURE ng_ion_currents() {
    LOCAL dm_power_gate_dh, dm_power_gate_dm, m_power_gate, dina_dena, dina_dgbar, dina_dh, dina_dm, dina_dv
    dm_power_gate_dh = m*m*m
    dm_power_gate_dm = 3*h*m*m
    m_power_gate = m^3*h
    dina_dena = -gbar*m_power_gate
    dina_dgbar = m_power_gate*(v - ena)
    dina_dh = dm_power_gate_dh*gbar*(v - ena)
    dina_dm = dm_power_gate_dm*gbar*(v - ena)
    dina_dv = gbar*m_power_gate
VERBATIM
    double *ng_record = NG_SELF->ng_ion_record;
    ng_record[0] = _ldina_dm; /* dina/dm */
    ng_record[1] = _ldina_dh; /* dina/dh */
    ng_record[2] = _ldina_dgbar; /* dina/dgbar */
    ng_record[3] = _ldina_dena; /* dina/dena */
    ng_record[4] = _ldina_dv; /* dina/dv */
ENDVERBATIM
}

: Partial derivatives of other variables that BREAKPOINT computes, each by itself, for who reads them.
PROCEDURE ng_observables() {
    LOCAL dm_power_gate_dh, dm_power_gate_dm
    dm_power_gate_dh = m*m*m
    dm_power_gate_dm = 3*h*m*m
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldm_power_gate_dm; /* dm_power_gate/dm */
    ng_record[1] = _ldm_power_gate_dh; /* dm_power_gate/dh */
    ng_record[2] = 0.; /* dm_power_gate/dgbar */
    ng_record[3] = 0.; /* dm_power_gate/dena */
    ng_record[4] = 0.; /* dm_power_gate/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL dm_power_gate_dh, dm_power_gate_dm, m_power_gate, dina_dena, ddina_dgbar_dv, dina_dgbar,
          ddina_dh_dv, dina_dh, ddina_dm_dv, dina_dm
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    dm_power_gate_dh = m*m*m
    dm_power_gate_dm = 3*h*m*m
    m_power_gate = m^3*h
    dina_dena = -gbar*m_power_gate
    ddina_dgbar_dv = m_power_gate
    dina_dgbar = m_power_gate*(v - ena)
    ddina_dh_dv = dm_power_gate_dh*gbar
    dina_dh = dm_power_gate_dh*gbar*(v - ena)
    ddina_dm_dv = dm_power_gate_dm*gbar
    dina_dm = dm_power_gate_dm*gbar*(v - ena)
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldina_dm; /* d/dm */
    ng_record[1] = _lddina_dm_dv;
    ng_record[2] = _ldina_dh; /* d/dh */
    ng_record[3] = _lddina_dh_dv;
    if (ng_self->ng_sown) {
      ng_record[4] = _ldina_dgbar; /* d/dgbar */
      ng_record[5] = _lddina_dgbar_dv;
      ng_record[6] = _ldina_dena; /* d/dena */
      ng_record[7] = 0.0;
    }
    if (NG_RARELY(ng_self->ng_ion_record)) ng_ion_currents(_threadargs_);
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL m_rate, dm_rate_dv, exp_1, dexp_1_dv, m_decay, m_limit, dm_dm, dm_dv, h_rate, dh_rate_dv, exp_2,
          dexp_2_dv, h_decay, h_limit, dh_dh, dh_dv
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("naf advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    ng_d_rates(v)
    m_rate = -1/mtau
    dm_rate_dv = dmtau_dv*m_rate*m_rate
    exp_1 = exp(dt*m_rate)
    dexp_1_dv = dm_rate_dv*dt*ng_finite(exp_1)
    m_decay = exp_1
    m_limit = -(minf/mtau)/(-1/mtau)
    dm_dm = m_decay
    dm_dv = dexp_1_dv*(m - m_limit) + dminf_dv*(1 - m_decay)
    m = m + (1 - m_decay)*(m_limit - m)
    h_rate = -1/htau
    dh_rate_dv = dhtau_dv*h_rate*h_rate
    exp_2 = exp(dt*h_rate)
    dexp_2_dv = dh_rate_dv*dt*ng_finite(exp_2)
    h_decay = exp_2
    h_limit = -(hinf/htau)/(-1/htau)
    dh_dh = h_decay
    dh_dv = dexp_2_dv*(h - h_limit) + dhinf_dv*(1 - h_decay)
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
      ng_row_h[ng_k] = _ldh_dh*ng_old_h + _ldh_dv*ng_voltage[ng_k];
    }
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    ng_d_rates(v)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_h = ng_self->ng_carried + 1*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_m[ng_k] = dminf_dv*ng_voltage[ng_k];
      ng_row_h[ng_k] = dhinf_dv*ng_voltage[ng_k];
    }
ENDVERBATIM
}

: rates and its derivatives.
PROCEDURE ng_d_rates(v) {
    LOCAL speed, sodium_opening_1, dsodium_opening_dx_1, a, exp_1, dexp_1_dv, db_dv, b, inverse_1, inverse_2,
          exp_2, dexp_2_dv, da_dv, exp_3, dexp_3_dv, db_dv_2, inverse_4
    rates(v)
VERBATIM
    if (usetable) { /* piecewise linear: the slope of the bin, zero outside the range */
      double ng_place;
      _check_rates(_threadargs_);
      ng_place = _mfac_rates*(_lv - _tmin_rates);
      if (ng_place > 0. && ng_place < 260.) {
        const int ng_bin = (int) ng_place;
        dminf_dv = (_t_minf[ng_bin + 1] - _t_minf[ng_bin])*_mfac_rates;
        dmtau_dv = (_t_mtau[ng_bin + 1] - _t_mtau[ng_bin])*_mfac_rates;
        dhinf_dv = (_t_hinf[ng_bin + 1] - _t_hinf[ng_bin])*_mfac_rates;
        dhtau_dv = (_t_htau[ng_bin + 1] - _t_htau[ng_bin])*_mfac_rates;
      } else {
        dminf_dv = 0.;
        dmtau_dv = 0.;
        dhinf_dv = 0.;
        dhtau_dv = 0.;
      }
      return 0;
    }
ENDVERBATIM
    speed = 3^((celsius - 6.3)/10)
    sodium_opening_1 = sodium_opening(v + 41)
    dsodium_opening_dx_1 = dsodium_opening_dx(v + 41)
    a = sodium_opening_1
    exp_1 = exp(-(v + 66)/18.5)
    dexp_1_dv = -2/37*ng_finite(exp_1)
    db_dv = 3.8*dexp_1_dv
    b = 3.8*exp_1
    inverse_1 = 1/(a + b)
    inverse_2 = 1/speed
    dmtau_dv = inverse_2*inverse_1*inverse_1*(-db_dv - dsodium_opening_dx_1)
    mtau = 1/(speed*(a + b))
    dminf_dv = inverse_1*inverse_1*(b*dsodium_opening_dx_1 - a*db_dv)
    minf = a/(a + b)
    exp_2 = exp(-(v + 64)/19)
    dexp_2_dv = -1/19*ng_finite(exp_2)
    da_dv = 0.068*dexp_2_dv
    a = 0.068*exp_2
    exp_3 = exp(-(v + 34)/9.5)
    dexp_3_dv = -2/19*ng_finite(exp_3)
    db_dv_2 = -0.95*dexp_3_dv/((exp_3 + 1)*(exp_3 + 1))
    b = 0.95/(1 + exp_3)
    inverse_4 = 1/(a + b)
    dhtau_dv = inverse_2*inverse_4*inverse_4*(-da_dv - db_dv_2)
    htau = 1/(speed*(a + b))
    dhinf_dv = inverse_4*inverse_4*(b*da_dv - a*db_dv_2)
    hinf = a/(a + b)
}

: The derivative of sodium_opening with respect to x.
FUNCTION dsodium_opening_dx(x) {
    LOCAL exp_1, exprelr_1, exprelr_slope_1, dexprelr_1_dx
    if (fabs(x) < 1e-4) {
        dsodium_opening_dx = 0.05
    } else {
        exp_1 = exp(-x/10)
        exprelr_1 = ng_exprelr(-x/10, exp_1)
        exprelr_slope_1 = ng_exprelr_slope(-x/10, exp_1, exprelr_1)
        dexprelr_1_dx = -0.1*exprelr_slope_1
        dsodium_opening_dx = dexprelr_1_dx
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
