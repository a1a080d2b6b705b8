"""What Sensitivities do before the INITIAL blocks of a finitialize."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakMethod

from neuron import h

from nmodlgrad.runtime.netcons import NetCons

Refresh = Callable[[NetCons], None]  # a method of what may go: NEURON does not hold on to it


class Initialising:
    """One FInitializeHandler for all Sensitivities, made anew with each, behind those that there are."""

    def __init__(self) -> None:
        self._waiting: list[WeakMethod[Refresh]] = []
        self._handler = None

    def add(self, refresh: Refresh) -> None:
        """Call a method in every finitialize, as long as its object is there."""
        self._waiting.append(WeakMethod(refresh))
        self._handler = h.FInitializeHandler(0, self._refresh)

    def remove(self, refresh: Refresh) -> None:
        """Call a method no more."""
        self._waiting = [one for one in self._waiting if one() not in (None, refresh)]
        if not self._waiting:
            self._handler = None

    def _refresh(self) -> None:
        there = [refresh for one in self._waiting if (refresh := one()) is not None]
        netcons = NetCons() if there else None
        for refresh in there:
            assert netcons is not None
            refresh(netcons)


initialising = Initialising()
