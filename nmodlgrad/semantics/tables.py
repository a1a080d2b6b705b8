"""A TABLE stands for everything that its routine computes over one argument and that is used elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.dataflow import Dataflow, called_by, local_names, reached
from nmodlgrad.semantics.mechanism import Callable, Mechanism, Role
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import calls, subnodes

_MOVING = (Role.STATE, Role.ASSIGNED, Role.VOLTAGE, Role.ION_CURRENT, Role.REVERSAL, Role.CONCENTRATION, Role.POINTER)


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """Tables that leave out what is read elsewhere.

    While a table is used, nothing else that its routine assigns is kept up to date: harmless for what nobody else
    reads, and for what depends on nothing that changes during a run, such as a temperature factor.
    """
    flow = Dataflow(mechanism)
    inputs = {s.name for s in mechanism.symbols.values() if s.role in _MOVING}
    for block in mechanism.callables:
        table = next((item for item in subnodes(block) if isinstance(item, n.Table)), None)
        if table is None:
            continue
        if table is not mechanism.table(block):
            message = f"the TABLE of {block.name} stands inside other statements: not differentiated yet"
            yield Diagnostic.at(table.span, "NG002", message)
        own = {a.name for a in block.arguments}
        after = flow.dependence(block.body.statements, {name: frozenset({name}) for name in inputs | own})
        others = flow.access(block.body.statements).written - own - local_names(block.body) - {block.name}
        for name in sorted(others.difference(table.names) & _read_elsewhere(mechanism, block)):
            if after.get(name):
                message = f"{block.name} assigns {name}, which is not in its TABLE: not differentiated yet"
                yield Diagnostic.at(table.span, "NG021", message)


def _read_elsewhere(mechanism: Mechanism, block: Callable) -> set[str]:
    """Names that are read in other blocks than this one and those that only it calls."""
    called = called_by(mechanism)
    own = reached(called, {block.name})
    others = [item for item in mechanism.tree.items if getattr(item, "name", None) not in own]
    calling: set[str] = {c.name for item in others for c in calls(item)}
    shared = reached(called, calling - {block.name})
    others += [b for b in mechanism.callables if b.name in own & shared]
    targets = {id(x.target) for item in others for x in subnodes(item) if isinstance(x, n.Assign)}
    found = (x for item in others for x in subnodes(item) if isinstance(x, n.VariableName) and id(x) not in targets)
    return {x.name for x in found}
