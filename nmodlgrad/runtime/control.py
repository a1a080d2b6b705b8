"""Controllers: parameters that move along their directions while the model runs (``ng_Control``)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from neuron import h
from numpy.typing import ArrayLike, NDArray

from nmodlgrad.control import Adam
from nmodlgrad.runtime import layout, recording
from nmodlgrad.runtime.errors import CannotCarry, WrongArgument
from nmodlgrad.runtime.observables import Observable
from nmodlgrad.runtime.recording import Recorder
from nmodlgrad.runtime.target import Target
from nmodlgrad.runtime.values import Values

if TYPE_CHECKING:
    from nmodlgrad.runtime.cell import Cell
    from nmodlgrad.runtime.sensitivity import Sensitivity
    from nmodlgrad.runtime.spikes import Spikes

Floats = NDArray[np.float64]

_STAY = {
    "v_init": "it is where a run starts from",
    "celsius": "tables and rates that are computed once go by it",
    "played": "what a Vector plays overwrites it in every step",
    "concentration": "reversal potentials may have been computed from it in finitialize",
    "starting concentration": "it is where a run starts from",
    "delay": "spikes that are under way are found by it",
    "threshold": "when a voltage crosses it is told as if it stayed",
}
"""Why parameters of a kind stay what they are during a run."""


class Controller:
    """Moves the parameters of some directions down the gradient of an error, in every step of a run.

    Made by :meth:`Sensitivity.control`.

    Attributes
    ----------
    directions
        numbers of those that it moves
    """

    def __init__(self, sensitivity: Sensitivity, steering: Steering, control: Control) -> None:
        self._sensitivity = sensitivity  # which carries the error: it lives as long as this
        self._steering, self._control = steering, control
        self.directions = control.directions

    @property
    def theta(self) -> Floats:
        """Where theta stands along its directions now."""
        return np.array(self._steering.theta[list(self.directions)])

    def record(self, every: float | None = None) -> Course:
        """Record where theta stands, from the next finitialize on.

        Parameters
        ----------
        every
            sampling interval in ms, a multiple of ``h.dt``; without it, every step is recorded
        """
        error, theta = self._control.error, self._steering.theta
        observable = Observable(error.cell, "theta", error.place, "", lambda: layout.address(theta), error.reference)
        log = error.cell.recordings.log(observable, recording.check_interval(every), len(theta))
        return Course(Recorder(self._sensitivity, log), np.array(self.directions, np.int64))


class Control:
    """What a controller tells the cable; it does not hold on to its Sensitivity, which has it."""

    def __init__(self, error: Observable, settings: Settings) -> None:
        self.error, self.directions, self.settings = error, settings.directions, settings
        self._which = np.array(self.directions, np.int64)
        self._room = np.zeros((3, len(self.directions)))  # the gradient, and two moments
        self._adam = np.zeros(1, layout.ADAM)
        self._names = [text.encode() for text in (error.name, error.where)]
        self._moved, self._shares = np.zeros(0, layout.MOVED), np.zeros(0, layout.SHARE)

    def check_start(self, theta: Floats) -> None:
        """A run begins: theta is not below its floor, which a controller would only see when it moves it.

        Raises
        ------
        WrongArgument
            when it is
        """
        for k, floor in zip(self.directions, self.settings.floors, strict=True):
            if theta[k] < floor:
                raise WrongArgument(f"theta of direction {k} begins at {theta[k]:g}, below its floor of {floor:g}")

    def describe(self, slot: np.void, theta: int, values: Sequence[tuple[Values, _Addresses]]) -> None:
        """A run begins: tell the cable; `values` are those of the model that directions move."""
        settings = self.settings
        slot["row"], slot["theta"] = self.error.row(), theta
        slot["which"], slot["count"] = layout.address(self._which), len(self._which)
        slot["rates"], slot["floors"] = layout.address(settings.rates), layout.address(settings.floors)
        slot["bound"], slot["gradient"] = settings.clip, layout.address(self._room)
        slot["active"], slot["periods"] = layout.address(settings.active), len(settings.active)
        slot["period"] = 0
        slot["what"], slot["where"] = (layout.text(name) for name in self._names)
        slot["adam"] = self._describe_adam(settings.rule) if settings.rule is not None else 0
        self._describe_moved([piece for one, addresses in values for piece in self._pieces(one, addresses)])
        slot["moved"], slot["moved_count"] = layout.address(self._moved), len(self._moved)

    def _describe_adam(self, rule: Adam) -> int:
        self._room[:] = 0
        adam = self._adam[0]
        adam["first_rate"], adam["second_rate"], adam["epsilon"] = 1 / rule.first, 1 / rule.second, rule.epsilon
        adam["first_weight"] = adam["second_weight"] = 0.0
        adam["first"], adam["second"] = (layout.address(room) for room in self._room[1:])
        return layout.address(self._adam)

    def _pieces(
        self, values: Values, addresses: _Addresses
    ) -> Iterator[tuple[list[int], float, list[tuple[int, float]]]]:
        """What it moves of a parameter: addresses, the value where theta is 0, and what all directions do to it."""
        places = list(values.places)
        for rows, entries in values.seeds.groups():
            if np.isin(entries.directions, self._which).any():
                shares = list(zip(entries.directions.tolist(), entries.numbers.tolist(), strict=True))
                for row in rows.tolist():
                    yield addresses(places[row]), float(values.base[row]), shares

    def _describe_moved(self, pieces: Sequence[tuple[list[int], float, list[tuple[int, float]]]]) -> None:
        shares = [share for _, _, several in pieces for share in several]
        self._shares = np.array(shares, layout.SHARE)
        table, first = [], layout.address(self._shares)
        for addresses, base, several in pieces:
            table += [(address, base, first, len(several)) for address in addresses]
            first += len(several) * layout.SHARE.itemsize
        self._moved = np.array(table, layout.MOVED)


_Addresses = Callable[[Any], list[int]]
"""Where the value of a parameter at a place lies: more than one address if NEURON has it twice."""


class Settings:
    """Which directions a controller moves, and how, checked. Numbers for each have the shape (directions,).

    `own` are the directions that move something in this process.
    """

    def __init__(
        self,
        theta: Floats,
        own: Sequence[int],
        directions: Iterable[int] | None,
        rate: float,
        theta0: ArrayLike | None,
        leak: float,
        clip: float | None,
        floor: ArrayLike | None,
        active: Iterable[tuple[float, float]] | None,
        rule: Adam | None,
    ) -> None:
        if rule is not None and not isinstance(rule, Adam):
            raise WrongArgument(f"rule is None for the gradient itself, or an Adam, not {rule!r}")
        which = _numbers(own if directions is None else directions, len(theta))
        for k in set(which).difference(own):
            raise CannotCarry(f"direction {k} moves parameters of another process: let a controller there move it")
        self.directions, count = tuple(which), len(which)
        speeds = abs(theta[which]) if theta0 is None else _for_each("theta0", theta0, count)
        if not (speeds > 0).all():
            raise WrongArgument("theta0 is positive: give it, or make the Sensitivity with start=, for here theta is 0")
        self.rates = _number("rate", rate, 0.0) * speeds
        self.leak = _number("leak", leak, 0.0)
        self.clip = math.inf if clip is None else _number("clip", clip, 0.0)
        self.floors = np.full(count, -math.inf) if floor is None else _for_each("floor", floor, count)
        self.active = _periods(active)
        self.rule = rule


def _numbers(given: Iterable[int], count: int) -> list[int]:
    """Those of the directions."""
    try:
        which = list(given)
        sound = bool(which) and len(set(which)) == len(which) and all(k in range(count) for k in which)
    except TypeError:
        sound = False
    if not sound:
        raise WrongArgument(f"directions is a list of numbers below {count}, each once, not {given!r}")
    return which


def _number(name: str, given: Any, least: float) -> float:
    try:
        number = float(given)
    except (TypeError, ValueError):
        raise WrongArgument(f"{name} is a number, not {given!r}") from None
    if not least <= number < math.inf:
        raise WrongArgument(f"{name} is finite and not below {least:g}, which {given!r} is not")
    return number


def _for_each(name: str, given: Any, count: int) -> Floats:
    """A number for each direction, of one that stands for all or of so many.

    Raises
    ------
    WrongArgument
        for another shape, and for what is not finite.
    """
    try:
        numbers = np.array(np.broadcast_to(np.asarray(given, float), count))
    except (TypeError, ValueError):
        raise WrongArgument(f"{name} is a number, or one for each of {count} directions, not {given!r}") from None
    if not np.isfinite(numbers).all():
        raise WrongArgument(f"{name} is finite, not {given!r}")
    return numbers


def _periods(given: Iterable[tuple[float, float]] | None) -> Floats:
    """When a controller is at work: shape (periods, 2), ms."""
    try:
        periods = np.array([(0.0, math.inf)] if given is None else [*given], float).reshape(-1, 2)
    except (TypeError, ValueError):
        raise WrongArgument(f"active is a list of pairs of times in ms, not {given!r}") from None
    if not (np.diff(periods.ravel()) > 0).all():
        raise WrongArgument(f"the times of active ascend, each period begins after the last one: not {given!r}")
    return periods


class Course:
    """Where theta stood, sampled when NEURON samples its own records."""

    def __init__(self, recorder: Recorder, which: NDArray[np.int64]) -> None:
        self._recorder, self._which = recorder, which

    def to_numpy(self) -> Floats:
        """The samples so far: shape (samples, directions of the controller).

        Row n is what the step to the time of sample n was taken with.
        """
        return self._recorder.to_numpy()[:, self._which]

    def times(self) -> Floats:
        """When the samples were taken: shape (samples,), ms."""
        return self._recorder.times()


class Steering:
    """All controllers of a Sensitivity, and what they tell the cables.

    Attributes
    ----------
    theta
        where it stands: the cables write it
    given
        where the user has set it: every finitialize starts from there
    """

    def __init__(self, directions: int) -> None:
        self.theta, self.given = np.zeros(directions), np.zeros(directions)
        self._controls: list[Control] = []
        self._own_leak = np.zeros(layout.padded(directions))  # of the controllers of this process
        self._tables: list[Any] = []  # what the cables read

    def restore(self, moved: Iterable[Values]) -> None:
        """A run begins: theta, and what controllers have moved of the model, is as the user has set it.

        Raises
        ------
        CannotCarry
            when something else has set it since: then nothing is written.
        """
        if np.array_equal(self.theta, self.given):
            return
        steered = {k for control in self._controls for k in control.directions}
        those = [values for values in moved if self._moves(values, steered)]
        for where in (name for values in those for name in values.displaced(self.theta, steered)):
            raise CannotCarry(f"something else than theta has set {where}, which a controller moves: set theta instead")
        for values in those:
            values.write(self.given, steered)
        self.theta[:] = self.given

    def add(self, control: Control, moved: Iterable[Values]) -> None:
        """Take what a controller does in.

        Raises
        ------
        WrongArgument
            when another one moves one of its directions
        CannotCarry
            for a parameter that has to stay what it is during a run
        """
        mine = set(control.directions)
        for other in self._controls:
            if shared := mine & set(other.directions):
                raise WrongArgument(f"direction {min(shared)} has a controller already")
        for values in moved:
            if self._moves(values, mine):
                _check_movable(values.target)
        self._controls.append(control)
        self._own_leak[list(mine)] = control.settings.leak

    def end(self) -> None:
        """Nothing is carried any more."""
        for control in self._controls:
            control.error = control.error.named()

    @staticmethod
    def _moves(values: Values, directions: set[int]) -> bool:
        return any(directions & set(entries.directions.tolist()) for _, entries in values.seeds.groups())

    def describe(self, cells: Sequence[Cell], moved: Iterable[Values], spikes: Spikes | None) -> None:
        """A run begins, and the cells and spikes have been described.

        Raises
        ------
        CannotCarry
            on more than one thread
        WrongArgument
            when theta begins below a floor
        """
        self._leak = self._own_leak if spikes is None else spikes.leak(self._own_leak)
        if not self._controls and not self._leak.any():
            return
        if h.ParallelContext().nthread() > 1:
            raise CannotCarry("a controller moves what other cells read: use one thread")
        address = cells[0].cable.address
        values = [(one, _addresses(one.target, address)) for one in moved if not _unmovable(one.target)]
        for control in self._controls:
            control.check_start(self.theta)
        self._tables = [self._describe_cell(cell, values) for cell in cells]

    def _describe_cell(self, cell: Cell, values: Sequence[tuple[Values, _Addresses]]) -> Any:
        own = [control for control in self._controls if control.error.cell is cell]
        leaks = bool(self._leak.any())
        plan, table = np.zeros(1, layout.CONTROL), np.zeros(len(own), layout.CONTROLLER)
        for slot, control in zip(table, own, strict=True):
            control.describe(slot, layout.address(self.theta), values)
        blocks = np.array([(layout.address(rows), len(rows)) for rows in cell.memory()], layout.BLOCK)
        decay = np.zeros_like(self._leak)
        plan["controllers"], plan["count"] = layout.address(table), len(own)
        plan["leak"] = layout.address(self._leak) if leaks else 0
        plan["decay"], plan["step"] = layout.address(decay), math.nan
        plan["blocks"], plan["block_count"] = layout.address(blocks), len(blocks)
        cell.plan["control"] = layout.address(plan) if own or leaks else 0
        return plan, table, blocks, decay


def _unmovable(target: Target) -> str:
    """Why a parameter stays what it is during a run; empty if it may move."""
    if target.kind == "geometry" and target.parameter != "cm":
        return "NEURON's matrix is set up from it once"
    if target.entry is not None and target.parameter in target.entry.passed_by:
        return "a time of at_time that moves may be passed without coming"
    return _STAY.get(target.kind, "")


def _check_movable(target: Target) -> None:
    if reason := _unmovable(target):
        raise CannotCarry(f"{target.parameter} can not be moved by a controller during a run: {reason}")


def _addresses(target: Target, address: Callable[[Any], float]) -> _Addresses:
    """Where the value of a parameter is at a place; what stands in for a point process gets it in every step."""
    entry, name = target.entry, f"_ref_{target.parameter}"

    def references(place: Any) -> Iterator[Any]:
        match target.kind:
            case "range":
                assert entry is not None
                yield getattr(getattr(place, entry.name if hasattr(place, entry.name) else entry.original), name)
            case "global":
                assert entry is not None
                for suffix in dict.fromkeys((entry.name, entry.original)):
                    if hasattr(h, f"{target.parameter}_{suffix}"):
                        yield getattr(h, f"{name}_{suffix}")
            case "weight":
                assert entry is not None
                yield place._ref_weight[entry.weights[target.parameter]]
            case _:
                yield getattr(place, name)

    return lambda place: [int(address(reference)) for reference in references(place)]
