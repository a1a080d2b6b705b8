"""How much memory a Sensitivity may take: told before it is taken."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from nmodlgrad.runtime import layout
from nmodlgrad.runtime.errors import TooMuchMemory, WrongArgument

_MOST = 2**62  # bytes
_CONTROL_GROUP = Path("/sys/fs/cgroup/memory.max")


def available() -> int:
    """Bytes of memory that this process can have: the machine's, or what its control group is given of them."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):  # no control group, or one without a limit ("max")
        return min(physical, int(_CONTROL_GROUP.read_text()))
    return physical


class Budget:
    """A limit in bytes, and what of it rows and seeds of all cells take. Records may take the rest (``ng_budget``)."""

    def __init__(self, limit: float | None, seeds: int) -> None:
        """`seeds` are the bytes that these take."""
        self.limit = available() // 2 if limit is None else _checked(limit)
        self.rows = seeds
        self.left = np.array([self.limit], np.int64)

    def take_rows(self, count: int, what: str) -> None:
        """Ask for the rows of a cell before they are there.

        Raises
        ------
        TooMuchMemory
            when that is above the limit.
        """
        if self.rows + count > self.limit:
            raise TooMuchMemory(
                f"{what} takes {readable(self.rows + count)}, and memory_limit is {readable(self.limit)}: carry fewer "
                "directions at once, in several runs, or give a higher memory_limit"
            )
        self.rows += count

    def plan_records(self, sizes: Iterable[int], until_ms: float) -> None:
        """A run begins whose records will have these sizes in bytes if it ends at `until_ms`.

        Raises
        ------
        TooMuchMemory
            when they, with the rows, are above the limit.
        """
        self.left[0] = self.limit - self.rows
        records = sum(sizes)
        if records > self.left[0]:
            raise TooMuchMemory(
                f"records until h.tstop = {until_ms:g} ms take {readable(records)} beside {readable(self.rows)} of "
                f"rows, and memory_limit is {readable(self.limit)}: record less often (every=) or at fewer places, "
                "carry fewer directions at once, let accumulate() sum up a loss instead, set h.tstop to where the run "
                "ends, or give a higher memory_limit"
            )

    @property
    def address(self) -> int:
        """Where the bytes are that records may still take."""
        return layout.address(self.left)


def _checked(limit: Any) -> int:
    if isinstance(limit, bool) or not isinstance(limit, int | float | np.number) or not 0 < limit < _MOST:
        raise WrongArgument(f"memory_limit is a number of bytes, such as 8e9, not {limit!r}")
    return int(limit)


def readable(count: float) -> str:
    """A number of bytes: exactly, and in a unit that is read at a glance."""
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= size:
            return f"{count:.0f} bytes ({count / size:.3g} {unit})"
    return f"{count:.0f} bytes"
