"""Whether the gradient of a mechanism is exact, and the mechanism unharmed: tried in a small cell, in two processes.

`cell`       the cell, the same on both sides
`original`   the process that runs the original mechanism: finite differences
`augmented`  the process that runs the augmented one
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.build import build
from nmodlgrad.compiler import compile_sources
from nmodlgrad.diagnostics import NmodlGradError, Refused, Source
from nmodlgrad.emit.render import render
from nmodlgrad.gradcheck.cell import LEAK
from nmodlgrad.sources import Found, find

TOLERANCE = 1e-6  # relative to the largest derivative; or ten times the noise of the differences, where that is more

DESCRIPTION = """\
Check gradients: put each mechanism into a small cell, carry the derivative of every voltage with respect to each of
its parameters, and compare with fourth-order finite differences of the original mechanism, which runs in a process of
its own. What the mechanism computes has to be the same to the last bit.
"""


@dataclass(frozen=True)
class Checked:
    """One parameter: the worst error of its gradient and the noise of the difference, both relative to its largest
    value; NaN for a parameter that moves nothing in this cell."""

    name: str
    error: float
    noise: float

    @property
    def good(self) -> bool:
        """Whether the gradient agrees as well as the difference can tell."""
        return not self.error > max(TOLERANCE, 10 * self.noise)


@dataclass(frozen=True)
class Report:
    """A mechanism: its parameters, the variables that are not what the original computes, or why it was not checked."""

    mechanism: str
    file: str
    parameters: tuple[Checked, ...] = ()
    changed: tuple[str, ...] = ()
    reason: str = ""

    @property
    def good(self) -> bool:
        """Exact and harmless."""
        return not self.reason and not self.changed and all(p.good for p in self.parameters)

    def as_data(self) -> dict[str, Any]:
        """The same as plain data, for ``--json``."""
        return {"good": self.good, **asdict(self)}

    def __str__(self) -> str:
        if self.reason:
            return f"{self.mechanism}: not checked\n    {self.reason.replace(chr(10), chr(10) + '    ')}"
        bits = "to the last bit" if not self.changed else f"NOT what the original computes: {', '.join(self.changed)}"
        lines = [f"{self.mechanism}: {'exact' if self.good else 'WRONG'}; primal {bits}"]
        for p in self.parameters:
            what = "moves nothing here" if np.isnan(p.error) else f"{p.error:8.0e}  {p.noise:8.0e}"
            lines.append(f"    {p.name:24} {what}{'' if p.good else '   WRONG'}")
        return "\n".join(lines)


def gradcheck(
    sources: Iterable[str | Path], progress: Callable[[Report], None] | None = None, jobs: int | None = None
) -> list[Report]:
    """Check each mechanism that the sources name; `progress` is called with each report, in the order of the sources.

    Raises
    ------
    Refused
        for a source that can not be read.
    """
    reports = []
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        for report in pool.map(_check, find(sources)):
            reports.append(report)
            if progress:
                progress(report)
    return reports


def _check(item: Found) -> Report:
    file = item.source.name
    try:
        manifest = compile_sources([item]).manifest
    except Refused as refused:
        return Report(Path(file).stem, file, reason=str(refused))
    (entry,) = manifest["mechanisms"]
    try:
        return _compare(item.source, entry)
    except NmodlGradError as error:
        return Report(entry["original"], file, reason=str(error))


def _compare(source: Source, entry: dict[str, Any]) -> Report:
    leak = render(f"{LEAK}.mod.jinja")
    with tempfile.TemporaryDirectory(prefix="nmodlgrad-gradcheck-") as name:
        folder = Path(name)
        for file, text in (("mechanism.mod", source.text), (f"{LEAK}.mod", leak)):
            (folder / file).write_bytes(text.encode("latin-1"))
        sources = [str(folder / "mechanism.mod"), str(folder / f"{LEAK}.mod")]
        texts = {"mechanism.mod": source.text, f"{LEAK}.mod": leak}
        ours = _run("augmented", folder, {"sources": sources, "entry": entry})
        theirs = _run("original", folder, {"folder": str(build(texts)), "entry": entry})
    primal = [key for key in theirs if key.startswith("primal ")]
    changed = [key.removeprefix("primal ") for key in primal if not _same(ours.get(key), theirs[key])]
    parameters = tuple(_errors(theirs["names"], ours["derivative"], theirs["derivative"], theirs["noise"]))
    return Report(entry["original"], source.name, parameters, tuple(changed[:8]))


def _errors(
    names: NDArray[np.str_], ours: NDArray[np.float64], theirs: NDArray[np.float64], noise: NDArray[np.float64]
) -> Iterator[Checked]:
    for name, mine, reference, blunt in zip(names, ours, theirs, noise, strict=True):
        largest = max(abs(reference).max(), abs(mine).max())
        error = float("nan") if largest == 0 else float(abs(mine - reference).max() / largest)
        yield Checked(str(name), error, float(blunt))


def _same(one: NDArray[np.float64] | None, other: NDArray[np.float64]) -> bool:
    return one is not None and np.array_equal(one, other, equal_nan=True)


def _run(side: str, folder: Path, request: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Run one side in an empty folder, so that NEURON loads nothing by itself."""
    own = folder / side
    own.mkdir()
    (own / "request.json").write_text(json.dumps(request))
    importable = [str(Path(__file__).resolve().parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, "-m", f"nmodlgrad.gradcheck.{side}", "request.json", "result.npz"],
        cwd=own,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(importable), "NEURON_MODULE_OPTIONS": "-nogui"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise NmodlGradError(f"the process that runs the {side} mechanism failed: {' '.join(said[-3:])}")
    with np.load(own / "result.npz") as arrays:
        return dict(arrays)
