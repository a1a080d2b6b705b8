"""Voltages that somebody waits for: a source its threshold, an instance what its WATCH says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nmodlgrad.runtime import layout


class Past:
    """What these voltages and their rows are, and were at the ends of the steps before (``ng_Past``).

    Attributes
    ----------
    table
        one for each node, sorted by it
    rows
        those of their voltages: as many of each as `layout.STEPS_BACK`
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self.describe({})

    def describe(self, segments: Mapping[int, Any]) -> None:
        """Make room for these nodes; a run begins."""
        self._segments = dict(sorted(segments.items()))
        self.table = np.zeros(len(segments), layout.PAST)
        self.rows = layout.rows(layout.STEPS_BACK * len(segments), self._width)
        self.table["node"] = list(self._segments)
        stride = 8 * layout.STEPS_BACK * self._width
        self.table["rows"] = layout.address(self.rows) + stride * np.arange(len(segments))

    def address(self, node: int) -> int:
        """Where that of a node is."""
        return layout.address(self.table[int(np.searchsorted(self.table["node"], node)) :])

    def latest(self, address: int) -> float:
        """The latest voltage of one, in mV."""
        return float(self.table["volts"][(address - layout.address(self.table)) // layout.PAST.itemsize][0])

    def restart(self) -> None:
        """There was nothing before now."""
        self.rows[:] = 0
        for one, segment in zip(self.table, self._segments.values(), strict=True):
            one["volts"] = segment.v
