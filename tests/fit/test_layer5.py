"""The study of the layer 5 pyramidal cell in small: the first ms of its runs, one seed, some seconds."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from corpus.packages import Unavailable
from scenarios.pyramidal import sdist

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "layer5" / "run.py"
GRADIENT, EVOLUTION = "Gauss-Newton", "bluepyopt's CMA"


def test_a_small_study_comes_near_the_target_and_is_not_done_twice(tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    table = _study(tmp_path, 6, GRADIENT)
    (found,) = map(json.loads, results.read_text().splitlines())
    assert f"| {GRADIENT} | 1 |" in table
    assert (tmp_path / "layer5.png").stat().st_size > 10_000

    seconds, losses = np.array(found["points"]).T
    assert (np.diff(seconds) >= 0).all()
    assert (np.diff(losses) <= 0).all()
    assert len(found["values"]) == 20
    assert losses[-1] < 1e-2 * losses[0]

    results.write_text(results.read_text() + '{"method": "killed within')
    _study(tmp_path, 6, GRADIENT)
    assert [json.loads(line) for line in results.read_text().splitlines()] == [found]


@pytest.mark.skipif(importlib.util.find_spec("bluepyopt") is None, reason="bluepyopt is not installed")
def test_the_optimisers_of_bluepyopt_see_the_same_loss(tmp_path: Path) -> None:
    _study(tmp_path, 2, GRADIENT, EVOLUTION, "bluepyopt's IBEA")
    found = {one["method"]: one for one in map(json.loads, (tmp_path / "results.jsonl").read_text().splitlines())}
    # both begin at what the seed draws, one with the augmented mechanisms and one with the original ones
    assert found[GRADIENT]["points"][0][1] == pytest.approx(found["bluepyopt's IBEA"]["points"][0][1], rel=1e-9)
    assert found[EVOLUTION]["points"][-1][1] <= found[EVOLUTION]["points"][0][1]


def _study(folder: Path, seconds: float, *methods: str) -> str:
    try:
        archive = sdist()
    except Unavailable as reason:
        pytest.skip(str(reason))
    small = ["--seeds", "1", "--seconds", str(seconds), "--share", "0.11", "--processes", "1"]
    command = [sys.executable, SCRIPT, *small, "--sdist", archive, "--folder", folder, "--methods", *methods]
    environment = os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout
