"""METHOD runge: the classical method of fourth order (NEURON: runge.hpp)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.numerics import build, equations
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n


def lower(mechanism: Mechanism, block: n.DerivativeBlock, names: Names) -> tuple[n.Statement, ...]:
    """The block four times, at the old states and thrice at states on the way; then once more at the new ones.

    Raises
    ------
    Refused
        when the block reads the time, which NEURON moves on the way.
    """
    statements = block.body.statements
    if "t" in Dataflow(mechanism).access(statements).live:
        message = "METHOD runge of a block that reads t is not differentiated"
        raise Refused([Diagnostic.at(block.name.span, "NG002", message)])
    states = tuple(dict.fromkeys(str(e.target.name) for e in equations.found(statements)))
    old, new, slope = ({x: names.fresh(f"{build.plain(x)}_{what}") for x in states} for what in ("old", "new", "slope"))
    run = equations.with_slopes(statements, slope)
    lowered: list[n.Statement] = [build.assign(old[x], build.name(x)) for x in states]
    lowered += [build.assign(new[x], build.name(x)) for x in states]
    for weight, way in (("6", "2"), ("3", "2"), ("3", "1")):
        lowered += [*run, *_add(new, new, slope, weight), *_add({x: x for x in states}, old, slope, way)]
    return (*lowered, *run, *_add({x: x for x in states}, new, slope, "6"), *run)


def _add(
    targets: Mapping[str, str], starts: Mapping[str, str], slopes: Mapping[str, str], parts: str
) -> Sequence[n.Statement]:
    """target = start + dt slope/parts"""
    dt = build.binary(build.name("dt"), "/", build.number(parts))
    return [
        build.assign(target, build.binary(build.name(starts[x]), "+", build.binary(dt, "*", build.name(slopes[x]))))
        for x, target in targets.items()
    ]
