"""The optimisers: Gauss-Newton of nmodlgrad.fit on a cell that is held at first, CMA-ES and IBEA of bluepyopt.

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

    `points` are pairs of seconds and the smallest whole loss until then, `values` the parameters there at the end;
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

    @property
    def spent(self) -> bool:
        """Whether the time is over."""
        return time.process_time() - self._begin >= self._task.seconds

    def add(self, loss: float, values: Floats) -> None:
        """What an evaluation of the whole loss came to."""
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
@dataclass(frozen=True)
class Stage:
    """A fit: conductance of the electrodes in uS, whether conductances move as they are, and where it ends."""

    coupling: float
    linear: bool
    evaluations: int
    enough: float


HELD = (Stage(1.0, True, 15, 1e-4), Stage(1.0, False, 80, 1e-13))
FREE = Stage(0.0, False, 80, 1e-14)
NEAR = 1e-5  # a loss of the held cell from which the whole one is tried
TOLERANCE = 1e-9  # of each fit: see nmodlgrad.fit.GaussNewton


class _Enough(Exception):
    """The loss of a fit is small enough, or the time is over."""


def held(model: Model, task: Task) -> Result:
    """Gauss-Newton on voltages of a cell that is held near the target, and then on the whole loss of the free cell.

    While electrodes hold the places where the target is known, each channel there sees the voltage that it should: no
    spike can come at a wrong time, and what is left of the difference is almost linear in the conductances, where by
    the logarithm of one that is much too small there would hardly be a slope. Nearer to the truth products are what
    is hard, such as that of a calcium channel and its gamma: these are straight in the logarithm. Where the held cell
    is fitted, the free cell is near the target, too. Where it can not be, another start is drawn. If the time is over
    while the cell is held, the whole loss of what there is then is what counts.
    """
    generator, track = np.random.default_rng(task.seed), Track(task)
    while track.best > FREE.enough and not track.spent:
        track.starts += 1
        values = model.draw(generator)
        _judge(model, values, track)
        loss = math.inf
        for stage in HELD:
            values, loss = _fit(model, values, stage, track)
        if loss < NEAR or track.spent:
            _judge(model, values, track)
            _fit(model, values, FREE, track)
    return track.result()


def _judge(model: Model, values: Floats, track: Track) -> None:
    """The whole loss of the free cell."""
    model.coupling = 0.0
    track.simulated += model.duration
    track.add(float(model.terms(values).sum()), values)


def _fit(model: Model, values: Floats, stage: Stage, track: Track) -> tuple[Floats, float]:
    """The best values of a stage, and their loss there: without electrodes, the whole loss."""
    model.coupling = stage.coupling
    best = values, math.inf
    with model.problem(values, stage.linear) as problem:

        def evaluate(theta: Floats) -> fit.Evaluation:
            nonlocal best
            if track.spent:
                raise _Enough
            track.simulated += model.duration
            found = problem.evaluate(theta)
            if found.loss < best[1]:
                best = np.clip(problem.values(theta), *model.box.T), found.loss
            if not stage.coupling:
                track.add(found.loss, problem.values(theta))
            if found.loss < stage.enough or not best[1] < math.inf:
                raise _Enough  # or it diverges where it begins
            return found

        with suppress(_Enough):
            fit.GaussNewton(stage.evaluations, TOLERANCE).run(evaluate, problem.start, problem.bounds)
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
            if track.spent:
                raise Spent
            track.simulated += model.duration
            values = np.exp(position)
            terms = model.terms(values)
            track.add(float(terms.sum()), values)
            return [float(term) for term in np.minimum(terms, WORST)]

    box = np.log(model.box)
    names = [
        f"{each.name} {k}" for each, losses in zip(model.stimuli, model.losses, strict=True) for k in range(len(losses))
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
METHODS: dict[str, Callable[[Model, Task], Result]] = {GRADIENT: held}
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
        found.append([model.run(stimulus)[0] for stimulus in model.stimuli])
    return found
