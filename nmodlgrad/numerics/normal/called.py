"""A DERIVATIVE block that is called like a routine: what METHOD cnexp makes of it stands there instead of the call."""

from __future__ import annotations

from nmodlgrad.numerics import cnexp, equations
from nmodlgrad.numerics.normal.rewrite import rebuilt, within
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n


def inline(mechanism: Mechanism, names: Names) -> Mechanism:
    """Without calls of blocks that cnexp solves, which are routines that advance their states by one step."""
    methods = {solve.block: solve.method for solve in mechanism.solves}

    def change(node: n.Node) -> n.Node:
        node = within(node, change)
        match node:
            case n.CallStatement(span=span, call=n.Call(name=name)) if methods.get(name) == "cnexp":
                block = mechanism.solvable[name]
                if not cnexp.falls_back(equations.found(block.body.statements)):
                    lowered = equations.replace(block.body.statements, lambda e: cnexp.lower(e, names))
                    return n.Body(span, block.body.locals, lowered)
        return node

    return rebuilt(mechanism, (within(item, change) for item in mechanism.items))
