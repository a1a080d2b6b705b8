"""Which variables carry a derivative from one phase to the next, and which parameters can be seeded."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from nmodlgrad.diagnostics import NOWHERE, Diagnostic, Refused
from nmodlgrad.numerics import events
from nmodlgrad.numerics.phases import Phases
from nmodlgrad.semantics import passive, shared
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.language import SHAPE
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


@dataclass(frozen=True)
class Activity:
    """`carried`: variables that own a tangent; `parameters`: what may be seeded; `excluded`: what may not, and why.

    `arguments` of NET_RECEIVE own a tangent for each connection. The `weights` are those
    of a NetCon that can be seeded.
    """

    carried: tuple[str, ...]
    arguments: tuple[str, ...]
    parameters: tuple[str, ...]
    excluded: Mapping[str, str]
    weights: tuple[str, ...]


ALL = "*"
"""Among the names in `wrt`: all parameters that act."""
TEMPERATURE = "celsius"
"""Seeded on demand only: whatever depends on it contains powers with active exponents, which cost in every step."""

_TEMPERED = ("nernst", "ktf")  # what NEURON computes from the temperature, by itself
_INPUTS = (Role.PARAMETER, Role.REVERSAL, Role.CONCENTRATION, Role.ION_CURRENT, Role.POINTER)


def analyse(flow: Dataflow, phases: Phases, wrt: Collection[str] | None) -> Activity:
    """Find what is active.

    Parameters
    ----------
    wrt
        names of the parameters that shall be seedable; None, or `ALL` among them, for all but the temperature

    Raises
    ------
    Refused
        when a name in `wrt` can not be seeded, or an active value is carried in a way that is not differentiated.
    """
    mechanism = flow.mechanism
    weights = events.weights(flow)
    excluded = dict.fromkeys(sorted(mechanism.constants), "it is declared to be constant")
    excluded |= _tabulated(flow, weights) | _through_arrays(flow, phases, weights) | _unseen_temperature(mechanism)
    weights = tuple(name for name in weights if name not in excluded)
    for name in sorted((excluded.keys() & set(wrt or ())) - {TEMPERATURE}):
        span = mechanism.symbols[name].span if name in mechanism.symbols else NOWHERE
        raise Refused([Diagnostic.at(span, "NG021", f"{name} can not be seeded: {excluded[name]}")])
    seedable = [s.name for s in mechanism.symbols.values() if s.role in (Role.PARAMETER, Role.REVERSAL)]
    everything = wrt is None or ALL in wrt
    wanted = [name for name in seedable if (everything or name in (wrt or ())) and name not in mechanism.reversals]
    if TEMPERATURE in (wrt or ()) and mechanism.reads_temperature:
        wanted.append(TEMPERATURE)
    shaped = [x for x in shape(mechanism) if everything or x in (wrt or ())]
    read = (*mechanism.ion_inputs, *mechanism.pointers, *shaped)
    parameters = tuple(name for name in (*wanted, *read) if name not in excluded)
    found = _carried(flow, phases, parameters, weights)
    carried = tuple(name for name in found if name not in mechanism.arguments)
    arguments = tuple(name for name in mechanism.arguments if name in found)
    return Activity(carried, arguments, parameters, excluded, weights)


def shape(mechanism: Mechanism) -> list[str]:
    """What a mechanism has of the shape of its segment, unless C code has it by another name too."""
    symbols = mechanism.symbols
    declared = [name for name in SHAPE if name in symbols and symbols[name].role is Role.ENVIRONMENT]
    return [name for name in declared if name != "area" or not passive.reads_area_in_c(mechanism)]


def _tabulated(flow: Dataflow, weights: Collection[str]) -> dict[str, str]:
    """Parameters that act through a TABLE other than by its argument, and elements of arrays: no name seeds them.

    What is computed from a state or the voltage and acts so is refused where the routine is called.
    """
    mechanism = flow.mechanism
    inputs = {s.name for s in mechanism.symbols.values() if s.role in _INPUTS or s.name == TEMPERATURE}
    inputs |= {*shape(mechanism)}
    inputs |= {*weights}
    states = [s.name for s in mechanism.symbols.values() if s.role is Role.STATE]
    elements = [s.name for s in mechanism.symbols.values() if s.role is Role.PARAMETER and s.name.endswith("]")]
    excluded = dict.fromkeys(elements, "it is an element of an array")
    for block in mechanism.callables:
        if mechanism.table(block) is None:
            continue
        read = (flow.function if isinstance(block, n.FunctionBlock) else flow.procedure)(block.name).live
        for seen in sorted(read):
            way = f"through the TABLE of {block.name}, which is differentiated by its argument only"
            for name in sorted(inputs & flow.ever_needed(seen, states)):
                excluded.setdefault(name, f"it acts {way}" if name == seen else f"{seen} depends on it and acts {way}")
    return excluded


def _unseen_temperature(mechanism: Mechanism) -> dict[str, str]:
    """Why the temperature can not be seeded where it is read by something that is not NMODL."""
    nodes = [node for item in mechanism.items for node in subnodes(item)]
    if any(isinstance(x, n.Verbatim) and re.search(rf"\b{TEMPERATURE}\b", x.text) for x in nodes):
        return {TEMPERATURE: "C code reads it"}
    called = [x.name for x in nodes if isinstance(x, n.Call) and x.name in _TEMPERED]
    return {TEMPERATURE: f"it acts through {called[0]} of NEURON"} if called else {}


def _through_arrays(flow: Dataflow, phases: Phases, weights: Collection[str]) -> dict[str, str]:
    """Parameters that act through an array whose indices are known at run time only: no row tells which element."""
    mechanism = flow.mechanism
    if not mechanism.arrays:
        return {}
    excluded = {}
    inputs = [s.name for s in mechanism.symbols.values() if s.role in _INPUTS or s.name == TEMPERATURE] + shape(
        mechanism
    )
    for name in (*inputs, *weights):
        alone = ((), (name,)) if name in weights else ((name,), ())
        reached = sorted(mechanism.arrays.intersection(_closure(flow, phases, *alone)))
        if reached:
            excluded[name] = f"it acts through {reached[0]}, an array with indices that are known at run time only"
    return excluded


def _carried(flow: Dataflow, phases: Phases, parameters: Sequence[str], weights: Sequence[str]) -> tuple[str, ...]:
    found = _closure(flow, phases, parameters, weights)
    for name in sorted(flow.mechanism.arrays.intersection(found)):
        message = (
            f"{name}, an array with indices that are known at run time only, gets values that move with v or a state"
        )
        raise Refused([Diagnostic.at(flow.mechanism.symbols[name].span, "NG002", f"{message}: not differentiated yet")])
    _refuse_changed_inputs(flow, phases)
    _refuse_unfinished_current(flow, phases)
    at_events = flow.access((*phases.connect, *phases.receive)).written
    shared.check(flow, [x for x in found if x in flow.mechanism.symbols], at_events)
    return found


def _closure(flow: Dataflow, phases: Phases, parameters: Sequence[str], weights: Sequence[str]) -> tuple[str, ...]:
    mechanism = flow.mechanism
    states = [s.name for s in mechanism.symbols.values() if s.role is Role.STATE and s.name not in mechanism.constants]
    stages = [stage.statements for stage in (*phases.later_initial, *phases.states)]
    between = {
        "initial": phases.initial,
        "connect": phases.connect,
        "breakpoint": phases.breakpoint,
        **{f"stage {number}": statements for number, statements in enumerate(stages)},
        "receive": phases.receive,
        **{one.routine: one.statements for one in phases.around},
    }
    read = (phases.connect, phases.current, phases.breakpoint, *stages, phases.receive)
    later = frozenset().union(*(flow.access(p).live for p in read), _advanced_currents(flow, stages))
    carried = list(dict.fromkeys((*states, *mechanism.ion_outputs)))
    carried += later.intersection(weights) & flow.access((*phases.connect, *phases.receive)).written
    while True:
        inputs = {name: frozenset({name}) for name in (*carried, *parameters, "v", *weights)}
        unset = {*states, *carried[len(states) :]} - set(mechanism.initial_concentrations)
        start = {name: reach for name, reach in inputs.items() if name not in unset}
        start |= {name: frozenset({name}) for name in parameters}
        found = []
        for phase, statements in between.items():
            after = flow.dependence(statements, start if phase == "initial" else inputs)
            found += [
                x for x in sorted(flow.access(statements).written & later) if after.get(x) and _keeps(mechanism, x)
            ]
        new = [x for x in dict.fromkeys(found) if x not in carried]
        if not new:
            break
        carried += new
    return tuple(carried)


def _advanced_currents(flow: Dataflow, stages: Sequence[Sequence[n.Statement]]) -> set[str]:
    """Currents of its own that the state phase computes again: hoc sees these, as a SEClamp's at the new voltage."""
    own = {current.name for current in flow.mechanism.currents}.difference(flow.mechanism.ion_currents)
    return own.intersection(name for statements in stages for name in flow.access(statements).written)


def _keeps(mechanism: Mechanism, name: str) -> bool:
    if name in mechanism.constants:
        return False
    symbol = mechanism.symbols.get(name)
    kept = (Role.ASSIGNED, Role.PARAMETER, Role.STATE, Role.ION_CURRENT, Role.CONCENTRATION)
    if name in mechanism.ion_inputs:
        return False  # every phase begins with what the ion has
    return name in mechanism.arguments or (symbol is not None and symbol.role in kept)


def _refuse_unfinished_current(flow: Dataflow, phases: Phases) -> None:
    """While BREAKPOINT runs, the current of an ion is what the mechanisms before this one add up to."""
    mechanism = flow.mechanism
    read = flow.access(phases.current).live
    for name in mechanism.ion_inputs:
        if name in read and mechanism.symbols[name].role is Role.ION_CURRENT:
            message = f"BREAKPOINT reads {name}, which is not complete while BREAKPOINT runs: not differentiated"
            raise Refused([Diagnostic.at(mechanism.symbols[name].span, "NG002", message)])


def _refuse_changed_inputs(flow: Dataflow, phases: Phases) -> None:
    """What a mechanism has of its ions, and changes while BREAKPOINT runs.

    NEURON copies what it reads before it runs BREAKPOINT twice: the second pass finds what the first has left. A
    reversal potential that it writes acts on the mechanisms that run after it.
    """
    mechanism, access = flow.mechanism, flow.access(phases.breakpoint)
    for name in sorted(access.written & mechanism.symbols.keys()):
        symbol = mechanism.symbols[name]
        read = name in mechanism.ion_inputs or (symbol.role is Role.REVERSAL and name not in mechanism.reversals)
        if (read and name in access.live) or name in mechanism.ion_outputs:
            span = next((s.span for s in phases.breakpoint if name in flow.access((s,)).written), symbol.span)
            message = f"{name} belongs to an ion and is changed in BREAKPOINT: not differentiated yet"
            hint = "give the changed value a name of its own"
            if name in mechanism.ion_outputs:
                message = f"{name} belongs to an ion and is set in BREAKPOINT beside a current: not differentiated yet"
                hint = f"set it in a mechanism of its own, without a current; or take {name} out of USEION if no other "
                hint += "mechanism reads it: it is a variable of this one then"
            raise Refused([Diagnostic.at(span, "NG023", message, hint)])
