"""What NMODL knows beyond the file: functions that can be called, names that NEURON sets."""

from __future__ import annotations

# Functions of the C library and of NEURON that expressions may call, with their number of arguments.
INTRINSICS = {
    "exp": 1,
    "log": 1,
    "log10": 1,
    "sqrt": 1,
    "sin": 1,
    "cos": 1,
    "tan": 1,
    "asin": 1,
    "acos": 1,
    "atan": 1,
    "sinh": 1,
    "cosh": 1,
    "tanh": 1,
    "pow": 2,
    "fabs": 1,
    "abs": 1,
    "floor": 1,
    "ceil": 1,
    "fmod": 2,
    "atan2": 2,
    "fmin": 2,
    "fmax": 2,
    "erf": 1,
    "nrn_ghk": 4,
}

# Functions of NEURON's own that do more than compute a value, and how they are called in a message.
# fmt: off
BEYOND = frozenset({
    "net_send", "net_event", "net_move", "state_discontinuity", "at_time", "printf", "prterr", "nrn_pointing",
    "scop_random", "normrand", "exprand", "poisrand", "poisson", "gauss", "set_seed", "nrn_random_play",
    "random_setseq", "random_setids", "random_uniform", "random_negexp", "random_normal", "random_ipick",
    "random_dpick", "boundary", "deflate", "derivs", "expfit", "factorial", "force", "harmonic",
    "hyperbol", "invert", "legendre", "perpulse", "perstep", "pulse", "ramp", "revhyperbol", "revsawtooth",
    "revsigmoid", "romberg", "sawtooth", "schedule", "sigmoid", "spline", "squarewave", "step", "stepforce",
    "threshold", "tridiag",
})
# fmt: on

# Names that NEURON sets for every mechanism.
ENVIRONMENT = frozenset({"t", "dt", "celsius", "area", "diam", "secondorder"})

# Those that a direction may move: the shape of a segment.
SHAPE = ("diam", "area")

# What functions of NEURON read besides their arguments.
IMPLICIT = {"nrn_ghk": "celsius"}

# Names that the translated C++ finds in NEURON's headers or in itself.
VISIBLE = frozenset({"delta_t", "usetable", "error", "hoc_epsilon", "stoprun", "M_PI", "INFINITY"})

# What the reactions of a KINETIC block leave in it: the fluxes of the one above, forward and backward.
FLUXES = frozenset({"f_flux", "b_flux"})
