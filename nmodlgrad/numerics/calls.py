"""Calls of NEURON's functions inside statements: each is replaced by plain statements, branches keep their shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nmodlgrad.syntax import nodes as n

Rule = Callable[[n.CallStatement], Sequence[n.Statement]]


def replace(statements: Sequence[n.Statement], name: str, rule: Rule) -> tuple[n.Statement, ...]:
    """The statements with every call of `name` that stands by itself replaced by what `rule` makes of it."""

    def body(inside: n.Body) -> n.Body:
        return n.Body(inside.span, inside.locals, replace(inside.statements, name, rule))

    found: list[n.Statement] = []
    for statement in statements:
        match statement:
            case n.CallStatement(call=call) if call.name == name:
                found += rule(statement)
            case n.IfStatement(span=span, condition=condition, body=inside, orelse=orelse):
                other = orelse
                if isinstance(orelse, n.Body):
                    other = body(orelse)
                elif orelse is not None:
                    other = n.Body(orelse.span, None, replace((orelse,), name, rule))
                found.append(n.IfStatement(span, condition, body(inside), other))
            case n.Body():
                found.append(body(statement))
            case _:
                found.append(statement)
    return tuple(found)
