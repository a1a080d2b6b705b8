"""Where fits start: a Sobol sample of the parameters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.fit.free import Free
from nmodlgrad.fit.problem import Problem
from nmodlgrad.fit.transforms import Identity, Log, Logit, Transform

Floats = NDArray[np.float64]

_REACH = math.log(10)  # of theta, to either side, where it is a logarithm
_INNER = 0.01, 0.99  # of a range whose ends are at infinite theta: there the slope of the transform is next to none


@dataclass(frozen=True)
class Range:
    """Where one parameter starts: evenly spread over `scale`, from `lowest` to `highest`.

    `scale` takes the parameter's value to the number that is spread; with the parameter's own transform it is theta.
    """

    transform: Transform
    scale: Transform
    lowest: float
    highest: float

    def theta(self, part: float) -> float:
        """Theta at a part, from 0 to 1, of the range."""
        place = self.lowest + part * (self.highest - self.lowest)
        if self.scale == self.transform:
            return place
        return self.transform.theta(self.scale.value(place))


def ranges(problem: Problem) -> list[Range]:
    """Where each parameter starts.

    Theta is spread evenly between its bounds where both are finite. A logit has none: there it is the value, or its
    logarithm where both bounds are positive. Where a bound is missing, theta is spread around the problem's start: by a
    factor of 10 to either side for log, about that for softplus, from 0 to twice the start for identity (by 1 to either
    side of 0).
    """
    limits = zip(problem.free, problem.start, problem.bounds, strict=True)
    return [_range(free, float(start), float(low), float(high)) for free, start, (low, high) in limits]


def _range(free: Free, start: float, low: float, high: float) -> Range:
    transform = free.mapping
    if isinstance(transform, Logit):
        scale: Transform = Log() if transform.lower > 0 else Identity()
        ends = scale.theta(transform.lower), scale.theta(transform.upper)
        return Range(transform, scale, *(ends[0] + part * (ends[1] - ends[0]) for part in _INNER))
    if not (math.isfinite(low) and math.isfinite(high)):
        reach = _REACH if not isinstance(transform, Identity) else abs(start) or 1.0
        low, high = max(low, start - reach), min(high, start + reach)
    return Range(transform, transform, low, high)


def sobol(ranges: Sequence[Range], count: int, seed: int) -> Floats:
    """Theta of `count` starts, a scrambled Sobol sequence: shape (count, parameters).

    The first of them are the same whatever `count` is.
    """
    from scipy.stats import qmc

    power = math.ceil(math.log2(count))  # the sequence is balanced where it has a power of 2
    parts = qmc.Sobol(len(ranges), seed=seed).random_base2(power)[:count]
    return np.array([[each.theta(part) for each, part in zip(ranges, row, strict=True)] for row in parts])
