"""Cells that tune their own firing rate while they run.

python examples/homeostasis/run.py                        # one cell, targets 1 to 5 Hz: hours; what is done is kept
python examples/homeostasis/run.py --seconds 200 --dt 0.025 --targets 3 --factor 0.5   # a look at it
python examples/homeostasis/run.py --network --seconds 400 --dt 0.025                   # ten cells that are connected
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from tqdm import tqdm

SEED = 2026
EVERY = 1000.0  # ms between samples
PIECE = 5000.0  # ms between signs of life


def apart(work: Callable[..., None], *arguments: Any) -> None:
    """Run in a process of its own: NEURON keeps what was made."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(process.exitcode)


def one_cell(path: Path, target: float, factor: float, seconds: float, dt: float) -> None:
    """Run one cell to a target, and keep the course."""
    from model import Cell, Controlled, load

    load()
    one = Controlled.of(Cell("soma", target, SEED), factor)
    run(path, [one], [target], seconds, dt)


def run(path: Path, cells: list[Any], targets: list[float], seconds: float, dt: float) -> None:
    """Run cells for so many seconds of model time."""
    from model import prepare

    records = [cell.record(EVERY) for cell in cells]
    context, end = prepare(dt), 1000 * seconds
    began = perf_counter()
    with tqdm(total=seconds, desc=path.stem, unit=" s", smoothing=0.05) as bar:
        for time in np.arange(PIECE, end + PIECE, PIECE):
            context.psolve(min(time, end))
            bar.set_postfix_str(", ".join(f"{cell.cell.readout.f:.2f}" for cell in cells[:4]) + " Hz")
            bar.update(min(PIECE, end - (time - PIECE)) / 1000)
    took = perf_counter() - began
    save(path, records, cells, targets, seconds / took)


def save(path: Path, records: list[tuple[Any, Any]], cells: list[Any], targets: list[float], speed: float) -> None:
    """Keep what was recorded, whole or not at all."""
    count = min(min(len(f), len(theta.to_numpy())) for f, theta in records)  # NEURON may leave out the last sample
    spikes = [np.array(cell.cell.spikes) for cell in cells]
    temporary = path.with_suffix(".part.npz")
    np.savez(
        temporary,
        every=EVERY,
        targets=targets,
        speed=speed,
        f=np.array([np.array(f)[:count] for f, _ in records]),
        theta=np.array([theta.to_numpy()[:count] for _, theta in records]),
        spikes=np.concatenate(spikes),
        counts=[len(each) for each in spikes],
    )
    os.replace(temporary, path)


def ten_cells(path: Path, targets: list[float], factor: float, seconds: float, dt: float) -> None:
    """Run a network whose cells have these targets in turn."""
    from model import load
    from network import Network

    load()
    network = Network([targets[k % len(targets)] for k in range(10)], SEED)
    run(path, network.controlled(factor), network.targets, seconds, dt)


def main() -> None:
    """Run what is missing, and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", action="store_true", help="ten cells that are connected, not one")
    parser.add_argument("--targets", type=float, nargs="+", help="in Hz (default: 1 2 3 4 5; of the network: 1 4)")
    parser.add_argument("--factor", type=float, default=0.3, help="of the rate, times 1e-5 /ms (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=2000, help="of model time (default: %(default)s)")
    parser.add_argument("--dt", type=float, default=0.005, help="the step in ms (default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=Path("homeostasis"), help="for results (default: %(default)s)")
    options = parser.parse_args()
    os.environ |= {"NEURON_MODULE_OPTIONS": "-nogui"}
    options.folder.mkdir(parents=True, exist_ok=True)
    settings = f"{options.factor:g}_{options.seconds:g}s_{options.dt:g}ms"
    if options.network:
        targets = options.targets or [1.0, 4.0]
        paths = [options.folder / f"network_{'_'.join(f'{target:g}' for target in targets)}Hz_{settings}.npz"]
        if not paths[0].exists():
            apart(ten_cells, paths[0], targets, options.factor, options.seconds, options.dt)
    else:
        targets = options.targets or [1.0, 2.0, 3.0, 4.0, 5.0]
        paths = [options.folder / f"{target:g}Hz_{settings}.npz" for target in targets]
        for path, target in zip(paths, targets, strict=True):
            if not path.exists():
                apart(one_cell, path, target, options.factor, options.seconds, options.dt)
    from report import draw, table

    picture = options.folder / ("network.png" if options.network else "homeostasis.png")
    print(table(paths))
    draw(paths, picture)
    print(f"\nFigure: {picture}")


if __name__ == "__main__":
    main()
