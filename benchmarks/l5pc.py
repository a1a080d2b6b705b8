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
import json
import math
import sys
import tarfile
import time
from pathlib import Path, PurePosixPath

import side_by_side

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "tests")]

DIRECTIONS = (1, 20)
EXAMPLE = "examples/l5pc/"
MEASURED = 3  # runs in a process, of which the fastest counts

# The values that the example's authors published (release_params in its l5pc_analysis.py); its config has the others.
RELEASED = {
    ("gNaTs2_tbar_NaTs2_t", "somatic"): 0.983955,
    ("gSKv3_1bar_SKv3_1", "somatic"): 0.303472,
    ("gSK_E2bar_SK_E2", "somatic"): 0.008407,
    ("gCa_HVAbar_Ca_HVA", "somatic"): 0.000994,
    ("gCa_LVAstbar_Ca_LVAst", "somatic"): 0.000333,
    ("gamma_CaDynamics_E2", "somatic"): 0.000609,
    ("decay_CaDynamics_E2", "somatic"): 210.485284,
    ("gNaTs2_tbar_NaTs2_t", "apical"): 0.026145,
    ("gSKv3_1bar_SKv3_1", "apical"): 0.004226,
    ("gImbar_Im", "apical"): 0.000143,
    ("gNaTa_tbar_NaTa_t", "axonal"): 3.137968,
    ("gNap_Et2bar_Nap_Et2", "axonal"): 0.006827,
    ("gK_Pstbar_K_Pst", "axonal"): 0.973538,
    ("gK_Tstbar_K_Tst", "axonal"): 0.089259,
    ("gSKv3_1bar_SKv3_1", "axonal"): 1.021945,
    ("gSK_E2bar_SK_E2", "axonal"): 0.007104,
    ("gCa_HVAbar_Ca_HVA", "axonal"): 0.000990,
    ("gCa_LVAstbar_Ca_LVAst", "axonal"): 0.008752,
    ("gamma_CaDynamics_E2", "axonal"): 0.002910,
    ("decay_CaDynamics_E2", "axonal"): 287.198731,
}


# ------------------------------------------------------------------ what the example is made of
def example() -> Path:
    """The folder of the example, unpacked from the pinned sdist beside it."""
    from corpus.packages import ARCHIVES, cache_folder, fetch

    (archive,) = (archive for archive in ARCHIVES if archive.package == "bluepyopt")
    (path,) = fetch((archive,))
    folder = cache_folder() / f"l5pc-{archive.sha256[:12]}"
    if not (folder / "done").exists():
        with tarfile.open(path) as tar:
            for member in tar:
                inside = PurePosixPath(member.name).as_posix().partition("/")[2]
                reader = tar.extractfile(member) if inside.startswith(EXAMPLE) and member.isfile() else None
                if reader is not None and inside.endswith((".mod", ".asc", ".json", ".inc")):
                    target = folder / inside.removeprefix(EXAMPLE)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(reader.read())
        (folder / "done").touch()
    return folder


def pyramidal_cell(folder: Path) -> dict[str, list]:
    """Sections by region: the morphology, its axon replaced by two pieces of 30 um as in the example."""
    from neuron import h

    h.load_file("stdrun.hoc")
    h.load_file("import3d.hoc")
    reader = h.Import3d_Neurolucida3()
    reader.quiet = 1
    reader.input(str(folder / "morphology" / "C060114A7.asc"))
    h.Import3d_GUI(reader, 0).instantiate(None)
    regions = {name: [s for s in h.allsec() if s.name().split("[")[0] == name] for name in ("soma", "dend", "apic")}
    axon = [section for section in h.allsec() if section.name().split("[")[0] == "axon"]
    diameters = [section.diam for section in axon[:2]]
    for section in axon:
        h.delete_section(sec=section)
    replaced = [h.Section(name=f"axon{i}") for i in range(2)]
    replaced[0].connect(regions["soma"][0](1))
    replaced[1].connect(replaced[0](1))
    for section, diameter in zip(replaced, diameters, strict=True):
        section.L, section.diam = 30, diameter
    cell = {"somatic": regions["soma"], "basal": regions["dend"], "apical": regions["apic"], "axonal": replaced}
    cell["all"] = [section for name in ("somatic", "basal", "apical", "axonal") for section in cell[name]]
    for section in cell["all"]:
        section.nseg = 1 + 2 * int(section.L / 40)
    return cell


def equip(cell: dict[str, list], folder: Path) -> None:
    """Mechanisms and parameters of the example's configuration, by region."""
    from neuron import h

    for region, mechanisms in json.loads((folder / "config" / "mechanisms.json").read_text()).items():
        for section in cell[region]:
            for mechanism in mechanisms:
                section.insert(mechanism)
    soma = cell["somatic"][0](0.5)
    for entry in json.loads((folder / "config" / "parameters.json").read_text()):
        name = entry["param_name"]
        value = entry["value"] if "value" in entry else RELEASED[name, entry["sectionlist"]]
        if entry["type"] == "global":
            setattr(h, name, value)
            continue
        for section in cell[entry["sectionlist"]]:
            for segment in section:
                distance = h.distance(soma, segment)
                scaled = (-0.8696 + 2.087 * math.exp(distance * 0.0031)) * value if "dist" in entry else value
                setattr(segment if entry["type"] == "range" else section, name, scaled)


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
        listed = list(RELEASED)[:count]
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

    cell = cable(mechanism) if mechanism else pyramidal_cell(folder)
    if not mechanism:
        equip(cell, folder)
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
