"""The picture: the cell, V(t) at its soma, and each derivative with the finite differences as dots."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nmodlgrad.demo.model import DURATION_MS, EXCITABLE, SHAPES
from nmodlgrad.diagnostics import NmodlGradError

INK, GREY, BLUE, ORANGE = "#222222", "#999999", "#0072b2", "#d55e00"  # the colour-blind tell them apart (Okabe, Ito)
STYLE: dict[Any, Any] = {
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 1.3,
    "lines.markersize": 3.2,
    "legend.frameon": False,
}
DOTS = 45

Measured = Mapping[str, NDArray[Any]]


def check(picture: Path) -> None:
    """Find out before anything is computed whether the picture can be written."""
    known = FigureCanvasAgg.get_supported_filetypes()
    if picture.suffix[1:].lower() not in known:
        raise NmodlGradError(f"{picture}: a picture's name ends in one of .{', .'.join(sorted(known))}.")
    if not picture.absolute().parent.is_dir():
        raise NmodlGradError(f"{picture}: there is no folder {picture.parent}.")


def draw(picture: Path, gradient: Measured, reference: Measured) -> None:
    """Small multiples on one axis of time."""
    count = len(reference["labels"])
    rows: list[Any] = [["voltage"] * 5 + ["cell"], *([str(k)] * 3 + [str(k + 1)] * 3 for k in range(0, count, 2))]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.4, 6.6), layout="constrained", dpi=120)
        axes = figure.subplot_mosaic(rows, height_ratios=[1.3] + [1] * (len(rows) - 1))
        _sketch(axes.pop("cell"))
        axes["voltage"].plot(gradient["time"], gradient["voltage"], color=INK)
        axes["voltage"].set_title("V at the soma")
        axes["voltage"].set_ylabel("mV")
        for k in range(count):
            _derivative(axes[str(k)], gradient, reference, k)
        for name, axis in axes.items():
            axis.set_xlim(0, DURATION_MS)
            if name in rows[-1]:
                axis.set_xlabel("time (ms)")
        figure.legend(
            axes["0"].lines[-2:],
            ["nmodlgrad: one simulation", f"finite differences of the original: {reference['runs']} simulations"],
            loc="outside lower center",
            ncols=2,
        )
        figure.savefig(picture)


def _derivative(axis: Any, gradient: Measured, reference: Measured, k: int) -> None:
    time, ours, theirs = gradient["time"], gradient["derivative"][0, :, k], reference["derivative"][0, :, k]
    dots = _evenly_along(time, theirs)
    axis.axhline(0, color="0.85", linewidth=0.8)
    axis.plot(time, ours, color=BLUE)
    axis.plot(time[dots], theirs[dots], "o", color=ORANGE)
    axis.set_title(f"dV/d {reference['labels'][k]}")
    axis.set_ylabel(reference["units"][k])


def _evenly_along(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.intp]:
    """Places of DOTS samples that lie evenly along the curve as it is drawn, an axis three times as wide as high."""
    steps = np.hypot(3 * np.diff(x) / np.ptp(x), np.diff(y) / np.ptp(y))
    length = np.cumsum(steps)
    return np.searchsorted(length, np.linspace(0, length[-1], DOTS))


def _sketch(axis: Any) -> None:
    """The cell: excitable sections dark, passive ones grey, the synapse and the electrode marked."""
    ends: dict[tuple[str, int], tuple[float, float]] = {}
    for name, (length, diameter, _, parent, (dx, dy)) in SHAPES.items():
        start = ends[parent] if parent else (0.0, 0.0)
        end = start[0] + length * dx, start[1] + length * dy
        ends[name, 0], ends[name, 1] = start, end
        colour = INK if name in EXCITABLE else GREY
        axis.plot(*zip(start, end, strict=True), color=colour, linewidth=0.8 + diameter / 2.5, solid_capstyle="round")
    start, end = ends["left", 0], ends["left", 1]
    synapse = [a + 0.7 * (b - a) for a, b in zip(start, end, strict=True)]
    axis.plot(*synapse, "o", color=ORANGE, markersize=5)
    for text, place, offset in (("synapse", synapse, (0, 7)), ("electrode", (0, 11), (-24, -2))):
        label = axis.annotate(text, place, offset, textcoords="offset points", ha="center", fontsize=7)
        label.set_in_layout(False)
    axis.set_aspect("equal")
    axis.axis("off")
