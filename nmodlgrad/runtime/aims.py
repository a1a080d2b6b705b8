"""What POINTERs point at and NetCons act on may be changed during a run: the rows that were found then are others'."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from nmodlgrad.runtime.errors import CannotCarry

if TYPE_CHECKING:
    from nmodlgrad.runtime.cell import Cell
    from nmodlgrad.runtime.instances import Instance
    from nmodlgrad.runtime.pointers import Pointers


class Aims:
    """Whether POINTERs and NetCons with a seeded weight aim at what was found at finitialize.

    They are looked at when results are read, once for each step after which that is done.
    """

    def __init__(self, cells: Sequence[Cell], pointers: Pointers) -> None:
        self._cells, self._pointers = cells, pointers
        self._netcons = [(one[0], i) for cell in cells for i in cell.instances for one in i.weights]
        self._fault = ""
        self._steps = -1  # of the run, after which all was as found

    def describe(self) -> None:
        """A run begins; the POINTERs have been connected.

        Raises
        ------
        CannotCarry
            when a NetCon with a seeded weight acts on something else than when the gradient was attached.
        """
        self._fault, self._steps = "", -1
        for netcon, _ in self._retargeted():
            self._fault = (
                f"{netcon}, whose weight is a parameter, got another target after the Sensitivity was made: "
                "close() it and make a new one"
            )
            raise CannotCarry(self._fault)

    def check(self) -> None:
        """Everything still aims at what it did.

        Raises
        ------
        CannotCarry
            when something does not, or did not when this was asked before in the same run.
        """
        self._look()
        if self._fault:
            raise CannotCarry(self._fault)

    def close(self) -> None:
        """Look for the last time, while the cells are there."""
        self._look()
        self._cells, self._netcons = (), []
        del self._pointers

    def _look(self) -> None:
        cell = next((cell for cell in self._cells if cell.is_there()), None)
        if self._fault or cell is None or (steps := cell.steps()) == self._steps:
            return
        changed = [*(str(netcon) for netcon, _ in self._retargeted()), *self._pointers.redirected(cell.cable.address)]
        if not changed:
            self._steps = steps
        elif cell.has_changed():
            self._fault = "sections, segments or mechanisms changed: finitialize first"
        else:
            self._fault = f"{', '.join(changed)} got another target after finitialize: finitialize first"

    def _retargeted(self) -> Iterator[tuple[Any, Instance]]:
        return ((netcon, instance) for netcon, instance in self._netcons if netcon.syn() != instance.point)
