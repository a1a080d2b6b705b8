"""Losses: half a sum of squared residuals, each a function of one trace that can be differentiated."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from nmodlgrad.fit.spikes import Spike, crossings, matching
from nmodlgrad.fit.traces import Trace, inside, interpolation, sampling_steps
from nmodlgrad.runtime.errors import WrongArgument

Floats = NDArray[np.float64]
Window = tuple[float, float]  # ms, both ends included
Linear = tuple[Floats, Any]  # numbers, and the sparse matrix of their derivatives by the samples


class Loss(ABC):
    """Half the sum of squares of what :meth:`residuals` gives, times a weight.

    Parameters
    ----------
    place, variable
        as for :meth:`nmodlgrad.Sensitivity.record`
    weight
        of the whole of it, beside other losses
    window
        from when to when it looks, in ms; the whole run by default
    """

    def __init__(self, place: Any, variable: str, weight: float, window: Window | None) -> None:
        self.place, self.variable, self.window = place, variable, _window(window)
        self.weight = _number("weight", weight)
        if self.weight < 0:
            raise WrongArgument(f"weight is a number from 0 on, not {weight!r}")

    def sampling_steps(self, dt: float) -> int:
        """Every how manieth step of dt it needs a sample."""
        return 1

    def check(self, duration: float) -> None:
        """Whether it can be had from a run of so many ms.

        Raises
        ------
        WrongArgument
            when it looks at what comes before or later.
        """
        if self.window is not None and not (self.window[0] < duration and self.window[1] >= 0):
            raise WrongArgument(f"the window {self.window} ms is outside of the run, from 0 to {duration:g} ms")

    @property
    def target(self) -> Trace | None:
        """What the trace should be, where that is known at all times."""
        return None

    @abstractmethod
    def residuals(self, values: Floats, interval: float) -> Linear:
        """The residuals, and their derivatives by the samples: shapes (residuals,), (residuals, samples), sparse.

        Parameters
        ----------
        values
            the samples at 0, interval, 2 interval, ...
        interval
            ms
        """


class SquaredError(Loss):
    """Half the mean squared difference to a target, in units of `scale`.

    Parameters
    ----------
    place, variable, weight, window
        as for :class:`Loss`
    target
        a :class:`Trace`. The model is compared at its times, interpolated linearly between steps where it has to be
    scale
        what counts as a difference of 1, in the unit of the variable: the standard deviation of the noise, say
    weights
        one for each sample of the target, for a weighted mean
    """

    def __init__(
        self,
        place: Any,
        target: Trace,
        variable: str = "v",
        *,
        scale: float = 1.0,
        weights: ArrayLike | None = None,
        weight: float = 1.0,
        window: Window | None = None,
    ) -> None:
        super().__init__(place, variable, weight, window)
        if not isinstance(target, Trace):
            raise WrongArgument(f"target is a Trace, as Trace.sampled(values, every=0.1), not {target!r}")
        each = np.ones(len(target.times)) if weights is None else np.array(weights, float)
        if each.shape != target.times.shape or not (np.isfinite(each).all() and (each >= 0).all()):
            raise WrongArgument("weights are numbers from 0 on, one for each sample of the target")
        part = target.within(window)
        each = each[inside(target.times, window)]
        if not each.any():
            raise WrongArgument("some weight is above 0")
        counts = each > 0
        self._part = Trace(part.times[counts], part.values[counts])
        self._factor = np.sqrt(each[counts] / each.sum()) / _scale(scale)

    def sampling_steps(self, dt: float) -> int:
        """The steps between the target's samples, if these are at steps."""
        return sampling_steps(self._part.times, dt)

    def check(self, duration: float) -> None:
        """Whether the target is within a run of so many ms."""
        super().check(duration)
        _check_within(self._part.times, duration)

    @property
    def target(self) -> Trace:
        """The part of the target that is in the window and has a weight."""
        return self._part

    def residuals(self, values: Floats, interval: float) -> Linear:
        """One for each sample of the target that counts."""
        matrix = interpolation(self._part.times, len(values), interval)
        return self._factor * (matrix @ values - self._part.values), sparse.diags_array(self._factor) @ matrix


class Feature(Loss):
    """The squared difference of one number, which is a function of the trace, to its target, in units of `scale`."""

    def __init__(
        self,
        place: Any,
        target: float,
        variable: str = "v",
        *,
        scale: float = 1.0,
        weight: float = 1.0,
        window: Window | None = None,
    ) -> None:
        super().__init__(place, variable, weight, window)
        self._goal = _number("target", target)
        self._scale = _scale(scale)

    @abstractmethod
    def feature(self, values: Floats, interval: float) -> tuple[float, Floats]:
        """The number, and its derivatives by the samples: shape (samples,). The samples are those in the window."""

    def residuals(self, values: Floats, interval: float) -> Linear:
        """One."""
        chosen = np.flatnonzero(inside(interval * np.arange(len(values), dtype=np.float64), self.window))
        if not len(chosen):
            raise WrongArgument(f"the window {self.window} ms is between two samples, {interval:g} ms apart")
        number, slopes = self.feature(values[chosen], interval)
        places = np.flatnonzero(slopes)
        row = sparse.coo_array(
            (slopes[places] / self._scale, (np.zeros(len(places), int), chosen[places])), shape=(1, len(values))
        )
        return np.array([(number - self._goal) / self._scale]), row.tocsr()


class Mean(Feature):
    """The mean of the trace."""

    def feature(self, values: Floats, interval: float) -> tuple[float, Floats]:
        """Each sample counts alike."""
        return float(values.mean()), np.full(len(values), 1 / len(values))


class Variance(Feature):
    """The variance of the trace, in the square of its unit."""

    def feature(self, values: Floats, interval: float) -> tuple[float, Floats]:
        """The mean square of what is left without the mean."""
        rest = values - values.mean()
        return float((rest**2).mean()), 2 * rest / len(values)


class Peak(Feature):
    """The largest voltage, on the parabola through the largest sample and its neighbours."""

    def feature(self, values: Floats, interval: float) -> tuple[float, Floats]:
        """Three samples count."""
        return _extreme(values, int(np.argmax(values)))


class Trough(Feature):
    """The smallest voltage, on the parabola through the smallest sample and its neighbours."""

    def feature(self, values: Floats, interval: float) -> tuple[float, Floats]:
        """Three samples count."""
        return _extreme(values, int(np.argmin(values)))


class AfterHyperpolarisation(Feature):
    """The mean of the smallest voltages after each spike, until the next one or the end of the window, in mV.

    Parameters
    ----------
    threshold
        mV: a spike begins where the voltage rises through it

    Without a spike it is the smallest voltage of the window. Each is on the parabola through three samples.
    """

    def __init__(
        self, place: Any, target: float, variable: str = "v", *, threshold: float = -20.0, **rest: Any
    ) -> None:
        super().__init__(place, target, variable, **rest)
        self._threshold = _number("threshold", threshold)

    def feature(self, values: Floats, interval: float) -> tuple[float, Floats]:
        """Three samples after each spike count."""
        starts = [spike.after for spike in crossings(values, interval, self._threshold)] or [0]
        ends = [*starts[1:], len(values)]
        found = [_extreme(values, a + int(np.argmin(values[a:b]))) for a, b in zip(starts, ends, strict=True)]
        numbers, slopes = zip(*found, strict=True)
        return float(np.mean(numbers)), np.mean(slopes, axis=0)


class Rate(Feature):
    """Spikes per second, smooth in the trace: the rises of a logistic function of the voltage, summed up.

    A spike through the threshold counts 1, a bump that comes near it counts in part: so there is a gradient before
    there is a spike.

    Parameters
    ----------
    target
        Hz
    threshold, softness
        mV: where the logistic function is one half, and how wide it is
    """

    def __init__(
        self,
        place: Any,
        target: float,
        variable: str = "v",
        *,
        threshold: float = -20.0,
        softness: float = 5.0,
        **rest: Any,
    ) -> None:
        super().__init__(place, target, variable, **rest)
        self._threshold = _number("threshold", threshold)
        self._softness = _scale(softness)

    def feature(self, values: Floats, interval: float) -> tuple[float, Floats]:
        """Every sample that rises counts."""
        up = 0.5 + 0.5 * np.tanh((values - self._threshold) / (2 * self._softness))
        rises = np.diff(up)
        rising = rises > 0
        per_second = 1000 / (interval * max(len(values) - 1, 1))
        slopes = np.zeros(len(values))
        slopes[1:] += rising
        slopes[:-1] -= rising
        slopes *= per_second * up * (1 - up) / self._softness
        return float(per_second * rises[rising].sum()), slopes


class SpikeTimes(Loss):
    """Half the sum of squared differences between the times of spikes and those that should be, in units of `scale`.

    Spikes are matched to targets in order, at the least cost, where a spike or a target that is left alone costs
    `unmatched ** 2 / 2`: a constant, along which there is no gradient. The derivative of a spike's time is
    ``-(dv/dtheta)/(dv/dt)`` at the crossing, exact for the straight line between the two samples around it.

    Parameters
    ----------
    target
        ms, increasing
    threshold
        mV: a spike is where the voltage rises through it
    scale
        ms that count as a difference of 1
    unmatched
        how large a difference, in units of `scale`, is as bad as a spike without a target
    """

    def __init__(
        self,
        place: Any,
        target: Sequence[float] | Floats,
        variable: str = "v",
        *,
        threshold: float = -20.0,
        scale: float = 1.0,
        unmatched: float = 20.0,
        weight: float = 1.0,
        window: Window | None = None,
    ) -> None:
        super().__init__(place, variable, weight, window)
        times = np.array(target, float)
        if times.ndim != 1 or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
            raise WrongArgument("the target of SpikeTimes are times in ms, increasing")
        self._times = times[inside(times, window)]
        self._threshold = _number("threshold", threshold)
        self._scale = _scale(scale)
        self._unmatched = _scale(unmatched)

    def check(self, duration: float) -> None:
        """Whether the target is within a run of so many ms."""
        super().check(duration)
        if len(self._times):
            _check_within(self._times, duration)

    def residuals(self, values: Floats, interval: float) -> Linear:
        """One for each pair, and one for each that is left alone."""
        spikes = crossings(values, interval, self._threshold)
        found = np.array([spike.time for spike in spikes])
        keep = inside(found, self.window)
        spikes = [spike for spike, kept in zip(spikes, keep, strict=True) if kept]
        pairs = matching(found[keep] / self._scale, self._times / self._scale, self._unmatched)
        alone = len(spikes) + len(self._times) - 2 * len(pairs)
        residuals = [(spikes[i].time - self._times[j]) / self._scale for i, j in pairs] + [self._unmatched] * alone
        matrix = sparse.lil_array((len(residuals), len(values)))
        for row, (i, _) in enumerate(pairs):
            spike: Spike = spikes[i]
            matrix[row, spike.after - 1] = spike.slope_before / self._scale
            matrix[row, spike.after] = spike.slope_after / self._scale
        return np.array(residuals), matrix.tocsr()


def _extreme(values: Floats, number: int) -> tuple[float, Floats]:
    """The extreme of the parabola through a sample and its neighbours, and its derivatives by the samples.

    The sample itself would do, but that the next one takes its place as a spike moves: its derivative jumps in every
    step, by (d2v/dt2) dt (dt*/dtheta), which is not small beside it. A sample that is only the extreme of the part that
    begins or ends with it, between its neighbours, is taken as it is: the parabola's extreme may be far away.
    """
    slopes = np.zeros(len(values))
    slopes[number] = 1
    if not 0 < number < len(values) - 1:
        return float(values[number]), slopes
    before, here, after = values[number - 1 : number + 2]
    bend, half = before - 2 * here + after, (after - before) / 2
    if not bend or (before < here < after) or (before > here > after):
        return float(here), slopes
    position = half / bend  # steps before the sample: at most one half
    slopes[number - 1 : number + 2] = (position**2 + position) / 2, 1 - position**2, (position**2 - position) / 2
    return float(here - half * position / 2), slopes


def _check_within(times: Floats, duration: float) -> None:
    if times[0] < 0 or times[-1] > duration * (1 + 1e-9):
        raise WrongArgument(
            f"the target is at {times[0]:g} to {times[-1]:g} ms, and the run ends at {duration:g} ms: give a window, "
            "or a longer run"
        )


def _window(given: Window | None) -> Window | None:
    if given is None:
        return None
    try:
        begin, end = map(float, given)
    except (TypeError, ValueError):
        begin = end = math.nan
    if not begin < end:
        raise WrongArgument(f"window is from a time to a later one, unlike {given!r}")
    return begin, end


def _number(what: str, given: float) -> float:
    try:
        number = float(given)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise WrongArgument(f"{what} is a finite number, not {given!r}")
    return number


def _scale(given: float) -> float:
    number = _number("a scale", given)
    if not number > 0:
        raise WrongArgument(f"a scale is a number above 0, not {given!r}")
    return number
