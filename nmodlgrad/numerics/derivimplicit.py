"""METHOD derivimplicit: implicit Euler by Newton's method (nocmodl: deriv.cpp; NEURON: newton_thread.hpp)."""

from __future__ import annotations

from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.numerics import build, equations, memory
from nmodlgrad.numerics.stages import Implicit, Iteration
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n


def lower(mechanism: Mechanism, solve: n.Solve, block: n.DerivativeBlock, names: Names) -> Implicit:
    """The residuals (x - old)/dt - slope.

    Raises
    ------
    Refused
        when a state has two equations, which makes NEURON's matrix singular.
    """
    found = equations.found(block.body.statements)
    states = [str(e.target.name) for e in found]
    for equation in found:
        if states.count(equation.target.name) > 1:
            message = f"{equation.target.name} has several equations in this block: NEURON's matrix is singular"
            raise Refused([Diagnostic.at(equation.span, "NG002", f"{message}, so it is not differentiated")])
    slopes = {x: names.fresh(f"{build.plain(x)}_slope") for x in states}
    olds = {x: names.fresh(f"{build.plain(x)}_old") for x in states}
    residuals = {x: names.fresh(f"{build.plain(x)}_residual") for x in states}
    statements = equations.with_slopes(block.body.statements, slopes)
    memory.refuse(mechanism, block, statements)
    moved = {x: build.binary(build.name(x), "-", build.name(olds[x])) for x in states}
    balance = [
        build.assign(
            residuals[x], build.binary(build.binary(moved[x], "/", build.name("dt")), "-", build.name(slopes[x]))
        )
        for x in states
    ]
    return Implicit(
        solve=solve,
        unknowns=tuple(states),
        olds=tuple(olds.values()),
        corrections=(),
        body=(*statements, *balance),
        residuals=tuple(residuals.values()),
        after=statements,
        iteration=Iteration.ROOT,
        constant=True,
        steady=False,
    )
