"""The process that runs nmodlgrad: every voltage and its derivative in every direction, from one simulation."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

import nmodlgrad as ng
from nmodlgrad.demo.model import MECHANISMS, build, simulate


def gradient() -> dict[str, Any]:
    """Time (samples,), voltage at the soma (samples,), derivative (compartments, samples, directions)."""
    ng.load(*MECHANISMS)
    from neuron import h

    model = build(h)
    sensitivity = ng.Sensitivity(
        [ng.Parameter(d.name, segments=d.segments, of=d.of, scale=d.scale) for d in model.directions]
    )
    time, voltage = h.Vector().record(h._ref_t), h.Vector().record(model.segments[0]._ref_v)
    records = [sensitivity.record(segment) for segment in model.segments]
    simulate(h)
    derivative = np.stack([record.to_numpy() for record in records])
    return {"time": time.to_python(), "voltage": voltage.to_python(), "derivative": derivative}


if __name__ == "__main__":
    try:
        np.savez(sys.argv[1], **gradient())
    except (ng.NmodlGradError, OSError) as error:
        sys.exit(str(error))
