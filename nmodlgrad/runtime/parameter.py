"""What a direction is: a parameter, where it acts, and how strongly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nmodlgrad.runtime.errors import UnknownParameter, WrongArgument

_MARKS = {"sections": "allseg", "segments": "node_index"}  # the attribute by which NEURON's objects are told apart


@dataclass(frozen=True, eq=False, repr=False)
class Parameter:
    """One direction theta_k: parameter = its value now + scale * theta_k, wherever it acts.

    Parameters
    ----------
    name
        as in hoc: ``"gnabar_hh"`` for a density mechanism, ``"ena"`` for a reversal potential; ``"cm"``, ``"diam"``,
        ``"Ra"`` or ``"L"`` for the shape of a cell; for a point process its own name (``"tau"``), for a NetCon
        ``"weight"``
    sections
        act in every segment of these sections; each of them has the mechanism. Ra and L belong to sections
    segments
        act in these segments; each of them has the mechanism
    of
        the point process or the NetCon that the parameter belongs to
    scale
        d parameter / d theta, in units of the parameter

    A GLOBAL parameter takes no place: it acts wherever its mechanism is.

    Raises
    ------
    UnknownParameter
        when more than one kind of place is given
    WrongArgument
        when a name is no string, or a place no section or segment
    """

    name: str
    sections: Sequence[Any] | None = None
    segments: Sequence[Any] | None = None
    of: Any = None
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise WrongArgument(f"the name of a Parameter is a string, not {self.name!r}")
        places = [p for p in ("sections", "segments", "of") if getattr(self, p) is not None]
        if len(places) > 1:
            raise UnknownParameter(f"{self.name}: give one of sections, segments and of, not {' and '.join(places)}")
        for kind in _MARKS:
            given = getattr(self, kind)
            if given is not None:
                object.__setattr__(self, kind, self._places(kind, given))

    def _places(self, kind: str, given: Any) -> list[Any]:
        single = any(hasattr(given, mark) for mark in _MARKS.values()) or not isinstance(given, Iterable)
        listed = [given] if single else list(given)
        for each in listed:
            if not hasattr(each, _MARKS[kind]):
                raise WrongArgument(f"{self.name}: {kind} takes {kind}, not {each!r}")
        return listed

    def __repr__(self) -> str:
        places = [f"{kind}=[{', '.join(map(str, listed))}]" for kind in _MARKS if (listed := getattr(self, kind))]
        owner = [f"of={self.of}"] if self.of is not None else []
        scale = [f"scale={self.scale:g}"] if self.scale != 1 else []
        return f"Parameter({', '.join([repr(self.name), *places, *owner, *scale])})"
