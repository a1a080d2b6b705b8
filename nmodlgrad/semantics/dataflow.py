"""What blocks read and write, through the procedures they call, and what depends on what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from nmodlgrad.diagnostics import Span
from nmodlgrad.semantics import draws, verbatim
from nmodlgrad.semantics.language import IMPLICIT
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.semantics.verbatim import Reach
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import calls, names_read, names_valued, subnodes

Dependence = dict[str, frozenset[str]]
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Access:
    """`live` is read before it is surely written; `written` may be written; `sure` is written on every path."""

    live: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    sure: frozenset[str] = frozenset()

    @property
    def entering(self) -> frozenset[str]:
        """Names whose value on entry matters: what is read, and what may be left as it is."""
        return self.live | (self.written - self.sure)

    def then(self, later: Access) -> Access:
        """The access of this followed by another."""
        return Access(self.live | (later.live - self.sure), self.written | later.written, self.sure | later.sure)

    def without(self, names: Iterable[str]) -> Access:
        """The access to all other names."""
        gone = frozenset(names)
        return Access(self.live - gone, self.written - gone, self.sure - gone)


class Dataflow:
    """Answers about one mechanism, computed once each."""

    def __init__(self, mechanism: Mechanism) -> None:
        self.mechanism = mechanism
        # by the identity of nodes, which are kept so that no other can take it
        self._read: dict[int, tuple[n.Node, frozenset[str]]] = {}
        self._accessed: dict[int, tuple[n.Statement, Access]] = {}
        self._reaches: dict[int, tuple[n.Verbatim, Reach]] = {}

    # ------------------------------------------------------------------ reads and writes
    def access(self, statements: Iterable[n.Statement]) -> Access:
        """What a run of statements reads and writes, names local to it included."""
        total = Access()
        for statement in statements:
            total = total.then(self._statement(statement))
        return total

    def reads(self, node: n.Node) -> frozenset[str]:
        """Names that an expression reads, those that its FUNCTIONs read included."""
        if id(node) not in self._read:
            called = [self.function(c.name).live for c in calls(node) if c.name in self.mechanism.functions]
            self._read[id(node)] = node, frozenset(names_read(node)).union(*called, _unwritten(node))
        return self._read[id(node)][1]

    def valued(self, node: n.Node) -> frozenset[str]:
        """Names whose values an expression reads: what only tells an element's place has no derivative."""
        places = {x for item in subnodes(node) if getattr(item, "index", None) is not None for x in names_read(item)}
        if not places:
            return self.reads(node)
        called = [self.function(c.name).live for c in calls(node) if c.name in self.mechanism.functions]
        return frozenset(names_valued(node)).union(*called, _unwritten(node))

    def _statement(self, statement: n.Statement) -> Access:
        if id(statement) not in self._accessed:
            self._accessed[id(statement)] = statement, self._look(statement)
        return self._accessed[id(statement)][1]

    def _look(self, statement: n.Statement) -> Access:
        match statement:
            case n.Assign(target=target, value=value):
                wrote = frozenset({target.name})
                if target.index is not None:  # one of the elements, known at run time only
                    return Access(self.reads(value) | self.reads(target.index), written=wrote)
                return Access(self.reads(value)).then(Access(written=wrote, sure=wrote))
            case n.CallStatement(call=call):
                arguments = Access(self.reads(call))
                block = self.mechanism.procedures.get(call.name)
                return arguments.then(self.procedure(call.name)) if block else arguments
            case n.IfStatement(condition=condition, body=body, orelse=orelse):
                one = self.access(body.statements)
                two = self.access(_branch(orelse))
                both = Access(one.live | two.live, one.written | two.written, one.sure & two.sure)
                return Access(self.reads(condition)).then(both)
            case n.WhileStatement(body=body) | n.FromStatement(body=body):
                inner = self.access((body,)).without(
                    (statement.name,) if isinstance(statement, n.FromStatement) else ()
                )
                heads = (self.reads(x) for x in heads_of(statement))
                return Access(inner.live.union(*heads), inner.written)
            case n.Body(locals=local_names, statements=statements):
                return self.access(statements).without(local_names.names if local_names else ())
            case n.Verbatim():
                return self._c_code(statement)
            case n.Enclosed(opening=opening, body=body, closing=closing):
                inner = self.access(body.statements)
                perhaps = Access(inner.live, inner.written)
                return self._c_code(opening).then(perhaps).then(self._c_code(closing))
        return Access()

    # ------------------------------------------------------------------ C code, and what is done once only
    def reach(self, node: n.Verbatim) -> Reach:
        """What a VERBATIM block does."""
        if id(node) not in self._reaches:
            self._reaches[id(node)] = node, verbatim.reach(self.mechanism, node.text)
        return self._reaches[id(node)][1]

    def _c_code(self, node: n.Verbatim) -> Access:
        """What may be written, or may not, is taken for read too: its old value may stay."""
        reach = self.reach(node)
        sure = frozenset() if reach.routines else reach.replaced
        total = Access((reach.read | reach.written) - sure, reach.written, sure)
        for block in self.mechanism.callables:
            if block.name in reach.routines:
                total = total.then(self._callable(block))
        return total

    def inside(self, node: n.Node) -> Iterator[n.Node]:
        """Everything under a node and in the routines that it calls, in NMODL or in C."""
        routines = {str(block.name): block for block in self.mechanism.callables}
        ahead, seen = [node], set[str]()
        while ahead:
            for item in subnodes(ahead.pop()):
                yield item
                called: Iterable[str] = ()
                if isinstance(item, n.Call):
                    called = (item.name,)
                elif isinstance(item, n.Verbatim):
                    called = self.reach(item).routines
                for name in called:
                    if name in routines and name not in seen:
                        seen.add(name)
                        ahead.append(routines[name].body)

    @cached_property
    def _drawing(self) -> frozenset[str]:
        """The routines that draw random numbers."""
        return frozenset(
            str(block.name) for block in self.mechanism.callables if any(map(self._draws_here, self.inside(block.body)))
        )

    def _draws_here(self, item: n.Node) -> bool:
        return draws.is_primitive(item) or (isinstance(item, n.Verbatim) and self.reach(item).draws)

    def draws_itself(self, call: n.Call) -> bool:
        """Whether a call draws, apart from what its arguments do."""
        return draws.is_primitive(call) or call.name in self._drawing

    @cached_property
    def solved(self) -> tuple[Span, ...]:
        """Where the blocks stand that are solved, and the routines that they call."""
        blocks = [self.mechanism.solvable[s.block] for s in self.mechanism.solves if s.block in self.mechanism.solvable]
        called = {x.name for block in blocks for x in self.inside(block) if isinstance(x, n.Call)}
        routines = [block for block in self.mechanism.callables if block.name in called]
        return tuple(block.span for block in (*blocks, *routines))

    def draws(self, node: n.Node) -> bool:
        """Whether something draws random numbers or sets their generator, itself or in a routine that it calls."""
        for item in subnodes(node):
            if self._draws_here(item) or (isinstance(item, n.Call) and item.name in self._drawing):
                return True
            if isinstance(item, n.Verbatim) and self.reach(item).routines & self._drawing:
                return True
        return False

    def once_only(self, node: n.Node) -> tuple[n.Verbatim, str] | None:
        """C code under a node, or called there, that must not run twice, and why."""
        if not self._has_c_code:
            return None
        codes = ((item, self.reach(item).repeated) for item in self.inside(node) if isinstance(item, n.Verbatim))
        return next(((item, reason) for item, reason in codes if reason), None)

    @cached_property
    def _has_c_code(self) -> bool:
        return any(isinstance(x, n.Verbatim) for item in self.mechanism.items for x in subnodes(item))

    def procedure(self, name: str) -> Access:
        """Global names that a PROCEDURE reads and writes."""
        return self._callable(self.mechanism.procedures[name])

    def function(self, name: str) -> Access:
        """Global names that a FUNCTION reads and writes."""
        return self._callable(self.mechanism.functions[name])

    @cached_property
    def ever_written(self) -> Mapping[str, frozenset[str]]:
        """What each routine may write, with all that is called in it, in expressions too."""
        called = called_by(self.mechanism)
        own = {str(block.name): self._callable(block).written for block in self.mechanism.callables}
        return {name: _NOTHING.union(*(own[x] for x in reached(called, {name}) if x in own)) for name in own}

    def reached(self, name: str) -> frozenset[str]:
        """A PROCEDURE and those that it calls, directly or not."""
        inner = [c.name for c in calls(self.mechanism.procedures[name].body) if c.name in self.mechanism.procedures]
        return frozenset({name}).union(*(self.reached(other) for other in inner))

    def _callable(self, block: n.ProcedureBlock | n.FunctionBlock) -> Access:
        cached = self._callables.get(block.name)
        if cached is None:
            self._callables[block.name] = Access()  # recursion adds nothing
            own = {block.name, *(a.name for a in block.arguments), *local_names(block.body)}
            cached = self._callables[block.name] = self.access(block.body.statements).without(own)
        return cached

    @cached_property
    def _callables(self) -> dict[str, Access]:
        return {}

    # ------------------------------------------------------------------ dependence on active inputs
    def dependence(self, statements: Iterable[n.Statement], start: Mapping[str, frozenset[str]]) -> Dependence:
        """For every name, the inputs it depends on after the statements; `start` tells it before them."""
        now: Dependence = dict(start)
        for statement in statements:
            match statement:
                case n.Assign(target=target, value=value):
                    before = now.get(target.name, _NOTHING) if target.index is not None else _NOTHING
                    now[target.name] = before | self.depends(value, now)
                case n.CallStatement(call=call) if call.name in self.mechanism.procedures:
                    now = self._call(call, now)
                case n.WhileStatement(body=body) | n.FromStatement(body=body):
                    now = self._repeated(body, now)
                case n.IfStatement(body=body, orelse=orelse):
                    one = self.dependence(body.statements, now)
                    two = self.dependence(_branch(orelse), now)
                    now = {name: one.get(name, _NOTHING) | two.get(name, _NOTHING) for name in one.keys() | two.keys()}
                case n.Body(statements=inner):
                    now = self.dependence(inner, now)
                case n.Verbatim():
                    now |= self._perhaps(statement, now)
                case n.Enclosed(opening=opening, body=body, closing=closing):
                    now |= self._perhaps(opening, now)
                    after = self.dependence(body.statements, now)
                    now = {x: now.get(x, _NOTHING) | after.get(x, _NOTHING) for x in now.keys() | after.keys()}
                    now |= self._perhaps(closing, now)
        return now

    def _repeated(self, body: n.Body, now: Dependence) -> Dependence:
        """What holds before and after each round of a loop."""
        while True:
            after = self.dependence(body.statements, now)
            new = {name: reach for name, reach in after.items() if reach - now.get(name, _NOTHING)}
            if not new:
                return now
            now = now | {name: reach | now.get(name, _NOTHING) for name, reach in new.items()}

    def _perhaps(self, code: n.Verbatim, now: Dependence) -> Dependence:
        """What C code may write depends on everything that it reads."""
        access = self._c_code(code)
        inputs = _NOTHING.union(*(now.get(name, _NOTHING) for name in access.live - self.mechanism.constants))
        return {x: inputs.union(now.get(x, _NOTHING)) for x in access.written}

    @cached_property
    def _assignments(self) -> list[tuple[str, frozenset[str]]]:
        """What is assigned or passed as an argument somewhere, and what its value is computed from."""
        pairs: list[tuple[str, frozenset[str]]] = []
        for item in subnodes(self.mechanism.tree):
            if isinstance(item, n.Assign):
                pairs.append((item.target.name, self.reads(item.value)))
            elif isinstance(item, n.Call):
                block = self.mechanism.procedures.get(item.name) or self.mechanism.functions.get(item.name)
                arguments = zip(block.arguments if block else (), item.arguments, strict=False)
                pairs += [(a.name, self.reads(x)) for a, x in arguments]
            elif isinstance(item, n.Verbatim):
                access = self._c_code(item)
                pairs += [(name, access.live) for name in access.written]
        return pairs

    def ever_dependent(self, inputs: Iterable[str]) -> frozenset[str]:
        """Every name that may depend on the inputs at some time in some block; equal names count as one."""
        found = set(inputs)
        while new := {name for name, read in self._assignments if name not in found and read & found}:
            found |= new
        return frozenset(found)

    def ever_needed(self, name: str, known: Iterable[str]) -> frozenset[str]:
        """Every name that a variable may be computed from at some time, other than through those that are `known`."""
        found = frozenset({name})
        ahead = found.difference(known)
        while ahead:
            read = _NOTHING.union(*(read for target, read in self._assignments if target in ahead))
            ahead = read.difference(found, known)
            found |= read
        return found

    def depends(self, node: n.Node, now: Mapping[str, frozenset[str]]) -> frozenset[str]:
        """The inputs that an expression depends on."""
        valued = self.valued(node) - self.mechanism.constants
        return frozenset().union(*(now.get(name, _NOTHING) for name in valued))

    def _call(self, call: n.Call, now: Dependence) -> Dependence:
        block = self.mechanism.procedures[call.name]
        inner = dict(now)
        for argument, value in zip(block.arguments, call.arguments, strict=True):
            inner[argument.name] = self.depends(value, now)
        inner |= dict.fromkeys(local_names(block.body), _NOTHING)
        after = self.dependence(block.body.statements, inner)
        return now | {name: after.get(name, _NOTHING) for name in self.procedure(call.name).written}

    # ------------------------------------------------------------------ how a value depends on the voltage
    def degree(self, statements: Iterable[n.Statement], before: Mapping[str, int]) -> dict[str, int]:
        """Degree of every name as a polynomial in the inputs of degree 1 in `before`; 2 stands for all above 1."""
        now = dict(before)
        for statement in statements:
            match statement:
                case n.Assign(target=target, value=value):
                    least = now.get(target.name, 0) if target.index is not None else 0
                    now[target.name] = max(least, self._degree(value, now))
                case n.WhileStatement(body=body) | n.FromStatement(body=body):
                    kinked = 2 * any(self._degree(x, now) for x in heads_of(statement))
                    while True:
                        after = self.degree(body.statements, now)
                        new = {x: max(d, kinked) for x, d in after.items() if max(d, kinked) > now.get(x, 0)}
                        new = {x: d for x, d in new.items() if x in self.access((statement,)).written}
                        if not new:
                            break
                        now |= new
                case n.CallStatement(call=call) if call.name in self.mechanism.procedures:
                    block = self.mechanism.procedures[call.name]
                    inner = now | {
                        a.name: self._degree(x, now) for a, x in zip(block.arguments, call.arguments, strict=True)
                    }
                    tabled = self.mechanism.table(block) is not None
                    after = self.degree(block.body.statements, inner)
                    now |= {
                        y: 2 if tabled and after.get(y, 0) else after.get(y, 0)
                        for y in self.procedure(call.name).written
                    }
                case n.IfStatement(condition=condition, body=body, orelse=orelse):
                    kinked = 2 if self._degree(condition, now) else 0
                    one, two = self.degree(body.statements, now), self.degree(_branch(orelse), now)
                    changed = {
                        x for x in one.keys() | two.keys() if one.get(x) != now.get(x) or two.get(x) != now.get(x)
                    }
                    written = self.access((statement,)).written
                    now = {x: max(one.get(x, 0), two.get(x, 0)) for x in one.keys() | two.keys()}
                    now |= {x: max(now[x], kinked) for x in changed | written if x in now}
                case n.Body(statements=inner_statements):
                    now = self.degree(inner_statements, now)
                case n.Verbatim() | n.Enclosed():
                    access = self.access((statement,))
                    moving = 2 if any(now.get(x, 0) for x in access.live) else 0
                    now |= {x: max(moving, now.get(x, 0)) for x in access.written}
        return now

    def _degree(self, node: n.Node, now: Mapping[str, int]) -> int:
        match node:
            case n.VariableName(name=name):
                return now.get(name, 0)
            case n.Unary(operator=operator, operand=operand):
                inner = self._degree(operand, now)
                return inner if operator == "-" else min(2, 2 * inner)
            case n.Binary(left=left, operator=operator, right=right):
                one, two = self._degree(left, now), self._degree(right, now)
                if operator in "+-":
                    return max(one, two)
                if operator == "*":
                    return min(2, one + two)
                if operator == "/":
                    return 2 if two else one
                return 2 if one or two else 0
            case n.Call():
                return 2 if any(now.get(name, 0) for name in self.reads(node)) else 0
        return 0


def _unwritten(node: n.Node) -> Iterator[str]:
    """What functions of NEURON read that is not among their arguments."""
    return (IMPLICIT[call.name] for call in calls(node) if call.name in IMPLICIT)


def heads_of(loop: n.WhileStatement | n.FromStatement) -> tuple[n.Expression, ...]:
    """The expressions that tell how often a loop runs."""
    if isinstance(loop, n.WhileStatement):
        return (loop.condition,)
    return (loop.first, loop.last, *((loop.step,) if loop.step else ()))


def local_names(body: n.Body) -> set[str]:
    """Every name of the LOCAL lists of a body, nested ones included."""
    return {name for item in subnodes(body) if isinstance(item, n.LocalList) for name in item.names}


def _branch(orelse: n.Body | n.IfStatement | None) -> tuple[n.Statement, ...]:
    if orelse is None:
        return ()
    return orelse.statements if isinstance(orelse, n.Body) else (orelse,)


def called_by(mechanism: Mechanism) -> dict[str, set[str]]:
    """What each FUNCTION and PROCEDURE calls."""
    return {block.name: {c.name for c in calls(block.body)} for block in mechanism.callables}


def reached(called: Mapping[str, set[str]], start: set[str]) -> set[str]:
    """What is called from somewhere, directly or not, the start included."""
    found: set[str] = set()
    while start - found:
        found |= start
        start = {name for caller in start for name in called.get(caller, ())}
    return found
