TITLE A conductance that an Ornstein-Uhlenbeck process drives, with numbers from NEURON's own generator

NEURON {
    SUFFIX restless
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    RANGE mean, sigma, tau, e, scale, g, tau_z, sigma_z
    GLOBAL start
    NONSPECIFIC_CURRENT i
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    mean = 3e-4 (S/cm2)
    sigma = 8e-5 (S/cm2)
    tau = 3 (ms)
    e = -10 (mV)
    scale = 1.2
    tau_z = 5 (ms)
    sigma_z = 0.2
    start = 7
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    g (S/cm2)
    dt (ms)
    push (S/cm2)
    spread
    bias
    keep
}

STATE { x (S/cm2) z }

VERBATIM  /* nmodlgrad */
#ifndef __cplusplus
extern void hoc_execerror(const char *, const char *);
#endif
typedef struct {
  double *ng_values;
  long ng_count, ng_next, ng_room;
  int ng_recording;
} ng_Draws;
static __thread ng_Draws ng_draws = {0, 0, 0, 0, 0};

static int ng_replays(void) {
  return !ng_draws.ng_recording && ng_draws.ng_next < ng_draws.ng_count;
}

static double ng_replayed(void) {
  return ng_draws.ng_values[ng_draws.ng_next++];
}

static double ng_noted(double ng_value) {
  if (!ng_draws.ng_recording) return ng_value;
  if (ng_draws.ng_count == ng_draws.ng_room) {
    ng_draws.ng_room = 2*ng_draws.ng_room + 64;
    ng_draws.ng_values = (double *) realloc(ng_draws.ng_values, ng_draws.ng_room*sizeof(double));
  }
  return ng_draws.ng_values[ng_draws.ng_count++] = ng_value;
}

/* All that was noted before has to be used up: else the mechanism has drawn otherwise than its derivatives. */
static void ng_note_draws(void) {
  const int ng_left = ng_draws.ng_next < ng_draws.ng_count;
  ng_draws.ng_count = ng_draws.ng_next = 0;
  if (ng_left) hoc_execerror("random numbers are drawn otherwise than nmodlgrad has foreseen:", "please report this mechanism");
  ng_draws.ng_recording = 1;
}

#define scop_random(...) ((double) (ng_replays() ? ng_replayed() : ng_noted((double) scop_random(__VA_ARGS__))))
#define normrand(...) ((double) (ng_replays() ? ng_replayed() : ng_noted((double) normrand(__VA_ARGS__))))
#define exprand(...) ((double) (ng_replays() ? ng_replayed() : ng_noted((double) exprand(__VA_ARGS__))))
#define set_seed(...) ((void) (ng_replays() ? ng_replayed() : (set_seed(__VA_ARGS__), ng_noted(0.))))
ENDVERBATIM
INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    set_seed(start)
    bias = exprand(0.1)
    x = mean*(1 + normrand(0, 0.1*scale))
    z = 0
    keep = exp(-dt/tau_z)
    spread = sqrt(1 - exp(-2*dt/tau))
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE walk METHOD cnexp
    SOLVE ng_states_2  : nmodlgrad
    SOLVE flicker METHOD after_cvode
    g = x*(1 + z)
    if (g < 0) {
        g = 0
    }
    i = g*(v - e)
}

DERIVATIVE walk {
    LOCAL kick
    if (ng_link != 0) { ng_states_1() }  : nmodlgrad
    pushed()
    kick = normrand(0.02*bias, scale)
    kick = 1 + 0.1*kick + 0.05*scop_random()
    x' = (mean - x)/tau + push*kick/dt
}

PROCEDURE flicker() {  : the same, written by hand
    z = z*keep + sigma_z*sqrt(1 - keep*keep)*normrand(0, 1)
}

PROCEDURE pushed() {
    push = sigma*spread*normrand(0, 1)
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: x, z, keep, spread.
: Seedable: e, mean, sigma, tau, scale, tau_z, sigma_z.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
    ng_link
    ng_latest_v
    dpush_dsigma
    dpush_dspread
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
    LOCAL dg_dx, g, dg_dx_2, dg_dz, di_de, di_dv, di_dx, di_dz
    dg_dx = z + 1
    g = x*(1 + z)
    if (g < 0) {
        g = 0
        dg_dx_2 = 0
        dg_dz = 0
    } else {
        dg_dx_2 = dg_dx
        dg_dz = x
    }
    di_de = -g
    di_dv = g
    di_dx = dg_dx_2*(v - e)
    di_dz = dg_dz*(v - e)
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldg_dx_2; /* dg/dx */
    ng_record[1] = _ldg_dz; /* dg/dz */
    ng_record[2] = 0.; /* dg/de */
    ng_record[3] = 0.; /* dg/dv */
    ng_record[4] = _ldi_dx; /* di/dx */
    ng_record[5] = _ldi_dz; /* di/dz */
    ng_record[6] = _ldi_de; /* di/de */
    ng_record[7] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL dg_dx, g, dg_dx_2, dg_dz, di_de, ddi_dx_dv, di_dx, ddi_dz_dv, di_dz
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    dg_dx = z + 1
    g = x*(1 + z)
    if (g < 0) {
        g = 0
        dg_dx_2 = 0
        dg_dz = 0
    } else {
        dg_dx_2 = dg_dx
        dg_dz = x
    }
    di_de = -g
    ddi_dx_dv = dg_dx_2
    di_dx = dg_dx_2*(v - e)
    ddi_dz_dv = dg_dz
    di_dz = dg_dz*(v - e)
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_record[0] = _ldi_dx; /* d/dx */
    ng_record[1] = _lddi_dx_dv;
    ng_record[2] = _ldi_dz; /* d/dz */
    ng_record[3] = _lddi_dz_dv;
    if (ng_self->ng_sown) {
      ng_record[4] = _ldi_de; /* d/de */
      ng_record[5] = 0.0;
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: Derivatives of the update that cnexp performs, at the new voltage and the old states.
PROCEDURE ng_states_1() {
    LOCAL normrand_1, dnormrand_1_dscale, kick, scop_random_1, dkick_dscale, x_rate, dx_rate_dtau, exp_1,
          dexp_1_dtau, x_decay, dx_limit_dscale, dx_limit_dsigma, dx_limit_dspread, dx_limit_dtau, x_limit,
          dx_dmean, dx_dscale, dx_dsigma, dx_dspread, dx_dtau, dx_dx
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("restless advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
VERBATIM
    ng_note_draws();
ENDVERBATIM
    ng_d_pushed()
    normrand_1 = normrand(0.02*bias, scale)
    dnormrand_1_dscale = (normrand_1 - 0.02*bias)/scale
    kick = normrand_1
    scop_random_1 = scop_random()
    dkick_dscale = 0.1*dnormrand_1_dscale
    kick = 1 + 0.1*kick + 0.05*scop_random_1
    x_rate = -1/tau
    dx_rate_dtau = x_rate*x_rate
    exp_1 = exp(dt*x_rate)
    dexp_1_dtau = dt*dx_rate_dtau*ng_finite(exp_1)
    x_decay = exp_1
    dx_limit_dscale = dkick_dscale*push*tau/dt
    dx_limit_dsigma = dpush_dsigma*kick*tau/dt
    dx_limit_dspread = dpush_dspread*kick*tau/dt
    dx_limit_dtau = kick*push/dt
    x_limit = -tau*(-mean/tau - kick*push/dt)
    dx_dmean = 1 - x_decay
    dx_dscale = dx_limit_dscale*(1 - x_decay)
    dx_dsigma = dx_limit_dsigma*(1 - x_decay)
    dx_dspread = dx_limit_dspread*(1 - x_decay)
    dx_dtau = dexp_1_dtau*(x - x_limit) + dx_limit_dtau*(1 - x_decay)
    dx_dx = x_decay
VERBATIM
    ng_draws.ng_recording = 0;
ENDVERBATIM
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_x = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_spread = ng_self->ng_carried + 3*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_x = ng_row_x[ng_k];
      const double ng_old_spread = ng_row_spread[ng_k];
      ng_row_x[ng_k] = _ldx_dspread*ng_old_spread + _ldx_dx*ng_old_x;
    }
    ng_sow(ng_self->ng_seeds + 1, _ldx_dmean, ng_row_x, ng_width); /* mean */
    ng_sow(ng_self->ng_seeds + 4, _ldx_dscale, ng_row_x, ng_width); /* scale */
    ng_sow(ng_self->ng_seeds + 2, _ldx_dsigma, ng_row_x, ng_width); /* sigma */
    ng_sow(ng_self->ng_seeds + 3, _ldx_dtau, ng_row_x, ng_width); /* tau */
ENDVERBATIM
}

: Derivatives of the update that flicker performs, at the new voltage and the old states.
PROCEDURE ng_states_2() {
    LOCAL sqrt_1, dsqrt_1_dkeep, normrand_1, dz_dkeep, dz_dsigma_z, dz_dz
VERBATIM
    if (ng_link == 0.) return 0;
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("restless advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
VERBATIM
    ng_note_draws();
ENDVERBATIM
    sqrt_1 = sqrt(1 - keep*keep)
    dsqrt_1_dkeep = -2*keep*(sqrt_1 > 0)/(2*sqrt_1 + 1 - (sqrt_1 > 0))
    normrand_1 = normrand(0, 1)
    dz_dkeep = dsqrt_1_dkeep*normrand_1*sigma_z + z
    dz_dsigma_z = normrand_1*sqrt_1
    dz_dz = keep
VERBATIM
    ng_draws.ng_recording = 0;
ENDVERBATIM
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_z = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_keep = ng_self->ng_carried + 2*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_z = ng_row_z[ng_k];
      const double ng_old_keep = ng_row_keep[ng_k];
      ng_row_z[ng_k] = _ldz_dkeep*ng_old_keep + _ldz_dz*ng_old_z;
    }
    ng_sow(ng_self->ng_seeds + 6, _ldz_dsigma_z, ng_row_z, ng_width); /* sigma_z */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL exprand_1, normrand_1, dnormrand_1_dscale, dx_dmean, dx_dscale, exp_1, dexp_1_dtau_z, exp_2,
          dexp_2_dtau, sqrt_1, dsqrt_1_dtau
VERBATIM
    ng_note_draws();
ENDVERBATIM
    set_seed(start)
    exprand_1 = exprand(0.1)
    normrand_1 = normrand(0, 0.1*scale)
    dnormrand_1_dscale = normrand_1/scale
    dx_dmean = normrand_1 + 1
    dx_dscale = dnormrand_1_dscale*mean
    exp_1 = exp(-dt/tau_z)
    dexp_1_dtau_z = dt*ng_finite(exp_1)/(tau_z*tau_z)
    exp_2 = exp(-2*dt/tau)
    dexp_2_dtau = 2*dt*ng_finite(exp_2)/(tau*tau)
    sqrt_1 = sqrt(1 - exp_2)
    dsqrt_1_dtau = -dexp_2_dtau*(sqrt_1 > 0)/(2*sqrt_1 + 1 - (sqrt_1 > 0))
VERBATIM
    ng_draws.ng_recording = 0;
ENDVERBATIM
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_x = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_z = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_keep = ng_self->ng_carried + 2*ng_width;
    double *NG_RESTRICT ng_row_spread = ng_self->ng_carried + 3*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_x[ng_k] = 0.;
      ng_row_z[ng_k] = 0.;
      ng_row_keep[ng_k] = 0.;
      ng_row_spread[ng_k] = 0.;
    }
    ng_sow(ng_self->ng_seeds + 1, _ldx_dmean, ng_row_x, ng_width); /* mean */
    ng_sow(ng_self->ng_seeds + 4, _ldx_dscale, ng_row_x, ng_width); /* scale */
    ng_sow(ng_self->ng_seeds + 5, _ldexp_1_dtau_z, ng_row_keep, ng_width); /* tau_z */
    ng_sow(ng_self->ng_seeds + 3, _ldsqrt_1_dtau, ng_row_spread, ng_width); /* tau */
ENDVERBATIM
}

: pushed and its derivatives.
PROCEDURE ng_d_pushed() {
    LOCAL normrand_1
    normrand_1 = normrand(0, 1)
    dpush_dsigma = normrand_1*spread
    dpush_dspread = normrand_1*sigma
    push = sigma*spread*normrand_1
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
