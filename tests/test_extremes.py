"""Where an exponential overflows and the value does not, the derivative is a number too."""

from __future__ import annotations

import math

import pytest

from interpreter import Primal, Tangent, mechanism_of
from nmodlgrad.calculus.tangent import differentiate

FORMS = {
    "a_sigmoid": "f = 1/(1 + exp((v + 40)/k))",
    "a_falling_sigmoid": "f = 1/(1 + exp(-(v + 40)/k))",
    "a_sigmoid_in_steps": "LOCAL e  e = exp((v + 40)/k)  f = 1/(1 + e)",
    "a_power_of_a_sigmoid": "f = 1/(1 + exp((v + 40)/k))^4",
    "a_time_constant": "f = 0.3 + 20/(exp((v + 40)/k) + exp(-(v + 40)/k))",
    "a_rate": "f = (v + 40)/(exp((v + 40)/k) - 1)",
    "a_rate_of_the_opposite_sign": "f = 0.1*(v + 40)/(1 - exp(-(v + 40)/k))",
    "a_hyperbolic_cosine": "f = 1/cosh((v + 40)/k)",
    "a_hyperbolic_tangent": "f = tanh((v + 40)/k)",
}


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS.keys())
def test_the_derivative_is_finite_and_small(body: str) -> None:
    header = "NEURON { SUFFIX s NONSPECIFIC_CURRENT i }\nPARAMETER { slope = 10 }\nASSIGNED { v i }\n"
    mechanism = mechanism_of(f"{header}BREAKPOINT {{ i = f(v, slope) }}\nFUNCTION f(v, k) {{ {body} }}\n")
    tangent = Tangent(differentiate(mechanism), Primal(mechanism))
    for v in (-1e4, -200.0, 200.0, 1e4):
        for name in ("df_dv", "df_dk"):
            slope = tangent.routine(name)(v, 0.25)
            assert math.isfinite(slope), f"{name} at {v} mV"
