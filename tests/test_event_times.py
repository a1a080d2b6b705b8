"""Jumps that read the time or the voltage: beside differences of CVODE."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from continuous import Compared, compared
from processes import model

SHORT_TERM = """
DURATION = 88
pre, passive, second = compartment("pre", "hh"), compartment("passive", "pas"), compartment("second", "hh")
clamp = clamped(pre, 0.1)
synapse, netcon = connect(pre, passive, "depressing", 0.004, 3)
strong, onwards = connect(pre, second, "depressing", 0.05, 5)
strong.tau_rec = 12
sources, recorded = [netcon, h.NetCon(second(0.5)._ref_v, None, sec=second)], passive(0.5)
sources[1].threshold = -10
PLACES = {
    "gnabar": ("gnabar_hh", dict(sections=pre), 1e-4),
    "amp": ("amp", dict(of=clamp), 1e-4),
    "tau_rec": ("tau_rec", dict(of=synapse), 0.01),
    "tau_facil": ("tau_facil", dict(of=synapse), 0.01),
    "tau_1": ("tau_1", dict(of=synapse), 1e-3),
    "U": ("U", dict(of=synapse), 1e-4),
    "weight": ("weight", dict(of=netcon), 1e-6),
    "delay": ("delay", dict(of=netcon), 1e-3),
    "tau_rec of the strong one": ("tau_rec", dict(of=strong), 0.01),
    "its delay": ("delay", dict(of=onwards), 1e-3),
}
"""


@lru_cache(maxsize=1)
def short_term() -> Compared:
    return compared(SHORT_TERM, "hh", "pas", "IClamp", "depressing")


READING_THE_VOLTAGE = """
DURATION = 60
pre, passive, other = compartment("pre", "hh"), compartment("passive", "pas"), compartment("other", "pas")
passive.g_pas = other.g_pas = 1e-4
clamp = clamped(pre, 0.1)
first, before = connect(pre, passive, "ExpSyn", 0.002, 2)
synapse, netcon = connect(pre, passive, "spaced", 0.003, 3)
again, repeated = connect(pre, passive, "spaced", 0.002, 8)
repeated.setpost(synapse)
learning, onto = connect(pre, passive, "plastic", 0.003, 4.2)
first.tau = 2
sources, recorded = [netcon], passive(0.5)

def begin():
    onto.weight[0] = 0.003  # it would begin with what it has become

PLACES = {
    "gnabar": ("gnabar_hh", dict(sections=pre), 1e-4),
    "amp": ("amp", dict(of=clamp), 1e-4),
    "memory": ("memory", dict(of=synapse), 0.01),
    "slope": ("slope", dict(of=synapse), 1e-5),
    "eta": ("eta", dict(of=learning), 1e-4),
    "delay": ("delay", dict(of=netcon), 1e-3),
    "delay of the second": ("delay", dict(of=repeated), 1e-3),
    "delay of what learns": ("delay", dict(of=onto), 1e-3),
    "delay of what comes before": ("delay", dict(of=before), 1e-3),
}
"""


@lru_cache(maxsize=1)
def reading_the_voltage() -> Compared:
    return compared(READING_THE_VOLTAGE, "hh", "pas", "IClamp", "ExpSyn", "spaced", "plastic")


def _are_of_first_order(coarse: float, fine: float, least: float = 0.15) -> None:
    """A step of a quarter leaves a quarter of the error, but for that of the differences."""
    assert fine < 0.3 * coarse
    assert fine < least


SYNAPSE = ("tau_rec", "tau_facil", "tau_1", "U", "weight", "delay")


@pytest.mark.parametrize("name", ["gnabar", "amp", *SYNAPSE])
def test_short_term_plasticity_follows_the_times_of_spikes(name: str) -> None:
    found = short_term()
    _are_of_first_order(*found.errors(name, 0, found.values[1] + 3))


@pytest.mark.parametrize("name", ["gnabar", "amp", "tau_rec of the strong one", "its delay"])
def test_spikes_behind_short_term_plasticity_have_derivatives(name: str) -> None:
    found = short_term()
    _are_of_first_order(*found.errors(name, 2), least=0.01)


READING = ("memory", "slope", "eta", "delay", "delay of the second", "delay of what learns")


@pytest.mark.parametrize("name", ["gnabar", "amp", *READING, "delay of what comes before"])
def test_a_jump_that_reads_the_voltage_has_that_of_its_own_time(name: str) -> None:
    found = reading_the_voltage()
    arrivals = [found.values[1] + delay for delay in (2, 3, 4.2, 8)]
    _are_of_first_order(*found.errors(name, 0, np.concatenate(arrivals)))


PLAIN = """
NEURON {
    POINT_PROCESS plain
    NONSPECIFIC_CURRENT i
    RANGE tau, latest
}
PARAMETER { tau = 2 (ms) }
ASSIGNED {
    v (mV)
    i (nA)
    latest (ms)
    seen[3] (ms)
    last
}
STATE { g (uS) }
BREAKPOINT {
    SOLVE decay METHOD cnexp
    i = g*v
}
DERIVATIVE decay { g' = -g/tau }
PROCEDURE note() { latest = t }
NET_RECEIVE(w (uS)) { g = g + w }
"""

REFUSED = {
    "a time that other blocks use": (
        {"g + w": "g + w latest = t", "i = g*v": "i = g*v*exp(latest - t)"},
        "keeps the time of an event in latest, which other blocks use",
    ),
    "a routine that reads the time": ({"g + w": "g + w note()"}, "calls note, which reads t"),
    "times in an array": ({"g + w": "g + w*exp(seen[last] - t) seen[last] = t last = 1 - last"}, "an array"),
    "the voltage": ({"g + w": "g + w state_discontinuity(v, -70)"}, "its NET_RECEIVE sets the voltage"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_by_name(what: str, tmp_path: Path) -> None:
    changes, reason = REFUSED[what]
    text = PLAIN
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "plain.mod").write_text(text)
    out = model(
        """
        ng.load("hh", "pas", "plain.mod")
        soma, dend, clamp = cell()
        synapse = h.plain(dend(0.5))
        netcon = h.NetCon(soma(0.5)._ref_v, synapse, sec=soma)
        for spikes in (False, True):
            with ng.Sensitivity([ng.Parameter("gnabar_hh", sections=soma)], spikes=spikes) as sens:
                print(refusal(lambda: h.finitialize(-65)))
        """,
        tmp_path,
        errors=True,
    )
    assert out.startswith("nothing was refused")
    assert reason in out
