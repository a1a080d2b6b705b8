"""Targets from files: CSV, .npz and NWB, in ms and mV (nA), with nothing guessed that a file does not say."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.diagnostics import NmodlGradError
from nmodlgrad.fit.traces import Trace

Floats = NDArray[np.float64]

TIME_UNITS = {"s": 1e3, "sec": 1e3, "seconds": 1e3, "ms": 1.0, "us": 1e-3, "µs": 1e-3, "μs": 1e-3}  # in ms
UNITS = {
    **{"V": 1e3, "volts": 1e3, "mV": 1.0, "uV": 1e-3, "µV": 1e-3, "μV": 1e-3},  # in mV
    **{"A": 1e9, "amperes": 1e9, "mA": 1e6, "uA": 1e3, "µA": 1e3, "μA": 1e3, "nA": 1.0, "pA": 1e-3},  # in nA
    "1": 1.0,  # whatever the variable has
}
_DELIMITERS = (",", ";", "\t")
_NAME_AND_UNIT = re.compile(
    r"(?P<name>.*?)\s*(?:\(\s*(?P<round>[^()]+?)\s*\)|\[\s*(?P<square>[^\[\]]+?)\s*\]|(?P<sign>[\s_/,]+)(?P<bare>\w+))"
)
_TIMES = ("t", "time", "times", "timestamp", "timestamps")
_SINGLE = {*((name, "s") for name in _TIMES), *((name, "V") for name in ("v", "vm", "voltage"))}


class DataError(NmodlGradError):
    """A file can not be read as a trace; the message says where and why."""


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
    table = _table(Path(path))
    places = _columns(table, values, times, every)
    value_of = _factor(table.path, table.names[places[-1]], unit, UNITS, "unit", "values")
    time_of = (
        _factor(table.path, table.names[places[0]], time_unit, TIME_UNITS, "time_unit", "times") if every is None else 1
    )
    numbers = _numbers(table, places)
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
    try:
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, AttributeError) as error:
        raise DataError(f"{path}: {error}") from None
    if times is None and every is None:
        times = next((name for name in arrays if name.lower() in _TIMES), None)
        if times is None:
            raise DataError(f"{path} has {_list(arrays)}: say which are the times, times=..., or every=... in ms")
    if values is None:
        others = [name for name in arrays if name != times]
        if len(others) != 1:
            raise DataError(f"{path} has {_list(arrays)}: say which are the values, values=...")
        values = others[0]
    numbers = _array(path, arrays, values) * _known(path, unit, UNITS, "unit")
    if every is not None:
        return Trace.sampled(numbers, every, shift)
    assert times is not None
    at = _array(path, arrays, times) * _known(path, time_unit, TIME_UNITS, "time_unit")
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
            raise DataError(f"{path} has the series {_list(clamped or there)}: say which, values=...")
        name = clamped[0]
    if name not in there:
        raise DataError(f"{path} has no series {name} under acquisition, but {_list(there)}")
    series = there[name]
    raw = np.asarray(series.data[:], float)
    if raw.ndim != 1 or not len(raw):
        raise DataError(f"{path}: {name} has the shape {raw.shape}, where one dimension is asked for")
    factor = _known(path, series.unit, UNITS, f"unit of {name}")
    numbers = (raw * series.conversion + (series.offset or 0.0)) * factor
    if series.timestamps is not None:
        times = 1e3 * np.asarray(series.timestamps[:], float) + shift
    else:
        times = (1e3 * (series.starting_time or 0.0) + shift) + 1e3 / series.rate * np.arange(len(raw))
    _finite(f"{path}: {name}", numbers)
    return _sampled_at(f"{path}: {name}", times, numbers)


# ------------------------------------------------------------------ text
@dataclass(frozen=True)
class _Table:
    """The cells of a text file, the number of each row's line, and what the header calls the columns."""

    path: Path
    rows: list[list[str]]
    lines: list[int]
    names: list[str]


def _table(path: Path) -> _Table:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: {error}") from None
    kept = [(n, row) for n, row in enumerate(text.splitlines(), 1) if row.strip() and not row.lstrip().startswith("#")]
    if not kept:
        raise DataError(f"{path} has no data")
    delimiter = _delimiter([row for _, row in kept])
    cells = list(_split([row for _, row in kept], delimiter))
    lines = [number for number, _ in kept]
    width = len(cells[0])
    if all(map(_is_number, cells[0])):
        return _Table(path, cells, lines, [""] * width)
    if len(cells) == 1:
        raise DataError(f"{path} has a header and no data")
    return _Table(path, cells[1:], lines[1:], [cell.strip() for cell in cells[0]])


def _delimiter(rows: Sequence[str]) -> str | None:
    """What is in the last row, of numbers only; blanks if there is nothing else, None for a single number."""
    blank = " " if len(rows[-1].split()) > 1 else None
    return next((each for each in _DELIMITERS if each in rows[-1]), blank)


def _split(rows: Sequence[str], delimiter: str | None) -> Iterator[list[str]]:
    if delimiter is None:
        return ([row.strip()] for row in rows)
    if delimiter == " ":
        return (row.split() for row in rows)
    return csv.reader(rows, delimiter=delimiter, skipinitialspace=True)


def _columns(table: _Table, values: str | int | None, times: str | int | None, every: float | None) -> list[int]:
    """The place of the times, if there are any, and that of the values."""
    width = len(table.names)
    if every is not None:
        if times is not None:
            raise DataError(f"{table.path}: give times or every, not both")
        if not every > 0:
            raise DataError(f"{table.path}: every is a time in ms, not {every!r}")
        return [_column(table, values, [*range(width)], "values")]
    named = [k for k, name in enumerate(table.names) if _name_and_unit(name)[0].lower() in _TIMES]
    at = _column(table, times, named[:1] or ([0] if width == 2 else []), "times")
    return [at, _column(table, values, [k for k in range(width) if k != at], "values")]


def _column(table: _Table, given: str | int | None, choice: Sequence[int], what: str) -> int:
    width = len(table.names)
    if given is None:
        if len(choice) == 1:
            return choice[0]
        hint = f"{what}=..." + (", or every=... in ms" if what == "times" else "")
        raise DataError(f"{table.path} has {_header(table)}: say where the {what} are, {hint}")
    if isinstance(given, int):
        if not 0 <= given < width:
            raise DataError(f"{table.path} has no column {given}, but {width} from 0 on")
        return given
    exact = [k for k, name in enumerate(table.names) if name == given]
    found = exact or [k for k, name in enumerate(table.names) if name and _name_and_unit(name)[0] == given]
    if len(found) != 1:
        number = "more than one column" if found else "no column"
        raise DataError(f"{table.path} has {number} {given!r}, but {_header(table)}")
    return found[0]


def _header(table: _Table) -> str:
    if any(table.names):
        return "the columns " + _list(table.names)
    return f"{len(table.names)} column{'s' if len(table.names) > 1 else ''} without names"


def _name_and_unit(header: str) -> tuple[str, str | None]:
    """The two parts of a column's name, if the end of it is a unit."""
    found = _NAME_AND_UNIT.fullmatch(header.strip())
    if found is None:
        return header.strip(), None
    if found["bare"] is None:
        return found["name"], found["round"] or found["square"]
    name, unit = found["name"], found["bare"]
    # "cell_A" and "trace 1" are names; "time_s", "V_mV" and "current/A" have units.
    single = "/" in found["sign"] or "," in found["sign"] or (name.lower(), unit) in _SINGLE
    known = unit != "1" and (unit in UNITS or unit in TIME_UNITS) and (len(unit) > 1 or single)
    return (name, unit) if known else (header.strip(), None)


def _factor(path: Path, header: str, given: str | None, known: dict[str, float], option: str, what: str) -> float:
    unit = _name_and_unit(header)[1] if given is None else given
    if unit is None:
        raise DataError(
            f"{path}: the unit of the {what} is not told by the header ({header!r}): say {option}=..., "
            f"one of {', '.join(known)}"
        )
    return _known(path, unit, known, option)


def _known(path: str | Path, unit: str, known: dict[str, float], option: str) -> float:
    if unit not in known:
        raise DataError(f"{path}: {option} is {unit!r}; there are {', '.join(known)}")
    return known[unit]


def _numbers(table: _Table, places: Sequence[int]) -> Floats:
    """The cells of these columns: shape (rows, places)."""
    found = np.empty((len(table.rows), len(places)))
    width = len(table.names)
    for k, (line, row) in enumerate(zip(table.lines, table.rows, strict=True)):
        if len(row) != width:
            raise DataError(f"{table.path}:{line}: {len(row)} columns, where the first line has {width}")
        for j, place in enumerate(places):
            try:
                number = float(row[place])
            except ValueError:
                hint = "; write a decimal point" if "," in row[place] else ""
                what = f"{row[place]!r} is no number{hint}" if row[place].strip() else "a value is missing"
                raise DataError(f"{table.path}:{line}: {what} (column {place}, from 0 on)") from None
            if not math.isfinite(number):
                raise DataError(f"{table.path}:{line}: {row[place].strip()} is not finite (column {place}, from 0 on)")
            found[k, j] = number
    return found


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


# ------------------------------------------------------------------ arrays
def _array(path: str | Path, arrays: dict[str, Any], name: str) -> Floats:
    if name not in arrays:
        raise DataError(f"{path} has no array {name}, but {_list(arrays)}")
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


def _list(names: Any) -> str:
    return ", ".join(names) or "nothing"
