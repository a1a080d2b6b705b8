"""The optimisers: Gauss-Newton of nmodlgrad.fit on a horizon that grows, CMA-ES and IBEA of bluepyopt.

Each has so many seconds of its process, begins at the values that its seed draws, and is judged by the same loss.
bluepyopt's run on the original mechanisms, in a process that carries no derivatives.
"""

from __future__ import annotations

import importlib.util
import math
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from task import Floats, Model

from nmodlgrad import fit

# ---------------------------------------------------------------------- what is done, and what came of it


@dataclass(frozen=True)
class Task:
    """One seed of one method, with its budget in seconds of the process, and the share of the runs' length."""

    method: str
    seed: int
    seconds: float
    share: float = 1.0


@dataclass(frozen=True)
class Result:
    """What a task came to.

    `points` are pairs of seconds and the smallest loss until then, `values` the parameters there at the end;
    `simulated` are seconds of the model that were run, `starts` how often it began, the first time included.
    """

    method: str
    seed: int
    seconds: float
    share: float
    points: list[tuple[float, float]]
    values: list[float]
    simulated: float
    starts: int

    @property
    def task(self) -> Task:
        """What was done."""
        return Task(self.method, self.seed, self.seconds, self.share)

    @property
    def final(self) -> float:
        """The smallest loss."""
        return self.points[-1][1]


class Spent(Exception):
    """The seconds are over."""


class Track:
    """Keeps the time, and the best."""

    def __init__(self, task: Task) -> None:
        self._task, self._begin = task, time.process_time()
        self._points: list[tuple[float, float]] = []
        self._values: list[float] = []
        self.simulated, self.starts = 0.0, 0

    @property
    def best(self) -> float:
        """The smallest loss until now."""
        return self._points[-1][1] if self._points else math.inf

    def begin(self, seconds_of_the_model: float) -> None:
        """Before each evaluation. A loss is known when the time is over: then there is no further one."""
        if time.process_time() - self._begin >= self._task.seconds and self._points:
            raise Spent
        self.simulated += seconds_of_the_model

    def end(self, loss: float, values: Floats) -> None:
        """After each evaluation of the whole loss."""
        if loss < self.best or not self._points:
            self._points.append((time.process_time() - self._begin, loss))
            self._values = [float(value) for value in values]

    def result(self) -> Result:
        """What came of it."""
        task = self._task
        points = [*self._points, (time.process_time() - self._begin, self.best)]
        return Result(
            *(task.method, task.seed, task.seconds, task.share), points, self._values, self.simulated, self.starts
        )


# ---------------------------------------------------------------------- with derivatives
FIRST_MS = 4.0  # the horizon to begin with
GROWTH, SLOWEST = 1.3, 1.01  # factors of the horizon, and when it is given up
EVALUATIONS, IN_THE_END = 25, 100  # of a stage at most, and of the one with the whole loss
TOLERANCE = 1e-4  # of a stage: see nmodlgrad.fit.GaussNewton
ENOUGH, NEAR = 3e-4, 3e-3  # losses at which a stage ends, and with which the horizon grows
FOUND = 1e-12  # a loss at which there is nothing more to do


class _Enough(Exception):
    """The loss of a stage is small enough."""


def by_horizon(model: Model, task: Task) -> Result:
    """Gauss-Newton on the first ms of the voltages, then on more of them, then on the whole loss.

    Over a few ms the voltage is a smooth function of the parameters. With those fitted, a little more of it still is:
    a spike that is new to the horizon is almost where it should be. Where a horizon can not be fitted, a smaller step
    is tried from the one before, and in the end another start.
    """
    generator, track = np.random.default_rng(task.seed), Track(task)
    with suppress(Spent):
        while track.best > FOUND:
            track.starts += 1
            _grow(model, model.draw(generator), track)
    return track.result()


def _grow(model: Model, values: Floats, track: Track) -> None:
    """From one start as far as it goes."""
    longest = max(step.duration for step in model.steps)
    track.begin(model.duration())
    track.end(float(model.terms(values).sum()), values)
    reached, growth, horizon = 0.0, GROWTH, FIRST_MS
    while growth > SLOWEST:
        there, loss = _stage(model, values, horizon if horizon < longest else math.inf, track)
        if loss < NEAR:
            if horizon >= longest:
                return
            reached, values = horizon, there
            track.begin(model.duration())
            track.end(float(model.terms(values).sum()), values)
        elif reached:
            growth = 1 + (growth - 1) / 2
        else:
            return
        horizon = min(reached * growth, longest)


def _stage(model: Model, values: Floats, horizon: float, track: Track) -> tuple[Floats, float]:
    """The best values with a horizon, and their loss there."""
    whole = math.isinf(horizon)
    best = values, math.inf
    with model.problem(values, horizon) as problem:

        def evaluate(theta: Floats) -> fit.Evaluation:
            nonlocal best
            track.begin(model.duration(horizon))
            found = problem.evaluate(theta)
            if found.loss < best[1]:
                best = np.clip(problem.values(theta), *model.box.T), found.loss
            if whole:
                track.end(found.loss, problem.values(theta))
            if found.loss < (FOUND if whole else ENOUGH):
                raise _Enough
            if not best[1] < math.inf:
                raise _Enough  # it diverges where it begins
            return found

        optimiser = fit.GaussNewton(*((IN_THE_END, 1e-12) if whole else (EVALUATIONS, TOLERANCE)))
        with suppress(_Enough):
            optimiser.run(evaluate, problem.start, problem.bounds)
    return best


# ---------------------------------------------------------------------- bluepyopt
WORST = 1e6  # a term of the loss where the model diverges


def _evaluator(model: Model, track: Track) -> Any:
    """What bluepyopt asks: parameters in their logarithm, an objective for each term of the loss."""
    from bluepyopt.evaluators import Evaluator
    from bluepyopt.objectives import Objective
    from bluepyopt.parameters import Parameter

    class Same(Evaluator):
        def init_simulator_and_evaluate_with_lists(self, position: list[float]) -> list[float]:
            track.begin(model.duration())
            values = np.exp(position)
            terms = model.terms(values)
            track.end(float(terms.sum()), values)
            return [float(term) for term in np.minimum(terms, WORST)]

    box = np.log(model.box)
    names = [
        f"{step.name} {k}" for step, losses in zip(model.steps, model.losses, strict=True) for k in range(len(losses))
    ]
    pairs = zip(model.parameters, box, strict=True)
    return Same([Objective(name) for name in names], [Parameter(p.label, bounds=tuple(b)) for p, b in pairs])


def by_cma(model: Model, task: Task) -> Result:
    """DEAPOptimisationCMA with its defaults: population 4 + 3 ln(20), 12; first step 0.4 of half the box.

    Its centre is the start; where one of its criteria ends it before the time, it begins anew at another one.
    """
    from bluepyopt.deapext.optimisationsCMA import DEAPOptimisationCMA

    generator, track = np.random.default_rng(task.seed), Track(task)
    evaluator = _evaluator(model, track)
    with suppress(Spent), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        while True:
            start = list(np.log(model.draw(generator)))
            seed, track.starts = 1000 * task.seed + track.starts, track.starts + 1
            DEAPOptimisationCMA(evaluator=evaluator, seed=seed, centroids=[start]).run()
    return track.result()


def by_ibea(model: Model, task: Task) -> Result:
    """IBEADEAPOptimisation with its defaults: 10 offspring; the first of its population is the start."""
    from bluepyopt.deapext.optimisations import IBEADEAPOptimisation

    generator, track = np.random.default_rng(task.seed), Track(task)
    track.starts = 1
    optimisation = IBEADEAPOptimisation(evaluator=_evaluator(model, track), seed=task.seed)
    others = [np.log(model.draw(generator)).tolist() for _ in range(optimisation.offspring_size)]
    with suppress(Spent), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        optimisation.run(max_ngen=10**6, parent_population=others)
    return track.result()


# ---------------------------------------------------------------------- in a process of its own
GRADIENT = "Gauss-Newton"
METHODS: dict[str, Callable[[Model, Task], Result]] = {GRADIENT: by_horizon}
if importlib.util.find_spec("bluepyopt"):
    METHODS |= {"bluepyopt's CMA": by_cma, "bluepyopt's IBEA": by_ibea}


def run(task: Task, folder: Path) -> Result:
    """Do it, in a process that has loaded nothing yet; building the model is not counted."""
    return METHODS[task.method](Model(folder, augmented=task.method == GRADIENT, share=task.share), task)


def voltages(folder: Path, share: float, values: list[list[float]]) -> list[list[Floats]]:
    """The voltage at the soma of the original cell, in each step, with each of these values."""
    model = Model(folder, augmented=False, share=share)
    found = []
    for each in values:
        model.set(each)
        found.append([model.run(step)[0] for step in model.steps])
    return found
