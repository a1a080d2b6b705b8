"""Sections, segments and point processes of a cell, and numbers for them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Protocol

from neuron import h


def root_of(section: Any) -> Any:
    """The root section of the cell that a section belongs to."""
    while (parent := section.parentseg()) is not None:
        section = parent.sec
    return section


def sections_of(root: Any) -> list[Any]:
    """The sections of a cell, given any of them."""
    return list(root.wholetree())


def points_of(sections: Iterable[Any]) -> list[Any]:
    """The point processes on a cell's nodes, those at the ends of sections included."""
    found = {p.hname(): p for section in sections for segment in section.allseg() for p in segment.point_processes()}
    return list(found.values())


def place(segment: Any) -> tuple[Any, float]:
    """Section and centre of a segment, whatever x inside it was given; the ends 0 and 1 are nodes of their own."""
    section, x = segment.sec, float(segment.x)
    if x in (0.0, 1.0):
        return section, x
    return section, (int(x * section.nseg) + 0.5) / section.nseg


def key_of(mechanism: str, segment: Any, point: Any = None) -> tuple[Any, ...]:
    """Equal for what is the same instance: a point process, or a density mechanism in a segment."""
    return (point.hname(),) if point is not None else (mechanism, *place(segment))


def is_deleted(given: Any) -> bool:
    """Whether it is a section that was deleted, something in one, or a point process that is nowhere any more."""
    try:  # of what is gone, NEURON lets nothing be asked
        return hasattr(given, "has_loc") and not given.has_loc()
    except ReferenceError:
        return True


def is_artificial(given: Any) -> bool:
    """Whether it is an ARTIFICIAL_CELL, which is in no section."""
    return hasattr(given, "hname") and hasattr(given, "has_loc") and _is_artificial(kind_of(given))


@cache
def _is_artificial(kind: str) -> bool:
    kinds = h.MechanismType(1)
    kinds.select(kind)
    return bool(kinds.is_artificial(int(kinds.selected())))


def kind_of(point: Any) -> str:
    """The name of a point process's mechanism, or of another object's class."""
    return str(point.hname()).split("[")[0]


class Numbering(Protocol):
    """Numbers for places, whatever these are: equal ones for what is the same."""

    def number(self, place: Any) -> int:
        """The number of a place; a new one if it has none."""
        ...

    def find(self, place: Any) -> int:
        """The number of a place; -1 if it has none."""
        ...

    def place(self, number: int) -> Any:
        """The place of a number."""
        ...


class Segments:
    """Numbers for the segments of sections; those of one section follow each other."""

    def __init__(self) -> None:
        self._first: dict[Any, int] = {}
        self._sections: list[Any] = []
        self._starts = [0]  # the number of the first segment of each section, and one past the last

    def number(self, place: Any) -> int:
        """The number of a segment that has a membrane."""
        section = place.sec
        if section not in self._first:
            self._first[section] = self._starts[-1]
            self._sections.append(section)
            self._starts.append(self._starts[-1] + int(section.nseg))
        return self.find(place)

    def find(self, place: Any) -> int:
        """The number of a segment; -1 if it has none."""
        section = place.sec
        first = self._first.get(section)
        return -1 if first is None else first + min(int(place.x * section.nseg), int(section.nseg) - 1)

    def place(self, number: int) -> Any:
        """The segment, as it was when its section was first seen."""
        at = bisect_right(self._starts, number) - 1
        start, end = self._starts[at : at + 2]
        return self._sections[at]((number - start + 0.5) / (end - start))


class Objects:
    """Numbers for other things, which a key tells apart."""

    def __init__(self, key: Callable[[Any], Any]) -> None:
        self._key, self._numbers, self._places = key, dict[Any, int](), list[Any]()

    def number(self, place: Any) -> int:
        """The number of a place."""
        number = self._numbers.setdefault(self._key(place), len(self._places))
        if number == len(self._places):
            self._places.append(place)
        return number

    def find(self, place: Any) -> int:
        """The number of a place; -1 if it has none."""
        return int(self._numbers.get(self._key(place), -1))

    def place(self, number: int) -> Any:
        """The place of a number."""
        return self._places[number]
