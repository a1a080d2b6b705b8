"""The model of the study: one compartment of Hodgkin and Huxley's squid axon, driven by two steps of current.

Nothing here knows of gradients: parameters are set and the voltage is recorded as in any NEURON model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# What NEURON's hh and cm have by default, and where they are looked for.
TRUTH = {"gnabar_hh": 0.12, "gkbar_hh": 0.036, "gl_hh": 0.0003, "el_hh": -54.3, "cm": 1.0}
BOUNDS = {
    "gnabar_hh": (0.04, 0.4),
    "gkbar_hh": (0.01, 0.1),
    "gl_hh": (0.0001, 0.001),
    "el_hh": (-75.0, -40.0),
    "cm": (0.5, 2.0),
}
LOWER, UPPER = np.array(list(BOUNDS.values())).T
DT = 0.05  # ms


@dataclass(frozen=True)
class Step:
    """A step of current from 2 ms on, to the end of the run; ms and nA."""

    name: str
    duration: float
    amplitude: float


STEPS = (Step("hyperpolarising", 10, -0.1), Step("spiking", 20, 0.2))


class Cell:
    """The compartment and its electrode."""

    def __init__(self) -> None:
        self.soma = h.Section(name="soma")
        self.soma.L = self.soma.diam = 20
        self.soma.insert("hh")
        self.clamp = h.IClamp(self.soma(0.5))
        self.clamp.delay, self.clamp.dur = 2, 1e9
        h.celsius, h.v_init, h.dt = 6.3, -65, DT

    @property
    def middle(self) -> Any:
        """Where the voltage is recorded."""
        return self.soma(0.5)

    def set(self, values: Floats) -> None:
        """Give the parameters these values."""
        for name, value in zip(TRUTH, values, strict=True):
            setattr(self.middle, name, value)

    def run(self, step: Step) -> Floats:
        """The voltage of every time step, in mV."""
        voltage = h.Vector().record(self.middle._ref_v)
        self.clamp.amp = step.amplitude
        h.finitialize(h.v_init)
        h.tstop = step.duration
        h.continuerun(step.duration)
        return np.array(voltage)


def relative_errors(values: Floats) -> Floats:
    """How far each parameter is from the truth, in parts of it."""
    truth = np.array(list(TRUTH.values()))
    return np.abs(values / truth - 1)
