"""However a model is run, and run again, the tangents are the same."""

from __future__ import annotations

import numpy as np
import pytest

from oracle import Oracle
from oracle.simulate import WAYS
from processes import GRADIENT, model
from scenarios import FEW_PERCENT

USERS_MODEL = {"duration_ms": 30.0}
BITWISE = "bit for bit: the same operations in the same order, whoever calls the step"


@pytest.mark.parametrize("scenario", ["synapses_driven_by_events", "all_the_fixtures"])
def test_every_way_to_run_and_a_second_run_give_the_same_bits(oracle: Oracle, scenario: str) -> None:
    options = USERS_MODEL if scenario == "all_the_fixtures" else {}
    ways = [*WAYS, "continuerun"]
    measured = oracle.tangents(scenario, runs=[{"way": way} for way in ways], **options).result()
    for number, way in enumerate(ways):
        for quantity in ("voltage", "tangent", "last"):
            again, first = measured[f"{quantity}_{number}"], measured[f"{quantity}_0"]
            assert np.array_equal(again, first), f"{quantity} by {way} differs; it should be the same {BITWISE}"


def test_theta_moves_the_parameters_and_moves_them_back(oracle: Oracle) -> None:
    zero = [0.0] * len(FEW_PERCENT)
    augmented = oracle.tangents("all_the_fixtures", [{}, {"theta": FEW_PERCENT}, {"theta": zero}], **USERS_MODEL)
    original = oracle.primal("all_the_fixtures", [{}, {"theta": FEW_PERCENT}], **USERS_MODEL).result()
    measured = augmented.result()
    assert abs(original["voltage_1"] - original["voltage_0"]).max() > 1
    np.testing.assert_array_equal(measured["voltage_0"], original["voltage_0"])
    np.testing.assert_array_equal(measured["voltage_1"], original["voltage_1"])
    np.testing.assert_array_equal(measured["voltage_2"], original["voltage_0"])
    np.testing.assert_array_equal(measured["tangent_2"], measured["tangent_0"])


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_nothing(threads: int) -> None:
    code = """
        ng.load("hh", "pas")
        h.ParallelContext().nthread({threads})
        cells = [cell(name) for name in "abc"]
        sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[c[0] for c in cells])])
        records = [sens.record(c[1](0.5)) for c in cells]
        run(cells[0][0])
        print(json.dumps([r.to_numpy()[::40, 0].tolist() for r in records]))
    """
    assert model(code.format(threads=threads)) == model(code.format(threads=1))


def test_cells_of_different_kinds_give_the_same_bits_on_any_number_of_threads(oracle: Oracle) -> None:
    jobs = [oracle.tangents("cells_of_different_kinds", threads=threads, pointers=False) for threads in (1, 2, 3)]
    one, *several = (job.result() for job in jobs)
    assert one["tangent_0"].any()
    for other in several:
        assert {key for key in one if not np.array_equal(one[key], other[key])} == set()


def test_another_dt_gives_what_a_fresh_model_gives() -> None:
    code = """
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[soma])])
        dv = sens.record(soma(0.5))
        {before}
        h.dt, h.steps_per_ms, h.celsius = 0.0125, 80, 7
        run(soma)
        print(json.dumps(dv.to_numpy()[::10].tolist()))
    """
    assert model(code.format(before="run(soma)")) == model(code.format(before=""))


def test_a_run_that_is_stopped_and_continued_is_the_same() -> None:
    out = model(
        GRADIENT
        + """
run(soma)
whole = dv.to_numpy()
h.finitialize(-65)
for stop in (1, 2.5, 7, 10):
    h.continuerun(stop)
    part = dv.to_numpy()
    assert np.array_equal(part, whole[: len(part)])
print(len(part) == len(whole))
"""
    )
    assert out == "True\n"


def test_dt_changed_during_the_run_is_followed() -> None:
    """Against differences of the same run, one direction."""
    out = model("""
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        if hasattr(h, "usetable_hh"):
            h.usetable_hh = 0
        sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[soma])])
        dv = sens.record(soma(0.5))
        def trace(theta):
            sens.theta = [theta]
            voltage = h.Vector().record(soma(0.5)._ref_v)
            h.dt, h.steps_per_ms = 0.025, 40
            h.finitialize(-65)
            for step in range(100):
                h.dt = 0.025 if step < 50 else 0.01
                h.fadvance()
            return np.array(voltage)
        e = 1e-5
        reference = (8 * (trace(e) - trace(-e)) - (trace(2 * e) - trace(-2 * e))) / (12 * e)
        trace(0)
        print(abs(dv.to_numpy()[:, 0] - reference).max() / abs(reference).max())
    """)
    assert float(out) < 1e-7
