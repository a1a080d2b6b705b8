"""What belongs to one cell: it must stay as it was when the gradient was attached."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from nmodlgrad.runtime import registry
from nmodlgrad.runtime.errors import CannotCarry
from nmodlgrad.runtime.instances import Instance, present
from nmodlgrad.runtime.places import key_of, place, sections_of
from nmodlgrad.runtime.registry import Entry


class Members:
    """The sections of a cell, and how many segments each has.

    Attributes
    ----------
    sections
        those of the cell
    node_count
        how many nodes NEURON makes of them
    """

    def __init__(self, root: Any) -> None:
        self._root = root
        self._segments = self._segments_now()
        self.sections = [section for section, _ in self._segments]
        self.node_count = 1 + sum(
            nseg + 1 for _, nseg in self._segments
        )  # each has one at its far end, the root at both

    def check(self, instances: Sequence[Instance]) -> None:
        """The cell has the sections, segments and mechanisms that it had; `instances` are those that are carried.

        Raises
        ------
        CannotCarry
            when it has not.
        """
        self._check_sections()
        self._check_instances(instances)

    def _segments_now(self) -> list[tuple[Any, int]]:
        return [(section, int(section.nseg)) for section in sections_of(self._root)]

    def _check_sections(self) -> None:
        if (now := self._segments_now()) != self._segments:
            differing = {str(section) for section, _ in set(now) ^ set(self._segments)}
            changed = ", ".join(sorted(differing)) or "the order of its sections"
            raise CannotCarry(
                f"the cell of {self._root} changed after the gradient was attached ({changed}): "
                "close() the Sensitivity and make a new one"
            )

    def _check_instances(self, instances: Sequence[Instance]) -> None:
        """Those that are there are those that are carried: none came, went or was moved."""
        there = present(self.sections, registry.entries())
        known = ((i.entry, i.segment, i.point) for i in instances)
        if all(now and then and _key(*now) == _key(*then) for now, then in zip_longest(there, known)):
            return  # as nearly always: no table of them all is needed
        carried = {_key(i.entry, i.segment, i.point): i for i in instances}
        for entry, segment, point in present(self.sections, registry.entries()):
            if carried.pop(_key(entry, segment, point), None) is None:
                raise CannotCarry(
                    f"{segment} got {point or entry.original} after the Sensitivity was made: "
                    "close() it and make a new one"
                )
        for gone in carried.values():
            raise CannotCarry(
                f"{gone.point or gone.entry.original} was removed from {gone.segment} while a gradient is carried"
            )


def _key(entry: Entry, segment: Any, point: Any) -> tuple[Any, ...]:
    """Equal for what is the same instance at the same place."""
    return place(segment), key_of(entry.name, segment, point)
