"""Statements in blocks where they have no meaning."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

_ONLY_IN: dict[type[n.Node], tuple[str, tuple[type[n.Node], ...]]] = {
    n.Table: ("TABLE", (n.FunctionBlock, n.ProcedureBlock)),
    n.Compartment: ("COMPARTMENT", (n.KineticBlock,)),
    n.LongitudinalDiffusion: ("LONGITUDINAL_DIFFUSION", (n.KineticBlock,)),
    n.Conserve: ("CONSERVE", (n.KineticBlock,)),
    n.Watch: ("WATCH", (n.NetReceiveBlock,)),
    n.ForNetcons: ("FOR_NETCONS", (n.NetReceiveBlock,)),
    n.NetInitial: ("INITIAL", (n.NetReceiveBlock,)),
    n.Conductance: ("CONDUCTANCE", (n.BreakpointBlock,)),
}
_WORDS = {
    n.FunctionBlock: "FUNCTION",
    n.ProcedureBlock: "PROCEDURE",
    n.KineticBlock: "KINETIC",
    n.NetReceiveBlock: "NET_RECEIVE",
    n.BreakpointBlock: "BREAKPOINT",
}


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG029."""
    for block in mechanism.items:
        for node in subnodes(block):
            if isinstance(node, n.Assign) and node.target.name == "t":
                yield Diagnostic.at(node.span, "NG029", "t can not be assigned: NEURON sets it")
            if type(node) in _ONLY_IN:
                keyword, places = _ONLY_IN[type(node)]
                if not isinstance(block, places):
                    where = " or ".join(_WORDS[place] for place in places)
                    yield Diagnostic.at(node.span, "NG029", f"{keyword} has a meaning in {where} only")
    if mechanism.net_receive and not mechanism.is_point_process:
        message = "NET_RECEIVE has a meaning in a POINT_PROCESS or an ARTIFICIAL_CELL only"
        yield Diagnostic.at(mechanism.net_receive.span, "NG029", message)
