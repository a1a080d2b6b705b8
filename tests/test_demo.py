"""The demonstration runs, and says what is wrong when it can not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROW = re.compile(r"^(?P<label>\w.*?) +[\d.]+ +(?P<gradient>\S+) +(?P<reference>\S+) +mV / \S+ +(?P<error>\S+)$", re.M)


def demo(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `nmodlgrad demo` in a folder."""
    command = [sys.executable, "-m", "nmodlgrad", "demo", *arguments]
    return subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=300
    )


def test_the_demo_prints_a_gradient_that_its_differences_confirm_and_draws_it(tmp_path: Path) -> None:
    done = demo(tmp_path)
    assert done.returncode == 0, done.stderr
    rows = [row.groupdict() for row in ROW.finditer(done.stdout)]
    assert len(rows) == 6, done.stdout
    for row in rows:
        assert float(row["error"]) < 1e-8, row
        # The table gives ten digits; a value is smaller than the largest derivative to which the error relates.
        assert float(row["gradient"]) == pytest.approx(float(row["reference"]), rel=1e-7), row
    picture = (tmp_path / "demo.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert 20_000 < len(picture) < 200_000
    assert "Traceback" not in done.stderr
    assert "DISPLAY" not in done.stdout + done.stderr


def test_a_missing_compiler_is_one_sentence(tmp_path: Path) -> None:
    done = demo(tmp_path, PATH=str(tmp_path), NMODLGRAD_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.fullmatch(r"nmodlgrad: make and g\+\+ not found: [^\n]*\.\n", done.stderr), done.stderr
    assert not (tmp_path / "demo.png").exists()


@pytest.mark.parametrize("picture", ["picture.mod", "nowhere/picture.png"])
def test_a_picture_that_can_not_be_written_is_refused_before_anything_is_computed(tmp_path: Path, picture: str) -> None:
    done = demo(tmp_path, "-o", picture)
    assert done.returncode == 1
    assert re.fullmatch(rf"nmodlgrad: {picture}: [^\n]*\.\n", done.stderr), done.stderr
