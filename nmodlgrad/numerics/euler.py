"""METHOD euler: all slopes first, then all states at once (NEURON: euler_thread.hpp)."""

from __future__ import annotations

from nmodlgrad.numerics import build, equations
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def lower(statements: tuple[n.Statement, ...], names: Names) -> tuple[n.Statement, ...]:
    """The statements with x' = f as slope = f, and x = x + dt slope at their end, once for every equation of x.

    An equation in both branches of an if counts twice (nocmodl: deriv.cpp), and so NEURON advances x twice.
    """
    slopes = {x: names.fresh(f"{x}_slope") for x in solved(statements)}
    last = [
        build.assign(x, build.binary(build.name(x), "+", build.binary(build.name("dt"), "*", build.name(slopes[x]))))
        for x in solved(statements)
    ]
    return (*with_slopes(statements, slopes), *last)


def solved(statements: tuple[n.Statement, ...]) -> tuple[str, ...]:
    """The state of each equation, in the order in which these stand."""
    found = (node for statement in statements for node in subnodes(statement))
    return tuple(str(e.target.name) for e in found if isinstance(e, n.Assign) and isinstance(e.target, n.Prime))


def with_slopes(statements: tuple[n.Statement, ...], slopes: dict[str, str]) -> tuple[n.Statement, ...]:
    """The statements with every equation x' = f as an assignment to the variable that holds its slope."""
    return equations.replace(statements, lambda e: (n.Assign(e.span, build.name(slopes[e.target.name]), e.value),))
