"""The tangent of a whole mechanism: every phase linearised over one order of carried variables and parameters."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nmodlgrad.calculus import noise, opaque
from nmodlgrad.calculus.forward import Derivative, Differentiator, Linearised, Tangent
from nmodlgrad.calculus.pruning import pruned
from nmodlgrad.calculus.slopes import with_slopes
from nmodlgrad.calculus.stages import StageTangent, linearise, performed
from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.numerics import arrivals, passing, sending, watches
from nmodlgrad.numerics.around import Around
from nmodlgrad.numerics.control import structured
from nmodlgrad.numerics.normal import normalise
from nmodlgrad.numerics.phases import Phases, lower
from nmodlgrad.numerics.sending import Sent
from nmodlgrad.semantics import coverage, events, moments, watching
from nmodlgrad.semantics import passing as at_times
from nmodlgrad.semantics import sending as self_events
from nmodlgrad.semantics.activity import analyse
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.declared import declare
from nmodlgrad.semantics.language import FLUXES
from nmodlgrad.semantics.mechanism import Mechanism, Role, Scope
from nmodlgrad.semantics.names import Names
from nmodlgrad.semantics.reach import running
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.unparse import expression


@dataclass(frozen=True)
class Latch:
    """The rows that keep the tangent of a variable as the two passes of BREAKPOINT found it."""

    first: str
    second: str


@dataclass(frozen=True)
class FlowValues:
    """The program that computes how the mechanism moves, the names of dx/dt of carried variables in it, and where in a
    step these are taken that advance them, as in `numerics.arrivals.Flow`."""

    linearised: Linearised
    slopes: Mapping[str, str]
    ahead: Mapping[str, float]


@dataclass(frozen=True)
class Crossing:
    """What a WATCH waits for: its flag, the condition as text, and the variable that is positive once it is true."""

    flag: float
    text: str
    variable: str
    linearised: Linearised


@dataclass(frozen=True)
class Passing:
    """The times of at_time, as the variables of a program: what acts on the current or the states there changes."""

    variables: tuple[str, ...]
    linearised: Linearised


@dataclass(frozen=True)
class Sending:
    """What net_send sends in NET_RECEIVE, as the variables of a program, and the flags of these events."""

    events: tuple[Sent, ...]
    flags: tuple[float, ...]
    linearised: Linearised


IDLE = "no state and no current depends on it"


@dataclass(frozen=True)
class TangentMechanism:
    """A differentiated mechanism, as it was read and in the form that was differentiated.

    `carried` variables own a tangent row each, the first `current_carried` of them act on the current; so do the first
    `current_parameters` of the seedable `parameters`. `arguments` of NET_RECEIVE own a row for each connection;
    `weights` are those of a NetCon that can be seeded, by name, and which they are. `linear` tells that the conductance
    that NEURON takes is the slope of the current; `slopes` are then the derivatives by v of its partials, where one
    look at it is enough. `conductance` is what NEURON takes instead if there is a CONDUCTANCE: BREAKPOINT runs once
    then, and its derivatives have v as an argument. `ion_currents` has the partials of each ion's current by itself,
    for who reads it, and the value of one that a point process adds; `observables` those of the other variables that
    BREAKPOINT computes from the same, for who records them. `whole` has the current of a point process and its slope
    where `current`, being linear, does without. `breakpoint` advances what BREAKPOINT leaves in variables. What it
    reads of these before it sets them is latched: the current depends on what they were when it started, at v + 0.001
    and at v, and two rows of `carried` keep that. `later_initial` are the stages of INITIAL from its first implicit
    solve on. `flow` tells how states and current move at an event, for derivatives by the time at which it arrives;
    `unmoved` why there are none. `timed` is the jump differentiated by that time, and by the `moments`: variables that
    keep times of earlier events. `crossings` are the conditions of WATCH, at a voltage. `sending` has the delays of the
    events that the mechanism sends itself, `passing` the times of at_time; what these depend on is `sent_by` and
    `passed_by`, `unpassed` why the latter is not carried. `times_only` are parameters that act through times alone.
    `resting` are the states and concentrations that nothing but INITIAL sets before the first step.
    """

    original: Mechanism
    mechanism: Mechanism
    carried: tuple[str, ...]
    current_carried: int
    parameters: tuple[str, ...]
    current_parameters: int
    arguments: tuple[str, ...]
    weights: Mapping[str, int]
    excluded: dict[str, str]
    linear: bool
    slopes: Mapping[str, str] | None
    total: str
    conductance: str | None
    initial: Linearised
    later_initial: tuple[StageTangent, ...]
    connect: Linearised | None
    current: Linearised | None
    ion_currents: Linearised | None
    whole: Linearised | None
    observables: Linearised | None
    breakpoint: Linearised | None
    latched: Mapping[str, Latch]
    states: tuple[StageTangent, ...]
    receive: Linearised | None
    flow: FlowValues | None
    timed: Linearised | None
    moments: tuple[str, ...]
    crossings: tuple[Crossing, ...]
    sending: Sending | None
    sent_by: tuple[str, ...]
    passing: Passing | None
    passed_by: tuple[str, ...]
    unpassed: str
    times_only: tuple[str, ...]
    unmoved: str
    resting: tuple[str, ...]
    around: tuple[tuple[Around, Linearised], ...]
    functions: tuple[Derivative, ...]
    procedures: tuple[Tangent, ...]
    warnings: tuple[Diagnostic, ...]

    @property
    def initial_inputs(self) -> set[str]:
        """What INITIAL reads and is active."""
        first = {name for row in self.initial.partials.values() for name in row}
        later = {name for stage in self.later_initial for row in stage.rows for name in row}
        return first | (later & {*self.parameters, *self.mechanism.initial_concentrations, "v"})

    @property
    def jump_reads_voltage(self) -> bool:
        """Whether what an event does, or when the next one is sent, depends on the voltage."""
        phases = [self.receive, self.sending.linearised if self.sending else None]
        return any("v" in row for phase in phases if phase for row in phase.partials.values())


def _linear(flow: Dataflow, phases: Phases) -> bool:
    """Whether NEURON's conductance is the slope of the current: it is linear in v, and what the pass at v + 0.001
    leaves in variables does not make it another one at v."""
    access = flow.access(phases.current)
    return access.live.isdisjoint(access.written) and flow.degree(phases.current, {"v": 1}).get(phases.total, 0) <= 1


def _resting(flow: Dataflow, phases: Phases, carried: Collection[str]) -> tuple[str, ...]:
    """The states and concentrations that are after the first current phase what INITIAL has left."""
    others = (phases.breakpoint, phases.receive, *(one.statements for one in phases.around))
    written = frozenset[str]().union(*(flow.access(statements).written for statements in others))
    states = {name for name, symbol in flow.mechanism.symbols.items() if symbol.role is Role.STATE}
    return tuple(x for x in carried if x in {*states, *flow.mechanism.concentrations} and x not in written)


def _computed(flow: Dataflow, phases: Phases) -> frozenset[str]:
    """What the mechanism sets."""
    parts = [phases.initial, phases.connect, phases.breakpoint, phases.receive]
    parts += [stage.statements for stage in (*phases.later_initial, *phases.states)]
    parts += [one.statements for one in phases.around]
    return frozenset[str]().union(*(flow.access(statements).written for statements in parts))


def _observed(
    flow: Dataflow, phases: Phases, carried: Collection[str], inputs: Sequence[str], acting: Collection[str]
) -> list[str]:
    """What BREAKPOINT alone computes, for hoc to see, from v and what acts on the current, and does not keep."""
    mechanism = flow.mechanism
    own = {current.name for current in mechanism.currents} - {*mechanism.ion_currents}
    seen = {s.name for s in mechanism.symbols.values() if s.role is Role.ASSIGNED and s.scope is Scope.RANGE} | own
    elsewhere = [stage.statements for stage in phases.states] + [one.statements for one in phases.around]
    found = flow.access(phases.breakpoint).sure & seen
    found -= {*carried, *mechanism.constants}.union(*(flow.access(statements).written for statements in elsewhere))
    reach = flow.dependence(phases.current, {name: frozenset({name}) for name in (*inputs, "v")})
    return [x for x in sorted(found) if reach.get(x) and reach[x] <= {*acting, "v"}]


def differentiate(
    mechanism: Mechanism, wrt: Collection[str] | None = None, constant: Collection[str] = ()
) -> TangentMechanism:
    """The tangent of a mechanism with respect to the parameters in `wrt`, or to all that act.

    `constant` names variables that carry no derivative, beside those that comments in the file name.

    Raises
    ------
    Refused
        where something is not differentiated, or not exactly.
    """
    names, original = Names(mechanism.source.text), mechanism
    mechanism = structured(normalise(running(declare(mechanism, constant)), names))
    coverage.require(mechanism)
    flow = Dataflow(mechanism)
    phases = lower(mechanism, names)
    noise.require_none(flow, (*phases.current, *phases.breakpoint))
    noise.require_once(flow)
    opaque.require_explicit(flow)
    activity = analyse(flow, phases, wrt)
    carried, weights = activity.carried, activity.weights
    connected = {*mechanism.arguments, "flag"}
    seeds = [name for name in activity.parameters if name not in carried]
    globals_ = {*carried, *activity.parameters, *activity.arguments, "v", *FLUXES, *weights}
    differentiator = Differentiator(flow, flow.ever_dependent(globals_), names)
    linear = mechanism.conductance is None and _linear(flow, phases)
    given = () if mechanism.conductance is None else ("v",)

    def written(statements: Sequence[n.Statement]) -> list[str]:
        return [x for x in rows if x in flow.access(statements).written]

    def event(statements: Sequence[n.Statement], timed: bool = False) -> Linearised | None:
        active = dict.fromkeys([*inputs, "v", *activity.arguments, *weights])
        outputs = written(statements)
        outputs += ["v"] if "v" in flow.access(statements).written and events.mentions_voltage(mechanism) else []
        return differentiator.phase(statements, active, outputs, arguments=connected) if outputs or timed else None

    def by_time() -> Linearised | None:
        outputs = [*written(phases.receive), *keeping]
        found = differentiator.phase(phases.receive, [moments.TIME, *keeping], outputs, arguments=connected)
        return found if any(moments.TIME in row for row in found.partials.values()) else None

    def waiting() -> Iterator[Crossing]:
        for one in watching.watched(mechanism):
            variable = names.fresh("condition")
            found = differentiator.phase(
                (watches.condition(one, variable),), [*seeds, "v"], [variable], [variable], arguments=("v",)
            )
            text = f"{expression(one.left)} {one.operator} {expression(one.right)}"
            yield Crossing(watching.flag(mechanism, one), text, variable, found)

    def sent() -> Sending:
        statements, found = sending.events(phases.receive, names)
        delays, reached = [one.delay for one in found], [one.reached for one in found]
        active = [*inputs, "v", *activity.arguments, *weights, moments.TIME, *keeping]
        phase = differentiator.phase(statements, dict.fromkeys(active), delays, [*delays, *reached], connected)
        flags = [self_events.flag(mechanism, one.call) for one in found]
        return Sending(found, tuple(x for x in flags if x is not None), phase)

    def passed() -> Passing:
        statements, variables = passing.times(phases.breakpoint, names)
        return Passing(variables, differentiator.phase(statements, seeds, variables, variables, given))

    def moving() -> FlowValues | None:
        if unmoved and not passes:
            return None
        found = arrivals.flow(mechanism, phases, names)
        slopes = {x: slope for x, slope in found.slopes.items() if x in carried}
        values = [*slopes.values(), *([phases.total] if phases.current else [])]
        return FlowValues(differentiator.phase(found.statements, [], [], values, given), slopes, found.ahead)

    inputs = [*carried, *seeds]
    initial_inputs = [*activity.parameters, *mechanism.initial_concentrations, "v"]
    rows = [*carried, *activity.arguments]
    initial = differentiator.phase(phases.initial, initial_inputs, carried)
    current = ion_currents = whole = None
    if phases.current:
        outputs = [x for x in (phases.total, mechanism.conductance) if x]
        active = inputs if linear else [*inputs, "v"]
        current = differentiator.phase(phases.current, active, outputs, () if linear else outputs, given)
        if mechanism.ion_currents:
            values = mechanism.ion_currents if mechanism.is_point_process else ()
            ion_currents = differentiator.phase(
                phases.current, [*inputs, "v"], mechanism.ion_currents, values, arguments=given
            )
        if mechanism.is_point_process and linear:
            whole = differentiator.phase(phases.current, ["v"], [phases.total], [phases.total])
    active = [*inputs, "v"]
    later_initial = [linearise(differentiator, x, active, rows) for x in phases.later_initial]
    states = [linearise(differentiator, x, active, rows, performed(original, flow, x)) for x in phases.states]
    keeping = moments.keeping(flow, phases.receive, rows)
    unmoved = (
        events.unmoved(original)
        or moments.hidden(flow, phases.receive, keeping)
        or watching.unmoved(flow, _computed(flow, phases))
        or self_events.unmoved(flow)
        or events.unshifted(original)
    )
    passed_by = tuple(sorted(at_times.moving(flow)))
    unpassed = (at_times.unmoved(flow, _computed(flow, phases)) or events.unshifted(original)) if passed_by else ""
    sends, timed, crossings, passes = None, None, tuple[Crossing, ...](), None
    try:  # what is refused here is no part of what is carried within a cell
        if not unmoved:
            sends = sent() if self_events.sent(mechanism) else None
            timed, crossings = by_time(), tuple(waiting())
    except Refused as refused:
        unmoved, sends, timed = refused.diagnostics[0].message, None, None
    try:
        passes = passed() if passed_by and not unpassed else None
    except Refused as refused:
        unpassed = refused.diagnostics[0].message
    connect, receive = event(phases.connect), event(phases.receive, timed=not unmoved)
    around = tuple(
        (one, differentiator.phase(one.statements, [*inputs, "v"], outputs))
        for one in phases.around
        if (outputs := written(one.statements))
    )
    try:
        flowing = moving()
    except Refused as refused:
        unmoved, unpassed = (refused.diagnostics[0].message,) * 2
        sends, timed, crossings, passes, flowing = None, None, (), None, None
        receive = event(phases.receive)
    left = written(phases.breakpoint)
    breakpoint_ = differentiator.phase(phases.breakpoint, [*inputs, "v"], left, arguments=given) if left else None

    acting = set().union(*current.partials.values()) if current else set()
    latched = {x: Latch(names.fresh(f"{x}_at_v_plus"), names.fresh(f"{x}_at_v")) for x in left if x in acting}
    acting = acting - latched.keys() | {row for latch in latched.values() for row in (latch.first, latch.second)}
    carried = (*(row for latch in latched.values() for row in (latch.first, latch.second)), *carried)
    observed = _observed(flow, phases, carried, inputs, acting)
    observables = differentiator.phase(phases.current, [*inputs, "v"], observed, arguments=given) if observed else None
    slopes = None
    if current and linear and not left:
        current, slopes = with_slopes(differentiator, current, phases.total)
    ordered = sorted(carried, key=lambda x: x not in acting)
    advancing = (initial, connect, breakpoint_, receive, *(one for _, one in around))
    used = acting.union(*(row for p in advancing if p for row in p.partials.values()))
    used |= {name for stage in (*later_initial, *states) if stage for row in stage.rows for name in row}
    timing = {name for one in crossings for name in one.linearised.partials[one.variable]}
    timing |= {name for row in sends.linearised.partials.values() for name in row} if sends else set()
    timing |= {name for row in passes.linearised.partials.values() for name in row} if passes else set()
    times_only = [p for p in activity.parameters if p in timing - used]
    used |= timing
    parameters = sorted((p for p in activity.parameters if p in used), key=lambda p: p not in acting or p in carried)
    everything = [
        initial,
        connect,
        current,
        ion_currents,
        observables,
        whole,
        breakpoint_,
        receive,
        flowing.linearised if flowing else None,
        timed,
        *(one.linearised for one in crossings),
        sends.linearised if sends else None,
        passes.linearised if passes else None,
        *(one for _, one in around),
    ]
    everything += [phase for stage in (*later_initial, *states) if stage for phase in stage.phases]
    functions = tuple(differentiator.functions.values())
    procedures = pruned(
        [*differentiator.procedures.values()], functions, filter(None, everything), slopes.values() if slopes else ()
    )
    excluded = dict(activity.excluded)
    excluded |= {p: IDLE for p in activity.parameters if p not in used}
    excluded |= {
        p: f"it acts through at_time alone: {unpassed}" for p in passed_by if unpassed and excluded.get(p) == IDLE
    }
    return TangentMechanism(
        original=original,
        mechanism=mechanism,
        carried=tuple(ordered),
        current_carried=sum(x in acting for x in carried),
        parameters=tuple(parameters),
        current_parameters=sum(p in acting and p not in carried for p in parameters),
        arguments=activity.arguments,
        weights={name: mechanism.arguments.index(name) for name in weights if name in used},
        excluded=excluded,
        linear=linear,
        slopes=slopes,
        total=phases.total,
        conductance=mechanism.conductance,
        initial=initial,
        later_initial=tuple(filter(None, later_initial)),
        connect=connect,
        current=current,
        ion_currents=ion_currents,
        whole=whole,
        observables=observables,
        breakpoint=breakpoint_,
        latched=latched,
        states=tuple(filter(None, states)),
        receive=receive,
        flow=flowing,
        timed=timed,
        moments=keeping if timed else (),
        crossings=crossings,
        sending=sends,
        sent_by=tuple(sorted(self_events.moving(flow))),
        passing=passes,
        passed_by=passed_by,
        unpassed=unpassed,
        times_only=tuple(times_only),
        unmoved=unmoved,
        resting=_resting(flow, phases, carried),
        around=around,
        functions=functions,
        procedures=procedures,
        warnings=tuple(dict.fromkeys(differentiator.warnings)),
    )
