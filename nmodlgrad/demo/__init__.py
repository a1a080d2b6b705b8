"""The demonstration: a branched cell, its gradient beside finite differences of the original mechanisms, a picture.

`model`        the cell and the directions, the same on both sides
`gradient`     the process that runs nmodlgrad: one simulation
`differences`  the process that runs the original mechanisms, and never loads an augmented one: many simulations
`picture`      draws both
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.build import BuildError, require_compiler
from nmodlgrad.diagnostics import NmodlGradError

DEFAULT_PICTURE = Path("demo.png")

DESCRIPTION = """\
Carry the gradient of a branched Hodgkin-Huxley cell through one simulation, print it beside fourth-order finite
differences of the original mechanisms, which take many simulations in another process, and draw both.
"""

TOLERANCE = 1e-7
"""The finite differences are good to 1e-8 or better: an error above this is not theirs."""

Measured = Mapping[str, NDArray[Any]]


def demo(picture: Path) -> None:
    """Run both sides, print the table, draw the picture.

    Raises
    ------
    NmodlGradError
        when the mechanisms can not be compiled, the picture can not be written, or the two sides disagree
    """
    from nmodlgrad.demo import picture as pictures

    pictures.check(picture)
    if _can_compile():
        _say("compiling hh, pas and ExpSyn (kept for the next time), then one simulation with the gradient ...")
    with (
        tempfile.TemporaryDirectory(prefix="nmodlgrad-demo-") as folder,
        _started("gradient", Path(folder)) as ours,
        _started("differences", Path(folder)) as theirs,
    ):
        gradient = ours()
        _say("finite differences of the original mechanisms, in a process of their own ...")
        reference = theirs()
    deviation = abs(gradient["derivative"] - reference["derivative"]).max(axis=(0, 1))
    errors = deviation / abs(reference["derivative"]).max(axis=(0, 1))
    print(_table(gradient, reference, errors))
    pictures.draw(picture, gradient, reference)
    print(f"The picture is {picture}.")
    if not errors.max() <= TOLERANCE:
        raise NmodlGradError(f"the gradient is off by {errors.max():.1e}, more than finite differences explain.")


def _can_compile() -> bool:
    """Without a compiler, only what was compiled before can run: whether it was is found by the process that loads."""
    try:
        require_compiler()
    except BuildError:
        return False
    return True


@contextmanager
def _started(side: str, folder: Path) -> Iterator[Callable[[], Measured]]:
    """Start one side; what is yielded waits for its result. In an empty folder NEURON loads nothing by itself."""
    own = folder / side
    own.mkdir()
    importable = [str(Path(__file__).resolve().parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(
        [sys.executable, "-m", f"nmodlgrad.demo.{side}", "result.npz"],
        cwd=own,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(importable), "NEURON_MODULE_OPTIONS": "-nogui"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    def result() -> Measured:
        said, _ = process.communicate()
        if process.returncode:
            raise NmodlGradError(said.strip() or f"the process for the {side} ended with status {process.returncode}.")
        with np.load(own / "result.npz") as arrays:
            return dict(arrays)

    try:
        yield result
    finally:
        process.kill()
        process.wait()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _table(gradient: Measured, reference: Measured, errors: NDArray[np.float64]) -> str:
    ours, theirs = gradient["derivative"][0], reference["derivative"][0]
    lines = [
        "",
        f"A cell of {len(reference['derivative'])} compartments, {gradient['time'][-1]:g} ms, "
        f"NEURON {reference['neuron']}. dV/dtheta at the soma, where it is largest;",
        f"{len(errors)} directions from 1 simulation, the finite differences from {reference['runs']}:",
        "",
        f"{'direction':28}{'at ms':>7}{'dV/dtheta':>16}{'finite difference':>19}  {'unit':13}{'error':>8}",
    ]
    for k, (label, unit) in enumerate(zip(reference["labels"], reference["units"], strict=True)):
        at = int(abs(ours[:, k]).argmax())
        values = f"{gradient['time'][at]:7.2f}{ours[at, k]:#16.10g}{theirs[at, k]:#19.10g}"
        lines.append(f"{label:28}{values}  {unit:13}{errors[k]:8.0e}")
    lines += ["", "The error is the worst in any compartment at any time, relative to the largest derivative."]
    if reference["table"]:
        lines.append("Both sides set usetable_hh = 0: across the edges of its TABLE, a finite difference is blunt.")
    return "\n".join(lines)
