"""Where a parameter lives in the running model: how to read it, and how to set it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime.parameter import Parameter
from nmodlgrad.runtime.registry import Entry

OF_SEGMENTS = frozenset({"range", "ion", "geometry", "concentration"})
"""Kinds of parameters whose places are segments; Ra, L and diam_factor have the middle one of their section."""
OF_ALL = frozenset({"global", "v_init", "celsius", "starting concentration"})
"""Kinds of parameters that are one value for many places."""
OF_TIMES = frozenset({"delay", "threshold"})
"""Parameters of NetCons that act through the times of events alone."""
_UNITS = {
    "delay": "ms",
    "threshold": "mV",
    "cm": "uF/cm2",
    "Ra": "ohm cm",
    "diam": "um",
    "diam_factor": "1",
    "L": "um",
    "ion": "mV",
    "v_init": "mV",
    "celsius": "degC",
    "concentration": "mM",
    "starting concentration": "mM",
}

Read = Callable[[Any], float]
Write = Callable[[Any, float], None]


@dataclass(frozen=True, eq=False)
class Target:
    """A parameter in the terms of the original model, at the places where one direction moves it.

    `entry` and `parameter` tell which seed it is. `places` are segments, point processes, NetCons or Stimuli; what is
    one value for many places has None. `read` and `write` access the value at a place, `given` are the sections where
    one without a place acts.
    """

    kind: str  # see finder.py, a function for each
    entry: Entry | None
    parameter: str
    places: tuple[Any, ...]
    read: Read
    write: Write
    given: tuple[Any, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """Equal for what is one parameter of the model, at whatever place."""
        return self.kind, self.entry.original if self.entry is not None else "", self.parameter

    @property
    def sections(self) -> Iterable[Any]:
        """Some sections of every cell in which it acts."""
        if self.kind in OF_ALL:
            return self.given
        return dict.fromkeys(_segment(self.kind, place).sec for place in self.places)

    @property
    def unit(self) -> str:
        """As its mechanism declares it; empty where it does not."""
        if self.entry is None:
            return _UNITS.get(self.parameter) or _UNITS.get(self.kind, "")
        return next((p.unit for p in self.entry.parameters if p.name == self.parameter), "")

    @property
    def identity(self) -> Callable[[Any], Any]:
        """What tells places apart that are no segments."""
        return _IDENTITIES.get(self.kind, _same)

    def seeds(self, parameter: Parameter) -> float | NDArray[np.float64]:
        """D value / d theta, at each place if that is not one number.

        Raises
        ------
        WrongArgument
            as `Parameter.seed`
        """
        if not callable(parameter.scale):
            return parameter.seed(None)
        return np.array([parameter.seed(_segment(self.kind, place)) for place in self.places])

    def without_places(self) -> Target:
        """The same parameter, nowhere."""
        return replace(self, places=(), given=())


def _segment(kind: str, place: Any) -> Any:
    """Where something acts; None for one value that acts in many places."""
    match kind:
        case "point":
            return place.get_segment()
        case "played":
            return place.point.get_segment()
        case "weight" | "delay":
            return place.syn().get_segment()
        case "threshold":
            return place.preseg()
        case _:
            return place


def _same(_: Any) -> None:
    """There is only one."""


_IDENTITIES: Mapping[str, Callable[[Any], Any]] = {
    "point": lambda point: point.hname(),
    **dict.fromkeys(("weight", *OF_TIMES), lambda netcon: netcon.hname()),
    "played": lambda stimulus: stimulus.vector.hname(),
}
