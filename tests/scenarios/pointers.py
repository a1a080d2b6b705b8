"""POINTERs: gap junctions, and synapses that read what the presynaptic side computes."""

from __future__ import annotations

from typing import Any

from oracle.model import Direction, Model
from scenarios.parts import clamp, connection, membrane, section, stimulus
from scenarios.registry import scenario


def neuron(h: Any, name: str, amp_nA: float) -> tuple[list[Any], list[Any]]:
    """A spiking soma with a passive dendrite; its sections, and what is kept."""
    soma, dend = section(h, f"{name}_soma", 20, 20), section(h, f"{name}_dend", 140, 2, 3)
    dend.connect(soma(1))
    membrane(h, [soma], [dend])
    return [soma, dend], [clamp(h, soma(0.5), amp_nA, delay_ms=1 + 4 * amp_nA)]


def half_gap(h: Any, at: Any, partner: Any, g_uS: float = 0.002) -> Any:
    """A half gap at one segment that looks at another."""
    gap = h.halfgap(at)
    gap.g = g_uS
    gap._ref_vgap = partner._ref_v
    return gap


@scenario("halfgap")
def a_gap_junction(h: Any) -> Model:
    """Two cells that spike, coupled by two half gaps; one direction is in the second cell only."""
    (one, dend_one), keep_one = neuron(h, "one", 0.3)
    (two, dend_two), keep_two = neuron(h, "two", 0.5)
    gaps = [half_gap(h, one(0.5), dend_two(0.9)), half_gap(h, dend_two(0.9), one(0.5), 0.003)]
    directions = [
        Direction("gnabar_hh", sections=[one]),
        Direction("g", of=gaps[0]),
        Direction("rectify", of=gaps[1]),
        Direction("g_pas", sections=[dend_two], scale=0.1),
    ]
    return Model([one, dend_one, two, dend_two], directions, [*gaps, *keep_one, *keep_two])


@scenario("halfgap")
def a_gap_junction_whose_partner_has_no_parameter(h: Any) -> Model:
    """All directions are in the first cell: the second depends on them through its half gap, and acts back."""
    (one, dend_one), keep_one = neuron(h, "one", 0.3)
    (two, dend_two), keep_two = neuron(h, "two", 0.5)
    gaps = [half_gap(h, one(0.5), two(0.5)), half_gap(h, two(0.5), one(0.5))]
    directions = [Direction("gnabar_hh", sections=[one]), Direction("g", of=gaps[0])]
    return Model([one, dend_one, two, dend_two], directions, [*gaps, *keep_one, *keep_two])


@scenario("halfgap")
def gap_junctions_within_a_cell(h: Any) -> Model:
    """Half gaps in both directions along a tree, one at its own segment, and one at the end of a section."""
    (soma, dend), keep = neuron(h, "one", 0.5)
    gaps = [
        half_gap(h, soma(0.5), dend(0.9)),
        half_gap(h, dend(0.9), soma(0.5)),
        half_gap(h, dend(1), dend(0.1)),
        half_gap(h, dend(0.1), dend(1), 0.001),
        half_gap(h, soma(0.5), soma(0.5)),
    ]
    directions = [
        Direction("gnabar_hh", sections=[soma]),
        Direction("g", of=gaps[0]),
        Direction("g", of=gaps[2]),
        Direction("rectify", of=gaps[1]),
        Direction("g_pas", sections=[dend], scale=0.1),
    ]
    return Model([soma, dend], directions, [*gaps, *keep])


@scenario("halfgap")
def gap_junctions_in_a_ring(h: Any) -> Model:
    """Three cells, each coupled to both others."""
    cells = [neuron(h, name, amp) for name, amp in (("one", 0.3), ("two", 0.4), ("three", 0.0))]
    somata = [sections[0] for sections, _ in cells]
    gaps = [half_gap(h, a(0.5), b(0.5)) for a in somata for b in somata if a is not b]
    directions = [
        Direction("gnabar_hh", sections=[somata[0]]),
        Direction("g", of=gaps[1]),
        Direction("gl_hh", sections=[somata[2]], scale=0.1),
    ]
    keep = [part for _, kept in cells for part in kept]
    return Model([s for sections, _ in cells for s in sections], directions, [*gaps, *keep])


@scenario("graded", "cachan", "capool", "kca")
def graded_synapses(h: Any) -> Model:
    """Synapses that read a pool's variable and an ion's concentration of another cell, and a parameter."""
    (pre, pre_dend), keep_pre = neuron(h, "pre", 0.5)
    (post, post_dend), keep_post = neuron(h, "post", 0.2)
    for sec in (pre, post):
        for name in ("cachan", "capool", "kca"):
            sec.insert(name)
    synapses = [h.graded(post_dend(0.5)), h.graded(post(0.5)), h.graded(post_dend(0.9))]
    synapses[0]._ref_capre = pre(0.5)._ref_cai
    synapses[1]._ref_capre = post(0.5)._ref_cai
    synapses[2]._ref_capre = pre(0.5).capool._ref_rest
    directions = [
        Direction("gmax", of=synapses[0]),
        Direction("half", of=synapses[1], scale=1e-4),
        Direction("direct", of=synapses[0]),
        Direction("gmax", of=synapses[2]),
        Direction("gbar_cachan", sections=[pre]),
        Direction("tau_capool", sections=[pre, post]),
        Direction("gnabar_hh", sections=[pre]),
    ]
    return Model([pre, pre_dend, post, post_dend], directions, [*synapses, *keep_pre, *keep_post])


@scenario("expsyn2", "adjuster", "watcher")
def a_weight_that_is_written(h: Any) -> Model:
    """A mechanism that moves a weight at its spikes, and one that watches: neither needs a derivative."""
    (soma, dend), keep = neuron(h, "one", 0.2)
    synapse, adjuster, watcher = h.expsyn2(dend(0.5)), h.adjuster(dend(0.5)), h.watcher(dend(0.5))
    source = stimulus(h, 3, 4, 6)
    netcon, other = connection(h, source, synapse, 0.001), connection(h, source, adjuster, 1, 1.5)
    adjuster._ref_wsyn = netcon._ref_weight[0]
    total = h.Vector(1)
    watcher._ref_there, watcher._ref_sum = soma(0.5)._ref_v, total._ref_x[0]
    directions = [
        Direction("tau", of=synapse),
        Direction("gnabar_hh", sections=[soma]),
        Direction("g_pas", sections=[dend], scale=0.1),
    ]
    return Model([soma, dend], directions, [*keep, synapse, adjuster, watcher, source, netcon, other, total])


EVERYTHING = (
    *("naf", "kdr", "leak", "halfgap", "graded", "adjuster", "watcher", "expsyn2"),
    *("caself", "capump", "kpool", "kpotential"),
)


@scenario(*EVERYTHING)
def every_kind_of_pointer_and_ion(h: Any) -> Model:
    """All of these in two coupled cells without a built-in mechanism, so that no bit may change."""
    soma, dend, other = section(h, "soma", 24, 24), section(h, "dend", 120, 2, 3), section(h, "other", 20, 20)
    dend.connect(soma(1))
    h.usetable_naf = 0
    for sec in (soma, other):
        for name in ("naf", "kdr", "leak", "caself", "capump", "kpool"):
            sec.insert(name)
        sec.ena = 55
    soma.insert("kpotential")
    dend.insert("leak")
    gaps = [half_gap(h, soma(0.5), other(0.5), 0.001), half_gap(h, other(0.5), dend(0.9), 0.001)]
    release, synapse = h.graded(dend(0.5)), h.expsyn2(dend(0.1))
    release._ref_capre = other(0.5)._ref_cai
    adjuster, watcher, total = h.adjuster(soma(0.5)), h.watcher(dend(0.5)), h.Vector(1)
    source = stimulus(h, 3, 6, 100)
    netcon, onto_adjuster = connection(h, source, synapse, 0.001), connection(h, source, adjuster, 1, 1.5)
    adjuster._ref_wsyn = netcon._ref_weight[0]
    watcher._ref_there, watcher._ref_sum = soma(0.5)._ref_v, total._ref_x[0]
    keep = [clamp(h, soma(0.5), 0.9), *gaps, release, synapse, adjuster, watcher, total, source, netcon, onto_adjuster]
    directions = [
        Direction("gbar_naf", sections=[soma]),
        Direction("g", of=gaps[1]),
        Direction("gmax", of=release),
        Direction("rate_capump", sections=[soma, other], scale=1e-4),
        Direction("slope_kpotential", sections=[soma]),
    ]
    return Model([soma, dend, other], directions, keep)
