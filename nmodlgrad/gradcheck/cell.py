"""The small cell that a mechanism is checked in, the same in both processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nmodlgrad.gradcheck import wiring
from nmodlgrad.runtime.ion_style import IonStyle

LEAK = "gradcheck_leak"


@dataclass(frozen=True)
class Knob:
    """A parameter of the mechanism and every object that has it."""

    name: str
    owners: Sequence[Any]
    weight: int | None = None

    def value(self) -> float:
        """The parameter's value, the same everywhere."""
        owner = self.owners[0]
        return float(owner.weight[self.weight] if self.weight is not None else wiring.get(owner, self.name))

    def set(self, value: float) -> None:
        """Set the parameter everywhere."""
        for owner in self.owners:
            if self.weight is not None:
                owner.weight[self.weight] = value
            else:
                wiring.put(owner, self.name, value)


@dataclass(frozen=True)
class Cell:
    """The cell, ready to run; `keep` is what NEURON would drop."""

    sections: Sequence[Any]
    knobs: Sequence[Knob]
    points: Sequence[Any]
    netcon: Any
    keep: Sequence[Any]

    @property
    def segments(self) -> list[Any]:
        """Where voltages are compared."""
        return [segment for section in self.sections for segment in section]


def build(h: Any, request: dict[str, Any]) -> Cell:
    """A soma and a dendrite with a leak and the mechanism, driven by pulses, a point process by events too.

    `request` has what the manifest says of the mechanism (`entry`), what its text says (`subject`), how it is to be
    put into the cell (`setting`), and the mechanisms that are inserted beside it (`beside`).
    """
    entry, setting, subject = request["entry"], request["setting"], request["subject"]
    h.load_file("stdrun.hoc")
    h.dt, h.steps_per_ms, h.celsius = setting["dt"], 1 / setting["dt"], setting["celsius"]
    soma, dend = h.Section(name="soma"), h.Section(name="dend")
    soma.L = soma.diam = 20
    dend.L, dend.diam, dend.nseg = 120, 2, 3
    dend.connect(soma(1))
    sections, points, keep, netcon = [soma, dend], [], [], None
    for section in sections:
        section.insert(LEAK)
        for name in [*request["beside"], *([] if entry["point_process"] else [entry["original"]])]:
            section.insert(name)
    for start, duration, amplitude in setting["drive"]:
        clamp = h.IClamp(soma(0.5))
        clamp.delay, clamp.dur, clamp.amp = start, duration, amplitude
        keep.append(clamp)
    if hasattr(h, f"usetable_{entry['original']}"):
        setattr(h, f"usetable_{entry['original']}", 0)  # across the edges of a table, differences are blunt
    if entry["point_process"]:
        points = [getattr(h, entry["original"])(dend(0.5))]
        netcon = _events(h, points[0], setting, subject, keep)
    segments = [segment for section in sections for segment in section]
    wiring.wire(h, request, segments, points, keep)
    knobs = list(_knobs(h, entry, segments, points, netcon))
    return Cell(sections, knobs, points, netcon, keep)


def _events(h: Any, point: Any, setting: dict[str, Any], subject: dict[str, Any], keep: list[Any]) -> Any:
    if not hasattr(point, "get_segment") or not subject["weight"]:
        return None
    source = h.NetStim()
    source.noise = 0
    for name, value in setting["events"].items():
        setattr(source, name, value)
    netcon = h.NetCon(source, point, 0, 1, subject["weight"])
    for place, value in enumerate(setting["weights"]):
        netcon.weight[place] = value
    keep += [source, netcon]
    return netcon


def _knobs(h: Any, entry: dict[str, Any], segments: list[Any], points: list[Any], netcon: Any) -> Iterator[Knob]:
    for parameter in entry["parameters"]:
        name, scope = parameter["name"], parameter["scope"]
        if name in entry["times_only"]:
            continue  # events come at constant times
        if scope == "global":
            yield Knob(wiring.suffixed(name, entry["original"]), [h])
        elif scope == "ion":
            ion = name[1:]
            reversal = name[0] == "e" and ion in entry["ions"]
            style = IonStyle.of(segments[0].sec, ion) if reversal else None
            if style is not None and not (style.follows or style.writes_potential):
                yield Knob(name, segments)
        elif scope == "range":
            if entry["point_process"]:
                yield Knob(name, points)
            else:
                yield Knob(wiring.suffixed(name, entry["original"]), segments)
    for place in entry["weights"].values() if netcon is not None else ():
        yield Knob(f"weight[{place}]" if place else "weight", [netcon], place)


def record(h: Any, cell: Cell, request: dict[str, Any], name: str) -> dict[str, Any]:
    """Vectors of every voltage, of every state and assigned variable of the mechanism, which is registered as `name`,
    and of all that its ions have."""
    vectors = {f"v {segment}": h.Vector().record(segment._ref_v) for segment in cell.segments}
    owners = cell.points if request["entry"]["point_process"] else cell.segments
    for kind in (2, 3):
        standard, found = h.MechanismStandard(name, kind), h.ref("")
        for i in range(int(standard.count())):
            size = int(standard.name(found, i))
            if "ng_" not in found[0][:3]:
                for owner in owners:
                    place = getattr(owner, f"_ref_{found[0]}")
                    if size == 1:
                        vectors[f"{found[0]} {owner}"] = h.Vector().record(place)
                    else:
                        for k in range(size):
                            vectors[f"{found[0]}[{k}] {owner}"] = h.Vector().record(place[k])
    for ion in request["entry"]["ions"]:
        for variable in (f"e{ion}", f"i{ion}", f"{ion}i", f"{ion}o"):
            for segment in cell.segments:
                if hasattr(segment, variable):
                    vectors[f"{variable} {segment}"] = h.Vector().record(getattr(segment, f"_ref_{variable}"))
    return vectors


def simulate(h: Any, setting: dict[str, Any]) -> None:
    """One run from rest."""
    h.finitialize(setting["v_init"])
    h.continuerun(setting["duration"])
