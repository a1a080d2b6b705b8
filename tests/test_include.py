"""INCLUDE: a mechanism in several files, found where NEURON's translator finds them."""

from __future__ import annotations

from pathlib import Path

import pytest

import nmodlgrad
from corpus.nocmodl import Nocmodl
from nmodlgrad.diagnostics import Source
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.semantics.resolve import resolve

MAIN = """NEURON { SUFFIX m RANGE g }
INCLUDE "shared.inc"
PARAMETER { g = 1 }
ASSIGNED { ca[N] }
INITIAL { ca[N - 1] = twice(g) }
"""
SHARED = "DEFINE N 4\nFUNCTION twice(x) { twice = 2*x }\n"


def read(folder: Path, main: str = MAIN) -> Mechanism:
    path = folder / "m.mod"
    path.write_text(main)
    return resolve(Source(str(path), main))


def test_what_an_included_file_declares_is_declared(tmp_path: Path) -> None:
    (tmp_path / "shared.inc").write_text(SHARED)
    mechanism = read(tmp_path)
    assert list(mechanism.functions) == ["twice"]
    assert mechanism.defined == {"N": 4}
    assert mechanism.symbols["ca"].size == 4
    assert len(mechanism.tree.items) == 5
    assert len(mechanism.items) == 6


def test_nocmodl_takes_the_same_files(tmp_path: Path) -> None:
    verdict = Nocmodl()(MAIN.encode(), {"shared.inc": SHARED.encode()})
    assert verdict.kind == "accepted", verdict


def test_files_are_looked_for_where_neuron_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("mods", "work", "elsewhere"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "work")
    places = (tmp_path / "mods", tmp_path / "work", tmp_path, tmp_path / "elsewhere")
    monkeypatch.setenv("MODL_INCLUDE", f"/nowhere:{places[-1]}")
    for folder in reversed(places):  # the first of them wins
        (folder / "shared.inc").write_text(f"{SHARED}PARAMETER {{ from_{folder.name.replace('-', '_')} }}\n")
        mechanism = read(tmp_path / "mods")
        (found,) = [name for name in mechanism.symbols if name.startswith("from_")]
        assert found == f"from_{folder.name.replace('-', '_')}"


def test_a_definition_may_stand_in_a_file_that_a_file_includes(tmp_path: Path) -> None:
    (tmp_path / "shared.inc").write_text('INCLUDE "sizes.inc"\nFUNCTION twice(x) { twice = N*x }\n')
    (tmp_path / "sizes.inc").write_text("DEFINE N 2\n")
    assert read(tmp_path).defined == {"N": 2}


@pytest.mark.parametrize(
    ("shared", "message"),
    [
        (None, 'm.mod:2:1: error[NG018]: there is no file "shared.inc"'),
        ('DEFINE N 4\nINCLUDE "shared.inc"\n', 'shared.inc:2:1: error[NG018]: "shared.inc" includes itself'),
        ('DEFINE N 4\nINCLUDE "m.mod"\n', 'shared.inc:2:1: error[NG018]: "m.mod" includes itself'),
        ("DEFINE N 4\nFUNCTION twice(x) { twice = }\n", "shared.inc:2:29: error[NG001]: unexpected '}' in FUNCTION"),
        ("DEFINE N 4\nFUNCTION twice(x) { twice = y }\n", "shared.inc:2:29: error[NG010]: y is not defined"),
    ],
)
def test_what_is_wrong_is_said_of_the_file_where_it_is(shared: str | None, message: str, tmp_path: Path) -> None:
    (tmp_path / "m.mod").write_text(MAIN)
    if shared:
        (tmp_path / "shared.inc").write_text(shared)
    said = [str(diagnostic) for diagnostic in nmodlgrad.check(tmp_path / "m.mod")]
    assert any(message in text for text in said), said


def test_what_is_written_stands_by_itself(tmp_path: Path) -> None:
    (tmp_path / "shared.inc").write_text(SHARED)
    (tmp_path / "m.mod").write_text(MAIN + "BREAKPOINT { ca[0] = g }\n")
    nmodlgrad.translate(tmp_path / "m.mod", tmp_path / "out")
    (tmp_path / "shared.inc").unlink()
    written = (tmp_path / "out" / "m.mod").read_text()
    assert SHARED in written
    assert "INCLUDE" not in written


def test_a_refusal_of_what_is_included_tells_its_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "shared.inc").write_text(SHARED + "FUNCTION loop(x) { loop = loop(x) }\n")
    current = "BREAKPOINT { i = loop(v) }\nASSIGNED { v i }\nNEURON { NONSPECIFIC_CURRENT i }\n"
    (tmp_path / "m.mod").write_text(MAIN + current)
    (found,) = nmodlgrad.check(tmp_path / "m.mod")
    assert (Path(found.file).name, found.line, found.column) == ("shared.inc", 3, 1)
