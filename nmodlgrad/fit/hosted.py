"""What runs in a process of its own: a problem, built once, and what is asked of it."""

from __future__ import annotations

import fcntl
import os
import pickle
import select
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import spawn
from multiprocessing.connection import Connection
from typing import Any

IDLE_S = 60.0  # after which a process that is asked nothing more ends

serving = False  # whether this is such a process


@dataclass(frozen=True)
class Work:
    """What a process builds, and where to find it: the same for all processes of one call of `multistart`.

    `factory` is pickled, `main` tells how to import the script that it is defined in, `path` where to look for modules.
    As long as the call is not over, the file `run` contains the `token`.
    """

    factory: bytes
    main: Mapping[str, Any]
    path: tuple[str, ...]
    run: str
    token: str


@dataclass(frozen=True)
class Done:
    """What a function made of the problem."""

    value: Any


@dataclass(frozen=True)
class Failure:
    """Why there is no result: in a line, and the traceback if an exception was raised."""

    reason: str
    traceback: str = ""

    def __str__(self) -> str:
        return self.reason


def serve(descriptor: int) -> None:
    """Build the problem, apply the functions that come through the connection, until one fails or none come."""
    global serving
    serving = True
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    connection = Connection(descriptor)
    problem: Any = None
    while connection.poll(IDLE_S):
        try:
            work, packed = connection.recv()
        except EOFError:
            return
        try:
            if problem is None:
                problem = _built(work)
            function: Callable[[Any], Any] = pickle.loads(packed)
            connection.send(Done(function(problem)))
        except Exception as error:
            # What it left behind in NEURON is not known, so nothing else is computed there.
            connection.send(Failure(f"{type(error).__name__}: {error}", traceback.format_exc()))
            return


def _built(work: Work) -> Any:
    sys.path += [folder for folder in work.path if folder not in sys.path]
    spawn.prepare(dict(work.main))  # as for multiprocessing's processes
    return pickle.loads(work.factory)()


def _end_with_parent() -> None:
    """Have the kernel end this process as soon as nobody can write to its standard input any more.

    Its parent holds that end of the pipe, writes nothing, and lets go of it however it ends. A thread that waits for
    it would not do: NEURON keeps Python's lock for as long as it runs.
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([0], [], [], 0)[0]:  # it was gone before
        sys.exit(1)
