"""CONDUCTANCE: NEURON takes the conductance from the variables that are named, as BREAKPOINT leaves them."""

from __future__ import annotations

from dataclasses import replace

from nmodlgrad.numerics import build
from nmodlgrad.numerics.normal.rewrite import rebuilt, within
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def total(mechanism: Mechanism, names: Names) -> Mechanism:
    """The mechanism with their sum as a variable that the last statement of BREAKPOINT sets.

    nocmodl adds up what the hints name, as often as they name it, whichever currents that leaves out; the sum has the
    sign of the currents.
    """
    block = mechanism.breakpoint
    hints = [x.name for x in subnodes(block) if isinstance(x, n.Conductance)] if block else []
    if block is None or not hints:
        return mechanism
    without = within(block, _drop)
    if not mechanism.currents:
        return rebuilt(mechanism, (without if item is block else item for item in mechanism.items))
    name = names.fresh("total_conductance")
    statement = build.assign(name, build.total(hints, negative=mechanism.currents[0].electrode))
    body = replace(without.body, statements=(*without.body.statements, statement))
    changed = replace(without, body=body)
    mechanism = rebuilt(mechanism, (changed if item is block else item for item in mechanism.items))
    return replace(mechanism, conductance=name)


def _drop(node: n.Node) -> n.Node | tuple[n.Node, ...]:
    return () if isinstance(node, n.Conductance) else within(node, _drop)
