"""What is refused, and how: a fixture for every diagnostic, its text beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import nmodlgrad
from nmodlgrad.catalogue import CATALOGUE
from nmodlgrad.compiler import compile_sources
from nmodlgrad.diagnostics import Source
from nmodlgrad.sources import Found

TESTS = Path(__file__).resolve().parent
FIXTURES = sorted((TESTS / "fixtures" / "refused").glob("*.mod"))

# Diagnostics that are about files and options rather than about a source text: see test_cli.py.
OF_THE_COMMAND_LINE = {"NG003", "NG004", "NG005", "NG006"}


def diagnostics(path: Path) -> list[nmodlgrad.Diagnostic]:
    """What is found in a fixture."""
    source = Source(path.name, path.read_bytes().decode("latin-1"))
    with pytest.raises(nmodlgrad.Refused) as refused:
        compile_sources([Found(source, path.name)])
    return list(refused.value.diagnostics)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_the_text_of_a_refusal(path: Path, golden: Callable[[Path, str], None]) -> None:
    golden(path.with_suffix(".txt"), "\n".join(str(d) for d in diagnostics(path)) + "\n")


def test_every_error_of_a_text_has_a_fixture_that_triggers_it() -> None:
    triggered = {d.code for path in FIXTURES for d in diagnostics(path)}
    errors = {code for code, entry in CATALOGUE.items() if entry.severity == "error"}
    assert errors == triggered | OF_THE_COMMAND_LINE


def test_a_refusal_points_at_its_place() -> None:
    (found,) = diagnostics(TESTS / "fixtures" / "refused" / "syntax.mod")
    assert (found.line, found.column) == (4, 13)
    assert str(found).splitlines()[1:3] == ["        RANGE g e", "                ^"]
