"""Many fits of one problem, each from another start, on the workers of any executor."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from nmodlgrad._version import __version__
from nmodlgrad.diagnostics import NmodlGradError
from nmodlgrad.fit import hosted
from nmodlgrad.fit.crew import Crew, Job, crew, work
from nmodlgrad.fit.hosted import Done, Failure
from nmodlgrad.fit.interrupts import interrupts
from nmodlgrad.fit.journal import Journal, JournalInUse
from nmodlgrad.fit.minimise import Fit, minimise
from nmodlgrad.fit.optimisers import Optimiser, Outcome, way
from nmodlgrad.fit.problem import Problem
from nmodlgrad.fit.sampling import Range, ranges, sobol
from nmodlgrad.runtime.errors import WrongArgument

Floats = NDArray[np.float64]

_IN_USE_S = 1.0  # before one looks again whether a journal is free


@dataclass(frozen=True, eq=False)
class Fits:
    """What became of the fits from many starts.

    Attributes
    ----------
    starts
        theta where each began: shape (starts, parameters)
    fits
        in the order of the starts; None for those that failed, and those that were not begun
    failures
        why those that failed did, by the number of the start
    deaths
        how the processes ended that died at a start, by its number; also at those that came to their end afterwards
    message
        why it ended
    """

    starts: Floats
    fits: tuple[Fit | None, ...]
    failures: Mapping[int, Failure]
    deaths: Mapping[int, tuple[str, ...]]
    message: str

    @property
    def ranked(self) -> list[Fit]:
        """The fits that there are, the best first."""
        return sorted((fit for fit in self.fits if fit is not None), key=lambda fit: fit.loss)

    @property
    def best(self) -> Fit:
        """The fit with the smallest loss.

        Raises
        ------
        NmodlGradError
            when there is none
        """
        if not self.ranked:
            raise NmodlGradError(f"there is no fit: {_grouped(self.failures) or self.message}")
        return self.ranked[0]

    @property
    def finished(self) -> bool:
        """Whether the fit from every start that did not fail came to an end, whichever, but for Ctrl-C."""
        return all(_ended(fit) or number in self.failures for number, fit in enumerate(self.fits))


def multistart(
    factory: Callable[[], Problem],
    optimiser: Optimiser,
    *,
    folder: Path | str,
    starts: int = 16,
    executor: Executor | None = None,
    seed: int = 0,
    goal: float = -math.inf,
    seconds: float = math.inf,
    progress: bool | None = None,
) -> Fits:
    """Fit a problem from many starts, a scrambled Sobol sample of its parameters (see :func:`sampling.ranges`).

    The problem is built anew in processes of their own, which workers of the executor start beside them. When one of
    them dies, its start is tried again by whichever worker is free, and goes on from its journal; after three deaths
    it is given up. Exceptions are not tried again. Both are in the result, and a warning.

    The same call with the same folder goes on where an earlier one was ended or killed, and so does one with more
    `starts`, or more steps for each. Ctrl-C ends all fits after the evaluation at hand, a second one at once.

    Parameters
    ----------
    factory
        builds the model and gives its Problem. It is a function of a module, or of a script that does what it does
        under ``if __name__ == "__main__":``, or another object that can be pickled
    optimiser, goal, seconds
        as for :func:`minimise`, for each of the fits
    folder
        where the journals are, each in a folder ``starts/000``, ...; all workers have to see it
    starts
        how many; powers of 2 cover the ranges best
    executor
        any executor of concurrent.futures' interface: ``mpi4py.futures.MPIPoolExecutor()``, dask's
        ``client.get_executor()``, ``ThreadPoolExecutor(4)`` for four processes here; by default as many as there are
        cores
    seed
        of the sample
    progress
        whether to show it on stderr; by default if that is a terminal

    Raises
    ------
    WrongArgument
        for a factory that other processes can not import, fewer starts than one, and a seed below 0
    JournalError
        when the folder is that of other fits, or in use
    NmodlGradError
        when the problem can not be built
    """
    if starts < 1:
        raise WrongArgument(f"starts is a number from 1 on, not {starts!r}")
    if seed < 0:
        raise WrongArgument(f"seed is a whole number from 0 on, not {seed!r}")
    if hosted.serving:
        raise NmodlGradError(
            "the script is read again in each process that builds the problem, and calls multistart there: put what it "
            'does under `if __name__ == "__main__":`'
        )
    place = Path(folder).resolve() / "starts"
    task = work(factory, optimiser, place)
    identity = {"nmodlgrad": __version__, "optimiser": way(optimiser), "seed": seed}
    with Journal(place, identity, name="starts.jsonl"), interrupts() as stop, crew(executor, task, stop) as workers:
        thetas = sobol(_ranges(workers), starts, seed)
        jobs = {
            number: partial(_fit, optimiser, theta, place / f"{number:03}", goal, seconds)
            for number, theta in enumerate(thetas)
        }
        found = _gathered(workers, thetas, jobs, progress)
    _warn(found)
    return found


def _fit(optimiser: Optimiser, start: Floats, folder: Path, goal: float, seconds: float, problem: Problem) -> Fit:
    """One of the fits, in the process that has the problem."""
    with interrupts() as stop:
        while True:
            try:
                return minimise(
                    problem, optimiser, start=start, folder=folder, goal=goal, seconds=seconds, progress=False
                )
            except JournalInUse:
                # By a worker of an earlier call that was killed: it ends after the evaluation at hand.
                if stop.wait(_IN_USE_S):
                    raise


def _ranges(workers: Crew) -> list[Range]:
    """Where the parameters start. The problem that is built for it is kept for the first fit."""
    ((_, outcome),) = workers.outcomes({0: ranges})
    if isinstance(outcome, Failure):
        raise NmodlGradError(f"the problem can not be built: {outcome}\n{outcome.traceback}".rstrip())
    if outcome is None:
        raise KeyboardInterrupt
    found: list[Range] = outcome.value
    return found


def _gathered(workers: Crew, thetas: Floats, jobs: Mapping[int, Job], progress: bool | None) -> Fits:
    fits: list[Fit | None] = [None] * len(jobs)
    failures: dict[int, Failure] = {}
    hidden = None if progress is None else not progress
    with tqdm(total=len(jobs), desc="starts", unit="start", disable=hidden) as bar:
        for number, outcome in workers.outcomes(jobs):
            if isinstance(outcome, Done):
                fits[number] = outcome.value
            elif isinstance(outcome, Failure):
                failures[number] = outcome
            else:
                continue
            best = min((fit.loss for fit in fits if fit is not None), default=math.inf)
            bar.set_postfix_str(f"best {best:.4g}, {len(failures)} failed", refresh=False)
            bar.update()
    deaths = {number: tuple(how) for number, how in sorted(workers.deaths.items())}
    ended, converged = sum(map(_ended, fits)), sum(fit is not None and fit.converged for fit in fits)
    message = f"{ended} of {len(jobs)} starts came to their end, {converged} converged, {len(failures)} failed"
    if workers.stop.is_set():
        message = f"interrupted: {message}; the same call goes on with the others"
    return Fits(thetas, tuple(fits), dict(sorted(failures.items())), deaths, message)


def _ended(fit: Fit | None) -> bool:
    return fit is not None and fit.outcome is not Outcome.INTERRUPTED


def _warn(found: Fits) -> None:
    """Tell of what failed, and of what was tried again, in one warning."""
    lines = []
    if found.failures:
        lines.append(f"{len(found.failures)} of {len(found.fits)} starts failed: {_grouped(found.failures)}")
    again = {number: how[-1] for number, how in found.deaths.items() if number not in found.failures}
    if again:
        lines.append(f"tried again: {_grouped(again)}")
    if lines:
        warnings.warn("; ".join(lines), RuntimeWarning, stacklevel=3)


def _grouped(reasons: Mapping[int, Failure] | Mapping[int, str]) -> str:
    """Each reason once, with the starts that it is that of."""
    numbers: dict[str, list[int]] = {}
    for number, reason in reasons.items():
        numbers.setdefault(str(reason), []).append(number)
    return "; ".join(f"{reason} (start {', '.join(map(str, those))})" for reason, those in numbers.items())
