"""However a model is run, and run again, the tangents are the same."""

from __future__ import annotations

import numpy as np
import pytest

from oracle import Oracle
from oracle.simulate import WAYS
from scenarios import FEW_PERCENT

USERS_MODEL = {"duration_ms": 30.0}
BITWISE = "bit for bit: the same operations in the same order, whoever calls the step"


@pytest.mark.parametrize("scenario", ["synapses_driven_by_events", "all_the_fixtures"])
def test_every_way_to_run_and_a_second_run_give_the_same_bits(oracle: Oracle, scenario: str) -> None:
    options = USERS_MODEL if scenario == "all_the_fixtures" else {}
    ways = [*WAYS, "continuerun"]
    measured = oracle.tangents(scenario, runs=[{"way": way} for way in ways], **options).result()
    for number, way in enumerate(ways):
        for quantity in ("voltage", "tangent", "last"):
            again, first = measured[f"{quantity}_{number}"], measured[f"{quantity}_0"]
            assert np.array_equal(again, first), f"{quantity} by {way} differs; it should be the same {BITWISE}"


def test_theta_moves_the_parameters_and_moves_them_back(oracle: Oracle) -> None:
    zero = [0.0] * len(FEW_PERCENT)
    augmented = oracle.tangents("all_the_fixtures", [{}, {"theta": FEW_PERCENT}, {"theta": zero}], **USERS_MODEL)
    original = oracle.primal("all_the_fixtures", [{}, {"theta": FEW_PERCENT}], **USERS_MODEL).result()
    measured = augmented.result()
    assert abs(original["voltage_1"] - original["voltage_0"]).max() > 1
    np.testing.assert_array_equal(measured["voltage_0"], original["voltage_0"])
    np.testing.assert_array_equal(measured["voltage_1"], original["voltage_1"])
    np.testing.assert_array_equal(measured["voltage_2"], original["voltage_0"])
    np.testing.assert_array_equal(measured["tangent_2"], measured["tangent_0"])
