"""The augmented mechanism: a few marked lines in the original text, everything else appended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nmodlgrad._version import __version__
from nmodlgrad.calculus.forward import Derivative, Linearised, Tangent
from nmodlgrad.calculus.program import Program
from nmodlgrad.calculus.special import HELPERS
from nmodlgrad.calculus.stages import ExplicitTangent
from nmodlgrad.calculus.tangent import TangentMechanism
from nmodlgrad.emit import currents, stages
from nmodlgrad.emit.edits import edits as in_place
from nmodlgrad.emit.edits import silencing
from nmodlgrad.emit.patch import apply, line_end
from nmodlgrad.emit.render import helpers, render
from nmodlgrad.emit.render import in_c as _c
from nmodlgrad.numerics.around import Around
from nmodlgrad.semantics.activity import TEMPERATURE
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.syntax import nodes as n


def augmented(tangent: TangentMechanism, name: str, shadow: bool = False) -> str:
    """The text of the augmented mechanism, registered under `name`.

    A `shadow` takes the derivatives of a point process that goes on working beside it: it injects nothing itself.
    """
    edits = in_place(tangent, name) + (silencing(tangent.original) if shadow else [])
    text = apply(tangent.mechanism.source.text, edits)
    appendix = _appendix(tangent, name)
    appendix += helpers(appendix, HELPERS) + "\n\nUNITSON\n"
    appended = ("" if text.endswith(("\n", "\r")) else "\n") + appendix
    return text + appended.replace("\n", line_end(text))


def _words(around: Around) -> str:
    """A block as its keywords."""
    return f"{'BEFORE' if isinstance(around.block, n.BeforeBlock) else 'AFTER'} {around.block.phase}"


def _appendix(tangent: TangentMechanism, name: str) -> str:
    mechanism = tangent.mechanism
    explicit, implicit = _stages(tangent)
    breakpoint_ = _update(tangent, tangent.breakpoint) if tangent.breakpoint else None
    initial = _update(tangent, tangent.initial) if tangent.carried else None
    connect = _update(tangent, tangent.connect) if tangent.connect else None
    receive = _update(tangent, tangent.receive) if tangent.receive else None
    around = [_update(tangent, phase) | {"routine": one.routine, "block": _words(one)} for one, phase in tangent.around]
    updates = [u for u in (breakpoint_, *explicit, initial, connect, receive, *around) if u]
    sent = _sending(tangent)
    reads_dt = bool(tangent.states or tangent.later_initial or tangent.passing) and "dt" not in mechanism.symbols
    return render(
        "mechanism.mod.jinja",
        version=__version__,
        name=name,
        carried=tangent.carried,
        connected=tangent.arguments,
        weights=len(tangent.weights),
        seedable=tangent.parameters,
        declare_dt=reads_dt,
        declare_celsius=TEMPERATURE in tangent.parameters and TEMPERATURE not in mechanism.symbols,
        kept_derivatives=_kept(tangent),
        point_process=mechanism.is_point_process,
        current=currents.current(tangent),
        told=tangent.conductance is not None,
        by_themselves=currents.by_themselves(tangent),
        whole=currents.whole(tangent),
        breakpoint=breakpoint_,
        latches=_latches(tangent),
        explicit=explicit,
        implicit=implicit,
        initial=initial,
        missing_initial=bool(tangent.carried) and mechanism.initial is None,
        connect=connect,
        receive=receive,
        around=around,
        flow=_flow(tangent),
        reads_voltage=tangent.jump_reads_voltage,
        timed=_timed(tangent),
        crossings=_crossings(tangent),
        sending=sent,
        passing=_passing(tangent),
        moved=not tangent.unmoved,
        arguments=list(mechanism.arguments),
        sows=any(
            u["seeds"]
            for u in (*updates, *implicit, *_crossings(tangent), *_passes(tangent), *(sent["events"] if sent else ()))
        ),
        renewed=_renewed(tangent),
        procedures=[_procedure(mechanism, p) for p in tangent.procedures],
        functions=[_function(f) for f in tangent.functions],
    )


def _stages(tangent: TangentMechanism) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The explicit stages, with what is left to do after an implicit solve, and the implicit ones."""
    explicit: list[dict[str, Any]] = []
    implicit: list[dict[str, Any]] = []
    for routine, stage in (*stages.named(tangent), *stages.named_initial(tangent)):
        in_initial = routine.startswith("ng_initial")
        if isinstance(stage, ExplicitTangent):
            guarded = not in_initial and not stages.is_inside(tangent, stage)
            more = {"routine": routine, "guarded": guarded, "timed": not in_initial, "solves": stages.what(stage)}
            more["performs"] = stage.linearised.performs
            explicit.append(_update(tangent, stage.linearised) | more)
            continue
        after = _update(tangent, stage.after) if stage.after else None
        if after:
            more = {"routine": f"{routine}_after", "guarded": False, "timed": False, "solves": stages.what(stage)}
            more["performs"] = False
            explicit.append(after | more)
        data = stages.implicit(tangent, routine, stage, after and explicit[-1], _c)
        implicit.append(data | {"guarded": not in_initial, "timed": not in_initial})
    return explicit, implicit


def _kept(tangent: TangentMechanism) -> list[str]:
    """Variables that the procedures which are added leave their results in."""
    results = tangent.mechanism.results
    values = [results[p.of.name] for p in tangent.procedures if p.of.name in results]
    return values + [v for p in tangent.procedures for row in p.partials.values() for v in row.values()]


def _flow(tangent: TangentMechanism) -> dict[str, Any] | None:
    """The slopes of states, with the numbers of their rows, and the current."""
    if tangent.flow is None:
        return None
    program = tangent.flow.linearised.program
    moving = [
        {
            "row": tangent.carried.index(x),
            "name": x,
            "slope": _c(slope, program),
            "ahead": f"{tangent.flow.ahead[x]:+g}" if tangent.flow.ahead[x] else None,
        }
        for x, slope in tangent.flow.slopes.items()
    ]
    return {
        "locals": program.local_names,
        "steps": program.steps,
        "moving": moving,
        "current": _c(tangent.total, program) if tangent.current else None,
    }


def _timed(tangent: TangentMechanism) -> dict[str, Any] | None:
    """What rows get in a jump from the time of the event, and from rows of times that are kept."""
    if tangent.timed is None:
        return None
    program, arguments = tangent.timed.program, tangent.mechanism.arguments
    kept = [x for x in tangent.moments if x in arguments]
    own = [x for x in tangent.moments if x not in arguments]
    rows = [
        {
            "name": x,
            "kept": x in tangent.moments,
            "terms": [{"row": u, "coefficient": _c(v, program)} for u, v in by.items()],
        }
        for x, by in tangent.timed.partials.items()
        if by or x in tangent.moments
    ]
    used = {row["name"] for row in rows}
    places = [("carried", tangent.carried), ("of_arguments", tangent.arguments), ("kept", kept), ("own", own)]
    return {
        "locals": program.local_names,
        "steps": program.steps,
        "rows": rows,
        "moments": tangent.moments,
        "connected": bool(kept) or bool(used & {*tangent.arguments}),
    } | {place: [{"name": x, "index": i} for i, x in enumerate(names) if x in used] for place, names in places}


def _crossings(tangent: TangentMechanism) -> list[dict[str, Any]]:
    """The conditions of WATCH: their value first, then their derivatives, and which seeds these go with."""
    found = []
    for number, one in enumerate(tangent.crossings, start=1):
        program = one.linearised.program
        partials = one.linearised.partials[one.variable]
        places = {name: place for place, name in enumerate(partials, start=1)}
        seeds = [{"name": p, "number": i, "place": places[p]} for i, p in enumerate(tangent.parameters) if p in places]
        found.append(
            {
                "number": number,
                "flag": f"{one.flag:g}",
                "text": one.text,
                "locals": program.local_names,
                "steps": program.steps,
                "value": _c(one.linearised.values[one.variable], program),
                "entries": [{"name": x, "place": places[x], "value": _c(v, program)} for x, v in partials.items()],
                "voltage": places.get("v"),
                "seeds": seeds,
            }
        )
    return found


def _seed(tangent: TangentMechanism, name: str) -> dict[str, Any]:
    """Which seed is that of a parameter, and whether a NetCon has it: that of a weight."""
    given = name in tangent.weights
    return {"given": given, "number": (list(tangent.weights) if given else tangent.parameters).index(name)}


def _sending(tangent: TangentMechanism) -> dict[str, Any] | None:
    """The events that a mechanism sends itself: rows and seeds that the derivatives of their delays go with."""
    if tangent.sending is None:
        return None
    phase = tangent.sending.linearised
    events: list[dict[str, Any]] = []
    program, arguments = phase.program, tangent.mechanism.arguments
    kept = [x for x in tangent.moments if x in arguments]
    own = [x for x in tangent.moments if x not in arguments]
    places: list[tuple[str, Sequence[str]]] = [("carried", tangent.carried), ("of_arguments", tangent.arguments)]
    places += [("kept", kept), ("own", own)]
    rows = {x for _, names in places for x in names}
    read: set[str] = set()
    for one, flag in zip(tangent.sending.events, tangent.sending.flags, strict=True):
        partials = {u: _c(value, program) for u, value in phase.partials[one.delay].items()}
        of_time = partials.pop("t", None)
        terms: list[dict[str, str | None]] = [{"row": "t", "coefficient": f"(1. + {of_time})" if of_time else "1.0"}]
        terms += [{"row": u, "coefficient": value} for u, value in partials.items() if u in rows]
        terms += [{"row": None, "coefficient": partials["v"]}] if "v" in partials else []
        seeds = [
            {"name": u, "coefficient": value, **_seed(tangent, u)}
            for u, value in partials.items()
            if u not in rows and u != "v"
        ]
        read |= {u for u in partials if u in rows}
        values = {"reached": _c(phase.values[one.reached], program), "delay": _c(phase.values[one.delay], program)}
        events.append({"flag": f"{flag:g}", "terms": terms, "seeds": seeds} | values)
    connected = read & {*tangent.arguments, *kept} or any(s["given"] for e in events for s in e["seeds"])
    return {
        "locals": program.local_names,
        "steps": program.steps,
        "events": events,
        "reads": sorted(read),
        "connected": bool(connected),
    } | {place: [{"name": x, "index": i} for i, x in enumerate(names) if x in read] for place, names in places}


def _passing(tangent: TangentMechanism) -> dict[str, Any] | None:
    """The times of at_time."""
    if tangent.passing is None:
        return None
    program = tangent.passing.linearised.program
    return {"locals": program.local_names, "steps": program.steps, "times": _passes(tangent)}


def _passes(tangent: TangentMechanism) -> list[dict[str, Any]]:
    """Each time of at_time, and the seeds it moves with."""
    if tangent.passing is None:
        return []
    phase = tangent.passing.linearised
    return [
        {
            "value": _c(phase.values[variable], phase.program),
            "seeds": [
                {"name": p, "number": tangent.parameters.index(p), "coefficient": _c(value, phase.program)}
                for p, value in phase.partials[variable].items()
            ],
        }
        for variable in tangent.passing.variables
        if phase.partials[variable]
    ]


def _latches(tangent: TangentMechanism) -> list[dict[str, int]]:
    """Which rows keep which, by their numbers."""
    number = {x: i for i, x in enumerate(tangent.carried)}
    return [
        {"first": number[latch.first], "second": number[latch.second], "row": number[x]}
        for x, latch in tangent.latched.items()
    ]


def _update(tangent: TangentMechanism, phase: Linearised | None) -> dict[str, Any]:
    """How the rows of a phase follow from the old rows, the voltage's row and the seeds."""
    assert phase is not None
    owners = [*tangent.carried, *tangent.arguments]
    rows: list[dict[str, Any]] = []
    seeds: list[dict[str, Any]] = []
    for x, partials in ((x, phase.partials[x]) for x in (*owners, "v") if x in phase.partials):
        terms: list[dict[str, str | None]] = []
        for u, value in partials.items():
            coefficient = _c(value, phase.program)
            if u in owners and (phase is not tangent.initial or u in tangent.mechanism.initial_concentrations):
                terms.append({"coefficient": coefficient, "row": u})
            elif u == "v":
                terms.append({"coefficient": coefficient, "row": None})
            else:
                seeds.append({"parameter": u, "coefficient": coefficient, "row": x, **_seed(tangent, u)})
        if terms != [{"coefficient": "1.0", "row": None if x == "v" else x}]:  # a row that stays as it is needs no loop
            rows.append({"name": x, "terms": terms})
    written = {row["name"] for row in (*rows, *({"name": seed["row"]} for seed in seeds))}
    read = {term["row"] for row in rows for term in row["terms"] if term["row"] is not None}
    return {
        "locals": phase.program.local_names,
        "steps": phase.program.steps,
        "rows": rows,
        "reads": [x for x in owners if x in read],
        "pointers": [{"name": x, "index": i} for i, x in enumerate(tangent.carried) if x in read | written],
        "connected": [{"name": x, "index": i} for i, x in enumerate(tangent.arguments) if x in read | written],
        "sets_voltage": "v" in phase.partials,
        "uses_voltage": any(term["row"] is None for row in rows for term in row["terms"]),
        "seeds": seeds,
    }


def _renewed(tangent: TangentMechanism) -> list[dict[str, Any]]:
    """The reversal potentials that INITIAL reads: NEURON has just computed them from concentrations, it may be."""
    symbols, read = tangent.mechanism.symbols, tangent.initial_inputs
    return [
        {"number": number, "name": name}
        for number, name in enumerate(tangent.parameters)
        if name in read and symbols[name].role is Role.REVERSAL
    ]


def _procedure(mechanism: Mechanism, p: Tangent) -> dict[str, Any]:
    entries = [{"name": y, "variable": v} for y, row in p.partials.items() for v in row.values()]
    return {
        **_routine(p.name, p.of.name, p.of.arguments, p.program),
        "table": {"bins": p.table.bins, "entries": entries} if p.table else None,
    }


def _function(f: Derivative) -> dict[str, Any]:
    return {
        **_routine(f.name, f.of.name, f.of.arguments, f.program),
        "target": f.target,
        "table": {"bins": f.table.bins} if f.table else None,
    }


def _routine(name: str, of: str, arguments: Iterable[n.Argument], program: Program) -> Mapping[str, Any]:
    return {
        "name": name,
        "of": of,
        "arguments": [a.name for a in arguments],
        "locals": program.local_names,
        "steps": program.steps,
    }
