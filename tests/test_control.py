"""Controllers: what they do in a step, against numpy; that they leave alone what they should; when they are stable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from continuous import FIXTURES, PARTS
from nmodlgrad import control
from nmodlgrad.runtime.errors import WrongArgument
from processes import model

BUILD = """
ng.load("hh", "pas", "ExpSyn", "IClamp", ng.READOUTS)
soma, dend, clamp = cell()
synapse = h.ExpSyn(dend(0.5))
synapse.tau = 2
source = h.NetStim()
source.start, source.interval, source.number = 1, 4, 50
netcon = h.NetCon(source, synapse)
netcon.weight[0] = 0.002
mean = h.MeanVoltage(soma(0.5))
mean.tau, mean.target = 5, -50
moved = [
    ng.Parameter("gnabar_hh", sections=soma, scale=0.1),
    ng.Parameter("g_pas", sections=dend, scale=lambda segment: 1e-3*(1 + segment.x)),
    ng.Parameter("cm", sections=dend),
    ng.Parameter("tau", of=synapse),
    ng.Parameter("weight", of=netcon, scale=1e-3),
    ng.Parameter("amp", of=clamp),
    ng.Direction(ng.Parameter("gnabar_hh", sections=soma), ng.Parameter("ena", sections=soma, scale=10)),
]
def values():
    return [soma(0.5).hh_grad.gnabar, *(s.pas_grad.g for s in dend), dend(0.5).cm, netcon.syn().tau, synapse.tau,
            netcon.weight[0], clamp.amp, soma.ena]
"""


def test_a_step_is_the_one_that_is_promised() -> None:
    """Clipped, with a floor, in its periods; parameters follow theta; the next run starts from where the first did."""
    printed = model(
        BUILD
        + """
sens = ng.Sensitivity(moved)
speeds = np.array([1, 2, 3, 4, 5, 6, 0.5])
sens.theta = np.full(7, 0.01)
ours = sens.control(mean, "e", rate=2e-5, theta0=speeds, clip=30, floor=[-1]*6 + [0.0099], active=[(2, 4), (6, 1e9)])
theta, gradient = ours.record(), sens.record(mean, "e")
def once():
    h.finitialize(-65)
    started = values()
    h.continuerun(8)
    return started, theta.to_numpy().copy(), gradient.to_numpy().copy(), theta.times(), values(), sens.theta
started, course, rows, times, ended, last = once()
expected = np.full(7, 0.01)
for n in range(1, len(times)):  # row n of theta: what the step to times[n] was taken with
    assert np.allclose(course[n], expected, rtol=1e-12), (n, course[n], expected)
    if 2 <= round(times[n], 6) < 4 or round(times[n], 6) >= 6:  # NEURON's t is rounded
        g = rows[n].copy()
        g *= min(1, 30/np.linalg.norm(g))
        expected = expected - 2e-5*speeds*g*h.dt
        expected[6] = max(expected[6], 0.0099)
assert np.allclose(last, expected, rtol=1e-12)
assert (last != 0.01).all() and last[6] == 0.0099, last
assert np.linalg.norm(rows, axis=1).max() > 60
def at(theta):
    return [0.12 + 0.1*theta[0] + theta[6], *(0.001 + 1e-3*(1 + s.x)*theta[1] for s in dend), 1 + theta[2],
            2 + theta[3], 2 + theta[3], 0.002 + 1e-3*theta[4], 0.3 + theta[5], 50 + 10*theta[6]]
assert np.allclose(started, at(np.full(7, 0.01)), rtol=1e-12), started
assert np.allclose(ended, at(last), rtol=1e-12), (ended, at(last))
again = once()
assert (again[1] == course).all() and again[0] == started
h.finitialize(-65); h.continuerun(8)
sens.close()
assert np.allclose([soma(0.5).hh.gnabar, synapse.tau, clamp.amp], [at(last)[0], at(last)[6], at(last)[8]])
print("as promised")
"""
    )
    assert printed == "as promised\n"


def test_a_controller_that_does_not_move_changes_no_bit() -> None:
    printed = model(
        BUILD
        + """
sens = ng.Sensitivity(moved)
record = sens.record(dend(0.1))
def once():
    return run(dend, 8), record.to_numpy().tobytes()
plain = once()
ours = sens.control(mean, "e", rate=0, theta0=1, clip=1)
still = once()
soma(0.5).hh_grad.gnabar = 0.125  # by somebody else, who goes on to have it so
run(dend, 8)
print(plain == still, soma(0.5).hh_grad.gnabar)
"""
    )
    assert printed == "True 0.125\n"


def test_rows_with_a_leak_weigh_what_parameters_did_by_its_age() -> None:
    """By differences in the parameter of one step alone: the row is their sum, each with the weight of its age."""
    printed = model(
        BUILD
        + """
sens = ng.Sensitivity([ng.Parameter("amp", of=clamp), ng.Parameter("gnabar_hh", sections=soma)])
clamp.delay, clamp.dur = 0, 1e9
leaky = sens.record(dend(0.5))
def voltage(pulse=None, size=0.0):  # the clamp's amplitude is moved in one step alone
    amplitudes = np.full(400, 0.3)
    if pulse is not None:
        amplitudes[pulse] += size
    vector, times = h.Vector(amplitudes), h.Vector(np.arange(400)*h.dt)
    vector.play(clamp._ref_amp, times, False)
    return np.array(run(dend, 3))
shares = [(voltage(n, 1e-4) - voltage(n, -1e-4))/2e-4 for n in range(120)]
voltage()
other = leaky.to_numpy()[:, 1].copy()
ours = sens.control(mean, "e", rate=0, theta0=1, leak=0.3, directions=[0])
voltage()
found = leaky.to_numpy()
n = np.arange(121)
expected = sum(np.where(n > k, np.exp(-0.3*h.dt*np.maximum(n - k - 1, 0)), 0)*share for k, share in enumerate(shares))
print(abs(found[:, 0] - expected).max()/abs(expected).max() < 1e-6, (found[:, 1] == other).all(), expected[-1] != 0)
"""
    )
    assert printed == "True True True\n"


def test_rows_of_a_passive_cell_leak_by_their_closed_form() -> None:
    """(C/dt + g) x(n) = C/dt exp(-leak dt) x(n - 1) + 1 nA/area is a geometric series; the step changes on the way."""
    printed = model(
        """
ng.load("pas", "IClamp")
soma = h.Section(name="soma")
soma.L = soma.diam = 20
soma.insert("pas")
soma.g_pas = G = 2e-4
soma.cm, LEAK = 1.3, 0.07
clamp = h.IClamp(soma(0.5))
clamp.dur = 1e9
sens = ng.Sensitivity(ng.Parameter("amp", of=clamp))
sens.control(soma(0.5), "v", rate=0, theta0=1, leak=LEAK)
record = sens.record(soma(0.5))
h.finitialize(-65)
starts, expected = 0.0, [0.0]
for step, count in ((0.025, 400), (0.1, 200)):
    h.dt = step
    for _ in range(count):
        h.fadvance()
    charge = 1e-3*soma.cm/step
    kept = np.exp(-LEAK*step)*charge/(charge + G)
    n = np.arange(1, count + 1)
    settled = 100/soma(0.5).area()/(charge + G)/(1 - kept)
    decayed = starts*charge/(charge + G)  # what it had has leaked already when the first of these steps begins
    expected += list(settled*(1 - kept**n) + decayed*kept**(n - 1))
    starts = expected[-1]*np.exp(-LEAK*step)
found = record.to_numpy()[:, 0]
print(abs(found/np.array(expected) - 1)[1:].max(), found[-1])
"""
    )
    error, last = map(float, printed.split())
    assert error < 1e-10  # NEURON takes g from two currents, 0.001 mV apart
    assert last > 100


def test_rows_leak_while_they_are_under_way() -> None:
    """Beside a direction whose seed grows as fast as rows shrink: across NetCons, WATCH, and events of a synapse's own.

    With seeds w(n) = exp(leak t(n)) in step n and no leak, a row at t is exp(leak t) times the one with a leak: exactly
    so, for both are carried by the same steps and jumps. A current that is played has such a seed.
    """
    printed = model(
        PARTS
        + f"""
NAMES = "depressing", "spaced", "kicking", "transmitting", "cachan", "capool"
ng.load("hh", "pas", "IClamp", "ExpSyn", "Exp2Syn", ng.READOUTS,
        *({str(FIXTURES)!r} + f"/{{name}}.mod" for name in NAMES))
"""
        + """
DURATION, LEAK = 60, 0.05
first, second, third = compartment("first", "hh"), compartment("second", "hh"), compartment("third", "pas")
third.insert("cachan")
third.insert("capool")
drive = clamped(first, 0.1)
growing, steady = clamped(first, 0, delay=0), clamped(first, 0, delay=0)
beginnings = h.Vector(np.arange(0, DURATION + 1, h.dt))
shape = h.Vector(0.005*np.exp(LEAK*np.array(beginnings)))
shape.play(growing._ref_amp, beginnings, False)
depressing, first_to_second = connect(first, second, "depressing", 0.05, 5)
kept = [connect(first, third, "spaced", 0.003, 27.3), connect(second, first, "ExpSyn", 0.0005, 4)]  # a long way, a loop
transmitting, second_to_third = connect(second, third, "transmitting", 0.003, 6)
kept.append(connect(first, third, "Exp2Syn", 0.002, 2))
kicking = h.kicking(second(0.5))
fired = h.NetCon(second(0.5)._ref_v, None, sec=second)
fired.threshold = -10
sens = ng.Sensitivity([ng.Parameter("amp", of=growing, played=shape), ng.Parameter("amp", of=steady)], spikes=True)
sens.control(first(0.5), "v", rate=0, theta0=1, leak=LEAK, directions=[1])
records = [sens.record(section(0.5)) for section in (first, second, third)] + [sens.record(third(0.5), "cai")]
records += [sens.record(point, "g") for point in (depressing, transmitting, kicking)]
spikes = sens.record_spikes(fired)
h.finitialize(-65)
h.continuerun(DURATION)
def deviation(found, expected):
    return abs(found - expected).max()/abs(expected).max()
for record in records:
    rows = record.to_numpy()[1:]/[0.005, 1]
    left = np.exp(-LEAK*record.times()[:-1])  # a sample comes before the leak of its step
    print(deviation(rows[:, 1], left*rows[:, 0]), deviation(rows[:, 1], rows[:, 0]))
rows = spikes.to_numpy()/[0.005, 1]  # found behind it
print(deviation(rows[:, 1], np.exp(-LEAK*spikes.times)*rows[:, 0]), deviation(rows[:, 1], rows[:, 0]))
print(len(rows))
"""
    )
    *deviations, count = printed.split()
    assert int(count) > 3
    for found, without in zip(map(float, deviations[::2]), map(float, deviations[1::2]), strict=True):
        assert found < 1e-11
        assert without > 0.5


def test_adam_is_the_one_of_its_paper() -> None:
    printed = model(
        BUILD
        + """
from nmodlgrad import control
sens = ng.Sensitivity(moved[:3])
ours = sens.control(mean, "e", rate=1e-4, theta0=1, rule=control.Adam(first=0.5, second=4, epsilon=1e-3))
theta, gradient = ours.record(), sens.record(mean, "e")
h.finitialize(-65); h.continuerun(6)
beta, beta2, m, s, x = np.exp(-h.dt/0.5), np.exp(-h.dt/4), 0, 0, np.zeros(3)
for n, g in enumerate(gradient.to_numpy()[1:], 1):
    assert np.allclose(theta.to_numpy()[n], x, rtol=1e-9, atol=1e-15)
    m, s = beta*m + (1 - beta)*g, beta2*s + (1 - beta2)*g*g
    x = x - 1e-4*h.dt*(m/(1 - beta**n))/(np.sqrt(s/(1 - beta2**n)) + 1e-3)
print((abs(x) > 1e-6).all())
"""
    )
    assert printed == "True\n"


def test_cells_have_controllers_of_their_own() -> None:
    """Two cells, one Sensitivity or two: each controller moves the parameters of its cell as if it were alone."""
    printed = model(
        """
ng.load("hh", "pas", ng.READOUTS)
cells = [cell(name) for name in ("one", "two")]
cells[1][2].amp = 0.5
means = [h.MeanVoltage(soma(0.5)) for soma, *_ in cells]
for mean in means:
    mean.tau, mean.target = 5, -60
directions = [ng.Parameter("gnabar_hh", sections=soma) for soma, *_ in cells]
def course(which, together=True):
    several = [ng.Sensitivity(directions)] if together else [ng.Sensitivity(directions[k]) for k in which]
    for k in which:
        sens, number = (several[0], k) if together else (several[k], 0)
        sens.control(means[k], rate=1e-7, theta0=1, leak=0.01*k, directions=[number])
    h.finitialize(-65); h.continuerun(10)
    theta = np.concatenate([sens.theta for sens in several])
    for sens in several:
        sens.close()
    for soma, *_ in cells:
        soma.gnabar_hh = 0.12
    return theta
one, two, both, apart = course([0]), course([1]), course([0, 1]), course([0, 1], together=False)
print(both[0] == one[0] != 0, both[1] == two[1] != 0, one[1] == two[0] == 0, (apart == both).all())
"""
    )
    assert printed == "True True True True\n"


def test_what_can_not_be_controlled_is_refused() -> None:
    printed = model(
        BUILD
        + f"""
ng.load({str(FIXTURES / "switched.mod")!r})
"""
        + """
h.v_init = -65
sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=soma), ng.Parameter("diam", sections=dend),
                       ng.Parameter("v_init"), ng.Parameter("gkbar_hh", sections=soma)])
def refused(*arguments, **more):
    print(refusal(lambda: sens.control(*(arguments or (mean, "e")), **{"rate": 1e-3, "theta0": 1, **more})))
refused(directions=[0, 1])
refused(directions=[2])
refused(directions=[0, 4])
refused(directions=0)
refused(directions=[0], theta0=None)
refused(directions=[0], rate=-1)
refused(directions=[0], clip="much")
refused(directions=[0], floor=[1, 2])
refused(directions=[0], active=[(3, 2)])
refused(directions=[0], rule="adam")
refused(mean, "tau", directions=[0])
sens.control(mean, "e", rate=1e-3, theta0=1, directions=[0])
refused(directions=[0, 3])
sens.close()
fired, switched = h.NetCon(soma(0.5)._ref_v, synapse, sec=soma), h.switched(soma(0.5))
sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=soma), ng.Parameter("delay", of=netcon),
                       ng.Parameter("threshold", of=fired), ng.Parameter("del", of=switched)], spikes=True)
for k in (1, 2, 3):
    refused(directions=[k])
sens.control(mean, "e", rate=1e-3, theta0=1, directions=[0])
h.ParallelContext().nthread(2)
print(refusal(lambda: h.finitialize(-65)))
""",
        errors=True,
    )
    expected = [
        "CannotCarry: diam can not be moved by a controller during a run: NEURON's matrix",
        "CannotCarry: v_init can not be moved by a controller during a run: it is where a run starts from",
        "WrongArgument: directions is a list of numbers below 4, each once, not [0, 4]",
        "WrongArgument: directions is a list of numbers below 4, each once, not 0",
        "WrongArgument: theta0 is positive",
        "WrongArgument: rate is finite and not below 0, which -1 is not",
        "WrongArgument: clip is a number, not 'much'",
        "WrongArgument: floor is a number, or one for each of 1 directions",
        "WrongArgument: the times of active ascend",
        "WrongArgument: rule is None",
        "CannotCarry: tau of MeanVoltage[0]",
        "WrongArgument: direction 0 has a controller already",
        "CannotCarry: delay can not be moved by a controller during a run: spikes that are under way",
        "CannotCarry: threshold can not be moved by a controller during a run: when a voltage crosses it",
        "CannotCarry: del can not be moved by a controller during a run: a time of at_time",
        "use one thread",
    ]
    for part in expected:
        assert part in printed, printed


def test_what_something_else_has_set_is_not_written_over() -> None:
    """In a step, and between runs; what no controller moves is left where it is."""
    printed = model(
        BUILD
        + """
sens = ng.Sensitivity(moved)
ours = sens.control(mean, "e", rate=1e-6, theta0=1, directions=[0, 1, 3, 4], active=[(0, 4), (6, 1e9)])
def broken(place, name, value, until=5):
    h.finitialize(-65); h.continuerun(2)
    before = getattr(place, name)
    setattr(place, name, value)
    told = refusal(lambda: h.continuerun(until))
    print(told == "nothing was refused", getattr(place, name) == value, sens.displaced)
    if told != "nothing was refused":
        print(refusal(lambda: sens.dv(soma(0.5))))
    sens.theta = np.zeros(7)
broken(soma(0.5).hh_grad, "gnabar", 0.13)
broken(dend(0.5).pas_grad, "g", 0.002)
broken(synapse, "tau", 3)
broken(netcon, "threshold", -20)  # which is no parameter here
broken(dend(0.5), "cm", 2)  # which is one, of a direction that no controller moves
h.finitialize(-65); h.continuerun(5)
soma(0.5).hh_grad.gnabar = 0.13
clamp.amp = 0.4
print(refusal(lambda: h.finitialize(-65)), soma(0.5).hh_grad.gnabar, clamp.amp)
soma(0.5).hh_grad.gnabar = 0.12 + 0.1*sens.theta[0]
h.finitialize(-65)
print(soma(0.5).hh_grad.gnabar, clamp.amp)
sens.close()
sens = ng.Sensitivity([ng.Parameter("g_pas", segments=dend(x)) for x in (0.2, 0.8)])
ours = sens.control(mean, "e", rate=1e-9, theta0=1, directions=[0])
h.finitialize(-65); h.continuerun(5)
dend(0.8).pas_grad.g = 0.003
moved = dend(0.2).pas_grad.g
h.finitialize(-65)
print(moved != 0.001, dend(0.2).pas_grad.g, dend(0.8).pas_grad.g)
""",
        errors=True,
    )
    lines = [line for line in printed.splitlines() if line.startswith(("True", "False", "Cannot", "0."))]
    parameters = ("gnabar of soma(0.5)", "g of soma_dend(0.5)", "tau of ExpSyn[0]")
    for told, reason, where in zip(lines[:6:2], lines[1:6:2], parameters, strict=True):
        assert told == f"False True ['{where}']"
        assert "something else than theta has set a parameter that the controller of e at MeanVoltage[0]" in reason
    assert lines[6:8] == ["True True []", "True True ['cm of soma_dend(0.5)']"]
    assert "something else than theta has set gnabar of soma(0.5), which a controller moves" in printed
    assert "0.13 0.4" in printed
    assert lines[-2:] == ["0.12 0.4", "True 0.001 0.003"]


def test_theta_does_not_begin_below_its_floor() -> None:
    printed = model(
        BUILD
        + """
sens = ng.Sensitivity(moved)
sens.control(mean, rate=1e-7, theta0=1, directions=[2, 3], floor=[-1, 0.5])
print(refusal(lambda: h.finitialize(-65)))
sens.theta = np.full(7, 0.5)
h.finitialize(-65)
""",
        errors=True,
    )
    assert "theta of direction 3 begins at 0, below its floor of 0.5" in printed


def test_a_gradient_that_is_not_finite_stops_the_run() -> None:
    printed = model(
        BUILD
        + """
mean.target = 1e300
sens = ng.Sensitivity(moved[:2])
sens.control(mean, "e", rate=1e-3, theta0=1)
print(refusal(lambda: run(soma, 5)))
print(refusal(lambda: sens.dv(soma(0.5))))
""",
        errors=True,
    )
    assert "the derivative of e at MeanVoltage[0] along direction 0" in printed
    assert "Diverged" in printed


# ------------------------------------------------------------------ the slow loop
SLOPES, THETA0, TAU, LEAK = np.array([0.3, -0.5, 2.0]), np.array([12.0, 3.0, 1.0]), 1e4, 1e-4


def loop(rate: float, *, start: float, clip: float = np.inf, until: float) -> Any:
    """f of the slow loop in steps of 1 s: F is a curve through the target that bends, S its leaking derivative."""
    target = 3.0

    def slopes(theta: Any) -> Any:
        return SLOPES * (1 + 0.02 * (SLOPES @ theta))

    def flow(_: float, state: Any) -> Any:
        f, s, e, theta = state[0], state[1:4], state[4:7], state[7:]
        rate_of_theta = target + SLOPES @ theta + 0.01 * (SLOPES @ theta) ** 2
        g = e * min(1.0, clip / max(np.linalg.norm(e), 1e-300))
        return np.concatenate(
            [
                [(rate_of_theta - f) / TAU],
                (slopes(theta) - s) / TAU - LEAK * s,
                (f - target) * s - LEAK * e,
                -rate * THETA0 * g,
            ]
        )

    first = np.concatenate([[target + start], SLOPES / (1 + LEAK * TAU), np.zeros(6)])
    times = np.arange(0, until, 1e3)
    found = solve_ivp(flow, (0, until), first, t_eval=times, method="LSODA", rtol=1e-9, atol=1e-12, max_step=1e3)
    return times, found.y[0] - target


def jacobian(rate: float) -> Any:
    """Of the same loop at the target, by differences of nothing but its equations."""
    s = SLOPES / (1 + LEAK * TAU)
    matrix = np.zeros((10, 10))
    matrix[0, 0], matrix[0, 7:] = -1 / TAU, SLOPES / TAU
    matrix[1:4, 1:4] = -(1 / TAU + LEAK) * np.eye(3)
    matrix[1:4, 7:] = 0.02 * np.outer(SLOPES, SLOPES) / TAU
    matrix[4:7, 0], matrix[4:7, 4:7] = s, -LEAK * np.eye(3)
    matrix[7:, 4:7] = -rate * np.diag(THETA0)
    return matrix


def growth(rate: float) -> float:
    """The largest real part of the eigenvalues, but for the directions along which the rate does not change."""
    eigenvalues = np.linalg.eigvals(jacobian(rate))
    return float(np.sort(eigenvalues[abs(eigenvalues) > 1e-9].real)[-1])


def test_the_bound_is_where_an_eigenvalue_crosses() -> None:
    bound = control.stability_bound(SLOPES, THETA0, TAU, LEAK)
    assert bound == pytest.approx(LEAK * (LEAK + 1 / TAU) * 2 / (THETA0 @ SLOPES**2), rel=1e-12)
    assert growth(0.999 * bound) < 0 < growth(1.001 * bound)
    critical = np.linalg.eigvals(jacobian(bound))
    assert min(abs(critical - 1j * np.sqrt(LEAK / TAU))) < 1e-3 * np.sqrt(LEAK / TAU)


def test_the_bound_is_where_a_root_of_the_loop_crosses() -> None:
    """Of loops at random, by the roots of their polynomial."""
    chance = np.random.default_rng(1)
    for _ in range(20):
        slopes, theta0 = chance.normal(size=3), np.exp(chance.normal(size=3))
        tau, leak = 10 ** chance.uniform(1, 4), 10 ** chance.uniform(-5, -1)
        bound = control.stability_bound(slopes, theta0, tau, leak)
        gain = float(theta0 @ slopes**2) / (1 + leak * tau)

        def rightmost(rate: float) -> float:
            return float(np.roots([1, leak + 1 / tau, leak / tau, rate * gain / tau]).real.max())  # noqa: B023

        assert rightmost((1 - 1e-6) * bound) < 0 < rightmost((1 + 1e-6) * bound)


@pytest.mark.parametrize(("share", "grows"), [(0.7, False), (1.4, True)])
def test_the_nonlinear_loop_settles_below_the_bound_and_swings_above(share: float, grows: bool) -> None:
    rate = share * control.stability_bound(SLOPES, THETA0, TAU, LEAK)
    _, f = loop(rate, start=0.02, until=8e5)
    early, late = abs(f[50:150]).max(), abs(f[-150:]).max()
    assert (late > 2 * early) if grows else (late < 0.5 * early)


def test_a_clipped_loop_ends_in_the_limit_cycle() -> None:
    rate, clip = 3e-7, 1.0
    expected = control.limit_cycle(SLOPES, THETA0, TAU, LEAK, rate, clip)
    assert rate > 10 * control.stability_bound(SLOPES, THETA0, TAU, LEAK)
    times, f = loop(rate, start=0.5, clip=clip, until=1.5e6)
    late = times > 1e6
    crossings = times[late][1:][(f[late][1:] > 0) & (f[late][:-1] <= 0)]
    assert np.diff(crossings).mean() == pytest.approx(expected.period, rel=0.06)  # the relay is not quite a sine
    assert abs(f[late]).max() == pytest.approx(expected.amplitude, rel=0.1)


def test_a_loop_without_a_leak_has_no_stable_rate() -> None:
    assert control.stability_bound(SLOPES, THETA0, TAU, 0.0) == 0
    bound = control.stability_bound(SLOPES, THETA0, TAU, LEAK)
    assert control.stability_bound(0 * SLOPES, THETA0, TAU, LEAK) == np.inf
    for action in (
        lambda: control.stability_bound(SLOPES, THETA0, 0.0, LEAK),
        lambda: control.stability_bound(SLOPES, THETA0, TAU, -1.0),
        lambda: control.limit_cycle(SLOPES, THETA0, TAU, 0.0, 1e-6, 1),
        lambda: control.limit_cycle(SLOPES, THETA0, TAU, LEAK, 1e-6, np.inf),
        lambda: control.limit_cycle(SLOPES, THETA0, TAU, LEAK, 0.9 * bound, 1),
        lambda: control.limit_cycle(0 * SLOPES, THETA0, TAU, LEAK, 1e-6, 1),
        lambda: control.Adam(first=0),
    ):
        with pytest.raises(WrongArgument):
            action()
