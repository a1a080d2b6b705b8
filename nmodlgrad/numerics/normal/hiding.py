"""Names of their own for LOCALs and arguments that would be taken for something else: alpha conversion.

The analyses behind this know a variable by its name. A LOCAL or an argument of a FUNCTION or PROCEDURE may still hide a
variable of the mechanism, as long as no routine that is called there means the mechanism's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.numerics.normal.rewrite import rebuilt, within
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import calls, subnodes

Renamed = Mapping[str, str]


def rename(mechanism: Mechanism, names: Names) -> Mechanism:
    """The mechanism with every LOCAL, argument and counter renamed that hides what has to stay visible."""
    flow = Dataflow(mechanism)
    variables = frozenset(x for x, symbol in mechanism.symbols.items() if symbol.role is not Role.RANDOM)
    return rebuilt(mechanism, [_block(item, flow, variables, names) for item in mechanism.items])


def _block(item: n.Item, flow: Dataflow, variables: frozenset[str], names: Names) -> n.Node:
    body: n.Body | None = getattr(item, "body", None)
    if body is None:
        return item
    arguments = [a.name for a in getattr(item, "arguments", ())]
    solved = {solve.block for solve in flow.mechanism.solves}
    if isinstance(item, n.FunctionBlock | n.ProcedureBlock) and item.name not in solved:
        visible = variables & _meant_by_calls(flow, body)
        own = {*arguments, item.name}
    else:
        visible = variables
        own = set(arguments)
    in_c = frozenset(
        x for node in subnodes(item) if isinstance(node, n.Verbatim) for x in re.findall(r"\w+", node.text)
    )
    inside = _Inside(names, variables, visible, in_c, set(own))
    moved = {str(a): inside.fresh(a) for a in arguments if a in visible}
    inside.taken |= set(moved.values())
    changed = inside.node(item, moved)
    assert isinstance(changed, n.Node)
    return changed


def _meant_by_calls(flow: Dataflow, body: n.Body) -> frozenset[str]:
    """The mechanism's variables that the routines which are called here read or set."""
    functions, procedures = flow.mechanism.functions, flow.mechanism.procedures
    routines = [flow.function(c.name) for c in calls(body) if c.name in functions]
    routines += [flow.procedure(c.name) for c in calls(body) if c.name in procedures]
    return frozenset().union(*(access.live | access.written for access in routines))


@dataclass
class _Inside:
    """One block: `taken` are the names that a list inside must not use again."""

    names: Names
    variables: frozenset[str]
    visible: frozenset[str]
    in_c: frozenset[str]
    taken: set[str] = field(default_factory=set)
    is_outermost: bool = True

    def fresh(self, name: n.Word) -> str:
        """Another name for a LOCAL or an argument; C code knows these by the names that they have."""
        if f"_l{name}" in self.in_c:
            message = f"{name} hides another {name} here, and C code uses it: not differentiated"
            raise Refused([Diagnostic.at(name.span, "NG002", message, "give it a name of its own")])
        return self.names.fresh(name)

    def node(self, node: n.Node, moved: Renamed) -> n.Node:
        """A node in which the names in `moved` are called otherwise."""
        match node:
            case n.VariableName(name=name) | n.Prime(name=name) | n.PastValue(name=name) if name in moved:
                return replace(within(node, lambda x: self.node(x, moved)), name=n.Word(moved[name], name.span))
            case n.Verbatim(text=text) if moved:  # C code says _lx for x
                words = re.sub(r"\b_l(\w+)\b", lambda match: f"_l{moved.get(match.group(1), match.group(1))}", text)
                return replace(node, text=n.Word(words, text.span))
            case n.Argument(name=name) if name in moved:
                return replace(node, name=n.Word(moved[name], name.span))
            case n.Body():
                return self._body(node, moved)
            case n.FromStatement(name=name):
                bounds = {id(x): self.node(x, moved) for x in (node.first, node.last, node.step) if x is not None}
                inner = self._declared((name,), moved, self.variables)
                changed = within(node, lambda x: bounds[id(x)] if id(x) in bounds else self.node(x, inner))
                return replace(changed, name=n.Word(inner.get(name, name), name.span))
        return within(node, lambda x: self.node(x, moved))

    def _body(self, body: n.Body, moved: Renamed) -> n.Node:
        hiding = self.visible if self.is_outermost else self.variables
        self.is_outermost = False
        inner = self._declared(body.locals.names if body.locals else (), moved, hiding)

        def change(x: n.Node) -> n.Node:
            if isinstance(x, n.LocalList):
                items = tuple(replace(i, name=n.Word(inner.get(i.name, i.name), i.name.span)) for i in x.items)
                return replace(x, items=items)
            return self.node(x, inner)

        return within(body, change)

    def _declared(self, declared: tuple[n.Word, ...], moved: Renamed, hiding: frozenset[str]) -> Renamed:
        inner = dict(moved)
        for name in declared:
            inner.pop(name, None)
            if name in self.taken or name in hiding:
                inner[name] = self.fresh(name)
            self.taken.add(inner.get(name, name))
        return inner
