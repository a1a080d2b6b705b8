"""What nobody reads of the derivatives that procedures leave in variables is not computed: it would cost memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nmodlgrad.calculus.forward import Derivative, Linearised, Tangent
from nmodlgrad.calculus.program import Choose, Code, Invoke, Program, Repeat, Set, Step, changed, each, needed, targets


def pruned(
    procedures: Sequence[Tangent], functions: Sequence[Derivative], phases: Iterable[Linearised], more: Iterable[str]
) -> tuple[Tangent, ...]:
    """The procedures with the derivatives that `phases`, `functions` or each other read, or that are among `more`."""
    results = {name for procedure in procedures for row in procedure.partials.values() for name in row.values()}
    read = {*more}
    for phase in phases:
        read |= _reads(phase.program.steps)
        read |= {name for row in phase.partials.values() for name in row.values()} | {*phase.values.values()}
    for function in functions:
        read |= _reads(function.program.steps)
    while True:
        found = tuple(_without(procedure, results - read) for procedure in procedures)
        now = read.union(*(_reads(procedure.program.steps) for procedure in found))
        if now == read:
            return found
        read = now


def _without(procedure: Tangent, unread: set[str]) -> Tangent:
    """The procedure without these derivatives."""
    program, own = procedure.program, {name for row in procedure.partials.values() for name in row.values()}
    partials = {y: {u: name for u, name in row.items() if name not in unread} for y, row in procedure.partials.items()}
    wanted = changed(program.steps).difference(program.local_names, unread)
    steps, _ = needed(program.steps, wanted)
    kept = [name for name in targets(steps) if name in program.local_names or name in own & unread]
    return replace(procedure, program=Program(steps, kept), partials={y: row for y, row in partials.items() if row})


def _reads(steps: Sequence[Step]) -> set[str]:
    return set().union(*(s.reads for s in each(steps) if isinstance(s, Set | Invoke | Code | Choose | Repeat)))
