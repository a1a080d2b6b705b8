"""What an inferior olive cell does before it is fitted, what it is to do, and what its gradient costs.

python examples/inferior_olive/run.py [--morphology C4A.swc] [--duration 1000] [--picture inferior_olive.png]

The voltages of the start and of the target are those of the original mechanisms. Then the start runs once more, with
its derivatives along the 12 conductances, each in units of its start, in another process: NEURON knows either the
originals or the augmented mechanisms. The seconds are processor time.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import model
import numpy as np
from matplotlib.figure import Figure
from neuron import h
from numpy.typing import NDArray

import nmodlgrad as ng

EVERY_MS = 1.0

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """Of one run: compartments, seconds, the voltage at the root (samples,), its derivative (samples, directions)."""

    compartments: int
    seconds: float
    voltage: Floats
    derivative: Floats | None = None


def original(morphology: Path | None, duration_ms: float) -> tuple[Measured, Measured]:
    """The start and the target, by the original mechanisms."""
    with tempfile.TemporaryDirectory() as folder:
        model.load_originals(Path(folder))
    cell = model.build(morphology)
    start = _run(cell, duration_ms)
    cell.set_conductances(model.TARGET)
    return start, _run(cell, duration_ms)


def carried(morphology: Path | None, duration_ms: float) -> Measured:
    """The start, with a direction for each conductance."""
    ng.load(model.MECHANISMS)
    cell = model.build(morphology)
    return _run(cell, duration_ms, ng.Sensitivity(cell.directions()))


def _run(cell: model.Cell, duration_ms: float, sensitivity: Any = None) -> Measured:
    voltage = h.Vector().record(cell.root._ref_v)
    derivative = sensitivity and sensitivity.record(cell.root, every=EVERY_MS)
    begin = time.process_time()
    model.simulate(duration_ms)
    seconds = time.process_time() - begin
    samples = np.array(voltage.to_python())[:: round(EVERY_MS / model.DT_MS)]
    return Measured(len(cell.segments), seconds, samples, derivative and derivative.to_numpy())


def _apart(task: Callable[..., Any], *arguments: Any) -> Any:
    """Do it in a process that has loaded nothing yet."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(task, *arguments).result()


def draw(picture: Path, start: Floats, target: Floats) -> None:
    """Both voltages over time."""
    figure = Figure(figsize=(7.4, 2.6), layout="constrained", dpi=120)
    axis = figure.subplots()
    for voltage, label, colour in ((start, "start", "#0072b2"), (target, "target", "#d55e00")):
        axis.plot(EVERY_MS * np.arange(len(voltage)), voltage, label=label, color=colour)
    axis.set_xlabel("time (ms)")
    axis.set_ylabel("V at the root (mV)")
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, ncols=2, loc="upper right")
    figure.savefig(picture)


def main() -> None:
    """Run, draw, and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--morphology", type=Path, help="an SWC file; without it, the cell is a synthetic one")
    parser.add_argument("--duration", type=float, default=1000, help="in ms")
    parser.add_argument("--picture", type=Path, default=Path("inferior_olive.png"))
    chosen = parser.parse_args()
    start, target = _apart(original, chosen.morphology, chosen.duration)
    gradient = _apart(carried, chosen.morphology, chosen.duration)
    if not np.array_equal(gradient.voltage, start.voltage):
        raise SystemExit("the voltage is not the original's to the last bit")
    draw(chosen.picture, start.voltage, target.voltage)
    print(f"{start.compartments} compartments, {chosen.duration:g} ms at dt {model.DT_MS:g} ms; {chosen.picture}")
    print(f"{'largest derivative along':28}{'mV per unit':>12}{'unit (S/cm2)':>14}")
    for one, row in zip(model.CONDUCTANCES, gradient.derivative.T, strict=True):
        print(f"{one.range_variable:28}{row[abs(row).argmax()]:12.4g}{one.start:14.3g}")
    print(f"original: {start.seconds:.2f} s (start), {target.seconds:.2f} s (target)")
    ratio = gradient.seconds / start.seconds
    print(f"with {len(model.CONDUCTANCES)} directions: {gradient.seconds:.2f} s, {ratio:.2f} times the original's")


if __name__ == "__main__":
    main()
