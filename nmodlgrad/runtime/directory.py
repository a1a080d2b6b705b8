"""What lies at an address: the variables of the running model, looked up for the POINTERs of its mechanisms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from neuron import h

from nmodlgrad.runtime.netcons import NetCons
from nmodlgrad.runtime.registry import Entry, Passed

_OF_EVERY_SEGMENT = ("capacitance", "morphology")  # cm and i_cap, diam
_PARAMETERS, _ASSIGNED, _STATES = 1, 2, 3  # as MechanismStandard numbers them


@dataclass(frozen=True)
class Pointee:
    """A variable: `kind` is the name of its mechanism, or v, weight or global; `point` its point process.

    `owner` is the NetCon of a weight. `given` tells that it is a PARAMETER that its mechanism leaves alone.
    """

    kind: str
    name: str
    segment: Any = None
    point: Any = None
    owner: Any = None
    given: bool = False

    def __str__(self) -> str:
        if self.kind == "v":
            return f"v of {self.segment}"
        if self.kind == "weight":
            return f"{self.name} of {self.owner}"
        where = f"{self.point} in {self.segment}" if self.point is not None else self.segment
        return f"{self.name} of {where}" if where is not None else self.name


@dataclass(frozen=True)
class Pointer:
    """A POINTER of an instance, the address that it holds, and what is there as a reference."""

    entry: Entry | Passed
    name: str
    segment: Any
    point: Any
    address: int
    reference: Any

    def __str__(self) -> str:
        where = f" in {self.segment}" if self.segment is not None else ""
        return f"{self.name} of {self.point or self.entry.original}{where}"


Address = Callable[[Any], float]
Holder = tuple[Entry | Passed, Any, Any]  # a mechanism, the segment and the point process in which it is


def pointers(holders: Iterable[Holder], address: Address) -> Iterator[Pointer]:
    """Every POINTER of these that is set; one that is not is left to NEURON, which refuses to run."""
    for entry, segment, point in holders:
        for name in entry.pointers:
            holder = point if point is not None else getattr(segment, entry.name, None)
            reference = getattr(holder, f"_ref_{name}", None)
            if reference is not None and (place := address_of(reference, address)):
                yield Pointer(entry, name, segment, point, place, reference)


def holders(entry: Entry | Passed) -> Iterator[Holder]:
    """Every instance of a mechanism in the model; an ARTIFICIAL_CELL is nowhere."""
    if entry.point_process:
        for point in h.List(entry.name):
            yield entry, point.get_segment() if point.has_loc() else None, point
    else:
        for section in h.allsec():
            if section.has_membrane(entry.name):
                yield from ((entry, segment, None) for segment in section)


def settle(root: Any) -> None:
    """Let NEURON arrange its nodes now, as it does when it is asked for one: addresses stay until the model changes."""
    root(0)._ref_v  # noqa: B018


def address_of(reference: Any, address: Address) -> int:
    """Where a reference points to; 0 when it was not made to point at anything, or that is gone."""
    try:
        return int(address(reference))
    except RuntimeError:
        return 0


class Directory:
    """The variables of the model by address, as long as NEURON's structure stays what it is.

    A model has many, and a POINTER seldom points far: they are looked up section by section, from where it is.
    """

    def __init__(self, entries: Iterable[Entry], address: Address) -> None:
        self._entries, self._address = list(entries), address
        self._computed = {entry.name: frozenset(entry.assigned) for entry in self._entries}
        self._known: dict[int, Pointee] = {}
        self._explored: set[Any] = set()

    def find(self, address: int, near: Any = None) -> Pointee | None:
        """What lies there, or None: memory that belongs to no mechanism, such as an element of a Vector.

        `near` is a segment to begin at.
        """
        if near is not None:
            self.explore([near.sec])
        if address not in self._known and near is not None:
            self.explore(near.sec.wholetree())
        if address not in self._known:
            self.explore(h.allsec())
        if address not in self._known and None not in self._explored:
            self._explored.add(None)
            self._add(_elsewhere(self._entries))
        return self._known.get(address)

    def known(self, address: int) -> Pointee | None:
        """What lies there, if that is in a section that was explored."""
        return self._known.get(address)

    def explore(self, sections: Iterable[Any]) -> None:
        """Look up what is in these."""
        for section in sections:
            if section not in self._explored:
                self._explored.add(section)
                self._add(_of_section(section, self._computed))

    def _add(self, found: Iterable[tuple[Pointee, Any]]) -> None:
        for pointee, reference in found:
            self._known.setdefault(int(self._address(reference)), pointee)


def _of_section(section: Any, computed: Mapping[str, frozenset[str]]) -> Iterator[tuple[Pointee, Any]]:
    nothing: frozenset[str] = frozenset()
    for segment in section.allseg():
        yield Pointee("v", "v", segment), segment._ref_v
    for segment in section:
        for kind in _OF_EVERY_SEGMENT:
            yield from _variables(segment, kind, nothing, segment, None)
        for mechanism in segment:
            name = str(mechanism.name())
            yield from _variables(mechanism, name, computed.get(name, nothing), segment, None)
    for segment in section.allseg():
        for point in segment.point_processes():
            name = str(point.hname()).split("[")[0]
            yield from _variables(point, name, computed.get(name, nothing), segment, point)


def _elsewhere(entries: Iterable[Entry]) -> Iterator[tuple[Pointee, Any]]:
    """GLOBALs and weights."""
    for entry in entries:
        for name in entry.globals:
            if hasattr(h, f"{name}_{entry.name}"):
                label = f"{name}_{entry.original}"
                yield Pointee("global", label, given=True), getattr(h, f"_ref_{name}_{entry.name}")
    for netcon in NetCons().all:
        for number in range(int(netcon.wcnt())):
            yield Pointee("weight", f"weight[{number}]", owner=netcon), netcon._ref_weight[number]


def _variables(
    holder: Any, kind: str, computed: frozenset[str], segment: Any, point: Any
) -> Iterator[tuple[Pointee, Any]]:
    for name, size, parameter in _names(kind):
        given = parameter and name not in computed
        reference = getattr(holder, f"_ref_{name}", None)
        if reference is None:
            continue
        for i in range(size):
            label = name if size == 1 else f"{name}[{i}]"
            yield Pointee(kind, label, segment, point, given=given), reference if size == 1 else reference[i]


def variables_of(mechanism: str) -> Iterator[str]:
    """The RANGE variables of a mechanism that has no arrays: parameters, what it computes, and states."""
    return (name for name, _, _ in _names(mechanism))


@cache
def _names(mechanism: str) -> tuple[tuple[str, int, bool], ...]:
    """RANGE variables of a mechanism: name, number of elements, whether it is a PARAMETER."""
    found = []
    suffix = "" if mechanism.endswith("_ion") else f"_{mechanism}"
    text = h.ref("")
    for kind in (_PARAMETERS, _ASSIGNED, _STATES):
        standard = h.MechanismStandard(mechanism, kind)
        for i in range(int(standard.count())):
            size = int(standard.name(text, i))
            found.append((str(text[0]).removesuffix(suffix), size, kind == _PARAMETERS))
    return tuple(found)
