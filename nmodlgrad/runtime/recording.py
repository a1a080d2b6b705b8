"""Rows that are recorded, and losses that are summed up with their gradients while the model runs."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from neuron import h
from numpy.typing import ArrayLike, NDArray

from nmodlgrad.runtime import layout
from nmodlgrad.runtime.errors import WrongArgument

if TYPE_CHECKING:
    from nmodlgrad.runtime.cell import Cell
    from nmodlgrad.runtime.observables import Observable
    from nmodlgrad.runtime.sensitivity import Sensitivity

Floats = NDArray[np.float64]


_ENDLESS = 2**62  # samples


class _Held:
    """A hoc Vector as numpy reads it: an array made of this keeps the Vector."""

    def __init__(self, vector: Any) -> None:
        self.vector = vector
        self.__array_interface__ = vector.as_numpy().__array_interface__


class Log:
    """The rows of one observable, each in every so manieth step (``ng_Log``).

    The cable appends to a hoc Vector. What was read of it is never written again: an array that the user has stays as
    it is, whatever the model does, and what follows goes to another Vector.
    """

    def __init__(self, observable: Observable, every_ms: float | None, directions: int) -> None:
        self.observable, self.every_ms, self.directions = observable, every_ms, directions
        self.every = 0  # steps; 0: not begun
        self._slot = np.zeros(1, layout.LOG)[0]
        self._vector, self._clock = h.Vector(), h.Vector()
        self._done, self._when = np.zeros((0, directions)), np.zeros(0)
        self._names = [text.encode() for text in (observable.name, observable.where)]

    def begin(self, slot: np.void, samples: int) -> None:
        """A run begins: describe where the samples go, with room for so many."""
        before = len(self._done) + int(self._slot["taken"])
        self._slot = slot
        self._done, self._when = np.zeros((0, self.directions)), np.zeros(0)
        self._vector.resize(0)  # nobody has read of this one
        self.every = steps(self.every_ms)
        slot["row"], slot["every"] = self.observable.row(), self.every
        slot["watched"] = self.observable.name == "v"
        slot["what"], slot["where"] = (layout.text(name) for name in self._names)
        self._vector.buffer_size(max(samples, before, 1) * self.directions)
        self._attach()

    def _attach(self) -> None:
        """Let the cable go on in another Vector; what room there is left in the last one may be taken by others."""
        slot = self._slot
        self.observable.cell.budget.left[0] += (int(slot["room"]) - int(slot["taken"])) * self.directions * 8
        slot["vector"], slot["first"] = self.observable.cell.vector(self._vector), len(self._done)
        slot["clock"] = self.observable.cell.vector(self._clock)
        slot["taken"] = slot["room"] = slot["samples"] = slot["times"] = 0

    def table(self) -> Floats:
        """Every row that was taken: shape (samples, directions). No copy unless it was read before and has grown."""
        taken = int(self._slot["taken"])
        if taken:
            fresh = np.asarray(_Held(self._vector))[: taken * self.directions].reshape(taken, self.directions)
            self._done = np.concatenate([self._done, fresh]) if len(self._done) else fresh
            self._when = np.concatenate([self._when, self._clock.as_numpy()[:taken]])
            self._vector = h.Vector()
            self._attach()
        return self._done

    def times(self) -> Floats:
        """When each of them was taken: shape (samples,), ms."""
        self.table()
        return self._when


class Recorder:
    """d variable/d theta at one place, sampled when NEURON samples its own records.

    Attributes
    ----------
    variable, unit
        the name of what is recorded, and its unit; empty where NMODL does not tell
    """

    def __init__(self, sensitivity: Sensitivity, log: Log) -> None:
        self._sensitivity = sensitivity  # which carries what is recorded here: it lives as long as this
        self._log = log
        self.variable, self.unit = log.observable.name, log.observable.unit

    def to_numpy(self) -> Floats:
        """The samples so far: shape (samples, directions), unit of the variable per unit of theta.

        Row by row they go with ``h.Vector().record(...)`` of the variable itself; with ``every``, with every so
        manieth of its samples.

        The array is a view of the memory that the run has filled, and nothing writes there any more: it stays as it is
        in later runs. It is a copy where a part of the same run was read before, and where ``h.frecord_init`` has made
        NEURON's records begin later than the run.
        """
        cell = self._log.observable.cell
        self._sensitivity.check_results(cell)
        if not self._log.every:
            return np.zeros((0, self._log.directions))
        table, rows = self._log.table(), cell.sampled(self._log.every)
        if np.array_equal(rows, np.arange(len(table))):
            return table
        return table[rows]

    def reference(self) -> Any:
        """NEURON's reference to the variable itself, for a Vector that records it beside its derivative."""
        return self._log.observable.reference()

    def times(self) -> Floats:
        """When the samples were taken: shape (samples,), ms."""
        cell = self._log.observable.cell
        return self._log.times()[cell.sampled(self._log.every)] if self._log.every else np.zeros(0)

    def to_xarray(self) -> Any:
        """The samples as an ``xarray.DataArray`` with the dimensions time and parameter.

        The coordinates are ``time`` in ms and, for each direction, ``parameter`` (its label) and ``parameter_unit``.

        Raises
        ------
        ImportError
            without xarray: ``pip install nmodlgrad[xarray]``.
        """
        try:
            xarray = importlib.import_module("xarray")
        except ModuleNotFoundError:
            raise ImportError("to_xarray() needs xarray: pip install 'nmodlgrad[xarray]'") from None
        where, unit = self._log.observable.where, self.unit or "unit of the variable"
        return xarray.DataArray(
            self.to_numpy(),
            dims=("time", "parameter"),
            coords={
                "time": ("time", self.times(), {"units": "ms"}),
                "parameter": list(self._sensitivity.labels),
                "parameter_unit": ("parameter", list(self._sensitivity.units)),
            },
            name=f"d{self.variable}/dtheta",
            attrs={
                "units": f"{unit} per unit of theta",
                "long_name": f"derivative of {self.variable} at {where}: parameter = value + scale * theta",
                "variable": self.variable,
                "place": where,
            },
        )


class Sum:
    """What a loss is in the cell that carries it (``ng_Sum``)."""

    def __init__(
        self,
        observable: Observable,
        target: ArrayLike | None,
        weight: ArrayLike,
        every_ms: float | None,
        directions: int,
    ) -> None:
        self.observable, self._every_ms = observable, every_ms
        self._weights = _numbers("weight", weight)
        self._targets = _numbers("target", target) if target is not None else None
        self._end = _common_length(self._weights, self._targets)
        self.gradient = np.zeros(directions)
        self.slot = np.zeros(1, layout.SUM)[0]
        self._names = [text.encode() for text in (f"the sum over {observable.name}", observable.where)]

    @property
    def has_interval(self) -> bool:
        """Whether its samples belong to times that are multiples of the step."""
        return self._every_ms is not None or self._end < _ENDLESS

    def begin(self, slot: np.void, address: Callable[[Any], float]) -> None:
        """A run begins: the sum is zero."""
        self.slot = slot
        self.gradient[:] = 0
        slot["value"], slot["row"] = int(address(self.observable.reference())), self.observable.row()
        for name, numbers in (("weight", self._weights), ("target", self._targets)):
            slot[f"{name}s"] = layout.address(numbers) if numbers is not None else 0
            slot[f"{name}_step"] = int(numbers is not None and numbers.ndim > 0)
        slot["every"], slot["end"] = steps(self._every_ms), self._end
        slot["next"] = slot["samples"] = 0
        slot["what"], slot["where"] = (layout.text(name) for name in self._names)
        slot["total"], slot["gradient"] = 0.0, layout.address(self.gradient)


class Loss:
    """A sum over the samples of a variable x, and its gradient, kept up to date while the model runs.

    With a target, the loss is ``sum_n w_n (x_n - target_n)^2 / 2``, and its gradient
    ``sum_n w_n (x_n - target_n) dx_n/dtheta``; without one, ``sum_n w_n x_n`` and ``sum_n w_n dx_n/dtheta``. Sample 0
    is that of ``finitialize``, where the sum starts anew. Nothing is stored of the samples.
    """

    def __init__(self, sensitivity: Sensitivity, sum_: Sum) -> None:
        self._sensitivity = sensitivity  # which carries the sum: it lives as long as this
        self._sum = sum_

    @property
    def value(self) -> float:
        """The sum so far."""
        self._sensitivity.check_results(self._sum.observable.cell)
        return float(self._sum.slot["total"])

    @property
    def gradient(self) -> Floats:
        """d value/d theta: shape (directions,)."""
        self._sensitivity.check_results(self._sum.observable.cell)
        return self._sum.gradient.copy()

    @property
    def samples(self) -> int:
        """How many samples the sum has."""
        return int(self._sum.slot["samples"])


class Recordings:
    """All that is recorded of a cell, and its tables for the cable."""

    def __init__(self) -> None:
        self._logs: dict[tuple[Any, ...], Log] = {}
        self.sums: list[Sum] = []
        self._log_table, self._sum_table = np.zeros(1, layout.LOG), np.zeros(1, layout.SUM)

    def log(self, observable: Observable, every_ms: float | None, directions: int) -> Log:
        """The log of an observable; one that is recorded twice has one log."""
        return self._logs.setdefault((*observable.key, every_ms), Log(observable, every_ms, directions))

    def sizes(self, until_ms: float) -> list[int]:
        """Bytes that each log takes in a run of this length."""
        return [_samples(log.every_ms, until_ms) * log.directions * 8 for log in self._logs.values()]

    def end(self) -> None:
        """The cell is carried no longer: it stays with what was recorded of it, but not the other way round."""
        ending: list[Log | Sum] = [*self._logs.values(), *self.sums]
        for each in ending:
            each.observable = each.observable.named()
        self._logs, self.sums = {}, []

    def begin(self, cell: Cell, plan: np.void, until_ms: float) -> None:
        """A run begins; the cell has been described."""
        logs: Sequence[Log] = list(self._logs.values())
        self._log_table = np.zeros(max(len(logs), 1), layout.LOG)
        self._sum_table = np.zeros(max(len(self.sums), 1), layout.SUM)
        for number, log in enumerate(logs):
            log.begin(self._log_table[number], _samples(log.every_ms, until_ms))
        for number, each in enumerate(self.sums):
            each.begin(self._sum_table[number], cell.cable.address)
        bound = any(log.every_ms is not None for log in logs) or any(each.has_interval for each in self.sums)
        plan["interval"] = h.dt if bound else 0.0
        plan["logs"], plan["log_count"] = layout.address(self._log_table), len(logs)
        plan["sums"], plan["sum_count"] = layout.address(self._sum_table), len(self.sums)


def steps(every_ms: float | None) -> int:
    """How many steps of ``h.dt`` an interval is.

    Raises
    ------
    WrongArgument
        when it is not a whole number of them.
    """
    if every_ms is None:
        return 1
    count = every_ms / float(h.dt)
    if count < 0.5 or abs(count - round(count)) > 1e-6 * count:
        raise WrongArgument(f"every={every_ms:g} ms is no multiple of the step, h.dt = {h.dt:g} ms")
    return round(count)


def check_interval(every_ms: Any) -> float | None:
    """The interval as a number. That it is a multiple of the step is asked again at finitialize.

    Raises
    ------
    WrongArgument
        for anything but a positive number of ms, and when it is no multiple of h.dt.
    """
    if every_ms is None:
        return None
    if not isinstance(every_ms, int | float | np.number) or not 0 < float(every_ms) < float("inf"):
        raise WrongArgument(f"every is an interval in ms, such as 0.1, not {every_ms!r}")
    steps(float(every_ms))
    return float(every_ms)


def run_length_ms() -> float:
    """Where the run is going to end, as far as NEURON's standard run system knows."""
    return float(getattr(h, "tstop", 0.0))


def _samples(every_ms: float | None, until_ms: float) -> int:
    return int(until_ms / h.dt / steps(every_ms)) + 2


def _numbers(name: str, given: Any) -> Floats:
    """One number, or one for each sample: an array of its own, of which nothing changes later."""
    try:
        numbers = np.array(given.to_python() if hasattr(given, "to_python") else given, float)
    except (TypeError, ValueError):
        raise WrongArgument(f"{name} is a number or an array of numbers, not {given!r}") from None
    if numbers.ndim > 1 or not numbers.size or not np.isfinite(numbers).all():
        raise WrongArgument(f"{name} is one number, or one finite number for each sample in one dimension")
    return numbers


def _common_length(weights: Floats, targets: Floats | None) -> int:
    lengths = {len(x) for x in (weights, targets) if x is not None and x.ndim}
    if len(lengths) > 1:
        raise WrongArgument(f"weight and target have different lengths: {' and '.join(map(str, sorted(lengths)))}")
    return lengths.pop() if lengths else _ENDLESS
