"""What the checks find, and what they leave alone: a fixture for every code, its text beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import nmodlgrad.checks
from nmodlgrad.catalogue import CATALOGUE
from nmodlgrad.checks import findings
from nmodlgrad.diagnostics import Diagnostic, Refused, Source
from nmodlgrad.semantics.resolve import resolve

FIXTURES = Path(__file__).resolve().parent / "fixtures"
REFUSED = sorted((FIXTURES / "refused").glob("*.mod"))
WARNED = sorted((FIXTURES / "warned").glob("*.mod"))
CHECKS = Path(nmodlgrad.checks.__file__).parent

# What the way to the checks refuses: no NMODL, no mechanism, an INCLUDE of nothing, text that is too deep or too much.
BEFORE = {"NG001", "NG008", "NG009", "NG011", "NG018"}


def found(text: str, name: str = "x.mod") -> list[Diagnostic]:
    """Everything that is found in a mechanism, whether it is differentiated or not."""
    try:
        return findings(resolve(Source(name, text)))
    except Refused as refused:
        return list(refused.diagnostics)


def of(path: Path) -> list[Diagnostic]:
    return found(path.read_bytes().decode("latin-1"), path.name)


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_the_text_of_an_error(path: Path, golden: Callable[[Path, str], None]) -> None:
    """The other fixtures of refused/ are right, but not differentiated: test_refusals.py has them."""
    errors = [str(d) for d in of(path) if d.severity == "error"]
    if errors:
        golden(path.with_suffix(".txt"), "\n".join(errors) + "\n")


@pytest.mark.parametrize("path", WARNED, ids=lambda path: path.stem)
def test_the_text_of_a_warning(path: Path, golden: Callable[[Path, str], None]) -> None:
    diagnostics = of(path)
    assert {d.severity for d in diagnostics} == {"warning"}
    golden(path.with_suffix(".txt"), "\n".join(str(d) for d in diagnostics) + "\n")


def test_every_code_of_a_check_has_a_fixture() -> None:
    raised = {code for file in CHECKS.glob("*.py") for code in re.findall(r'"(NG0\d\d)"', file.read_text())}
    raised |= {"NG018", "NG020"}  # by the reader of INCLUDE, and by the lowering of cnexp
    triggered = {d.code for path in (*REFUSED, *WARNED) for d in of(path)}
    assert raised == triggered - (BEFORE - {"NG018"})
    assert raised <= CATALOGUE.keys()


def mechanism(neuron: str = "", declared: str = "", breakpoint: str = "", rest: str = "") -> str:
    return f"NEURON {{ SUFFIX x\n{neuron} }}\nASSIGNED {{ q i {declared} }}\nBREAKPOINT {{ {breakpoint} }}\n{rest}\n"


RATES = "PROCEDURE rates(u) { %s }"

QUIET = {
    # names
    "the initial value of a state": mechanism(breakpoint="q = m0", rest="STATE { m }"),
    "fluxes in a KINETIC block": mechanism(
        breakpoint="SOLVE s METHOD sparse", rest="STATE { a b }\nKINETIC s { ~ a <-> b (1, 2)\n q = f_flux - b_flux }"
    ),
    "a solved block that is called": mechanism(
        breakpoint="SOLVE s METHOD cnexp", rest="STATE { m }\nINITIAL { s() }\nDERIVATIVE s { m' = -m }"
    ),
    "functions of NEURON": mechanism(breakpoint="q = erf(v) + romberg(v) + poisson(1)"),
    "names of C in VERBATIM": mechanism(
        breakpoint="q = mine(v) + hidden\nVERBATIM\ndouble hidden, mine();\nENDVERBATIM\n"
    ),
    "a GLOBAL of another mechanism": mechanism("EXTERNAL outside", breakpoint="q = outside"),
    "a RANGE variable that is declared": mechanism("RANGE q, m", rest="STATE { m }"),
    # methods
    "KINETIC by euler": mechanism(
        breakpoint="SOLVE s METHOD euler", rest="STATE { a b }\nKINETIC s { ~ a <-> b (1, 2) }"
    ),
    "a PROCEDURE after the step": mechanism(breakpoint="SOLVE p METHOD after_cvode", rest="PROCEDURE p() { q = 1 }"),
    # ions
    "reading and writing a concentration": mechanism(
        "USEION ca READ cai, ica WRITE cai",
        "ica",
        "SOLVE s METHOD cnexp",
        "STATE { cai }\nDERIVATIVE s { cai' = -ica }",
    ),
    "reading and writing a current": mechanism("USEION ca READ ica WRITE ica", "ica", "ica = 1e-3*v"),
    "writing a current that is a parameter": mechanism("USEION ca WRITE ica", rest="PARAMETER { ica = 1e-3 }"),
    "writing in a routine, and in INITIAL": mechanism(
        "USEION ca WRITE ica, cai", "ica cai", "p()", "INITIAL { cai = 1e-4 }\nPROCEDURE p() { ica = 1 }"
    ),
    "writing in VERBATIM": mechanism("USEION ca WRITE ica", "ica", "VERBATIM\nica = 1;\nENDVERBATIM\n"),
    "a LOCAL with the name of a concentration": mechanism("USEION ca READ cai", "cai", "LOCAL cai\ncai = 1\nq = cai"),
    "an ion of one's own with its charge": mechanism("USEION zn READ zni VALENCE 2", "zni", "q = zni"),
    "the charge that NEURON knows": mechanism("USEION ca READ cai VALENCE 2", "cai", "q = cai"),
    # threads
    "GLOBAL in a mechanism that is THREADSAFE": mechanism("THREADSAFE\nGLOBAL q", breakpoint="q = v"),
    "GLOBAL under PROTECT": mechanism("GLOBAL q", breakpoint="PROTECT q = q + 1", rest="INITIAL { q = 0 }"),
    "a LOCAL with the name of a GLOBAL": mechanism(
        "GLOBAL q", breakpoint="p(v)", rest="PROCEDURE p(u) { LOCAL q\nq = u }"
    ),
    "GLOBAL that is read": mechanism("GLOBAL q", breakpoint="i = q"),
    # divisions
    "a denominator guarded by fabs": mechanism(
        breakpoint="q = trap(v + 40, 10)",
        rest="FUNCTION trap(x, y) { if (fabs(x/y) < 1e-6) { trap = y*(1 - x/y/2) } else { trap = x/(exp(x/y) - 1) } }",
    ),
    "a voltage that is moved off the zero": mechanism(
        breakpoint="rates(v)", rest=RATES % "if (u == -40) { u = u + 0.0001 }\nq = (u + 40)/(exp((u + 40)/10) - 1)"
    ),
    "a zero on the other side of a condition": mechanism(breakpoint="if (v > -30) { q = 1/(v + 40) } else { q = 0 }"),
    "a denominator without a zero": mechanism(breakpoint="q = 1/(1 + exp(-(v + 40)/5))"),
    "a zero that no cell reaches": mechanism(breakpoint="q = 1/(v + 273.15)"),
    "a zero at a voltage that depends on an ion": mechanism("USEION k READ ek", "ek", "q = 1/(v - ek)"),
    "a zero at a voltage that depends on the temperature": mechanism(breakpoint="q = 1/(v + celsius)"),
    "a zero between two rows of a TABLE": mechanism(
        breakpoint="rates(v)", rest=RATES % "TABLE q FROM -100 TO 100 WITH 201\nq = 1/(1 - exp((u + 40)/9))"
    ),
    "a condition that can not be known": mechanism(breakpoint="if (i > 0) { q = 1/(v + 40) }"),
    "a routine that calls itself": mechanism(breakpoint="q = f(v)", rest="FUNCTION f(x) { f = 1/(1 + f(x)) }"),
    "an overflow": mechanism(breakpoint="q = 1/(exp(exp(v + 100)) - 1e300)"),
    "a loop": mechanism(breakpoint="q = v\nwhile (q > 0) { q = q - 1 }\nq = 1/q"),
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET.keys())
def test_nothing_is_said_of(text: str) -> None:
    assert not [str(d) for d in found(text)]


LOUD = {
    "a GLOBAL in NET_RECEIVE": (
        "NG030",
        "NEURON { POINT_PROCESS x GLOBAL q }\nASSIGNED { q }\nNET_RECEIVE(w) { q = w }",
    ),
    "a zero through a constant that INITIAL computes": (
        "NG031",
        mechanism(breakpoint="i = 1/(exp((v + 40)*q) - 1)", rest="INITIAL { q = 96485/(8.3*(celsius + 273.15)) }"),
    ),
    "a zero in one of two calls": (
        "NG031",
        mechanism(breakpoint="q = f(v + 40) + f(v + 400)", rest="FUNCTION f(x) { f = 1/x }"),
    ),
    "a row of a TABLE": (
        "NG031",
        mechanism(breakpoint="rates(v)", rest=RATES % "TABLE q FROM -100 TO 100 WITH 200\nq = 1/(1 - exp((u + 40)/9))"),
    ),
    "a POINTER that is not declared": ("NG010", mechanism("POINTER p", breakpoint="q = p")),
    "a current of another ion": ("NG028", mechanism("USEION mg WRITE ica", "ica", "ica = 1")),
}


@pytest.mark.parametrize(("code", "text"), LOUD.values(), ids=LOUD.keys())
def test_something_is_said_of(code: str, text: str) -> None:
    assert [d.code for d in found(text)] == [code]


def test_a_denominator_is_reported_once_with_all_its_zeros() -> None:
    text = mechanism(
        breakpoint="q = f(v + 40) + f(v + 55)", rest="INITIAL { q = f(v + 40) }\nFUNCTION f(x) { f = 1/x }"
    )
    (diagnostic,) = found(text)
    assert diagnostic.message == "this denominator is zero at v = -55 and -40 mV"


def test_a_name_that_nothing_defines_is_reported_where_it_stands_first() -> None:
    text = mechanism(breakpoint="q = nowhere\ni = nowhere", rest="INITIAL { q = nowhere }")
    assert [(d.code, d.line) for d in found(text)] == [("NG010", 4)]
