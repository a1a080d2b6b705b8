"""Finite differences of fourth order, each direction with a step of its own and an estimate of its error."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from oracle.model import Knob
from oracle.simulate import Floats

FIRST_DISPLACEMENT_MV = 0.1
"""The first step moves some voltage by this much: far below the 30 mV over which a spike is curved."""
LARGEST_SHARE = 0.25
"""No step moves a parameter by more than this share of its value."""
RUNGS = 16
GOOD_ENOUGH = 2e-10


@dataclass(frozen=True)
class Difference:
    """A derivative, (samples, sites), the step that gave it, and its estimated relative error."""

    derivative: Floats
    step: float
    noise: float


def difference(run: Callable[[], Floats], knobs: Sequence[Knob]) -> Difference:
    """Differentiate what `run` returns along the direction of `knobs`.

    The step is halved until two successive derivatives agree to `GOOD_ENOUGH`, or well and not better than the pair
    before; if none do, the pair that agrees best is taken. Their disagreement is the estimate of the error: it
    overestimates truncation fifteenfold, and sees rounding and the kinks of a TABLE as they are.
    """
    moved = _mover(run, knobs)
    step = _first_step(moved, knobs)
    previous: Floats | None = None
    best: Difference | None = None
    for _ in range(RUNGS):
        derivative = (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step)
        if previous is not None:
            noise = float(abs(derivative - previous).max() / (abs(derivative).max() or 1.0))
            if best is None or noise < best.noise:
                best = Difference(derivative, step, noise)
            if best.noise <= GOOD_ENOUGH or (best.noise <= 50 * GOOD_ENOUGH and best.noise < noise):
                break
        previous = derivative
        step /= 2
    assert best is not None
    return best


def _mover(run: Callable[[], Floats], knobs: Sequence[Knob]) -> Callable[[float], Floats]:
    """Return the run as a function of theta; what was run once is remembered."""
    values = [knob.read() for knob in knobs]
    runs: dict[float, Floats] = {}

    def moved(theta: float) -> Floats:
        if theta not in runs:
            for knob, value in zip(knobs, values, strict=True):
                knob.write(value + knob.seed * theta)
            runs[theta] = run()
            for knob, value in zip(knobs, values, strict=True):
                knob.write(value)
        return runs[theta]

    return moved


def _first_step(moved: Callable[[float], Floats], knobs: Sequence[Knob]) -> float:
    """A power of two where NEURON rounds: numbers of few binary digits stay what they are when they are moved by it."""
    unit = min(abs(knob.read() or 1.0) / abs(knob.seed) for knob in knobs if knob.seed)
    probe = 2.0**-20 * unit
    slope = float(abs(moved(probe) - moved(-probe)).max()) / (2 * probe)
    step = min(FIRST_DISPLACEMENT_MV / slope, LARGEST_SHARE * unit) if np.isfinite(slope) and slope else probe
    return 2.0 ** math.floor(math.log2(step)) if any(knob.rounds for knob in knobs) else step
