"""The tree of a mechanism: one frozen dataclass per construct, named after its rule in ``grammar/nmodl.lark``.

The fields of a node are the parts of its rule, in their order. Every piece of text in the tree is a `Word`, which is
a string that knows where it stands.
"""

from __future__ import annotations

from dataclasses import dataclass

from nmodlgrad.diagnostics import NOWHERE, Span


class Word(str):
    """A name, a number or a unit as written, with its place."""

    __slots__ = ("span",)
    span: Span

    def __new__(cls, text: str, span: Span = NOWHERE) -> Word:
        word = super().__new__(cls, text)
        word.span = span
        return word


@dataclass(frozen=True, slots=True)
class Node:
    """What every construct has: where it stands in the source text."""

    span: Span


# ------------------------------------------------------------------ expressions
@dataclass(frozen=True, slots=True)
class Number(Node):
    """A literal as written, or a name that DEFINE defines; all numbers are doubles."""

    text: Word
    unit: Word | None = None


@dataclass(frozen=True, slots=True)
class VariableName(Node):
    name: Word
    index: Expression | None = None


@dataclass(frozen=True, slots=True)
class Prime(Node):
    """The derivative of a state with respect to time: ``m'``, ``x''``, ``m'[i]``."""

    name: Word
    order: int = 1
    index: Expression | None = None


@dataclass(frozen=True, slots=True)
class PastValue(Node):
    """The value of a variable of a DISCRETE block some steps ago: ``x@1``."""

    name: Word
    steps: Word
    index: Expression | None = None


@dataclass(frozen=True, slots=True)
class Call(Node):
    name: Word
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A string in its quotes."""

    text: Word


@dataclass(frozen=True, slots=True)
class Unary(Node):
    operator: Word
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    left: Expression
    operator: Word
    right: Expression


Expression = Number | VariableName | Prime | PastValue | Call | Text | Unary | Binary


# ------------------------------------------------------------------ statements
@dataclass(frozen=True, slots=True)
class Local(Node):
    name: Word
    size: Word | None


@dataclass(frozen=True, slots=True)
class LocalList(Node):
    items: tuple[Local, ...]

    @property
    def names(self) -> tuple[Word, ...]:
        """What the list declares."""
        return tuple(item.name for item in self.items)


@dataclass(frozen=True, slots=True)
class Body(Node):
    """Statements in braces."""

    locals: LocalList | None
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Assign(Node):
    target: VariableName | Prime | PastValue
    value: Expression


@dataclass(frozen=True, slots=True)
class CallStatement(Node):
    call: Call


@dataclass(frozen=True, slots=True)
class IfStatement(Node):
    condition: Expression
    body: Body
    orelse: Body | IfStatement | None = None


@dataclass(frozen=True, slots=True)
class WhileStatement(Node):
    condition: Expression
    body: Body


@dataclass(frozen=True, slots=True)
class FromStatement(Node):
    """FROM `name` = `first` TO `last` BY `step`: the last value included."""

    name: Word
    first: Expression
    last: Expression
    step: Expression | None
    body: Body


@dataclass(frozen=True, slots=True)
class Solve(Node):
    block: Word
    method: Word | None
    steady_state: bool = False


@dataclass(frozen=True, slots=True)
class Table(Node):
    """TABLE `names` DEPEND `depend` FROM `low` TO `high` WITH `bins`; a FUNCTION's table has no names."""

    names: tuple[Word, ...]
    depend: tuple[Word, ...]
    low: Expression
    high: Expression
    bins: Word


@dataclass(frozen=True, slots=True)
class Conductance(Node):
    name: Word
    ion: Word | None


@dataclass(frozen=True, slots=True)
class Protect(Node):
    assign: Assign


@dataclass(frozen=True, slots=True)
class Mutex(Node):
    """MUTEXLOCK or MUTEXUNLOCK."""

    keyword: Word


@dataclass(frozen=True, slots=True)
class Lag(Node):
    name: Word
    by: Word


@dataclass(frozen=True, slots=True)
class Verbatim(Node):
    """C text with the two words around it."""

    text: Word


@dataclass(frozen=True, slots=True)
class Enclosed(Node):
    """Statements between C code that opens braces and C code that closes them; made by lowering."""

    opening: Verbatim
    body: Body
    closing: Verbatim


# ------------------------------------------------------------------ statements of NET_RECEIVE
@dataclass(frozen=True, slots=True)
class Watched(Node):
    """An event with `flag` when the left side crosses the right one."""

    left: Expression
    operator: Word
    right: Expression
    flag: Number


@dataclass(frozen=True, slots=True)
class Watch(Node):
    items: tuple[Watched, ...]


@dataclass(frozen=True, slots=True)
class ForNetcons(Node):
    arguments: tuple[Argument, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class NetInitial(Node):
    body: Body


# ------------------------------------------------------------------ equations and reactions
@dataclass(frozen=True, slots=True)
class Equation(Node):
    """``~ left = right``; the tilde is ``~+`` when it adds to the equation above."""

    tilde: Word
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Reactant(Node):
    stoichiometry: Word | None
    variable: VariableName | Prime


@dataclass(frozen=True, slots=True)
class Reaction(Node):
    left: tuple[Reactant, ...]
    right: tuple[Reactant, ...]
    forward: Expression
    backward: Expression


@dataclass(frozen=True, slots=True)
class Outflow(Node):
    """``~ a -> (rate)``"""

    reactants: tuple[Reactant, ...]
    rate: Expression


@dataclass(frozen=True, slots=True)
class Inflow(Node):
    """``~ a << (flux)``"""

    reactants: tuple[Reactant, ...]
    flux: Expression


@dataclass(frozen=True, slots=True)
class Conserve(Node):
    reactants: tuple[Reactant, ...]
    total: Expression


@dataclass(frozen=True, slots=True)
class Compartment(Node):
    """The volume of each of the species; `index` counts through those that are arrays."""

    index: Word | None
    volume: Expression
    species: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class LongitudinalDiffusion(Node):
    """The diffusion coefficient, times the cross section, of each of the species."""

    index: Word | None
    coefficient: Expression
    species: tuple[Word, ...]


Statement = (
    Assign
    | CallStatement
    | Body
    | IfStatement
    | WhileStatement
    | FromStatement
    | Solve
    | Table
    | Conductance
    | Protect
    | Mutex
    | Lag
    | Verbatim
    | Enclosed
    | Watch
    | ForNetcons
    | NetInitial
    | Equation
    | Reaction
    | Outflow
    | Inflow
    | Conserve
    | Compartment
    | LongitudinalDiffusion
)


# ------------------------------------------------------------------ blocks of statements
@dataclass(frozen=True, slots=True)
class Argument(Node):
    name: Word
    unit: Word | None = None


@dataclass(frozen=True, slots=True)
class InitialBlock(Node):
    body: Body


@dataclass(frozen=True, slots=True)
class BreakpointBlock(Node):
    body: Body


@dataclass(frozen=True, slots=True)
class DerivativeBlock(Node):
    name: Word
    body: Body


@dataclass(frozen=True, slots=True)
class KineticBlock(Node):
    name: Word
    solve_for: tuple[Word, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class LinearBlock(Node):
    name: Word
    solve_for: tuple[Word, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class NonlinearBlock(Node):
    name: Word
    solve_for: tuple[Word, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class DiscreteBlock(Node):
    name: Word
    body: Body


@dataclass(frozen=True, slots=True)
class FunctionBlock(Node):
    name: Word
    arguments: tuple[Argument, ...]
    unit: Word | None
    body: Body


@dataclass(frozen=True, slots=True)
class ProcedureBlock(Node):
    name: Word
    arguments: tuple[Argument, ...]
    unit: Word | None
    body: Body


@dataclass(frozen=True, slots=True)
class FunctionTableBlock(Node):
    name: Word
    arguments: tuple[Argument, ...]
    unit: Word | None


@dataclass(frozen=True, slots=True)
class NetReceiveBlock(Node):
    arguments: tuple[Argument, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class ConstructorBlock(Node):
    body: Body


@dataclass(frozen=True, slots=True)
class DestructorBlock(Node):
    body: Body


@dataclass(frozen=True, slots=True)
class BeforeBlock(Node):
    phase: Word
    body: Body


@dataclass(frozen=True, slots=True)
class AfterBlock(Node):
    phase: Word
    body: Body


Block = (
    InitialBlock
    | BreakpointBlock
    | DerivativeBlock
    | KineticBlock
    | LinearBlock
    | NonlinearBlock
    | DiscreteBlock
    | FunctionBlock
    | ProcedureBlock
    | FunctionTableBlock
    | NetReceiveBlock
    | ConstructorBlock
    | DestructorBlock
    | BeforeBlock
    | AfterBlock
)


# ------------------------------------------------------------------ declarations
@dataclass(frozen=True, slots=True)
class Parameter(Node):
    name: Word
    size: Word | None
    value: Word | None
    unit: Word | None


@dataclass(frozen=True, slots=True)
class Constant(Node):
    name: Word
    value: Word
    unit: Word | None


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """A name declared in ASSIGNED or STATE; `start` is a state's value at the start."""

    name: Word
    size: Word | None
    start: Word | None
    unit: Word | None


@dataclass(frozen=True, slots=True)
class UnitFactor(Node):
    """A named conversion factor of a UNITS block: a constant."""

    name: Word


@dataclass(frozen=True, slots=True)
class Independent(Node):
    """A variable of an INDEPENDENT block; NEURON keeps its name alone."""

    name: Word


@dataclass(frozen=True, slots=True)
class ParameterBlock(Node):
    items: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class ConstantBlock(Node):
    items: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class AssignedBlock(Node):
    items: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class StateBlock(Node):
    items: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class UnitsBlock(Node):
    items: tuple[UnitFactor, ...]


@dataclass(frozen=True, slots=True)
class IndependentBlock(Node):
    items: tuple[Independent, ...]


# ------------------------------------------------------------------ the interface to NEURON
@dataclass(frozen=True, slots=True)
class Suffix(Node):
    """SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL with the mechanism's name."""

    kind: Word
    name: Word


@dataclass(frozen=True, slots=True)
class NameList(Node):
    """RANGE, GLOBAL, NONSPECIFIC_CURRENT and their like, with the names they list."""

    kind: Word
    names: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class UseIon(Node):
    ion: Word
    read: tuple[Word, ...]
    write: tuple[Word, ...]
    valence: Word | None = None


@dataclass(frozen=True, slots=True)
class Threadsafe(Node):
    pass


@dataclass(frozen=True, slots=True)
class NeuronBlock(Node):
    items: tuple[Suffix | NameList | UseIon | Threadsafe, ...]


# ------------------------------------------------------------------ the file
@dataclass(frozen=True, slots=True)
class Include(Node):
    path: Text


@dataclass(frozen=True, slots=True)
class Define(Node):
    name: Word
    value: Word


Declaration = ParameterBlock | ConstantBlock | AssignedBlock | StateBlock | UnitsBlock | IndependentBlock | NeuronBlock
Item = Declaration | Block | Include | Define | LocalList | Verbatim


@dataclass(frozen=True, slots=True)
class File(Node):
    items: tuple[Item, ...]
