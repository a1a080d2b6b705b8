"""Figures of a fit: traces beside their targets, the way down, what is uncertain."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nmodlgrad.fit.minimise import Fit
from nmodlgrad.fit.problem import Response
from nmodlgrad.fit.traces import Trace
from nmodlgrad.fit.uncertainty import Uncertainty

Floats = NDArray[np.float64]

INK, GREY, BLUE, ORANGE = "#222222", "#9a9a9a", "#0072b2", "#d55e00"  # the colour-blind tell them apart (Okabe, Ito)
STYLE: dict[Any, Any] = {
    "font.size": 8.5,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 1.2,
    "legend.frameon": False,
    "svg.hashsalt": "nmodlgrad",
    "figure.facecolor": "white",
}
_WIDTH = 5.2  # inches: legible when it is as wide as a phone
_DPI = 160
_NARROW = 28  # characters of a label
_SPAN = 30.0  # values that span a larger factor are drawn on a logarithmic axis


def embedded(figure: Figure) -> str:
    """A figure as a data URI: SVG or PNG, whichever is smaller."""
    vector, pixels = io.BytesIO(), io.BytesIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(vector, format="svg", metadata={"Date": None})
        figure.set_layout_engine("none")  # it is laid out now, which takes as long as drawing
        figure.savefig(pixels, format="png", dpi=_DPI)
    kind, data = min(("svg+xml", vector.getvalue()), ("png", pixels.getvalue()), key=lambda each: len(each[1]))
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


@contextmanager
def _panels(rows: int, height: float) -> Iterator[tuple[Figure, list[Any]]]:
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(_WIDTH, 0.3 + height * rows), layout="constrained")
        yield figure, list(figure.subplots(rows, 1, squeeze=False)[:, 0])


def traces(before: Sequence[Response] | None, after: Sequence[Response]) -> Figure:
    """One protocol: a panel for each variable that a loss looks at, with its targets, before and after the fit."""
    groups: dict[tuple[str, str], list[int]] = {}
    for k, response in enumerate(after):
        groups.setdefault((str(response.loss.place), response.loss.variable), []).append(k)
    with _panels(len(groups), 1.8) as (figure, axes):
        for axis, ((place, variable), members) in zip(axes, groups.items(), strict=True):
            targets = [t for k in members if (t := after[k].loss.target) is not None]
            for number, target in enumerate(targets):
                _line(axis, target, GREY, "target" if not number else None, linewidth=2.6)
            if before is not None:
                _line(axis, before[members[0]].trace, ORANGE, "before", linewidth=0.9)
            _line(axis, after[members[0]].trace, BLUE, "after")
            axis.set_ylabel(f"{variable} (mV)" if variable == "v" else variable)
            axis.set_title(f"{variable} at {place}")
        axes[-1].set_xlabel("time (ms)")
        handles = {line.get_label(): line for axis in axes for line in axis.lines if line.get_label()[0] != "_"}
        figure.legend(handles.values(), handles.keys(), loc="outside upper right", ncols=3)
    return figure


def _line(axis: Any, trace: Trace, colour: str, label: str | None, **style: Any) -> None:
    if len(trace.times) == 1:
        style |= {"marker": "o"}
    axis.plot(trace.times, trace.values, color=colour, label=label, **style)


def course(found: Fit) -> Figure:
    """Loss and gradient norm of every evaluation, on logarithmic axes; the best loss until then as a line."""
    numbers = np.arange(1, len(found.losses) + 1)
    with _panels(2, 1.7) as (figure, axes):
        for axis, series, name in zip(
            axes, (found.losses, found.gradient_norms), ("loss", "norm of the gradient"), strict=True
        ):
            fine = np.isfinite(series) & (series > 0)
            axis.plot(numbers[fine], series[fine], ".", color=GREY, markersize=4)
            axis.set_ylabel(name)
            if fine.any():
                axis.set_yscale("log")
        best = np.minimum.accumulate(found.losses)
        shown = np.isfinite(best) & (best > 0)
        axes[0].plot(numbers[shown], best[shown], color=BLUE, drawstyle="steps-post", label="best until then")
        axes[0].legend(loc="upper right")
        axes[-1].set_xlabel("evaluation")
    return figure


def trajectories(found: Fit, values: Floats, units: Sequence[str], bounds: Sequence[tuple[float, float]]) -> Figure:
    """The value of each parameter at each evaluation, but where the model diverged, which can be anywhere.

    Bounds are dashes, where they are near; the best is a dot.
    """
    numbers = np.arange(1, len(values) + 1)
    best = int(np.argmin(found.losses))
    fine = np.isfinite(found.losses)
    with _panels(values.shape[1], 1.15) as (figure, axes):
        for k, axis in enumerate(axes):
            series = values[fine, k]
            axis.set_title(found.labels[k])
            axis.set_ylabel(units[k])
            if not len(series):
                continue
            axis.plot(numbers[fine], series, color=BLUE)
            axis.plot(numbers[best], values[best, k], "o", color=ORANGE, markersize=4)
            low, high = axis.get_ylim()
            for bound in bounds[k]:
                if low <= bound <= high:
                    axis.axhline(bound, color=GREY, linestyle="--", linewidth=0.8)
            if series.min() > 0 and series.max() > _SPAN * series.min():
                axis.set_yscale("log")
        axes[-1].set_xlabel("evaluation")
    return figure


def uncertainty(found: Uncertainty) -> Figure:
    """The spectrum of the information, its directions as a heat map, and the standard errors beside the values."""
    count = len(found.values)
    labels = [_short(label) for label in found.labels]
    height = 0.24 * count
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(_WIDTH, 2.9 + 2 * height), layout="constrained")
        spectrum, heat, bars = figure.subplots(3, 1, height_ratios=[1.5, 0.5 + height, 0.4 + height])
        _spectrum(spectrum, found.eigenvalues)
        picture = heat.imshow(found.directions, cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto")
        heat.set_title("directions in relative changes, the best known first")
        heat.set_yticks(range(count), labels)
        heat.set_xticks(range(count), [str(k + 1) for k in range(count)])
        heat.spines[:].set_visible(False)
        figure.colorbar(picture, ax=heat, ticks=[-1, 0, 1], fraction=0.04, pad=0.02)
        _bars(bars, found, labels)
    return figure


def _spectrum(axis: Any, eigenvalues: Floats) -> None:
    numbers = np.arange(1, len(eigenvalues) + 1)
    known = eigenvalues > 0
    errors = 1 / np.sqrt(eigenvalues[known])
    axis.plot(numbers[known], 100 * errors, "o", color=BLUE, markersize=4.5)
    axis.set_yscale("log")
    axis.axhline(100, color=GREY, linestyle="--", linewidth=0.8)
    for number in numbers[~known]:
        axis.annotate("∞", (number, 0.93), xycoords=("data", "axes fraction"), ha="center", color=ORANGE, fontsize=12)
    axis.set_xlim(0.5, len(eigenvalues) + 0.5)
    axis.set_xticks(numbers)
    axis.set_ylabel("error (%)")
    axis.set_title("standard error of each direction; dashes: not fixed")


def _bars(axis: Any, found: Uncertainty, labels: list[str]) -> None:
    relative = 100 * found.value_errors / found.scales
    known = np.isfinite(relative) & (relative > 0)
    places = np.arange(len(relative))
    axis.set_xscale("log")
    axis.plot(relative[known], places[known], "o", color=BLUE, markersize=4.5)
    for place in places[~known]:
        text = "∞" if relative[place] > 0 else "0"
        axis.annotate(text, (0.97, place), xycoords=("axes fraction", "data"), va="center", color=ORANGE, fontsize=12)
    axis.axvline(100, color=GREY, linestyle="--", linewidth=0.8)
    axis.set_yticks(places, labels)
    axis.set_ylim(len(relative) - 0.5, -0.5)
    axis.set_xlabel("standard error of the value (%)")
    axis.grid(axis="x", color="0.92")


def _short(label: str) -> str:
    return label if len(label) <= _NARROW else label[: _NARROW - 1] + "…"
