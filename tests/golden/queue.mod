TITLE A synapse that keeps its latest events in arrays, and sums over them: loops with bounds and indices of the run

DEFINE MOST 40

NEURON {
    POINT_PROCESS queue
    RANGE ng_link  : nmodlgrad
    THREADSAFE  : nmodlgrad
    RANGE tau, e, gmax, cutoff, use, g, i
    NONSPECIFIC_CURRENT i
}

PARAMETER {
    tau = 1.5 (ms)
    e = 0 (mV)
    gmax = 0.02 (uS)
    cutoff = 25
    use = 0.6
}

ASSIGNED {
    v (mV)
    i (nA)
    g (uS)
    onset[MOST] (ms)
    strength[MOST]
    number
    oldest
    resource
}

INITIAL {
    number = 0
    resource = 1
    FROM k = 0 TO MOST - 1 {
        onset[k] = -1e9
        strength[k] = 0
    }
}

BREAKPOINT {
    LOCAL k, total
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    g = gmax*sum()
    total = 0
    k = number
    while (k > 0 && number - k < 3) {
        k = k - 1
        total = total + alpha((t - onset[k])/tau)/4
    }
    i = g*(1 - 0.1*total)*(v - e)
}

FUNCTION sum() {
    LOCAL x, last
    sum = 0
    last = number - 1
    FROM k = 0 TO last {
        x = (t - onset[k])/tau
        if (x < cutoff) {
            sum = sum + strength[k]*alpha(x)
        }
    }
}

FUNCTION alpha(x) {
    if (x < 0) {
        alpha = 0
    } else {
        alpha = x*exp(1 - x)
    }
}

NET_RECEIVE(weight) {
    LOCAL gone
    gone = 0
    WHILE (gone < number && onset[gone] < t - 30) {
        gone = gone + 1
    }
    if (number - gone >= MOST) {
        gone = number - MOST + 1
    }
    if (gone > 0) {
        FROM k = 0 TO number - gone - 1 {
            onset[k] = onset[k + gone]
            strength[k] = strength[k + gone]
        }
        number = number - gone
    }
    onset[number] = t
    strength[number] = weight*resource
    resource = resource*(1 - use)
    number = number + 1
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: none.
: Seedable: tau, e, gmax.
: All of it is inert while ng_link, the address of this instance's tangent memory, is 0.
: ---------------------------------------------------------------------------------------------------
ASSIGNED {
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

/* BREAKPOINT runs twice, at v + 0.001 and then at v: keep the latest value, and the slope between the two. */
static void ng_keep(double *ng_pair, double ng_value) {
  ng_pair[1] = (ng_pair[0] - ng_value)/.001; /* as NEURON takes it */
  ng_pair[0] = ng_value;
}
ENDVERBATIM

: The current itself and its conductance, which the cable asks for where the area of the node moves.
PROCEDURE ng_whole() {
    LOCAL g, total, k, di_dv, i, total_current
    g = gmax*sum()
    total = 0
    k = number
    while (k > 0 && number - k < 3) {
        k = k - 1
        total = total + alpha((t - onset[k])/tau)/4
    }
    di_dv = g*(1 - 0.1*total)
    i = g*(1 - 0.1*total)*(v - e)
    total_current = i
VERBATIM
    const double ng_density = 100./(_nd_area);
    NG_SELF->ng_total[0] = ng_density*_ltotal_current;
    NG_SELF->ng_total[1] = ng_density*_ldi_dv;
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL sum_1, dsum_dtau_1, dg_dtau, g, total, k, dtotal_dtau, alpha_1, dalpha_dx_1, dalpha_1_dtau,
          dtotal_dtau_2, di_by_g, di_de, di_dgmax, di_dtau
    sum_1 = sum()
    dsum_dtau_1 = dsum_dtau()
    dg_dtau = dsum_dtau_1*gmax
    g = gmax*sum_1
    total = 0
    k = number
    dtotal_dtau = 0
    while (k > 0 && number - k < 3) {
        k = k - 1
        alpha_1 = alpha((t - onset[k])/tau)
        dalpha_dx_1 = dalpha_dx((t - onset[k])/tau)
        dalpha_1_dtau = -dalpha_dx_1*(t - onset[k])/(tau*tau)
        dtotal_dtau_2 = 0.25*dalpha_1_dtau + dtotal_dtau
        total = total + alpha_1/4
        dtotal_dtau = dtotal_dtau_2
    }
    di_by_g = (v - e)*(1 - 0.1*total)
    di_de = -g*(1 - 0.1*total)
    di_dgmax = di_by_g*sum_1
    di_dtau = dg_dtau*di_by_g - 0.1*dtotal_dtau*g*(v - e)
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    const double ng_density = 100./(_nd_area);
    if (ng_self->ng_sown) {
      ng_keep(ng_record + 0, ng_density*_ldi_dtau); /* d/dtau */
      ng_keep(ng_record + 2, ng_density*_ldi_de); /* d/de */
      ng_keep(ng_record + 4, ng_density*_ldi_dgmax); /* d/dgmax */
    }
    if (NG_RARELY(ng_self->ng_total)) ng_whole(_threadargs_);
ENDVERBATIM
}

: The derivative of sum with respect to cutoff.
FUNCTION dsum_dcutoff() {
    dsum_dcutoff = 0
}

: The derivative of alpha with respect to x.
FUNCTION dalpha_dx(x) {
    LOCAL exp_1, dexp_1_dx, dalpha_dx_2
    if (x < 0) {
        dalpha_dx = 0
    } else {
        exp_1 = exp(1 - x)
        dexp_1_dx = -ng_finite(exp_1)
        dalpha_dx_2 = dexp_1_dx*x + exp_1
        dalpha_dx = dalpha_dx_2
    }
}

: The derivative of sum with respect to tau.
FUNCTION dsum_dtau() {
    LOCAL last, dsum_dtau_2, dx_dtau_2, x, dalpha_dx_1, dalpha_1_dtau, dsum_dtau_3, dsum_dtau_4
    last = number - 1
    dsum_dtau_2 = 0
    FROM k = 0 TO last {
        dx_dtau_2 = -(t - onset[k])/(tau*tau)
        x = (t - onset[k])/tau
        if (x < cutoff) {
            dalpha_dx_1 = dalpha_dx(x)
            dalpha_1_dtau = dalpha_dx_1*dx_dtau_2
            dsum_dtau_3 = dalpha_1_dtau*strength[k] + dsum_dtau_2
            dsum_dtau_4 = dsum_dtau_3
        } else {
            dsum_dtau_4 = dsum_dtau_2
        }
        dsum_dtau_2 = dsum_dtau_4
    }
    dsum_dtau = dsum_dtau_2
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
