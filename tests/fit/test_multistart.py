"""Many starts: the fits are those that `minimise` finds, whatever executor they run on and whatever dies meanwhile."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starting import OPTIMISER, STARTS, Accident, Model, outcome

from nmodlgrad import NmodlGradError, WrongArgument, fit
from nmodlgrad.fit.journal import Journal
from nmodlgrad.fit.sampling import Range, ranges, sobol
from nmodlgrad.fit.transforms import Identity, Log, Logit, Softplus

HERE = Path(__file__).parent
ENVIRONMENT = os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The thetas of each fit, and its outcome, as one process finds them with `minimise`, one after the other."""
    log = tmp_path_factory.mktemp("alone") / "log"
    done = subprocess.run(
        [sys.executable, HERE / "starting.py", log],
        env=ENVIRONMENT | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len({json.dumps(each) for each in found["outcomes"]}) == STARTS
    return found


def theta_of(alone: Any, start: int, evaluation: int) -> tuple[float, ...]:
    return tuple(alone["thetas"][start][evaluation])


def outcomes(fits: fit.Fits) -> list[Any]:
    return json.loads(json.dumps([*map(outcome, fits.fits)]))


# ---------------------------------------------------------------------- accidents
def test_what_dies_is_tried_again_and_given_up_and_the_others_find_what_they_would_have_found(
    alone: Any, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    accidents = {
        theta_of(alone, 1, 3): Accident("die", once=str(tmp_path / "once")),
        theta_of(alone, 2, 2): Accident("die"),
        theta_of(alone, 4, 0): Accident("fail"),
    }
    with pytest.warns(RuntimeWarning) as warned:
        found = fit.multistart(
            Model(str(log), accidents=accidents), OPTIMISER, folder=tmp_path / "run", starts=STARTS, seed=1
        )
    wanted = [None if number in (2, 4) else each for number, each in enumerate(alone["outcomes"])]
    assert outcomes(found) == wanted
    killed = "its process was ended by SIGKILL"
    assert found.deaths == {1: (killed,), 2: (killed,) * 3}
    assert {number: str(why) for number, why in found.failures.items()} == {
        2: f"{killed}, the last of 3 attempts",
        4: "ValueError: an accident",
    }
    assert "in happen" in found.failures[4].traceback
    assert found.finished and found.message == "4 of 6 starts came to their end, 0 converged, 2 failed"
    assert [str(each.message) for each in warned] == [
        f"2 of 6 starts failed: {killed}, the last of 3 attempts (start 2); ValueError: an accident (start 4); "
        f"tried again: {killed} (start 1)"
    ]
    assert found.best is found.ranked[0]
    assert found.best.loss == min(each.loss for each in found.fits if each is not None)
    # Those that were tried again went on from their journals: evaluated twice was only what was evaluated at a death,
    # and the first one each time, to see that the model is the same.
    evaluated = [json.loads(line.split(" ", 1)[1]) for line in log.read_text().splitlines()]
    for start, thetas in enumerate(alone["thetas"]):
        times = [evaluated.count(theta) for theta in thetas]
        assert times == {1: [2, 1, 1, 2, 1, 1], 2: [3, 1, 3, 0, 0, 0], 4: [1, 0, 0, 0, 0, 0]}.get(start, [1] * 6)
    # A process that had no accident was kept: it built the model once.
    assert len({line.split()[0] for line in log.read_text().splitlines()}) <= 2 + 1 + 3 + 1


def test_a_problem_that_can_not_be_built_is_told_of_once(tmp_path: Path) -> None:
    with pytest.raises(NmodlGradError, match=r"the problem can not be built: OSError: no data\n(?s:.*)_unbuildable"):
        fit.multistart(_unbuildable, OPTIMISER, folder=tmp_path)


def _unbuildable() -> fit.Problem:
    raise OSError("no data")


def test_a_factory_that_other_processes_can_not_import_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongArgument, match="other processes can not import the factory"):
        fit.multistart(lambda: Model("")(), OPTIMISER, folder=tmp_path)
    with pytest.raises(WrongArgument, match="from 1 on"):
        fit.multistart(Model(""), OPTIMISER, folder=tmp_path, starts=0)
    with pytest.raises(WrongArgument, match="from 0 on"):
        fit.multistart(Model(""), OPTIMISER, folder=tmp_path, seed=-1)


def test_a_folder_of_other_fits_or_in_use_is_refused(tmp_path: Path) -> None:
    def call(seed: int) -> None:
        fit.multistart(_unbuildable, OPTIMISER, folder=tmp_path, seed=seed)

    with pytest.raises(NmodlGradError, match="no data"):
        call(1)
    with pytest.raises(fit.JournalError, match=r"another fit \(seed differ\)"):
        call(2)
    kept = json.loads((tmp_path / "starts" / "starts.jsonl").read_text())
    with Journal(tmp_path / "starts", kept, name="starts.jsonl"), pytest.raises(fit.JournalError, match="another proc"):
        call(1)


# ---------------------------------------------------------------------- the whole of it ends
SCRIPT = """
import json, sys
from starting import STARTS, OPTIMISER, Model, outcome
from nmodlgrad import fit

def build():
    return Model(sys.argv[1], pause=0.3)()

if __name__ == "__main__":
    print("begun", flush=True)
    found = fit.multistart(build, OPTIMISER, folder=sys.argv[2], starts=STARTS, seed=1)
    print(json.dumps([found.message, found.finished, [*map(outcome, found.fits)]]))
"""


def test_a_call_that_was_killed_or_interrupted_goes_on_as_if_nothing_had_been(alone: Any, tmp_path: Path) -> None:
    script, log, folder = tmp_path / "script.py", tmp_path / "log", tmp_path / "run"
    script.write_text(SCRIPT)

    def begin() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, script, log, folder],
            env=ENVIRONMENT | {"PYTHONPATH": f"{HERE}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait(process: subprocess.Popen[str], count: int) -> None:
        while not log.exists() or len(log.read_text().splitlines()) < count:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)

    killed = begin()
    wait(killed, 5)
    killed.kill()
    killed.communicate()
    processes = {int(line.split()[0]) for line in log.read_text().splitlines()}
    time.sleep(0.1)
    assert not any(_alive(process) for process in processes), "they end with the one that waits for them"

    interrupted = begin()
    wait(interrupted, 8)  # in the midst of the fits that go on: each has six evaluations
    interrupted.send_signal(signal.SIGINT)
    out, err = interrupted.communicate(timeout=100)
    assert interrupted.returncode == 0, err
    assert "The fits end after the evaluation at hand; the same call goes on from there." in err
    message, finished, fits = json.loads(out.removeprefix("begun\n"))
    assert message.startswith("interrupted: ") and not finished
    assert {each[1] for each in fits if each is not None} >= {"interrupted"}
    assert len(log.read_text().splitlines()) < STARTS * 6

    out, err = begin().communicate(timeout=100)
    _, finished, fits = json.loads(out.removeprefix("begun\n"))
    assert finished and fits == alone["outcomes"], err
    # What was evaluated when it was killed, and each start again, by both calls that go on.
    assert len(log.read_text().splitlines()) <= STARTS * 6 + 2 + 2 * STARTS


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_script_that_is_not_guarded_is_told_so(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace('if __name__ == "__main__":', "if True:"))
    done = subprocess.run(
        [sys.executable, script, tmp_path / "log", tmp_path / "run"],
        env=ENVIRONMENT | {"PYTHONPATH": f"{HERE}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert 'put what it does under `if __name__ == "__main__":`' in done.stderr.splitlines()[-1], done.stderr


# ---------------------------------------------------------------------- other executors
def test_a_pool_of_processes_survives_a_model_that_dies(alone: Any, tmp_path: Path) -> None:
    accidents = {theta_of(alone, 1, 3): Accident("die", once=str(tmp_path / "once"))}
    model = Model(str(tmp_path / "log"), accidents=accidents)
    with ProcessPoolExecutor(1) as executor, pytest.warns(RuntimeWarning, match="tried again"):
        found = fit.multistart(model, OPTIMISER, folder=tmp_path / "run", starts=2, seed=1, executor=executor)
    assert outcomes(found) == alone["outcomes"][:2]


def test_mpi_runs_it_and_survives_a_model_that_dies(alone: Any, tmp_path: Path) -> None:
    if importlib.util.find_spec("mpi4py") is None:
        pytest.skip("mpi4py is not installed: pip install nmodlgrad[mpi]")
    if shutil.which("mpiexec") is None:
        pytest.skip("there is no mpiexec: apt-get install openmpi-bin")
    script = tmp_path / "script.py"
    accident = Accident("die", once=str(tmp_path / "once"))
    script.write_text(f"""
import json
from mpi4py.futures import MPIPoolExecutor
from starting import STARTS, OPTIMISER, Accident, Model, outcome
from nmodlgrad import fit

def build():
    return Model({str(tmp_path / "log")!r}, accidents={{{theta_of(alone, 1, 3)}: {accident}}})()

if __name__ == "__main__":
    with MPIPoolExecutor() as executor:
        found = fit.multistart(build, OPTIMISER, folder={str(tmp_path / "run")!r}, starts=STARTS, seed=1,
                               executor=executor)
        workers = executor.num_workers
    with open({str(tmp_path / "found")!r}, "w") as file:
        json.dump([workers, found.deaths.get(1), [*map(outcome, found.fits)]], file)
""")
    settings = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "NEURON_INIT_MPI": "0"}
    done = subprocess.run(
        ["mpiexec", "--oversubscribe", "-n", "3", sys.executable, "-m", "mpi4py.futures", script],
        env=ENVIRONMENT | settings | {"PYTHONPATH": f"{HERE}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    workers, deaths, fits = json.loads((tmp_path / "found").read_text())
    assert workers == 2 and deaths == ["its process was ended by SIGKILL"]
    assert fits == alone["outcomes"]


def test_dask_runs_it_and_a_worker_that_dies_costs_its_evaluation_only(alone: Any, tmp_path: Path) -> None:
    if importlib.util.find_spec("distributed") is None:
        pytest.skip("dask's distributed is not installed: pip install nmodlgrad[dask]")
    import dask
    from distributed import Client, LocalCluster

    accident = Accident("take the worker along", once=str(tmp_path / "once"))
    model = Model(str(tmp_path / "log"), accidents={theta_of(alone, 1, 3): accident})
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
        pytest.warns(RuntimeWarning, match="tried again: its worker failed .KilledWorker"),
    ):
        found = fit.multistart(
            model, OPTIMISER, folder=tmp_path / "run", starts=STARTS, seed=1, executor=client.get_executor()
        )
    assert outcomes(found) == alone["outcomes"]
    assert len(found.deaths[1]) == 1


# ---------------------------------------------------------------------- where they start
def test_each_part_of_a_range_has_one_start_of_as_many() -> None:
    spread = [Range(Identity(), Identity(), 2, 6), Range(Log(), Log(), math.log(1e-3), 0)]
    thetas = sobol(spread, 16, seed=0)
    for column, each in zip(thetas.T, spread, strict=True):
        parts = np.floor(16 * (column - each.lowest) / (each.highest - each.lowest))
        assert sorted(parts) == [*range(16)]
    assert (thetas[:5] == sobol(spread, 5, seed=0)).all() and (thetas != sobol(spread, 16, seed=1)).all()


class _Parameters:
    """What `ranges` asks of a problem."""

    def __init__(self, *given: tuple[Any, tuple[float, float], float]) -> None:
        self.free = [_Parameter(transform) for transform, _, _ in given]
        self.bounds = np.array([[transform.theta(bound) for bound in bounds] for transform, bounds, _ in given])
        self.start = np.array([transform.theta(start) for transform, _, start in given])


class _Parameter:
    def __init__(self, mapping: Any) -> None:
        self.mapping = mapping


@pytest.mark.parametrize(
    ("transform", "bounds", "start", "values"),
    [
        (Identity(), (-3, 5), 1, [-3, 1, 5]),
        (Identity(), (-math.inf, math.inf), 2, [0, 2, 4]),
        (Identity(), (-math.inf, math.inf), 0, [-1, 0, 1]),
        (Identity(), (1.5, math.inf), 2, [1.5, 2.75, 4]),
        (Log(), (0.01, 1), 0.5, [0.01, 0.1, 1]),
        (Log(), (0, math.inf), 0.5, [0.05, 0.5, 5]),
        (Log(), (0, 1), 0.5, [0.05, math.sqrt(0.05), 1]),
        (Logit(-3, 5), (-3, 5), 1, [-3 + 0.08, 1, 5 - 0.08]),
        (Logit(0.01, 1), (0.01, 1), 0.5, [0.01 * 100**0.01, 0.1, 0.01 * 100**0.99]),
        (Softplus(1, 2), (1, 9), 2, [1 + 2 * math.log1p(math.expm1(0.5) * factor) for factor in (0.1, 1, 10)]),
    ],
    ids=str,
)
def test_where_a_parameter_starts(
    transform: Any, bounds: tuple[float, float], start: float, values: list[float]
) -> None:
    problem: Any = _Parameters((transform, bounds, start))
    (spread,) = ranges(problem)
    found = [transform.value(spread.theta(part)) for part in (0, 0.5, 1)]
    assert found == pytest.approx(values, rel=1e-12)
