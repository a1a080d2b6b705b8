"""Spikes between processes: each has the rows of its own cells, and gets those of spikes that come from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from nmodlgrad.runtime.errors import CannotCarry
from nmodlgrad.runtime.parameter import AnyDirection, Elsewhere

if TYPE_CHECKING:
    from nmodlgrad.runtime.spikes import Train

_LONGEST_MS = 1e9
_MINIMUM = 3  # ParallelContext.allreduce
_OF_THIS = 2  # ParallelContext.gid_exists, from which on it is that of a cell here


def everywhere(parameters: Iterable[AnyDirection]) -> list[AnyDirection]:
    """The directions of all processes, for a Sensitivity in each of them: first those of rank 0, then of rank 1, ...

    Every process of the ParallelContext calls this at the same time, each with its own directions; those of the others
    are stood for by :class:`Elsewhere`.
    """
    own, context = list(parameters), h.ParallelContext()
    here = int(context.id())
    labels = context.py_allgather([direction.label for direction in own])
    found: list[AnyDirection] = []
    for rank, names in enumerate(labels):
        found += own if rank == here else [Elsewhere(name) for name in names]
    return found


def is_from_elsewhere(netcon: Any) -> bool:
    """Whether a NetCon brings spikes of another process, to an artificial cell too."""
    if int(h.ParallelContext().nhost()) == 1 or netcon.srcgid() < 0 or netcon.syn() is None:
        return False
    return netcon.preseg() is None and netcon.pre() is None


class Ranks:
    """What this process gets of others, and what it gives; nothing if it is alone.

    Attributes
    ----------
    interval_ms
        the shortest delay between processes: so long they can run without each other
    brought
        numbers (gid) of the sources elsewhere whose spikes have derivatives
    """

    def __init__(self) -> None:
        self._context = h.ParallelContext()
        self.interval_ms = _LONGEST_MS
        self.brought: frozenset[int] = frozenset()
        self._exports: dict[int, Train] = {}
        self._next: dict[int, int] = {}
        self._imports: dict[int, Train] = {}

    def agree(self, netcons: Sequence[Any], is_carried: Callable[[Any], bool]) -> dict[int, Any]:
        """Tell each other which spikes are wanted; returns a NetCon of each source here whose spikes are, by its gid.

        Raises
        ------
        CannotCarry
            when the NetCon of a source that is wanted is gone
        """
        self._exports, self._next, self._imports = {}, {}, {}
        if int(self._context.nhost()) == 1:
            return {}
        arriving = [netcon for netcon in netcons if is_from_elsewhere(netcon)]
        shortest = min((netcon.delay for netcon in arriving), default=_LONGEST_MS)
        self.interval_ms = float(self._context.allreduce(shortest, _MINIMUM))
        wanted = {gid for gids in self._context.py_allgather({int(one.srcgid()) for one in arriving}) for gid in gids}
        sending = [one for one in netcons if one.preseg() is not None or one.pre() is not None]
        here = {int(one.srcgid()): one for one in sending if one.srcgid() in wanted}
        for gid in sorted(wanted - here.keys()):
            if int(self._context.gid_exists(gid)) >= _OF_THIS:
                raise CannotCarry(f"the NetCon by which ParallelContext.cell() got the gid {gid} is gone: keep it")
        given = {gid: netcon for gid, netcon in here.items() if is_carried(netcon)}
        self.brought = frozenset(gid for gids in self._context.py_allgather(list(given)) for gid in gids) - here.keys()
        return given

    def gathered(self, gids: Iterable[int]) -> frozenset[int]:
        """Those of all processes; every one calls it at the same time."""
        if int(self._context.nhost()) == 1:
            return frozenset(gids)
        return frozenset(gid for found in self._context.py_allgather([*gids]) for gid in found)

    def largest(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of each, the largest of all processes; every one calls it at the same time."""
        if int(self._context.nhost()) == 1:
            return numbers
        found: NDArray[np.float64] = np.max(self._context.py_allgather(numbers), axis=0)
        return found

    def export(self, gid: int, train: Train) -> None:
        """Give others the spikes of a source."""
        self._exports[gid], self._next[gid] = train, 0

    def forget(self) -> None:
        """The trains have gone back to now: what they will have from here on is new."""
        self._next = {gid: min(number, self._exports[gid].end) for gid, number in self._next.items()}

    def bring(self, gid: int, train: Train) -> None:
        """Get the spikes of a source."""
        self._imports[gid] = train

    def psolve(self, until_ms: float) -> None:
        """ParallelContext.psolve, in pieces after each of which spikes are exchanged."""
        piece_ms = max(int(self.interval_ms / h.dt + 1e-9), 1) * h.dt
        while h.t < until_ms - h.dt / 2:
            self._context.psolve(min(until_ms, h.t + piece_ms))
            if int(self._context.nhost()) > 1:
                self._exchange()

    def _exchange(self) -> None:
        fresh = {}
        for gid, train in self._exports.items():
            self._next[gid], times, rows = train.since(self._next[gid])
            if len(times):
                fresh[gid] = times, rows
        for found in self._context.py_allgather(fresh):
            for gid, (times, rows) in found.items():
                if gid in self._imports:
                    self._imports[gid].append(times, rows)
