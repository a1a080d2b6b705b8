"""The shape of a cell as parameters: cm, Ra, diam and L."""

from __future__ import annotations

from typing import Any

from oracle.model import Direction, Model, Together
from scenarios.parts import clamp, connection, membrane, section, stimulus, tapered
from scenarios.registry import scenario


def bush(h: Any) -> list[Any]:
    """Sections joined at 0, 0.5 and 1, by either end, to segments and to ends; one has 3-d points."""
    soma = section(h, "soma", 24, 20, 3)
    apical, tuft = section(h, "apical", 150, 2.4, 5), section(h, "tuft", 90, 1.2, 3)
    axon, mid = section(h, "axon", 130, 1.3, 4), section(h, "mid", 60, 1.5, 3)
    backward = section(h, "backward", 80, 1.1, 3)
    drawn = tapered(h, "drawn", [(0, 6.0), (12, 1.1), (12, 1.6), (30, 3.5), (75, 0.5)], 4)
    for child, place, end in (
        (apical, soma(1), 0),
        (tuft, apical(1), 0),
        (axon, soma(0), 0),
        (mid, soma(0.5), 0),
        (backward, apical(0.5), 1),
        (drawn, backward(0), 0),
    ):
        child.connect(place, end)
    tuft(0.5).diam, axon(0.1).diam = 0.8, 2.0
    tuft.rallbranch = 3  # as many of them
    membrane(h, [soma, apical, axon], [tuft, mid, backward, drawn])
    return [soma, apical, tuft, axon, mid, backward, drawn]


@scenario()
def capacitances_and_axial_resistances(h: Any) -> Model:
    """cm of sections and of a segment, Ra of sections: the root, a tapered one, and all of them."""
    sections = bush(h)
    soma, apical, _, axon, mid, backward, drawn = sections
    return Model(
        sections=sections,
        directions=[
            Direction("cm", sections=sections),
            Direction("cm", segments=[soma(0.5)]),
            Direction("cm", sections=[axon, drawn], scale=0.3),
            Direction("Ra", sections=sections),
            Direction("Ra", sections=[soma]),
            Direction("Ra", sections=[apical], scale=20),
            Direction("Ra", sections=[drawn]),
            Direction("Ra", sections=[mid, backward]),
            Direction("gnabar_hh", sections=[soma]),
        ],
        keep=[clamp(h, soma(0.5), 0.9), clamp(h, axon(1), 0.05), clamp(h, drawn(0.5), 0.05, 4.0)],
        duration_ms=15.0,
    )


@scenario("expsyn2", "alphasyn2", "drive", "nap")
def diameters_and_lengths(h: Any, threads: int = 1) -> Model:
    """diam of sections and of segments, L of sections, of cylinders, under clamps and synapses of every kind.

    Clamps and synapses are on segments whose area moves, on others and at ends; a second cell goes with the first.
    """
    h.ParallelContext().nthread(threads)
    *round_, drawn = sections = bush(h)
    soma, apical, tuft, axon, mid, backward = round_
    other = section(h, "other", 30, 25)
    membrane(h, [other])
    tuft.insert("nap")
    source = stimulus(h, 2, 3, 100)
    synapses = [h.ExpSyn(tuft(0.5)), h.expsyn2(backward(0.9)), h.alphasyn2(apical(0.1)), h.Exp2Syn(drawn(0.4))]
    synapses += [h.ExpSyn(tuft(0.5)), h.expsyn2(axon(1))]
    electrode = h.drive(axon(0.4))
    electrode.amp = 0.1
    return Model(
        sections=[*sections, other],
        directions=[
            Direction("diam", sections=round_),
            Direction("diam", sections=[soma]),
            Direction("diam", segments=[tuft(0.5), axon(0.1)], scale=0.1),
            Direction("diam", segments=[apical(0.5)]),
            Direction("diam", sections=[backward]),
            Direction("diam", sections=[axon, mid]),
            Direction("L", sections=round_),
            Direction("L", sections=[soma]),
            Direction("L", sections=[apical]),
            Direction("L", sections=[axon]),
            Direction("L", sections=[tuft, mid]),
            Direction("L", sections=[backward], scale=3),
            Direction("L", sections=[drawn]),
            Direction("Ra", sections=[tuft]),
            Direction("cm", sections=[soma, backward]),
            Direction("diam", sections=[other]),
            Direction("gnabar_hh", sections=[soma]),
        ],
        keep=[
            *(clamp(h, soma(x), 0.3) for x in (0.5, 0.1)),
            *(clamp(h, place, 0.05) for place in (axon(0.1), axon(1), apical(0.5), soma(0), drawn(0.1))),
            clamp(h, tuft(0.5), 0.04, 5.0, 3.0),
            clamp(h, other(0.5), 0.3),
            *(connection(h, source, synapse, 0.003) for synapse in synapses),
            source,
            electrode,
        ],
        duration_ms=8.0,
    )


@scenario("wide", "shaft", "cachan", "kca", "casyn")
def mechanisms_that_read_the_shape(h: Any) -> Model:
    """A channel that reads diam and area, and a pool that fills faster the thinner its segment is, by synapses too."""
    soma, dend, twig = section(h, "soma", 20, 20), section(h, "dend", 150, 2, 5), section(h, "twig", 60, 1.1, 3)
    drawn = tapered(h, "drawn", [(0, 2.6), (20, 0.9), (50, 1.4)], 3)
    dend.connect(soma(1))
    twig.connect(dend(0.5))
    drawn.connect(dend(1), 1)
    dend(0.7).diam = 1.4
    membrane(h, [soma, dend], [twig, drawn])
    for sec in (dend, twig, drawn):
        for suffix in ("wide", "shaft", "cachan", "kca"):
            sec.insert(suffix)
    source = stimulus(h, 2, 3, 100)
    synapses = [h.casyn(place) for place in (dend(0.7), twig(0.5), twig(0.5), drawn(0.9))]
    return Model(
        sections=[soma, dend, twig, drawn],
        directions=[
            Direction("diam", sections=[dend, twig]),
            Direction("diam", segments=[dend(0.7)]),
            Direction("L", sections=[dend, twig]),
            Direction("L", sections=[drawn]),
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
        duration_ms=12.0,
    )


@scenario("blocked", "halfgap", "shaft", "cachan", "kca")
def currents_that_are_not_linear_where_the_area_moves(h: Any) -> Model:
    """A gap junction, and synapses that tell NEURON another conductance than the slope of their current."""
    soma, dend, twig = section(h, "soma", 20, 20), section(h, "dend", 150, 2, 5), section(h, "twig", 60, 1.1, 3)
    dend.connect(soma(1))
    twig.connect(dend(1))
    membrane(h, [soma, dend], [twig])
    for suffix in ("shaft", "cachan", "kca"):
        twig.insert(suffix)
    gap, back = h.halfgap(twig(0.5)), h.halfgap(dend(0.1))
    gap._ref_vgap, back._ref_vgap = dend(0.1)._ref_v, twig(0.5)._ref_v
    return Model(
        sections=[soma, dend, twig],
        directions=[
            Direction("diam", sections=[dend, twig]),
            Direction("diam", segments=[twig(0.5)]),
            Direction("L", sections=[twig]),
            Direction("L", sections=[dend]),
            Direction("gmax", of=(synapse := h.blocked(twig(0.5))), scale=0.001),
        ],
        keep=[gap, back, synapse, h.blocked(dend(0.1)), h.blocked(twig(0.9)), clamp(h, soma(0.5), 0.8)],
        duration_ms=12.0,
    )


@scenario()
def shapes_under_clamps_that_are_parameters(h: Any) -> Model:
    """diam and L where NEURON's own clamps and synapses are: of some of them something is a parameter too."""
    soma, dend = section(h, "soma", 20, 20), section(h, "dend", 200, 2, 5)
    dend.connect(soma(1))
    membrane(h, [soma], [dend])
    clamps = [clamp(h, soma(0.5), 0.3), clamp(h, dend(0.5), 0.1, 2.0), clamp(h, dend(0.7), 0.05)]
    electrodes, synapses = [h.SEClamp(dend(x)) for x in (0.9, 0.1)], [h.AlphaSynapse(dend(x)) for x in (0.7, 0.3)]
    for electrode in electrodes:
        electrode.rs = 60
        electrode.dur1, electrode.dur2, electrode.dur3, electrode.amp1, electrode.amp3 = 3, 0, 4, -60, -72
    for synapse in synapses:
        synapse.onset, synapse.tau, synapse.gmax, synapse.e = 2, 1.2, 0.003, -10
    directions = [
        Direction("amp", of=clamps[0]),
        Direction("amp", of=clamps[1]),
        Direction("diam", sections=[soma]),
        Direction("L", sections=[soma]),
        Direction("diam", segments=[dend(0.5)]),
        Direction("L", sections=[dend]),
        Together([Direction("amp", of=clamps[1], scale=0.01), Direction("L", sections=[dend])]),
        Together([Direction("rs", of=electrodes[0]), Direction("diam", sections=[dend], scale=0.01)]),
        Together([Direction("gmax", of=synapses[0], scale=1e-4), Direction("L", sections=[dend])]),
    ]
    return Model([soma, dend], directions, [*clamps, *electrodes, *synapses], duration_ms=12.0)
