"""METHOD cnexp: the exact solution over a step of x' = a x + c with a and c frozen (nocmodl: deriv.cpp, diffeq.ypp)."""

from __future__ import annotations

from collections.abc import Iterable

from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.numerics import build
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import names_read, subnodes


class NotLinear(Exception):
    """The right-hand side is not of the form that nocmodl takes for a x + c."""


Term = n.Expression | None  # None stands for zero


def lower(equation: n.Assign, names: Names) -> tuple[n.Statement, ...]:
    """The statements by which one step advances the state of an equation, states in textual order.

    x' = a x + c becomes x = x + (1 - exp(dt a)) (limit - x) with limit = -c/a; where a is zero, x = x + dt c. It is
    rounded as what nocmodl writes.

    Raises
    ------
    Refused
        when the equation is not linear in its state: NEURON then takes another formula than its exact solution.
    """
    state = equation.target.name
    if "[" in state:
        message = "NEURON can not compile METHOD cnexp for the equations of an array"
        raise Refused([Diagnostic.at(equation.span, "NG019", message)])
    try:
        slope, constant = _linear(equation.value, state)
    except NotLinear:
        hint = "METHOD derivimplicit is right for such an equation"
        message = f"cnexp needs an equation that is linear in {state}, and this one is not"
        raise Refused([Diagnostic.at(equation.span, "NG020", message, hint)]) from None
    x, dt = build.name(state), build.name("dt")
    if slope is None:
        return (build.assign(state, build.binary(x, "+", build.binary(dt, "*", constant or build.number("0")))),)
    rate, decay, limit = (names.fresh(f"{state}_{what}") for what in ("rate", "decay", "limit"))
    target = build.binary(build.negative(constant or build.number("0")), "/", slope)
    advanced = build.binary(build.number("1"), "-", build.name(decay))
    way = build.binary(build.name(limit), "-", x)
    return (
        build.assign(rate, slope),
        build.assign(decay, build.call("exp", build.binary(dt, "*", build.name(rate)))),
        build.assign(limit, target),
        build.assign(state, build.binary(x, "+", build.binary(advanced, "*", way))),
    )


def falls_back(equations: Iterable[n.Assign]) -> bool:
    """Whether nocmodl takes derivimplicit for a block: a state stands in an argument or under a fraction bar.

    It says so, and does it only where it can not differentiate; a product of a state with itself it can.
    """
    return any(_is_inside(e.value, e.target.name) for e in equations)


def _is_inside(node: n.Expression, state: str) -> bool:
    for inner in subnodes(node):
        match inner:
            case n.Call(arguments=arguments) if any(state in names_read(a) for a in arguments):
                return True
            case n.Binary(operator="/", right=right) if state in names_read(right):
                return True
    return False


def _linear(node: n.Expression, state: str) -> tuple[Term, Term]:
    """Slope and constant of an expression in `state`, by the rules of nocmodl's own splitting."""
    if state not in names_read(node):
        return None, node
    match node:
        case n.VariableName():
            return build.number("1"), None
        case n.Unary(operator="-", operand=operand):
            slope, constant = _linear(operand, state)
            return _negative(slope), _negative(constant)
        case n.Binary(left=left, operator="+" | "-" as operator, right=right):
            (a1, c1), (a2, c2) = _linear(left, state), _linear(right, state)
            return _sum(a1, operator, a2), _sum(c1, operator, c2)
        case n.Binary(left=left, operator="*", right=right):
            (a1, c1), (a2, c2) = _linear(left, state), _linear(right, state)
            if a1 is not None and a2 is not None:
                raise NotLinear
            slope = _product(a1, c2) if a1 is not None else _product(c1, a2)
            return slope, _product(c1, c2)
        case n.Binary(left=left, operator="/", right=right) if state not in names_read(right):
            slope, constant = _linear(left, state)
            return _quotient(slope, right), _quotient(constant, right)
    raise NotLinear


def _negative(term: Term) -> Term:
    return None if term is None else build.negative(term)


def _sum(left: Term, operator: str, right: Term) -> Term:
    if left is None:
        return right if operator == "+" else _negative(right)
    return left if right is None else build.binary(left, operator, right)


def _product(left: Term, right: Term) -> Term:
    if left is None or right is None:
        return None
    for one, other in ((left, right), (right, left)):  # no rounding is lost with a factor of 1
        match one:
            case n.Number(text="1"):
                return other
            case n.Unary(operator="-", operand=n.Number(text="1")):
                return build.negative(other)
    return build.binary(left, "*", right)


def _quotient(left: Term, right: n.Expression) -> Term:
    return None if left is None else build.binary(left, "/", right)
