"""Variables that all instances of a mechanism share and one of them computes: who can carry their derivative."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.semantics.dataflow import Dataflow, local_names
from nmodlgrad.semantics.mechanism import Role, Scope, Symbol
from nmodlgrad.syntax import nodes as n

_OF_AN_INSTANCE = (Role.STATE, Role.ION_CURRENT, Role.CONCENTRATION, Role.REVERSAL)  # wherever they are declared
_GIVEN = (Role.PARAMETER, Role.CONSTANT)
_SAME_FOR_ALL = ("celsius", "dt", "secondorder")


def check(flow: Dataflow, carried: Collection[str]) -> None:
    """A GLOBAL that is computed is carried by every instance, if its value is the same for all of them.

    Raises
    ------
    Refused
        when it depends on more than GLOBALs: its derivative belongs to no instance then.
    """
    for name in carried:
        symbol = flow.mechanism.symbols[name]
        if _is_shared(symbol):
            other = next(_others(flow, name, {name}), None)
            if other is not None:
                message = f"the GLOBAL {name} is kept and depends on {other}: one instance can not carry its derivative"
                raise Refused([Diagnostic.at(symbol.span, "NG024", message, "declare it RANGE")])


def _is_shared(symbol: Symbol) -> bool:
    return symbol.scope is Scope.GLOBAL and symbol.role not in _OF_AN_INSTANCE


def _others(flow: Dataflow, name: str, seen: set[str]) -> Iterator[str]:
    """What a variable is computed from, or assigned under the condition of, and differs between instances."""
    for _, body, own in flow.mechanism.bodies:
        for read in _read_for(flow, body.statements, name):
            symbol = flow.mechanism.symbols.get(read)
            is_local = read in local_names(body) and read not in own
            if read in seen or read in _SAME_FOR_ALL:
                continue
            seen.add(read)
            if is_local or (symbol and symbol.role is Role.ASSIGNED and _is_shared(symbol)):
                yield from _others(flow, read, seen)
            elif (
                read in own
                or symbol is None
                or symbol.role not in (Role.PARAMETER, Role.CONSTANT)
                or not _is_shared(symbol)
            ):
                yield read


def _read_for(flow: Dataflow, statements: tuple[n.Statement, ...], name: str) -> Iterator[str]:
    """What is read where a variable is assigned, and in the conditions of that."""
    for statement in statements:
        if name not in flow.access((statement,)).written:
            continue
        match statement:
            case n.Assign(value=value):
                yield from sorted(flow.reads(value))
            case n.IfStatement(condition=condition, body=body, orelse=orelse):
                yield from sorted(flow.reads(condition))
                yield from _read_for(flow, (body, orelse) if orelse else (body,), name)
            case n.Body(statements=inner):
                yield from _read_for(flow, inner, name)
            case n.CallStatement():
                continue  # the PROCEDURE is looked at by itself
            case _:
                yield from sorted(flow.reads(statement))
