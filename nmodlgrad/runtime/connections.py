"""The NetCons of a cell's synapses: seeds of their weights, rows for what NET_RECEIVE keeps in them between events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from nmodlgrad.runtime import layout

if TYPE_CHECKING:
    from nmodlgrad.runtime.cell import Instance

Row = NDArray[np.float64]
_SELF = 0  # the address that events without a NetCon have: those that INITIAL or WATCH sends


class Connections:
    """A table for each instance, sorted by address (``ng_Connection``), described anew at every finitialize."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._table = np.zeros(1, layout.CONNECTION)
        self._values = np.zeros(1)
        self._rows = layout.rows(1, width)
        self._starts: list[tuple[int, Row]] = []  # rows that start as a weight's seed

    def describe(self, instances: Sequence[Instance], address: Callable[[Any], float]) -> list[tuple[int, int]]:
        """Find every NetCon that matters; returns where each instance's table lies, and its length."""
        onto = _by_target() if any(i.entry.arguments for i in instances) else {}
        tables = [_connections(i, onto, address) for i in instances]
        seeds = [row for table in tables for _, row in table if row is not None]
        count = sum(len(i.entry.arguments) * len(table) for i, table in zip(instances, tables, strict=True))
        self._table = np.zeros(max(sum(map(len, tables)), 1), layout.CONNECTION)
        self._values = np.concatenate([np.zeros(1), *(layout.band(row)[2] for row in seeds)])
        self._rows = layout.rows(max(count, 1), self._width)
        self._starts = []
        places, at, row, value = [], 0, 0, 1
        for instance, table in zip(instances, tables, strict=True):
            arguments, weight = instance.entry.arguments, instance.entry.weight
            places.append((layout.address(self._table) + at * layout.CONNECTION.itemsize, len(table)))
            for place, seed in table:
                self._table[at]["address"] = place
                value = layout.put_seed(self._table[at]["seed"], seed, self._values, value)
                if arguments:
                    self._table[at]["rows"] = layout.address(self._rows) + row * self._width * 8
                if seed is not None and weight in arguments:
                    self._starts.append((row + arguments.index(weight), seed))
                at, row = at + 1, row + len(arguments)
        self.reset()
        return places

    def reset(self) -> None:
        """Nothing that is kept depends on theta, but for weights, along their own directions."""
        self._rows[:] = 0
        for number, seed in self._starts:
            self._rows[number, : len(seed)] = seed


def _connections(
    instance: Instance, onto: dict[str, list[Any]], address: Callable[[Any], float]
) -> list[tuple[int, Row | None]]:
    """Addresses and seeds: of the NetCons whose weight is seeded, and of all of them if they keep derivatives."""
    found: dict[int, Row | None] = {}
    if instance.entry.arguments:
        found[_SELF] = None
        found |= {int(address(netcon._ref_weight[0])): None for netcon in onto.get(instance.point.hname(), ())}
    found |= {int(address(netcon._ref_weight[0])): row for netcon, row in instance.weights}
    return sorted(found.items())


def _by_target() -> dict[str, list[Any]]:
    """Every NetCon, by the point process that it acts on."""
    found: dict[str, list[Any]] = {}
    netcons = h.List("NetCon")
    for i in range(int(netcons.count())):
        netcon = netcons.object(i)
        if (target := netcon.syn()) is not None:
            found.setdefault(target.hname(), []).append(netcon)
    return found
