"""Mechanisms that draw random numbers, or hold C code: both sides draw the same numbers."""

from __future__ import annotations

from typing import Any

from oracle.model import Direction, Model
from scenarios.events import every
from scenarios.parts import clamp, connection, host, section, stimulus
from scenarios.registry import scenario


@scenario("restless")
def a_noisy_conductance(h: Any) -> Model:
    """Some of the time the noise shuts the conductance; every finitialize seeds the generator anew."""
    soma, dend, kept = host(h, amp_nA=0.08)
    for sec in (soma, dend):
        sec.insert("restless")
    names = "mean sigma tau e scale tau_z sigma_z"
    return Model(
        sections=[soma, dend],
        directions=[
            *(Direction(f"{name}_restless", sections=[soma]) for name in names.split()),
            Direction("sigma_restless", segments=[dend(0.9)]),
            Direction("gnabar_hh", sections=[soma]),
        ],
        keep=kept,
    )


@scenario("vesicles")
def synapses_that_release_at_random(h: Any) -> Model:
    """Two synapses with generators of their own, one without; events of weight zero do nothing."""
    soma, dend, _ = host(h)
    synapses = [h.vesicles(dend(0.5)), h.vesicles(dend(0.9)), h.vesicles(soma(0.5))]
    for number, synapse in enumerate(synapses):
        synapse.seed(number + 1, 5)
    synapses[2].e = -80
    sources = [stimulus(h, 1, 1.3, 15), stimulus(h, 2.1, 1.7, 12)]
    netcons = [
        connection(h, sources[0], synapses[0], 0.006, 1.2),
        connection(h, sources[1], synapses[0], 0, 0.5),
        connection(h, sources[1], synapses[1], 0.004, 0.7),
        connection(h, sources[0], synapses[2], 0.0007, 0.3),
    ]
    return Model(
        sections=[soma, dend],
        directions=[
            *every("e tau use facilitation jitter boost", synapses[0]),
            *every("tau use jitter", synapses[1]),
            Direction("weight", of=netcons[0]),
            Direction("weight", of=netcons[3]),
            Direction("gnabar_hh", sections=[soma]),
        ],
        keep=[*synapses, *sources, *netcons],
    )


@scenario("leak", "naf", "kdr", "restless", "vesicles", "written", "resetting")
def noise_of_every_kind(h: Any) -> Model:
    """In one cell of a user's mechanisms, none of which is swapped: are the same numbers drawn in the same order?"""
    soma = section(h, "soma", 20, 20)
    for name in ("leak", "naf", "kdr", "restless", "written"):
        soma.insert(name)
    if hasattr(h, "usetable_naf"):
        h.usetable_naf = 0
    synapses = [h.vesicles(soma(0.5)), h.vesicles(soma(0.5))]
    for number, synapse in enumerate(synapses):
        synapse.seed(number + 1, 5)
    sources = [stimulus(h, 1, 1.3, 100), stimulus(h, 2.1, 1.7, 100)]
    reset = h.resetting(soma(0.5))
    targets = zip((*sources, sources[0]), (*synapses, reset), (0.006, 0.004, 0.2), strict=True)
    netcons = [connection(h, source, target, weight) for source, target, weight in targets]
    return Model(
        sections=[soma],
        directions=[
            Direction("sigma_restless", sections=[soma]),
            Direction("half_written", sections=[soma]),
            *every("tau jitter", synapses[0]),
            Direction("weight", of=netcons[0]),
        ],
        keep=[*synapses, reset, *sources, *netcons, clamp(h, soma(0.5), 0.3)],
        duration_ms=100.0,
    )


@scenario("written")
def a_channel_with_c_code(h: Any) -> Model:
    """What the user declares of it is the derivative that is used."""
    soma, dend, kept = host(h, amp_nA=0.12)
    for sec in (soma, dend):
        sec.insert("written")
    return Model(
        sections=[soma, dend],
        directions=[
            *(Direction(f"{name}_written", sections=[soma]) for name in ("gbar", "e", "slope", "half", "gain")),
            Direction("half_written", segments=[dend(0.7)]),
            Direction("gnabar_hh", sections=[soma]),
        ],
        keep=kept,
    )


@scenario("resetting")
def a_voltage_that_events_reset(h: Any) -> Model:
    """Between the steps the voltage of two nodes jumps, in one of them back and forth, and the rest of the cell not."""
    soma, dend, kept = host(h, amp_nA=0.1)
    resets = [h.resetting(soma(0.5)), h.resetting(dend(0.7))]
    sources = [stimulus(h, 3, 4.3, 8), stimulus(h, 5.1, 3.7, 8)]
    netcons = [connection(h, source, reset, 0.2, 0.7) for source, reset in zip(sources, resets, strict=True)]
    return Model(
        sections=[soma, dend],
        directions=[
            *every("share target strength", resets[0]),
            *every("share target", resets[1]),
            *(Direction("weight", of=netcon) for netcon in netcons),
            Direction("gnabar_hh", sections=[soma]),
            Direction("g_pas", sections=[dend]),
        ],
        keep=[*kept, *resets, *sources, *netcons],
    )


@scenario("refractory")
def a_voltage_that_state_discontinuity_sets(h: Any) -> Model:
    """By nothing but state_discontinuity: no statement of NET_RECEIVE assigns v."""
    soma, dend, kept = host(h, amp_nA=0.1)
    spiking = h.refractory(soma(0.5))
    source = stimulus(h, 3, 4.3, 8)
    netcon = connection(h, source, spiking, 1, 0.7)
    return Model(
        sections=[soma, dend],
        directions=[
            *every("peak reset clamp", spiking),
            Direction("gnabar_hh", sections=[soma]),
            Direction("g_pas", sections=[dend]),
        ],
        keep=[*kept, spiking, source, netcon],
    )
