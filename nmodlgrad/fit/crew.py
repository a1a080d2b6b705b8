"""The workers of an executor, at the work of one call: a job whose process dies is tried again, Ctrl-C ends all."""

from __future__ import annotations

import os
import pickle
import sys
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import spawn
from pathlib import Path
from threading import Event
from typing import Any

from tqdm import tqdm

from nmodlgrad.fit import hosts
from nmodlgrad.fit.hosted import Done, Failure, Work
from nmodlgrad.runtime.errors import WrongArgument

_ATTEMPTS = 3  # at a job whose process dies
_LOOK_S = 0.5  # how often one looks for Ctrl-C

Job = Callable[[Any], Any]  # a function of the problem


@dataclass(eq=False)
class Crew:
    """The workers of an executor. `deaths` has how processes ended that died at a job, by its number."""

    executor: Executor
    work: Work
    stop: Event
    deaths: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    pending: dict[Future[hosts.Outcome], int] = field(default_factory=dict)

    def outcomes(self, jobs: Mapping[int, Job]) -> Iterator[tuple[int, Done | Failure | None]]:
        """What becomes of each job, as they end; None for those that were not begun before the call was over."""
        attempts = Counter(jobs.keys())
        for number, job in jobs.items():
            self._submit(number, job, attempts[number])
        while self.pending:
            done, _ = wait(self.pending, _LOOK_S, FIRST_COMPLETED)
            if self.stop.is_set() and Path(self.work.run).exists():
                self._tell()
            for future in done:
                number = self.pending.pop(future)
                outcome = _outcome(future)
                if isinstance(outcome, hosts.Died):
                    self.deaths[number].append(outcome.how)
                    if attempts[number] < _ATTEMPTS:
                        attempts[number] += 1
                        self._submit(number, jobs[number], attempts[number])
                        continue
                    outcome = Failure(f"{outcome.how}, the last of {_ATTEMPTS} attempts")
                yield number, None if isinstance(outcome, hosts.NotBegun) else outcome

    def _submit(self, number: int, job: Job, attempt: int) -> None:
        task = pickle.dumps(job)
        try:
            future: Future[hosts.Outcome] = self.executor.submit(hosts.perform, self.work, task, attempt)
        except Exception as error:  # it is broken, or was shut down
            future = Future()
            future.set_exception(error)
        self.pending[future] = number

    def _tell(self) -> None:
        Path(self.work.run).unlink()
        tqdm.write(
            "The fits end after the evaluation at hand; the same call goes on from there. Ctrl-C again ends them now.",
            file=sys.stderr,
        )

    def leave(self) -> None:
        """Have everything end that is not over."""
        Path(self.work.run).unlink(missing_ok=True)
        for future in self.pending:
            future.cancel()
        hosts.end(self.work)


def _outcome(future: Future[hosts.Outcome]) -> hosts.Outcome:
    """What the worker gave; it raises nothing itself, so an exception says that it is not there any more."""
    try:
        return future.result()
    except Exception as error:
        return hosts.Died(f"its worker failed ({type(error).__name__}: {error})")


@contextmanager
def crew(executor: Executor | None, work: Work, stop: Event) -> Iterator[Crew]:
    """The workers of an executor, by default as many as there are cores; at the end they have ended, or soon will."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as own:  # its threads start when they are used
        found = Crew(own if executor is None else executor, work, stop)
        Path(work.run).write_text(work.token)
        try:
            yield found
        finally:
            found.leave()


def work(factory: Callable[[], Any], optimiser: Any, folder: Path) -> Work:
    """What the processes of a call build, and are told by a file in the folder.

    Raises
    ------
    WrongArgument
        when other processes can not import the factory, or the optimiser
    """
    try:
        packed = pickle.dumps(factory)
        scripted = b"__main__" in packed + pickle.dumps(optimiser)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise WrongArgument(f"other processes can not import the factory, or the optimiser: {error}") from None
    main: dict[str, Any] = {}
    if scripted:
        script = spawn.get_preparation_data("")
        main = {key: script[key] for key in script if key.startswith("init_main") or key == "sys_argv"}
        if main.keys() <= {"sys_argv"}:
            raise WrongArgument(
                "other processes can not import what is defined in a notebook or at the prompt: write it into a file, "
                "and import it from there"
            )
    return Work(packed, main, tuple(sys.path), str(folder / "running"), uuid.uuid4().hex)
