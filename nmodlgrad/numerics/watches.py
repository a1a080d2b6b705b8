"""The conditions of WATCH as numbers that pass zero, upward, when they come true."""

from __future__ import annotations

from nmodlgrad.numerics import build
from nmodlgrad.syntax import nodes as n


def condition(watched: n.Watched, name: str) -> n.Assign:
    """A statement that sets `name` to the number: the greater side less the other one."""
    greater, other = watched.left, watched.right
    if watched.operator.startswith("<"):
        greater, other = other, greater
    return build.assign(name, build.binary(greater, "-", other))
