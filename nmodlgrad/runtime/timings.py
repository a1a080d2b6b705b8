"""What instances need at events whose times depend on theta."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from nmodlgrad.runtime import layout
from nmodlgrad.runtime.instances import Instance, InstanceTable
from nmodlgrad.runtime.past import Past

_UNDERWAY = 64  # events that an instance may have sent itself at a time
LATER_MS = 1e-6  # NEURON's times of events are rounded


class Timings:
    """A table of the instances that such events reach (``ng_Timing``), described anew at every finitialize.

    Attributes
    ----------
    rises
        mV/ms at each node in the latest step; empty where nothing is reached
    later
        what voltages of nodes get when a step is done (``ng_Later``)
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self.rises, self.later = np.zeros(0), np.zeros(0, layout.LATER)
        self._moments, self._rows, self._rest = (layout.rows(0, width) for _ in range(3))

    def describe(
        self,
        reached: Sequence[Instance],
        described: InstanceTable,
        node: Callable[[Any], int],
        cm: NDArray[np.float64],
        past: Past,
    ) -> None:
        """Make room, and tell the instances; `cm` is that of each node."""
        entries, nodes = [instance.entry for instance in reached], [node(instance.segment) for instance in reached]
        flows, moments = [entry.flow_length for entry in entries], [len(entry.moments) for entry in entries]
        self._flows, self._moments = np.zeros(sum(flows)), layout.rows(sum(moments), self._width)
        self.rises = np.full(len(cm) if reached else 0, np.nan)  # not known before the first step
        self._describe_later(sorted({*nodes}))
        own = [entry.watches or entry.sends or bool(entry.passed_by) for entry in entries]
        rooms = [_UNDERWAY * entry.sends for entry in entries]
        self._dues, self._rows = np.zeros(2 * sum(rooms)), layout.rows(sum(rooms), self._width)
        self._own = layout.rows(sum(own), self._width)
        self._table = table = np.zeros(len(reached), layout.TIMING)
        table["flow"] = layout.address(self._flows) + 8 * layout.starts(flows)
        table["cm"] = layout.address(cm) + 8 * np.array(nodes, np.int64)
        table["rise"] = layout.address(self.rises) + 8 * np.array(nodes, np.int64)
        at_node = np.searchsorted(self.later["node"], nodes)
        table["later"] = layout.address(self.later) + layout.LATER.itemsize * at_node
        table["moments"] = layout.address(self._moments) + 8 * self._width * layout.starts(moments)
        table["row"] = layout.address(self._own) + 8 * self._width * layout.starts(own)
        table["dues"] = layout.address(self._dues) + 16 * layout.starts(rooms)
        table["rows"] = layout.address(self._rows) + 8 * self._width * layout.starts(rooms)
        table["room"], table["tolerance"] = rooms, h.dt / 2 + LATER_MS
        for number, instance in enumerate(reached):
            if instance.entry.watches:
                table[number]["past"] = past.address(nodes[number])
            described.row(instance)["timing"] = layout.address(table[number:])

    def _describe_later(self, nodes: Sequence[int]) -> None:
        self.later, self._rest = np.zeros(len(nodes), layout.LATER), layout.rows(len(nodes), self._width)
        self.later["node"] = nodes
        self.later["row"] = layout.address(self._rest) + 8 * self._width * np.arange(len(nodes))

    def rest(self, node: int) -> NDArray[np.float64]:
        """What events that have come since the latest step have left for the end of the next one, at a node."""
        return np.asarray(self._rest[self.later["node"] == node].sum(axis=0))

    def memory(self) -> list[NDArray[np.float64]]:
        """What is kept of derivatives between events and of those under way."""
        return [self._moments, self._rows]

    def forget(self) -> None:
        """The times that are kept, and those of events under way, depend on nothing."""
        self._moments[:] = self._rows[:] = self._rest[:] = 0
