"""Forward differentiation of programs: for every variable, its partial derivatives with respect to the inputs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sympy as sp

from nmodlgrad.calculus import function_tables, opaque
from nmodlgrad.calculus.program import Program
from nmodlgrad.calculus.scope import Scope
from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.coverage import PREFIX
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n


@dataclass(frozen=True)
class Derivative:
    """A generated FUNCTION: the partial derivative of `of` with respect to an argument or a global name.

    Its program sets the name of the FUNCTION itself.
    """

    name: str
    of: n.FunctionBlock | n.FunctionTableBlock
    target: str
    program: Program
    is_zero: bool
    table: n.Table | None


@dataclass(frozen=True)
class Tangent:
    """A generated PROCEDURE that runs `of` and leaves the partial derivatives of what it assigns.

    `partials` maps each assigned name to input -> the variable that holds the derivative.
    """

    name: str
    of: n.ProcedureBlock
    program: Program
    partials: Mapping[str, Mapping[str, str]]
    table: n.Table | None


@dataclass(frozen=True)
class Linearised:
    """A differentiated phase: its program, and partials of the outputs and values asked for, as names or numbers.

    If it `performs`, the program does what the phase does besides, so that it can stand in for it.
    """

    program: Program
    partials: Mapping[str, Mapping[str, str]]
    values: Mapping[str, str]
    performs: bool = False


@dataclass
class Differentiator:
    """Differentiates the phases of one mechanism, and on demand the functions and procedures that they call.

    Parameters
    ----------
    flow
        the mechanism's data flow
    active
        names that depend at some time on the global inputs: voltage, carried variables, seedable parameters
    names
        names taken in the file; what is generated at file level is added to them
    """

    flow: Dataflow
    active: frozenset[str]
    names: Names
    functions: dict[tuple[str, str], Derivative] = field(default_factory=dict)
    procedures: dict[str, Tangent] = field(default_factory=dict)
    warnings: list[Diagnostic] = field(default_factory=list)

    # ------------------------------------------------------------------ phases
    def phase(
        self,
        statements: Sequence[n.Statement],
        inputs: Iterable[str],
        outputs: Sequence[str],
        values: Iterable[str] = (),
        arguments: Iterable[str] = (),
        performs: Collection[str] = (),
    ) -> Linearised:
        """Differentiate a run of statements with respect to `inputs`; `values` are primal results needed beside.

        `arguments` are names that the routine to be written takes; `performs` those that it shall set, if it is to do
        all that the statements do.
        """
        scope = Scope(self, statements, {name: {name: sp.Integer(1)} for name in inputs}, performs=performs)
        scope.run(statements)
        partials = {y: {u: scope.hold(f"d{y}_d{u}", e) for u, e in scope.partials(y).items()} for y in outputs}
        wanted = {name for row in partials.values() for name in row.values()} | {scope.now(v) for v in values}
        program = scope.finish(wanted, arguments)
        return Linearised(program, partials, {v: scope.now(v) for v in values}, bool(performs))

    # ------------------------------------------------------------------ functions
    def function(self, name: str, target: str) -> Derivative:
        """The derivative of a FUNCTION with respect to one of its arguments or to a global name."""
        key = (name, target)
        tabled = self.flow.mechanism.function_tables.get(name)
        if key not in self.functions and tabled is not None:
            derivative_name = self.names.fresh(f"d{name}_d{target}")
            program = function_tables.slope(tabled, target, derivative_name, self.names.scope())
            self.functions[key] = Derivative(derivative_name, tabled, target, program, False, None)
        if key not in self.functions:
            block = self.flow.mechanism.functions[name]
            derivative_name = self.names.fresh(f"d{name}_d{target}")
            scope = Scope(self, block.body.statements, {target: {target: sp.Integer(1)}}, block)
            given = opaque.declared_function(scope, block, target)
            if given is None:
                scope.run(block.body.statements)
            result = scope.partials(name).get(target, sp.Integer(0)) if given is None else given
            program = scope.finish_into({derivative_name: result})
            self.functions[key] = Derivative(
                derivative_name, block, target, program, result == 0, self.flow.mechanism.table(block)
            )
        return self.functions[key]

    # ------------------------------------------------------------------ procedures
    def procedure(self, name: str) -> Tangent:
        """The tangent of a PROCEDURE with respect to its arguments and the active global names it reads."""
        if name not in self.procedures:
            mechanism = self.flow.mechanism
            block = mechanism.procedures[name]
            table = mechanism.table(block)
            arguments = {a.name for a in block.arguments}
            entering = self.flow.procedure(name).entering if table is None else frozenset()
            inputs = arguments | (self.active & entering)
            outputs = table.names if table else sorted(self.flow.procedure(name).written - mechanism.arrays)
            reserved = {(y, u): self.names.fresh(f"d{y}_d{u}") for y in outputs for u in sorted(inputs)}
            scope = Scope(self, block.body.statements, {u: {u: sp.Integer(1)} for u in inputs}, block)
            scope.run(block.body.statements)
            partials = {y: {u: reserved[y, u] for u in scope.partials(y)} for y in outputs if scope.partials(y)}
            results = {reserved[y, u]: scope.partials(y)[u] for y, row in partials.items() for u in row}
            program = scope.finish_into(results, outputs)
            tangent_name = self.names.fresh(f"{PREFIX}d_{name}")  # no name in the templates starts so
            self.procedures[name] = Tangent(tangent_name, block, program, partials, table)
        return self.procedures[name]
