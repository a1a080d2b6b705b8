"""The tree of a mechanism: one frozen dataclass per construct, named after its rule in ``grammar/nmodl.lark``."""

from __future__ import annotations

from dataclasses import dataclass

from nmodlgrad.diagnostics import Span


@dataclass(frozen=True, slots=True)
class Node:
    """What every construct has: where it stands in the source text."""

    span: Span


# ------------------------------------------------------------------ expressions
@dataclass(frozen=True, slots=True)
class Number(Node):
    """A literal as written; NMODL computes in double precision whatever its form."""

    text: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class VariableName(Node):
    name: str
    index: Expression | None = None


@dataclass(frozen=True, slots=True)
class Prime(Node):
    """The derivative of a state with respect to time, ``m'``."""

    name: str
    order: int = 1


@dataclass(frozen=True, slots=True)
class Call(Node):
    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A string literal, as some functions take it."""

    text: str


@dataclass(frozen=True, slots=True)
class Unary(Node):
    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    left: Expression
    operator: str
    right: Expression


Expression = Number | VariableName | Prime | Call | Text | Unary | Binary


# ------------------------------------------------------------------ statements
@dataclass(frozen=True, slots=True)
class Assign(Node):
    target: VariableName | Prime
    value: Expression


@dataclass(frozen=True, slots=True)
class CallStatement(Node):
    call: Call


@dataclass(frozen=True, slots=True)
class Body(Node):
    """Statements in braces; `locals` are the names of its LOCAL list."""

    locals: LocalList | None
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class IfStatement(Node):
    condition: Expression
    body: Body
    orelse: Body | IfStatement | None = None


@dataclass(frozen=True, slots=True)
class Solve(Node):
    block: str
    method: str | None
    steady_state: bool = False


@dataclass(frozen=True, slots=True)
class Table(Node):
    """TABLE `names` DEPEND `depend` FROM `low` TO `high` WITH `bins`; a FUNCTION's table has no names."""

    names: tuple[str, ...]
    depend: tuple[str, ...]
    low: Expression
    high: Expression
    bins: str


@dataclass(frozen=True, slots=True)
class LocalList(Node):
    names: tuple[str, ...]
    arrays: bool = False


@dataclass(frozen=True, slots=True)
class Verbatim(Node):
    text: str


@dataclass(frozen=True, slots=True)
class Outside(Node):
    """A construct of the language that is read but not differentiated yet; `rule` names it."""

    rule: str


Statement = Assign | CallStatement | Body | IfStatement | Solve | Table | Verbatim | Outside


# ------------------------------------------------------------------ blocks
@dataclass(frozen=True, slots=True)
class Argument(Node):
    name: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class InitialBlock(Node):
    body: Body


@dataclass(frozen=True, slots=True)
class BreakpointBlock(Node):
    body: Body


@dataclass(frozen=True, slots=True)
class DerivativeBlock(Node):
    name: str
    body: Body


@dataclass(frozen=True, slots=True)
class FunctionBlock(Node):
    name: str
    arguments: tuple[Argument, ...]
    unit: str | None
    body: Body


@dataclass(frozen=True, slots=True)
class ProcedureBlock(Node):
    name: str
    arguments: tuple[Argument, ...]
    unit: str | None
    body: Body


@dataclass(frozen=True, slots=True)
class NetReceiveBlock(Node):
    arguments: tuple[Argument, ...]
    body: Body


# ------------------------------------------------------------------ declarations
@dataclass(frozen=True, slots=True)
class Parameter(Node):
    name: str
    size: str | None
    value: str | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class Constant(Node):
    name: str
    value: str
    unit: str | None


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """A name declared in ASSIGNED or STATE."""

    name: str
    size: str | None
    unit: str | None


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
class UnitFactor(Node):
    """A named conversion factor of a UNITS block: a constant."""

    name: str


@dataclass(frozen=True, slots=True)
class UnitsBlock(Node):
    items: tuple[UnitFactor, ...]


@dataclass(frozen=True, slots=True)
class IndependentBlock(Node):
    """Kept by old files for other simulators; NEURON ignores it."""


# ------------------------------------------------------------------ the interface to NEURON
@dataclass(frozen=True, slots=True)
class Suffix(Node):
    """SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL with the mechanism's name; `name_span` is where the name stands."""

    kind: str
    name: str
    name_span: Span


@dataclass(frozen=True, slots=True)
class NameList(Node):
    """RANGE, GLOBAL, NONSPECIFIC_CURRENT and their like, with the names they list."""

    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UseIon(Node):
    ion: str
    read: tuple[str, ...]
    write: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Threadsafe(Node):
    pass


@dataclass(frozen=True, slots=True)
class NeuronBlock(Node):
    items: tuple[Suffix | NameList | UseIon | Threadsafe, ...]


Item = (
    ParameterBlock
    | ConstantBlock
    | AssignedBlock
    | StateBlock
    | UnitsBlock
    | IndependentBlock
    | NeuronBlock
    | InitialBlock
    | BreakpointBlock
    | DerivativeBlock
    | FunctionBlock
    | ProcedureBlock
    | NetReceiveBlock
    | Verbatim
    | LocalList
    | Outside
)


@dataclass(frozen=True, slots=True)
class File(Node):
    items: tuple[Item, ...]
