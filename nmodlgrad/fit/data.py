"""Targets from files: CSV, .npz and NWB, in ms and mV (nA), with nothing guessed that a file does not say."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.fit.columns import (
    TIME_UNITS,
    TIMES,
    UNITS,
    DataError,
    check_every,
    columns,
    factor,
    joined,
    known_unit,
    numbers_in,
    read_table,
)
from nmodlgrad.fit.traces import Trace

Floats = NDArray[np.float64]


def read(path: str | Path, **rest: Any) -> Trace:
    """Read a trace from a file, by its ending: .npz, .nwb, and CSV for anything else.

    Parameters
    ----------
    rest
        as for :func:`read_npz`, :func:`read_nwb` and :func:`read_csv`
    """
    return reader(path)(path, **rest)


def reader(path: str | Path) -> Callable[..., Trace]:
    """What reads a file of this name."""
    readers: dict[str, Callable[..., Trace]] = {".npz": read_npz, ".nwb": read_nwb}
    return readers.get(Path(path).suffix.lower(), read_csv)


def read_csv(
    path: str | Path,
    values: str | int | None = None,
    times: str | int | None = None,
    *,
    unit: str | None = None,
    time_unit: str | None = None,
    every: float | None = None,
    shift: float = 0.0,
) -> Trace:
    """Read columns of a text file, between commas, semicolons, tabs or blanks. Lines that begin with # are left out.

    Parameters
    ----------
    values, times
        columns: names from the header, with or without their units, or numbers from 0 on. By default the times are in
        the column called t or time, or in the first of two, and the values are in the only other one
    unit, time_unit
        V, mV, uV, A, mA, uA, nA, pA, or "1" for values that are taken as they are; s, ms or us. By default what the
        header says: "V (mV)", "V [mV]", "V_mV", "V/mV"
    every
        ms between values, for a file without times
    shift
        ms that are added to the times

    Raises
    ------
    DataError
        with the number of the line, for what is no number, not finite, missing, or not later than the line before; for
        columns that are not there, and units that are not told
    """
    table = read_table(Path(path))
    places = columns(table, values, times, every)
    value_of = factor(table.path, table.names[places[-1]], unit, UNITS, "unit", "values")
    time_of = (
        factor(table.path, table.names[places[0]], time_unit, TIME_UNITS, "time_unit", "times") if every is None else 1
    )
    numbers = numbers_in(table, places)
    at = time_of * numbers[:, 0] if every is None else every * np.arange(len(numbers), dtype=np.float64)
    late = np.flatnonzero(np.diff(at) <= 0)
    if len(late):
        row, before = table.lines[late[0] + 1], table.lines[late[0]]
        raise DataError(f"{path}:{row}: its time is not after the one of line {before}")
    return Trace(at + shift, value_of * numbers[:, -1])


def read_npz(
    path: str | Path,
    values: str | None = None,
    times: str | None = None,
    *,
    unit: str = "mV",
    time_unit: str = "ms",
    every: float | None = None,
    shift: float = 0.0,
) -> Trace:
    """Read arrays of a file by ``numpy.savez``.

    Parameters
    ----------
    values, times
        names of arrays in one dimension; by default the times are called t or time, and the values are the only other
    unit, time_unit, every, shift
        as for :func:`read_csv`

    Raises
    ------
    DataError
        for a file or an array that is not there, is not of numbers, or not finite, with the number of the first such
        element (from 0 on); for times that do not increase
    """
    arrays = _arrays(path)
    check_every(path, times, every)
    if times is None and every is None:
        times = next((name for name in arrays if name.lower() in TIMES), None)
        if times is None:
            raise DataError(f"{path} has {joined(arrays)}: say which are the times, times=..., or every=... in ms")
    if values is None:
        others = [name for name in arrays if name != times]
        if len(others) != 1:
            raise DataError(f"{path} has {joined(arrays)}: say which are the values, values=...")
        values = others[0]
    numbers = _array(path, arrays, values) * known_unit(path, unit, UNITS, "unit")
    if every is not None:
        return Trace.sampled(numbers, every, shift)
    assert times is not None
    at = _array(path, arrays, times) * known_unit(path, time_unit, TIME_UNITS, "time_unit")
    return _sampled_at(f"{path}: {times}", at + shift, numbers)


def read_nwb(path: str | Path, values: str | None = None, *, shift: float = 0.0) -> Trace:
    """Read a series of a Neurodata Without Borders file: its conversion, offset, rate or timestamps, starting time.

    Wants pynwb: ``pip install nmodlgrad[nwb]``.

    Parameters
    ----------
    values
        the name of a series under acquisition; by default the only CurrentClampSeries
    shift
        ms that are added to the times, which are those of the file: a sweep that begins at 120.5 s is moved to 0 by
        -120500

    Raises
    ------
    DataError
        for a file that can not be read, no such series, units other than volts and amperes, and values that are not
        finite, with the number of the first one (from 0 on)
    """
    try:
        import pynwb
    except ImportError:
        raise DataError(f"{path}: reading NWB wants pynwb: pip install nmodlgrad[nwb]") from None
    try:
        with pynwb.NWBHDF5IO(str(path), "r", load_namespaces=True) as file:
            return _series(path, file.read().acquisition, values, shift)
    except (OSError, TypeError, ValueError, KeyError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path}: {error}") from None


def _series(path: str | Path, there: Any, name: str | None, shift: float) -> Trace:
    if name is None:
        clamped = [each for each in there if type(there[each]).__name__ == "CurrentClampSeries"]
        if len(clamped) != 1:
            raise DataError(f"{path} has the series {joined(clamped or there)}: say which, values=...")
        name = clamped[0]
    if name not in there:
        raise DataError(f"{path} has no series {name} under acquisition, but {joined(there)}")
    series = there[name]
    raw = np.asarray(series.data[:], float)
    if raw.ndim != 1 or not len(raw):
        raise DataError(f"{path}: {name} has the shape {raw.shape}, where one dimension is asked for")
    factor = known_unit(path, series.unit, UNITS, f"unit of {name}")
    numbers = (raw * series.conversion + (series.offset or 0.0)) * factor
    if series.timestamps is not None:
        times = 1e3 * np.asarray(series.timestamps[:], float) + shift
    else:
        times = (1e3 * (series.starting_time or 0.0) + shift) + 1e3 / series.rate * np.arange(len(raw))
    _finite(f"{path}: {name}", numbers)
    return _sampled_at(f"{path}: {name}", times, numbers)


# ------------------------------------------------------------------ arrays
def _arrays(path: str | Path) -> dict[str, Any]:
    try:
        file: Any = np.load(path)
        if isinstance(file, np.ndarray):
            raise DataError(f"{path} has one array without a name: write it by numpy.savez")
        with file:
            return dict(file)
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{path}: {error}") from None


def _array(path: str | Path, arrays: dict[str, Any], name: str) -> Floats:
    if name not in arrays:
        raise DataError(f"{path} has no array {name}, but {joined(arrays)}")
    given = arrays[name]
    if given.ndim != 1 or not len(given) or given.dtype.kind not in "fiu":
        raise DataError(f"{path}: {name} is {given.dtype} of shape {given.shape}, not numbers in one dimension")
    numbers: Floats = given.astype(np.float64)
    _finite(f"{path}: {name}", numbers)
    return numbers


def _finite(where: str, numbers: Floats) -> None:
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        raise DataError(f"{where}: element {bad[0]} is {numbers[bad[0]]}, which is not finite ({len(bad)} such)")


def _sampled_at(where: str, times: Floats, numbers: Floats) -> Trace:
    _finite(f"{where}, times", times)
    if len(times) != len(numbers):
        raise DataError(f"{where}: {len(times)} times and {len(numbers)} values")
    late = np.flatnonzero(np.diff(times) <= 0)
    if len(late):
        raise DataError(f"{where}: time {late[0] + 1} is not after the one before")
    return Trace(times, numbers)
