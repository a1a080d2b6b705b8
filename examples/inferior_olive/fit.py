"""Twelve conductances of an inferior olive cell, from its voltage: with the gradient, and without.

python examples/inferior_olive/fit.py [--morphology C4A.swc] [--steps 300] [--seeds 3] [-o inferior_olive]

The fit of arXiv:2412.07327: from all conductances at their start to those of the target, by half the mean squared
difference of the voltage at the root, sampled at 1 ms. Adam takes steps of 1e-2 in units of the start, as there;
Gauss-Newton uses the whole Jacobian, within 0 and 10 units; CMA-ES (sigma 0.1, population 20) runs the original
mechanisms, without a gradient, once for each seed, with as many evaluations as take the time of Adam's: what one of
them takes is measured first, in processor time, so that it does not matter what else the machine does. What was run is
kept in the folder: the same command goes on.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import pickle
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cma
import model
import numpy as np
from matplotlib.figure import Figure
from neuron import h
from numpy.typing import NDArray
from tqdm import tqdm

import nmodlgrad as ng
from nmodlgrad import fit

EVERY_MS = 1.0
SIGMA, POPULATION = 0.1, 20  # of CMA-ES
TRIALS = 5  # by which costs are measured
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """What is fitted: the cell, and how long its voltage is."""

    morphology: Path | None
    duration_ms: float

    def loss(self, cell: model.Cell) -> fit.SquaredError:
        """The loss: the target is the cell's own voltage with the conductances of the target."""
        cell.set_conductances(model.TARGET)
        voltage = h.Vector().record(cell.root._ref_v)
        model.simulate(self.duration_ms)
        cell.set_conductances(model.START)
        every = round(EVERY_MS / model.DT_MS)
        return fit.SquaredError(cell.root, fit.Trace.sampled(np.array(voltage)[::every], EVERY_MS))


@dataclass(frozen=True)
class Run:
    """One optimisation: the loss at each evaluation, seconds for one, and the conductances with the smallest loss."""

    cost: float
    losses: Floats
    best: Floats

    @property
    def seconds(self) -> Floats:
        """Of computing, after each evaluation: shape (evaluations,)."""
        return self.cost * np.arange(1, len(self.losses) + 1)

    @property
    def lowest(self) -> Floats:
        """The smallest loss until then: shape (evaluations,)."""
        return np.minimum.accumulate(self.losses)


# ------------------------------------------------------------------ with the gradient
def problem(task: Task) -> fit.Problem:
    """The cell with its 12 conductances free, in units of their start."""
    ng.load(model.MECHANISMS)
    cell = model.build(task.morphology)
    loss = task.loss(cell)
    free = [
        fit.Free(direction, start=1, bounds=(0, 10), transform="identity", name=one.name)
        for direction, one in zip(cell.directions(), model.CONDUCTANCES, strict=True)
    ]
    return fit.Problem(free, fit.Protocol("spontaneous activity", task.duration_ms, loss))


def with_gradient(task: Task, optimiser: fit.Optimiser, folder: Path, cost: float) -> Run:
    """Adam or Gauss-Newton; `cost` is what an evaluation takes, in seconds."""
    found = fit.minimise(problem(task), optimiser, folder=folder)
    return Run(cost, found.losses, found.values)


def cost_with_gradient(task: Task) -> float:
    """Seconds of processor time for the loss and its gradient."""
    fitted = problem(task)
    return _seconds(lambda: fitted.value_and_grad(fitted.start))


def voltages(task: Task, conductances: list[Floats]) -> list[Floats]:
    """What the original cell does with each of these: shape (samples,), mV."""
    cell = _original(task)
    voltage = h.Vector().record(cell.root._ref_v)
    found = []
    for each in conductances:
        cell.set_conductances(each)
        model.simulate(task.duration_ms)
        found.append(np.array(voltage)[:: round(EVERY_MS / model.DT_MS)])
    return found


# ------------------------------------------------------------------ without
def cost_without(task: Task) -> float:
    """Seconds of processor time for the loss alone."""
    cell = _original(task)
    cell.set_conductances(model.START)
    return _seconds(lambda: model.simulate(task.duration_ms))


def _seconds(evaluate: Callable[[], object]) -> float:
    """The median of some evaluations, behind one that does not count."""
    taken = []
    for _ in range(TRIALS + 1):
        begin = time.process_time()
        evaluate()
        taken.append(time.process_time() - begin)
    return float(np.median(taken[1:]))


def by_evolution(task: Task, seed: int, evaluations: int, file: Path, cost: float) -> Run:
    """CMA-ES on the original mechanisms; kept after each generation."""
    cell = _original(task)
    loss = task.loss(cell)
    voltage = h.Vector().record(cell.root._ref_v)
    options = {"popsize": POPULATION, "bounds": [0, 10], "seed": seed, "verbose": -9}
    strategy, losses = cma.CMAEvolutionStrategy(list(model.START), SIGMA, options), []
    if file.exists():
        strategy, losses = pickle.loads(file.read_bytes())

    def evaluate(conductances: Floats) -> float:
        cell.set_conductances(conductances)
        model.simulate(task.duration_ms)
        residuals, _ = loss.residuals(np.array(voltage)[:: round(EVERY_MS / model.DT_MS)], EVERY_MS)
        losses.append(float(residuals @ residuals) / 2)
        return losses[-1]

    with tqdm(desc=f"CMA-ES, seed {seed}", total=evaluations, initial=len(losses), disable=None) as bar:
        while len(losses) < evaluations:
            candidates = strategy.ask()
            strategy.tell(candidates, [evaluate(each) for each in candidates])
            _keep(file, pickle.dumps((strategy, losses)))
            bar.set_postfix_str(f"best {min(losses):.4g}", refresh=False)
            bar.update(len(losses) - bar.n)
    return Run(cost, np.array(losses), np.array(strategy.result.xbest))


def _keep(file: Path, data: bytes) -> None:
    """Whole or not at all."""
    beside = file.with_suffix(".part")
    beside.write_bytes(data)
    os.replace(beside, file)


def _original(task: Task) -> model.Cell:
    with tempfile.TemporaryDirectory() as folder:
        model.load_originals(Path(folder))
    return model.build(task.morphology)


# ------------------------------------------------------------------ what came out
def report(runs: dict[str, Run]) -> None:
    """A table."""
    goal = runs["Adam"].lowest[-1]
    print("                 evaluations   seconds   loss at the end   evaluations until Adam's   seconds until then")
    for name, run in runs.items():
        there = np.flatnonzero(run.lowest <= goal)
        until = f"{there[0] + 1:>24d} {run.seconds[there[0]]:>20.1f}" if len(there) else f"{'never':>24} {'':>20}"
        print(f"{name:15s} {len(run.losses):12d} {run.seconds[-1]:9.1f} {run.lowest[-1]:17.4g}   {until}")
    print("\nconductances in units of their start")
    print(" " * 10 + "".join(f"{name:>16}" for name in ("target", *runs)))
    for number, one in enumerate(model.CONDUCTANCES):
        print(f"{one.name:10s}{one.target:16.4f}" + "".join(f"{run.best[number]:16.4f}" for run in runs.values()))


def draw(picture: Path, runs: dict[str, Run], traces: list[Floats], names: list[str]) -> None:
    """Losses over time, and voltages before and after."""
    figure = Figure(figsize=(9, 3.2), layout="constrained", dpi=130)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.4))
    colours = {"Adam": "C0", "Gauss-Newton": "C3"}
    for name, run in runs.items():
        colour = colours.get(name, "0.6")
        left.plot(run.seconds, run.lowest, color=colour, label=name if name in colours or name.endswith("1") else None)
    left.set(xlabel="seconds of computing", ylabel="loss (mV²)", yscale="log", ylim=(1e-10, None))
    left.legend(frameon=False)
    for trace, name, style in zip(traces, names, (("0.75", "-"), ("0.2", "-"), ("C3", ":")), strict=True):
        right.plot(EVERY_MS * np.arange(len(trace)), trace, color=style[0], linestyle=style[1], label=name)
    right.set(xlabel="time (ms)", ylabel="voltage at the root (mV)")
    right.legend(frameon=False, ncols=3)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(picture)


def _apart(task: Callable[..., Any], *arguments: Any) -> Any:
    """Do it in a process that has loaded nothing yet."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(task, *arguments).result()


def costs(task: Task, file: Path) -> tuple[float, float]:
    """Seconds for an evaluation with the gradient, and for one without; measured once."""
    if not file.exists():
        _keep(file, json.dumps([_apart(cost_with_gradient, task), _apart(cost_without, task)]).encode())
    with_all, without = json.loads(file.read_text())
    print(f"an evaluation with the gradient takes {with_all:.2f} s, one without {without:.2f} s\n")
    return with_all, without


def main() -> None:
    """Run what has not been run, print the table, and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--morphology", type=Path, metavar="SWC", help="default: the synthetic cell")
    parser.add_argument(
        "--duration", type=float, default=1000, metavar="MS", help="of the voltage (default: %(default)g)"
    )
    parser.add_argument(
        "--steps", type=int, default=300, help="of Adam, and evaluations of Gauss-Newton at most (default: %(default)s)"
    )
    parser.add_argument("--seeds", type=int, default=3, help="runs of CMA-ES (default: %(default)s)")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("inferior_olive"), metavar="DIR", help="(default: %(default)s)"
    )
    options = parser.parse_args()
    task = Task(options.morphology, options.duration)
    options.output.mkdir(parents=True, exist_ok=True)
    with_all, without = costs(task, options.output / "costs.json")
    optimisers = {"Adam": fit.Adam(options.steps, 1e-2), "Gauss-Newton": fit.GaussNewton(options.steps)}
    runs = {
        name: _apart(with_gradient, task, optimiser, options.output / name.lower(), with_all)
        for name, optimiser in optimisers.items()
    }
    budget = round(float(runs["Adam"].seconds[-1]) / without)
    for seed in range(1, options.seeds + 1):
        file = options.output / f"cma-{seed}.pickle"
        runs[f"CMA-ES, seed {seed}"] = _apart(by_evolution, task, seed, budget, file, without)
    report(runs)
    conductances = [np.array(model.START), np.array(model.TARGET), runs["Gauss-Newton"].best]
    traces = _apart(voltages, task, conductances)
    draw(options.output / "fit.png", runs, traces, ["start", "target", "Gauss-Newton"])
    print(f"\npicture: {options.output / 'fit.png'}")


if __name__ == "__main__":
    main()
