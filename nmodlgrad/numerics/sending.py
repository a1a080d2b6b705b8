"""net_send as variables: whether an event is sent, and after how long it comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nmodlgrad.numerics import build, calls
from nmodlgrad.semantics.names import Names
from nmodlgrad.semantics.sending import SEND
from nmodlgrad.syntax import nodes as n


@dataclass(frozen=True)
class Sent:
    """A call of net_send: the variables that tell whether it was reached, and the delay; and the flag."""

    call: n.Call
    reached: str
    delay: str


def events(statements: Sequence[n.Statement], names: Names) -> tuple[tuple[n.Statement, ...], tuple[Sent, ...]]:
    """The statements with these variables set where net_send is called, and what it sends."""
    found: list[Sent] = []

    def kept(statement: n.CallStatement) -> list[n.Statement]:
        number = len(found) + 1
        one = Sent(statement.call, names.fresh(f"sent_{number}"), names.fresh(f"delay_{number}"))
        found.append(one)
        delay = n.Assign(statement.span, build.name(one.delay), statement.call.arguments[0])
        return [build.assign(one.reached, build.number("1")), delay]

    lowered = calls.replace(statements, SEND, kept)
    nothing = [build.assign(x, build.number("0")) for one in found for x in (one.reached, one.delay)]
    return (*nothing, *lowered), tuple(found)
