"""What sympy is asked for: numbers as they are written, slopes that keep their digits, the chain rule."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence

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


def nested(e: sp.Expr, symbols: Sequence[sp.Symbol]) -> sp.Expr:
    """A sum as a polynomial in each symbol by Horner's rule: a + b*x + c*x^2 as a + x*(b + c*x)."""
    if not symbols:
        return _outside(e)
    x, *others = symbols
    coefficients: dict[int, list[sp.Expr]] = {}
    for term in sp.Add.make_args(e):
        coefficient, power = term.as_independent(x, as_Add=False)
        base, degree = power.as_base_exp()
        if power != 1 and not (base == x and degree.is_Integer and degree > 0):
            return e
        coefficients.setdefault(0 if power == 1 else int(degree), []).append(coefficient)
    result, degrees = sp.Integer(0), sorted(coefficients, reverse=True)
    for degree, lower in zip(degrees, [*degrees[1:], 0], strict=True):
        result = (nested(sp.Add(*coefficients[degree]), others) + result) * x ** (degree - lower)
    return result


def _outside(e: sp.Expr) -> sp.Expr:
    """A sum with the factors in front of it that all of its terms have."""
    terms = [sp.Mul.make_args(term) for term in sp.Add.make_args(e)]
    common = [x for x in terms[0] if not x.is_Number and all(x in term for term in terms[1:])]
    if len(terms) < 2 or not common:
        return e
    return sp.Mul(*common, sp.Add(*(sp.Mul(*(x for x in term if x not in common)) for term in terms)))


def accumulate(total: Partials, slope: sp.Expr, partials: Partials) -> None:
    """Chain rule: add slope times each partial derivative."""
    for u, e in partials.items():
        total[u] = total.get(u, sp.Integer(0)) + slope * e


ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow}
