"""What a user's script changes around a run and in its midst."""

from __future__ import annotations

from typing import Any

from oracle.model import Direction, Model
from scenarios.parts import host
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
