"""One fit: an optimiser on a problem, journaled, with progress, and ended by Ctrl-C after the step at hand."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from tqdm import tqdm

from nmodlgrad._version import __version__
from nmodlgrad.fit.interrupts import interrupts
from nmodlgrad.fit.journal import Entry, Journal
from nmodlgrad.fit.optimisers import Ending, Optimiser, Outcome, way
from nmodlgrad.fit.problem import Evaluation, Problem
from nmodlgrad.fit.traces import Trace
from nmodlgrad.runtime.errors import WrongArgument

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fit:
    """What became of a fit.

    Attributes
    ----------
    theta, values, loss
        the best evaluation: where the optimiser was, the parameters' values there, and the loss
    best
        that evaluation, with as many residuals as parameters and one (see :meth:`Evaluation.compressed`)
    thetas, losses, gradient_norms
        of every evaluation: shapes (evaluations, parameters), (evaluations,), (evaluations,)
    seconds
        that each evaluation took: shape (evaluations,)
    outcome, message
        why it ended, in a word (see :class:`Outcome`) and in a sentence
    first, whole
        the first evaluation and the best one with every residual, and with what the model did; None where they were
        taken from the journal, and in a copy that comes from another process
    """

    labels: tuple[str, ...]
    values: Floats
    best: Evaluation
    thetas: Floats
    losses: Floats
    gradient_norms: Floats
    seconds: Floats
    outcome: Outcome
    message: str
    first: Evaluation | None = None
    whole: Evaluation | None = None

    @property
    def theta(self) -> Floats:
        """Theta of the best evaluation."""
        return self.best.theta

    @property
    def loss(self) -> float:
        """The smallest loss."""
        return self.best.loss

    @property
    def converged(self) -> bool:
        """Whether the optimiser found nothing to gain any more; one that only counts its steps never does."""
        return self.outcome is Outcome.CONVERGED

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"first": None, "whole": None}  # what a model did stays with the model


class _Ended(Exception):
    """The optimiser is not asked on."""

    def __init__(self, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.ending = Ending(outcome, message)


def minimise(
    problem: Problem,
    optimiser: Optimiser,
    *,
    start: ArrayLike | None = None,
    folder: Path | str | None = None,
    goal: float = -math.inf,
    seconds: float = math.inf,
    progress: bool | None = None,
    watch: Callable[[int, Evaluation], object] | None = None,
) -> Fit:
    """Fit the problem's parameters; afterwards they stand in the model where the fit is best.

    Ctrl-C ends it after the evaluation at hand, and so do `goal` and `seconds`: the result is the best until then, of
    one evaluation at least.

    Parameters
    ----------
    optimiser
        :class:`Adam`, :class:`Polyak`, :class:`LBFGSB` or :class:`GaussNewton`
    start
        theta to begin with: shape (parameters,); by default where the problem's parameters start
    folder
        where every evaluation is kept: the same call goes on where an earlier one was ended or killed, and so does one
        with more steps. The first evaluation is made again, to see that the model is the same
    goal
        the loss with which one is content
    seconds
        of computing, those of before included
    progress
        whether to show it on stderr; by default if that is a terminal
    watch
        called after each evaluation, those of before included, with its number from 1 on, and the evaluation

    Raises
    ------
    WrongArgument
        when `start` is of another shape or not within the bounds
    JournalError
        when the folder is that of another fit or another model, or in use
    """
    begin = np.array(problem.start if start is None else start, float)
    bounds = problem.bounds
    if begin.shape != (len(problem.free),) or not ((begin >= bounds[:, 0]) & (begin <= bounds[:, 1])).all():
        raise WrongArgument(f"start is theta within the bounds, one number for each parameter, not {start!r}")
    with ExitStack() as stack:
        journal = None
        if folder is not None:
            journal = stack.enter_context(Journal(Path(folder), _identity(problem, optimiser, begin)))
        bar = stack.enter_context(tqdm(desc="fit", unit="", disable=None if progress is None else not progress))
        stop = stack.enter_context(interrupts())
        entries: list[Entry] = []
        kept = _Kept()
        if journal is not None and journal.first is not None:
            again = problem.evaluate(journal.first.evaluation.theta)
            journal.check(again)
            kept.take(0, again)

        def evaluate(theta: Floats) -> Evaluation:
            entry = journal.earlier(theta) if journal is not None else None
            if entry is None:
                _end(entries, goal, seconds, stop)
                entry, whole = _measured(problem, theta)
                kept.take(len(entries), whole)
                if journal is not None:
                    journal.add(entry)
            entries.append(entry)
            _show(bar, entries)
            if watch is not None:
                watch(len(entries), entry.evaluation)
            return entry.evaluation

        try:
            ending = optimiser.run(evaluate, begin, bounds)
        except _Ended as ended:
            ending = ended.ending
        if journal is not None and journal.ahead:
            ending = replace(
                ending, message=f"{ending.message.rstrip('.')}, and {journal.ahead} more of before are there"
            )
        bar.set_description_str(f"fit: {ending.outcome}")
        found = _result(problem, entries, ending, kept)
        if math.isfinite(found.loss):
            problem.move(found.theta)
        return found


class _Kept:
    """The first evaluation and the best one, as a whole."""

    def __init__(self) -> None:
        self.first: Evaluation | None = None
        self.best: Evaluation | None = None

    def take(self, number: int, whole: Evaluation) -> None:
        """An evaluation with so many before it."""
        if not number:
            self.first = whole
        if self.best is None or whole.loss < self.best.loss:
            self.best = whole


def _identity(problem: Problem, optimiser: Optimiser, start: Floats) -> Mapping[str, Any]:
    """What a journal belongs to."""
    return {
        "nmodlgrad": __version__,
        "parameters": list(problem.labels),
        "transforms": [repr(each.mapping) for each in problem.free],
        "protocols": [protocol.name for protocol in problem.protocols],
        "losses": _digest(problem),
        "dt": problem.dt,
        "optimiser": way(optimiser),
        "start": start.tolist(),
    }


def _digest(problem: Problem) -> str:
    """Another one when a target, a scale, a weight, a window or a duration changes."""
    digest = hashlib.sha256()
    for protocol in problem.protocols:
        digest.update(f"{protocol.duration!r}\n".encode())
        for loss in protocol.losses:
            for name, value in sorted(vars(loss).items()):
                for part in (value.times, value.values) if isinstance(value, Trace) else (value,):
                    known = part is None or isinstance(part, str | float | tuple)
                    told = part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode() if known else b""
                    digest.update(name.encode() + told + b"\n")
    return digest.hexdigest()


def _end(entries: list[Entry], goal: float, seconds: float, stop: threading.Event) -> None:
    if not entries:
        return  # there is a result of one evaluation at least
    if stop.is_set():
        raise _Ended(Outcome.INTERRUPTED, "interrupted")
    if entries[-1].evaluation.loss <= goal:
        raise _Ended(Outcome.GOAL, f"the goal of {goal:g} is reached")
    if sum(entry.seconds for entry in entries) >= seconds:
        raise _Ended(Outcome.BUDGET, f"{seconds:g} seconds are over")


def _measured(problem: Problem, theta: Floats) -> tuple[Entry, Evaluation]:
    begin = time.perf_counter()
    whole = problem.evaluate(theta)
    return Entry(whole.compressed(), time.perf_counter() - begin), whole


def _show(bar: Any, entries: list[Entry]) -> None:
    now = entries[-1].evaluation
    best = min(entry.evaluation.loss for entry in entries)
    norm = float(np.linalg.norm(now.gradient))
    bar.set_postfix_str(f"loss {now.loss:.4g}, best {best:.4g}, gradient {norm:.3g}", refresh=False)
    bar.update()


def _result(problem: Problem, entries: list[Entry], ending: Ending, kept: _Kept) -> Fit:
    evaluations = [entry.evaluation for entry in entries]
    losses = np.array([each.loss for each in evaluations])
    best = evaluations[int(np.argmin(losses))]
    return Fit(
        labels=problem.labels,
        values=problem.values(best.theta),
        best=best,
        thetas=np.array([each.theta for each in evaluations]),
        losses=losses,
        gradient_norms=np.array([float(np.linalg.norm(each.gradient)) for each in evaluations]),
        seconds=np.array([entry.seconds for entry in entries]),
        outcome=ending.outcome,
        message=ending.message,
        first=kept.first,
        whole=kept.best if kept.best is not None and np.array_equal(kept.best.theta, best.theta) else None,
    )
