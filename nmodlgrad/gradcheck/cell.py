"""The small cell that a mechanism is checked in, the same in both processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

LEAK = "gradcheck_leak"
DURATION_MS, DT_MS, V_INIT_MV = 60.0, 0.025, -65.0
CELSIUS = 22.7  # no round number: at 24, say, many a q10 factor is 1 whatever q10 is
PULSES = ((2, 15, 0.12), (20, 12, 0.3), (36, 6, -0.1), (44, 10, 0.55))  # start, duration in ms, nA: -85 to about 30 mV


@dataclass(frozen=True)
class Knob:
    """A parameter of the mechanism and every object that has it."""

    name: str
    owners: Sequence[Any]

    def value(self) -> float:
        """The parameter's value, the same everywhere."""
        owner = self.owners[0]
        return float(owner.weight[0] if self.name == "weight" else getattr(owner, self.name))

    def set(self, value: float) -> None:
        """Set the parameter everywhere."""
        for owner in self.owners:
            if self.name == "weight":
                owner.weight[0] = value
            else:
                setattr(owner, self.name, value)


@dataclass(frozen=True)
class Cell:
    """The cell, ready to run; `keep` is what NEURON would drop."""

    sections: Sequence[Any]
    knobs: Sequence[Knob]
    points: Sequence[Any]
    keep: Sequence[Any]

    @property
    def segments(self) -> list[Any]:
        """Where voltages are compared."""
        return [segment for section in self.sections for segment in section]


def build(h: Any, entry: dict[str, Any]) -> Cell:
    """A soma and a dendrite with a leak and the mechanism, driven by pulses, a point process by events too.

    `entry` is what the manifest says of the mechanism.
    """
    h.load_file("stdrun.hoc")
    h.dt, h.steps_per_ms, h.celsius = DT_MS, 1 / DT_MS, CELSIUS
    soma, dend = h.Section(name="soma"), h.Section(name="dend")
    soma.L = soma.diam = 20
    dend.L, dend.diam, dend.nseg = 120, 2, 3
    dend.connect(soma(1))
    sections, points, keep = [soma, dend], [], []
    for section in sections:
        section.insert(LEAK)
        if not entry["point_process"]:
            section.insert(entry["original"])
    for start, duration, amplitude in PULSES:
        clamp = h.IClamp(soma(0.5))
        clamp.delay, clamp.dur, clamp.amp = start, duration, amplitude
        keep.append(clamp)
    if hasattr(h, f"usetable_{entry['original']}"):
        setattr(h, f"usetable_{entry['original']}", 0)  # across the edges of a table, differences are blunt
    if entry["point_process"]:
        points = [getattr(h, entry["original"])(dend(0.5))]
        source = h.NetStim()
        source.start, source.interval, source.number, source.noise = 5, 11, 5, 0
        keep += [source, h.NetCon(source, points[0], 0, 1, 0.004)]
    segments = [segment for section in sections for segment in section]
    knobs = list(_knobs(h, entry, segments, points, keep))
    return Cell(sections, knobs, points, keep)


def _knobs(h: Any, entry: dict[str, Any], segments: list[Any], points: list[Any], keep: list[Any]) -> Iterator[Knob]:
    for parameter in entry["parameters"]:
        name = parameter["name"]
        if parameter["scope"] == "pointer":
            continue
        if parameter["scope"] == "global":
            yield Knob(f"{name}_{entry['original']}", [h])
        elif parameter["scope"] == "ion":
            ion = name[1:]
            if name[0] == "e" and ion in entry["ions"] and not int(h.ion_style(f"{ion}_ion", sec=segments[0].sec)) & 96:
                yield Knob(name, segments)
        elif entry["point_process"]:
            yield Knob(name, points)
        else:
            yield Knob(f"{name}_{entry['original']}", segments)
    if entry["weight"]:
        yield Knob("weight", [keep[-1]])


def record(h: Any, cell: Cell, entry: dict[str, Any], name: str) -> dict[str, Any]:
    """Vectors of every voltage, and of every state and assigned variable of the mechanism, registered as `name`."""
    vectors = {f"v {segment}": h.Vector().record(segment._ref_v) for segment in cell.segments}
    owners = cell.points if entry["point_process"] else cell.segments
    for kind in (2, 3):
        standard, found = h.MechanismStandard(name, kind), h.ref("")
        for i in range(int(standard.count())):
            size = int(standard.name(found, i))
            if size == 1 and not found[0].startswith("ng_"):
                for owner in owners:
                    vectors[f"{found[0]} {owner}"] = h.Vector().record(getattr(owner, f"_ref_{found[0]}"))
    return vectors


def simulate(h: Any) -> None:
    """One run from rest."""
    h.finitialize(V_INIT_MV)
    h.continuerun(DURATION_MS)
