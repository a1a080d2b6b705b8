"""Synapses and electrodes."""

from __future__ import annotations

from typing import Any

from oracle.model import Direction, Model
from scenarios.parts import connection, host, stimulus
from scenarios.registry import scenario


@scenario()
def synapses_driven_by_events(h: Any) -> Model:
    """ExpSyn and Exp2Syn; the Exp2Syn has two NetCons with weights and delays of their own."""
    soma, dend, _ = host(h)
    fast, slow = h.ExpSyn(dend(0.7)), h.Exp2Syn(soma(0.5))
    fast.tau, slow.tau1, slow.tau2 = 1.7, 0.8, 4.5
    sources = [stimulus(h, 2, 9, 3), stimulus(h, 5.3, 6.1, 4)]
    onto_fast = connection(h, sources[0], fast, 0.006, 1.5)
    strong, weak = connection(h, sources[0], slow, 0.012, 2.2), connection(h, sources[1], slow, 0.003, 0.7)
    return Model(
        sections=[soma, dend],
        directions=[
            Direction("tau", of=fast),
            Direction("e", of=fast),
            Direction("weight", of=onto_fast),
            Direction("tau1", of=slow),
            Direction("tau2", of=slow),
            Direction("weight", of=strong),
            Direction("weight", of=weak),
            Direction("gnabar_hh", sections=[soma]),
        ],
        keep=[*sources],
    )


@scenario()
def synapses_at_the_ends_of_sections(h: Any) -> Model:
    """On nodes without a membrane: both ends of the soma, the far end of the dendrite."""
    soma, dend, _ = host(h)
    synapses = [h.ExpSyn(soma(0)), h.ExpSyn(dend(0)), h.ExpSyn(dend(1))]
    source = stimulus(h, 2, 9, 3)
    for number, synapse in enumerate(synapses):
        synapse.tau = 2 + number
    netcons = [connection(h, source, synapse, 0.004, 1.5) for synapse in synapses]
    taus = [Direction("tau", of=synapse) for synapse in synapses]
    return Model([soma, dend], [*taus, Direction("weight", of=netcons[2])], keep=[source, *netcons])


@scenario("expsyn2", "alphasyn2")
def synapses_of_a_user(h: Any) -> Model:
    """expsyn2 with two NetCons; alphasyn2, whose INITIAL computes a factor that NET_RECEIVE uses."""
    soma, dend, _ = host(h)
    fast, slow = h.expsyn2(dend(0.3)), h.alphasyn2(dend(0.9))
    sources = [stimulus(h, 2, 9, 3), stimulus(h, 5.3, 6.1, 4)]
    pair = connection(h, sources[0], fast, 0.012, 1.5), connection(h, sources[1], fast, 0.005, 0.7)
    onto_slow = connection(h, sources[0], slow, 0.004, 2.2)
    return Model(
        sections=[soma, dend],
        directions=[
            Direction("tau", of=fast),
            Direction("e", of=fast),
            Direction("weight", of=pair[0]),
            Direction("weight", of=pair[1]),
            Direction("rise", of=slow),
            Direction("fall", of=slow),
            Direction("weight", of=onto_slow),
            Direction("g_pas", sections=[dend], scale=1e-4),
        ],
        keep=[*sources],
    )


@scenario("injector")
def an_electrode_with_a_leak(h: Any) -> Model:
    """injector: an electrode current and a membrane current in one mechanism."""
    soma, dend, _ = host(h)
    electrodes = h.injector(soma(0.5)), h.injector(dend(0.5))
    return Model(
        sections=[soma, dend],
        directions=[
            Direction("amp", of=electrodes[0]),
            Direction("frequency", of=electrodes[0]),
            Direction("g", of=electrodes[0]),
            Direction("e", of=electrodes[1]),
        ],
    )


@scenario("drive")
def an_electrode_current(h: Any) -> Model:
    """drive: ELECTRODE_CURRENT has the opposite sign; two electrodes share a segment."""
    soma, dend, _ = host(h)
    electrodes = h.drive(soma(0.5)), h.drive(soma(0.5)), h.drive(dend(0.9))
    electrodes[1].amp, electrodes[2].amp, electrodes[1].tau = 0.1, 0.05, 4
    return Model(
        sections=[soma, dend],
        directions=[
            Direction("amp", of=electrodes[0]),
            Direction("tau", of=electrodes[1]),
            Direction("amp", of=electrodes[2]),
            Direction("gkbar_hh", sections=[soma]),
        ],
    )
