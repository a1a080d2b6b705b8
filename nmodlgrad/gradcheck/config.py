"""What can not be guessed of a mechanism's small cell: a TOML file says it.

[defaults]
celsius = 34

[mechanism.NAME]
parameters = { gbar = 0.01 }   # values to set, RANGE or GLOBAL
pointers = { p = "v" }         # "v": voltage nearby; "spare"; "x_mech": that variable of another mechanism here
calls = { setRNG = [1, 2, 3] } # procedures to call before each run, with numbers
tables = { tau = [[-80, 0], [9, 2]] }  # of a FUNCTION_TABLE: places and the values there, or a number for all places
companions = ["cad"]           # mechanisms of the sources to insert beside it
ions = "still"                 # concentrations keep their values
weights = [0.5, 1.0]           # of the NetCon that drives it
events = { start = 5, interval = 11, number = 5 }
drive = [[2, 15, 0.12]]        # pulses: start and duration in ms, nA
celsius, v_init, duration, dt = ...
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from nmodlgrad.diagnostics import NmodlGradError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Start and duration in ms, amplitude in nA: -85 to about 30 mV in a passive cell; and one that crosses fewer edges.
PULSES = ((2.0, 15.0, 0.12), (20.0, 12.0, 0.3), (36.0, 6.0, -0.1), (44.0, 10.0, 0.55))
GENTLE = ((2.0, 15.0, 0.03), (24.0, 12.0, -0.02))


class BadConfig(NmodlGradError):
    """The configuration file says something that means nothing."""


@dataclass(frozen=True)
class Setting:
    """How a mechanism is put into its cell. The temperature and the voltage are no round numbers: at 24 degrees, say,
    many a q10 factor is 1 whatever q10 is, and at -65 mV many a rate sits on an edge."""

    parameters: Mapping[str, float] = field(default_factory=dict)
    pointers: Mapping[str, str] = field(default_factory=dict)
    calls: Mapping[str, list[float]] = field(default_factory=dict)
    tables: Mapping[str, float | list[list[float]]] = field(default_factory=dict)
    companions: tuple[str, ...] = ()
    ions: str = "moving"
    weights: tuple[float, ...] = ()
    events: Mapping[str, float] = field(default_factory=lambda: {"start": 5, "interval": 11, "number": 5})
    drive: tuple[tuple[float, float, float], ...] = PULSES
    celsius: float = 22.7
    v_init: float = -65.3
    duration: float = 60.0
    dt: float = 0.025

    def as_data(self) -> dict[str, Any]:
        """Plain data for the processes that run NEURON."""
        return asdict(self)


@dataclass(frozen=True)
class Config:
    """The settings that a file gives, by mechanism; what it does not say is as in `Setting`."""

    defaults: Mapping[str, Any] = field(default_factory=dict)
    mechanisms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def of(self, name: str) -> Setting:
        """The setting of a mechanism."""
        return Setting(**{**self.defaults, **self.mechanisms.get(name, {})})


def read(path: str | Path | None) -> Config:
    """Read a configuration file; without one, nothing is set.

    Raises
    ------
    BadConfig
        for a file that can not be read, is no TOML, or has a key or a value that means nothing.
    """
    if path is None:
        return Config()
    try:
        data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadConfig(f"{path}: {error}") from None
    _known(path, "the file", data, ("defaults", "mechanism"))
    mechanisms = data.get("mechanism", {})
    for where, table in [
        ("[defaults]", data.get("defaults", {})),
        *((f"[mechanism.{m}]", t) for m, t in mechanisms.items()),
    ]:
        if not isinstance(table, dict):
            raise BadConfig(f"{path}: {where} is no table")
        _known(path, where, table, [each.name for each in fields(Setting)])
        for key, value in table.items():
            if not _CHECKS[key](value):
                raise BadConfig(f"{path}: {where} {key}: {_MEANINGS.get(key, 'a number is expected')}, not {value!r}")
    return Config(data.get("defaults", {}), mechanisms)


def _known(path: str | Path, where: str, table: Mapping[str, Any], keys: Iterable[str]) -> None:
    for key in table:
        if key not in keys:
            raise BadConfig(f"{path}: {where} has {key}, which means nothing; there are {', '.join(keys)}")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and all(map(_number, value))


def _values(value: Any) -> bool:
    """Those of a FUNCTION_TABLE: a number, or places and as many values."""
    if _number(value):
        return True
    pair = isinstance(value, list) and len(value) == 2 and all(map(_numbers, value))
    return pair and len(value[0]) == len(value[1]) > 1


_CHECKS: Mapping[str, Any] = {
    "parameters": lambda x: isinstance(x, dict) and all(map(_number, x.values())),
    "pointers": lambda x: isinstance(x, dict) and all(isinstance(y, str) for y in x.values()),
    "calls": lambda x: isinstance(x, dict) and all(map(_numbers, x.values())),
    "tables": lambda x: isinstance(x, dict) and all(map(_values, x.values())),
    "companions": lambda x: isinstance(x, list) and all(isinstance(y, str) for y in x),
    "ions": lambda x: x in ("moving", "still"),
    "weights": _numbers,
    "events": lambda x: (
        isinstance(x, dict) and {*x} <= {"start", "interval", "number"} and all(map(_number, x.values()))
    ),
    "drive": lambda x: isinstance(x, list) and all(_numbers(y) and len(y) == 3 for y in x),
    "celsius": _number,
    "v_init": _number,
    "duration": lambda x: _number(x) and x > 0,
    "dt": lambda x: _number(x) and x > 0,
}
_MEANINGS = {
    "parameters": "numbers by name are expected",
    "pointers": "strings by name are expected",
    "calls": "lists of numbers by name are expected",
    "tables": "a number, or a list of places and one of as many values, by name is expected",
    "companions": "a list of names is expected",
    "ions": '"moving" or "still" is expected',
    "weights": "a list of numbers is expected",
    "events": "start, interval and number are expected",
    "drive": "a list of [start, duration, amplitude] is expected",
}
