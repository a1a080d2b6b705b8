"""The emitted text: as reviewed, the same every time, and the original's own but for marked additions."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from nmodlgrad.compiler import compile_sources
from nmodlgrad.diagnostics import Refused, Source
from nmodlgrad.semantics.inline import inline
from nmodlgrad.sources import Found
from nmodlgrad.syntax.parse import parse

TESTS = Path(__file__).resolve().parent
PASSED = [TESTS / "fixtures" / f"{name}.mod" for name in ("adjuster", "relay", "watcher")]  # nothing to differentiate
FIXTURES = sorted(set((TESTS / "fixtures").glob("*.mod")) - set(PASSED))


@cache
def emitted(name: str, text: str) -> str:
    """The augmented mechanism of a text, which may include what is among the fixtures."""
    return compile_sources([Found(Source(str(TESTS / "fixtures" / name), text), name)]).files[name]


def whole(path: Path, text: str) -> str:
    """A text with what it includes in its place."""
    source = Source(str(path), text)
    one = inline(source, parse(source))
    assert one is not None
    return one.source.text


END = r"(?:\r\n?|\n)"  # of a line, on any system


def without_additions(text: str) -> str:
    """An augmented text with everything taken out that is marked as added."""
    text = text[: re.search(rf"[\r\n]: -+{END}: Added by nmodlgrad", text).start()]  # type: ignore[union-attr]
    text = re.sub(rf"VERBATIM  /\* nmodlgrad \*/{END}.*?ENDVERBATIM{END}", "", text, flags=re.S)
    call = rf"[ \t]*if \(ng_link != 0\) \{{  : nmodlgrad{END}VERBATIM{END}.*?ENDVERBATIM{END}[ \t]*\}}{END}"
    text = re.sub(call, "", text, flags=re.S)
    return re.sub(rf"[ \t]*[^\r\n]*  : nmodlgrad{END}", "", text)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_the_emitted_text_is_the_one_that_was_reviewed(path: Path, golden: Callable[[Path, str], None]) -> None:
    golden(TESTS / "golden" / path.name, emitted(path.name, path.read_text(encoding="latin-1")))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_without_the_marked_additions_it_is_the_original(path: Path) -> None:
    original = path.read_bytes().decode("latin-1")
    restored = without_additions(emitted(path.name, original))
    if path.stem == "parted":  # which includes another file
        original = whole(path, original)
    assert "".join(restored.split()) == "".join(original.split())
    if path.stem != "crowded":  # which has statements behind its SUFFIX: the line is broken between them
        assert restored == original


@pytest.mark.parametrize(
    ("path", "reads", "writes", "observes"),
    [
        (PASSED[0], ["wsyn"], ["wsyn"], False),
        (PASSED[1], [], [], False),
        (PASSED[2], ["there", "sum"], ["sum"], True),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else "",
)
def test_what_has_nothing_to_differentiate_is_written_as_it_is(
    path: Path, reads: list[str], writes: list[str], observes: bool
) -> None:
    text = path.read_text(encoding="latin-1")
    result = compile_sources([Found(Source(path.name, text), path.name)])
    assert result.files[path.name] == text
    (entry,) = result.manifest["passed"]
    assert (entry["name"], entry["file"]) == (path.stem, path.name)
    assert (entry["reads"], entry["writes"], entry["observes"]) == (reads, writes, observes)
    assert not result.manifest["mechanisms"]


NOTHING_TO_DIFFERENTIATE = {
    "functions for hoc": "NEURON { SUFFIX nothing }\nFUNCTION twice(x) { twice = 2*x }\n",
    "a watcher": "NEURON { POINT_PROCESS x RANGE n }\nASSIGNED { v n }\nINITIAL { net_send(0, 1) }\n"
    "NET_RECEIVE(w) { if (flag == 1) { WATCH (v > 0) 2 } else { n = n + 1 } }\n",
    "an artificial cell with C": "NEURON { ARTIFICIAL_CELL x }\nNET_RECEIVE(w) {\nVERBATIM\nENDVERBATIM\n}\n",
    "an artificial cell that keeps a Vector": "NEURON { ARTIFICIAL_CELL x BBCOREPOINTER p }\nASSIGNED { p }\n"
    "NET_RECEIVE(w) { next() }\nDESTRUCTOR {\nVERBATIM\n{ void *u = (void *) _p_p; }\nENDVERBATIM\n}\n"
    "PROCEDURE next() {\nVERBATIM\n{ void *u = (void *) (_p_p); }\nENDVERBATIM\n}\n",
    "a pointer that is read": "NEURON { SUFFIX x POINTER p RANGE q }\nASSIGNED { p q }\nBREAKPOINT { q = p }\n",
    "a pointer that is set": "NEURON { SUFFIX x POINTER p }\nASSIGNED { v p }\nBREAKPOINT { p = v }\n",
}


@pytest.mark.parametrize("text", NOTHING_TO_DIFFERENTIATE.values(), ids=NOTHING_TO_DIFFERENTIATE.keys())
def test_it_is_passed_through(text: str) -> None:
    assert emitted("x.mod", text) == text


REACHES_OUT = {
    "a variable of another mechanism": "NEURON { SUFFIX x EXTERNAL p }\nASSIGNED { v }\nBREAKPOINT { p = v }\n",
    "a pointer that C sets": "NEURON { ARTIFICIAL_CELL x POINTER p }\nASSIGNED { p }\n"
    "NET_RECEIVE(w) {\nVERBATIM\n*_p_p = 1;\nENDVERBATIM\n}\n",
    "a pointer that C sets by its name": "NEURON { ARTIFICIAL_CELL x POINTER p }\nASSIGNED { p }\n"
    "NET_RECEIVE(w) {\nVERBATIM\np += 1;\nENDVERBATIM\n}\n",
}


def test_what_sets_the_voltage_is_differentiated() -> None:
    text = "NEURON { POINT_PROCESS x }\nASSIGNED { v }\nNET_RECEIVE(w) { v = w }\n"
    assert "ng_receive" in emitted("x.mod", text)


@pytest.mark.parametrize("text", REACHES_OUT.values(), ids=REACHES_OUT.keys())
def test_what_reaches_into_other_mechanisms_is_not_passed_through(text: str) -> None:
    with pytest.raises(Refused):
        emitted("x.mod", text)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: text.replace("TITLE", "TITLE \xe9\xb5\xff"), id="latin-1"),
        pytest.param(
            lambda text: text.replace("{", "{   : a comment behind the brace\n").replace(
                "PARAMETER {   :", "PARAMETER { :"
            ),
            id="comments",
        ),
        pytest.param(lambda text: re.sub(r"[ \t]*\n[ \t]*", " \n", text), id="no-indentation"),
    ],
)
def test_every_byte_of_the_original_is_kept(change: Callable[[str], str]) -> None:
    original = change((TESTS / "fixtures" / "expsyn2.mod").read_text())
    text = emitted("expsyn2.mod", original)
    kept = iter(text)
    assert all(character in kept for character in original), "the original's characters, in their order"


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_the_line_ends_are_those_of_the_original(path: Path) -> None:
    original = path.read_text(encoding="latin-1")
    text = emitted(path.name, original.replace("\n", "\r\n"))
    assert text.count("\r") == text.count("\n") == text.count("\r\n")
    assert text.replace("\r\n", "\n") == emitted(path.name, original)


def test_statements_that_share_a_line_stay_apart() -> None:
    text = emitted(
        "dense.mod",
        "NEURON { SUFFIX dense NONSPECIFIC_CURRENT i RANGE g } PARAMETER { g = 1e-4 } STATE { m } ASSIGNED { v i }\n"
        "INITIAL { m = 0 } BREAKPOINT { SOLVE s METHOD cnexp i = g*m*v } DERIVATIVE s { m' = (v - m)/5 }\n",
    )
    for line in text.splitlines():
        assert ": nmodlgrad" not in line or line.endswith("  : nmodlgrad"), line


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    """The reviewed texts, and what was not reviewed, the same from sets that are gone through in another order."""

    def written(seed: str, *sources: str) -> dict[str, bytes]:
        folder = tmp_path / seed
        command = [sys.executable, "-m", "nmodlgrad", *sources, "hh", "Exp2Syn", "-o", str(folder)]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PYTHONHASHSEED": seed})
        return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}

    first, second = written("1", str(TESTS / "fixtures")), written("2", *map(str, FIXTURES[::4]))
    assert len(first) == len(FIXTURES) + len(PASSED) + 4
    for path in FIXTURES:
        reviewed = (TESTS / "golden" / path.name).read_text(encoding="latin-1")
        assert (tmp_path / "1" / path.name).read_text(
            encoding="latin-1"
        ) == reviewed  # but for the kind of its line ends
    assert len(second) == len(FIXTURES[::4]) + 4
    manifest = "nmodlgrad.json"
    assert all(text == first[name] for name, text in second.items() if name != manifest)
    everything, part = (json.loads(each[manifest])["mechanisms"] for each in (first, second))
    assert part == [each for each in everything if each["file"] in second]
    assert list(map(repr, part)) == [repr(each) for each in everything if each["file"] in second]
