"""Seeds: d parameter / d theta for every instance of a cell, in every direction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime.bands import Bands, Entries
from nmodlgrad.runtime.geometry import Shaping
from nmodlgrad.runtime.instances import Instance
from nmodlgrad.runtime.ions import starts_from_global
from nmodlgrad.runtime.places import root_of
from nmodlgrad.runtime.registry import Entry, SeedParameter
from nmodlgrad.runtime.stimulus import Played
from nmodlgrad.runtime.swap import Shadow, SwappedPoint
from nmodlgrad.runtime.values import Moved, Values


@dataclass(frozen=True, eq=False)
class Seeded:
    """A parameter of a mechanism that directions move, in a cell.

    Attributes
    ----------
    slot
        its number among the parameters of the mechanism
    instances
        numbers of the instances in which it is moved, shape (places,)
    seeds
        rows, of which `rows` has the number for each of these instances
    """

    entry: Entry
    slot: int
    instances: NDArray[np.int64]
    seeds: Bands
    rows: NDArray[np.int64]

    @property
    def name(self) -> str:
        """Of the parameter."""
        return self.entry.parameters[self.slot].name


class Seeds:
    """What all directions do, found for the instances of a cell."""

    def __init__(self, moved: Moved, points: Sequence[SwappedPoint | Shadow]) -> None:
        """`points` are point processes that something else works for: that has the seeds."""
        self._moved, self.directions = moved, moved.directions
        self._replaced = {point.augmented.hname(): point.original for point in points}
        self._weights: dict[str, list[tuple[Any, str, Bands, int]]] = {}  # by the point process that a NetCon acts on
        for values in moved.of_kind("weight"):
            for row, netcon in enumerate(values.places):
                self._weights.setdefault(netcon.syn().hname(), []).append(
                    (netcon, values.target.parameter, values.seeds, row)
                )

    @property
    def start(self) -> NDArray[np.float64]:
        """The seeds of the voltage that finitialize starts from: shape (directions,)."""
        values = self._moved.get(("v_init", "", "v_init"))
        return (
            np.zeros(self._moved.directions)
            if values is None
            else values.seeds.entries(0).dense(self._moved.directions)
        )

    def shape(self, root: Any) -> list[Shaping]:
        """What directions move of the shape of a cell."""
        return [
            Shaping(values.target.parameter, segment, values.seeds.entries(row), values.target.read)
            for values in self._moved.of_kind("geometry")
            for row, segment in enumerate(values.places)
            if root_of(segment.sec) == root
        ]

    def moves(self, ion: str) -> bool:
        """Whether a concentration of an ion is a parameter somewhere, or the temperature, on which e depends."""
        kinds = ("concentration", "starting concentration")
        return ("celsius", "", "celsius") in self._moved or any(
            (kind, "", name) in self._moved for kind in kinds for name in (f"{ion}i", f"{ion}o")
        )

    def concentrations(self, segment: Any, ion: str) -> dict[str, Entries]:
        """The seeds of those concentrations of an ion that are parameters in a segment, by name, and of celsius."""
        found: dict[str, Entries | None] = {}
        for name in (f"{ion}i", f"{ion}o"):
            starting = self._moved.get(("starting concentration", "", name))
            if starting is not None and starts_from_global(segment.sec, ion):
                found[name] = starting.seeds.entries(0)
            if (own := self._moved.get(("concentration", "", name))) is not None:
                found[name] = own.entries(segment) or found.get(name)
        if (temperature := self._moved.get(("celsius", "", "celsius"))) is not None:
            found["celsius"] = temperature.seeds.entries(0)
        return {name: entries for name, entries in found.items() if entries is not None}

    def played(self, point: Any) -> dict[str, dict[int, Played]]:
        """The stimuli that are played into a point process and are parameters, by parameter and direction."""
        own = self._original(point)
        found: dict[str, dict[int, Played]] = {}
        for values in self._moved.of_kind("played"):
            for row, stimulus in enumerate(values.places):
                if stimulus.point.hname() == own.hname():
                    entries = values.seeds.entries(row)
                    seeds = zip(entries.directions.tolist(), entries.numbers.tolist(), strict=True)
                    stimuli = found.setdefault(values.target.parameter, {})
                    stimuli |= {direction: Played(stimulus, seed) for direction, seed in seeds}
        return found

    def weights(self, point: Any) -> tuple[tuple[Any, str, Bands, int], ...]:
        """The NetCons of a point process whose weights are seeded, which argument, and where their rows are."""
        return tuple(self._weights.get(point.hname(), ()))

    def seeded(self, instances: Sequence[Instance]) -> list[Seeded]:
        """What is moved of each mechanism among these instances."""
        of_entry: dict[str, list[Instance]] = {}
        for instance in instances:
            of_entry.setdefault(instance.entry.name, []).append(instance)
        return [found for group in of_entry.values() for found in self._of(group)]

    def _of(self, group: Sequence[Instance]) -> Iterator[Seeded]:
        """What is moved of the instances of one mechanism."""
        entry, numbers = group[0].entry, np.array([instance.number for instance in group])
        for slot, parameter in enumerate(entry.parameters):
            values, places = self._values(entry, parameter), self._places(entry, parameter, group)
            if values is not None:
                rows = values.rows(places)
                plain = rows >= 0
                if entry.point_process:
                    plain &= [parameter.name not in instance.played for instance in group]
                if plain.any():
                    yield Seeded(entry, slot, numbers[plain], values.seeds, rows[plain])
            for instance in (instance for instance in group if parameter.name in instance.played):
                yield self._renewed(instance, slot, values)

    def _renewed(self, instance: Instance, slot: int, values: Values | None) -> Seeded:
        """A parameter with seeds that the cable renews in each step: rows of its own."""
        played = instance.played[instance.entry.parameters[slot].name]
        directions = np.array(sorted(played), np.int64)
        entries = [Entries(directions, np.array([played[k].seed for k in directions.tolist()]))]
        own = values.entries(self._original(instance.point)) if values is not None else None
        if own is not None:
            others = ~np.isin(own.directions, directions)
            entries.append(Entries(own.directions[others], own.numbers[others]))
        rows = Bands.of([Entries.summed(entries)])
        return Seeded(instance.entry, slot, np.array([instance.number]), rows, np.zeros(1, np.int64))

    def _values(self, entry: Entry, parameter: SeedParameter) -> Values | None:
        match parameter.scope:
            case "range":
                return self._moved.get(("point" if entry.point_process else "range", entry.original, parameter.name))
            case "global":
                return self._moved.get(("global", entry.original, parameter.name))
            case "ion" | "celsius":
                return self._moved.get((parameter.scope, "", parameter.name))
            case _:
                return None

    def _places(self, entry: Entry, parameter: SeedParameter, group: Iterable[Instance]) -> Iterator[Any]:
        match parameter.scope:
            case "range" if entry.point_process:
                return (self._original(instance.point) for instance in group)
            case "range" | "ion":
                return (instance.segment for instance in group)
            case _:
                return (None for _ in group)

    def _original(self, point: Any) -> Any:
        """What a point process works for: itself, if not for another."""
        return self._replaced.get(point.hname(), point)
