"""Functions that derivatives are written with and sympy does not know: comparisons, and the helpers that are emitted.

The text of the helpers is in ``templates/helpers.jinja``.
"""

from __future__ import annotations

import sympy as sp


class Greater(sp.Function):  # type: ignore[misc]
    """left > right, as the number that NMODL makes of it."""

    nargs = 2


class Ghk(sp.Function):  # type: ignore[misc]
    """NEURON's nrn_ghk: of v, the concentrations inside and outside, and the valence."""

    nargs = 4


class GhkSlope(sp.Function):  # type: ignore[misc]
    """Its derivative by v."""

    nargs = 4


class Finite(sp.Function):  # type: ignore[misc]
    """The argument, but no infinity."""

    nargs = 1


CALLS: dict[type[sp.Function], str] = {
    Ghk: "nrn_ghk",
    GhkSlope: "ng_ghk_slope",
    Finite: "ng_finite",
}
"""How each is written."""

HELPERS = ("ng_ghk_slope", "ng_exprelr_slope", "ng_exprelr", "ng_finite")
"""What is appended to a file that uses it; each may call those after it."""

OVERFLOWING = frozenset({"exp", "sinh", "cosh"})
"""Functions whose derivative is kept finite: otherwise 1/(1 + exp(x)) has the derivative 0*inf where exp(x) is inf."""
