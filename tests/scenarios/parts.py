"""What scenarios are built of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

TABLED_MS = 10.0
"""How long a scenario with a table runs."""


def section(h: Any, name: str, length_um: float, diam_um: float, nseg: int = 1) -> Any:
    """A cylinder."""
    new = h.Section(name=name)
    new.L, new.diam, new.nseg = length_um, diam_um, nseg
    new.Ra = 120
    return new


def tapered(h: Any, name: str, points: Sequence[tuple[float, float]], nseg: int) -> Any:
    """A section of three-dimensional points, each a distance along the section and a diameter."""
    new = h.Section(name=name)
    for distance_um, diam_um in points:
        h.pt3dadd(distance_um, 0.1 * distance_um, 0, diam_um, sec=new)
    new.nseg = nseg
    new.Ra = 120
    return new


def membrane(h: Any, spiking: Sequence[Any], passive: Sequence[Any] = (), *, table: bool = False) -> None:
    """Insert hh in some sections and pas in others."""
    if hasattr(h, "usetable_hh"):  # in NEURON 8 the table of hh is commented out
        h.usetable_hh = int(table)
    for sec in spiking:
        sec.insert("hh")
    for sec in passive:
        sec.insert("pas")
        sec.g_pas, sec.e_pas = 2e-4, -66.5


def clamp(h: Any, segment: Any, amp_nA: float, delay_ms: float = 1.0, dur_ms: float = 1e9) -> Any:
    """A step of current."""
    new = h.IClamp(segment)
    new.delay, new.dur, new.amp = delay_ms, dur_ms, amp_nA
    return new


def stimulus(h: Any, start_ms: float, interval_ms: float, number: int) -> Any:
    """A regular source of events."""
    new = h.NetStim()
    new.start, new.interval, new.number, new.noise = start_ms, interval_ms, number, 0
    return new


def connection(h: Any, source: Any, target: Any, weight: float, delay_ms: float = 1.0) -> Any:
    """A NetCon with a delay and a weight."""
    new = h.NetCon(source, target)
    new.delay, new.weight[0] = delay_ms, weight
    return new


def host(h: Any, *, amp_nA: float = 0.0) -> tuple[Any, Any, list[Any]]:
    """A spiking soma with a passive dendrite; returns both, and what must be kept."""
    soma, dend = section(h, "soma", 20, 20), section(h, "dend", 140, 2, 5)
    dend.connect(soma(1))
    membrane(h, [soma], [dend])
    return soma, dend, [clamp(h, soma(0.5), amp_nA)] if amp_nA else []
