"""Walking over trees: every expression and statement under a node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

from nmodlgrad.syntax import nodes as n


def children(node: n.Node) -> Iterator[n.Node]:
    """The nodes right below a node, in textual order."""
    for name in parts(node):
        value = getattr(node, name)
        if isinstance(value, n.Node):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, n.Node):
                    yield item


def subnodes(node: n.Node) -> Iterator[n.Node]:
    """The node itself, then everything below it, in textual order."""
    ahead = [node]
    while ahead:
        node = ahead.pop()
        yield node
        ahead += reversed(list(children(node)))


def parts(node: n.Node) -> tuple[str, ...]:
    """The fields of a node, but for its place."""
    kind: Any = type(node)
    names: tuple[str, ...] = _fields(kind)
    return names


@cache
def _fields(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name != "span")


def names_read(node: n.Node) -> set[str]:
    """Names of the variables that an expression reads."""
    return {item.name for item in subnodes(node) if isinstance(item, n.VariableName | n.Prime | n.PastValue)}


def names_valued(node: n.Node) -> set[str]:
    """Names of the variables whose values an expression reads, those not counted that only tell an element's place."""
    if isinstance(node, n.VariableName | n.Prime | n.PastValue):
        return {node.name}
    return set().union(*(names_valued(child) for child in children(node)))


def calls(node: n.Node) -> list[n.Call]:
    """The calls inside a node."""
    return [item for item in subnodes(node) if isinstance(item, n.Call)]
