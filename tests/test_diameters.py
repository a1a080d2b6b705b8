"""diam_factor: where theta moves it, where the points change around a run, and what is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from oracle import Oracle, relative_error
from oracle.jobs import FIXTURES
from processes import model

TOLERANCE = 1e-7
MOVED = [2**-4, 2**-6, 0, -(2**-4), 2**-5, 2**-3, -(2**-3), 2**-3, 7.0, -4.0, 5.0, 0.03, -(2**-4), 0.004, 2**-5]
"""A theta for every direction of factors_on_diameters; the factors that it comes to have few binary digits."""

CELL = """
ng.load("hh", "pas")
soma, dend, clamp = cell()
for x, d in ((0, 1.9), (30, 1.1), (30, 1.3), (70, -0.7), (100, 0.5)):
    h.pt3dadd(x, 0, 0, d, sec=dend)

def points():
    return [dend.diam3d(i) * (1 - 2 * dend.spine3d(i)) for i in range(dend.n3d())]

def sensitivity(**more):
    return ng.Sensitivity([ng.Parameter("diam_factor", sections=[soma, dend])], **more)

def derivative(sens, steps=40):
    h.finitialize(-65)
    for _ in range(steps):
        h.fadvance()
    return sens.dv(dend(0.5)).tolist()

first = points()
"""


def lines(code: str, folder: Path | None = None, *, errors: bool = False) -> list[str]:
    return model(CELL + code, folder, errors=errors).splitlines()


def test_the_tangent_is_exact_where_theta_has_moved_diameters(oracle: Oracle) -> None:
    runs: list[dict[str, Any]] = [{}, {"theta": MOVED}, {"theta": [0.0] * len(MOVED)}]
    augmented = oracle.tangents("factors_on_diameters", runs=runs)
    original = oracle.differences("factors_on_diameters", theta=MOVED).result()
    measured = augmented.result()
    assert original["noise"].max() <= TOLERANCE / 5, "the oracle is too blunt here"
    errors = relative_error(measured["tangent_1"], original["reference"])
    print(f"\nerrors {errors.max():.1e}, noise {original['noise'].max():.1e}")
    assert errors.max() <= TOLERANCE
    assert relative_error(measured["tangent_2"], measured["tangent_0"]).max() <= 1e-9  # L comes back but for rounding


def test_factors_on_diameters_change_no_bit(oracle: Oracle) -> None:
    for scenario in ("factors_on_diameters", "mechanisms_that_read_diameters_of_points"):
        augmented = oracle.tangents(scenario)
        original = oracle.primal(scenario).result()
        np.testing.assert_array_equal(augmented.result()["voltage_0"], original["voltage_0"])


def test_a_factor_is_on_the_diameters_of_the_time_when_the_sensitivity_was_made() -> None:
    out = lines("""
def by_hand(factor):
    for i, d in enumerate(first):
        dend.pt3dchange(i, d * factor)
    soma.diam = 20 * factor
    return run(dend)
by_hand(1.0)  # which NEURON has rounded already
expected = {factor: (by_hand(factor), points(), soma.diam) for factor in (1.1, 0.83, 1.0)}
with sensitivity() as sens:
    for factor in (1.1, 0.83, 1.1, 1.0):
        sens.theta = [factor - 1.0]
        assert sens.displaced == []
        print((run(dend), points(), soma.diam) == expected[factor])
    sens.theta = [0.25]
print(points() == [1.25 * d for d in first] or np.allclose(points(), [1.25 * d for d in first], rtol=1e-7))
print(h.dend if hasattr(h, "dend") else [m.name() for m in soma(0.5)][-1])
with sensitivity(start=[0.8]) as sens:
    print(np.allclose(points(), first, rtol=1e-6), sens.units, sens.theta.tolist())
    print(refusal(lambda: setattr(sens, "theta", [-0.5])))
    print(np.allclose(points(), first, rtol=1e-6))
""")
    assert out == [
        *["True"] * 5,
        "hh",
        "True ('1',) [0.8]",
        "ValueError: theta would make the diameters of soma -0.5 times what they were",
        "True",
    ]


def test_points_that_change_together_are_followed_and_others_are_refused() -> None:
    out = lines("""
for i, d in enumerate((1.75, 1.25, 1.5, -0.75, 0.5)):
    dend.pt3dchange(i, d)
first = points()
def scaled(factor, *points):
    for i in points or range(5):
        dend.pt3dchange(i, factor * first[i])
with sensitivity() as sens:
    sens.theta = [0.25]
    expected = derivative(sens)
    sens.theta = [0.0]
    scaled(1.25)
    soma.diam = 25
    print(derivative(sens) == expected, sens.displaced)
    scaled(1.5, 2)
    print(refusal(lambda: derivative(sens)))
    sens.theta = [0.25]
    print(derivative(sens) == expected, points() == [1.25 * d for d in first], sens.displaced)
    h.fadvance()
    scaled(1.25, 2)
    refusal(h.fadvance)
    print(refusal(lambda: sens.dv(soma(0.5))))
    print(derivative(sens) == expected)
    dend.L = 90
    print(derivative(sens) == expected, sens.displaced)
    h.pt3dadd(120, 0, 0, 0.5, sec=dend)
    print(refusal(lambda: derivative(sens)), refusal(lambda: setattr(sens, "theta", [0.0])), sep="\\n")
""", errors=True)
    found = [line for line in out if line.startswith(("True", "False", "CannotCarry", "RuntimeError", "hoc"))]
    refused = "CannotCarry: diam_factor of soma_dend: its diameters are not those of the time when the Sensitivity was made"
    print("\n".join(out))
