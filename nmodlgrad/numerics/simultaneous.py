"""LINEAR and NONLINEAR blocks: equations ~ left = right that hold for the states in them (nocmodl: simultan.cpp)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.numerics import build, memory
from nmodlgrad.numerics.stages import Implicit, Iteration
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def lower(mechanism: Mechanism, solve: n.Solve, block: n.LinearBlock | n.NonlinearBlock, names: Names) -> Implicit:
    """The residuals left - right.

    Raises
    ------
    Refused
        when there are not as many equations as states in them, or an equation stands under a condition.
    """
    statements = block.body.statements
    equations = [s for s in statements if isinstance(s, n.Equation)]
    nested = [
        node for s in statements for node in subnodes(s) if isinstance(node, n.Equation) and node not in equations
    ]
    if nested:
        message = "an equation inside another statement is not differentiated yet"
        raise Refused([Diagnostic.at(nested[0].span, "NG002", message)])
    unknowns = _unknowns(mechanism, block, equations)
    residuals: list[str] = []
    body = tuple(_lowered(statements, residuals, names))
    if len(residuals) != len(unknowns):
        message = f"{len(residuals)} equations for {len(unknowns)} states ({', '.join(unknowns)})"
        raise Refused([Diagnostic.at(block.name.span, "NG002", f"{message}: NEURON refuses that")])
    plain = tuple(s for s in statements if not isinstance(s, n.Equation))
    memory.refuse(mechanism, block, plain)
    return Implicit(
        solve=solve,
        unknowns=unknowns,
        olds=(),
        corrections=(),
        body=body,
        residuals=tuple(residuals),
        after=plain,
        iteration=Iteration.ROOT,
        constant=True,
        steady=False,
    )


def _unknowns(
    mechanism: Mechanism, block: n.LinearBlock | n.NonlinearBlock, equations: Sequence[n.Equation]
) -> tuple[str, ...]:
    states = {s.name for s in mechanism.symbols.values() if s.role is Role.STATE}
    if block.solve_for:
        states &= set(block.solve_for)
    read = [str(v.name) for e in equations for v in subnodes(e) if isinstance(v, n.VariableName)]
    return tuple(x for x in dict.fromkeys(read) if x in states)


def _lowered(statements: Sequence[n.Statement], residuals: list[str], names: Names) -> Iterator[n.Statement]:
    """Each equation as the residual that it adds to: its own, or with ~+ the one above."""
    for statement in statements:
        if not isinstance(statement, n.Equation):
            yield statement
            continue
        value: n.Expression = build.binary(statement.left, "-", statement.right)
        if statement.tilde == "~+" and residuals:
            value = build.binary(build.name(residuals[-1]), "+", value)
        else:
            residuals.append(names.numbered("residual"))
        yield build.assign(residuals[-1], value)
