"""The factor on the diameters of sections, with 3-d points and without.

NEURON keeps the diameters of points in single precision. Those here have few binary digits, and so have the steps of
the finite differences: nothing is rounded.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from oracle.model import Direction, Model, Together
from scenarios.cells import imported, painted
from scenarios.parts import clamp, connection, membrane, section, stimulus, tapered
from scenarios.registry import scenario


def shortened(h: Any, sections: Iterable[Any], digits: int = 5) -> None:
    """Let the diameters of all points have so many binary digits."""
    for sec in sections:
        for point in range(int(sec.n3d())):
            share, power = math.frexp(sec.diam3d(point))
            sec.pt3dchange(point, math.ldexp(round(share * 2**digits), power - digits))


@scenario("expsyn2", "alphasyn2", "drive", "nap")
def factors_on_diameters(h: Any, threads: int = 1) -> Model:
    """Steps, tapers and cylinders, whose points lie in segments in every way, joined by either end.

    Clamps and synapses are on segments whose area moves, on others and at ends; a second cell goes with the first.
    """
    h.ParallelContext().nthread(threads)
    soma = tapered(h, "soma", [(0, 8), (4, 20), (16, 20), (20, 10)], 1)
    trunk = tapered(h, "trunk", [(0, 4), (60, 2.5), (60, 3.5), (90, 3), (150, 1.5)], 2)
    cone = tapered(h, "cone", [(0, 6), (1, 1.5), (75, 0.5)], 3)
    backward = tapered(h, "backward", [(0, 1), (12, 2.5), (12, 1.25), (80, 0.75)], 5)
    ends = tapered(h, "ends", [(0, 3), (0, 1), (40, 1.5), (40, 0.5)], 4)
    plain = section(h, "plain", 90, 1.25, 3)
    other = tapered(h, "other", [(0, 12), (30, 16)], 1)
    for child, place, end in (
        (trunk, soma(1), 0),
        (cone, trunk(1), 0),
        (backward, soma(0.5), 1),
        (ends, backward(0), 1),
        (plain, trunk(0.3), 0),
    ):
        child.connect(place, end)
    plain(0.5).diam = 0.75
    plain.rallbranch = 2
    membrane(h, [soma, trunk, other], [cone, backward, ends, plain])
    cone.insert("nap")
    source = stimulus(h, 2, 3, 100)
    synapses = [h.ExpSyn(cone(0.5)), h.expsyn2(backward(0.9)), h.alphasyn2(trunk(0.1)), h.Exp2Syn(ends(0.4))]
    synapses += [h.ExpSyn(trunk(1)), h.expsyn2(plain(1))]
    electrode = h.drive(ends(0.9))
    electrode.amp = 0.02
    all_ = [soma, trunk, cone, backward, ends, plain]
    return Model(
        sections=[*all_, other],
        directions=[
            Direction("diam_factor", sections=all_),
            *(Direction("diam_factor", sections=[sec]) for sec in all_),
            Direction("diam_factor", sections=[trunk, backward], scale=0.25),
            Direction("L", sections=[trunk]),
            Direction("L", sections=[ends, backward]),
            Direction("Ra", sections=[trunk, ends]),
            Direction("cm", sections=[backward]),
            Direction("diam_factor", sections=[other]),
            Direction("gnabar_hh", sections=[soma]),
            Together(
                [Direction("diam_factor", sections=[trunk, plain]), Direction("g_pas", sections=[cone], scale=2**-9)]
            ),
        ],
        keep=[
            *(clamp(h, place, 0.05) for place in (trunk(0.2), cone(0.5), ends(0), soma(0.5), plain(0.1))),
            clamp(h, soma(0.5), 0.4),
            clamp(h, backward(0.5), 0.04, 5.0, 3.0),
            clamp(h, other(0.5), 0.3),
            *(connection(h, source, synapse, 0.003) for synapse in synapses),
            source,
            electrode,
        ],
        duration_ms=6.0,
    )


@scenario("wide", "shaft", "cachan", "kca", "casyn")
def mechanisms_that_read_diameters_of_points(h: Any) -> Model:
    """A channel that reads diam and area, and a pool that fills faster the thinner its segment is, by synapses too."""
    soma = section(h, "soma", 20, 20)
    dend = tapered(h, "dend", [(0, 3), (50, 1.5), (50, 2), (120, 1)], 4)
    twig = tapered(h, "twig", [(0, 1.5), (20, 0.75), (60, 1)], 3)
    dend.connect(soma(1))
    twig.connect(dend(0.6), 1)
    membrane(h, [soma, dend], [twig])
    for sec in (dend, twig):
        for suffix in ("wide", "shaft", "cachan", "kca"):
            sec.insert(suffix)
    source = stimulus(h, 2, 3, 100)
    synapses = [h.casyn(place) for place in (dend(0.7), twig(0.5), twig(0.9))]
    return Model(
        sections=[soma, dend, twig],
        directions=[
            Direction("diam_factor", sections=[dend, twig]),
            Direction("diam_factor", sections=[soma, twig]),
            Direction("L", sections=[dend, twig]),
            Direction("gbar_wide", sections=[dend]),
            Direction("gbar_kca", sections=[dend, twig]),
        ],
        keep=[
            *(connection(h, source, synapse, 0.001) for synapse in synapses),
            *synapses,
            source,
            clamp(h, soma(0.5), 0.9),
            clamp(h, dend(0.7), 0.05),
        ],
        duration_ms=8.0,
    )


def _scaled(h: Any, parts: dict[str, list[Any]]) -> Model:
    """A cell from a file, along the diameters of what it is made of."""
    model = painted(h, parts, amp_nA=1.2)
    shortened(h, model.sections)
    directions = [
        Direction("diam_factor", sections=model.sections),
        *(Direction("diam_factor", sections=sections) for sections in parts.values()),
        Direction("diam_factor", sections=parts["apic"][-1:]),
        Direction("Ra", sections=model.sections),
    ]
    return Model(model.sections, directions, model.keep, duration_ms=5.0)


@scenario()
def diameters_of_a_cell_from_an_swc_file(h: Any) -> Model:
    """Read as Import3d reads it."""
    h.load_file("import3d.hoc")
    return _scaled(h, imported(h, h.Import3d_SWC_read(), "branched.swc"))


@scenario()
def diameters_of_a_cell_from_a_neurolucida_file(h: Any) -> Model:
    """The soma is an outline, the branches hang on it by pieces that Import3d makes."""
    h.load_file("import3d.hoc")
    return _scaled(h, imported(h, h.Import3d_Neurolucida3(), "branched.asc"))
