"""Transforms: inverse of each other, slopes as differences have them, and the one that bounds suggest."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmodlgrad.fit.transforms import Identity, Log, Logit, Softplus, Transform, of_name
from nmodlgrad.runtime.errors import WrongArgument

ALL = [Identity(), Log(), Logit(-2.0, 5.0), Logit(1e-6, 1e-3), Softplus(), Softplus(-80.0, 10.0)]
each = pytest.mark.parametrize("transform", ALL, ids=repr)


@each
@given(theta=st.floats(-12, 12))
def test_theta_of_the_value_is_theta(transform: Transform, theta: float) -> None:
    assert math.isclose(transform.theta(transform.value(theta)), theta, rel_tol=1e-9, abs_tol=1e-9)


@each
@given(theta=st.floats(-12, 12))
def test_the_slope_is_that_of_a_difference(transform: Transform, theta: float) -> None:
    step = 1e-3
    points = [transform.value(theta + i * step) for i in (-2, -1, 1, 2)]
    difference = (points[0] - 8 * points[1] + 8 * points[2] - points[3]) / (12 * step)
    rounding = 1e-15 * max(map(abs, points)) / step
    assert math.isclose(transform.slope(theta), difference, rel_tol=1e-9, abs_tol=10 * rounding)


@each
def test_far_away_the_value_stays_within_its_range(transform: Transform) -> None:
    values = [transform.value(theta) for theta in (-1e4, -800.0, 0.0, 800.0, 1e4)]
    assert values == sorted(values)
    assert not any(map(math.isnan, values))


@pytest.mark.parametrize(
    ("name", "bounds", "expected"),
    [
        (None, (-math.inf, math.inf), Identity()),
        (None, (0.1, 2.0), Logit(0.1, 2.0)),
        (None, (0.0, math.inf), Log()),
        (None, (-5.0, math.inf), Identity()),
        ("identity", (0.1, 2.0), Identity()),
        ("log", (0.1, 2.0), Log()),
        ("softplus", (-5.0, math.inf), Softplus(-5.0, 3.0)),
    ],
)
def test_the_transform_of_a_name_and_bounds(name: str | None, bounds: tuple[float, float], expected: Transform) -> None:
    assert of_name(name, *bounds, unit=3.0) == expected


@pytest.mark.parametrize(
    ("name", "bounds"),
    [("log", (-1.0, 2.0)), ("softplus", (-math.inf, 2.0)), ("logit", (0.0, math.inf)), ("probit", (0, 1))],
)
def test_a_transform_that_does_not_go_with_the_bounds_is_refused(name: str, bounds: tuple[float, float]) -> None:
    with pytest.raises(WrongArgument, match=f"transform.*{name}"):
        of_name(name, *bounds, unit=1.0)
