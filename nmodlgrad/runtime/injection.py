"""The currents of point processes, which NEURON divides by the area of their node: known where the area moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime import layout
from nmodlgrad.runtime.natives import CONDUCTING, Natives
from nmodlgrad.runtime.places import kind_of

if TYPE_CHECKING:
    from nmodlgrad.runtime.instances import Instance

OUTWARD = {"IClamp": -1, "SEClamp": -1, "AlphaSynapse": 1}
"""They work without being translated. Their currents are the attribute i in nA, an electrode's or a membrane's."""


def injected(
    points: Sequence[Any],
    instances: Mapping[str, Instance],
    pair: Callable[[Instance], int],
    natives: Natives,
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
    natives
        know the conductances of those that are not
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
        elif kind_of(point) in OUTWARD:
            slot["current"] = int(address(point._ref_i))
            slot["conductance"] = natives.slope_of(point) if kind_of(point) in CONDUCTING else 0
            slot["density"] = OUTWARD[kind_of(point)] * 100 / segment.area()
        else:
            continue
        slot["node"] = node(segment)
        used += 1
    return table[:used]
