"""What a problem's TOML file may say: each key, what is expected of it, and on which line it is when it is wrong."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

from nmodlgrad.diagnostics import NmodlGradError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Place = tuple[str | int, ...]  # of a value: keys, and numbers in arrays of tables


class BadProblem(NmodlGradError):
    """A problem's file says something that means nothing; the message gives the line and the key."""


@dataclass(frozen=True)
class Value:
    """A key with a value of some kind."""

    meaning: str
    good: Callable[[Any], bool]
    required: bool = False


@dataclass(frozen=True)
class Table:
    """A key with a table: of keys that are known, or `each` of any name."""

    keys: Mapping[str, Any] = field(default_factory=dict)
    each: Any = None
    required: bool = False


@dataclass(frozen=True)
class Tables:
    """A key with an array of tables, ``[[...]]``."""

    table: Table
    required: bool = False


def _number(x: Any) -> bool:
    return isinstance(x, int | float) and not isinstance(x, bool) and math.isfinite(x)


def _bound(x: Any) -> bool:
    return isinstance(x, int | float) and not isinstance(x, bool) and not math.isnan(x)


def _several(kind: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda x: isinstance(x, list) and bool(x) and all(map(kind, x))


def _text(x: Any) -> bool:
    return isinstance(x, str) and bool(x)


def number(required: bool = False) -> Value:
    """Any finite number."""
    return Value("a number", _number, required)


def positive(meaning: str = "a number above 0", required: bool = False) -> Value:
    """A finite number above 0."""
    return Value(meaning, lambda x: _number(x) and x > 0, required)


def text(meaning: str = "a text", required: bool = False) -> Value:
    """Text that is not empty."""
    return Value(meaning, _text, required)


def one_of(*names: str, required: bool = False) -> Value:
    """One of these words."""
    return Value("one of " + ", ".join(names), lambda x: x in names, required)


def _texts(meaning: str, required: bool = False) -> Value:
    return Value(meaning, lambda x: _text(x) or _several(_text)(x), required)


SEGMENT = re.compile(r"(?P<section>[^()\s]+)\((?P<x>\d+\.?\d*|\.\d+)\)")
_PATTERNS = 'names of sections, as "soma" or ["dend*", "apic[3]"]'
_SEGMENT = Value('a segment, as "soma(0.5)"', lambda x: _text(x) and SEGMENT.fullmatch(x) is not None)
_WINDOW = Value("two times in ms, the earlier one first", lambda x: _several(_bound)(x) and len(x) == 2 and x[0] < x[1])
_COUNT = Value("a whole number above 0", lambda x: isinstance(x, int) and not isinstance(x, bool) and x > 0)

FEATURES = ("mean", "variance", "peak", "trough", "after-hyperpolarisation", "rate")
LOSSES = ("squared-error", *FEATURES, "spike-times")

_COLUMN = Value("the name of a column, or its number", lambda x: _text(x) or (isinstance(x, int) and x >= 0))
DATA = Table(
    {
        "file": text("the name of a file", required=True),
        "values": _COLUMN,
        "times": _COLUMN,
        "unit": text("a unit"),
        "time_unit": text("a unit"),
        "every": positive("a time in ms"),
        "shift": number(),
        "resample": positive("a time in ms"),
    }
)
LOSS = Table(
    {
        "kind": one_of(*LOSSES, required=True),
        "at": replace(_SEGMENT, required=True),
        "variable": text("the name of a variable"),
        "weight": Value("a number from 0 on", lambda x: _number(x) and x >= 0),
        "window": _WINDOW,
        "scale": positive(),
        "data": DATA,
        "target": Value("a number, or times in ms", lambda x: _number(x) or x == [] or _several(_number)(x)),
        "threshold": number(),
        "softness": positive(),
        "unmatched": positive(),
    }
)
CLAMP = Table(
    {
        "at": replace(_SEGMENT, required=True),
        "delay": number(True),
        "dur": positive("a time in ms", True),
        "amp": number(True),
    }
)
PROTOCOL = Table(
    {
        "name": text(required=True),
        "duration": positive("a time in ms", required=True),
        "clamp": Tables(CLAMP),
        "loss": Tables(LOSS, required=True),
    }
)
PARAMETER = Table(
    {
        "name": text("the name of a parameter, as in hoc", required=True),
        "sections": _texts(_PATTERNS),
        "segments": _texts('segments, as "soma(0.5)"'),
        "start": number(),
        "bounds": Value(
            "two numbers, the lower one first; inf and -inf are numbers",
            lambda x: _several(_bound)(x) and len(x) == 2 and x[0] < x[1],
        ),
        "transform": one_of("identity", "log", "softplus", "logit"),
        "scale": number(),
        "label": text(),
    }
)
SECTION = Table(
    {"L": positive(required=True), "diam": positive(required=True), "nseg": _COUNT, "parent": _SEGMENT}
    | {"Ra": positive(), "cm": positive()}
)
CELL = Table(
    {
        "sections": Table(each=SECTION),
        "swc": text("the name of a file"),
        "hoc": text("the name of a file"),
        "template": text("the name of a template"),
        "python": Value(
            'a file and a function in it, as "cell.py:build"', lambda x: _text(x) and x.count(":") == 1 and x[-1] != ":"
        ),
        "segment_length": positive("a length in um"),
        "insert": Table(each=_texts(_PATTERNS)),
        "set": Tables(
            Table({"name": text(required=True), "value": number(True), "sections": _texts(_PATTERNS, required=True)})
        ),
    },
    required=True,
)
OPTIMISER = Table(
    {
        "kind": one_of("adam", "polyak", "l-bfgs-b", "gauss-newton"),
        "steps": _COUNT,
        "rate": positive(),
        "tolerance": positive(),
        "clip": positive(),
        "beta": number(),
        "momentum": number(),
    }
)
PROBLEM = Table(
    {
        "load": _texts("names of mechanisms, .mod files and folders"),
        "celsius": number(),
        "v_init": number(),
        "dt": positive("a time in ms"),
        "cell": CELL,
        "parameter": Tables(PARAMETER, required=True),
        "protocol": Tables(PROTOCOL, required=True),
        "optimiser": OPTIMISER,
    }
)


@dataclass(frozen=True)
class Document:
    """A file that has been read and is of the right form."""

    path: Path
    text: str
    data: Mapping[str, Any]
    lines: Mapping[Place, int]

    def refuse(self, place: Place, message: str) -> NoReturn:
        """Say what is wrong, and where."""
        known = [place[:k] for k in range(len(place), 0, -1) if place[:k] in self.lines]
        line = f":{self.lines[known[0]]}" if known else ""
        where = _named(place)
        raise BadProblem(f"{self.path}{line}: {where}{': ' if where else ''}{message}")


def read(path: Path) -> Document:
    """Read a file and check its form.

    Raises
    ------
    BadProblem
        for a file that can not be read, is no TOML, or has a key or a value that means nothing.
    """
    try:
        written = path.read_text(encoding="utf-8")
        data = tomllib.loads(written)
    except (OSError, ValueError) as error:
        raise BadProblem(f"{path}: {error}") from None
    document = Document(path, written, data, _lines(written))
    _check(document, data, PROBLEM, ())
    return document


def _check(document: Document, given: Any, expected: Any, place: Place) -> None:
    match expected:
        case Value():
            if not expected.good(given):
                document.refuse(place, f"{expected.meaning} is expected, not {given!r}")
        case Tables():
            if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
                document.refuse(place, f"tables are expected, each after a line [[{'.'.join(_words(place))}]]")
            for number_, each in enumerate(given):
                _check(document, each, expected.table, (*place, number_))
        case Table():
            if not isinstance(given, dict):
                document.refuse(place, f"a table is expected, not {given!r}")
            for key, value in given.items():
                if expected.each is None and key not in expected.keys:
                    document.refuse((*place, key), f"means nothing here; there are {', '.join(expected.keys)}")
                _check(document, value, expected.each or expected.keys[key], (*place, key))
            for key, wanted in expected.keys.items():
                if _wanted(wanted) and key not in given:
                    document.refuse(place, f"{key} is missing")


def _wanted(expected: Any) -> bool:
    """Whether a key has to be there."""
    return bool(getattr(expected, "required", False))


def _words(place: Place) -> list[str]:
    return [part for part in place if isinstance(part, str)]


def _named(place: Place) -> str:
    """A place in words: ``protocol 2, loss 1, scale``, the numbers counted from 1."""
    words: list[str] = []
    for part in place:
        if isinstance(part, int):
            words[-1] += f" {part + 1}"
        else:
            words.append(part)
    return ", ".join(words)


_HEADER = re.compile(r"\s*(?P<open>\[\[?)\s*(?P<keys>[^\[\]]+?|(?:[^\[\]\"']|\"[^\"]*\"|'[^']*')+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"\s*(?P<keys>(?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([\w-]+)")


def _lines(written: str) -> dict[Place, int]:
    """The line of each header and each key at the beginning of a line, by its place."""
    found: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    here: Place = ()
    for number_, line in enumerate(written.splitlines(), 1):
        if header := _HEADER.fullmatch(line):
            here = ()
            keys = _parts(header["keys"])
            for k, key in enumerate(keys):
                here = (*here, key)
                if k == len(keys) - 1 and header["open"] == "[[":
                    counts[here] = counts.get(here, -1) + 1
                    found.setdefault(here, number_)
                if here in counts:
                    here = (*here, counts[here])
            found[here] = number_
        elif key_line := _KEY.match(line):
            place = here
            for key in _parts(key_line["keys"]):
                place = (*place, key)
                found.setdefault(place, number_)
    return found


def _parts(keys: str) -> list[str]:
    return ["".join(groups) for groups in _PART.findall(keys)]
