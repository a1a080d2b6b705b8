"""The NetCons of a cell's synapses: seeds of their weights, rows for what NET_RECEIVE keeps in them between events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from nmodlgrad.runtime import layout
from nmodlgrad.runtime.bands import EMPTY, Bands, Entries
from nmodlgrad.runtime.instances import Instance, InstanceTable
from nmodlgrad.runtime.spikes import Arrival

Seed = tuple[Bands, int]  # a row of bands
_SELF = 0  # the address that events without a NetCon have: those that INITIAL or WATCH sends


class Connections:
    """A table for each instance, sorted by address (``ng_Connection``), described anew at every finitialize."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._table = np.zeros(0, layout.CONNECTION)
        self._rows, self._late, self._moments = (layout.rows(0, width) for _ in range(3))
        self._starts: list[tuple[int, Entries]] = []  # rows that start as a weight's seed

    def describe(
        self,
        instances: Iterable[Instance],
        described: InstanceTable,
        address: Callable[[Any], float],
        arrivals: Mapping[int, Mapping[int, Arrival]],
    ) -> None:
        """Find every NetCon that matters, and tell the instances.

        `arrivals` are those by which events come whose times depend on theta, by instance and address.
        """
        concerned = [i for i in instances if i.entry.arguments or i.weights or i.number in arrivals]
        keeping = [i for i in concerned if i.entry.kept_arguments and i.number in arrivals]
        onto = _by_target() if keeping or any(instance.entry.arguments for instance in concerned) else {}
        tables = [
            _connections(i, onto if i.entry.arguments or i in keeping else None, address, arrivals.get(i.number, {}))
            for i in concerned
        ]
        count = sum(len(i.entry.arguments) * len(table) for i, table in zip(concerned, tables, strict=True))
        self._table = np.zeros(sum(map(len, tables)), layout.CONNECTION)
        self._table["seed"]["bands"] = self._table["delays"] = EMPTY
        self._rows = layout.rows(count, self._width)
        self._late = layout.rows(sum(map(len, arrivals.values())), self._width)
        late = iter(self._late)
        kept = [
            len(i.entry.kept_arguments) * len(table) for i, table in zip(concerned, tables, strict=True) if i in keeping
        ]
        self._moments, moment = layout.rows(sum(kept), self._width), 0
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
                if instance in keeping:
                    self._table[at]["moments"] = layout.address(self._moments[moment:])
                    moment += len(instance.entry.kept_arguments)
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

    def reset(self) -> None:
        """Nothing that is kept depends on theta, but for weights, along their own directions."""
        self._rows[:] = self._moments[:] = 0
        for number, seed in self._starts:
            self._rows[number, seed.directions] = seed.numbers


def _connections(
    instance: Instance, onto: dict[str, list[Any]] | None, address: Callable[[Any], float], arriving: Iterable[int]
) -> list[tuple[int, Seed | None]]:
    """Addresses and seeds: of the NetCons whose weight is seeded, and of all of them if they keep derivatives.

    `onto` has all NetCons by the point process that they act on; None where they keep nothing.
    """
    found: dict[int, Seed | None] = dict.fromkeys(arriving)
    if onto is not None:
        found[_SELF] = None
        found |= {int(address(netcon._ref_weight[0])): None for netcon in onto.get(instance.point.hname(), ())}
    found |= {int(address(netcon._ref_weight[0])): (seeds, row) for netcon, seeds, row in instance.weights}
    return sorted(found.items(), key=lambda item: item[0])


def _by_target() -> dict[str, list[Any]]:
    """Every NetCon, by the point process that it acts on."""
    found: dict[str, list[Any]] = {}
    netcons = h.List("NetCon")
    for i in range(int(netcons.count())):
        netcon = netcons.object(i)
        if (target := netcon.syn()) is not None:
            found.setdefault(target.hname(), []).append(netcon)
    return found
