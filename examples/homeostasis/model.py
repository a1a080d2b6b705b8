"""Cells that keep a firing rate: hh, a noisy drive, a readout of the rate, and a controller for three parameters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neuron import h

import nmodlgrad as ng

FOLDER = Path(__file__).resolve().parent
G_NA, G_K, G_LEAK = 120, 36, 0.3  # mS/cm2
E_NA, E_K, E_LEAK = 50, -77, -53  # mV
GAIN = 1
GAIN_UNIT = 0.01  # uA/cm2
TAU = 1e4  # ms, of the readout
LEAK = 1e-4  # 1/ms
CLIP = 1
RATE = 1e-5  # 1/ms, times a factor
THRESHOLD = -10  # mV


def load() -> None:
    """Translate and load the mechanisms: derivatives by the three parameters, and by weights of synapses."""
    h.load_file("stdrun.hoc")
    ng.load("hh", "ExpSyn", FOLDER / "mods", ng.READOUTS, wrt=["gnabar", "gkbar", "gain"])


class Cell:
    """One compartment with hh, a drive, and a readout of its firing rate."""

    def __init__(self, name: str, target: float, seed: int, number: int = 0) -> None:
        """`target` in Hz; the noise is that of a seed and a number."""
        self.soma = h.Section(name=name)
        self.soma.L, self.soma.diam = 10, 2
        self.soma.insert("hh")
        self.soma.insert("drive")
        self.soma.ena, self.soma.ek = E_NA, E_K
        middle = self.soma(0.5)
        middle.hh.gl, middle.hh.el = 1e-3 * G_LEAK, E_LEAK
        middle.drive.source.set_ids(seed, number, 0)
        self.readout = h.FiringRate(middle)
        self.readout.tau, self.readout.target = TAU, target
        self.readout._ref_x, self.readout._ref_y = middle.hh._ref_m, middle.hh._ref_n
        self.spikes = h.Vector()
        self.detector = h.NetCon(middle._ref_v, None, sec=self.soma)
        self.detector.threshold = THRESHOLD
        self.detector.record(self.spikes)


@dataclass
class Controlled:
    """A cell whose gNa, gK (mS/cm2) and gain (in units of `GAIN_UNIT`) are moved; close the sensitivity when done."""

    cell: Cell
    sensitivity: ng.Sensitivity
    controller: ng.Controller

    @classmethod
    def of(cls, cell: Cell, factor: float, gain: float = GAIN, leak: float = LEAK) -> Controlled:
        """Put the parameters to where they start, and a controller on them."""
        directions = [
            ng.Parameter("gnabar_hh", sections=cell.soma, scale=1e-3),
            ng.Parameter("gkbar_hh", sections=cell.soma, scale=1e-3),
            ng.Parameter("gain_drive", sections=cell.soma, scale=GAIN_UNIT),
        ]
        sensitivity = ng.Sensitivity(directions, start=[G_NA, G_K, gain])
        controller = sensitivity.control(cell.readout, "e", rate=factor * RATE, leak=leak, clip=CLIP, floor=0)
        return cls(cell, sensitivity, controller)

    def record(self, every: float) -> tuple[Any, Any]:
        """Record the readout, and where theta stands, at an interval in ms."""
        return h.Vector().record(self.cell.readout._ref_f, every), self.controller.record(every)


def prepare(dt: float) -> Any:
    """Set the step in ms and initialise; the ParallelContext whose psolve runs on."""
    h.steps_per_ms, h.dt, h.celsius = round(1 / dt), dt, 6.3
    context = h.ParallelContext()
    context.set_maxstep(10)
    h.finitialize(-65)
    return context
