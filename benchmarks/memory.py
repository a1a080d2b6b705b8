"""What memory a Sensitivity takes: the growth of the process, beside 8*K*(3 + states) bytes for each compartment.

    python benchmarks/memory.py [--compartments 2000] [--directions 1 16 64 256 1024]

A Hodgkin-Huxley cell, run for 5 ms; with a few directions or many, each of them one conductance in one segment
("sparse"), one conductance in all segments ("dense"), or the same with another scale in each segment ("graded"). Every
case runs in a process of its own, which has carried one compartment with some directions before, so that what is loaded
once does not count.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import itertools
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from cost import cell, directions

CASES = ("sparse", "dense", "graded")
DIRECTIONS = (1, 16, 64, 256, 1024)
STATES = 3  # of hh
DURATION_MS = 5
SOME = 64  # directions, for which numpy loads what sorts them


def asked(case: str, sections: list, count: int) -> list:
    """The directions of a case."""
    import nmodlgrad as ng

    if case != "graded":
        return directions(sections, count, case == "dense")

    numbers = itertools.count(1)
    return [ng.Parameter("gnabar_hh", sections=sections, scale=lambda _: next(numbers)) for _ in range(count)]


def measure(case: str, compartments: int, count: int) -> tuple[float, float, int]:
    """Bytes by which the process grows, those that count for `memory_limit`, and how many compartments there are."""
    from neuron import h

    import nmodlgrad as ng

    h.load_file("stdrun.hoc")
    ng.load("hh")
    first = cell(0, 1)
    with ng.Sensitivity(directions(first, min(count, SOME), dense=False)):
        _run(h)
    sections = cell(10, max(1, round((compartments - 1) / 10)))
    reached = sum(section.nseg for section in sections)
    _run(h)
    before = resident()
    sensitivity = ng.Sensitivity(asked(case, sections, count))
    _run(h)
    assert sensitivity.dv(sections[0](0.5)).any()
    return resident() - before, sensitivity.memory, reached


def _run(h: object) -> None:
    h.finitialize(-65)
    h.continuerun(DURATION_MS)


def resident() -> int:
    """Bytes of memory that this process has in use."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what was freed before would take in a part of what is measured
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def in_own_process(case: str, compartments: int, count: int) -> tuple[float, float, int]:
    """`measure` in a fresh process."""
    command = [sys.executable, __file__, "--measure", json.dumps([case, compartments, count])]
    environment = os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"}
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    growth, counted, reached = json.loads(result.stdout.splitlines()[-1])
    return growth, counted, reached


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compartments", type=int, default=2000, help="about so many (default: %(default)s)")
    parser.add_argument("--directions", type=int, nargs="+", default=DIRECTIONS, help="(default: %(default)s)")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(*json.loads(options.measure))))
        return
    print("compartments     K  directions   bytes a compartment   of 8 K (3 + states)   counted for memory_limit")
    for count in options.directions:
        for case in CASES:
            growth, counted, reached = in_own_process(case, options.compartments, count)
            bound = 8 * count * (3 + STATES) * reached
            grown = f"{growth / reached:21.0f} {growth / bound:21.2f}"
            print(f"{reached:12d} {count:5d} {case:>11s} {grown} {counted / bound:26.2f}")


if __name__ == "__main__":
    main()
