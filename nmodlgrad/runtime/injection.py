"""The currents of point processes, which NEURON divides by the area of their node: known where the area moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime import layout
from nmodlgrad.runtime.errors import CannotCarry
from nmodlgrad.runtime.places import kind_of

if TYPE_CHECKING:
    from nmodlgrad.runtime.instances import Instance

CLAMP = "IClamp"
"""It works without being translated. Its current is the attribute i, in nA into the cell, whatever the voltage is."""
UNKNOWN = frozenset({"SEClamp", "AlphaSynapse"})
"""They work without being translated, but do not tell their conductance."""


def check(points: Sequence[Any]) -> None:
    """Refuse a current that is not known.

    Parameters
    ----------
    points
        the point processes at nodes whose area moves

    Raises
    ------
    CannotCarry
        with the place and the reason.
    """
    for point in points:
        if kind_of(point) in UNKNOWN:
            raise CannotCarry(
                f"diam or L of {point.get_segment()} is a parameter, and {point} is there, whose conductance is not "
                f"known to nmodlgrad: put it elsewhere, or use an {CLAMP} or a point process of your own"
            )


def injected(
    points: Sequence[Any],
    instances: Mapping[str, Instance],
    pair: Callable[[Instance], int],
    node: Callable[[Any], int],
    address: Callable[[Any], float],
) -> NDArray[np.void]:
    """The currents at nodes whose area moves (`layout.INJECTED`).

    Parameters
    ----------
    points
        the point processes at these nodes
    instances
        those that are translated, by the name of their point process
    pair
        where the current and the conductance of one is kept, in mA/cm2 and S/cm2
    node
        number of the node of a segment
    address
        where a variable of NEURON lies
    """
    table = np.zeros(len(points), layout.INJECTED)
    used = 0
    for point in points:
        segment, slot = point.get_segment(), table[used]
        instance = instances.get(point.hname())
        if instance is not None and instance.entry.shadow:  # the original is there too, and injects
            continue
        if instance is not None:
            kept = pair(instance)
            slot["current"], slot["conductance"], slot["density"] = kept, kept + 8, 1
        elif kind_of(point) == CLAMP:
            slot["current"], slot["density"] = int(address(point._ref_i)), -100 / segment.area()
        else:
            continue
        slot["node"] = node(segment)
        used += 1
    return table[:used]
