"""What a scenario hands to either process: NEURON objects, and directions said without nmodlgrad."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

OF_SECTIONS = ("L", "Ra", "diam_factor")
"""What a section has one of, and not each of its segments."""


@dataclass(frozen=True)
class Knob:
    """One number inside NEURON, moved by `seed` times theta."""

    owner: Any
    attribute: str | int
    seed: float

    def read(self) -> float:
        """Return the number as it stands."""
        if isinstance(self.attribute, int):
            return float(self.owner[self.attribute])
        return float(getattr(self.owner, self.attribute))

    @property
    def rounds(self) -> bool:
        """Whether NEURON keeps in single precision what follows from it."""
        return isinstance(self.owner, Girth)

    def write(self, value: float) -> None:
        """Replace the number."""
        if isinstance(self.attribute, int):
            self.owner[self.attribute] = value
        else:
            setattr(self.owner, self.attribute, value)


class Gain:
    """A factor before all values of a Vector, 1 as it comes."""

    def __init__(self, vector: Any) -> None:
        self._vector, self._values, self._factor = vector, vector.c(), 1.0

    @property
    def factor(self) -> float:
        """The factor as it stands."""
        return self._factor

    @factor.setter
    def factor(self, value: float) -> None:
        self._vector.copy(self._values)
        self._vector.mul(value)
        self._factor = value


class Girth:
    """A factor before all diameters of a section, 1 as it comes: of its 3-d points, or of its segments."""

    def __init__(self, section: Any) -> None:
        self._section, self._factor = section, 1.0
        points = range(int(section.n3d()))
        self._diameters = [section.diam3d(i) for i in points] or [segment.diam for segment in section]

    @property
    def diam_factor(self) -> float:
        """The factor as it stands."""
        return self._factor

    @diam_factor.setter
    def diam_factor(self, value: float) -> None:
        for number, diameter in enumerate(self._diameters):
            if self._section.n3d():
                self._section.pt3dchange(number, value * diameter)
            else:
                self._section((number + 0.5) / self._section.nseg).diam = value * diameter
        self._factor = value


girth = cache(Girth)  # several directions may move one


SHARED = ("v_init", "celsius")
"""Numbers that are one for all places; the places of such a direction tell the cells."""


@dataclass(frozen=True)
class Direction:
    """One direction; the fields are the arguments of `nmodlgrad.Parameter`."""

    name: str
    sections: Sequence[Any] = ()
    segments: Sequence[Any] = ()
    of: Any = None
    scale: float | Callable[[Any], float] = 1.0
    played: Any = None

    @property
    def label(self) -> str:
        """The name, and where it acts."""
        places = [str(place) for place in (*self.sections, *self.segments)]
        places[3:] = [f"and {len(places) - 3} more"] if len(places) > 3 else []
        return f"{self.name}@{','.join(places) or self.of}" if places or self.of is not None else self.name

    def knobs(self, h: Any) -> list[Knob]:
        """Every number of the original model that this direction moves."""
        if self.of is not None:
            is_weight, number = (
                self.name.startswith("weight"),
                int(self.name[7:-1] or 0) if self.name.startswith("weight[") else 0,
            )
            owner = self.of.syn() if is_weight else self.of
            if not is_weight and hasattr(h, shared := f"{self.name}_{owner.hname().split('[')[0]}"):
                return [Knob(h, shared, self._seed(None))]
            seed = self._seed(owner.get_segment())
            if self.played is not None:
                return [Knob(Gain(self.played), "factor", seed)]
            return [Knob(self.of.weight, number, seed) if is_weight else Knob(self.of, self.name, seed)]
        if self.name in OF_SECTIONS:
            owners = [girth(section) if self.name == "diam_factor" else section for section in self.sections]
            return [Knob(each, self.name, self._seed(s(0.5))) for each, s in zip(owners, self.sections, strict=True)]
        if self.name in SHARED:
            return [Knob(h, self.name, self._seed(None))]
        places = [*(segment for section in self.sections for segment in section), *self.segments]
        return [Knob(segment, self.name, self._seed(segment)) for segment in places] or [
            Knob(h, self.name, self._seed(None))
        ]

    def _seed(self, segment: Any) -> float:
        return self.scale(segment) if callable(self.scale) else self.scale

    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of `nmodlgrad.Parameter`; those left alone are not passed."""
        given = {"sections": list(self.sections), "segments": list(self.segments), "of": self.of, "played": self.played}
        arguments = {key: value for key, value in given.items() if value is not None and value != []}
        return arguments if self.scale == 1.0 else {**arguments, "scale": self.scale}


@dataclass(frozen=True)
class Together:
    """One direction that moves what several do; the fields are the arguments of `nmodlgrad.Direction`."""

    parts: Sequence[Direction]
    name: str | None = None

    @property
    def label(self) -> str:
        """The name, or those of its parts."""
        return self.name or " + ".join(part.label for part in self.parts)

    def knobs(self, h: Any) -> list[Knob]:
        """Every number of the original model that this direction moves."""
        return [knob for part in self.parts for knob in part.knobs(h)]


@dataclass(frozen=True)
class Model:
    """A model that is ready to run. `keep` only holds references, so that NEURON keeps the objects."""

    sections: Sequence[Any]
    directions: Sequence[Direction | Together]
    keep: Sequence[Any] = ()
    duration_ms: float = 30.0
    options: dict[str, Any] = field(default_factory=dict)

    def sites(self) -> Iterator[Any]:
        """Every segment: the voltage is compared at each."""
        return (segment for section in self.sections for segment in section)
