"""The table and the figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from methods import GRADIENT, METHODS, Result
from task import DT_MS, STIMULI, Floats

COLUMNS = (
    "method",
    "seeds",
    "loss at the end",
    "parameters within 1 %",
    "within 10 %",
    "within 2x",
)
COLUMNS += ("simulated", "starts")
_COLOURS = dict(zip(METHODS, ("C3", "C0", "C2"), strict=False))


def groups(results: Sequence[Result]) -> dict[str, list[Result]]:
    """The seeds of each method."""
    found = {name: [each for each in results if each.method == name] for name in METHODS}
    return {name: sorted(members, key=lambda each: each.seed) for name, members in found.items() if members}


def table(results: Sequence[Result], truth: Floats) -> str:
    """A line for each method, in Markdown: medians over seeds, with the smallest and the largest."""
    rows = [COLUMNS, ("---",) * len(COLUMNS)]
    for name, members in groups(results).items():
        logs = np.abs(np.log(np.array([each.values for each in members]) / truth))
        within = [_spread((logs <= np.log(factor)).sum(axis=1), "{:g}") for factor in (1.01, 1.1, 2)]
        losses = _spread([each.final for each in members], "{:.2g}")
        simulated = _spread([each.simulated for each in members], "{:.0f} s")
        starts = _spread([each.starts for each in members], "{:.0f}")
        rows.append((name, str(len(members)), losses, *within, simulated, starts))
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def each_seed(results: Sequence[Result]) -> str:
    """The loss at the end of each seed."""
    return "\n".join(
        f"{name}: " + ", ".join(f"{each.final:.2g}" for each in members) for name, members in groups(results).items()
    )


def _spread(numbers: Sequence[float] | Floats, form: str) -> str:
    low, middle, high = (form.format(x) for x in (np.min(numbers), np.median(numbers), np.max(numbers)))
    return f"{middle} ({low} to {high})"


def middling(members: Sequence[Result]) -> Result:
    """The one whose loss is the median, the lower one of two."""
    return sorted(members, key=lambda each: each.final)[(len(members) - 1) // 2]


def draw(path: Path, results: Sequence[Result], target: list[Floats], traces: dict[str, list[Floats]]) -> None:
    """Losses over seconds, and the voltages of the median seed of each method over the target."""
    figure = Figure(figsize=(10, 3.4), layout="constrained", dpi=130)
    left, *right = figure.subplots(1, 1 + len(STIMULI), width_ratios=(1.2, *[1] * len(STIMULI)))
    for name, members in groups(results).items():
        for number, each in enumerate(members):
            seconds, losses = np.array(each.points).T
            label = None if number else name
            left.step(seconds, losses, where="post", color=_COLOURS[name], linewidth=1, label=label)
    left.set(xlabel="seconds of one core", ylabel="loss", yscale="log")
    left.legend(frameon=False)
    for k, axes in enumerate(right):
        time = DT_MS * np.arange(len(target[k]))
        axes.plot(time, target[k], color="0.75", linewidth=3, label="target")
        for name, voltages in traces.items():
            width = 1.2 if name == GRADIENT else 0.8
            axes.plot(time, voltages[k], color=_COLOURS[name], linewidth=width, label=name)
        axes.set(title=STIMULI[k].name, xlabel="time (ms)")
    right[0].set_ylabel("voltage at the soma (mV)")
    for axes in (left, *right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
