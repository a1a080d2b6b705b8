"""Arrays as scalars: DEFINEd names become numbers, loops their statements one after the other, x[3] a variable.

An array stays one where an index is known at run time only, and so does a loop whose bounds are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.numerics.normal.constants import compare, integer
from nmodlgrad.numerics.normal.rewrite import rebuilt, within
from nmodlgrad.semantics.mechanism import Mechanism, Role, Symbol
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

MOST = 10_000  # statements that the loops of a mechanism may come to

Constants = Mapping[str, int]
Indexed = n.VariableName | n.Prime | n.PastValue


def unroll(mechanism: Mechanism) -> Mechanism:
    """Without DEFINE, FROM and arrays, as far as bounds and indices are numbers.

    Raises
    ------
    Refused
        where loops come to too many statements, or an index is outside of its array.
    """
    loops = _Loops(mechanism.defined)
    items = [loops.change(item, {}) for item in mechanism.items if not isinstance(item, n.Define)]
    arrays = _Arrays(mechanism, [item for item in items if isinstance(item, n.Node)])
    scalars = [arrays.change_block(item) for item in arrays.items]
    return rebuilt(mechanism, scalars, arrays.symbols(scalars))


@dataclass
class _Loops:
    """The first half: no loop is left whose bounds are numbers, and each index that is one is written as one."""

    defined: Constants
    count: int = 0

    def change(self, node: n.Node, known: Constants) -> n.Node | tuple[n.Node, ...]:
        """A node where the counters in `known` have the values given."""
        match node:
            case n.Number(span=span, text=text) if text in self.defined:
                return n.Number(span, self._defined(text))
            case n.VariableName(span=span, name=name, index=None) if name in known:
                value = n.Number(span, n.Word(str(abs(known[name])), name.span))
                return value if known[name] >= 0 else n.Unary(span, n.Word("-", span), value)
            case n.VariableName(index=n.Node()) | n.Prime(index=n.Node()):
                return self._indexed(node, known)
            case n.Table(bins=bins) if bins in self.defined:
                node = replace(node, bins=self._defined(bins))
            case n.Reactant(stoichiometry=n.Word() as count) if count in self.defined:
                node = replace(node, stoichiometry=self._defined(count))
            case n.FromStatement():
                return self._loop(node, known)
            case n.IfStatement():
                return self._branch(node, known)
            case n.Compartment(index=n.Word() as index) | n.LongitudinalDiffusion(index=n.Word() as index):
                known = {name: value for name, value in known.items() if name != index}
        return within(node, lambda below: self.change(below, known))

    def _defined(self, word: n.Word) -> n.Word:
        return n.Word(str(self.defined[word]), word.span)

    def _indexed(self, node: n.VariableName | n.Prime, known: Constants) -> n.Node:
        assert node.index is not None
        value = integer(node.index, {**self.defined, **known})
        if value is None:
            return within(node, lambda below: self.change(below, known))
        return replace(node, index=n.Number(node.index.span, n.Word(str(value), node.index.span)))

    def _loop(self, loop: n.FromStatement, known: Constants) -> n.Node | tuple[n.Node, ...]:
        numbers = {**self.defined, **known}
        first, last = integer(loop.first, numbers), integer(loop.last, numbers)
        step = 1 if loop.step is None else integer(loop.step, numbers)
        without = {name: value for name, value in known.items() if name != loop.name}
        counts = {x.target.name for x in subnodes(loop.body) if isinstance(x, n.Assign)}
        if first is None or last is None or step is None or step <= 0 or loop.name in counts:
            body = within(loop.body, lambda below: self.change(below, without))
            bounds = within(loop, lambda below: below if below is loop.body else self.change(below, known))
            return replace(bounds, body=body)
        made: list[n.Node] = []
        for value in range(first, last + 1, step):
            self.count += max(1, len(loop.body.statements))
            if self.count > MOST:
                message = f"written out, the loops of this mechanism come to more than {MOST} statements"
                raise Refused([Diagnostic.at(loop.span, "NG008", message)])
            round_ = within(loop.body, lambda below, v=value: self.change(below, {**known, loop.name: v}))  # type: ignore[misc]
            made += [round_] if round_.locals else round_.statements
        return tuple(made)

    def _branch(self, node: n.IfStatement, known: Constants) -> n.Node | tuple[n.Node, ...]:
        """The branch alone that is taken, where the counters tell which: the other one may leave an array."""
        condition = self.change(node.condition, known)
        holds = compare(condition) if known else None
        if holds is None:
            return within(node, lambda below: self._one(below, known))
        taken = node.body if holds else node.orelse
        if taken is None:
            return ()
        changed = self.change(taken, known)
        if isinstance(changed, n.Body) and changed.locals is None:
            return changed.statements
        return changed

    def _one(self, node: n.Node, known: Constants) -> n.Node:
        """An else-if that is decided already is an else."""
        changed = self.change(node, known)
        return n.Body(node.span, None, changed) if isinstance(changed, tuple) else changed  # type: ignore[arg-type]


@dataclass
class _Arrays:
    """The second half: every element that is used becomes a variable, called as it is written."""

    mechanism: Mechanism
    items: list[n.Node]
    whole: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.sizes = {name: s.size for name, s in self.mechanism.symbols.items() if s.size is not None}
        self.whole = frozenset(self._kept())

    def _kept(self) -> Iterator[str]:
        """Arrays of which an element is chosen at run time, or which go somewhere as a whole."""
        for item in self.items:
            for node in subnodes(_probe(item)):
                match node:
                    case n.VariableName(name=name, index=index) | n.Prime(name=name, index=index):
                        if index is None or not isinstance(index, n.Number):
                            yield name
                    case n.PastValue(name=name) | n.Watched(left=n.VariableName(name=name)):
                        yield name
                    case n.Table(depend=depend):
                        yield from depend
                    case n.Verbatim(text=text):  # C code may take any element
                        yield from (word.removeprefix("_l") for word in re.findall(r"\w+", text))
                        yield from re.findall(r"\w+", text)

    def change_block(self, item: n.Node) -> n.Node:
        """An item with its arrays as scalars; the arrays that its LOCAL lists declare hide the mechanism's."""
        local = {x.name for node in subnodes(item) if isinstance(node, n.LocalList) for x in node.items}
        lists = (node for node in subnodes(item) if isinstance(node, n.LocalList))
        own = {x.name: self._length(x.size) for node in lists for x in node.items if x.size is not None}
        sizes = {name: size for name, size in self.sizes.items() if name not in local} | own
        change = _Scalars({name: size for name, size in sizes.items() if name not in self.whole}).change
        changed = change(item)
        assert isinstance(changed, n.Node)
        return changed

    def _length(self, size: str) -> int:
        return self.mechanism.defined[size] if size in self.mechanism.defined else int(size)

    def symbols(self, items: list[n.Node]) -> dict[str, Symbol]:
        """The elements that occur, and all those of a STATE, in the place of their array."""
        used = {node.name for item in items for node in subnodes(item) if isinstance(node, Indexed)}
        used |= {name for item in items for node in subnodes(item) for name in getattr(node, "species", ())}
        found: dict[str, Symbol] = {}
        for name, symbol in self.mechanism.symbols.items():
            if name in self.whole or symbol.size is None:
                found[name] = symbol
                continue
            elements = (element(name, number) for number in range(symbol.size))
            if symbol.role is not Role.STATE:
                elements = (x for x in elements if x in used)
            found |= {x: replace(symbol, name=x, size=None) for x in elements}
        return found


def _probe(node: n.Node) -> n.Node:
    """A node where the counter of a COMPARTMENT is a number, as it will be."""
    if isinstance(node, n.Compartment | n.LongitudinalDiffusion) and node.index is not None:
        known = {str(node.index): 0}
        return within(node, lambda below: _Loops({}).change(below, known))
    return within(node, _probe)


def element(name: str, number: int) -> str:
    """What an element is called as a variable."""
    return f"{name}[{number}]"


@dataclass(frozen=True)
class _Scalars:
    """The arrays in `sizes` as scalars."""

    sizes: Mapping[str, int]

    def change(self, node: n.Node) -> n.Node | tuple[n.Node, ...]:
        """A node without these arrays."""
        match node:
            case n.VariableName(name=name, index=n.Number(text=text)) | n.Prime(name=name, index=n.Number(text=text)):
                if name in self.sizes:
                    if not 0 <= int(text) < self.sizes[name]:
                        message = f"{name} has {self.sizes[name]} elements: index {text} is outside"
                        raise Refused([Diagnostic.at(node.span, "NG017", message)])
                    return replace(node, name=n.Word(element(name, int(text)), name.span), index=None)
            case n.LocalList(items=items):
                return replace(node, items=tuple(y for x in items for y in self._local(x)))
            case n.Variable(name=name) | n.Parameter(name=name) if name in self.sizes:
                return tuple(replace(node, name=word, size=None) for word in self._elements(name))
            case n.KineticBlock(solve_for=names) | n.LinearBlock(solve_for=names) | n.NonlinearBlock(solve_for=names):
                listed = tuple(word for name in names for word in self._elements(name))
                return replace(within(node, self.change), solve_for=listed)
            case n.Table(names=names):
                listed = tuple(word for name in names for word in self._elements(name))
                return replace(within(node, self.change), names=listed)
            case n.Compartment() | n.LongitudinalDiffusion():
                return tuple(self._species(node))
        return within(node, self.change)

    def _elements(self, name: n.Word) -> tuple[n.Word, ...]:
        if name not in self.sizes:
            return (name,)
        return tuple(n.Word(element(name, number), name.span) for number in range(self.sizes[name]))

    def _local(self, local: n.Local) -> tuple[n.Local, ...]:
        if local.name not in self.sizes:
            return (local,)
        return tuple(replace(local, name=word, size=None) for word in self._elements(local.name))

    def _species(self, node: n.Compartment | n.LongitudinalDiffusion) -> Iterator[n.Node]:
        """One for each element, with the counter at its number; scalars stay together."""
        scalars = tuple(name for name in node.species if name not in self.sizes)
        if scalars:
            kept = within(replace(node, species=scalars, index=None), self.change)
            yield kept
        for name in node.species:
            for number, word in enumerate(self._elements(name) if name in self.sizes else ()):
                known = {} if node.index is None else {str(node.index): number}
                counted = within(node, lambda below, known=known: _Loops({}).change(below, known))  # type: ignore[misc]
                yield within(replace(counted, index=None, species=(word,)), self.change)
