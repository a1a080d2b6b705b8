"""A recovery study: from random starts, how many fits of a Hodgkin-Huxley cell end at the parameters it was made with?

python examples/recovery/run.py                         # 100 starts: minutes; what is done is kept and not done again
python examples/recovery/run.py --starts 3 --budget 30  # a look at it

CMA-ES is compared where its package is installed: pip install cma
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

import numpy as np
from methods import AT_THE_TRUTH, LOSSES, METHODS, Result, Task, build, cost, run
from model import LOWER, TRUTH, UPPER, Floats
from tqdm import tqdm

SEED = 2026


def beginnings(count: int) -> Floats:
    """Where fits start: uniform within the bounds, shape (count, parameters); the first ones are always the same."""
    return np.random.default_rng(SEED).uniform(LOWER, UPPER, (count, len(LOWER)))


class Results:
    """A file with a line for each start that is done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = (
            [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
            if path.exists()
            else []
        )
        path.write_bytes(b"".join(whole))  # the run may have been killed within a line
        self.all = [Result(**json.loads(line)) for line in whole]

    def missing(self, tasks: Iterable[Task]) -> list[Task]:
        """Those that are not done."""
        done = {(each.method, each.loss, each.start, each.budget) for each in self.all}
        return [task for task in tasks if (*task.key, task.budget) not in done]

    def add(self, result: Result) -> None:
        """Keep one."""
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(result)) + "\n")
        self.all.append(result)


def pool(processes: int, augmented: bool) -> ProcessPoolExecutor:
    """Processes with the model built: with derivatives, or the original."""
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), build, (augmented,))


def costs(path: Path) -> dict[str, dict[str, float]]:
    """Seconds of an evaluation with all derivatives, and of one without, for each loss; measured once."""
    if not path.exists():
        truth, found = np.array(list(TRUTH.values())), {}
        for name, augmented in (("with derivatives", True), ("without", False)):
            with pool(1, augmented) as process:
                found[name] = {loss: process.submit(cost, loss, augmented, truth).result() for loss in LOSSES}
        path.write_text(json.dumps(found, indent=2) + "\n")
    measured: dict[str, dict[str, float]] = json.loads(path.read_text())
    return measured


def study(folder: Path, starts: int, budget: int, processes: int) -> Results:
    """Do what is missing."""
    results, begin = Results(folder / "results.jsonl"), beginnings(starts)
    seconds = costs(folder / "costs.json")
    ratio = {loss: seconds["with derivatives"][loss] / seconds["without"][loss] for loss in LOSSES}
    for augmented, methods in METHODS.items():
        all_of_them = [
            Task(method, loss, k, budget if augmented else round(budget * ratio[loss]))
            for k in range(starts)
            for method in methods
            for loss in LOSSES
        ]
        missing = results.missing(all_of_them)
        if not missing:
            continue
        with pool(processes, augmented) as executor:
            futures = [executor.submit(run, task, begin[task.start]) for task in missing]
            bar = tqdm(as_completed(futures), "starts", len(all_of_them), initial=len(all_of_them) - len(missing))
            for future in bar:
                results.add(future.result())
                bar.set_postfix_str(f"{sum(each.recovered for each in results.all)} at the truth")
    return results


def main() -> None:
    """Run it, print the table, draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=100, help="how many (default: %(default)s)")
    parser.add_argument("--budget", type=int, default=100, help="simulations with derivatives (default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=Path("recovery"), help="for results (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="default: %(default)s")
    options = parser.parse_args()
    os.environ |= {"NEURON_MODULE_OPTIONS": "-nogui", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    results = study(options.folder, options.starts, options.budget, options.processes)
    from report import draw, table

    chosen = [each for each in results.all if each.start < options.starts]
    print(table(chosen))
    draw(chosen, options.folder / "recovery.png")
    print(f"\nat the truth: every parameter within {AT_THE_TRUTH:.0%} of it. Figure: {options.folder / 'recovery.png'}")


if __name__ == "__main__":
    main()
