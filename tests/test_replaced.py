"""Synapses that NEURON ships, in whose place augmented ones work: what their owner does to them during a run."""

from __future__ import annotations

import json

import pytest

from processes import model

SYNAPSE = """
ng.load("hh", "pas", "ExpSyn", "Exp2Syn")
soma, dend, clamp = cell()
if hasattr(h, "usetable_hh"):
    h.usetable_hh = 0
kind, rise = (h.ExpSyn, "tau") if KIND == "ExpSyn" else (h.Exp2Syn, "tau2")
synapse = kind(dend(0.5))
synapse.e = -10
source = h.NetStim()
source.start, source.number, source.interval = 2, 3, 2
netcon = h.NetCon(source, synapse, 0, 0.5, 0.005)
parameters = [ng.Parameter("gnabar_hh", sections=soma), ng.Parameter("g_pas", sections=dend)]
"""


@pytest.mark.parametrize("kind", ["ExpSyn", "Exp2Syn"])
@pytest.mark.parametrize(
    "change",
    [
        "h.CVode().event(5, lambda: setattr(synapse, rise, 5))",
        "h.CVode().event(5, lambda: setattr(synapse, 'e', -40))",
        "h.continuerun(5); setattr(synapse, rise, 5)",
        "steps.play(getattr(synapse, '_ref_' + rise), times, True); h.finitialize(-65)",
    ],
)
def test_parameters_that_are_set_during_the_run_act_at_once(kind: str, change: str) -> None:
    """Voltages are those of NEURON's own synapse, derivatives those of differences of its runs."""
    out = model(
        f"KIND = {kind!r}\n{SYNAPSE}\nCHANGE = {change!r}"
        + """
steps, times = h.Vector([2, 7]), h.Vector([0, 10])
start = getattr(synapse, rise), synapse.e
def trace():
    setattr(synapse, rise, start[0])
    synapse.e = start[1]
    voltage = h.Vector().record(soma(0.5)._ref_v)
    h.finitialize(-65)
    exec(CHANGE)
    h.continuerun(10)
    steps.play_remove()
    return np.array(voltage)
def at(x):
    soma(0.5).hh.gnabar = x
    return trace()
unchanged = run(soma)
before, e = trace(), 1e-5
reference = (8*(at(0.12 + e) - at(0.12 - e)) - (at(0.12 + 2*e) - at(0.12 - 2*e)))/(12*e)
soma(0.5).hh.gnabar = 0.12
with ng.Sensitivity(parameters) as sens:
    dv = sens.record(soma(0.5))
    found = trace()
    print(json.dumps([
        abs(found - before).max(), abs(dv.to_numpy()[:, 0]/abs(reference).max() - reference/abs(reference).max()).max(),
        abs(before - unchanged).max()]))
"""
    )
    voltage, derivative, effect = json.loads(out)
    assert voltage < 1e-9, "one synapse works in place of another: sums are rounded otherwise"
    assert derivative < 1e-7
    assert effect > 0.01


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kind", ["ExpSyn", "Exp2Syn"])
@pytest.mark.parametrize(
    "change",
    [
        "more.append(h.NetCon(source, synapse, 0, 0.5, 0.005))",
        "other.setpost(synapse)",
        "setattr(synapse, 'g' if KIND == 'ExpSyn' else 'B', 0.01)",
    ],
)
def test_what_wakes_a_replaced_synapse_during_the_run_is_an_error(kind: str, change: str, threads: int) -> None:
    """NEURON's own would inject a current that nobody differentiates. The next finitialize finds the NetCon."""
    out = model(
        f"KIND = {kind!r}\n{SYNAPSE}\nthreads = {threads}\nCHANGE = {change!r}"
        + """
h.ParallelContext().nthread(threads)
more, spare = [], kind(dend(0.9))
other = h.NetCon(source, spare, 0, 0.5, 0.005)
sens = ng.Sensitivity(parameters)
dv = sens.record(soma(0.5))
run(soma, 3)
exec(CHANGE)
refusal(lambda: h.continuerun(10))
print(refusal(dv.to_numpy))
found = np.array(run(soma))
derivative = dv.to_numpy()
sens.close()
with ng.Sensitivity(parameters) as sens:
    dv = sens.record(soma(0.5))
    print(np.array_equal(found, run(soma)), np.array_equal(derivative, dv.to_numpy()))
print(abs(found - run(soma)).max() < 1e-9)
"""
    ).splitlines()
    assert "a point process that was replaced got an event during the run" in out[0]
    assert out[1:] == ["True True", "True"]


@pytest.mark.parametrize("kind", ["ExpSyn", "Exp2Syn"])
def test_a_netcon_onto_what_works_in_its_place_is_exact_during_the_run(kind: str) -> None:
    out = model(
        f"KIND = {kind!r}\n{SYNAPSE}"
        + """
def found():
    more = []
    sens = ng.Sensitivity(parameters)
    dv = sens.record(soma(0.5))
    h.finitialize(-65)
    h.continuerun(3)
    more.append(h.NetCon(source, netcon.syn(), 0, 0.5, 0.005))
    h.continuerun(10)
    result = dv.to_numpy()
    sens.close()
    return result
first = found()
late = h.NetStim()
late.start, late.number, late.interval = 4, 2, 2
second = h.NetCon(late, synapse, 0, 0.5, 0.005)
with ng.Sensitivity(parameters) as sens:
    dv = sens.record(soma(0.5))
    run(soma)
    print(abs(dv.to_numpy() - first).max()/abs(first).max())
"""
    )
    assert float(out) < 1e-12
