"""How a mechanism moves while an event arrives: what an event that came later would have found, and have missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nmodlgrad.numerics import build, equations
from nmodlgrad.numerics.phases import Phases
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n


@dataclass(frozen=True)
class Flow:
    """The statements that compute `slopes`, a variable for the dx/dt of each state x, and the membrane current."""

    statements: tuple[n.Statement, ...]
    slopes: Mapping[str, str]


def flow(mechanism: Mechanism, phases: Phases, names: Names) -> Flow:
    """The equations of every DERIVATIVE block that is solved in a step, then the current phase."""
    statements: list[n.Statement] = []
    slopes: dict[str, str] = {}
    for block in dict.fromkeys(stage.solve.block for stage in phases.states if stage.solve is not None):
        body = mechanism.solvable[block].body.statements
        own = {
            str(e.target.name): names.fresh(f"{build.plain(str(e.target.name))}_slope") for e in equations.found(body)
        }
        statements += equations.with_slopes(body, own)
        slopes |= own
    return Flow((*statements, *phases.current), slopes)
