"""The model changes under our feet: noticed before the next step, or exact; never a number of another model."""

from __future__ import annotations

import json

import pytest

from oracle.jobs import FIXTURES
from processes import GRADIENT, model


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


@pytest.mark.parametrize(
    "parameter", ["ng.Parameter('ena', sections=soma)", "ng.Parameter('gnabar_hh', sections=soma)"]
)
def test_an_ion_style_that_was_changed_is_noticed_at_finitialize(parameter: str) -> None:
    """By the first one, ena is a parameter; by the second, NEURON computes it, and what is assigned has no effect."""
    out = model(
        f"""
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        sens = ng.Sensitivity({parameter})
        dv = sens.record(soma(0.5))
        run(soma)
        before = dv.to_numpy()
        style = h.ion_style("na_ion", sec=soma)
        h.ion_style("na_ion", 1, 2, 1, 1, 0, sec=soma)
        print(refusal(lambda: run(soma)), style)
        h.ion_style("na_ion", 1, 1, 0, 0, 0, sec=soma)
        print(refusal(lambda: run(soma)), np.array_equal(dv.to_numpy(), before))
        h.ion_style("na_ion", 1, 2, 1, 1, 0, sec=soma)
        sens.close()
        sens = ng.Sensitivity(ng.Parameter("gnabar_hh", sections=soma))
        print(refusal(lambda: run(soma)))
        """,
        errors=True,
    )
    assert "the ion_style of na_ion in soma changed after the Sensitivity was made: close() it" in out
    assert "nothing was refused True\nnothing was refused\n" in out


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
    assert "states were set after finitialize" in out
    assert "nothing was refused" not in out


@pytest.mark.parametrize("pool", ["capool", "cashell"])
def test_a_concentration_that_a_handler_sets_depends_on_nothing_or_stops_the_run(pool: str) -> None:
    """It stops where what INITIAL leaves depends on theta. Else it is exact, against differences of the same run."""
    rest, decay = {"capool": ("rest", "tau"), "cashell": ("cainf", "taur")}[pool]
    out = model(
        f"""
        ng.load("pas", {str(FIXTURES / pool)!r} + ".mod", {str(FIXTURES / "cachan")!r} + ".mod")
        soma, dend, clamp = cell(mechanism="cachan")
        soma.insert({pool!r})
        with ng.Sensitivity(ng.Parameter("gbar_cachan", sections=soma, scale=1e-4)) as sens:
            handler = h.FInitializeHandler(1, lambda: setattr(soma(0.5), "cai", 3e-4))
            def end(theta):
                sens.theta = theta
                run(soma, 10)
                return soma(0.5).v
            end([0])
            found = sens.dv(soma(0.5))[0]
            step = 0.02
            one, minus_one, two, minus_two = (end([k * step]) for k in (1, -1, 2, -2))
            slope = (8 * (one - minus_one) - (two - minus_two)) / (12 * step)
            print(abs(found / slope - 1) < 1e-7, slope)
        for name in ({rest!r}, {decay!r}):
            with ng.Sensitivity(ng.Parameter(f"{{name}}_{pool}", sections=soma)):
                print(refusal(lambda: run(soma, 1)))
        """,
        errors=True,
    )
    assert out.startswith("True ")
    assert "states were set after finitialize" in out
    assert out.count("nothing was refused") == 1, "tau moves no initial concentration"


def test_a_voltage_and_a_time_set_after_finitialize_stop_the_run_too() -> None:
    out = model(GRADIENT + "h.finitialize(-65); soma(0.5).v = -60; h.t = 3\nprint(refusal(h.fadvance))", errors=True)
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
    assert "no translated mechanism began it: look at clamps" in out


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


SYNAPSES = f"""
ng.load("hh", "pas", "ExpSyn", "IClamp", *({str(FIXTURES)!r} + f"/{{name}}.mod" for name in ("kdr", "expsyn2")))
soma, dend, clamp = cell()
built_in, own = h.ExpSyn(dend(0.5)), h.expsyn2(dend(0.5))
source = h.NetStim(); source.start, source.number, source.interval = 2, 3, 2
netcons = [h.NetCon(source, synapse, 0, 0.5, 0.005) for synapse in (built_in, own)]
parameters = [ng.Parameter("gnabar_hh", sections=soma), ng.Parameter("tau", of=built_in), ng.Parameter("tau", of=own)]
parameters.append(ng.Parameter("amp", of=clamp))
def fresh():
    with ng.Sensitivity(parameters) as sens:
        dv = sens.record(soma(0.5))
        run(soma)
        return dv.to_numpy()
"""


@pytest.mark.parametrize(
    ("change", "undo", "named"),
    [
        ("dend.insert('kdr')", "dend.uninsert('kdr')", "soma_dend(0.166667) got kdr after"),
        ("more = h.expsyn2(soma(0.5))", "del more", "soma(0.5) got expsyn2[1] after"),
        ("more = h.ExpSyn(soma(0.5))", "del more", "soma(0.5) got ExpSyn after"),
        ("own.loc(soma(0.5))", "own.loc(dend(0.5))", "soma(0.5) got expsyn2[0] after"),
        ("built_in.loc(soma(0.5))", "built_in.loc(dend(0.5))", "ExpSyn[0] was moved after"),
        ("clamp.loc(dend(0.5))", "clamp.loc(soma(0.5))", "IClamp[0] was moved after"),
    ],
)
def test_what_comes_to_a_cell_or_is_moved_in_it_is_refused_until_it_is_gone(change: str, undo: str, named: str) -> None:
    out = model(
        SYNAPSES
        + f"""
sens = ng.Sensitivity(parameters)
dv = sens.record(soma(0.5))
run(soma)
before = dv.to_numpy()
{change}
print(*(refusal(lambda: h.finitialize(-65)).count("CannotCarry") for _ in range(2)))
print(refusal(lambda: h.continuerun(20)).count("structure"), file=__import__("sys").stderr)
{undo}
gc.collect()
run(soma)
print(np.array_equal(dv.to_numpy(), before))
""",
        errors=True,
    )
    assert named in out
    assert out.splitlines()[1] == "True", out


def test_a_mechanism_that_is_removed_in_the_midst_of_a_run_stops_it() -> None:
    out = model(
        GRADIENT
        + """
run(soma)
before = dv.to_numpy()
run(soma, 3)
soma.uninsert("hh_grad")
print(refusal(lambda: h.continuerun(6)) != "nothing was refused", refusal(dv.to_numpy))
print(refusal(lambda: h.finitialize(-65)) == "nothing was refused")
soma.insert("hh_grad")
run(soma)
print(np.array_equal(dv.to_numpy(), before))
sens.close()
soma.uninsert("hh")
print(refusal(lambda: ng.Sensitivity(ng.Parameter("gnabar_hh", sections=soma))))
""",
        errors=True,
    )
    assert "True CannotCarry: the cell of soma: sections, segments or mechanisms changed during the run" in out
    assert "hh was removed from soma(0.5) while a gradient is carried" in out
    assert "False\nTrue\n" in out
    assert "UnknownParameter: gnabar_hh: none of the places given has the mechanism hh" in out


@pytest.mark.parametrize("threads", [1, 2])
def test_sections_that_are_deleted_in_the_midst_of_a_run_leave_a_clear_error(threads: int) -> None:
    """What a loss reads is gone with them."""
    out = model(
        f"""
        h.ParallelContext().nthread({threads})
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        other = cell("other")
        tips = [h.Section(name=f"tip{{i}}") for i in range(20)]
        for tip in tips:
            tip.connect(dend(1))
            tip.insert("pas")
        sens = ng.Sensitivity(ng.Parameter("gnabar_hh", sections=[soma, other[0]]))
        losses = [sens.accumulate(tip(0.5), target=-60) for tip in tips]
        records = [sens.record(place) for place in (soma(0.5), other[0](0.5))]
        run(soma, 3)
        for tip in tips:
            h.delete_section(sec=tip)
        rubbish = [h.Vector(1000).fill(float("nan")) for _ in range(100)]
        refusal(lambda: h.continuerun(6))
        for read in (lambda: losses[0].value, lambda: losses[-1].gradient, *(r.to_numpy for r in records)):
            print(refusal(read))
        print(refusal(lambda: h.finitialize(-65)) == "nothing was refused", refusal(sens.close))
        print(len(run(soma)))
        """,
        errors=True,
    )
    assert out.count("CannotCarry: the cell of soma: sections, segments or mechanisms changed during the run") == 3
    assert "the cell of soma changed after the gradient was attached (<deleted section>)" in out
    assert "False nothing was refused\n401\n" in out


def test_a_deleted_root_is_called_that() -> None:
    """Nothing of nmodlgrad runs in what is left of a passive cell."""
    out = model("""
        ng.load("pas", "ExpSyn")
        root, dend = h.Section(name="root"), h.Section(name="dend")
        dend.connect(root(1))
        for section in (root, dend):
            section.insert("pas")
        synapse = h.ExpSyn(root(0.5))
        netcon = h.NetCon(None, synapse)
        sens = ng.Sensitivity(ng.Parameter("g_pas", sections=dend))
        dv, loss = sens.record(dend(0.5)), sens.accumulate(dend(0.5))
        run(dend, 3)
        h.delete_section(sec=root)
        h.continuerun(6)
        for action in (dv.to_numpy, lambda: loss.value, lambda: sens.dv(dend(0.5)), sens.close):
            print(refusal(action))
        del netcon
        run(dend, 3)
    """).splitlines()
    for line in out[:2]:
        assert line == "CannotCarry: the section root, the root of its cell, was deleted while a gradient is carried"
    assert out[2].startswith("CannotCarry: dend(0.5) belongs to no cell")
    assert out[3] == "nothing was refused"


def test_a_cell_that_is_joined_otherwise_is_followed_by_the_next_run() -> None:
    out = model(
        SYNAPSES
        + """
sens = ng.Sensitivity(parameters)
dv = sens.record(soma(0.5))
run(soma)
before = dv.to_numpy()
h.disconnect(sec=dend)
dend.connect(soma(0), 1)
run(soma)
after = dv.to_numpy()
sens.close()
print(np.array_equal(after, fresh()), np.array_equal(after, before))
"""
    )
    assert out == "True False\n"


def test_nodes_may_be_numbered_anew_between_runs() -> None:
    """By cells that come and go, on other threads, and, in NEURON 8, where they lie elsewhere in memory."""
    out = model("""
        ng.load("hh", "pas")
        others = [h.Section(name=f"other{i}") for i in range(3)]
        cells = [cell(name) for name in "ab"]
        soma, dend, clamp = cells[0]
        sens = ng.Sensitivity(ng.Parameter("gnabar_hh", sections=[c[0] for c in cells]))
        records = [sens.record(c[1](0.9)) for c in cells]
        def runs():
            run(soma)
            return b"".join(r.to_numpy().tobytes() for r in records)
        found, context = [runs()], h.ParallelContext()
        others[1].connect(others[0](0))
        found.append(runs())
        others.clear()
        found.append(runs())
        for threads in (2, 1):
            context.nthread(threads)
            found.append(runs())
        for efficient in (True, False):
            if hasattr(h.CVode(), "cache_efficient"):
                h.CVode().cache_efficient(efficient)
            found.append(runs())
        print(len(found), len(set(found)))
        before = sens.dv(dend(0.9))
        late = [h.Section(name=f"late{i}") for i in range(3)]
        late[1].connect(late[0](0))
        print(np.array_equal(sens.dv(dend(0.9)), before))
        h.fcurrent()  # sets up NEURON's nodes
        print(refusal(lambda: sens.dv(dend(0.9))))
    """).splitlines()
    assert out[:2] == ["7 1", "True"]
    assert out[2] == ("CannotCarry: the cell of a: sections, segments or mechanisms changed: finitialize first")


def test_what_looks_at_the_model_between_steps_changes_nothing() -> None:
    out = model(
        SYNAPSES
        + """
sens = ng.Sensitivity(parameters)
dv = sens.record(soma(0.5))
run(soma)
before = dv.to_numpy()
for _ in range(3):
    h.finitialize(-65)
while h.t < 10 - h.dt/2:
    h.fadvance()
    h.fcurrent()
    soma(0.5).area(), dend(0.5).ri(), h.distance(soma(0.5), dend(0.5))
print(np.array_equal(dv.to_numpy(), before))
"""
    )
    assert out == "True\n"


@pytest.mark.parametrize("synapse", ["built_in", "own"])
def test_a_netcon_with_a_seeded_weight_stays_at_its_target(synapse: str) -> None:
    """Its weight would go on moving the state of the old one. What is not seeded is followed."""
    out = model(
        SYNAPSES
        + f"""
other = h.expsyn2(dend(0.9))
netcon, target = netcons[{synapse!r} == "own"], {synapse}
parameters = [ng.Parameter("weight", of=netcon), parameters[0]]
first = fresh()
sens = ng.Sensitivity(parameters)
dv, loss = sens.record(soma(0.5)), sens.accumulate(soma(0.5))
netcon.setpost(other)
print(refusal(lambda: run(soma)) == "nothing was refused", refusal(dv.to_numpy))
netcon.setpost(target)
run(soma)
print(np.array_equal(dv.to_numpy(), first))
h.finitialize(-65)
h.CVode().event(4, lambda: netcon.setpost(other))
h.continuerun(3)
print(refusal(dv.to_numpy))
h.continuerun(5)
for read in (dv.to_numpy, lambda: loss.value, lambda: loss.gradient, lambda: sens.dv(soma(0.5))):
    print(refusal(read))
netcon.setpost(target)
print(refusal(dv.to_numpy))
run(soma)
print(np.array_equal(dv.to_numpy(), first))
netcon.setpost(other)
print(np.array_equal(dv.to_numpy(), first))
sens.close()
moved = fresh()
print(abs(moved[:, 0]).max() > 10, np.array_equal(moved, first))
"""
    ).splitlines()
    made = "got another target after the Sensitivity was made: close() it and make a new one"
    assert out[0].startswith("False CannotCarry: NetCon[")
    assert out[0].endswith(made)
    assert out[1:3] == ["True", "nothing was refused"]
    for line in out[3:8]:
        assert line.startswith("CannotCarry: NetCon[")
        assert line.endswith("] got another target after finitialize: finitialize first")
    assert out[8:] == ["True", "True", "True False"], "what was read once stays readable"


@pytest.mark.parametrize("closed", [False, True])
def test_a_pointer_that_is_redirected_during_the_run_is_told_to_whoever_reads(closed: bool) -> None:
    """Its slot has the row of the old voltage; the next finitialize finds the new one."""
    out = model(f"""
        ng.load("hh", "pas", {str(FIXTURES / "halfgap.mod")!r})
        soma, dend, clamp = cell()
        other, tip, more = cell("other")
        gap = h.halfgap(soma(0.5))
        gap.g, gap._ref_vgap = 0.003, dend(0.9)._ref_v
        def aim(place):
            gap._ref_vgap = place._ref_v
        def attached():
            sens = ng.Sensitivity(ng.Parameter("gnabar_hh", sections=[soma]))
            return sens, sens.record(soma(0.5)), sens.accumulate(soma(0.5))
        sens, dv, loss = attached()
        run(soma)
        first = dv.to_numpy()
        h.finitialize(-65)
        h.CVode().event(4, lambda: aim(dend(0.1)))
        h.continuerun(3)
        print(refusal(dv.to_numpy))
        late = [h.Section(name=f"late{{i}}") for i in range(9)]
        late.clear()
        print(refusal(dv.to_numpy), np.array_equal(dv.to_numpy(), first[: len(dv.to_numpy())]))
        run(soma, 3)
        h.CVode().event(4, lambda: aim(dend(0.1)))
        h.continuerun(5)
        if {closed}:
            sens.close()
        for read in (dv.to_numpy, lambda: loss.value, lambda: loss.gradient):
            print(refusal(read))
        if {closed}:
            sens, dv, loss = attached()
        run(soma)
        after = dv.to_numpy()
        sens.close()
        sens, dv, loss = attached()
        run(soma)
        print(np.array_equal(dv.to_numpy(), after), np.array_equal(after, first))
    """).splitlines()
    assert out[:2] == ["nothing was refused", "nothing was refused True"]
    told = "CannotCarry: vgap of halfgap[0] in soma(0.5) got another target after finitialize: finitialize first"
    assert out[2:5] == [told] * 3
    assert out[5] == "True False"


@pytest.mark.parametrize("change", ["dend.L = 150", "dend(0.5).diam = 3", "dend.Ra = 100"])
def test_a_shape_that_a_later_handler_changes_is_noticed_and_that_of_an_earlier_one_taken(change: str) -> None:
    out = model(
        f"""
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        def set_shape():
            {change}
        def attached():
            sens = ng.Sensitivity([ng.Parameter(name, sections=dend) for name in ("L", "Ra", "diam")])
            return sens, sens.record(soma(0.5))
        earlier = h.FInitializeHandler(0, set_shape)
        sens, dv = attached()
        run(soma)
        taken = dv.to_numpy()
        sens.close()
        earlier = None
        dend.L, dend.diam, dend.Ra = 100, 2, 35.4
        sens, dv = attached()
        run(soma)
        before = dv.to_numpy()
        later = h.FInitializeHandler(0, set_shape)
        dend.L, dend.diam, dend.Ra = 100, 2, 35.4
        print(refusal(lambda: h.finitialize(-65)) == "nothing was refused")
        print(refusal(lambda: h.continuerun(5)) == "nothing was refused", refusal(dv.to_numpy))
        later = None
        {change}
        run(soma)
        now = dv.to_numpy()
        print(np.array_equal(now, taken), np.array_equal(now, before))
    """,
        errors=True,
    )
    lines = out.splitlines()
    assert lines[0] == "False"
    assert lines[1].startswith("False CannotCarry: the cell of soma: diam, L or Ra changed during the run")
    assert lines[2] == "True False"
    assert "nmodlgrad_cable: diam, L or Ra changed in finitialize while it is one of the parameters" in out


def test_a_loss_goes_on_after_a_restart() -> None:
    out = model(
        GRADIENT
        + """
voltage = h.Vector().record(dend(0.5)._ref_v)
targets = np.linspace(-70, -20, 500)
loss, rare = sens.accumulate(dend(0.5), target=targets), sens.accumulate(dend(0.5), every=0.1)
rarely = sens.record(dend(0.5), every=0.1)
run(soma, 3)
soma(0.5).v = -50
refusal(lambda: h.continuerun(6))
sens.restart()
h.continuerun(6)
v, d = voltage.as_numpy(), dv.to_numpy()
assert len(v) == len(d)
off = v - targets[: len(v)]
print(abs(loss.value/(off**2/2).sum() - 1), abs(loss.gradient/(off @ d) - 1).max(), loss.samples - len(v))
chosen = v[np.isin(dv.times(), rarely.times())]
print(abs(rare.value/chosen.sum() - 1), abs(rare.gradient/rarely.to_numpy().sum(axis=0) - 1).max(), rare.samples)
"""
    )
    *errors, samples = (float(word) for word in out.split())
    assert max(errors) < 1e-12
    assert samples in (60, 61)
