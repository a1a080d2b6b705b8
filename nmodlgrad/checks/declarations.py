"""Names that are declared twice."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.language import BEYOND, INTRINSICS
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.semantics.resolve import declarations
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

_ROUTINES = n.FunctionBlock | n.ProcedureBlock | n.FunctionTableBlock
_SOLVABLE = n.DerivativeBlock | n.KineticBlock | n.LinearBlock | n.NonlinearBlock | n.DiscreteBlock


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG013. A name in two lists of the NEURON block is declared once: RANGE and GLOBAL say who sees it."""
    yield from _twice([name for name, *_ in declarations(mechanism.items)])
    yield from _twice([item.name for item in mechanism.items if isinstance(item, _ROUTINES)])
    yield from _twice([item.name for item in mechanism.items if isinstance(item, _SOLVABLE)])
    for item in mechanism.items:
        for node in subnodes(item):
            if isinstance(node, n.LocalList):
                yield from _twice(node.names)
            elif isinstance(node, _ROUTINES | n.NetReceiveBlock):
                yield from _twice([argument.name for argument in node.arguments])
    yield from _both(mechanism)
    yield from _taken(mechanism)
    for block in [item for item in mechanism.items if isinstance(item, n.NetReceiveBlock)][1:]:
        yield Diagnostic.at(block.span, "NG013", "a second NET_RECEIVE block")
    listed = [item for block in mechanism.items if isinstance(block, n.NeuronBlock) for item in block.items]
    suffixes = [item.name for item in listed if isinstance(item, n.Suffix)]
    for extra in suffixes[1:]:
        message = f"a second name, {extra}, for the mechanism {mechanism.name}"
        yield Diagnostic.at(extra.span, "NG013", message)


def _taken(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """Names that NEURON's translator has declared: functions of the C library and its own, and t."""
    for name, role, _, _ in declarations(mechanism.items):
        if name in INTRINSICS or name in BEYOND:
            yield Diagnostic.at(name.span, "NG013", f"{name} is a function that NEURON knows", "choose another name")
        elif name == "t" and role is not Role.ENVIRONMENT:
            yield Diagnostic.at(name.span, "NG013", "t is declared by NEURON: it can be read without", "leave it out")
    for item in mechanism.items:
        if isinstance(item, _ROUTINES) and (item.name in INTRINSICS or item.name in BEYOND):
            message = f"{item.name} is a function that NEURON knows"
            yield Diagnostic.at(item.name.span, "NG013", message, "choose another name")


def _both(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """Names of variables, by their declaration or by a list of the NEURON block, that are names of routines too."""
    variables = [name for name, *_ in declarations(mechanism.items)]
    for block in mechanism.items:
        if isinstance(block, n.NeuronBlock):
            for item in block.items:
                if isinstance(item, n.NameList) and item.kind in ("RANGE", "GLOBAL"):
                    variables += item.names
    routines = {item.name: item.name for item in mechanism.items if isinstance(item, _ROUTINES)}
    for name in variables:
        if name in routines:
            line = name.span.source.position(routines.pop(name).span.start)[0]
            message = f"{name} is a variable here, and a FUNCTION or PROCEDURE on line {line}"
            yield Diagnostic.at(name.span, "NG013", message, "give one of them another name")


def _twice(names: list[n.Word] | tuple[n.Word, ...]) -> Iterator[Diagnostic]:
    first: dict[str, n.Word] = {}
    for name in names:
        if name in first:
            line = name.span.source.position(first[name].span.start)[0]
            yield Diagnostic.at(name.span, "NG013", f"{name} is declared twice", f"first on line {line}")
        first.setdefault(name, name)
