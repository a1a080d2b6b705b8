"""How a mechanism moves while an event arrives: what an event that came later would have found, and have missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nmodlgrad.numerics import build, equations, kinetic
from nmodlgrad.numerics.phases import Phases
from nmodlgrad.numerics.stages import Implicit, Stage
from nmodlgrad.semantics.mechanism import Mechanism, Solvable
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n


@dataclass(frozen=True)
class Flow:
    """The statements that compute `slopes`, a variable for the dx/dt of each state x, and the membrane current.

    `ahead` tells by how much of a step the slopes by which a state is advanced lie ahead of those at its beginning:
    half of one, to the second order, for implicit Euler, half of one behind for the explicit one, none for an exact
    solution.
    """

    statements: tuple[n.Statement, ...]
    slopes: Mapping[str, str]
    ahead: Mapping[str, float]


def flow(mechanism: Mechanism, phases: Phases, names: Names) -> Flow:
    """The equations of every DERIVATIVE or KINETIC block that is solved in a step, then the current phase."""
    statements: list[n.Statement] = []
    slopes: dict[str, str] = {}
    ahead: dict[str, float] = {}
    for block, stage in {stage.solve.block: stage for stage in phases.states if stage.solve is not None}.items():
        more, own = _slopes(mechanism, mechanism.solvable[block], names)
        statements += more
        slopes |= own
        ahead |= dict.fromkeys(own, _ahead(stage))
    return Flow((*statements, *phases.current), slopes, ahead)


def _slopes(mechanism: Mechanism, block: Solvable, names: Names) -> tuple[tuple[n.Statement, ...], dict[str, str]]:
    if isinstance(block, n.KineticBlock):
        return kinetic.slopes(mechanism, block, names)
    body = block.body.statements
    states = [str(e.target.name) for e in equations.found(body)]
    own = {x: names.fresh(f"{build.plain(x)}_slope") for x in states}
    return equations.with_slopes(body, own), own


def _ahead(stage: Stage) -> float:
    if isinstance(stage, Implicit):
        return 0.5
    return -0.5 if stage.solve is not None and stage.solve.method == "euler" else 0.0
