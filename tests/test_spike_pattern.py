"""examples/spike_pattern at a reduced size: the loss falls, and does as the spikes do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "examples" / "spike_pattern" / "run.py"


def learned(folder: Path, *before: str) -> str:
    """What the script prints after a few steps."""
    command = [*before, sys.executable, str(SCRIPT), "--steps", "25", "-o", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> str:
    return learned(tmp_path_factory.mktemp("alone"))


def test_a_network_learns_a_pattern_through_delayed_spikes(alone: str) -> None:
    first, last = map(float, re.findall(r"loss (\S+) -> (\S+) ms2", alone)[0])
    assert last < first / 3
    for wanted, fires in re.findall(r"wanted \((.*)\), fires at (.*)", alone):
        assert len(wanted.split(",")) == len(fires.split(","))


@pytest.mark.skipif(shutil.which("mpiexec") is None, reason="MPI is not installed")
def test_two_processes_learn_the_same(alone: str, tmp_path: Path) -> None:
    together = learned(tmp_path, "mpiexec", "--allow-run-as-root", "--oversubscribe", "-n", "2")
    assert re.findall(r"fires at .*", together) == re.findall(r"fires at .*", alone)
