"""Ways of writing a mechanism: arrays and loops, functions that do more than compute, names that hide others."""

from __future__ import annotations

from typing import Any

from oracle.model import Direction, Model
from scenarios.density_mechanisms import guest
from scenarios.ions import calcium_cell
from scenarios.parts import TABLED_MS, clamp, connection, host, membrane, section, stimulus
from scenarios.registry import scenario


@scenario("ladder", "cachan")
def ladder(h: Any) -> Model:
    """Rates in arrays, and shells of calcium that a channel fills and reads."""
    sections, keep = calcium_cell(h)
    for sec in sections:
        for name in ("cachan", "ladder"):
            sec.insert(name)
    soma, trunk = sections[:2]
    directions = [
        Direction("gbar_ladder", sections=sections),
        Direction("vhalf_ladder", segments=[trunk(0.5)]),
        Direction("k_ladder", sections=[soma]),
        Direction("slow_ladder", sections=sections),
        Direction("depth_ladder", sections=sections),
        Direction("hill_ladder", sections=[trunk], scale=1e-3),
        Direction("gbar_cachan", sections=sections),
        Direction("gnabar_hh", sections=[soma]),
    ]
    return Model(sections, directions, keep)


@scenario("doing", "naf", "kdr", "leak")
def doing(h: Any) -> Model:
    """FUNCTIONs called for what they set, LOCALs and arguments that hide a state, a parameter and the voltage."""
    h.usetable_naf = 0
    soma, dend = section(h, "soma", 20, 20), section(h, "dend", 140, 2, 3)
    dend.connect(soma(1))
    sections = [soma, dend]
    for sec in sections:
        for name in ("naf", "kdr", "leak", "doing"):
            sec.insert(name)
    places = {"gbar": soma, "half": dend, "k": soma, "scale": dend, "shift": soma}
    directions = [Direction(f"{name}_doing", sections=[sec]) for name, sec in places.items()]
    directions += [Direction("ek", sections=sections), Direction("gbar_naf", sections=sections)]
    return Model(sections, directions, [clamp(h, soma(0.5), 0.5)])


@scenario("queue")
def queue(h: Any) -> Model:
    """Sums over the latest events, as many as there are."""
    soma, dend, keep = host(h)
    synapses = [h.queue(dend(0.3)), h.queue(dend(0.9))]
    source = stimulus(h, 1, 1.7, 30)
    netcons = [connection(h, source, synapse, 0.5 + 0.3 * k, 0.5 + k) for k, synapse in enumerate(synapses)]
    directions = [
        Direction("tau", of=synapses[0]),
        Direction("gmax", of=synapses[1]),
        Direction("e", of=synapses[1]),
        Direction("gnabar_hh", sections=[soma]),
    ]
    return Model([soma, dend], directions, [*keep, source, *synapses, *netcons])


@scenario("lookup")
def lookup(h: Any) -> Model:
    """Functions that hoc gives as values at a few places, and one as a constant."""
    soma = section(h, "soma", 20, 20)
    membrane(h, [soma])
    soma.insert("lookup")
    places = h.Vector([-95, -71.3, -52.7, -33.1, -4.9, 21.7, 47.3])
    steady = h.Vector([0.01, 0.05, 0.2, 0.55, 0.8, 0.93, 0.95])
    h.table_steady_lookup(steady, places)
    h.table_slowness_lookup(1.7)
    directions = [
        Direction("gbar_lookup", sections=[soma]),
        Direction("e_lookup", sections=[soma]),
        Direction("gnabar_hh", sections=[soma]),
    ]
    return Model([soma], directions, [clamp(h, soma(0.5), 0.25), places, steady], TABLED_MS)


@scenario("parted")
def parted(h: Any) -> Model:
    """A mechanism of which the gate is in a file that it includes."""
    return guest(h, "parted", "gbar", "half", "span", "e", whole=(), amp_nA=0.5)


@scenario("conducting")
def conducting(h: Any) -> Model:
    """Conductances that the mechanism itself tells NEURON, some of which it does not."""
    names = ("gbar", "half", "rate", "slow", "gmax", "e", "pump")
    model = guest(h, "conducting", *names, amp_nA=0.5)
    return Model(model.sections, [*model.directions, Direction("ek", sections=model.sections)], model.keep)
