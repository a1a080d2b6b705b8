TITLE A synapse whose block depends on the voltage: its conductance by CONDUCTANCE, part of it into calcium

NEURON {
    POINT_PROCESS blocked
    RANGE ng_link  : nmodlgrad
    USEION ca READ eca WRITE ica
    NONSPECIFIC_CURRENT i
    RANGE gmax, e, half, fraction
    THREADSAFE
}

UNITS {
    (mV) = (millivolt)
    (nA) = (nanoamp)
    (uS) = (microsiemens)
}

PARAMETER {
    gmax = 0.003 (uS)
    e = 0 (mV)
    half = -30 (mV)
    fraction = 0.05
}

ASSIGNED {
    v (mV)
    eca (mV)
    i (nA)
    ica (nA)
    g (uS)
    gca (uS)
}

STATE { s }

INITIAL {
    if (ng_link != 0) { ng_initial() }  : nmodlgrad
    s = 0.2
}

BREAKPOINT {
    if (ng_link != 0) { ng_current(v) }  : nmodlgrad
    SOLVE opening METHOD cnexp
    CONDUCTANCE g
    CONDUCTANCE gca USEION ca
    g = gmax*s/(1 + exp(-(v - half)/12))
    gca = fraction*g
    i = g*(v - e)
    ica = gca*(v - eca)
}

DERIVATIVE opening {
    if (ng_link != 0) {  : nmodlgrad
VERBATIM
        return ng_states(_threadargs_); /* it does the same, and takes the derivatives */
ENDVERBATIM
    }
    s' = (0.6 - s)/7
}

: ---------------------------------------------------------------------------------------------------
: Added by nmodlgrad 0.1.0: exact derivatives of the step that NEURON takes.
: Carried, one row of directions each: s.
: Seedable: gmax, e, half, fraction, eca.
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
ENDVERBATIM

: Partial derivatives of the currents of ions, each by itself, for who reads them.
PROCEDURE ng_ion_currents(v) {
    LOCAL exp_1, dexp_1_dhalf, dexp_1_dv, dg_by_exp_1, dg_dgmax, dg_dhalf, dg_ds, dg_dv, g, dgca_dfraction,
          dgca_dgmax, dgca_dhalf, dgca_ds, dgca_dv, gca, dica_deca, dica_dfraction, dica_dgmax, dica_dhalf,
          dica_ds, dica_dv, ica
    exp_1 = exp(-(v - half)/12)
    dexp_1_dhalf = 1/12*ng_finite(exp_1)
    dexp_1_dv = -1/12*ng_finite(exp_1)
    dg_by_exp_1 = -gmax*s/((exp_1 + 1)*(exp_1 + 1))
    dg_dgmax = s/(exp_1 + 1)
    dg_dhalf = dexp_1_dhalf*dg_by_exp_1
    dg_ds = gmax/(exp_1 + 1)
    dg_dv = dexp_1_dv*dg_by_exp_1
    g = gmax*s/(1 + exp_1)
    dgca_dfraction = g
    dgca_dgmax = dg_dgmax*fraction
    dgca_dhalf = dg_dhalf*fraction
    dgca_ds = dg_ds*fraction
    dgca_dv = dg_dv*fraction
    gca = fraction*g
    dica_deca = -gca
    dica_dfraction = dgca_dfraction*(v - eca)
    dica_dgmax = dgca_dgmax*(v - eca)
    dica_dhalf = dgca_dhalf*(v - eca)
    dica_ds = dgca_ds*(v - eca)
    dica_dv = dgca_dv*(v - eca) + gca
    ica = gca*(v - eca)
VERBATIM
    double *ng_record = NG_SELF->ng_ion_record;
    const double ng_density = 100./(_nd_area);
    ng_record[0] = ng_density*(_ldica_ds); /* dica/ds */
    ng_record[1] = ng_density*(_ldica_dgmax); /* dica/dgmax */
    ng_record[2] = ng_density*(0.); /* dica/de */
    ng_record[3] = ng_density*(_ldica_dhalf); /* dica/dhalf */
    ng_record[4] = ng_density*(_ldica_dfraction); /* dica/dfraction */
    ng_record[5] = ng_density*(_ldica_deca); /* dica/deca */
    ng_record[6] = ng_density*(_ldica_dv); /* dica/dv */
    ng_record[7] = ng_density*(_lica); /* ica */
ENDVERBATIM
}

: Partial derivatives of other variables that BREAKPOINT computes, each by itself, for who reads them.
PROCEDURE ng_observables(v) {
    LOCAL exp_1, dexp_1_dhalf, dexp_1_dv, dg_by_exp_1, dg_dgmax, dg_dhalf, dg_ds, dg_dv, g, di_de, di_dgmax,
          di_dhalf, di_ds, di_dv
    exp_1 = exp(-(v - half)/12)
    dexp_1_dhalf = 1/12*ng_finite(exp_1)
    dexp_1_dv = -1/12*ng_finite(exp_1)
    dg_by_exp_1 = -gmax*s/((exp_1 + 1)*(exp_1 + 1))
    dg_dgmax = s/(exp_1 + 1)
    dg_dhalf = dexp_1_dhalf*dg_by_exp_1
    dg_ds = gmax/(exp_1 + 1)
    dg_dv = dexp_1_dv*dg_by_exp_1
    g = gmax*s/(1 + exp_1)
    di_de = -g
    di_dgmax = dg_dgmax*(v - e)
    di_dhalf = dg_dhalf*(v - e)
    di_ds = dg_ds*(v - e)
    di_dv = dg_dv*(v - e) + g
VERBATIM
    double *ng_record = NG_SELF->ng_observed_record;
    ng_record[0] = _ldi_ds; /* di/ds */
    ng_record[1] = _ldi_dgmax; /* di/dgmax */
    ng_record[2] = _ldi_de; /* di/de */
    ng_record[3] = _ldi_dhalf; /* di/dhalf */
    ng_record[4] = 0.; /* di/dfraction */
    ng_record[5] = 0.; /* di/deca */
    ng_record[6] = _ldi_dv; /* di/dv */
ENDVERBATIM
}

: Partial derivatives of the membrane current, for the cable to use when the new voltage is known.
PROCEDURE ng_current(v) {
    LOCAL exp_1, dexp_1_dhalf, dexp_1_dv, dg_by_exp_1, dg_dgmax, dg_dhalf, dg_ds, dg_dv, g, dgca_dfraction,
          dgca_dgmax, dgca_dhalf, dgca_ds, dgca_dv, gca, di_de, di_dgmax, di_dhalf, di_ds, di_dv, i,
          dica_deca, dica_dfraction, dica_dgmax, dica_dhalf, dica_ds, dica_dv, ica, dtotal_conductance_dgmax,
          dtotal_conductance_dhalf, dtotal_conductance_ds, dtotal_conductance_dv, total_conductance,
          dtotal_current_dgmax, dtotal_current_dhalf, dtotal_current_ds, dtotal_current_dv, total_current
    exp_1 = exp(-(v - half)/12)
    dexp_1_dhalf = 1/12*ng_finite(exp_1)
    dexp_1_dv = -1/12*ng_finite(exp_1)
    dg_by_exp_1 = -gmax*s/((exp_1 + 1)*(exp_1 + 1))
    dg_dgmax = s/(exp_1 + 1)
    dg_dhalf = dexp_1_dhalf*dg_by_exp_1
    dg_ds = gmax/(exp_1 + 1)
    dg_dv = dexp_1_dv*dg_by_exp_1
    g = gmax*s/(1 + exp_1)
    dgca_dfraction = g
    dgca_dgmax = dg_dgmax*fraction
    dgca_dhalf = dg_dhalf*fraction
    dgca_ds = dg_ds*fraction
    dgca_dv = dg_dv*fraction
    gca = fraction*g
    di_de = -g
    di_dgmax = dg_dgmax*(v - e)
    di_dhalf = dg_dhalf*(v - e)
    di_ds = dg_ds*(v - e)
    di_dv = dg_dv*(v - e) + g
    i = g*(v - e)
    dica_deca = -gca
    dica_dfraction = dgca_dfraction*(v - eca)
    dica_dgmax = dgca_dgmax*(v - eca)
    dica_dhalf = dgca_dhalf*(v - eca)
    dica_ds = dgca_ds*(v - eca)
    dica_dv = dgca_dv*(v - eca) + gca
    ica = gca*(v - eca)
    dtotal_conductance_dgmax = dg_dgmax + dgca_dgmax
    dtotal_conductance_dhalf = dg_dhalf + dgca_dhalf
    dtotal_conductance_ds = dg_ds + dgca_ds
    dtotal_conductance_dv = dg_dv + dgca_dv
    total_conductance = g + gca
    dtotal_current_dgmax = di_dgmax + dica_dgmax
    dtotal_current_dhalf = di_dhalf + dica_dhalf
    dtotal_current_ds = di_ds + dica_ds
    dtotal_current_dv = di_dv + dica_dv
    total_current = i + ica
VERBATIM
    const ng_Instance *ng_self = NG_SELF;
    double *ng_record = ng_self->ng_record;
    const double ng_density = 100./(_nd_area);
    ng_record[0] = ng_density*_ldtotal_current_ds; /* d/ds */
    ng_record[1] = ng_density*_ldtotal_conductance_ds;
    ng_record[12] = ng_density*_ldtotal_current_dv; /* d/dv */
    ng_record[13] = ng_density*_ldtotal_conductance_dv;
    ng_record[14] = ng_density*_ltotal_current; /* the current */
    ng_record[15] = ng_density*_ltotal_conductance;
    if (ng_self->ng_sown) {
      ng_record[2] = ng_density*_ldtotal_current_dgmax; /* d/dgmax */
      ng_record[3] = ng_density*_ldtotal_conductance_dgmax;
      ng_record[4] = ng_density*_ldi_de; /* d/de */
      ng_record[5] = ng_density*0.;
      ng_record[6] = ng_density*_ldtotal_current_dhalf; /* d/dhalf */
      ng_record[7] = ng_density*_ldtotal_conductance_dhalf;
      ng_record[8] = ng_density*_ldica_dfraction; /* d/dfraction */
      ng_record[9] = ng_density*_ldgca_dfraction;
      ng_record[10] = ng_density*_ldica_deca; /* d/deca */
      ng_record[11] = ng_density*0.;
    }
    if (NG_RARELY(ng_self->ng_ion_record)) ng_ion_currents(_threadargscomma_ _lv);
    if (NG_RARELY(ng_self->ng_observed_record)) ng_observables(_threadargscomma_ _lv);
ENDVERBATIM
}

: The update that cnexp performs, and its derivatives at the new voltage and the old states.
PROCEDURE ng_states() {
    LOCAL s_rate, s_decay, s_limit, ds_ds
VERBATIM
    if (fabs(NG_SELF->ng_cell->ng_time - t) > 1e-6)
      hoc_execerror("blocked advanced before the cable of its cell:", "nmodlgrad_cable must run first, see the documentation on order");
ENDVERBATIM
    s_rate = -1/7
    s_decay = exp(dt*s_rate)
    s_limit = -(0.6/7)/(-1/7)
    ds_ds = s_decay
    s = s + (1 - s_decay)*(s_limit - s)
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_s = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      const double ng_old_s = ng_row_s[ng_k];
      ng_row_s[ng_k] = _lds_ds*ng_old_s;
    }
ENDVERBATIM
}

: Derivatives of the initial values.
PROCEDURE ng_initial() {
VERBATIM
    ng_Instance *ng_self = NG_SELF;
    const long ng_width = ng_self->ng_cell->ng_width;
    long ng_k;
    double *NG_RESTRICT ng_row_s = ng_self->ng_carried + 0*ng_width;
    for (ng_k = 0; ng_k < ng_width; ng_k++) {
      ng_row_s[ng_k] = 0.;
    }
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
