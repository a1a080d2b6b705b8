"""A mechanism as its blocks and symbols: the tree with every name resolved to a role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from nmodlgrad.diagnostics import Source, Span
from nmodlgrad.syntax import nodes as n


class Role(Enum):
    """What a name stands for."""

    PARAMETER = "parameter"
    STATE = "state"
    ASSIGNED = "assigned"
    CONSTANT = "constant"
    REVERSAL = "reversal potential"
    ION_CURRENT = "ion current"
    VOLTAGE = "voltage"
    ENVIRONMENT = "set by NEURON"


class Scope(Enum):
    """Who shares a variable: one instance (and hoc sees it), one instance privately, or all instances."""

    RANGE = "range"
    INSTANCE = "instance"
    GLOBAL = "global"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name that a mechanism declares."""

    name: str
    role: Role
    scope: Scope
    span: Span
    unit: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Current:
    """A current that BREAKPOINT computes; an electrode current flows in the opposite direction."""

    name: str
    electrode: bool


Callable = n.FunctionBlock | n.ProcedureBlock


@dataclass(frozen=True)
class Mechanism:
    """One mechanism, its names resolved.

    `functions` and `procedures` are by name; `derivatives` are the DERIVATIVE blocks by name.
    """

    source: Source
    tree: n.File
    neuron_block: n.NeuronBlock
    suffix: n.Suffix
    symbols: Mapping[str, Symbol]
    currents: tuple[Current, ...]
    ions: tuple[str, ...]
    functions: Mapping[str, n.FunctionBlock]
    procedures: Mapping[str, n.ProcedureBlock]
    derivatives: Mapping[str, n.DerivativeBlock]
    initial: n.InitialBlock | None
    breakpoint: n.BreakpointBlock | None
    net_receive: n.NetReceiveBlock | None
    solves: tuple[n.Solve, ...]
    declared_threadsafe: bool

    @property
    def name(self) -> str:
        """What NEURON calls the mechanism."""
        return self.suffix.name

    @property
    def is_point_process(self) -> bool:
        """Whether it sits at a point, with currents in nA, rather than in a membrane."""
        return self.suffix.kind == "POINT_PROCESS"

    def table(self, block: Callable) -> n.Table | None:
        """The TABLE statement of a function or procedure."""
        return next((s for s in block.body.statements if isinstance(s, n.Table)), None)

    @property
    def callables(self) -> tuple[Callable, ...]:
        """Functions, then procedures."""
        return (*self.functions.values(), *self.procedures.values())
