"""Divisions by zero at a voltage that a cell reaches, such as in the unguarded x/(exp(x) - 1).

The blocks are run as they stand, with the default values of the parameters, at some voltages. Where the denominator
of a division changes its sign between two of them, its zero is looked for. Since the statements before it and the
conditions around it run too, a division that is guarded, in whatever way, is never seen with a denominator of zero.
A routine with a TABLE is run for the rows of the table only, and a row that is no number spoils the values around it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import pairwise

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

# mV; crooked, so that none of them is itself a zero
VOLTAGES = (-151.3, -103.7, -51.1, -0.3, 47.9, 103.3)
STEPS = 20_000  # expressions and statements that are run at one voltage before the check gives up
DEPTH = 20  # of calls
PLACES = range(7)  # decimal places of a voltage at which a zero is believed: models are written with round numbers

# Unknown values that are positive. Crooked too: a zero at a round voltage does not depend on them.
CELSIUS = 21.73942116
FACTOR = 1.3718265349
VOLTAGE = -61.35792  # at the start

Value = float | None  # None is a value that is not known
Place = tuple[int, ...]  # the calls that lead to a division, and the division
HINT = (
    "where numerator and denominator vanish together, take the limit: "
    "if (fabs(x/y) < 1e-6) { vtrap = y*(1 - x/y/2) } else { vtrap = x/(exp(x/y) - 1) }"
)


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG031, at the denominator."""
    run = _Run(mechanism)
    if not run.divisions:
        return
    found: dict[int, set[float]] = {}
    for block, body, _ in mechanism.bodies:
        if not isinstance(block, n.FunctionBlock | n.ProcedureBlock | n.NetReceiveBlock):
            try:
                for place, voltage in _zeros(run, body):
                    found.setdefault(place[-1], set()).add(voltage)
            except (_GiveUp, RecursionError):
                continue
    for key, voltages in found.items():
        at = " and ".join(f"{voltage:g}" for voltage in sorted(voltages))
        message = f"this denominator is zero at v = {at} mV"
        yield Diagnostic.at(run.divisions[key].right.span, "NG031", message, HINT)


def _zeros(run: _Run, body: n.Body) -> Iterator[tuple[Place, float]]:
    samples = [(voltage, run(body, voltage)) for voltage in VOLTAGES]
    for (low, at_low), (high, at_high) in pairwise(samples):
        for place in at_low.keys() & at_high.keys():
            if at_low[place] * at_high[place] < 0:
                zero = _zero(partial(run.flat, body, place), low, high)
                if zero is not None and run(body, zero, tables=True).get(place) == 0:
                    yield place, zero


def _zero(f: Callable[[float], Value], a: float, b: float) -> Value:
    """The round voltage between two at which a denominator is exactly zero: by false position (Illinois)."""
    at_a, at_b = f(a), f(b)
    assert at_a is not None and at_b is not None
    before = math.inf
    for _ in range(60):
        middle = (a * at_b - b * at_a) / (at_b - at_a)
        value = f(middle)
        if value is None:  # guarded around its zero
            return None
        if value == 0 or abs(middle - before) < 1e-10:
            break
        before = middle
        if value * at_b < 0:
            a, at_a = b, at_b
        else:
            at_a /= 2
        b, at_b = middle, value
    for places in PLACES:
        voltage = round(middle, places) + 0.0  # no -0
        if abs(voltage - middle) < 1e-7 and f(voltage) == 0:
            return voltage
    return None


class _GiveUp(Exception):
    """A block takes too long."""


class _Run:
    """Runs blocks of a mechanism at a voltage, and notes the denominators of the divisions on the way."""

    def __init__(self, mechanism: Mechanism) -> None:
        self.mechanism = mechanism
        nodes = [node for _, body, _ in mechanism.bodies for node in subnodes(body)]
        self.divisions = {
            id(node): node
            for node in nodes
            if isinstance(node, n.Binary) and node.operator == "/" and not isinstance(node.right, n.Number)
        }
        self.constants = _constants(mechanism, {node.target.name for node in nodes if isinstance(node, n.Assign)})
        self.shared: dict[str, Value] = {}
        self.denominators: dict[Place, float] = {}
        self.calls: Place = ()
        self.steps = 0
        self.tables = False
        self.constants |= self.initial()

    def initial(self) -> dict[str, Value]:
        """What INITIAL assigns and nothing else does: constant from then on."""
        block = self.mechanism.initial
        if block is None:
            return {}
        inside = {node.target.name for node in subnodes(block) if isinstance(node, n.Assign)}
        outside = {
            node.target.name
            for other, body, _ in self.mechanism.bodies
            if other is not block
            for node in subnodes(body)
            if isinstance(node, n.Assign)
        }
        brought = {name for use in self.mechanism.ions for name in use.read}
        try:
            self(block.body, VOLTAGE)
        except (_GiveUp, RecursionError):
            return {}
        return {name: value for name, value in self.shared.items() if name in inside - outside - brought - {"v"}}

    def __call__(self, body: n.Body, voltage: float, tables: bool = False) -> dict[Place, float]:
        """The denominators of the divisions that are run, where they are known; with or without regard to TABLEs."""
        self.tables = tables
        self.shared = {"v": voltage}
        self.denominators, self.calls, self.steps = {}, (), 0
        self.body(body, {})
        return self.denominators

    def flat(self, body: n.Body, place: Place, voltage: float) -> Value:
        """One denominator, with its sign and its zeros, but without the steepness of an exponential."""
        value = self(body, voltage).get(place)
        return None if value is None else math.copysign(math.log1p(min(abs(value), 1e300)), value)

    # -------------------------------------------------------------- statements
    def body(self, body: n.Body, own: dict[str, Value]) -> None:
        if body.locals:
            own.update(dict.fromkeys(body.locals.names))
        for statement in body.statements:
            self.statement(statement, own)

    def statement(self, node: n.Statement, own: dict[str, Value]) -> None:
        match node:
            case n.Assign(target=target, value=value):
                result = self.value(value, own)
                if isinstance(target, n.VariableName):
                    (own if target.name in own else self.shared)[target.name] = result if target.index is None else None
            case n.CallStatement(call=call):
                self.value(call, own)
            case n.Body():
                self.body(node, own)
            case n.IfStatement(condition=condition, body=body, orelse=orelse):
                truth = self.value(condition, own)
                if truth is None:
                    self.forget(node, own)
                elif truth:
                    self.body(body, own)
                elif orelse is not None:
                    self.statement(orelse, own)
            case n.Equation(left=left, right=right) | n.Reaction(forward=left, backward=right):
                self.value(left, own)
                self.value(right, own)
            case n.Table() | n.Conductance() | n.Compartment() | n.LongitudinalDiffusion() | n.Conserve():
                pass
            case _:
                self.forget(node, own)

    def forget(self, node: n.Node, own: dict[str, Value]) -> None:
        """After what may or may not run, nothing is known any more of what it may have changed."""
        for part in subnodes(node):
            if isinstance(part, n.Assign):
                (own if part.target.name in own else self.shared)[part.target.name] = None
            elif isinstance(part, n.LocalList):
                own.update(dict.fromkeys(part.names))
            elif isinstance(part, n.Verbatim):
                own.update(dict.fromkeys(own))
                self.shared = dict.fromkeys(self.shared)
            elif isinstance(part, n.Call) and part.name in self.mechanism.procedures:
                self.shared = dict.fromkeys(self.shared)

    # -------------------------------------------------------------- expressions
    def value(self, node: n.Expression | n.Text, own: dict[str, Value]) -> Value:
        self.steps += 1
        if self.steps > STEPS:
            raise _GiveUp
        if isinstance(node, n.VariableName):
            return self.variable(node, own)
        if isinstance(node, n.Binary):
            return self.binary(node, own)
        if isinstance(node, n.Number):
            return _number(node.text, self.mechanism.defined)
        if isinstance(node, n.Call):
            return self.call(node, own)
        if isinstance(node, n.Unary):
            operand = self.value(node.operand, own)
            return None if operand is None else -operand if node.operator == "-" else float(not operand)
        return None

    def variable(self, node: n.VariableName, own: Mapping[str, Value]) -> Value:
        if node.index is not None:
            return None
        name = node.name
        if name in own:
            return own[name]
        if name in self.shared:
            return self.shared[name]
        return self.constants.get(name)

    def binary(self, node: n.Binary, own: dict[str, Value]) -> Value:
        left, right, sign = self.value(node.left, own), self.value(node.right, own), node.operator
        if sign == "/" and right is not None and not math.isnan(right):
            self.denominators[(*self.calls, id(node))] = right
        if sign in ("*", "&&") and (left == 0 or right == 0):
            return 0.0
        if left is None or right is None:
            return None
        try:
            return float(_OPERATORS[sign](left, right))
        except OverflowError:
            return math.inf
        except (ArithmeticError, ValueError, TypeError):
            return None

    def call(self, node: n.Call, own: dict[str, Value]) -> Value:
        arguments = [self.value(argument, own) for argument in node.arguments]
        name = node.name
        block = self.mechanism.functions.get(name) or self.mechanism.procedures.get(name)
        if block is None:
            known = [argument for argument in arguments if argument is not None]
            return _intrinsic(name, known) if len(known) == len(arguments) else None
        if len(block.arguments) != len(arguments) or len(self.calls) >= DEPTH:
            return None
        before, self.calls = self.calls, (*self.calls, id(node))
        inner: dict[str, Value] = {a.name: value for a, value in zip(block.arguments, arguments, strict=True)}
        inner[name] = 0.0
        table = self.mechanism.table(block) if self.tables else None
        if table is None or self.is_row(table, arguments, own):
            self.body(block.body, inner)
        else:
            self.forget(block.body, inner)
            inner[name] = None
        self.calls = before
        return inner[name]

    def is_row(self, table: n.Table, arguments: list[Value], own: dict[str, Value]) -> bool:
        """Whether a TABLE has a row for an argument, and so the routine is run with it: by nocmodl's own loop."""
        low, high = self.value(table.low, own), self.value(table.high, own)
        bins = _number(table.bins, self.mechanism.defined)
        if len(arguments) != 1 or low is None or high is None or not bins or bins > STEPS:
            return False
        row, step = low, (high - low) / bins
        for _ in range(int(bins) + 1):
            if row == arguments[0]:
                return True
            row += step
        return False


_OPERATORS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": math.pow,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "&&": lambda left, right: bool(left and right),
    "||": lambda left, right: bool(left or right),
}
# fmt: off
_INTRINSICS: Mapping[str, Callable[..., float]] = {
    name: getattr(math, name)
    for name in ("exp", "log", "log10", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh",
                 "pow", "fabs", "floor", "ceil", "fmod", "atan2")
} | {"abs": abs, "fmin": min, "fmax": max}
# fmt: on


def _intrinsic(name: str, arguments: list[float]) -> Value:
    function = _INTRINSICS.get(name)
    if function is None:
        return None
    try:
        return float(function(*arguments))
    except OverflowError:
        return math.inf
    except (ArithmeticError, ValueError, TypeError):
        return None


def _number(text: str, defined: Mapping[str, int]) -> Value:
    try:
        return float(defined.get(text, text))
    except ValueError:
        return None


def _constants(mechanism: Mechanism, assigned: set[str]) -> dict[str, Value]:
    """What keeps its value: parameters that nothing assigns and no ion brings, constants, factors of UNITS."""
    found: dict[str, Value] = {"celsius": CELSIUS}
    for name, symbol in mechanism.symbols.items():
        if symbol.role in (Role.PARAMETER, Role.CONSTANT) and name not in assigned and symbol.size is None:
            if symbol.value is not None:
                found[name] = _number(symbol.value, mechanism.defined)
            elif symbol.role is Role.CONSTANT:
                found[name] = FACTOR
            else:
                found[name] = 0.0
    return found
