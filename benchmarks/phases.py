"""Where the time of a step goes, by phase and number of directions: perf samples the running model.

    python benchmarks/phases.py [--rounds 5] [--core 0] [--functions]

The Hodgkin-Huxley cell of cost.py, with a record of one row, in the original and with K directions. perf (on Debian
and Ubuntu in the package linux-perf, or linux-tools) has to be installed and allowed to sample processes of one's own.
So that it can tell phases apart, functions of the cable that are called in one place are not inlined here; what that
costs shows in the last line, which is the time of a step as nmodlgrad.load compiles it. With --functions, the
functions are listed too.
"""

from __future__ import annotations

import collections
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import side_by_side
from cost import DURATION_MS, cell, directions

COUNTS = (0, 1, 64, 256)
AS_LONG = 20  # times the duration of cost.py, in one run
APART = " -fno-inline-functions-called-once -fno-inline-functions -fno-inline-small-functions"
# The phase of a function is the first of these that its name or its library matches.
PHASES = {
    "currents of the model": r"^_?nrn_(cur|current|jacob)__hh",
    "partial derivatives of currents": r"^ng_current__|^ng_keep",
    "right-hand sides of all directions": r"^ng_(assemble|gather|contribute|flow)",
    "elimination of all directions": r"^ng_sweep|^eliminate__nmodlgrad",
    "states, their partial derivatives and rows": r"__hh(_grad)?$|rates|^hoc_Exp|^ng_sow|libm\.",
    "records": r"^ng_(sample|append|accumulate)|^sample__|mem(move|cpy)",
    "checks": r"^ng_(check|touched|watch|runaway|is_tame)|^charge__|nmodlgrad_cable",
    "system": r"kernel",
    "NEURON's own": "",
}


def measure(count: int, apart: bool, perf: bool) -> tuple[float, list[tuple[float, str, str]]]:
    """Seconds of a step, and if perf samples it each function's share of the samples, its library and its name."""
    from neuron import h

    h.load_file("stdrun.hoc")
    if count:
        import nmodlgrad as ng
        from nmodlgrad import build

        build.FLAGS += APART if apart else ""
        ng.load("hh")
    sections = cell()
    clamp = h.IClamp(sections[0](0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.5
    if count:
        sensitivity = ng.Sensitivity(directions(sections, count, dense=False))
        sensitivity.record(sections[0](0.5))
    context = h.ParallelContext()
    context.set_maxstep(10)

    duration = AS_LONG * DURATION_MS
    h.finitialize(-65)

    def run() -> float:
        start = time.process_time()
        context.psolve(duration)
        return float((time.process_time() - start) / (duration / h.dt))

    return sampled(run) if perf else (run(), [])


def sampled(run: Any) -> tuple[float, list[tuple[float, str, str]]]:
    """What `run` returns, and what perf has seen of this process in the meantime."""
    with tempfile.TemporaryDirectory() as folder:
        data = str(Path(folder) / "samples")
        command = ["perf", "record", "--quiet", "--freq", "2000", "--output", data, "--pid", str(os.getpid())]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as recorder:
            time.sleep(0.5)  # until it samples
            seconds = run()
            recorder.send_signal(signal.SIGINT)
        report = ["perf", "report", "--input", data, "--stdio", "--sort", "dso,symbol", "--field-separator", ";"]
        listed = subprocess.run(report, capture_output=True, text=True, check=True).stdout
    rows = [line.split(";") for line in listed.splitlines() if line.count(";") >= 2 and not line.startswith("#")]
    found = [
        (float(share.strip(" %")) / 100, library.strip(), symbol.strip()[4:]) for share, library, symbol, *_ in rows
    ]
    if not found:
        sys.exit("perf has seen nothing: is it allowed to? (sysctl kernel.perf_event_paranoid)")
    return seconds, found


def phase(library: str, function: str) -> str:
    """The phase that a function belongs to."""
    return next(
        name for name, like in PHASES.items() if re.search(like, function) or (like and re.search(like, library))
    )


def main() -> None:
    """Print the table."""
    parser = side_by_side.parser(__doc__, rounds=3)
    parser.add_argument("--functions", action="store_true", help="list the functions of each phase")
    options = parser.parse_args()
    if side_by_side.called(options, measure):
        return
    if shutil.which("perf") is None:
        sys.exit("perf is not installed: on Debian, apt-get install linux-perf")

    def case(arguments: tuple[int, bool, bool]) -> Any:
        return side_by_side.fresh(options.core, measure, arguments)

    for apart in (True, False):
        case((1, apart, False))  # compile before anything is timed
    cases = [(count, apart, apart) for count in COUNTS for apart in (True, False)]
    found = side_by_side.in_turn(options.rounds, cases, case)
    spent: dict[int, dict[tuple[str, str], float]] = {count: by_function(found[count, True, True]) for count in COUNTS}
    print("us per step".ljust(44) + "".join(f"K = {count}".rjust(10) if count else "  original" for count in COUNTS))
    for name in PHASES:
        line(name, {count: [s for (of, _), s in spent[count].items() if of == name] for count in COUNTS})
        if options.functions:
            for function in sorted({f for count in COUNTS for of, f in spent[count] if of == name}):
                line("    " + function, {count: [spent[count].get((name, function), 0.0)] for count in COUNTS})
    line("sum", {count: list(spent[count].values()) for count in COUNTS})
    line(
        "as nmodlgrad.load compiles it",
        {count: [statistics.median(seconds for seconds, _ in found[count, False, False])] for count in COUNTS},
    )


def by_function(found: list[tuple[float, list[tuple[float, str, str]]]]) -> dict[tuple[str, str], float]:
    """Seconds per step of each phase and function: means over rounds."""
    spent: dict[tuple[str, str], float] = collections.defaultdict(float)
    for seconds, functions in found:
        for share, library, function in functions:
            spent[phase(library, function), function] += share * seconds / len(found)
    return spent


def line(label: str, seconds: Mapping[int, list[float]]) -> None:
    """One line of the table, unless nothing of it would show."""
    sums = [1e6 * sum(seconds[count]) for count in COUNTS]
    if max(sums) >= 0.05:
        print(label.ljust(44) + "".join(f"{value:10.2f}" for value in sums))


if __name__ == "__main__":
    main()
