"""The 20 free parameters of a layer 5 pyramidal cell, from its voltage: with gradients, and by bluepyopt's optimisers.

python examples/layer5/run.py                                        # half an hour of one core
python examples/layer5/run.py --seeds 1 --seconds 10 --share 0.3     # a look at it

The cell comes from the sdist of bluepyopt, which pip downloads once. bluepyopt's optimisers are compared where it is
installed: pip install bluepyopt. What was run is kept in the folder: the same command goes on.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from methods import METHODS, Result, Task, run, voltages
from pyramidal_cell import Unavailable, download, parameters, unpack
from tqdm import tqdm

FIRST_SEED = 11  # 1, 101 and 102 were used to choose how to go about it, and 11 to 14 for one detail


class Results:
    """A file with a line for each seed of each method that is done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        whole = [line for line in lines if line.endswith(b"\n")]  # the run may have been killed within one
        path.write_bytes(b"".join(whole))
        self.all = [Result(**json.loads(line)) for line in whole]

    def missing(self, tasks: Iterable[Task]) -> list[Task]:
        """Those that are not done."""
        done = {each.task for each in self.all}
        return [task for task in tasks if task not in done]

    def add(self, result: Result) -> None:
        """Keep one."""
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(result)) + "\n")
        self.all.append(result)

    def of(self, tasks: Iterable[Task]) -> list[Result]:
        """What these came to."""
        wanted = set(tasks)
        return [each for each in self.all if each.task in wanted]


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call it in a process of its own: mechanisms can not be taken out of a process again."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(function, *arguments).result()


def study(results: Results, tasks: list[Task], cell: Path, processes: int) -> None:
    """Do what is missing."""
    missing = results.missing(tasks)
    if not missing:
        return
    with ThreadPoolExecutor(processes) as threads:
        futures = [threads.submit(apart, run, task, cell) for task in missing]
        bar = tqdm(as_completed(futures), "seeds of methods", len(tasks), initial=len(tasks) - len(missing))
        for future in bar:
            results.add(future.result())
            bar.set_postfix_str(f"{results.all[-1].method}: loss {results.all[-1].final:.3g}")


def main() -> None:
    """Run it, print the table, draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4, help="how many (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=150, help="for each, of one core (default: %(default)g)")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS), help="default: all")
    parser.add_argument("--share", type=float, default=1, help="of the runs' length (default: all of it)")
    parser.add_argument("--sdist", type=Path, help="bluepyopt's, if it is not to be downloaded")
    parser.add_argument("--folder", type=Path, default=Path("layer5"), help="for results (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="default: %(default)s")
    options = parser.parse_args()
    os.environ |= {"NEURON_MODULE_OPTIONS": "-nogui", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    options.folder.mkdir(parents=True, exist_ok=True)
    try:
        cell = unpack(options.sdist or download(options.folder), options.folder / "cell")
    except Unavailable as missing:
        parser.exit(1, f"{missing}\n")
    tasks = [
        Task(method, seed, options.seconds, options.share)
        for seed in range(FIRST_SEED, FIRST_SEED + options.seeds)
        for method in options.methods
    ]
    results = Results(options.folder / "results.jsonl")
    study(results, tasks, cell, options.processes)
    from report import draw, each_seed, groups, middling, table

    truth = np.array([each.released for each in parameters(cell)])
    chosen = results.of(tasks)
    print(table(chosen, truth))
    print(f"\nloss at the end, seed by seed\n{each_seed(chosen)}")
    shown = {name: middling(members) for name, members in groups(chosen).items()}
    values = [truth.tolist(), *(each.values for each in shown.values())]
    target, *traces = apart(voltages, cell, options.share, values)
    draw(options.folder / "layer5.png", chosen, target, dict(zip(shown, traces, strict=True)))
    print(f"\nfigure: {options.folder / 'layer5.png'}")


if __name__ == "__main__":
    main()
