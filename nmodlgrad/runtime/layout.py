"""The structures of ``templates/link.c.jinja`` and ``templates/cable.mod.jinja``, field by field, for numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LANES = 8  # rows are padded to whole vectors of this many doubles

_LONG, _ADDRESS, _DOUBLE = np.int64, np.uint64, np.float64

SEED = np.dtype([("first", _LONG), ("end", _LONG), ("values", _ADDRESS)])
WEIGHT = np.dtype([("address", _ADDRESS), ("seed", SEED)])
CELL = np.dtype([("time", _DOUBLE), ("width", _LONG)])
INSTANCE = np.dtype(
    [
        ("cell", _ADDRESS),
        ("voltage", _ADDRESS),
        ("carried", _ADDRESS),
        ("record", _ADDRESS),
        ("seeds", _ADDRESS),
        ("weights", _ADDRESS),
        ("weight_count", _LONG),
        ("current_carried", _LONG),
        ("current_parameters", _LONG),
        ("nonlinear", _LONG),
    ]
)
PLAN = np.dtype(
    [
        ("cell", CELL),
        ("nodes", _LONG),
        ("index", _ADDRESS),
        ("parent", _ADDRESS),
        ("capacitor", _ADDRESS),
        ("cm", _ADDRESS),
        ("v", _ADDRESS),
        ("voltage", _ADDRESS),
        ("instances", _ADDRESS),
        ("first", _ADDRESS),
        ("sites", _LONG),
        ("site", _ADDRESS),
        ("directions", _LONG),
        ("log", _ADDRESS),
        ("structure", _LONG),
        ("fault", _ADDRESS),
    ]
)


def address(array: NDArray[np.generic]) -> int:
    """Where an array's data begin."""
    return int(array.__array_interface__["data"][0])


def padded(directions: int) -> int:
    """Length of a row for so many directions."""
    return -(-directions // LANES) * LANES


def rows(count: int, width: int) -> NDArray[np.float64]:
    """Zeroed rows, aligned to whole vectors."""
    raw = np.zeros(count * width + LANES)
    offset = -address(raw) // 8 % LANES
    return raw[offset : offset + count * width].reshape(count, width)
