"""NEURON's own point processes of which no parameter need be moved: their currents follow from the voltage."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from nmodlgrad.runtime import layout
from nmodlgrad.runtime.places import kind_of

CLAMP = "SEClamp"
CONDUCTING = {CLAMP: ("rs", "dur1", "dur2", "dur3"), "AlphaSynapse": ("gmax", "tau", "onset")}
"""Those whose current depends on the voltage, and the parameters that its slope has."""
FOLLOWING = {CLAMP: ("i",), "AlphaSynapse": ("i",)}
"""What follows the voltage."""
STAYING = {CLAMP: ("vc",), "IClamp": ("i",)}
"""What depends on nothing but parameters."""


class Natives:
    """Those of a cell whose currents are recorded or act on what is, and their rows (``ng_Native``)."""

    def __init__(self, width: int) -> None:
        self._recorded: dict[str, Any] = {}
        self._places: dict[str, int] = {}
        self._width = width
        self._rows, self.table = layout.rows(1, width), np.zeros(0, layout.NATIVE)

    def add(self, point: Any) -> None:
        """Let the current of a point process have a row, from the next finitialize on."""
        self._recorded.setdefault(point.hname(), point)

    def describe(self, acting: Iterable[Any], node: Callable[[Any], int], address: Callable[[Any], float]) -> None:
        """A run begins. `acting` are others whose slope is needed."""
        points = self._recorded | {point.hname(): point for point in acting}
        self._places = {name: number for number, name in enumerate(points)}
        self._rows = layout.rows(len(self._recorded) + 1, self._width)
        self.table = np.zeros(len(points), layout.NATIVE)
        for slot, (name, point) in zip(self.table, points.items(), strict=True):
            slot["node"], slot["clamps"] = node(point.get_segment()), kind_of(point) == CLAMP
            for number, parameter in enumerate(CONDUCTING[kind_of(point)]):
                slot["parameters"][number] = int(address(getattr(point, f"_ref_{parameter}")))
            slot["row"] = self.row_of(point) if name in self._recorded else 0

    def row_of(self, point: Any) -> int:
        """Where the row of the current of a point process lies."""
        return layout.address(self._rows[self._places[point.hname()]])

    def row_of_what_stays(self, point: Any) -> int:
        """Where a row lies that stays zero, whatever the point process."""
        return layout.address(self._rows[-1])

    def slope_of(self, point: Any) -> int:
        """Where d current/dv of a point process lies, in uS."""
        return layout.address(self.table[self._places[point.hname()] :]) + layout.offset(layout.NATIVE, "slope")
