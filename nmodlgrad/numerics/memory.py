"""Blocks that NEURON executes several times in a step."""

from __future__ import annotations

from collections.abc import Sequence

from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.language import FLUXES
from nmodlgrad.semantics.mechanism import Mechanism, Solvable
from nmodlgrad.syntax import nodes as n


def refuse(mechanism: Mechanism, block: Solvable, statements: Sequence[n.Statement]) -> None:
    """Refuse a block that reads a variable before it sets it: that would remember how often it was executed.

    Raises
    ------
    Refused
        with the name of the variable.
    """
    access = Dataflow(mechanism).access(statements)
    for name in sorted((access.live & access.written) - FLUXES):
        if name in mechanism.symbols:
            message = f"{block.name} reads {name} before it sets it, and NEURON executes it several times in a step"
            raise Refused([Diagnostic.at(block.name.span, "NG002", f"{message}: not differentiated")])
