"""Variables of the mechanism that a FUNCTION uses for itself alone become LOCALs of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nmodlgrad.numerics.normal.rewrite import rebuilt, with_locals
from nmodlgrad.semantics.dataflow import Dataflow, local_names
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import calls, subnodes


def localise(mechanism: Mechanism) -> Mechanism:
    """The mechanism with FUNCTIONs that set no variable which is always set again before it is read.

    The original goes on setting it, for hoc to see; no derivative depends on that.
    """
    flow = Dataflow(mechanism)
    assigned = {name: tuple(_assigned(block)) for name, block in mechanism.functions.items()}
    private = {x for x in {y for names in assigned.values() for y in names} if _is_private(flow, x)}
    items = []
    for item in mechanism.items:
        own = [x for x in assigned.get(str(getattr(item, "name", "")), ()) if x in private]
        items.append(replace(item, body=with_locals(item.body, own)) if isinstance(item, n.FunctionBlock) else item)
    return rebuilt(mechanism, items)


def _assigned(block: n.FunctionBlock) -> Iterator[str]:
    own = {block.name, *(a.name for a in block.arguments), *local_names(block.body)}
    found = dict.fromkeys(x.target.name for x in subnodes(block.body) if isinstance(x, n.Assign))
    yield from (x for x in found if x not in own)


def _is_private(flow: Dataflow, name: str) -> bool:
    mechanism = flow.mechanism
    symbol = mechanism.symbols.get(name)
    if symbol is None or symbol.role not in (Role.ASSIGNED, Role.PARAMETER):
        return False
    if name in {c.name for c in mechanism.currents} or _is_named_otherwise(mechanism, name):
        return False
    return all(_sets_before_reading(flow, body, name) for _, body, own in mechanism.bodies if name not in own)


def _is_named_otherwise(mechanism: Mechanism, name: str) -> bool:
    for item in mechanism.items:
        for node in subnodes(item):
            match node:
                case n.Table(names=names, depend=depend) if name in names or name in depend:
                    return True
                case n.Verbatim(text=text) if name in text:
                    return True
    return False


def _sets_before_reading(flow: Dataflow, body: n.Body, name: str) -> bool:
    """Whether what a block reads under a name, if anything, is what it has set itself."""
    if name in local_names(body):
        return True
    targets = {id(x.target) for x in subnodes(body) if isinstance(x, n.Assign)}
    read = any(isinstance(x, n.VariableName) and x.name == name and id(x) not in targets for x in subnodes(body))
    if not read:
        return True
    set_here = any(isinstance(x, n.Assign) and x.target.name == name for x in subnodes(body))
    set_there = any(name in flow.ever_written.get(call.name, ()) for call in calls(body))
    return set_here and not set_there and name not in flow.access(body.statements).live
