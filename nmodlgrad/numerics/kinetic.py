"""KINETIC: reactions as fluxes, and what METHOD sparse solves (nocmodl: kinetic.cpp; NEURON: sparse_thread.hpp).

NEURON moves the states x, from the old ones o on, by the corrections c of a linear system M c = -F, with

    F = volume (x - o)/dt - production(x),     M = volume/dt - (the derivative of the production by mass action).

M is F's own derivative unless a rate depends on a state. What is written down here is F + M c, in which each flux
k A B is k (A B + c_A B + A c_B); so all that NEURON's matrix is and is not shows in the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.numerics import build, memory
from nmodlgrad.numerics.stages import Implicit, Iteration
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

Term = tuple[int, str]  # how many of a species
ZERO = build.number("0")


def lower(mechanism: Mechanism, solve: n.Solve, block: n.KineticBlock, names: Names) -> Implicit:
    """A SOLVE of a KINETIC block by METHOD sparse.

    Raises
    ------
    Refused
        when nocmodl finds no row for a CONSERVE, or the block needs what it has computed itself before.
    """
    scheme = _Scheme(mechanism, block, names)
    statements = scheme.run(block.body.statements)
    conserved = scheme.diagonals()
    residuals = {x: names.fresh(f"{build.plain(x)}_residual") for x in scheme.species}
    last = [build.assign(residuals[x], scheme.balance(x)) for x in scheme.species if x not in conserved]
    last += [build.assign(residuals[x], build.name(row)) for x, row in conserved.items()]
    body = (*scheme.volumes(), *scheme.first, *statements, *last)
    constant = scheme.linear and not _depends_on(mechanism, body, scheme)
    memory.refuse(mechanism, block, statements)
    return Implicit(
        solve=solve,
        unknowns=tuple(scheme.species),
        olds=tuple(scheme.old.values()),
        corrections=tuple(scheme.correction.values()),
        body=body,
        residuals=tuple(residuals.values()),
        after=statements,
        iteration=Iteration.ONCE if scheme.linear else Iteration.CONVERGED,
        constant=constant,
        steady=solve.steady_state,
    )


def slopes(mechanism: Mechanism, block: n.KineticBlock, names: Names) -> tuple[tuple[n.Statement, ...], dict[str, str]]:
    """Statements that compute dx/dt of each state of a block, and the variables that have them.

    That is what production gives; a CONSERVE holds along with it.
    """
    scheme = _Scheme(mechanism, block, names)
    statements = scheme.run(block.body.statements)
    found = {x: names.fresh(f"{build.plain(x)}_slope") for x in scheme.species}
    still = [build.assign(correction, ZERO) for correction in scheme.correction.values()]
    last = [build.assign(slope, scheme.slope(x)) for x, slope in found.items()]
    return (*still, *scheme.volumes(), *scheme.first, *statements, *last), found


@dataclass
class _Scheme:
    """A block while its reactions become fluxes."""

    mechanism: Mechanism
    block: n.KineticBlock
    names: Names
    linear: bool = True
    first: list[n.Statement] = field(default_factory=list)  # what has to be there whichever branch is taken
    rates: list[str] = field(default_factory=list)
    production: dict[str, list[tuple[int, str]]] = field(default_factory=dict)  # species -> (how many, flux)
    conserve: list[tuple[n.Conserve, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        states = {s.name for s in self.mechanism.symbols.values() if s.role is Role.STATE}
        if self.block.solve_for:
            states &= set(self.block.solve_for)
        read = (str(r.variable.name) for r in subnodes(self.block) if isinstance(r, n.Reactant))
        self.species = [x for x in dict.fromkeys(read) if x in states]
        self.old = {x: self.names.fresh(f"{build.plain(x)}_old") for x in self.species}
        self.correction = {x: self.names.fresh(f"{build.plain(x)}_correction") for x in self.species}
        self.volume: dict[str, n.Expression] = {
            str(x): node.volume
            for node in subnodes(self.block)
            if isinstance(node, n.Compartment)
            for x in node.species
        }
        self.volume_name = {x: self.names.fresh(f"{build.plain(x)}_volume") for x in self.species if x in self.volume}

    def volumes(self) -> list[n.Statement]:
        """nocmodl takes the volumes where the block begins."""
        return [build.assign(name, self.volume[x]) for x, name in self.volume_name.items()]

    # ------------------------------------------------------------------ statements
    def run(self, statements: Sequence[n.Statement], branch: bool = False) -> tuple[n.Statement, ...]:
        """The statements with every reaction as what it computes."""
        return tuple(lowered for statement in statements for lowered in self._statement(statement, branch))

    def _statement(self, statement: n.Statement, branch: bool) -> Iterator[n.Statement]:
        match statement:
            case n.Reaction(left=left, right=right, forward=forward, backward=backward):
                yield from self._reaction(_terms(left), _terms(right), forward, backward, branch)
            case n.Outflow(reactants=reactants, rate=rate):
                yield from self._reaction(_terms(reactants), [], rate, ZERO, branch)
            case n.Inflow(reactants=reactants, flux=flux):
                yield from self._inflow(_terms(reactants), flux, branch)
            case n.Conserve():
                yield from self._conserve(statement)
            case n.Compartment():
                return
            case n.IfStatement(span=span, condition=condition, body=body, orelse=orelse):
                other = (
                    self.run((orelse,) if isinstance(orelse, n.IfStatement) else orelse.statements, True)
                    if orelse
                    else None
                )
                yield n.IfStatement(span, condition, self._body(body), n.Body(span, None, other) if other else None)
            case n.Body():
                yield self._body(statement, branch)
            case _:
                yield statement

    def _body(self, body: n.Body, branch: bool = True) -> n.Body:
        return n.Body(body.span, body.locals, self.run(body.statements, branch))

    def _reaction(
        self, left: list[Term], right: list[Term], forward: n.Expression, backward: n.Expression, branch: bool
    ) -> Iterator[n.Statement]:
        yield build.assign("f_flux", _product(forward, left))
        yield build.assign("b_flux", _product(backward, right) if right else ZERO)
        value: n.Expression = build.binary(build.name("f_flux"), "-", build.name("b_flux"))
        for sign, rate, side in (("+", forward, left), ("-", backward, right)):
            if not any(x in self.correction for _, x in side):
                continue
            name = self.names.fresh(f"{'forward' if sign == '+' else 'backward'}_rate")
            self.rates.append(name)
            yield build.assign(name, rate)
            for term in self._corrections(build.name(name), side):
                value = build.binary(value, sign, term)
        flux = self._flux(branch)
        yield build.assign(flux, value)
        for sign_, side in ((-1, left), (1, right)):
            for count, x in side:
                self.production.setdefault(x, []).append((sign_ * count, flux))

    def _corrections(self, rate: n.Expression, side: list[Term]) -> Iterator[n.Expression]:
        """What NEURON's matrix makes of a side of a reaction, species by species."""
        for number, (count, x) in enumerate(side):
            if x not in self.correction:
                continue
            others = [(c - (i == number), y) for i, (c, y) in enumerate(side)]
            self.linear &= not any(c for c, _ in others)
            factor = _product(rate, others)
            if count != 1:
                factor = build.binary(build.number(str(count)), "*", factor)
            yield build.binary(factor, "*", build.name(self.correction[x]))

    def _inflow(self, reactants: list[Term], value: n.Expression, branch: bool) -> Iterator[n.Statement]:
        flux = self._flux(branch)
        yield build.assign("f_flux", ZERO)
        yield build.assign("b_flux", value)
        yield build.assign(flux, build.name("b_flux"))
        self.rates.append(flux)
        for _, x in reactants:
            self.production.setdefault(x, []).append((1, flux))

    def _flux(self, branch: bool) -> str:
        flux = self.names.numbered("flux")
        if branch:
            self.first.append(build.assign(flux, ZERO))
        return flux

    # ------------------------------------------------------------------ rows
    def _conserve(self, statement: n.Conserve) -> Iterator[n.Statement]:
        value: n.Expression = build.negative(statement.total)
        for count, x in _terms(statement.reactants):
            moved: n.Expression = build.binary(build.name(x), "+", build.name(self.correction[x]))
            if count != 1:
                moved = build.binary(build.number(str(count)), "*", moved)
            value = build.binary(value, "+", build.binary(self.volume[x], "*", moved) if x in self.volume else moved)
        row = self.names.numbered("conserved")
        self.conserve.append((statement, row))
        yield build.assign(row, value)

    def diagonals(self) -> dict[str, str]:
        """The state whose row each CONSERVE takes, the last CONSERVE first: its last one that is free and no array."""
        taken: dict[str, str] = {}
        for statement, row in reversed(self.conserve):
            free = [x for _, x in reversed(_terms(statement.reactants)) if x not in taken and "[" not in x]
            if not free:
                message = "NEURON finds no state whose equation this CONSERVE could replace"
                raise Refused([Diagnostic.at(statement.span, "NG002", message)])
            taken[free[0]] = row
        return taken

    def balance(self, x: str) -> n.Expression:
        """volume (x + correction - old)/dt - production."""
        moved = build.binary(
            build.binary(build.name(x), "+", build.name(self.correction[x])), "-", build.name(self.old[x])
        )
        value: n.Expression = build.binary(moved, "/", build.name("dt"))
        if x in self.volume_name:
            value = build.binary(build.name(self.volume_name[x]), "*", value)
        for count, flux in self.production.get(x, ()):
            value = build.binary(value, "-" if count > 0 else "+", _amount(count, flux))
        return value

    def slope(self, x: str) -> n.Expression:
        """production/volume."""
        value: n.Expression = ZERO
        for count, flux in self.production.get(x, ()):
            value = build.binary(value, "+" if count > 0 else "-", _amount(count, flux))
        return build.binary(value, "/", build.name(self.volume_name[x])) if x in self.volume_name else value


def _terms(reactants: Sequence[n.Reactant]) -> list[Term]:
    return [(int(r.stoichiometry or 1), str(r.variable.name)) for r in reactants]


def _amount(count: int, flux: str) -> n.Expression:
    amount = build.name(flux)
    return build.binary(build.number(str(abs(count))), "*", amount) if abs(count) != 1 else amount


def _product(rate: n.Expression, side: list[Term]) -> n.Expression:
    for count, x in side:
        for _ in range(count):
            rate = build.binary(rate, "*", build.name(x))
    return rate


def _depends_on(mechanism: Mechanism, body: Sequence[n.Statement], scheme: _Scheme) -> bool:
    """Whether a rate, a volume or a total depends on a state that is solved for."""
    flow = Dataflow(mechanism)
    now = flow.dependence(body, {x: frozenset({x}) for x in scheme.species})
    watched = [*scheme.rates, *scheme.volume_name.values()]
    totals = [statement.total for statement, _ in scheme.conserve]
    return any(now.get(name) for name in watched) or any(flow.depends(total, now) for total in totals)
