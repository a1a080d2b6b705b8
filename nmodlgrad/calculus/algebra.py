"""What sympy is asked for: numbers as they are written, slopes that keep their digits, the chain rule."""

from __future__ import annotations

import math
import operator

import sympy as sp

Partials = dict[str, sp.Expr]  # input -> derivative with respect to it; what is missing is zero


def is_inverse(factor: sp.Expr) -> bool:
    """Whether this factor is a division."""
    return bool(factor.is_Pow and factor.exp.is_Integer and factor.exp.is_negative and not factor.base.is_Number)


def inverse_squared(value: sp.Expr) -> sp.Expr | None:
    """1/x^2 where the value is 1/x or -1/x, and so has its square as slope."""
    x = 1 / value
    return x**-2 if x.is_Symbol or (-x).is_Symbol else None


def is_root(base: sp.Expr, exponent: sp.Expr) -> bool:
    """A number to the power of a number that sympy would take apart, or make as long: better left as it is."""
    if not (base.is_number and exponent.is_number):
        return False
    return not (exponent.is_Integer and abs(exponent) <= 9 and base.is_Rational and max(abs(base.p), base.q) < 10**40)


def explodes(base: sp.Expr, exponent: sp.Expr) -> bool:
    """A product to a power of which sympy would write out the number: (2 x)^1000000 is 2^1000000 x^1000000."""
    number, rest = base.as_coeff_Mul()
    if rest == 1 or not (exponent.is_Rational and number.is_Rational):
        return False
    return bool(abs(exponent) * (max(abs(number.p), number.q).bit_length() - 1) > 2048)


def exact(text: str) -> sp.Expr:
    """A literal as the number that is written, or, where that has many digits, as the double that it becomes."""
    nearest = float(text)
    if nearest in (0.0, math.inf):
        return sp.Integer(0) if nearest == 0 else sp.oo
    return sp.Rational(text) if len(text) < 40 else sp.Rational(*nearest.as_integer_ratio())


def overflows(e: sp.Expr) -> bool:
    """Whether a number in it is beyond all doubles."""
    return any(abs(number.p) >= _BEYOND * number.q for number in e.atoms(sp.Rational))


_BEYOND = 2**1024  # what no double can be


def slope_of(value: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """The derivative, with p x^(p - 1) where sympy writes p x^p/x, which is no number at x = 0."""
    slope = of_share(value, symbol) or sp.diff(value, symbol)
    return sp.powsimp(slope, combine="exp") if any(not e.exp.is_Number for e in value.atoms(sp.Pow)) else slope


def of_share(value: sp.Expr, symbol: sp.Symbol) -> sp.Expr | None:
    """k b/(p a + b)^2 of k a/(p a + b), where the quotient rule loses digits once the share of a is nearly all."""
    above, below = sp.fraction(value)
    factor, total = below.as_independent(symbol, as_Add=False)
    if not (total.is_Add and above.is_Mul | above.is_Symbol and symbol not in (above / symbol).free_symbols):
        return None
    content, total = total.primitive()
    share, factor = sp.diff(total, symbol), factor * content
    return None if symbol in share.free_symbols else above / symbol * (total - share * symbol) / (factor * total**2)


def accumulate(total: Partials, slope: sp.Expr, partials: Partials) -> None:
    """Chain rule: add slope times each partial derivative."""
    for u, e in partials.items():
        total[u] = total.get(u, sp.Integer(0)) + slope * e


ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow}
