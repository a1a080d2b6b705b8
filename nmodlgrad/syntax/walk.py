"""Walking over trees: every expression and statement under a node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from nmodlgrad.syntax import nodes as n


def subnodes(node: n.Node) -> Iterator[n.Node]:
    """The node itself, then everything below it, in textual order."""
    yield node
    for field in fields(node):
        value = getattr(node, field.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, n.Node):
                yield from subnodes(item)


def statements(body: n.Body | n.IfStatement | None) -> Iterator[n.Statement]:
    """Every statement of a body, those inside branches included."""
    if body is None:
        return
    for statement in body.statements if isinstance(body, n.Body) else (body,):
        yield statement
        if isinstance(statement, n.IfStatement):
            yield from statements(statement.body)
            yield from statements(statement.orelse)
        elif isinstance(statement, n.Body):
            yield from statements(statement)


def names_read(node: n.Node) -> set[str]:
    """Names of the variables that an expression reads."""
    return {item.name for item in subnodes(node) if isinstance(item, n.VariableName | n.Prime)}


def calls(node: n.Node) -> list[n.Call]:
    """The calls inside a node."""
    return [item for item in subnodes(node) if isinstance(item, n.Call)]
