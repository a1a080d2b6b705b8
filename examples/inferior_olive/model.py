"""An inferior olive cell: the one of the fits in arXiv:2412.07327, after De Gruijl et al. 2012, as a NEURON model.

The mechanisms have to be known to NEURON before `build`: the originals (`load_originals`), or those that carry a
gradient (`nmodlgrad.load(model.MECHANISMS)`). The model is the same for both.
"""

from __future__ import annotations

import math
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import neuron
from neuron import h

import nmodlgrad as ng

FOLDER = Path(__file__).resolve().parent
MECHANISMS = FOLDER / "mods"
REGIONS = {1: "soma", 2: "axon", 3: "dendrite"}  # by the type of an SWC sample

V_INIT_MV, DT_MS = -60.0, 0.025
CM_UF_PER_CM2, RA_OHM_CM = 1.0, 100.0
LONGEST_UM = 10.0

# The code that comes with the paper hands currents to Arbor as g (V - E), with V in mV, and Arbor takes them in A/m2:
# the conductances are in kS/m2, and 1 kS/m2 is 0.1 S/cm2.
PUBLISHED_UNIT = 0.1  # S/cm2


@dataclass(frozen=True)
class Conductance:
    """One of the parameters that are fitted: a conductance of a region, where the fit starts and what it is to find."""

    name: str
    region: str
    start: float  # S/cm2
    target: float  # in units of the start

    @property
    def range_variable(self) -> str:
        """Its name in NEURON, and of an ``nmodlgrad.Parameter``."""
        return f"{self.name}_olive_{self.region}"


def _published(name: str, region: str, start: float, target: float) -> Conductance:
    return Conductance(name, region, start * PUBLISHED_UNIT, target / start)


CONDUCTANCES = (
    _published("g_CaL", "soma", 0.015, 0.003),
    _published("g_h", "dendrite", 0.025, 0.025),
    _published("g_K_Ca", "dendrite", 0.300, 0.250),
    _published("g_ld", "dendrite", 1.3e-5, 1.3e-5),
    _published("g_la", "axon", 1.3e-5, 1.3e-5),
    _published("g_ls", "soma", 1.3e-5, 1.3e-5),
    _published("g_Na_s", "soma", 0.030, 0.030),
    _published("g_Kdr_s", "soma", 0.030, 0.040),
    _published("g_K_s", "soma", 0.015, 0.020),
    _published("g_CaH", "dendrite", 0.090, 0.160),
    _published("g_Na_a", "axon", 0.200, 0.250),
    _published("g_K_a", "axon", 0.200, 0.250),
)
START = (1.0,) * len(CONDUCTANCES)
TARGET = tuple(conductance.target for conductance in CONDUCTANCES)


# ------------------------------------------------------------------ morphologies
@dataclass(frozen=True)
class Sample:
    """A line of an SWC file: a point of the cell, in um, which a frustum joins to its parent."""

    region: str
    x: float
    y: float
    z: float
    radius: float
    parent: int | None  # its place in the list


def read_swc(path: Path) -> list[Sample]:
    """The samples of an SWC file, whose types are 1 soma, 2 axon, 3 dendrite."""
    lines = [line.strip() for line in path.read_text().splitlines()]
    rows = [line.split()[:7] for line in lines if line and not line.startswith("#")]
    places = {number: place for place, (number, *_) in enumerate(rows)}
    return [
        Sample(REGIONS[int(kind)], *map(float, (x, y, z, radius)), places.get(parent))
        for _, kind, x, y, z, radius, parent in rows
    ]


SYNTHETIC_SOMA = ((0, 4, None), (6, 11, 0), (20, 11, 1), (26, 4, 2))  # x and radius in um, parent


def synthetic() -> list[Sample]:
    """A cell of about the size of an olive cell: a soma, a short axon, and five dendrites that branch twice."""
    samples = [Sample("soma", x, 0, 0, radius, parent) for x, radius, parent in SYNTHETIC_SOMA]
    end = len(samples) - 1
    samples.append(Sample("axon", -4, 0, 0, 2, 0))

    def grow(parent: int, angle: float, radii_um: Sequence[float]) -> None:
        """A branch of 38 um, of one radius but for its first um, and two at its end."""
        if not radii_um:
            return
        origin, (radius, *finer) = samples[parent], radii_um
        for length in (1, 38):
            x, y = origin.x + length * math.cos(angle), origin.y + length * math.sin(angle)
            samples.append(Sample("dendrite", x, y, 0, radius, parent))
            parent = len(samples) - 1
        grow(parent, angle - 0.3, finer)
        grow(parent, angle + 0.3, finer)

    for number in range(5):
        grow(end, 0.9 * (number - 2), (0.6, 0.45, 0.35))
    return samples


def _runs(samples: Sequence[Sample]) -> Iterator[list[int]]:
    """The sections: samples from one branch point, or change of region, to the next, both included; parents first."""
    children: list[list[int]] = [[] for _ in samples]
    (root,) = (place for place, sample in enumerate(samples) if sample.parent is None)
    for place, sample in enumerate(samples):
        if sample.parent is not None:
            children[sample.parent].append(place)
    begun = [[root, child] for child in children[root]]
    while begun:
        run = begun.pop(0)
        region = samples[run[-1]].region
        while len(following := children[run[-1]]) == 1 and samples[following[0]].region == region:
            run += following
        yield run
        begun += [[run[-1], child] for child in children[run[-1]]]


# ------------------------------------------------------------------ the cell
@dataclass(frozen=True)
class Cell:
    """The cell, ready to run: its sections by region, and where its voltage is recorded, the root of its tree."""

    regions: Mapping[str, Sequence[Any]]
    root: Any

    @property
    def sections(self) -> list[Any]:
        """All of them."""
        return [section for sections in self.regions.values() for section in sections]

    @property
    def segments(self) -> list[Any]:
        """All compartments."""
        return [segment for section in self.sections for segment in section]

    def set_conductances(self, units: Sequence[float]) -> None:
        """Set them all, each in units of its start, in the order of `CONDUCTANCES`."""
        for one, value in zip(CONDUCTANCES, units, strict=True):
            for section in self.regions[one.region]:
                for segment in section:
                    setattr(segment, one.range_variable, value * one.start)

    def directions(self) -> list[ng.Parameter]:
        """A direction for each conductance, over its region and in units of its start."""
        return [
            ng.Parameter(one.range_variable, sections=self.regions[one.region], scale=one.start) for one in CONDUCTANCES
        ]


def build(morphology: Path | None = None, *, longest_um: float = LONGEST_UM, calcium_current: bool = False) -> Cell:
    """Build the cell, with the conductances that the fit starts from.

    Parameters
    ----------
    morphology
        an SWC file; without it, the cell is `synthetic`
    longest_um
        each section has the smallest odd number of compartments that are no longer than this
    calcium_current
        whether the high-threshold calcium current charges the membrane, as in the model of De Gruijl et al.; without,
        it only brings in calcium, as in the paper's code

    The sections are the unbranched runs of one region, each beginning at its parent's last sample, with its radius.
    """
    h.load_file("stdrun.hoc")
    h.dt, h.steps_per_ms, h.v_init = DT_MS, 1 / DT_MS, V_INIT_MV
    samples = synthetic() if morphology is None else read_swc(morphology)
    regions: dict[str, list[Any]] = {region: [] for region in REGIONS.values()}
    ends: dict[int, Any] = {}  # where a section begins or ends, by its sample
    for run in _runs(samples):
        region = samples[run[-1]].region
        section = h.Section(name=f"{region}_{len(regions[region])}")
        regions[region].append(section)
        _shape(section, [samples[place] for place in run], longest_um)
        section.insert(f"olive_{region}")
        if run[0] in ends:
            section.connect(ends[run[0]])
        else:
            ends[run[0]] = section(0)  # the root
        ends[run[-1]] = section(1)
    cell = Cell(regions, next(iter(ends.values())))
    for section in regions["dendrite"]:
        for segment in section:
            segment.olive_dendrite.share_CaH = calcium_current
    cell.set_conductances(START)
    return cell


def _shape(section: Any, samples: Sequence[Sample], longest_um: float) -> None:
    """Points, compartments, capacitance and axial resistance."""
    for sample in samples:
        section.pt3dadd(sample.x, sample.y, sample.z, 2 * sample.radius)
    section.nseg = 2 * math.ceil(max(section.L / longest_um - 1, 0) / 2) + 1
    section.cm, section.Ra = CM_UF_PER_CM2, RA_OHM_CM


def load_originals(folder: Path) -> None:
    """Compile the mechanisms as they are, in a folder, and load them."""
    nrnivmodl = Path(sysconfig.get_path("scripts")) / "nrnivmodl"
    subprocess.run([nrnivmodl, MECHANISMS], cwd=folder, check=True, capture_output=True)
    neuron.load_mechanisms(str(folder), warn_if_already_loaded=False)


def simulate(duration_ms: float) -> None:
    """Run from -60 mV, with every gate at its steady state there."""
    h.finitialize(V_INIT_MV)
    h.continuerun(duration_ms)
