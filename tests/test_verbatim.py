"""What the words of C code tell, and what users say of it."""

from __future__ import annotations

import re

import pytest

from nmodlgrad.calculus.tangent import TangentMechanism, differentiate
from nmodlgrad.diagnostics import Refused, Source
from nmodlgrad.semantics import c_code
from nmodlgrad.semantics.resolve import resolve

ASSIGNED = {
    "a = b;": {"a"},
    "a += b; c++; --d;": {"a", "c", "d"},
    "a[b] = 1;": {"a"},
    "f(&a, b);": {"a"},
    "if (a == b || a <= c) d;": set(),
    "/* a = 1; */ // b = 2;\n": set(),
    "print(\"a = 1;\"); c = '=';": {"c"},
    "#define x a = 1\n#if a = 1\n": {"a"},
}


@pytest.mark.parametrize(("text", "names"), ASSIGNED.items())
def test_what_is_assigned(text: str, names: set[str]) -> None:
    assert c_code.read(text).assigned == names


REPLACED = {
    "a = 1; b = a;": {"a", "b"},
    "a = a + 1;": set(),
    "if (x) a = 1;": set(),
    "if (x) { a = 1; } b = 2;": {"b"},
    "if (x) return; a = 1;": set(),
    "#ifdef X\na = 1;\n#endif": set(),
    "f(a); a = 1;": set(),
}


@pytest.mark.parametrize(("text", "names"), REPLACED.items())
def test_what_is_surely_assigned_before_it_is_read(text: str, names: set[str]) -> None:
    assert c_code.read(text).replaced == names


EXPANDED = {
    "TWICE + 1": "(m*2) + 1",
    "SET(a, f(b, TWICE));": "a = (f(b, (m*2)));",
    "SET + ENDLESS": "SET + ENDLESS 1",
    '/* TWICE */ "TWICE"': "",
}


@pytest.mark.parametrize(("text", "result"), EXPANDED.items())
def test_macros_are_replaced_as_the_compiler_does(text: str, result: str) -> None:
    macros = c_code.macros(["#define TWICE (m*2) // of m\n#define SET(x, y) \\\n x = (y)\n#define ENDLESS ENDLESS 1\n"])
    assert re.sub(r"[\s\\]", "", c_code.expanded(text, macros)) == re.sub(r"\s", "", result)


def test_macros_that_grow_without_bound_are_not_replaced() -> None:
    text = "".join(f"#define a{i} a{i + 1} + a{i + 1}\n" for i in range(60))
    assert {"a0", "a60"} <= c_code.read(c_code.expanded("a0", c_code.macros([text]))).words


RETURNING = {"return;": True, "x = 1; return 0;": True, "if (x) return;": False, "{ return; }": False, "": False}


@pytest.mark.parametrize(("text", "ends"), RETURNING.items())
def test_what_ends_in_a_return(text: str, ends: bool) -> None:
    assert c_code.read(text).ends_in_return is ends


def test_the_functions_that_a_text_defines() -> None:
    text = "static int one(int a) { if (two(a)) { return 1; } return 0; }\nint three(void);\n"
    assert c_code.defined(c_code.read(text).text) == {"one"}


def test_the_names_that_a_text_declares() -> None:
    assert c_code.declared("double a = f(x, y), *b; int c[3] = {1, 2};") == {"a", "b", "c"}


# ------------------------------------------------------------------ in a mechanism
CHANNEL = """NEURON {{ SUFFIX x NONSPECIFIC_CURRENT i RANGE gbar, half, count }}
PARAMETER {{ gbar = 1e-3 half = -40 }}
ASSIGNED {{ v i count minf }}
STATE {{ m }}
BREAKPOINT {{ SOLVE s METHOD cnexp
 i = gbar*m*(v + 65) }}
DERIVATIVE s {{
    minf = v/half
{code}
    m' = minf - m
}}
"""


def tangent(code: str, *constant: str) -> TangentMechanism:
    """The channel with C code in its equations."""
    text = f"VERBATIM\n{code}\nENDVERBATIM"
    return differentiate(resolve(Source("x.mod", CHANNEL.format(code=text))), constant=constant)


PASSES = {
    "an inactive variable": "count = 1;",
    "an active one that is shown": 'printf("%g\\n", m);',
    "an active one in a comment": "/* m = 1; */",
    "a declared constant": "count = minf; // nmodlgrad: constant count",
    "a declared derivative": "minf *= 2; // nmodlgrad: dminf/dminf = 2",
    "an active one that is replaced by a number": "minf = 0.5;",
}


@pytest.mark.parametrize("code", PASSES.values(), ids=PASSES.keys())
def test_it_passes(code: str) -> None:
    assert "gbar" in tangent(code).parameters


REFUSED = {
    "an active variable that a macro reads": ("#define M minf\ncount = M;", "assigns count"),
    "an active variable that a macro changes": ("#define SET(x) x = 1 + x\nSET(minf);", "assigns minf"),
    "an active variable that is read": ("count = 2*minf;", "reads minf"),
    "an active variable that is changed": ("minf *= 2;", "assigns minf"),
    "an active variable under a condition": ("if (count) minf = 2;", "assigns minf"),
    "the voltage": ("count = _v;", "reads v"),
    "a derivative that is missing": ("minf *= m; // nmodlgrad: dminf/dminf = m", "dminf/dm is not declared"),
    "an instance's memory": ("count = _p[3];", "by position"),
    "a derivative of what is not set": ("count = 1; // nmodlgrad: dminf/dm = 1", "does not assign minf"),
    "braces": ("if (count) {", "braces"),
}


@pytest.mark.parametrize(("code", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused(code: str, message: str) -> None:
    with pytest.raises(Refused, match=message):
        tangent(code)


def test_a_constant_that_is_named_outside_the_file() -> None:
    assert "half" not in tangent("count = 1;", "minf").parameters
    assert tangent("count = minf;", "count").parameters == tangent("").parameters
    assert tangent("", "gbar").excluded["gbar"] == "it is declared to be constant"


def test_a_function_that_must_not_run_twice_is_refused_where_its_value_is_needed() -> None:
    counting = "FUNCTION calls() {\nVERBATIM\n    return counted();\nENDVERBATIM\n}\n"
    text = CHANNEL.format(code="    count = calls()") + counting
    differentiate(resolve(Source("x.mod", text)))
    with pytest.raises(Refused, match="can not be done twice"):
        differentiate(resolve(Source("x.mod", text.replace("v/half", "v/half/calls()"))))
