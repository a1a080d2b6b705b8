"""What is set behind INITIAL, and what works for built-in point processes: nothing goes stale in silence."""

from __future__ import annotations

import pytest

from processes import GRADIENT, model

SAVED = """
run(soma, 5)
saved = h.SaveState()
saved.save()
h.finitialize(-65)
"""


@pytest.mark.parametrize(
    "change",
    [
        SAVED + "saved.restore(); h.t = 0",
        "h.finitialize(-65); soma(0.5).hh_grad.m = 0.3",
        "handler = h.FInitializeHandler(1, lambda: setattr(soma(0.5).hh_grad, 'n', 0.4)); h.finitialize(-65)",
    ],
)
def test_states_set_after_initial_stop_the_first_step(change: str) -> None:
    out = model(GRADIENT + change + "\nprint(refusal(h.fadvance))", errors=True)
    assert "states were set after finitialize" in out


def test_restart_takes_states_set_after_initial_as_given() -> None:
    out = model(
        GRADIENT
        + SAVED
        + """
saved.restore(); h.t = 0
sens.restart()
print(refusal(h.fadvance), np.isfinite(sens.dv(soma(0.5))).all())
h.finitialize(-65)
soma(0.5).v = -60  # a voltage depends on nothing
print(refusal(h.fadvance))
"""
    )
    assert out == "nothing was refused True\nnothing was refused\n"


SYNAPSE = """
ng.load("hh", "pas", "ExpSyn")
soma, dend, clamp = cell()
synapse = h.ExpSyn(dend(0.5))
synapse.tau = 2
stimulus = h.NetStim()
stimulus.start, stimulus.number, stimulus.interval = 1, 4, 2
netcon = h.NetCon(stimulus, synapse)
netcon.weight[0] = 0.001
"""


def test_parameters_that_change_in_the_run_reach_what_stands_in() -> None:
    """The voltage is the original's, and the derivative that of the decay that it has from then on."""
    out = model(
        SYNAPSE
        + """
def one(tau):
    h.finitialize(-65)
    h.continuerun(4)
    synapse.tau = tau
    h.continuerun(10)
    synapse.tau = 2
    return dend(0.5).v
step = 1e-4
difference = (one(5 + step) - one(5 - step)) / (2 * step)
expected = one(5)
with ng.Sensitivity([ng.Parameter("tau", of=synapse), ng.Parameter("gnabar_hh", sections=soma)]) as sens:
    print(one(5) == expected)
    h.finitialize(-65)
    h.continuerun(4)
    sens.restart()  # tau before this one did not move: the difference is that of the second half
    synapse.tau = 5
    h.continuerun(10)
    print(abs(sens.dv(dend(0.5))[0] / difference - 1) < 1e-6)
"""
    )
    assert out == "True\nTrue\n"


def test_a_netcon_made_in_the_run_onto_what_another_works_for_is_told() -> None:
    out = model(
        SYNAPSE
        + """
sens = ng.Sensitivity([ng.Parameter("tau", of=synapse)])
dv = sens.record(dend(0.5))
h.finitialize(-65)
h.continuerun(3)
late = h.NetCon(stimulus, synapse)
h.continuerun(5)
print(refusal(dv.to_numpy))
h.finitialize(-65)
h.continuerun(5)
print(refusal(dv.to_numpy))
"""
    )
    assert "was made during the run" in out
    assert out.endswith("nothing was refused\n")


def test_nodes_in_another_order_give_the_same() -> None:
    out = model("""
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        others = cell("other")
        sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[soma]), ng.Parameter("g_pas", sections=[dend])])
        dv, found = sens.record(dend(0.5)), []
        for order in (0, 1, 2):
            if hasattr(h.CVode(), "optimize_node_order"):
                h.CVode().optimize_node_order(order)
            run(soma)
            found.append(dv.to_numpy())
        print(all(np.abs(each - found[0]).max() < 1e-11 * np.abs(found[0]).max() for each in found), found[0].any())
    """)
    assert out == "True True\n"
