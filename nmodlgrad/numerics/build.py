"""Short ways to write the trees that lowering produces."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nmodlgrad.diagnostics import NOWHERE
from nmodlgrad.syntax import nodes as n


def name(text: str) -> n.VariableName:
    """A variable."""
    return n.VariableName(NOWHERE, n.Word(text))


def number(text: str) -> n.Number:
    """A literal."""
    return n.Number(NOWHERE, n.Word(text))


def negative(operand: n.Expression) -> n.Unary:
    """-operand"""
    return n.Unary(NOWHERE, n.Word("-"), operand)


def binary(left: n.Expression, operator: str, right: n.Expression) -> n.Binary:
    """left operator right"""
    return n.Binary(NOWHERE, left, n.Word(operator), right)


def total(names: Sequence[str], *, negative: bool = False) -> n.Expression:
    """The sum of variables, or its negative."""
    first, *others = map(name, names)
    value: n.Expression = n.Unary(NOWHERE, n.Word("-"), first) if negative else first
    for term in others:
        value = binary(value, "-" if negative else "+", term)
    return value


def call(function: str, *arguments: n.Expression) -> n.Call:
    """function(arguments)"""
    return n.Call(NOWHERE, n.Word(function), arguments)


def assign(target: str, value: n.Expression) -> n.Assign:
    """target = value"""
    return n.Assign(NOWHERE, name(target), value)


def plain(name: str) -> str:
    """A name, or that of an element of an array, as a word."""
    return re.sub(r"\W+", "_", name).strip("_")
