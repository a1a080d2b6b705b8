"""The calculus by itself: what the differentiator says of a mechanism, against the complex step through it."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, settings

from interpreter import Visit, derivatives, mechanism_of
from interpreter.random_mechanisms import HEADER, mechanisms
from interpreter.step import relative_errors
from nmodlgrad.calculus.tangent import TangentMechanism, differentiate
from nmodlgrad.diagnostics import Refused

TOLERANCE = 1e-8
"""Both sides are exact up to rounding, which a few steps of random functions amplify by some orders."""

LARGE = 1e6
"""Beyond this a derivative tells more about rounding than about the calculus."""


def directions(of: TangentMechanism) -> list[str]:
    """Everything that a derivative can be taken with respect to."""
    return [*of.parameters, "v", *of.weights]


def worst(visits: list[Visit]) -> tuple[float, Visit]:
    errors = relative_errors(visits)
    return max(zip(errors, visits, strict=True), key=lambda pair: pair[0])


@settings(
    max_examples=80,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.generate],
)
@given(text=mechanisms())
def test_the_tangent_of_a_random_mechanism_is_its_derivative(text: str) -> None:
    original = mechanism_of(text)
    try:
        of = differentiate(original)
    except Refused as refused:
        event(f"refused: {refused.diagnostics[0].code}")
        return
    event("differentiated")
    for direction in directions(of):
        try:
            visits = list(derivatives(of, direction, original=original))
        except OverflowError:
            event("overflow")
            continue
        assume(all(math.isfinite(visit.exact) and abs(visit.exact) < LARGE for visit in visits))
        error, visit = worst(visits)
        assert error <= TOLERANCE, f"along {direction}: {visit}"


BREAKPOINT = "BREAKPOINT { SOLVE update METHOD cnexp  i = m*(v - p)  ina = q*(v - ena) }\n"
INITIAL = "INITIAL { m = 0.1  n = 0.2 }\n"

CONSTRUCTS = {
    "a_procedure_that_sets_a_variable_in_one_branch_only": """
        DERIVATIVE update {
            a = p*v
            rates(v)
            m' = (a - m)/2
            n' = -n
        }
        PROCEDURE rates(x) { if (x > 0.5) { a = x*x } }
    """,
    "a_procedure_that_may_or_may_not_overwrite_a_constant": """
        DERIVATIVE update {
            a = 0.7
            rates(v)
            m' = (a*v - m)/2
            n' = -n
        }
        PROCEDURE rates(x) { if (x > 10) { a = x*x } }
    """,
    "a_procedure_that_reads_a_variable_which_the_caller_has_just_set": """
        DERIVATIVE update {
            a = v*p
            rates(q)
            m' = (b - m)/2
            n' = -n
        }
        PROCEDURE rates(x) { b = x*a + f(a) }
        FUNCTION f(x) { f = a*x*x }
    """,
    "a_function_that_reads_a_variable_which_the_caller_has_just_set": """
        DERIVATIVE update {
            a = v*p
            m' = (f(q) - m)/2
            n' = -n
        }
        FUNCTION f(x) { f = a*x*x }
    """,
    "a_procedure_called_twice": """
        DERIVATIVE update {
            LOCAL k, z
            rates(v)
            k = b
            rates(v*p)
            z = b
            m' = (k*z - m)/2
            n' = -n + k
        }
        PROCEDURE rates(x) { b = x*x }
    """,
    "procedures_that_call_procedures": """
        DERIVATIVE update {
            outer(v)
            m' = (b*c - m)/2
            n' = -n
        }
        PROCEDURE outer(x) { inner(x*p)  c = b*x  inner(x*q) }
        PROCEDURE inner(x) { b = x*x + n }
    """,
    "a_call_whose_argument_changes_afterwards": """
        DERIVATIVE update {
            LOCAL k, z
            k = 0.3
            z = exp(k)*v
            k = 2
            m' = (z - m)/2 + k
            n' = -n
        }
    """,
    "a_local_that_hides_a_variable": """
        DERIVATIVE update {
            a = p
            rates(v)
            m' = (b + a - m)/2
            n' = -n
        }
        PROCEDURE rates(x) { LOCAL a  a = x*x  b = a + x }
    """,
    "a_variable_overwritten_by_what_it_was": """
        DERIVATIVE update {
            LOCAL k
            if (v < 3) { k = v } else { k = p*v }
            if (v < 4) { k = k*k }
            k = k + p*k
            m' = (k*p - m)/2
            n' = -n
        }
    """,
    "a_state_changed_before_its_equation": """
        DERIVATIVE update {
            m = m*p
            n = m
            m' = (v*p - m)/2
            n' = -n + m
            a = m
        }
    """,
    "an_equation_in_a_branch": """
        DERIVATIVE update {
            if (v < 0) { m' = (p - m)/2 } else { m' = (q - m)/3 }
            n' = m - n
        }
    """,
    "a_procedure_that_changes_a_variable_in_place": """
        DERIVATIVE update {
            a = p*v
            rates(v)
            rates(q)
            m' = (a*a*b - m)/2
            n' = -n
        }
        PROCEDURE rates(x) { if (x < 0.7) { a = a + x*q }  b = a*a  b = b*x + 1 }
    """,
    "a_procedure_that_sets_what_its_argument_is_computed_from": """
        DERIVATIVE update {
            a = p*v
            b = a*q
            rates(a/(1.5 + r*r), b*b)
            c = a
            rates(a*a, a/(2 + b))
            m' = (a*c + b - m)/2
            n' = -n
        }
        PROCEDURE rates(x, y) { a = sin(x)*y  b = cos(y) + p }
    """,
    "a_procedure_that_reads_a_state": """
        DERIVATIVE update {
            rates(v)
            m' = (a - m)/2
            n' = -n*(1.5 + b)
        }
        PROCEDURE rates(x) { a = m*n*x  b = f(x)*f(x) }
        FUNCTION f(x) { f = m*x }
    """,
    "arguments_that_are_overwritten": """
        DERIVATIVE update {
            a = p*v
            rates(v)
            m' = (f(a, v)*b - m)/2
            n' = -n
        }
        PROCEDURE rates(x) { x = x*q  if (x < 0.7) { x = x*x + 1 }  a = x*a  b = a*a*x }
        FUNCTION f(x, y) {
            LOCAL z
            x = x*q
            if (x < 0.7) { x = x*x + 1  z = y } else { z = x }
            y = x*y
            f = y*z
        }
    """,
    "a_function_that_builds_on_its_own_value": """
        DERIVATIVE update {
            m' = (f(v) - m)/2
            n' = p - n
        }
        FUNCTION f(x) { f = x + ena  f = f*p  f = f*q + f }
    """,
    "a_procedure_that_moves_the_voltage_past_a_singularity": """
        DERIVATIVE update {
            rates()
            m' = (a - m)/2
            n' = v - n
        }
        PROCEDURE rates() { if (v < 10) { v = v + 0.3*p }  a = (v + 0.3)/(exp((v + 0.3)/4) - 1.2) }
    """,
    "procedures_that_change_what_is_kept": """
        DERIVATIVE update {
            rates(v)
            m = m*p + a
            rates(q)
            m' = (a - m)/2
            n' = b - n
        }
        PROCEDURE rates(x) { a = a/2 + m*x  if (a > 0.1) { b = b/3 + n } }
    """,
    "a_slope_that_reads_its_own_state_through_a_function": """
        DERIVATIVE update { m' = f(v)*(1 - m)  n' = p - n }
        FUNCTION f(x) { f = x*m }
    """,
    "a_constant_root": """
        DERIVATIVE update {
            a = 6.02214076e23^0.333333333*v/1e8*2.3^((q - 23)/10)
            m' = a - m
            n' = p - n
        }
    """,
    "loops_with_bounds_that_are_computed": """
        DERIVATIVE update {
            LOCAL k, s, r
            k = 3
            s = v*p
            r = q
            while (k > 0 && s < 50) {
                if (k > 1) { s = s*q + m } else { s = s + r }
                r = s*p
                k = k - 1
            }
            k = k + 2
            FROM j = 1 TO k + 1 {
                FROM l = 0 TO j { a = a + l*m }
                rates(a)
                b = b + c*p
            }
            m' = (sin(s) + f(v) - m)/2
            n' = sin(b) - n + sin(r)
        }
        PROCEDURE rates(x) { c = x*q + n }
        FUNCTION f(x) { LOCAL i  i = 0  f = p  while (i < 3) { f = f*x  i = i + 1 } }
    """,
    "functions_that_assign": """
        DERIVATIVE update {
            a = 0
            m' = (f(v*p) + f(q)*2 - m)/2
            if (g(v) > 0 || a > 2) { b = a } else if (g(v) > -3) { b = a*2 }
            n' = b - n + a
        }
        FUNCTION f(x) { f = x*x*p }
        FUNCTION g(x) { LOCAL z  z = f(x)  a = z*x  g = z - p }
    """,
    "a_function_whose_value_nobody_reads_but_that_assigns": """
        DERIVATIVE update {
            LOCAL z
            z = f(0.5)
            m' = (p - m)/2
            n' = -n
        }
        FUNCTION f(x) { f = x  b = tanh(x) }
    """,
    "a_function_that_calls_one_that_assigns": """
        DERIVATIVE update {
            c = p
            a = outer(v)
            m' = (c*a - m)/2
            n' = c - n
        }
        FUNCTION outer(x) { outer = (1.2 + inner(x)^2)^x }
        FUNCTION inner(x) { inner = 0.5*x  c = x*q }
    """,
    "a_function_for_what_it_assigns": """
        DERIVATIVE update {
            rates(v)
            m' = (a - m)/2
            n' = b - n
        }
        FUNCTION rates(x) { a = x*p  b = twice(a) + 1 }
        FUNCTION twice(x) { c = x*q  twice = 2*c }
    """,
    "an_event_that_acts_on_states_and_variables": """
        DERIVATIVE update {
            m' = (a - m)/2
            n' = -n
        }
        NET_RECEIVE(w) { if (n > 0.1) { a = w*p }  m = m + w*w }
    """,
}


@pytest.mark.parametrize("source", CONSTRUCTS.values(), ids=CONSTRUCTS.keys())
def test_the_tangent_is_exact_through(source: str) -> None:
    original = mechanism_of(HEADER + INITIAL + BREAKPOINT + source)
    of = differentiate(original)
    for direction in directions(of):
        error, visit = worst(list(derivatives(of, direction, original=original)))
        assert error <= TOLERANCE, f"along {direction}: {visit}"


def test_a_parameter_that_initial_changes_carries_its_derivative() -> None:
    initial = "INITIAL { p = p*q  m = 0.1  n = 0.2 }\n"
    update = "DERIVATIVE update { m' = (v*p - m)/2  n' = -n }\n"
    of = differentiate(mechanism_of(HEADER + initial + BREAKPOINT + update))
    assert "p" in of.carried
    for direction in directions(of):
        error, visit = worst(list(derivatives(of, direction)))
        assert error <= TOLERANCE, f"along {direction}: {visit}"


def test_a_state_at_zero_under_a_power_from_a_parameter_has_a_finite_derivative() -> None:
    source = """
        INITIAL { m = 0  n = 0 }
        BREAKPOINT { SOLVE update METHOD cnexp  i = m^(1 + q)*n^3*(v - ena) }
        DERIVATIVE update { m' = (1 - m)/2  n' = p - n }
    """
    of = differentiate(mechanism_of(HEADER + source), wrt=["p"])
    error, visit = worst(list(derivatives(of, "p")))
    assert error <= TOLERANCE, visit


def test_a_current_is_called_linear_only_if_it_is() -> None:
    update = "DERIVATIVE update { m' = -m  n' = -n }\n"

    def linear(current: str, more: str = "") -> bool:
        head = f"BREAKPOINT {{ SOLVE update METHOD cnexp  {current} }}\n"
        return differentiate(mechanism_of(HEADER + INITIAL + head + update + more)).linear

    assert linear("i = p*m*(v - ena)")
    assert linear("a = v  i = m*a  ina = a/p")
    assert linear("i = f(m)*v", "FUNCTION f(x) { f = x*q }")
    assert linear("if (m > 0.2) { i = m*v } else { i = v }")
    assert not linear("i = p*v*v")
    assert not linear("i = p/v")
    assert not linear("i = f(v)", "FUNCTION f(x) { f = x*q }")
    assert not linear("if (v > 0.2) { i = m*v } else { i = v }")
    assert not linear("k(v)  i = b", "PROCEDURE k(x) { if (x > 0) { b = 1 } else { b = 2 } }")
    assert not linear("i = exp(v)")
