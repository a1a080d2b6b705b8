"""Mutants of a mechanism: small mistakes, as people and editors make them."""

from __future__ import annotations

import random
import re

# Coarse on purpose: units, strings and comments come apart too. Latin-1, as the files are read.
_TOKEN = re.compile(
    r"[A-Za-z_]\w*'*|\d+\.?\d*(?:[eE][-+]?\d+)?|\s+|<->|<<|->|[<>=!]=|&&|\|\||~\+|.", re.DOTALL | re.ASCII
)

# Words and signs that the file itself need not hold.
_FOREIGN = """
    ( ) [ ] { } < > = , ' + - * / ^ ! ~ ~+ @ % & | && || -> << <-> '0 " : ? 2 .5 1e3 (mV) BREAKPOINT INITIAL SOLVE
    METHOD STEADYSTATE cnexp sparse LOCAL VERBATIM ENDVERBATIM COMMENT ENDCOMMENT UNITSOFF TABLE DEPEND FROM TO BY
    WITH if else while IF ELSE WHILE KINETIC DERIVATIVE LINEAR NONLINEAR PROCEDURE FUNCTION CONSERVE COMPARTMENT
    DEFINE INCLUDE TITLE NEURON PARAMETER ASSIGNED STATE CONSTANT UNITS RANGE GLOBAL USEION READ WRITE VALENCE
    REPRESENTS POINTER RANDOM WATCH FOR_NETCONS NET_RECEIVE PROTECT CONDUCTANCE START STEP BEFORE AFTER SOLVEFOR
    DISCRETE SWEEP LAG CHARGE INT exp t v
"""


def mutant(text: str, random: random.Random) -> str:
    """One to three mutations of a text."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        text = _of_a_line(text, random) if random.random() < 0.15 else _of_a_token(text, random)
    return text


def _of_a_line(text: str, random: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    at = random.randrange(len(lines))
    lines[at : at + 1] = [] if random.random() < 0.5 else [lines[at], lines[at]]
    return "".join(lines)


def _of_a_token(text: str, random: random.Random) -> str:
    tokens = _TOKEN.findall(text)
    places = [i for i, token in enumerate(tokens) if not token.isspace()]
    if len(places) < 2:
        return text
    k = random.randrange(len(places) - 1)
    here, following = places[k], places[k + 1]
    kind = random.choice(("drop", "double", "swap", "replace", "insert", "word", "blank"))
    if kind == "drop":
        tokens[here] = ""
    elif kind == "double":
        tokens[here] += " " + tokens[here]
    elif kind == "swap":
        tokens[here], tokens[following] = tokens[following], tokens[here]
    elif kind == "replace":
        tokens[here] = tokens[random.choice(places)]
    elif kind == "insert":
        tokens[here] += " " + tokens[random.choice(places)] + " "
    elif kind == "word":
        tokens[here] = random.choice(("", tokens[here])) + " " + random.choice(_FOREIGN.split()) + " "
    else:
        gaps = [i for i, token in enumerate(tokens) if token.isspace()]
        if gaps:
            tokens[random.choice(gaps)] = random.choice(("", "\n", " "))
    return "".join(tokens)
