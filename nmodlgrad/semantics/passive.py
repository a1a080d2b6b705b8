"""Mechanisms with nothing to differentiate: they are passed through as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nmodlgrad.semantics import c_code
from nmodlgrad.semantics.language import SHAPE
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def is_passive(mechanism: Mechanism) -> bool:
    """Whether a mechanism only makes events, or has neither state nor current, and no hidden way into others."""
    if mechanism.suffix.kind == "ARTIFICIAL_CELL":
        return not _outside(mechanism)
    if mechanism.currents or any(use.write for use in mechanism.ions):
        return False
    if any(symbol.role is Role.STATE for symbol in mechanism.symbols.values()):
        return False
    return not (_outside(mechanism) or "v" in _assigned(mechanism))


@dataclass(frozen=True)
class Reach:
    """What a mechanism that is passed through reads and writes through POINTERs; `observes` voltages or ions."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    observes: bool


def reach(mechanism: Mechanism) -> Reach:
    """How a mechanism that is passed through touches others: whether that is harmless is seen in the model."""
    writes = tuple(sorted(_named(mechanism, Role.POINTER) & _assigned(mechanism)))
    moving = (Role.VOLTAGE, Role.CONCENTRATION, Role.REVERSAL, Role.ION_CURRENT)
    words = _words(mechanism)
    observes = any(symbol.name in words for symbol in mechanism.symbols.values() if symbol.role in moving)
    return Reach(mechanism.pointers if writes else (), writes, observes)


def shape(mechanism: Mechanism) -> tuple[str, ...]:
    """What a mechanism reads of the shape of its segment: diam, area."""
    words = _words(mechanism)
    own = {symbol.name for symbol in mechanism.symbols.values() if symbol.role is not Role.ENVIRONMENT}
    read = {name for name in SHAPE if name in words and name not in own}
    return tuple(sorted(read | ({"area"} if reads_area_in_c(mechanism) else set())))


def reads_area_in_c(mechanism: Mechanism) -> bool:
    """Whether C code reads the area of the node as NEURON's own code does."""
    return bool(_words(mechanism) & _AREAS)


_AREAS = frozenset({"_nd_area", "NODEAREA"})
"""How C code says area."""


def _words(mechanism: Mechanism) -> set[str]:
    """The names that a mechanism mentions in its blocks, and the words of its C code."""
    words: set[str] = set()
    for node in (node for item in mechanism.items for node in subnodes(item)):
        if isinstance(node, n.VariableName):
            words.add(node.name)
        elif isinstance(node, n.Verbatim):
            words |= c_code.read(node.text).words
    return words


def _outside(mechanism: Mechanism) -> bool:
    """It may set variables of other mechanisms in ways that can not be followed: EXTERNAL ones, or in C."""
    external = _named(mechanism, Role.EXTERNAL)
    shared = external | _named(mechanism, Role.POINTER)
    if not shared:
        return False
    in_c = [node.text for item in mechanism.items for node in subnodes(item) if isinstance(node, n.Verbatim)]
    return bool(external & _assigned(mechanism)) or any(_sets(text, name) for text in in_c for name in shared)


def _named(mechanism: Mechanism, role: Role) -> set[str]:
    return {symbol.name for symbol in mechanism.symbols.values() if symbol.role is role}


def _sets(text: str, name: str) -> bool:
    """Whether C code may assign what a POINTER points to: setting the POINTER itself, `_p_name`, is its own affair."""
    code = c_code.read(text)
    through = rf"(\*\s*_p_{name}|\b_p_{name}\s*\[[^\]]*\])\s*([-+*/]?=(?!=)|\+\+|--)"
    return name in code.assigned or re.search(through, code.text) is not None


def _assigned(mechanism: Mechanism) -> set[str]:
    return {node.target.name for item in mechanism.items for node in subnodes(item) if isinstance(node, n.Assign)}
