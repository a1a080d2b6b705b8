"""Point processes that keep something for each connection, or send events themselves."""

from __future__ import annotations

from typing import Any

from oracle.model import Direction, Model, Together
from scenarios.parts import clamp, connection, host, membrane, section, stimulus
from scenarios.registry import scenario


def spiking_source(h: Any, amp_nA: float = 0.08) -> tuple[Any, list[Any]]:
    """A cell of its own that spikes on and on: no direction acts in it, so it is not carried."""
    pre = section(h, "pre", 12, 12)
    membrane(h, [pre])
    return pre, [pre, clamp(h, pre(0.5), amp_nA, 0.5)]


def onto(h: Any, pre: Any, target: Any, weight: float, delay_ms: float) -> Any:
    """A NetCon from a spiking section."""
    new = h.NetCon(pre(0.5)._ref_v, target, sec=pre)
    new.threshold, new.delay, new.weight[0] = -10, delay_ms, weight
    return new


def every(names: str, of: Any) -> list[Direction]:
    """A direction for each of some parameters of a point process."""
    return [Direction(name, of=of) for name in names.split()]


@scenario("depressing")
def depressing_synapses(h: Any) -> Model:
    """Two synapses: one driven by a spiking cell and by two sources, one that does not facilitate."""
    soma, dend, _ = host(h)
    many, plain = h.depressing(dend(0.5)), h.depressing(dend(0.9))
    plain.tau_facil = 0
    pre, kept = spiking_source(h)
    sources = [stimulus(h, 2, 4.1, 8), stimulus(h, 3.3, 6.7, 5)]
    netcons = [
        onto(h, pre, many, 0.03, 1.2),
        connection(h, sources[0], many, 0.02, 1.5),
        connection(h, sources[1], many, 0.045, 0.7),
        connection(h, sources[0], plain, 0.02, 2.3),
    ]
    return Model(
        sections=[soma, dend],
        directions=[
            *every("e tau_1 tau_rec tau_facil U u0", many),
            *every("tau_1 tau_rec U", plain),
            *(Direction("weight", of=netcon) for netcon in netcons),
            Direction("gnabar_hh", sections=[soma]),
        ],
        keep=[*kept, *sources],
    )


@scenario("tracing")
def synapses_with_traces(h: Any) -> Model:
    """The arguments start at zero, and depend on the weight; the branch depends on it too."""
    soma, dend, _ = host(h)
    synapse = h.tracing(dend(0.5))
    pre, kept = spiking_source(h)
    sources = [stimulus(h, 2, 3.1, 9), stimulus(h, 3.3, 5.9, 6)]
    netcons = [
        onto(h, pre, synapse, 0.006, 1.2),
        connection(h, sources[0], synapse, 0.003, 1.5),
        connection(h, sources[1], synapse, 0.0045, 0.7),
    ]
    return Model(
        sections=[soma, dend],
        directions=[
            *every("e tau memory gain vhalf", synapse),
            *(Direction("weight", of=netcon) for netcon in netcons),
            Direction("gkbar_hh", sections=[soma]),
        ],
        keep=[*kept, *sources],
    )


@scenario("pulses", "relay")
def synapses_that_send_events_to_themselves(h: Any) -> Model:
    """Transmitter ends by a self event; INITIAL sends one, WATCH another; an artificial cell in between."""
    soma, dend, _ = host(h)
    synapses = h.pulses(dend(0.5)), h.pulses(soma(0.5))
    synapses[1].duration, synapses[1].e = 2.1, -80
    pre, kept = spiking_source(h)
    source, relay = stimulus(h, 1.5, 2.3, 12), h.relay()
    netcons = [
        onto(h, pre, synapses[0], 0.006, 1.2),
        connection(h, relay, synapses[0], 0.004, 1.5),
        connection(h, source, synapses[1], 0.0007, 0.7),
    ]
    into = connection(h, source, relay, 1, 0.5)
    return Model(
        sections=[soma, dend],
        directions=[
            *every("e alpha beta start boost kick", synapses[0]),
            *every("alpha beta", synapses[1]),
            *(Direction("weight", of=netcon) for netcon in netcons),
            Direction("gnabar_hh", sections=[soma]),
        ],
        keep=[*kept, source, relay, into],
    )


@scenario("weighted")
def connections_of_several_weights(h: Any) -> Model:
    """Each NetCon has three weights, which may be parameters alone or together, beside a variable that it keeps."""
    soma, dend, _ = host(h)
    synapses = [h.weighted(dend(0.3)), h.weighted(dend(0.7))]
    source, late = stimulus(h, 2, 6, 4), stimulus(h, 3.3, 11, 2)
    netcons = [
        connection(h, *pair, 0.004) for pair in ((source, synapses[0]), (late, synapses[0]), (late, synapses[1]))
    ]
    for netcon, share, lateness in zip(netcons, (0.3, 0.7, 0.5), (2, 0, 4), strict=True):
        netcon.weight[1], netcon.weight[2] = share, lateness
    return Model(
        sections=[soma, dend],
        directions=[
            *(Direction("weight", of=netcon) for netcon in netcons[:2]),
            *(Direction("weight[1]", of=netcon) for netcon in netcons),
            *(Direction("weight[2]", of=netcon) for netcon in netcons[1:]),
            Together([Direction(f"weight[{number}]", of=netcons[0], scale=0.1**number) for number in range(3)]),
            *every("e slow", synapses[0]),
            Direction("gnabar_hh", sections=[soma]),
        ],
        keep=[source, late, *netcons, *synapses],
    )


@scenario("plastic")
def synapses_whose_weights_learn(h: Any) -> Model:
    """The weights depend on the voltage at every event; a run starts from the weights that the last one left."""
    soma, dend, _ = host(h)
    synapse = h.plastic(dend(0.5))
    pre, kept = spiking_source(h)
    source = stimulus(h, 2, 3.1, 9)
    netcons = [onto(h, pre, synapse, 0.006, 1.2), connection(h, source, synapse, 0.003, 1.5)]
    return Model(
        sections=[soma, dend],
        directions=[
            *every("e tau eta ceiling middle", synapse),
            *(Direction("weight", of=netcon) for netcon in netcons),
            Direction("gnabar_hh", sections=[soma]),
        ],
        keep=[*kept, source],
    )


@scenario("depressing", "tracing", "pulses", "plastic", "relay", "kdr", "naf", "leak")
def every_kind_of_event(h: Any) -> Model:
    """All of them in one cell of a user's mechanisms, none of which is swapped."""
    soma = section(h, "soma", 20, 20)
    for name in ("leak", "naf", "kdr"):
        soma.insert(name)
    if hasattr(h, "usetable_naf"):
        h.usetable_naf = 0
    synapses = [getattr(h, name)(soma(0.5)) for name in ("depressing", "tracing", "pulses", "plastic")]
    sources = [stimulus(h, 2, 4.1, 200), stimulus(h, 3.3, 6.7, 200)]
    relay = h.relay()
    weights = (0.02, 0.004, 0.002, 0.003)
    pairs = zip(synapses, weights, strict=True)
    netcons = [connection(h, source, s, w, 0.7) for s, w in pairs for source in (*sources, relay)]
    into = connection(h, sources[0], relay, 1, 0.5)
    return Model(
        sections=[soma],
        directions=[*every("tau_rec U", synapses[0]), *every("memory", synapses[1]), *every("beta", synapses[2])]
        + [Direction("weight", of=netcon) for netcon in netcons[-3:]],
        keep=[*synapses, *sources, relay, into, *netcons, clamp(h, soma(0.5), 0.3)],
        duration_ms=100.0,
    )
