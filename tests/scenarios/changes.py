"""What a user's script changes around a run and in its midst."""

from __future__ import annotations

from functools import partial
from typing import Any

from oracle.model import Direction, Model
from scenarios.ions import CALCIUM
from scenarios.parts import clamp, host, membrane, section
from scenarios.registry import scenario


def directions(soma: Any, dend: Any) -> list[Direction]:
    """A few parameters of the host."""
    return [
        Direction("gnabar_hh", sections=[soma]),
        Direction("gkbar_hh", sections=[soma]),
        Direction("g_pas", segments=[dend(0.5)], scale=1e-4),
    ]


@scenario()
def a_capacitance_that_a_vector_is_played_into(h: Any) -> Model:
    """`cm` moves within every step in one section, from one value to the next in another."""
    soma, dend, keep = host(h, amp_nA=0.7)
    times, values = h.Vector([0, 4, 9, 30]), h.Vector([1, 1.6, 0.8, 1.2])
    values.play(soma(0.5)._ref_cm, times, True)
    steps = h.Vector([1, 1.4, 0.7, 1.1, 0.9])
    steps.play(dend(0.5)._ref_cm, 2.0)
    return Model([soma, dend], directions(soma, dend), [*keep, times, values, steps], 12.0)


@scenario()
def a_capacitance_that_changes_between_steps(h: Any) -> Model:
    """An event of the user's changes `cm`, and every finitialize finds another one than the run left."""
    soma, dend, keep = host(h, amp_nA=0.7)

    def change() -> None:
        soma.cm = 0.6
        dend(0.1).cm = 1.9

    def begin() -> None:
        soma.cm = 1.3
        dend.cm = 0.9
        h.CVode().event(4.0, change)

    return Model([soma, dend], directions(soma, dend), [*keep, h.FInitializeHandler(1, begin)], 12.0)


@scenario()
def voltages_that_are_set_after_finitialize(h: Any) -> Model:
    """A voltage may be set until the first step: it depends on nothing, and the states are those of INITIAL."""
    soma, dend, keep = host(h, amp_nA=0.7)

    def begin() -> None:
        dend(0.5).v, soma(0.5).v = -50, -58

    return Model([soma, dend], directions(soma, dend), [*keep, h.FInitializeHandler(1, begin)], 12.0)


def calcium_in_a_soma(h: Any) -> tuple[Any, list[Any]]:
    """A spiking soma whose eca NEURON computes in every step from a cai that a pool moves; what is to be kept too."""
    soma = section(h, "soma", 20, 20)
    membrane(h, [soma])
    for name in CALCIUM:
        soma.insert(name)
    h.ion_style("ca_ion", 3, 2, 1, 1, 1, sec=soma)
    return soma, [clamp(h, soma(0.5), 0.3)]


def directions_of_calcium(soma: Any) -> list[Direction]:
    """What acts on and through its eca."""
    return [Direction(name, sections=[soma]) for name in ("gbar_cachan", "gnabar_hh")]


@scenario(*CALCIUM)
def a_temperature_that_changes_between_steps(h: Any) -> Model:
    """An event of the user's sets it: NEURON computes Nernst potentials by the present one."""
    soma, keep = calcium_in_a_soma(h)

    def warm_up() -> None:
        h.celsius = 26.3

    def begin() -> None:
        h.celsius = 6.3
        h.CVode().event(4.0, warm_up)

    return Model([soma], directions_of_calcium(soma), [*keep, h.FInitializeHandler(1, begin)], 12.0)


@scenario("cachan", "capool", "kdr", "leak", wrt=("*", "celsius"))
def a_temperature_that_is_a_parameter_and_changes_between_steps(h: Any) -> Model:
    """From there on the derivative is that by what is added to the new one."""
    soma = section(h, "soma", 20, 20)
    for name in ("cachan", "capool", "kdr", "leak"):
        soma.insert(name)
    h.ion_style("ca_ion", 3, 2, 1, 1, 1, sec=soma)

    def begin() -> None:
        cold = h.celsius
        for time_ms, celsius in ((4.0, cold + 20), (9.0, cold)):
            h.CVode().event(time_ms, partial(setattr, h, "celsius", celsius))

    directions = [Direction("celsius"), Direction("gbar_cachan", sections=[soma])]
    return Model([soma], directions, [clamp(h, soma(0.5), 0.3), h.FInitializeHandler(1, begin)], 12.0)


@scenario(*CALCIUM)
def a_temperature_that_finitialize_changes(h: Any) -> Model:
    """A handler that is called before INITIAL, after those that were there when the gradient was attached."""
    soma, keep = calcium_in_a_soma(h)
    late: list[Any] = []

    def warm_up() -> None:
        h.celsius = 26.3

    def begin() -> None:
        h.celsius = 6.3
        if not late:
            late.append(h.FInitializeHandler(0, warm_up))

    keep += [late, h.FInitializeHandler(3, begin)]
    return Model([soma], directions_of_calcium(soma), keep, 12.0)
