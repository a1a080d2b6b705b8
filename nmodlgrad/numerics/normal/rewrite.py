"""Rebuilding trees: what a pass changes is new, everything else stays the node that it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar, get_args

from nmodlgrad.diagnostics import Span
from nmodlgrad.semantics.mechanism import Mechanism, Solvable, Symbol
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import parts, subnodes

Change = Callable[[n.Node], n.Node | tuple[n.Node, ...]]
AnyNode = TypeVar("AnyNode", bound=n.Node)


def within(node: AnyNode, change: Change) -> AnyNode:
    """The node with `change` made of each node right below it; in a list, a node may become several or none."""
    made: dict[str, Any] = {}
    for name in parts(node):
        old = getattr(node, name)
        new: Any = old
        if isinstance(old, n.Node):
            new = change(old)
            assert isinstance(new, n.Node), "one node can only become one"
        elif isinstance(old, tuple) and any(isinstance(item, n.Node) for item in old):
            new = _several(old, change)
        if new is not old:
            made[name] = new
    return replace(node, **made) if made else node


def _several(old: tuple[n.Node, ...], change: Change) -> tuple[n.Node, ...]:
    new: list[n.Node] = []
    for item in old:
        changed = change(item)
        new += changed if isinstance(changed, tuple) else (changed,)
    same = len(new) == len(old) and all(one is two for one, two in zip(new, old, strict=True))
    return old if same else tuple(new)


def with_locals(body: n.Body, names: Iterable[str]) -> n.Body:
    """A body that declares more LOCALs; where it had none, their list stands right behind the brace."""
    start = body.span.start
    span = body.locals.span if body.locals else Span(start, start + 1, body.span.source)
    new = tuple(n.Local(span, n.Word(x, span), None) for x in names)
    if not new:
        return body
    return replace(body, locals=n.LocalList(span, (*(body.locals.items if body.locals else ()), *new)))


def rebuilt(mechanism: Mechanism, items: Iterable[n.Node], symbols: Mapping[str, Symbol] | None = None) -> Mechanism:
    """The mechanism with other items, and other symbols perhaps."""
    new: tuple[Any, ...] = tuple(items)

    def named(kind: type[AnyNode]) -> Mapping[str, AnyNode]:
        return {str(getattr(item, "name", "")): item for item in reversed(new) if isinstance(item, kind)}

    def first(kind: type[AnyNode]) -> AnyNode | None:
        return next((item for item in new if isinstance(item, kind)), None)

    return replace(
        mechanism,
        tree=n.File(mechanism.tree.span, new),
        items=new,
        symbols=mechanism.symbols if symbols is None else symbols,
        functions=named(n.FunctionBlock),
        procedures=named(n.ProcedureBlock),
        solvable={b.name: b for b in reversed(new) if isinstance(b, get_args(Solvable))},
        initial=first(n.InitialBlock),
        breakpoint=first(n.BreakpointBlock),
        net_receive=first(n.NetReceiveBlock),
        solves=tuple(node for item in new for node in subnodes(item) if isinstance(node, n.Solve)),
    )
