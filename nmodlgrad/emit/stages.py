"""Stages in the text: where the routine of each is called, and what the template of an implicit one needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nmodlgrad.calculus.forward import Linearised
from nmodlgrad.calculus.program import Program
from nmodlgrad.calculus.stages import ExplicitTangent, ImplicitTangent, StageTangent
from nmodlgrad.calculus.tangent import TangentMechanism
from nmodlgrad.emit.patch import Edit, insert_line, insert_line_before
from nmodlgrad.emit.render import inserted
from nmodlgrad.numerics.solve import executed_once
from nmodlgrad.numerics.stages import Iteration
from nmodlgrad.syntax import nodes as n

CName = Callable[[str, Program], str]


def named(tangent: TangentMechanism) -> Iterator[tuple[str, StageTangent]]:
    """The stages of the state phase, each with the name of the routine that advances its tangents."""
    for number, stage in enumerate(tangent.states, start=1):
        yield "ng_states" if len(tangent.states) == 1 else f"ng_states_{number}", stage


def named_initial(tangent: TangentMechanism) -> Iterator[tuple[str, StageTangent]]:
    """The same of INITIAL, from its first solve on."""
    for number, stage in enumerate(tangent.later_initial, start=2):
        yield f"ng_initial_{number}", stage


def edits(tangent: TangentMechanism) -> Iterator[Edit]:
    """The lines that call the routines."""
    mechanism, text = tangent.mechanism, tangent.mechanism.source.text
    for routine, stage in named(tangent):
        solve = stage.stage.solve
        if solve is None:
            assert mechanism.breakpoint is not None
            yield insert_line(text, start(mechanism.breakpoint.body), inserted("call", routine))
        elif is_inside(tangent, stage):
            body = mechanism.solvable[solve.block].body
            performs = isinstance(stage, ExplicitTangent) and stage.linearised.performs
            yield insert_line(text, start(body), inserted("perform" if performs else "call", routine))
        else:
            yield insert_line_before(text, solve.span.start, inserted("solve", routine))
    for routine, stage in named_initial(tangent):
        assert stage.stage.solve is not None
        place, line = stage.stage.solve.span, inserted("call", routine)
        if isinstance(stage, ExplicitTangent) and stage.stage.follows:
            yield insert_line(text, place.end, line)
        else:
            yield insert_line_before(text, place.start, line)


def start(body: n.Body) -> int:
    """Where the statements of a body begin: after its brace and its LOCAL list."""
    return body.locals.span.end if body.locals else body.span.start + 1


def is_inside(tangent: TangentMechanism, stage: StageTangent) -> bool:
    """Whether the block that is solved can call the routine: NEURON executes it once in each step and never else."""
    return isinstance(stage, ExplicitTangent) and executed_once(tangent.original, stage.stage.solve)


def what(stage: StageTangent) -> str:
    """What it is that a routine differentiates, in the words of its comment."""
    solve = stage.stage.solve
    if solve is None:
        return "BREAKPOINT"
    return solve.method if solve.method in ("cnexp", "euler", "runge") else solve.block


# ------------------------------------------------------------------ implicit stages
def implicit(
    tangent: TangentMechanism, routine: str, stage: ImplicitTangent, after: Mapping[str, Any] | None, c: CName
) -> dict[str, Any]:
    """What the template of an implicit stage needs.

    The partial derivatives of the residuals are numbered: a routine leaves them in an array, and the loops over the
    directions take them from there.
    """
    lowered = stage.stage
    given = [*lowered.olds, *lowered.corrections]
    numbered = [(i, u, v) for i, y in enumerate(lowered.residuals) for u, v in stage.slopes.partials[y].items()]
    size = len(lowered.unknowns)
    names = [f"{lowered.residuals[i]}/{u}" for i, u, _ in numbered]
    values = [c(v, stage.slopes.program) for _, _, v in numbered]
    return {
        "routine": routine,
        "suffix": routine.removeprefix("ng_"),
        "solves": lowered.solve.block,
        "size": size,
        "unknowns": [{"name": x, "row": tangent.carried.index(x)} for x in lowered.unknowns],
        "olds": lowered.olds,
        "corrections": lowered.corrections,
        "steady": lowered.steady,
        "root": lowered.iteration is Iteration.ROOT,
        "converged": lowered.iteration is Iteration.CONVERGED,
        "in_place": lowered.constant,
        "linear": stage.linear,
        "matrix": _program(stage.matrix, given)
        | {
            "residuals": [c(stage.matrix.values[y], stage.matrix.program) for y in lowered.residuals],
            "entries": list(_matrix_entries(stage, c)),
        },
        "slopes": _program(stage.slopes, given)
        | {"entries": [{"name": x, "value": value} for x, value in zip(names, values, strict=True)]},
        "rows": [_row(tangent, stage, i, numbered) for i in range(size)],
        "seeds": any(_is_seed(tangent, stage, u) for _, u, _ in numbered),
        "after": after,
    }


def _matrix_entries(stage: ImplicitTangent, c: CName) -> Iterator[dict[str, Any]]:
    lowered, size = stage.stage, len(stage.stage.unknowns)
    columns = {name: j for j, name in enumerate(lowered.corrections or lowered.unknowns)}
    for i, residual in enumerate(lowered.residuals):
        for name, value in stage.matrix.partials[residual].items():
            yield {"place": i * size + columns[name], "value": c(value, stage.matrix.program)}


def _program(phase: Linearised, given: list[str]) -> dict[str, Any]:
    return {"locals": [*given, *phase.program.local_names], "steps": phase.program.steps}


def _is_seed(tangent: TangentMechanism, stage: ImplicitTangent, name: str) -> bool:
    return name not in tangent.carried and name not in stage.stage.olds and name != "v"


def _row(
    tangent: TangentMechanism, stage: ImplicitTangent, i: int, numbered: list[tuple[int, str, str]]
) -> dict[str, Any]:
    """Which numbered derivatives of a residual go with which rows."""
    lowered = stage.stage
    row: dict[str, Any] = {"old": None, "unknowns": [], "carried": [], "voltage": None, "seeds": []}
    for number, (j, name, _) in enumerate(numbered):
        if j != i:
            continue
        if name in lowered.olds:
            assert name == lowered.olds[i], "a residual has the old value of its own state only"
            row["old"] = number
        elif name in lowered.unknowns:
            row["unknowns"].append({"column": lowered.unknowns.index(name), "entry": number})
        elif name == "v":
            row["voltage"] = number
        elif name in tangent.carried:
            row["carried"].append({"name": name, "row": tangent.carried.index(name), "entry": number})
        else:
            row["seeds"].append({"name": name, "number": tangent.parameters.index(name), "entry": number})
    return row
