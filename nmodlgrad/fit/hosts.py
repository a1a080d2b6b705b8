"""Processes that hold a model, started by the worker of any executor, one for each thing that it does at a time.

A model that crashes takes its process along, and not the worker: MPI ends the whole job when a rank dies, and a
ProcessPoolExecutor is broken as a whole. And NEURON, which has one model and no lock, is not called from the threads
of a worker.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from nmodlgrad.fit.hosted import IDLE_S, Done, Failure, Work

_LOOK_S = 0.5  # how often a worker looks whether it is to end
_ALONE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NEURON_INIT_MPI": "0",  # it is no rank, even if its parent is one, and MPI is not to be set up in it
    "MPI4PY_RC_INITIALIZE": "0",
}


@dataclass(frozen=True)
class Died:
    """A process ended before it had a result: how."""

    how: str


@dataclass(frozen=True)
class NotBegun:
    """The call was over before this was begun."""


Outcome = Done | Failure | Died | NotBegun


def perform(work: Work, function: bytes, attempt: int) -> Outcome:
    """What a function (pickled) makes of the problem, in a process that was used before, or a new one.

    `attempt` says that this is another call than the one before: dask takes calls with the same arguments as the same.
    """
    if _over(work):
        return NotBegun()
    host = _taken(work)
    try:
        outcome = host.perform(function)
    except BaseException:
        host.end()
        raise
    if isinstance(outcome, Done):
        host.since = time.monotonic()
        with _lock:
            _idle.append(host)
    else:
        host.end()
    return outcome


def end(work: Work) -> None:
    """End the processes of this call that were started here; who waits for one of them is told that it died."""
    with _lock:
        ours = [host for host in _idle if host.work == work]
        _idle[:] = [host for host in _idle if host not in ours]
        busy = [host for host in _alive if host.work == work and host not in ours]
    for host in busy:
        host.kill()
    for host in ours:
        host.end()


class _Host:
    """A process, and the connection to it; used by one thread at a time."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.since = time.monotonic()
        self._connection, theirs = multiprocessing.Pipe()
        code = (
            f"import sys; sys.path[:] = {sys.path!r}; from nmodlgrad.fit.hosted import serve; serve({theirs.fileno()})"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
            env=os.environ | _ALONE,
            start_new_session=True,  # Ctrl-C is for the one who waits, who tells by the file `work.run`
        )
        theirs.close()
        with _lock:
            _alive.add(self)

    def perform(self, function: bytes) -> Done | Failure | Died:
        """Wait for the result; when the call is over, tell the process to come to an end."""
        try:
            self._connection.send((self.work, function))
            while not self._connection.poll(_LOOK_S):
                if _over(self.work):
                    self._process.send_signal(signal.SIGINT)
            outcome: Done | Failure = self._connection.recv()
        except (EOFError, OSError):
            return Died(_ending(self._process.wait()))
        return outcome

    @property
    def usable(self) -> bool:
        """Whether it is there, and will be for some time without being asked anything."""
        return self._process.poll() is None and time.monotonic() - self.since < IDLE_S / 2

    def kill(self) -> None:
        """Kill it, if it is there."""
        self._process.kill()

    def end(self) -> None:
        """Kill it, and forget it."""
        self.kill()
        self._process.wait()
        self._connection.close()
        if self._process.stdin is not None:
            self._process.stdin.close()
        with _lock:
            _alive.discard(self)


_lock = threading.Lock()
_idle: list[_Host] = []
_alive: set[_Host] = set()


def _taken(work: Work) -> _Host:
    """A process of this call that is idle, or a new one; what idles of other calls is ended."""
    while True:
        with _lock:
            if not _idle:
                break
            host = _idle.pop()
        if host.work == work and host.usable:
            return host
        host.end()
    return _Host(work)


def _over(work: Work) -> bool:
    """Whether the call has ended, or was killed and another one goes on in its place."""
    try:
        return Path(work.run).read_text() != work.token
    except FileNotFoundError:
        return True


def _ending(status: int) -> str:
    if status >= 0:
        return f"its process ended with status {status}"
    return f"its process was ended by {signal.Signals(-status).name}"
