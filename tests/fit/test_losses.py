"""Losses on traces whose features are known in closed form, and their derivatives by the samples."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nmodlgrad import fit
from nmodlgrad.fit.spikes import crossings, matching
from nmodlgrad.fit.traces import interpolation, sampling_steps
from nmodlgrad.runtime.errors import WrongArgument

Floats = NDArray[np.float64]
DT = 0.025
TIMES = DT * np.arange(4001)  # 100 ms


def spikes(centres: list[float], width: float = 0.7, height: float = 100.0) -> Floats:
    """A resting voltage of -70 mV with smooth bumps: the k-th passes -20 mV at centre - width sqrt(log(2))."""
    bumps = [height * np.exp(-(((TIMES - centre) / width) ** 2)) for centre in centres]
    return -70 + np.sum(bumps, axis=0)


TRACE = spikes([20.01, 43.337, 71.5]) - 5 * np.sin(TIMES / 9) + 0.3 * np.cos(TIMES / 0.9)
TARGET = fit.Trace.sampled(spikes([21.0, 44.0, 70.0]), DT)
LOSSES = {
    "squared error": fit.SquaredError(None, TARGET),
    "squared error at 1 ms in a window": fit.SquaredError(
        None, fit.Trace.sampled(TARGET.values[::40], 1.0), window=(10, 60), scale=3, weights=np.linspace(0, 1, 101)
    ),
    "squared error between steps": fit.SquaredError(None, fit.Trace(np.array([0.0, 3.14, 50.013, 99.99]), np.zeros(4))),
    "spike times": fit.SpikeTimes(None, [21, 44, 70], scale=0.5),
    "spike times, one missing and one too many": fit.SpikeTimes(None, [21, 44, 60, 90], scale=0.1),
    "mean": fit.Mean(None, -60),
    "mean in a window": fit.Mean(None, -60, window=(30, 50), scale=2),
    "variance": fit.Variance(None, 100, scale=50),
    "peak": fit.Peak(None, 20),
    "peak at the end of a window": fit.Peak(None, 20, window=(30, 43.0)),
    "trough": fit.Trough(None, -80),
    "after-hyperpolarisation": fit.AfterHyperpolarisation(None, -78),
    "after-hyperpolarisation without a spike": fit.AfterHyperpolarisation(None, -78, window=(22, 40)),
    "rate": fit.Rate(None, 30),
    "rate of a part": fit.Rate(None, 30, window=(30, 100), threshold=-30, softness=2),
}


@pytest.mark.parametrize("name", LOSSES)
def test_derivatives_by_the_samples_are_those_of_differences(name: str) -> None:
    """Along smooth directions, as those of a model are: central differences of 4th order."""
    loss = LOSSES[name]
    values = TRACE[:: loss.sampling_steps(DT)]
    interval = DT * loss.sampling_steps(DT)
    times = interval * np.arange(len(values))
    _, matrix = loss.residuals(values, interval)
    for direction in (np.sin(times / 3), np.exp(-(((times - 43) / 5) ** 2)), np.gradient(values, interval)):
        step = 1e-6
        around = [loss.residuals(values + i * step * direction, interval)[0] for i in (-2, -1, 1, 2)]
        difference = (around[0] - 8 * around[1] + 8 * around[2] - around[3]) / (12 * step)
        assert np.allclose(matrix @ direction, difference, rtol=1e-6, atol=1e-7 * max(1, np.abs(difference).max()))


def test_the_squared_error_is_half_the_mean_square() -> None:
    residuals, _ = fit.SquaredError(None, TARGET).residuals(TRACE, DT)
    assert residuals @ residuals / 2 == pytest.approx(np.mean((TRACE - TARGET.values) ** 2) / 2, rel=1e-12)


def test_weights_and_scale_of_the_squared_error() -> None:
    weights = np.linspace(0, 2, len(TIMES))
    loss = fit.SquaredError(None, TARGET, weights=weights, scale=4.0, window=(25, 75))
    chosen = (TIMES > 25 - 1e-9) & (TIMES < 75 + 1e-9)
    expected = np.average(((TRACE - TARGET.values)[chosen] / 4) ** 2, weights=weights[chosen]) / 2
    residuals, _ = loss.residuals(TRACE, DT)
    assert residuals @ residuals / 2 == pytest.approx(expected, rel=1e-12)


def test_a_spike_is_where_the_voltage_rises_through_the_threshold() -> None:
    width = 0.7
    found = crossings(spikes([20.01, 43.337], width), DT, -20.0)
    expected = np.array([20.01, 43.337]) - width * np.sqrt(np.log(2))
    assert np.allclose([spike.time for spike in found], expected, atol=DT**2)


def test_the_derivative_of_a_spike_time_is_minus_dv_over_slope() -> None:
    """A trace that moves in time by s has dt*/ds = 1 and dv/ds = -dv/dt; a straight line errs by dt v''/(2 v')."""
    [spike] = crossings(spikes([43.337]), DT, -20.0)
    analytic = 2 * (TIMES - 43.337) / 0.7**2 * (spikes([43.337]) + 70)  # d trace / d centre
    moved = spike.slope_before * analytic[spike.after - 1] + spike.slope_after * analytic[spike.after]
    x = np.sqrt(np.log(2))
    assert moved == pytest.approx(1.0, abs=DT / 2 * (2 * x - 1 / x) / 0.7)


def test_features_of_a_known_trace() -> None:
    values = spikes([20.01, 43.337, 71.5], height=110.0) - 2 * np.sin(TIMES / 9)
    assert fit.Peak(None, 0).residuals(values, DT)[0][0] == pytest.approx(40 - 2 * np.sin(43.337 / 9), abs=0.02)
    assert fit.Rate(None, 0, softness=1).residuals(values, DT)[0][0] == pytest.approx(30, rel=1e-6)
    assert fit.Mean(None, 0).residuals(values, DT)[0][0] == pytest.approx(values.mean())
    assert fit.Variance(None, 0).residuals(values, DT)[0][0] == pytest.approx(values.var())
    assert fit.Trough(None, 0).residuals(values, DT)[0][0] == pytest.approx(-72, abs=1e-9)
    lows = [values[TIMES.searchsorted(a) : TIMES.searchsorted(b)].min() for a, b in ((20, 42), (44, 70), (72, 101))]
    assert fit.AfterHyperpolarisation(None, 0).residuals(values, DT)[0][0] == pytest.approx(
        np.mean(lows),
        abs=DT**2 / 8,  # v'' is below 1 mV/ms2 there
    )


@pytest.mark.parametrize("last", [5.0, 0.001, -0.0001])
def test_a_spike_that_the_window_cuts_off_has_its_own_lowest_sample(last: float) -> None:
    """It is at an end, where a parabola through it and its neighbours has its extreme anywhere."""
    values = np.array([-70, -60, -50, -30, -15, last])
    assert fit.AfterHyperpolarisation(None, 0).residuals(values, DT)[0] == [-15]


def test_a_window_may_be_open_to_the_end() -> None:
    from_20 = fit.Mean(None, 0, window=(20, np.inf)).residuals(TRACE, DT)[0]
    assert from_20 == pytest.approx([TRACE[800:].mean()], rel=1e-12)
    assert fit.Mean(None, 0, window=(-np.inf, 20)).residuals(TRACE, DT)[0] == pytest.approx([TRACE[:801].mean()])
    assert fit.SquaredError(None, TARGET, window=(20, np.inf)).target.times[0] == 20
    assert fit.SpikeTimes(None, [21, 44, 70], window=(50, np.inf)).residuals(TRACE, DT)[0].shape == (1,)


def test_a_bump_below_the_threshold_counts_in_part_and_has_a_gradient() -> None:
    below = spikes([40.0], height=45.0)
    number, slopes = fit.Rate(None, 0).feature(below, DT)
    assert 0 < number < 10
    assert slopes @ (below + 70) > 0


def test_the_peak_between_samples_moves_without_jumps() -> None:
    peaks = [fit.Peak(None, 0).residuals(spikes([40 + shift]), DT)[0][0] for shift in np.linspace(0, DT, 41)]
    assert max(peaks) - min(peaks) < 1e-3 * 100 * (DT / 0.7) ** 2  # the samples' own maximum moves by 0.25 of this


@pytest.mark.parametrize(
    ("found", "wanted", "expected"),
    [
        ([10, 20, 30], [11, 21, 31], [(0, 0), (1, 1), (2, 2)]),
        ([20, 30], [1, 21, 31], [(0, 1), (1, 2)]),  # the first was missed: the others are not shifted
        ([1, 20, 30], [21, 31], [(1, 0), (2, 1)]),
        ([], [5], []),
        ([5], [], []),
        ([10], [100], []),
        ([10, 12], [11.5], [(1, 0)]),
    ],
)
def test_spikes_are_matched_in_order_at_the_least_cost(
    found: list[float], wanted: list[float], expected: list[tuple[int, int]]
) -> None:
    assert matching(np.array(found, float), np.array(wanted, float), 5.0) == expected


def test_the_matching_is_the_best_of_all() -> None:
    generator = np.random.default_rng(1)
    for _ in range(50):
        found, wanted = (np.sort(generator.uniform(0, 30, generator.integers(0, 5))) for _ in range(2))
        assert _cost(found, wanted, matching(found, wanted, 4.0)) == pytest.approx(_best(found, wanted, 4.0))


def _cost(found: Floats, wanted: Floats, pairs: list[tuple[int, int]], unmatched: float = 4.0) -> float:
    alone = len(found) + len(wanted) - 2 * len(pairs)
    return float(sum((found[i] - wanted[j]) ** 2 for i, j in pairs)) + alone * unmatched**2


def _best(found: Floats, wanted: Floats, unmatched: float) -> float:
    """Of every way there is."""
    if not len(found) or not len(wanted):
        return (len(found) + len(wanted)) * unmatched**2
    pair = (found[0] - wanted[0]) ** 2 + _best(found[1:], wanted[1:], unmatched)
    return float(
        min(pair, *(unmatched**2 + _best(f, w, unmatched) for f, w in ((found[1:], wanted), (found, wanted[1:]))))
    )


@pytest.mark.parametrize(
    ("times", "steps"),
    [
        (np.arange(0, 100, 1.0), 40),
        (np.arange(0, 100, 0.1), 4),
        (np.arange(0.05, 100, 0.1), 2),
        (np.arange(0, 100, 0.03), 1),
        (np.array([0.0]), 1),
        (np.arange(0, 100, 1.0) + 1e-9, 40),
    ],
)
def test_samples_are_taken_as_seldom_as_the_target_allows(times: Floats, steps: int) -> None:
    assert sampling_steps(times, DT) == steps


def test_the_model_is_interpolated_at_the_times_of_the_target() -> None:
    times = np.array([0.0, 1.0, 1.5, 1.75, 9.0])
    matrix = interpolation(times, 10, 1.0)
    line = 3 * np.arange(10.0) - 2
    assert np.allclose(matrix @ line, 3 * times - 2, rtol=1e-15)
    assert matrix.nnz == 3 + 4
    with pytest.raises(WrongArgument, match=r"9\.5"):
        interpolation(np.array([9.5]), 10, 1.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: fit.Trace(np.array([0.0, 1.0]), np.array([1.0])), "2 times and 1 values"),
        (lambda: fit.Trace(np.array([1.0, 1.0]), np.array([1.0, 2.0])), "increase"),
        (lambda: fit.Trace(np.array([0.0]), np.array([np.nan])), "finite"),
        (lambda: fit.SquaredError(None, [1, 2, 3]), "Trace"),
        (lambda: fit.SquaredError(None, TARGET, weights=[1, 2]), "one for each sample"),
        (lambda: fit.SquaredError(None, TARGET, weights=np.zeros(len(TIMES))), "some weight"),
        (lambda: fit.SquaredError(None, TARGET, window=(200, 300)), "no sample"),
        (lambda: fit.SquaredError(None, TARGET, window=(30, 20)), "later"),
        (lambda: fit.Mean(None, 0, weight=-1), "weight"),
        (lambda: fit.Mean(None, 0, scale=0), "scale"),
        (lambda: fit.SpikeTimes(None, [3, 2, 1]), "increasing"),
        (lambda: fit.Mean(None, np.nan), "target is a finite number"),
        (lambda: fit.Rate(None, 20, threshold=np.nan), "threshold is a finite number"),
        (lambda: fit.Mean(None, 0, weight="much"), "weight is a finite number"),
        (lambda: fit.Mean(None, 0, window=(1, 2, 3)), "later"),
        (lambda: fit.Mean(None, 0, window=5), "later"),
        (lambda: fit.Mean(None, 0, window=(-9, -5)).check(50), "outside of the run"),
        (lambda: fit.Mean(None, 0, window=(50, 90)).check(50), "outside of the run"),
        (lambda: fit.Peak(None, 0, window=(1.001, 1.002)).residuals(TRACE, DT), "between two samples"),
        (lambda: fit.SpikeTimes(None, [5, 61.2]).check(50), "the run ends at 50 ms"),
        (lambda: fit.SpikeTimes(None, [-5, 12]).check(50), "at -5 to 12 ms"),
    ],
)
def test_what_can_not_be_meant_is_refused(make: object, message: str) -> None:
    with pytest.raises(WrongArgument, match=message):
        make()  # type: ignore[operator]
