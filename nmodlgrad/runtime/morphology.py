"""The 3-d points of a section: how its areas follow from them, and the factor on their diameters as a parameter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from nmodlgrad.runtime.errors import CannotCarry

Floats = NDArray[np.float64]

_SHORTEST = 1e-15  # um: what a step of the diameter is long for NEURON
_ONE_PLACE = 1e-10  # um: points that are closer are at one place
_SINGLE = 3e-7  # NEURON keeps the diameters of points in single precision


def has_points(section: Any) -> bool:
    """Whether NEURON takes the shape of a section from its 3-d points."""
    return int(section.n3d()) > 1


def diameters(section: Any) -> Floats:
    """Of the 3-d points, negative ones at spines, or of the segments where there are none: um."""
    if not has_points(section):
        return np.array([segment.diam for segment in section])
    count = range(int(section.n3d()))
    return np.array([-section.diam3d(i) if section.spine3d(i) else section.diam3d(i) for i in count])


# ------------------------------------------------------------------ areas
def stretching(section: Any) -> Floats:
    """Relative change of the areas of a section's segments for a relative change of L: shape (nseg,).

    With 3-d points NEURON stretches the distances between these and keeps their diameters (treeset.cpp,
    nrn_length_change); what lies across the section keeps its area.
    """
    return _growth(section, lambda length, step: length**2)


def widening(section: Any) -> Floats:
    """Relative change of the areas of a section's segments for a relative change of all diameters: shape (nseg,)."""
    return _growth(section, lambda length, step: length**2 + 2 * step**2)


def _growth(section: Any, slope: Callable[[Floats, Floats], Floats]) -> Floats:
    """Relative change of areas; `slope` is that of a frustum, times its slant over the circumference in its middle.

    The mantle of a frustum is pi/2 (d1 + d2) sqrt(length^2 + step^2) with step = (d2 - d1)/2. An area may have that of
    spines besides, which stays.
    """
    if not has_points(section):
        return np.ones(section.nseg)
    segments, width, length, step = _frusta(section)
    moved = np.bincount(segments, np.pi * width * slope(length, step) / np.hypot(length, step))[: section.nseg]
    areas = np.array([segment.area() for segment in section])
    return np.asarray((moved[::-1] if h.section_orientation(sec=section) else moved) / areas)


def _frusta(section: Any) -> tuple[NDArray[np.intp], Floats, Floats, Floats]:
    """Those that NEURON adds up to the halves of segments (treeset.cpp, diam_from_list), from the first point on.

    The first point is the one at the parent, whichever end of the section that is. Returns the number of the segment of
    each, and in um the diameter in its middle, its length, and half of the difference between its ends.
    """
    arcs = np.array([section.arc3d(i) for i in range(int(section.n3d()))])
    wide = abs(diameters(section))
    spacing = arcs[-1] / section.nseg
    middles = np.arange(section.nseg) * spacing + spacing / 2
    borders = np.column_stack((middles, middles + spacing / 2)).ravel()
    before = np.searchsorted(arcs[:-1], borders, side="right") - 1  # a step at a border belongs to what is before it
    span = arcs[before + 1] - arcs[before]
    part = np.divide(borders - arcs[before], span, out=np.ones_like(span), where=span >= _ONE_PLACE)
    place = np.insert(arcs[:-1], before + 1, borders)
    width = np.insert(wide[:-1], before + 1, (1 - part) * wide[before] + part * wide[before + 1])
    half = np.searchsorted(before + np.arange(1, len(borders) + 1), np.arange(len(place) - 1), side="right")
    return half // 2, (width[:-1] + width[1:]) / 2, np.maximum(np.diff(place), _SHORTEST), np.diff(width) / 2


# ------------------------------------------------------------------ the parameter
@dataclass(frozen=True)
class _Scaled:
    """Diameters of a section as they were at first, and as NEURON has kept them times a factor."""

    first: Floats
    factor: float
    kept: Floats


class Widths:
    """The factors on all diameters of sections; 1 is how they are when they are first read.

    A section is said by a segment in it.
    """

    def __init__(self) -> None:
        self._sections: dict[Any, _Scaled] = {}

    def factor(self, middle: Any) -> float:
        """The factor as it is; nan where the diameters are no common multiple of the first ones."""
        now = diameters(middle.sec)
        known = self._sections.setdefault(middle.sec, _Scaled(now, 1.0, now))
        if now.shape != known.first.shape:
            return np.nan
        if (now == known.kept).all():  # which it was before it was rounded
            return known.factor
        factor = float(now @ known.first / (known.first @ known.first))
        return factor if np.allclose(now, factor * known.first, rtol=_SINGLE, atol=0) else np.nan

    def scale(self, middle: Any, factor: float) -> None:
        """Let the diameters be the first ones times a factor.

        Raises
        ------
        ValueError
            for a factor that is not positive
        CannotCarry
            when there are more points or segments than at first, or fewer
        """
        section = middle.sec
        first = self._sections[section].first
        if not factor > 0:
            raise ValueError(f"theta would make the diameters of {section} {factor:g} times what they were")
        if len(diameters(section)) != len(first):
            raise CannotCarry(f"diam_factor of {section}: the number of its 3-d points, or segments, has changed")
        if has_points(section):
            for point, diameter in enumerate((first * factor).tolist()):
                section.pt3dchange(point, diameter)
        else:
            for segment, diameter in zip(section, (first * factor).tolist(), strict=True):
                segment.diam = diameter
        self._sections[section] = _Scaled(first, factor, diameters(section))
