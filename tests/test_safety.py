"""What must not happen: a number that is silently wrong, a crash, a model that is not as it was."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path

import pytest

from oracle.jobs import BUILTINS, FIXTURES
from processes import model

GRADIENT = """
ng.load("hh", "pas")
soma, dend, clamp = cell()
sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[soma]), ng.Parameter("g_pas", sections=[dend])])
dv = sens.record(dend(0.5))
"""


# ------------------------------------------------------------------ refused before the run, by name
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
    assert out.startswith("UnknownParameter: gnabar_hh")


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


# ------------------------------------------------------------------ changes under our feet
def test_a_change_of_nseg_is_noticed_at_finitialize() -> None:
    out = model(GRADIENT + "dend.nseg = 5\nprint(refusal(lambda: run(soma)))", errors=True)
    assert "soma_dend" in out
    assert "changed after the gradient was attached" in out


def test_a_mechanism_that_was_removed_is_noticed_at_finitialize() -> None:
    out = model(GRADIENT + "soma.uninsert('hh_grad')\nprint(refusal(lambda: run(soma)))", errors=True)
    assert "removed" in out


def test_a_mechanism_that_was_added_is_noticed_at_finitialize() -> None:
    out = model(GRADIENT + "dend.insert('hh')\nprint(refusal(lambda: run(soma)))", errors=True)
    assert "soma_dend(0.166667) got hh after the Sensitivity was made" in out


def test_cvode_can_not_be_switched_on_after_attaching() -> None:
    out = model(GRADIENT + "print(refusal(lambda: (h.CVode().active(True), run(soma))))", errors=True)
    assert "nmodlgrad_cable cannot be used with CVODE" in out or "CVODE is active" in out


def test_a_change_during_the_run_stops_it() -> None:
    out = model(GRADIENT + "run(soma)\ndend.nseg = 5\nprint(refusal(lambda: h.continuerun(20)))")
    assert "nothing was refused" not in out


@pytest.mark.parametrize(
    "change",
    [
        "soma(0.5).v = -50",
        "dend(1).v += 1e-9",
        "saved.restore()",
        "play.play(dend(0.5)._ref_v, times, True)",
        "h.CVode().extra_scatter_gather(0, nudge)",
    ],
)
def test_a_voltage_that_is_set_during_the_run_stops_it(change: str) -> None:
    out = model(
        GRADIENT
        + f"""
play, times = h.Vector([-60, -40]), h.Vector([0, 20])
def nudge():
    if h.t > 3:
        dend(0.5).v += 1
saved = h.SaveState()
run(soma, 2)
saved.save()
h.continuerun(4)
{change}
if "play." in {change!r}:
    h.finitialize(-65)  # a play begins with a run
print(refusal(lambda: h.continuerun(6)))
print(refusal(lambda: h.continuerun(6)))
""",
        errors=True,
    )
    assert "v was set during the run" in out
    assert "nothing was refused" not in out


@pytest.mark.parametrize("number", [0, 1, 2])
def test_in_any_thread_it_is_noticed_and_forgotten_by_the_next_run(number: int) -> None:
    """NEURON hangs when an error is raised in a worker thread: there it is told to whoever reads the derivative."""
    out = model(f"""
        ng.load("hh", "pas")
        h.ParallelContext().nthread(2)
        cells = [cell(name) for name in "abc"]
        sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[c[0] for c in cells])])
        records = [sens.record(c[0](0.5)) for c in cells]
        first = run(cells[0][0], 5), [r.to_numpy() for r in records]
        cells[{number}][0](0.5).v = -20
        refusal(lambda: h.continuerun(6))
        print(refusal(lambda: sens.dv(cells[{number}][1](0.5))))
        print(refusal(records[{number}].to_numpy))
        print(run(cells[0][0], 5) == first[0], np.array_equal([r.to_numpy() for r in records], first[1]))
    """).splitlines()
    for line in out[:2]:
        assert line.startswith("CannotCarry")
        assert "v was set during the run" in line
    assert out[2] == "True True"


def test_a_state_restored_after_finitialize_stops_the_run_too() -> None:
    out = model(
        GRADIENT
        + """
run(soma, 3)
saved = h.SaveState()
saved.save()
h.finitialize(-65)
saved.restore()
print(refusal(h.fadvance))
""",
        errors=True,
    )
    assert "v and t were set after finitialize" in out
    assert "nothing was refused" not in out


def test_a_warm_up_at_negative_times_is_no_restoring() -> None:
    out = model(
        GRADIENT
        + """
def warm_up():
    h.t, h.dt = -1e6, 1e3
    while h.t < -1e3:
        h.fadvance()
    h.t, h.dt = 0, 0.025
    h.frecord_init()
handler = h.FInitializeHandler(1, warm_up)
print(refusal(lambda: run(soma)), np.isfinite(dv.to_numpy()).all())
"""
    )
    assert out == "nothing was refused True\n"


def test_a_run_that_goes_astray_is_not_blamed_on_the_user() -> None:
    out = model(
        GRADIENT + "clamp.amp = float('nan')\nrefusal(lambda: run(soma))\nprint(refusal(lambda: sens.dv(soma(0.5))))"
    )
    assert "Diverged: the cell of soma: t = 1.025 ms: the voltage of the model is not finite" in out


@pytest.mark.parametrize("restored", ["in_the_midst", "after_finitialize"])
def test_restart_takes_what_was_restored_as_given(restored: str) -> None:
    """Against differences of runs from the restored state. The initial states depend on vhalf, the restored do not."""
    out = model(f"""
        ng.load("hh", "pas", {str(FIXTURES / "slopes.mod")!r})
        soma, dend, clamp = cell()
        if hasattr(h, "usetable_hh"):
            h.usetable_hh = 0
        soma.insert("slopes")
        sens = ng.Sensitivity([ng.Parameter("start_slopes", sections=[soma]),
                               ng.Parameter("vmid_slopes", sections=[soma]),
                               ng.Parameter("gnabar_hh", sections=[soma])])
        dv = sens.record(soma(0.5))
        saved = h.SaveState()
        run(soma, 2)
        saved.save()
        def trace(theta):
            sens.theta = theta
            voltage = h.Vector().record(soma(0.5)._ref_v)
            h.finitialize(-65)
            if {restored!r} == "in_the_midst":
                h.continuerun(3)
            saved.restore()
            sens.restart()
            while h.t < 5:
                h.fadvance()
            return np.array(voltage)[-100:]
        errors = []
        for k, step in enumerate((1e-2, 1e-2, 1e-5)):
            e = step*np.eye(3)[k]
            reference = (8 * (trace(e) - trace(-e)) - (trace(2 * e) - trace(-2 * e))) / (12 * step)
            trace([0, 0, 0])
            errors.append(abs(dv.to_numpy()[-100:, k] - reference).max() / (abs(reference).max() or 1))
        print(json.dumps(errors))
    """)
    start, vmid, gnabar = json.loads(out)
    assert start == 0, "what is restored does not depend on what INITIAL did"
    assert max(vmid, gnabar) < 1e-7


def test_nodes_renumbered_by_another_cell_stay_exact() -> None:
    out = model(
        GRADIENT
        + """
first = (run(soma), dv.to_numpy())[1]
other = [h.Section(name=f"other{i}") for i in range(3)]
other[1].connect(other[0](0)); other[2].connect(other[0](0.5))
second = (run(soma), dv.to_numpy())[1]
print(np.array_equal(first, second), abs(first).max() > 1)
"""
    )
    assert out == "True True\n"


def test_a_deleted_cell_leaves_a_clear_error() -> None:
    out = model(GRADIENT + "h.delete_section(sec=dend)\nprint(refusal(lambda: run(soma)))")
    assert "nothing was refused" not in out
    assert "SegmentationFault" not in out


def test_closing_after_everything_was_deleted_is_quiet() -> None:
    out = model(
        GRADIENT
        + """
run(soma)
for section in list(h.allsec()):
    h.delete_section(sec=section)
print(refusal(sens.close))
h.finitialize(-65)
""",
        errors=True,
    )
    assert out == "nothing was refused\n"


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


# ------------------------------------------------------------------ names
def test_sections_of_one_name_are_told_apart() -> None:
    out = model("""
        ng.load("hh", "pas")
        a, b = cell("same"), cell("same")
        sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[a[0]]), ng.Parameter("g_pas", sections=[b[1]])])
        records = sens.record(a[0](0.5)), sens.record(b[0](0.5))
        run(a[0])
        x, y = (r.to_numpy() for r in records)
        sens.theta = [0.01, 0]
        print(x.any(axis=0), y.any(axis=0), a[0].gnabar_hh_grad, b[0].gnabar_hh_grad)
    """)
    assert out == "[ True False] [False  True] 0.13 0.12\n"


def test_a_suffix_that_ends_another_is_told_apart(tmp_path: Path) -> None:
    text = (
        "NEURON {{ SUFFIX {name} NONSPECIFIC_CURRENT i RANGE gbar }}\nPARAMETER {{ gbar = 1e-5 }}\nASSIGNED {{ v i }}\n"
    )
    for name in ("HVA", "Ca_HVA"):
        (tmp_path / f"{name}.mod").write_text(text.format(name=name) + "BREAKPOINT { i = gbar*v }\n")
    out = model(
        f"""
        from pathlib import Path
        ng.load(Path({str(tmp_path)!r}))
        s = h.Section(name="s"); s.insert("HVA"); s.insert("Ca_HVA")
        sens = ng.Sensitivity([ng.Parameter("gbar_Ca_HVA", sections=[s])])
        sens.theta = [1e-5]
        print(s.gbar_HVA, s.gbar_Ca_HVA)
        """,
        tmp_path,
    )
    assert out == "1e-05 2e-05\n"


def test_a_record_keeps_its_sensitivity_alive() -> None:
    out = model("""
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        dv = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[soma])]).record(soma(0.5))
        gc.collect()
        run(soma)
        print(dv.to_numpy().shape)
    """)
    assert out == "(401, 1)\n"


# ------------------------------------------------------------------ several of them, and their end
def test_two_on_one_cell_are_refused() -> None:
    out = model(GRADIENT + "print(refusal(lambda: ng.Sensitivity([ng.Parameter('gl_hh', sections=[soma])])))")
    assert "another Sensitivity" in out


def test_a_global_parameter_acts_at_the_ends_of_sections_too(tmp_path: Path) -> None:
    text = (Path(__file__).parent / "fixtures" / "expsyn2.mod").read_text()
    text = text.replace("POINT_PROCESS expsyn2", "POINT_PROCESS shared").replace("RANGE tau,", "GLOBAL tau\n    RANGE")
    (tmp_path / "shared.mod").write_text(text)
    out = model(
        """
        ng.load("hh", "pas", "shared.mod")
        a, b = cell("a"), cell("b")
        synapses = h.shared(a[0](0.5)), h.shared(b[1](1))
        sens = ng.Sensitivity([ng.Parameter("tau", of=synapses[0])])
        print(sens.dv(a[0](0.5)), sens.dv(b[0](0.5)))
        """,
        tmp_path,
    )
    assert out == "[0.] [0.]\n"


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


def test_two_on_two_cells_do_not_meet() -> None:
    out = model("""
        ng.load("hh", "pas")
        a, b = cell("a"), cell("b")
        one = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[a[0]])])
        two = ng.Sensitivity([ng.Parameter("gkbar_hh", sections=[b[0]]), ng.Parameter("gnabar_hh", sections=[b[0]])])
        records = one.record(a[1](0.5)), two.record(b[1](0.5))
        run(a[0])
        x, y = (r.to_numpy() for r in records)
        print(np.array_equal(x[:, 0], y[:, 1]), x.shape, y.shape)
    """)
    assert out == "True (401, 1) (401, 2)\n"


@pytest.mark.parametrize("end", ["sens.close()", "del sens, dv; gc.collect()"])
def test_the_model_runs_on_after_the_end(end: str) -> None:
    out = model(GRADIENT + f"before = run(soma)\n{end}\nprint(run(soma) == before)")
    assert out == "True\n"


def test_closing_puts_everything_back() -> None:
    out = model("""
        ng.load("hh", "pas", "ExpSyn")
        soma, dend, clamp = cell()
        synapse = h.ExpSyn(dend(0.9)); synapse.tau = 3
        source = h.NetStim(); source.start, source.number = 2, 3
        netcon = h.NetCon(source, synapse); netcon.weight[0] = 0.002
        soma.ena, dend.g_pas = 47, 2e-4
        def describe():
            ions = soma.psection()["ions"]
            ions.pop("ngd", None)  # the dummy ion that orders the mechanisms: NEURON can not take an ion out again
            return json.dumps([soma.psection()["density_mechs"], dend.psection()["density_mechs"], ions,
                               h.ion_style("na_ion", sec=soma), str(netcon.syn()), netcon.weight[0], synapse.tau],
                              default=sorted)
        before, trace = describe(), run(soma)
        values = describe()
        with ng.Sensitivity([ng.Parameter("tau", of=synapse), ng.Parameter("ena", sections=[soma])]) as sens:
            inside = run(soma)
            print(str(netcon.syn()), soma.has_membrane("hh"))
        h.finitialize(-65); h.continuerun(10)
        print(describe() == values, run(soma) == trace, max(abs(np.array(inside) - trace)) < 1e-9)
    """)
    assert out == "ExpSyn_grad[0] False\nTrue True True\n"


def test_what_is_closed_can_not_be_used() -> None:
    out = model(
        GRADIENT
        + """
run(soma)
samples = dv.to_numpy()
sens.close()
sens.close()
before = soma.gnabar_hh
def move():
    sens.theta = [1, 1]
for action in (move, lambda: sens.dv(soma(0.5)), lambda: sens.record(soma(0.5)), sens.restart):
    print(refusal(action))
print(soma.gnabar_hh == before, np.array_equal(dv.to_numpy(), samples), sens.theta)
"""
    ).splitlines()
    assert all(line.startswith("Closed: this Sensitivity is closed") for line in out[:4]), out
    assert out[4] == "True True [0. 0.]"


def test_parameters_and_sensitivities_say_what_they_are() -> None:
    out = model("""
        ng.load("hh", "pas", "ExpSyn")
        soma, dend, clamp = cell()
        synapse = h.ExpSyn(dend(0.5))
        parameters = [
            ng.Parameter("gnabar_hh", sections=soma),
            ng.Parameter("g_pas", segments=[dend(0.5), dend(0.9)], scale=1e-4),
            ng.Parameter("tau", of=synapse),
        ]
        print(*parameters, sep="\\n")
        sens = ng.Sensitivity(parameters)
        print(sens)
        sens.close()
        print(sens)
    """)
    assert out.splitlines() == [
        "Parameter('gnabar_hh', sections=[soma])",
        "Parameter('g_pas', segments=[soma_dend(0.5), soma_dend(0.9)], scale=0.0001)",
        "Parameter('tau', of=ExpSyn[0])",
        "<Sensitivity to 3 parameters, carried by soma>",
        "<Sensitivity to 3 parameters, closed>",
    ]


# ------------------------------------------------------------------ ways to run
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


# ------------------------------------------------------------------ order
def test_a_cable_that_does_not_run_first_is_noticed(tmp_path: Path) -> None:
    """Without its dummy ion the cable is an ordinary mechanism, and runs where it was registered: last."""
    import nmodlgrad

    mechanisms = tmp_path / "mechanisms"
    nmodlgrad.translate("hh", mechanisms)
    support = mechanisms / "zz_nmodlgrad_cable.mod"
    text = support.read_text()
    assert "USEION ngd WRITE ngdi VALENCE 0" in text
    support.write_text(text.replace("USEION ngd WRITE ngdi VALENCE 0", "", 1).replace("ngdi = 0", "", 1))
    nrnivmodl = Path(sysconfig.get_path("scripts")) / "nrnivmodl"
    subprocess.run([nrnivmodl, "mechanisms"], cwd=tmp_path, check=True, capture_output=True)
    out = model(
        """
        soma = h.Section(name="soma"); soma.insert("hh")
        sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[soma])])
        print(refusal(lambda: run(soma)))
        """,
        tmp_path,
    )
    assert "nothing was refused" not in out


# ------------------------------------------------------------------ building
def test_a_missing_compiler_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    out = model(
        "print(refusal(lambda: ng.load('hh')))", PATH=str(tmp_path / "bin"), NMODLGRAD_CACHE=str(tmp_path / "cache")
    )
    assert out.startswith("BuildError: make and g++ not found: compiling mechanisms needs make and a C++ compiler")
    assert len(out.splitlines()) == 1


def test_a_name_that_neuron_has_already_is_said(tmp_path: Path) -> None:
    (tmp_path / "leaky.mod").write_text(
        "NEURON { SUFFIX leaky NONSPECIFIC_CURRENT i }\nASSIGNED { v i }\nBREAKPOINT { i = 1e-4*(v + 65) }\n"
    )
    nrnivmodl = Path(sysconfig.get_path("scripts")) / "nrnivmodl"
    subprocess.run([nrnivmodl, "."], cwd=tmp_path, check=True, capture_output=True)
    out = model("from pathlib import Path\nprint(refusal(lambda: ng.load(Path('leaky.mod'))))", tmp_path)
    assert "NEURON has a mechanism leaky already" in out


def test_loading_twice_does_nothing_the_second_time() -> None:
    out = model("""
        ng.load("hh")
        ng.load("hh", "pas")
        ng.load("pas")
        print(json.dumps(["hh_grad" in dir(h), refusal(lambda: ng.load("hh", wrt=["gl"]))]))
    """)
    loaded, message = json.loads(out)
    assert loaded
    assert "loaded before from another source or with another wrt" in message
