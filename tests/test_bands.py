"""Seed rows in memory: what is written there is what the mechanisms are to read, whatever the pattern."""

from __future__ import annotations

import ctypes

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nmodlgrad.runtime.bands import EMPTY, GAP, Bands, Entries

numbers = st.sampled_from([0.0, 0.0, 0.0, 0.0, 1.0, -1.5, 0.25])
matrices = st.integers(1, 40).flatmap(
    lambda width: st.lists(st.lists(numbers, min_size=width, max_size=width), min_size=1, max_size=6)
)


def bands(rows: list[list[float]]) -> Bands:
    found = [np.array(row) for row in rows]
    return Bands.of(Entries(np.flatnonzero(row), row[np.flatnonzero(row)]) for row in found)


def as_a_mechanism_reads(address: int, width: int) -> list[float]:
    """A row from memory, as ng_sow of mechanism.mod.jinja goes through it."""
    row = [0.0] * width
    while (count := ctypes.c_int.from_address(address + 4).value) != 0:
        first = ctypes.c_int.from_address(address).value
        for k in range(count):
            row[first + k] += ctypes.c_double.from_address(address + 8 + 8 * k).value
        address += 8 * (count + 1)
    return row


@given(matrices)
def test_rows_are_in_memory_as_they_were_given(rows: list[list[float]]) -> None:
    table = bands(rows)
    for number, row in enumerate(rows):
        assert as_a_mechanism_reads(table.address(number), len(row)) == row
        np.testing.assert_array_equal(table.entries(number).dense(len(row)), row)
        for direction in np.flatnonzero(row).tolist():
            assert ctypes.c_double.from_address(table.address(number, direction)).value == row[direction]


@given(matrices)
def test_rows_that_are_the_same_are_kept_once(rows: list[list[float]]) -> None:
    table = bands(rows)
    places = [table.address(number) for number in range(len(rows))]
    assert len(set(places)) == len({tuple(row) for row in rows})
    grouped = [sorted(group.tolist()) for group, _ in table.groups()]
    assert sorted(grouped) == sorted(
        sorted(n for n, other in enumerate(rows) if other == row) for row in map(list, {tuple(row) for row in rows})
    )


def test_far_directions_take_no_room_between_them() -> None:
    near, far = [1.0] + [0.0] * GAP + [1.0], [1.0] + [0.0] * 2000 + [1.0]
    assert bands([near]).size == 8 * (1 + len(near) + 1)  # a header, the numbers, the end
    assert bands([far]).size == 8 * (2 + 2 + 1)


def test_an_empty_row_has_an_address() -> None:
    assert as_a_mechanism_reads(EMPTY, 3) == [0.0, 0.0, 0.0]
    assert as_a_mechanism_reads(bands([[0.0, 0.0]]).address(0), 2) == [0.0, 0.0]
