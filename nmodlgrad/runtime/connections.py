"""The NetCons of a cell's synapses: seeds of their weights, rows for what NET_RECEIVE keeps in them between events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime import layout
from nmodlgrad.runtime.bands import EMPTY, Bands, Entries
from nmodlgrad.runtime.instances import Instance, InstanceTable
from nmodlgrad.runtime.netcons import NetCons
from nmodlgrad.runtime.spikes import Arrival

Seed = tuple[Bands, int]  # a row of bands
_SELF = 0  # the address that events without a NetCon have: those that INITIAL or WATCH sends


class Connections:
    """A table for each instance, sorted by address (``ng_Connection``), described anew at every finitialize."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._table = np.zeros(0, layout.CONNECTION)
        self._rows, self._late = layout.rows(0, width), layout.rows(0, width)
        self._starts: list[tuple[int, Entries]] = []  # rows that start as a weight's seed

    def describe(
        self,
        instances: Iterable[Instance],
        described: InstanceTable,
        address: Callable[[Any], float],
        arrivals: Mapping[int, Mapping[int, Arrival]],
        netcons: NetCons,
    ) -> None:
        """Find every NetCon that matters, and tell the instances.

        `arrivals` are those by which events come whose times depend on theta, by instance and address.
        """
        concerned = [i for i in instances if i.entry.arguments or i.weights or i.number in arrivals]
        tables = [_connections(i, netcons, address, arrivals.get(i.number, {})) for i in concerned]
        count = sum(len(i.entry.arguments) * len(table) for i, table in zip(concerned, tables, strict=True))
        self._table = np.zeros(sum(map(len, tables)), layout.CONNECTION)
        self._table["seed"]["bands"] = self._table["delays"] = EMPTY
        self._rows = layout.rows(count, self._width)
        self._late = layout.rows(sum(map(len, arrivals.values())), self._width)
        late = iter(self._late)
        self._starts = []
        described.table["connections"] = described.table["connection_count"] = 0
        at = row = 0
        for instance, table in zip(concerned, tables, strict=True):
            arguments, weight = instance.entry.arguments, instance.entry.weight
            described.row(instance)["connections"] = layout.address(self._table[at:])
            described.row(instance)["connection_count"] = len(table)
            for place, seed in table:
                self._table[at]["address"] = place
                if arguments:
                    self._table[at]["rows"] = layout.address(self._rows[row:])
                if seed is not None:
                    self._table[at]["seed"]["bands"] = seed[0].address(seed[1])
                    if weight in arguments:
                        self._starts.append((row + arguments.index(weight), seed[0].entries(seed[1])))
                if (arrival := arrivals.get(instance.number, {}).get(place)) is not None:
                    self._table[at]["train"], self._table[at]["delay"] = arrival.train, arrival.delay
                    self._table[at]["delays"], self._table[at]["late"] = arrival.delays, layout.address(next(late))
                at, row = at + 1, row + len(arguments)
        self.reset()

    @property
    def rows(self) -> NDArray[np.float64]:
        """What is kept of derivatives between events."""
        return self._rows

    def restart(self) -> None:
        """As :meth:`reset`, and the spikes that come next are looked for among all that are kept."""
        self.reset()
        self._table["next"] = 0

    def reset(self) -> None:
        """Nothing that is kept depends on theta, but for weights, along their own directions."""
        self._rows[:] = 0
        for number, seed in self._starts:
            self._rows[number, seed.directions] = seed.numbers


def _connections(
    instance: Instance, netcons: NetCons, address: Callable[[Any], float], arriving: Iterable[int]
) -> list[tuple[int, Seed | None]]:
    """Addresses and seeds: of the NetCons whose weight is seeded, and of all of them if they keep derivatives."""
    found: dict[int, Seed | None] = dict.fromkeys(arriving)
    if instance.entry.arguments:
        found[_SELF] = None
        found |= {int(address(netcon._ref_weight[0])): None for netcon in netcons.onto(instance.point)}
    found |= {int(address(netcon._ref_weight[0])): (seeds, row) for netcon, seeds, row in instance.weights}
    return sorted(found.items(), key=lambda item: item[0])
