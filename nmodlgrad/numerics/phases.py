"""A mechanism's blocks as the phases of NEURON's step, each a plain run of statements."""

from __future__ import annotations

from dataclasses import dataclass

from nmodlgrad.numerics import around, build, events, solve
from nmodlgrad.numerics.around import Around
from nmodlgrad.numerics.stages import Stage
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n


@dataclass(frozen=True)
class Phases:
    """What NEURON executes: at finitialize, in the current phase, in the state phase, at an event.

    `connect` is what finitialize does afterwards for each connection. `current` ends by adding the currents up into
    `total`, an outward membrane current. The state phase has a stage for each SOLVE, and so has INITIAL, with the
    statements behind each as a stage of their own. `breakpoint` are the statements of BREAKPOINT in the current phase,
    for what they leave in variables. `around` are the blocks that run before or after a phase.
    """

    initial: tuple[n.Statement, ...]
    later_initial: tuple[Stage, ...]
    connect: tuple[n.Statement, ...]
    current: tuple[n.Statement, ...]
    total: str
    breakpoint: tuple[n.Statement, ...]
    states: tuple[Stage, ...]
    receive: tuple[n.Statement, ...]
    around: tuple[Around, ...]


def lower(mechanism: Mechanism, names: Names) -> Phases:
    """Lower every block.

    Raises
    ------
    Refused
        when a solve method can not be lowered.
    """
    total = names.fresh("total_current")
    initial, later_initial = solve.initial(mechanism, names)
    return Phases(
        initial=(*around.before_initial(mechanism), *_given(mechanism), *initial),
        later_initial=later_initial,
        connect=events.connect(mechanism),
        current=_current(mechanism, total),
        total=total,
        breakpoint=_breakpoint(mechanism),
        states=solve.stages(mechanism, names),
        receive=events.receive(mechanism),
        around=around.blocks(mechanism),
    )


def _given(mechanism: Mechanism) -> tuple[n.Statement, ...]:
    """NEURON sets a state x, or each x[i], to x0 first, which a file may declare; without that x0 is a constant.

    A state that is an ion's concentration starts as the ion has it, whatever is declared.
    """
    of_ions = {name for use in mechanism.ions for name in (*use.read, *use.write)}
    states = [s.name for s in mechanism.symbols.values() if s.role is Role.STATE and s.name not in of_ions]
    starts = {x: x.partition("[")[0] + "0" for x in states}
    return tuple(build.assign(x, build.name(start)) for x, start in starts.items() if start in mechanism.symbols)


def _breakpoint(mechanism: Mechanism) -> tuple[n.Statement, ...]:
    """Without a current it belongs to the state phase."""
    body = mechanism.breakpoint.body.statements if mechanism.breakpoint and mechanism.currents else ()
    return tuple(s for s in body if not isinstance(s, n.Solve))


def _current(mechanism: Mechanism, total: str) -> tuple[n.Statement, ...]:
    if mechanism.breakpoint is None or not mechanism.currents:
        return ()
    # nocmodl gives all currents one sign
    value = build.total([x.name for x in mechanism.currents], negative=mechanism.currents[0].electrode)
    return (*_breakpoint(mechanism), build.assign(total, value))
