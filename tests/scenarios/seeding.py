"""What a direction may move, and how: rules for a place, several parameters at once, what acts from the start on."""

from __future__ import annotations

from typing import Any

from oracle.model import Direction, Model, Together
from scenarios.ions import calcium_cell, still_calcium_cell
from scenarios.parts import clamp, connection, host, section, stimulus
from scenarios.pointers import a_gap_junction
from scenarios.registry import scenario
from scenarios.solving import WAYS

SETTLING = ("naf", "kdr", "nap", "slopes", "chained", "kept")
"""Mechanisms whose INITIAL reads the voltage, each in its own way; so do those of WAYS."""


@scenario("kdr", "shunt")
def parameters_moved_together(h: Any) -> Model:
    """Rules for a place; every kind of parameter in one direction; weights of several NetCons; GLOBALs."""
    soma, dend, keep = host(h, amp_nA=0.2)
    soma.insert("kdr")
    synapse, far, leak = h.ExpSyn(dend(0.3)), h.ExpSyn(dend(0.9)), h.shunt(dend(0.5))
    synapse.tau, far.tau = 1.7, 2.5
    source = stimulus(h, 2, 9, 3)
    netcons = [connection(h, source, synapse, 0.006), connection(h, source, far, 0.004, 2.5)]

    def farther(segment: Any) -> float:
        return 1e-6 * h.distance(soma(0.5), segment)

    weights = [Direction("weight", of=netcon, scale=0.5 + number) for number, netcon in enumerate(netcons)]
    directions = [
        Direction("g_pas", sections=[dend], scale=farther),
        Direction("g_pas", segments=[dend(0.1), dend(0.9)], scale=farther),
        Together(weights, name="both weights"),
        Together(
            [
                Direction("gnabar_hh", sections=[soma], scale=0.01),
                Direction("g_pas", sections=[dend], scale=farther),
                Direction("ena", sections=[soma]),
                Direction("vhalf_kdr", scale=0.5),
                Direction("tau", of=synapse, scale=0.1),
                Direction("g", of=leak, scale=1e-4),
                *weights,
            ]
        ),
        Together([Direction("gnabar_hh", sections=[soma]), Direction("gkbar_hh", sections=[soma], scale=-0.3)]),
        Direction("e_shunt"),
        Direction("e", of=leak),
    ]
    return Model([soma, dend], directions, [*keep, source, synapse, far, leak, *netcons])


@scenario("kdr")
def directions_scattered_over_places(h: Any) -> Model:
    """Directions that act in one place and are far apart, near, or next to each other, with scales of either sign."""
    soma, dend, keep = host(h, amp_nA=0.2)
    soma.insert("kdr")
    synapse = h.ExpSyn(dend(0.3))
    source = stimulus(h, 2, 9, 3)
    netcon = connection(h, source, synapse, 0.006)

    def sodium(scale: float) -> Direction:
        return Direction("gnabar_hh", sections=[soma], scale=scale)

    def leak(scale: float, *places: float) -> Direction:
        return Direction("g_pas", segments=[dend(x) for x in places], scale=1e-5 * scale)

    directions = [
        sodium(0.01),
        leak(-1.0, 0.1, 0.5),
        Together([sodium(0.02), leak(1.0, 0.5, 0.9)]),
        Direction("vhalf_kdr"),
        sodium(-0.03),
        Direction("weight", of=netcon, scale=-0.1),
        Together([leak(2.0, 0.1, 0.3), leak(3.0, 0.7)]),
        Direction("tau", of=synapse),
        Direction("e_pas", sections=[dend]),
        leak(-1.0, 0.1),
        Together([Direction("weight", of=netcon), Direction("tau", of=synapse, scale=-0.2)]),
        leak(0.5, 0.9),
        Together([Direction("tau", of=synapse), sodium(0.01)]),
    ]
    return Model([soma, dend], directions, [*keep, source, synapse, netcon])


@scenario(*SETTLING, *WAYS, "cachan", "kca", "capool")
def a_voltage_to_start_from(h: Any) -> Model:
    """Everything that INITIAL computes from v moves with it."""
    h.usetable_naf = 0
    sections, keep = calcium_cell(h)
    for name in (*SETTLING, *WAYS, "kca"):
        if name != "cabuffer":  # it writes cai, as capool does
            for sec in sections[:2]:
                sec.insert(name)
    for sec in sections:
        sec.insert("cachan")
        sec.insert("capool")
    soma = sections[0]
    directions = [
        Direction("v_init"),
        Together([Direction("v_init", sections=[soma], scale=2.0), Direction("gnabar_hh", sections=[soma], scale=0.1)]),
        Direction("gbar_kdr", sections=[soma]),
    ]
    return Model(sections, directions, keep)


@scenario("halfgap")
def a_voltage_that_two_cells_start_from(h: Any) -> Model:
    """Two cells that a gap junction connects, one of them named."""
    model = a_gap_junction(h)
    return Model(model.sections, [Direction("v_init", sections=[model.sections[0]]), *model.directions[:1]], model.keep)


@scenario("cachan", "kca", "goldman")
def concentrations_that_stay(h: Any) -> Model:
    """Concentrations as parameters; in a part of the cell eca follows them, by ion_style, once or in every step."""
    sections, keep = still_calcium_cell(h)
    keep[0].amp = 0.4  # with which no voltage meets the edge of a branch of goldman
    soma, trunk, left, right = sections
    h.ion_style("ca_ion", 1, 2, 1, 0, 0, sec=trunk)
    h.ion_style("ca_ion", 1, 2, 1, 1, 0, sec=left)
    for sec in (soma, right):
        h.ion_style("ca_ion", 1, 1, 0, 0, 0, sec=sec)
    directions = [
        Direction("cai", sections=sections, scale=1e-4),
        Direction("cai", segments=[trunk(0.5), left(0.9)], scale=1e-5),
        Direction("cao", sections=[soma, left]),
        Together([Direction("cao", sections=sections, scale=0.1), Direction("cai", sections=[soma], scale=1e-5)]),
        Direction("eca", sections=[soma, right]),
        Direction("gbar_cachan", sections=sections),
    ]
    return Model(sections, directions, keep)


@scenario("cachan", "caself", "capump", "kpool", "cakept", "cabuffer", "kca")
def concentrations_to_start_from(h: Any) -> Model:
    """Pools that start from the GLOBAL of their ion, two of which keep it; one concentration that no pool moves."""
    sections, keep = calcium_cell(h)
    for sec, pool in zip(sections, ("capump", "cakept", "capump", "cabuffer"), strict=True):
        for name in ("cachan", "caself", "kca", pool):
            sec.insert(name)
    h.cai0_ca_ion = 2e-4
    directions = [
        Direction("cai0_ca_ion", scale=1e-4),
        Direction("cao0_ca_ion"),
        Together([Direction("cai0_ca_ion", scale=1e-5), Direction("tau_cakept", sections=[sections[1]])]),
        Direction("gbar_caself", sections=sections),
    ]
    return Model(sections, directions, keep)


@scenario()
def clamps_and_stimuli(h: Any) -> Model:
    """NEURON's own electrodes, one of which changes during the run, and Vectors that are played into two of them."""
    soma, dend, _ = host(h)
    step, wave, jumps = h.IClamp(soma(0.5)), h.IClamp(dend(0.7)), h.IClamp(soma(0.5))
    step.delay, step.dur, step.amp = 1, 12, 0.25
    for driven in (wave, jumps):
        driven.delay, driven.dur = 0, 1e9
    curve, times = h.Vector([0, 0.1, -0.03, 0.2, 0]), h.Vector([0, 5, 9, 17, 30])
    curve.play(wave._ref_amp, times, True)
    levels, switches = h.Vector([0, 0.05, 0.15, 0.02]), h.Vector([0, 3, 11, 18])
    levels.play(jumps._ref_amp, switches)
    alpha = h.AlphaSynapse(dend(0.3))
    alpha.onset, alpha.tau, alpha.gmax, alpha.e = 4, 1.5, 0.004, -5
    electrode = h.SEClamp(dend(1))
    electrode.rs, electrode.dur1, electrode.amp1, electrode.dur2, electrode.amp2 = 30, 8, -66, 6, -40
    ramp, at = h.Vector([-66, -60, -70]), h.Vector([0, 6, 30])
    ramp.play(electrode._ref_amp1, at, True)

    def begin() -> None:
        alpha.tau = 1.5
        h.CVode().event(6.0, change)

    def change() -> None:
        alpha.tau = 2.5

    directions = [
        Direction("amp", of=step),
        Direction("amp", of=wave, played=curve),
        Together([Direction("amp", of=jumps, played=levels, scale=2.0), Direction("gmax", of=alpha, scale=1e-3)]),
        Direction("amp1", of=electrode, played=ramp, scale=0.1),
        Direction("amp2", of=electrode),
        Direction("rs", of=electrode),
        Direction("gmax", of=alpha, scale=1e-3),
        Direction("e", of=alpha),
        Direction("gnabar_hh", sections=[soma]),
    ]
    keep = [step, wave, jumps, curve, times, levels, switches, alpha, electrode, ramp, at]
    return Model([soma, dend], directions, [*keep, h.FInitializeHandler(1, begin)])


@scenario("injector", "drive", "dynamic")
def voltage_clamps(h: Any) -> Model:
    """SEClamps with parameters among the directions and without, off at some time, among other electrodes.

    A Vector is played into a resistance and another into a command; one resistance changes during the run.
    """
    soma, dend, _ = host(h)
    clamps = [h.SEClamp(place) for place in (soma(0.5), dend(0.5), dend(1))]
    for electrode, rs, ends in zip(clamps, (5, 12, 40), ((2, 3, 6), (4, 0, 1), (3, 5, 100)), strict=True):
        electrode.rs = rs
        electrode.dur1, electrode.dur2, electrode.dur3 = ends
        electrode.amp1, electrode.amp2, electrode.amp3 = -70, -35, -62
    resistance, command = h.Vector([5, 8, 6]), h.Vector([-70, -50, -66])
    at = h.Vector([0, 4, 20])
    resistance.play(clamps[0]._ref_rs, at, True)
    command.play(clamps[2]._ref_amp2, at, True)
    alpha = h.AlphaSynapse(dend(0.3))
    alpha.onset, alpha.tau, alpha.gmax, alpha.e = 2, 0.7, 0.004, -5
    step, injector, drive = clamp(h, dend(0.7), 0.1, 1.0, 4.0), h.injector(soma(0.5)), h.drive(dend(0.5))
    drive.amp = 2.0
    dynamic = [h.dynamic(place) for place in (soma(0.5), dend(0.3))]

    def begin() -> None:
        clamps[1].rs = 12
        h.CVode().event(3.0, change)

    def change() -> None:
        clamps[1].rs = 20

    directions = [
        Direction("amp1", of=clamps[0]),
        Direction("amp2", of=clamps[0]),
        Direction("amp3", of=clamps[0]),
        Direction("g_pas", sections=[dend], scale=1e-4),
        Direction("gkbar_hh", sections=[soma], scale=0.01),
        Direction("Ra", sections=[dend], scale=10),
        Direction("v_init"),
        Direction("g", of=injector, scale=1e-3),
        Direction("amp", of=drive),
        Direction("tau", of=drive),
        Together([Direction("half", of=one) for one in dynamic]),
    ]
    keep = [*clamps, *dynamic, resistance, command, at, alpha, step, injector, drive, h.FInitializeHandler(1, begin)]
    return Model([soma, dend], directions, keep, duration_ms=12.0)


WARM = ("kdr", "kept", "goldman", "ghkca", "cachan", "caself", "capool", "kca", "leak", "nap")


@scenario(*WARM, wrt=("*", "celsius"))
def a_temperature(h: Any) -> Model:
    """It acts through rates, through a GLOBAL that INITIAL computes, through the GHK equation, and through Nernst's."""
    soma, trunk = section(h, "soma", 20, 20), section(h, "trunk", 120, 2, 3)
    trunk.connect(soma(1))
    for sec in (soma, trunk):
        for name in WARM:
            if name != "capool" or sec is soma:
                sec.insert(name)
    h.ion_style("ca_ion", 1, 2, 1, 1, 0, sec=trunk)
    directions = [
        Direction("celsius"),
        Together(
            [Direction("celsius", sections=[soma], scale=0.1), Direction("gbar_kdr", sections=[soma], scale=0.01)]
        ),
        Direction("gbar_cachan", sections=[soma]),
    ]
    return Model([soma, trunk], directions, [clamp(h, soma(0.5), 0.6, dur_ms=8)])
