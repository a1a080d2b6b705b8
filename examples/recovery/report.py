"""The table and the figure of the study."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from methods import LOSSES, METHODS, Result

COLUMNS = (
    "loss",
    "method",
    "budget",
    "at the truth",
    "largest error, median",
    "evaluations until there",
    "seconds until there",
    "seconds for one",
)
_FIRST = 0.02  # seconds: where the figure begins


def groups(results: Sequence[Result], loss: str) -> dict[str, list[Result]]:
    """The starts of each method with a loss."""
    methods = [method for several in METHODS.values() for method in several]
    found = {method: [each for each in results if (each.loss, each.method) == (loss, method)] for method in methods}
    return {method: members for method, members in found.items() if members}


def table(results: Sequence[Result]) -> str:
    """A line for each method and loss, in Markdown.

    The largest relative error of a parameter is that at the end, of all starts. Medians and quartiles of evaluations
    and seconds are of the starts that ended at the truth, until they were there. What one of these costs is the time of
    all starts, over how many ended there.
    """
    lines = [_row(COLUMNS), _row(["---"] * len(COLUMNS))]
    for loss in LOSSES:
        for method, members in groups(results, loss).items():
            lines.append(_row([loss, method, *_cells(members)]))
    return "\n".join(lines)


def _cells(members: Sequence[Result]) -> list[str]:
    good = [each for each in members if each.recovered]
    return [
        str(members[0].budget),
        f"{len(good)} of {len(members)}",
        f"{np.median([each.error for each in members]):.2g}",
        _quartiles([each.reached for each in good if each.reached is not None], "{:.0f}"),
        _quartiles([each.reached_seconds for each in good if each.reached_seconds is not None], "{:.2f}"),
        f"{sum(each.seconds for each in members) / len(good):.2f}" if good else "-",
    ]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _quartiles(numbers: Sequence[float], form: str) -> str:
    if not numbers:
        return "-"
    low, middle, high = (form.format(x) for x in np.quantile(numbers, (0.25, 0.5, 0.75)))
    return f"{middle} ({low} to {high})"


def draw(results: Sequence[Result], path: Path | str) -> None:
    """How many starts are at the truth after so many seconds, a line for each method, a picture for each loss."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    for axes, loss in zip(figure.subplots(1, len(LOSSES), sharey=True), LOSSES, strict=True):
        for method, starts in groups(results, loss).items():
            when = sorted(s.reached_seconds for s in starts if s.recovered and s.reached_seconds is not None)
            shares = [*np.arange(len(when) + 1), len(when)]
            end = max(s.seconds for s in starts)
            axes.step([_FIRST, *when, end], 100 * np.array(shares) / len(starts), where="post", label=method)
        axes.set(title=f"loss: {loss}", xlabel="seconds of one core", ylim=(-1, 101), xscale="log")
    axes.legend(frameon=False, loc="upper left")
    figure.axes[0].set_ylabel("starts at the truth, %")
    figure.savefig(path, dpi=130)
