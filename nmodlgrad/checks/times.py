"""Events whose times depend on what may be seeded, or on the voltage: these times are constants."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.numerics import events
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.semantics.passive import is_passive
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

_ACTIVE = (Role.PARAMETER, Role.STATE, Role.VOLTAGE, Role.REVERSAL, Role.CONCENTRATION, Role.ION_CURRENT)
_TIMED = ("net_send", "net_move", "at_time")
_HINT = "Sensitivity(..., spikes=True) carries what moves them, or says why not; else it is no part of the gradient"


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG035."""
    if is_passive(mechanism):
        return
    flow = Dataflow(mechanism)
    given = {s.name for s in mechanism.symbols.values() if s.role in _ACTIVE}
    active = flow.ever_dependent(given.union(events.weights(flow)))
    for block in mechanism.items:
        for node in subnodes(block):
            match node:
                case n.Call(name=name, arguments=(time, *_)) if name in _TIMED:
                    if found := sorted(flow.reads(time) & active):
                        yield _constant(node, f"when {name} acts depends on {_listed(found)}")
                case n.Watched(left=left, right=right):
                    if found := sorted((flow.reads(left) | flow.reads(right)) & active):
                        yield _constant(node, f"when WATCH finds its condition true depends on {_listed(found)}")


def _constant(node: n.Node, what: str) -> Diagnostic:
    return Diagnostic.at(node.span, "NG035", f"{what}; event times are constants", _HINT)


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
