"""Derivatives right through the point at which numerator and denominator vanish, beside 50 digits."""

from __future__ import annotations

import re

import mpmath as mp
import pytest

from interpreter.primal import Primal, mechanism_of
from nmodlgrad.compiler import compile_sources
from nmodlgrad.diagnostics import Source
from nmodlgrad.sources import Found

TOLERANCE = 1e-13
"""A few roundings: the quotient of the textbook loses six digits or more."""

HEADER = """\
NEURON { SUFFIX s NONSPECIFIC_CURRENT i }
PARAMETER { slope = 10 }
ASSIGNED { v i }
BREAKPOINT { i = f(v, slope) }
"""

# how people write it, f(v, k) near v = -40, and what it is; 0/0 lies at v = -40
FORMS = {
    "vtrap": "f = vtrap(v + 40, k) } FUNCTION vtrap(x, y) { vtrap = x/(exp(x/y) - 1)",
    "a_linear_rate": "f = 0.1*(v + 40)/(1 - exp(-(v + 40)/k))",
    "an_opposite_sign": "f = 0.32*(-40 - v)/(exp((-40 - v)/k) - 1)",
    "a_number_multiplied_out": "f = (0.1*v + 4.0)/(1.0 - exp(-v/k - 40/k))",
    "an_exponential_above": "f = (v + 40)*exp((v + 40)/k)/(exp((v + 40)/k) - 1)",
    "a_factor_in_the_denominator": "f = (v + 40)/(3*exp(0.2*(v + 40)/k) - 3)",
    "efun": "f = 2*efun((v + 40)/k) } FUNCTION efun(z) { efun = z/(exp(z) - 1)",
    "the_reciprocal": "f = (1 - exp(-(v + 40)/k))/(v + 40)",
    "a_square": "f = ((v + 40)/(1 - exp(-(v + 40)/k)))^2",
    "ghk": "LOCAL z  z = 2*(v + 40)/k  f = z*(0.3 - 2*exp(-z))/(1 - exp(-z))",
    "ghk_multiplied_out": "LOCAL z  z = (v + 40)/k  f = (0.3*z - 2*z*exp(-z))/(1 - exp(-z))",
    "in_steps": "LOCAL x, e, q  x = v + 40  e = exp(x/k)  q = e - 1  f = 3*x/q",
    "inside_another_quotient": "f = 1/(0.5 + (v + 40)/(exp((v + 40)/k) - 1))",
    "a_sum_of_rates": "f = 0.1*(v + 40)/(1 - exp(-(v + 40)/k)) + 4*exp(-(v + 65)/18)",
}

OFFSETS_MV = [sign * 10.0**power for power in range(-12, 3) for sign in (-1, 1)] + [2.9999, 3.0001, -2.9999, -3.0001]


def derivative_of(body: str) -> Primal:
    """The emitted text, to be run: `df_dv(v, k)` and `df_dk(v, k)`."""
    text = f"{HEADER}FUNCTION f(v, k) {{ {body} }}\n"
    emitted = compile_sources([Found(Source("s.mod", text), "s.mod")]).files["s.mod"]
    return Primal(mechanism_of(re.sub(r"(?s)VERBATIM.*?ENDVERBATIM", "", emitted)))


def exact(body: str, v: float, k: float, argument: int) -> mp.mpf:
    """The derivative of the same text by one argument, in many digits."""
    text = body.replace("^", "**").replace("}", "")
    functions = {
        "exp": mp.exp,
        "vtrap": lambda x, y: x / mp.expm1(x / y),
        "efun": lambda z: z / mp.expm1(z),
    }
    statements = re.sub(r"LOCAL [a-z, ]*?  ", "", text.split(" FUNCTION")[0]).split("  ")

    def value(x: mp.mpf, y: mp.mpf) -> mp.mpf:
        names = {**functions, "v": x, "k": y}
        for statement in statements:
            target, expression = statement.split("=")
            numbers = re.sub(r"\b(\d+\.?\d*)\b", r"number('\1')", expression)
            names[target.strip()] = eval(numbers, {"number": mp.mpf}, names)
        return names["f"]

    with mp.workdps(80):
        return mp.diff(value, (mp.mpf(v), mp.mpf(k)), (1, 0) if argument == 0 else (0, 1), h=mp.mpf(10) ** -25)


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("argument", [0, 1], ids=["by_v", "by_k"])
def test_the_derivative_is_accurate_right_through(body: str, argument: int) -> None:
    emitted = derivative_of(body)
    name = f"df_d{'vk'[argument]}"
    largest = max(abs(exact(body, -40 + offset, 10.0, argument)) for offset in OFFSETS_MV)
    for offset in OFFSETS_MV:
        v = -40 + offset
        reference = exact(body, v, 10.0, argument)
        measured = emitted.call(name, [complex(v), complex(10)]).real
        assert abs(measured - reference) <= TOLERANCE * largest, f"{offset} mV from the point: {measured} {reference}"
