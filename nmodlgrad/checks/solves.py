"""SOLVE of a block that is missing, or by a method that does not fit it."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.checks.names import nearest
from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.lexis import METHODS
from nmodlgrad.syntax.walk import subnodes

# What solves what (nocmodl: init.cpp and solve.cpp). The last two say when to run a block rather than how. A third,
# cvode_t_v, is a word of the language, but nocmodl lets it solve nothing.
_ALWAYS = ("after_cvode", "cvode_t")
_FITTING = {
    n.DerivativeBlock: ("cnexp", "derivimplicit", "euler", "runge", *_ALWAYS),
    n.KineticBlock: ("sparse", "euler", "runge", *_ALWAYS),
    n.LinearBlock: _ALWAYS,
    n.NonlinearBlock: ("newton", *_ALWAYS),
    n.DiscreteBlock: _ALWAYS,
    n.ProcedureBlock: _ALWAYS,
}
_KEYWORDS = {
    n.DerivativeBlock: "DERIVATIVE",
    n.KineticBlock: "KINETIC",
    n.LinearBlock: "LINEAR",
    n.NonlinearBlock: "NONLINEAR",
    n.DiscreteBlock: "DISCRETE",
    n.ProcedureBlock: "PROCEDURE",
}


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG014, NG019."""
    for solve in mechanism.solves:
        block = mechanism.solvable.get(solve.block)
        if block is None:
            hint = nearest(solve.block, mechanism.solvable)
            message = f"SOLVE names the block {solve.block}, which does not exist"
            yield Diagnostic.at(solve.block.span, "NG014", message, hint)
        elif solve.method is not None and solve.method not in METHODS:
            hint = nearest(solve.method, METHODS)
            yield Diagnostic.at(solve.method.span, "NG019", f"there is no METHOD {solve.method}", hint)
        elif solve.method is not None and solve.method not in _FITTING[type(block)]:
            message = f"METHOD {solve.method} does not solve a {_KEYWORDS[type(block)]} block"
            fitting = " or ".join(method for method in _FITTING[type(block)] if method not in _ALWAYS)
            yield Diagnostic.at(solve.method.span, "NG019", message, f"{fitting or 'SOLVE without a METHOD'} does")
    yield from _too_late(mechanism)
    for solve in [solve for solve in mechanism.solves if solve.method == "cnexp"][1:]:
        hint = "put the equations into one block" if len(mechanism.derivatives) > 1 else ""
        yield Diagnostic.at(solve.span, "NG019", "NEURON takes METHOD cnexp once in a file", hint)


def _too_late(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """nocmodl translates a DERIVATIVE block where it stands, by the method that it has been told until then."""
    solved: set[str] = {solve.block for solve in mechanism.solves}
    told: set[str] = set()
    for item in mechanism.items:
        if isinstance(item, n.DerivativeBlock) and item.name in solved - told:
            message = f"the DERIVATIVE block {item.name} stands before the SOLVE that names it"
            yield Diagnostic.at(item.name.span, "NG014", message, "move it behind, to the end of the file say")
        told |= {node.block for node in subnodes(item) if isinstance(node, n.Solve)}
