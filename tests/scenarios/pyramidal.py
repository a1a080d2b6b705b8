"""The layer 5 pyramidal cell of bluepyopt's examples: its morphology, its 12 mechanisms, and all that is fitted.

They come from the sdist that `corpus.packages` pins, are fetched when they are asked for, and kept in a user cache.
"""

from __future__ import annotations

import json
import math
import tarfile
from pathlib import Path, PurePosixPath
from typing import Any

from corpus.packages import ARCHIVES, cache_folder, fetch
from oracle.model import Direction, Model
from scenarios.parts import clamp
from scenarios.registry import scenario

EXAMPLE = "examples/l5pc/"

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


def example() -> Path:
    """The folder of the example, unpacked from the pinned sdist beside it."""
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


def pyramidal_cell(h: Any, folder: Path) -> dict[str, list[Any]]:
    """Sections by region: the morphology, its axon replaced by two pieces of 30 um as in the example."""
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


def along_the_path(distance_um: float) -> float:
    """How gIhbar grows in the apical dendrite, by the example's configuration."""
    return -0.8696 + 2.087 * math.exp(distance_um * 0.0031)


def equip(h: Any, cell: dict[str, list[Any]], folder: Path) -> None:
    """Mechanisms and parameters of the example's configuration, by region."""
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
                scaled = along_the_path(distance) * value if "dist" in entry else value
                setattr(segment if entry["type"] == "range" else section, name, scaled)


def mechanisms() -> list[Path]:
    """The example's .mod files."""
    return sorted((example() / "mechanisms").glob("*.mod"))


@scenario(mechanisms=mechanisms)
def the_layer_5_pyramidal_cell(h: Any, duration_ms: float = 30.0) -> Model:
    """Every parameter that the example leaves free, over its region, and how much Ih there is along the apical path."""
    folder = example()
    cell = pyramidal_cell(h, folder)
    equip(h, cell, folder)
    (soma,) = cell["somatic"]
    free = [e for e in json.loads((folder / "config" / "parameters.json").read_text()) if "value" not in e]

    def ih(segment: Any) -> float:
        return along_the_path(h.distance(soma(0.5), segment))

    return Model(
        sections=cell["all"],
        directions=[
            *(Direction(entry["param_name"], sections=cell[entry["sectionlist"]]) for entry in free),
            Direction("gIhbar_Ih", sections=cell["apical"], scale=ih),
        ],
        keep=[clamp(h, soma(0.5), 1.0)],
        duration_ms=duration_ms,
    )
