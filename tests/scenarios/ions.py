"""Ions as active quantities: calcium that flows in, gathers under the membrane and acts on other channels."""

from __future__ import annotations

from typing import Any

from oracle.model import Direction, Model
from scenarios.parts import clamp, connection, membrane, section, stimulus, tapered
from scenarios.registry import scenario

CALCIUM = ("cachan", "capool", "kca")


def calcium_cell(h: Any) -> tuple[list[Any], list[Any]]:
    """A spiking soma with a tapered, branched dendrite, and calcium everywhere; its sections, and what is kept."""
    soma = section(h, "soma", 20, 20)
    trunk = tapered(h, "trunk", [(0, 3), (60, 2), (120, 1.2)], 3)
    left, right = section(h, "left", 90, 1, 3), section(h, "right", 60, 1.4, 2)
    trunk.connect(soma(1))
    for branch in (left, right):
        branch.connect(trunk(1))
    membrane(h, [soma], [trunk, left, right])
    sections = [soma, trunk, left, right]
    return sections, [clamp(h, soma(0.5), 0.45)]


@scenario(*CALCIUM)
def calcium(h: Any) -> Model:
    """A channel that reads eca and cai, a pool that its current fills, a channel that the pool opens."""
    sections, keep = calcium_cell(h)
    for sec in sections:
        for name in CALCIUM:
            sec.insert(name)
    soma, trunk = sections[:2]
    directions = [
        Direction("gbar_cachan", sections=sections),
        Direction("khalf_cachan", segments=[trunk(0.5)]),
        Direction("tau_capool", sections=sections),
        Direction("depth_capool", segments=[soma(0.5)]),
        Direction("rest_capool", sections=sections, scale=1e-4),
        Direction("gbar_kca", sections=sections),
        Direction("power_kca", sections=[trunk]),
        Direction("gnabar_hh", sections=[soma]),
    ]
    return Model(sections, directions, keep)


@scenario("goldman", "capool", "kca")
def calcium_by_ghk(h: Any) -> Model:
    """A current that reads both concentrations, one of which moves."""
    sections, keep = calcium_cell(h)
    for sec in sections:
        for name in ("goldman", "capool", "kca"):
            sec.insert(name)
    directions = [
        Direction("pbar_goldman", sections=sections, scale=1e-5),
        Direction("tau_capool", sections=sections),
        Direction("gbar_kca", sections=sections),
        Direction("gnabar_hh", sections=sections[:1]),
    ]
    return Model(sections, directions, keep)


@scenario("cachan", "casyn", "capool")
def calcium_through_synapses(h: Any) -> Model:
    """A density mechanism and two point processes that share one ion, in a section where a pool reads it."""
    sections, keep = calcium_cell(h)
    soma, trunk, left = sections[:3]
    for sec in (soma, trunk, left):
        sec.insert("capool")
    for sec in (trunk, left):
        sec.insert("cachan")
    synapses = [h.casyn(trunk(0.5)), h.casyn(trunk(0.5)), h.casyn(left(0.9))]
    source = stimulus(h, 2, 6, 4)
    netcons = [connection(h, source, synapse, 0.002 + 0.001 * k, 1 + k) for k, synapse in enumerate(synapses)]
    directions = [
        Direction("fraction", of=synapses[0]),
        Direction("tau", of=synapses[2]),
        Direction("weight", of=netcons[1]),
        Direction("gbar_cachan", sections=[trunk, left]),
        Direction("tau_capool", sections=[trunk]),
        Direction("gnabar_hh", sections=[soma]),
    ]
    return Model(sections, directions, [*keep, source, *synapses, *netcons])


@scenario("cachan", "cashell", "kca")
def calcium_in_shells(h: Any) -> Model:
    """A pool whose STATE is not the concentration itself, with a kink where the current turns."""
    sections, keep = calcium_cell(h)
    for sec in sections:
        for name in ("cachan", "cashell", "kca"):
            sec.insert(name)
    directions = [
        Direction("gbar_cachan", sections=sections),
        Direction("taur_cashell", sections=sections),
        Direction("cainf_cashell", sections=sections, scale=1e-4),
        Direction("gnabar_hh", sections=sections[:1]),
    ]
    return Model(sections, directions, keep)


def still_calcium_cell(h: Any) -> tuple[list[Any], list[Any]]:
    """A cell with mechanisms that read concentrations which nobody moves: sections, and what is to be kept."""
    sections, keep = calcium_cell(h)
    for sec in sections:
        for name in ("cachan", "kca", "goldman"):
            sec.insert(name)
        for segment in sec:
            segment.cai, segment.eca = 3e-4, 120
    return sections, keep


@scenario("cachan", "kca", "goldman")
def constant_concentrations(h: Any) -> Model:
    """Mechanisms that read concentrations which nobody moves."""
    sections, keep = still_calcium_cell(h)
    directions = [
        Direction("gbar_cachan", sections=sections),
        Direction("pbar_goldman", sections=sections, scale=1e-5),
        Direction("power_kca", sections=sections),
        Direction("gnabar_hh", sections=sections[:1]),
    ]
    return Model(sections, directions, keep)


@scenario("cachan", "caself", "capump", "kpool")
def concentrations_that_move_each_other(h: Any) -> Model:
    """Currents that are read and written at once; two pools of which each reads the ion of the other."""
    sections, keep = calcium_cell(h)
    for sec in sections:
        for name in ("cachan", "caself", "capump", "kpool"):
            sec.insert(name)
        for segment in sec:
            segment.cai = 2e-4
    directions = [
        Direction("gbar_caself", sections=sections),
        Direction("ihalf_caself", sections=sections, scale=1e-3),
        Direction("rate_capump", sections=sections, scale=1e-4),
        Direction("depth_capump", sections=sections[:2]),
        Direction("half_capump", sections=sections, scale=1e-4),
        Direction("outer_kpool", sections=sections),
        Direction("tau_kpool", sections=sections),
        Direction("kbath_kpool", sections=sections, scale=0.1),
        Direction("gnabar_hh", sections=sections[:1]),
    ]
    return Model(sections, directions, keep)


@scenario("early", "kpool", "kpotential", "late")
def a_reversal_potential_that_a_mechanism_writes(h: Any) -> Model:
    """An ek from concentrations that another mechanism moves, read by channels that run before and after its writer."""
    sections, keep = calcium_cell(h)
    for sec in sections[:2]:
        for name in ("early", "kpool", "kpotential", "late"):
            sec.insert(name)
    directions = [
        Direction("gbar_early", sections=sections[:2]),
        Direction("gbar_late", sections=sections[:2]),
        Direction("slope_kpotential", sections=sections[:2]),
        Direction("kbath_kpool", sections=sections[:1], scale=0.1),
        Direction("outer_kpool", sections=sections[:2]),
        Direction("gkbar_hh", sections=sections[:1]),
    ]
    return Model(sections, directions, keep)


@scenario("caself", "capool")
def a_reversal_potential_that_is_computed_once(h: Any) -> Model:
    """By ion_style, eca follows the initial concentrations in a part of the cell, and does not move after."""
    sections, keep = calcium_cell(h)
    for sec in sections:
        sec.insert("caself")
        sec.insert("capool")
    for sec in sections[:2]:
        h.ion_style("ca_ion", 3, 2, 1, 0, 1, sec=sec)
    directions = [
        Direction("rest_capool", sections=sections, scale=1e-5),
        Direction("rest_capool", segments=[sections[0](0.5)], scale=1e-5),
        Direction("gbar_caself", sections=sections),
    ]
    return Model(sections, directions, keep)
