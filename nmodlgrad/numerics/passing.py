"""The times of at_time as variables."""

from __future__ import annotations

from collections.abc import Sequence

from nmodlgrad.numerics import build
from nmodlgrad.semantics.names import Names
from nmodlgrad.semantics.passing import AT_TIME
from nmodlgrad.syntax import nodes as n

_NEVER = "-1e9"  # ms: a call that is not reached


def times(statements: Sequence[n.Statement], names: Names) -> tuple[tuple[n.Statement, ...], tuple[str, ...]]:
    """The statements with a variable set to the time where at_time is called, and these variables."""
    variables: list[str] = []
    lowered = _lowered(statements, names, variables)
    never = [build.assign(variable, build.number(_NEVER)) for variable in variables]
    return (*never, *lowered), tuple(variables)


def _lowered(statements: Sequence[n.Statement], names: Names, variables: list[str]) -> tuple[n.Statement, ...]:
    def body(inside: n.Body) -> n.Body:
        return n.Body(inside.span, inside.locals, _lowered(inside.statements, names, variables))

    found: list[n.Statement] = []
    for statement in statements:
        match statement:
            case n.CallStatement(span=span, call=n.Call(name=name, arguments=(time,))) if name == AT_TIME:
                variables.append(names.fresh(f"time_{len(variables) + 1}"))
                found.append(n.Assign(span, build.name(variables[-1]), time))
            case n.IfStatement(span=span, condition=condition, body=inside, orelse=orelse):
                other = orelse
                if isinstance(orelse, n.Body):
                    other = body(orelse)
                elif orelse is not None:
                    other = n.Body(orelse.span, None, _lowered((orelse,), names, variables))
                found.append(n.IfStatement(span, condition, body(inside), other))
            case n.Body():
                found.append(body(statement))
            case _:
                found.append(statement)
    return tuple(found)
