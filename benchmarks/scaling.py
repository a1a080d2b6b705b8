"""How the cost grows: with the number of compartments, and with the number of directions.

    python benchmarks/scaling.py [--rounds 5] [--core 0] [--plot docs/scaling.png]

A Hodgkin-Huxley cell of a soma and dendrites in a binary tree, at dt 0.025 ms. A direction is one conductance in one
segment; where there are more directions than these, in two segments at once; no two directions are the same. Every
case runs in a process of its own, on one core, the cases in turn, several rounds over. The tables give medians: the
time of a step over that of the original cell; what the gradient adds to a step, for each compartment and direction; the
same for those directions only that the line above has not got; how much memory the rows are; and how much more memory
the process takes, over 8*K*(3 + states) bytes a compartment.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import side_by_side
from cost import cell

COMPARTMENTS = (10, 31, 101, 301, 1001, 3001, 10001)
DIRECTIONS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)
FEW = 16  # directions while the number of compartments is varied
CELLS = (211, 701)  # compartments while the number of directions is varied
STATES = 3  # of hh
CONDUCTANCES = ("gnabar_hh", "gkbar_hh", "gl_hh")
VALUES = 5e7  # compartments times directions times steps that a measurement takes, about
FEWEST, MOST = 40, 10000  # steps of a measurement
Case = tuple[int, int]  # compartments, directions; no direction is the original
Runs = Mapping[Case, tuple[float, float, int]]  # seconds of a step, bytes, nodes


def directions(sections: Sequence[Any], count: int) -> list[Any]:
    """`count` parameters, spread evenly over the segments; those of one segment follow each other."""
    import nmodlgrad as ng

    segments = [segment for section in sections for segment in section]
    places = [k * len(segments) // count for k in range(count)]
    seen: dict[int, int] = {}
    chosen = []
    for place in places:
        number = seen[place] = seen.get(place, -1) + 1
        lap, name = divmod(number, len(CONDUCTANCES))
        where = {place, (place + lap) % len(segments)}
        chosen.append((CONDUCTANCES[name], tuple(sorted(where))))
    assert len(set(chosen)) == count
    return [ng.Parameter(name, segments=[segments[i] for i in where]) for name, where in chosen]


def measure(compartments: int, count: int) -> tuple[float, float, int]:
    """Seconds of a step, bytes that the gradient takes, and the number of compartments that there are."""
    from neuron import h

    h.load_file("stdrun.hoc")
    if count:
        import nmodlgrad as ng

        ng.load("hh")
    dendrites = 10 if compartments > 10 else 1
    sections = cell(dendrites, max(1, (compartments - 1) // dendrites))
    clamp = h.IClamp(sections[0](0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.5
    reached = sum(section.nseg for section in sections)
    context = h.ParallelContext()
    context.set_maxstep(10)
    h.finitialize(-65)
    before = _resident()
    if count:
        sensitivity = ng.Sensitivity(directions(sections, count))
    steps = int(min(MOST, max(FEWEST, VALUES / reached / max(count, FEW))))
    best = float("inf")
    for _ in range(3):
        h.finitialize(-65)
        start = time.process_time()
        context.psolve(steps * h.dt)
        best = min(best, time.process_time() - start)
    assert not count or sensitivity.dv(sections[0](0.5)).any()
    return best / steps, _resident() - before, reached


def _resident() -> int:
    """Bytes of memory that this process has in use."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def main() -> None:
    """Print the tables, and draw them."""
    parser = side_by_side.parser(__doc__)
    parser.add_argument("--plot", type=Path, help="where to draw it")
    options = parser.parse_args()
    if side_by_side.called(options, measure):
        return

    def case(numbers: Case) -> Any:
        return side_by_side.fresh(options.core, measure, numbers)

    varied = [(n, count) for n in COMPARTMENTS for count in (0, FEW)]
    cases = varied + [(n, count) for n in CELLS for count in (0, *DIRECTIONS)]
    case((10, 1))  # compile before anything is timed
    found = side_by_side.in_turn(options.rounds, cases, case)
    runs = {
        case: (statistics.median(r[0] for r in results), statistics.median(r[1] for r in results), results[0][2])
        for case, results in found.items()
    }
    print("caches: " + ", ".join(_caches()))
    print(f"\nK = {FEW}")
    _table(runs, [(n, FEW) for n in COMPARTMENTS])
    for count, of in ((0, "the original"), (FEW, f"with {FEW} directions")):
        print(f"time of a step, {of}: compartments to the power of {_exponent(runs, count):.3f}")
    for n in CELLS:
        print(f"\n{n} compartments")
        _table(runs, [(n, count) for count in DIRECTIONS])
    if options.plot:
        _draw(runs, options.plot)


def _caches() -> list[str]:
    """The data caches of the first core and their sizes."""
    folders = sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*"))
    caches = [[(folder / name).read_text().strip() for name in ("level", "type", "size")] for folder in folders]
    return [f"L{level} {size}" for level, kind, size in caches if kind != "Instruction"] or ["not known"]


def _exponent(runs: Runs, count: int) -> float:
    """Of the power law that fits the time of a step over compartments."""
    points = [runs[n, count] for n in COMPARTMENTS]
    return float(np.polyfit(np.log([p[2] for p in points]), np.log([p[0] for p in points]), 1)[0])


def _table(runs: Runs, cases: Sequence[Case]) -> None:
    print("                                                   ns per K and compartment")
    print("compartments     K    us/step   over original   of all   of the further   rows/MB   memory over formula")
    before = (0.0, 0)
    for n, count in cases:
        seconds, memory, compartments = runs[n, count]
        original = runs[n, 0][0]
        each = 1e9 * (seconds - original) / count / compartments
        further = (
            f"{1e9 * (seconds - before[0]) / (count - before[1]) / compartments:.2f}" if count > before[1] > 0 else ""
        )
        before = (seconds, count)
        rows = 8 * count * (1 + STATES) * compartments
        print(
            f"{compartments:12d} {count:5d} {1e6 * seconds:10.1f} {seconds / original:15.2f} {each:8.2f} {further:>16} "
            f"{rows / 1e6:9.2f} {memory / (8 * count * (3 + STATES) * compartments):21.2f}"
        )


def _draw(runs: Runs, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
    for count, label in ((0, "original"), (FEW, f"with {FEW} directions")):
        points = [runs[n, count] for n in COMPARTMENTS]
        left.loglog([p[2] for p in points], [1e6 * p[0] for p in points], "o-", label=label)
    left.set(xlabel="compartments", ylabel="time of a step (µs)")
    for n in CELLS:
        ratios = [runs[n, count][0] / runs[n, 0][0] for count in DIRECTIONS]
        right.loglog(DIRECTIONS, ratios, "o-", label=f"gradient, {n} compartments")
    right.loglog(DIRECTIONS, [count + 1 for count in DIRECTIONS], "k:", label="K + 1 simulations")
    right.set(xlabel="directions K", ylabel="time over the original")
    for axes in (left, right):
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
