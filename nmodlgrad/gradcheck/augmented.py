"""The process that runs the augmented mechanism: what it computes, and the derivatives that it carries."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

import nmodlgrad as ng
from nmodlgrad.gradcheck.cell import Knob, build, record, simulate


def measure(sources: list[str], entry: dict[str, Any]) -> dict[str, Any]:
    """Derivatives (knobs, segments, samples), and everything that the mechanism computes."""
    ng.load(*sources)
    from neuron import h

    cell = build(h, entry)
    sensitivity = ng.Sensitivity([_parameter(entry, knob) for knob in cell.knobs])
    vectors = record(h, cell, entry, entry["name"])
    records = [sensitivity.record(segment) for segment in cell.segments]
    simulate(h)
    derivative = np.array([r.to_numpy().T for r in records]).swapaxes(0, 1)
    return {"derivative": derivative} | {f"primal {name}": vector.to_python() for name, vector in vectors.items()}


def _parameter(entry: dict[str, Any], knob: Knob) -> ng.Parameter:
    if knob.name == "weight" or (entry["point_process"] and hasattr(knob.owners[0], "get_segment")):
        return ng.Parameter(knob.name, of=knob.owners[0])
    if hasattr(knob.owners[0], "sec"):
        return ng.Parameter(knob.name, segments=list(knob.owners))
    return ng.Parameter(knob.name)


if __name__ == "__main__":
    request = json.loads(Path(sys.argv[1]).read_text())
    try:
        np.savez(sys.argv[2], **measure(request["sources"], request["entry"]))
    except (ng.NmodlGradError, OSError) as error:
        sys.exit(str(error))
