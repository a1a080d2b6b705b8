"""Seed rows in memory (``ng_Band``): bands of numbers for neighbouring directions, each behind a header."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime import layout

Directions = NDArray[np.int64]
Floats = NDArray[np.float64]
Column = tuple[int, NDArray[np.int64], Floats]
"""A direction, the rows in which it has a seed (none of them twice), and its seeds there."""

GAP = 2  # so many zeros at most stay in a band: its loop is a vector's, and a header takes as much as one of them
_NEVER = -(2**40)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits without a pattern


@dataclass(frozen=True)
class Entries:
    """A sparse row: directions, ascending, and their numbers."""

    directions: Directions
    numbers: Floats

    @classmethod
    def summed(cls, parts: Iterable[Entries]) -> Entries:
        """The sum of rows; where it is zero, there is no entry."""
        listed = list(parts)
        directions = np.concatenate([one.directions for one in listed])
        return cls(*summed(directions, np.concatenate([one.numbers for one in listed])))

    def times(self, factor: float) -> Entries:
        """Each number times a factor."""
        return Entries(self.directions, self.numbers * factor)

    def dense(self, width: int) -> Floats:
        """The row with its zeros."""
        row = np.zeros(width)
        row[self.directions] = self.numbers
        return row


class Bands:
    """Sparse rows of numbers, by direction, one after the other in one array of 8-byte words.

    Seeds are kept here and nowhere else: mechanisms are given the address of a row. Rows that are the same lie at the
    same address.
    """

    def __init__(self, count: int, columns: Callable[[], Iterable[Column]]) -> None:
        """`columns` gives those of so many rows, directions ascending; it is called several times."""
        kept, which = _alike(count, columns)
        number = np.full(count, -1)
        number[kept] = np.arange(len(kept))
        first = self._fill(len(kept), lambda: ((k, *_some(number[rows], x)) for k, rows, x in columns()))
        self._first = first[which]

    def _fill(self, count: int, columns: Callable[[], Iterable[Column]]) -> NDArray[np.int64]:
        """Measure the rows and write them; returns where they begin."""
        last, size = np.full(count, _NEVER), np.ones(count, np.int64)  # an empty band is behind the last one
        for direction, rows, _ in columns():
            gap = direction - last[rows] - 1
            size[rows] += np.where(gap > GAP, 2, gap + 1)
            last[rows] = direction
        first = layout.starts(size)
        self._words = np.zeros(int(size.sum()))
        self._headers = self._words.view(layout.BAND)
        last[:] = _NEVER
        header, end = first.copy(), first.copy()
        for direction, rows, numbers in columns():
            gap = direction - last[rows] - 1
            opens = gap > GAP
            opened = rows[opens]
            header[opened] = end[opened]
            self._headers["first"][header[opened]] = direction
            at = end[rows] + np.where(opens, 1, gap)
            self._words[at] = numbers
            self._headers["count"][header[rows]] = at - header[rows]
            end[rows], last[rows] = at + 1, direction
        return first

    @classmethod
    def of(cls, rows: Iterable[Entries]) -> Bands:
        """Rows that are given one by one."""
        listed = list(rows)
        number = np.repeat(np.arange(len(listed)), [len(row.directions) for row in listed])
        directions = np.concatenate([np.zeros(0, np.int64), *(row.directions for row in listed)])
        numbers = np.concatenate([np.zeros(0), *(row.numbers for row in listed)])
        order = np.argsort(directions, kind="stable")
        begins = np.flatnonzero(np.diff(directions[order], prepend=-1))
        pieces = np.split(order, begins)[1:]
        columns = [(int(directions[piece[0]]), number[piece], numbers[piece]) for piece in pieces]
        return cls(len(listed), lambda: columns)

    @property
    def size(self) -> int:
        """Bytes."""
        return self._words.nbytes

    def addresses(self, rows: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Where rows lie."""
        return (layout.address(self._words) + 8 * self._first[rows]).astype(np.uint64)

    def address(self, row: int, direction: int | None = None) -> int:
        """Where a row lies, or in it the number of a direction that has one."""
        start = layout.address(self._words)
        if direction is None:
            return start + 8 * int(self._first[row])
        return next(
            start + 8 * (at + direction - first)
            for first, count, at in self._bands(row)
            if first <= direction < first + count
        )

    def entries(self, row: int) -> Entries:
        """A row, without zeros."""
        bands = list(self._bands(row))
        directions = np.concatenate([np.zeros(0, np.int64), *(np.arange(k, k + count) for k, count, _ in bands)])
        numbers = np.concatenate([np.zeros(0), *(self._words[at : at + count] for _, count, at in bands)])
        return Entries(directions[numbers != 0], numbers[numbers != 0])

    def groups(self) -> Iterator[tuple[NDArray[np.int64], Entries]]:
        """Rows that are the same, and what is in them."""
        order = np.argsort(self._first, kind="stable")
        begins = np.flatnonzero(np.diff(self._first[order], prepend=-1))
        for rows in np.split(order, begins)[1:]:
            yield rows, self.entries(int(rows[0]))

    def _bands(self, row: int) -> Iterator[tuple[int, int, int]]:
        """First direction and length of each band, and where its numbers begin."""
        at = int(self._first[row])
        while count := int(self._headers["count"][at]):
            yield int(self._headers["first"][at]), count, at + 1
            at += count + 1


def distinct(numbers: Directions) -> Directions:
    """Each number once, ascending; none is negative."""
    ordered = np.sort(numbers)
    return ordered[np.diff(ordered, prepend=-1) > 0]


def summed(keys: Directions, numbers: Floats) -> tuple[Directions, Floats]:
    """Keys, each once and ascending, and the sums of their numbers; those whose sum is zero are left out."""
    found = distinct(keys)
    sums = np.bincount(np.searchsorted(found, keys), numbers, len(found))
    return found[sums != 0], sums[sums != 0]


def _some(rows: Directions, numbers: Floats) -> tuple[Directions, Floats]:
    """Of a column, what is in rows that are kept: those that are not negative."""
    return rows[rows >= 0], numbers[rows >= 0]


def _alike(count: int, columns: Callable[[], Iterable[Column]]) -> tuple[Directions, Directions]:
    """Which of so many rows to keep, so that there is one of each that are the same; and of all, which of these."""
    mark = np.zeros(count, np.uint64)
    for direction, rows, numbers in columns():
        mark[rows] = (mark[rows] ^ numbers.view(np.uint64)) * _MULTIPLIER + np.uint64(direction + 1)
    order = np.argsort(mark, kind="stable")
    begins = np.concatenate([np.ones(min(count, 1), np.bool_), mark[order][1:] != mark[order][:-1]])
    kept, which = order[begins], np.zeros(count, np.int64)
    which[order] = np.cumsum(begins) - 1
    column = np.zeros(count)
    for _, rows, numbers in columns():  # what has the same mark is the same, but for an accident
        column[rows] = numbers
        if (column != column[kept[which]]).any():
            return np.arange(count), np.arange(count)
        column[rows] = 0
    return kept, which


_NO_BAND = np.zeros(1)
EMPTY = layout.address(_NO_BAND)
"""The address of a row without entries."""
