"""GLOBAL variables that a mechanism assigns: instances on different threads would write to the same place."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import children, subnodes


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG030, where nocmodl gives its notice (nocpout.cpp, `chk_thread_safe`), at the first assignment.

    Only what GLOBAL lists counts: other variables that are not RANGE belong to an instance or to a thread.
    THREADSAFE gives every thread a value of its own. A variable with an assignment under PROTECT is guarded: its author
    has thought of threads.
    """
    if mechanism.declared_threadsafe:
        return
    lists = (item for block in mechanism.items if isinstance(block, n.NeuronBlock) for item in block.items)
    shared = {name for item in lists if isinstance(item, n.NameList) and item.kind == "GLOBAL" for name in item.names}
    if shared:
        nodes = (node for _, body, _ in mechanism.bodies for node in subnodes(body))
        shared -= {node.assign.target.name for node in nodes if isinstance(node, n.Protect)}
    for _, body, own in mechanism.bodies if shared else ():
        for name in _assigned(body, own):
            if name in shared:
                shared.remove(name)
                message = f"the GLOBAL {name} is assigned here, by every instance: the mechanism is not thread-safe"
                hint = f"make {name} a RANGE variable; or write THREADSAFE if a value for each thread is meant"
                yield Diagnostic.at(name.span, "NG030", message, hint)


def _assigned(node: n.Node, hidden: frozenset[str]) -> Iterator[n.Word]:
    """Names of the mechanism's variables that are assigned, in textual order."""
    if isinstance(node, n.Body) and node.locals:
        hidden = hidden.union(node.locals.names)
    if isinstance(node, n.Assign) and node.target.name not in hidden:
        yield node.target.name
    if not isinstance(node, n.Assign):
        for child in children(node):
            yield from _assigned(child, hidden)
