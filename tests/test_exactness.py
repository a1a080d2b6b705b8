"""The promise: the tangent is the derivative of the step that NEURON takes, wherever and whatever."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from oracle import Oracle, relative_error
from scenarios import FEW_PERCENT

TOLERANCE = 1e-7
"""Tangents are exact to rounding; the finite differences they are held against are good to 1e-8 (printed: noise)."""

SCENARIOS: dict[str, tuple[str, dict[str, Any]]] = {
    "in_a_branched_cell": ("a_branched_cell", {}),
    "in_a_tapered_cell": ("a_tapered_cell", {}),
    "with_a_child_at_an_interior_point": ("a_child_at_an_interior_point", {}),
    "with_a_child_connected_by_its_1_end": ("a_child_connected_by_its_1_end", {}),
    "with_a_child_on_the_0_end_of_the_soma": ("a_child_on_the_0_end_of_the_soma", {}),
    "in_two_cells_at_once": ("two_cells", {}),
    "in_a_cell_from_an_swc_file": ("a_cell_from_an_swc_file", {}),
    "in_a_cell_from_a_neurolucida_file": ("a_cell_from_a_neurolucida_file", {}),
    "in_cells_from_a_template": ("cells_from_a_template", {}),
    "in_hundreds_of_sections": ("hundreds_of_sections", {}),
    "in_a_myelinated_axon": ("a_myelinated_axon", {}),
    "in_cells_of_different_kinds": ("cells_of_different_kinds", {}),
    "through_the_table_of_hh": ("hh_with_its_table", {}),
    "with_a_capacitance_that_a_vector_is_played_into": ("a_capacitance_that_a_vector_is_played_into", {}),
    "with_a_capacitance_that_changes_between_steps": ("a_capacitance_that_changes_between_steps", {}),
    "with_a_temperature_that_changes_between_steps": ("a_temperature_that_changes_between_steps", {}),
    "of_a_temperature_that_changes_between_steps": (
        "a_temperature_that_is_a_parameter_and_changes_between_steps",
        {},
    ),
    "with_a_temperature_that_finitialize_changes": ("a_temperature_that_finitialize_changes", {}),
    "from_voltages_that_are_set_after_finitialize": ("voltages_that_are_set_after_finitialize", {}),
    "through_synapses_driven_by_events": ("synapses_driven_by_events", {}),
    "through_synapses_at_the_ends_of_sections": ("synapses_at_the_ends_of_sections", {}),
    "through_synapses_of_a_user": ("synapses_of_a_user", {}),
    "through_synapses_that_depress": ("depressing_synapses", {}),
    "through_what_connections_keep_from_zero": ("synapses_with_traces", {}),
    "through_events_that_a_synapse_sends_to_itself": ("synapses_that_send_events_to_themselves", {}),
    "of_connections_with_several_weights": ("connections_of_several_weights", {}),
    "through_weights_that_learn": ("synapses_whose_weights_learn", {}),
    "through_an_electrode_current": ("an_electrode_current", {}),
    "through_an_electrode_with_a_leak": ("an_electrode_with_a_leak", {}),
    "along_a_global_parameter": ("kdr", {}),
    "of_a_current_nonlinear_in_v": ("nap", {}),
    "through_branches_and_overwritten_locals": ("gated", {}),
    "of_states_that_read_each_other": ("chained", {}),
    "of_several_solves_in_their_order": ("sequence", {}),
    "of_a_derivative_block_that_is_called": ("settled", {}),
    "of_a_channel_as_a_kinetic_scheme": ("kinchan", {}),
    "of_states_that_are_solved_implicitly": ("implicitly", {}),
    "of_simultaneous_equations": ("simultaneous", {}),
    "of_calcium_that_binds_and_is_pumped": ("cabuffer", {}),
    "of_a_mechanism_without_a_state": ("leak", {}),
    "of_initial_states_from_parameters": ("slopes", {}),
    "of_repeated_calls_and_declared_initial_values": ("corners", {}),
    "whatever_the_names_and_the_layout": ("crowded", {}),
    "through_procedures_that_change_what_they_read": ("moved", {}),
    "of_a_function_with_a_table": ("funtable", {}),
    "of_a_function_whose_table_is_off": ("funtable", {"table": False}),
    "of_a_table_over_a_procedure_that_sets_more": ("trates", {}),
    "of_the_same_without_its_table": ("trates", {"table": False}),
    "beside_a_parameter_that_acts_within_a_table": ("tempered", {}),
    "beyond_the_end_of_a_table": ("naf_beyond_its_table", {}),
    "of_a_procedure_whose_table_is_off": ("naf_beyond_its_table", {"table": False}),
    "of_calcium_that_gathers_and_acts": ("calcium", {}),
    "of_a_current_that_reads_concentrations": ("calcium_by_ghk", {}),
    "of_calcium_through_synapses": ("calcium_through_synapses", {}),
    "of_calcium_in_shells": ("calcium_in_shells", {}),
    "of_concentrations_that_move_each_other": ("concentrations_that_move_each_other", {}),
    "of_a_reversal_potential_that_a_mechanism_writes": ("a_reversal_potential_that_a_mechanism_writes", {}),
    "of_a_reversal_potential_that_is_computed_once": ("a_reversal_potential_that_is_computed_once", {}),
    "where_concentrations_stay": ("constant_concentrations", {}),
    "of_arrays_and_loops_over_them": ("ladder", {}),
    "through_kinks_and_comparisons": ("kinked", {}),
    "of_what_breakpoint_leaves_behind": ("kept", {}),
    "of_a_linear_current_that_the_first_pass_changes": ("passing", {}),
    "of_blocks_before_and_after_the_phases": ("around", {}),
    "where_rates_are_0_over_0": ("trapped", {}),
    "through_a_gap_junction": ("a_gap_junction", {}),
    "of_a_cell_on_a_parameter_of_its_partner": ("a_gap_junction_whose_partner_has_no_parameter", {}),
    "through_gap_junctions_within_a_cell": ("gap_junctions_within_a_cell", {}),
    "through_gap_junctions_in_a_ring": ("gap_junctions_in_a_ring", {}),
    "through_synapses_that_read_presynaptic_calcium": ("graded_synapses", {}),
    "of_a_synapse_whose_weight_another_mechanism_writes": ("a_weight_that_is_written", {}),
    "through_a_conductance_driven_by_noise": ("a_noisy_conductance", {}),
    "through_synapses_that_release_at_random": ("synapses_that_release_at_random", {}),
    "of_functions_that_assign_and_names_that_hide": ("doing", {}),
    "with_every_kind_of_pointer_and_ion": ("every_kind_of_pointer_and_ion", {}),
    "through_c_code_as_far_as_it_is_declared": ("a_channel_with_c_code", {}),
    "of_loops_whose_bounds_and_indices_are_computed": ("queue", {}),
    "through_a_voltage_that_events_reset": ("a_voltage_that_events_reset", {}),
    "through_a_voltage_that_state_discontinuity_sets": ("a_voltage_that_state_discontinuity_sets", {}),
    "of_parameters_that_are_moved_together": ("parameters_moved_together", {}),
    "of_directions_that_are_scattered_over_places": ("directions_scattered_over_places", {}),
    "of_the_voltage_that_a_run_starts_from": ("a_voltage_to_start_from", {}),
    "of_the_voltage_that_two_cells_start_from": ("a_voltage_that_two_cells_start_from", {}),
    "of_concentrations_that_stay": ("concentrations_that_stay", {}),
    "of_concentrations_that_pools_start_from": ("concentrations_to_start_from", {}),
    "of_clamps_and_of_stimuli_that_are_played": ("clamps_and_stimuli", {}),
    "of_voltage_clamps": ("voltage_clamps", {}),
    "of_a_temperature": ("a_temperature", {}),
    "through_functions_that_hoc_tabulates": ("lookup", {}),
    "of_conductances_that_a_mechanism_tells": ("conducting", {}),
    "of_a_mechanism_in_two_files": ("parted", {}),
    "of_capacitances_and_axial_resistances": ("capacitances_and_axial_resistances", {}),
    "of_diameters_and_lengths": ("diameters_and_lengths", {}),
    "of_a_shape_under_clamps_that_are_parameters": ("shapes_under_clamps_that_are_parameters", {}),
    "of_diameters_and_lengths_on_two_threads": ("diameters_and_lengths", {"threads": 2}),
    "of_shapes_that_mechanisms_read": ("mechanisms_that_read_the_shape", {}),
    "of_shapes_under_currents_that_are_not_linear": ("currents_that_are_not_linear_where_the_area_moves", {}),
    "of_factors_on_diameters": ("factors_on_diameters", {}),
    "of_factors_on_diameters_on_two_threads": ("factors_on_diameters", {"threads": 2}),
    "of_diameters_of_points_that_mechanisms_read": ("mechanisms_that_read_diameters_of_points", {}),
    "of_the_diameters_of_a_cell_from_an_swc_file": ("diameters_of_a_cell_from_an_swc_file", {}),
    "of_the_diameters_of_a_cell_from_a_neurolucida_file": ("diameters_of_a_cell_from_a_neurolucida_file", {}),
    "with_every_mechanism_together": ("all_the_fixtures", {"table": False, "duration_ms": 30.0}),
}


@pytest.mark.parametrize(("scenario", "options"), SCENARIOS.values(), ids=SCENARIOS.keys())
def test_the_tangent_is_exact(oracle: Oracle, scenario: str, options: dict[str, Any]) -> None:
    augmented = oracle.tangents(scenario, **options)
    original = oracle.differences(scenario, **options).result()
    measured = augmented.result()
    assert measured["voltage_0"].shape == original["voltage"].shape
    # Only rounding, amplified by spikes: the exact statement about the primal is in test_harmless.
    np.testing.assert_allclose(measured["voltage_0"], original["voltage"], rtol=0, atol=1e-6)
    errors = relative_error(measured["tangent_0"], original["reference"])
    print(f"\n{'relative error':>14} {'noise':>8}")
    for label, error, noise in zip(original["labels"], errors, original["noise"], strict=True):
        print(f"{error:14.1e} {noise:8.1e}  {label}")
    assert original["noise"].max() <= TOLERANCE / 5, "the oracle is too blunt for this scenario"
    assert errors.max() <= TOLERANCE


def test_the_sensitivity_now_is_the_last_sample_of_the_record(oracle: Oracle) -> None:
    measured = oracle.tangents("a_branched_cell").result()
    np.testing.assert_array_equal(measured["last_0"], measured["tangent_0"][-1])


def test_the_tangent_is_exact_where_theta_has_moved_the_parameters(oracle: Oracle) -> None:
    options: dict[str, Any] = {"table": False, "duration_ms": 30.0}
    augmented = oracle.tangents("all_the_fixtures", runs=[{"theta": FEW_PERCENT}], **options)
    original = oracle.differences("all_the_fixtures", theta=FEW_PERCENT, **options).result()
    assert original["noise"].max() <= TOLERANCE / 5, "the oracle is too blunt here"
    assert relative_error(augmented.result()["tangent_0"], original["reference"]).max() <= TOLERANCE
