"""METHOD cnexp of equations that are not linear in their state."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.numerics import cnexp, equations
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.semantics.names import Names


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG020. NEURON takes such an equation without a word, and its steps are then only of first order or worse."""
    solved = {solve.block for solve in mechanism.solves if solve.method == "cnexp"}
    for name, block in mechanism.derivatives.items():
        found = equations.found(block.body.statements)
        if name not in solved or cnexp.falls_back(found):
            continue
        for equation in found:
            try:
                cnexp.lower(equation, Names(""))
            except Refused as refused:
                yield from refused.diagnostics
