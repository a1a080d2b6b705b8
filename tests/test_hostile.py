"""Whatever bytes are given as a mechanism, the answer is a translation or a diagnostic, soon and in little memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hostile.files import FILES
from hostile.measure import Outcome, measure
from hostile.texts import texts
from nmodlgrad.compiler import compile_sources
from nmodlgrad.diagnostics import Refused, Source
from nmodlgrad.sources import Found
from nmodlgrad.syntax.lexis import KEYWORDS, METHODS

FIXTURES = sorted((Path(__file__).resolve().parent / "fixtures").glob("*.mod"))
TEXTS = {path.stem: path.read_text(encoding="latin-1") for path in FIXTURES}

# All of them, in more lengths and sizes, are a command of its own: python -m hostile, in the folder tests.
FEW_FILES = ["a folder as source", "a pipe included", "a dangling link", "a file of 100 GB", "includes itself"]
FEW_TEXTS = [
    *("empty", "nul_in_the_middle", "control_z_in_the_middle", "utf_16", "include_of_a_device"),
    *(
        f"{name}, 300"
        for name in ("sum", "product", "parentheses", "calls", "else_ifs", "braces", "power", "functions")
    ),
    *(f"{name}, 100,000" for name in ("sum", "parentheses", "minus", "braces", "open_calls", "closed_braces")),
    *(f"{name}, 10 MB" for name in ("names", "one_name", "comments", "open_string", "nul", "parentheses", "newlines")),
    *(f"{name}, 100 kB" for name in ("open_verbatim_crlf", "open_comment_crlf", "verbatim_lines", "primes", "errors")),
]


def kept(outcomes: list[Outcome]) -> list[str]:
    return [str(outcome) for outcome in outcomes if not outcome.kept]


@pytest.mark.parametrize("names", [FEW_FILES, FEW_TEXTS], ids=["files", "texts"])
def test_hostile_input_is_answered_within_5_s_and_500_mb(names: list[str]) -> None:
    assert set(names) <= FILES.keys() | texts().keys()
    outcomes = measure(names)
    assert [outcome.name for outcome in outcomes] == names
    assert not kept(outcomes), "\n".join(kept(outcomes))


def test_what_a_person_may_write_is_not_refused_for_its_length() -> None:
    outcomes = measure(["sum, 300", "product, 300"])
    assert all(outcome.answer.startswith("written") for outcome in outcomes), "\n".join(map(str, outcomes))


def answered(text: str) -> None:
    """Translated, or refused with a place; anything else is an error."""
    try:
        compile_sources([Found(Source("x.mod", text), "x.mod")])
    except Refused as refused:
        for diagnostic in refused.diagnostics:
            assert diagnostic.code
            assert str(diagnostic)


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(st.binary(max_size=400))
@example(b"")
def test_random_bytes_are_answered(content: bytes) -> None:
    answered(content.decode("latin-1"))


SIGNS = "m v g a1 x' 1 2.5 1e400 0 ( ) { } [ ] = + - * / ^ < > , ~ : ? ' \" @ ! && || \n"
WORDS = [*sorted(KEYWORDS | METHODS), *SIGNS.split(" ")]


@settings(max_examples=250, derandomize=True, database=None, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_random_words_of_nmodl_are_answered(words: list[str]) -> None:
    answered(" ".join(words))


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A fixture with bytes dropped, doubled, swapped or replaced, or with a line of another."""
    text = TEXTS[draw(st.sampled_from(sorted(TEXTS)))]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.integers(1, 30))
        piece = text[at : at + length]
        other = TEXTS[draw(st.sampled_from(sorted(TEXTS)))]
        damage = {
            "drop": "",
            "double": piece * 2,
            "swap": piece[::-1],
            "replace": draw(st.text(st.characters(max_codepoint=255), max_size=5)),
            "line": piece + "\n" + draw(st.sampled_from(other.splitlines())) + "\n",
        }[draw(st.sampled_from(["drop", "double", "swap", "replace", "line"]))]
        text = text[:at] + damage + text[at + length :]
    return text


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(damaged())
def test_damaged_mechanisms_are_answered(text: str) -> None:
    answered(text)
