"""Statements that are not NMODL's own: C code, which passes where nothing active touches it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from nmodlgrad.calculus.program import Code, Enclose, Invoke, Set, Step
from nmodlgrad.diagnostics import Diagnostic, Refused, Span
from nmodlgrad.semantics import c_code
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.syntax import nodes as n

if TYPE_CHECKING:
    from nmodlgrad.calculus.scope import Scope

_HINT = "if what it does carries no derivative, say so in a comment: nmodlgrad: constant {name}"


def run(scope: Scope, node: n.Verbatim) -> None:
    """Take over a VERBATIM block: what it writes carries no derivative afterwards, and carried none before."""
    scope.steps.append(_code(scope, node))


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


def _code(scope: Scope, node: n.Verbatim, is_condition: bool = False) -> Code:
    """The step that does it again, if what it does is needed."""
    flow, mechanism = scope.flow, scope.flow.mechanism
    reach, access = flow.reach(node), flow.access((node,))
    if reach.memory:
        message = "this C code reads the memory of its instance by position: what it touches can not be told"
        raise Refused([Diagnostic.at(_word(node), "NG040", message)])
    is_condition |= not (access.written or reach.repeated or c_code.read(node.text).depth)  # nothing comes of it
    for name in sorted(access.live | access.written):
        if scope.partials(name) and not (is_condition and name not in access.written):
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


def _not_again(scope: Scope, node: n.Verbatim) -> Diagnostic | None:
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


def refuse(steps: Iterable[Step]) -> None:
    """Steps that are needed, but can not be done again."""
    for step in steps:
        if isinstance(step, Set | Invoke | Code) and step.refusal:
            raise Refused([step.refusal])


def _word(code: n.Verbatim) -> Span:
    return Span(code.span.start, code.span.start + 8, code.span.source)
