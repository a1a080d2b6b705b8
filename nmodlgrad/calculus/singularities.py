"""Quotients such as x/(exp(x) - 1): their derivative loses all digits where both parts vanish, unless it is written so.

With exprelr(x) = x/(exp(x) - 1), which is smooth, every product with x and 1/(exp(x) - 1) is a product with exprelr(x);
one with (exp(x) - 1)/x is one with its reciprocal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import sympy as sp

Exponents = Mapping[sp.Symbol, sp.Expr]
"""The variables that hold an exponential, each with the exponent."""


@dataclass
class Meanings:
    """What variables hold, for as long as nothing in it has changed: exp(x) - 1 is often computed beforehand."""

    exponents: dict[sp.Symbol, sp.Expr] = field(default_factory=dict)
    _held: dict[sp.Symbol, tuple[sp.Expr, dict[str, int]]] = field(default_factory=dict)
    _times: Counter[str] = field(default_factory=Counter)

    def changed(self, names: Iterable[str]) -> None:
        """Variables have new values."""
        self._times.update(names)

    def hold(self, name: str, value: sp.Expr) -> None:
        """A variable has just been given the value of an expression."""
        self.changed([name])
        known = value.free_symbols & (self.exponents.keys() | self._held.keys())
        if known and sp.Symbol(name) not in value.free_symbols:
            exponents = [self.exponents[s] for s in value.free_symbols & self.exponents.keys()]
            read = {str(s) for e in (value, *exponents) for s in e.free_symbols} | {name}
            self._held[sp.Symbol(name)] = value, {x: self._times[x] for x in read}

    def expanded(self, value: sp.Expr) -> sp.Expr:
        """The expression with what its variables hold in their place."""
        for symbol in value.free_symbols & self._held.keys():
            meaning, times = self._held[symbol]
            if all(self._times[name] == number for name, number in times.items()):
                value = value.xreplace({symbol: self.expanded(meaning)})
        return value


def without(value: sp.Expr, exponents: Exponents, exprelr: Callable[[sp.Symbol], sp.Expr]) -> sp.Expr:
    """The expression with its removable singularities written by `exprelr` of the exponential that they have."""
    if not exponents or not any(_exponential(base, exponents) for base in value.atoms(sp.Add)):
        return value
    return value.replace(lambda e: e.is_Mul, lambda e: _product(e, exponents, exprelr))


def _exponential(base: sp.Expr, exponents: Exponents) -> tuple[sp.Symbol, sp.Expr] | None:
    """For c*exp(x) - c the variable that holds exp(x), and c."""
    if not base.is_Add:
        return None
    for symbol in base.free_symbols & exponents.keys():
        factor = base.coeff(symbol, 1)
        if factor != 0 and sp.expand(base - factor * symbol + factor) == 0:
            return symbol, factor
    return None


def _product(product: sp.Expr, exponents: Exponents, exprelr: Callable[[sp.Symbol], sp.Expr]) -> sp.Expr:
    """One product: base^power*rest, the base being c*(exp(x) - 1), with a number in the rest that vanishes with x."""
    for base, power in product.as_powers_dict().items():
        found = _exponential(base, exponents)
        if found is None or not power.is_Integer:
            continue
        symbol, c = found
        sign = sp.sign(power)
        rest = sp.factor_terms(product / base**power)
        number, ratio = _vanishing(rest, -sign, exponents[symbol])
        if number != 1:  # base/number is c/(ratio*exprelr(x))
            smooth = (c / (ratio * exprelr(symbol))) ** sign
            remaining = rest * number**sign * base ** (power - sign)
            return smooth * (_product(remaining, exponents, exprelr) if remaining.is_Mul else remaining)
    return product


def _vanishing(rest: sp.Expr, sign: sp.Expr, x: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The factors of `rest`, each to a power of this sign, that x has too; and what their product is divided by x."""
    number, ratio = sp.Integer(1), sp.cancel(1 / x)
    for factor, power in rest.as_powers_dict().items():
        if power.is_Integer and power * sign > 0 and factor.free_symbols & x.free_symbols:
            smaller = sp.cancel(ratio * factor)
            if len(sp.fraction(smaller)[1].free_symbols) < len(sp.fraction(ratio)[1].free_symbols):
                number, ratio = number * factor, smaller
    return number, ratio
