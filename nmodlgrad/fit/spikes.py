"""Spikes in a sampled voltage: when they are, what their times depend on, and which belong together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Spike:
    """Where a voltage rises through a threshold, on the straight line between two samples.

    `after` is the number of the second sample; `slope_before` and `slope_after` are d time / d sample, in ms/mV.
    """

    time: float
    after: int
    slope_before: float
    slope_after: float


def crossings(values: Floats, interval: float, threshold: float) -> list[Spike]:
    """The spikes of samples at 0, interval, ...: time t* = t_i + interval (threshold - v_i) / (v_i+1 - v_i).

    Its derivative by the samples, weighted with dv/dtheta, is -(dv/dtheta)/(dv/dt) at the crossing.
    """
    after = np.flatnonzero((values[:-1] < threshold) & (values[1:] >= threshold)) + 1
    low, high = values[after - 1], values[after]
    part = (threshold - low) / (high - low)
    steep = interval / (high - low)
    return [
        Spike(float(t), int(i), float(b), float(a))
        for t, i, b, a in zip((after - 1 + part) * interval, after, -(1 - part) * steep, -part * steep, strict=True)
    ]


def matching(found: Floats, wanted: Floats, unmatched: float) -> list[tuple[int, int]]:
    """Pairs of two increasing series, in order, at the least cost.

    A pair costs the square of its difference, each that is left alone `unmatched` squared.
    """
    alone = unmatched**2
    cost = np.zeros((len(found) + 1, len(wanted) + 1))
    cost[:, 0] = alone * np.arange(len(found) + 1)
    cost[0, :] = alone * np.arange(len(wanted) + 1)
    for i, j in np.ndindex(len(found), len(wanted)):
        pair = cost[i, j] + (found[i] - wanted[j]) ** 2
        cost[i + 1, j + 1] = min(pair, cost[i, j + 1] + alone, cost[i + 1, j] + alone)
    pairs, i, j = [], len(found), len(wanted)
    while i and j:
        if cost[i, j] == cost[i - 1, j - 1] + (found[i - 1] - wanted[j - 1]) ** 2:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif cost[i, j] == cost[i - 1, j] + alone:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]
