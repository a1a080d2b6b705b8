"""The NetCons of a cell's synapses: seeds of their weights, rows for what NET_RECEIVE keeps in them between events."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime import layout
from nmodlgrad.runtime.bands import EMPTY, Bands, Entries
from nmodlgrad.runtime.instances import Instance, InstanceTable
from nmodlgrad.runtime.netcons import NetCons
from nmodlgrad.runtime.spikes import Arrival

Given = Mapping[str, tuple[Bands, int]]  # rows of bands, by the arguments that they are the seeds of
_SELF = 0  # the address that events without a NetCon have: those that INITIAL or WATCH sends


class Connections:
    """A table for each instance, sorted by address (``ng_Connection``), described anew at every finitialize."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._table, self._seeds = np.zeros(0, layout.CONNECTION), np.zeros(0, layout.SEED)
        self._rows, self._late, self._moments = (layout.rows(0, width) for _ in range(3))
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
        keeping = [i for i in concerned if i.entry.kept_arguments and i.number in arrivals]
        tables = [
            _connections(i, netcons if i.entry.arguments or i in keeping else None, address, arrivals.get(i.number, {}))
            for i in concerned
        ]
        count = sum(len(i.entry.arguments) * len(table) for i, table in zip(concerned, tables, strict=True))
        self._table = np.zeros(sum(map(len, tables)), layout.CONNECTION)
        self._table["delays"] = EMPTY
        places = sum(len(i.entry.weights) * len(table) for i, table in zip(concerned, tables, strict=True))
        self._seeds = np.zeros(places, layout.SEED)
        self._seeds["bands"] = EMPTY
        seeds = iter(range(places))
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
            arguments = instance.entry.arguments
            described.row(instance)["connections"] = layout.address(self._table[at:])
            described.row(instance)["connection_count"] = len(table)
            for place, given in table:
                self._table[at]["address"] = place
                if arguments:
                    self._table[at]["rows"] = layout.address(self._rows[row:])
                if instance in keeping:
                    self._table[at]["moments"] = layout.address(self._moments[moment:])
                    moment += len(instance.entry.kept_arguments)
                for number, weight in enumerate(instance.entry.weights):
                    slot = next(seeds)
                    if not number:
                        self._table[at]["seeds"] = layout.address(self._seeds[slot:])
                    if weight not in given:
                        continue
                    bands, which = given[weight]
                    self._seeds[slot]["bands"] = bands.address(which)
                    if weight in arguments:
                        self._starts.append((row + arguments.index(weight), bands.entries(which)))
                if (arrival := arrivals.get(instance.number, {}).get(place)) is not None:
                    self._table[at]["train"], self._table[at]["delay"] = arrival.train, arrival.delay
                    self._table[at]["delays"], self._table[at]["late"] = arrival.delays, layout.address(next(late))
                at, row = at + 1, row + len(arguments)
        self.reset()
        self._note_delays()

    def memory(self) -> list[NDArray[np.float64]]:
        """What is kept of derivatives between events."""
        return [self._rows, self._moments]

    def restart(self) -> None:
        """As :meth:`reset`, and the spikes that come next are looked for among all that are kept."""
        self.reset()
        self._table["next"] = 0
        self._note_delays()

    def _note_delays(self) -> None:
        """Those that spikes are sent with from now on."""
        for number in np.flatnonzero(self._table["delay"]):
            delay = ctypes.c_double.from_address(int(self._table[number]["delay"]))
            self._table[number]["delay_then"] = delay.value

    def reset(self) -> None:
        """Nothing that is kept depends on theta, but for weights, along their own directions."""
        self._rows[:] = self._moments[:] = 0
        for number, seed in self._starts:
            self._rows[number, seed.directions] = seed.numbers


def _connections(
    instance: Instance, netcons: NetCons | None, address: Callable[[Any], float], arriving: Iterable[int]
) -> list[tuple[int, Given]]:
    """Addresses and seeds: of the NetCons whose weights are seeded, and of all of them if they keep derivatives.

    `netcons` is None where they keep nothing.
    """
    found: dict[int, dict[str, tuple[Bands, int]]] = {place: {} for place in arriving}
    if netcons is not None:
        found[_SELF] = {}
        found |= {int(address(netcon._ref_weight[0])): {} for netcon in netcons.onto(instance.point)}
    for netcon, name, seeds, row in instance.weights:
        found.setdefault(int(address(netcon._ref_weight[0])), {})[name] = seeds, row
    return sorted(found.items(), key=lambda item: item[0])
