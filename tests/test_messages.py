"""What is said of mistakes that people make in NMODL: one text each, and the message beside it in a golden file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nmodlgrad.diagnostics import Refused, Source
from nmodlgrad.syntax.parse import parse

GOLDEN = Path(__file__).resolve().parent / "golden" / "messages.txt"

MISTAKES = [
    # the file and its comments
    "foo",
    "}\nNEURON { }",
    "TABLE",
    "INITIAL {\n x = 1\n",
    "PROCEDURE p() { x = 1 }}\nSTATE { m }",
    "VERBATIM\n a = 1;\n",
    "PARAMETER {\nCOMMENT\nENDCOMMENT\n}",
    "PARAMETER { a = 1 // one\n}",
    "# a comment\nNEURON { }",
    "\xef\xbb\xbfNEURON { }",
    "PARAMETER { \xb5 = 3 }",
    f"PARAMETER {{ a = {'1' * 600} }}",
    # words that are nearly right
    "STATE { n }\nASIGNED { a }",
    "neuron { SUFFIX x }",
    "NEURON { POINTPROCESS x }",
    "NEURON { SUFFIX x THREADSAVE }",
    # the NEURON block
    "NEURON { SUFFIX 3 }",
    "NEURON { SUFFIX\n USEION k READ ek }",
    "NEURON {\n RANGE g e\n}",
    "NEURON { USEION ca }",
    "NEURON { USEION k WRITE ik READ ek }",
    "NEURON { SUFFIX x\nBREAKPOINT { x = 1 }",
    # declarations
    "PARAMETER { a = }",
    "PARAMETER { a = 1, b = 2 }",
    "PARAMETER { a = 1 (mV\n}",
    "PARAMETER { q = 1/3 }",
    "STATE { n = .3 }",
    "ASSIGNED { cnexp }",
    "DEFINE N 4\nASSIGNED { N }",
    "UNITS { (mV) (volt) }",
    # statements
    "PROCEDURE p( { }",
    "PROCEDURE p() {\n x = 1\n LOCAL y\n}",
    "INITIAL { x = 1; }",
    "BREAKPOINT { SOLVE s METHOD }",
    "BREAKPOINT { SOLVE s cnexp }",
    "PROCEDURE p() { if x > 1 { } }",
    "PROCEDURE p() { if (x > 1) x = 1 }",
    "PROCEDURE p() { if (x) { x = 1 } else x = 2 }",
    "PROCEDURE p() { if (x) { x = 1 else { x = 2 } }",
    "PROCEDURE p() { if (v = -55) { } }",
    "PROCEDURE p() { return 0.1 }",
    "PROCEDURE p() { ~ x = 2 }",
    "NET_RECEIVE(w) { WATCH (v >= 3) 2 }",
    "KINETIC k { ~ a <-> b }",
    "LINEAR l { ~ x^2 = 3 }",
    # expressions
    "PROCEDURE p() { x = 1 +* 2 }",
    "PROCEDURE p() { x = 3 % 2 }",
    "PROCEDURE p() { if (v > 1 & v < 2) { } }",
    'PROCEDURE p() { x = "a" }',
    "FUNCTION f(x) { f = x[1.5] }",
    # several mistakes, and what follows from none of them
    "PROCEDURE p() { a = b c = ) }\nFUNCTION f( {}\nSTATE { 3 }",
    "NEURON { SUFFIX x; }\nCOMMENT\nSTATE variables are\nFUNCTION of voltage\nENDCOMMENT\nSTATE { m }",
    "NEURON { SUFFIX x; }\nVERBATIM\nSTATE\nENDVERBATIM\nSTATE { m }",
    "DEFINE N 4\nNEURON { RANGE ; }\nSTATE { d[N] }",
    "NET_RECEIVE(w) { x = 1;\n  INITIAL { x = 2 }\n}\nSTATE { m }",
]


def test_the_messages_are_those_that_were_reviewed(golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN, "\n".join(said(text) for text in MISTAKES))


def said(text: str) -> str:
    try:
        parse(Source("x.mod", text))
    except Refused as refused:
        return "".join(f"{diagnostic}\n" for diagnostic in refused.diagnostics)
    raise AssertionError(f"{text!r} was accepted")
