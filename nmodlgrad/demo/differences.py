"""The process that runs the original mechanisms: the same derivatives, by central differences of fourth order."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from nmodlgrad.demo.model import Direction, build, simulate

MOVED_MV = 0.03
"""How far a difference moves any voltage: little beside the width of a spike, much beside rounding."""


def differences() -> dict[str, Any]:
    """Derivative (compartments, samples, directions), and what the table says of the model."""
    model = build(h)
    vectors = [h.Vector().record(segment._ref_v) for segment in model.segments]
    runs = 0

    def change(direction: Direction, theta: float) -> NDArray[np.float64]:
        """Every voltage at +theta less that at -theta."""
        nonlocal runs
        voltages = []
        for signed in (theta, -theta):
            with _moved(direction, signed):
                simulate(h)
            voltages.append(np.array([vector.to_python() for vector in vectors]))
            runs += 1
        return np.asarray(voltages[0] - voltages[1])

    found = []
    for direction in model.directions:
        probe = 1e-6 * _places(direction)[0][1] / direction.scale
        step = probe * MOVED_MV / abs(change(direction, probe)).max()
        found.append((8 * change(direction, step) - change(direction, 2 * step)) / (12 * step))
    return {
        "derivative": np.stack(found, axis=-1),
        "runs": runs,
        "labels": [direction.label for direction in model.directions],
        "units": [direction.unit for direction in model.directions],
        "neuron": str(h.nrnversion(0)),
        "table": hasattr(h, "usetable_hh"),
    }


def _places(direction: Direction) -> list[tuple[Any, float]]:
    """Each object that has the parameter, with the value there."""
    owners = [direction.of] if direction.segments is None else direction.segments
    if direction.name == "weight":
        return [(owner, float(owner.weight[0])) for owner in owners]
    return [(owner, float(getattr(owner, direction.name))) for owner in owners]


@contextmanager
def _moved(direction: Direction, theta: float) -> Iterator[None]:
    """Move the parameter wherever it acts, and back."""
    places = _places(direction)
    for shift in (direction.scale * theta, 0.0):
        for owner, value in places:
            if direction.name == "weight":
                owner.weight[0] = value + shift
            else:
                setattr(owner, direction.name, value + shift)
        if shift:
            yield


if __name__ == "__main__":
    if hasattr(h, "nmodlgrad_cable"):
        sys.exit("this process must not know the augmented mechanisms")
    np.savez(sys.argv[1], **differences())
