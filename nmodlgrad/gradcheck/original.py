"""The process that runs the original mechanism: what it computes, and derivatives by differences of fourth order."""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import neuron
import numpy as np
from neuron import h
from numpy.typing import NDArray

from nmodlgrad.gradcheck.cell import Cell, Knob, build, record, simulate

Floats = NDArray[np.float64]
MOVED_MV = 0.03  # how far a difference moves any voltage: little beside what is nonlinear, much beside rounding
FINER = (1.0, 0.4, 0.16)  # steps beside each other, of which the two that agree best are taken


def measure(entry: dict[str, Any]) -> dict[str, Any]:
    """Names, derivatives (knobs, segments, samples), their noise (knobs,), and all that the mechanism computes."""
    cell = build(h, entry)
    vectors = record(h, cell, entry, entry["original"])
    simulate(h)
    result: dict[str, Any] = {f"primal {name}": vector.to_python() for name, vector in vectors.items()}
    voltages = [h.Vector().record(segment._ref_v) for segment in cell.segments]
    found = [_derivative(cell, knob, voltages) for knob in cell.knobs]
    result["derivative"] = np.array([derivative for derivative, _ in found])
    result["names"] = [knob.name for knob in cell.knobs]
    result["noise"] = np.array([noise for _, noise in found])
    return result


def _derivative(cell: Cell, knob: Knob, voltages: list[Any]) -> tuple[Floats, float]:
    """The derivative by the two of some steps that agree best, and how well they do, relative to the largest value."""
    value = knob.value()

    def change(step: float) -> Floats:
        runs = []
        for signed in (step, -step):
            knob.set(value + signed)
            simulate(h)
            runs.append(np.array([vector.to_python() for vector in voltages]))
        knob.set(value)
        return np.asarray(runs[0] - runs[1])

    probe = 1e-6 * (abs(value) or 1.0)
    moved = abs(change(probe)).max()
    if not np.isfinite(moved) or moved == 0:
        return change(0.0), float("nan") if not np.isfinite(moved) else 0.0
    step = min(probe * MOVED_MV / moved, 0.2 * (abs(value) or 1.0))
    tried = [(8 * change(step * f) - change(2 * step * f)) / (12 * step * f) for f in FINER]
    scale = max(abs(tried[0]).max(), 1e-300)
    noises = [abs(one - other).max() / scale for one, other in pairwise(tried)]
    best = int(np.argmin(noises))
    return tried[best], float(noises[best])


if __name__ == "__main__":
    request = json.loads(Path(sys.argv[1]).read_text())
    neuron.load_mechanisms(request["folder"], warn_if_already_loaded=False)
    np.savez(sys.argv[2], **measure(request["entry"]))
