TITLE Branches on v in DERIVATIVE and BREAKPOINT, LOCALs overwritten, a variable assigned twice

: Every branch joins the other with the same slope: with a kink in i(v), the conductance that NEURON takes
: from i(v + 0.001) - i(v) would jump, and a finite difference across the jump would mean nothing.

NEURON {
    SUFFIX gated
    RANGE ng_link  : nmodlgrad
    NONSPECIFIC_CURRENT i
    RANGE gbar, e, edge, g
    THREADSAFE
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.001 (S/cm2)
    e = -75 (mV)
    edge = -42.3 (mV)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    g (S/cm2)
}

STATE { s }

UNITSOFF
INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    if (v < edge) {
        s = 0.1*exp((v - edge)/15)
    } else {
        s = 0.1
    }
}

BREAKPOINT {
    LOCAL x
    if (ng_link != 0) { ng_current() }  : nmodlgrad
    SOLVE states METHOD cnexp
    g = gbar*s
    x = (v - edge)/20
    if (v > edge) {
        x = 1 + x + x*x
        g = g*x
    } else {
        g = g/(1 - x)
        g = g + 0.01*gbar*x*x
    }
    i = g*(v - e)
}

DERIVATIVE states {
    LOCAL x, rate
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    x = (v - edge)/15
    if (v < edge) {
        rate = 0.2*exp(x)
        x = 0.1*exp(x)
    } else {
        rate = 0.2 + 0.2*x
        if (v > 0) {
            rate = rate + 1e-4*v*v
        }
        x = (0.1 + 0.2*x)/(1 + x)
    }
    s' = rate*(x - s)
}
UNITSON

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: s.
: Seedable: gbar, e, edge.
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

/* BREAKPOINT runs twice, at v + 0.001 and then at v: keep the latest value, and the slope between the two. */
static void ng_keep(double *ng_pair, double ng_value) {
  ng_pair[1] = (ng_pair[0] - ng_value)/.001; /* as NEURON takes it */
  ng_pair[0] = ng_value;
}
ENDVERBATIM

: Partial derivatives of other variables that BREAKPOINT computes, each by itself, for who reads them.
PROCEDURE ng_observables() {
    LOCAL g, x, dx_dedge, dx_dv, dg_dedge, dg_dgbar, dg_ds, dg_dv, dg_dedge_4, dg_dgbar_4, dg_ds_3, dg_dv_4,
          dg_dedge_2, dg_dgbar_2, dg_ds_2, dg_dv_2, dg_dedge_3, dg_dgbar_3, dg_dv_3, di_de, di_dedge,
          di_dgbar, di_ds, di_dv
    g = gbar*s
    x = (v - edge)/20
    if (v > edge) {
        dx_dedge = -0.1*x - 0.05
        dx_dv = 0.1*x + 0.05
        x = 1 + x + x*x
        dg_dedge = dx_dedge*g
        dg_dgbar = s*x
        dg_ds = gbar*x
        dg_dv = dx_dv*g
        g = g*x
        dg_dedge_4 = dg_dedge
        dg_dgbar_4 = dg_dgbar
        dg_ds_3 = dg_ds
        dg_dv_4 = dg_dv
    } else {
        dg_dedge_2 = -0.05*g/((1 - x)*(1 - x))
        dg_dgbar_2 = s/(1 - x)
        dg_ds_2 = gbar/(1 - x)
        dg_dv_2 = 0.05*g/((1 - x)*(1 - x))
        g = g/(1 - x)
        dg_dedge_3 = dg_dedge_2 - 0.001*gbar*x
        dg_dgbar_3 = dg_dgbar_2 + 0.01*x*x
        dg_dv_3 = dg_dv_2 + 0.001*gbar*x
        g = g + 0.01*gbar*x*x
        dg_dedge_4 = dg_dedge_3
        dg_dgbar_4 = dg_dgbar_3
        dg_ds_3 = dg_ds_2
        dg_dv_4 = dg_dv_3
    }
    di_de = -g
    di_dedge = dg_dedge_4*(v - e)
    di_dgbar = dg_dgbar_4*(v - e)
    di_ds = dg_ds_3*(v - e)
    di_dv = dg_dv_4*(v - e) + g
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldg_ds_3; /* dg/ds */
    ng_record[1] = _ldg_dgbar_4; /* dg/dgbar */
    ng_record[2] = 0.; /* dg/de */
    ng_record[3] = _ldg_dedge_4; /* dg/dedge */
    ng_record[4] = _ldg_dv_4; /* dg/dv */
    ng_record[5] = _ldi_ds; /* di/ds */
    ng_record[6] = _ldi_dgbar; /* di/dgbar */
    ng_record[7] = _ldi_de; /* di/de */
    ng_record[8] = _ldi_dedge; /* di/dedge */
    ng_record[9] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current() {
    LOCAL g, x, dx_dedge, dx_dv, dg_dedge, dg_dgbar, dg_ds, dg_dv, dg_dedge_4, dg_dgbar_4, dg_ds_3, dg_dv_4,
          dg_dedge_2, dg_dgbar_2, dg_ds_2, dg_dv_2, dg_dedge_3, dg_dgbar_3, dg_dv_3, di_de, di_dedge,
          di_dgbar, di_ds, di_dv, i, total_current
    g = gbar*s
    x = (v - edge)/20
    if (v > edge) {
        dx_dedge = -0.1*x - 0.05
        dx_dv = 0.1*x + 0.05
        x = 1 + x + x*x
        dg_dedge = dx_dedge*g
        dg_dgbar = s*x
        dg_ds = gbar*x
        dg_dv = dx_dv*g
        g = g*x
        dg_dedge_4 = dg_dedge
        dg_dgbar_4 = dg_dgbar
        dg_ds_3 = dg_ds
        dg_dv_4 = dg_dv
    } else {
        dg_dedge_2 = -0.05*g/((1 - x)*(1 - x))
        dg_dgbar_2 = s/(1 - x)
        dg_ds_2 = gbar/(1 - x)
        dg_dv_2 = 0.05*g/((1 - x)*(1 - x))
        g = g/(1 - x)
        dg_dedge_3 = dg_dedge_2 - 0.001*gbar*x
        dg_dgbar_3 = dg_dgbar_2 + 0.01*x*x
        dg_dv_3 = dg_dv_2 + 0.001*gbar*x
        g = g + 0.01*gbar*x*x
        dg_dedge_4 = dg_dedge_3
        dg_dgbar_4 = dg_dgbar_3
        dg_ds_3 = dg_ds_2
        dg_dv_4 = dg_dv_3
    }
    di_de = -g
    di_dedge = dg_dedge_4*(v - e)
    di_dgbar = dg_dgbar_4*(v - e)
    di_ds = dg_ds_3*(v - e)
    di_dv = dg_dv_4*(v - e) + g
    i = g*(v - e)
    total_current = i
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    ng_keep(ng_record + 0, _ldi_ds); /* d/ds */
    ng_keep(ng_record + 8, _ldi_dv); /* d/dv */
    ng_keep(ng_record + 10, _ltotal_current); /* the current */
    if (ng_self->ng_sown) {
      ng_keep(ng_record + 2, _ldi_dgbar); /* d/dgbar */
      ng_keep(ng_record + 4, _ldi_de); /* d/de */
      ng_keep(ng_record + 6, _ldi_dedge); /* d/dedge */
    }
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargs_);
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL x, exp_1, dexp_1_dedge, dexp_1_dv, drate_dedge, drate_dv, rate, dx_dedge, dx_dv, drate_dedge_2,
          drate_dv_4, dx_dedge_3, dx_dv_3, drate_dv_2, drate_dv_3, inverse_1, dx_by_x, dx_dedge_2, dx_dv_2,
          ds_rate_dedge, ds_rate_dv, s_rate, exp_3, dexp_3_dedge, dexp_3_dv, s_decay, s_limit, ds_dedge,
          ds_ds, ds_dv
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("gated advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    x = (v - edge)/15
    if (v < edge) {
        exp_1 = exp(x)
        dexp_1_dedge = -1/15*ng_finite(exp_1)
        dexp_1_dv = 1/15*ng_finite(exp_1)
        drate_dedge = 0.2*dexp_1_dedge
        drate_dv = 0.2*dexp_1_dv
        rate = 0.2*exp_1
        dx_dedge = 0.1*dexp_1_dedge
        dx_dv = 0.1*dexp_1_dv
        x = 0.1*exp_1
        drate_dedge_2 = drate_dedge
        drate_dv_4 = drate_dv
        dx_dedge_3 = dx_dedge
        dx_dv_3 = dx_dv
    } else {
        rate = 0.2 + 0.2*x
        if (v > 0) {
            drate_dv_2 = 0.0002*v + 1/75
            rate = rate + 1e-4*v*v
            drate_dv_3 = drate_dv_2
        } else {
            drate_dv_3 = 1/75
        }
        inverse_1 = 1/(x + 1)
        dx_by_x = inverse_1*(inverse_1*(-0.2*x - 0.1) + 0.2)
        dx_dedge_2 = -1/15*dx_by_x
        dx_dv_2 = 1/15*dx_by_x
        x = (0.1 + 0.2*x)/(1 + x)
        drate_dedge_2 = -1/75
        drate_dv_4 = drate_dv_3
        dx_dedge_3 = dx_dedge_2
        dx_dv_3 = dx_dv_2
    }
    ds_rate_dedge = -drate_dedge_2
    ds_rate_dv = -drate_dv_4
    s_rate = -rate
    exp_3 = exp(dt*s_rate)
    dexp_3_dedge = ds_rate_dedge*dt*ng_finite(exp_3)
    dexp_3_dv = ds_rate_dv*dt*ng_finite(exp_3)
    s_decay = exp_3
    s_limit = -(rate*x)/-rate
    ds_dedge = dexp_3_dedge*(s - s_limit) + dx_dedge_3*(1 - s_decay)
    ds_ds = s_decay
    ds_dv = dexp_3_dv*(s - s_limit) + dx_dv_3*(1 - s_decay)
    s = s + (1 - s_decay)*(s_limit - s)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_s = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_s = ng_row_s[ng_k];
      ng_row_s[ng_k] = _lds_ds*ng_old_s + _lds_dv*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 2, _lds_dedge, ng_row_s, ng_width); /* edge */
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
    LOCAL exp_1, dexp_1_dedge, dexp_1_dv, ds_dedge, ds_dv, ds_dedge_2, ds_dv_2
    if (v < edge) {
        exp_1 = exp((v - edge)/15)
        dexp_1_dedge = -1/15*ng_finite(exp_1)
        dexp_1_dv = 1/15*ng_finite(exp_1)
        ds_dedge = 0.1*dexp_1_dedge
        ds_dv = 0.1*dexp_1_dv
        ds_dedge_2 = ds_dedge
        ds_dv_2 = ds_dv
    } else {
        ds_dedge_2 = 0
        ds_dv_2 = 0
    }
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    const double *NG_RESTRICT ng_voltage = ng_self->ng_voltage;
    double *NG_RESTRICT ng_row_s = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_s[ng_k] = _lds_dv_2*ng_voltage[ng_k];
    }
    ng_sow(ng_self->ng_seeds + 2, _lds_dedge_2, ng_row_s, ng_width); /* edge */
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
