"""What is set behind INITIAL, and nodes in another order: nothing goes stale in silence."""

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
