"""What a source was translated to is kept, and is not taken for what another one would be."""

from __future__ import annotations

from pathlib import Path

import pytest

from nmodlgrad import outcomes
from nmodlgrad.compiler import compile_sources
from nmodlgrad.diagnostics import Diagnostic, Refused, Source
from nmodlgrad.sources import Found

FIXTURES = Path(__file__).parent / "fixtures"
LEAK = (FIXTURES / "leak.mod").read_text()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NMODLGRAD_CACHE", str(tmp_path))
    return tmp_path / "translated"


def translated(text: str, name: str = "leak.mod", **options: object) -> tuple[dict[str, str], list[Diagnostic]]:
    warnings: list[Diagnostic] = []
    found = [Found(Source(name, text), "leak.mod")]
    return compile_sources(found, warn=warnings.append, **options).files, warnings  # type: ignore[arg-type]


def nothing_is_made(*_: object) -> None:
    raise AssertionError("this was translated before")


def test_the_second_time_nothing_is_translated_and_everything_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = next(path for path in sorted((FIXTURES / "warned").glob("*.mod"))).read_text(encoding="latin-1")
    plain = translated(text)
    first = translated(text, look_up=True)
    monkeypatch.setattr("nmodlgrad.compiler._outcome", nothing_is_made)
    assert first == plain and plain[1], "a file with a warning"
    assert translated(text, look_up=True) == plain


@pytest.mark.parametrize("what", ["text", "option", "code", "name"])
def test_what_decides_the_outcome_is_part_of_the_key(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    translated(LEAK, look_up=True)
    if what == "code":
        monkeypatch.setattr(outcomes, "_code", lambda: "another")
    monkeypatch.setattr("nmodlgrad.compiler._outcome", nothing_is_made)
    text = LEAK + "\n" if what == "text" else LEAK
    options = {"wrt": ["g"]} if what == "option" else {}
    with pytest.raises(AssertionError, match="translated before"):
        translated(text, "other.mod" if what == "name" else "leak.mod", look_up=True, **options)


def test_what_is_refused_is_not_kept(cache: Path) -> None:
    with pytest.raises(Refused):
        translated(LEAK.replace("v -", "w -"), look_up=True)
    assert not list(cache.glob("*.json"))


def test_what_a_text_includes_is_part_of_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("parted.mod", "parted_gate.inc"):
        (tmp_path / name).write_bytes((FIXTURES / name).read_bytes())
    parted, gate = tmp_path / "parted.mod", tmp_path / "parted_gate.inc"
    first = translated(parted.read_text(), str(parted), look_up=True)
    with monkeypatch.context() as patch:
        patch.setattr("nmodlgrad.compiler._outcome", nothing_is_made)
        assert translated(parted.read_text(), str(parted), look_up=True) == first
    gate.write_text(gate.read_text() + "\n: another\n")
    monkeypatch.setattr("nmodlgrad.compiler._outcome", nothing_is_made)
    with pytest.raises(AssertionError, match="translated before"):
        translated(parted.read_text(), str(parted), look_up=True)


def test_what_is_included_where_only_a_parser_sees_it_is_not_kept(cache: Path) -> None:
    parted = FIXTURES / "parted.mod"
    text = parted.read_text().replace("INCLUDE", "INCLUDE : a comment\n", 1)
    assert "INCLUDE : a comment" in text
    translated(text, str(parted), look_up=True)
    assert not list(cache.glob("*.json"))


def test_a_damaged_file_in_the_cache_is_replaced(cache: Path) -> None:
    good = translated(LEAK, look_up=True)
    (kept,) = cache.glob("*.json")
    kept.write_text("{")
    assert translated(LEAK, look_up=True) == good
    assert kept.read_text() != "{"
