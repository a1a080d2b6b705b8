"""Functions with kinks and singularities, and variables that are kept in unusual places."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from oracle.model import Direction, Model
from scenarios.density_mechanisms import guest
from scenarios.parts import clamp, section
from scenarios.registry import scenario


@scenario("kinked")
def kinked(h: Any) -> Model:
    """fabs, fmod, floor and others, comparisons as numbers, nrn_ghk."""
    names = ("width", "gbar", "reach", "permeability", "span", "gbar", "boost", "gbar", "vhalf")
    return replace(guest(h, "kinked", *names, amp_nA=0.8), duration_ms=12.0)


@scenario("trapped")
def trapped(h: Any) -> Model:
    """Rates and a current that are 0/0 at a voltage: the cell starts at one of these and passes through others."""
    model = guest(h, "trapped", "vrate", "gbar", "k", "permeability", "q", amp_nA=0.4)
    for sec in model.sections:
        sec.vrate_trapped = -65 + 1e-6  # the textbook quotient has hardly a digit there
    return model


@scenario("kept")
def kept(h: Any) -> Model:
    """What BREAKPOINT leaves for the states and for itself, a state that it assigns, a GLOBAL that INITIAL computes."""
    return guest(h, "kept", "gain", "gbar", "vhalf", "gk", "width", "gbar", whole=("q10",), amp_nA=0.5)


@scenario("around")
def around(h: Any) -> Model:
    """BEFORE and AFTER blocks that compute what the current and the states read."""
    return guest(h, "around", "gain", "gbar", "rest", "tau", "tau", amp_nA=0.4)


@scenario("passing")
def passing(h: Any) -> Model:
    """A current that the pass at v + 0.001 leaves another one at v."""
    return guest(h, "passing", "gain", "g", "follow", "boost", "gain", amp_nA=0.5)


@scenario("kinked", "trapped", "kept", "around", "conducting", "naf", "kdr", "leak")
def every_kind_of_kink(h: Any) -> Model:
    """All of these mechanisms in one cell, each thin enough that it goes on spiking, which it does by ours alone."""
    h.usetable_naf = 0
    soma = section(h, "soma", 20, 20)
    for name in ("naf", "kdr", "leak", "kinked", "trapped", "kept", "around", "conducting"):
        soma.insert(name)
    soma.ena = 70
    soma.gbar_kinked, soma.gbar_trapped, soma.gbar_kept, soma.gbar_around = 1e-5, 1e-5, 1e-5, 1e-5
    soma.permeability_kinked, soma.permeability_trapped, soma.gk_kept = 1e-9, 1e-5, 1e-5
    soma.gbar_conducting, soma.gmax_conducting = 1e-5, 1e-6
    return Model([soma], [Direction("gain_kept", sections=[soma])], [clamp(h, soma(0.5), 0.25)])
