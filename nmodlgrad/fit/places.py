"""Sections and segments of the model, by the names that a description gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from neuron import h

from nmodlgrad.fit.schema import SEGMENT, Document, Place


class Places:
    """Sections and segments by name: whole, without their cell, and without their number."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def sections(self, patterns: str | Sequence[str], place: Place) -> list[Any]:
        """All sections of these names, each once; `place` is where the file has them."""
        found = []
        for pattern in listed(patterns):
            matching = [s for s in h.allsec() if any(_matches(name, pattern) for name in _names(s))]
            if not matching:
                names = ", ".join(s.name() for s in h.allsec())
                self._document.refuse(place, f"no section is called {pattern!r}; there are {names or 'none'}")
            found += [section for section in matching if section not in found]
        return found

    def segment(self, name: str, place: Place) -> Any:
        """The segment of a name such as ``soma(0.5)``."""
        section, x = parsed(name)
        found = self.sections(section, place)
        if len(found) > 1 or not 0 <= x <= 1:
            which = f"{len(found)} sections are called {section!r}" if len(found) > 1 else f"{x} is not from 0 to 1"
            self._document.refuse(place, f"one segment is asked for, but {which}")
        return found[0](x)


def _names(section: Any) -> Iterable[str]:
    whole = section.name()
    short = whole.rpartition(".")[2]
    return whole, short, re.sub(r"\[\d+\]$", "", short)


def _matches(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def parsed(segment: str) -> tuple[str, float]:
    """The two parts of ``soma(0.5)``."""
    found = SEGMENT.fullmatch(segment)
    assert found is not None
    return found["section"], float(found["x"])


def listed(given: str | Sequence[str]) -> list[str]:
    """One name, or several."""
    return [given] if isinstance(given, str) else list(given)
