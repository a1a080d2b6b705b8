"""One routine while it is being differentiated: what its variables depend on, statement by statement."""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import sympy as sp

from nmodlgrad.calculus import noise, opaque, singularities
from nmodlgrad.calculus.intrinsics import RULES
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
from nmodlgrad.calculus.special import OVERFLOWING, Finite
from nmodlgrad.diagnostics import NOWHERE, Diagnostic, Refused
from nmodlgrad.semantics import draws
from nmodlgrad.semantics.dataflow import heads_of
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.unparse import expression
from nmodlgrad.syntax.walk import calls, subnodes

if TYPE_CHECKING:
    from nmodlgrad.calculus.forward import Differentiator, Tangent

Partials = dict[str, sp.Expr]  # input -> derivative with respect to it; what is missing is zero

# An expression counts as heavy from this many operations: it is computed once if several inputs need it.
_HEAVY = 4

_LONG = 40  # nodes of an expression that is differentiated as a whole; those that people write have half of it


@dataclass(frozen=True)
class _Value:
    """An expression as text and in sympy, the names it reads, and its partial derivatives."""

    text: str
    reads: frozenset[str]
    value: sp.Expr
    partials: Partials


class Scope:
    """One generated routine while it is being differentiated."""

    def __init__(
        self,
        owner: Differentiator,
        statements: Sequence[n.Statement],
        inputs: Mapping[str, Partials],
        block: n.FunctionBlock | n.ProcedureBlock | None = None,
        performs: Collection[str] = (),
    ) -> None:
        self.owner, self.flow = owner, owner.flow
        self.names = owner.names.scope()
        self.environment: dict[str, Partials] = {name: dict(partials) for name, partials in inputs.items()}
        self.steps: list[Step] = []
        self.derived: set[str] = set()  # variables of ours that are set once
        self.overwritten: set[str] = set()  # results of procedures that are called again
        self.opaque_reads: dict[str, frozenset[str]] = {}
        self.exponents: dict[sp.Symbol, _Value] = {}  # by the variables that hold the exponentials
        self.meanings = singularities.Meanings()
        self.block, self.performs = block, frozenset(performs)
        self.arrays = self.flow.mechanism.arrays
        self.stale: set[str] = set()  # arrays that the original has set by now; we leave them as they are
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
        self.drawn: set[str] = set()  # what holds random numbers
        self.exposed: set[str] = set()  # set here and read by what is called: no copies of these
        self.renamed: dict[str, str] = {}
        if isinstance(block, n.FunctionBlock):
            self.renamed[block.name] = self.names.fresh(f"{block.name}_value")
        self.own = {*access.written, *self.renamed.values()}
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

    def expose(self, names: Iterable[str]) -> None:
        """A routine that is called reads or sets these names: the mechanism's own variables have to hold them."""
        self.exposed |= self.own.intersection(names)

    # ------------------------------------------------------------------ what is known
    def now(self, name: str) -> str:
        """The name that holds a variable's current value."""
        return self.renamed.get(name, name)

    def carries(self, current: str) -> bool:
        """Whether the variable of this current name depends on an input."""
        return bool(self._environment_of(current))

    def partials(self, name: str) -> Partials:
        """What a variable depends on now."""
        return {} if name in self.flow.mechanism.constants else self.environment.get(name, {})

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
        squared = None if {name, self.now(name)} & value.reads else _inverse_squared(value.value)
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
        passed: dict[str, Partials] = {
            a.name: value.partials for a, value in zip(procedure.arguments, values, strict=True)
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
            _accumulate(total, sp.Symbol(variable), passed[u] if u in passed else self.partials(u))
        kept = self.overwritten if tangent.of.name in self.repeated else self.derived
        kept.update(tangent.partials.get(y, {}).values())
        return {w: self._trivial(e) or self._set_fresh(f"d{y}_d{w}", e) for w, e in total.items() if e != 0}

    def _refuse_hidden_table_inputs(self, procedure: n.ProcedureBlock | n.FunctionBlock, call: n.Call) -> None:
        if self.flow.mechanism.table(procedure) is None:
            return
        kind = self.flow.procedure if isinstance(procedure, n.ProcedureBlock) else self.flow.function
        hidden = sorted(g for g in kind(procedure.name).live if self.partials(g))
        if hidden:
            message = f"{procedure.name} is tabulated over its argument, but depends on {', '.join(hidden)} too"
            hint = f"derivatives with respect to {hidden[0]} do not pass through the TABLE; leave it out of --wrt"
            raise Refused([Diagnostic.at(call.span, "NG021", message, hint)])

    # ------------------------------------------------------------------ expressions
    def evaluated(self, node: n.Expression, hint: str) -> _Value:
        """An expression with its partial derivatives, the steps that it needs taken."""
        return self._expression(node, hint)

    def lifted(self, call: n.Call, text: str, reads: frozenset[str], *again: Any) -> str:
        """A new variable that holds what a call returns."""
        variable = self.names.numbered(call.name)
        self.derived.add(variable)
        self.steps.append(Set(variable, text, reads, *again))
        return variable

    def kept(self, name: str, partials: Partials) -> Partials:
        """Derivatives of a variable, held in variables of ours where something in them may change."""
        return {u: self._trivial(e) or self._set_fresh(f"d{name}_d{u}", e) for u, e in partials.items() if e != 0}

    def standing_for(self, call: n.Call, variable: str, partials: Partials) -> n.VariableName:
        """The variable that stands for a call from here on, with what it depends on."""
        self._hold_partials(variable, partials)
        return n.VariableName(call.span, n.Word(variable))

    def _expression(self, node: n.Expression, hint: str) -> _Value:
        lifted = self._lift(node)
        value = self._sympy(lifted)
        if value.has(sp.nan, sp.zoo, sp.oo) or _overflows(value):
            message = f"{expression(node)} has no value"
            raise Refused([Diagnostic.at(node.span, "NG027", message)])
        smooth = self._smooth(value)
        active = {str(s): self._environment_of(str(s)) for s in smooth.free_symbols}
        total: Partials = {}
        for symbol in sorted(name for name, partials in active.items() if partials):
            slope = _slope(smooth, sp.Symbol(symbol))
            _accumulate(total, self._shared(slope, f"d{hint}_by_{symbol}", active[symbol]), active[symbol])
        partials = {u: e for u, e in sorted(total.items()) if e != 0}
        if any(_overflows(e) for e in partials.values()):
            raise Refused([Diagnostic.at(node.span, "NG027", f"a derivative of {expression(node)} has no value")])
        return _Value(expression(lifted), self.flow.reads(lifted), value, partials)

    def original(self, current: str) -> str:
        """The mechanism's name of a variable."""
        return next((name for name, new in self.renamed.items() if new == current), current)

    def _environment_of(self, symbol: str) -> Partials:
        return self.partials(self.original(symbol))

    def _lift(self, node: n.Expression, active: bool = True) -> n.Expression:
        """The expression over current names; calls that carry a derivative become variables of their own."""
        match node:
            case n.VariableName(span=span, name=name, index=None):
                return n.VariableName(span, n.Word(self.now(name)))
            case n.VariableName(span=span, name=name, index=n.Node() as index):
                if name in self.stale:
                    self._refuse_active(node, f"{name}, which has been set before in the same block,", "is read")
                return n.VariableName(span, name, self._lift(index, active=False))
            case n.Unary(span=span, operator=operator, operand=operand):
                return n.Unary(span, operator, self._lift(operand, active and operator == "-"))
            case n.Binary(operator="^", right=exponent) if active and self._depends(exponent):
                return self._lift_power(node)
            case n.Binary(span=span, left=left, operator=operator, right=right):
                active = active and operator in _ARITHMETIC  # a comparison is constant on either side
                one, two = self._lift(left, active), self._lift(right, active)
                if active:
                    one, two = self._shortened(one), self._shortened(two)
                return n.Binary(span, one, operator, two)
            case n.Call():
                return self._lift_call(node, active)
        return node

    def _shortened(self, node: n.Expression) -> n.Expression:
        """A long expression that carries a derivative becomes a variable of its own: sympy is slow with long ones."""
        if next(islice(subnodes(node), _LONG, None), None) is None or not self._depends(node):
            return node
        value = self._expression(node, "part")
        variable = self.names.numbered("part")
        self.derived.add(variable)
        self.steps.append(Set(variable, value.text, value.reads))
        self._hold_partials(variable, value.partials)
        return n.VariableName(node.span, n.Word(variable))

    def _lift_call(self, call: n.Call, active: bool) -> n.Expression:
        if self.flow.draws_itself(call):
            return noise.draw(self, call)
        refusal = opaque.twice(self.flow, call) if call.name in self.flow.mechanism.functions else None
        if refusal:
            return opaque.once(self, call, refusal)
        function = self.flow.mechanism.functions.get(call.name)
        live = self.flow.function(call.name).live if function else frozenset()
        self.expose(live)
        hidden = [g for g in sorted(live) if self.partials(g)]
        if not (active and self._depends(call)):
            return n.Call(call.span, call.name, tuple(self._lift(a, active) for a in call.arguments))
        if call.name == "pow":
            return self._lift(n.Binary(call.span, call.arguments[0], n.Word("^"), call.arguments[1]))
        table = self.flow.mechanism.function_tables.get(call.name)
        if function is None and table is None and call.name not in RULES:
            self._refuse_active(call, call.name)
        values = [self._expression(a, call.name) for a in call.arguments]
        texts = ", ".join(value.text for value in values)
        reads = live.union(*(value.reads for value in values))
        variable = self.names.numbered(call.name)
        self.derived.add(variable)
        text = f"{call.name}({texts})"
        self.steps.append(Set(variable, text, reads))
        total: Partials = {}
        if table is not None:
            for argument, value in zip(table.arguments, values, strict=True):
                if value.partials:
                    _accumulate(total, self._slope(call.name, argument.name, texts, reads), value.partials)
        elif function is None:
            result = Finite(sp.Symbol(variable)) if call.name in OVERFLOWING else sp.Symbol(variable)
            slopes = RULES[call.name](result, *(value.value for value in values))
            for slope, value in zip(slopes, values, strict=True):
                _accumulate(total, self._shared(slope, f"{variable}_slope", value.partials), value.partials)
        else:
            self._refuse_hidden_table_inputs(function, call)
            passed = {
                a.name: value.partials for a, value in zip(function.arguments, values, strict=True) if value.partials
            }
            for target, partials in (passed | {g: self.partials(g) for g in hidden}).items():
                _accumulate(total, self._slope(call.name, target, texts, reads), partials)
        if call.name == "exp":
            self.exponents[sp.Symbol(variable)] = values[0]
            self.meanings.exponents[sp.Symbol(variable)] = values[0].value
        self._hold_partials(variable, total)
        return n.VariableName(call.span, n.Word(variable))

    def _smooth(self, value: sp.Expr) -> sp.Expr:
        """The expression written so that its slope is accurate where it is 0/0."""
        meant = self.meanings.expanded(value)
        smooth = singularities.without(meant, self.meanings.exponents, self._exprelr)
        return value if smooth == meant else smooth

    def _exprelr(self, exponential: sp.Symbol) -> sp.Expr:
        """x/(exp(x) - 1) as a variable of its own, by the variable that holds exp(x)."""
        x = self.exponents[exponential]
        variable, slope = self.names.numbered("exprelr"), self.names.numbered("exprelr_slope")
        self.derived |= {variable, slope}
        given, reads = f"{x.text}, {exponential}", x.reads | {str(exponential)}
        self.steps.append(Set(variable, f"ng_exprelr({given})", reads))
        self.steps.append(Set(slope, f"ng_exprelr_slope({given}, {variable})", reads | {variable}))
        self._hold_partials(variable, {u: sp.Symbol(slope) * e for u, e in x.partials.items()})
        return sp.Symbol(variable)

    def _lift_power(self, node: n.Binary) -> n.Expression:
        """base^exponent with an active exponent; its derivative by the exponent is 0 where the base is 0."""
        base, exponent = self._expression(node.left, "base"), self._expression(node.right, "exponent")
        power, logarithm = self.names.numbered("power"), self.names.numbered("log")
        self.derived |= {power, logarithm}
        text = f"({base.text})^({exponent.text})"
        self.steps.append(Set(power, text, base.reads | exponent.reads))
        positive = [Set(logarithm, f"log({base.text})", base.reads)]
        otherwise = [Set(logarithm, "0", frozenset())]
        self.steps.append(Choose(f"{base.text} > 0", base.reads, positive, otherwise))
        total: Partials = {}
        _accumulate(total, exponent.value * base.value ** (exponent.value - 1), base.partials)
        _accumulate(total, Finite(sp.Symbol(power)) * sp.Symbol(logarithm), exponent.partials)
        self._hold_partials(power, total)
        return n.VariableName(node.span, n.Word(power))

    def _hold_partials(self, variable: str, total: Partials) -> None:
        self.environment[variable] = {
            u: self._trivial(e) or self._set_fresh(f"d{variable}_d{u}", e) for u, e in total.items() if e != 0
        }

    def _slope(self, function: str, target: str, arguments: str, reads: frozenset[str]) -> sp.Expr:
        derivative = self.owner.function(function, target)
        if derivative.is_zero:
            return sp.Integer(0)
        variable = self.names.numbered(derivative.name)
        self.derived.add(variable)
        self.steps.append(Set(variable, f"{derivative.name}({arguments})", reads))
        return sp.Symbol(variable)

    def _sympy(self, lifted: n.Expression) -> sp.Expr:
        match lifted:
            case n.Number(text=text):
                return _exact(text)
            case n.VariableName(name=name, index=None):
                return sp.Symbol(name)
            case n.Unary(operator="-", operand=operand):
                return -self._sympy(operand)
            case n.Binary(left=left, operator=operator, right=right) if operator in _ARITHMETIC:
                one, two = self._sympy(left), self._sympy(right)
                if operator == "^" and _explodes(one, two):
                    return sp.oo
                if operator != "^" or not _is_root(one, two):
                    return _ARITHMETIC[operator](one, two)
        written = expression(lifted)
        symbol = sp.Symbol(written if isinstance(lifted, n.Call | n.VariableName) else f"({written})")
        self.opaque_reads[str(symbol)] = self.flow.reads(lifted)
        return symbol

    def _depends(self, node: n.Expression) -> bool:
        return any(self._environment_of(name) for name in self.flow.valued(node))

    def _refuse_active(
        self, node: n.Expression, what: str, how: str = "depends on a variable that carries a derivative"
    ) -> None:
        message = f"{what} {how}: not differentiated yet"
        raise Refused([Diagnostic.at(node.span, "NG002", message)])

    # ------------------------------------------------------------------ small helpers
    def reads(self, e: sp.Expr) -> set[str]:
        """The variables in an expression, those inside calls kept as text included."""
        read: set[str] = set()
        for symbol in sp.sympify(e).free_symbols:
            read |= self.opaque_reads.get(str(symbol), frozenset({str(symbol)}))
        return read

    def _trivial(self, e: sp.Expr) -> sp.Expr | None:
        """The expression itself when it can be repeated wherever it is needed: nothing in it changes any more."""
        if e.is_Number or (e.is_Symbol and not self.reads(e) & (self.own | self.overwritten)):
            return e
        return None

    def set(self, target: str, e: sp.Expr) -> None:
        """Assign an expression to a variable of ours."""
        e = self._by_inverses(e)
        self.steps.append(Set(target, nmodl(e), frozenset(self.reads(e))))

    def _shared(self, slope: sp.Expr, wish: str, partials: Partials) -> sp.Expr:
        """A slope, as a variable if it is heavy and several inputs need it."""
        return self._set_fresh(wish, slope) if len(partials) > 1 and slope.count_ops() >= _HEAVY else slope

    def _by_inverses(self, e: sp.Expr) -> sp.Expr:
        """A sum of fractions by the inverses of their denominators: a division takes as long as ten products."""
        fractions = [term for term in sp.Add.make_args(e) if any(map(_is_inverse, sp.Mul.make_args(term)))]
        if len(fractions) < 2:
            return e
        powers = sorted({x for term in fractions for x in sp.Mul.make_args(term) if _is_inverse(x)}, key=str)
        inverses: dict[sp.Expr, sp.Expr] = {}
        for base in dict.fromkeys(power.base for power in powers):
            content, primitive = base.primitive()  # 0.1*a + 0.2*b and a + 2*b share an inverse
            variable = self.names.numbered("inverse")
            self.derived.add(variable)
            self.steps.append(Set(variable, nmodl(1 / primitive), frozenset(self.reads(base))))
            inverses[base] = sp.Symbol(variable) / content
        return e.xreplace({power: inverses[power.base] ** -power.exp for power in powers})

    def _set_fresh(self, wish: str, e: sp.Expr) -> sp.Expr:
        variable = self.names.fresh(wish)
        self.derived.add(variable)
        self.set(variable, e)
        return sp.Symbol(variable)

    def hold(self, wish: str, e: sp.Expr) -> str:
        """A name or a number that C code can read for an expression."""
        if e.is_Number:
            return repr(float(e))
        if e.is_Symbol and str(e) in self.derived:
            return str(e)
        return str(self._set_fresh(wish, e))


def _is_inverse(factor: sp.Expr) -> bool:
    return bool(factor.is_Pow and factor.exp.is_Integer and factor.exp.is_negative and not factor.base.is_Number)


def _inverse_squared(value: sp.Expr) -> sp.Expr | None:
    """1/x^2 where the value is 1/x or -1/x, and so has its square as slope."""
    x = 1 / value
    return x**-2 if x.is_Symbol or (-x).is_Symbol else None


def _is_root(base: sp.Expr, exponent: sp.Expr) -> bool:
    """A number to the power of a number that sympy would take apart, or make as long: better left as it is."""
    if not (base.is_number and exponent.is_number):
        return False
    return not (exponent.is_Integer and abs(exponent) <= 9 and base.is_Rational and max(abs(base.p), base.q) < 10**40)


def _explodes(base: sp.Expr, exponent: sp.Expr) -> bool:
    """A product to a power of which sympy would write out the number: (2 x)^1000000 is 2^1000000 x^1000000."""
    number, rest = base.as_coeff_Mul()
    if rest == 1 or not (exponent.is_Rational and number.is_Rational):
        return False
    return bool(abs(exponent) * (max(abs(number.p), number.q).bit_length() - 1) > 2048)


def _exact(text: str) -> sp.Expr:
    """A literal as the number that is written, or, where that has many digits, as the double that it becomes."""
    nearest = float(text)
    if nearest in (0.0, math.inf):
        return sp.Integer(0) if nearest == 0 else sp.oo
    return sp.Rational(text) if len(text) < 40 else sp.Rational(*nearest.as_integer_ratio())


def _overflows(e: sp.Expr) -> bool:
    return any(abs(number.p) >= _BEYOND * number.q for number in e.atoms(sp.Rational))


_BEYOND = 2**1024  # what no double can be


def _slope(value: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """The derivative, with p x^(p - 1) where sympy writes p x^p/x, which is no number at x = 0."""
    slope = _of_share(value, symbol) or sp.diff(value, symbol)
    return sp.powsimp(slope, combine="exp") if any(not e.exp.is_Number for e in value.atoms(sp.Pow)) else slope


def _of_share(value: sp.Expr, symbol: sp.Symbol) -> sp.Expr | None:
    """k b/(p a + b)^2 of k a/(p a + b), where the quotient rule loses digits once the share of a is nearly all."""
    above, below = sp.fraction(value)
    factor, total = below.as_independent(symbol, as_Add=False)
    if not (total.is_Add and above.is_Mul | above.is_Symbol and symbol not in (above / symbol).free_symbols):
        return None
    content, total = total.primitive()
    share, factor = sp.diff(total, symbol), factor * content
    return None if symbol in share.free_symbols else above / symbol * (total - share * symbol) / (factor * total**2)


def _accumulate(total: Partials, slope: sp.Expr, partials: Partials) -> None:
    """Chain rule: add slope times each partial derivative."""
    for u, e in partials.items():
        total[u] = total.get(u, sp.Integer(0)) + slope * e


_ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow}
