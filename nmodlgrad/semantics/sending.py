"""Events that a mechanism sends itself, and whether the derivative of their times is carried."""

from __future__ import annotations

from nmodlgrad.semantics import watching
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

SEND = "net_send"
_MOVING = (Role.PARAMETER, Role.STATE, Role.VOLTAGE, Role.REVERSAL, Role.CONCENTRATION, Role.ION_CURRENT, Role.POINTER)


def sent(mechanism: Mechanism) -> tuple[n.Call, ...]:
    """The calls in NET_RECEIVE."""
    return _calls(mechanism.net_receive.body) if mechanism.net_receive else ()


def flag(mechanism: Mechanism, call: n.Call) -> float | None:
    """The flag of the event, if it is a number."""
    given = call.arguments[1]
    return float(mechanism.defined.get(given.text, given.text)) if isinstance(given, n.Number) else None


def moving(flow: Dataflow) -> frozenset[str]:
    """What the times of such events depend on that may move, apart from the event that lets them be sent."""
    symbols = flow.mechanism.symbols
    known = {name for name, symbol in symbols.items() if symbol.role in _MOVING} - flow.mechanism.constants
    read = {name for call in (*sent(flow.mechanism), *_initially(flow)) for name in flow.reads(call.arguments[0])}
    return frozenset[str]().union(*(flow.ever_needed(name, ()) | {name} for name in read)) & known


def unmoved(flow: Dataflow) -> str:
    """Why the derivatives of their times are not carried; empty if they are."""
    mechanism = flow.mechanism
    loops = [x for x in subnodes(mechanism.net_receive or mechanism.tree) if isinstance(x, _LOOPS)]
    for call in sent(mechanism):
        value = flag(mechanism, call)
        if value is None or value == 0:
            return "its NET_RECEIVE calls net_send with a flag that is no number, or is 0"
        if value in {watching.flag(mechanism, one) for one in watching.watched(mechanism)}:
            return f"the flag {value:g} of its net_send is that of a WATCH too"
        if any(x is call for loop in loops for x in subnodes(loop)):
            return "its NET_RECEIVE calls net_send in a loop"
    known = {name for name, symbol in mechanism.symbols.items() if symbol.role in _MOVING} - mechanism.constants
    for call in _initially(flow):
        if read := sorted(flow.reads(call.arguments[0]) & flow.ever_dependent(known)):
            return f"INITIAL sends an event at a time that depends on {read[0]}"
    return ""


_LOOPS = n.WhileStatement | n.FromStatement


def _initially(flow: Dataflow) -> tuple[n.Call, ...]:
    initial = flow.mechanism.initial
    return _calls(initial.body) if initial else ()


def _calls(body: n.Body) -> tuple[n.Call, ...]:
    return tuple(x for x in subnodes(body) if isinstance(x, n.Call) and x.name == SEND and len(x.arguments) == 2)
