"""The stages of a phase: what NEURON executes one after the other, each linearised by itself."""

from __future__ import annotations

from dataclasses import dataclass

from nmodlgrad.syntax import nodes as n


@dataclass(frozen=True)
class Explicit:
    """A run of statements that a SOLVE stands for, or without one, what BREAKPOINT itself does after all SOLVEs."""

    solve: n.Solve | None
    statements: tuple[n.Statement, ...]


Stage = Explicit
