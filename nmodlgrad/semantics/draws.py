"""Random numbers: who draws them. Along a path they are constants, whichever generator they come from."""

from __future__ import annotations

from nmodlgrad.syntax import nodes as n

# What NMODL calls, and how a draw moves with its arguments: z = location + scale*(what was drawn).
LOCATION_AND_SCALE: dict[str, tuple[int | None, int]] = {
    "normrand": (0, 1),
    "exprand": (None, 0),
    "random_normal": (1, 2),
    "random_negexp": (None, 1),
}
BETWEEN = {"random_uniform": (1, 2)}  # from a lower to an upper bound

_OTHER_DRAWS = frozenset({"scop_random", "poisrand", "random_ipick", "random_dpick"})
_SETTING = frozenset({"set_seed", "random_setseq", "random_setids"})

IN_NMODL = _OTHER_DRAWS | LOCATION_AND_SCALE.keys() | BETWEEN.keys()
SETTING = _SETTING
"""Statements that set a generator: like draws, each is done once."""

IN_C = {
    "scop_random": "double",
    "normrand": "double",
    "exprand": "double",
    "poisrand": "int",
    "nrn_random_pick": "double",
    "nrnran123_dblpick": "double",
    "nrnran123_uniform": "double",
    "nrnran123_normal": "double",
    "nrnran123_negexp": "double",
    "nrnran123_ipick": "uint32_t",
}
"""The same in C: what returns a number, of which type; and, below, what returns nothing."""
SETTING_IN_C = ("set_seed", "nrnran123_setseq", "nrnran123_setids", "nrn_set_random_sequence")

TRANSLATED = {
    "random_uniform": "nrnran123_uniform",
    "random_normal": "nrnran123_normal",
    "random_negexp": "nrnran123_negexp",
    "random_ipick": "nrnran123_ipick",
    "random_dpick": "nrnran123_dblpick",
    "random_setseq": "nrnran123_setseq",
    "random_setids": "nrnran123_setids",
}
"""What nocmodl makes of the words for the RANDOM construct."""

WORDS = frozenset({*IN_C, *SETTING_IN_C})


def is_primitive(node: n.Node) -> bool:
    """Whether a node is a call of one of NEURON's own generators, or one that sets them."""
    return isinstance(node, n.Call) and (node.name in IN_NMODL or node.name in SETTING)
