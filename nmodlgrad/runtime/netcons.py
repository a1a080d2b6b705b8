"""The NetCons of the model: NEURON tells neither when one comes nor, of a point process, which act on it."""

from __future__ import annotations

from typing import Any

from neuron import h


class NetCons:
    """Those that there are now, by what they act on.

    It holds on to every one of them, so it is made where it is needed and let go. All the Sensitivities of a model
    share one during a finitialize: asking NEURON takes more than a microsecond for each.

    Attributes
    ----------
    all
        in the order in which they were made
    """

    def __init__(self) -> None:
        self.all: list[Any] = list(h.List("NetCon"))
        self._onto: dict[str, list[Any]] = {}
        for netcon in self.all:
            if (target := netcon.syn()) is not None:
                self._onto.setdefault(target.hname(), []).append(netcon)

    def onto(self, point: Any) -> list[Any]:
        """Those that act on a point process."""
        return self._onto.get(point.hname(), [])

    def redirect(self, old: Any, new: Any) -> None:
        """Let those that act on a point process act on another."""
        moved = self._onto.pop(old.hname(), [])
        for netcon in moved:
            netcon.setpost(new)
        self._onto.setdefault(new.hname(), []).extend(moved)
