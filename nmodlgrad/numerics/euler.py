"""METHOD euler: all slopes first, then all states at once (NEURON: euler_thread.hpp)."""

from __future__ import annotations

from nmodlgrad.numerics import build, equations
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n


def lower(statements: tuple[n.Statement, ...], names: Names) -> tuple[n.Statement, ...]:
    """The statements with x' = f as slope = f, and x = x + dt slope at their end, once for every equation of x.

    An equation in both branches of an if counts twice (nocmodl: deriv.cpp), and so NEURON advances x twice.
    """
    states = [str(e.target.name) for e in equations.found(statements)]
    slopes = {x: names.fresh(f"{build.plain(x)}_slope") for x in states}
    last = [
        build.assign(x, build.binary(build.name(x), "+", build.binary(build.name("dt"), "*", build.name(slopes[x]))))
        for x in states
    ]
    return (*equations.with_slopes(statements, slopes), *last)
