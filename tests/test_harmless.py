"""The primal is left alone: what the original computes, the augmented mechanism computes to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from oracle import Measured, Oracle

ROUNDING = 10
"""How many times further than the yardstick of rounding a swapped built-in may go astray.

Swapping hh for hh_grad may change the order in which the currents of a node are summed, and so round
each step otherwise, by about the last bit of the voltage. The yardstick moves every voltage of the
original by just that, at random, at every step; spikes amplify it, in eight draws, to 4e-11 to 9e-11 mV
within 100 ms. The factor leaves room for errors that are not random and add up.
"""


@pytest.mark.parametrize("attached", [False, True], ids=["without_a_sensitivity", "with_a_sensitivity"])
@pytest.mark.parametrize(
    "scenario",
    [
        "all_the_fixtures",
        "every_kind_of_event",
        "every_kind_of_pointer_and_ion",
        "doing",
        "every_way_of_solving",
        "noise_of_every_kind",
        "every_kind_of_kink",
    ],
)
def test_every_voltage_state_and_current_keeps_its_bits(oracle: Oracle, scenario: str, attached: bool) -> None:
    original = oracle.everything(scenario).result()
    measured = oracle.augmented_everything(scenario, sorted(original), attached=attached).result()
    assert np.ptp(original["soma(0.5).v"]) > 90, "this should spike"
    changed = _changed(measured, original)
    assert not changed, f"first sample at which each differs, of {len(original)} variables: {changed}"


def test_swapped_built_ins_change_no_more_than_rounding(oracle: Oracle) -> None:
    scenario = "built_ins_that_go_on_spiking"
    augmented = oracle.tangents(scenario)
    yardstick = oracle.jitter(scenario).result()
    rounding = abs(yardstick["jittered"] - yardstick["voltage"]).max()
    difference = abs(augmented.result()["voltage_0"] - yardstick["voltage"]).max()
    print(f"\ndifference {difference:.1e} mV, rounding alone {rounding:.1e} mV")
    assert difference <= ROUNDING * rounding


def test_built_ins_that_are_loaded_but_not_swapped_keep_their_bits(oracle: Oracle) -> None:
    original = oracle.everything("built_ins_that_go_on_spiking").result()
    measured = oracle.augmented_everything("built_ins_that_go_on_spiking", sorted(original), attached=False).result()
    assert not _changed(measured, original)


def _changed(measured: Measured, original: Measured) -> dict[str, int]:
    """The variables that are not the same bit for bit, each with its first sample that differs."""
    return {
        name: int(np.argmax(measured[name] != original[name]))
        for name in original
        if not np.array_equal(measured[name], original[name])
    }
