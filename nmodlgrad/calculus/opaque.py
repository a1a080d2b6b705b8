"""Statements that are not NMODL's own: C code, which passes where nothing active touches it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy as sp

from nmodlgrad.calculus.program import Code, Enclose, Invoke, Set, Step
from nmodlgrad.diagnostics import Diagnostic, Refused, Span
from nmodlgrad.numerics.normal.rewrite import within
from nmodlgrad.semantics import c_code
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

if TYPE_CHECKING:
    from nmodlgrad.calculus.algebra import Partials
    from nmodlgrad.calculus.expressions import Expressions
    from nmodlgrad.calculus.scope import Scope

_HINT = "a comment can say what it does, nmodlgrad: dy/dx = ..., or nmodlgrad: constant {name}: see docs/verbatim.md"


def run(scope: Scope, node: n.Verbatim) -> None:
    """Take over a VERBATIM block: what it writes carries no derivative, unless the user says which one."""
    given = _given(scope, node)
    after = {y: _declared(scope, node, y, slopes) for y, slopes in given.items()}
    scope.steps.append(_code(scope, node, declared=frozenset(given)))
    scope.environment |= {y: {} for y in scope.flow.access((node,)).sure} | after


Slopes = dict[str, n.Expression]


def _given(scope: Expressions, node: n.Verbatim) -> dict[str, Slopes]:
    """The derivatives that are declared for a piece of C code: of what, by what."""
    given: dict[str, Slopes] = {}
    for (place, of, by), declared in scope.flow.mechanism.derivatives_declared.items():
        if place == node.span.start:
            given.setdefault(of, {})[by] = declared.value
    return given


def _declared(scope: Expressions, node: n.Verbatim, of: str, slopes: Slopes) -> Partials:
    """What C code makes of the derivatives before it; expressions are evaluated before it runs."""
    access = scope.flow.access((node,))
    if of not in access.written:
        raise Refused([Diagnostic.at(_word(node), "NG045", f"this C code does not assign {of}")])
    total: Partials = {}
    for by in sorted(access.live | slopes.keys()):
        partials = scope.partials(by)
        if partials and by not in slopes:
            message = f"this C code touches {by}, which carries a derivative, and d{of}/d{by} is not declared"
            raise Refused([Diagnostic.at(_word(node), "NG041", message, f"nmodlgrad: d{of}/d{by} = 0, if it is so")])
        if partials:
            slope = scope.evaluated(slopes[by], f"d{of}_d{by}").value
            for u, e in partials.items():
                total[u] = total.get(u, sp.Integer(0)) + slope * e
    return scope.kept(of, total)


def declared_function(scope: Scope, block: n.FunctionBlock, target: str) -> sp.Expr | None:
    """The derivative of a FUNCTION that the user gives, if it is given."""
    given = scope.flow.mechanism.derivatives_declared
    names = {x for place, of, x in given if (place, of) == (block.span.start, block.name)}
    if not names:
        return None
    arguments = next(given[block.span.start, block.name, x].arguments for x in names)
    now = dict(zip(arguments, (a.name for a in block.arguments), strict=True))
    found = {now.get(x, x): given[block.span.start, block.name, x].value for x in names}
    if target not in found:
        return None
    moved = {old: new for old, new in now.items() if old != new}
    return scope.evaluated(_renamed(found[target], moved), f"d{block.name}_d{target}").value


def _renamed(expression: Any, names: Mapping[str, str]) -> Any:
    def change(node: n.Node) -> n.Node:
        node = within(node, change)
        if isinstance(node, n.VariableName) and node.name in names:
            return replace(node, name=n.Word(names[node.name], node.name.span))
        return node

    return change(expression)


def enclosed(scope: Scope, node: n.Enclosed) -> None:
    """Statements under a condition, or in a loop, that is written in C."""
    is_condition = c_code.is_condition(c_code.read(node.opening.text).text)
    opening, closing = _code(scope, node.opening, is_condition), _code(scope, node.closing)
    before, outer = dict(scope.environment), scope.steps
    scope.steps = []
    scope.run(node.body.statements)
    after, inside = scope.environment, scope.steps
    scope.steps, scope.environment = outer, before
    for name in sorted(scope.flow.access(node.body.statements).written):
        if after.get(name, {}) == before.get(name, {}):
            continue
        if not _is_passed_once(node):
            message = f"{name}, which carries a derivative, is set in a loop that is written in C: not differentiated"
            raise Refused([Diagnostic.at(_word(node.opening), "NG040", message)])
        scope.environment[name] = scope.merged(name, before.get(name, {}), after.get(name, {}), scope.steps, inside)
    scope.steps.append(Enclose(opening, inside, closing))


def _is_passed_once(node: n.Enclosed) -> bool:
    return not c_code.read(node.opening.text).words & {"for", "while", "do"}


def _code(
    scope: Expressions, node: n.Verbatim, is_condition: bool = False, declared: frozenset[str] = frozenset()
) -> Code:
    """The step that does it again, if what it does is needed."""
    flow, mechanism = scope.flow, scope.flow.mechanism
    reach, access = flow.reach(node), flow.access((node,))
    if reach.memory:
        message = "this C code reads the memory of its instance by position: what it touches can not be told"
        raise Refused([Diagnostic.at(_word(node), "NG040", message)])
    unsaid = access.written - declared - mechanism.constants
    nothing_comes_of_it = not (access.written or reach.repeated or c_code.read(node.text).depth)
    all_is_said = bool(access.written) and not unsaid
    may_read = is_condition or nothing_comes_of_it or all_is_said
    for name in sorted(access.live | (access.written - access.sure)):
        if scope.partials(name) and (name in unsaid or not may_read):
            what = "assigns" if name in access.written else "reads"
            message = f"this C code {what} {name}, which carries a derivative"
            raise Refused([Diagnostic.at(_word(node), "NG041", message, _HINT.format(name=name))])
    scope.expose((access.live | access.written) & mechanism.symbols.keys())
    text = re.sub(
        r"\b_args\s*\[\s*(\d+)\s*\]",
        lambda match: f"_l{mechanism.arguments[int(match.group(1))]}",
        c_code.inner(node.text),
    )
    return Code(text, access.live, access.written, flow.draws(node), _not_again(scope, node))


def _not_again(scope: Expressions, node: n.Verbatim) -> Diagnostic | None:
    """Why this C code can not be run a second time, in the derivatives."""
    code, routine = c_code.read(node.text), scope.block
    reach, function = scope.flow.reach(node), routine if isinstance(routine, n.FunctionBlock) else None
    if function and (code.mentions_return or code.depth or code.lowest or function.name in reach.written):
        message = f"C code computes {function.name}, which depends on a variable that carries a derivative here"
        return Diagnostic.at(_word(node), "NG041", message)
    return twice(scope.flow, node)


def twice(flow: Dataflow, node: n.Node) -> Diagnostic | None:
    """Why a statement or a call can not be run a second time, if C code is in it or behind it."""
    found = flow.once_only(node)
    if found is None:
        return None
    message = f"the derivatives need what this C code does, but it can not be done twice: it {found[1]}"
    return Diagnostic.at(_word(found[0]), "NG040", message)


def once(scope: Expressions, call: n.Call, refusal: Diagnostic) -> n.Expression:
    """A call of a FUNCTION that must not run twice, as a variable that nothing may need."""
    live = scope.flow.function(call.name).live
    values = [scope.evaluated(a, call.name) for a in call.arguments]
    if any(scope.partials(x) for x in live) or any(value.partials for value in values):
        raise Refused([refusal])
    text = f"{call.name}({', '.join(value.text for value in values)})"
    variable = scope.lifted(call, text, live.union(*(value.reads for value in values)), False, refusal)
    return scope.standing_for(call, variable, {})


def require_explicit(flow: Dataflow) -> None:
    """Refuse C code in what a method evaluates until it has converged, or takes apart."""
    for solve in flow.mechanism.solves:
        block = flow.mechanism.solvable.get(solve.block)
        explicit = isinstance(block, n.ProcedureBlock) or solve.method in ("cnexp", "euler", "after_cvode", "runge")
        codes = [node for node in subnodes(block) if isinstance(node, n.Verbatim)] if block and not explicit else []
        for code in codes:
            message = f"C code in a block that METHOD {solve.method or 'derivimplicit'} solves: not differentiated"
            raise Refused([Diagnostic.at(_word(code), "NG040", message, "move it to a PROCEDURE that is called there")])


def refuse(steps: Iterable[Step]) -> None:
    """Steps that are needed, but can not be done again."""
    for step in steps:
        if isinstance(step, Set | Invoke | Code) and step.refusal:
            raise Refused([step.refusal])


def _word(code: n.Verbatim) -> Span:
    return Span(code.span.start, code.span.start + 8, code.span.source)
