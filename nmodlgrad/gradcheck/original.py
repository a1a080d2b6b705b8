"""The process that runs the original mechanism: what it computes, and derivatives by differences of fourth order.

Each run is made by a process forked from one that has built the cell and run nothing: so all start alike, whatever a
run leaves behind, random numbers above all.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import neuron
import numpy as np
from neuron import h

from nmodlgrad.gradcheck.cell import Cell, Knob, build, record, simulate
from nmodlgrad.gradcheck.differences import Floats, differentiate, one_sided, rounding

_RESULT = "run.npz"


def measure(request: Mapping[str, Any]) -> dict[str, Any]:
    """Names, derivatives (knobs, segments, samples) with their spread, and all that the mechanism computes."""
    cell = build(h, dict(request))
    name = request["entry"]["original"]
    vectors = _forked(lambda: _everything(cell, request, name))
    result: dict[str, Any] = {f"primal {key}": vector for key, vector in vectors.items()}
    base = np.array([vectors[f"v {segment}"] for segment in cell.segments])
    if not np.isfinite(base).all():
        return result | {"names": [], "lost": np.argmin(np.isfinite(base).all(axis=0)) * request["setting"]["dt"]}
    found = [differentiate(_runs(cell, knob, request), knob.value(), base) for knob in cell.knobs]
    result["names"] = [knob.name for knob in cell.knobs]
    result["derivative"] = np.array([each.derivative for each in found])
    result["spread"] = np.array([each.spread for each in found])
    result["rounding"] = np.array([rounding(knob.value()) for knob in cell.knobs])
    result["step"] = np.array([each.step for each in found])
    return result


def look_again(request: Mapping[str, Any]) -> dict[str, Any]:
    """One-sided derivatives of the knobs in `request["again"]`, by name the step."""
    cell = build(h, dict(request))
    knobs = [knob for knob in cell.knobs if knob.name in request["again"]]
    result: dict[str, Any] = {"names": [knob.name for knob in knobs]}
    sides = []
    for knob in knobs:
        run = _runs(cell, knob, request)
        base = run(knob.value())
        sides.append([one_sided(run, knob.value(), base, by * request["again"][knob.name]) for by in (8, 1, 1 / 8)])
    result["sides"] = np.array(sides)  # knobs, steps, sides, segments, samples
    return result


def _everything(cell: Cell, request: Mapping[str, Any], name: str) -> dict[str, Any]:
    vectors = record(h, cell, dict(request), name)
    simulate(h, request["setting"])
    found = {key: np.array(vector.to_python()) for key, vector in vectors.items()}
    if cell.netcon is not None:
        weights = [cell.netcon.weight[k] for k in range(int(cell.netcon.wcnt()))]
        found["weights"] = np.array(weights)
    return found


def _runs(cell: Cell, knob: Knob, request: Mapping[str, Any]) -> Callable[[float], Floats]:
    """All voltages (segments, samples) as a function of a parameter."""

    def voltages(value: float) -> dict[str, Any]:
        vectors = [h.Vector().record(segment._ref_v) for segment in cell.segments]
        knob.set(value)
        simulate(h, request["setting"])
        return {"v": np.array([vector.to_python() for vector in vectors])}

    return lambda value: np.asarray(_forked(lambda: voltages(value))["v"])


def _forked(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a copy of this process makes of it."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            np.savez(_RESULT, **work())
            status = 0
        except BaseException as error:
            print(error, file=sys.stderr, flush=True)
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        sys.exit(f"a run ended by signal {os.WTERMSIG(status)}")
    if status:
        sys.exit(1)
    with np.load(_RESULT) as arrays:
        return dict(arrays)


if __name__ == "__main__":
    request = json.loads(Path(sys.argv[1]).read_text())
    for folder in request["libraries"]:
        neuron.load_mechanisms(folder, warn_if_already_loaded=False)
    np.savez(sys.argv[2], **(look_again(request) if "again" in request else measure(request)))
