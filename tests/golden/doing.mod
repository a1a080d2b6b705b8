TITLE FUNCTIONs that assign variables, names that hide others, printing and locks

NEURON {
    SUFFIX doing
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    USEION k READ ek WRITE ik
    RANGE gbar, half, k, scale, shift, minf, mtau, ninf, count
    GLOBAL factor
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
}

PARAMETER {
    gbar = 0.002 (S/cm2)
    half = -30 (mV)
    k = 7 (mV)
    scale = 1.3
    shift = 3 (mV)
    factor = 1
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    minf
    mtau (ms)
    ninf
    sum (/ms)
    count
    work
}

STATE {
    m
    n
}

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    PROTECT count = 0
    rates(v)
    m = minf
    n = 0.9*opening(v + shift)
    n = n + 0.1*ninf
    if (m > 2) {
        printf("%g is too much\n", m)
    }
}

BREAKPOINT {
    LOCAL n, half
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE update METHOD cnexp
    half = share()
    n = half*m
    ik = gbar*n*(v - ek)
}

DERIVATIVE update {
    if (ng_link != 0) { ng_states() }  : nmodlgrad
    MUTEXLOCK
    rates(v)
    if (opening(v) + t > 9.1 && ninf < 2) {
        LOCAL scale
        scale = 1.5*ninf
        ninf = scale/(1 + scale)
    } else if (lean(opening(v - 5)) + t > 4.1) {
        LOCAL scale
        scale = 0.9
        ninf = ninf*scale
    }
    m' = (minf - m)/mtau
    n' = (ninf - n)/(mtau + 4)
    MUTEXUNLOCK
}

FUNCTION rates(v (mV)) {
    minf = 1/(1 + exp((half - v)/k))
    sum = rate(v, 0) + rate(v, 1)
    mtau = scale/sum
    count = count + 1
}

FUNCTION opening(u (mV)) {
    LOCAL z
    z = (half - u)/(k + 1)
    ninf = 1/(1 + exp(z))
    opening = ninf*ninf
}

FUNCTION lean(v) {
    lean = v + 0.01*steep()
}

FUNCTION steep() {
    steep = exp(-v*v/2000)
}

FUNCTION rate(u (mV), which) (/ms) {
    work = (u - half + shift)/10
    if (which == 0) {
        rate = 0.3*exp(work)
    } else {
        rate = 0.2*exp(-work)
    }
}

FUNCTION share() {
    share = n/(n + 0.1)
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: m, n.
: Seedable: gbar, ek, half, k, scale, shift.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    dt (ms)
    ng_link
    ng_latest_v
    opening_value
    dminf_dhalf
    dminf_dk
    dminf_dv
    dmtau_dhalf
    dmtau_dscale
    dmtau_dshift
    dmtau_dv
    dninf_dhalf
    dninf_dk
    dninf_du
    dopening_value_dhalf
    dopening_value_dk
    dopening_value_du
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
    LOCAL share_1, dshare_dn_1, half_2, dn_2_dm, dn_2_dn, n_2, dik_dek, dik_dgbar, dik_dm, dik_dn, dik_dv
    share_1 = share()
    dshare_dn_1 = dshare_dn()
    half_2 = share_1
    dn_2_dm = half_2
    dn_2_dn = dshare_dn_1*m
    n_2 = half_2*m
    dik_dek = -gbar*n_2
    dik_dgbar = n_2*(v - ek)
    dik_dm = dn_2_dm*gbar*(v - ek)
    dik_dn = dn_2_dn*gbar*(v - ek)
    dik_dv = gbar*n_2
VERBATIM
    double *ng_record = NG_SELF->ng_ion_record;
    ng_record[0] = _ldik_dm; /* dik/dm */
    ng_record[1] = _ldik_dn; /* dik/dn */
    ng_record[2] = _ldik_dgbar; /* dik/dgbar */
    ng_record[3] = _ldik_dek; /* dik/dek */
    ng_record[4] = _ldik_dv; /* dik/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL share_1, dshare_dn_1, half_2, dn_2_dm, dn_2_dn, n_2, dik_dek, ddik_dgbar_dv, dik_dgbar, ddik_dm_dv,
          dik_dm, ddik_dn_dv, dik_dn
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    share_1 = share()
    dshare_dn_1 = dshare_dn()
    half_2 = share_1
    dn_2_dm = half_2
    dn_2_dn = dshare_dn_1*m
    n_2 = half_2*m
    dik_dek = -gbar*n_2
    ddik_dgbar_dv = n_2
    dik_dgbar = n_2*(v - ek)
    ddik_dm_dv = dn_2_dm*gbar
    dik_dm = dn_2_dm*gbar*(v - ek)
    ddik_dn_dv = dn_2_dn*gbar
    dik_dn = dn_2_dn*gbar*(v - ek)
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldik_dm; /* d/dm */
    ng_record[1] = _lddik_dm_dv;
    ng_record[2] = _ldik_dn; /* d/dn */
    ng_record[3] = _lddik_dn_dv;
    if (ng_self->ng_sown) {
      ng_record[4] = _ldik_dgbar; /* d/dgbar */
      ng_record[5] = _lddik_dgbar_dv;
      ng_record[6] = _ldik_dek; /* d/dek */
      ng_record[7] = 0.0;
    }
    if (NG_RARELY(ng_self->ng_ion_record)) ng_ion_currents(_threadargs_);
ENDVERBATIM
}

: Derivatives of the update that cnexp performs, at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL count_before, dninf_dhalf_2, dninf_dk_2, dninf_dv, opening_2, dscale_2_dhalf, dscale_2_dk,
          dscale_2_dv, scale_2, dninf_dhalf_3, dninf_dk_3, dninf_dv_2, dninf_dhalf_7, dninf_dk_7, dninf_dv_6,
          dninf_dhalf_4, dninf_dk_4, dninf_dv_3, opening_3, scale_3, dninf_dhalf_5, dninf_dk_5, dninf_dv_4,
          dninf_dhalf_6, dninf_dk_6, dninf_dv_5, m_rate, dm_rate_dhalf, dm_rate_dscale, dm_rate_dshift,
          dm_rate_dv, exp_1, dexp_1_dhalf, dexp_1_dscale, dexp_1_dshift, dexp_1_dv, m_decay, m_limit,
          dm_dhalf, dm_dk, dm_dm, dm_dscale, dm_dshift, dm_dv, dn_rate_dhalf, dn_rate_dscale, dn_rate_dshift,
          dn_rate_dv, n_rate, exp_2, dexp_2_dhalf, dexp_2_dscale, dexp_2_dshift, dexp_2_dv, n_decay,
          inverse_1, dn_limit_by_mtau, dn_limit_by_ninf, dn_limit_dhalf, dn_limit_dk, dn_limit_dscale,
          dn_limit_dshift, dn_limit_dv, n_limit, dn_dhalf, dn_dk, dn_dn, dn_dscale, dn_dshift, dn_dv
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("doing advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    count_before = count
    ng_d_rates(v)
    ng_d_opening(v)
    dninf_dhalf_2 = dninf_dhalf
    dninf_dk_2 = dninf_dk
    dninf_dv = dninf_du
    opening_2 = opening_value
    if (opening_2 + t > 9.1 && ninf < 2) {
        dscale_2_dhalf = 1.5*dninf_dhalf_2
        dscale_2_dk = 1.5*dninf_dk_2
        dscale_2_dv = 1.5*dninf_dv
        scale_2 = 1.5*ninf
        dninf_dhalf_3 = dscale_2_dhalf/((scale_2 + 1)*(scale_2 + 1))
        dninf_dk_3 = dscale_2_dk/((scale_2 + 1)*(scale_2 + 1))
        dninf_dv_2 = dscale_2_dv/((scale_2 + 1)*(scale_2 + 1))
        ninf = scale_2/(1 + scale_2)
        dninf_dhalf_7 = dninf_dhalf_3
        dninf_dk_7 = dninf_dk_3
        dninf_dv_6 = dninf_dv_2
    } else {
        ng_d_opening(v - 5)
        dninf_dhalf_4 = dninf_dhalf
        dninf_dk_4 = dninf_dk
        dninf_dv_3 = dninf_du
        opening_3 = opening_value
        if (lean(opening_3) + t > 4.1) {
            scale_3 = 0.9
            dninf_dhalf_5 = dninf_dhalf_4*scale_3
            dninf_dk_5 = dninf_dk_4*scale_3
            dninf_dv_4 = dninf_dv_3*scale_3
            ninf = ninf*scale_3
            dninf_dhalf_6 = dninf_dhalf_5
            dninf_dk_6 = dninf_dk_5
            dninf_dv_5 = dninf_dv_4
        } else {
            dninf_dhalf_6 = dninf_dhalf_4
            dninf_dk_6 = dninf_dk_4
            dninf_dv_5 = dninf_dv_3
        }
        dninf_dhalf_7 = dninf_dhalf_6
        dninf_dk_7 = dninf_dk_6
        dninf_dv_6 = dninf_dv_5
    }
    m_rate = -1/mtau
    dm_rate_dhalf = dmtau_dhalf*m_rate*m_rate
    dm_rate_dscale = dmtau_dscale*m_rate*m_rate
    dm_rate_dshift = dmtau_dshift*m_rate*m_rate
    dm_rate_dv = dmtau_dv*m_rate*m_rate
    exp_1 = exp(dt*m_rate)
    dexp_1_dhalf = dm_rate_dhalf*dt*ng_finite(exp_1)
    dexp_1_dscale = dm_rate_dscale*dt*ng_finite(exp_1)
    dexp_1_dshift = dm_rate_dshift*dt*ng_finite(exp_1)
    dexp_1_dv = dm_rate_dv*dt*ng_finite(exp_1)
    m_decay = exp_1
    m_limit = minf
    dm_dhalf = dexp_1_dhalf*(m - m_limit) + dminf_dhalf*(1 - m_decay)
    dm_dk = dminf_dk*(1 - m_decay)
    dm_dm = m_decay
    dm_dscale = dexp_1_dscale*(m - m_limit)
    dm_dshift = dexp_1_dshift*(m - m_limit)
    dm_dv = dexp_1_dv*(m - m_limit) + dminf_dv*(1 - m_decay)
    dn_rate_dhalf = dmtau_dhalf/((mtau + 4)*(mtau + 4))
    dn_rate_dscale = dmtau_dscale/((mtau + 4)*(mtau + 4))
    dn_rate_dshift = dmtau_dshift/((mtau + 4)*(mtau + 4))
    dn_rate_dv = dmtau_dv/((mtau + 4)*(mtau + 4))
    n_rate = -1/(mtau + 4)
    exp_2 = exp(dt*n_rate)
    dexp_2_dhalf = dn_rate_dhalf*dt*ng_finite(exp_2)
    dexp_2_dscale = dn_rate_dscale*dt*ng_finite(exp_2)
    dexp_2_dshift = dn_rate_dshift*dt*ng_finite(exp_2)
    dexp_2_dv = dn_rate_dv*dt*ng_finite(exp_2)
    n_decay = exp_2
    inverse_1 = 1/(mtau + 4)
    dn_limit_by_mtau = inverse_1*(inverse_1*ninf*(-mtau - 4) + ninf)
    dn_limit_by_ninf = -(-mtau - 4)/(mtau + 4)
    dn_limit_dhalf = dmtau_dhalf*dn_limit_by_mtau + dn_limit_by_ninf*dninf_dhalf_7
    dn_limit_dk = dn_limit_by_ninf*dninf_dk_7
    dn_limit_dscale = dmtau_dscale*dn_limit_by_mtau
    dn_limit_dshift = dmtau_dshift*dn_limit_by_mtau
    dn_limit_dv = dmtau_dv*dn_limit_by_mtau + dn_limit_by_ninf*dninf_dv_6
    n_limit = -ninf*(-mtau - 4)/(mtau + 4)
    dn_dhalf = dexp_2_dhalf*(n - n_limit) + dn_limit_dhalf*(1 - n_decay)
    dn_dk = dn_limit_dk*(1 - n_decay)
    dn_dn = n_decay
    dn_dscale = dexp_2_dscale*(n - n_limit) + dn_limit_dscale*(1 - n_decay)
    dn_dshift = dexp_2_dshift*(n - n_limit) + dn_limit_dshift*(1 - n_decay)
    dn_dv = dexp_2_dv*(n - n_limit) + dn_limit_dv*(1 - n_decay)
    count = count_before
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 1*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_m = ng_row_m[ng_k];
      const double ng_old_n = ng_row_n[ng_k];
      ng_row_m[ng_k] = _ldm_dm*ng_old_m + _ldm_dv*ng_voltage[ng_k];
      ng_row_n[ng_k] = _ldn_dn*ng_old_n + _ldn_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 2, _ldm_dhalf, ng_row_m, ng_width); /* half */
    ng_sow(ng_self->ng_seeds + 3, _ldm_dk, ng_row_m, ng_width); /* k */
    ng_sow(ng_self->ng_seeds + 4, _ldm_dscale, ng_row_m, ng_width); /* scale */
    ng_sow(ng_self->ng_seeds + 5, _ldm_dshift, ng_row_m, ng_width); /* shift */
    ng_sow(ng_self->ng_seeds + 2, _ldn_dhalf, ng_row_n, ng_width); /* half */
    ng_sow(ng_self->ng_seeds + 3, _ldn_dk, ng_row_n, ng_width); /* k */
    ng_sow(ng_self->ng_seeds + 4, _ldn_dscale, ng_row_n, ng_width); /* scale */
    ng_sow(ng_self->ng_seeds + 5, _ldn_dshift, ng_row_n, ng_width); /* shift */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL dn_dhalf, dn_dk, dn_dshift, dn_dhalf_2, dn_dk_2, dn_dshift_2, dn_dv_2
    count = 0
    ng_d_rates(v)
    ng_d_opening(v + shift)
    dn_dhalf = 0.9*dopening_value_dhalf
    dn_dk = 0.9*dopening_value_dk
    dn_dshift = 0.9*dopening_value_du
    dn_dhalf_2 = dn_dhalf + 0.1*dninf_dhalf
    dn_dk_2 = dn_dk + 0.1*dninf_dk
    dn_dshift_2 = dn_dshift + 0.1*dninf_du
    dn_dv_2 = dn_dshift + 0.1*dninf_du
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_n = ng_self->ng_carried + 1*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_m[ng_k] = dminf_dv*ng_voltage[ng_k];
      ng_row_n[ng_k] = _ldn_dv_2*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 2, dminf_dhalf, ng_row_m, ng_width); /* half */
    ng_sow(ng_self->ng_seeds + 3, dminf_dk, ng_row_m, ng_width); /* k */
    ng_sow(ng_self->ng_seeds + 2, _ldn_dhalf_2, ng_row_n, ng_width); /* half */
    ng_sow(ng_self->ng_seeds + 3, _ldn_dk_2, ng_row_n, ng_width); /* k */
    ng_sow(ng_self->ng_seeds + 5, _ldn_dshift_2, ng_row_n, ng_width); /* shift */
ENDVERBATIM
}

: rates and its derivatives.
PROCEDURE ng_d_rates(v) {
    LOCAL exp_1, dexp_1_dhalf, dexp_1_dk, dexp_1_dv, dminf_by_exp_1, rate_1, drate_du_1, drate_dhalf_1,
          drate_dshift_1, rate_2, drate_du_2, drate_dhalf_2, drate_dshift_2, dsum_dhalf, dsum_dshift, dsum_dv,
          sum
    exp_1 = exp((half - v)/k)
    dexp_1_dhalf = ng_finite(exp_1)/k
    dexp_1_dk = -ng_finite(exp_1)*(half - v)/(k*k)
    dexp_1_dv = -ng_finite(exp_1)/k
    dminf_by_exp_1 = -1/((exp_1 + 1)*(exp_1 + 1))
    dminf_dhalf = dexp_1_dhalf*dminf_by_exp_1
    dminf_dk = dexp_1_dk*dminf_by_exp_1
    dminf_dv = dexp_1_dv*dminf_by_exp_1
    minf = 1/(1 + exp_1)
    rate_1 = rate(v, 0)
    drate_du_1 = drate_du(v, 0)
    drate_dhalf_1 = drate_dhalf(v, 0)
    drate_dshift_1 = drate_dshift(v, 0)
    rate_2 = rate(v, 1)
    drate_du_2 = drate_du(v, 1)
    drate_dhalf_2 = drate_dhalf(v, 1)
    drate_dshift_2 = drate_dshift(v, 1)
    dsum_dhalf = drate_dhalf_1 + drate_dhalf_2
    dsum_dshift = drate_dshift_1 + drate_dshift_2
    dsum_dv = drate_du_1 + drate_du_2
    sum = rate_1 + rate_2
    dmtau_dhalf = -dsum_dhalf*scale/(sum*sum)
    dmtau_dscale = 1/sum
    dmtau_dshift = -dsum_dshift*scale/(sum*sum)
    dmtau_dv = -dsum_dv*scale/(sum*sum)
    mtau = scale/sum
    count = count + 1
}

: opening and its derivatives.
PROCEDURE ng_d_opening(u) {
    LOCAL dz_dhalf, dz_dk, dz_du, z, exp_1, dexp_1_dhalf, dexp_1_dk, dexp_1_du, dninf_by_exp_1
    dz_dhalf = 1/(k + 1)
    dz_dk = -(half - u)/((k + 1)*(k + 1))
    dz_du = -1/(k + 1)
    z = (half - u)/(k + 1)
    exp_1 = exp(z)
    dexp_1_dhalf = dz_dhalf*ng_finite(exp_1)
    dexp_1_dk = dz_dk*ng_finite(exp_1)
    dexp_1_du = dz_du*ng_finite(exp_1)
    dninf_by_exp_1 = -1/((exp_1 + 1)*(exp_1 + 1))
    dninf_dhalf = dexp_1_dhalf*dninf_by_exp_1
    dninf_dk = dexp_1_dk*dninf_by_exp_1
    dninf_du = dexp_1_du*dninf_by_exp_1
    ninf = 1/(1 + exp_1)
    dopening_value_dhalf = 2*dninf_dhalf*ninf
    dopening_value_dk = 2*dninf_dk*ninf
    dopening_value_du = 2*dninf_du*ninf
    opening_value = ninf*ninf
}

: The derivative of rate with respect to u.
FUNCTION drate_du(u, which) {
    LOCAL work, exp_1, dexp_1_du, drate_du_2, exp_2, dexp_2_du, drate_du_3
    work = (u - half + shift)/10
    if (which == 0) {
        exp_1 = exp(work)
        dexp_1_du = 0.1*ng_finite(exp_1)
        drate_du_2 = 0.3*dexp_1_du
        drate_du = drate_du_2
    } else {
        exp_2 = exp(-work)
        dexp_2_du = -0.1*ng_finite(exp_2)
        drate_du_3 = 0.2*dexp_2_du
        drate_du = drate_du_3
    }
}

: The derivative of rate with respect to half.
FUNCTION drate_dhalf(u, which) {
    LOCAL work, exp_1, dexp_1_dhalf, drate_dhalf_2, exp_2, dexp_2_dhalf, drate_dhalf_3
    work = (u - half + shift)/10
    if (which == 0) {
        exp_1 = exp(work)
        dexp_1_dhalf = -0.1*ng_finite(exp_1)
        drate_dhalf_2 = 0.3*dexp_1_dhalf
        drate_dhalf = drate_dhalf_2
    } else {
        exp_2 = exp(-work)
        dexp_2_dhalf = 0.1*ng_finite(exp_2)
        drate_dhalf_3 = 0.2*dexp_2_dhalf
        drate_dhalf = drate_dhalf_3
    }
}

: The derivative of rate with respect to shift.
FUNCTION drate_dshift(u, which) {
    LOCAL work, exp_1, dexp_1_dshift, drate_dshift_2, exp_2, dexp_2_dshift, drate_dshift_3
    work = (u - half + shift)/10
    if (which == 0) {
        exp_1 = exp(work)
        dexp_1_dshift = 0.1*ng_finite(exp_1)
        drate_dshift_2 = 0.3*dexp_1_dshift
        drate_dshift = drate_dshift_2
    } else {
        exp_2 = exp(-work)
        dexp_2_dshift = -0.1*ng_finite(exp_2)
        drate_dshift_3 = 0.2*dexp_2_dshift
        drate_dshift = drate_dshift_3
    }
}

: The derivative of share with respect to n.
FUNCTION dshare_dn() {
    dshare_dn = 10/((10*n + 1)*(10*n + 1))
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
