"""What can be computed before a run: bounds and indices, in integers as nocmodl does, and conditions on counters."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from nmodlgrad.syntax import nodes as n


def integer(node: n.Node, known: Mapping[str, int]) -> int | None:
    """The value of an expression of integers, or None. In bounds and indices, nocmodl divides as C does."""
    match node:
        case n.Number(text=text):
            return known.get(text, int(text) if text.isdigit() else None)
        case n.VariableName(name=name, index=None):
            return known.get(name)
        case n.Unary(operator="-", operand=operand):
            value = integer(operand, known)
            return None if value is None else -value
        case n.Binary(left=left, operator=sign, right=right) if sign in _INTEGER:
            one, two = integer(left, known), integer(right, known)
            if one is None or two is None or (sign == "/" and two == 0):
                return None
            return _INTEGER[sign](one, two)
    return None


def _divided(one: int, two: int) -> int:
    """C rounds towards zero."""
    return abs(one) // abs(two) * (1 if (one < 0) == (two < 0) else -1)


_INTEGER: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divided,
}


def compare(node: n.Node | tuple[n.Node, ...]) -> bool | None:
    """Whether a condition holds in which there are only numbers; None where there is more."""
    value = _value(node)
    return None if value is None else bool(value)


def _value(node: n.Node | tuple[n.Node, ...]) -> float | None:
    match node:
        case n.Number(text=text):
            return float(text)
        case n.Unary(operator="-" | "!" as sign, operand=operand):
            value = _value(operand)
            return None if value is None else -value if sign == "-" else float(not value)
        case n.Binary(left=left, operator=sign, right=right) if sign in _DOUBLE:
            one, two = _value(left), _value(right)
            return None if one is None or two is None else float(_DOUBLE[sign](one, two))
    return None


_DOUBLE: Mapping[str, Callable[[float, float], float | bool]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "&&": lambda x, y: bool(x and y),
    "||": lambda x, y: bool(x or y),
}
