"""How the cost grows: with the number of compartments, and with the number of directions.

    python benchmarks/scaling.py [--rounds 5] [--plot docs/scaling.png]

A Hodgkin-Huxley cell of a soma and dendrites in a binary tree, at dt 0.025 ms; a direction is one conductance in one
segment. Every case runs in a process of its own, the cases in turn, several rounds over. The tables give medians: the
time of a step over that of the original cell, the time that a direction adds to a step in each compartment, and the
memory that the gradient takes, beside 8*K*(3 + states) bytes a compartment.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from cost import cell, directions

COMPARTMENTS = (10, 30, 100, 300, 1000, 3000, 10000)
DIRECTIONS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)
FEW = 16  # directions while the number of compartments is varied
MIDDLE = 211  # compartments while the number of directions is varied
STATES = 3  # of hh
VALUES = 2e7  # compartments times directions times steps that a measurement takes, about
Case = tuple[int, int]  # compartments, directions; no direction is the original


def measure(compartments: int, count: int) -> tuple[float, float, int]:
    """Seconds of a step, bytes that attaching takes, and the number of compartments that there are."""
    from neuron import h

    h.load_file("stdrun.hoc")
    if count:
        import nmodlgrad as ng

        ng.load("hh")
    dendrites = 10 if compartments > 10 else 1
    sections = cell(dendrites, max(1, round((compartments - 1) / dendrites)))
    clamp = h.IClamp(sections[0](0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.5
    reached = sum(section.nseg for section in sections)
    h.finitialize(-65)
    before = _resident()
    if count:
        sensitivity = ng.Sensitivity(directions(sections, count, dense=False))
    steps = int(min(20000, max(20, VALUES / reached / max(count, 1))))
    best = float("inf")
    for _ in range(3):
        h.finitialize(-65)
        start = time.process_time()
        h.continuerun(steps * h.dt)
        best = min(best, time.process_time() - start)
    assert not count or sensitivity.dv(sections[0](0.5)).any()
    return best / steps, _resident() - before, reached


def _resident() -> int:
    """Bytes of memory that this process has in use."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def in_own_process(case: Case) -> tuple[float, float, int]:
    """`measure` in a fresh process."""
    environment = os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"}
    command = [sys.executable, __file__, "--measure", json.dumps(case)]
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    seconds, memory, compartments = json.loads(result.stdout.splitlines()[-1])
    return seconds, memory, compartments


def main() -> None:
    """Print the tables, and draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each case is measured (default: %(default)s)")
    parser.add_argument("--plot", type=Path, help="where to draw it")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(*json.loads(options.measure))))
        return
    cases = [(n, count) for n in COMPARTMENTS for count in (0, FEW)] + [(MIDDLE, count) for count in (0, *DIRECTIONS)]
    runs: dict[Case, list[tuple[float, float, int]]] = {case: [] for case in cases}
    in_own_process((10, 1))  # compile before anything is timed
    for number in range(options.rounds):
        for case, found in runs.items():
            if sys.stderr.isatty():
                print(f"\rround {number + 1} of {options.rounds}, {case}        ", end="", file=sys.stderr, flush=True)
            found.append(in_own_process(case))
    if sys.stderr.isatty():
        print("\r" + " " * 50 + "\r", end="", file=sys.stderr)
    print(f"K = {FEW}")
    _table(runs, [(n, FEW) for n in COMPARTMENTS])
    print(f"\n{MIDDLE} compartments")
    _table(runs, [(MIDDLE, count) for count in DIRECTIONS])
    if options.plot:
        _draw(runs, options.plot)


def _median(runs: Mapping[Case, list[tuple[float, float, int]]], case: Case) -> tuple[float, float, int]:
    seconds, memory, compartments = zip(*runs[case], strict=True)
    return statistics.median(seconds), statistics.median(memory), compartments[0]


def _table(runs: Mapping[Case, list[tuple[float, float, int]]], cases: list[Case]) -> None:
    print("compartments     K   us/step   over original   ns more per K and compartment   MB   of 8 K (3 + states)")
    for n, count in cases:
        seconds, memory, compartments = _median(runs, (n, count))
        original = _median(runs, (n, 0))[0]
        each = 1e9 * (seconds - original) / count / compartments
        formula = 8 * count * (3 + STATES) * compartments
        print(
            f"{compartments:12d} {count:5d} {1e6 * seconds:9.1f} {seconds / original:15.2f} {each:31.2f} "
            f"{memory / 1e6:6.1f} {memory / formula:8.2f}"
        )


def _draw(runs: Mapping[Case, list[tuple[float, float, int]]], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for count, label in ((0, "original"), (FEW, f"with {FEW} directions")):
        points = [_median(runs, (n, count)) for n in COMPARTMENTS]
        left.loglog([p[2] for p in points], [1e6 * p[0] for p in points], "o-", label=label)
    left.set(xlabel="compartments", ylabel="time of a step (us)")
    left.legend(frameon=False)
    original = _median(runs, (MIDDLE, 0))[0]
    ratios = [_median(runs, (MIDDLE, count))[0] / original for count in DIRECTIONS]
    right.loglog(DIRECTIONS, ratios, "o-", label="one simulation with K directions")
    right.loglog(DIRECTIONS, [count + 1 for count in DIRECTIONS], "k:", label="K + 1 simulations")
    right.set(xlabel="directions K", ylabel=f"time over the original ({MIDDLE} compartments)")
    right.legend(frameon=False)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
