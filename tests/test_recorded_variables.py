"""Derivatives of states and of variables of ions, sample by sample with NEURON's own records of these."""

from __future__ import annotations

import numpy as np
import pytest

from oracle import Oracle

TOLERANCE = 1e-7
"""As in test_exactness: relative to the largest derivative of the variable along the direction."""

OBSERVED = {
    "calcium": [
        "soma(0.5).m_hh",
        "soma(0.5).n_hh",
        "trunk(0.5).m_cachan",
        "trunk(0.5).cai",
        "left(0.833333).eca",
        "trunk(0.5).ica",
        "soma(0.5).ica",
        "soma(0.5).ina",
        "soma(0.5).gna_hh",
        "soma(0.5).il_hh",
        "trunk(0.5).g_cachan",
    ],
    "calcium_through_synapses": ["trunk(0.5).ica", "left(0.833333).cai", "trunk(0.5).cai"],
    "concentrations_that_move_each_other": ["soma(0.5).ko", "soma(0.5).ek", "soma(0.5).ik", "soma(0.5).cai"],
    "a_reversal_potential_that_a_mechanism_writes": ["soma(0.5).ek", "soma(0.5).ik"],
    "a_reversal_potential_that_is_computed_once": ["soma(0.5).eca", "trunk(0.5).cai"],
    "synapses_driven_by_events": [
        "dend(0.7).v",
        "ExpSyn[0].g",
        "ExpSyn[0].i",
        "Exp2Syn[0].B",
        "Exp2Syn[0].g",
        "soma(0.5).h_hh",
        "dend(0.1).i_pas",
    ],
    "ladder": ["soma(0.5).ca_ladder[1]", "soma(0.5).late_ladder", "soma(0.5).i_ladder", "soma(0.5).cai"],
    "capacitances_and_axial_resistances": ["soma(0.5).i_cap", "axon(0.125).i_cap", "drawn(0.875).i_membrane_"],
    "diameters_and_lengths": [
        *("soma(0.5).i_cap", "tuft(0.5).i_membrane_", "backward(0.833333).i_membrane_", "drawn(0.125).i_membrane_"),
    ],
    "currents_that_are_not_linear_where_the_area_moves": ["soma(0.5).i_membrane_"],
    "shapes_under_clamps_that_are_parameters": [
        *("SEClamp[0].i", "SEClamp[1].i", "AlphaSynapse[0].i", "AlphaSynapse[1].i"),
        *("dend(0.1).i_membrane_", "dend(0.9).i_membrane_", "dend(0.5).i_membrane_"),
    ],
    "a_capacitance_that_a_vector_is_played_into": ["soma(0.5).i_cap", "dend(0.5).i_cap"],
    "clamps_and_stimuli": [
        *("IClamp[0].i", "IClamp[1].i", "AlphaSynapse[0].i", "SEClamp[0].i", "SEClamp[0].vc"),
        *("soma(0.5).i_cap", "soma(0.5).i_membrane_", "dend(0.9).i_membrane_"),
    ],
    "voltage_clamps": [
        *(f"SEClamp[{number}].{name}" for number in range(3) for name in ("i", "vc")),
        *("AlphaSynapse[0].i", "IClamp[0].i"),
        *(f"{place}.i_membrane_" for place in ("soma(0.5)", "dend(0.3)", "dend(0.5)", "dend(0.7)")),
    ],
    "kinchan": ["soma(0.5).o_kinchan", "soma(0.5).ik"],
    "readouts": [
        *("FiringRate[0].f", "FiringRate[0].e", "FiringRate[1].f", "FiringRate[1].e"),
        *("MeanVoltage[0].mean", "MeanVoltage[0].e", "MeanCalcium[0].mean", "MeanCalcium[0].e"),
    ],
}


@pytest.mark.parametrize("scenario", OBSERVED)
def test_recorded_derivatives_go_with_the_records_of_neuron(oracle: Oracle, scenario: str) -> None:
    names = OBSERVED[scenario]
    augmented = oracle.observed(scenario, names)
    original = oracle.observed_differences(scenario, names).result()
    tangent, reference = augmented.result()["tangent"], original["reference"]
    assert tangent.shape == reference.shape
    largest, off = abs(reference).max(axis=0), abs(tangent - reference).max(axis=0)
    moved = largest > 0
    assert (off[~moved] == 0).all(), "something that does not depend on a direction has a derivative along it"
    errors, noise = off[moved] / largest[moved], original["noise"][moved]
    labels = [f"{name} along {label}" for name in names for label in original["labels"]]
    print(f"\n{'relative error':>14} {'noise':>8}")
    for label, error, blunt in zip(np.array(labels)[moved.ravel()], errors, noise, strict=True):
        print(f"{error:14.1e} {blunt:8.1e}  {label}")
    assert noise.max() <= TOLERANCE / 5, "the oracle is too blunt for this scenario"
    assert errors.max() <= TOLERANCE
