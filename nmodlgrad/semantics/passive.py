"""Mechanisms with nothing to differentiate: they are passed through as they are."""

from __future__ import annotations

import re

from nmodlgrad.semantics import c_code
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def is_passive(mechanism: Mechanism) -> bool:
    """Whether a mechanism only makes events, or has neither a state nor a current, and reaches into no other one."""
    if any(isinstance(item, n.Include) for item in mechanism.tree.items):
        return False  # the included file would have to be passed on too
    if mechanism.suffix.kind == "ARTIFICIAL_CELL":
        return not _outside(mechanism)
    if mechanism.currents or any(use.write for use in mechanism.ions):
        return False
    if any(symbol.role is Role.STATE for symbol in mechanism.symbols.values()):
        return False
    return not (_outside(mechanism) or "v" in _assigned(mechanism))


def _outside(mechanism: Mechanism) -> bool:
    """It may set variables of other mechanisms: through POINTER or EXTERNAL, in NMODL or in C."""
    shared = {s.name for s in mechanism.symbols.values() if s.role in (Role.POINTER, Role.EXTERNAL)}
    if not shared:
        return False
    in_c = [node.text for item in mechanism.items for node in subnodes(item) if isinstance(node, n.Verbatim)]
    return bool(shared & _assigned(mechanism)) or any(_sets(text, name) for text in in_c for name in shared)


def _sets(text: str, name: str) -> bool:
    """Whether C code may assign what a POINTER points to: setting the POINTER itself, `_p_name`, is its own affair."""
    code = c_code.read(text)
    through = rf"(\*\s*_p_{name}|\b_p_{name}\s*\[[^\]]*\])\s*([-+*/]?=(?!=)|\+\+|--)"
    return name in code.assigned or re.search(through, code.text) is not None


def _assigned(mechanism: Mechanism) -> set[str]:
    return {node.target.name for item in mechanism.items for node in subnodes(item) if isinstance(node, n.Assign)}
