"""Control that C code takes over, put into NMODL's own shape: braces that VERBATIM opens, and early returns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nmodlgrad.diagnostics import Diagnostic, Refused, Span
from nmodlgrad.semantics import c_code
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

Statements = tuple[n.Statement, ...]

_RETURN = re.compile(r"\breturn\b[^;]*;\s*$")
_RETURN_IF = re.compile(r"\s*(if\s*\(.*\))\s*(?:return\b[^;]*;|\{\s*return\b[^;]*;\s*\})\s*$", re.DOTALL)
_MOST = 64  # statements after early returns are repeated in branches; no more than so many times as there were


def structured(mechanism: Mechanism) -> Mechanism:
    """The mechanism with C code that opens and closes braces, or returns early, as statements that enclose others.

    What a FUNCTION returns from C code is its value: FUNCTIONs stay as they are.

    Raises
    ------
    Refused
        when the braces of C code, or its returns, do not fit together.
    """
    items = {id(item): _item(item) for item in mechanism.items}

    def new(item: Any) -> Any:
        return items.get(id(item), item)

    return replace(
        mechanism,
        tree=replace(mechanism.tree, items=tuple(new(item) for item in mechanism.tree.items)),
        items=tuple(items.values()),
        procedures={name: new(block) for name, block in mechanism.procedures.items()},
        solvable={name: new(block) for name, block in mechanism.solvable.items()},
        initial=new(mechanism.initial),
        breakpoint=new(mechanism.breakpoint),
        net_receive=new(mechanism.net_receive),
    )


def _item(item: Any) -> Any:
    if isinstance(item, n.FunctionBlock | n.FunctionTableBlock) or not isinstance(item, n.Block):
        return item
    if not any(isinstance(node, n.Verbatim) for node in subnodes(item)):
        return item
    block: Any = item
    return replace(block, body=_body(block.body))


def _body(body: n.Body) -> n.Body:
    all_statements = _enclosed(body.statements)
    initial = tuple(s for s in all_statements if isinstance(s, n.NetInitial))  # no part of what an event does
    statements = (*initial, *_without_returns([s for s in all_statements if not isinstance(s, n.NetInitial)]))
    if len(statements) > _MOST * (1 + len(body.statements)):
        raise Refused([Diagnostic.at(body.span, "NG040", "C code returns early in too many places")])
    return replace(body, statements=statements)


# ------------------------------------------------------------------ braces
def _enclosed(statements: Sequence[n.Statement]) -> Statements:
    """C code that opens braces, what stands between, and the C code that closes them, as one statement."""
    found: list[n.Statement] = []
    ahead = list(statements)
    while ahead:
        statement = ahead.pop(0)
        if isinstance(statement, n.Verbatim) and c_code.read(statement.text).depth > 0:
            inside, closing, rest = _closed(statement, ahead)
            body = n.Body(statement.span, None, _enclosed(inside))
            found.append(n.Enclosed(statement.span, statement, body, closing))
            ahead = [*rest, *ahead[len(inside) + 1 :]]
        elif isinstance(statement, n.Verbatim) and c_code.read(statement.text).lowest < 0:
            raise Refused([_unbalanced(statement)])
        else:
            found.append(_inside(statement))
    return tuple(found)


def _closed(opening: n.Verbatim, ahead: list[n.Statement]) -> tuple[list[n.Statement], n.Verbatim, list[n.Statement]]:
    """The statements up to the C code that closes what `opening` opens, that code, and what stands in it afterwards."""
    depth = c_code.read(opening.text).depth
    for number, statement in enumerate(ahead):
        if not isinstance(statement, n.Verbatim):
            continue
        code = c_code.read(statement.text)
        if depth + code.lowest <= 0:
            end = _end(code.text, depth)
            before = c_code.read(statement.text[:end])
            if before.lowest != -depth or before.depth != -depth:
                break
            rest = statement.text[end:]
            after: list[n.Statement] = [_part(statement, rest)] if c_code.read(rest).words else []
            return ahead[:number], _part(statement, statement.text[:end]), after
        if code.lowest < 0:
            break
        depth += code.depth
    raise Refused([_unbalanced(opening)])


def _end(text: str, depth: int) -> int:
    """Where so many braces are closed."""
    for match in re.finditer(r"[{}]", text):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.end()
    raise AssertionError(text)


def _inside(statement: Any) -> Any:
    match statement:
        case n.IfStatement(body=body, orelse=orelse):
            return replace(statement, body=_block(body), orelse=None if orelse is None else _inside(orelse))
        case n.Body():
            return _block(statement)
        case n.NetInitial(body=body):
            return replace(statement, body=_body(body))
        case n.WhileStatement(body=body) | n.FromStatement(body=body):
            return replace(statement, body=_block(body))
    return statement


def _block(body: n.Body) -> n.Body:
    return replace(body, statements=_enclosed(body.statements))


def _part(whole: n.Verbatim, text: str) -> n.Verbatim:
    return n.Verbatim(whole.span, n.Word(text))


def _unbalanced(code: n.Verbatim) -> Diagnostic:
    message = "the braces of this C code do not enclose whole statements: what it does can not be told"
    return Diagnostic.at(Span(code.span.start, code.span.start + 8, code.span.source), "NG040", message)


# ------------------------------------------------------------------ early returns
def _without_returns(statements: Sequence[n.Statement]) -> Statements:
    """The statements, with what follows an early return in the other branch."""
    done: list[n.Statement] = []
    for number, statement in enumerate(statements):
        rest = statements[number + 1 :]
        if not _may_return(statement):
            done.append(statement)
            continue
        match statement:
            case n.Verbatim() if c_code.read(statement.text).ends_in_return:
                kept = _RETURN.sub("", c_code.read(statement.text).text)
                return (*done, *([_part(statement, kept)] if c_code.read(kept).words else []))
            case n.Verbatim() if condition := _guard(c_code.read(statement.text).text):
                opening = _part(statement, f"\nif (!{condition}) {{\n")
                body = n.Body(statement.span, None, _without_returns(rest))
                return (*done, n.Enclosed(statement.span, opening, body, _part(statement, "\n}\n")))
            case n.IfStatement(body=body, orelse=orelse):
                other = () if orelse is None else orelse.statements if isinstance(orelse, n.Body) else (orelse,)
                one, two = _without_returns((*body.statements, *rest)), _without_returns((*other, *rest))
                first = replace(body, statements=one)
                return (*done, replace(statement, body=first, orelse=n.Body(statement.span, None, two)))
            case n.Body(statements=inner):
                return (*done, replace(statement, statements=_without_returns((*inner, *rest))))
        raise Refused([_returning(statement)])
    return tuple(done)


def _guard(text: str) -> str | None:
    """The condition of code that is `if (...) return;` and nothing else."""
    match = _RETURN_IF.match(text)
    return match.group(1)[2:].strip() if match and text.count(";") == 1 and text.count("{") <= 1 else None


def _may_return(statement: n.Statement) -> bool:
    return any(isinstance(x, n.Verbatim) and c_code.read(x.text).mentions_return for x in subnodes(statement))


def _returning(statement: n.Statement) -> Diagnostic:
    code = next(x for x in subnodes(statement) if isinstance(x, n.Verbatim) and c_code.read(x.text).mentions_return)
    message = "C code returns from inside a loop or under a condition of its own: what follows can not be told"
    hint = "write the condition in NMODL: if (...) { VERBATIM return; ENDVERBATIM }"
    return Diagnostic.at(Span(code.span.start, code.span.start + 8, code.span.source), "NG040", message, hint)
