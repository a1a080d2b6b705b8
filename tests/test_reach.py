"""What no phase of a simulation reaches is not looked at."""

from __future__ import annotations

import pytest

from nmodlgrad.calculus.tangent import TangentMechanism, differentiate
from nmodlgrad.diagnostics import Source
from nmodlgrad.semantics.reach import running
from nmodlgrad.semantics.resolve import resolve

CHANNEL = """NEURON {{ SUFFIX x NONSPECIFIC_CURRENT i RANGE gbar BBCOREPOINTER rng }}
PARAMETER {{ gbar = 1e-3 }}
ASSIGNED {{ v i rng }}
STATE {{ m }}
INITIAL {{ m = 0.2 }}
BREAKPOINT {{ SOLVE s METHOD cnexp
 i = gbar*m*(v + 65) }}
DERIVATIVE s {{ m' = (0.5 - m)/scaled() }}
FUNCTION scaled() {{ scaled = 3 {inside} }}
{rest}
"""

ASIDE = {
    "a routine with C that hoc calls": "PROCEDURE seed() {\nVERBATIM\n  _p_rng = 0; m = 0;\nENDVERBATIM\n}",
    "a routine that sets a parameter": "PROCEDURE set() { gbar = 2 }",
    "a routine that is called by one": 'PROCEDURE set() { more() }\nPROCEDURE more() { printf("%g", m) }',
    "a CONSTRUCTOR": "CONSTRUCTOR {\nVERBATIM\n  gbar = 2;\nENDVERBATIM\n}",
    "a DESTRUCTOR": "DESTRUCTOR {\nVERBATIM\n  free(_p_rng);\nENDVERBATIM\n}",
    "C at file level": "VERBATIM\nstatic double twice(double x) { return 2*x; }\nENDVERBATIM",
    "equations that nothing solves": "STATE { a b }\nKINETIC unused { ~ a <-> b (1, 2) }",
}


def tangent(rest: str = "", inside: str = "") -> TangentMechanism:
    """The channel, differentiated."""
    return differentiate(resolve(Source("x.mod", CHANNEL.format(rest=rest, inside=inside))))


@pytest.mark.parametrize("rest", ASIDE.values(), ids=ASIDE.keys())
def test_it_needs_no_derivative(rest: str) -> None:
    assert tangent(rest).carried[0] == "m"
    assert tangent(rest).parameters == tangent().parameters


def test_what_c_code_calls_is_reached() -> None:
    inside = "\nVERBATIM\n  other_x(_threadargs_);\nENDVERBATIM\n"
    mechanism = resolve(Source("x.mod", CHANNEL.format(rest="PROCEDURE other() { m = 1 }", inside=inside)))
    assert "other" in running(mechanism).procedures
