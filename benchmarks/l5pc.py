"""What the gradient costs on a cell that people fit: the layer 5 pyramidal cell of bluepyopt's examples.

    python benchmarks/l5pc.py [--rounds 5] [--core 0] [--duration 50] [--same-flags] [--mechanism NAME ...]

Its 12 mechanisms, its morphology and its parameters come from the sdist of bluepyopt that tests/corpus pins; where that
can not be had, the script says so. The original and the augmented cell run in processes of their own, on one core, in
turn, several rounds over; the table gives the median over rounds of the processor time, and ratios within this run. The
directions are conductances and the calcium pool's parameters, each over its region, as they are fitted.

The originals are compiled by plain nrnivmodl, or, with --same-flags, as the augmented mechanisms are. With --mechanism,
the cell is one unbranched cable with this mechanism alone, and pas: which mechanism costs what.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import side_by_side

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "tests")]

from scenarios.pyramidal import example, pyramidal_cell  # noqa: E402

DIRECTIONS = (1, 20)
MEASURED = 3  # runs in a process, of which the fastest counts


# ------------------------------------------------------------------ cells
def cable(mechanism: str) -> dict[str, list]:
    """One cable of 400 segments with a mechanism and pas."""
    from neuron import h

    h.load_file("stdrun.hoc")
    section = h.Section(name="cable")
    section.L, section.diam, section.nseg, section.Ra = 4000, 2, 400, 100
    for name in {mechanism, "pas"}:
        section.insert(name)
    return {"somatic": [section], "all": [section]}


def directions(cell: dict[str, list], count: int, mechanism: str | None) -> list:
    """The first `count` of the parameters that are fitted; of one mechanism alone its first one, or that of pas."""
    import nmodlgrad as ng
    from nmodlgrad.runtime import registry

    if mechanism is None:
        listed = list(pyramidal_cell.RELEASED)[:count]
        return [ng.Parameter(name, sections=cell[region]) for name, region in listed]
    names = [p.name for p in registry.require(mechanism).parameters if p.scope == "range"]
    name = f"{names[0]}_{mechanism}" if names else "g_pas"
    return [ng.Parameter(name, sections=cell["all"]) for _ in range(count)]


# ------------------------------------------------------------------ one process
def load(folder: Path, count: int, same_flags: bool) -> None:
    """Load the originals, or (with a direction) the augmented mechanisms."""
    import neuron

    mechanisms = folder / "mechanisms"
    from nmodlgrad import build

    if count:
        import nmodlgrad as ng

        ng.load(mechanisms, "pas")
        return
    build.FLAGS = build.FLAGS if same_flags else ""
    texts = {path.name: path.read_text("latin-1") for path in sorted(mechanisms.iterdir())}
    neuron.load_mechanisms(str(build.build(texts)), warn_if_already_loaded=False)


def measure(count: int, duration: float, same_flags: bool, mechanism: str | None, runs: int = MEASURED) -> float:
    """Seconds of processor time for one run; 0 directions is the original cell, with nothing of ours loaded."""
    folder = example()
    load(folder, count, same_flags)
    from neuron import h

    cell = cable(mechanism) if mechanism else pyramidal_cell.build(h, folder)
    if not mechanism:
        pyramidal_cell.equip(h, cell, folder)
    clamp = h.IClamp(cell["somatic"][0](0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 1
    sensitivity = None
    if count:
        import nmodlgrad as ng

        sensitivity = ng.Sensitivity(directions(cell, count, mechanism))
    best = float("inf")
    for _ in range(runs):
        h.finitialize(-65)
        start = time.process_time()
        h.continuerun(duration)
        best = min(best, time.process_time() - start)
    assert sensitivity is None or sensitivity.dv(cell["somatic"][0](0.5)).any()
    return best


def main() -> None:
    """Print the table."""
    parser = side_by_side.parser(__doc__)
    parser.add_argument("--duration", type=float, default=50, help="of a run, in ms (default: %(default)s)")
    parser.add_argument("--same-flags", action="store_true", help="compile the originals as the augmented ones")
    parser.add_argument("--mechanism", nargs="+", default=[None], help="in a cable, each by itself")
    options = parser.parse_args()
    if side_by_side.called(options, measure):
        return
    from corpus.packages import Unavailable

    try:
        folder = example()
    except Unavailable as missing:
        sys.exit(f"the example is not there: {missing}")
    names = options.mechanism
    if names == ["all"]:
        names = sorted(path.stem for path in (folder / "mechanisms").glob("*.mod"))
    flags = "the same flags" if options.same_flags else "plain nrnivmodl"
    print(f"over the original, which {flags} compiled; {options.duration:g} ms of the model")
    print(f"{'cell':>14}  original/ms" + "".join(f"   K = {count}".rjust(10) for count in DIRECTIONS))
    for name in names:
        seconds = measured(name, options)
        ratios = "".join(f"{seconds[count] / seconds[0]:10.2f}" for count in DIRECTIONS)
        print(f"{name or 'l5pc':>14}  {1e3 * seconds[0]:11.1f}{ratios}", flush=True)


def measured(mechanism: str | None, options: argparse.Namespace) -> dict[int, float]:
    """Median over rounds of each case's time."""

    def case(counted: tuple[int]) -> float:
        arguments = (*counted, options.duration, options.same_flags, mechanism)
        return float(side_by_side.fresh(options.core, measure, arguments))

    for count in (0, DIRECTIONS[-1]):  # compile before anything is timed
        case((count,))
    found = side_by_side.in_turn(options.rounds, [(count,) for count in (0, *DIRECTIONS)], case)
    return {count: seconds for (count,), seconds in side_by_side.medians(found).items()}


if __name__ == "__main__":
    main()
