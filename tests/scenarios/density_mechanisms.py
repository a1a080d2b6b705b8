"""hh with its table, and a user's density mechanisms, most of them beside hh."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oracle.model import Direction, Model
from scenarios.parts import TABLED_MS, clamp, host, membrane, section
from scenarios.registry import scenario


@scenario()
def hh_with_its_table(h: Any) -> Model:
    """The built-in hh as it comes, with rates interpolated in a table."""
    soma = section(h, "soma", 22, 22)
    membrane(h, [soma], table=True)
    return Model(
        sections=[soma],
        directions=[
            Direction("gnabar_hh", sections=[soma]),
            Direction("gl_hh", segments=[soma(0.5)], scale=1e-4),
            Direction("ek", sections=[soma]),
        ],
        keep=[clamp(h, soma(0.5), 0.33)],
        duration_ms=TABLED_MS,
    )


def guest(h: Any, suffix: str, *directions: str, whole: Sequence[str] = (), amp_nA: float = 0.5) -> Model:
    """A cell of `host` that also has a mechanism of the user in all of it.

    `directions` are range parameters, in turn over the cell and in one segment; `whole` are GLOBALs.
    """
    soma, dend, keep = host(h, amp_nA=amp_nA)
    for sec in (soma, dend):
        sec.insert(suffix)
    placed = [
        Direction(f"{name}_{suffix}", segments=[dend(0.5)])
        if number % 2
        else Direction(f"{name}_{suffix}", sections=[soma, dend])
        for number, name in enumerate(directions)
    ]
    everywhere = [Direction(f"{name}_{suffix}") for name in whole]
    return Model([soma, dend], [*placed, *everywhere, Direction("gnabar_hh", sections=[soma])], keep)


@scenario("kdr")
def kdr(h: Any) -> Model:
    """Rates without a table, and GLOBALs that shift and scale them."""
    h.celsius = 7.5
    model = guest(h, "kdr", "gbar", whole=("vhalf", "q10"), amp_nA=0.6)
    for sec in model.sections:
        sec.gbar_kdr = 0.002
    return Model(model.sections, [*model.directions, Direction("ek", sections=model.sections)], model.keep)


@scenario("nap")
def nap(h: Any) -> Model:
    """A current that is nonlinear in v."""
    return guest(h, "nap", "gbar", "vmid", amp_nA=0.3)


@scenario("gated")
def gated(h: Any) -> Model:
    """Branches, LOCALs that are overwritten, a variable assigned twice."""
    return guest(h, "gated", "gbar", "e", "edge", amp_nA=0.4)


@scenario("chained")
def chained(h: Any) -> Model:
    """States that read each other in textual order, and one without decay."""
    return guest(h, "chained", "gbar", "lag", "speed", "drift", "e", amp_nA=0.5)


@scenario("leak")
def leak(h: Any) -> Model:
    """A mechanism without a state."""
    return guest(h, "leak", "g", "e", amp_nA=0.5)


@scenario("slopes")
def slopes(h: Any) -> Model:
    """Initial states that depend on parameters."""
    return guest(h, "slopes", "start", "vmid", "tau", "start", "gbar", amp_nA=0.6)


@scenario("corners")
def corners(h: Any) -> Model:
    """A procedure called twice, m0 as a parameter, a factor that INITIAL leaves for BREAKPOINT."""
    return guest(h, "corners", "gbar", "span", "k", whole=("m0",), amp_nA=0.6)


@scenario("crowded")
def crowded(h: Any) -> Model:
    """Names that look like generated ones, blocks on one line."""
    return guest(h, "crowded", "g", "dm_dv", "width", "e", whole=("m_rate",), amp_nA=0.5)


@scenario("moved")
def moved(h: Any) -> Model:
    """Procedures that change what they read: the voltage, and a state."""
    return guest(h, "moved", "tau", "gbar", amp_nA=0.6)


@scenario("funtable")
def funtable(h: Any, table: bool = True) -> Model:
    """A FUNCTION with an unnamed TABLE, or the same without it."""
    h.usetable_funtable = int(table)
    soma = section(h, "soma", 20, 20)
    membrane(h, [soma])
    soma.insert("funtable")
    directions = [Direction("gbar_funtable", sections=[soma]), Direction("gnabar_hh", sections=[soma])]
    return Model([soma], directions, [clamp(h, soma(0.5), 0.22)], TABLED_MS if table else 30.0)


@scenario("trates")
def trates(h: Any, table: bool = True) -> Model:
    """A table over a procedure that also sets a factor which BREAKPOINT uses, or the same without it."""
    h.usetable_trates = int(table)
    h.celsius = 8
    soma = section(h, "soma", 20, 20)
    membrane(h, [soma])
    soma.insert("trates")
    directions = [Direction("gbar_trates", sections=[soma]), Direction("gnabar_hh", sections=[soma])]
    return Model([soma], directions, [clamp(h, soma(0.5), 0.25)], TABLED_MS if table else 30.0)


@scenario("tempered")
def tempered(h: Any) -> Model:
    """A table that reads what INITIAL computes from a parameter: all the others are carried."""
    h.celsius = 21
    soma = section(h, "soma", 20, 20)
    membrane(h, [soma])
    soma.insert("tempered")
    directions = [
        Direction("gbar_tempered", sections=[soma]),
        Direction("shift_tempered", sections=[soma], scale=1e-5),
        Direction("gnabar_hh", sections=[soma]),
    ]
    return Model([soma], directions, [clamp(h, soma(0.5), 0.25)], TABLED_MS)


@scenario("naf", "kdr", "leak")
def naf_beyond_its_table(h: Any, table: bool = True) -> Model:
    """Spikes by naf, kdr and leak alone; they leave naf's table, which ends at 40 mV."""
    h.usetable_naf = int(table)
    soma = section(h, "soma", 20, 20)
    for suffix in ("naf", "kdr", "leak"):
        soma.insert(suffix)
    soma.ena = 70
    return Model(
        sections=[soma],
        directions=[
            Direction("gbar_naf", sections=[soma]),
            Direction("ena", sections=[soma]),
            Direction("vhalf_kdr"),
            Direction("e_leak", segments=[soma(0.5)]),
        ],
        keep=[clamp(h, soma(0.5), 0.25)],
        duration_ms=TABLED_MS if table else 30.0,
    )
