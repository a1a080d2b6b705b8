"""Mechanisms of a user, one for each way of solving."""

from __future__ import annotations

from typing import Any

from oracle.model import Direction, Model
from scenarios.density_mechanisms import guest
from scenarios.ions import calcium_cell
from scenarios.parts import clamp, section
from scenarios.registry import scenario

WAYS = ("sequence", "settled", "kinchan", "cabuffer", "implicitly", "simultaneous")


@scenario("sequence")
def sequence(h: Any) -> Model:
    """Several SOLVEs, of which each reads what the ones before it have set."""
    return guest(h, "sequence", "gbar", "vhalf", "tau", "lag", "e", amp_nA=0.5)


@scenario("settled")
def settled(h: Any) -> Model:
    """A DERIVATIVE block that INITIAL calls, so that the first value depends on parameters through a step."""
    return guest(h, "settled", "gbar", "half", "slope", "tau", "start", amp_nA=0.5)


@scenario("kinchan")
def kinchan(h: Any) -> Model:
    """A channel that is a kinetic scheme, from its steady state on."""
    return guest(h, "kinchan", "gbar", "vhalf", "speed", "total", amp_nA=0.5)


@scenario("implicitly")
def implicitly(h: Any) -> Model:
    """Coupled states by derivimplicit."""
    return guest(h, "implicitly", "gbar", "vhalf", "kon", "tau", "drive", amp_nA=0.5)


@scenario("simultaneous")
def simultaneous(h: Any) -> Model:
    """LINEAR and NONLINEAR blocks, and the method of Runge and Kutta."""
    return guest(h, "simultaneous", "gbar", "vhalf", "pull", "lag", amp_nA=0.5)


@scenario("cachan", "cabuffer", "kca")
def cabuffer(h: Any) -> Model:
    """Calcium that binds, in reactions of second order and in pairs, and is pumped out."""
    sections, keep = calcium_cell(h)
    for sec in sections:
        for name in ("cachan", "cabuffer", "kca"):
            sec.insert(name)
    soma, trunk = sections[:2]
    directions = [
        Direction("gbar_cachan", sections=sections),
        Direction("kon_cabuffer", sections=sections),
        Direction("koff_cabuffer", segments=[trunk(0.5)]),
        Direction("total_cabuffer", sections=sections),
        Direction("density_cabuffer", segments=[soma(0.5)]),
        Direction("depth_cabuffer", sections=[trunk]),
        Direction("gnabar_hh", sections=[soma]),
    ]
    return Model(sections, directions, keep)


@scenario("naf", "kdr", "leak", *WAYS)
def every_way_of_solving(h: Any) -> Model:
    """All of them in one cell, with no built-in mechanism: nothing is swapped."""
    soma = section(h, "soma", 20, 20)
    for suffix in ("naf", "kdr", "leak", *WAYS):
        soma.insert(suffix)
    soma.ena = 70
    return Model([soma], [Direction("gbar_kdr", sections=[soma])], [clamp(h, soma(0.5), 0.3)])
