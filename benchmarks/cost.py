"""What the gradient costs: simulation time with K directions over the time of the original model.

    python benchmarks/cost.py [--rounds 5] [--dense] [--flags FLAGS]

The model is a Hodgkin-Huxley cell of 211 compartments, 50 ms at dt 0.025 ms. Every case runs in a process of its own,
the cases in turn, several rounds over; the table gives the median over rounds and ratios within this run. A one-sided
finite difference of K parameters costs K + 1 simulations of the original.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

DIRECTIONS = (1, 16, 64, 256)
DURATION_MS = 50


def cell(dendrites: int = 10, nseg: int = 21) -> list:
    """A soma and dendrites of so many segments, in a binary tree."""
    from neuron import h

    sections = [h.Section(name="soma")]
    sections[0].L = sections[0].diam = 20
    for i in range(dendrites):
        dendrite = h.Section(name=f"dendrite{i}")
        dendrite.L, dendrite.diam, dendrite.nseg = 200 / 21 * nseg, 2, nseg
        dendrite.connect(sections[max(0, (i - 1) // 2)](1))
        sections.append(dendrite)
    for section in sections:
        section.Ra = 100
        section.insert("hh")
    return sections


def directions(sections: list, count: int, dense: bool) -> list:
    """`count` parameters: one conductance in one segment each, or (dense) each direction over the whole cell."""
    import nmodlgrad as ng

    if dense:
        return [ng.Parameter("gnabar_hh", sections=sections) for _ in range(count)]
    segments = [segment for section in sections for segment in section]
    names = ("gnabar_hh", "gkbar_hh", "gl_hh")
    return [ng.Parameter(names[k % 3], segments=[segments[k * 97 % len(segments)]]) for k in range(count)]


def measure(count: int, dense: bool, flags: str | None) -> float:
    """Seconds for one run, the best of three; 0 directions is the original model, with nothing of ours loaded."""
    from neuron import h

    h.load_file("stdrun.hoc")
    h.celsius = 6.3
    if count:
        import nmodlgrad as ng
        from nmodlgrad import build

        build.FLAGS = build.FLAGS if flags is None else flags
        ng.load("hh")
    sections = cell()
    clamp = h.IClamp(sections[0](0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.5
    sensitivity = ng.Sensitivity(directions(sections, count, dense)) if count else None
    best = float("inf")
    for _ in range(3):
        h.finitialize(-65)
        start = time.perf_counter()
        h.continuerun(DURATION_MS)
        best = min(best, time.perf_counter() - start)
    assert sensitivity is None or sensitivity.dv(sections[0](0.5)).any()
    return best


def in_own_process(count: int, dense: bool, flags: str | None) -> float:
    """`measure` in a fresh process."""
    environment = os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"}
    command = [sys.executable, __file__, "--measure", json.dumps([count, dense, flags])]
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(result.stdout.splitlines()[-1])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each case is measured (default: %(default)s)")
    parser.add_argument("--dense", action="store_true", help="every direction acts in every segment")
    parser.add_argument("--flags", help="compile with these flags instead of the default ones (see nmodlgrad/build.py)")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(measure(*json.loads(options.measure)))
        return
    seconds: dict[int, list[float]] = {count: [] for count in (0, *DIRECTIONS)}
    in_own_process(1, options.dense, options.flags)  # compile before anything is timed
    for number in range(options.rounds):
        for count, found in seconds.items():
            if sys.stderr.isatty():
                print(f"\rround {number + 1} of {options.rounds}, K = {count}   ", end="", file=sys.stderr, flush=True)
            found.append(in_own_process(count, options.dense, options.flags))
    if sys.stderr.isatty():
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
    original = statistics.median(seconds[0])
    print(f"original hh, 211 compartments, {DURATION_MS} ms: {1e3 * original:.1f} ms")
    print("   K   time/ms   over original   one-sided difference over it")
    for count in DIRECTIONS:
        median = statistics.median(seconds[count])
        print(f"{count:4d}  {1e3 * median:8.1f}   {median / original:13.2f}   {(count + 1) * original / median:28.1f}")


if __name__ == "__main__":
    main()
