"""Residuals and their derivatives beside differences of the original model, which runs in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from processes import model

CELL = """
from nmodlgrad import fit
if hasattr(h, "usetable_hh"):  # NEURON 8 has no such variable, and takes the TABLE
    h.usetable_hh = 0
soma, dend, clamp = cell()
synapse, source = h.ExpSyn(dend(0.5)), h.NetStim()
source.start, source.number = 4, 1
netcon = h.NetCon(source, synapse, 0, 1, 0.002)
h.v_init = -65

def step(nA):
    clamp.amp = nA

def protocols(where):
    target = fit.Trace.sampled(-60 + 10 * np.sin(np.arange(400) / 20), every=0.1)
    between = fit.Trace(np.arange(1, 19, 0.037), np.full(487, -55.0))
    return [
        ("strong", 40, lambda: step(0.3), [
            fit.SquaredError(where, target, weight=2, window=(3, 35), scale=5),
            fit.SpikeTimes(where, [5, 20, 30]),
            fit.Peak(where, 20), fit.Trough(where, -80), fit.Mean(where, -60),
            fit.Variance(where, 100, scale=30), fit.AfterHyperpolarisation(where, -70), fit.Rate(where, 50),
        ]),
        ("weak", 20, lambda: step(0.05), [fit.SquaredError(where, between)]),
    ]
"""
VALUES = {"gnabar": 0.13, "gkbar": 0.04, "g": 2e-4, "tau": 1.3, "cm": 1.1}
PROBLEM = """
ng.load("hh", "pas", "ExpSyn")
ALL_OF_THE_CELL
free = [
    fit.Free(ng.Parameter("gnabar_hh", sections=soma), 0.13, bounds=(0.05, 0.3)),
    fit.Free(ng.Parameter("gkbar_hh", sections=soma), 0.04, bounds=(0, np.inf)),
    fit.Free(ng.Parameter("g_pas", sections=dend, scale=1e-4), 2, bounds=(0, np.inf), transform="softplus"),
    fit.Free(ng.Parameter("tau", of=synapse), 1.3),
    fit.Free(ng.Direction(*(ng.Parameter("cm", sections=s, scale=x) for s, x in ((soma, 1), (dend, 2)))), 1.1),
]
problem = fit.Problem(free, [fit.Protocol(n, d, l, p) for n, d, p, l in protocols(soma(0.5))])
"""
ORIGINAL = """
ALL_OF_THE_CELL
parts = protocols(soma(0.5))

def residuals(gnabar, gkbar, g, tau, cm):
    soma(0.5).hh.gnabar, soma(0.5).hh.gkbar, soma.cm, dend.cm, synapse.tau = gnabar, gkbar, cm, 2 * cm, tau
    for segment in dend:
        segment.pas.g = g
    found = []
    for _, duration, prepare, losses in parts:
        prepare()
        voltage = run(soma, duration)
        for loss in losses:
            steps = loss.sampling_steps(h.dt)
            found += list(np.sqrt(loss.weight) * loss.residuals(np.array(voltage)[::steps], h.dt * steps)[0])
    return found

columns = []
for name, value in values.items():
    around = [np.array(residuals(**values | {name: value * (1 + i * 2e-5)})) for i in (-2, -1, 1, 2)]
    columns.append(list((around[0] - 8 * around[1] + 8 * around[2] - around[3]) / (12 * 2e-5 * value)))
print(json.dumps([residuals(**values), columns]))
"""


def differences() -> Any:
    code = ORIGINAL.replace("ALL_OF_THE_CELL", CELL)
    residuals, columns = json.loads(model(f"values = {VALUES}\n{code}").splitlines()[-1])
    return np.array(residuals), np.array(columns).T


def test_residuals_and_jacobian_are_those_of_the_original() -> None:
    printed = model(
        PROBLEM.replace("ALL_OF_THE_CELL", CELL)
        + """
theta = problem.start
residuals, jacobian = problem.residuals_and_jacobian(theta)
loss, gradient = problem.value_and_grad(theta)
compressed = problem.evaluate(theta).compressed()
print(json.dumps([residuals.tolist(), (jacobian / problem.slopes(theta)).tolist(), problem.values(theta).tolist()]))
print(len(residuals), loss / (residuals @ residuals / 2) - 1, np.abs(gradient - jacobian.T @ residuals).max())
print(compressed.residuals.shape, abs(compressed.loss / loss - 1) < 1e-13)
print(np.allclose(compressed.gradient, gradient, rtol=1e-10))
print(np.allclose(compressed.jacobian.T @ compressed.jacobian, jacobian.T @ jacobian, rtol=1e-9))
"""
    ).splitlines()
    residuals, jacobian, values = map(np.array, json.loads(printed[0]))
    expected, slopes = differences()
    scale = np.array([1, 1, 1e-4, 1, 1])  # g_pas is in units of its scale
    assert np.allclose(values * scale, list(VALUES.values()), rtol=1e-15)
    assert np.allclose(residuals, expected, rtol=1e-12, atol=1e-12)
    error = np.abs(jacobian / scale - slopes) / np.abs(slopes).max(axis=0)
    assert error.max() < 1e-7
    assert printed[1] == f"{len(expected)} 0.0 0.0"
    assert printed[2:] == ["(6,) True", "True", "True"]


def test_the_model_is_as_it_was_after_the_end_but_for_the_values() -> None:
    printed = model(
        PROBLEM.replace("ALL_OF_THE_CELL", CELL)
        + """
before = dict(soma=soma(0.5).cm, dend=dend(0.5).cm, tau=synapse.tau, g=dend(0.9).pas_grad.g)
with problem:
    problem.evaluate(problem.start)
print(before, dend(0.1).pas.g, soma.has_membrane("hh"), soma.has_membrane("hh_grad"))
print(refusal(lambda: problem.evaluate(problem.start)))
"""
    )
    assert "{'soma': 1.1, 'dend': 2.2, 'tau': 1.3, 'g': 0.0002} 0.0002 True False" in printed
    assert "Closed" in printed


def test_a_model_that_diverges_has_an_infinite_loss_and_goes_on() -> None:
    printed = model(
        PROBLEM.replace("ALL_OF_THE_CELL", CELL)
        + """
far = problem.start
far[2] = 1e308
print(problem.value_and_grad(far))
print(np.isfinite(problem.evaluate(problem.start).loss))
""",
        errors=True,
    )
    assert "(inf, array([0., 0., 0., 0., 0.]))" in printed
    assert "True" in printed


def test_a_protocol_that_sets_a_free_parameter_is_refused() -> None:
    printed = model(
        PROBLEM.replace("ALL_OF_THE_CELL", CELL)
        + """
theta = problem.start
problem.evaluate(theta)
original = step
def step(nA):
    original(nA)
    dend(0.5).pas_grad.g = 1e-3
print(refusal(lambda: problem.evaluate(theta)))
"""
    )
    assert "WrongArgument: prepare of protocol strong has set g of " in printed
    assert "dend(0.5)" in printed


REFUSED = {
    'fit.Free(ng.Parameter("gnabar_hh", sections=soma), bounds=(0.5, 1))': "which is not within its bounds",
    'fit.Free(ng.Parameter("gnabar_hh", sections=soma), bounds=(1, 0.5))': "lower bound",
    'fit.Free(ng.Parameter("gnabar_hh", sections=soma), 0.1, bounds=(0.1, 1))': "can not start at 0.1",
    'fit.Free(ng.Parameter("gnabar_hh", sections=soma), transform="exp")': "transform is identity",
    'fit.Free(ng.Parameter("g_pas", sections=dend, scale=lambda s: s.x))': "say where it starts",
    'fit.Free("gnabar_hh")': "takes a Parameter or a Direction",
    'fit.Free(ng.Parameter("gnabra_hh", sections=soma))': "did you mean gnabar_hh",
    "fit.Problem([], protocol)": "at least one Free",
    "fit.Problem(good, 3)": "takes Protocols here, not 3",
    "fit.Problem(good, [])": "at least one Protocol",
    'fit.Protocol("a", -1, fit.Mean(soma(0.5), 0))': "duration",
    'fit.Protocol("a", 5, [])': "at least one loss",
    'fit.Protocol("a", 5, [3])': "losses are of nmodlgrad.fit",
    'fit.Protocol("a", 5, fit.SquaredError(soma(0.5), fit.Trace.sampled(range(9), 1)))': "the run ends at 5 ms",
    'fit.Problem(good, fit.Protocol("a", 5, fit.Mean(soma, 0)))': "soma(0.5)",
    'fit.Problem([good, fit.Free(ng.Parameter("g_pas", sections=dend, scale=lambda s: s.x), 0)], protocol)': (
        "g_pas in soma_dend, g_pas in soma_dend add up in the same places, so say where g_pas in soma_dend starts"
    ),
    "fit.Problem(good, protocol, dt=0)": "dt is a time in ms, not 0",
    "fit.Problem(good, protocol, dt=np.nan)": "dt is a time in ms, not nan",
    "problem.evaluate([1, 2])": "1 parameters, not an array of shape (2,)",
    "fit.minimise(problem, fit.Adam(), start=[1, 2])": "start is theta within the bounds",
}


@pytest.fixture(scope="module")
def refusals() -> dict[str, str]:
    """What is said about each of them."""
    printed = model(
        """
from nmodlgrad import fit
ng.load("hh", "pas")
soma, dend, clamp = cell()
good = fit.Free(ng.Parameter("g_pas", sections=dend))
protocol = fit.Protocol("a", 5, fit.Mean(soma(0.5), 0))
"""
        + f"cases = {[code for code in REFUSED if 'problem.' not in code and '(problem' not in code]}\n"
        + f"with_problem = {[code for code in REFUSED if 'problem.' in code or '(problem' in code]}\n"
        + """
found = {code: refusal(lambda: eval(code)) for code in cases}
problem = fit.Problem(good, protocol)
found |= {code: refusal(lambda: eval(code)) for code in with_problem}
print(json.dumps(found))
"""
    )
    found: dict[str, str] = json.loads(printed.splitlines()[-1])
    return found


def test_a_clamp_that_nothing_keeps_is_missed() -> None:
    printed = model(
        """
from nmodlgrad import fit
ng.load("pas")
soma = h.Section(name="soma")
soma.insert("pas")

def problem(keep):
    clamp, source = h.IClamp(soma(0.5)), h.NetStim()
    keep += [clamp, source][: len(keep)]
    return fit.Problem(fit.Free(ng.Parameter("g_pas", sections=soma)), fit.Protocol("a", 1, fit.Mean(soma(0.5), 0)))

for kept in ([], [0], [0, 0]):
    with problem(kept) as made:
        print(refusal(lambda: made.evaluate(made.start)))
"""
    ).splitlines()
    assert printed[0].startswith(
        "WrongArgument: IClamp[0], NetStim[0] was there when the Problem was made, and is gone"
    )
    assert printed[1].startswith("WrongArgument: NetStim[0] was there")
    assert printed[2] == "nothing was refused"


def test_the_step_is_that_of_the_problem() -> None:
    """Sampled at multiples of it, whatever h.dt was; a protocol that sets another would be compared at wrong times."""
    printed = model(
        """
from nmodlgrad import fit
ng.load("pas")
soma = h.Section(name="soma")
soma.insert("pas")
h.v_init = -50
target = fit.Trace(np.arange(0, 1, 0.03), np.full(34, -70.0))
free = fit.Free(ng.Parameter("g_pas", sections=soma))
h.dt = 0.025
with fit.Problem(free, fit.Protocol("a", 1, fit.SquaredError(soma(0.5), target)), dt=0.01) as problem:
    samples = [len(each.samples) for each in problem.responses(problem.start)]
print(samples, h.dt)
h.dt = 0.025
other = fit.Protocol("other", 1, fit.Mean(soma(0.5), 0), lambda: setattr(h, "dt", 0.1))
with fit.Problem(free, other) as problem:
    print(refusal(lambda: problem.evaluate(problem.start)))
"""
    ).splitlines()
    assert printed[0] == "[34] 0.01"
    assert printed[1] == (
        "WrongArgument: prepare of protocol other has set h.dt = 0.1 ms: the step is that of the problem, "
        "Problem(..., dt=...), 0.025 ms"
    )


def test_a_problem_needs_no_stdrun_loaded_before_and_tells_when_it_is_closed() -> None:
    code = """
import numpy as np
from neuron import h
import nmodlgrad as ng
from nmodlgrad import fit
ng.load("pas")
soma = h.Section(name="soma")
soma.insert("pas")
free = fit.Free(ng.Parameter("g_pas", sections=soma))
protocol = fit.Protocol("a", 1, fit.Mean(soma(0.5), -70 + 5 * (1 - np.exp(-1))))  # from -65 mV, tau = 1 ms
problem = fit.Problem(free, protocol)
problem.close()
try:
    problem.evaluate(problem.start)
except ng.Closed:
    print("closed")
with fit.Problem(free, protocol) as again:
    print(again.evaluate(again.start).loss < 1e-3)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == ["closed", "True"], done.stderr


def test_parameters_of_one_name_are_told_apart() -> None:
    printed = model(
        """
from nmodlgrad import fit
ng.load("pas")
soma = h.Section(name="soma")
soma.insert("pas")
free = [fit.Free(ng.Parameter("g_pas", sections=soma, scale=scale), 1e-3) for scale in (1, lambda s: s.x, 0.5)]
with fit.Problem(free, fit.Protocol("a", 1, fit.Mean(soma(0.5), 0))) as problem:
    print(problem.labels)
"""
    )
    assert "('g_pas in soma', 'g_pas in soma (2)', 'g_pas in soma (3)')" in printed


@pytest.mark.parametrize("code", REFUSED)
def test_what_can_not_be_meant_is_refused(code: str, refusals: dict[str, str]) -> None:
    assert REFUSED[code] in refusals[code]
    assert refusals[code].startswith(("WrongArgument", "UnknownParameter"))
