"""What the small cell has to know of a mechanism, read from its text: ions, pointers, random numbers, weights."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nmodlgrad.semantics.mechanism import Mechanism, Role, Scope
from nmodlgrad.semantics.reach import running
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

# A parameter that is zero as it stands may hide all others: a value for each unit of a conductance, a permeability or
# a current, in the midst of what people use.
_INSTEAD_OF_ZERO = {
    "S/cm2": 2e-4, "mho/cm2": 2e-4, "siemens/cm2": 2e-4, "mS/cm2": 0.2, "pS/um2": 2.0, "S/m2": 2.0, "cm/s": 2e-5,
    "uS": 1e-3, "umho": 1e-3, "microsiemens": 1e-3, "nS": 1.0, "pS": 1000.0, "nA": 0.1, "mA/cm2": 1e-3,
}  # fmt: skip
_CONDUCTANCES = ("uS", "umho", "microsiemens", "nS", "pS", "S", "mho")
_SEEDING = ("setRNG", "noiseFromRandom123", "noiseFromRandom", "setRNGs", "seed", "set_seed")


@dataclass(frozen=True)
class Ion:
    """A USEION statement."""

    name: str
    read: tuple[str, ...]
    write: tuple[str, ...]
    valence: float | None

    @property
    def moves(self) -> str:
        """The concentration that a pool moves because this mechanism looks at it, if any."""
        written = {f"{self.name}i", f"{self.name}o"} & {*self.write}
        looks = {f"{self.name}i", *([f"e{self.name}"] if self.name == "ca" else [])} & {*self.read}
        return f"{self.name}i" if looks and not written else ""

    @property
    def wants_current(self) -> bool:
        """Whether something has to drive this ion's current, or to act on its concentration, for this to be seen."""
        own = f"i{self.name}" in self.write
        writes = {f"{self.name}i", f"{self.name}o", f"e{self.name}"} & {*self.write}
        return bool(writes) or (f"i{self.name}" in self.read and not own)


@dataclass(frozen=True)
class Subject:
    """A mechanism as the cell sees it.

    `pointers` are set to a voltage nearby, `written` ones, which it assigns, to a spare variable; `opaque` ones belong
    to C. `seeding` are its procedures that take random number generators, `takes_random` those whose C wants an object.
    `tables` are FUNCTION_TABLEs that a run needs.
    """

    name: str
    kind: str
    ions: tuple[Ion, ...]
    pointers: tuple[str, ...]
    written: tuple[str, ...]
    opaque: tuple[str, ...]
    randoms: tuple[str, ...]
    seeding: tuple[str, ...]
    takes_random: bool
    parameters: Mapping[str, float]
    weight: float
    externals: tuple[str, ...]
    tables: tuple[str, ...]


def subject(mechanism: Mechanism) -> Subject:
    """Read off what the cell has to know."""
    symbols = mechanism.symbols.values()
    text = mechanism.source.text
    assigned = {node.target.name for item in mechanism.items for node in subnodes(item) if isinstance(node, n.Assign)}
    opaque = set(_listed(mechanism, "BBCOREPOINTER"))
    opaque |= {name for name in _listed(mechanism, "POINTER") if re.search(rf"\b_p_{name}\b", text)}
    plain = [name for name in _listed(mechanism, "POINTER") if name not in opaque]
    return Subject(
        name=mechanism.name,
        kind=str(mechanism.suffix.kind),
        ions=tuple(_ion(use) for use in mechanism.ions),
        pointers=tuple(name for name in plain if name not in assigned),
        written=tuple(name for name in plain if name in assigned),
        opaque=tuple(sorted(opaque)),
        randoms=tuple(s.name for s in symbols if s.role is Role.RANDOM),
        seeding=tuple(name for name in _SEEDING if name in mechanism.procedures or name in mechanism.functions),
        takes_random="nrnran123_newstream" not in text,
        parameters=dict(_instead_of_zero(mechanism, assigned)),
        weight=_weight(mechanism),
        externals=tuple(s.name for s in symbols if s.role is Role.EXTERNAL),
        tables=tuple(running(mechanism).function_tables),
    )


def _listed(mechanism: Mechanism, kind: str) -> Iterator[str]:
    for block in mechanism.items:
        if isinstance(block, n.NeuronBlock):
            for item in block.items:
                if isinstance(item, n.NameList) and item.kind == kind:
                    yield from map(str, item.names)


def _ion(use: n.UseIon) -> Ion:
    valence = None if use.valence is None else float(use.valence)
    return Ion(str(use.ion), tuple(map(str, use.read)), tuple(map(str, use.write)), valence)


def _instead_of_zero(mechanism: Mechanism, assigned: Collection[str]) -> Iterator[tuple[str, float]]:
    for symbol in mechanism.symbols.values():
        given = symbol.role is Role.PARAMETER and _number(symbol.value) == 0
        awaited = symbol.role is Role.ASSIGNED and symbol.scope is Scope.RANGE and symbol.name not in assigned
        if (given or awaited) and symbol.size is None:
            value = _INSTEAD_OF_ZERO.get(_unit(symbol.unit))
            if value is not None:
                yield symbol.name, value
            elif symbol.scope is Scope.RANGE and symbol.name in ("dur", "duration"):
                yield symbol.name, 20.0


def _weight(mechanism: Mechanism) -> float:
    """A weight in its own unit; a factor where it has none and the mechanism has a conductance."""
    if not mechanism.net_receive or not mechanism.net_receive.arguments:
        return 0.0
    unit = _unit(mechanism.net_receive.arguments[0].unit)
    if unit in _INSTEAD_OF_ZERO:
        return 4 * _INSTEAD_OF_ZERO[unit]
    has_own = any(s.role is Role.PARAMETER and _unit(s.unit) in _CONDUCTANCES for s in mechanism.symbols.values())
    return 0.8 if has_own or unit == "1" else 0.004


def _unit(unit: Any) -> str:
    return str(unit or "").strip("() ").replace(" ", "")


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0
