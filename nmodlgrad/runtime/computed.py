"""Variables that are computed anew in each step, by BREAKPOINT or by NEURON: rows for those that are recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime import layout
from nmodlgrad.runtime.places import key_of

if TYPE_CHECKING:
    from nmodlgrad.runtime.instances import Instance, InstanceTable


class Computed:
    """The variables of a cell, their rows, and the records from which the rows follow (``ng_Observed``)."""

    def __init__(self, width: int) -> None:
        self.variables: list[tuple[Instance, str]] = []
        self._width = width
        self._records: dict[Instance, NDArray[np.float64]] = {}
        self._rows, self.table = layout.rows(1, width), np.zeros(1, layout.OBSERVED)

    def add(self, instance: Instance, name: str) -> None:
        """Let a variable have a row, from the next finitialize on."""
        if (instance, name) not in self.variables:
            self.variables.append((instance, name))

    def describe(self, described: InstanceTable, node: Callable[[Any], int]) -> None:
        """A run begins; the instances have been described."""
        count = max(len(self.variables), 1)
        self._rows, self.table = layout.rows(count, self._width), np.zeros(count, layout.OBSERVED)
        instances = dict.fromkeys(instance for instance, _ in self.variables)
        self._records = {i: np.zeros((len(i.entry.observables), i.entry.record_length)) for i in instances}
        for instance, record in self._records.items():
            described.row(instance)["observed_record"] = layout.address(record)
        for number, (instance, name) in enumerate(self.variables):
            slot, place = self.table[number], instance.entry.observables.index(name)
            slot["node"], slot["row"] = node(instance.segment), layout.address(self._rows[number])
            slot["contribution"]["instance"] = described.address(instance)
            slot["contribution"]["record"] = layout.address(self._records[instance][place])

    def row_of(self, instance: Instance, name: str) -> int:
        """Where the row of a variable lies."""
        return layout.address(self._rows[self.variables.index((instance, name))])


class Charging:
    """The capacitive currents of a cell that are recorded, and their rows (``ng_Charging``)."""

    def __init__(self, width: int) -> None:
        self.segments: dict[tuple[Any, ...], Any] = {}
        self._width = width
        self._rows, self.table = layout.rows(1, width), np.zeros(1, layout.CHARGING)

    def add(self, segment: Any) -> None:
        """Let the current of a segment have a row, from the next finitialize on."""
        self.segments.setdefault(key_of("", segment), segment)

    def describe(self, node: Callable[[Any], int]) -> None:
        """A run begins: NEURON sets these currents to zero."""
        count = max(len(self.segments), 1)
        self._rows, self.table = layout.rows(count, self._width), np.zeros(count, layout.CHARGING)
        for number, segment in enumerate(self.segments.values()):
            self.table[number]["node"] = node(segment)
            self.table[number]["row"] = layout.address(self._rows[number])

    def row_of(self, segment: Any) -> int:
        """Where the row of a segment's current lies."""
        return layout.address(self._rows[list(self.segments).index(key_of("", segment))])
