"""What a BREAKPOINT with CONDUCTANCE may hold to be differentiated."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """nocmodl gives the voltage to the statements of such a BREAKPOINT only: in all that they call v is an old one."""
    if mechanism.conductance is None or mechanism.breakpoint is None:
        return
    flow = Dataflow(mechanism)
    for node in subnodes(mechanism.breakpoint.body):
        match node:
            case n.Call(name=name) if name in mechanism.functions:
                reads = "v" in flow.function(name).live
            case n.Call(name=name) if name in mechanism.procedures:
                reads = "v" in flow.procedure(name).live
            case n.Verbatim():
                reads = "v" in flow.access((node,)).live
            case _:
                continue
        if reads:
            what = node.name if isinstance(node, n.Call) else "C code"
            message = f"{what} reads v, which NEURON does not set for it in a BREAKPOINT with CONDUCTANCE"
            yield Diagnostic.at(node.span, "NG002", f"{message}: not differentiated", "give it v as an argument")
