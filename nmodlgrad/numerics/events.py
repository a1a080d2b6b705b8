"""NET_RECEIVE as two runs of statements: what finitialize does for each connection, and what an event does."""

from __future__ import annotations

from collections.abc import Sequence

from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def connect(mechanism: Mechanism) -> tuple[n.Statement, ...]:
    """The INITIAL inside NET_RECEIVE, wherever it stands."""
    return tuple(statement for initial in _initials(mechanism) for statement in initial.body.statements)


def weights(flow: Dataflow) -> tuple[str, ...]:
    """The arguments that are what a NetCon's weights say: the first, and those that are only read.

    Without INITIAL in NET_RECEIVE NEURON zeroes all but the first.
    """
    mechanism = flow.mechanism
    if not _initials(mechanism):
        return mechanism.arguments[:1]
    written = flow.access((*connect(mechanism), *receive(mechanism))).written
    return tuple(name for number, name in enumerate(mechanism.arguments) if not number or name not in written)


def _initials(mechanism: Mechanism) -> list[n.NetInitial]:
    block = mechanism.net_receive
    return [x for x in subnodes(block.body) if isinstance(x, n.NetInitial)] if block else []


def receive(mechanism: Mechanism) -> tuple[n.Statement, ...]:
    """The statements of an event.

    Of those that send events, move them or watch for them nothing is left: times are constants.
    """
    return _plain(mechanism.net_receive.body.statements) if mechanism.net_receive else ()


def _plain(statements: Sequence[n.Statement]) -> tuple[n.Statement, ...]:
    """Without INITIAL, and with state_discontinuity(x, value) as x = value, which it is at a fixed step."""
    lowered: list[n.Statement] = []
    for statement in statements:
        match statement:
            case n.NetInitial():
                continue
            case n.CallStatement(
                span=span, call=n.Call(name="state_discontinuity", arguments=(n.VariableName() as x, value))
            ):
                lowered.append(n.Assign(span, x, value))
            case n.IfStatement(span=span, condition=condition, body=body, orelse=orelse):
                other = _plain_block(orelse) if isinstance(orelse, n.Body) else None
                if isinstance(orelse, n.IfStatement):
                    other = n.Body(orelse.span, None, _plain((orelse,)))
                lowered.append(n.IfStatement(span, condition, _plain_block(body), other))
            case n.Body():
                lowered.append(_plain_block(statement))
            case n.Enclosed(span=span, opening=opening, body=body, closing=closing):
                lowered.append(n.Enclosed(span, opening, _plain_block(body), closing))
            case _:
                lowered.append(statement)
    return tuple(lowered)


def _plain_block(body: n.Body) -> n.Body:
    return n.Body(body.span, body.locals, _plain(body.statements))
