"""What instances need at events whose times depend on theta."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from nmodlgrad.runtime import layout
from nmodlgrad.runtime.instances import Instance, InstanceTable

_UNDERWAY = 64  # events that an instance may have sent itself at a time
LATER_MS = 1e-6  # NEURON's times of events are rounded


class Timings:
    """A table of the instances that such events reach (``ng_Timing``), described anew at every finitialize.

    Attributes
    ----------
    rises
        mV/ms at each node in the latest step, if the jump of an event reads the voltage; else empty
    watched
        the nodes whose voltages WATCH waits for (``ng_Watched``)
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self.rises, self.watched = np.zeros(0), np.zeros(0, layout.WATCHED)
        self._moments, self._rows, self._ends = (layout.rows(0, width) for _ in range(3))

    def describe(
        self, reached: Sequence[Instance], described: InstanceTable, node: Callable[[Any], int], cm: NDArray[np.float64]
    ) -> None:
        """Make room, and tell the instances; `cm` is that of each node."""
        entries, nodes = [instance.entry for instance in reached], [node(instance.segment) for instance in reached]
        flows, moments = [entry.flow_length for entry in entries], [len(entry.moments) for entry in entries]
        self._flows, self._moments = np.zeros(sum(flows)), layout.rows(sum(moments), self._width)
        read = any(entry.jump_reads_voltage for entry in entries)
        self.rises = np.full(len(cm) if read else 0, np.nan)  # not known before the first step
        self._describe_watched(sorted({at for entry, at in zip(entries, nodes, strict=True) if entry.watches}))
        own = [entry.watches or entry.sends or bool(entry.passed_by) for entry in entries]
        rooms = [_UNDERWAY * entry.sends for entry in entries]
        self._dues, self._rows = np.zeros(2 * sum(rooms)), layout.rows(sum(rooms), self._width)
        self._own = layout.rows(sum(own), self._width)
        self._table = table = np.zeros(len(reached), layout.TIMING)
        table["flow"] = layout.address(self._flows) + 8 * layout.starts(flows)
        table["cm"] = layout.address(cm) + 8 * np.array(nodes, np.int64)
        table["rise"] = layout.address(self.rises) + 8 * np.array(nodes, np.int64) if read else 0
        table["moments"] = layout.address(self._moments) + 8 * self._width * layout.starts(moments)
        table["row"] = layout.address(self._own) + 8 * self._width * layout.starts(own)
        table["dues"] = layout.address(self._dues) + 16 * layout.starts(rooms)
        table["rows"] = layout.address(self._rows) + 8 * self._width * layout.starts(rooms)
        table["room"], table["tolerance"] = rooms, h.dt / 2 + LATER_MS
        for number, instance in enumerate(reached):
            if instance.entry.watches:
                place = int(np.searchsorted(self.watched["node"], nodes[number]))
                table[number]["watched"] = layout.address(self.watched[place:])
            described.row(instance)["timing"] = layout.address(table[number:])

    def _describe_watched(self, nodes: Sequence[int]) -> None:
        self.watched, self._ends = np.zeros(len(nodes), layout.WATCHED), layout.rows(2 * len(nodes), self._width)
        self.watched["node"] = nodes
        for number, one in enumerate(self.watched):
            one["row_before"], one["row_now"] = (layout.address(self._ends[2 * number + end]) for end in (0, 1))

    def memory(self) -> list[NDArray[np.float64]]:
        """What is kept of derivatives between events, of those under way, and from one step to the next."""
        return [self._moments, self._rows, self._ends]

    def forget(self) -> None:
        """The times that are kept, and those of events under way, depend on nothing."""
        self._moments[:] = self._rows[:] = 0
