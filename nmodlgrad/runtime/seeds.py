"""Seeds: d parameter / d theta for every instance, in every direction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime import registry
from nmodlgrad.runtime.cell import place
from nmodlgrad.runtime.geometry import OF_SECTIONS, Moved
from nmodlgrad.runtime.ions import starts_from_global
from nmodlgrad.runtime.stimulus import Played
from nmodlgrad.runtime.swap import Shadow, SwappedPoint
from nmodlgrad.runtime.target import Target


class Seeds:
    """Seed rows by instance: d parameter / d theta in every direction."""

    def __init__(self, rows: Sequence[Sequence[Target]], points: Sequence[SwappedPoint | Shadow]) -> None:
        self._rows: dict[tuple[Any, ...], NDArray[np.float64]] = {}
        self._played: dict[tuple[Any, ...], dict[int, Played]] = {}
        self._count = len(rows)
        self._replaced = {point.augmented.hname(): point.original for point in points}
        for k, row in enumerate(rows):
            for target in row:
                key = identity(target)
                if target.kind == "played":
                    key = "point", target.point.hname(), target.parameter
                    self._played.setdefault(key, {})[k] = Played(target.place, target.seed)
                seed = self._rows.setdefault(key, np.zeros(self._count))
                seed[k] += target.seed
        self.moved = [Moved(t.parameter, t.place, self._rows[key]) for key, t in _geometry(rows).items()]
        self._netcons = [t.place for row in rows for t in row if t.kind == "weight"]

    @property
    def start(self) -> NDArray[np.float64]:
        """The seed row of the voltage that finitialize starts from: shape (directions,)."""
        return self._rows.get(("v_init",), np.zeros(self._count))

    def concentrations(self, segment: Any) -> dict[str, NDArray[np.float64]]:
        """The seed rows of the concentrations that are parameters in a segment, by name, and that of celsius."""
        found = {}
        for key, row in self._rows.items():
            match key:
                case ("concentration", where, name) if where == place(segment):
                    found[name] = row
                case ("celsius", name):
                    found[name] = row
                case ("starting concentration", name) if starts_from_global(segment.sec, name[:-1]):
                    found[name] = row
        return found

    def rows(self, entry: registry.Entry, segment: Any, point: Any = None) -> dict[str, NDArray[np.float64]]:
        """The seed rows of an instance, by parameter; what is missing is zero."""
        if point is None:
            own: tuple[Any, ...] = ("range", entry.original, place(segment))
        else:
            own = ("point", self._replaced.get(point.hname(), point).hname())
        keys = {"range": own, "ion": ("ion", place(segment)), "global": ("global", entry.original)}
        keys["celsius"] = ("celsius",)
        found = {p.name: self._rows.get((*keys[p.scope], p.name)) for p in entry.parameters if p.scope in keys}
        return {name: row for name, row in found.items() if row is not None}

    def played(self, point: Any) -> dict[str, dict[int, Played]]:
        """The stimuli that are played into a point process and are parameters, by parameter and direction."""
        own = self._replaced.get(point.hname(), point).hname()
        return {key[2]: stimuli for key, stimuli in self._played.items() if key[1] == own}

    def weights(self, point: Any) -> list[tuple[Any, NDArray[np.float64]]]:
        """The NetCons of a point process whose weights are seeded, with their rows."""
        return [(n, self._rows["weight", n.hname(), "weight"]) for n in self._netcons if n.syn() == point]


def _geometry(rows: Sequence[Sequence[Target]]) -> dict[tuple[Any, ...], Target]:
    return {identity(target): target for row in rows for target in row if target.kind == "geometry"}


def identity(target: Target) -> tuple[Any, ...]:
    """Equal for targets that are the same value of the model."""
    original = target.entry.original if target.entry is not None else ""
    match target.kind:
        case "range":
            return "range", original, place(target.place), target.parameter
        case "ion":
            return "ion", place(target.place), target.parameter
        case "geometry":
            where = target.place.sec if target.parameter in OF_SECTIONS else place(target.place)
            return "geometry", where, target.parameter
        case "point":
            return "point", target.place.hname(), target.parameter
        case "played":
            return "played", target.place.vector.hname()
        case "weight":
            return "weight", target.place.hname(), "weight"
        case "concentration":
            return "concentration", place(target.place), target.parameter
        case "starting concentration":
            return "starting concentration", target.parameter
        case "v_init":
            return ("v_init",)
        case "celsius":
            return "celsius", "celsius"
        case _:
            return "global", original, target.parameter
