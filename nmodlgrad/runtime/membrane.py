"""Membrane currents as NEURON computes them with CVode.use_fast_imem: ``i_membrane_``, in nA, of all mechanisms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from nmodlgrad.runtime import layout
from nmodlgrad.runtime.natives import CLAMP
from nmodlgrad.runtime.places import key_of, kind_of

if TYPE_CHECKING:
    from nmodlgrad.runtime.instances import Instance, InstanceTable


class Membranes:
    """The membrane currents of a cell that are recorded, their rows, and the electrodes that are there."""

    def __init__(self, width: int) -> None:
        self.segments: dict[tuple[Any, ...], Any] = {}
        self._width = width
        self._rows, self.table = layout.rows(0, width), np.zeros(0, layout.MEMBRANE)
        self.electrodes, self.of_node = np.zeros(0, layout.ELECTRODE), np.zeros(0, np.intc)

    def add(self, segment: Any) -> None:
        """Let the current of a segment have a row, from the next finitialize on."""
        self.segments.setdefault(key_of("", segment), segment)

    def clamps(self) -> Iterable[Any]:
        """NEURON's own voltage clamps where a current is recorded."""
        points = (point for segment in self.segments.values() for point in segment.point_processes())
        return [point for point in points if kind_of(point) == CLAMP]

    def describe(
        self,
        instances: Iterable[Instance],
        described: InstanceTable,
        node: Callable[[Any], int],
        nodes: int,
        whole: Callable[[Instance], int],
    ) -> None:
        """A run begins, the instances have been described; `whole` tells where an instance has current and conductance.

        NEURON's own point processes are in that table where their augmented forms take derivatives; these inject
        nothing, so that the conductance is that of the original.
        """
        self._rows, self.table = (
            layout.rows(len(self.segments), self._width),
            np.zeros(len(self.segments), layout.MEMBRANE),
        )
        self.of_node = np.full(nodes, -1, np.intc)
        for number, segment in enumerate(self.segments.values()):
            self.of_node[node(segment)] = number
            self.table[number]["node"], self.table[number]["row"] = node(segment), layout.address(self._rows[number])
        present = [one for one in instances if one.entry.electrode and self._is_recorded(one.segment)]
        self.electrodes = np.zeros(len(present), layout.ELECTRODE)
        for slot, instance in zip(self.electrodes, present, strict=True):
            slot["node"], slot["instance"] = node(instance.segment), described.address(instance)
            slot["whole"] = 0 if instance.entry.shadow else whole(instance)
            slot["linear"] = instance.entry.linear

    def _is_recorded(self, segment: Any) -> bool:
        return key_of("", segment) in self.segments

    def row_of(self, segment: Any) -> int:
        """Where the row of a segment's current lies."""
        return layout.address(self._rows[list(self.segments).index(key_of("", segment))])
