"""Work that may hang or crash, each piece in a process of its own, forked from this one."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Broken:
    """What became of a piece of work that gave no result."""

    why: str


@dataclass
class _Running(Generic[Item]):
    place: int
    process: Any
    pipe: Connection
    until: float


def each(
    function: Callable[[Item], Any], items: Sequence[Item], jobs: int, timeout_s: float
) -> Iterator[tuple[int, Any]]:
    """The place of every item and what the function makes of it, or `Broken`, as they are done."""
    context = multiprocessing.get_context("fork")
    ahead = list(enumerate(items))[::-1]
    running: list[_Running[Item]] = []
    try:
        while ahead or running:
            while ahead and len(running) < jobs:
                place, item = ahead.pop()
                ours, theirs = context.Pipe(duplex=False)
                process = context.Process(target=_work, args=(function, item, theirs))
                process.start()
                theirs.close()
                running.append(_Running(place, process, ours, time.monotonic() + timeout_s))
            wait([each.pipe for each in running], max(0.0, min(each.until for each in running) - time.monotonic()))
            for one in list(running):
                if one.pipe.poll():
                    outcome: Any = _received(one)
                elif time.monotonic() >= one.until:
                    outcome = Broken(f"not done in {timeout_s:g} s")
                else:
                    continue
                running.remove(one)
                _end(one)
                yield one.place, outcome
    finally:
        for one in running:
            _end(one)


def _received(one: _Running[Item]) -> Any:
    try:
        return one.pipe.recv()
    except EOFError:
        one.process.join()
        return Broken(f"its process ended with status {one.process.exitcode}")


def _work(function: Callable[[Item], Any], item: Item, pipe: Connection) -> None:
    os.setpgid(0, 0)  # so that what it starts ends with it
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        outcome = function(item)
    except Exception as error:
        outcome = Broken(f"{type(error).__name__}: {error}")
    pipe.send(outcome)


def _end(one: _Running[Item]) -> None:
    """End the process, and those that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(one.process.pid, signal.SIGKILL)
    one.process.join()
    one.pipe.close()
