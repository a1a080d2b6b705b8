"""What NET_RECEIVE and the sending of events may hold to be differentiated."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import names_read, subnodes

# Calls that are differentiated, or have nothing to differentiate, in the blocks named.
_SENDING = (n.NetReceiveBlock, n.InitialBlock)
_ALLOWED: dict[str, tuple[type[n.Node], ...]] = {
    "net_send": _SENDING,
    "net_event": _SENDING,
    "net_move": (n.NetReceiveBlock,),
    "state_discontinuity": (n.NetReceiveBlock,),
    "at_time": (n.Node,),
}


def covered(mechanism: Mechanism) -> set[int]:
    """The calls of NEURON's functions for events that stand where they are covered, by identity."""
    return {
        id(node)
        for block in mechanism.items
        for node in subnodes(block)
        if isinstance(node, n.Call) and isinstance(block, _ALLOWED.get(node.name, ()))
    }


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """Forms of NET_RECEIVE that are not differentiated."""
    block = mechanism.net_receive
    if block is None:
        return
    initial = {id(x) for i in subnodes(block.body) if isinstance(i, n.NetInitial) for x in subnodes(i)}
    for node in subnodes(block.body):
        match node:
            case n.Assign(target=n.VariableName(name="v")) if id(node) in initial:
                yield _not_yet(node, "assigning v in the INITIAL of NET_RECEIVE is")
            case n.Call(name="state_discontinuity", arguments=arguments) if not _is_variable(mechanism, arguments):
                yield _not_yet(node, "state_discontinuity of anything but a variable of the mechanism is")
    reads_voltage = "v" in names_read(block.body)
    if not reads_voltage and not mechanism.solves and "v" in Dataflow(mechanism).access(block.body.statements).live:
        yield _not_yet(block, "reading v in a routine that NET_RECEIVE calls, in a mechanism that solves nothing, is")


def unmoved(mechanism: Mechanism) -> str:
    """Why the derivative of the time at which an event arrives is not carried; empty if it is."""
    block = mechanism.net_receive
    if block is None:
        return "it has no NET_RECEIVE"
    for node in subnodes(block.body):
        match node:
            case n.Call(name=name) if name in ("net_event", "net_move"):
                return f"its NET_RECEIVE calls {name}"
            case n.ForNetcons() | n.Verbatim():
                return f"its NET_RECEIVE has a {_WORDS[type(node)]}"
    return ""


def unshifted(mechanism: Mechanism) -> str:
    """Why it is not known how a mechanism moves on while an event is late; empty if it is."""
    if mechanism.concentrations:
        return "it writes a concentration"
    for solve in mechanism.solves:
        if not isinstance(mechanism.solvable[solve.block], n.DerivativeBlock | n.KineticBlock):
            return f"it solves {solve.block}, which is neither a DERIVATIVE nor a KINETIC block"
    return ""


_WORDS: dict[type[n.Node], str] = {n.ForNetcons: "FOR_NETCONS", n.Verbatim: "VERBATIM block"}


def mentions_voltage(mechanism: Mechanism) -> bool:
    """Whether NET_RECEIVE itself mentions v: only then does an event leave its v in the node (noccout.cpp)."""
    block = mechanism.net_receive
    return block is not None and any(isinstance(x, n.VariableName) and x.name == "v" for x in subnodes(block.body))


def _is_variable(mechanism: Mechanism, arguments: tuple[n.Expression, ...]) -> bool:
    """At a fixed step it is an assignment, to whatever can be assigned."""
    name = arguments[0].name if arguments and isinstance(arguments[0], n.VariableName) else ""
    symbol = mechanism.symbols.get(name)
    return name in mechanism.arguments or (symbol is not None and symbol.role in _ASSIGNABLE)


_ASSIGNABLE = (Role.STATE, Role.ASSIGNED, Role.PARAMETER, Role.VOLTAGE)


def _not_yet(node: n.Node, what: str) -> Diagnostic:
    return Diagnostic.at(node.span, "NG002", f"{what} not differentiated yet")
