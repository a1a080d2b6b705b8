"""One start of one method: at most so many simulations, then where it is and what that took.

A gradient method runs on the augmented mechanism; CMA-ES, which needs no gradient, on the original one, in a process
that carries no derivatives. Both see the same losses. Seconds are the process's own, whatever else the machine does.
"""

from __future__ import annotations

import importlib.util
import math
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from model import BOUNDS, DT, LOWER, STEPS, TRUTH, UPPER, Cell, Floats, relative_errors
from neuron import h

import nmodlgrad as ng
from nmodlgrad import fit
from nmodlgrad.fit.spikes import crossings

EVERY = 0.1  # ms between the samples that are compared
SCALE = 1.0  # mV that count as a difference of 1
AT_THE_TRUTH = 0.01  # largest relative error of a parameter

Losses = list[list[fit.Loss]]


@dataclass(frozen=True)
class Task:
    """One start of one method, with a budget of evaluations."""

    method: str
    loss: str
    start: int
    budget: int

    @property
    def key(self) -> tuple[str, str, int]:
        """What it is known by in the file of results."""
        return self.method, self.loss, self.start


@dataclass(frozen=True)
class Result:
    """Where a start ended, and what that took.

    `values`, `error` and `final` are the parameters with the smallest loss, their largest relative error, and that
    loss; `reached` and `reached_seconds` are the evaluations and seconds until they were at the truth, or None.
    """

    method: str
    loss: str
    start: int
    budget: int
    values: list[float]
    error: float
    final: float
    evaluations: int
    seconds: float
    reached: int | None
    reached_seconds: float | None

    @property
    def recovered(self) -> bool:
        """Whether it ended at the truth."""
        return self.error < AT_THE_TRUTH


# ---------------------------------------------------------------------- losses
def voltage(cell: Cell, traces: Sequence[Floats]) -> Losses:
    """The mean squared difference of the voltage in both runs: what one writes first."""
    steps = round(EVERY / DT)
    return [[fit.SquaredError(cell.middle, fit.Trace.sampled(trace[::steps], EVERY), scale=SCALE)] for trace in traces]


def features(cell: Cell, traces: Sequence[Floats]) -> Losses:
    """The voltage where there is no spike; times, height, trough and mean where there are."""
    quiet, spiking = voltage(cell, traces)[0], traces[1]
    times = [spike.time for spike in crossings(spiking, DT, -20.0)]
    kinds = (fit.Peak, fit.AfterHyperpolarisation, fit.Mean)
    goals = [kind(cell.middle, 0.0).feature(spiking, DT)[0] for kind in kinds]
    spikes = fit.SpikeTimes(cell.middle, times, scale=0.5)
    return [quiet, [spikes, *(kind(cell.middle, goal, scale=SCALE) for kind, goal in zip(kinds, goals, strict=True))]]


LOSSES: dict[str, Callable[[Cell, Sequence[Floats]], Losses]] = {"voltage": voltage, "features": features}


# ---------------------------------------------------------------------- methods
OPTIMISERS: dict[str, Callable[[int], fit.Optimiser]] = {
    "Adam": lambda budget: fit.Adam(steps=budget, rate=fit.Cosine(0.3, budget)),
    "Polyak": lambda budget: fit.Polyak(steps=budget, rate=fit.Cosine(0.1, budget), beta=1.0, momentum=0.9),
    "L-BFGS-B": lambda budget: fit.LBFGSB(steps=budget),
    "Gauss-Newton": lambda budget: fit.GaussNewton(steps=budget),
}
GRADIENT_FREE = "CMA-ES"
METHODS = {True: tuple(OPTIMISERS), False: (GRADIENT_FREE,) if importlib.util.find_spec("cma") else ()}


class Spent(Exception):
    """The budget is spent."""


class Track:
    """Counts evaluations and keeps the best."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._begin = time.process_time()
        self._loss, self._values, self._error = math.inf, [math.nan] * len(TRUTH), math.inf
        self._count = 0
        self._reached: tuple[int, float] | None = None

    def begin(self) -> None:
        """Before each evaluation."""
        if self._count >= self._task.budget:
            raise Spent
        self._count += 1

    def end(self, loss: float, values: Floats) -> None:
        """After each."""
        if loss < self._loss:
            self._loss, self._values, self._error = loss, values.tolist(), float(relative_errors(values).max())
            if self._error >= AT_THE_TRUTH:
                self._reached = None
            elif self._reached is None:
                self._reached = self._count, time.process_time() - self._begin

    def result(self) -> Result:
        """What came of it."""
        reached, seconds = self._reached or (None, None)
        spent = time.process_time() - self._begin
        task = self._task
        return Result(
            *(task.method, task.loss, task.start, task.budget),
            *(self._values, self._error, self._loss, self._count, spent, reached, seconds),
        )


class Model:
    """The cell, its losses, and how they are evaluated; one for each process."""

    def __init__(self, augmented: bool) -> None:
        if augmented:
            ng.load("hh", "IClamp")
        h.load_file("stdrun.hoc")
        self._cell = Cell()
        self._cell.set(np.array(list(TRUTH.values())))
        traces = [self._cell.run(step) for step in STEPS]
        self._losses = {name: make(self._cell, traces) for name, make in LOSSES.items()}

    def problem(self, loss: str, begin: Floats) -> fit.Problem:
        """The problem of nmodlgrad.fit."""
        soma, clamp = self._cell.soma, self._cell.clamp
        free = [
            fit.Free(ng.Parameter(name, sections=soma), start=float(start), bounds=bounds)
            for (name, bounds), start in zip(BOUNDS.items(), begin, strict=True)
        ]
        protocols = [
            fit.Protocol(step.name, step.duration, losses, prepare=partial(setattr, clamp, "amp", step.amplitude))
            for step, losses in zip(STEPS, self._losses[loss], strict=True)
        ]
        return fit.Problem(free, protocols, dt=DT)

    def loss(self, loss: str, values: Floats) -> float:
        """The same loss, on the model as it is, without derivatives."""
        self._cell.set(values)
        total = 0.0
        for step, losses in zip(STEPS, self._losses[loss], strict=True):
            trace = self._cell.run(step)
            for each in losses:
                steps = each.sampling_steps(DT)
                residuals, _ = each.residuals(trace[::steps], steps * DT)
                total += each.weight * float(residuals @ residuals) / 2
        return total if math.isfinite(total) else math.inf


def by_gradient(model: Model, task: Task, begin: Floats) -> Result:
    """An optimiser of nmodlgrad.fit."""
    with model.problem(task.loss, begin) as problem:
        track = Track(task)

        def evaluate(theta: Floats) -> fit.Evaluation:
            track.begin()
            found = problem.evaluate(theta)
            track.end(found.loss, problem.values(theta))
            return found

        with suppress(Spent):
            OPTIMISERS[task.method](task.budget).run(evaluate, problem.start, problem.bounds)
        return track.result()


def without(model: Model, task: Task, begin: Floats) -> Result:
    """CMA-ES (Hansen's `cma`, its defaults) in the box of the bounds, scaled to one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import cma
    track = Track(task)

    def evaluate(position: Any) -> float:
        track.begin()
        values = LOWER + (UPPER - LOWER) * np.asarray(position, float)
        loss = model.loss(task.loss, values)
        track.end(loss, values)
        return min(loss, 1e9)

    options = {"bounds": [0, 1], "seed": task.start + 1, "verbose": -9, "tolfun": 1e-20, "tolfunhist": 1e-20}
    with suppress(Spent):
        cma.fmin(evaluate, (begin - LOWER) / (UPPER - LOWER), 0.3, options)
    return track.result()


# ---------------------------------------------------------------------- in a process of the pool
_model: Model | None = None


def build(augmented: bool) -> None:
    """The model of this process. Each method runs a little, so that nothing is imported while seconds are counted."""
    global _model
    _model = Model(augmented)
    for method in METHODS[augmented]:
        for loss in LOSSES:
            run(Task(method, loss, 0, 2), (LOWER + UPPER) / 2)


def run(task: Task, begin: Floats) -> Result:
    """One start, in a process that :func:`build` was called in."""
    assert _model is not None
    return (without if task.method == GRADIENT_FREE else by_gradient)(_model, task, begin)


def cost(loss: str, augmented: bool, values: Floats) -> float:
    """Seconds of one evaluation: the median of some."""
    assert _model is not None

    def median(evaluate: Callable[[], object]) -> float:
        spans = []
        for _ in range(25):
            begin = time.process_time()
            evaluate()
            spans.append(time.process_time() - begin)
        return float(np.median(spans))

    if not augmented:
        return median(lambda: _model.loss(loss, values))
    with _model.problem(loss, values) as problem:
        return median(lambda: problem.evaluate(problem.start))
