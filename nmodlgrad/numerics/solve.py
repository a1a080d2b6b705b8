"""SOLVE: each becomes a stage of the phase that it stands in, by the method that NEURON uses."""

from __future__ import annotations

from nmodlgrad.numerics import cnexp, derivimplicit, equations, euler, kinetic, runge, simultaneous
from nmodlgrad.numerics.stages import Explicit, Stage
from nmodlgrad.semantics import reach
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


def executed_once(mechanism: Mechanism, solve: n.Solve | None) -> bool:
    """Whether NEURON executes what a SOLVE stands for, or BREAKPOINT itself, once in each step and never else."""
    if solve is None:
        return True
    block = mechanism.solvable[solve.block]
    once = [s.block for s in mechanism.solves].count(block.name) == 1 and solve.method != "runge"
    if not once or not isinstance(block, n.DerivativeBlock):
        return False
    return not any(block.name in reach.called(mechanism, item) for item in mechanism.items)


def initial(mechanism: Mechanism, names: Names) -> tuple[tuple[n.Statement, ...], tuple[Stage, ...]]:
    """INITIAL: its statements up to the first SOLVE, and the stages from there on."""
    first: list[n.Statement] = []
    later: list[Stage] = []
    run = first
    for statement in mechanism.initial.body.statements if mechanism.initial else ():
        if not isinstance(statement, n.Solve):
            run.append(statement)
            continue
        if later and run:
            later.append(Explicit(later[-1].solve, tuple(run), follows=True))
        later.append(_stage(mechanism, statement, names))
        run = []
    if later and run:
        later.append(Explicit(later[-1].solve, tuple(run), follows=True))
    return tuple(first), tuple(later)


def _stage(mechanism: Mechanism, solve: n.Solve, names: Names) -> Stage:
    block = mechanism.solvable[solve.block]
    statements = block.body.statements
    match block, solve.method:
        case n.DerivativeBlock(), "cnexp" | "derivimplicit" if _is_implicit(solve, statements):
            return derivimplicit.lower(mechanism, solve, block, names)
        case n.DerivativeBlock(), "cnexp":
            return Explicit(solve, equations.replace(statements, lambda e: cnexp.lower(e, names)))
        case n.DerivativeBlock(), "euler":
            return Explicit(solve, euler.lower(statements, names))
        case n.DerivativeBlock(), "runge":
            return Explicit(solve, runge.lower(mechanism, block, names))
        case (n.LinearBlock() | n.NonlinearBlock()) as simultaneous_block, _:
            return simultaneous.lower(mechanism, solve, simultaneous_block, names)
        case n.KineticBlock(), "sparse":
            return kinetic.lower(mechanism, solve, block, names)
        case n.ProcedureBlock(), _:
            return Explicit(solve, statements)
    raise AssertionError(f"SOLVE {solve.block} METHOD {solve.method}")


def _is_implicit(solve: n.Solve, statements: tuple[n.Statement, ...]) -> bool:
    return solve.method == "derivimplicit" or cnexp.falls_back(equations.found(statements))
