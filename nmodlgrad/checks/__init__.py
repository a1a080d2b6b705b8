"""What is wrong with a mechanism, whether it is differentiated or not: one check per file."""

from __future__ import annotations

from nmodlgrad.checks import (
    arity,
    arrays,
    declarations,
    division,
    equations,
    ions,
    linearity,
    names,
    placement,
    reactions,
    solves,
    tables,
    text,
    threads,
    times,
    units,
)
from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.mechanism import Mechanism

CHECKS = (
    declarations.check,
    names.check,
    arity.check,
    arrays.check,
    placement.check,
    solves.check,
    reactions.check,
    units.check,
    equations.check,
    linearity.check,
    tables.check,
    ions.check,
    threads.check,
    times.check,
    division.check,
    text.check,
)


def findings(mechanism: Mechanism) -> list[Diagnostic]:
    """Everything that the checks find, errors and warnings, by place."""
    found = {diagnostic for look in CHECKS for diagnostic in look(mechanism)}
    strange = {(d.file, d.line, d.column) for d in found if d.code == "NG028"}  # no variable of its ion: that says it
    found = {d for d in found if d.code != "NG010" or (d.file, d.line, d.column) not in strange}
    return sorted(found, key=lambda d: (d.file, d.line, d.column, d.code))
