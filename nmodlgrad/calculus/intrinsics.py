"""Derivatives of the functions of the C library, in terms of the argument and of the value already computed."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

Rule = Callable[[sp.Expr, sp.Expr], sp.Expr]

# name -> derivative(argument, value)
UNARY: dict[str, Rule] = {
    "exp": lambda x, y: y,
    "log": lambda x, y: 1 / x,
    "log10": lambda x, y: 1 / (x * sp.log(10)),
    "sqrt": lambda x, y: 1 / (2 * y),
    "sin": lambda x, y: sp.cos(x),
    "cos": lambda x, y: -sp.sin(x),
    "tan": lambda x, y: 1 + y**2,
    "asin": lambda x, y: 1 / sp.sqrt(1 - x**2),
    "acos": lambda x, y: -1 / sp.sqrt(1 - x**2),
    "atan": lambda x, y: 1 / (1 + x**2),
    "sinh": lambda x, y: sp.cosh(x),
    "cosh": lambda x, y: sp.sinh(x),
    "tanh": lambda x, y: 1 - y**2,
}
