TITLE A synapse that releases vesicles at random, from a generator that C code keeps

NEURON {
    THREADSAFE
    POINT_PROCESS vesicles
    RANGE ng_link  : nmodlgrad
    RANGE tau, e, use, recovery, facilitation, jitter, drawn, boost, sites
    NONSPECIFIC_CURRENT i
    BBCOREPOINTER generator
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau = 2.2 (ms)
    e = 0 (mV)
    use = 0.45
    recovery = 1.5 (ms)
    facilitation = 20 (ms)
    jitter = 0.3
    boost = 1.1
    sites = 3
}

ASSIGNED {
    v (mV)
    i (nA)
    u
    occupied
    drawn  : how often
    generator
}

STATE { g (uS) }

VERBATIM
#include "nrnran123.h"
static int ready(nrnran123_State *stream) { /* whether there is a generator: else nothing is random */
    return stream != 0;
}
ENDVERBATIM

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

#define nrnran123_dblpick(...) ((double) (ng_replays() ? ng_replayed() : ng_noted((double) nrnran123_dblpick(__VA_ARGS__))))
#define nrnran123_normal(...) ((double) (ng_replays() ? ng_replayed() : ng_noted((double) nrnran123_normal(__VA_ARGS__))))
#define nrnran123_negexp(...) ((double) (ng_replays() ? ng_replayed() : ng_noted((double) nrnran123_negexp(__VA_ARGS__))))
#define nrnran123_setseq(...) ((void) (ng_replays() ? ng_replayed() : (nrnran123_setseq(__VA_ARGS__), ng_noted(0.))))
ENDVERBATIM
INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    g = 0
    u = 0
    occupied = 1
    drawn = 0
VERBATIM
    if (_p_generator) nrnran123_setseq((nrnran123_State *) _p_generator, 0, 0);
ENDVERBATIM
}

BREAKPOINT {
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE decay METHOD cnexp
    i = g*(v - e)
}

DERIVATIVE decay {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    g' = -g/tau
}

NET_RECEIVE(weight (uS), size, last (ms)) {
    LOCAL chance, survival, found
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        ng_receive(_threadargscomma_ _lflag, _args ? _args[0] : 0., _args ? _args[1] : 0., _args ? _args[2] : 0., (double) (size_t) _args);
ENDVERBATIM
    }
    INITIAL {
        if (ng_link != 0) {  : nmodlgrad
VERBATIM
            ng_connect(_threadargscomma_ _lflag, _args ? _args[0] : 0., _args ? _args[1] : 0., _args ? _args[2] : 0., (double) (size_t) _args);
ENDVERBATIM
        }
        size = 0
        last = t
    }
    if (flag == 2) {  : the weights of a later time, that C code keeps
VERBATIM
        if (drawn >= 3) {
            double share = 0.9;
ENDVERBATIM
            size = size*boost*share
VERBATIM
        }
        return;
ENDVERBATIM
    }
    if (weight <= 0) {
VERBATIM
        return; /* "return;" */
ENDVERBATIM
    }
    u = u*exp(-(t - last)/facilitation)
    u = u + use*(1 - u)
    if (occupied == 0) {
        survival = exp(-(t - last)/recovery)
        chance = uniform()
        if (chance > survival) {
            occupied = 1
        }
    }
    found = 0
    FROM k = 0 TO sites - 1 {
        chance = uniform()
        if (chance < 0.6*u) {
            found = found + 1
        }
    }
    if (occupied == 1) {
        if (uniform() < u) {
            size = 0.4*size + 0.6 + jitter*normal()
            g = g + weight*u*size*(found + 1)/sites
            occupied = 0
        } else if (uniform() < 0.9) {
            g = g + 0.2*weight*size*boost
        }
    }
    last = t
    drawn = drawn + 1
    net_send(1.5 + 0.1*exponential(), 2)
}

FUNCTION uniform() {
VERBATIM
    if (ready((nrnran123_State *) _p_generator)) {
        _luniform = nrnran123_dblpick((nrnran123_State *) _p_generator);
    } else {
        _luniform = 0.5;
    }
ENDVERBATIM
}

FUNCTION normal() {
VERBATIM
    return nrnran123_normal((nrnran123_State *) _p_generator);
ENDVERBATIM
}

FUNCTION exponential() {
VERBATIM
    _lexponential = nrnran123_negexp((nrnran123_State *) _p_generator);
ENDVERBATIM
}

PROCEDURE seed() {
VERBATIM
    nrnran123_State **place = (nrnran123_State **) &_p_generator;
    if (*place) nrnran123_deletestream(*place);
    *place = nrnran123_newstream3((uint32_t) *getarg(1), (uint32_t) *getarg(2), 0);
ENDVERBATIM
}

DESTRUCTOR {
VERBATIM
    if (_p_generator) nrnran123_deletestream((nrnran123_State *) _p_generator);
ENDVERBATIM
}

VERBATIM
static void bbcore_write(double *x, int *d, int *xx, int *dd, _threadargsproto_) {}
static void bbcore_read(double *x, int *d, int *xx, int *dd, _threadargsproto_) {}
ENDVERBATIM

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: g, u.
: Carried for each connection: size.
: Seedable: e, tau, use, facilitation, jitter, boost, sites.
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

static ng_Connection *ng_find(const ng_Instance *ng_self, double ng_sender) {
  static const ng_Band ng_last = {0, 0};
  static const ng_Seed ng_unmoved[] = {{&ng_last, 0, 0, 0}};
  static ng_Connection ng_none = {0, ng_unmoved, 0, 0, 0, 0, 0, 0., &ng_last, 0};
  const double *ng_address = (const double *) (size_t) ng_sender;
  long ng_low = 0, ng_high = ng_self->ng_connection_count;
  while (ng_low < ng_high) {
    const long ng_middle = (ng_low + ng_high)/2;
    ng_Connection *ng_connection = ng_self->ng_connections + ng_middle;
    if (ng_connection->ng_address == ng_address) return ng_connection;
    if (ng_connection->ng_address < ng_address) ng_low = ng_middle + 1;
    else ng_high = ng_middle;
  }
  return &ng_none;
}
ENDVERBATIM

: Partial derivatives of other variables that BREAKPOINT computes, each by itself, for who reads them.
PROCEDURE ng_observables() {
    LOCAL di_de, di_dg, di_dv
    di_de = -g
    di_dg = v - e
    di_dv = g
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_dg; /* di/dg */
    ng_record[1] = _ldi_de; /* di/de */
    ng_record[2] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: The current itself and its conductance, which the cable asks for where the area of the node moves.
PROCEDURE ng_whole() {
    LOCAL i, total_current, dtotal_current_dv
    i = g*(v - e)
    total_current = i
    dtotal_current_dv = g
VERBATIM
    const double ng_density = 100./(_nd_area);
    NG_SELF->ng_total[0] = ng_density*_ltotal_current;
    NG_SELF->ng_total[1] = ng_density*_ldtotal_current_dv;
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL di_de, di_dg
VERBATIM
    if (v + .001 != ng_latest_v) {
      ng_latest_v = v;
      return 0; /* BREAKPOINT runs at v + 0.001 and then at v: what is linear in v needs but the second */
    }
    ng_latest_v = NAN;
ENDVERBATIM
    di_de = -g
    di_dg = v - e
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    const double ng_density = 100./(_nd_area);
    ng_record[0] = ng_density*_ldi_dg; /* d/dg */
    ng_record[1] = ng_density*1.0;
    if (ng_self->ng_sown) {
      ng_record[2] = ng_density*_ldi_de; /* d/de */
      ng_record[3] = ng_density*0.0;
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
    if (NG_RARELY(ng_self->ng_total)) ng_whole(_threadargs_);
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL g_rate, dg_rate_dtau, exp_1, dexp_1_dtau, g_decay, g_limit, dg_dg, dg_dtau
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("vesicles advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    g_rate = -1/tau
    dg_rate_dtau = g_rate*g_rate
    exp_1 = exp(dt*g_rate)
    dexp_1_dtau = dg_rate_dtau*dt*ng_finite(exp_1)
    g_decay = exp_1
    g_limit = -0/(-1/tau)
    dg_dg = g_decay
    dg_dtau = dexp_1_dtau*(g - g_limit)
    g = g + (1 - g_decay)*(g_limit - g)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_g = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_g = ng_row_g[ng_k];
      ng_row_g[ng_k] = _ldg_dg*ng_old_g;
    }
    ng_sow(ng_self->ng_seeds + 1, _ldg_dtau, ng_row_g, ng_width); /* tau */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
VERBATIM
    ng_note_draws();
ENDVERBATIM
VERBATIM
    if (_p_generator) nrnran123_setseq((nrnran123_State *) _p_generator, 0, 0);
ENDVERBATIM
VERBATIM
    ng_draws.ng_recording = 0;
ENDVERBATIM
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_g = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_u = ng_self->ng_carried + 1*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_g[ng_k] = 0.;
      ng_row_u[ng_k] = 0.;
    }
ENDVERBATIM
}

: Derivatives of what finitialize does for a connection; ng_sender is the address of the NetCon's weight.
PROCEDURE ng_connect(flag, weight, size, last, ng_sender) {
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    ng_Connection *ng_connection = ng_find(ng_self, _lng_sender);
    double *NG_RESTRICT ng_row_size = ng_connection->ng_rows + 0*ng_width;
    if (!ng_connection->ng_rows) {
      ng_self->ng_cell->ng_fault = "a NetCon was made during the run: finitialize first";
      return 0;
    }
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_size[ng_k] = 0.;
    }
ENDVERBATIM
}

: Derivatives of the jump at an event; ng_sender is the address of the NetCon's weight.
PROCEDURE ng_receive(flag, weight, size, last, ng_sender) {
    LOCAL last_next, occupied_next, size_next, u_next, dsize_dboost_2, dsize_dsize_2, dsize_dboost,
          dsize_dsize, dg_dboost_6, dg_dfacilitation_5, dg_djitter_5, dg_dsites_5, dg_dsize_7, dg_du_5,
          dg_duse_5, dg_dweight_7, dsize_dboost_3, dsize_djitter_4, dsize_dsize_6, du_dfacilitation_4,
          du_du_3, du_duse_3, dg_dboost_5, dg_dfacilitation_4, dg_djitter_4, dg_dsites_4, dg_dsize_6, dg_du_4,
          dg_duse_4, dg_dweight_6, dsize_djitter_3, dsize_dsize_5, du_dfacilitation_3, du_du_2, du_duse_2,
          exp_1, dexp_1_dfacilitation, du_dfacilitation, du_dfacilitation_2, du_du, du_duse, exp_2, survival,
          uniform_1, chance, found, uniform_2, uniform_3, normal_1, dg_by_size_next, dg_by_u_next,
          dg_dfacilitation, dg_djitter, dg_dsites, dg_dsize, dg_du, dg_duse, dg_dweight, dg_dboost_3,
          dg_dfacilitation_2, dg_djitter_2, dg_dsites_2, dg_dsize_4, dg_du_2, dg_duse_2, dg_dweight_4,
          dsize_djitter, dsize_dsize_3, uniform_4, dg_dboost, dg_dsize_2, dg_dweight_2, dg_dboost_2,
          dg_dsize_3, dg_dweight_3, dg_dboost_4, dg_dfacilitation_3, dg_djitter_3, dg_dsites_3, dg_dsize_5,
          dg_du_3, dg_duse_3, dg_dweight_5, dsize_djitter_2, dsize_dsize_4, exponential_1
VERBATIM
    ng_note_draws();
ENDVERBATIM
    last_next = last
    occupied_next = occupied
    size_next = size
    u_next = u
    if (flag == 2) {
        dsize_dboost_2 = 0
        dsize_dsize_2 = 1
VERBATIM
        if (drawn >= 3) {
            double share = 0.9;
ENDVERBATIM
            dsize_dboost = share*size_next
            dsize_dsize = boost*share
            dsize_dboost_2 = dsize_dboost
            dsize_dsize_2 = dsize_dsize
VERBATIM
        }
ENDVERBATIM
        dg_dboost_6 = 0
        dg_dfacilitation_5 = 0
        dg_djitter_5 = 0
        dg_dsites_5 = 0
        dg_dsize_7 = 0
        dg_du_5 = 0
        dg_duse_5 = 0
        dg_dweight_7 = 0
        dsize_dboost_3 = dsize_dboost_2
        dsize_djitter_4 = 0
        dsize_dsize_6 = dsize_dsize_2
        du_dfacilitation_4 = 0
        du_du_3 = 1
        du_duse_3 = 0
    } else {
        if (weight <= 0) {
            dg_dboost_5 = 0
            dg_dfacilitation_4 = 0
            dg_djitter_4 = 0
            dg_dsites_4 = 0
            dg_dsize_6 = 0
            dg_du_4 = 0
            dg_duse_4 = 0
            dg_dweight_6 = 0
            dsize_djitter_3 = 0
            dsize_dsize_5 = 1
            du_dfacilitation_3 = 0
            du_du_2 = 1
            du_duse_2 = 0
        } else {
            exp_1 = exp(-(t - last_next)/facilitation)
            dexp_1_dfacilitation = -ng_finite(exp_1)*(last_next - t)/(facilitation*facilitation)
            du_dfacilitation = dexp_1_dfacilitation*u_next
            u_next = u_next*exp_1
            du_dfacilitation_2 = du_dfacilitation*(1 - use)
            du_du = exp_1*(1 - use)
            du_duse = 1 - u_next
            u_next = u_next + use*(1 - u_next)
            if (occupied_next == 0) {
                exp_2 = exp(-(t - last_next)/recovery)
                survival = exp_2
                uniform_1 = uniform()
                chance = uniform_1
                if (chance > survival) {
                    occupied_next = 1
                }
            }
            found = 0
            FROM k = 0 TO sites - 1 {
                uniform_2 = uniform()
                chance = uniform_2
                if (chance < 0.6*u_next) {
                    found = found + 1
                }
            }
            if (occupied_next == 1) {
                uniform_3 = uniform()
                if (uniform_3 < u_next) {
                    normal_1 = normal()
                    size_next = 0.4*size_next + 0.6 + jitter*normal_1
                    dg_by_size_next = u_next*weight*(found + 1)/sites
                    dg_by_u_next = size_next*weight*(found + 1)/sites
                    dg_dfacilitation = dg_by_u_next*du_dfacilitation_2
                    dg_djitter = dg_by_size_next*normal_1
                    dg_dsites = -size_next*u_next*weight*(found + 1)/(sites*sites)
                    dg_dsize = 0.4*dg_by_size_next
                    dg_du = dg_by_u_next*du_du
                    dg_duse = dg_by_u_next*du_duse
                    dg_dweight = size_next*u_next*(found + 1)/sites
                    dg_dboost_3 = 0
                    dg_dfacilitation_2 = dg_dfacilitation
                    dg_djitter_2 = dg_djitter
                    dg_dsites_2 = dg_dsites
                    dg_dsize_4 = dg_dsize
                    dg_du_2 = dg_du
                    dg_duse_2 = dg_duse
                    dg_dweight_4 = dg_dweight
                    dsize_djitter = normal_1
                    dsize_dsize_3 = 0.4
                } else {
                    uniform_4 = uniform()
                    if (uniform_4 < 0.9) {
                        dg_dboost = 0.2*size_next*weight
                        dg_dsize_2 = 0.2*boost*weight
                        dg_dweight_2 = 0.2*boost*size_next
                        dg_dboost_2 = dg_dboost
                        dg_dsize_3 = dg_dsize_2
                        dg_dweight_3 = dg_dweight_2
                    } else {
                        dg_dboost_2 = 0
                        dg_dsize_3 = 0
                        dg_dweight_3 = 0
                    }
                    dg_dboost_3 = dg_dboost_2
                    dg_dfacilitation_2 = 0
                    dg_djitter_2 = 0
                    dg_dsites_2 = 0
                    dg_dsize_4 = dg_dsize_3
                    dg_du_2 = 0
                    dg_duse_2 = 0
                    dg_dweight_4 = dg_dweight_3
                    dsize_djitter = 0
                    dsize_dsize_3 = 1
                }
                dg_dboost_4 = dg_dboost_3
                dg_dfacilitation_3 = dg_dfacilitation_2
                dg_djitter_3 = dg_djitter_2
                dg_dsites_3 = dg_dsites_2
                dg_dsize_5 = dg_dsize_4
                dg_du_3 = dg_du_2
                dg_duse_3 = dg_duse_2
                dg_dweight_5 = dg_dweight_4
                dsize_djitter_2 = dsize_djitter
                dsize_dsize_4 = dsize_dsize_3
            } else {
                dg_dboost_4 = 0
                dg_dfacilitation_3 = 0
                dg_djitter_3 = 0
                dg_dsites_3 = 0
                dg_dsize_5 = 0
                dg_du_3 = 0
                dg_duse_3 = 0
                dg_dweight_5 = 0
                dsize_djitter_2 = 0
                dsize_dsize_4 = 1
            }
            exponential_1 = exponential()
            dg_dboost_5 = dg_dboost_4
            dg_dfacilitation_4 = dg_dfacilitation_3
            dg_djitter_4 = dg_djitter_3
            dg_dsites_4 = dg_dsites_3
            dg_dsize_6 = dg_dsize_5
            dg_du_4 = dg_du_3
            dg_duse_4 = dg_duse_3
            dg_dweight_6 = dg_dweight_5
            dsize_djitter_3 = dsize_djitter_2
            dsize_dsize_5 = dsize_dsize_4
            du_dfacilitation_3 = du_dfacilitation_2
            du_du_2 = du_du
            du_duse_2 = du_duse
        }
        dg_dboost_6 = dg_dboost_5
        dg_dfacilitation_5 = dg_dfacilitation_4
        dg_djitter_5 = dg_djitter_4
        dg_dsites_5 = dg_dsites_4
        dg_dsize_7 = dg_dsize_6
        dg_du_5 = dg_du_4
        dg_duse_5 = dg_duse_4
        dg_dweight_7 = dg_dweight_6
        dsize_dboost_3 = 0
        dsize_djitter_4 = dsize_djitter_3
        dsize_dsize_6 = dsize_dsize_5
        du_dfacilitation_4 = du_dfacilitation_3
        du_du_3 = du_du_2
        du_duse_3 = du_duse_2
    }
VERBATIM
    ng_draws.ng_recording = 0;
ENDVERBATIM
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    ng_Connection *ng_connection = ng_find(ng_self, _lng_sender);
    double *NG_RESTRICT ng_row_g = ng_self->ng_carried + 0*ng_width;
    double *NG_RESTRICT ng_row_u = ng_self->ng_carried + 1*ng_width;
    double *NG_RESTRICT ng_row_size = ng_connection->ng_rows + 0*ng_width;
    if (!ng_connection->ng_rows) {
      ng_self->ng_cell->ng_fault = "a NetCon was made during the run: finitialize first";
      return 0;
    }
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_g = ng_row_g[ng_k];
      const double ng_old_u = ng_row_u[ng_k];
      const double ng_old_size = ng_row_size[ng_k];
      ng_row_g[ng_k] = ng_old_g + _ldg_dsize_7*ng_old_size + _ldg_du_5*ng_old_u;
      ng_row_u[ng_k] = _ldu_du_3*ng_old_u;
      ng_row_size[ng_k] = _ldsize_dsize_6*ng_old_size;
    }
    ng_sow(ng_self->ng_seeds + 5, _ldg_dboost_6, ng_row_g, ng_width); /* boost */
    ng_sow(ng_self->ng_seeds + 3, _ldg_dfacilitation_5, ng_row_g, ng_width); /* facilitation */
    ng_sow(ng_self->ng_seeds + 4, _ldg_djitter_5, ng_row_g, ng_width); /* jitter */
    ng_sow(ng_self->ng_seeds + 6, _ldg_dsites_5, ng_row_g, ng_width); /* sites */
    ng_sow(ng_self->ng_seeds + 2, _ldg_duse_5, ng_row_g, ng_width); /* use */
    ng_sow(ng_connection->ng_seeds + 0, _ldg_dweight_7, ng_row_g, ng_width); /* weight */
    ng_sow(ng_self->ng_seeds + 3, _ldu_dfacilitation_4, ng_row_u, ng_width); /* facilitation */
    ng_sow(ng_self->ng_seeds + 2, _ldu_duse_3, ng_row_u, ng_width); /* use */
    ng_sow(ng_self->ng_seeds + 5, _ldsize_dboost_3, ng_row_size, ng_width); /* boost */
    ng_sow(ng_self->ng_seeds + 4, _ldsize_djitter_4, ng_row_size, ng_width); /* jitter */
ENDVERBATIM
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
