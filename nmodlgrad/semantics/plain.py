"""Blocks of which nothing is left to execute once their statements have been, in the same order, by somebody else."""

from __future__ import annotations

from nmodlgrad.semantics.language import INTRINSICS
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

_PLAIN = (
    n.Assign, n.Binary, n.Body, n.CallStatement, n.IfStatement, n.Local, n.LocalList, n.Number, n.Prime, n.Unary,
    n.VariableName,
)  # fmt: skip


def is_plain(mechanism: Mechanism, body: n.Body) -> bool:
    """Whether a body, as it was written, holds nothing but assignments, branches, and calls of routines of that kind.

    Everything else has effects beside (printing, random numbers, C code) or an order of its own.
    """
    seen: set[str] = set()
    ahead = [body]
    while ahead:
        for node in subnodes(ahead.pop()):
            match node:
                case n.Call(name=name) if name in mechanism.functions or name in mechanism.procedures:
                    if name not in seen:
                        seen.add(name)
                        ahead.append((mechanism.functions.get(name) or mechanism.procedures[name]).body)
                case n.Call(name=name) if name in INTRINSICS:
                    continue
                case n.Table():
                    continue
                case _ if not isinstance(node, _PLAIN):
                    return False
    return True
