"""The records that BREAKPOINT leaves, as the template needs them."""

from __future__ import annotations

from typing import Any

from nmodlgrad.calculus.tangent import TangentMechanism
from nmodlgrad.emit.render import in_c


def current(tangent: TangentMechanism) -> dict[str, Any] | None:
    """The record of the total current: where the partial derivatives by each of its inputs go, and by v."""
    if tangent.current is None:
        return None
    program, partials = tangent.current.program, tangent.current.partials[tangent.total]
    acting = [*tangent.carried[: tangent.current_carried], *tangent.parameters[: tangent.current_parameters]]
    firsts = {latch.first: x for x, latch in tangent.latched.items()}
    seconds = {latch.second: x for x, latch in tangent.latched.items()}
    slopes = tangent.current.partials[tangent.conductance] if tangent.conductance else tangent.slopes or {}

    def entry(place: int, name: str, value: str, slope: str, latched: bool = False) -> dict[str, Any]:
        texts = {"name": name, "value": in_c(value, program), "slope": in_c(slope, program)}
        return texts | {"place": 2 * place, "latched": latched}

    entries: list[dict[str, Any]] = []
    sown: list[dict[str, Any]] = []
    for place, x in enumerate(acting):
        y = seconds.get(x, x)
        known = entry(place, f"d/d{y}", partials.get(y, "0."), slopes.get(y, "0."), x in seconds)
        if x not in firsts:
            (sown if place >= tangent.current_carried else entries).append(known)
    if not tangent.linear:
        values = tangent.current.values
        slope = values[tangent.conductance] if tangent.conductance else "0."
        entries.append(entry(len(acting), "d/dv", partials.get("v", "0."), slopes.get("v", "0.")))
        entries.append(entry(len(acting) + 1, "the current", values[tangent.total], slope))
    once = tangent.slopes is not None
    return {
        "locals": program.local_names,
        "steps": program.steps,
        "entries": entries,
        "sown": sown,
        "once": once,
    }


def by_themselves(tangent: TangentMechanism) -> list[dict[str, Any]]:
    """The partials of variables one by one, by the inputs that act on the total, and by v; its value where known."""
    acting = [*tangent.carried[: tangent.current_carried], *tangent.parameters[: tangent.current_parameters], "v"]
    seconds = {latch.second: x for x, latch in tangent.latched.items()}
    kinds = [
        ("ng_ion_currents", "ng_ion_record", tangent.ion_currents, tangent.mechanism.is_point_process),
        ("ng_observables", "ng_observed_record", tangent.observables, False),
    ]
    found = []
    for routine, record, phase, density in kinds:
        if phase is None:
            continue
        entries = []
        for variable, partials in phase.partials.items():
            values = {f"d{variable}/d{x}": partials.get(seconds.get(x, x), "0.") for x in acting}
            values |= {variable: phase.values[variable]} if variable in phase.values else {}
            entries += [{"name": name, "value": in_c(value, phase.program)} for name, value in values.items()]
        program = {"locals": phase.program.local_names, "steps": phase.program.steps}
        found.append({"routine": routine, "record": record, "density": density, "entries": entries} | program)
    return found


def whole(tangent: TangentMechanism) -> dict[str, Any] | None:
    """The current of a point process, and its slope."""
    phase = tangent.whole
    if phase is None:
        return None
    slope = phase.partials[tangent.total].get("v", "0.")
    return {
        "locals": phase.program.local_names,
        "steps": phase.program.steps,
        "current": in_c(phase.values[tangent.total], phase.program),
        "conductance": in_c(slope, phase.program),
    }
