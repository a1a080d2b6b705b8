"""The times of at_time as variables."""

from __future__ import annotations

from collections.abc import Sequence

from nmodlgrad.numerics import build, calls
from nmodlgrad.semantics.names import Names
from nmodlgrad.semantics.passing import AT_TIME
from nmodlgrad.syntax import nodes as n

_NEVER = "-1e9"  # ms: a call that is not reached


def times(statements: Sequence[n.Statement], names: Names) -> tuple[tuple[n.Statement, ...], tuple[str, ...]]:
    """The statements with a variable set to the time where at_time is called, and these variables."""
    variables: list[str] = []

    def kept(statement: n.CallStatement) -> list[n.Statement]:
        variables.append(names.fresh(f"time_{len(variables) + 1}"))
        return [n.Assign(statement.span, build.name(variables[-1]), statement.call.arguments[0])]

    lowered = calls.replace(statements, AT_TIME, kept)
    return (*(build.assign(variable, build.number(_NEVER)) for variable in variables), *lowered), tuple(variables)
