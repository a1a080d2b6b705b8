"""Derivatives of the functions of the C library and of NEURON, each with respect to all its arguments.

Where a function has a kink, the derivative is that of the branch that is taken; at the kink itself of fabs and of sqrt,
where nothing is differentiable, it is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import sympy as sp

from nmodlgrad.calculus.special import Ghk, GhkSlope, Greater

Slopes = Sequence[sp.Expr]
Rule = Callable[..., Slopes]
"""Derivatives with respect to each argument, in terms of the value already computed and of the arguments."""


def _absolute(y: sp.Expr, x: sp.Expr) -> Slopes:
    return (Greater(x, 0) - Greater(0, x),)


def _root(y: sp.Expr, x: sp.Expr) -> Slopes:
    positive = Greater(y, 0)
    return (positive / (2 * y + 1 - positive),)


def _remainder(y: sp.Expr, x: sp.Expr, divisor: sp.Expr) -> Slopes:
    return sp.Integer(1), (y - x) / divisor


def _smaller(y: sp.Expr, a: sp.Expr, b: sp.Expr) -> Slopes:
    return 1 - Greater(a, b), Greater(a, b)


def _larger(y: sp.Expr, a: sp.Expr, b: sp.Expr) -> Slopes:
    return Greater(a, b), 1 - Greater(a, b)


def _angle(y: sp.Expr, a: sp.Expr, b: sp.Expr) -> Slopes:
    return b / (a**2 + b**2), -a / (a**2 + b**2)


def _ghk(y: sp.Expr, v: sp.Expr, inside: sp.Expr, outside: sp.Expr, valence: sp.Expr) -> Slopes:
    """It is linear in the concentrations, and the voltage acts as valence*v does."""
    by_voltage = GhkSlope(v, inside, outside, valence)
    return by_voltage, Ghk(v, 1, 0, valence), Ghk(v, 0, 1, valence), (y + v * by_voltage) / valence


def _ghk_tempered(celsius: sp.Expr, v: sp.Expr, inside: sp.Expr, outside: sp.Expr, valence: sp.Expr) -> sp.Expr:
    """The voltage acts as v/T does."""
    return -v / (celsius + sp.Rational(27315, 100)) * GhkSlope(v, inside, outside, valence)


def _steps(y: sp.Expr, x: sp.Expr) -> Slopes:
    return (sp.Integer(0),)


RULES: Mapping[str, Rule] = {
    "exp": lambda y, x: (y,),
    "log": lambda y, x: (1 / x,),
    "log10": lambda y, x: (1 / (x * sp.log(10)),),
    "sqrt": _root,
    "sin": lambda y, x: (sp.cos(x),),
    "cos": lambda y, x: (-sp.sin(x),),
    "tan": lambda y, x: (1 + y**2,),
    "asin": lambda y, x: (1 / sp.sqrt(1 - x**2),),
    "acos": lambda y, x: (-1 / sp.sqrt(1 - x**2),),
    "atan": lambda y, x: (1 / (1 + x**2),),
    "sinh": lambda y, x: (sp.cosh(x),),
    "cosh": lambda y, x: (y * sp.tanh(x),),
    "tanh": lambda y, x: (1 - y**2,),
    "erf": lambda y, x: (2 / sp.sqrt(sp.pi) * sp.exp(-(x**2)),),
    "fabs": _absolute,
    "abs": _absolute,
    "floor": _steps,
    "ceil": _steps,
    "fmod": _remainder,
    "fmin": _smaller,
    "fmax": _larger,
    "atan2": _angle,
    "nrn_ghk": _ghk,
}
"""By the name of the function; pow is differentiated as the operator ^."""

TEMPERATURE = "celsius"
TEMPERED: Mapping[str, Callable[..., sp.Expr]] = {"nrn_ghk": _ghk_tempered}
"""Derivatives by the temperature, in terms of it and of the arguments, of functions that read it by themselves."""
