"""Traces: what was measured, and what the model gives, at times in ms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from nmodlgrad.runtime.errors import WrongArgument

Floats = NDArray[np.float64]
_SAME_TIME = 1e-6  # of a step: what NEURON's sums of dt and a file's decimals leave
_GAP = 1.5  # times the usual step between samples


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

    def shifted(self, by: float) -> Trace:
        """The same, later by so many ms."""
        return Trace(self.times + by, self.values)

    def resampled(self, interval: float) -> Trace:
        """Averages over intervals, for a target that is sampled more densely than it has to be.

        Parameters
        ----------
        interval
            ms, longer than those of the samples

        Returns
        -------
        Trace
            at the multiples of `interval`, where it is the mean of the line through the samples from half an interval
            before to half an interval after. So noise of higher frequencies is averaged away and not folded into lower
            ones, at the cost of ``interval^2 / 24`` times the second derivative: choose what is short beside a spike.
            With multiples of the model's dt it is compared without interpolation

        Raises
        ------
        WrongArgument
            for an interval that is no longer than those of the samples, and for gaps: samples that are apart by more
            than 1.5 times the median, with the number of the one before (from 0 on)
        """
        steps = np.diff(self.times)
        usual = float(np.median(steps)) if len(steps) else np.inf
        if not usual < interval < np.inf:
            raise WrongArgument(
                f"samples are {usual:g} ms apart: an interval to average over is longer, not {interval!r}"
            )
        gaps = np.flatnonzero(steps > _GAP * usual)
        if len(gaps):
            raise WrongArgument(
                f"there are no samples from {self.times[gaps[0]]:g} to {self.times[gaps[0] + 1]:g} ms (after sample "
                f"{gaps[0]}, from 0 on): resample the parts"
            )
        slack = _SAME_TIME * usual
        first = np.ceil((self.times[0] - slack) / interval + 0.5)
        last = np.floor((self.times[-1] + slack) / interval - 0.5)
        centres = interval * np.arange(first, last + 1)
        if not len(centres):
            raise WrongArgument(
                f"the trace is shorter than {interval:g} ms, or has no multiple of it with all around it"
            )
        return Trace(
            centres, (self._integral(centres + interval / 2) - self._integral(centres - interval / 2)) / interval
        )

    def _integral(self, times: Floats) -> Floats:
        """The integral of the line through the samples, from the first of them on."""
        widths = np.diff(self.times)
        whole = np.concatenate([[0.0], np.cumsum(widths * (self.values[1:] + self.values[:-1]) / 2)])
        at = np.clip(times, self.times[0], self.times[-1])
        before = np.clip(np.searchsorted(self.times, at, side="right") - 1, 0, len(widths) - 1)
        part = at - self.times[before]
        slope = (self.values[before + 1] - self.values[before]) / widths[before]
        return whole[before] + part * (self.values[before] + part * slope / 2)


def inside(times: Floats, window: tuple[float, float] | None) -> NDArray[np.bool_]:
    """Which times are in a window, both ends included."""
    if window is None:
        return np.ones(len(times), bool)
    slack = 1e-9 * np.maximum(1.0, np.abs(times))  # of the times: an end of the window may be infinite
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
