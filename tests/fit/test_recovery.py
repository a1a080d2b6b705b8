"""The recovery study in small: it runs, is taken up where it was killed, and finds the truth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "recovery" / "run.py"


def test_a_small_study_is_resumed_and_finds_the_truth(tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    table = _study(tmp_path)
    lines = results.read_text().splitlines(keepends=True)
    assert len(lines) == 2 * 5  # two losses, four optimisers and CMA-ES
    assert "| features | Gauss-Newton | 25 | 1 of 1 |" in table
    assert (tmp_path / "recovery.png").stat().st_size > 10_000

    found = [json.loads(line) for line in lines]
    for one in found:
        assert one["evaluations"] <= one["budget"]
    losses = {one["method"]: one["final"] for one in found if one["loss"] == "features"}
    assert losses["Gauss-Newton"] < 1e-6 < losses["CMA-ES"]

    results.write_text("".join(lines[:7]) + lines[7][:40])  # killed within a line
    _study(tmp_path)
    again = [json.loads(line) for line in results.read_text().splitlines()]
    assert again[:7] == found[:7]
    assert {_apart_from_time(one) for one in again} == {_apart_from_time(one) for one in found}


def _study(folder: Path) -> str:
    small = ["--starts", "1", "--budget", "25", "--processes", "1", "--folder", str(folder)]
    environment = os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"}
    done = subprocess.run(
        [sys.executable, SCRIPT, *small], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _apart_from_time(one: dict[str, object]) -> str:
    return json.dumps({name: value for name, value in one.items() if "seconds" not in name}, sort_keys=True)
