"""The examples of homeostasis in reduced sizes: rates move towards the targets, and what is done is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "homeostasis" / "run.py"


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, EXAMPLE, "--folder", folder, *arguments],
        env=os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def quarters(path: Path) -> tuple[float, float]:
    """Spikes per second in the first and in the last quarter of a run."""
    with np.load(path) as kept:
        spikes, end = kept["spikes"], kept["every"] * (kept["f"].shape[1] - 1)
    counts: Any = np.histogram(spikes, [0, end / 4, 3 * end / 4, end])[0] / (end / 4000)
    return float(counts[0]), float(counts[2])


def test_a_cell_comes_from_both_sides_and_is_not_run_again(tmp_path: Path) -> None:
    """The published rule at six times its fastest rate, in a thirtieth of the time."""
    settings = ["--seconds", "60", "--dt", "0.05", "--factor", "3", "--targets", "0.5", "6"]
    printed = run(tmp_path, *settings)
    (down, low), (up, high) = (quarters(tmp_path / f"{target}Hz_3_60s_0.05ms.npz") for target in ("0.5", "6"))
    assert low < down - 0.5
    assert high > up + 2
    written = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.npz")}
    assert run(tmp_path, *settings) == printed
    assert written == {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.npz")}


def test_ten_cells_move_their_own_parameters(tmp_path: Path) -> None:
    run(tmp_path, "--network", "--seconds", "4", "--dt", "0.05", "--factor", "3")
    with np.load(tmp_path / "network_1_4Hz_3_4s_0.05ms.npz") as kept:
        theta, targets = kept["theta"], kept["targets"]
    assert theta.shape == (10, 5, 3)
    assert (theta[:, 0] == [120, 36, 1]).all()
    moved = theta[:, -1] - theta[:, 0]
    assert (moved != 0).all()
    assert len({tuple(each) for each in moved}) == 10
    assert set(targets) == {1.0, 4.0}
