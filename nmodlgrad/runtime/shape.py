"""What directions move of the shape of one cell: in its equations, and in what mechanisms read of their segments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import numpy as np

from nmodlgrad.runtime import geometry, layout
from nmodlgrad.runtime.bands import Bands
from nmodlgrad.runtime.errors import CannotCarry
from nmodlgrad.runtime.geometry import Shaping
from nmodlgrad.runtime.injection import injected
from nmodlgrad.runtime.instances import Instance, InstanceTable
from nmodlgrad.runtime.natives import Natives
from nmodlgrad.runtime.places import place


class Shape:
    """What is moved, and the tables of it that are described anew at every finitialize.

    Attributes
    ----------
    moved
        the values of this cell that directions move
    shaped, first_shaped
        what directions do to fluxes (``ng_Shaped``), sorted by node, and the first of each node and one past the last
    injected
        the currents of point processes at nodes whose area moves (``ng_Injected``)
    """

    def __init__(self, moved: Sequence[Shaping]) -> None:
        self.moved = moved
        self._reshaped: dict[Any, frozenset[str]] = {}
        for segment, names in geometry.reshaped(moved):
            self._reshaped[place(segment)] = self._reshaped.get(place(segment), names) | names
        self.shaped, self.first_shaped = np.zeros(0, layout.SHAPED), np.zeros(0, np.int64)
        self.injected = np.zeros(0, layout.INJECTED)

    @property
    def is_rigid(self) -> bool:
        """Whether what directions do holds only while diam, L and Ra stay."""
        return any(one.name != "cm" for one in self.moved)

    @property
    def resized(self) -> Collection[Any]:
        """The places of segments whose area moves."""
        return self._reshaped.keys()

    def moves(self, kind: str, name: str, segment: Any) -> bool:
        """Whether what a POINTER reads is cm or diam, and a direction moves it."""
        if kind == "morphology":
            return bool(self.reshaped(segment, {name}))
        moved = {(one.name, place(one.segment)) for one in self.moved}
        return kind == "capacitance" and (name, place(segment)) in moved

    def reshaped(self, segment: Any, names: Collection[str]) -> list[str]:
        """Which of diam and area directions move in a segment."""
        return sorted(self._reshaped.get(place(segment), frozenset()).intersection(names))

    def points(self) -> list[Any]:
        """The point processes at nodes whose area moves."""
        return [point for section, x in self._reshaped for point in section(x).point_processes()]

    def is_read_by(self, instance: Instance) -> bool:
        """Whether a direction moves what a mechanism reads of its segment."""
        scopes = (parameter.scope for parameter in instance.entry.parameters)
        return bool(self._reshaped) and "geometry" in scopes and place(instance.segment) in self._reshaped

    def check(self, instances: Iterable[Instance]) -> None:
        """What is at the nodes whose area moves can be carried.

        Raises
        ------
        CannotCarry
            when it can not.
        """
        geometry.check(self.moved)
        for instance in instances:
            entry = instance.entry
            carried = {parameter.name for parameter in entry.parameters if parameter.scope == "geometry"}
            for name in self.reshaped(instance.segment, set(entry.geometry) - carried):
                reason = entry.excluded.get(name, "in C code, or it was translated with --wrt without it")
                raise CannotCarry(
                    f"{entry.original} in {instance.segment} reads {name}, which a parameter moves: that is not "
                    f"carried there ({reason})"
                )

    def sow(self, instances: Iterable[Instance], table: InstanceTable) -> None:
        """The seeds of what mechanisms read of their segments."""
        reading = [instance for instance in instances if self.is_read_by(instance)]
        rows = geometry.seeds(self.moved) if reading else {}
        numbers = {key: number for number, key in enumerate(rows)}
        self._seeds = Bands.of(rows.values())
        for instance in reading:
            for slot, parameter in zip(table.slots(instance), instance.entry.parameters, strict=True):
                key = place(instance.segment), parameter.name
                if parameter.scope == "geometry" and key in numbers:
                    slot["bands"] = self._seeds.address(numbers[key])

    def describe(self, sections: Iterable[Any], node: Callable[[Any], int], nodes: int) -> None:
        """What directions do to fluxes; there are so many nodes."""
        geometry.check(self.moved)
        self.shaped, self.first_shaped = geometry.shaped(self.moved, sections, node, nodes)

    def describe_injected(
        self,
        instances: Iterable[Instance],
        pair: Callable[[Instance], int],
        natives: Natives,
        node: Callable[[Any], int],
        address: Callable[[Any], float],
    ) -> None:
        """The currents of point processes; see `injection.injected`."""
        points = self.points()
        by_point = {i.point.hname(): i for i in instances if i.point is not None} if points else {}
        self.injected = injected(points, by_point, pair, natives, node, address)
