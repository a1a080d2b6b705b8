"""The phases of some steps, in NEURON's order, with the complex step on one side and tangent rows on the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from interpreter.primal import Primal, Values
from interpreter.tangent import Row, Tangent
from nmodlgrad.calculus.forward import Linearised
from nmodlgrad.calculus.tangent import TangentMechanism
from nmodlgrad.numerics.phases import Phases, lower
from nmodlgrad.numerics.stages import Stage
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n

DT_MS = 0.1
TINY = 1e-30
"""Imaginary part of the input that is moved: its square vanishes, so that nothing is lost by cancellation."""

ROUNDING = 1e-12
"""Complex and real arithmetic round differently."""


@dataclass(frozen=True)
class Visit:
    """One quantity after one phase, its derivative by the tangent, and by the complex step."""

    phase: str
    name: str
    tangent: float
    exact: float


PHASES = ("initial", "current", "states", "receive", "current", "states", "states", "current")
"""A short run. The voltage moves between the phases as in a cell that consists of this mechanism and a leak."""


def derivatives(
    of: TangentMechanism, direction: str, weight: float = 0.4, original: Mechanism | None = None
) -> Iterator[Visit]:
    """Run the phases and compare, after each, everything that has a derivative along `direction`.

    Parameters
    ----------
    of
        the differentiated mechanism
    direction
        a seedable parameter, ``v`` for the voltage at the start, or the argument of NET_RECEIVE
    original
        the mechanism as it is written, to be run in the place of its simpler form
    """
    mechanism = original or of.mechanism
    phases = lower(mechanism, Names(mechanism.source.text))
    moved, plain, alone = (Primal(mechanism, v=-0.3, ena=0.9, dt=DT_MS) for _ in range(3))
    if direction in moved.values:
        moved.values[direction] += TINY * 1j
    tangent = Tangent(of, plain)
    rows = dict.fromkeys(of.carried, 0.0) | {direction: 1.0}
    event = complex(weight, TINY if direction in of.weights else 0)
    voltage = moved.values["v"]
    for phase, stage in _visited(phases):
        for primal in (moved, plain, alone):  # as NEURON sets it before each block
            primal.values["v"] = voltage if primal is moved else complex(voltage.real)
        linearised = _linearised(of, phase, stage)
        statements = getattr(phases, phase) if stage is None else stage.statements
        arguments = {of.mechanism.arguments[0]: weight} if phase == "receive" and of.mechanism.arguments else {}
        partials: dict[str, Row] = {}
        if linearised is not None:
            partials, values = tangent.linearise(linearised, **arguments)
        left = tangent.linearise(of.breakpoint)[0] if phase == "current" and of.breakpoint else {}
        before = dict(plain.values)
        total = _run(moved, phases, phase, statements, event)
        performed = linearised is not None and linearised.performs
        if not performed:
            _run(plain, phases, phase, statements, complex(event.real))
        _run(alone, phases, phase, statements, complex(event.real))
        for name, value in alone.values.items():  # generated routines leave no trace, or just what the phase leaves
            rounding = ROUNDING * max(1, abs(value)) if performed else 0
            assert abs(plain.values[name] - value) <= rounding, f"{name} after {phase}: {value}, {plain.values[name]}"
        plain.values |= alone.values
        sums = {y: sum(slope * rows.get(u, 0.0) for u, slope in row.items()) for y, row in partials.items()}
        if phase == "current" and linearised is not None:
            if of.slopes is not None:
                _check_slopes(of, tangent, linearised)
            if of.linear:
                sums[of.total] += rows.get("v", 0.0) * _slope(plain, before, phases)
            else:
                assert abs(values[of.total] - total.real) <= 1e-9 * max(1.0, abs(total.real))
            yield Visit(phase, of.total, sums[of.total], total.imag / TINY)
            rows |= {y: sum(slope * rows.get(u, 0.0) for u, slope in row.items()) for y, row in left.items()}
            for name in left:
                yield Visit(phase, name, rows[name], moved.values[name].imag / TINY)
            # the voltage moves by the current, as in one compartment
            rows["v"] = rows.get("v", 0.0) - DT_MS * sums[of.total]
            voltage -= DT_MS * total
        else:
            rows |= sums
            if "v" in sums:  # an event that sets the voltage
                voltage = moved.values["v"]
            for name in set(of.carried) & moved.values.keys():  # all but the rows that latch others
                yield Visit(phase, name, rows[name], moved.values[name].imag / TINY)


def _check_slopes(of: TangentMechanism, tangent: Tangent, current: Linearised) -> None:
    """What is linear in v differs by its slope from what it is 1 mV further."""
    values = tangent.primal.values
    assert of.slopes is not None
    here, slopes = (tangent.linearise(replace(current, partials={"": row}))[0][""] for row in _rows(of, current))
    tangent.primal.values = values | {"v": values["v"] + 1}
    there = tangent.linearise(current)[0][of.total]
    tangent.primal.values = values
    for x, slope in slopes.items():
        size = max(1.0, abs(here[x]), abs(there[x]))
        assert abs(there[x] - here[x] - slope) <= ROUNDING * size, f"d/dv of d/d{x}: {there[x] - here[x]}, {slope}"


def _rows(of: TangentMechanism, current: Linearised) -> Iterator[Mapping[str, str]]:
    assert of.slopes is not None
    yield current.partials[of.total]
    yield of.slopes


def _visited(phases: Phases) -> Iterator[tuple[str, Stage | None]]:
    """The phases of the run, the state phase in its stages."""
    for phase in PHASES:
        if phase == "states":
            yield from ((phase, stage) for stage in phases.states)
        else:
            yield phase, None


def _linearised(of: TangentMechanism, phase: str, stage: Stage | None) -> Linearised | None:
    if stage is None:
        found: Linearised | None = getattr(of, phase)
        return found
    return next((x.linearised for x in of.states if x.stage.solve is stage.solve), None)


def _run(primal: Primal, phases: Phases, phase: str, statements: Sequence[n.Statement], event: complex) -> complex:
    frame = {_argument(primal): event} if phase == "receive" and primal.mechanism.net_receive else {}
    primal.run(statements, frame, frozenset(frame))
    return frame.get(phases.total, 0j)


def _argument(primal: Primal) -> str:
    assert primal.mechanism.net_receive is not None
    return primal.mechanism.net_receive.arguments[0].name


def _slope(plain: Primal, before: Values, phases: Phases) -> float:
    """d current / d v as NEURON takes it, exact for a current that is linear in v."""
    after, totals = plain.values, []
    for v in (before["v"], before["v"] + 1):
        plain.values = {**before, "v": v}
        totals.append(_run(plain, phases, "current", phases.current, 0j).real)
    plain.values = after
    return totals[1] - totals[0]


def relative_errors(visits: Sequence[Visit]) -> list[float]:
    """Errors of the tangents, each relative to the largest derivative of the same quantity, or to 1."""
    scale: dict[str, float] = {}
    for visit in visits:
        scale[visit.name] = max(scale.get(visit.name, 1.0), abs(visit.exact))
    return [abs(visit.tangent - visit.exact) / scale[visit.name] for visit in visits]
