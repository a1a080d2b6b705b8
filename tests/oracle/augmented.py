"""The process that runs nmodlgrad, through its public interface only."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from neuron import h

import nmodlgrad as ng
import scenarios
from oracle.model import Direction, Model, Together
from oracle.simulate import (
    WAYS,
    compute_membrane_currents,
    place_and_name,
    prepare,
    record_everything,
    record_voltages,
    save,
)


def sensitivity(model: Model) -> Any:
    """Ask nmodlgrad for every direction of a model."""
    return ng.Sensitivity([asked(one) for one in model.directions])


def asked(one: Direction | Together) -> Any:
    """A direction in the terms of nmodlgrad."""
    if isinstance(one, Together):
        return ng.Direction(*map(asked, one.parts), name=one.name)
    return ng.Parameter(one.name, **one.arguments())


def tangents(model: Model, request: dict[str, Any]) -> dict[str, Any]:
    """Run once for each way and theta asked for; return voltages and their tangents of each run.

    `voltage_0` is (samples, sites), `tangent_0` (samples, sites, directions), and `last_0`, from
    `Sensitivity.dv` after the run, (sites, directions).
    """
    sens = sensitivity(model)
    voltages = record_voltages(h, model)
    records = [sens.record(segment) for segment in model.sites()]
    measured = {}
    for number, run in enumerate(request["runs"]):
        if "theta" in run:
            sens.theta = run["theta"]
        WAYS[run.get("way", "continuerun")](h, model.duration_ms)
        measured[f"voltage_{number}"] = voltages()
        measured[f"tangent_{number}"] = np.stack([np.array(record.to_numpy()) for record in records], axis=1)
        measured[f"last_{number}"] = np.stack([np.array(sens.dv(segment)) for segment in model.sites()])
    return measured


def observed(model: Model, request: dict[str, Any]) -> dict[str, Any]:
    """Run once; return the tangents of the named variables, `tangent` (samples, variables, directions)."""
    compute_membrane_currents(h, request["names"])
    sens = sensitivity(model)
    records = [sens.record(*place_and_name(model, text)) for text in request["names"]]
    WAYS["continuerun"](h, model.duration_ms)
    return {"tangent": np.stack([record.to_numpy() for record in records], axis=1)}


def everything(model: Model, request: dict[str, Any]) -> dict[str, Any]:
    """Run once, with a Sensitivity or without; return the variables that the original side named."""
    sens = sensitivity(model) if request["attached"] else None
    recorded = record_everything(h, model, request["names"])
    WAYS["continuerun"](h, model.duration_ms)
    del sens
    return dict(recorded())


TASKS: dict[str, Callable[[Model, dict[str, Any]], dict[str, Any]]] = {
    "tangents": tangents,
    "observed": observed,
    "everything": everything,
}


def main(request_file: str, result_file: str) -> None:
    """Read a request, run it, and leave the arrays in a file."""
    request = json.loads(Path(request_file).read_text())
    sources = *request["builtins"], *(Path(path) for path in request["mechanisms"])
    ng.load(*sources, wrt=scenarios.WRT_OF[request["scenario"]])
    prepare(h)
    model = scenarios.SCENARIOS[request["scenario"]](h, **request["options"])
    save(result_file, TASKS[request["task"]](model, request))


if __name__ == "__main__":
    main(*sys.argv[1:])
