"""All there is, spiking for 100 ms."""

from __future__ import annotations

from typing import Any

from oracle.model import Direction, Model
from scenarios.ions import CALCIUM
from scenarios.parts import clamp, connection, section, stimulus
from scenarios.point_processes import synapses_driven_by_events
from scenarios.registry import scenario

DENSITY = ("naf", "kdr", "leak", "nap", "gated", "chained", "slopes", "funtable", "corners", "moved")


@scenario(*DENSITY, *CALCIUM, "expsyn2", "alphasyn2", "drive", "casyn")
def all_the_fixtures(h: Any, table: bool = True, duration_ms: float = 100.0) -> Model:
    """Every fixture in one branched cell that goes on spiking."""
    h.usetable_naf = h.usetable_funtable = int(table)
    soma, dend, twig = section(h, "soma", 24, 24), section(h, "dend", 120, 2, 5), section(h, "twig", 60, 1, 3)
    dend.connect(soma(1))
    twig.connect(dend(0.6))
    for suffix in DENSITY:
        soma.insert(suffix)
    for suffix in ("leak", "slopes", "nap"):
        dend.insert(suffix)
    for suffix in ("leak", "chained"):
        twig.insert(suffix)
    soma.gbar_chained = twig.gbar_chained = 1e-4
    for suffix in CALCIUM:
        soma.insert(suffix)
        twig.insert(suffix)
    soma.ena = dend.ena = 55
    fast, slow, electrode = h.expsyn2(twig(0.9)), h.alphasyn2(dend(0.1)), h.drive(soma(0.5))
    calcium = h.casyn(twig(0.5))
    electrode.amp = 0.9
    source = stimulus(h, 3, 8, 100)
    onto_fast, onto_slow = connection(h, source, fast, 0.002), connection(h, source, slow, 0.001, 2.5)
    onto_calcium = connection(h, source, calcium, 0.001, 1.5)
    return Model(
        sections=[soma, dend, twig],
        directions=[
            Direction("gbar_naf", sections=[soma]),
            Direction("vhalf_kdr"),
            Direction("g_leak", sections=[dend, twig]),
            Direction("start_slopes", segments=[dend(0.5)]),
            Direction("tau", of=fast),
            Direction("rise", of=slow),
            Direction("weight", of=onto_slow),
            Direction("amp", of=electrode),
            Direction("gbar_cachan", sections=[soma, twig]),
        ],
        keep=[source, onto_fast, onto_slow, calcium, onto_calcium],
        duration_ms=duration_ms,
    )


@scenario()
def built_ins_that_go_on_spiking(h: Any) -> Model:
    """hh, pas and both built-in synapses for 100 ms: what Sensitivity swaps."""
    model = synapses_driven_by_events(h)
    soma = model.sections[0]
    return Model(model.sections, model.directions, [*model.keep, clamp(h, soma(0.5), 0.5)], duration_ms=100.0)


FEW_PERCENT = [0.01, 0.5, -2e-5, 0.1, -0.3, 0.05, 2e-4, 0.03, 2e-5]
"""A theta for `all_the_fixtures`: it moves each parameter by some percent."""
