"""Statements that change no variable: the original goes on executing them, the derivative has nothing to do there."""

from __future__ import annotations

from nmodlgrad.numerics.normal.rewrite import rebuilt, within
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n

_CALLS = frozenset({"printf", "prterr"})


def drop(mechanism: Mechanism) -> Mechanism:
    """Without printing and locks; what PROTECT protects becomes a plain assignment."""
    return rebuilt(mechanism, (within(item, _change) for item in mechanism.items))


def _change(node: n.Node) -> n.Node | tuple[n.Node, ...]:
    match node:
        case n.CallStatement(call=call) if call.name in _CALLS:
            return ()
        case n.Mutex():
            return ()
        case n.Protect(assign=assign):
            return within(assign, _change)
    return within(node, _change)
