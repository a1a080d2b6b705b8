"""Runs the statements of a mechanism, in complex numbers."""

from __future__ import annotations

import cmath
from collections.abc import Callable, Iterable, Mapping, Sequence

from nmodlgrad.diagnostics import Source
from nmodlgrad.semantics.dataflow import local_names
from nmodlgrad.semantics.mechanism import Mechanism, Symbol
from nmodlgrad.semantics.resolve import resolve
from nmodlgrad.syntax import nodes as n

Values = dict[str, complex]

INTRINSICS: Mapping[str, Callable[..., complex]] = {
    name: getattr(cmath, name)
    for name in ("exp", "log", "log10", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")
} | {"fabs": lambda x: x if x.real >= 0 else -x, "pow": lambda x, y: power(x, y)}


def mechanism_of(text: str) -> Mechanism:
    """Read a source text."""
    return resolve(Source("random.mod", text))


class Primal:
    """A mechanism's variables, and the statements that act on them."""

    def __init__(self, mechanism: Mechanism, **values: complex) -> None:
        self.mechanism = mechanism
        given = {x: complex(s.value) if s.value else 0j for s in mechanism.symbols.values() for x in _scalars(s)}
        self.values: Values = {**given, **values}

    def run(self, statements: Iterable[n.Statement], frame: Values, own: frozenset[str] = frozenset()) -> None:
        """Execute statements. `own` are the names of the frame that hide the mechanism's."""
        for statement in statements:
            match statement:
                case n.Assign(target=target, value=value):
                    name = self._element(target, frame)
                    shared = name in self.values and name not in own
                    (self.values if shared else frame)[name] = self.value(value, frame)
                case n.CallStatement(call=call):
                    self.value(call, frame)
                case n.IfStatement(condition=condition, body=body, orelse=orelse):
                    chosen = body if self.value(condition, frame) else orelse
                    self.run((chosen,) if chosen else (), frame, own)
                case n.WhileStatement(condition=condition, body=body):
                    while self.value(condition, frame):
                        self.run((body,), frame, own)
                case n.FromStatement(name=name, first=first, last=last, step=step, body=body):
                    bounds = [int(self.value(x, frame).real) for x in (first, last)]
                    for count in range(bounds[0], bounds[1] + 1, int(self.value(step, frame).real) if step else 1):
                        frame[name] = complex(count)
                        self.run((body,), frame, own)
                case n.Body(statements=inner):
                    self.run(inner, frame, own)

    def value(self, node: n.Expression, frame: Mapping[str, complex]) -> complex:
        """The value of an expression."""
        match node:
            case n.Number(text=text):
                return complex(text)
            case n.VariableName():
                name = self._element(node, frame)
                return frame[name] if name in frame else self.values[name]
            case n.Unary(operator="-", operand=operand):
                return -self.value(operand, frame)
            case n.Unary(operator="!", operand=operand):
                return complex(not self.value(operand, frame))
            case n.Binary(left=left, operator=operator, right=right):
                return operate(operator, self.value(left, frame), self.value(right, frame))
            case n.Call(name=name, arguments=arguments):
                return self.call(name, [self.value(a, frame) for a in arguments])
        raise AssertionError(node)

    def _element(self, node: n.VariableName | n.Prime | n.PastValue, frame: Mapping[str, complex]) -> str:
        """What a variable is kept under: each element of an array by itself."""
        return node.name if node.index is None else f"{node.name}[{int(self.value(node.index, frame).real)}]"

    def call(self, name: str, arguments: Sequence[complex]) -> complex:
        """Call a FUNCTION, a PROCEDURE or an intrinsic function."""
        block = self.mechanism.functions.get(name) or self.mechanism.procedures.get(name)
        if block is None:
            return INTRINSICS[name](*arguments)
        frame = {a.name: value for a, value in zip(block.arguments, arguments, strict=True)}
        own = frozenset({name, *frame, *local_names(block.body)})
        self.run(block.body.statements, frame, own)
        return frame.get(name, 0j)


def _scalars(symbol: Symbol) -> list[str]:
    return [symbol.name] if symbol.size is None else [f"{symbol.name}[{number}]" for number in range(symbol.size)]


def operate(operator: str, x: complex, y: complex) -> complex:
    """A binary operator; comparisons look at the real parts."""
    match operator:
        case "+":
            return x + y
        case "-":
            return x - y
        case "*":
            return x * y
        case "/":
            return x / y
        case "^":
            return power(x, y)
        case "&&":
            return complex(bool(x) and bool(y))
        case "||":
            return complex(bool(x) or bool(y))
    a, b = x.real, y.real
    return complex({"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b, "==": a == b, "!=": a != b}[operator])


def power(x: complex, y: complex) -> complex:
    """x^y, with the tiny imaginary part of a real base kept."""
    if y.imag == 0 and y.real == int(y.real) and 0 <= y.real <= 20:
        result = 1 + 0j
        for _ in range(int(y.real)):
            result *= x
        return result
    return cmath.exp(y * cmath.log(x)) if x else 0j
