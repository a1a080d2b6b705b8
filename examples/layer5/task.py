"""What is to be recovered, from what, and how far from it one is: the same for every optimiser.

The cell is driven by two stimuli and recorded at six places, with the published values: those voltages are the target.
Stimuli and places were chosen by what the Fisher information says of the 20 parameters (design.py). Electrodes may hold
the places near the target.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
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
TRUNK_UM = (200.0, 400.0, 600.0)  # along the path from the soma
THRESHOLD_MV = -20.0
DECADES = 3  # a lower bound of 0 is so many powers of ten below the upper one


@dataclass(frozen=True)
class Stimulus:
    """Steps of current into the soma, each from a time to a later one, in a run of some duration; ms and nA."""

    name: str
    duration: float
    steps: tuple[tuple[float, float, float], ...]


# Below rest low-threshold calcium channels recover; the calcium of a burst is still there when the cell fires again.
STIMULI = (
    Stimulus("rebound", 150, ((5, 30, -1.0), (30, 150, 1.0))),
    Stimulus("burst", 150, ((5, 35, 1.9), (90, 150, 0.7))),
)
SILENT = (0.0, 0.0, 0.0)


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
        axon = [section(0.5) for section in self.cell["axonal"]]
        self.places = [self.soma, *axon, *map(self._trunk, TRUNK_UM)]
        self.clamps = [h.IClamp(self.soma) for _ in STIMULI[0].steps]
        self.electrodes = [h.SEClamp(place) for place in self.places]
        self.coupling = 0.0  # of these to the target, in uS: 0 lets the cell go
        self._held: list[Any] = []  # what is played into them
        self.stimuli = [replace(each, duration=DT_MS * round(share * each.duration / DT_MS)) for each in STIMULI]
        self.target: list[list[Floats]] = []
        self.target = [self.run(stimulus) for stimulus in self.stimuli]
        self.losses = [self._losses(target) for target in self.target]

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

    @property
    def duration(self) -> float:
        """Seconds of the model that one evaluation runs."""
        return sum(stimulus.duration for stimulus in self.stimuli) / 1000

    # ------------------------------------------------------------------ runs without derivatives
    def set(self, values: Sequence[float] | Floats) -> None:
        """Give the parameters these values."""
        for parameter, value in zip(self.parameters, values, strict=True):
            for section in self.cell[parameter.region]:
                for segment in section:
                    setattr(segment, parameter.name, value)

    def run(self, stimulus: Stimulus) -> list[Floats]:
        """The voltage in every time step, at each place, in mV."""
        voltages = [h.Vector().record(place._ref_v) for place in self.places]
        self.prepare(stimulus)
        h.tstop = stimulus.duration
        h.finitialize(h.v_init)
        h.continuerun(stimulus.duration)
        return [np.array(voltage) for voltage in voltages]

    def prepare(self, stimulus: Stimulus) -> None:
        """Set the stimulus, and the electrodes to its target if they hold the cell."""
        for clamp, (begin, end, amplitude) in zip_longest(self.clamps, stimulus.steps, fillvalue=SILENT):
            clamp.delay, clamp.dur, clamp.amp = begin, end - begin, amplitude
        self._held = []
        for k, electrode in enumerate(self.electrodes):
            electrode.dur1 = 1e9 if self.coupling else 0
            if self.coupling:
                electrode.rs = 1 / self.coupling
                self._hold(electrode, self.target[self.stimuli.index(stimulus)][k])

    def _hold(self, electrode: Any, target: Floats) -> None:
        """Play the target into an electrode: NEURON takes what is in the middle of a step, for the end of it."""
        voltage, times = h.Vector(target[1:]), h.Vector((np.arange(len(target) - 1) + 0.5) * DT_MS)
        voltage.play(electrode._ref_amp1, times, True)
        self._held += [voltage, times]

    def terms(self, values: Sequence[float] | Floats) -> Floats:
        """Each term of the loss at these values, infinite where the model diverges."""
        self.set(values)
        found = []
        for stimulus, losses in zip(self.stimuli, self.losses, strict=True):
            traces = dict(zip(self.places, self.run(stimulus), strict=True))
            for loss in losses:
                every = loss.sampling_steps(DT_MS)
                residuals, _ = loss.residuals(traces[loss.place][::every], every * DT_MS)
                found.append(float(residuals @ residuals) / 2)
        return np.where(np.isfinite(found), found, math.inf)

    # ------------------------------------------------------------------ losses
    def _losses(self, target: list[Floats]) -> list[fit.Loss]:
        """Voltages in units of 10 mV; of the soma's spikes also times, heights and troughs, and the mean."""
        found: list[fit.Loss] = self._voltages(target)
        soma = target[0]
        times = [spike.time for spike in crossings(soma, DT_MS, THRESHOLD_MV)]
        if times:
            found.append(fit.SpikeTimes(self.soma, times, threshold=THRESHOLD_MV, scale=2, unmatched=5))
            for kind in (fit.Peak, fit.AfterHyperpolarisation, fit.Mean):
                goal = kind(self.soma, 0.0).feature(soma, DT_MS)[0]
                found.append(kind(self.soma, goal, scale=5))
        return found

    def _voltages(self, target: list[Floats]) -> list[fit.Loss]:
        every = round(EVERY_MS / DT_MS)
        return [
            fit.SquaredError(place, fit.Trace.sampled(trace[::every], EVERY_MS), scale=10)
            for place, trace in zip(self.places, target, strict=True)
        ]

    def problem(self, start: Floats, linear: bool = False) -> fit.Problem:
        """The whole loss as a problem of nmodlgrad.fit; while electrodes hold the cell, the voltages alone.

        Parameters move in their logarithm; if it is linear, conductances move as they are.
        """
        protocols = [
            fit.Protocol(
                stimulus.name,
                stimulus.duration,
                self._voltages(target) if self.coupling else losses,
                partial(self.prepare, stimulus),
            )
            for stimulus, target, losses in zip(self.stimuli, self.target, self.losses, strict=True)
        ]
        return fit.Problem(self.free(start, linear), protocols, dt=DT_MS)

    def free(self, start: Floats, linear: bool = False) -> list[fit.Free]:
        """The parameters, with their bounds."""
        return [
            fit.Free(
                ng.Parameter(parameter.name, sections=self.cell[parameter.region]),
                float(value),
                (float(lower), float(upper)),
                "identity" if linear and parameter.is_conductance else "log",
                parameter.label,
            )
            for value, (lower, upper), parameter in zip(start, self.box, self.parameters, strict=True)
        ]
