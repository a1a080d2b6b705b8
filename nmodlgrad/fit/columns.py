"""The text of a CSV file: its columns, their names and units, and the numbers in them."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.diagnostics import NmodlGradError

Floats = NDArray[np.float64]

TIME_UNITS = {"s": 1e3, "sec": 1e3, "seconds": 1e3, "ms": 1.0, "us": 1e-3, "µs": 1e-3, "μs": 1e-3}  # in ms
UNITS = {
    **{"V": 1e3, "volts": 1e3, "mV": 1.0, "uV": 1e-3, "µV": 1e-3, "μV": 1e-3},  # in mV
    **{"A": 1e9, "amperes": 1e9, "mA": 1e6, "uA": 1e3, "µA": 1e3, "μA": 1e3, "nA": 1.0, "pA": 1e-3},  # in nA
    "1": 1.0,  # whatever the variable has
}
_DELIMITERS = (";", "\t", ",")  # beside one of the first two, commas are those of decimals
_NAME_AND_UNIT = re.compile(
    r"(?P<name>.*?)\s*(?:\(\s*(?P<round>[^()]+?)\s*\)|\[\s*(?P<square>[^\[\]]+?)\s*\]|(?P<sign>[\s_/,]+)(?P<bare>\w+))"
)
TIMES = ("t", "time", "times", "timestamp", "timestamps")
_SINGLE = {*((name, "s") for name in TIMES), *((name, "V") for name in ("v", "vm", "voltage"))}


class DataError(NmodlGradError):
    """A file can not be read as a trace; the message says where and why."""


@dataclass(frozen=True)
class Table:
    """The cells of a text file, the number of each row's line, and what the header calls the columns."""

    path: Path
    rows: list[list[str]]
    lines: list[int]
    names: list[str]


def read_table(path: Path) -> Table:
    """Split a file into cells; the first line is a header unless all of it is numbers."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: {error}") from None
    kept = [(n, row) for n, row in enumerate(text.splitlines(), 1) if row.strip() and not row.lstrip().startswith("#")]
    if not kept:
        raise DataError(f"{path} has no data")
    delimiter = _delimiter([row for _, row in kept])
    cells = [_cells(f"{path}:{number}", row, delimiter) for number, row in kept]
    lines = [number for number, _ in kept]
    width = len(cells[0])
    if all(map(_is_number, cells[0])):
        return Table(path, cells, lines, [""] * width)
    if len(cells) == 1:
        raise DataError(f"{path} has a header and no data")
    return Table(path, cells[1:], lines[1:], [cell.strip() for cell in cells[0]])


def _delimiter(rows: Sequence[str]) -> str | None:
    """What is in the last row, of numbers only; blanks if there is nothing else, None for a single number."""
    blank = " " if len(rows[-1].split()) > 1 else None
    return next((each for each in _DELIMITERS if each in rows[-1]), blank)


def _cells(where: str, row: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return [row.strip()]
    if delimiter == " ":
        return row.split()
    try:
        return next(csv.reader([row], delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error as error:
        raise DataError(f"{where}: {error}") from None


def check_every(path: str | Path, times: str | int | None, every: float | None) -> None:
    """Refuses an interval that is none, and one beside times."""
    if every is not None and times is not None:
        raise DataError(f"{path}: give times or every, not both")
    if every is not None and not 0 < every < math.inf:
        raise DataError(f"{path}: every is a time in ms, not {every!r}")


def columns(table: Table, values: str | int | None, times: str | int | None, every: float | None) -> list[int]:
    """The place of the times, if there are any, and that of the values."""
    width = len(table.names)
    check_every(table.path, times, every)
    if every is not None:
        return [_column(table, values, [*range(width)], "values")]
    named = [k for k, name in enumerate(table.names) if _name_and_unit(name)[0].lower() in TIMES]
    at = _column(table, times, named[:1] or ([0] if width == 2 else []), "times")
    return [at, _column(table, values, [k for k in range(width) if k != at], "values")]


def _column(table: Table, given: str | int | None, choice: Sequence[int], what: str) -> int:
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


def _header(table: Table) -> str:
    if any(table.names):
        return "the columns " + joined(table.names)
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


def factor(path: Path, header: str, given: str | None, known: dict[str, float], option: str, what: str) -> float:
    """What a column is multiplied with, by the unit that is given or that its header tells."""
    unit = _name_and_unit(header)[1] if given is None else given
    if unit is None:
        raise DataError(
            f"{path}: the unit of the {what} is not told by the header ({header!r}): say {option}=..., "
            f"one of {', '.join(known)}"
        )
    return known_unit(path, unit, known, option)


def known_unit(path: str | Path, unit: str, known: dict[str, float], option: str) -> float:
    """What a unit is multiplied with; refuses one that is not known."""
    if unit not in known:
        raise DataError(f"{path}: {option} is {unit!r}; there are {', '.join(known)}")
    return known[unit]


def numbers_in(table: Table, places: Sequence[int]) -> Floats:
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


def joined(names: Iterable[str]) -> str:
    """Names, one after the other."""
    return ", ".join(names) or "nothing"
