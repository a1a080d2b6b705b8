"""The marked lines in the original text."""

from __future__ import annotations

from nmodlgrad.calculus.tangent import TangentMechanism
from nmodlgrad.emit import drawing, stages
from nmodlgrad.emit.patch import Edit, insert_last_line, insert_line
from nmodlgrad.emit.render import inserted
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.mechanism import Mechanism, Role, Scope
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def edits(tangent: TangentMechanism, name: str) -> list[Edit]:
    """All of them, for a mechanism registered under `name`."""
    mechanism = tangent.mechanism
    text, suffix = mechanism.source.text, mechanism.suffix
    found = [insert_line(text, suffix.span.end, inserted("declaration", _becomes_threadsafe(tangent)))]
    if name != suffix.name:
        found.append(Edit(suffix.name.span, name))
    if tangent.current and mechanism.breakpoint:
        call = inserted("call", "ng_current", "v" if tangent.conductance else "")
        found.append(insert_line(text, stages.start(mechanism.breakpoint.body), call))
    if tangent.carried and mechanism.initial:
        found.append(insert_line(text, stages.start(mechanism.initial.body), inserted("call", "ng_initial")))
    found += stages.edits(tangent)
    for one, _ in tangent.around:
        found.append(insert_line(text, stages.start(one.block.body), inserted("call", one.routine)))
    return found + _event_edits(tangent) + drawing.edits(tangent)


def silencing(mechanism: Mechanism) -> list[Edit]:
    """At the end of BREAKPOINT there is no current."""
    assert mechanism.breakpoint is not None
    end = mechanism.breakpoint.body.span.end - 1
    lines = "\n".join(inserted("silence", current.name) for current in mechanism.currents)
    return [insert_last_line(mechanism.source.text, end, lines)]


def _event_edits(tangent: TangentMechanism) -> list[Edit]:
    mechanism = tangent.mechanism
    if mechanism.net_receive is None:
        return []
    body, text = mechanism.net_receive.body, mechanism.source.text
    initial = next((x.body for x in subnodes(body) if isinstance(x, n.NetInitial)), None)
    places = (("ng_connect", tangent.connect, initial), ("ng_receive", tangent.receive, body))
    edits = [
        insert_line(text, stages.start(block), inserted("event", routine, len(mechanism.arguments)))
        for routine, phase, block in places
        if phase and block
    ]
    if not tangent.unmoved:
        edits.append(insert_last_line(text, body.span.end - 1, inserted("call", "ng_received")))
    return edits


_UNSAFE = (n.LinearBlock, n.NonlinearBlock, n.DiscreteBlock)


_RUN = (
    n.InitialBlock
    | n.BreakpointBlock
    | n.DerivativeBlock
    | n.KineticBlock
    | n.NetReceiveBlock
    | n.BeforeBlock
    | n.AfterBlock
)


def _becomes_threadsafe(tangent: TangentMechanism) -> bool:
    """The original is thread-safe without saying so: nocmodl would take that back for the VERBATIM that we add."""
    mechanism = tangent.mechanism
    if any(s.role is Role.POINTER for s in mechanism.symbols.values()):
        return False  # that alone takes the thread-safety of a mechanism that does not claim it
    if any(isinstance(node, n.Verbatim) for item in tangent.original.items for node in subnodes(item)):
        return False  # it is not
    runge = any(solve.method == "runge" for solve in mechanism.solves)
    if runge or any(isinstance(block, _UNSAFE) for block in mechanism.solvable.values()):
        return False  # nor are these, for nocmodl
    flow = Dataflow(mechanism)
    bodies = [i.body for i in mechanism.tree.items if isinstance(i, _RUN)]
    bodies += [s.body for body in bodies for s in body.statements if isinstance(s, n.NetInitial)]
    bodies += [b.body for b in mechanism.procedures.values() if b.name in {s.block for s in mechanism.solves}]
    written = {x for body in bodies for x in flow.access((body,)).written}
    shared = {x for x in written if x in mechanism.symbols and _is_shared(mechanism, x)}
    return not mechanism.declared_threadsafe and not shared


def _is_shared(mechanism: Mechanism, name: str) -> bool:
    """A GLOBAL. Of the LOCALs at file scope every thread has its own."""
    symbol = mechanism.symbols[name]
    file_locals = {x for item in mechanism.items if isinstance(item, n.LocalList) for x in item.names}
    return symbol.scope is Scope.GLOBAL and symbol.role is not Role.CONSTANT and name not in file_locals
