"""The stages of a phase: what NEURON executes one after the other, each linearised by itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from nmodlgrad.numerics import build
from nmodlgrad.syntax import nodes as n


@dataclass(frozen=True)
class Explicit:
    """A run of statements that a SOLVE stands for, or those that follow one in INITIAL.

    Without a SOLVE it is what BREAKPOINT itself does after all of them.
    """

    solve: n.Solve | None
    statements: tuple[n.Statement, ...]
    follows: bool = False


class Iteration(Enum):
    """How often NEURON improves the unknowns, each time by what solves a linear system.

    ONCE and CONVERGED name what METHOD sparse does (sparse_thread.hpp), which starts from the old unknowns; ROOT stands
    for a solution that does not depend on where it is looked for.
    """

    ONCE = "once"
    CONVERGED = "converged"
    ROOT = "root"


@dataclass(frozen=True)
class Implicit:
    """Unknowns that NEURON moves until residuals vanish.

    `body` sets `residuals`, one for each of `unknowns`. It reads `olds`, the unknowns before the solve, and, where
    `corrections` are given, what NEURON adds to the unknowns: then the residuals are those after the correction, by the
    matrix that NEURON has, and that matrix is their derivative with respect to the corrections. `steady` are solved
    with a dt of 1e9 ms. `constant` tells that the matrix depends on no unknown. `after` is what the block leaves in
    other variables once it is solved.
    """

    solve: n.Solve
    unknowns: tuple[str, ...]
    olds: tuple[str, ...]
    corrections: tuple[str, ...]
    body: tuple[n.Statement, ...]
    residuals: tuple[str, ...]
    after: tuple[n.Statement, ...]
    iteration: Iteration
    constant: bool
    steady: bool

    @property
    def statements(self) -> tuple[n.Statement, ...]:
        """Plain statements with the same data flow: after the block every unknown depends on all that enters it."""
        total: n.Expression = build.name(self.residuals[0])
        for name in (*self.residuals[1:], *self.unknowns):
            total = build.binary(total, "+", build.name(name))
        mixed = build.assign(self.residuals[0], total)
        solved = [build.assign(x, build.name(self.residuals[0])) for x in self.unknowns]
        olds = [build.assign(old, build.name(x)) for old, x in zip(self.olds, self.unknowns, strict=bool(self.olds))]
        corrections = [build.assign(c, build.number("0")) for c in self.corrections]
        return (*olds, *corrections, *self.body, mixed, *solved, *self.after)


Stage = Explicit | Implicit
