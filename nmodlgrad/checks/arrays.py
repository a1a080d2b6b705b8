"""Arrays without an index, indices of what is no array, indices outside."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import children, subnodes


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG017. Of the indices, those that are numbers are looked at: indices count from 0."""
    shared = {name: symbol.size for name, symbol in mechanism.symbols.items()}
    for name, symbol in mechanism.symbols.items():
        if symbol.size is not None and symbol.size < 1:
            yield Diagnostic.at(symbol.span, "NG017", f"the array {name} has no elements")
    for _, body, own in mechanism.bodies:
        sizes = shared | dict.fromkeys(own)
        for node in subnodes(body):
            if isinstance(node, n.LocalList):
                sizes |= {local.name: _length(mechanism, local.size) for local in node.items}
        as_a_whole = {id(node) for call in subnodes(body) if isinstance(call, n.Call) for node in children(call)}
        as_a_whole |= {id(node.variable) for node in subnodes(body) if isinstance(node, n.Reactant)}
        for node in subnodes(body):
            if isinstance(node, n.VariableName | n.Prime | n.PastValue) and node.name in sizes:
                yield from _indexed(mechanism, node, sizes[node.name], id(node) in as_a_whole)


def _indexed(
    mechanism: Mechanism, node: n.VariableName | n.Prime | n.PastValue, size: int | None, as_a_whole: bool
) -> Iterator[Diagnostic]:
    if node.index is None:
        if size is not None and not as_a_whole:
            yield Diagnostic.at(node.name.span, "NG017", f"{node.name} is an array: an index is missing")
    elif size is None:
        yield Diagnostic.at(node.span, "NG017", f"{node.name} is not an array")
    elif isinstance(node.index, n.Number):
        index = _length(mechanism, node.index.text)
        if index is not None and index >= size:
            message = f"{node.name} has {size} element{'s' if size > 1 else ''}: index {index} is outside"
            yield Diagnostic.at(node.index.span, "NG017", message, f"the last one is {node.name}[{size - 1}]")


def _length(mechanism: Mechanism, text: n.Word | None) -> int | None:
    return None if text is None else mechanism.defined.get(text, int(text) if text.isdigit() else None)
