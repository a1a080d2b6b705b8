"""Stages linearised: explicit ones as they run, implicit ones by what their solution depends on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nmodlgrad.calculus.forward import Differentiator, Linearised
from nmodlgrad.calculus.program import needed
from nmodlgrad.numerics.solve import executed_once
from nmodlgrad.numerics.stages import Explicit, Implicit, Stage
from nmodlgrad.semantics.dataflow import Dataflow, local_names
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.semantics.plain import is_plain
from nmodlgrad.syntax.walk import calls


@dataclass(frozen=True)
class ExplicitTangent:
    """An explicit stage, and how the carried variables that it sets depend on what was before it."""

    stage: Explicit
    linearised: Linearised

    @property
    def phases(self) -> tuple[Linearised, ...]:
        """All that was linearised."""
        return (self.linearised,)

    @property
    def rows(self) -> Iterator[Mapping[str, str]]:
        """The partial derivatives of each variable."""
        yield from self.linearised.partials.values()


@dataclass(frozen=True)
class ImplicitTangent:
    """An implicit stage.

    `matrix` has the residuals, and their derivatives by the corrections, or by the unknowns where there are none;
    `slopes` those by everything else that is active. `after` is what the block leaves in other carried variables, by
    the new unknowns and the rest. `linear` tells that the matrix reads no unknown.
    """

    stage: Implicit
    matrix: Linearised
    slopes: Linearised
    after: Linearised | None
    linear: bool

    @property
    def phases(self) -> tuple[Linearised, ...]:
        """All that was linearised."""
        return (self.matrix, self.slopes, *([self.after] if self.after else []))

    @property
    def rows(self) -> Iterator[Mapping[str, str]]:
        """The partial derivatives of each variable."""
        yield from self.slopes.partials.values()
        yield from self.after.partials.values() if self.after else ()


StageTangent = ExplicitTangent | ImplicitTangent


def linearise(
    differentiator: Differentiator,
    stage: Stage,
    inputs: Sequence[str],
    outputs: Collection[str],
    performs: Collection[str] = (),
) -> StageTangent | None:
    """The tangent of a stage; None if it sets no variable among `outputs`. It may perform an explicit one as well."""
    written = differentiator.flow.access(stage.statements).written
    found = [x for x in outputs if x in written]
    if not found:
        return None
    if isinstance(stage, Explicit):
        return ExplicitTangent(stage, differentiator.phase(stage.statements, inputs, found, performs=performs))
    others = [x for x in found if x not in stage.unknowns]
    active = [x for x in inputs if x not in stage.unknowns or not stage.constant]
    matrix = differentiator.phase(stage.body, stage.corrections or stage.unknowns, stage.residuals, stage.residuals)
    _, read = needed(matrix.program.steps, {value for row in matrix.partials.values() for value in row.values()})
    return ImplicitTangent(
        stage,
        matrix=matrix,
        linear=read.isdisjoint(stage.unknowns),
        slopes=differentiator.phase(stage.body, [*active, *stage.olds], stage.residuals),
        after=differentiator.phase(stage.after, inputs, others) if others else None,
    )


def performed(original: Mechanism, flow: Dataflow, stage: Stage) -> frozenset[str]:
    """What a stage sets, if its tangent can do that by the way: exponentials need not be computed twice.

    Parameters
    ----------
    original
        the mechanism as it was written
    """
    solve = stage.solve
    if solve is None or solve.method != "cnexp" or not executed_once(original, solve):
        return frozenset()
    block = original.solvable[solve.block]
    if not isinstance(stage, Explicit) or not is_plain(original, block.body):
        return frozenset()
    access = flow.access(stage.statements)
    if flow.mechanism.arrays & (access.live | access.written):
        return frozenset()
    written = access.written - local_names(block.body)
    everything = Dataflow(original).ever_written
    called = frozenset[str]().union(*(everything.get(str(call.name), frozenset()) for call in calls(block.body)))
    if called & original.symbols.keys() - {name.partition("[")[0] for name in written}:
        return frozenset()  # a FUNCTION sets for hoc to see what is a LOCAL in the mechanism's simpler form
    return frozenset(name for name in written if name.partition("[")[0] in original.symbols)
