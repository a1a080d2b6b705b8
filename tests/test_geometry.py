"""cm, Ra, diam and L as parameters: where the model changes around a run, and what is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from oracle import Oracle, relative_error
from oracle.jobs import FIXTURES
from processes import model

TOLERANCE = 1e-7
MOVED = [0.05, -0.4, 0.5, 0.1, 0.02, 0.03, 1.0, -0.8, 2.0, -3.0, 1.5, 0.3, 2.0, 4.0, 0.05, -1.0, 0.004]
"""A theta for every direction of diameters_and_lengths: a few percent of most."""


def test_the_tangent_is_exact_where_theta_has_moved_the_shape(oracle: Oracle) -> None:
    runs: list[dict[str, Any]] = [{}, {"theta": MOVED}, {"theta": [0.0] * len(MOVED)}]
    augmented = oracle.tangents("diameters_and_lengths", runs=runs)
    original = oracle.differences("diameters_and_lengths", theta=MOVED).result()
    measured = augmented.result()
    assert original["noise"].max() <= TOLERANCE / 5, "the oracle is too blunt here"
    errors = relative_error(measured["tangent_1"], original["reference"])
    print(f"\nerrors {errors.max():.1e}, noise {original['noise'].max():.1e}")
    assert errors.max() <= TOLERANCE
    assert (
        relative_error(measured["tangent_2"], measured["tangent_0"]).max() <= 1e-9
    )  # diam comes back but for rounding


def test_a_shape_that_is_a_parameter_changes_no_bit(oracle: Oracle) -> None:
    augmented = oracle.tangents("diameters_and_lengths")
    original = oracle.primal("diameters_and_lengths").result()
    np.testing.assert_array_equal(augmented.result()["voltage_0"], original["voltage_0"])


def lines(code: str) -> list[str]:
    return model(
        f"""
        ng.load("hh", "pas", "ExpSyn", *({str(FIXTURES)!r} + f"/{{name}}.mod" for name in {MECHANISMS!r}))
        soma, dend, clamp = cell()
        """
        + code,
        errors=True,
    ).splitlines()


MECHANISMS = ("capool", "casyn", "cachan", "watcher", "halfgap", "drilled", "wide")


def test_what_can_not_be_carried_is_refused_by_name() -> None:
    out = lines("""
        def refused(*given, **places):
            print(refusal(lambda: ng.Sensitivity([ng.Parameter(*given, **places)]).close()))
        refused("L", segments=[dend(0.5)])
        refused("diam", sections=[dend(0)])
        refused("cm")
        soma.insert("capool"); synapse = h.casyn(soma(0.5))
        refused("L", sections=[soma])
        synapse = None
        gap, other = h.halfgap(dend(0.9)), h.halfgap(dend(0.9))
        gap._ref_vgap = other._ref_vgap = soma(0.5)._ref_cm
        refused("cm", sections=[soma])
        refused("cm", sections=[dend])
        gap._ref_vgap = other._ref_vgap = soma(0.5)._ref_i_cap
        refused("cm", sections=[dend])
        gap = other = None
        dend.insert("drilled"); soma.insert("wide")
        refused("diam", sections=[soma, dend])
        refused("L", sections=[soma, dend])
        dend.uninsert("drilled")
        h.define_shape()
        refused("diam", segments=[dend(0.5)])
        refused("L", sections=[dend])
        refused("Ra", sections=[dend])
        h.pt3dconst(1)
        refused("L", sections=[dend])
    """)
    expected = [
        "UnknownParameter: L belongs to a section",
        "WrongArgument: diam: sections takes sections",
        "UnknownParameter: cm: say where it acts",
        "nothing was refused",
        "CannotCarry: vgap of halfgap[1] in soma_dend(0.833333) points at cm of soma(0.5), one of the parameters",
        "nothing was refused",
        "CannotCarry: vgap of halfgap[1] in soma_dend(0.833333) points at i_cap of soma(0.5), which moves",
        "CannotCarry: drilled in soma_dend(0.166667) reads diam, which a parameter moves: that is not carried there "
        "(this C code reads diam, which carries a derivative)",
        "nothing was refused",
        "CannotCarry: diam of soma_dend: the section has 3-d points",
        "nothing was refused",
        "nothing was refused",
        "CannotCarry: L of soma_dend: its 3-d points are constant",
    ]
    assert len(out) == len(expected)
    assert [line[: len(start)] for line, start in zip(out, expected, strict=True)] == expected


def test_a_shape_that_changes_during_the_run_stops_it_where_it_is_a_parameter() -> None:
    out = lines("""
        def steps(name, change):
            with ng.Sensitivity([ng.Parameter(name, sections=[dend])]) as sens:
                h.finitialize(-65)
                h.fadvance()
                change()
                refusal(h.fadvance)
                stopped = refusal(lambda: sens.dv(soma(0.5)))
                h.finitialize(-65)
                h.fadvance()
                print(name, stopped, sens.dv(soma(0.5))[0] != 0)
        steps("cm", lambda: setattr(dend, "diam", 3))
        steps("Ra", lambda: setattr(dend, "diam", 2))
        steps("L", lambda: setattr(soma, "Ra", 100))
        steps("diam", lambda: setattr(soma, "cm", 2))
    """)
    found = [line for line in out if line.startswith(("cm ", "Ra ", "L ", "diam "))]
    stopped = "CannotCarry: the cell of soma: diam, L or Ra changed during the run while it is one of the parameters"
    assert found == [
        "cm nothing was refused True",
        f"Ra {stopped}: finitialize first True",
        f"L {stopped}: finitialize first True",
        "diam nothing was refused True",
    ]


SCALER = """
NEURON { POINT_PROCESS scaler POINTER aim }
ASSIGNED { aim diam (um) }
INITIAL { aim = 0.001*diam }
"""


def test_a_mechanism_that_is_passed_through_may_not_hand_on_what_moves(tmp_path: Path) -> None:
    (tmp_path / "scaler.mod").write_text(SCALER)
    out = model(
        """
        ng.load("hh", "pas", "ExpSyn", "scaler.mod")
        soma, dend, clamp = cell()
        synapse, scaler = h.ExpSyn(dend(0.5)), h.scaler(dend(0.5))
        netcon = h.NetCon(None, synapse)
        scaler._ref_aim = netcon._ref_weight[0]
        for places in ([dend(0.5)], [dend(0.1)]):
            print(refusal(lambda: ng.Sensitivity([ng.Parameter("diam", segments=places)]).close()))
        """,
        tmp_path,
    ).splitlines()
    assert "scaler reads diam, which a parameter moves" in out[0]
    assert out[1:] == ["nothing was refused"]
