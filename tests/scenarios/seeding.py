"""What a direction may move, and how: rules for a place, several parameters at once, what acts from the start on."""

from __future__ import annotations

from typing import Any

from oracle.model import Direction, Model, Together
from scenarios.parts import connection, host, stimulus
from scenarios.registry import scenario


@scenario("kdr", "shunt")
def parameters_moved_together(h: Any) -> Model:
    """Rules for a place; every kind of parameter in one direction; weights of several NetCons; GLOBALs by their names."""
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
