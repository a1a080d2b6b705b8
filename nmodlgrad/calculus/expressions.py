"""Expressions of a routine that is being differentiated: their values, and what they depend on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import sympy as sp

from nmodlgrad.calculus import noise, opaque, singularities
from nmodlgrad.calculus.algebra import (
    ARITHMETIC,
    Partials,
    accumulate,
    exact,
    explodes,
    is_inverse,
    is_root,
    nested,
    overflows,
    slope_of,
)
from nmodlgrad.calculus.intrinsics import RULES, TEMPERATURE, TEMPERED
from nmodlgrad.calculus.printing import nmodl
from nmodlgrad.calculus.program import Choose, Set, Step
from nmodlgrad.calculus.special import OVERFLOWING, Finite
from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.semantics.mechanism import Callable
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.unparse import expression
from nmodlgrad.syntax.walk import subnodes

if TYPE_CHECKING:
    from nmodlgrad.calculus.forward import Differentiator

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


class Expressions:
    """What is known of the variables of one generated routine, and the steps taken so far."""

    def __init__(self, owner: Differentiator, inputs: Mapping[str, Partials], block: Callable | None = None) -> None:
        self.owner, self.flow = owner, owner.flow
        self.names = owner.names.scope()
        self.environment: dict[str, Partials] = {name: dict(partials) for name, partials in inputs.items()}
        self.steps: list[Step] = []
        self.derived: set[str] = set()  # variables of ours that are set once
        self.overwritten: set[str] = set()  # results of procedures that are called again
        self.opaque_reads: dict[str, frozenset[str]] = {}
        self.exponents: dict[sp.Symbol, _Value] = {}  # by the variables that hold the exponentials
        self.meanings = singularities.Meanings()
        self.block = block
        self.drawn: set[str] = set()  # what holds random numbers
        self.stale: set[str] = set()  # arrays that the original has set by now; we leave them as they are
        self.exposed: set[str] = set()  # set here and read by what is called: no copies of these
        self.renamed: dict[str, str] = {}
        self.own: set[str] = set()  # what the routine sets

    # ------------------------------------------------------------------ what is known
    def expose(self, names: Iterable[str]) -> None:
        """A routine that is called reads or sets these names: the mechanism's own variables have to hold them."""
        self.exposed |= self.own.intersection(names)

    def now(self, name: str) -> str:
        """The name that holds a variable's current value."""
        return self.renamed.get(name, name)

    def carries(self, current: str) -> bool:
        """Whether the variable of this current name depends on an input."""
        return bool(self._environment_of(current))

    def partials(self, name: str) -> Partials:
        """What a variable depends on now."""
        return {} if name in self.flow.mechanism.constants else self.environment.get(name, {})

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
        if value.has(sp.nan, sp.zoo, sp.oo) or overflows(value):
            message = f"{expression(node)} has no value"
            raise Refused([Diagnostic.at(node.span, "NG027", message)])
        smooth = self._smooth(value)
        active = {str(s): self._environment_of(str(s)) for s in smooth.free_symbols}
        total: Partials = {}
        for symbol in sorted(name for name, partials in active.items() if partials):
            slope = slope_of(smooth, sp.Symbol(symbol))
            accumulate(total, self._shared(slope, f"d{hint}_by_{symbol}", active[symbol]), active[symbol])
        partials = {u: e for u, e in sorted(total.items()) if e != 0}
        if any(overflows(e) for e in partials.values()):
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
                active = active and operator in ARITHMETIC  # a comparison is constant on either side
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
                    accumulate(total, self._slope(call.name, argument.name, texts, reads), value.partials)
        elif function is None:
            result = Finite(sp.Symbol(variable)) if call.name in OVERFLOWING else sp.Symbol(variable)
            slopes = RULES[call.name](result, *(value.value for value in values))
            for slope, value in zip(slopes, values, strict=True):
                accumulate(total, self._shared(slope, f"{variable}_slope", value.partials), value.partials)
            if call.name in TEMPERED and (partials := self.partials(TEMPERATURE)):
                slope = TEMPERED[call.name](sp.Symbol(TEMPERATURE), *(value.value for value in values))
                accumulate(total, self._shared(slope, f"{variable}_slope", partials), partials)
        else:
            self._refuse_hidden_table_inputs(function, call)
            passed = {
                a.name: value.partials for a, value in zip(function.arguments, values, strict=True) if value.partials
            }
            for target, partials in (passed | {g: self.partials(g) for g in hidden}).items():
                accumulate(total, self._slope(call.name, target, texts, reads), partials)
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
        accumulate(total, exponent.value * base.value ** (exponent.value - 1), base.partials)
        accumulate(total, Finite(sp.Symbol(power)) * sp.Symbol(logarithm), exponent.partials)
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
                return exact(text)
            case n.VariableName(name=name, index=None):
                return sp.Symbol(name)
            case n.Unary(operator="-", operand=operand):
                return -self._sympy(operand)
            case n.Binary(left=left, operator=operator, right=right) if operator in ARITHMETIC:
                one, two = self._sympy(left), self._sympy(right)
                if operator == "^" and explodes(one, two):
                    return sp.oo
                if operator != "^" or not is_root(one, two):
                    return ARITHMETIC[operator](one, two)
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
        fractions = [term for term in sp.Add.make_args(e) if any(map(is_inverse, sp.Mul.make_args(term)))]
        if len(fractions) < 2:
            return e
        powers = sorted({x for term in fractions for x in sp.Mul.make_args(term) if is_inverse(x)}, key=str)
        inverses: dict[sp.Expr, sp.Expr] = {}
        for base in dict.fromkeys(power.base for power in powers):
            content, primitive = base.primitive()  # 0.1*a + 0.2*b and a + 2*b share an inverse
            variable = self.names.numbered("inverse")
            self.derived.add(variable)
            self.steps.append(Set(variable, nmodl(1 / primitive), frozenset(self.reads(base))))
            inverses[base] = sp.Symbol(variable) / content
        e = e.xreplace({power: inverses[power.base] ** -power.exp for power in powers})
        return nested(e, [x for inverse in inverses.values() for x in inverse.free_symbols])

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

    def _refuse_hidden_table_inputs(self, procedure: n.ProcedureBlock | n.FunctionBlock, call: n.Call) -> None:
        if self.flow.mechanism.table(procedure) is None:
            return
        kind = self.flow.procedure if isinstance(procedure, n.ProcedureBlock) else self.flow.function
        hidden = sorted(g for g in kind(procedure.name).live if self.partials(g))
        if hidden:
            message = f"{procedure.name} is tabulated over its argument, but depends on {', '.join(hidden)} too"
            hint = f"take the TABLE out of {procedure.name}, or compute what {hidden[0]} does elsewhere"
            raise Refused([Diagnostic.at(call.span, "NG021", message, hint)])
