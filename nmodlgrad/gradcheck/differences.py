"""Derivatives by differences of fourth order, their steps chosen by how well those of neighbouring steps agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOVED_MV = 0.03  # how far the largest step moves any voltage: little beside what is nonlinear, much beside rounding
MOST = 0.2  # of a parameter's value: no step is larger
ROUNDING_MV = 1e-10  # a parameter that moves all voltages by less when it changes by as much as that moves nothing
AGREED = 1e-8  # relative: steps that agree so well are taken
RUNGS = (1, 4, 16, 64, 256, 1024)  # steps are the largest over these, and half of that
PROBES = (1e-6, 1e-3)  # relative to the value


@dataclass(frozen=True)
class Difference:
    """A derivative, and by how much that of half the step is another, for each segment and sample; the step."""

    derivative: Floats
    spread: Floats
    step: float


def rounding(value: float) -> float:
    """The derivative of a parameter with this value below which it moves nothing."""
    return ROUNDING_MV / (MOST * (abs(value) or 1.0))


def differentiate(run: Callable[[float], Floats], value: float, base: Floats) -> Difference:
    """The derivative of `run` at `value`, where it gives `base`."""
    size = abs(value) or 1.0
    for probe in PROBES:
        moved = abs(run(value + probe * size) - base).max() if np.isfinite(base).all() else np.nan
        if moved:
            break
    if not moved or not np.isfinite(moved):
        return Difference(np.zeros_like(base), np.full_like(base, moved), 0.0)
    largest = min(probe * size * MOVED_MV / moved, MOST * size)
    known: dict[float, Floats] = {}

    def change(step: float) -> Floats:
        if step not in known:
            known[step] = run(value + step) - run(value - step)
        return known[step]

    if largest == MOST * size and abs(change(largest)).max() < ROUNDING_MV:
        return Difference(np.zeros_like(base), np.zeros_like(base), 0.0)

    def fourth(step: float) -> Floats:
        return (8 * change(step) - change(2 * step)) / (12 * step)

    tried = []
    for rung in RUNGS:
        step = _representable(largest / rung / 4, value)
        fine, coarse = fourth(step), fourth(2 * step)
        tried.append(Difference(fine, abs(fine - coarse), step))
        if tried[-1].spread.max() <= AGREED * abs(fine).max():
            return tried[-1]
    return _best(tried)


def _representable(step: float, value: float) -> float:
    """About this step, so that `value` plus and minus it, and twice it, are numbers: no step is taken but that one."""
    unit = 8 * float(np.spacing(max(abs(value), step)))
    return max(round(step / unit), 1) * unit


def _best(tried: list[Difference]) -> Difference:
    """The one of least spread; two steps may agree by chance, so another pair's has a say in what it is worth."""
    place = min(range(len(tried)), key=lambda k: tried[k].spread.max())
    best = tried[place]
    beside = [abs(best.derivative - tried[k].derivative) for k in (place - 1, place + 1) if 0 <= k < len(tried)]
    nearest = min(beside, key=lambda distance: distance.max())
    return Difference(best.derivative, np.maximum(best.spread, nearest), best.step)


def one_sided(run: Callable[[float], Floats], value: float, base: Floats, step: float) -> tuple[Floats, Floats]:
    """Derivatives of second order that look down and up: they differ where the model has a kink right here."""
    found = []
    for signed in (-step, step):
        found.append((4 * run(value + signed) - run(value + 2 * signed) - 3 * base) / (2 * signed))
    return found[0], found[1]
