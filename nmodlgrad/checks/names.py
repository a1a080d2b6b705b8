"""Names that nothing defines."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.language import BEYOND, ENVIRONMENT, INTRINSICS
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG010. What the C code of a VERBATIM block mentions may be defined there: nothing is said of it."""
    verbatim = _in_verbatim(mechanism)
    routines = {*mechanism.functions, *mechanism.procedures, *mechanism.function_tables}
    functions = routines | INTRINSICS.keys() | BEYOND | {"INT"}
    variables = mechanism.symbols.keys() | ENVIRONMENT | mechanism.defined.keys() | _initial_values(mechanism)
    for _, body, own in mechanism.bodies:
        known = variables | own | _local_names(body)
        for node in subnodes(body):
            match node:
                case n.VariableName(name=name) | n.Prime(name=name) | n.PastValue(name=name):
                    if name not in known and name not in verbatim:
                        yield _undefined(name, known)
                case n.Call(name=name) if name not in functions and name not in verbatim:
                    yield _undefined(name, functions)
    yield from _lists(mechanism, variables | verbatim)


def _lists(mechanism: Mechanism, known: set[str]) -> Iterator[Diagnostic]:
    """Names in lists that say something about variables which have to be declared elsewhere."""
    declared = known | {name for use in mechanism.ions for name in (*use.read, *use.write)}
    for item in mechanism.items:
        for node in subnodes(item):
            match node:
                case n.NameList(kind="RANGE" | "GLOBAL" | "NONSPECIFIC_CURRENT" | "ELECTRODE_CURRENT", names=names):
                    yield from (_undefined(name, declared) for name in names if name not in declared)
                case n.Table(names=names, depend=depend):
                    yield from (_undefined(x, declared) for x in (*names, *depend) if x not in declared)
                case n.Conductance(name=name) if name not in declared:
                    yield _undefined(name, declared)


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


def _undefined(name: n.Word, known: Iterable[str]) -> Diagnostic:
    return Diagnostic.at(name.span, "NG010", f"{name} is not defined", nearest(name, known))


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint at the names that look alike."""
    near = difflib.get_close_matches(name, sorted(known), n=2)
    return f"did you mean {' or '.join(near)}?" if near else ""
