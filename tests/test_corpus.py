"""Hundreds of mechanisms from packages on PyPI: our parser accepts what nocmodl does, and understands the same."""

from __future__ import annotations

import random
from importlib.metadata import version
from pathlib import Path

import pytest

from corpus import packages
from corpus.check import Row, check, known_structure
from corpus.known import ACCEPTANCE, STRUCTURE
from corpus.mutations import mutant
from corpus.nocmodl import Nocmodl, Verdict
from corpus.packages import ARCHIVES, Mechanism, Unavailable, corpus
from corpus.search import disagreement, minimal
from corpus.structure import difference, of_neuron, of_ours

pytestmark = pytest.mark.skipif(
    not version("neuron").startswith("9.0."), reason="the verdicts are those of NEURON 9.0's nocmodl and neuron.nmodl"
)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Every file of the corpus with every verdict on it."""
    try:
        files = corpus()
    except Unavailable as reason:
        pytest.skip(str(reason))
    return check(files)


def test_the_corpus_is_as_large_as_it_was(rows: list[Row]) -> None:
    assert len(rows) == 638


def test_our_parser_accepts_what_nocmodl_accepts_and_refuses_what_it_refuses_for_syntax(rows: list[Row]) -> None:
    disagreements = [str(row) for row in rows if not row.agreed and not row.excepted]
    assert not disagreements, "\n".join(disagreements)


def test_every_exception_is_still_one(rows: list[Row]) -> None:
    found = {(row.file.digest, row.nocmodl.kind, row.ours.kind) for row in rows if not row.agreed}
    assert {(known.digest, known.nocmodl, known.ours) for known in ACCEPTANCE} == found


def test_neuron_s_second_parser_understands_the_same(rows: list[Row]) -> None:
    differences = [f"{row.file}: {row.structure}" for row in rows if row.structure and not known_structure(row)]
    assert not differences, "\n".join(differences)


def test_every_exception_to_that_is_still_one(rows: list[Row]) -> None:
    assert STRUCTURE.keys() == {row.file.digest for row in rows if row.structure and known_structure(row)}


def test_every_other_check_of_a_file_finds_nothing(rows: list[Row]) -> None:
    findings = [f"{row.file}: {name}: {found}" for row in rows for name, found in row.findings.items()]
    assert not findings, "\n".join(findings)


# ---------------------------------------------------------------- the test itself
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("NEURON { SUFFIX x }\n", "accepted"),
        ("NEURON { SUFFIX x RANGE }\n", "syntax"),
        ("NEURON { SUFFIX x }\nPARAMETER { a = 1 (mV }\n", "syntax"),
        ("VERBATIM\nNEURON { SUFFIX x }\n", "syntax"),
        ("NEURON { SUFFIX x }\nPROCEDURE p() { ~ a = 1 }\n", "syntax"),
        ("NEURON { SUFFIX x }\nASSIGNED { a }\nINITIAL { a[1] = 2 }\n", "other"),
        ("NEURON { SUFFIX x }\nSTATE { m }\nDERIVATIVE d { m = 1 m' = }\n", "syntax"),
        ("NEURON { SUFFIX x }\nBREAKPOINT { SOLVE nothing METHOD cnexp }\n", "other"),
    ],
)
def test_a_refusal_of_nocmodl_is_told_apart(text: str, kind: str) -> None:
    assert Nocmodl()(text.encode()).kind == kind


def test_a_download_that_was_cut_off_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NMODLGRAD_CORPUS", str(tmp_path))
    monkeypatch.setattr(
        packages.subprocess, "run", lambda *_, **__: packages.subprocess.CompletedProcess([], 1, "no", "")
    )
    archive = ARCHIVES[0]
    (tmp_path / archive.filename).write_bytes(b"PK half an archive")
    with pytest.raises(Unavailable, match=archive.filename):
        packages.fetch((archive,))


def test_a_difference_of_structure_is_seen() -> None:
    text = b"NEURON { SUFFIX x RANGE a, b }\nPARAMETER { a b }\nPROCEDURE p(q) { LOCAL r\n r = a*q + b }\n"
    (theirs,) = of_neuron([Mechanism("", "", text, {})])
    assert isinstance(theirs, list)
    assert difference(of_ours(text), theirs) == ""
    for old, new in ((b"a, b", b"b, a"), (b"RANGE", b"GLOBAL"), (b"p(q)", b"p(r)"), (b"a*q", b"q*a"), (b"p(", b"o(")):
        assert difference(of_ours(text.replace(old, new)), theirs)


def test_mutants_of_a_seed_are_the_same_and_differ_from_the_original() -> None:
    text = "NEURON { SUFFIX x RANGE a, b }\nPARAMETER { a b }\n"
    first, again = ([mutant(text, random.Random(seed)) for seed in range(50)] for _ in range(2))
    assert first == again
    assert len(set(first) - {text}) > 30


def test_a_disagreement_is_made_small() -> None:
    small = minimal("PARAMETER {\n a = 1\n b = 2 (mV)\n}\nSTATE { c }\n", lambda text: "b = 2" in text)
    assert small == "b = 2"
    assert disagreement(Verdict("accepted"), Verdict("syntax", "unexpected 'abc' (3:4)")).endswith("unexpected _")
    assert not disagreement(Verdict("other", "a"), Verdict("accepted"))
