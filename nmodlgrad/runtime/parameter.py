"""What a direction is: parameters, where they act, and how strongly."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nmodlgrad.runtime.errors import UnknownParameter, WrongArgument
from nmodlgrad.runtime.places import is_artificial, is_deleted

_MARKS = {"sections": "allseg", "segments": "node_index"}  # the attribute by which NEURON's objects are told apart
_SHOWN = 3  # places in a label


@dataclass(frozen=True, eq=False, repr=False)
class Parameter:
    """One direction theta_k: parameter = its value now + scale * theta_k, wherever it acts.

    Parameters
    ----------
    name
        as in hoc: ``"gnabar_hh"`` for a density mechanism, ``"ena"`` for a reversal potential, ``"gon_adexp"`` for a
        GLOBAL; ``"cm"``, ``"diam"``, ``"Ra"`` or ``"L"`` for the shape of a cell, ``"diam_factor"`` for what all
        diameters of a section are multiplied with, 1 as they are when a Sensitivity is made; for a point process its
        own name (``"tau"``), for a NetCon ``"weight"``, or ``"weight[1]"`` and so on
    sections
        act in every segment of these sections; each of them has the mechanism. Ra, L and diam_factor belong to sections
    segments
        act in these segments; each of them has the mechanism. A place that is given twice counts once
    of
        the point process or the NetCon that the parameter belongs to
    played
        the Vector that is played into the parameter of the point process: theta scales the stimulus then, its values
        are what they are now times 1 + scale * theta_k
    scale
        d parameter / d theta, in units of the parameter: a number, or a function of the segment, which is evaluated
        when a Sensitivity is made

    A GLOBAL parameter takes no place: it acts wherever its mechanism is.

    Raises
    ------
    UnknownParameter
        when more than one kind of place is given
    WrongArgument
        when a name is no string, a place no section or segment, or a scale not finite
    """

    name: str
    sections: Sequence[Any] | None = None
    segments: Sequence[Any] | None = None
    of: Any = None
    played: Any = None
    scale: float | Callable[[Any], float] = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise WrongArgument(f"the name of a Parameter is a string with something in it, not {self.name!r}")
        places = [p for p in ("sections", "segments", "of") if getattr(self, p) is not None]
        if len(places) > 1:
            raise UnknownParameter(f"{self.name}: give one of sections, segments and of, not {' and '.join(places)}")
        for kind in _MARKS:
            given = getattr(self, kind)
            if given is not None:
                object.__setattr__(self, kind, self._places(kind, given))
        if is_artificial(self.of):
            raise UnknownParameter(
                f"{self.name} of {self.of}: an ARTIFICIAL_CELL has no current, it acts by the times of events alone"
            )
        if is_deleted(self.of):
            raise WrongArgument(f"{self.name}: {self.of} is in no section: it was deleted with its own")
        if self.played is not None and not (hasattr(self.played, "hname") and hasattr(self.played, "play")):
            raise WrongArgument(f"{self.name}: played takes the Vector that is played into it, not {self.played!r}")
        if self.played is not None and self.of is None:
            raise UnknownParameter(f"{self.name}: a stimulus is played into a parameter of a point process: say which")
        if not callable(self.scale) and not _is_finite(self.scale):
            raise WrongArgument(f"{self.name}: scale is a finite number or a function of a segment, not {self.scale!r}")

    def _places(self, kind: str, given: Any) -> list[Any]:
        deleted = is_deleted(given)
        single = deleted or any(hasattr(given, mark) for mark in _MARKS.values()) or not isinstance(given, Iterable)
        listed = [given] if single else list(given)
        for each in listed:
            if is_deleted(each):
                raise WrongArgument(f"{self.name}: {each!r} is no place any more: it was deleted")
            if not hasattr(each, _MARKS[kind]):
                raise WrongArgument(f"{self.name}: {kind} takes {kind}, not {each!r}")
        return list(dict.fromkeys(listed)) if kind == "sections" else listed

    def seed(self, segment: Any) -> float:
        """D parameter / d theta in a segment, or for what has no place, which is None.

        Raises
        ------
        WrongArgument
            when the scale is a function and there is no segment, or its value there is not finite
        """
        if not callable(self.scale):
            return float(self.scale)
        if segment is None:
            raise WrongArgument(f"{self.name} is one value for all places: its scale is a number, not a function")
        value = self.scale(segment)
        if not _is_finite(value):
            raise WrongArgument(f"{self.name}: scale is {value!r} in {segment}, not a finite number")
        return float(value)

    @property
    def label(self) -> str:
        """What it is called: the name, and where it acts."""
        if self.of is not None:
            return f"{self.name} of {self.of}" + (f", played by {self.played}" if self.played is not None else "")
        listed = [str(place) for place in (self.sections or self.segments or ())]
        more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
        return f"{self.name} in {', '.join(listed[:_SHOWN])}{more}" if listed else self.name

    def __repr__(self) -> str:
        places = [f"{kind}=[{', '.join(map(str, listed))}]" for kind in _MARKS if (listed := getattr(self, kind))]
        owner = [f"{kind}={given}" for kind in ("of", "played") if (given := getattr(self, kind)) is not None]
        return f"Parameter({', '.join([repr(self.name), *places, *owner, *self._scale()])})"

    def _scale(self) -> list[str]:
        if callable(self.scale):
            return [f"scale={getattr(self.scale, '__name__', repr(self.scale))}"]
        return [f"scale={self.scale:g}"] if self.scale != 1 else []


class Direction:
    """One direction theta_k that moves several parameters at once, each by its own scale.

    Parameters
    ----------
    parameters
        what it moves: Parameters of any kind
    name
        what it is called; by default after its parameters

    Raises
    ------
    WrongArgument
        for anything but Parameters, and when there are none
    """

    def __init__(self, *parameters: Parameter, name: str | None = None) -> None:
        for each in parameters:
            if not isinstance(each, Parameter):
                raise WrongArgument(f"a Direction takes Parameters, one after the other, not {each!r}")
        if not parameters:
            raise WrongArgument("a Direction moves at least one Parameter")
        if not isinstance(name, str | None):
            raise WrongArgument(f"the name of a Direction is a string, not {name!r}")
        self.parameters, self.name = parameters, name

    @property
    def label(self) -> str:
        """What it is called."""
        return self.name or " + ".join(parameter.label for parameter in self.parameters)

    def __repr__(self) -> str:
        name = [f"name={self.name!r}"] if self.name else []
        return f"Direction({', '.join([*map(repr, self.parameters), *name])})"


class Elsewhere:
    """A direction theta_k that moves parameters of another process: here it moves nothing, and spikes may bring it.

    Parameters
    ----------
    name
        what it is called
    """

    parameters: tuple[Parameter, ...] = ()

    def __init__(self, name: str) -> None:
        self.name = self.label = name

    def __repr__(self) -> str:
        return f"Elsewhere({self.name!r})"


AnyDirection = Parameter | Direction | Elsewhere


def parts(direction: AnyDirection) -> tuple[Parameter, ...]:
    """The parameters that a direction moves."""
    return (direction,) if isinstance(direction, Parameter) else direction.parameters


def listed(parameters: Any) -> tuple[AnyDirection, ...]:
    """The directions; one alone need not be in a list.

    Raises
    ------
    WrongArgument
        for anything but Parameters and Directions.
    """
    several = (parameters,) if isinstance(parameters, AnyDirection | str) else parameters
    if not isinstance(several, Iterable):
        raise WrongArgument(f"a Sensitivity takes Parameters and Directions, not {parameters!r}")
    found = tuple(several)
    for each in found:
        if not isinstance(each, AnyDirection):
            raise WrongArgument(f"a Sensitivity takes Parameters and Directions, not {each!r}")
    return found


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except TypeError:
        return False
