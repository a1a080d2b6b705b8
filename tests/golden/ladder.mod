TITLE Rates and shells of calcium in arrays, with loops over them

NEURON {
    SUFFIX ladder
    RANGE ng_link  : nmodlgrad
    USEION ca READ ica, cai WRITE cai
    NONSPECIFIC_CURRENT i
    RANGE gbar, e, vhalf, k, tau, depth, slow, hill, ca
}

DEFINE STEPS 2
DEFINE SHELLS 4

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
}

PARAMETER {
    gbar = 0.0004 (S/cm2)
    e = -75 (mV)
    vhalf = -40 (mV)
    k = 6 (mV)
    tau = 2 (ms)
    slow = 0.3 (/ms)
    depth = 0.1 (um)
    hill = 0.002
    weight[STEPS]
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    ica (mA/cm2)
    cai (mM)
    dt (ms)
    rate[STEPS] (/ms)
    target[STEPS]
    ca[SHELLS]
    volume[SHELLS]
    sum
}

LOCAL shrink[SHELLS]

STATE {
    early
    late
}

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    weight[0] = 0.7
    weight[1] = 0.3
    FROM j = 0 TO SHELLS - 1 {
        shrink[j] = 1/(1 + j/2)
        volume[j] = depth*shrink[j]
        ca[j] = 0.00005*(1 + hill*j)
    }
    rates(v)
    early = target[0]
    late = target[1]
    cai = ca[0]
}

BREAKPOINT {
    LOCAL open[2], j
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE climb METHOD cnexp
    sum = weight[0]*early + weight[STEPS - 1]*late
    FROM j = 0 TO 1 {
        open[j] = sum^(j + 1)
    }
    j = ca[3/2]/(ca[SHELLS/2] + hill)
    i = gbar*(open[0] + 0.3*open[1] + j)*(v - e)
}

DERIVATIVE climb {
    if (ng_link != 0) { ng_states() }  : nmodlgrad
    rates(v)
    early' = (target[0] - early)*rate[0]
    late' = (target[1]*early - late)*rate[1]
    ca[0] = ca[0] - dt*ica/(20*volume[0])
    FROM j = 0 TO SHELLS - 1 {
        LOCAL flux
        if (j < SHELLS - 1) {
            flux = slow*(ca[j] - ca[j+1])
            ca[j] = ca[j] - dt*flux
            ca[j+1] = ca[j+1] + dt*flux*volume[j]/volume[j+1]
        } else if (j == SHELLS - 1) {
            ca[j] = ca[j] + dt*slow*(0.00005 - ca[j])
        }
    }
    cai = ca[0]
}

PROCEDURE rates(u (mV)) {
    LOCAL spread[STEPS]
    FROM j = 0 TO STEPS - 1 {
        LOCAL shifted
        shifted = u - 4*j
        spread[j] = k*(1 + j/10)
        target[j] = 1/(1 + exp((vhalf - shifted)/spread[j]))
        rate[j] = (1 + j)/(tau + target[j])
    }
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: early, late, ca[1], ca[2], cai, ca[0], ca[3], volume[0], volume[1], volume[2], volume[3].
: Seedable: gbar, e, hill, vhalf, k, tau, slow, depth, ica.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    ng_link
    drate_0_dk
    drate_0_dtau
    drate_0_du
    drate_0_dvhalf
    drate_1_dk
    drate_1_dtau
    drate_1_du
    drate_1_dvhalf
    dtarget_0_dk
    dtarget_0_du
    dtarget_0_dvhalf
    dtarget_1_dk
    dtarget_1_du
    dtarget_1_dvhalf
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
    LOCAL sum, open_0, dopen_1_dearly, dopen_1_dlate, open_1, dj_dca_1, dj_dca_2, j, di_by_open_1, di_dca_1,
          di_dca_2, di_de, di_dearly, di_dgbar, di_dhill, di_dlate, di_dv
    sum = weight[0]*early + weight[1]*late
    open_0 = sum^(0 + 1)
    dopen_1_dearly = 2*sum*weight[0]
    dopen_1_dlate = 2*sum*weight[1]
    open_1 = sum^(1 + 1)
    dj_dca_1 = 1/(ca[2] + hill)
    dj_dca_2 = -ca[1]/((ca[2] + hill)*(ca[2] + hill))
    j = ca[1]/(ca[2] + hill)
    di_by_open_1 = 0.3*gbar*(v - e)
    di_dca_1 = dj_dca_1*gbar*(v - e)
    di_dca_2 = dj_dca_2*gbar*(v - e)
    di_de = -gbar*(j + open_0 + 0.3*open_1)
    di_dearly = di_by_open_1*dopen_1_dearly + gbar*weight[0]*(v - e)
    di_dgbar = (v - e)*(j + open_0 + 0.3*open_1)
    di_dhill = dj_dca_2*gbar*(v - e)
    di_dlate = di_by_open_1*dopen_1_dlate + gbar*weight[1]*(v - e)
    di_dv = gbar*(j + open_0 + 0.3*open_1)
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dearly; /* di/dearly */
    ng_record[1] = _ldi_dlate; /* di/dlate */
    ng_record[2] = _ldi_dca_1; /* di/dca[1] */
    ng_record[3] = _ldi_dca_2; /* di/dca[2] */
    ng_record[4] = _ldi_dgbar; /* di/dgbar */
    ng_record[5] = _ldi_de; /* di/de */
    ng_record[6] = _ldi_dhill; /* di/dhill */
    ng_record[7] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL sum, open_0, dopen_1_dearly, dopen_1_dlate, open_1, dj_dca_1, dj_dca_2, j, di_by_open_1, di_dca_1,
          di_dca_2, di_de, di_dearly, di_dgbar, di_dhill, di_dlate
    sum = weight[0]*early + weight[1]*late
    open_0 = sum^(0 + 1)
    dopen_1_dearly = 2*sum*weight[0]
    dopen_1_dlate = 2*sum*weight[1]
    open_1 = sum^(1 + 1)
    dj_dca_1 = 1/(ca[2] + hill)
    dj_dca_2 = -ca[1]/((ca[2] + hill)*(ca[2] + hill))
    j = ca[1]/(ca[2] + hill)
    di_by_open_1 = 0.3*gbar*(v - e)
    di_dca_1 = dj_dca_1*gbar*(v - e)
    di_dca_2 = dj_dca_2*gbar*(v - e)
    di_de = -gbar*(j + open_0 + 0.3*open_1)
    di_dearly = di_by_open_1*dopen_1_dearly + gbar*weight[0]*(v - e)
    di_dgbar = (v - e)*(j + open_0 + 0.3*open_1)
    di_dhill = dj_dca_2*gbar*(v - e)
    di_dlate = di_by_open_1*dopen_1_dlate + gbar*weight[1]*(v - e)
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_keep(ng_record + 0, _ldi_dearly); /* d/dearly */
    ng_keep(ng_record + 2, _ldi_dlate); /* d/dlate */
    ng_keep(ng_record + 4, _ldi_dca_1); /* d/dca[1] */
    ng_keep(ng_record + 6, _ldi_dca_2); /* d/dca[2] */
    if (ng_self->ng_sown) {
      ng_keep(ng_record + 8, _ldi_dgbar); /* d/dgbar */
      ng_keep(ng_record + 10, _ldi_de); /* d/de */
      ng_keep(ng_record + 12, _ldi_dhill); /* d/dhill */
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: Derivatives of the update that cnexp performs, at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL ca_0_next, ca_1_next, ca_2_next, ca_3_next, dearly_rate_dk, dearly_rate_dtau, dearly_rate_dv,
          dearly_rate_dvhalf, early_rate, exp_1, dexp_1_dk, dexp_1_dtau, dexp_1_dv, dexp_1_dvhalf,
          early_decay, early_limit, dearly_dearly, dearly_dk, dearly_dtau, dearly_dv, dearly_dvhalf,
          early_next, dlate_rate_dk, dlate_rate_dtau, dlate_rate_dv, dlate_rate_dvhalf, late_rate, exp_2,
          dexp_2_dk, dexp_2_dtau, dexp_2_dv, dexp_2_dvhalf, late_decay, dlate_limit_dearly, dlate_limit_dk,
          dlate_limit_dtau, dlate_limit_dv, dlate_limit_dvhalf, late_limit, dlate_dearly, dlate_dk,
          dlate_dlate, dlate_dtau, dlate_dv, dlate_dvhalf, dca_0_dica, dca_0_dvolume_0, dflux_dca_1,
          dflux_dica, dflux_dslow, dflux_dvolume_0, flux, dca_0_dca_0, dca_0_dca_1, dca_0_dica_2, dca_0_dslow,
          dca_0_dvolume_0_2, dca_1_dca_0, dca_1_dca_1, dca_1_dica, dca_1_dslow, inverse_1, dca_1_dvolume_0,
          dca_1_dvolume_1, dflux_2_dca_0, dflux_2_dca_1, dflux_2_dica, dflux_2_dslow, dflux_2_dvolume_0,
          dflux_2_dvolume_1, flux_2, dca_1_dca_0_2, dca_1_dca_1_2, dca_1_dca_2, dca_1_dica_2, dca_1_dslow_2,
          dca_1_dvolume_0_2, dca_1_dvolume_1_2, dca_2_dca_0, dca_2_dca_1, dca_2_dca_2, dca_2_dica,
          dca_2_dslow, dca_2_dvolume_0, inverse_2, dca_2_dvolume_1, dca_2_dvolume_2, dflux_3_dca_0,
          dflux_3_dca_1, dflux_3_dca_2, dflux_3_dica, dflux_3_dslow, dflux_3_dvolume_0, dflux_3_dvolume_1,
          dflux_3_dvolume_2, flux_3, dca_2_dca_0_2, dca_2_dca_1_2, dca_2_dca_2_2, dca_2_dca_3, dca_2_dica_2,
          dca_2_dslow_2, dca_2_dvolume_0_2, dca_2_dvolume_1_2, dca_2_dvolume_2_2, dca_3_dca_0, dca_3_dca_1,
          dca_3_dca_2, dca_3_dca_3, dca_3_dica, dca_3_dslow, dca_3_dvolume_0, dca_3_dvolume_1, inverse_3,
          dca_3_dvolume_2, dca_3_dvolume_3, dca_3_dca_0_2, dca_3_dca_1_2, dca_3_dca_2_2, dca_3_dca_3_2,
          dca_3_dica_2, dca_3_dslow_2, dca_3_dvolume_0_2, dca_3_dvolume_1_2, dca_3_dvolume_2_2,
          dca_3_dvolume_3_2
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("ladder advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    ca_0_next = ca[0]
    ca_1_next = ca[1]
    ca_2_next = ca[2]
    ca_3_next = ca[3]
    ng_d_rates(v)
    dearly_rate_dk = -drate_0_dk
    dearly_rate_dtau = -drate_0_dtau
    dearly_rate_dv = -drate_0_du
    dearly_rate_dvhalf = -drate_0_dvhalf
    early_rate = -rate[0]
    exp_1 = exp(dt*early_rate)
    dexp_1_dk = dearly_rate_dk*dt*ng_finite(exp_1)
    dexp_1_dtau = dearly_rate_dtau*dt*ng_finite(exp_1)
    dexp_1_dv = dearly_rate_dv*dt*ng_finite(exp_1)
    dexp_1_dvhalf = dearly_rate_dvhalf*dt*ng_finite(exp_1)
    early_decay = exp_1
    early_limit = target[0]
    dearly_dearly = early_decay
    dearly_dk = dexp_1_dk*(early - early_limit) + dtarget_0_dk*(1 - early_decay)
    dearly_dtau = dexp_1_dtau*(early - early_limit)
    dearly_dv = dexp_1_dv*(early - early_limit) + dtarget_0_du*(1 - early_decay)
    dearly_dvhalf = dexp_1_dvhalf*(early - early_limit) + dtarget_0_dvhalf*(1 - early_decay)
    early_next = early + (early_limit - early)*(1 - early_decay)
    dlate_rate_dk = -drate_1_dk
    dlate_rate_dtau = -drate_1_dtau
    dlate_rate_dv = -drate_1_du
    dlate_rate_dvhalf = -drate_1_dvhalf
    late_rate = -rate[1]
    exp_2 = exp(dt*late_rate)
    dexp_2_dk = dlate_rate_dk*dt*ng_finite(exp_2)
    dexp_2_dtau = dlate_rate_dtau*dt*ng_finite(exp_2)
    dexp_2_dv = dlate_rate_dv*dt*ng_finite(exp_2)
    dexp_2_dvhalf = dlate_rate_dvhalf*dt*ng_finite(exp_2)
    late_decay = exp_2
    dlate_limit_dearly = dearly_dearly*target[1]
    dlate_limit_dk = dearly_dk*target[1] + dtarget_1_dk*early_next
    dlate_limit_dtau = dearly_dtau*target[1]
    dlate_limit_dv = dearly_dv*target[1] + dtarget_1_du*early_next
    dlate_limit_dvhalf = dearly_dvhalf*target[1] + dtarget_1_dvhalf*early_next
    late_limit = early_next*target[1]
    dlate_dearly = dlate_limit_dearly*(1 - late_decay)
    dlate_dk = dexp_2_dk*(late - late_limit) + dlate_limit_dk*(1 - late_decay)
    dlate_dlate = late_decay
    dlate_dtau = dexp_2_dtau*(late - late_limit) + dlate_limit_dtau*(1 - late_decay)
    dlate_dv = dexp_2_dv*(late - late_limit) + dlate_limit_dv*(1 - late_decay)
    dlate_dvhalf = dexp_2_dvhalf*(late - late_limit) + dlate_limit_dvhalf*(1 - late_decay)
    dca_0_dica = -0.05*dt/volume[0]
    dca_0_dvolume_0 = 0.05*dt*ica/(volume[0]*volume[0])
    ca_0_next = ca_0_next - dt*ica/(20*volume[0])
    dflux_dca_1 = -slow
    dflux_dica = dca_0_dica*slow
    dflux_dslow = ca_0_next - ca_1_next
    dflux_dvolume_0 = dca_0_dvolume_0*slow
    flux = slow*(ca_0_next - ca_1_next)
    dca_0_dca_0 = 1 - dt*slow
    dca_0_dca_1 = -dflux_dca_1*dt
    dca_0_dica_2 = dca_0_dica - dflux_dica*dt
    dca_0_dslow = -dflux_dslow*dt
    dca_0_dvolume_0_2 = dca_0_dvolume_0 - dflux_dvolume_0*dt
    dca_1_dca_0 = dt*slow*volume[0]/volume[1]
    dca_1_dca_1 = dflux_dca_1*dt*volume[0]/volume[1] + 1
    dca_1_dica = dflux_dica*dt*volume[0]/volume[1]
    dca_1_dslow = dflux_dslow*dt*volume[0]/volume[1]
    inverse_1 = 1/volume[1]
    dca_1_dvolume_0 = dt*inverse_1*(dflux_dvolume_0*volume[0] + flux)
    dca_1_dvolume_1 = -dt*flux*volume[0]/(volume[1]*volume[1])
    ca_1_next = ca_1_next + dt*flux*volume[0]/volume[1]
    dflux_2_dca_0 = dca_1_dca_0*slow
    dflux_2_dca_1 = dca_1_dca_1*slow
    dflux_2_dica = dca_1_dica*slow
    dflux_2_dslow = ca_1_next + dca_1_dslow*slow - ca_2_next
    dflux_2_dvolume_0 = dca_1_dvolume_0*slow
    dflux_2_dvolume_1 = dca_1_dvolume_1*slow
    flux_2 = slow*(ca_1_next - ca_2_next)
    dca_1_dca_0_2 = dca_1_dca_0 - dflux_2_dca_0*dt
    dca_1_dca_1_2 = dca_1_dca_1 - dflux_2_dca_1*dt
    dca_1_dca_2 = -dflux_dca_1*dt
    dca_1_dica_2 = dca_1_dica - dflux_2_dica*dt
    dca_1_dslow_2 = dca_1_dslow - dflux_2_dslow*dt
    dca_1_dvolume_0_2 = dca_1_dvolume_0 - dflux_2_dvolume_0*dt
    dca_1_dvolume_1_2 = dca_1_dvolume_1 - dflux_2_dvolume_1*dt
    dca_2_dca_0 = dflux_2_dca_0*dt*volume[1]/volume[2]
    dca_2_dca_1 = dflux_2_dca_1*dt*volume[1]/volume[2]
    dca_2_dca_2 = dflux_dca_1*dt*volume[1]/volume[2] + 1
    dca_2_dica = dflux_2_dica*dt*volume[1]/volume[2]
    dca_2_dslow = dflux_2_dslow*dt*volume[1]/volume[2]
    dca_2_dvolume_0 = dflux_2_dvolume_0*dt*volume[1]/volume[2]
    inverse_2 = 1/volume[2]
    dca_2_dvolume_1 = dt*inverse_2*(dflux_2_dvolume_1*volume[1] + flux_2)
    dca_2_dvolume_2 = -dt*flux_2*volume[1]/(volume[2]*volume[2])
    ca_2_next = ca_2_next + dt*flux_2*volume[1]/volume[2]
    dflux_3_dca_0 = dca_2_dca_0*slow
    dflux_3_dca_1 = dca_2_dca_1*slow
    dflux_3_dca_2 = dca_2_dca_2*slow
    dflux_3_dica = dca_2_dica*slow
    dflux_3_dslow = ca_2_next + dca_2_dslow*slow - ca_3_next
    dflux_3_dvolume_0 = dca_2_dvolume_0*slow
    dflux_3_dvolume_1 = dca_2_dvolume_1*slow
    dflux_3_dvolume_2 = dca_2_dvolume_2*slow
    flux_3 = slow*(ca_2_next - ca_3_next)
    dca_2_dca_0_2 = dca_2_dca_0 - dflux_3_dca_0*dt
    dca_2_dca_1_2 = dca_2_dca_1 - dflux_3_dca_1*dt
    dca_2_dca_2_2 = dca_2_dca_2 - dflux_3_dca_2*dt
    dca_2_dca_3 = -dflux_dca_1*dt
    dca_2_dica_2 = dca_2_dica - dflux_3_dica*dt
    dca_2_dslow_2 = dca_2_dslow - dflux_3_dslow*dt
    dca_2_dvolume_0_2 = dca_2_dvolume_0 - dflux_3_dvolume_0*dt
    dca_2_dvolume_1_2 = dca_2_dvolume_1 - dflux_3_dvolume_1*dt
    dca_2_dvolume_2_2 = dca_2_dvolume_2 - dflux_3_dvolume_2*dt
    dca_3_dca_0 = dflux_3_dca_0*dt*volume[2]/volume[3]
    dca_3_dca_1 = dflux_3_dca_1*dt*volume[2]/volume[3]
    dca_3_dca_2 = dflux_3_dca_2*dt*volume[2]/volume[3]
    dca_3_dca_3 = dflux_dca_1*dt*volume[2]/volume[3] + 1
    dca_3_dica = dflux_3_dica*dt*volume[2]/volume[3]
    dca_3_dslow = dflux_3_dslow*dt*volume[2]/volume[3]
    dca_3_dvolume_0 = dflux_3_dvolume_0*dt*volume[2]/volume[3]
    dca_3_dvolume_1 = dflux_3_dvolume_1*dt*volume[2]/volume[3]
    inverse_3 = 1/volume[3]
    dca_3_dvolume_2 = dt*inverse_3*(dflux_3_dvolume_2*volume[2] + flux_3)
    dca_3_dvolume_3 = -dt*flux_3*volume[2]/(volume[3]*volume[3])
    ca_3_next = ca_3_next + dt*flux_3*volume[2]/volume[3]
    dca_3_dca_0_2 = dca_3_dca_0*(1 - dt*slow)
    dca_3_dca_1_2 = dca_3_dca_1*(1 - dt*slow)
    dca_3_dca_2_2 = dca_3_dca_2*(1 - dt*slow)
    dca_3_dca_3_2 = dca_3_dca_3*(1 - dt*slow)
    dca_3_dica_2 = dca_3_dica*(1 - dt*slow)
    dca_3_dslow_2 = dca_3_dslow*(1 - dt*slow) + dt*(5e-05 - ca_3_next)
    dca_3_dvolume_0_2 = dca_3_dvolume_0*(1 - dt*slow)
    dca_3_dvolume_1_2 = dca_3_dvolume_1*(1 - dt*slow)
    dca_3_dvolume_2_2 = dca_3_dvolume_2*(1 - dt*slow)
    dca_3_dvolume_3_2 = dca_3_dvolume_3*(1 - dt*slow)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_early = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_late = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_ca_at_1 = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_ca_at_2 = ng_self->ng_carried + 3*ng_width;
    double *NG_RESTRICT ng_row_cai = ng_self->ng_carried + 4*ng_width;
    double *NG_RESTRICT ng_row_ca_at_0 = ng_self->ng_carried + 5*ng_width;
    double *NG_RESTRICT ng_row_ca_at_3 = ng_self->ng_carried + 6*ng_width;
    double *NG_RESTRICT ng_row_volume_at_0 = ng_self->ng_carried + 7*ng_width;
    double *NG_RESTRICT ng_row_volume_at_1 = ng_self->ng_carried + 8*ng_width;
    double *NG_RESTRICT ng_row_volume_at_2 = ng_self->ng_carried + 9*ng_width;
    double *NG_RESTRICT ng_row_volume_at_3 = ng_self->ng_carried + 10*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_early = ng_row_early[ng_k];
      const double ng_old_late = ng_row_late[ng_k];
      const double ng_old_ca_at_1 = ng_row_ca_at_1[ng_k];
      const double ng_old_ca_at_2 = ng_row_ca_at_2[ng_k];
      const double ng_old_ca_at_0 = ng_row_ca_at_0[ng_k];
      const double ng_old_ca_at_3 = ng_row_ca_at_3[ng_k];
      const double ng_old_volume_at_0 = ng_row_volume_at_0[ng_k];
      const double ng_old_volume_at_1 = ng_row_volume_at_1[ng_k];
      const double ng_old_volume_at_2 = ng_row_volume_at_2[ng_k];
      const double ng_old_volume_at_3 = ng_row_volume_at_3[ng_k];
      ng_row_early[ng_k] = _ldearly_dearly*ng_old_early + _ldearly_dv*ng_voltage[ng_k];
      ng_row_late[ng_k] = _ldlate_dearly*ng_old_early + _ldlate_dlate*ng_old_late + _ldlate_dv*ng_voltage[ng_k];
      ng_row_ca_at_1[ng_k] = _ldca_1_dca_0_2*ng_old_ca_at_0 + _ldca_1_dca_1_2*ng_old_ca_at_1 + _ldca_1_dca_2*ng_old_ca_at_2 + _ldca_1_dvolume_0_2*ng_old_volume_at_0 + _ldca_1_dvolume_1_2*ng_old_volume_at_1;
      ng_row_ca_at_2[ng_k] = _ldca_2_dca_0_2*ng_old_ca_at_0 + _ldca_2_dca_1_2*ng_old_ca_at_1 + _ldca_2_dca_2_2*ng_old_ca_at_2 + _ldca_2_dca_3*ng_old_ca_at_3 + _ldca_2_dvolume_0_2*ng_old_volume_at_0
          + _ldca_2_dvolume_1_2*ng_old_volume_at_1 + _ldca_2_dvolume_2_2*ng_old_volume_at_2;
      ng_row_cai[ng_k] = _ldca_0_dca_0*ng_old_ca_at_0 + _ldca_0_dca_1*ng_old_ca_at_1 + _ldca_0_dvolume_0_2*ng_old_volume_at_0;
      ng_row_ca_at_0[ng_k] = _ldca_0_dca_0*ng_old_ca_at_0 + _ldca_0_dca_1*ng_old_ca_at_1 + _ldca_0_dvolume_0_2*ng_old_volume_at_0;
      ng_row_ca_at_3[ng_k] = _ldca_3_dca_0_2*ng_old_ca_at_0 + _ldca_3_dca_1_2*ng_old_ca_at_1 + _ldca_3_dca_2_2*ng_old_ca_at_2 + _ldca_3_dca_3_2*ng_old_ca_at_3 + _ldca_3_dvolume_0_2*ng_old_volume_at_0
          + _ldca_3_dvolume_1_2*ng_old_volume_at_1 + _ldca_3_dvolume_2_2*ng_old_volume_at_2 + _ldca_3_dvolume_3_2*ng_old_volume_at_3;
    }
    ng_sow(ng_self->ng_seeds + 4, _ldearly_dk, ng_row_early, ng_width); /* k */
    ng_sow(ng_self->ng_seeds + 5, _ldearly_dtau, ng_row_early, ng_width); /* tau */
    ng_sow(ng_self->ng_seeds + 3, _ldearly_dvhalf, ng_row_early, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 4, _ldlate_dk, ng_row_late, ng_width); /* k */
    ng_sow(ng_self->ng_seeds + 5, _ldlate_dtau, ng_row_late, ng_width); /* tau */
    ng_sow(ng_self->ng_seeds + 3, _ldlate_dvhalf, ng_row_late, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 8, _ldca_1_dica_2, ng_row_ca_at_1, ng_width); /* ica */
    ng_sow(ng_self->ng_seeds + 6, _ldca_1_dslow_2, ng_row_ca_at_1, ng_width); /* slow */
    ng_sow(ng_self->ng_seeds + 8, _ldca_2_dica_2, ng_row_ca_at_2, ng_width); /* ica */
    ng_sow(ng_self->ng_seeds + 6, _ldca_2_dslow_2, ng_row_ca_at_2, ng_width); /* slow */
    ng_sow(ng_self->ng_seeds + 8, _ldca_0_dica_2, ng_row_cai, ng_width); /* ica */
    ng_sow(ng_self->ng_seeds + 6, _ldca_0_dslow, ng_row_cai, ng_width); /* slow */
    ng_sow(ng_self->ng_seeds + 8, _ldca_0_dica_2, ng_row_ca_at_0, ng_width); /* ica */
    ng_sow(ng_self->ng_seeds + 6, _ldca_0_dslow, ng_row_ca_at_0, ng_width); /* slow */
    ng_sow(ng_self->ng_seeds + 8, _ldca_3_dica_2, ng_row_ca_at_3, ng_width); /* ica */
    ng_sow(ng_self->ng_seeds + 6, _ldca_3_dslow_2, ng_row_ca_at_3, ng_width); /* slow */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL shrink_0, dvolume_0_ddepth, shrink_1, dvolume_1_ddepth, shrink_2, dvolume_2_ddepth, shrink_3,
          dvolume_3_ddepth
    shrink_0 = 1/(1 + 0/2)
    dvolume_0_ddepth = shrink_0
    shrink_1 = 1/(1 + 1/2)
    dvolume_1_ddepth = shrink_1
    shrink_2 = 1/(1 + 2/2)
    dvolume_2_ddepth = shrink_2
    shrink_3 = 1/(1 + 3/2)
    dvolume_3_ddepth = shrink_3
    ng_d_rates(v)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_early = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_late = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_ca_at_1 = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_ca_at_2 = ng_self->ng_carried + 3*ng_width;
    double *NG_RESTRICT ng_row_cai = ng_self->ng_carried + 4*ng_width;
    double *NG_RESTRICT ng_row_ca_at_0 = ng_self->ng_carried + 5*ng_width;
    double *NG_RESTRICT ng_row_ca_at_3 = ng_self->ng_carried + 6*ng_width;
    double *NG_RESTRICT ng_row_volume_at_0 = ng_self->ng_carried + 7*ng_width;
    double *NG_RESTRICT ng_row_volume_at_1 = ng_self->ng_carried + 8*ng_width;
    double *NG_RESTRICT ng_row_volume_at_2 = ng_self->ng_carried + 9*ng_width;
    double *NG_RESTRICT ng_row_volume_at_3 = ng_self->ng_carried + 10*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_early[ng_k] = dtarget_0_du*ng_voltage[ng_k];
      ng_row_late[ng_k] = dtarget_1_du*ng_voltage[ng_k];
      ng_row_ca_at_1[ng_k] = 0.;
      ng_row_ca_at_2[ng_k] = 0.;
      ng_row_cai[ng_k] = 0.;
      ng_row_ca_at_0[ng_k] = 0.;
      ng_row_ca_at_3[ng_k] = 0.;
      ng_row_volume_at_0[ng_k] = 0.;
      ng_row_volume_at_1[ng_k] = 0.;
      ng_row_volume_at_2[ng_k] = 0.;
      ng_row_volume_at_3[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 4, dtarget_0_dk, ng_row_early, ng_width); /* k */
    ng_sow(ng_self->ng_seeds + 3, dtarget_0_dvhalf, ng_row_early, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 4, dtarget_1_dk, ng_row_late, ng_width); /* k */
    ng_sow(ng_self->ng_seeds + 3, dtarget_1_dvhalf, ng_row_late, ng_width); /* vhalf */
    ng_sow(ng_self->ng_seeds + 2, 5e-05, ng_row_ca_at_1, ng_width); /* hill */
    ng_sow(ng_self->ng_seeds + 2, 0.0001, ng_row_ca_at_2, ng_width); /* hill */
    ng_sow(ng_self->ng_seeds + 2, 0.00015, ng_row_ca_at_3, ng_width); /* hill */
    ng_sow(ng_self->ng_seeds + 7, _ldvolume_0_ddepth, ng_row_volume_at_0, ng_width); /* depth */
    ng_sow(ng_self->ng_seeds + 7, _ldvolume_1_ddepth, ng_row_volume_at_1, ng_width); /* depth */
    ng_sow(ng_self->ng_seeds + 7, _ldvolume_2_ddepth, ng_row_volume_at_2, ng_width); /* depth */
    ng_sow(ng_self->ng_seeds + 7, _ldvolume_3_ddepth, ng_row_volume_at_3, ng_width); /* depth */
ENDVERBATIM
}

: rates and its derivatives.
PROCEDURE ng_d_rates(u) {
    LOCAL shifted, spread_0, exp_1, dexp_1_dk, dexp_1_du, dexp_1_dvhalf, dtarget_0_by_exp_1,
          drate_0_by_target_0, shifted_2, spread_1, exp_2, dexp_2_dk, dexp_2_du, dexp_2_dvhalf,
          dtarget_1_by_exp_2, drate_1_by_target_1
    shifted = u - 4*0
    spread_0 = k*(1 + 0/10)
    exp_1 = exp((vhalf - shifted)/spread_0)
    dexp_1_dk = -(vhalf - shifted)*ng_finite(exp_1)/(spread_0*spread_0)
    dexp_1_du = -ng_finite(exp_1)/spread_0
    dexp_1_dvhalf = ng_finite(exp_1)/spread_0
    dtarget_0_by_exp_1 = -1/((exp_1 + 1)*(exp_1 + 1))
    dtarget_0_dk = dexp_1_dk*dtarget_0_by_exp_1
    dtarget_0_du = dexp_1_du*dtarget_0_by_exp_1
    dtarget_0_dvhalf = dexp_1_dvhalf*dtarget_0_by_exp_1
    target[0] = 1/(1 + exp_1)
    drate_0_by_target_0 = -1/((target[0] + tau)*(target[0] + tau))
    drate_0_dk = drate_0_by_target_0*dtarget_0_dk
    drate_0_dtau = -1/((target[0] + tau)*(target[0] + tau))
    drate_0_du = drate_0_by_target_0*dtarget_0_du
    drate_0_dvhalf = drate_0_by_target_0*dtarget_0_dvhalf
    rate[0] = (1 + 0)/(tau + target[0])
    shifted_2 = u - 4*1
    spread_1 = k*(1 + 1/10)
    exp_2 = exp((vhalf - shifted_2)/spread_1)
    dexp_2_dk = -1.1*(vhalf - shifted_2)*ng_finite(exp_2)/(spread_1*spread_1)
    dexp_2_du = -ng_finite(exp_2)/spread_1
    dexp_2_dvhalf = ng_finite(exp_2)/spread_1
    dtarget_1_by_exp_2 = -1/((exp_2 + 1)*(exp_2 + 1))
    dtarget_1_dk = dexp_2_dk*dtarget_1_by_exp_2
    dtarget_1_du = dexp_2_du*dtarget_1_by_exp_2
    dtarget_1_dvhalf = dexp_2_dvhalf*dtarget_1_by_exp_2
    target[1] = 1/(1 + exp_2)
    drate_1_by_target_1 = -2/((target[1] + tau)*(target[1] + tau))
    drate_1_dk = drate_1_by_target_1*dtarget_1_dk
    drate_1_dtau = -2/((target[1] + tau)*(target[1] + tau))
    drate_1_du = drate_1_by_target_1*dtarget_1_du
    drate_1_dvhalf = drate_1_by_target_1*dtarget_1_dvhalf
    rate[1] = (1 + 1)/(tau + target[1])
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
