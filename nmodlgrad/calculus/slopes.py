"""The derivative by v of what a current depends on, where the current is linear in v: one look at it is then enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import sympy as sp

from nmodlgrad.calculus.forward import Differentiator, Linearised
from nmodlgrad.calculus.program import Choose, Set, Step
from nmodlgrad.calculus.scope import Scope
from nmodlgrad.diagnostics import Refused, Source
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.parse import parse


def with_slopes(
    differentiator: Differentiator, current: Linearised, total: str
) -> tuple[Linearised, Mapping[str, str] | None]:
    """The linearised current with the steps for d2i/dv dx added, and the names of these, by x.

    None stands for a program that is not of simple statements: it runs at v + 0.001 and at v, as BREAKPOINT does.
    """
    text = _text(current.program.steps)
    if text is None:
        return current, None
    block = parse(Source("", f"PROCEDURE current() {{\n{text}}}\n")).items[0]
    assert isinstance(block, n.ProcedureBlock)
    statements = block.body.statements
    scope = Scope(differentiator, statements, {"v": {"v": sp.Integer(1)}})
    if scope.carried or scope.put_back:
        return current, None
    for name in current.program.local_names:
        scope.names.fresh(name)
    try:
        scope.run(statements)
    except Refused:
        return current, None
    partials = current.partials[total]
    slopes = {x: scope.hold(f"d{y}_dv", scope.partials(y).get("v", sp.Integer(0))) for x, y in partials.items()}
    program = scope.finish({*partials.values(), *slopes.values()})
    return replace(current, program=program), slopes


def _text(steps: Sequence[Step]) -> str | None:
    """Assignments and branches of scalars as NMODL; None if there is anything else."""
    text = ""
    for step in steps:
        match step:
            case Set(target=target, text=value, effect=False, refusal=None) if "[" not in target + value:
                text += f"{target} = {value}\n"
            case Choose(condition=condition, body=body, orelse=orelse) if "[" not in condition:
                one, two = _text(body), _text(orelse)
                if one is None or two is None:
                    return None
                text += f"if ({condition}) {{\n{one}}} else {{\n{two}}}\n"
            case _:
                return None
    return text
