"""Jumps that read the time or the voltage: beside differences of CVODE."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from continuous import FIXTURES, Compared, compared
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


WATCHING = """
DURATION = 60
soma, second = compartment("soma", "hh"), compartment("second", "hh")
clamp = clamped(soma, 0.12)
kicking = h.kicking(soma(0.5))
strong, onwards = connect(soma, second, "ExpSyn", 0.03, 4)
strong.tau = 1
fired, other = h.NetCon(soma(0.5)._ref_v, None, sec=soma), h.NetCon(second(0.5)._ref_v, None, sec=second)
fired.threshold = other.threshold = -10
sources, recorded = [fired, other], soma(0.5)
PLACES = {
    "gnabar": ("gnabar_hh", dict(sections=soma), 3e-4),
    "amp": ("amp", dict(of=clamp), 3e-4),
    "level": ("level", dict(of=kicking), 0.2),
    "below": ("below", dict(of=kicking), 0.2),
    "kick": ("kick", dict(of=kicking), 1e-5),
    "amount": ("amount", dict(of=kicking), 3e-3),
    "gain": ("gain", dict(of=kicking), 1e-4),
    "tau": ("tau", dict(of=kicking), 1e-2),
}
"""


@lru_cache(maxsize=1)
def watching() -> Compared:
    return compared(WATCHING, "hh", "IClamp", "ExpSyn", "kicking")


PULSE = """
DURATION = 25
soma, passive = compartment("soma", "hh"), compartment("passive", "pas")
passive.g_pas = 1e-4
pulse, other = h.switched(soma(0.5)), h.switched(passive(0.5))
pulse.amp, other.dur = 0.3, 6.3
synapse, netcon = connect(soma, passive, "ExpSyn", 0.001, 3)
conductance = h.opening(passive(0.5))
synapse.tau = 2
sources, recorded = [netcon], passive(0.5)
PLACES = {
    "del": ("del", dict(of=other), 1e-3),
    "dur": ("dur", dict(of=other), 1e-3),
    "amp": ("amp", dict(of=other), 1e-4),
    "del upstream": ("del", dict(of=pulse), 1e-3),
    "tau upstream": ("tau", dict(of=pulse), 1e-3),
    "del of a conductance": ("del", dict(of=conductance), 1e-3),
    "its dur": ("dur", dict(of=conductance), 1e-3),
}
"""


@lru_cache(maxsize=1)
def pulse() -> Compared:
    return compared(PULSE, "hh", "pas", "ExpSyn", "switched", "opening")


SELF_EVENTS = """
DURATION = 75
pre, passive, second = compartment("pre", "hh"), compartment("passive", "pas"), compartment("second", "hh")
passive.g_pas = 1e-4
clamp = clamped(pre, 0.1)
synapse, netcon = connect(pre, passive, "transmitting", 0.0005, 3)
again, repeated = connect(pre, passive, "transmitting", 0.0003, 5)  # two events of its own on their way at a time
repeated.setpost(synapse)
strong, onwards = connect(pre, second, "transmitting", 0.01, 4)
strong.duration, strong.beta = 1, 0.5
sources, recorded = [netcon, h.NetCon(second(0.5)._ref_v, None, sec=second)], passive(0.5)
sources[1].threshold = -10
PLACES = {
    "gnabar": ("gnabar_hh", dict(sections=pre), 1e-4),
    "amp": ("amp", dict(of=clamp), 1e-4),
    "duration": ("duration", dict(of=synapse), 1e-3),
    "growth": ("growth", dict(of=synapse), 1e-3),
    "slope": ("slope", dict(of=synapse), 1e-5),
    "weight": ("weight", dict(of=netcon), 1e-6),
    "delay": ("delay", dict(of=netcon), 1e-3),
    "delay of the second": ("delay", dict(of=repeated), 1e-3),
    "duration of the strong one": ("duration", dict(of=strong), 1e-3),
}
"""


@lru_cache(maxsize=1)
def self_events() -> Compared:
    return compared(SELF_EVENTS, "hh", "pas", "IClamp", "transmitting")


SOLVED = """
DURATION = 45
soma, second, third = compartment("soma", "hh"), compartment("second", "hh"), compartment("third", "hh")
clamp = clamped(soma, 0.3)
receptors, netcon = connect(soma, second, "binding", 0.6, 3)
conductance, onwards = connect(second, third, "saturating", 0.01, 2)
last = h.NetCon(third(0.5)._ref_v, None, sec=third)
last.threshold = -10
sources, recorded = [netcon, onwards, last], third(0.5)
PLACES = {
    "gnabar": ("gnabar_hh", dict(sections=soma), 3e-5),
    "amp": ("amp", dict(of=clamp), 3e-5),
    "bind": ("bind", dict(of=receptors), 1e-3),
    "clear": ("clear", dict(of=receptors), 1e-3),
    "weight": ("weight", dict(of=netcon), 1e-4),
    "delay": ("delay", dict(of=netcon), 1e-3),
    "tau": ("tau", dict(of=conductance), 1e-3),
    "half": ("half", dict(of=conductance), 1e-5),
    "delay of the second": ("delay", dict(of=onwards), 1e-3),
}
"""


@lru_cache(maxsize=1)
def solved() -> Compared:
    return compared(SOLVED, "hh", "IClamp", "binding", "saturating")


def _are_of_first_order(coarse: float, fine: float, least: float = 0.15, scatter: float = 0.001) -> None:
    """A quarter of the step leaves a quarter of the error, but for what is smaller than `scatter`.

    That is the error of the differences and, in the times of spikes, what depends on where in a step events fall.
    """
    assert fine < 0.4 * coarse or fine < scatter
    assert fine < least


@pytest.mark.parametrize(
    "name", ["gnabar", "amp", "bind", "clear", "weight", "delay", "tau", "half", "delay of the second"]
)
def test_synapses_that_are_solved_implicitly_move_spikes(name: str) -> None:
    _are_of_first_order(*solved().errors(name, 3), least=0.025)


SYNAPSE = ("tau_rec", "tau_facil", "tau_1", "U", "weight", "delay")


@pytest.mark.parametrize("name", ["gnabar", "amp", *SYNAPSE])
def test_short_term_plasticity_follows_the_times_of_spikes(name: str) -> None:
    found = short_term()
    _are_of_first_order(*found.errors(name, 0, found.values[1] + 3))


@pytest.mark.parametrize("name", ["gnabar", "amp", "tau_rec of the strong one", "its delay"])
def test_spikes_behind_short_term_plasticity_have_derivatives(name: str) -> None:
    found = short_term()
    # CVODE of NEURON 8 has these spikes up to 0.1 ms later than that of NEURON 9, and slopes that differ from it by 3 %
    least, scatter = (0.03, 0.03) if version("neuron").startswith("8.") else (0.01, 0.006)
    _are_of_first_order(*found.errors(name, 2), least=least, scatter=scatter)


READING = ("memory", "slope", "eta", "delay", "delay of the second", "delay of what learns")


@pytest.mark.parametrize("name", ["gnabar", "amp", *READING, "delay of what comes before"])
def test_a_jump_that_reads_the_voltage_has_that_of_its_own_time(name: str) -> None:
    found = reading_the_voltage()
    arrivals = [found.values[1] + delay for delay in (2, 3, 4.2, 8)]
    _are_of_first_order(*found.errors(name, 0, np.concatenate(arrivals)))


# The current that is on above the level moves the times of spikes both ways: what is left of that is small.
@pytest.mark.parametrize("name", ["gnabar", "amp", "level", "below", "kick", "gain", "tau", "amount"])
def test_what_watch_sets_off_comes_when_the_voltage_crosses(name: str) -> None:
    found = watching()
    _are_of_first_order(*found.errors(name, 0, found.values[1]), least=0.18)  # on NEURON 8; 0.11 on 9
    coarse, fine = found.errors(name, 1)
    assert fine < 0.4 * coarse or fine < 0.04  # at a threshold the slope changes by a tenth in a step


@pytest.mark.parametrize("name", ["gnabar", "amp", "level", "below", "kick", "gain", "tau"])
def test_what_watch_sets_off_reaches_another_cell(name: str) -> None:
    assert watching().errors(name, 2)[1] < 0.06


@pytest.mark.parametrize(
    "name", ["del", "dur", "amp", "del upstream", "tau upstream", "del of a conductance", "its dur"]
)
def test_a_pulse_begins_and_ends_when_its_parameters_say(name: str) -> None:
    found = pulse()
    changes = [found.values[1] + 3, [3, 9.3], [4, 9]]
    scatter = 0.003 if name == "its dur" else 0.001  # its error changes sign as the step falls
    _are_of_first_order(*found.errors(name, 0, np.concatenate(changes)), least=0.01, scatter=scatter)


def test_the_beginning_of_a_pulse_moves_a_spike() -> None:
    coarse, fine = pulse().errors("del upstream", 1)
    _are_of_first_order(coarse, fine, least=0.01, scatter=0.002)


@pytest.mark.parametrize(
    "name", ["gnabar", "amp", "duration", "growth", "slope", "weight", "delay", "delay of the second"]
)
def test_an_event_that_a_synapse_sends_itself_comes_when_it_says(name: str) -> None:
    found = self_events()
    _are_of_first_order(*found.errors(name, 0, found.values[1] + 3), least=0.04)


@pytest.mark.parametrize("name", ["gnabar", "amp", "duration of the strong one"])
def test_an_event_that_a_synapse_sends_itself_moves_spikes(name: str) -> None:
    _are_of_first_order(*self_events().errors(name, 2), least=0.05)


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
    "a state that WATCH waits for": ({"g + w": "g + w WATCH (g > 1) 2"}, "depends on g, which is neither v nor"),
    "what is computed from parameters": (
        {"g + w": "g + w latest = 2*tau WATCH (v > latest) 2"},
        "depends on latest, which is neither v nor",
    ),
    "two conditions with one flag": (
        {"g + w": "g + w WATCH (v > tau) 2 WATCH (v < -tau) 2"},
        "the flag 2 of its WATCH is that of other events too",
    ),
    "a flag that is computed": ({"g + w": "g + w net_send(tau, w)"}, "with a flag that is no number"),
    "events in a loop": (
        {"g + w": "g + w last = 0 WHILE (last < 3) { last = last + 1 net_send(last, 1) }"},
        "calls net_send in a loop",
    ),
    "an event that is moved": ({"g + w": "g + w net_send(1, 1) net_move(t + 1)"}, "calls net_move"),
    "an event of INITIAL": (
        {"NET_RECEIVE": "INITIAL { g = 0 net_send(tau, 1) } NET_RECEIVE"},
        "INITIAL sends an event at a time that depends on tau",
    ),
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


def test_an_instance_that_waits_needs_no_netcon_to_be_refused() -> None:
    out = model(
        f"""
        ng.load("hh", "pas", "{FIXTURES / "pulses.mod"}")
        soma, dend, clamp = cell()
        synapse = h.pulses(dend(0.5))
        for spikes in (False, True):
            with ng.Sensitivity([ng.Parameter("gnabar_hh", sections=soma)], spikes=spikes) as sens:
                print(refusal(lambda: h.finitialize(-65)))
    """,
        errors=True,
    )
    assert out.splitlines()[0] == "nothing was refused"
    assert "waits for its voltage (WATCH)" in out


TIMED = {
    "a time that is computed": (
        {"SOLVE": "latest = 2*tau at_time(latest) SOLVE"},
        "depends on latest, which is no parameter",
    ),
    "what at_time returns": (
        {"i = g*v": "if (at_time(tau)) { i = g*v } else { i = 0 }"},
        "looks at what at_time returns",
    ),
    "another block": ({"latest = t": "at_time(tau)", "SOLVE": "note() SOLVE"}, "elsewhere than in BREAKPOINT"),
}


@pytest.mark.parametrize("what", TIMED)
def test_a_time_of_at_time_is_refused_by_name(what: str, tmp_path: Path) -> None:
    changes, reason = TIMED[what]
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
        for parameter in (ng.Parameter("gnabar_hh", sections=soma), ng.Parameter("tau", of=synapse)):
            for spikes in (False, True):
                with ng.Sensitivity([parameter], spikes=spikes) as sens:
                    print(refusal(lambda: h.finitialize(-65)))
        """,
        tmp_path,
        errors=True,
    )
    assert out.split("\n")[:3] == ["nothing was refused"] * 3
    assert reason in out


def test_a_time_alone_can_be_seeded_only_where_times_are_carried() -> None:
    out = model(f"""
        ng.load("hh", "pas", "{FIXTURES / "switched.mod"}")
        soma, dend, clamp = cell()
        point = h.switched(soma(0.5))
        print(refusal(lambda: ng.Sensitivity([ng.Parameter("del", of=point)])))
        before = run(soma, 20)
        with ng.Sensitivity([ng.Parameter("del", of=point)], spikes=True) as sens:
            found = []
            for _ in range(2):
                print(run(soma, 20) == before, bool(sens.dv(soma(0.5)).any()))
                found.append(sens.dv(soma(0.5)))
            print(np.array_equal(*found))
    """)
    assert "spikes=True" in out
    assert out.splitlines()[1:] == ["True True", "True True", "True"]


def test_a_level_acts_through_times_alone() -> None:
    out = model(f"""
        ng.load("hh", "pas", "{FIXTURES / "kicking.mod"}")
        soma, dend, clamp = cell()
        point = h.kicking(soma(0.5))
        print(refusal(lambda: ng.Sensitivity([ng.Parameter("level", of=point)])))
        before = run(soma, 30)
        with ng.Sensitivity([ng.Parameter("level", of=point)], spikes=True) as sens:
            print(run(soma, 30) == before, bool(sens.dv(soma(0.5)).any()))
    """)
    assert "spikes=True" in out
    assert out.splitlines()[1] == "True True"


def test_a_condition_that_comes_true_otherwise_stops_the_run(tmp_path: Path) -> None:
    """By an assignment, say: the threshold itself is moved."""
    out = model(
        f"""
        ng.load("hh", "pas", "{FIXTURES / "kicking.mod"}")
        soma, dend, clamp = cell()
        clamp.amp = 0
        point = h.kicking(soma(0.5))
        with ng.Sensitivity([ng.Parameter("gnabar_hh", sections=soma)], spikes=True) as sens:
            h.finitialize(-65)
            h.continuerun(2)
            point.level = -75
            print(refusal(lambda: h.continuerun(3)), refusal(lambda: sens.dv(soma(0.5))))
    """,
        errors=True,
    )
    assert "came true otherwise than in a step" in out


def test_more_events_of_its_own_than_there_is_room_for_stop_the_run() -> None:
    out = model(
        f"""
        ng.load("hh", "pas", "{FIXTURES / "transmitting.mod"}")
        soma, dend, clamp = cell()
        synapse, source = h.transmitting(dend(0.5)), h.NetStim()
        synapse.duration, source.start, source.number, source.interval = 1000, 1, 100, 0.1
        netcon = h.NetCon(source, synapse)
        netcon.weight[0] = 1e-5
        with ng.Sensitivity([ng.Parameter("duration", of=synapse)], spikes=True) as sens:
            h.finitialize(-65)
            print(refusal(lambda: h.continuerun(5)))
            print(refusal(lambda: h.continuerun(10)), refusal(lambda: sens.dv(soma(0.5))))
    """,
        errors=True,
    )
    assert out.startswith("nothing was refused")
    assert "more events are under way that transmitting sends itself" in out
