"""The table and the figure of the runs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

WINDOW = 50.0  # s in which spikes are counted
COLUMNS = (
    "target, Hz",
    "spikes in the first tenth, Hz",
    "in the last half",
    "gNa, mS/cm2",
    "gK, mS/cm2",
    "gain",
    "s/s",
)


def load(path: Path) -> dict[str, NDArray[np.float64]]:
    """What a run has left; `spikes` are a list of times for each cell."""
    with np.load(path) as arrays:
        kept = dict(arrays)
    kept["spikes"] = np.split(kept["spikes"], np.cumsum(kept["counts"])[:-1])
    return kept


def rate(spikes: NDArray[np.float64], start: float, end: float) -> float:
    """Spikes per second between two times in s."""
    return float(((spikes >= 1000 * start) & (spikes < 1000 * end)).sum() / (end - start))


def table(paths: Sequence[Path]) -> str:
    """A line for each cell of each run, in Markdown."""
    lines = [_row(COLUMNS), _row(["---"] * len(COLUMNS))]
    for kept in map(load, paths):
        end = kept["every"] * (kept["f"].shape[1] - 1) / 1000
        for target, spikes, theta in zip(kept["targets"], kept["spikes"], kept["theta"], strict=True):
            rates = [f"{rate(spikes, *span):.2f}" for span in ((0, end / 10), (end / 2, end))]
            last = theta[len(theta) // 2 :].mean(axis=0)
            lines.append(_row([f"{target:g}", *rates, *(f"{x:.4g}" for x in last), f"{kept['speed']:.2g}"]))
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def draw(paths: Sequence[Path], picture: Path) -> None:
    """The readout of every cell, the rate that its spikes have, and how far each parameter has moved."""
    runs = [load(path) for path in paths]
    targets = sorted({float(target) for kept in runs for target in kept["targets"]})
    colours = {target: f"C{k}" for k, target in enumerate(targets)}
    figure = Figure(figsize=(9, 5.6), layout="constrained")
    axes = figure.subplot_mosaic([["f", "f", "f"], ["0", "1", "2"]], height_ratios=[1.4, 1])
    for kept in runs:
        time = kept["every"] * np.arange(kept["f"].shape[1]) / 1000
        edges = np.arange(0, time[-1] + 1e-9, min(WINDOW, time[-1]))
        for target, f, spikes, theta in zip(kept["targets"], kept["f"], kept["spikes"], kept["theta"], strict=True):
            colour = colours[float(target)]
            axes["f"].plot(time, f, color=colour, linewidth=0.5, alpha=0.4)
            rates = [rate(spikes, *span) for span in pairwise(edges)]
            axes["f"].plot((edges[:-1] + edges[1:]) / 2, rates, ".-", color=colour, markersize=4, linewidth=0.8)
            for k in range(3):
                axes[str(k)].plot(time, theta[:, k] / theta[0, k], color=colour, linewidth=0.9)
    for target, colour in colours.items():
        axes["f"].axhline(target, color=colour, linestyle="--", linewidth=0.8, label=f"{target:g} Hz")
    axes["f"].set(ylabel="firing rate, Hz", ylim=(0, None), title=f"lines: readout; dots: spikes in {WINDOW:g} s")
    axes["f"].legend(frameon=False, ncols=len(targets), loc="upper right")
    for k, name in enumerate(("gNa", "gK", "gain")):
        axes[str(k)].set(title=f"{name}, of its first value", xlabel="time, s")
    figure.savefig(picture, dpi=120)
