"""What is published is whole: the sdist builds the wheel, and the wheel works alone in a fresh environment."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an sdist of the checkout, and the wheel that was built from the sdist alone."""
    folder = tmp_path_factory.mktemp("dist")
    _run([sys.executable, "-m", "build", "--outdir", folder, ROOT], cwd=folder)
    return folder


def test_the_sdist_holds_what_the_tests_and_the_documentation_need(published: Path) -> None:
    (sdist,) = published.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    wanted = ["LICENSE", "README.md", "CHANGELOG.md", "Makefile", "pyproject.toml", "docs/demo.png"]
    wanted += [str(path.relative_to(ROOT)) for name in _DATA for path in _files(ROOT / name)]
    wanted += ["tests/test_wheel.py", "examples/gradient_of_a_cell.py"]
    assert held >= set(wanted)
    assert not [name for name in held if name.startswith((".venv", "build/", "dist/")) or name.endswith((".pyc", ".o"))]


def test_the_wheel_holds_the_grammar_and_the_templates(published: Path) -> None:
    (wheel,) = published.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"nmodlgrad/{path.relative_to(ROOT)}" for name in _DATA for path in _files(ROOT / name)}
    assert wanted
    assert held >= wanted
    assert all(name.startswith(("nmodlgrad/", "nmodlgrad-")) for name in held), "nothing but the package is installed"


def test_the_wheel_translates_hh_in_a_fresh_environment(published: Path, tmp_path: Path) -> None:
    (wheel,) = published.glob("*.whl")
    _run([sys.executable, "-m", "venv", tmp_path / "env"], cwd=tmp_path)
    commands = tmp_path / "env" / "bin"
    _run([commands / "python", "-m", "pip", "install", "--quiet", wheel], cwd=tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    where = _run([commands / "python", "-c", "import nmodlgrad; print(nmodlgrad.__file__)"], cwd=empty)
    assert Path(where.strip()).is_relative_to(tmp_path), "this would test the checkout"
    _run([commands / "nmodlgrad", "hh", "-o", "out"], cwd=empty)
    written = {path.name for path in (empty / "out").iterdir()}
    assert written == {"13_hh_grad.mod", "zz_nmodlgrad_cable.mod", "nmodlgrad.json"}
    assert "SUFFIX hh_grad" in (empty / "out" / "13_hh_grad.mod").read_text()


_DATA = ("grammar", "templates")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _run(command: Sequence[str | Path], cwd: Path) -> str:
    """Run a command that must succeed, as outside of this process's environment; returns what it printed."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout
