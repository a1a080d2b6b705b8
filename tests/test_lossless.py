"""From text to tree and back: not a byte is lost."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from corpus.lossless import faults, words
from nmodlgrad.diagnostics import Source
from nmodlgrad.syntax.parse import parse

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.mod"))


def source_of(path: Path) -> Source:
    return Source(str(path), path.read_bytes().decode("latin-1"))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_fixture_comes_back_as_it_was(path: Path, end: str) -> None:
    source = source_of(path)
    assert faults(Source(path.name, source.text.replace("\n", end) + "\x1a caf\xe9 {")) == []


def test_every_mechanism_that_neuron_ships_comes_back_as_it_was() -> None:
    spec = importlib.util.find_spec("neuron")
    assert spec is not None
    assert spec.origin is not None
    shipped = sorted((Path(spec.origin).parent / ".data" / "share").rglob("*.mod"))
    assert len(shipped) > 10
    for path in shipped:
        assert faults(source_of(path)) == [], path


def test_a_word_of_the_tree_knows_its_place() -> None:
    text = "PARAMETER { a = - 3 ( mV ) <0,1> : caf\xe9\n b[2] }\nINITIAL { LOCAL x[3]\n x[0] = 2 (1) * m'[1] }"
    for word in words(parse(Source("m.mod", text))):
        assert "".join(text[word.span.start : word.span.end].split()) == word
