"""METHOD cnexp: an equation is split into slope and constant as nocmodl does, and advanced by its exact solution."""

from __future__ import annotations

import math
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.nocmodl import Nocmodl
from interpreter.primal import Primal
from nmodlgrad.diagnostics import Refused, Source
from nmodlgrad.numerics.cnexp import NotLinear, _linear, lower
from nmodlgrad.semantics.names import Names
from nmodlgrad.semantics.resolve import resolve
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.parse import parse
from nmodlgrad.syntax.unparse import expression

M, A, B = sp.symbols("m a b")
SOURCE = Source("m.mod", "NEURON { SUFFIX s }")


def equation(text: str) -> n.Assign:
    block = parse(Source("sample.mod", f"DERIVATIVE d {{ m' = {text} }}")).items[0]
    assert isinstance(block, n.DerivativeBlock)
    assign = block.body.statements[0]
    assert isinstance(assign, n.Assign)
    return assign


def in_sympy(node: n.Expression | None) -> sp.Expr:
    if node is None:
        return sp.Integer(0)
    return sp.sympify(expression(node).replace("^", "**"), locals={"m": M, "a": A, "b": B}, rational=True)


@st.composite
def linear_texts(draw: st.DrawFn, depth: int = 3) -> tuple[str, bool]:
    """A text that is linear in m, and whether m is in it."""
    if depth == 0:
        name = draw(st.sampled_from(["m", "a", "b", "2", "0.5"]))
        return name, name == "m"
    one, has_one = draw(linear_texts(depth - 1))
    two, has_two = draw(linear_texts(depth - 1))
    form = draw(st.sampled_from(["({} + {})", "({} - {})", "({}*{})", "({}/{})", "(-{})"]))
    if form == "({}*{})" and has_one and has_two:
        form = "({} + {})"
    if form == "({}/{})" and has_two:
        form = "({} - {})"
    if form == "({}/{})":
        two = f"(1.5 + {two}^2)"
    return form.format(one, two), has_one or (has_two and form != "(-{})")


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(drawn=linear_texts())
def test_slope_and_constant_are_those_of_the_expression(drawn: tuple[str, bool]) -> None:
    value = equation(drawn[0]).value
    slope, constant = _linear(value, "m")
    assert sp.simplify(in_sympy(slope) * M + in_sympy(constant) - in_sympy(value)) == 0
    assert not in_sympy(slope).has(M)
    assert not in_sympy(constant).has(M)


@pytest.mark.parametrize("text", ["m*m", "a/m", "exp(m)", "(1 - m)*(m + a)", "m^2", "a*m/(b + m)", "a^m"])
def test_an_equation_that_is_not_linear_is_refused(text: str) -> None:
    with pytest.raises(NotLinear):
        _linear(equation(text).value, "m")
    with pytest.raises(Refused, match=r"NG020.*linear in m"):
        lower(equation(text), Names(""))


@pytest.mark.parametrize("text", ["a - b*m", "(a - m)/b", "a*b", "-m/a", "a*(1 - m) - b*m"])
def test_a_step_is_the_exact_solution(text: str) -> None:
    time, a, b = sp.symbols("time a b", positive=True)
    state = sp.Function("m")
    right = in_sympy(equation(text).value).subs({A: a, B: b, M: state(time)})
    solved = sp.dsolve(sp.Eq(state(time).diff(time), right), ics={state(0): sp.Rational("0.3")})
    frame: dict[str, complex] = {"m": 0.3, "dt": 0.7, "a": 1.9, "b": 0.4}
    Primal(resolve(SOURCE)).run(lower(equation(text), Names("")), frame)
    exact = float(solved.rhs.subs({time: frame["dt"], a: frame["a"], b: frame["b"]}))
    assert abs(frame["m"].real - exact) < 1e-14


# ------------------------------------------------------------------ rounded as nocmodl's own
def translated(texts: list[str]) -> list[str]:
    """What nocmodl makes of one equation after the other: the C statements, in their order."""
    states = [f"m{number}_" for number in range(len(texts))]
    word = re.compile(r"\bm\b")
    equations = "\n".join(f"{state}' = {word.sub(state, text)}" for state, text in zip(states, texts, strict=True))
    mechanism = (
        "NEURON { SUFFIX x RANGE a, b }\nPARAMETER { a b }\n"
        f"STATE {{ {' '.join(states)} }}\nBREAKPOINT {{ SOLVE d METHOD cnexp }}\nDERIVATIVE d {{\n{equations}\n}}\n"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "x.mod").write_text(mechanism)
        assert Nocmodl().translate(folder).returncode == 0
        written = next((folder / "translated").iterdir()).read_text()
    found = [re.search(rf"^ *({state} = {state} .*) ;$", written, re.MULTILINE) for state in states]
    return [match.group(1).replace(state, "m") for match, state in zip(found, states, strict=True) if match]


def computed(statements: list[str], values: dict[str, float]) -> float | None:
    """m after the statements, in Python's doubles; None for a division by zero."""
    names: dict[str, Any] = {**values, "exp": math.exp, "pow": math.pow}
    for statement in statements:
        target, _, value = statement.partition("=")
        try:
            names[target.strip()] = eval(value.strip().replace("^", "**"), {}, names)
        except ZeroDivisionError:
            return None
    return float(names["m"])


@settings(max_examples=5, derandomize=True, database=None, deadline=None)
@given(drawn=st.lists(linear_texts(), min_size=30, max_size=30), data=st.data())
def test_a_step_is_rounded_as_nocmodl_rounds_it(drawn: list[tuple[str, bool]], data: st.DataObject) -> None:
    texts = [text.replace("^2", "*0.75") for text, has_state in drawn if has_state]  # nocmodl crashes on powers here
    theirs = translated(texts)
    assert len(theirs) == len(texts)
    numbers = st.floats(0.05, 20)
    values = {"m": data.draw(numbers), "a": data.draw(numbers), "b": data.draw(numbers), "dt": 0.025}
    for text, their in zip(texts, theirs, strict=True):
        ours = [f"{s.target.name} = {expression(s.value)}" for s in lower(equation(text), Names(""))]  # type: ignore[attr-defined]
        assert computed(ours, values) == computed([their], values), f"{text}\n{their}\n{ours}"
