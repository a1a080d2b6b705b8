"""Standard errors beside closed forms, scipy, and the spread of many fits; what can not be fixed, by name."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import curve_fit
from scipy.stats import chi2

from nmodlgrad.fit.problem import Evaluation
from nmodlgrad.fit.uncertainty import Uncertainty, linear
from nmodlgrad.runtime.errors import WrongArgument
from processes import model

Floats = NDArray[np.float64]


def line(count: int = 40, noise: float = 0.3) -> tuple[Floats, Floats]:
    """A design matrix of a straight line, and noisy data."""
    random = np.random.default_rng(1)
    x = np.linspace(0, 4, count)
    design = np.column_stack([np.ones(count), x])
    return design, design @ [2.0, -0.7] + noise * random.standard_normal(count)


def fitted(design: Floats, data: Floats, counts: tuple[int, ...] = ()) -> Evaluation:
    theta, *_ = np.linalg.lstsq(design, data, rcond=None)
    return Evaluation(theta, design @ theta - data, design, counts or (len(data),))


def analysed(evaluation: Evaluation, noise: object = None, slopes: Floats | None = None) -> Uncertainty:
    theta = evaluation.theta
    ones = np.ones(len(theta))
    labels = [f"p{k}" for k in range(len(theta))]
    return linear(evaluation, labels, theta, ones if slopes is None else slopes, ones, noise)  # type: ignore[arg-type]


def test_a_line_has_the_errors_of_the_textbook() -> None:
    design, data = line()
    found = analysed(fitted(design, data))
    x, residuals = design[:, 1], fitted(design, data).residuals
    variance = residuals @ residuals / (len(x) - 2)
    spread = ((x - x.mean()) ** 2).sum()
    errors = np.sqrt(variance * np.array([1 / len(x) + x.mean() ** 2 / spread, 1 / spread]))
    np.testing.assert_allclose(found.errors, errors, rtol=1e-12)
    assert found.correlations[0, 1] == pytest.approx(-x.mean() / np.sqrt((x**2).mean()), rel=1e-12)
    assert found.degrees_of_freedom == len(x) - 2


@pytest.mark.parametrize("noise", [None, 0.4])
@pytest.mark.parametrize("form", [lambda e: e, Evaluation.compressed], ids=["whole", "compressed"])
def test_the_covariance_is_that_of_curve_fit(noise: float | None, form: Callable[[Evaluation], Evaluation]) -> None:
    x = np.linspace(0, 3, 60)
    data = 1.5 * np.exp(-0.8 * x) + 0.2 + 0.05 * np.random.default_rng(2).standard_normal(60)

    def decay(x: Floats, a: float, b: float, c: float) -> Floats:
        return a * np.exp(-b * x) + c

    def slopes(x: Floats, a: float, b: float, c: float) -> Floats:
        fall = np.exp(-b * x)
        return np.column_stack([fall, -a * x * fall, np.ones_like(x)])

    sigma = None if noise is None else np.full(60, noise)
    theta, covariance = curve_fit(
        decay, x, data, [1, 1, 0], sigma=sigma, absolute_sigma=noise is not None, jac=slopes, xtol=1e-15, ftol=1e-15
    )
    found = analysed(form(Evaluation(theta, decay(x, *theta) - data, slopes(x, *theta), (60,))), noise)
    np.testing.assert_allclose(found.covariance, covariance, rtol=1e-9)


def test_losses_of_unlike_noise_have_the_covariance_of_weights_that_are_not_the_noise() -> None:
    design, data = line(60)
    deviations = np.repeat([0.1, 1.0], 30)
    found = analysed(fitted(design, data, (30, 30)), [0.1, 1.0])
    inverse = np.linalg.inv(design.T @ design)
    sandwich = inverse @ (design.T * deviations**2) @ design @ inverse
    np.testing.assert_allclose(found.covariance, sandwich, rtol=1e-11)
    np.testing.assert_allclose(found.information, (design.T / deviations**2) @ design, rtol=1e-11)
    np.testing.assert_allclose(analysed(fitted(design, data, (30, 30)), deviations).covariance, sandwich, rtol=1e-11)


def test_the_noise_of_each_loss_is_estimated_from_its_own_residuals() -> None:
    random = np.random.default_rng(3)
    design, _ = line(4000)
    deviations = np.repeat([0.1, 1.0], [3000, 1000])
    found = analysed(fitted(design, design @ [1.0, 1.0] + deviations * random.standard_normal(4000), (3000, 1000)))
    # The variance of m samples has the relative standard deviation sqrt(2/m); six of them, half of it for the root.
    np.testing.assert_allclose(found.noise, [0.1, 1.0], rtol=3 * np.sqrt(2 / 1000))
    pooled = analysed(fitted(design, design @ [1.0, 1.0] + deviations * random.standard_normal(4000)).compressed())
    assert len(pooled.noise) == 1
    assert 0.1 < pooled.noise[0] < 1.0


def test_slopes_take_the_errors_from_theta_to_the_values() -> None:
    evaluation = fitted(*line())
    slopes = np.array([0.01, 50.0])
    np.testing.assert_allclose(
        analysed(evaluation, slopes=slopes).value_errors, analysed(evaluation).errors * slopes, rtol=1e-14
    )


@pytest.mark.parametrize("units", [1.0, 1e-9, 1e9])
def test_the_spectrum_is_that_of_relative_changes_whatever_the_units(units: float) -> None:
    design, data = line()
    whole = fitted(design, data)
    scales, factors = np.abs(whole.theta), np.array([1.0, units])
    there = Evaluation(whole.theta * factors, whole.residuals, design / factors, whole.counts)
    found = linear(there, ["a", "b"], there.theta, np.ones(2), scales * factors)
    expected = np.linalg.eigvalsh((design * scales).T @ (design * scales))[::-1] / found.noise[0] ** 2
    np.testing.assert_allclose(found.eigenvalues, expected, rtol=1e-9)
    assert not found.unidentified


@pytest.mark.parametrize("units", [1.0, 1e-12, 1e12])
def test_two_parameters_that_do_the_same_are_named_and_the_third_keeps_its_error(units: float) -> None:
    design, data = line()
    twice = np.column_stack([design, design[:, 1] * units])
    theta = np.array([2.0, -0.4, -0.3 / units])
    found = linear(
        Evaluation(theta, fitted(design, data).residuals, twice, (len(data),)), "abc", theta, np.ones(3), np.abs(theta)
    )
    (nothing,) = found.unidentified
    assert np.isinf(nothing.error)
    # Relative changes w of which 0.4 w_b + 0.3 w_c = 0.
    np.testing.assert_allclose(np.abs(nothing.weights), [0, 0.6, 0.8], atol=1e-9)
    assert str(nothing) in ("+0.80 c, -0.60 b", "-0.80 c, +0.60 b")
    assert found.errors[0] == pytest.approx(analysed(fitted(design, data)).errors[0], rel=1e-9)
    assert np.isinf(found.errors[1:]).all()
    assert np.isinf(found.value_errors[1:]).all()
    assert found.degrees_of_freedom == len(data) - 2


def test_a_parameter_without_any_effect_is_named() -> None:
    design, data = line()
    still = np.column_stack([design, np.zeros(len(data))])
    whole = Evaluation(np.array([2.0, -0.7, 5.0]), fitted(design, data).residuals, still, (len(data),))
    for evaluation in (whole, whole.compressed()):
        found = analysed(evaluation)
        assert [str(each) for each in found.unidentified] == ["+1.00 p2"]
        assert np.isfinite(found.errors[:2]).all()


def test_a_combination_that_the_noise_hides_is_named() -> None:
    design, data = line()
    x = design[:, 1]
    near = np.column_stack([design, x + 1e-4 * x**2])
    found = analysed(Evaluation(np.array([2.0, -0.4, -0.3]), fitted(design, data).residuals, near, (len(data),)))
    (hidden,) = found.unidentified
    assert 1 < hidden.error < np.inf
    np.testing.assert_allclose(np.abs(hidden.weights), [0, np.sqrt(0.5), np.sqrt(0.5)], atol=1e-3)


def test_fewer_residuals_than_parameters_leave_directions_free() -> None:
    whole = Evaluation(np.ones(3), np.array([0.1, -0.1]), np.array([[1.0, 0, 0], [0, 1.0, 1.0]]), (2,))
    found = analysed(whole, 0.5)
    np.testing.assert_allclose(found.errors, [0.5, np.inf, np.inf])
    with pytest.raises(WrongArgument, match="tell nothing of the noise"):
        analysed(whole)


def test_residuals_that_follow_each_other_are_told() -> None:
    random = np.random.default_rng(4)
    design, _ = line(5000)
    noise = np.zeros(5000)
    for k, new in enumerate(random.standard_normal(4999)):
        noise[k + 1] = 0.9 * noise[k] + new
    found = analysed(fitted(design, noise))
    # The correlation of n samples has a standard deviation of sqrt((1 - a^2)/n); six of them.
    assert found.autocorrelation == pytest.approx(0.9, abs=6 * np.sqrt((1 - 0.81) / 5000))
    assert np.isnan(analysed(fitted(design, noise).compressed()).autocorrelation)


@pytest.mark.parametrize("noise", [0.0, -1.0, np.nan, [0.1, 0.2, 0.3]])
def test_noise_that_means_nothing_is_refused(noise: object) -> None:
    with pytest.raises(WrongArgument, match="noise is"):
        analysed(fitted(*line()), noise)


def test_a_perfect_fit_has_no_noise_to_estimate() -> None:
    design, _ = line()
    with pytest.raises(WrongArgument, match="all 0"):
        analysed(Evaluation(np.ones(2), np.zeros(40), design, (40,)))


FITS = 80
MANY_FITS = f"""
from nmodlgrad import fit
ng.load("hh")
soma = h.Section(name="soma")
soma.L = soma.diam = 20
soma.insert("hh")
clamp = h.IClamp(soma(0.5))
clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.2
truth = np.array(run(soma, 12))
random = np.random.default_rng(5)
deviation = 0.5
free = [
    fit.Free(ng.Parameter("gnabar_hh", sections=soma), bounds=(0.01, 1)),
    fit.Free(ng.Parameter("gkbar_hh", sections=soma), bounds=(0, np.inf)),
    fit.Free(ng.Parameter("el_hh", sections=soma)),
]

def once(noise):
    target = fit.Trace.sampled(truth + noise, every=h.dt)
    with fit.Problem(free, fit.Protocol("step", 12, fit.SquaredError(soma(0.5), target))) as problem:
        found = fit.minimise(problem, fit.GaussNewton(tolerance=1e-9), progress=False)
        each = fit.uncertainty(problem, found.best)
        begin = problem.start
        problem.values(begin)
        problem.evaluate(begin)  # the model has the true values again
    return found.theta - begin, each

deviations, found = zip(*[once(deviation * random.standard_normal(len(truth))) for _ in range({FITS})])
print(json.dumps({{
    "deviations": np.array(deviations).tolist(),
    "covariance": np.mean([each.covariance for each in found], axis=0).tolist(),
    "noise": float(np.sqrt(np.mean([each.noise[0] ** 2 for each in found]) * len(truth))),
    "samples": len(truth),
}}))
"""


def test_the_spread_of_many_fits_is_what_the_standard_errors_say() -> None:
    told = json.loads(model(MANY_FITS).splitlines()[-1])
    deviations, covariance = np.array(told["deviations"]), np.array(told["covariance"])
    count = deviations.size
    # If deviations are normal with this covariance, their squared lengths in its units sum up to a chi square.
    squares = np.einsum("ij,jk,ik->", deviations, np.linalg.inv(covariance), deviations)
    assert chi2.ppf(1e-4, count) < squares < chi2.ppf(1 - 1e-4, count)
    for each, variance in zip(deviations.T, np.diag(covariance), strict=True):
        assert chi2.ppf(1e-4, FITS) < each @ each / variance < chi2.ppf(1 - 1e-4, FITS)
    freedom = FITS * (told["samples"] - 3)
    low, high = np.sqrt(chi2.ppf([1e-4, 1 - 1e-4], freedom) / freedom)
    assert low < told["noise"] / 0.5 < high
