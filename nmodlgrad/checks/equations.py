"""Equations for names that are no states."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.checks.names import nearest
from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG022."""
    states = {name for name, symbol in mechanism.symbols.items() if symbol.role is Role.STATE}
    for item in mechanism.items:
        if isinstance(item, n.DerivativeBlock) and not any(isinstance(x, n.Prime | n.Equation) for x in subnodes(item)):
            message = f"the DERIVATIVE block {item.name} has no equation"
            yield Diagnostic.at(item.name.span, "NG022", message, "what is merely assigned belongs in a PROCEDURE")
        for node in subnodes(item):
            if isinstance(node, n.Prime) and node.name not in states:
                declared = mechanism.symbols.get(node.name)
                what = f"{node.name} is no STATE" + (f", but {_kind(declared.role)}" if declared else "")
                hint = "declare it in STATE" if declared else nearest(node.name, states)
                yield Diagnostic.at(node.span, "NG022", f"{what}: it has no differential equation", hint)


def _kind(role: Role) -> str:
    return {Role.PARAMETER: "a PARAMETER", Role.ASSIGNED: "ASSIGNED", Role.CONSTANT: "a CONSTANT"}.get(role, role.value)
