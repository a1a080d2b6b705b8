"""SOLVE: each becomes a stage of the phase that it stands in, by the method that NEURON uses."""

from __future__ import annotations

from nmodlgrad.numerics import cnexp, equations, euler
from nmodlgrad.numerics.stages import Explicit, Stage
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def stages(mechanism: Mechanism, names: Names) -> tuple[Stage, ...]:
    """The SOLVEs of BREAKPOINT in their order. nocmodl moves them out of it, also out of branches (solve.cpp).

    Without a current there is no current phase: all else that BREAKPOINT says comes after them (noccout.cpp).
    """
    if mechanism.breakpoint is None:
        return ()
    found = [node for node in subnodes(mechanism.breakpoint) if isinstance(node, n.Solve)]
    solved = tuple(_stage(mechanism, node, names) for node in found)
    rest = tuple(s for s in mechanism.breakpoint.body.statements if not isinstance(s, n.Solve))
    return solved if mechanism.currents or not rest else (*solved, Explicit(None, rest))


def is_inside(mechanism: Mechanism, solve: n.Solve | None) -> bool:
    """Whether the block that is solved can call the routine: NEURON executes it once in each step and never else."""
    if solve is None:
        return True
    block = mechanism.solvable[solve.block]
    return isinstance(block, n.DerivativeBlock) and [s.block for s in mechanism.solves].count(block.name) == 1


def _stage(mechanism: Mechanism, solve: n.Solve, names: Names) -> Stage:
    block = mechanism.solvable[solve.block]
    statements = block.body.statements
    match block, solve.method:
        case n.DerivativeBlock(), "cnexp":
            return Explicit(solve, equations.replace(statements, lambda e: cnexp.lower(e, names)))
        case n.DerivativeBlock(), "euler":
            return Explicit(solve, euler.lower(statements, names))
        case n.ProcedureBlock(), _:
            return Explicit(solve, statements)
    raise AssertionError(f"SOLVE {solve.block} METHOD {solve.method}")
