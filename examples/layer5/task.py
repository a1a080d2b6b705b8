"""What is to be recovered, from what, and how far from it one is: the same for every optimiser.

The cell is driven by three steps of current, recorded at the soma and on the apical trunk, with the published values:
those voltages are the target. Parameters are moved in their logarithm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import neuron
import numpy as np
import pyramidal_cell
from neuron import h
from numpy.typing import NDArray

import nmodlgrad as ng
from nmodlgrad import fit
from nmodlgrad.build import PLAIN, build
from nmodlgrad.fit.spikes import crossings

Floats = NDArray[np.float64]

DT_MS, V_INIT_MV = 0.025, -65.0
EVERY_MS = 0.1  # between the samples that are compared
APICAL_UM = 400.0  # along the path from the soma
THRESHOLD_MV = -20.0
DECADES = 3  # a lower bound of 0 is so many powers of ten below the upper one


@dataclass(frozen=True)
class Step:
    """A step of current into the soma, from 5 ms on to the end of the run; ms and nA."""

    name: str
    duration: float
    amplitude: float


STEPS = (Step("hyperpolarising", 30, -0.5), Step("weak", 50, 0.8), Step("strong", 50, 1.9))


class Model:
    """The cell of this process: original, or with derivatives."""

    def __init__(self, folder: Path, augmented: bool, share: float = 1.0) -> None:
        """With mechanisms of the example in a folder; each run is a share of its length."""
        files = sorted((folder / "mechanisms").glob("*.mod"))
        if augmented:
            ng.load(folder / "mechanisms", "pas", "IClamp")
        else:
            texts = {p.name: p.read_bytes().decode("latin-1") for p in sorted((folder / "mechanisms").iterdir())}
            neuron.load_mechanisms(str(build(texts, PLAIN)), warn_if_already_loaded=False)
        assert files, f"no mechanisms in {folder}"
        self.cell = pyramidal_cell.build(h, folder)
        pyramidal_cell.equip(h, self.cell, folder)
        h.dt, h.v_init = DT_MS, V_INIT_MV
        self.parameters = pyramidal_cell.parameters(folder)
        self.truth = np.array([each.released for each in self.parameters])
        self.soma = self.cell["somatic"][0](0.5)
        self.apical = self._trunk(APICAL_UM)
        self.clamp = h.IClamp(self.soma)
        self.clamp.delay, self.clamp.dur = 5, 1e9
        self.steps = [Step(s.name, DT_MS * round(share * s.duration / DT_MS), s.amplitude) for s in STEPS]
        self.target = [self.run(step) for step in self.steps]
        self.losses = [self._losses(*pair) for pair in zip(self.steps, self.target, strict=True)]

    def _trunk(self, distance: float) -> Any:
        """The place of the thickest apical section that is so far from the soma."""
        around = [
            s for s in self.cell["apical"] if h.distance(self.soma, s(0)) <= distance < h.distance(self.soma, s(1))
        ]
        section = max(around, key=lambda s: s(0.5).diam)
        return section((distance - h.distance(self.soma, section(0))) / section.L)

    # ------------------------------------------------------------------ coordinates
    @property
    def box(self) -> Floats:
        """Lowest and highest value of each parameter: shape (parameters, 2)."""
        return np.array([(lower or upper / 10**DECADES, upper) for lower, upper in (p.bounds for p in self.parameters)])

    def draw(self, generator: np.random.Generator) -> Floats:
        """Values, uniform in their logarithm within the box."""
        return np.exp(generator.uniform(*np.log(self.box).T))

    def duration(self, horizon: float = math.inf) -> float:
        """Seconds of the model that one evaluation runs."""
        return sum(min(step.duration, horizon) for step in self.steps) / 1000

    # ------------------------------------------------------------------ runs without derivatives
    def set(self, values: Sequence[float] | Floats) -> None:
        """Give the parameters these values."""
        for parameter, value in zip(self.parameters, values, strict=True):
            for section in self.cell[parameter.region]:
                for segment in section:
                    setattr(segment, parameter.name, value)

    def run(self, step: Step) -> tuple[Floats, Floats]:
        """The voltage in every time step, at the soma and on the apical trunk, in mV."""
        voltages = [h.Vector().record(place._ref_v) for place in (self.soma, self.apical)]
        self._prepare(step)
        h.tstop = step.duration
        h.finitialize(h.v_init)
        h.continuerun(step.duration)
        soma, apical = (np.array(voltage) for voltage in voltages)
        return soma, apical

    def _prepare(self, step: Step) -> None:
        self.clamp.amp = step.amplitude

    def terms(self, values: Sequence[float] | Floats) -> Floats:
        """Each term of the loss at these values, infinite where the model diverges."""
        self.set(values)
        found = []
        for step, losses in zip(self.steps, self.losses, strict=True):
            traces = dict(zip((self.soma, self.apical), self.run(step), strict=True))
            for loss in losses:
                every = loss.sampling_steps(DT_MS)
                residuals, _ = loss.residuals(traces[loss.place][::every], every * DT_MS)
                found.append(float(residuals @ residuals) / 2)
        return np.where(np.isfinite(found), found, math.inf)

    # ------------------------------------------------------------------ losses
    def _losses(self, step: Step, target: tuple[Floats, Floats]) -> list[fit.Loss]:
        """Voltages in units of 10 mV; of a step with spikes also their times, heights and troughs, and the mean."""
        found: list[fit.Loss] = self._voltages(target, step.duration)
        soma = target[0]
        times = [spike.time for spike in crossings(soma, DT_MS, THRESHOLD_MV)]
        if times:
            found.append(fit.SpikeTimes(self.soma, times, threshold=THRESHOLD_MV, scale=2, unmatched=5))
            for kind in (fit.Peak, fit.AfterHyperpolarisation, fit.Mean):
                goal = kind(self.soma, 0.0).feature(soma, DT_MS)[0]
                found.append(kind(self.soma, goal, scale=5))
        return found

    def _voltages(self, target: tuple[Floats, Floats], horizon: float) -> list[fit.Loss]:
        every = round(EVERY_MS / DT_MS)
        return [
            fit.SquaredError(place, fit.Trace.sampled(trace[::every], EVERY_MS), scale=10, window=(0, horizon))
            for place, trace in zip((self.soma, self.apical), target, strict=True)
        ]

    def problem(self, start: Floats, horizon: float = math.inf) -> fit.Problem:
        """The whole loss as a problem of nmodlgrad.fit; with a horizon in ms, the voltages until then."""
        directions = [ng.Parameter(p.name, sections=self.cell[p.region]) for p in self.parameters]
        free = [
            fit.Free(direction, float(value), (float(lower), float(upper)), "log", parameter.label)
            for direction, value, (lower, upper), parameter in zip(
                directions, start, self.box, self.parameters, strict=True
            )
        ]
        protocols = []
        for step, target, losses in zip(self.steps, self.target, self.losses, strict=True):
            duration = min(horizon, step.duration)
            some = losses if horizon == math.inf else self._voltages(target, duration)
            protocols.append(fit.Protocol(step.name, duration, some, partial(self._prepare, step)))
        return fit.Problem(free, protocols, dt=DT_MS)
