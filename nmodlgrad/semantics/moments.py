"""Times of events: what a jump reads of them, and in which variables NET_RECEIVE keeps them for later ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.mechanism import Role, Scope
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import calls

TIME = "t"


def keeping(flow: Dataflow, receive: Sequence[n.Statement], rows: Collection[str]) -> tuple[str, ...]:
    """The variables that depend on the time of an event and on nothing else that is carried, and outlive it.

    `rows` are those that own a tangent anyhow.
    """
    mechanism, written = flow.mechanism, flow.access(receive).written
    kept = {s.name for s in mechanism.symbols.values() if s.role in (Role.ASSIGNED, Role.PARAMETER)}
    kept = (kept | {*mechanism.arguments}) - {*rows} - mechanism.constants
    found: set[str] = set()
    while True:
        start = {name: frozenset({TIME}) for name in (TIME, *found)}
        after = flow.dependence(receive, start)
        more = {name for name in written & kept if after.get(name)} - found
        if not more:
            return tuple(sorted(found))
        found |= more


def hidden(flow: Dataflow, receive: Sequence[n.Statement], moments: Collection[str]) -> str:
    """Why the derivative by the time of an event can not be taken; empty if it can."""
    mechanism, moving = flow.mechanism, {TIME, *moments}
    if "v" in flow.access(receive).written:
        return "its NET_RECEIVE sets the voltage"
    called = [x.name for statement in receive for x in calls(statement) if x.name in mechanism.procedures]
    for name in dict.fromkeys(called):
        for inner in sorted(flow.reached(name)):
            if read := sorted(flow.procedure(inner).live & moving):
                return f"its NET_RECEIVE calls {name}, which reads {read[0]}: give it that as an argument"
    others = [item for item in mechanism.items if not isinstance(item, n.NetReceiveBlock | n.InitialBlock)]
    used = {x.name for item in others for x in flow.inside(item) if isinstance(x, n.VariableName)}
    for moment in (x for x in moments if x not in mechanism.arguments):
        keeps = f"its NET_RECEIVE keeps the time of an event in {moment}"
        if moment in mechanism.arrays:
            return f"{keeps}, an array with indices that are known at run time only"
        if mechanism.symbols[moment].scope is Scope.GLOBAL:
            return f"{keeps}, which all instances share"
        if moment in used:
            return f"{keeps}, which other blocks use"
    return ""
