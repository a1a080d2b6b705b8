"""sympy expressions as readable NMODL."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import sympy as sp

from nmodlgrad.calculus.special import CALLS, Greater

_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 3, 4
_FUNCTIONS = {
    sp.exp: "exp",
    sp.log: "log",
    sp.sin: "sin",
    sp.cos: "cos",
    sp.tan: "tan",
    sp.sinh: "sinh",
    sp.cosh: "cosh",
    sp.tanh: "tanh",
    **CALLS,
}


def nmodl(expression: sp.Expr) -> str:
    """The expression as NMODL text; small powers are products, exact decimals stay decimals."""
    return _print(sp.sympify(expression))[0]


@lru_cache(maxsize=4096)  # the parts of a nest are printed again and again
def _print(e: sp.Expr) -> tuple[str, int]:
    if isinstance(e, sp.Symbol):
        return str(e.name), _ATOM
    if isinstance(e, sp.Rational):
        return _rational(e)
    if isinstance(e, sp.Add):
        return _add(e), _SUM
    if isinstance(e, sp.Mul):
        return _mul(e)
    if isinstance(e, sp.Pow):
        return _pow(e)
    if isinstance(e, Greater):
        return f"({nmodl(e.args[0])} > {nmodl(e.args[1])})", _ATOM
    if e.func in _FUNCTIONS:
        return f"{_FUNCTIONS[e.func]}({', '.join(nmodl(a) for a in e.args)})", _ATOM
    if isinstance(e, sp.NumberSymbol | sp.Float):
        return repr(float(e)), _ATOM
    raise AssertionError(f"no NMODL for {sp.srepr(e)}")


def _wrap(e: sp.Expr, least: int) -> str:
    text, level = _print(e)
    return text if level >= least else f"({text})"


def _decimal(p: int, q: int) -> str | None:
    """p/q as a short decimal, if it is exactly one."""
    value = p / q if abs(p) < 10**300 and q < 10**300 else float(Fraction(p, q))
    text = repr(value)
    text = text[:-2] if text.endswith(".0") else text
    return text if len(text) <= 12 and Fraction(text) == Fraction(p, q) else None


def _rational(e: sp.Rational) -> tuple[str, int]:
    p, q = int(e.p), int(e.q)
    text = _decimal(p, q)
    if text is not None:
        return text, _ATOM if p >= 0 else _SUM
    if q == 1:
        return repr(float(p)), _ATOM if p >= 0 else _SUM
    return f"{_integer(p)}/{_integer(q)}", _PRODUCT if p >= 0 else _SUM


def _integer(i: int) -> str:
    return str(i) if abs(i) < 10**15 else repr(float(i))


def _add(e: sp.Add) -> str:
    terms = sorted(e.as_ordered_terms(), key=lambda term: term.could_extract_minus_sign())
    text = ""
    for term in terms:
        if text and term.could_extract_minus_sign():
            text += f" - {_wrap(-term, _PRODUCT)}"
        else:
            text += f" + {_wrap(term, _PRODUCT)}" if text else _wrap(term, _SUM)
    return text


def _mul(e: sp.Mul) -> tuple[str, int]:
    coefficient, factors = e.as_coeff_mul()
    if coefficient.is_negative:
        text, level = _print(-e)
        return f"-{text if level >= _PRODUCT else f'({text})'}", _SUM
    above = [f for f in factors if not _is_below(f)]
    below = [1 / f for f in factors if _is_below(f)]
    p, q = int(coefficient.p), int(coefficient.q)
    number = _decimal(p, q)
    over = [number or f"{_integer(p)}/{_integer(q)}"] if number != "1" else []  # C compilers compute 2/3
    over += [_wrap(f, _PRODUCT) for f in sorted(above, key=_position)]
    under = [_wrap(f, _POWER if len(below) == 1 else _PRODUCT) for f in sorted(below, key=_position)]
    text = "*".join(over) or "1"
    if not under:
        return text, _PRODUCT
    divisor = under[0] if len(under) == 1 else f"({'*'.join(under)})"
    return f"{text}/{divisor}", _PRODUCT


def _is_below(f: sp.Expr) -> bool:
    return isinstance(f, sp.Pow) and bool(f.exp.is_Rational) and bool(f.exp.is_negative)


@lru_cache(maxsize=4096)
def _position(f: sp.Expr) -> tuple[int, str]:
    """Names first, then powers of names, then sums in parentheses."""
    return (0 if f.is_Symbol else 1 if isinstance(f, sp.Pow) else 2), str(f)


def _pow(e: sp.Pow) -> tuple[str, int]:
    base, exponent = e.base, e.exp
    if e.is_number and e.has(sp.NumberSymbol):
        return repr(float(e)), _ATOM
    if exponent.is_Integer and 2 <= int(exponent) <= 6:
        return "*".join([_wrap(base, _ATOM)] * int(exponent)), _PRODUCT
    if exponent.is_Rational and exponent.is_negative:
        return f"1/{_wrap(1 / e, _ATOM)}", _PRODUCT
    if exponent == sp.Rational(1, 2):
        return f"sqrt({nmodl(base)})", _ATOM
    return f"{_wrap(base, _ATOM)}^{_wrap(exponent, _ATOM)}", _POWER
