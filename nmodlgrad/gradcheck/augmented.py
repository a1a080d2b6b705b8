"""The process that runs the augmented mechanism: what it computes, and the derivatives that it carries."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import neuron
import numpy as np

import nmodlgrad as ng
from nmodlgrad.gradcheck.cell import Cell, Knob, build, record, simulate
from nmodlgrad.runtime import registry


def measure(request: Mapping[str, Any]) -> dict[str, Any]:
    """Derivatives (knobs, segments, samples), and everything that the mechanism computes."""
    from neuron import h

    entry = request["entry"]
    cell = build(h, dict(request))
    knobs = cell.knobs
    carried = [_parameter(entry, knob, cell) for knob in knobs] or [
        ng.Parameter("g_gradcheck_leak", segments=cell.segments)
    ]
    sensitivity = ng.Sensitivity(carried)
    vectors = record(h, cell, dict(request), request["name"])
    records = [sensitivity.record(segment) for segment in cell.segments]
    simulate(h, request["setting"])
    derivative = np.array([r.to_numpy().T for r in records]).swapaxes(0, 1)[: len(knobs)]
    found = {f"primal {name}": np.array(vector.to_python()) for name, vector in vectors.items()}
    if cell.netcon is not None:
        found["primal weights"] = np.array([cell.netcon.weight[k] for k in range(int(cell.netcon.wcnt()))])
    return {"names": [knob.name for knob in knobs], "derivative": derivative} | found


def _parameter(entry: dict[str, Any], knob: Knob, cell: Cell) -> ng.Parameter:
    if knob.weight is not None or (entry["point_process"] and hasattr(knob.owners[0], "get_segment")):
        return ng.Parameter(knob.name, of=knob.owners[0])
    if hasattr(knob.owners[0], "sec"):
        return ng.Parameter(knob.name, segments=list(knob.owners))
    if entry["point_process"]:
        return ng.Parameter(knob.name.removesuffix(f"_{entry['original']}"), of=cell.points[0])
    return ng.Parameter(knob.name)


if __name__ == "__main__":
    request = json.loads(Path(sys.argv[1]).read_text())
    try:
        for folder in request["libraries"]:
            neuron.load_mechanisms(folder, warn_if_already_loaded=False)
        registry.add({kind: request[kind] for kind in ("mechanisms", "passed")})
        np.savez(sys.argv[2], **measure(request))
    except (ng.NmodlGradError, OSError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
