"""Which augmented mechanisms NEURON has loaded in this process, with their manifest entries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neuron import h

from nmodlgrad.compiler import MANIFEST
from nmodlgrad.runtime.errors import CannotCarry


@dataclass(frozen=True)
class SeedParameter:
    """What a derivative is carried along.

    `scope` is range, global or celsius; for what others compute it is ion, pointer or geometry.
    """

    name: str
    unit: str
    scope: str


@dataclass(frozen=True)
class Entry:
    """What the manifest says of a mechanism; see ``nmodlgrad.calculus.tangent.TangentMechanism`` for the words.

    A `shadow` takes the derivatives of a built-in point process that goes on working beside it.
    """

    name: str
    original: str
    point_process: bool
    shadow: bool
    carried: tuple[str, ...]
    current_carried: int
    parameters: tuple[SeedParameter, ...]
    current_parameters: int
    arguments: tuple[str, ...]
    weights: dict[str, int]
    flow_length: int
    watches: bool
    times_only: tuple[str, ...]
    sends: bool
    sent_by: tuple[str, ...]
    passed_by: tuple[str, ...]
    unpassed: str
    moments: tuple[str, ...]
    kept_arguments: tuple[str, ...]
    unmoved: str
    resting: tuple[str, ...]
    linear: bool
    electrode: bool
    ions: tuple[str, ...]
    concentrations: tuple[str, ...]
    reversals: tuple[str, ...]
    ion_currents: tuple[str, ...]
    observables: tuple[str, ...]
    initial_inputs: tuple[str, ...]
    range_parameters: tuple[str, ...]
    globals: tuple[str, ...]
    ion_inputs: tuple[str, ...]
    pointers: tuple[str, ...]
    assigned: tuple[str, ...]
    left: tuple[str, ...]
    geometry: tuple[str, ...]
    excluded: dict[str, str]
    without_temperature: str

    @property
    def record_length(self) -> int:
        """Length of the record of a variable that the current phase computes: partial derivatives, by v the last."""
        return self.current_carried + self.current_parameters + 1

    @property
    def swapped(self) -> bool:
        """Whether it stands in for a mechanism whose name is taken."""
        return self.name != self.original and not self.shadow

    @classmethod
    def from_manifest(cls, data: dict[str, Any]) -> Entry:
        """The entry from the manifest's data."""
        return cls(
            name=data["name"],
            original=data["original"],
            point_process=data["point_process"],
            shadow=data["shadow"],
            carried=tuple(data["carried"]),
            current_carried=data["current_carried"],
            parameters=tuple(SeedParameter(**p) for p in data["parameters"]),
            current_parameters=data["current_parameters"],
            arguments=tuple(data["arguments"]),
            weights=data["weights"],
            flow_length=data["flow_length"],
            watches=data["watches"],
            times_only=tuple(data["times_only"]),
            sends=data["sends"],
            sent_by=tuple(data["sent_by"]),
            passed_by=tuple(data["passed_by"]),
            unpassed=data["unpassed"],
            moments=tuple(data["moments"]),
            kept_arguments=tuple(data["kept_arguments"]),
            unmoved=data["unmoved"],
            resting=tuple(data["resting"]),
            linear=data["linear"],
            electrode=data["electrode"],
            ions=tuple(data["ions"]),
            concentrations=tuple(data["concentrations"]),
            reversals=tuple(data["reversals"]),
            ion_currents=tuple(data["ion_currents"]),
            observables=tuple(data["observables"]),
            initial_inputs=tuple(data["initial_inputs"]),
            range_parameters=tuple(data["range_parameters"]),
            globals=tuple(data["globals"]),
            ion_inputs=tuple(data["ion_inputs"]),
            pointers=tuple(data["pointers"]),
            assigned=tuple(data["assigned"]),
            left=tuple(data["left"]),
            geometry=tuple(data["geometry"]),
            excluded=data["excluded"],
            without_temperature=data["without_temperature"],
        )


@dataclass(frozen=True)
class Passed:
    """A mechanism that was passed through, and the POINTERs by which it reads and writes what belongs to others.

    `observes` tells that it reads voltages or ions too.
    """

    name: str
    point_process: bool
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    observes: bool
    geometry: tuple[str, ...]

    @property
    def original(self) -> str:
        """Its name: there is no other form of it."""
        return self.name

    @property
    def pointers(self) -> tuple[str, ...]:
        """The POINTERs that matter."""
        return tuple(dict.fromkeys((*self.reads, *self.writes)))


@dataclass(frozen=True)
class MechanismType:
    """A mechanism type of the running NEURON."""

    name: str
    number: int
    point_process: bool
    file: str


_loaded: dict[str, Entry] = {}  # by original name
_passed: dict[str, Passed] = {}


def add(manifest: dict[str, Any]) -> None:
    """Remember the mechanisms of a manifest whose library NEURON has loaded."""
    for data in manifest["mechanisms"]:
        entry = Entry.from_manifest(data)
        _loaded[entry.original] = entry
    for data in manifest.get("passed", ()):
        _passed[data["name"]] = Passed(
            name=data["name"],
            point_process=data["point_process"],
            reads=tuple(data["reads"]),
            writes=tuple(data["writes"]),
            observes=data["observes"],
            geometry=tuple(data["geometry"]),
        )


def passed() -> dict[str, Passed]:
    """Every mechanism that was passed through, as `entries` has found them."""
    return dict(_passed)


def entries() -> dict[str, Entry]:
    """Every augmented mechanism in this process, by the original's name.

    Mechanisms that were compiled by hand are found through the manifest beside their source.
    """
    if not hasattr(h, "nmodlgrad_cable"):
        return {}
    known = {entry.name for entry in _loaded.values()} | _passed.keys()
    present = types()
    for folder in {Path(t.file).parent for t in present.values() if t.file and t.name not in known}:
        manifest = folder / MANIFEST
        if manifest.is_file():
            data = json.loads(manifest.read_text())
            fresh = present.keys() - known
            add({kind: [m for m in data[kind] if m["name"] in fresh] for kind in ("mechanisms", "passed")})
    return dict(_loaded)


def types() -> dict[str, MechanismType]:
    """Every mechanism type by name."""
    found = {}
    name = h.ref("")
    for kind in (0, 1):
        mechanism_type = h.MechanismType(kind)
        for i in range(int(mechanism_type.count())):
            mechanism_type.select(i)
            mechanism_type.selected(name)
            found[name[0]] = MechanismType(
                name[0], int(mechanism_type.internal_type()), bool(kind), str(mechanism_type.file() or "")
            )
    return found


def remedy(original: str) -> str:
    """What to do about a mechanism that was not translated."""
    if original in ("VClamp", "OClamp"):
        return "NEURON ships no source of it; a SEClamp can be carried"
    return f"nmodlgrad.load({original!r}, ...) does that, before the model runs"


def require(original: str) -> Entry:
    """The augmented form of a mechanism.

    Raises
    ------
    CannotCarry
        when it was not translated and loaded.
    """
    entry = entries().get(original)
    if original in _passed:
        raise CannotCarry(f"the mechanism {original} was passed through: no derivative is carried along its parameters")
    if entry is None and any(one.name == original for one in entries().values()):
        raise CannotCarry(
            f"{original} stands in for a point process that another Sensitivity carries: close() that one first"
        )
    if entry is None:
        raise CannotCarry(f"the mechanism {original} was not translated: {remedy(original)}")
    return entry
