"""Random draws: constants along a path. Each is made once, by the derivatives, and handed to the mechanism again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from nmodlgrad.calculus import opaque
from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.semantics import draws
from nmodlgrad.semantics.dataflow import Dataflow, heads_of
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

if TYPE_CHECKING:
    from nmodlgrad.calculus.algebra import Partials
    from nmodlgrad.calculus.expressions import Expressions
    from nmodlgrad.calculus.scope import Scope


def draw(scope: Expressions, call: n.Call) -> n.Expression:
    """A call that draws, as a variable of its own."""
    function = scope.flow.mechanism.functions.get(call.name)
    values = [scope.evaluated(a, call.name) for a in call.arguments]
    live = scope.flow.function(call.name).live if function else frozenset[str]()
    scope.expose(live)
    active = [x for x in sorted(live) if scope.partials(x)]
    active += sorted({str(s) for v in values if v.partials for s in v.value.free_symbols if scope.partials(str(s))})
    text = f"{call.name}({', '.join(value.text for value in values)})"
    variable = scope.lifted(call, text, live.union(*(v.reads for v in values)), True, opaque.twice(scope.flow, call))
    scope.drawn.add(variable)
    partials: Partials = {}
    if active:
        slopes = _slopes(call.name, sp.Symbol(variable), [value.value for value in values])
        if slopes is None:
            raise Refused([_no_derivative(call, active)])
        for place, slope in slopes.items():
            for u, e in values[place].partials.items():
                partials[u] = partials.get(u, sp.Integer(0)) + slope * e
    return scope.standing_for(call, variable, partials)


def _slopes(name: str, drawn: sp.Expr, values: list[sp.Expr]) -> dict[int, sp.Expr] | None:
    """How a draw moves with its arguments while the generator gives the same numbers; None where it jumps."""
    if name in draws.LOCATION_AND_SCALE:
        location, scale = draws.LOCATION_AND_SCALE[name]
        if len(values) <= scale:
            return {}
        middle = sp.Integer(0) if location is None else values[location]
        slopes = {scale: (drawn - middle) / values[scale]}
        return slopes if location is None else {location: sp.Integer(1), **slopes}
    if name in draws.BETWEEN:
        low, high = draws.BETWEEN[name]
        if len(values) <= high:
            return {}
        width = values[high] - values[low]
        return {low: (values[high] - drawn) / width, high: (drawn - values[low]) / width}
    return None


def _no_derivative(call: n.Call, active: list[str]) -> Diagnostic:
    message = (
        f"what {call.name} draws depends on {active[0]}, which carries a derivative: a number that is drawn so, such as"
        " a number of channels, jumps or stays, and has no derivative along a path"
    )
    return Diagnostic.at(call.span, "NG042", message)


# ------------------------------------------------------------------ order
def require_order(flow: Dataflow, statement: n.Statement) -> None:
    """Refuse draws that C may make in another order than they are written, or not at all."""
    match statement:
        case n.Assign(value=expression) | n.CallStatement(call=expression) | n.IfStatement(condition=expression):
            pass
        case n.WhileStatement() | n.FromStatement():
            for head in heads_of(statement):
                if flow.draws(head):
                    message = "random numbers at the head of a loop are drawn anew in every round"
                    raise Refused([Diagnostic.at(head.span, "NG043", message, "draw them in the loop")])
            return
        case _:
            return
    found = [x for x in subnodes(expression) if isinstance(x, n.Call) and flow.draws_itself(x)]
    if len(found) > 1:
        message = "two random numbers in one expression: C does not say which is drawn first"
        raise Refused([Diagnostic.at(found[1].span, "NG043", message, "draw each in a statement of its own")])
    for node in subnodes(expression):
        if isinstance(node, n.Binary) and node.operator in ("&&", "||") and flow.draws(node.right):
            message = f"whether this random number is drawn depends on the left side of {node.operator}"
            raise Refused([Diagnostic.at(node.right.span, "NG043", message, "write one if inside the other")])


def require_none(flow: Dataflow, statements: tuple[n.Statement, ...]) -> None:
    """Refuse draws in BREAKPOINT: it runs twice, at two voltages, with other numbers each time."""
    for statement in statements:
        if flow.draws(statement):
            message = "random numbers that are drawn in BREAKPOINT differ between its two runs, at v + 0.001 and at v"
            raise Refused([Diagnostic.at(statement.span, "NG043", message, "draw them in a block that is solved")])


def require_once(flow: Dataflow) -> None:
    """Refuse draws in what a method evaluates more often than it is written."""
    for solve in flow.mechanism.solves:
        block = flow.mechanism.solvable.get(solve.block)
        for node in subnodes(block) if block and not isinstance(block, n.ProcedureBlock) else ():
            is_equation = isinstance(node, n.Assign) and isinstance(node.target, n.Prime)
            if (is_equation or (node is block and solve.method not in _ONCE)) and flow.draws(node):
                message = "how often the method evaluates this, and draws random numbers, is not certain"
                hint = "draw them in a statement of their own before the equations, METHOD cnexp"
                raise Refused([Diagnostic.at(node.span, "NG043", message, hint)])


_ONCE = ("cnexp", "euler", "after_cvode")


# ------------------------------------------------------------------ choices
def choose(scope: Scope, statement: n.IfStatement, condition: n.Expression) -> None:
    """A condition that holds with a probability which carries a derivative: that derivative is none of the path's.

    In a block that is solved this is how channels open one by one: refused.
    """
    names = [node.name for node in subnodes(condition) if isinstance(node, n.VariableName)]
    chances = [x for x in names if x in scope.drawn and not scope.carries(x)]
    active = [x for x in names if scope.carries(x)]
    if not chances or not active:
        return
    name = scope.original(active[0])
    message = f"whether this happens is drawn, and how likely it is depends on {name}, which carries a derivative"
    if any(body.start <= statement.span.start < body.end for body in scope.flow.solved):
        reason = f"{message}: what opens one by one has no derivative along a path"
        raise Refused([Diagnostic.at(statement.condition.span, "NG042", reason)])
    hint = "the gradient is that of the path: what happens at random stays as it is"
    scope.owner.warnings.append(Diagnostic.at(statement.condition.span, "NG044", message, hint))
