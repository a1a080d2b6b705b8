"""Reports as text: a line for each mechanism, and more for what is not as it should be."""

from __future__ import annotations

import math
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import TextIO

from nmodlgrad.gradcheck.report import EXACT, STILL, Report

HEAD = f"{'mechanism':24} parameters  worst error  noise    primal  verdict"


def row(report: Report) -> str:
    """The line of a mechanism."""
    count, figures, primal = "", f"{'':11}  {'':7}", ""
    if not report.unchecked:
        count = str(sum(p.kind != STILL for p in report.parameters))
        figures = f"{_figure(report.error):>11}  {_figure(report.noise):>7}"
        primal = "CHANGED" if report.changed else "same"
    return f"{report.mechanism:24} {count:>10}  {figures}  {primal:7} {report.verdict}".rstrip()


def details(report: Report, everything: bool = False) -> str:
    """What there is to say beside the line: why it was not checked, what changed, parameters that are not exact."""
    lines = [f"    {line}" for line in report.reason.splitlines()] if not report.good or everything else []
    if report.changed:
        lines.append(f"    NOT what the original computes: {', '.join(report.changed)}")
    for p in report.parameters:
        if everything or p.kind not in (EXACT, STILL):
            figures = "" if math.isnan(p.error) else f"  error {_figure(p.error)}, noise {_figure(p.noise)}"
            lines.append(f"    {p.name:24} {p.kind}{figures}{'; ' if p.note else ''}{p.note}")
    lines += [f"    can not be seeded: {name}" for name in report.left_out]
    if everything and report.notes:
        lines.append(f"    beside it: {', '.join(report.notes)}")
    return "\n".join(lines)


def summary(reports: Sequence[Report]) -> str:
    """How many of each kind."""
    counts = Counter(report.verdict for report in reports)
    listed = ", ".join(f"{number} {word}" for word, number in sorted(counts.items(), key=lambda pair: -pair[1]))
    return f"{sum(report.good for report in reports)} of {len(reports)} good: {listed}"


def _figure(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.0e}"


class Progress:
    """One line on a terminal, written over and over: how many are done, how long the rest may take."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._done, self._start = 0, time.monotonic()
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty()

    def step(self, name: str, count: int) -> None:
        """One more is done, of so many."""
        self._done += 1
        if self._shown and self._done < count:
            left = (time.monotonic() - self._start) / self._done * (count - self._done)
            filled = round(20 * self._done / count)
            bar = f"[{'#' * filled}{'.' * (20 - filled)}]"
            self._stream.write(f"\r\x1b[K{f'{bar} {self._done}/{count}, {left:.0f} s left, {name} done':.110}")
            self._stream.flush()

    def clear(self) -> None:
        """Leave the line to others."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
