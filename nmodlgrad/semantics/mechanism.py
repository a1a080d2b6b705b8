"""A mechanism as its blocks and symbols: the tree with every name resolved to a role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from nmodlgrad.diagnostics import Source, Span
from nmodlgrad.semantics.language import IMPLICIT
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


class Role(Enum):
    """What a name stands for."""

    PARAMETER = "parameter"
    STATE = "state"
    ASSIGNED = "assigned"
    CONSTANT = "constant"
    REVERSAL = "reversal potential"
    CONCENTRATION = "concentration"
    ION_CURRENT = "ion current"
    POINTER = "pointer"
    EXTERNAL = "global variable of another mechanism"
    RANDOM = "random number generator"
    VOLTAGE = "voltage"
    ENVIRONMENT = "set by NEURON"


class Scope(Enum):
    """Who shares a variable: one instance (and hoc sees it), one instance privately, or all instances."""

    RANGE = "range"
    INSTANCE = "instance"
    GLOBAL = "global"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name that a mechanism declares; `size` is the length of an array."""

    name: str
    role: Role
    scope: Scope
    span: Span
    unit: str | None = None
    value: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Current:
    """A current that BREAKPOINT computes; an electrode current flows in the opposite direction."""

    name: str
    electrode: bool


@dataclass(frozen=True, slots=True)
class Declared:
    """A derivative that the user gives, and the arguments of the FUNCTION that it is of as the file names them."""

    value: n.Expression
    arguments: tuple[str, ...]


Callable = n.FunctionBlock | n.ProcedureBlock
Solvable = n.DerivativeBlock | n.KineticBlock | n.LinearBlock | n.NonlinearBlock | n.DiscreteBlock | n.ProcedureBlock


@dataclass(frozen=True)
class Mechanism:
    """One mechanism, its names resolved.

    `tree` is the file as written, `items` what it consists of once every INCLUDE is in its place. Blocks that have a
    name are found by it; of those that NEURON allows once, the first counts. `defined` are the integers of DEFINE.
    `results` are variables that the file does not have: of FUNCTIONs that became PROCEDUREs, for their values.
    `constants` are declared to carry no derivative, `derivatives_declared` are given by the user: of what by what, for
    the C code or the FUNCTION that starts at a place. `conductance` is the variable where BREAKPOINT leaves the
    sum of what CONDUCTANCE names.
    """

    tree: n.File
    items: tuple[n.Item, ...]
    neuron_block: n.NeuronBlock
    suffix: n.Suffix
    symbols: Mapping[str, Symbol]
    defined: Mapping[str, int]
    currents: tuple[Current, ...]
    ions: tuple[n.UseIon, ...]
    functions: Mapping[str, n.FunctionBlock]
    procedures: Mapping[str, n.ProcedureBlock]
    function_tables: Mapping[str, n.FunctionTableBlock]
    solvable: Mapping[str, Solvable]
    initial: n.InitialBlock | None
    breakpoint: n.BreakpointBlock | None
    net_receive: n.NetReceiveBlock | None
    solves: tuple[n.Solve, ...]
    declared_threadsafe: bool
    results: Mapping[str, str] = field(default_factory=dict)
    constants: frozenset[str] = frozenset()
    conductance: str | None = None
    derivatives_declared: Mapping[tuple[int, str, str], Declared] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        """The text of the file."""
        return self.tree.span.source

    @property
    def name(self) -> str:
        """What NEURON calls the mechanism."""
        return self.suffix.name

    @property
    def is_point_process(self) -> bool:
        """Whether it sits at a point, with currents in nA, rather than in a membrane."""
        return self.suffix.kind != "SUFFIX"

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments of NET_RECEIVE, kept for each connection: its weight first."""
        return tuple(a.name for a in self.net_receive.arguments) if self.net_receive else ()

    @property
    def arrays(self) -> frozenset[str]:
        """Arrays with indices that are known at run time only; all others have been taken apart."""
        return frozenset(name for name, symbol in self.symbols.items() if symbol.size is not None)

    @property
    def derivatives(self) -> Mapping[str, n.DerivativeBlock]:
        """The DERIVATIVE blocks by name."""
        return {name: block for name, block in self.solvable.items() if isinstance(block, n.DerivativeBlock)}

    @property
    def ion_inputs(self) -> tuple[str, ...]:
        """What others compute and this mechanism reads of its ions: concentrations and currents.

        A current that it writes too is read as the sum of all, which every phase but BREAKPOINT begins with.
        """
        roles = (Role.CONCENTRATION, Role.ION_CURRENT)
        read = [name for use in self.ions for name in use.read if name not in use.write or name == f"i{use.ion}"]
        return tuple(name for name in read if name in self.symbols and self.symbols[name].role in roles)

    @property
    def pointers(self) -> tuple[str, ...]:
        """The POINTERs whose value a statement of NMODL reads: what lies there belongs to something else."""
        targets = {id(x.target) for item in self.items for x in subnodes(item) if isinstance(x, n.Assign)}
        found = (x for item in self.items for x in subnodes(item) if isinstance(x, n.VariableName))
        read = {x.name for x in found if id(x) not in targets}
        return tuple(s.name for s in self.symbols.values() if s.role is Role.POINTER and s.name in read)

    @property
    def concentrations(self) -> tuple[str, ...]:
        """The concentrations that this mechanism writes."""
        return tuple(x for use in self.ions for x in use.write if x in (f"{use.ion}i", f"{use.ion}o"))

    @property
    def reads_temperature(self) -> bool:
        """Whether something depends on the temperature that NEURON sets."""
        if "celsius" in self.symbols:
            return self.symbols["celsius"].role is Role.ENVIRONMENT
        called = (node.name for item in self.items for node in subnodes(item) if isinstance(node, n.Call))
        return any(IMPLICIT.get(name) == "celsius" for name in called)

    @property
    def initial_concentrations(self) -> tuple[str, ...]:
        """Those of them that INITIAL finds as the ion has them: they are states, or are read too."""
        found = [x for use in self.ions for x in use.write if x in use.read or self.symbols[x].role is Role.STATE]
        return tuple(x for x in self.concentrations if x in found)

    @property
    def reversals(self) -> tuple[str, ...]:
        """The reversal potentials that this mechanism writes."""
        return tuple(name for use in self.ions for name in use.write if name == f"e{use.ion}")

    @property
    def ion_outputs(self) -> tuple[str, ...]:
        """What this mechanism keeps for others in its ions: concentrations and reversal potentials."""
        return (*self.concentrations, *self.reversals)

    @property
    def ion_currents(self) -> tuple[str, ...]:
        """The currents of ions that this mechanism computes."""
        return tuple(name for use in self.ions for name in use.write if name == f"i{use.ion}")

    def table(self, block: Callable) -> n.Table | None:
        """The TABLE statement of a function or procedure."""
        return next((s for s in block.body.statements if isinstance(s, n.Table)), None)

    @property
    def callables(self) -> tuple[Callable, ...]:
        """Functions, then procedures."""
        return (*self.functions.values(), *self.procedures.values())

    @property
    def bodies(self) -> Iterator[tuple[n.Block, n.Body, frozenset[str]]]:
        """Every block with statements, its body, and the names that are its own: arguments, a FUNCTION's value."""
        for item in self.items:
            match item:
                case n.FunctionBlock(name=name, arguments=arguments, body=body):
                    yield item, body, frozenset({name, *(a.name for a in arguments)})
                case n.ProcedureBlock(arguments=arguments, body=body):
                    yield item, body, frozenset(a.name for a in arguments)
                case n.NetReceiveBlock(arguments=arguments, body=body):
                    yield item, body, frozenset({"flag", *(a.name for a in arguments)})
                case n.FunctionTableBlock():
                    continue
                case _ if isinstance(item, n.Block):
                    yield item, item.body, frozenset()
