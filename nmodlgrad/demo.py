"""The demonstration: a branched cell, its gradient beside finite differences of the original mechanisms, a picture.

Each of the two sides runs in a process of its own, in an empty folder. The one that takes finite differences never
loads an augmented mechanism: it knows the model only as NEURON ships it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.diagnostics import NmodlGradError

DEFAULT_PICTURE = Path("demo.png")

DESCRIPTION = """\
Carry the gradient of a branched Hodgkin-Huxley cell through one simulation, print it beside fourth-order finite
differences of the original mechanisms, which take many simulations in another process, and draw both.
"""

MECHANISMS = ("hh", "pas", "ExpSyn")
DURATION_MS, DT_MS, V_INIT_MV = 40.0, 0.025, -65.0
TOLERANCE = 1e-7
"""The finite differences are good to 1e-8 or better; an error above this is no rounding."""
MOVED_MV = 0.1
"""How far a finite difference moves a voltage at most: little enough for four orders, enough to stand over rounding."""

INK, BLUE, ORANGE = "#222222", "#0072b2", "#d55e00"  # told apart by the colour-blind too (Okabe and Ito)
STYLE = {
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 1.3,
    "lines.markersize": 3,
    "legend.frameon": False,
}

Floats = NDArray[np.float64]
Measured = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Direction:
    """One direction: what to call it, the unit of its derivative, and the arguments of nmodlgrad.Parameter."""

    label: str
    unit: str
    name: str
    sections: Sequence[Any] = ()
    segments: Sequence[Any] = ()
    of: Any = None
    scale: float = 1.0

    def places(self) -> list[Any]:
        """The segments, the point process or the NetCon that have the parameter."""
        segments = [*self.segments, *(segment for section in self.sections for segment in section)]
        return segments or [self.of]


@dataclass(frozen=True)
class Model:
    """The cell, ready to run. `keep` holds what NEURON would drop."""

    sections: Sequence[Any]
    directions: Sequence[Direction]
    keep: Sequence[Any]

    def segments(self) -> list[Any]:
        """Every segment, the soma's first."""
        return [segment for section in self.sections for segment in section]


# ------------------------------------------------------------------ the model, the same on both sides
def model(h: Any) -> Model:
    """A soma with an excitable apical dendrite that ends in a tuft, and two basal dendrites; driven in two places."""
    h.load_file("stdrun.hoc")
    h.dt, h.steps_per_ms, h.celsius = DT_MS, 1 / DT_MS, 6.3
    if hasattr(h, "usetable_hh"):
        h.usetable_hh = 0
    shapes = {"soma": (22, 22, 1), "apical": (250, 3, 9), "left": (150, 1.2, 5), "right": (110, 1, 5)}
    shapes |= {"near": (130, 1.6, 5), "far": (180, 1.4, 7)}
    sections = [soma, apical, left, right, near, far] = [h.Section(name=name) for name in shapes]
    for section, (length, diameter, segments) in zip(sections, shapes.values(), strict=True):
        section.L, section.diam, section.nseg, section.Ra = length, diameter, segments, 120
    for child, parent in ((apical, soma(1)), (left, apical(1)), (right, apical(1)), (near, soma(0)), (far, soma(0))):
        child.connect(parent)
    excitable, passive = [soma, apical], [left, right, near, far]
    for section in excitable:
        section.insert("hh")
    for section in passive:
        section.insert("pas")
        section.g_pas, section.e_pas = 1e-4, -66
    electrode, synapse, stimulus = h.IClamp(soma(0.5)), h.ExpSyn(left(0.7)), h.NetStim()
    electrode.delay, electrode.dur, electrode.amp = 2, 2, 1.5
    synapse.tau = 3
    stimulus.start, stimulus.interval, stimulus.number, stimulus.noise = 16, 4, 3, 0
    connection = h.NetCon(stimulus, synapse, 0, 1, 0.01)
    directions = [
        Direction("gnabar_hh, soma and apical", "mV / (S/cm2)", "gnabar_hh", sections=excitable),
        Direction("gkbar_hh, apical(0.5) only", "mV / (S/cm2)", "gkbar_hh", segments=[apical(0.5)]),
        Direction("g_pas, all passive, per 1 %", "mV / %", "g_pas", sections=passive, scale=1e-6),
        Direction("ena, everywhere", "mV / mV", "ena", sections=excitable),
        Direction("tau of the synapse", "mV / ms", "tau", of=synapse),
        Direction("weight of its NetCon", "mV / uS", "weight", of=connection),
    ]
    return Model(sections, directions, [electrode, stimulus])


def simulate(h: Any) -> None:
    """One run from rest."""
    h.finitialize(V_INIT_MV)
    h.continuerun(DURATION_MS)


# ------------------------------------------------------------------ one side: the gradient
def gradient() -> dict[str, Any]:
    """Every voltage and its derivative in every direction, from one simulation."""
    import nmodlgrad as ng

    ng.load(*MECHANISMS)
    from neuron import h

    cell = model(h)
    sensitivity = ng.Sensitivity(
        [
            ng.Parameter(d.name, of=d.of, scale=d.scale)
            if d.of is not None
            else ng.Parameter(d.name, segments=d.places(), scale=d.scale)
            for d in cell.directions
        ]
    )
    time = h.Vector().record(h._ref_t)
    voltage = h.Vector().record(cell.sections[0](0.5)._ref_v)
    records = [sensitivity.record(segment) for segment in cell.segments()]
    simulate(h)
    return {
        "time": time.to_python(),
        "voltage": voltage.to_python(),
        "derivative": np.stack([record.to_numpy() for record in records]),
    }


# ------------------------------------------------------------------ the other side: finite differences
def differences() -> dict[str, Any]:
    """The same derivatives, from simulations of the original mechanisms."""
    from neuron import h

    if hasattr(h, "nmodlgrad_cable"):
        raise NmodlGradError("this process must not know augmented mechanisms")
    cell = model(h)
    vectors = [h.Vector().record(segment._ref_v) for segment in cell.segments()]
    runs = 0

    def moved(direction: Direction, theta: float) -> Floats:
        nonlocal runs
        runs += 1
        with _displaced(direction, theta):
            simulate(h)
        return np.array([vector.to_python() for vector in vectors])

    derivative = [_difference(moved, direction) for direction in cell.directions]
    return {
        "derivative": np.stack(derivative, axis=-1),
        "runs": runs,
        "neuron": str(h.nrnversion(0)),
        "table": hasattr(h, "usetable_hh"),
        "labels": [direction.label for direction in cell.directions],
        "units": [direction.unit for direction in cell.directions],
        "compartments": len(vectors),
    }


def _difference(moved: Callable[[Direction, float], Floats], direction: Direction) -> Floats:
    """The central difference of fourth order, with a step that moves no voltage by more than MOVED_MV."""
    probe = 1e-6 * _value(direction.places()[0], direction.name) / direction.scale
    step = 2 * probe * MOVED_MV / abs(moved(direction, probe) - moved(direction, -probe)).max() / 2
    near = moved(direction, step) - moved(direction, -step)
    far = moved(direction, 2 * step) - moved(direction, -2 * step)
    return np.asarray((8 * near - far) / (12 * step))


@contextmanager
def _displaced(direction: Direction, theta: float) -> Iterator[None]:
    places = direction.places()
    values = [_value(place, direction.name) for place in places]
    for place, value in zip(places, values, strict=True):
        _assign(place, direction.name, value + direction.scale * theta)
    yield
    for place, value in zip(places, values, strict=True):
        _assign(place, direction.name, value)


def _value(place: Any, name: str) -> float:
    return float(place.weight[0] if name == "weight" else getattr(place, name))


def _assign(place: Any, name: str, value: float) -> None:
    if name == "weight":
        place.weight[0] = value
    else:
        setattr(place, name, value)


# ------------------------------------------------------------------ both together
def demo(picture: Path) -> None:
    """Run both sides, print the table, draw the picture.

    Raises
    ------
    NmodlGradError
        when the mechanisms can not be compiled, the picture can not be written there, or the two sides disagree
    """
    _check(picture)
    with tempfile.TemporaryDirectory(prefix="nmodlgrad-demo-") as folder:
        _say(f"translating and compiling {', '.join(MECHANISMS)} (kept for the next time) ...")
        with _started("gradient", Path(folder)) as ours, _started("differences", Path(folder)) as theirs:
            tangent = ours()
            _say("taking finite differences of the original mechanisms, in a process of their own ...")
            reference = theirs()
    errors = _errors(tangent["derivative"], reference["derivative"])
    print(_table(tangent, reference, errors))
    _draw(picture, tangent, reference)
    print(f"\nThe picture is {picture}.")
    if errors.max() > TOLERANCE:
        raise NmodlGradError(f"the gradient is off by {errors.max():.1e}, which rounding does not explain")


def _check(picture: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    known = FigureCanvasAgg.get_supported_filetypes()
    if picture.suffix[1:].lower() not in known:
        raise NmodlGradError(f"{picture}: a picture's name ends in one of {', '.join(sorted(known))}")
    if not picture.resolve().parent.is_dir():
        raise NmodlGradError(f"{picture}: there is no folder {picture.parent}")


@contextmanager
def _started(side: str, folder: Path) -> Iterator[Callable[[], Measured]]:
    """Start one side; what is yielded waits for its result. In an empty folder NEURON loads nothing by itself."""
    own = folder / side
    own.mkdir()
    path = os.pathsep.join([str(Path(__file__).resolve().parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(
        [sys.executable, "-m", "nmodlgrad.demo", side, "result.npz"],
        cwd=own,
        env=os.environ | {"PYTHONPATH": path, "NEURON_MODULE_OPTIONS": "-nogui"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    def result() -> Measured:
        said, _ = process.communicate()
        if process.returncode:
            raise NmodlGradError(said.strip() or f"the process for the {side} ended with status {process.returncode}")
        with np.load(own / "result.npz") as arrays:
            return dict(arrays)

    try:
        yield result
    finally:
        process.kill()
        process.wait()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _errors(derivative: Floats, reference: Floats) -> Floats:
    """Largest deviation over compartments and times, relative to the largest derivative; one for each direction."""
    errors: Floats = abs(derivative - reference).max(axis=(0, 1)) / abs(reference).max(axis=(0, 1))
    return errors


def _table(tangent: Measured, reference: Measured, errors: Floats) -> str:
    runs, count, compartments = int(reference["runs"]), len(errors), int(reference["compartments"])
    lines = [
        f"\nA branched cell of {compartments} compartments, {DURATION_MS:g} ms, {reference['neuron']}:",
        f"dV/dtheta of all {count} directions from 1 simulation, finite differences from {runs}.\n",
        f"{'direction':28}{'unit':14}{'peak at soma':>19}{'finite difference':>21}{'rel. error':>12}",
    ]
    ours, theirs = tangent["derivative"][0], reference["derivative"][0]
    for k, (label, unit) in enumerate(zip(reference["labels"], reference["units"], strict=True)):
        peak = int(abs(ours[:, k]).argmax())
        lines.append(f"{label:28}{unit:14}{ours[peak, k]:19.10g}{theirs[peak, k]:21.10g}{errors[k]:12.1e}")
    lines.append("\nrel. error: the worst over all compartments and times, relative to the largest derivative.")
    if reference["table"]:
        lines.append(
            "usetable_hh = 0 on both sides: the TABLE of hh is piecewise linear, and blunts differences at its edges."
        )
    return "\n".join(lines)


def _draw(picture: Path, tangent: Measured, reference: Measured) -> None:
    """V(t) at the soma, and below it each derivative with the finite differences as dots."""
    import matplotlib
    from matplotlib.figure import Figure

    time, count = tangent["time"], len(reference["labels"])
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 6.4), layout="constrained", dpi=120)
        rows = [["voltage", "voltage"], *([str(k), str(k + 1)] for k in range(0, count, 2))]
        axes = figure.subplot_mosaic(rows, sharex=True, height_ratios=[1.2] + [1] * (len(rows) - 1))
        axes["voltage"].plot(time, tangent["voltage"], color=INK)
        axes["voltage"].set_title("V at the soma")
        axes["voltage"].set_ylabel("mV")
        dots = slice(10, None, 25)
        for k, (label, unit) in enumerate(zip(reference["labels"], reference["units"], strict=True)):
            axis = axes[str(k)]
            axis.axhline(0, color="0.85", linewidth=0.8)
            (line,) = axis.plot(time, tangent["derivative"][0, :, k], color=BLUE)
            (points,) = axis.plot(time[dots], reference["derivative"][0, dots, k], "o", color=ORANGE)
            axis.set_title(f"dV/d {label}")
            axis.set_ylabel(unit)
        for axis in [axes[name] for name in rows[-1]]:
            axis.set_xlabel("time (ms)")
            axis.set_xlim(0, DURATION_MS)
        figure.legend(
            [line, points],
            ["nmodlgrad, one simulation", f"finite differences of the original, {int(reference['runs'])} simulations"],
            loc="outside lower center",
            ncols=2,
        )
        figure.savefig(picture)


if __name__ == "__main__":
    side, result = sys.argv[1:]
    try:
        np.savez(result, **{"gradient": gradient, "differences": differences}[side]())
    except NmodlGradError as error:
        sys.exit(f"{error}")
