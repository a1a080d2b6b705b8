"""Start the processes from pytest, and read back what they measured."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.build import PLAIN, build

TESTS = Path(__file__).resolve().parents[1]
FIXTURES = TESTS / "fixtures"
BUILTINS = ("hh", "pas", "ExpSyn", "Exp2Syn", "IClamp", "SEClamp", "AlphaSynapse")
TIMEOUT_S = 300

Measured = Mapping[str, NDArray[Any]]


def relative_error(tangent: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    """Largest deviation over samples and sites, relative to the largest reference; one number per direction."""
    assert tangent.shape == reference.shape, f"{tangent.shape} is not aligned with {reference.shape}"
    largest = abs(reference).max(axis=(0, 1))
    assert (largest > 0).all(), "a direction that moves no voltage tests nothing"
    errors: NDArray[np.float64] = abs(tangent - reference).max(axis=(0, 1)) / largest
    return errors


@dataclass(frozen=True)
class Job:
    """A process at work; `result` waits for it. Without a process, the result lies there already."""

    folder: Path
    process: subprocess.Popen[str] | None

    def result(self) -> Measured:
        """Return the arrays by name.

        Raises
        ------
        RuntimeError
            With the end of what the process wrote, if it failed.

        """
        if self.process is not None:
            try:
                written, _ = self.process.communicate(timeout=TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
            if self.process.returncode:
                raise RuntimeError(f"the process in {self.folder} failed\n{written[-4000:]}")
        with np.load(self.folder / "result.npz") as arrays:
            return dict(arrays)


@dataclass(frozen=True)
class Oracle:
    """A folder for what is measured, and one for what the original mechanisms gave and their compiled form.

    These are kept between sessions, under a key of everything they depend on.
    """

    folder: Path
    kept: Path

    def differences(
        self, scenario: str, theta: list[float] | None = None, share: tuple[int, int] = (0, 1), **options: Any
    ) -> Job:
        """Start the finite differences of a scenario, at `theta`: voltage, reference, noise, step, labels.

        A `share` of (k, n) are the directions k, k + n, k + 2n, ...: where n processes share the work.
        """
        return self._plain("differences", scenario, options, theta=theta, share=share)

    def observed_differences(self, scenario: str, names: list[str], **options: Any) -> Job:
        """Start the finite differences of variables other than the voltage, as "soma(0.5).m_hh": reference, noise."""
        return self._plain("observed_differences", scenario, options, names=names)

    def observed(self, scenario: str, names: list[str], **options: Any) -> Job:
        """Start nmodlgrad on a scenario: the tangents of the same variables, (samples, variables, directions)."""
        return self._augmented("observed", scenario, options, names=names)

    def primal(self, scenario: str, runs: list[dict[str, Any]] | None = None, **options: Any) -> Job:
        """Start plain runs of the originals, each with a `way` and a `theta`: voltage_0, voltage_1, ..."""
        return self._plain("primal", scenario, options, runs=runs or [{}])

    def everything(self, scenario: str, **options: Any) -> Job:
        """Start one plain run that returns each variable under its name."""
        return self._plain("everything", scenario, options)

    def jitter(self, scenario: str, **options: Any) -> Job:
        """Start a plain run as it is and one with rounding errors added: voltage, jittered."""
        return self._plain("jitter", scenario, options)

    def tangents(self, scenario: str, runs: list[dict[str, Any]] | None = None, **options: Any) -> Job:
        """Start nmodlgrad on a scenario: voltage_0, tangent_0, last_0, voltage_1, ..."""
        return self._augmented("tangents", scenario, options, runs=runs or [{}])

    def augmented_everything(self, scenario: str, names: list[str], *, attached: bool, **options: Any) -> Job:
        """Start nmodlgrad with or without a Sensitivity; return the named variables."""
        return self._augmented("everything", scenario, options, names=names, attached=attached)

    def _plain(self, task: str, scenario: str, options: dict[str, Any], **more: Any) -> Job:
        request = {"task": task, "scenario": scenario, "options": options, **more}
        fixtures = _fixtures(scenario)
        folder = self.kept / _key(json.dumps(request, sort_keys=True), fixtures)
        if (folder / "result.npz").exists():
            return Job(folder, None)
        folder.mkdir(parents=True, exist_ok=True)
        return _start("oracle.plain", {**request, "originals": str(self._originals(fixtures))}, folder)

    def _originals(self, fixtures: list[Path]) -> Path:
        """The fixtures as a user compiles them, by plain nrnivmodl; once, whoever asks."""
        folders = sorted({path.parent for path in fixtures})
        included = [path for folder in folders for path in folder.glob("*.inc")]
        return build({path.name: path.read_bytes().decode("latin-1") for path in [*fixtures, *included]}, PLAIN)

    def _augmented(self, task: str, scenario: str, options: dict[str, Any], **more: Any) -> Job:
        request = {
            "task": task,
            "scenario": scenario,
            "options": options,
            "builtins": _builtins(scenario),
            "mechanisms": [str(path) for path in _augmented_fixtures(scenario)],
            **more,
        }
        return _start("oracle.augmented", request, Path(tempfile.mkdtemp(dir=self.folder)))


def _fixtures(scenario: str) -> list[Path]:
    """The mechanisms that both sides compile: all of them, so that it is done once.

    With NMODLGRAD_TESTS_LOAD=alone, only those that the scenario needs: for work on one of them.
    """
    from scenarios import FIXTURES_OF, MECHANISMS_OF

    if scenario in MECHANISMS_OF:
        return MECHANISMS_OF[scenario]()
    everything = sorted(FIXTURES.glob("*.mod"))
    if os.environ.get("NMODLGRAD_TESTS_LOAD") != "alone":
        return everything
    return [path for path in everything if path.stem in FIXTURES_OF.get(scenario, ())]


def _augmented_fixtures(scenario: str) -> list[Path]:
    """The same; but where other parameters than usual can be seeded, only those that such scenarios need."""
    from scenarios import FIXTURES_OF, WRT_OF

    wrt, everything = WRT_OF[scenario], _fixtures(scenario)
    if wrt is None:
        return everything
    needed = {stem for name, those in FIXTURES_OF.items() if WRT_OF[name] == wrt for stem in those}
    return [path for path in everything if path.stem in needed]


def _builtins(scenario: str) -> tuple[str, ...]:
    from scenarios import BUILTINS_OF

    return BUILTINS_OF.get(scenario, BUILTINS)


def _start(module: str, request: dict[str, Any], folder: Path) -> Job:
    (folder / "request.json").write_text(json.dumps(request))
    importable = [str(TESTS), *sys.path]  # what pytest can import, the process can
    path = os.pathsep.join(os.path.abspath(entry) for entry in importable)
    process = subprocess.Popen(
        [sys.executable, "-m", module, "request.json", "result.npz"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "NEURON_MODULE_OPTIONS": "-nogui"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Job(folder, process)


def _key(what: str, fixtures: list[Path]) -> str:
    """A hash of all that something of the originals depends on."""
    digest = hashlib.sha256(what.encode())
    digest.update(f"{version('neuron')} {sys.version}".encode())
    of_models = ("oracle/*.py", "scenarios/*.py", "fixtures/morphologies/*")
    models = [] if what == "originals" else [path for pattern in of_models for path in TESTS.glob(pattern)]
    for source in [*sorted(models), *fixtures]:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:24]
