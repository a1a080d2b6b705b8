"""One routine while it is being differentiated: what its variables depend on, statement by statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import sympy as sp

from nmodlgrad.calculus import noise, opaque
from nmodlgrad.calculus.algebra import Partials, accumulate, inverse_squared
from nmodlgrad.calculus.expressions import Expressions
from nmodlgrad.calculus.printing import nmodl
from nmodlgrad.calculus.program import (
    Choose,
    Invoke,
    Note,
    Program,
    Repeat,
    Set,
    Step,
    changed,
    each,
    has_effects,
    needed,
    renamed,
    targets,
)
from nmodlgrad.calculus.sharing import shared
from nmodlgrad.diagnostics import NOWHERE
from nmodlgrad.semantics import draws
from nmodlgrad.semantics.dataflow import heads_of
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.unparse import expression
from nmodlgrad.syntax.walk import calls, subnodes

if TYPE_CHECKING:
    from nmodlgrad.calculus.forward import Differentiator, Tangent


class Scope(Expressions):
    """One generated routine while it is being differentiated."""

    def __init__(
        self,
        owner: Differentiator,
        statements: Sequence[n.Statement],
        inputs: Mapping[str, Partials],
        block: n.FunctionBlock | n.ProcedureBlock | None = None,
        performs: Collection[str] = (),
    ) -> None:
        super().__init__(owner, inputs, block)
        self.performs = frozenset(performs)
        self.arrays = self.flow.mechanism.arrays
        access = self.flow.access(statements)
        # The derivatives of a phase change nothing that the mechanism keeps: what is read and then set becomes a copy,
        # or is put back at the end if a routine that is called uses it. The tangent of a PROCEDURE does what it does;
        # so does a phase that performs.
        carried = access.live & access.written - ({a.name for a in block.arguments} if block else set()) - self.arrays
        touched = self._touched(statements)
        does = bool(performs) or isinstance(block, n.ProcedureBlock)
        self.carried = frozenset() if does else carried - touched
        kept = self.flow.mechanism.symbols.keys() | set(self.flow.mechanism.arguments)
        self.put_back = sorted(carried & touched & kept) if block is None and not does else []
        if isinstance(block, n.FunctionBlock):
            self.renamed[block.name] = self.names.fresh(f"{block.name}_value")
        self.own |= {*access.written, *self.renamed.values()}
        loops = [s for x in statements for s in subnodes(x) if isinstance(s, n.WhileStatement | n.FromStatement)]
        called = [c.name for s in (*statements, *loops) for c in calls(s) if c.name in self.flow.mechanism.procedures]
        counts = Counter(p for name in called for p in self.flow.reached(name))
        self.repeated = {p for p, count in counts.items() if count > 1}  # a later call overwrites their derivatives
        for name in sorted(self.carried & self._set_in_branches(statements)):
            self._work_on_copy(name)

    def _set_in_branches(self, statements: Sequence[n.Statement]) -> frozenset[str]:
        branches = [s for s in statements if not isinstance(s, n.Assign)]
        return self.flow.access(branches).written

    def _work_on_copy(self, name: str) -> None:
        """A name that is set in some branches only starts from its value."""
        self.renamed[name] = self.names.fresh(f"{name}_next")
        self.own.add(self.renamed[name])
        self.steps.append(Set(self.renamed[name], name, frozenset({name})))

    def _touched(self, statements: Sequence[n.Statement]) -> frozenset[str]:
        """What C code reads or sets, and the routines that are called."""
        codes = [node for s in statements for node in subnodes(s) if isinstance(node, n.Verbatim)]
        called = {c.name for s in statements for c in calls(s)}
        routines = [self.flow.procedure(name) for name in called & self.flow.mechanism.procedures.keys()]
        routines += [self.flow.function(name) for name in called & self.flow.mechanism.functions.keys()]
        routines += [self.flow.access((code,)) for code in codes]
        return frozenset().union(*(access.live | access.written for access in routines))

    # ------------------------------------------------------------------ what is known
    def finish(self, wanted: Iterable[str], arguments: Iterable[str] = ()) -> Program:
        """The steps needed for `wanted`, and those that put back what they change."""
        outside = {*self.exposed, *arguments, *self.performs}
        self._rename_elements(outside)
        wanted = {self.now(name) for name in wanted} | self.performs
        steps, _ = needed(self.steps, wanted)
        opaque.refuse(each(steps))
        steps = shared(steps, outside | wanted)
        for name in [name for name in self.put_back if name in changed(steps)]:
            before = self.names.fresh(f"{name}_before")
            steps = [Set(before, name, frozenset({name})), *steps, Set(name, before, frozenset({before}))]
        if has_effects(steps):
            steps = [Note(True), *steps, Note(False)]
        return Program(steps, [name for name in targets(steps) if name not in outside])

    def _rename_elements(self, outside: set[str]) -> None:
        """An element of an array that is set for ourselves alone gets a name that LOCAL can declare."""
        elements = {name: self.names.fresh(name) for name in targets(self.steps) if "[" in name and name not in outside}
        self.steps = renamed(self.steps, elements)
        self.renamed |= elements

    def finish_into(self, results: Mapping[str, sp.Expr], outputs: Iterable[str] = ()) -> Program:
        """The steps that leave derivatives in variables from outside, and the values of `outputs` where they belong."""
        direct: dict[str, str] = {}  # our variable -> the result that it can be itself
        for name, e in results.items():
            if str(e) in self.derived and str(e) in targets(self.steps) and str(e) not in direct:
                direct[str(e)] = name
            else:
                self.set(name, e)
        arguments = {a.name for a in self.block.arguments} if self.block else set()
        outside = {*results, *outputs, *self.exposed, *arguments}
        self._rename_elements(outside)
        steps, _ = needed(renamed(self.steps, direct), {*results, *outputs})
        opaque.refuse(each(steps))
        steps = shared(steps, outside)
        return Program(steps, [name for name in targets(steps) if name not in outside])

    # ------------------------------------------------------------------ statements
    def run(self, statements: Iterable[n.Statement]) -> None:
        """Differentiate statements in their order."""
        for statement in statements:
            noise.require_order(self.flow, statement)
            match statement:
                case n.Assign(target=n.VariableName(index=None)):
                    self._assign(statement)
                case n.Assign():
                    self._assign_element(statement)
                case n.CallStatement(call=call) if call.name in self.flow.mechanism.procedures:
                    self._call_statement(call)
                case n.IfStatement():
                    self._if(statement)
                case n.WhileStatement() | n.FromStatement():
                    self._repeat(statement)
                case n.Body(statements=inner):
                    self.run(inner)
                case n.CallStatement(call=call):
                    self._other_call(call)
                case n.Verbatim():
                    opaque.run(self, statement)
                case n.Enclosed():
                    opaque.enclosed(self, statement)

    def _assign(self, statement: n.Assign) -> None:
        assert not isinstance(statement.target, n.Prime), "equations are lowered before"
        name = statement.target.name
        value = self._expression(statement.value, name)
        squared = None if {name, self.now(name)} & value.reads else inverse_squared(value.value)
        held = {} if squared else self.kept(name, value.partials)
        if name in self.carried and name not in self.renamed:
            self.renamed[name] = self.names.fresh(f"{name}_next")
            self.own.add(self.renamed[name])
        simplified = statement.span == NOWHERE and not self.performs  # of ours, and of no consequence for last bits
        text, reads = (
            (nmodl(value.value), frozenset(self.reads(value.value))) if simplified else (value.text, value.reads)
        )
        self.steps.append(Set(self.now(name), text, reads))
        if squared:  # y*y for 1/(x*x) where y is 1/x
            own = {squared: sp.Symbol(self.now(name)) ** 2}
            held = self.kept(name, {u: e.xreplace(own) for u, e in value.partials.items()})
        self.environment[name] = held
        (self.drawn.add if value.reads & self.drawn else self.drawn.discard)(name)
        self.meanings.hold(self.now(name), value.value)

    def _assign_element(self, statement: n.Assign) -> None:
        """An element whose index is known at run time only carries no derivative; the original sets it."""
        if self._depends(statement.value):
            self._refuse_active(statement.value, f"an element of {statement.target.name}, whose index is computed,")
        self.stale.add(statement.target.name)

    def _repeat(self, loop: n.WhileStatement | n.FromStatement) -> None:
        """A loop stays one: each derivative of what it sets is in the same variable before and after every round."""
        written = self.flow.access((loop,)).written
        self.stale |= written & self.arrays
        reach = self.flow.dependence((loop,), {x: frozenset(partials) for x, partials in self.environment.items()})
        pairs = [(y, u) for y in sorted(written - self.arrays) for u in sorted(reach.get(y, ()))]
        held = {(y, u): self.names.fresh(f"d{y}_d{u}") for y, u in pairs}
        self.overwritten |= set(held.values())
        for (y, u), variable in held.items():
            self.set(variable, self.partials(y).get(u, sp.Integer(0)))
        around = {y: {u: sp.Symbol(held[x, u]) for x, u in pairs if x == y} for y in written}
        self.environment |= around
        self.meanings.changed(map(self.now, written))
        heads = [self._lift(x, active=False) for x in heads_of(loop)]
        outer, self.steps = self.steps, []
        self.run(loop.body.statements)
        for (y, u), variable in held.items():
            after = self.partials(y).get(u, sp.Integer(0))
            if after != sp.Symbol(variable):
                self.set(variable, after)
        body, self.steps = self.steps, outer
        self.environment |= around
        self.meanings.changed(map(self.now, written))
        counter = str(loop.name) if isinstance(loop, n.FromStatement) else None
        reads = frozenset().union(*(self.flow.reads(x) for x in heads))
        self.steps.append(Repeat(counter, tuple(map(expression, heads)), reads, body))

    def _if(self, statement: n.IfStatement) -> None:
        before, outer = dict(self.environment), self.steps
        condition = self._lift(statement.condition, active=False)
        noise.choose(self, statement, condition)
        branches: list[tuple[list[Step], dict[str, Partials]]] = []
        orelse = statement.orelse
        other = () if orelse is None else orelse.statements if isinstance(orelse, n.Body) else (orelse,)
        for body in (statement.body.statements, other):
            self.steps, self.environment = [], dict(before)
            self.run(body)
            branches.append((self.steps, self.environment))
            self.meanings.changed(map(self.now, self.flow.access((statement,)).written))
        (one, env_one), (two, env_two) = branches
        self.steps, self.environment = outer, before
        for name in sorted(self.flow.access((statement,)).written):
            self.environment[name] = self.merged(name, env_one.get(name, {}), env_two.get(name, {}), one, two)
        self.steps.append(Choose(expression(condition), self.flow.reads(condition), one, two))

    def _other_call(self, call: n.Call) -> None:
        """A function of NEURON's that leaves no value: nothing of it is left but the random numbers that are drawn."""
        if call.name in draws.SETTING:
            texts = [self._expression(a, call.name) for a in call.arguments]
            reads = frozenset[str]().union(*(value.reads for value in texts))
            text = f"{call.name}({', '.join(value.text for value in texts)})"
            self.steps.append(Invoke(text, reads, frozenset(), effect=True))
            return
        for argument in call.arguments:
            if self.flow.draws(argument):
                self._lift(argument, active=False)

    def merged(self, name: str, left: Partials, right: Partials, one: list[Step], two: list[Step]) -> Partials:
        """What a variable depends on behind two ways to there, the ends of which leave it in the same variables."""
        merged: Partials = {}
        for u in sorted(left.keys() | right.keys()):
            a, b = left.get(u, sp.Integer(0)), right.get(u, sp.Integer(0))
            if a == b:
                merged[u] = a
                continue
            variable = self.names.fresh(f"d{name}_d{u}")
            self.derived.add(variable)
            for steps, e in ((one, a), (two, b)):
                steps.append(Set(variable, nmodl(e), frozenset(self.reads(e))))
            merged[u] = sp.Symbol(variable)
        return merged

    def _call_statement(self, call: n.Call) -> None:
        procedure = self.flow.mechanism.procedures[call.name]
        access = self.flow.procedure(call.name)
        self.expose(access.live | access.written)
        self.meanings.changed(access.written)
        values = [self._expression(a, call.name) for a in call.arguments]
        passed = {  # the procedure may set what an argument was computed from
            str(a.name): self.kept(a.name, value.partials) for a, value in zip(procedure.arguments, values, strict=True)
        }
        reads = access.entering.union(*(value.reads for value in values))
        texts = ", ".join(value.text for value in values)
        again = self.flow.draws_itself(call), opaque.twice(self.flow, call)
        inactive = not any(passed.values()) and not any(self.partials(g) for g in access.entering)
        # The original leaves its value in no variable, and sets elements of arrays.
        plain = call.name not in self.flow.mechanism.results and not access.written & self.arrays
        if inactive and plain:
            self.steps.append(Invoke(f"{call.name}({texts})", reads, access.written, *again))
            self.environment |= {y: {} for y in access.written}
            return
        self._refuse_hidden_table_inputs(procedure, call)
        tangent = self.owner.procedure(call.name)
        results = {v for row in tangent.partials.values() for v in row.values()}
        self.steps.append(Invoke(f"{tangent.name}({texts})", reads, access.written - self.arrays | results, *again))
        self.stale |= access.written & self.arrays
        self.environment |= {y: self._through(tangent, y, passed) for y in sorted(access.written - self.arrays)}

    def _through(self, tangent: Tangent, y: str, passed: Mapping[str, Partials]) -> Partials:
        """Chain rule across a call: derivatives of `y` with respect to the caller's inputs."""
        total: Partials = {}
        for u, variable in tangent.partials.get(y, {}).items():
            accumulate(total, sp.Symbol(variable), passed[u] if u in passed else self.partials(u))
        kept = self.overwritten if tangent.of.name in self.repeated else self.derived
        kept.update(tangent.partials.get(y, {}).values())
        return {w: self._trivial(e) or self._set_fresh(f"d{y}_d{w}", e) for w, e in total.items() if e != 0}
