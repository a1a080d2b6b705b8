"""Traces: what was measured, and what the model gives, at times in ms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from nmodlgrad.runtime.errors import WrongArgument

Floats = NDArray[np.float64]
_SAME_TIME = 1e-6  # of a step: what NEURON's sums of dt and a file's decimals leave


@dataclass(frozen=True, eq=False)
class Trace:
    """Samples of a variable.

    Parameters
    ----------
    times
        ms, increasing
    values
        in the unit of the variable

    Raises
    ------
    WrongArgument
        when they are not of one length, not finite, or the times do not increase.
    """

    times: Floats
    values: Floats

    def __post_init__(self) -> None:
        for name in ("times", "values"):
            given = getattr(self, name)
            numbers = np.array(given.to_python() if hasattr(given, "to_python") else given, float)
            if numbers.ndim != 1 or not len(numbers) or not np.isfinite(numbers).all():
                raise WrongArgument(f"{name} of a Trace are finite numbers in one dimension")
            numbers.flags.writeable = False
            object.__setattr__(self, name, numbers)
        if len(self.times) != len(self.values):
            raise WrongArgument(f"a Trace of {len(self.times)} times and {len(self.values)} values")
        if (np.diff(self.times) <= 0).any():
            raise WrongArgument("times of a Trace increase")

    @classmethod
    def sampled(cls, values: ArrayLike, every: float, start: float = 0.0) -> Trace:
        """Samples at a fixed interval in ms, from a time on."""
        numbers = np.asarray(values, np.float64)
        return cls(start + every * np.arange(len(numbers), dtype=np.float64), numbers)

    def within(self, window: tuple[float, float] | None) -> Trace:
        """The part of it from a time to another, both included, in ms."""
        if window is None:
            return self
        chosen = inside(self.times, window)
        if not chosen.any():
            raise WrongArgument(f"no sample of the target is in the window {window} ms")
        return Trace(self.times[chosen], self.values[chosen])


def inside(times: Floats, window: tuple[float, float] | None) -> NDArray[np.bool_]:
    """Which times are in a window, both ends included."""
    if window is None:
        return np.ones(len(times), bool)
    slack = 1e-9 * max(1.0, abs(window[1]))
    return (times >= window[0] - slack) & (times <= window[1] + slack)


def sampling_steps(times: Floats, dt: float) -> int:
    """The largest number of steps of dt that is between samples, so that each of the times is that of a sample.

    1 where the times are not those of steps: then the model is interpolated between its steps.
    """
    steps = np.rint(times / dt)
    if (np.abs(times / dt - steps) > _SAME_TIME * np.maximum(1, steps)).any():
        return 1
    return int(np.gcd.reduce(steps.astype(int))) or 1


def interpolation(times: Floats, count: int, interval: float) -> sparse.csr_array:
    """The matrix that takes samples at 0, interval, ... to other times, linearly: shape (times, count).

    Raises
    ------
    WrongArgument
        for times that are not between the first and the last sample.
    """
    position = times / interval
    nearest = np.rint(position)
    position = np.where(np.abs(position - nearest) <= _SAME_TIME * np.maximum(1, nearest), nearest, position)
    if len(position) and not (position.min() >= 0 and position.max() <= count - 1):
        raise WrongArgument(
            f"the target is at {times.min():g} to {times.max():g} ms, the run at 0 to {(count - 1) * interval:g} ms"
        )
    before = np.minimum(position.astype(int), max(count - 2, 0))
    after = position - before
    row = np.arange(len(times))
    entries = np.concatenate([1 - after, after])
    places = np.concatenate([row, row]), np.concatenate([before, np.minimum(before + 1, count - 1)])
    matrix = sparse.coo_array((entries, places), shape=(len(times), count)).tocsr()
    matrix.eliminate_zeros()
    return matrix
