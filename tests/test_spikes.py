"""Derivatives across NetCons: beside differences of the continuous problem, which CVODE solves with the original."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from continuous import FIXTURES, PARTS
from processes import model

Floats = NDArray[np.float64]
RING = Path(__file__).with_name("ring.py")

NETWORK = (
    PARTS
    + """
DURATION, LATEST = 70, 62
first, passive, second = compartment("first", "hh"), compartment("passive", "pas"), compartment("second", "hh")
clamp = h.IClamp(first(0.5))
clamp.delay, clamp.dur, clamp.amp = 2, 1e9, 0.3
fast, into_passive = connect(first, passive, "ExpSyn", 0.0003, 3)
slow, overtaking = connect(first, passive, "Exp2Syn", 0.0005, 27)  # two spikes on their way at a time
fast.tau, slow.tau1, slow.tau2 = 2, 0.5, 3
strong, onwards = connect(first, second, "ExpSyn", 0.008, 5)
back, home = connect(second, first, "ExpSyn", 0.0005, 4)  # a loop
strong.tau = back.tau = 2
inhibiting, last = connect(second, passive, "ExpSyn", 0.0004, 1.3)
inhibiting.tau, inhibiting.e = 2, -90
fired = h.NetCon(second(0.5)._ref_v, None, sec=second)
fired.threshold = -10

PLACES = {
    "gnabar": [(first(0.5).hh, "gnabar")],
    "amp": [(clamp, "amp")],
    "tau": [(fast, "tau")],
    "weight": [(onwards, "weight")],
    "delay": [(onwards, "delay")],
    "late": [(overtaking, "delay")],
    "homewards": [(home, "delay")],
    "threshold": [(onwards, "threshold")],  # those of one source share it
}
"""
)

ORIGINAL = (
    NETWORK
    + """
cvode = h.CVode()
cvode.active(True)
cvode.atol(1e-10), cvode.rtol(1e-10), cvode.condition_order(2)
times = h.Vector(np.arange(0.5, LATEST, 0.5))
voltage, spikes, others = h.Vector(), h.Vector(), h.Vector()
voltage.record(passive(0.5)._ref_v, times)
onwards.record(spikes), fired.record(others)

def outcome():
    h.finitialize(-65)
    cvode.solve(DURATION)
    return [*voltage, *spikes.to_python()[:4], *others.to_python()[:4]]

def change(name, step):
    for owner, attribute in PLACES[name]:
        if attribute == "weight":
            owner.weight[0] += step
        else:
            setattr(owner, attribute, getattr(owner, attribute) + step)

STEPS = dict(gnabar=1e-4, amp=3e-4, tau=1e-3, weight=1e-5, delay=1e-3, late=1e-3, homewards=1e-3, threshold=0.1)
found = {}
for name, step in STEPS.items():
    change(name, step)
    above = np.array(outcome())
    change(name, -2 * step)
    found[name] = ((above - outcome()) / (2 * step)).tolist()
    change(name, step)
print(json.dumps([outcome(), found]))
"""
)

CARRIED = (
    "ng.load('hh', 'pas', 'ExpSyn', 'Exp2Syn', 'IClamp')\n"
    + NETWORK
    + """
parameters = [
    ng.Parameter("gnabar_hh", sections=first), ng.Parameter("amp", of=clamp), ng.Parameter("tau", of=fast),
    ng.Parameter("weight", of=onwards), ng.Parameter("delay", of=onwards), ng.Parameter("delay", of=overtaking),
    ng.Parameter("delay", of=home), ng.Parameter("threshold", of=onwards),
]
found = []
for dt in STEPS:
    h.dt = dt
    h.steps_per_ms = 1 / dt
    with ng.Sensitivity(parameters, spikes=True) as sensitivity:
        dv = sensitivity.record(passive(0.5), every=0.5)
        voltage = h.Vector().record(passive(0.5)._ref_v, 0.5)
        spikes, others = sensitivity.record_spikes(onwards), sensitivity.record_spikes(fired)
        h.finitialize(-65)
        while h.t < DURATION - dt / 2:
            h.fadvance()
        count = len(np.arange(0.5, LATEST, 0.5))
        values = [*np.array(voltage)[1 : count + 1], *spikes.crossings[:4], *others.crossings[:4]]
        rows = np.vstack([dv.to_numpy()[1 : count + 1], spikes.to_numpy()[:4], others.to_numpy()[:4]])
        found.append([values, dict(zip(PLACES, rows.T.tolist()))])
print(json.dumps(found))
"""
)

TIMES = slice(-8, None)  # of spikes, behind samples of the voltage
STEPS = (0.025, 0.003125)  # ms: an eighth


@lru_cache(maxsize=1)
def continuous() -> tuple[Floats, dict[str, Floats]]:
    """Voltages and times of spikes, and their derivatives along each parameter."""
    values, found = json.loads(model(ORIGINAL))
    return np.array(values), {name: np.array(row) for name, row in found.items()}


@lru_cache(maxsize=1)
def stepwise() -> list[dict[str, Floats]]:
    """The same derivatives as they are carried, for each step."""
    found = json.loads(model(f"STEPS = {STEPS}\n" + CARRIED))
    return [{name: np.array(row) for name, row in one.items()} for _, one in found]


NAMES = ("gnabar", "amp", "tau", "weight", "delay", "late", "homewards", "threshold")


def _far_from_arrivals(values: Floats) -> NDArray[np.bool_]:
    """Which samples of the voltage are: around an arrival a step is late, and the derivative jumps."""
    first, second = values[TIMES][:4], values[TIMES][4:]
    arrivals = np.concatenate([first + 3, first + 27, second + 1.3])
    samples = np.arange(0.5, 62, 0.5)
    return (np.abs(samples[:, None] - arrivals) > 0.45).all(axis=1)


def _errors(name: str, part: str) -> list[float]:
    """Root mean square errors of a derivative, relative to its own root mean square, for each step."""
    values, expected = continuous()
    chosen = np.zeros(len(values), bool)
    if part == "times":
        chosen[TIMES] = True
    else:
        chosen[: TIMES.start] = _far_from_arrivals(values)

    def size(row: Floats) -> float:
        return float(np.sqrt(np.mean(row[chosen] ** 2)))

    return [size(found[name] - expected[name]) / size(expected[name]) for found in stepwise()]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("tau", "late")])  # these move the voltage only
def test_times_of_spikes_in_a_loop_approach_those_of_the_continuous_problem(name: str) -> None:
    coarse, fine = _errors(name, "times")
    assert coarse < (0.055 if name == "threshold" else 0.01)  # NEURON's own spike passes a threshold 5 % too slowly
    assert fine < 0.25 * coarse or fine < 0.0015  # first order: an eighth of it, and the error of the differences
    assert fine < 0.01


@pytest.mark.parametrize("name", NAMES)
def test_a_voltage_behind_synapses_approaches_that_of_the_continuous_problem(name: str) -> None:
    coarse, fine = _errors(name, "voltage")
    assert fine < 0.2 * coarse  # an event acts up to a step later than it should, which shifts all that follows
    assert fine < 0.08


REFUSED = {
    "an artificial cell as a relay": (
        "relay = h.IntFire1(); into = h.NetCon(soma(0.5)._ref_v, relay, sec=soma); onwards = h.NetCon(relay, synapse)",
        "which gets spikes of a cell that is carried",
    ),
    "a synapse at the end of a section": (
        "synapse.loc(dend(1)); netcon = h.NetCon(soma(0.5)._ref_v, synapse, sec=soma)",
        "has no capacitance",
    ),
    "a source that is no voltage": (
        "netcon = h.NetCon(soma(0.5)._ref_ina, synapse, sec=soma)",
        "watches something that is no voltage",
    ),
    "several threads": (
        "netcon = h.NetCon(soma(0.5)._ref_v, synapse, sec=soma); h.ParallelContext().nthread(2)",
        "use one thread",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_by_name(what: str) -> None:
    code, reason = REFUSED[what]
    out = model(
        f"""
        ng.load("hh", "pas", "ExpSyn")
        soma, dend, clamp = cell()
        synapse = h.ExpSyn(dend(0.5))
        {code}
        sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=soma)], spikes=True)
        print(refusal(lambda: h.finitialize(-65)))
        """,
        errors=True,
    )
    assert reason in out


def test_a_delay_without_spikes_is_refused() -> None:
    out = model("""
        ng.load("hh", "pas", "ExpSyn")
        soma, dend, clamp = cell()
        synapse = h.ExpSyn(dend(0.5))
        netcon = h.NetCon(soma(0.5)._ref_v, synapse, sec=soma)
        print(refusal(lambda: ng.Sensitivity([ng.Parameter("delay", of=netcon)])))
    """)
    assert "spikes=True" in out


CHAIN = """
    ng.load("hh", "pas", "ExpSyn")
    soma, dend, clamp = cell()
    other, far, still = cell("other")
    still.amp = 0
    synapse = h.ExpSyn(far(0.5))
    netcon = h.NetCon(soma(0.5)._ref_v, synapse, sec=soma)
    netcon.weight[0], netcon.delay, synapse.tau = 0.002, 250, 3
    parameters = [ng.Parameter("gnabar_hh", sections=soma), ng.Parameter("delay", of=netcon)]
"""


def test_many_spikes_in_flight_arrive_one_by_one() -> None:
    """More than a train has room for at first: 250 ms are 18 intervals."""
    out = model(
        CHAIN
        + """
    with ng.Sensitivity(parameters, spikes=True) as sens:
        spikes, dv = sens.record_spikes(netcon), sens.record(far(0.5))
        run(soma, 550)
        times, rows, dv = spikes.crossings, spikes.to_numpy(), dv.to_numpy()
    arrivals = np.round((spikes.times + 250) / h.dt).astype(int)
    jumps = [(dv[n + 1] - dv[n])[0] / (dv[n + 1] - dv[n])[1] for n in arrivals if n + 1 < len(dv)]
    print(len(times), len(jumps), np.abs(np.array(jumps) / rows[:len(jumps), 0] - 1).max() < 0.15)
    """
    )
    count, arrived, alike = out.split()
    assert int(count) > 30
    assert int(arrived) > 16
    assert alike == "True"


@pytest.mark.parametrize(("start", "beyond"), [(800, 60), (800, 290), (800, 1200), (850, 20)])
def test_spikes_after_a_state_was_restored_are_those_that_follow_it(start: int, beyond: int) -> None:
    """Others were sent in between, and some are under way: these have not been."""
    out = model(
        CHAIN
        + """
    def steps(count):
        for _ in range(count):
            h.fadvance()
            rows.append(sens.dv(far(0.5)))
    netcon.delay, state = 3, h.SaveState()
    with ng.Sensitivity(parameters, spikes=True) as sens:
        spikes = sens.record_spikes(netcon)
        found = []
        for beyond in (0, {beyond}):
            rows = []
            h.finitialize(-65)
            steps({start})
            state.save()
            steps(beyond)
            state.restore()
            sens.restart()
            rows = []
            steps(1500)
            found.append((np.array(rows), spikes.times, spikes.crossings, spikes.to_numpy()))
    print(all(np.array_equal(*pair) for pair in zip(*found)), len(spikes.times) > 3, bool(rows[-1].all()))
    """.replace("{start}", str(start)).replace("{beyond}", str(beyond))
    )
    assert out.split() == ["True"] * 3


def test_running_again_gives_the_same_bits_and_the_model_is_the_original_s() -> None:
    out = model(
        CHAIN
        + """
    netcon.delay = 2
    before = run(far, 40)
    with ng.Sensitivity(parameters, spikes=True) as sens:
        dv, found = sens.record(far(0.5)), []
        for _ in range(2):
            print(run(far, 40) == before)
            found.append(dv.to_numpy())
        print(np.array_equal(*found), bool(found[0].any(axis=0).all()))
    print(run(far, 40) == before)
    """
    )
    assert out.split() == ["True"] * 5


def test_a_delay_that_changes_while_spikes_are_under_way_stops_the_run() -> None:
    """They come by the old delay, by which they are not found; the next finitialize, or restart(), goes by the new."""
    out = model(
        CHAIN
        + """
    netcon.delay = 8
    sens = ng.Sensitivity(parameters, spikes=True)
    dv = sens.record(far(0.5))
    def changed(then):
        run(soma, 10)
        netcon.delay = 12
        then()
        h.continuerun(40)
        return dv.to_numpy()[-1].any()
    print(refusal(lambda: changed(lambda: None)))
    run(soma, 40)
    print(dv.to_numpy()[-1].any())
    netcon.delay = 8
    print(changed(sens.restart))
    """,
        errors=True,
    )
    assert "delay of a NetCon was changed while spikes were under way" in out
    assert out.splitlines()[1:3] == ["True", "True"]


def test_a_threshold_that_passes_a_voltage_between_steps_stops_the_run() -> None:
    """NEURON sends a spike that crossed nothing; one that is moved elsewhere crosses what it did."""
    out = model(
        CHAIN
        + """
    netcon.delay = 8
    sens = ng.Sensitivity(parameters, spikes=True)
    dv = sens.record(far(0.5))
    def changed(threshold):
        netcon.threshold = 10
        run(soma, 0.5)
        netcon.threshold = threshold
        h.continuerun(40)
        return dv.to_numpy()[-1].any()
    print(refusal(lambda: changed(-80)))
    print(changed(0))
    """,
        errors=True,
    )
    assert "threshold of a NetCon was changed during the run, past the voltage of its source" in out
    assert out.splitlines()[1] == "True"


def test_an_event_before_the_first_step_that_reads_the_voltage_stops_the_run() -> None:
    """How fast that rises is not known yet."""
    out = model(
        f"""
        ng.load("hh", "pas", {str(FIXTURES / "plastic.mod")!r})
        soma, dend, clamp = cell()
        synapse = h.plastic(soma(0.5))
        netcon = h.NetCon(soma(0.5)._ref_v, synapse, sec=soma)
        netcon.delay = 0
        with ng.Sensitivity([ng.Parameter("delay", of=netcon)], spikes=True) as sens:
            h.finitialize(20)
            print(refusal(h.fadvance))
        """,
        errors=True,
    )
    assert "an event of plastic, which reads the voltage, came before the first step" in out


def test_a_time_of_a_netcon_without_target_or_source_is_refused() -> None:
    out = model("""
        ng.load("hh", "pas", "ExpSyn")
        soma, dend, clamp = cell()
        away, into = h.NetCon(soma(0.5)._ref_v, None, sec=soma), h.NetCon(None, h.ExpSyn(soma(0.5)))
        for name, netcon in (("delay", away), ("threshold", into)):
            print(refusal(lambda: ng.Sensitivity([ng.Parameter(name, of=netcon)], spikes=True)))
    """)
    assert "delay: the NetCon has no target" in out
    assert "threshold: the NetCon has no voltage as its source" in out


def test_an_event_that_a_script_sends_depends_on_nothing() -> None:
    out = model("""
        ng.load("hh", "pas", "ExpSyn")
        soma, dend, clamp = cell()
        clamp.amp = 0
        synapse = h.ExpSyn(dend(0.5))
        netcon = h.NetCon(soma(0.5)._ref_v, synapse, sec=soma)
        netcon.weight[0], netcon.delay = 0.0005, 2
        rows = []
        for spikes in (False, True):
            with ng.Sensitivity([ng.Parameter("gnabar_hh", sections=soma)], spikes=spikes) as sens:
                dv = sens.record(soma(0.5))
                h.finitialize(-65)
                netcon.event(3)
                h.continuerun(8)
                rows.append(dv.to_numpy())
        print(np.array_equal(*rows), bool(rows[0].any()))
    """)
    assert out == "True True\n"


@pytest.mark.skipif(shutil.which("mpiexec") is None, reason="MPI is not installed")
@pytest.mark.parametrize("leak", ["0", "0.02"])
def test_a_ring_over_processes_has_the_bits_of_one_process(leak: str, tmp_path: Path) -> None:
    """Spikes and derivatives; directions of one process reach the cells of another, and leak there as at home."""
    found = []
    for ranks in (1, 2):
        file = tmp_path / f"{ranks}.json"
        subprocess.run(
            ["mpiexec", "--allow-run-as-root", "--oversubscribe", "-n", str(ranks), sys.executable, RING, file, leak],
            env=os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"},
            cwd=tmp_path,
            check=True,
            timeout=300,
        )
        found.append(json.loads(file.read_text()))
    one, two = found
    order = [two["labels"].index(label) for label in one["labels"]]
    for gid, cell in one["cells"].items():
        other = two["cells"][gid]
        assert cell["times"] == other["times"]
        assert len(cell["times"]) > 1
        assert np.array_equal(cell["rows"], np.array(other["rows"])[:, order])
        assert np.all(np.abs(cell["rows"]).max(axis=0) > 1e-3)


CONTROLLED = """
from neuron import h
h.nrnmpi_init()
import nmodlgrad as ng
context = h.ParallelContext()
rank = int(context.id())
ng.load("hh", "ExpSyn", ng.READOUTS)
soma = h.Section(name=f"soma{rank}")
soma.insert("hh")
mean = h.MeanVoltage(soma(0.5))
context.set_maxstep(10)
sensitivity = ng.Sensitivity(ng.everywhere([ng.Parameter("gnabar_hh", sections=soma)]), spikes=True)
said = ""
try:
    sensitivity.control(mean, rate=1e-6, theta0=1, directions=[1 - rank])
except ng.CannotCarry as error:
    said = str(error)
said += f" {sensitivity.control(mean, rate=1e-6, theta0=1).directions}"
if not rank:
    print(said)
context.barrier()
h.quit()
"""


@pytest.mark.skipif(shutil.which("mpiexec") is None, reason="MPI is not installed")
def test_a_controller_moves_what_is_in_its_process(tmp_path: Path) -> None:
    script = tmp_path / "controlled.py"
    script.write_text(CONTROLLED)
    done = subprocess.run(
        ["mpiexec", "--allow-run-as-root", "--oversubscribe", "-n", "2", sys.executable, script],
        env=os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"},
        cwd=tmp_path,
        timeout=300,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "direction 1 moves parameters of another process: let a controller there move it (0,)" in done.stdout


RELAY = """
from neuron import h
h.nrnmpi_init()
import nmodlgrad as ng
context = h.ParallelContext()
rank = int(context.id())
ng.load("hh", "ExpSyn")
soma = h.Section(name=f"soma{rank}")
soma.insert("hh")
source = h.NetCon(soma(0.5)._ref_v, None, sec=soma)
context.set_gid2node(rank, rank)
context.cell(rank, source)
if rank == 1:
    synapse, relay = h.ExpSyn(soma(0.5)), h.IntFire1()
    into = context.gid_connect(0, relay)
    onwards = h.NetCon(relay, synapse if HERE else None)
    if not HERE:
        context.set_gid2node(2, rank)
        context.cell(2, onwards)
elif not HERE:
    synapse = h.ExpSyn(soma(0.5))
    onwards = context.gid_connect(2, synapse)
context.set_maxstep(10)
sensitivity = ng.Sensitivity(ng.everywhere([ng.Parameter("gnabar_hh", sections=soma)]), spikes=True)
h.finitialize(-65)
print("nothing was refused")
context.barrier()
h.quit()
"""


@pytest.mark.parametrize(("here", "sender"), [(True, "IntFire1[0],"), (False, "a cell of another process (gid 2)")])
def test_an_artificial_cell_that_relays_spikes_of_another_process_is_refused(
    here: bool, sender: str, tmp_path: Path
) -> None:
    script = tmp_path / "relay.py"
    script.write_text(f"HERE = {here}\n{RELAY}")
    done = subprocess.run(
        ["mpiexec", "--allow-run-as-root", "--oversubscribe", "-n", "2", sys.executable, script],
        env=os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"},
        cwd=tmp_path,
        timeout=300,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert f"brings events of {sender} which gets spikes of a cell that is carried" in done.stdout + done.stderr


def test_the_derivative_of_a_crossing_does_not_depend_on_where_in_a_step_it_is() -> None:
    """Along the threshold it is the inverse of the slope, which is smooth; and it is that of the time that is told."""
    out = model("""
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        netcon = h.NetCon(soma(0.5)._ref_v, None, sec=soma)
        parameters = [ng.Parameter("threshold", of=netcon), ng.Parameter("gnabar_hh", sections=soma)]
        with ng.Sensitivity(parameters, spikes=True) as sens:
            spikes = sens.record_spikes(netcon)
            def crossing(*theta):
                sens.theta = theta
                run(soma, 10)
                return spikes.crossings[0], spikes.to_numpy()[0]
            thresholds = np.linspace(-20, 0, 81)  # beside the one that it has, 10 mV
            found = np.array([crossing(threshold, 0)[1][0] for threshold in thresholds])
            smooth = np.polyval(np.polyfit(thresholds, found, 4), thresholds)
            print(np.abs(found / smooth - 1).max())
            for k, step in enumerate(np.diag((1e-4, 1e-6))):
                for middle in ((-20, 0), (0, 0)):
                    above, below = crossing(*middle + step)[0], crossing(*middle - step)[0]
                    print((above - below) / (2 * step[k]) / crossing(*middle)[1][k] - 1)
    """)
    scatter, *errors = map(float, out.split())
    assert scatter < 0.006  # 0.017 on a parabola, 0.043 on the line through the ends of a step
    assert np.abs(errors).max() < 1e-7


def test_between_an_event_and_the_next_step_the_voltage_has_the_charge_once() -> None:
    """One that is due when a step ends has come by then: (i after - i before)/C, at a voltage that hardly moves."""
    out = model("""
        ng.load("hh", "pas", "ExpSyn")
        soma, dend, clamp = cell()
        quiet = h.Section(name="quiet")
        quiet.L = quiet.diam = 20
        quiet.insert("pas")
        quiet.e_pas = -65
        synapse = h.ExpSyn(quiet(0.5))
        netcon = h.NetCon(soma(0.5)._ref_v, synapse, sec=soma)
        netcon.weight[0], synapse.tau = 0.001, 2
        with ng.Sensitivity([ng.Parameter("delay", of=netcon)], spikes=True) as sens:
            netcon.delay = 3 - 1e-7
            h.finitialize(-65)
            while netcon.syn().g == 0:
                h.fadvance()
            charge = 0.001 * (0 - quiet(0.5).v) / (1e-5 * quiet(0.5).area() * quiet.cm)
            print(sens.dv(quiet(0.5))[0] / -charge)
    """)
    assert abs(float(out) - 1) < 0.03


def test_along_a_threshold_it_is_the_slope_of_the_spike_that_neuron_computes() -> None:
    """Which is not that of the continuous problem: a polynomial through the original's voltages, and CVODE's."""

    """Which is not that of the continuous problem: a polynomial through NEURON's voltages beside CVODE's spike."""
    out = model("""
        import json
        soma, dend, clamp = cell()
        voltage, times, cvode = h.Vector().record(soma(0.5)._ref_v), h.Vector().record(h._ref_t), h.CVode()
        def slope():
            run(soma, 10)
            t, v = np.array(times), np.array(voltage)
            first = np.flatnonzero(v > -10)[0] - 3
            near, start = slice(first, first + 6), t[first + 3]
            there = np.polynomial.Polynomial.fit(t[near] - start, v[near], 5)
            crossing = [x.real for x in (there + 10).roots() if abs(x.imag) < 1e-9 and -h.dt <= x.real <= 0]
            return there.deriv()(crossing[0])
        stepwise = slope()
        cvode.active(True)
        cvode.atol(1e-9), cvode.rtol(1e-9)
        print(json.dumps([stepwise, slope()]))
    """)
    stepwise, exact = json.loads(out)
    out = model("""
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        netcon = h.NetCon(soma(0.5)._ref_v, None, sec=soma)
        netcon.threshold = -10
        with ng.Sensitivity([ng.Parameter("threshold", of=netcon)], spikes=True) as sens:
            spikes = sens.record_spikes(netcon)
            run(soma, 10)
            print(spikes.to_numpy()[0, 0])
    """)
    assert abs(float(out) * stepwise - 1) < 0.003
    assert 0.03 < abs(exact / stepwise - 1) < 0.08


@pytest.mark.parametrize(
    ("kind", "weights", "delays"),
    [
        ("ExpSyn", (0.0025, 0.005, 0.01, 0.02), (3,)),
        ("ExpSyn", (0.00125, 0.0025, 0.005, 0.01), (3, 3.2)),  # the second one finds a current that flows
        ("ExpSyn", (0.00125, 0.0025, 0.005, 0.01), (3, 3)),  # and that of the first one has just begun
        ("Exp2Syn", (0.0025, 0.005, 0.01, 0.02), (3,)),
        ("binding", (0.4, 0.6, 1, 2), (3,)),  # KINETIC
        ("saturating", (0.004, 0.006, 0.01, 0.02), (3,)),  # by derivimplicit
        ("creeping", (0.0025, 0.005, 0.01, 0.02), (3,)),  # by euler
    ],
)
def test_a_cell_at_rest_fires_as_much_later_as_what_wakes_it(
    kind: str, weights: tuple[float, ...], delays: tuple[float, ...]
) -> None:
    """By symmetry exactly so, in NEURON's own steps too: what is off here comes from what is carried alone.

    The slopes of a TABLE's bins belong to single steps, not to their mean: hence without.
    """
    file = FIXTURES / f"{kind}.mod"
    out = model(f"""
        ng.load("hh", "pas", {(str(file) if file.exists() else kind)!r})
        soma, dend, clamp = cell()
        woken = h.Section(name="woken")
        woken.L = woken.diam = 20
        woken.insert("hh")
        synapse = h.{kind}(woken(0.5))
        netcons = [h.NetCon(soma(0.5)._ref_v, synapse, sec=soma) for _ in {delays}]
        if hasattr(synapse, "tau"):
            synapse.tau = 2
        for netcon, netcon.delay in zip(netcons, {delays}):
            netcon.weight[0] = 0
        if hasattr(h, "usetable_hh"):  # hh has no TABLE in NEURON 8
            h.usetable_hh = 0
        run(woken, 300)
        resting, found = woken.v, []
        with ng.Sensitivity([ng.Parameter("delay", of=netcon) for netcon in netcons], spikes=True) as sens:
            if hasattr(h, "usetable_hh_grad"):
                h.usetable_hh_grad = 0
            spikes = sens.record_spikes(h.NetCon(woken(0.5)._ref_v, None, sec=woken))
            for h.dt in (0.025, 0.003125):
                for weight in {weights}:
                    for netcon in netcons:
                        netcon.weight[0] = weight
                    h.finitialize(resting)
                    while h.t < 12:
                        h.fadvance()
                    found.append(spikes.to_numpy()[0].sum())
        print(*found)
    """)
    coarse, fine = np.abs(np.array(out.split(), float).reshape(2, 4) - 1).max(axis=1)
    assert coarse < 0.02  # ExpSyn 0.0034, Exp2Syn, whose first time constant is 0.1 ms, 0.0074, binding 0.018
    assert fine < 0.03 * coarse  # second order: a 64th
