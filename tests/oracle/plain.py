"""The process that runs the original mechanisms. It never imports nmodlgrad."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import neuron
import numpy as np
from neuron import h

import scenarios
from oracle.differences import difference
from oracle.model import Model
from oracle.simulate import (
    WAYS,
    Floats,
    compute_membrane_currents,
    place_and_name,
    prepare,
    record_everything,
    record_voltages,
    reference,
    save,
)


@contextmanager
def moved(model: Model, theta: Sequence[float]) -> Iterator[None]:
    """Move the parameters along the directions, and back."""
    knobs = [(knob, step) for one, step in zip(model.directions, theta, strict=True) for knob in one.knobs(h)]
    values = [knob.read() for knob, _ in knobs]
    for knob, step in knobs:
        knob.write(knob.read() + knob.seed * step)
    yield
    for (knob, _), value in zip(knobs, values, strict=True):
        knob.write(value)


@contextmanager
def weights_kept() -> Iterator[None]:
    """Put the weights back that a run has changed: NEURON starts the next one from what it finds."""
    netcons = list(h.List("NetCon"))
    before = [[netcon.weight[i] for i in range(int(netcon.wcnt()))] for netcon in netcons]
    yield
    for netcon, weights in zip(netcons, before, strict=True):
        for i, weight in enumerate(weights):
            netcon.weight[i] = weight


def differences(model: Model, request: dict[str, Any]) -> dict[str, Any]:
    """Differentiate every voltage along every direction, or along the share that is asked for."""
    voltages = record_voltages(h, model)
    first, step = request["share"]
    chosen = model.directions[first::step]

    def run() -> Floats:
        with weights_kept():
            WAYS["continuerun"](h, model.duration_ms)
        return voltages()

    with moved(model, request["theta"] or [0.0] * len(model.directions)):
        found = [difference(run, direction.knobs(h)) for direction in chosen]
        voltage = run()
    return {
        "labels": [direction.label for direction in chosen],
        "voltage": voltage,
        "reference": np.stack([one.derivative for one in found], axis=-1),
        "noise": [one.noise for one in found],
        "step": [one.step for one in found],
    }


def observed_differences(model: Model, request: dict[str, Any]) -> dict[str, Any]:
    """Differentiate variables along every direction, each by itself: `reference` (samples, variables, directions)."""
    compute_membrane_currents(h, request["names"])
    found = []
    for place, name in (place_and_name(model, text) for text in request["names"]):
        vector = h.Vector().record(reference(place, name))

        def run(vector: Any = vector) -> Floats:
            with weights_kept():
                WAYS["continuerun"](h, model.duration_ms)
            return np.array(vector.to_python())[:, np.newaxis]

        base = run()
        size = 100 / (np.ptp(base) or abs(base).max())  # like a voltage, for which the first step is made

        def scaled(run: Callable[[], Floats] = run, size: float = size) -> Floats:
            return run() * size

        row = [difference(scaled, direction.knobs(h)) for direction in model.directions]
        found.append([(one.derivative[:, 0] / size, one.noise) for one in row])
    return {
        "labels": [direction.label for direction in model.directions],
        "reference": np.stack([np.stack([each for each, _ in row], axis=-1) for row in found], axis=1),
        "noise": [[noise for _, noise in row] for row in found],
    }


def primal(model: Model, request: dict[str, Any]) -> dict[str, Any]:
    """Run once for each way and theta asked for; return the voltages of each run."""
    voltages = record_voltages(h, model)
    measured = {}
    for number, run in enumerate(request["runs"]):
        with moved(model, run.get("theta") or [0.0] * len(model.directions)):
            WAYS[run.get("way", "continuerun")](h, model.duration_ms)
        measured[f"voltage_{number}"] = voltages()
    return measured


def everything(model: Model, request: dict[str, Any]) -> dict[str, Any]:
    """Run once; return every voltage, state and assigned variable under its name."""
    recorded = record_everything(h, model)
    WAYS["continuerun"](h, model.duration_ms)
    return dict(recorded())


def jitter(model: Model, request: dict[str, Any]) -> dict[str, Any]:
    """Run once as it is and once with every voltage moved by one rounding error, up or down, at every step.

    How far the second run goes astray is what rounding alone can do to this model.
    """
    voltages = record_voltages(h, model)
    generator = np.random.default_rng(20240229)
    sites = list(model.sites())
    measured = {}
    for name, ulps in (("voltage", 0.0), ("jittered", 1.0)):
        h.finitialize(h.v_init)
        while h.t < model.duration_ms - h.dt / 2:
            h.fadvance()
            for segment, sign in zip(sites, generator.choice([-1.0, 1.0], len(sites)), strict=True):
                segment.v += ulps * sign * np.spacing(abs(segment.v))
        measured[name] = voltages()
    return measured


TASKS: dict[str, Callable[[Model, dict[str, Any]], dict[str, Any]]] = {
    "differences": differences,
    "observed_differences": observed_differences,
    "primal": primal,
    "everything": everything,
    "jitter": jitter,
}


def main(request_file: str, result_file: str) -> None:
    """Read a request, run it, and leave the arrays in a file."""
    request = json.loads(Path(request_file).read_text())
    if not neuron.load_mechanisms(request["originals"], warn_if_already_loaded=False):
        raise RuntimeError("the original mechanisms could not be loaded")
    prepare(h)
    model = scenarios.SCENARIOS[request["scenario"]](h, **request["options"])
    save(result_file, TASKS[request["task"]](model, request))


if __name__ == "__main__":
    main(*sys.argv[1:])
