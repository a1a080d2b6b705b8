"""Variables that BREAKPOINT computes anew in each step: rows for those that are recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime import layout

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
