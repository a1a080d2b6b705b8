"""The readouts that come with nmodlgrad, beside mechanisms that run before them and behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from oracle.jobs import FIXTURES
from oracle.model import Direction, Model
from scenarios.parts import clamp, connection, membrane, section, stimulus
from scenarios.registry import scenario

READOUTS = Path(__file__).resolve().parents[2] / "nmodlgrad" / "mechanisms"
OWN = ("naf", "kdr", "leak", "cachan", "capool", "expsyn2")


def mechanisms() -> list[Path]:
    """The readouts, and fixtures whose names come before theirs in no alphabet."""
    return [*sorted(READOUTS.glob("*.mod")), *(FIXTURES / f"{name}.mod" for name in OWN)]


@scenario(*OWN, mechanisms=mechanisms)
def readouts(h: Any) -> Model:
    """Gates of hh, which runs before a readout, and of naf, which runs behind it; voltages and calcium."""
    soma, dend, other = section(h, "soma", 20, 20), section(h, "dend", 100, 2, 3), section(h, "other", 22, 22)
    dend.connect(soma(1))
    membrane(h, [soma], [dend])
    for name in ("cachan", "capool"):
        soma.insert(name)
    h.usetable_naf = 0
    for name in ("naf", "kdr", "leak"):
        other.insert(name)
    of_hh, of_naf = h.FiringRate(soma(0.5)), h.FiringRate(other(0.5))
    of_hh._ref_x, of_hh._ref_y = soma(0.5).hh._ref_m, soma(0.5).hh._ref_n
    of_naf._ref_x, of_naf._ref_y = other(0.5).naf._ref_h, other(0.5).naf._ref_m
    of_naf.xcentre, of_naf.tau, of_naf.target = 0.3, 20, 30
    of_hh.tau, of_hh.target = 50, 40
    voltage, calcium = h.MeanVoltage(dend(0.5)), h.MeanCalcium(soma(0.5))
    voltage.tau, voltage.target, calcium.tau = 15, -60, 25
    source = stimulus(h, 3, 8, 3)
    synapses = [h.expsyn2(dend(0.5)), h.expsyn2(other(0.5))]
    connections = [
        connection(h, source, synapse, weight) for synapse, weight in zip(synapses, (0.004, 0.02), strict=True)
    ]
    directions = [
        Direction("gnabar_hh", sections=[soma]),
        Direction("g_pas", sections=[dend], scale=1e-4),
        Direction("gbar_naf", sections=[other]),
        Direction("gbar_cachan", sections=[soma]),
        Direction("weight", of=connections[0]),
        Direction("tau", of=of_hh),
        Direction("target", of=of_hh),
        Direction("xcentre", of=of_naf),
        Direction("tau", of=voltage),
        Direction("target", of=calcium, scale=1e-4),
    ]
    keep = [of_hh, of_naf, voltage, calcium, source, *synapses, *connections, clamp(h, soma(0.5), 0.2)]
    return Model([soma, dend, other], directions, keep)
