"""sympy expressions as NMODL text: the same value, as nocmodl and C compute it."""

from __future__ import annotations

import math

import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from interpreter.primal import Primal
from nmodlgrad.calculus.printing import nmodl
from nmodlgrad.diagnostics import Source
from nmodlgrad.semantics.resolve import resolve
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.parse import parse

FRAME = {"x": 1.7, "y": 0.3, "z": -0.6}
X, Y, Z = sp.symbols("x y z")
SOURCE = Source("m.mod", "NEURON { SUFFIX m }")
MACHINE = Primal(resolve(SOURCE))

numbers = st.one_of(
    st.integers(-12, 12).map(sp.Integer),
    st.fractions(-3, 3, max_denominator=40).map(lambda f: sp.Rational(f.numerator, f.denominator)),
    st.sampled_from(["0.1", "1e-3", "123.456", "3.3333333333333333333"]).map(sp.Rational),
)
leaves = st.one_of(numbers, st.sampled_from([X, Y, Z]))


def _compound(inner: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    exponents = st.sampled_from([2, 3, 5, 7, -1, -2, -3, sp.Rational(1, 2), -sp.Rational(1, 2), sp.Rational(3, 2)])
    positive = inner.map(lambda e: 1 + e**2)
    return st.one_of(
        st.tuples(inner, inner).map(lambda t: t[0] + t[1]),
        st.tuples(inner, inner).map(lambda t: t[0] - t[1]),
        st.tuples(inner, inner).map(lambda t: t[0] * t[1]),
        st.tuples(inner, positive).map(lambda t: t[0] / t[1]),
        st.tuples(positive, exponents).map(lambda t: t[0] ** t[1]),
        st.tuples(positive, st.sampled_from([X, Z, X * Y, -X, Y / 2])).map(lambda t: t[0] ** t[1]),
        st.tuples(st.sampled_from([sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh]), inner).map(lambda t: t[0](t[1])),
        positive.map(sp.log),
    )


expressions: st.SearchStrategy[sp.Expr] = st.recursive(leaves, _compound, max_leaves=8)


def value(text: str) -> float:
    block = parse(Source("sample.mod", f"PROCEDURE p() {{ a = {text} }}")).items[0]
    assert isinstance(block, n.ProcedureBlock)
    assign = block.body.statements[0]
    assert isinstance(assign, n.Assign)
    return MACHINE.value(assign.value, {name: complex(x) for name, x in FRAME.items()}).real


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(e=expressions)
def test_what_is_printed_has_the_same_value(e: sp.Expr) -> None:
    try:
        parts = [complex(part.evalf(30, subs=FRAME)) for part in sp.preorder_traversal(e)]
    except (OverflowError, TypeError):
        assume(False)
    exact, scale = parts[0], max(map(abs, parts))
    assume(exact.imag == 0 and math.isfinite(scale) and scale < 1e6)
    assert abs(value(nmodl(e)) - exact.real) <= 1e-12 * scale


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (X + Y - Z, "x + y - z"),
        (-X - Y, "-x - y"),
        (X - (Y + Z) * 2, "x - 2*y - 2*z"),
        (sp.Rational(1, 2) * X, "0.5*x"),
        (X / 3, "1/3*x"),
        (2 * X / 3, "2/3*x"),
        (-X / (Y * Z), "-x/(y*z)"),
        (X / (Y + Z), "x/(y + z)"),
        (X * (Y + Z), "x*(y + z)"),
        (X**2, "x*x"),
        (X**3 * Y, "y*x*x*x"),
        (X**9, "x^9"),
        (X**-2, "1/(x*x)"),
        (X**Y, "x^y"),
        (X ** (-Y), "x^(-y)"),
        ((X + 1) ** sp.Rational(1, 2), "sqrt(x + 1)"),
        (sp.exp(-X / 2), "exp(-0.5*x)"),
        (sp.Integer(0), "0"),
        (sp.Rational("0.1"), "0.1"),
        (sp.Rational("-1e-7"), "-1e-07"),
        (sp.Rational(1, 3), "1/3"),
        (sp.Rational("6.02e23"), "6.02e+23"),
        (sp.Rational("1e-300"), "1e-300"),
        (sp.Rational(10**22 + 1, 3), "1e+22/3"),
        (10 * sp.log(10), "10*log(10)"),
    ],
)
def test_the_text_is_what_a_person_would_write(expression: sp.Expr, text: str) -> None:
    assert nmodl(expression) == text
