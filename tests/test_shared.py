"""Which GLOBALs that a mechanism computes can be carried by each of its instances."""

from __future__ import annotations

import pytest

from interpreter import mechanism_of
from nmodlgrad.calculus.tangent import differentiate
from nmodlgrad.diagnostics import Refused

TEXT = """\
NEURON {{ SUFFIX s NONSPECIFIC_CURRENT i RANGE k GLOBAL q, shift, factor, other }}
PARAMETER {{ k = 2  q = 3  shift = 1 }}
ASSIGNED {{ v  i  celsius  factor  other }}
INITIAL {{ {initial} }}
BREAKPOINT {{ i = factor*k*(v + 65) }}
NET_RECEIVE(w) {{ {event} }}
PROCEDURE set(x) {{ factor = {argument} }}
FUNCTION f(y) {{ f = y*{inside} }}
"""

SAME = {
    "of_globals_and_the_temperature": "factor = q^((celsius - shift)/10)",
    "by_another_global": "other = q + 1  factor = other*2",
    "by_a_local": "LOCAL z  z = 2*q  factor = z",
    "under_a_condition": "if (celsius > 20) { factor = q } else { factor = 1 }",
    "by_a_function": "factor = f(q)",
}

DIFFERENT = {
    "of_a_range_parameter": "factor = q*k",
    "of_the_voltage": "factor = q*exp(v/90)",
    "by_a_local": "LOCAL z  z = k  factor = q*z",
    "by_another_global": "other = k  factor = q*other",
    "under_a_condition": "factor = 1  if (k > 1) { factor = q }",
    "of_itself": "factor = factor*q",
    "by_turns": "other = factor*q  factor = other",
    "by_an_argument": "set(q)",
}


def text(initial: str, event: str = "", argument: str = "x", inside: str = "shift") -> str:
    """A mechanism whose INITIAL computes the GLOBAL factor."""
    used = "set(" in initial
    whole = TEXT.format(initial=initial, event=event, argument=argument, inside=inside)
    return whole if used else "".join(line for line in whole.splitlines(True) if not line.startswith("PROCEDURE"))


@pytest.mark.parametrize("initial", SAME.values(), ids=SAME.keys())
def test_a_global_that_is_the_same_for_all_is_carried(initial: str) -> None:
    assert "factor" in differentiate(mechanism_of(text(initial))).carried


@pytest.mark.parametrize("initial", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_a_global_that_one_instance_computes_is_refused(initial: str) -> None:
    with pytest.raises(Refused, match="NG024"):
        differentiate(mechanism_of(text(initial)))


def test_a_global_of_a_function_that_reads_more_is_refused() -> None:
    with pytest.raises(Refused, match="depends on k"):
        differentiate(mechanism_of(text("factor = f(q)", inside="k")))


def test_a_global_that_an_event_sets_is_refused() -> None:
    with pytest.raises(Refused, match="depends on an event"):
        differentiate(mechanism_of(text("factor = q", event="factor = 2*q")))
