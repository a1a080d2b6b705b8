"""Equations inside statements: each is replaced by plain statements, branches keep their shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from nmodlgrad.numerics import build
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def found(statements: Iterable[n.Statement]) -> tuple[n.Assign, ...]:
    """The equations, in the order in which they stand."""
    nodes = (node for statement in statements for node in subnodes(statement))
    return tuple(e for e in nodes if isinstance(e, n.Assign) and isinstance(e.target, n.Prime))


def with_slopes(statements: Sequence[n.Statement], slopes: Mapping[str, str]) -> tuple[n.Statement, ...]:
    """The statements with every equation x' = f as an assignment to the variable that holds the slope of x."""
    return replace(statements, lambda e: (n.Assign(e.span, build.name(slopes[e.target.name]), e.value),))


def replace(
    statements: Sequence[n.Statement], rule: Callable[[n.Assign], Sequence[n.Statement]]
) -> tuple[n.Statement, ...]:
    """The statements with every equation x' = f replaced by what `rule` makes of it."""
    lowered: list[n.Statement] = []
    for statement in statements:
        match statement:
            case n.Assign(target=n.Prime()):
                lowered += rule(statement)
            case n.IfStatement(span=span, condition=condition, body=body, orelse=orelse):
                other = None
                if orelse is not None:
                    inner = orelse.statements if isinstance(orelse, n.Body) else (orelse,)
                    other = n.Body(orelse.span, None, replace(inner, rule))
                lowered.append(n.IfStatement(span, condition, _block(body, rule), other))
            case n.Body():
                lowered.append(_block(statement, rule))
            case n.Enclosed(span=span, opening=opening, body=body, closing=closing):
                lowered.append(n.Enclosed(span, opening, _block(body, rule), closing))
            case _:
                lowered.append(statement)
    return tuple(lowered)


def _block(body: n.Body, rule: Callable[[n.Assign], Sequence[n.Statement]]) -> n.Body:
    return n.Body(body.span, body.locals, replace(body.statements, rule))
