"""From tree back to text, with as few parentheses as the meaning needs."""

from __future__ import annotations

from nmodlgrad.syntax import nodes as n

_BINDING = {
    "||": 1,
    "&&": 2,
    "<": 3,
    ">": 3,
    "<=": 3,
    ">=": 3,
    "==": 3,
    "!=": 3,
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
    "^": 7,
}
_UNARY = 6
_ATOM = 8


def expression(node: n.Expression) -> str:
    """The expression as NMODL text."""
    return _print(node)[0]


def _print(node: n.Expression) -> tuple[str, int]:
    """Text and how tightly its outermost operator binds."""
    match node:
        case n.Number(text=text, unit=unit):
            return (text if unit is None else f"{text} ({unit})"), _ATOM
        case n.VariableName(name=name, index=index):
            return name + _index(index), _ATOM
        case n.Prime(name=name, order=order, index=index):
            return name + "'" * order + _index(index), _ATOM
        case n.PastValue(name=name, steps=steps, index=index):
            return f"{name}@{steps}{_index(index)}", _ATOM
        case n.Call(name=name, arguments=arguments):
            return f"{name}({', '.join(expression(a) for a in arguments)})", _ATOM
        case n.Text(text=text):
            return text, _ATOM
        case n.Unary(operator=operator, operand=operand):
            return operator + _wrap(operand, _UNARY), _UNARY
        case n.Binary(left=left, operator=operator, right=right):
            level = _BINDING[operator]
            if operator == "^":
                return f"{_wrap(left, _ATOM)}^{_wrap(right, level)}", level
            space = "" if level == 5 else " "
            return f"{_wrap(left, level)}{space}{operator}{space}{_wrap(right, level + 1)}", level
    raise AssertionError(node)


def _index(index: n.Expression | None) -> str:
    return "" if index is None else f"[{expression(index)}]"


def _wrap(node: n.Expression, least: int) -> str:
    text, level = _print(node)
    return text if level >= least else f"({text})"
