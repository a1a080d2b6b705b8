"""dV/dtheta of a model while NEURON runs it."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nmodlgrad.control import Adam
from nmodlgrad.runtime import checks, observables, recording, taking_out
from nmodlgrad.runtime.attached import Attached
from nmodlgrad.runtime.cell import Cell
from nmodlgrad.runtime.control import Control, Controller, Settings, Steering
from nmodlgrad.runtime.errors import Closed, UnknownParameter, WrongArgument
from nmodlgrad.runtime.initialising import initialising
from nmodlgrad.runtime.memory import Budget
from nmodlgrad.runtime.netcons import NetCons
from nmodlgrad.runtime.parameter import AnyDirection, Elsewhere, listed
from nmodlgrad.runtime.places import kind_of
from nmodlgrad.runtime.recording import Loss, Recorder, Sum
from nmodlgrad.runtime.spikes import SpikeRecorder, Spikes
from nmodlgrad.runtime.values import Moved


class Sensitivity:
    """Carries the derivative of every voltage with respect to the directions given, through whole cells.

    Parameters
    ----------
    parameters
        one :class:`Parameter` or :class:`Direction` for each direction; one alone need not be in a list
    start
        where theta begins, if theta is to be the values themselves: every parameter is then the sum of
        scale * theta over its directions, and is set to it
    spikes
        carry derivatives across NetCons, by the times of spikes, to all cells that they reach; without it the gradient
        is that within each cell, as if events came at constant times
    memory_limit
        bytes that rows and records may take together; by default half of the memory that there is

    Raises
    ------
    UnknownParameter
        for a parameter that does not exist or can not be seeded
    CannotCarry
        when something in the cells can not be carried exactly, by name
    TooMuchMemory
        when the rows alone would take more than `memory_limit`
    WrongArgument
        for anything but Parameters and Directions, and for a scale that is not finite somewhere

    Notes
    -----
    The cells are those behind the places of the parameters. Built-in mechanisms (hh, pas, ExpSyn, ...) are replaced
    by their augmented forms until :meth:`close`. A record of a swapped mechanism's variable is made after this.
    """

    def __init__(
        self,
        parameters: AnyDirection | Iterable[AnyDirection],
        *,
        start: ArrayLike | None = None,
        spikes: bool = False,
        memory_limit: float | None = None,
    ) -> None:
        self.parameters = listed(parameters)
        if not self.parameters:
            raise UnknownParameter("a Sensitivity needs at least one Parameter")
        checks.check_integration()
        checks.check_loaded()
        taking_out.require_rest("a new Sensitivity")
        taking_out.take_out()
        self._moved = Moved(self.parameters)
        self._steering = Steering(len(self.parameters))
        self._closed = False
        self._budget = Budget(memory_limit, self._moved.size)
        netcons = NetCons()
        self._attached = Attached(self._moved, self.labels, self._budget, netcons, spikes=spikes)
        self._forget = weakref.finalize(self, self._attached.let_go)
        self._forget.atexit = False
        if start is not None:
            self._begin(start)
        self._warned = spikes or checks.warn_of_events(self._attached.sections, netcons)
        initialising.add(self._refresh)

    def _refresh(self, netcons: NetCons) -> None:
        """Before the INITIAL blocks of every finitialize."""
        checks.check_integration()
        self._steering.restore(self._moved.values())
        self._attached.refresh(netcons)
        self._steering.describe(self._attached.cells, self._moved.values(), self._attached.spikes)
        self._warned = self._warned or checks.warn_of_events(self._attached.sections, netcons)

    # ------------------------------------------------------------------ what is kept of a run
    def record(self, place: Any, variable: str = "v", *, every: float | None = None) -> Recorder:
        """Record the derivative of a variable at a place from the next finitialize on.

        Parameters
        ----------
        place
            a segment, or a point process
        variable
            of a segment: ``"v"``, a STATE or another variable that is carried (``"m_hh"``), or a variable of an ion
            (``"cai"``, ``"cao"``, ``"eca"``, ``"ica"``: the current of all mechanisms together), ``"i_cap"``,
            ``"i_membrane_"``; of a point process, its own name for it (``"g"``)
        every
            sampling interval in ms, a multiple of ``h.dt``; without it, every step is recorded. Row n is that of
            step ``n * every / dt``; ``h.Vector().record(ref, every)`` takes the same, but for a last sample at the very
            end of a run, which it may leave out as ``t`` is rounded, and for what an event changes at that time

        Raises
        ------
        WrongArgument
            for a place that is neither, and for an interval that is no multiple of ``h.dt``, now or at finitialize
        CannotCarry
            for a cell that is not carried, and for a variable that owns no row: the message says why
        TooMuchMemory
            at finitialize, when records until ``h.tstop`` would take more than is left of `memory_limit`
        Closed
            after :meth:`close`
        """
        observable = self._observable(place, variable)
        interval = recording.check_interval(every)
        return Recorder(self, observable.cell.recordings.log(observable, interval, len(self.parameters)))

    def accumulate(
        self,
        place: Any,
        variable: str = "v",
        *,
        target: ArrayLike | None = None,
        weight: ArrayLike = 1.0,
        every: float | None = None,
    ) -> Loss:
        """Sum up a loss and its gradient while the model runs, from the next finitialize on; no sample is stored.

        With a target it is ``sum_n weight_n (x_n - target_n)^2 / 2``, without one ``sum_n weight_n x_n``, over the
        samples x_n, n = 0, 1, ..., that :meth:`record` with the same arguments would take.

        Parameters
        ----------
        place, variable, every
            as for :meth:`record`
        target
            in the unit of the variable: a number, or one for each sample; a hoc Vector too
        weight
            a number, or one for each sample

        The sum ends with the shorter of the run and the arrays. Both are copied.

        Raises
        ------
        WrongArgument
            as :meth:`record`, and for arrays of another shape
        CannotCarry, Closed
            as :meth:`record`
        """
        observable = self._observable(place, variable)
        interval = recording.check_interval(every)
        added = Sum(observable, target, weight, interval, len(self.parameters))
        observable.cell.recordings.sums.append(added)
        return Loss(self, added)

    def control(
        self,
        place: Any,
        variable: str = "e",
        *,
        rate: float,
        directions: Iterable[int] | None = None,
        theta0: ArrayLike | None = None,
        leak: float = 0.0,
        clip: float | None = None,
        floor: ArrayLike | None = None,
        active: Iterable[tuple[float, float]] | None = None,
        rule: Adam | None = None,
    ) -> Controller:
        """Let parameters go down the gradient of an error while the model runs, from the next finitialize on.

        After every step, ``theta_k -= rate * theta0_k * d error/d theta_k * dt``, and the parameters follow.

        Parameters
        ----------
        place, variable
            the error: a readout and the name of its variable, or whatever :meth:`record` takes
        rate
            in 1/ms, over the unit of the error; 0 leaves the model as it is
        directions
            numbers of those that it moves; by default all of this process. A direction has one controller at most
        theta0
            how fast each direction moves beside the others: a number, or one for each of `directions`; by default
            the absolute value of theta as it is now
        leak
            in 1/ms: all rows of these directions shrink by ``exp(-leak * dt)`` in each step, in every cell
        clip
            the norm of the gradient along `directions` is at most this; by default it may be anything
        floor
            theta is never below: a number, or one for each of `directions`
        active
            pairs of times in ms, when the controller begins to move theta and when it ends; by default always
        rule
            an :class:`nmodlgrad.control.Adam` instead of the gradient itself

        Raises
        ------
        WrongArgument
            for what is out of range, for a direction that has a controller, and for a theta0 that is zero
        CannotCarry
            as :meth:`record`, and for parameters that have to stay as they are during a run or are those of another
            process; at finitialize, on more than one thread, and when something else than theta has set what it moved
        Closed
            after :meth:`close`
        """
        error = self._observable(place, variable)
        own = [k for k, direction in enumerate(self.parameters) if not isinstance(direction, Elsewhere)]
        settings = Settings(self.theta, own, directions, rate, theta0, leak, clip, floor, active, rule)
        control = Control(error, settings)
        self._steering.add(control, self._moved.values())
        return Controller(self, self._steering, control)

    def psolve(self, until_ms: float) -> None:
        """Run until then, with spikes between processes: ``ParallelContext.psolve`` that brings their derivatives too.

        Every process calls it at the same time, after ``ParallelContext.set_maxstep`` and ``finitialize``.

        Raises
        ------
        WrongArgument
            when the Sensitivity was made without ``spikes=True``
        Closed
            after :meth:`close`
        """
        self._check_open()
        self._spikes().psolve(until_ms)

    def _spikes(self) -> Spikes:
        if self._attached.spikes is None:
            raise WrongArgument("the derivatives of spikes' times are carried by Sensitivity(..., spikes=True)")
        return self._attached.spikes

    def record_spikes(self, netcon: Any) -> SpikeRecorder:
        """Record when the source of a NetCon fires, and the derivatives of these times, from the next finitialize on.

        Raises
        ------
        WrongArgument
            for anything but a NetCon, and when the Sensitivity was made without ``spikes=True``
        CannotCarry
            when its source is not the voltage of a cell that is carried
        Closed
            after :meth:`close`
        """
        self._check_open()
        if not hasattr(netcon, "hname") or kind_of(netcon) != "NetCon":
            hint = "h.NetCon(soma(0.5)._ref_v, None, sec=soma), say"
            raise WrongArgument(f"spikes are those of a NetCon, not of {netcon!r}: {hint}")
        return SpikeRecorder(self, *self._spikes().record(netcon))

    def _observable(self, place: Any, variable: str) -> observables.Observable:
        self._check_open()
        observables.require_place(place, variable)
        if hasattr(place, "node_index"):
            return observables.of_segment(self._attached.cell(place), place, variable)
        cell = self._attached.cell(place.get_segment())
        return observables.of_point(cell, place, self._attached.working(place), variable)

    def dv(self, segment: Any) -> NDArray[np.float64]:
        """dV/dtheta at a segment now: shape (directions,), mV per unit of theta.

        Raises
        ------
        WrongArgument
            for anything but a segment
        CannotCarry
            for a segment of a cell that is not carried, and when v was set during the run (see :meth:`restart`)
        Closed
            after :meth:`close`
        """
        self._check_open()
        cell = self._attached.cell(segment)
        self.check_results(cell)
        return cell.now(segment)

    def check_results(self, cell: Cell) -> None:
        """What was carried in a cell is the derivative of what the model did there.

        Raises
        ------
        CannotCarry, Diverged, TooMuchMemory
            when it is not; the message says why
        """
        self._attached.check(cell)

    def restart(self) -> None:
        """Take the present voltages and states as given: from here on, the derivative is that of what follows.

        For after ``SaveState.restore``, or after assigning a voltage or a state in the midst of a run: what such a
        value depends on is not known, so it is taken to depend on nothing.
        """
        self._check_open()
        self._attached.restart()

    def _check_open(self) -> None:
        if self._closed:
            raise Closed("this Sensitivity is closed: make a new one")

    # ------------------------------------------------------------------ the parameters
    @property
    def labels(self) -> tuple[str, ...]:
        """What the directions are called: after their parameters and places, or by their own names."""
        return tuple(direction.label for direction in self.parameters)

    @property
    def units(self) -> tuple[str, ...]:
        """The unit of the parameter that each direction moves, if it is known; empty where several move together."""
        return self._moved.units

    @property
    def theta(self) -> NDArray[np.float64]:
        """Where the parameters stand: value = value when attached + scale * theta; without the first after `start`.

        Controllers move it during a run; every finitialize starts from where it was set here.
        """
        return np.array(self._steering.theta)

    @theta.setter
    def theta(self, values: ArrayLike) -> None:
        self._check_open()
        self._write(values)
        self._attached.follow_parameters()

    def _begin(self, start: ArrayLike) -> None:
        """Let theta be the values themselves, which are set now that they can be carried."""
        try:
            self._moved.to_zero()
            self._write(start)
        except BaseException:
            self._attached.close()
            raise

    def _write(self, values: ArrayLike) -> None:
        theta = np.asarray(values, float)
        if theta.shape != self._steering.theta.shape:
            raise ValueError(f"theta has {len(self.parameters)} directions, not the shape {theta.shape}")
        if not np.isfinite(theta).all():
            raise ValueError(f"theta is finite, not {theta}")
        self._moved.write(theta)
        self._steering.theta[:] = self._steering.given[:] = theta

    @property
    def memory(self) -> int:
        """Bytes that rows and seeds take, which count for `memory_limit`; records come on top of them."""
        return self._budget.rows

    @property
    def displaced(self) -> list[str]:
        """The parameters that are not where theta has put them: something else has set them since."""
        return self._moved.displaced(self._steering.theta)

    # ------------------------------------------------------------------ the end
    def close(self) -> None:
        """Detach: the model is as it was, with the parameters and states where they stand now.

        Raises
        ------
        CannotCarry
            in a callback of NEURON's, in the midst of a step or of finitialize; NEURON 8 does not tell.
        """
        if not self._closed:
            taking_out.require_rest("close()")
            self._closed = True
            initialising.remove(self._refresh)
            self._steering.end()
            self._attached.close()

    def __repr__(self) -> str:
        count = len(self.parameters)
        cells = ", ".join(str(cell.root) for cell in self._attached.cells)
        where = "closed" if self._closed else f"carried by {cells}"
        return f"<Sensitivity to {count} parameter{'s' if count > 1 else ''}, {where}>"

    def __enter__(self) -> Sensitivity:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
