"""METHOD cnexp of equations that are not linear in their state."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.numerics import cnexp
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG020. NEURON takes such an equation without a word, and its steps are then only of first order or worse."""
    solved = {solve.block for solve in mechanism.solves if solve.method == "cnexp"}
    for name, block in mechanism.derivatives.items():
        if name in solved:
            for node in subnodes(block):
                if isinstance(node, n.Assign) and isinstance(node.target, n.Prime):
                    try:
                        cnexp.lower(node, Names(""))
                    except Refused as refused:
                        yield from refused.diagnostics
