"""Functions with kinks and singularities, and variables that are kept in unusual places."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from oracle.model import Model
from scenarios.density_mechanisms import guest
from scenarios.registry import scenario


@scenario("kinked")
def kinked(h: Any) -> Model:
    """fabs, fmod, floor and others, comparisons as numbers, nrn_ghk."""
    names = ("width", "gbar", "reach", "permeability", "span", "gbar", "boost", "gbar", "vhalf")
    return replace(guest(h, "kinked", *names, amp_nA=0.8), duration_ms=12.0)
