"""The values of the model that directions move, and the seeds: d value / d theta of each, along every direction."""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import compress, groupby
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime.bands import Bands, Column, Entries, distinct, summed
from nmodlgrad.runtime.finder import Finder
from nmodlgrad.runtime.parameter import AnyDirection, parts
from nmodlgrad.runtime.places import Numbering, Objects, Segments, root_of
from nmodlgrad.runtime.target import OF_SEGMENTS, Target

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]

_ROUNDING = 1e-9  # L of a section with 3-d points is their sum


class Values:
    """One parameter wherever directions move it.

    Attributes
    ----------
    target
        what it is, and how it is read and written; its own places are those of one direction only
    base
        the values when this was made: shape (places,)
    seeds
        a row for each of them
    """

    def __init__(
        self, target: Target, numbering: Numbering, added: Sequence[tuple[int, Numbers, slice]], seeds: Floats
    ) -> None:
        """`added` are directions, the numbers of their places, and which of `seeds` are those there, if not one."""
        self.target, self._numbering = target.without_places(), numbering
        arrays = {id(numbers): numbers for _, numbers, _ in added}  # many directions have the same one
        self._numbers = distinct(np.concatenate(list(arrays.values())))
        self.base = np.array([target.read(place) for place in self.places])
        rows = {key: np.searchsorted(self._numbers, numbers) for key, numbers in arrays.items()}
        self.seeds = Bands(
            len(self._numbers), lambda: _columns((k, rows[id(at)], seeds[which]) for k, at, which in added)
        )

    @property
    def places(self) -> Iterator[Any]:
        """Where they are, in the order of the rows."""
        return (self._numbering.place(int(number)) for number in self._numbers)

    def rows(self, places: Iterable[Any]) -> Numbers:
        """The row of each place; -1 for those where the parameter is not moved."""
        numbers = np.fromiter((self._numbering.find(place) for place in places), np.int64)
        at = np.searchsorted(self._numbers, numbers)
        return np.where(np.append(self._numbers, -2)[at] == numbers, at, -1)

    def entries(self, place: Any) -> Entries | None:
        """The seeds at a place; None where the parameter is not moved."""
        row = int(self.rows([place])[0])
        return self.seeds.entries(row) if row >= 0 else None

    def at(self, theta: Floats, moved_by: Collection[int] | None = None) -> Iterator[tuple[Any, float]]:
        """Each place, and the value there for a theta: what the directions do is added one after the other.

        With `moved_by`, the places that one of these directions moves.
        """
        values, wanted = self.base.copy(), np.full(len(self.base), moved_by is None)
        for rows, entries in self.seeds.groups():
            steps = entries.numbers * theta[entries.directions]
            for step in steps[steps != 0].tolist():
                values[rows] += step
            if moved_by is not None:
                wanted[rows] = np.isin(entries.directions, list(moved_by)).any()
        yield from compress(zip(self.places, values.tolist(), strict=True), wanted)

    def write(self, theta: Floats, moved_by: Collection[int] | None = None) -> None:
        """Let the model have the values for a theta; `moved_by` as for `at`."""
        for place, value in self.at(theta, moved_by):
            self.target.write(place, value)

    def displaced(self, theta: Floats, moved_by: Collection[int] | None = None) -> Iterator[str]:
        """Where the model does not have the values for a theta; `moved_by` as for `at`."""
        if self.target.kind == "played":  # its values are those of a Vector
            return
        for place, value in self.at(theta, moved_by):
            if not math.isclose(self.target.read(place), value, rel_tol=_ROUNDING, abs_tol=0.0):
                yield self.target.parameter + (f" of {place}" if place is not None else "")


def _columns(added: Iterable[tuple[int, Numbers, Floats]]) -> Iterator[Column]:
    """What is added up, in rows: a direction may move a value several times."""
    for direction, group in groupby(added, itemgetter(0)):
        pieces = [(rows, np.broadcast_to(seeds, len(rows))) for _, rows, seeds in group]
        rows, seeds = (np.concatenate(each) if len(pieces) > 1 else each[0] for each in zip(*pieces, strict=True))
        if (rows[1:] > rows[:-1]).all() and seeds.all():
            yield direction, rows, seeds
        else:
            yield direction, *summed(rows, seeds)


class Moved(Mapping[tuple[str, str, str], Values]):
    """All that directions move, by kind, mechanism and name of the parameter (`Target.key`).

    Attributes
    ----------
    directions
        how many there are
    units
        of each direction: the unit of what it moves, empty if that is not one
    roots
        root sections of the cells in which it is

    Raises
    ------
    UnknownParameter, CannotCarry, WrongArgument
        as `Finder.target`
    """

    def __init__(self, directions: Sequence[AnyDirection]) -> None:
        finder, segments = Finder(), Segments()
        found: dict[tuple[str, str, str], Target] = {}
        added: dict[tuple[str, str, str], list[tuple[int, Numbers, slice]]] = {}
        numbers: dict[tuple[str, str, str], array[float]] = {}  # all seeds of a parameter
        numberings: dict[tuple[str, str, str], Numbering] = {}
        known: dict[Target, Numbers] = {}
        units, sections = [], dict[Any, None]()
        for k, direction in enumerate(directions):
            of_this = dict[str, None]()
            for part in parts(direction):
                target = finder.target(part)
                key, seeds = target.key, np.atleast_1d(target.seeds(part))
                if key not in found:
                    found[key], added[key], numbers[key] = target, [], array("d")
                    numberings[key] = segments if target.kind in OF_SEGMENTS else Objects(target.identity)
                if target not in known:
                    number = numberings[key].number
                    known[target] = np.fromiter((number(place) for place in target.places), np.int64)
                    sections |= dict.fromkeys(target.sections)
                added[key].append((k, known[target], slice(len(numbers[key]), len(numbers[key]) + len(seeds))))
                numbers[key].frombytes(seeds.tobytes())
                of_this[target.unit] = None
            units.append(next(iter(of_this)) if len(of_this) == 1 else "")
        self.directions, self.units = len(directions), tuple(units)
        self.roots = list({root_of(section): None for section in sections})
        self._values = {
            key: Values(found[key], numberings[key], added[key], np.frombuffer(numbers.pop(key))) for key in found
        }

    def __getitem__(self, key: tuple[str, str, str]) -> Values:
        return self._values[key]

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def of_kind(self, kind: str) -> list[Values]:
        """Those of a kind."""
        return [values for key, values in self._values.items() if key[0] == kind]

    def of_point(self, point: Any) -> set[str]:
        """The parameters of a point process that are among the directions."""
        return {name for other, name in self.of_points() if other == point}

    def to_zero(self) -> None:
        """Let theta be the values themselves, from the next `write` on."""
        for values in self.values():
            values.base[:] = 0

    def write(self, theta: Floats) -> None:
        """Let the model have the values for a theta.

        Raises
        ------
        ValueError
            when nothing would be left of a stimulus that is played; then nothing is written.
        """
        for stimulus, factor in (pair for values in self.of_kind("played") for pair in values.at(theta)):
            if not factor:
                raise ValueError(f"theta would leave nothing of the stimulus that {stimulus.vector} plays")
        for values in self.values():
            values.write(theta)

    def displaced(self, theta: Floats) -> list[str]:
        """The parameters that are not where theta puts them."""
        return list(dict.fromkeys(where for values in self.values() for where in values.displaced(theta)))

    @property
    def size(self) -> int:
        """Bytes that the seeds take."""
        return sum(values.seeds.size for values in self._values.values())

    def of_points(self) -> Iterator[tuple[Any, str]]:
        """The point processes with parameters of their own among the directions, and the names of these."""
        for kind in ("point", "played"):
            for values in self.of_kind(kind):
                for place in values.places:
                    yield place.point if kind == "played" else place, values.target.parameter
