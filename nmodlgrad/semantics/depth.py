"""How deep a mechanism is nested, and how much it comes to, through all that its routines call.

Passes over a mechanism call themselves for each level of its trees and go from a call into the routine that is
called: what they need of Python's stack is bounded here, before the first of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.semantics.mechanism import Callable, Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import children

DEEPEST = 320  # levels of a tree: passes over it call themselves for each, twice at most
ROUTINE = 5  # levels that a call counts for, beside those of the routine that is called
LARGEST = 100_000  # nodes of all blocks, with those of the PROCEDUREs that they call as often as they call them


def require(mechanism: Mechanism) -> None:
    """Let a mechanism pass that is no deeper and no larger than the passes over it can follow.

    Raises
    ------
    Refused
        with the first place that goes too far.
    """
    routines: dict[str, Callable] = {block.name: block for block in mechanism.callables}
    levels: dict[str, int] = {}
    sizes: dict[str, int] = {}
    for name in _callees_first(routines):
        levels[name], sizes[name] = _measure(routines[name].body, mechanism, levels, sizes)
    total = 0
    for _, body, _ in mechanism.bodies:
        total += _measure(body, mechanism, levels, sizes)[1]
        if total > LARGEST:
            message = "with all the procedures that are called, and called by these, this is too long for a mechanism"
            raise Refused([Diagnostic.at(body.span, "NG008", message, "call a PROCEDURE once, not again and again")])


def _measure(body: n.Body, mechanism: Mechanism, levels: dict[str, int], sizes: dict[str, int]) -> tuple[int, int]:
    """Levels and nodes of a body, with what is known of the routines that it calls."""
    deepest = size = 0
    for node, level in _levels(body):
        size += 1
        if isinstance(node, n.Call) and node.name in levels:
            level += ROUTINE + levels[node.name]
            if node.name in mechanism.procedures:
                size += sizes[node.name]
        if level > DEEPEST:
            message = "expressions or blocks are nested too deeply, or an expression has too many terms"
            raise Refused([Diagnostic.at(node.span, "NG008", message, "break it into several assignments")])
        deepest = max(deepest, level)
    return deepest, size


def _levels(node: n.Node) -> Iterator[tuple[n.Node, int]]:
    ahead = [(node, 1)]
    while ahead:
        node, level = ahead.pop()
        yield node, level
        below = level + _weight(node)
        ahead += [(child, below) for child in children(node)]


def _weight(node: n.Node) -> int:
    """Differentiating a call or a power takes more calls than the rest, and so does rewriting a statement."""
    if isinstance(node, n.Call | n.Body | n.IfStatement):
        return 3
    return 2 if isinstance(node, n.Binary) and node.operator == "^" else 1


def _callees_first(routines: dict[str, Callable]) -> list[str]:
    """The routines in such an order that each comes after those that it calls, unless they call each other."""
    called = {
        name: [node.name for node, _ in _levels(block.body) if isinstance(node, n.Call) and node.name in routines]
        for name, block in routines.items()
    }
    order: dict[str, None] = {}
    begun: set[str] = set()
    ahead = list(routines)
    while ahead:
        name = ahead[-1]
        if name in begun:
            order[ahead.pop()] = None
        else:
            begun.add(name)
            ahead += [other for other in dict.fromkeys(called[name]) if other not in begun]
    return list(order)
