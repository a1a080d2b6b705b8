"""Names that nothing defines, and lists of names that nothing declares."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.language import BEYOND, ENVIRONMENT, FLUXES, INTRINSICS, VISIBLE
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.semantics.resolve import declarations
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG010 at the first place of each name, NG033.

    What the C code of a VERBATIM block mentions may be defined there: nothing is said of it.
    """
    known = _variables(mechanism) | _in_verbatim(mechanism)
    said: set[str] = set()
    for diagnostic, name in (*_in_bodies(mechanism, known), *_in_lists(mechanism, known)):
        if name not in said:
            said.add(name)
            yield diagnostic
    routines = {*mechanism.functions, *mechanism.procedures, *mechanism.function_tables}  # declarations.py
    for item in _lists(mechanism):
        if item.kind == "RANGE":
            for name in item.names:
                if name not in known | said | routines:
                    message = f"{name} is in RANGE, but not declared: NEURON leaves it out"
                    yield Diagnostic.at(
                        name.span, "NG033", message, nearest(name, known - VISIBLE) or f"declare {name} in ASSIGNED"
                    )


Finding = tuple[Diagnostic, str]


def _variables(mechanism: Mechanism) -> set[str]:
    """What expressions may read. USEION and POINTER do not declare what they list; EXTERNAL and RANDOM do."""
    declared: set[str] = {name for name, *_ in declarations(mechanism.items)}
    declared |= {name for item in _lists(mechanism) if item.kind in ("EXTERNAL", "RANDOM") for name in item.names}
    lags = (node for item in mechanism.items for node in subnodes(item) if isinstance(node, n.Lag))
    declared |= {f"lag_{lag.name}_{lag.by}" for lag in lags}
    return declared | ENVIRONMENT | VISIBLE | {"v"} | mechanism.defined.keys() | _initial_values(mechanism)


def _in_bodies(mechanism: Mechanism, variables: set[str]) -> Iterator[Finding]:
    # A block that is solved can be called too.
    routines = {*mechanism.functions, *mechanism.procedures, *mechanism.function_tables, *mechanism.solvable}
    functions = routines | INTRINSICS.keys() | BEYOND | {"INT"}
    verbatim = _in_verbatim(mechanism)
    for block, body, own in mechanism.bodies:
        known = variables | own | _local_names(body) | (FLUXES if isinstance(block, n.KineticBlock) else set())
        for node in subnodes(body):
            match node:
                case n.VariableName(name=name) | n.Prime(name=name) | n.PastValue(name=name):
                    if name not in known:
                        yield _undefined(mechanism, name, known), name
                case n.Call(name=name) if name not in functions and name not in verbatim:
                    yield _undefined(mechanism, name, functions), name
                case n.Table(names=names, depend=depend):
                    yield from ((_undefined(mechanism, x, known), x) for x in (*names, *depend) if x not in known)
                case n.Conductance(name=name) if name not in known:
                    yield _undefined(mechanism, name, known), name


def _in_lists(mechanism: Mechanism, known: set[str]) -> Iterator[Finding]:
    """Names in lists that say something about variables which have to be declared elsewhere."""
    lists = [i.names for i in _lists(mechanism) if i.kind in ("GLOBAL", "NONSPECIFIC_CURRENT", "ELECTRODE_CURRENT")]
    for names in (*lists, *((*use.read, *use.write) for use in mechanism.ions)):
        yield from ((_undefined(mechanism, name, known), name) for name in names if name not in known)


def _lists(mechanism: Mechanism) -> Iterator[n.NameList]:
    for block in mechanism.items:
        if isinstance(block, n.NeuronBlock):
            yield from (item for item in block.items if isinstance(item, n.NameList))


def _initial_values(mechanism: Mechanism) -> set[str]:
    """NEURON declares x0 for every STATE x."""
    return {f"{name}0" for name, symbol in mechanism.symbols.items() if symbol.role is Role.STATE}


def _local_names(body: n.Body) -> set[str]:
    """Names that statements of a body declare: LOCALs, the counters of loops, arguments of FOR_NETCONS."""
    found: set[str] = set()
    for node in subnodes(body):
        match node:
            case n.LocalList(names=names):
                found.update(names)
            case n.FromStatement(name=name):
                found.add(name)
            case n.ForNetcons(arguments=arguments):
                found.update(a.name for a in arguments)
            case n.Compartment(index=n.Word() as name) | n.LongitudinalDiffusion(index=n.Word() as name):
                found.add(name)
    return found


def _in_verbatim(mechanism: Mechanism) -> set[str]:
    nodes = (node for item in mechanism.items for node in subnodes(item) if isinstance(node, n.Verbatim))
    return {word for node in nodes for word in re.findall(r"[a-zA-Z_]\w*", node.text)}


def _undefined(mechanism: Mechanism, name: n.Word, known: Iterable[str]) -> Diagnostic:
    listed = {x for use in mechanism.ions for x in (*use.read, *use.write)} | {c.name for c in mechanism.currents}
    listed |= {x for item in _lists(mechanism) if item.kind in ("POINTER", "BBCOREPOINTER") for x in item.names}
    if name in mechanism.functions:
        return Diagnostic.at(name.span, "NG010", f"{name} is a FUNCTION, not a variable", f"{name}(...) calls it")
    if name in {name for name, *_ in declarations(mechanism.items)}:
        return Diagnostic.at(name.span, "NG010", f"{name} is a variable, not a FUNCTION", "is an operator missing?")
    hint = f"declare {name} in ASSIGNED" if name in listed else nearest(name, set(known) - VISIBLE)
    return Diagnostic.at(name.span, "NG010", f"{name} is not defined", hint)


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint at the names that look alike."""
    near = difflib.get_close_matches(name, sorted(known), n=2)
    return f"did you mean {' or '.join(near)}?" if near else ""
