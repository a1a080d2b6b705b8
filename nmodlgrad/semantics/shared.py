"""Variables that all instances of a mechanism share and one of them computes: who can carry their derivative."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.semantics.dataflow import Dataflow, local_names
from nmodlgrad.semantics.mechanism import Role, Scope, Symbol
from nmodlgrad.syntax import nodes as n

_OF_AN_INSTANCE = (Role.STATE, Role.ION_CURRENT, Role.CONCENTRATION, Role.REVERSAL)  # wherever they are declared
_SAME_FOR_ALL = ("celsius", "dt", "secondorder")


def check(flow: Dataflow, carried: Collection[str], at_events: Collection[str]) -> None:
    """A GLOBAL that is computed is carried by every instance, if its value is the same for all of them.

    Parameters
    ----------
    at_events
        names that NET_RECEIVE sets: one instance does that, and the others do not know

    Raises
    ------
    Refused
        when it depends on more than GLOBALs: its derivative belongs to no instance then.
    """
    for name in carried:
        symbol = flow.mechanism.symbols[name]
        if not _is_shared(symbol):
            continue
        other = "an event" if name in at_events else next(_others(flow, name, (name,)), None)
        if other is not None:
            what, hint = f"the GLOBAL {name}", "declare it RANGE"
            if any(isinstance(item, n.LocalList) and name in item.names for item in flow.mechanism.items):
                what, hint = f"{name}, a LOCAL of all instances,", "declare it in ASSIGNED, so that each has its own"
            message = f"{what} is kept and depends on {other}: one instance can not carry its derivative"
            raise Refused([Diagnostic.at(symbol.span, "NG024", message, hint)])


def _is_shared(symbol: Symbol) -> bool:
    return symbol.scope is Scope.GLOBAL and symbol.role not in _OF_AN_INSTANCE


def _others(flow: Dataflow, name: str, path: tuple[str, ...]) -> Iterator[str]:
    """What a variable is computed from, or assigned under the condition of, and differs between instances.

    So does what is computed from itself, once for each instance; `path` are the variables on the way to this one.
    """
    for _, body, own in flow.mechanism.bodies:
        for read in _read_for(flow, body.statements, name):
            symbol = flow.mechanism.symbols.get(read)
            given = symbol is not None and symbol.role in (Role.PARAMETER, Role.ASSIGNED) and _is_shared(symbol)
            if read in _SAME_FOR_ALL or (symbol is not None and symbol.role is Role.CONSTANT):
                continue
            if read in path or read in own or not (given or read in local_names(body)):
                yield read
            else:
                yield from _others(flow, read, (*path, read))


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
