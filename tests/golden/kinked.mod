TITLE functions with kinks, comparisons as numbers, and functions of NEURON's own

NEURON {
    SUFFIX kinked
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    USEION ca READ cai, cao
    NONSPECIFIC_CURRENT i
    RANGE gbar, permeability, vhalf, width, span, reach, boost, edge
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (mM) = (milli/liter)
    (S) = (siemens)
}

PARAMETER {
    gbar = 1e-3 (S/cm2)
    permeability = 2e-8
    vhalf = -43 (mV)
    width = 14 (mV)
    span = 330.5 (mV)
    reach = 1.7
    boost = .3
    edge = -51 (mV)
}

ASSIGNED {
    v (mV)
    cai (mM)
    cao (mM)
    i (mA/cm2)
    minf
    mtau (ms)
}

STATE { m }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    rates()
    m = sqrt(minf)
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE states METHOD cnexp
    i = gbar*m*(v + 70) + permeability*nrn_ghk(v, cai, cao, 2)*(1 + log10(1 + m))
}

DERIVATIVE states {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    rates()
    m' = (minf - m)/mtau
}

PROCEDURE rates() { LOCAL far
    far = fabs(v - vhalf)/width
    minf = 0.5 + 0.4*erf((v - vhalf)/width)
    mtau = 1 + floor(reach) + atan2(reach, far) + 4*fmod(v + 500, span)/span
    mtau = mtau + (v > edge)*boost*(v - edge) + boost*(far > 0.5 && !(reach > 5))*(far - 0.5) + ceil(reach*2)/(1 + far)
    minf = minf*(2*boost)^(reach*(v > edge)*(v - edge)/900)
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: m.
: Seedable: gbar, permeability, cai, cao, vhalf, width, span, reach, boost, edge.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    dt (ms)
    ng_link
    dminf_dboost
    dminf_dedge
    dminf_dreach
    dminf_dv
    dminf_dvhalf
    dminf_dwidth
    dmtau_dboost
    dmtau_dedge
    dmtau_dreach
    dmtau_dspan
    dmtau_dv
    dmtau_dvhalf
    dmtau_dwidth
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

/* BREAKPOINT runs twice, at v + 0.001 and then at v: keep the latest value, and the slope between the two. */
static void ng_keep(double *ng_pair, double ng_value) {
  ng_pair[1] = (ng_pair[0] - ng_value)/.001; /* as NEURON takes it */
  ng_pair[0] = ng_value;
}
ENDVERBATIM

: Partial derivatives of other variables that BREAKPOINT computes, each by itself, for who reads them.
PROCEDURE ng_observables() {
    LOCAL nrn_ghk_1, dnrn_ghk_1_dv, dnrn_ghk_1_dcai, dnrn_ghk_1_dcao, log10_1, dlog10_1_dm, di_dcai, di_dcao,
          di_dgbar, di_dm, di_dpermeability, di_dv
    nrn_ghk_1 = nrn_ghk(v, cai, cao, 2)
    dnrn_ghk_1_dv = ng_ghk_slope(v, cai, cao, 2)
    dnrn_ghk_1_dcai = nrn_ghk(v, 1, 0, 2)
    dnrn_ghk_1_dcao = nrn_ghk(v, 0, 1, 2)
    log10_1 = log10(1 + m)
    dlog10_1_dm = 1/(log(10)*(m + 1))
    di_dcai = dnrn_ghk_1_dcai*permeability*(log10_1 + 1)
    di_dcao = dnrn_ghk_1_dcao*permeability*(log10_1 + 1)
    di_dgbar = m*(v + 70)
    di_dm = dlog10_1_dm*nrn_ghk_1*permeability + gbar*(v + 70)
    di_dpermeability = nrn_ghk_1*(log10_1 + 1)
    di_dv = dnrn_ghk_1_dv*permeability*(log10_1 + 1) + gbar*m
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dm; /* di/dm */
    ng_record[1] = _ldi_dgbar; /* di/dgbar */
    ng_record[2] = _ldi_dpermeability; /* di/dpermeability */
    ng_record[3] = _ldi_dcai; /* di/dcai */
    ng_record[4] = _ldi_dcao; /* di/dcao */
    ng_record[5] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL nrn_ghk_1, dnrn_ghk_1_dv, dnrn_ghk_1_dcai, dnrn_ghk_1_dcao, log10_1, dlog10_1_dm, di_dcai, di_dcao,
          di_dgbar, di_dm, di_dpermeability, di_dv, i, total_current
    nrn_ghk_1 = nrn_ghk(v, cai, cao, 2)
    dnrn_ghk_1_dv = ng_ghk_slope(v, cai, cao, 2)
    dnrn_ghk_1_dcai = nrn_ghk(v, 1, 0, 2)
    dnrn_ghk_1_dcao = nrn_ghk(v, 0, 1, 2)
    log10_1 = log10(1 + m)
    dlog10_1_dm = 1/(log(10)*(m + 1))
    di_dcai = dnrn_ghk_1_dcai*permeability*(log10_1 + 1)
    di_dcao = dnrn_ghk_1_dcao*permeability*(log10_1 + 1)
    di_dgbar = m*(v + 70)
    di_dm = dlog10_1_dm*nrn_ghk_1*permeability + gbar*(v + 70)
    di_dpermeability = nrn_ghk_1*(log10_1 + 1)
    di_dv = dnrn_ghk_1_dv*permeability*(log10_1 + 1) + gbar*m
    i = gbar*m*(v + 70) + permeability*nrn_ghk_1*(1 + log10_1)
    total_current = i
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_keep(ng_record + 0, _ldi_dm); /* d/dm */
    ng_keep(ng_record + 10, _ldi_dv); /* d/dv */
    ng_keep(ng_record + 12, _ltotal_current); /* the current */
    if (ng_self->ng_sown) {
      ng_keep(ng_record + 2, _ldi_dgbar); /* d/dgbar */
      ng_keep(ng_record + 4, _ldi_dpermeability); /* d/dpermeability */
      ng_keep(ng_record + 6, _ldi_dcai); /* d/dcai */
      ng_keep(ng_record + 8, _ldi_dcao); /* d/dcao */
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL m_rate, dm_rate_dboost, dm_rate_dedge, dm_rate_dreach, dm_rate_dspan, dm_rate_dv, dm_rate_dvhalf,
          dm_rate_dwidth, exp_1, dexp_1_dboost, dexp_1_dedge, dexp_1_dreach, dexp_1_dspan, dexp_1_dv,
          dexp_1_dvhalf, dexp_1_dwidth, m_decay, m_limit, dm_dboost, dm_dedge, dm_dm, dm_dreach, dm_dspan,
          dm_dv, dm_dvhalf, dm_dwidth
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("kinked advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    ng_d_rates()
    m_rate = -1/mtau
    dm_rate_dboost = dmtau_dboost*m_rate*m_rate
    dm_rate_dedge = dmtau_dedge*m_rate*m_rate
    dm_rate_dreach = dmtau_dreach*m_rate*m_rate
    dm_rate_dspan = dmtau_dspan*m_rate*m_rate
    dm_rate_dv = dmtau_dv*m_rate*m_rate
    dm_rate_dvhalf = dmtau_dvhalf*m_rate*m_rate
    dm_rate_dwidth = dmtau_dwidth*m_rate*m_rate
    exp_1 = exp(dt*m_rate)
    dexp_1_dboost = dm_rate_dboost*dt*ng_finite(exp_1)
    dexp_1_dedge = dm_rate_dedge*dt*ng_finite(exp_1)
    dexp_1_dreach = dm_rate_dreach*dt*ng_finite(exp_1)
    dexp_1_dspan = dm_rate_dspan*dt*ng_finite(exp_1)
    dexp_1_dv = dm_rate_dv*dt*ng_finite(exp_1)
    dexp_1_dvhalf = dm_rate_dvhalf*dt*ng_finite(exp_1)
    dexp_1_dwidth = dm_rate_dwidth*dt*ng_finite(exp_1)
    m_decay = exp_1
    m_limit = -(minf/mtau)/(-1/mtau)
    dm_dboost = dexp_1_dboost*(m - m_limit) + dminf_dboost*(1 - m_decay)
    dm_dedge = dexp_1_dedge*(m - m_limit) + dminf_dedge*(1 - m_decay)
    dm_dm = m_decay
    dm_dreach = dexp_1_dreach*(m - m_limit) + dminf_dreach*(1 - m_decay)
    dm_dspan = dexp_1_dspan*(m - m_limit)
    dm_dv = dexp_1_dv*(m - m_limit) + dminf_dv*(1 - m_decay)
    dm_dvhalf = dexp_1_dvhalf*(m - m_limit) + dminf_dvhalf*(1 - m_decay)
    dm_dwidth = dexp_1_dwidth*(m - m_limit) + dminf_dwidth*(1 - m_decay)
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
    ng_sow(ng_self->ng_seeds + 8, _ldm_dboost, ng_row_m, ng_width); /* boost */
    ng_sow(ng_self->ng_seeds + 9, _ldm_dedge, ng_row_m, ng_width); /* edge */
    ng_sow(ng_self->ng_seeds + 7, _ldm_dreach, ng_row_m, ng_width); /* reach */
    ng_sow(ng_self->ng_seeds + 6, _ldm_dspan, ng_row_m, ng_width); /* span */
    ng_sow(ng_self->ng_seeds + 4, _ldm_dvhalf, ng_row_m, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 5, _ldm_dwidth, ng_row_m, ng_width); /* width */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL sqrt_1, sqrt_1_slope, dsqrt_1_dboost, dsqrt_1_dedge, dsqrt_1_dreach, dsqrt_1_dv, dsqrt_1_dvhalf,
          dsqrt_1_dwidth
    ng_d_rates()
    sqrt_1 = sqrt(minf)
    sqrt_1_slope = (sqrt_1 > 0)/(2*sqrt_1 + 1 - (sqrt_1 > 0))
    dsqrt_1_dboost = dminf_dboost*sqrt_1_slope
    dsqrt_1_dedge = dminf_dedge*sqrt_1_slope
    dsqrt_1_dreach = dminf_dreach*sqrt_1_slope
    dsqrt_1_dv = dminf_dv*sqrt_1_slope
    dsqrt_1_dvhalf = dminf_dvhalf*sqrt_1_slope
    dsqrt_1_dwidth = dminf_dwidth*sqrt_1_slope
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_m = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_m[ng_k] = _ldsqrt_1_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 8, _ldsqrt_1_dboost, ng_row_m, ng_width); /* boost */
    ng_sow(ng_self->ng_seeds + 9, _ldsqrt_1_dedge, ng_row_m, ng_width); /* edge */
    ng_sow(ng_self->ng_seeds + 7, _ldsqrt_1_dreach, ng_row_m, ng_width); /* reach */
    ng_sow(ng_self->ng_seeds + 4, _ldsqrt_1_dvhalf, ng_row_m, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 5, _ldsqrt_1_dwidth, ng_row_m, ng_width); /* width */
ENDVERBATIM
}

: rates and its derivatives.
PROCEDURE ng_d_rates() {
    LOCAL fabs_1, fabs_1_slope, dfabs_1_dvhalf, dfar_dv, dfar_dvhalf, dfar_dwidth, far, erf_1, erf_1_slope,
          derf_1_dv, derf_1_dvhalf, derf_1_dwidth, dminf_dv_2, dminf_dvhalf_2, dminf_dwidth_2, floor_1,
          atan2_1, atan2_1_slope, datan2_1_dv, datan2_1_dvhalf, datan2_1_dwidth, fmod_1, dfmod_1_dspan,
          inverse_1, dmtau_dv_2, ceil_1, dmtau_by_far, power_1, log_1, dpower_1_dboost, dpower_1_dedge,
          dpower_1_dreach, dpower_1_dv
    fabs_1 = fabs(v - vhalf)
    fabs_1_slope = (v - vhalf > 0) - (0 > v - vhalf)
    dfabs_1_dvhalf = -fabs_1_slope
    dfar_dv = fabs_1_slope/width
    dfar_dvhalf = dfabs_1_dvhalf/width
    dfar_dwidth = -fabs_1/(width*width)
    far = fabs_1/width
    erf_1 = erf((v - vhalf)/width)
    erf_1_slope = 2*exp(-(v - vhalf)*(v - vhalf)/(width*width))/1.772453850905516
    derf_1_dv = erf_1_slope/width
    derf_1_dvhalf = -erf_1_slope/width
    derf_1_dwidth = -erf_1_slope*(v - vhalf)/(width*width)
    dminf_dv_2 = 0.4*derf_1_dv
    dminf_dvhalf_2 = 0.4*derf_1_dvhalf
    dminf_dwidth_2 = 0.4*derf_1_dwidth
    minf = 0.5 + 0.4*erf_1
    floor_1 = floor(reach)
    atan2_1 = atan2(reach, far)
    atan2_1_slope = -reach/(far*far + reach*reach)
    dmtau_dreach = far/(far*far + reach*reach)
    datan2_1_dv = atan2_1_slope*dfar_dv
    datan2_1_dvhalf = atan2_1_slope*dfar_dvhalf
    datan2_1_dwidth = atan2_1_slope*dfar_dwidth
    fmod_1 = fmod(v + 500, span)
    dfmod_1_dspan = (fmod_1 - v - 500)/span
    inverse_1 = 1/span
    dmtau_dspan = inverse_1*(4*dfmod_1_dspan - 4*fmod_1*inverse_1)
    dmtau_dv_2 = datan2_1_dv + 4/span
    mtau = 1 + floor_1 + atan2_1 + 4*fmod_1/span
    ceil_1 = ceil(reach*2)
    dmtau_by_far = (far > 0.5 && !(reach > 5))*boost - ceil_1/((far + 1)*(far + 1))
    dmtau_dboost = (far > 0.5 && !(reach > 5))*(far - 0.5) + (v > edge)*(v - edge)
    dmtau_dedge = -(v > edge)*boost
    dmtau_dv = (v > edge)*boost + dfar_dv*dmtau_by_far + dmtau_dv_2
    dmtau_dvhalf = datan2_1_dvhalf + dfar_dvhalf*dmtau_by_far
    dmtau_dwidth = datan2_1_dwidth + dfar_dwidth*dmtau_by_far
    mtau = mtau + (v > edge)*boost*(v - edge) + boost*(far > 0.5 && !(reach > 5))*(far - 0.5) + ceil_1/(1 + far)
    power_1 = (2*boost)^(reach*(v > edge)*(v - edge)/900)
    if (2*boost > 0) {
        log_1 = log(2*boost)
    } else {
        log_1 = 0
    }
    dpower_1_dboost = 1/450*(v > edge)*reach*(2*boost)^(1/900*(v > edge)*reach*(v - edge) - 1)*(v - edge)
    dpower_1_dedge = -1/900*(v > edge)*log_1*reach*ng_finite(power_1)
    dpower_1_dreach = 1/900*(v > edge)*log_1*(v - edge)*ng_finite(power_1)
    dpower_1_dv = 1/900*(v > edge)*log_1*reach*ng_finite(power_1)
    dminf_dboost = dpower_1_dboost*minf
    dminf_dedge = dpower_1_dedge*minf
    dminf_dreach = dpower_1_dreach*minf
    dminf_dv = dminf_dv_2*power_1 + dpower_1_dv*minf
    dminf_dvhalf = dminf_dvhalf_2*power_1
    dminf_dwidth = dminf_dwidth_2*power_1
    minf = minf*power_1
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
