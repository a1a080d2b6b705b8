"""Calls with the wrong number of arguments."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.language import INTRINSICS
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import calls


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG015. NEURON's own functions beyond those of the C library take various numbers of arguments."""
    routines: dict[str, n.FunctionBlock | n.ProcedureBlock | n.FunctionTableBlock] = {
        **mechanism.functions,
        **mechanism.procedures,
        **mechanism.function_tables,
    }
    for item in mechanism.items:
        for call in calls(item):
            block = routines.get(call.name)
            count = INTRINSICS.get(call.name) if block is None else len(block.arguments)
            if count is not None and count != len(call.arguments):
                plural = "" if count == 1 else "s"
                message = f"{call.name} takes {count} argument{plural}, not {len(call.arguments)}"
                yield Diagnostic.at(call.span, "NG015", message)
