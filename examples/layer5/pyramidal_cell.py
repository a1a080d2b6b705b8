"""The layer 5 pyramidal cell of bluepyopt's examples: its morphology, its 12 mechanisms, and all that is fitted.

They are in the sdist of bluepyopt, not in its wheel. Nothing here knows of gradients.
"""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

VERSION = "1.14.26"
SDIST = f"bluepyopt-{VERSION}.tar.gz"
SHA256 = "105a0e810c2cb49b96f5ea38d9faa88614d67e046a19699699bf2b85c4d7b37b"
EXAMPLE = "examples/l5pc/"
KINDS = (".mod", ".asc", ".json", ".inc")

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


# ---------------------------------------------------------------------- files
class Unavailable(Exception):
    """The sdist can not be had."""


def download(folder: Path) -> Path:
    """The sdist in a folder, by pip if it is not there.

    Raises
    ------
    Unavailable
        with what pip said, or where the file is not the one that is meant.
    """
    path = folder / SDIST
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", "bluepyopt", "--dest", str(folder)]
        done = subprocess.run([*pip, f"bluepyopt=={VERSION}"], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unavailable(f"pip could not download {SDIST}: {done.stderr.strip().rpartition(chr(10))[2]}")
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise Unavailable(f"{path} is not the file whose SHA-256 is {SHA256}: remove it")
    return path


def unpack(sdist: Path, folder: Path) -> Path:
    """The example's files in a folder: whole, or none of them."""
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as beside, tarfile.open(sdist) as tar:
        for member in tar:
            inside = PurePosixPath(member.name).as_posix().partition("/")[2]
            reader = tar.extractfile(member) if inside.startswith(EXAMPLE) and inside.endswith(KINDS) else None
            if reader is not None:
                target = Path(beside, "whole", inside.removeprefix(EXAMPLE))
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(reader.read())
        try:
            Path(beside, "whole").rename(folder)
        except OSError:
            if not folder.exists():  # nobody else was faster
                raise
    return folder


# ---------------------------------------------------------------------- what is fitted
@dataclass(frozen=True)
class Parameter:
    """A parameter that the example leaves free: a range variable of a region, its bounds and its published value."""

    name: str
    region: str
    bounds: tuple[float, float]

    @property
    def label(self) -> str:
        """The name, and where."""
        return f"{self.name if self.is_conductance else self.name.partition('_')[0]}, {self.region}"

    @property
    def is_conductance(self) -> bool:
        """Whether it is a conductance, and not of the calcium pool."""
        return not self.name.endswith("CaDynamics_E2")

    @property
    def released(self) -> float:
        """The published value."""
        return RELEASED[self.name, self.region]


def parameters(folder: Path) -> list[Parameter]:
    """The 20 parameters with bounds, in the order of the configuration."""
    entries = json.loads((folder / "config" / "parameters.json").read_text())
    return [Parameter(e["param_name"], e["sectionlist"], tuple(e["bounds"])) for e in entries if "bounds" in e]


# ---------------------------------------------------------------------- the cell
def build(h: Any, folder: Path) -> dict[str, list[Any]]:
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
    """Mechanisms and parameters of the example's configuration, by region; what is free has its published value."""
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
