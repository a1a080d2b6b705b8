"""Mechanisms of a user, one for each way of solving."""

from __future__ import annotations

from typing import Any

from oracle.model import Direction, Model
from scenarios.density_mechanisms import guest
from scenarios.parts import clamp, section
from scenarios.registry import scenario


@scenario("sequence")
def sequence(h: Any) -> Model:
    """Several SOLVEs, of which each reads what the ones before it have set."""
    return guest(h, "sequence", "gbar", "vhalf", "tau", "lag", "e", amp_nA=0.5)


@scenario("naf", "kdr", "leak", "sequence")
def every_way_of_solving(h: Any) -> Model:
    """All of them in one cell, with no built-in mechanism: nothing is swapped."""
    soma = section(h, "soma", 20, 20)
    for suffix in ("naf", "kdr", "leak", "sequence"):
        soma.insert(suffix)
    soma.ena = 70
    return Model([soma], [Direction("gbar_kdr", sections=[soma])], [clamp(h, soma(0.5), 0.3)])
