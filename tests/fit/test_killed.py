"""A fit that is killed at any moment, or whose journal ends anywhere, goes on as if nothing had been."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from starting import outcome

from nmodlgrad import fit
from nmodlgrad.fit.hosted import Work
from nmodlgrad.fit.hosts import NotBegun, perform
from nmodlgrad.fit.journal import Journal
from nmodlgrad.fit.multistart import _fit
from nmodlgrad.fit.transforms import Identity

# The model is built once and the process forked for each attempt, so that many attempts take little time.
KILLING = """
import json, os, random, signal, sys, time
from pathlib import Path
import scipy.optimize  # which takes longer to import than a fit takes
from starting import Model, outcome
from nmodlgrad import fit

folder = Path(sys.argv[1])
problem = Model(str(folder / "log"))()

def attempt(optimiser, place):
    child = os.fork()
    if child:
        return child
    try:
        found = fit.minimise(problem, optimiser, start=problem.start + [1, -0.7], folder=place, progress=False)
        (place / "outcome.json").write_text(json.dumps(outcome(found)))
    except BaseException as error:
        print(error, file=sys.stderr)
        os._exit(1)
    os._exit(0)

def ended(child, place):
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, status
        return None
    assert status == 0, status
    return json.loads((place / "outcome.json").read_text())

chance = random.Random(0)
results = {}
optimisers = {"adam": fit.Adam(steps=20), "l-bfgs-b": fit.LBFGSB(steps=10), "gauss-newton": fit.GaussNewton(steps=20)}
for name, optimiser in optimisers.items():
    begin = time.perf_counter()
    undisturbed = ended(attempt(optimiser, folder / name / "undisturbed"), folder / name / "undisturbed")
    seconds = time.perf_counter() - begin
    kills, lengths, found = 0, set(), None
    place = folder / name / "killed"
    while found is None:
        child = attempt(optimiser, place)
        time.sleep(chance.uniform(0, seconds / 3))
        os.kill(child, signal.SIGKILL)
        found = ended(child, place)
        kills += found is None
        if found is None and (place / "evaluations.jsonl").exists():
            lengths.add((place / "evaluations.jsonl").stat().st_size)
    results[name] = [kills, len(lengths), undisturbed == found, undisturbed]

holder = os.fork()
if not holder:
    from nmodlgrad.fit.journal import Journal
    with Journal(folder / "held", {}):
        print("held", flush=True)
        time.sleep(60)
    os._exit(0)
while not (folder / "held" / "evaluations.jsonl").exists():
    time.sleep(0.01)
time.sleep(0.1)
try:
    fit.minimise(problem, fit.Adam(steps=1), folder=folder / "held")
    refused = None
except fit.JournalError as error:
    refused = str(error)
os.kill(holder, signal.SIGKILL)
(folder / "results.json").write_text(json.dumps([results, refused]))
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("killed")
    path = f"{Path(__file__).parent}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    done = subprocess.run(
        [sys.executable, "-c", KILLING, folder],
        env=os.environ | {"NEURON_MODULE_OPTIONS": "-nogui", "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "results.json").read_text())


@pytest.mark.parametrize("optimiser", ["adam", "l-bfgs-b", "gauss-newton"])
def test_a_fit_that_is_killed_again_and_again_ends_where_it_would_have_ended(killed: Any, optimiser: str) -> None:
    kills, lengths, same, undisturbed = killed[0][optimiser]
    assert undisturbed[2] and len(undisturbed[0][1]) > 5
    assert kills >= 3 and lengths >= 2  # at different moments
    assert same


def test_of_two_processes_that_write_one_journal_the_second_is_refused(killed: Any) -> None:
    assert killed[1].endswith("evaluations.jsonl is being written by another process")


# ---------------------------------------------------------------------- where a journal may end
@dataclass
class Valley:
    """Rosenbrock's function, as the problem of a fit: something to minimise that needs no simulation."""

    evaluations: int = 0
    factor: float = 1.0
    start: Any = field(default_factory=lambda: np.array([-1.2, 1.0]))
    bounds: Any = field(default_factory=lambda: np.array([[-np.inf, np.inf]] * 2))
    labels: tuple[str, ...] = ("x", "y")
    free: tuple[Any, ...] = (SimpleNamespace(mapping=Identity()),) * 2
    protocols: tuple[Any, ...] = ()
    dt: float = 0.025

    def values(self, theta: Any) -> Any:
        return theta

    def move(self, theta: Any) -> None:
        pass

    def evaluate(self, theta: Any) -> fit.Evaluation:
        self.evaluations += 1
        x, y = theta
        residuals, jacobian = np.array([10 * (y - x**2), 1 - x]), np.array([[-20 * x, 10], [-1, 0]])
        return fit.Evaluation(theta, self.factor * residuals, self.factor * jacobian)


def test_a_journal_that_ends_at_any_byte_loses_the_line_that_it_ends_in_and_nothing_else(tmp_path: Path) -> None:
    def run(folder: Path) -> tuple[Any, int]:
        valley: Any = Valley()
        found = fit.minimise(valley, fit.GaussNewton(steps=2), folder=folder, progress=False)
        return outcome(found), valley.evaluations

    undisturbed, evaluations = run(tmp_path / "undisturbed")
    assert evaluations == 2
    whole = (tmp_path / "undisturbed" / "evaluations.jsonl").read_bytes()
    journal = tmp_path / "torn" / "evaluations.jsonl"
    journal.parent.mkdir()
    for length in range(len(whole) + 1):
        journal.write_bytes(whole[:length])
        found, again = run(journal.parent)
        assert found == undisturbed
        lost = 3 - whole[:length].count(b"\n")  # of the first line, which tells whose journal it is, and two more
        checked = lost < 2  # the first evaluation is there, and made again
        assert again == min(lost, 2) + checked
        assert _but_seconds(journal.read_bytes()) == _but_seconds(whole)


def test_the_journal_of_another_model_is_refused_and_one_that_rounds_otherwise_is_not(tmp_path: Path) -> None:
    def run(factor: float) -> fit.Fit:
        valley: Any = Valley(factor=factor)
        return fit.minimise(valley, fit.GaussNewton(steps=3), folder=tmp_path, progress=False)

    before = run(1.0)
    assert outcome(run(1 + 1e-9)) == outcome(before)
    with pytest.raises(fit.JournalError, match=r"the loss at the start is 12\.\d+, and was 12\.1"):
        run(1 + 1e-5)


def test_a_journal_into_which_something_else_has_written_is_refused_with_the_line(tmp_path: Path) -> None:
    valley: Any = Valley()
    fit.minimise(valley, fit.GaussNewton(steps=2), folder=tmp_path, progress=False)
    journal = tmp_path / "evaluations.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    for number in range(len(lines)):
        for other in (
            "garbage\n",
            "[1, 2]\n",
            '{"theta": [1, 2]}\n',
            '{"theta": [1], "triangle": [1], "counts": []}\n',
        ):
            if number or "[1" not in other:
                journal.write_text("".join([*lines[:number], other, *lines[number + 1 :]]))
                with pytest.raises(fit.JournalError, match=rf"jsonl:{number + 1} is no line of a journal"):
                    fit.minimise(valley, fit.GaussNewton(steps=2), folder=tmp_path, progress=False)


def _but_seconds(journal: bytes) -> list[Any]:
    return [
        {key: value for key, value in json.loads(line).items() if key != "seconds"} for line in journal.splitlines()
    ]


# ---------------------------------------------------------------------- who is left of a call that was killed
def test_a_start_waits_for_who_still_writes_its_journal(tmp_path: Path) -> None:
    valley: Any = Valley()
    held = Journal(tmp_path, {})
    released = threading.Timer(1.0, lambda: (held.path.unlink(), held.__exit__(None, None, None)))
    released.start()
    found = _fit(fit.GaussNewton(steps=2), valley.start, tmp_path, -math.inf, math.inf, valley)
    assert not released.is_alive() and valley.evaluations == 2
    assert found.outcome is fit.Outcome.BUDGET


def test_a_worker_begins_nothing_for_a_call_that_is_over_or_that_another_one_follows(tmp_path: Path) -> None:
    run = tmp_path / "running"
    work = Work(factory=b"", main={}, path=(), run=str(run), token="this")
    assert perform(work, b"", 1) == NotBegun()
    run.write_text("the next")
    assert perform(work, b"", 1) == NotBegun()
