"""What lies at an address: the variables of the running model, looked up for the POINTERs of its mechanisms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from neuron import h

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


def pointers(entries: Iterable[Entry | Passed], address: Address) -> Iterator[Pointer]:
    """Every POINTER in the model that is set; one that is not is left to NEURON, which refuses to run."""
    for entry in entries:
        if not entry.pointers:
            continue
        for segment, point in _instances(entry):
            for name in entry.pointers:
                reference = getattr(point if point is not None else getattr(segment, entry.name), f"_ref_{name}", None)
                if reference is not None and (place := address_of(reference, address)):
                    yield Pointer(entry, name, segment, point, place, reference)


def _instances(entry: Entry | Passed) -> Iterator[tuple[Any, Any]]:
    if entry.point_process:
        points = h.List(entry.name)
        for i in range(int(points.count())):
            point = points.object(i)
            yield point.get_segment() if point.has_loc() else None, point  # an ARTIFICIAL_CELL is nowhere
    else:
        for section in h.allsec():
            if section.has_membrane(entry.name):
                yield from ((segment, None) for segment in section)


def address_of(reference: Any, address: Address) -> int:
    """Where a reference points to; 0 when it was not made to point at anything, or that is gone."""
    try:
        return int(address(reference))
    except RuntimeError:
        return 0


class Directory:
    """The variables of the model by address, as long as NEURON's structure stays what it is."""

    def __init__(self, entries: Iterable[Entry], address: Address) -> None:
        self._entries, self._address = list(entries), address
        self._voltages = {self._at(s._ref_v): s for section in h.allsec() for s in section.allseg()}
        self._variables: dict[int, Pointee] | None = None

    def find(self, address: int) -> Pointee | None:
        """What lies there, or None: memory that belongs to no mechanism, such as an element of a Vector."""
        if address in self._voltages:
            return Pointee("v", "v", self._voltages[address])
        if self._variables is None:  # seldom needed, and there are many
            self._variables = {self._at(reference): pointee for pointee, reference in self._all()}
        return self._variables.get(address)

    def _at(self, reference: Any) -> int:
        return int(self._address(reference))

    def _all(self) -> Iterator[tuple[Pointee, Any]]:
        computed = {entry.name: frozenset(entry.assigned) for entry in self._entries}
        nothing: frozenset[str] = frozenset()
        for section in h.allsec():
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
        for entry in self._entries:
            for name in entry.globals:
                if hasattr(h, f"{name}_{entry.name}"):
                    label = f"{name}_{entry.original}"
                    yield Pointee("global", label, given=True), getattr(h, f"_ref_{name}_{entry.name}")
        netcons = h.List("NetCon")
        for i in range(int(netcons.count())):
            netcon = netcons.object(i)
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
