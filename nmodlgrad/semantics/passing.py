"""Times that at_time names, and whether the derivative by them is carried."""

from __future__ import annotations

from collections.abc import Collection

from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

AT_TIME = "at_time"
_MOVING = (Role.PARAMETER, Role.STATE, Role.VOLTAGE, Role.REVERSAL, Role.CONCENTRATION, Role.ION_CURRENT, Role.POINTER)


def moving(flow: Dataflow) -> frozenset[str]:
    """What the times depend on that may move: parameters, states, the voltage."""
    symbols = flow.mechanism.symbols
    known = {name for name, symbol in symbols.items() if symbol.role in _MOVING} - flow.mechanism.constants
    read = {name for call, _ in _calls(flow.mechanism) for argument in call.arguments for name in flow.reads(argument)}
    return frozenset[str]().union(*(flow.ever_needed(name, ()) | {name} for name in read)) & known


def unmoved(flow: Dataflow, computed: Collection[str]) -> str:
    """Why the derivative by these times is not carried; empty if it is. `computed` is what the mechanism sets."""
    mechanism = flow.mechanism
    if not mechanism.currents:
        return "it has at_time and no current"
    for call, block in _calls(mechanism):
        if not isinstance(block, n.BreakpointBlock):
            return "it calls at_time elsewhere than in BREAKPOINT"
        statements = [x for x in subnodes(block) if isinstance(x, n.CallStatement)]
        if not any(x.call is call for x in statements):
            return "it looks at what at_time returns"
        loops = [x for x in subnodes(block) if isinstance(x, n.WhileStatement | n.FromStatement)]
        if any(x is call for loop in loops for x in subnodes(loop)):
            return "it calls at_time in a loop"
        for name in sorted(flow.reads(call.arguments[0])):
            symbol = mechanism.symbols.get(name)
            if symbol is None or symbol.role not in (Role.PARAMETER, Role.CONSTANT) or name in computed:
                return f"its at_time depends on {name}, which is no parameter"
    return ""


def _calls(mechanism: Mechanism) -> list[tuple[n.Call, n.Item]]:
    """Every call with a time, and the block it stands in."""
    return [
        (node, item)
        for item in mechanism.items
        for node in subnodes(item)
        if isinstance(node, n.Call) and node.name == AT_TIME and node.arguments
    ]
