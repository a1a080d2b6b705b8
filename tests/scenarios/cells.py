"""Whole cells, as people have them: from files, from templates, of hundreds of sections, and several at once."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oracle.model import Direction, Model, Together
from scenarios.parts import clamp, connection, membrane, section, stimulus, tapered
from scenarios.registry import scenario

MORPHOLOGIES = Path(__file__).resolve().parents[1] / "fixtures" / "morphologies"


def imported(h: Any, reader: Any, file: str) -> dict[str, list[Any]]:
    """The sections of a morphology file, by what they are: soma, axon, dend and apic."""
    reader.quiet = 1
    reader.input(str(MORPHOLOGIES / file))
    h.Import3d_GUI(reader, 0).instantiate(None)
    parts: dict[str, list[Any]] = {}
    for sec in h.allsec():
        parts.setdefault(sec.name().split("[")[0], []).append(sec)
    return parts


def painted(h: Any, parts: dict[str, list[Any]], amp_nA: float) -> Model:
    """Channels that thin out along the path from the soma, in a cell whose segments are chosen after they are there."""
    sections = [sec for part in parts.values() for sec in part]
    (soma,) = parts["soma"]
    for sec in sections:
        sec.Ra = 110
        for suffix in ("hh", "pas"):
            sec.insert(suffix)
        sec.nseg = 1 + 2 * int(sec.L / 30)
    membrane(h, [], sections)

    def along_the_path(segment: Any) -> float:
        return math.exp(-h.distance(soma(0.5), segment) / 120)

    for segment in (segment for sec in sections for segment in sec):
        segment.gnabar_hh *= along_the_path(segment)
        segment.gkbar_hh *= 0.3 + 0.7 * along_the_path(segment)
        segment.g_pas += 1e-7 * h.distance(soma(0.5), segment)
    return Model(
        sections=sections,
        directions=[
            Direction("gnabar_hh", sections=sections, scale=along_the_path),
            Direction("gkbar_hh", sections=parts["apic"], scale=lambda segment: 0.7 * along_the_path(segment)),
            Direction("g_pas", sections=sections, scale=lambda segment: 1e-6 * h.distance(soma(0.5), segment)),
            Direction("g_pas", sections=parts["dend"], scale=1e-4),
            Direction("ena", sections=parts["axon"]),
            Direction("cm", sections=parts["apic"]),
            Direction("Ra", sections=sections),
            Direction("L", sections=parts["axon"] + parts["dend"]),
        ],
        keep=[clamp(h, soma(0.5), amp_nA)],
        duration_ms=12.0,
    )


@scenario()
def a_cell_from_an_swc_file(h: Any) -> Model:
    """Read as Import3d reads it."""
    h.load_file("import3d.hoc")
    return painted(h, imported(h, h.Import3d_SWC_read(), "branched.swc"), amp_nA=1.2)


@scenario()
def a_cell_from_a_neurolucida_file(h: Any) -> Model:
    """The soma is an outline, the branches hang on it by pieces that Import3d makes."""
    h.load_file("import3d.hoc")
    return painted(h, imported(h, h.Import3d_Neurolucida3(), "branched.asc"), amp_nA=1.2)


@scenario()
def cells_from_a_template(h: Any) -> Model:
    """Two cells of one hoc template, which own their sections."""
    h.load_file(str(MORPHOLOGIES / "template.hoc"))
    first, second = cells = h.CellOfATemplate(), h.CellOfATemplate()
    membrane(h, [])
    sections = [sec for cell in cells for sec in cell.all]
    return Model(
        sections=sections,
        directions=[
            Direction("gnabar_hh", sections=[cell.soma for cell in cells]),
            Direction("gkbar_hh", sections=[first.axon]),
            Direction("g_pas", sections=list(second.basal), scale=1e-4),
            Direction("Ra", sections=list(first.apical)),
            Direction("cm", segments=[second.apical[1](0.5)]),
            Direction("L", sections=[second.basal[1]]),
        ],
        keep=[*cells, clamp(h, first.soma(0.5), 0.5), clamp(h, second.apical[0](1), 0.6)],
        duration_ms=12.0,
    )


@scenario()
def hundreds_of_sections(h: Any, count: int = 300) -> Model:
    """A tree that grows at random, each branch on any place of an earlier one, by either end; a third is tapered."""
    generator = random.Random(20250417)
    sections = [section(h, "soma", 24, 24)]
    for number in range(1, count):
        length, width, nseg = generator.uniform(8, 30), generator.uniform(0.5, 2), generator.choice([1, 1, 2, 3])
        if number % 3:
            new = section(h, f"branch{number}", length, width, nseg)
        else:
            new = tapered(h, f"branch{number}", [(0, width), (length, 0.6 * width)], nseg)
        parent = generator.choice(sections[max(0, number - 60) :])
        new.connect(parent(generator.choice([0, 0.3, 0.5, 1, 1, 1])), generator.choice([0, 0, 0, 1]))
        sections.append(new)
    membrane(h, sections[:40], sections[40:])
    return Model(
        sections=sections,
        directions=[
            Direction("gnabar_hh", sections=sections[:40]),
            Direction("g_pas", sections=sections[40:], scale=1e-4),
            Direction("e_pas", sections=sections[-1:]),
            Direction("cm", sections=sections[100:200]),
            Direction("Ra", sections=sections),
        ],
        keep=[clamp(h, sections[0](0.5), 2.5)],
        duration_ms=8.0,
    )


@scenario()
def a_myelinated_axon(h: Any) -> Model:
    """Nodes of Ranvier between internodes of small capacitance, some leaky, some without any mechanism."""
    soma = section(h, "soma", 20, 20)
    nodes, internodes, before = [], [], soma
    for number in range(5):
        node = section(h, f"node{number}", 1.5, 1.2)
        internode = section(h, f"internode{number}", 90, 1.6, 5)
        paranode = section(h, f"paranode{number}", 3, 1.3)
        node.connect(before(1))
        paranode.connect(node(1), number % 2)
        internode.connect(paranode(1 - number % 2))
        nodes.append(node)
        internodes += [internode, paranode]
        before = internode
    bare = internodes[2:4] + internodes[-1:]
    leaky = [sec for sec in internodes if sec not in bare]
    membrane(h, [soma, *nodes], leaky)
    for sec in internodes:
        sec.cm = 0.02
    for sec in leaky:
        sec.g_pas = 1e-6
    for node in nodes:
        node.gnabar_hh, node.gkbar_hh = 1.2, 0.3
    tip = section(h, "tip", 30, 1, 3)  # nothing is inserted here either
    tip.connect(before(1))
    return Model(
        sections=[soma, *nodes, *internodes, tip],
        directions=[
            Direction("gnabar_hh", sections=nodes),
            Direction("gkbar_hh", sections=nodes[-1:]),
            Direction("g_pas", sections=leaky, scale=1e-5),
            Direction("cm", sections=internodes, scale=0.01),
            Direction("cm", sections=[tip]),
            Direction("diam", sections=bare),
            Direction("Ra", sections=internodes),
            Direction("L", sections=[*nodes, tip]),
        ],
        keep=[clamp(h, soma(0.5), 0.6)],
        duration_ms=10.0,
    )


class CellOfAClass:
    """A cell as a Python class, which owns its sections."""

    def __str__(self) -> str:
        return "CellOfAClass"

    def __init__(self, h: Any) -> None:
        self.soma, self.dend = h.Section(name="soma", cell=self), h.Section(name="dend", cell=self)
        self.soma.L = self.soma.diam = 20
        self.dend.L, self.dend.diam, self.dend.nseg = 90, 1.4, 5
        self.dend.connect(self.soma(0))


@scenario("naf", "kdr", "leak", "expsyn2", "halfgap")
def cells_of_different_kinds(h: Any, threads: int = 1, pointers: bool = True) -> Model:
    """Five cells: hh, channels of a user, a leak only, one compartment, and one that only a gap junction moves."""
    h.usetable_naf = 0
    h.ParallelContext().nthread(threads)
    first = CellOfAClass(h)
    user, user_dend = section(h, "user", 18, 18), section(h, "user_dend", 100, 2, 3)
    user_dend.connect(user(1))
    leaky, twig = section(h, "leaky", 60, 2, 3), section(h, "twig", 40, 0.8, 3)
    twig.connect(leaky(0.5), 1)
    alone, coupled = section(h, "alone", 15, 15), section(h, "coupled", 80, 1, 3)
    membrane(h, [first.soma, alone], [first.dend, leaky, twig, coupled])
    for suffix in ("naf", "kdr", "leak"):
        user.insert(suffix)
    user_dend.insert("leak")
    synapses = [h.expsyn2(twig(0.5)), h.ExpSyn(leaky(0.1)), h.expsyn2(alone(0.5))]
    source = stimulus(h, 1, 2.5, 100)
    gaps: Sequence[Any] = []
    if pointers:
        gaps = [h.halfgap(coupled(0.5)), h.halfgap(leaky(0.5))]
        gaps[0]._ref_vgap, gaps[1]._ref_vgap = leaky(0.5)._ref_v, coupled(0.5)._ref_v
        for gap in gaps:
            gap.g = 0.001
    sections = [first.soma, first.dend, user, user_dend, leaky, twig, alone, coupled]
    return Model(
        sections=sections if pointers else sections[:-1],
        directions=[
            Direction("gnabar_hh", sections=[first.soma, alone]),
            Direction("gbar_naf", sections=[user]),
            Direction("g_pas", sections=[leaky, twig, first.dend], scale=1e-4),
            Direction("tau", of=synapses[0]),
            Together([Direction("e", of=synapses[1]), Direction("ek", sections=[alone])]),
            Direction("Ra", sections=[twig, user_dend]),
        ],
        keep=[
            first,
            source,
            *gaps,
            *synapses,
            *(connection(h, source, synapse, 0.001) for synapse in synapses),
            clamp(h, first.soma(0.5), 0.4),
            clamp(h, user(0.5), 0.3),
        ],
        duration_ms=12.0,
    )
