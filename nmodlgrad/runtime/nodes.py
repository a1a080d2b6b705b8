"""The nodes of one cell, numbered as its rows are: in NEURON's order, parents before children."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nmodlgrad.runtime import layout
from nmodlgrad.runtime.bands import distinct
from nmodlgrad.runtime.errors import CannotCarry


class Nodes:
    """What the cable knows of each node (see ``ng_Plan``), shape (nodes,).

    Attributes
    ----------
    index
        its number in the thread, ascending
    parent, capacitor, cm, v
        the node's parent, its instance of capacitance, cm and the voltage: found by the cable
    names
        addresses of texts
    """

    def __init__(self, sections: Sequence[Any], count: int) -> None:
        self._sections = sections
        self.index, self.parent = np.zeros(count, np.intc), np.zeros(count, np.intc)
        self.capacitor, self.cm, self.v = np.full(count, -1, np.intc), np.zeros(count), np.full(count, np.nan)
        self.names = np.zeros(count, np.uint64)

    def __len__(self) -> int:
        return len(self.index)

    def find(self) -> None:
        """NEURON's structure is new: the nodes have other numbers in the thread."""
        indices = np.fromiter((place.node_index() for place in self._points()), np.int64)
        self.index[:] = distinct(indices)
        self._texts = layout.Texts(map(str, self._points()))
        self.names[np.searchsorted(self.index, indices)] = self._texts.addresses

    def _points(self) -> Iterator[Any]:
        """The nodes, as segments and the ends of sections; an end that is that of several is there several times."""
        return (place for section in self._sections for place in (section(0), section(1), *section))

    def row(self, segment: Any) -> int:
        """The number of a segment's node.

        Raises
        ------
        CannotCarry
            for a segment of another cell.
        """
        number = segment.node_index()
        row = int(np.searchsorted(self.index, number))
        if row >= len(self.index) or self.index[row] != number:
            raise CannotCarry(f"{segment} belongs to no cell that this Sensitivity carries")
        return row
