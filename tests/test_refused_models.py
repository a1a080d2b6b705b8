"""What can not be carried is refused before anything runs, by name, and leaves the model as it was."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

import pytest

from oracle.jobs import BUILTINS, FIXTURES
from processes import GRADIENT, model


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("h.CVode().active(True)", "CVODE"),
        ("h.secondorder = 2", "secondorder"),
        ("dend.insert('extracellular')", "extracellular"),
        (
            "m = h.Matrix(1, 1), h.Matrix(1, 1), h.Vector(1), h.Vector(1)\n"
            "        lm = h.LinearMechanism(*m, h.SectionList([soma]), h.Vector([0.5]))",
            "LinearMechanism",
        ),
        ("h.nrn_netrec_state_adjust = 1", "nrn_netrec_state_adjust"),
        ("v = h.VClamp(soma(0.5))", "VClamp"),
    ],
)
def test_what_can_not_be_carried_is_refused_by_name(change: str, named: str) -> None:
    out = model(f"""
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        {change}
        print(refusal(lambda: ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[soma])])))
    """)
    assert out.startswith("CannotCarry")
    assert named in out


def test_a_mechanism_with_current_that_was_not_translated_is_refused_by_name() -> None:
    out = model("""
        ng.load("hh")
        soma, dend, clamp = cell()
        print(refusal(lambda: ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[soma])])))
        print(soma.has_membrane("hh"))
    """)
    assert "pas" in out
    assert "not translated" in out
    assert out.endswith("True\n"), "the refused model is as it was"


def test_nothing_loaded_at_all_is_said() -> None:
    out = model("""
        soma, dend, clamp = cell()
        print(refusal(lambda: ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[soma])])))
    """)
    assert out.startswith("CannotCarry: no mechanism was translated yet")


def test_an_unknown_parameter_is_refused_with_the_near_names() -> None:
    out = model("""
        ng.load("hh", "pas", "ExpSyn")
        soma, dend, clamp = cell()
        synapse = h.ExpSyn(soma(0.5))
        for parameter in (
            ng.Parameter("gnabr_hh", sections=[soma]),
            ng.Parameter("taw", of=synapse),
            ng.Parameter("gnabar_hh", sections=[dend]),
            ng.Parameter("gnabar_hh"),
            ng.Parameter("eca", sections=[soma]),
            ng.Parameter("delay", of=h.NetCon(None, synapse)),
        ):
            print(refusal(lambda: ng.Sensitivity([parameter])))
    """).splitlines()
    for line, words in zip(
        out,
        ("did you mean gnabar_hh", "did you mean tau", "none of the places", "where it acts", "eca", "delay"),
        strict=True,
    ):
        assert line.startswith("UnknownParameter")
        assert words in line


def test_what_can_not_be_seeded_is_refused_with_the_reason() -> None:
    out = model(f"""
        ng.load(*{BUILTINS}, {str(FIXTURES)!r})
        soma, dend, clamp = cell()
        for mechanism in ("trates", "kdr"):
            soma.insert(mechanism)
        for parameter in (ng.Parameter("q10_trates"), ng.Parameter("vhalf_kdr", sections=[soma])):
            print(refusal(lambda: ng.Sensitivity([parameter])))
    """).splitlines()
    assert "acts through the TABLE of look_up" in out[0]
    assert "GLOBAL: one value for all instances, so it takes no place" in out[1]


def test_an_artificial_cell_is_not_called_deleted() -> None:
    out = model("""
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        source = h.NetStim()
        print(refusal(lambda: ng.Parameter("interval", of=source)))
        print(refusal(lambda: ng.Sensitivity(ng.Parameter("gnabar_hh", sections=soma)).record(source, "interval")))
    """).splitlines()
    assert out[0].startswith("UnknownParameter: interval of NetStim[0]: an ARTIFICIAL_CELL has no current"), out
    assert out[1] == "WrongArgument: interval of NetStim[0]: an ARTIFICIAL_CELL is in no cell that is carried"


def test_places_that_can_not_be_meant_are_refused() -> None:
    """dend(0) is the node of soma(0.5) here, and dend(0).ena is that of dend's first segment."""
    out = model("""
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        h.disconnect(sec=dend)
        dend.connect(soma(0.5))
        extra = h.Section(name="extra"); extra.connect(soma(0))
        extra.insert("hh")
        for name, places in (
            ("gnabar_hh", {"sections": [soma, dend, extra]}),
            ("ena", {"sections": [soma, dend]}),
            ("ena", {"segments": [soma(0.5), dend(0.5)]}),
            ("ena", {"segments": [extra(0), soma(0.5)]}),
            ("gnabar_hh", {"segments": [dend(0)]}),
        ):
            print(refusal(lambda: ng.Sensitivity([ng.Parameter(name, **places)])))
        print(soma.has_membrane("hh"))
    """).splitlines()
    assert out[:5] == [
        "UnknownParameter: gnabar_hh: not all of the places given have the mechanism hh; leave out soma_dend",
        "UnknownParameter: ena: not all of the places given have the ion na; leave out soma_dend",
        "UnknownParameter: ena: not all of the places given have the ion na; leave out soma_dend(0.5)",
        "UnknownParameter: ena: extra(0) is the end of a section, which has no membrane: give one between",
        "UnknownParameter: gnabar_hh: soma_dend(0) is the end of a section, which has no membrane: give one between",
    ]
    assert out[5] == "True", "the refused model is as it was"


def test_arguments_of_another_kind_are_refused() -> None:
    out = model("""
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        sens = ng.Sensitivity(ng.Parameter("gnabar_hh", sections=soma))
        for action in (
            lambda: sens.dv(soma),
            lambda: sens.record(dend),
            lambda: sens.dv("soma"),
            lambda: ng.Sensitivity("gnabar_hh"),
            lambda: ng.Sensitivity(["gnabar_hh"]),
            lambda: ng.Sensitivity(3),
            lambda: ng.Parameter(soma),
            lambda: ng.Parameter("gnabar_hh", sections="soma"),
            lambda: ng.Parameter("gnabar_hh", segments=[soma]),
            lambda: ng.Parameter("gnabar_hh", sections=soma(0.5)),
        ):
            print(refusal(action))
        print(issubclass(ng.WrongArgument, TypeError))
        run(soma)
        print(sens.dv(soma(0.5)).shape)
    """).splitlines()
    assert all(line.startswith("WrongArgument") for line in out[:10]), out
    assert "give soma(0.5)" in out[0]
    assert "a Sensitivity takes Parameters" in out[3]
    assert "segments takes segments, not soma" in out[8]
    assert out[10:] == ["True", "(1,)"]


def test_a_cell_that_is_split_is_refused() -> None:
    out = model(
        GRADIENT
        + """
pc = h.ParallelContext()
pc.nthread(2); pc.multisplit(soma(1), 1); pc.multisplit()
print(refusal(lambda: run(soma)))
""",
        errors=True,
    )
    assert "multisplit" in out


def test_spikes_between_carried_cells_are_warned_of() -> None:
    out = model("""
        import warnings
        ng.load("hh", "pas", "ExpSyn")
        a, b = cell("a"), cell("b")
        synapse = h.ExpSyn(b[0](0.5))
        netcon = h.NetCon(a[0](0.5)._ref_v, synapse, sec=a[0])
        from_outside = h.NetCon(h.NetStim(), synapse)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            one = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[b[0]])])
            run(a[0])
            print(len(said))
            one.close()
            both = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[a[0], b[0]])])
            run(a[0])
            print(len(said), said[-1].message)
    """).splitlines()
    assert out[0] == "0", "a is not carried: its spikes come when they come"
    assert out[1].startswith("1 NetCon[0] carries spikes from a(0.5)")


POOL_AND_READER = """
ng.load("hh", "pas", *%s)
soma, dend, clamp = cell()
for mechanism in %s:
    soma.insert(mechanism)
print(refusal(lambda: ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[soma])])))
"""


def reading(sources: list[str], inserted: list[str]) -> str:
    return model(POOL_AND_READER % (sources, inserted))


def test_a_concentration_that_two_mechanisms_write_is_refused() -> None:
    sources = [str(FIXTURES / f"{name}.mod") for name in ("cachan", "capool", "cashell")]
    out = reading(sources, ["cachan", "capool", "cashell"])
    assert "both write cai in soma(0.5): that is not carried" in out


def test_a_concentration_that_moves_by_a_mechanism_which_is_not_translated_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mods").mkdir()
    (tmp_path / "mods" / "capool.mod").write_bytes((FIXTURES / "capool.mod").read_bytes())
    nrnivmodl = Path(sysconfig.get_path("scripts")) / "nrnivmodl"
    subprocess.run([nrnivmodl, "mods"], cwd=tmp_path, check=True, capture_output=True)
    out = model(POOL_AND_READER % ([str(FIXTURES / "cachan.mod")], ["cachan", "capool"]), tmp_path)
    assert "cachan reads" in out
    assert "which moves during the run" in out
    assert "not translated" in out


def test_a_reversal_potential_that_moves_must_have_been_translated(tmp_path: Path) -> None:
    ion = [str(FIXTURES / f"{name}.mod") for name in ("cachan", "capool")]
    out = model(
        f"""
        ng.load({ion[0]!r}, {ion[1]!r}, "hh", wrt=["gbar", "gnabar"])
        soma, dend, clamp = cell()
        for mechanism in ("cachan", "capool"):
            soma.insert(mechanism)
        print(refusal(lambda: ng.Sensitivity([ng.Parameter("gbar_cachan", sections=[soma])])))
        """
    )
    assert "cachan reads eca, which moves during the run: translate it with eca among the parameters" in out
