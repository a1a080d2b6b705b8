"""What WATCH waits for, where the derivative of the time at which it comes is carried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import calls, subnodes

_STAYING = (Role.PARAMETER, Role.ASSIGNED, Role.CONSTANT, Role.ENVIRONMENT)


def watched(mechanism: Mechanism) -> tuple[n.Watched, ...]:
    """The conditions of all WATCH statements."""
    block = mechanism.net_receive
    found = [x for x in subnodes(block.body) if isinstance(x, n.Watched)] if block else []
    return tuple(found)


def flag(mechanism: Mechanism, one: n.Watched) -> float:
    """The flag of the event that a condition sends."""
    return float(mechanism.defined.get(one.flag.text, one.flag.text))


def unmoved(flow: Dataflow, computed: Collection[str]) -> str:
    """Why the time at which a condition comes true carries no derivative; empty if it does.

    `computed` are the variables that the mechanism sets.
    """
    mechanism = flow.mechanism
    counts = Counter(flag(mechanism, one) for one in watched(mechanism))
    if several := [value for value, count in counts.items() if count > 1 or value == 0]:
        return f"the flag {several[0]:g} of its WATCH is that of other events too"
    for one in watched(mechanism):
        sides = (one.left, one.right)
        for name in sorted({x for side in sides for x in flow.reads(side)} - {"v"}):
            symbol = mechanism.symbols.get(name)
            if symbol is None or symbol.role not in _STAYING or name in computed or name in mechanism.arguments:
                return f"its WATCH depends on {name}, which is neither v nor a parameter"
        called = [x.name for side in sides for x in calls(side) if x.name in mechanism.functions]
        if hidden := [name for name in called if "v" in flow.function(name).live]:
            return f"its WATCH calls {hidden[0]}, which reads v: give it that as an argument"
    return ""
