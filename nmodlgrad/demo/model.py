"""The cell of the demonstration and its directions, built from the original names of its mechanisms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MECHANISMS = ("hh", "pas", "ExpSyn")
DURATION_MS, DT_MS, V_INIT_MV = 50.0, 0.025, -65.0

# name: (length and diameter in um, segments, parent and place there, where the picture lets it point)
SHAPES = {
    "soma": (22, 22, 1, None, (0, 1)),
    "apical": (250, 3, 9, ("soma", 1), (0, 1)),
    "left": (150, 1.2, 5, ("apical", 1), (-0.6, 0.8)),
    "right": (110, 1, 5, ("apical", 1), (0.7, 0.7)),
    "near": (130, 1.6, 5, ("soma", 0), (-0.8, -0.6)),
    "far": (180, 1.4, 7, ("soma", 0), (0.6, -0.8)),
}
EXCITABLE = ("soma", "apical")


@dataclass(frozen=True)
class Direction:
    """One direction: what to call it, the unit of its derivative, and the arguments of ``nmodlgrad.Parameter``."""

    label: str
    unit: str
    name: str
    segments: Sequence[Any] | None = None
    of: Any = None
    scale: float = 1.0


@dataclass(frozen=True)
class Model:
    """The cell, ready to run: segments (the soma's first), directions, and what NEURON would drop."""

    segments: Sequence[Any]
    directions: Sequence[Direction]
    keep: Sequence[Any]


def build(h: Any) -> Model:
    """A soma with an excitable apical dendrite that ends in a tuft, and two basal dendrites; driven in two places."""
    h.load_file("stdrun.hoc")
    h.dt, h.steps_per_ms, h.celsius = DT_MS, 1 / DT_MS, 6.3
    if hasattr(h, "usetable_hh"):  # NEURON 8 has none
        h.usetable_hh = 0
    sections: dict[str, Any] = {}
    for name, (length, diameter, count, parent, _) in SHAPES.items():
        section = sections[name] = h.Section(name=name)
        section.L, section.diam, section.nseg, section.Ra = length, diameter, count, 120
        section.insert("hh" if name in EXCITABLE else "pas")
        if parent is not None:
            section.connect(sections[parent[0]](parent[1]))
    excitable = [segment for name in EXCITABLE for segment in sections[name]]
    passive = [segment for name in SHAPES if name not in EXCITABLE for segment in sections[name]]
    for segment in passive:
        segment.pas.g, segment.pas.e = 1e-4, -66
    electrode, synapse, stimulus = h.IClamp(sections["soma"](0.5)), h.ExpSyn(sections["left"](0.7)), h.NetStim()
    electrode.delay, electrode.dur, electrode.amp = 30, 3, 1.5
    synapse.tau = 3
    stimulus.start, stimulus.interval, stimulus.number, stimulus.noise = 2, 8, 3, 0
    connection = h.NetCon(stimulus, synapse, 0, 1, 0.005)
    directions = [
        Direction("gnabar_hh, soma and apical", "mV / (S/cm2)", "gnabar_hh", excitable),
        Direction("gkbar_hh, apical(0.5) only", "mV / (S/cm2)", "gkbar_hh", [sections["apical"](0.5)]),
        Direction("g_pas, 4 dendrites, per 1 %", "mV / %", "g_pas", passive, scale=1e-6),
        Direction("ena, soma and apical", "mV / mV", "ena", excitable),
        Direction("tau of the synapse", "mV / ms", "tau", of=synapse),
        Direction("weight of its NetCon", "mV / uS", "weight", of=connection),
    ]
    return Model([*excitable, *passive], directions, [electrode, stimulus])


def simulate(h: Any) -> None:
    """One run from rest."""
    h.finitialize(V_INIT_MV)
    h.continuerun(DURATION_MS)
