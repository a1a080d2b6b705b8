"""Recording at intervals, sums over samples, arrays without copies, limits of memory, and what is not finite."""

from __future__ import annotations

import pytest

from processes import model

BUILD = """
ng.load("hh", "pas", "ExpSyn")
soma, dend, clamp = cell()
synapse = h.ExpSyn(dend(0.5))
source = h.NetStim()
source.start, source.interval, source.number = 1, 3, 10
netcon = h.NetCon(source, synapse)
netcon.weight[0] = 0.002
directions = [
    ng.Parameter("gnabar_hh", sections=soma),
    ng.Parameter("g_pas", sections=dend, scale=1e-4),
    ng.Parameter("tau", of=synapse),
]
"""


def test_an_interval_takes_every_so_manieth_row_and_goes_with_the_record_of_neuron() -> None:
    printed = model(
        BUILD
        + """
sensitivity = ng.Sensitivity(directions)
fine, coarse = sensitivity.record(soma(0.5)), sensitivity.record(soma(0.5), every=0.1)
gate = sensitivity.record(soma(0.5), "m_hh", every=0.1)
time = h.Vector().record(h._ref_t, 0.1)
for length in (5, 7.3, 10):
    run(soma, length)
    rows, due = coarse.to_numpy(), np.array(time)  # t of 400 steps is below 10: NEURON leaves out the last sample
    print(len(rows) - len(due), gate.to_numpy().shape == rows.shape, (rows == fine.to_numpy()[::4]).all())
    print(np.allclose(coarse.times()[:len(due)], due), len(fine.times()) == len(fine.to_numpy()))
print(refusal(lambda: sensitivity.record(soma(0.5), every=-1)))
print(refusal(lambda: sensitivity.record(soma(0.5), every=0.06)))
h.dt = 0.04
print(refusal(lambda: h.finitialize(-65)))
h.dt = 0.025
h.finitialize(-65)
""",
        errors=True,
    )
    assert printed.startswith("0 True True\nTrue True\n0 True True\nTrue True\n1 True True\nTrue True\n")
    assert "WrongArgument: every is an interval in ms" in printed
    assert "every=0.06 ms is no multiple of the step, h.dt = 0.025 ms" in printed
    assert "every=0.1 ms is no multiple of the step, h.dt = 0.04 ms" in printed


def test_records_begin_anew_where_those_of_neuron_do() -> None:
    printed = model(
        BUILD
        + """
sensitivity = ng.Sensitivity(directions)
record, gate = sensitivity.record(soma(0.5)), sensitivity.record(soma(0.5), "m_hh", every=0.1)
voltage = h.Vector().record(soma(0.5)._ref_v)
h.finitialize(-65)
h.continuerun(5)
before = record.to_numpy()
h.frecord_init()
h.continuerun(8)
print(len(record.to_numpy()) == len(voltage), (record.to_numpy()[0] == before[-1]).all(), len(gate.to_numpy()))
"""
    )
    assert printed == "True True 31\n"


def test_what_was_read_stays_as_it_is_and_is_no_copy() -> None:
    printed = model(
        BUILD
        + """
sensitivity = ng.Sensitivity(directions)
record = sensitivity.record(soma(0.5))
print(record.to_numpy().shape)
run(soma, 5)
first = record.to_numpy()
print(first.flags.owndata, np.shares_memory(first, record.to_numpy()), first.flags.c_contiguous)
kept = first.copy()
h.continuerun(10)
longer = record.to_numpy()
print(longer.shape, (longer[:201] == kept).all(), (first == kept).all(), np.shares_memory(longer, record.to_numpy()))
sensitivity.theta = [0.01, 0, 0]
run(soma, 5)
print((first == kept).all(), (record.to_numpy() == kept).all())
sensitivity.close()
after = record.to_numpy().copy()
run(soma, 3)
print((record.to_numpy() == after).all(), record.to_numpy().shape, record.times().shape)
del record, sensitivity
gc.collect()
print((first == kept).all())
"""
    )
    assert printed.splitlines() == [
        "(0, 3)",
        "False True True",
        "(401, 3) True True True",
        "True False",
        "True (201, 3) (201,)",
        "True",
    ]


def test_a_loss_summed_up_during_the_run_is_that_of_the_columns() -> None:
    printed = model(
        BUILD
        + """
sensitivity = ng.Sensitivity(directions)
columns, conductance = sensitivity.record(soma(0.5)), sensitivity.record(synapse, "g")
voltage = h.Vector().record(soma(0.5)._ref_v)
g = h.Vector().record(netcon.syn()._ref_g)
target, weight = np.linspace(-65, -50, 401), np.linspace(0, 2, 401)
squares = sensitivity.accumulate(soma(0.5), target=h.Vector(target), weight=weight)
linear = sensitivity.accumulate(soma(0.5), weight=weight)
early = sensitivity.accumulate(soma(0.5), target=target[:50], every=0.1)
charge = sensitivity.accumulate(synapse, "g", weight=0.025)

def off(loss, value, gradient):
    return abs(loss.value / value - 1) < 1e-12 and (abs(loss.gradient - gradient) < 1e-12 * abs(gradient).max()).all()

for length in (10, 10, 4):
    run(soma, length)
    v, dv = np.array(voltage), columns.to_numpy()
    n = len(v)
    print(squares.samples == n, off(squares, (weight[:n] * (v - target[:n])**2).sum() / 2,
          (weight[:n] * (v - target[:n])) @ dv))
    print(off(linear, weight[:n] @ v, weight[:n] @ dv))
    x, dx = v[::4][:50], dv[::4][:50]
    print(off(early, ((x - target[:len(x)])**2).sum() / 2, (x - target[:len(x)]) @ dx), early.samples)
    print(off(charge, 0.025 * np.array(g).sum(), 0.025 * conductance.to_numpy().sum(0)))
print(refusal(lambda: sensitivity.accumulate(soma(0.5), target=[1, 2], weight=[1, 2, 3])))
print(refusal(lambda: sensitivity.accumulate(soma(0.5), target="x")))
"""
    )
    lines = printed.splitlines()
    for start in (0, 4):
        assert lines[start : start + 4] == ["True True", "True", "True 50", "True"]
    assert lines[8:12] == ["True True", "True", "True 41", "True"]
    assert "WrongArgument: weight and target have different lengths: 2 and 3" in lines[12]
    assert "WrongArgument: target is a number or an array of numbers" in lines[13]


def test_a_loss_has_the_gradient_that_differences_give() -> None:
    printed = model(
        BUILD
        + """
if hasattr(h, "usetable_hh"):
    h.usetable_hh = 0  # with its table, differences see the edges of bins
sensitivity = ng.Sensitivity(directions)
loss = sensitivity.accumulate(soma(0.5), target=-60.0, weight=1e-3, every=0.1)
run(soma, 10)
gradient = loss.gradient

def at(k, step):
    theta = np.zeros(3)
    theta[k] = step
    sensitivity.theta = theta
    run(soma, 10)
    return loss.value

for k, step in enumerate((1e-5, 1e-3, 1e-4)):
    slope = (8 * (at(k, step) - at(k, -step)) - at(k, 2 * step) + at(k, -2 * step)) / (12 * step)
    print(abs(slope - gradient[k]) <= 1e-7 * abs(gradient[k]), slope, gradient[k])
"""
    )
    assert [line.split()[0] for line in printed.splitlines()] == ["True"] * 3, printed


def test_rows_and_records_beyond_the_limit_are_refused_before_they_are_taken() -> None:
    printed = model(
        BUILD
        + """
print(refusal(lambda: ng.Sensitivity(directions, memory_limit=100)))
print(soma.has_membrane("hh"))
h.tstop = 1000
sensitivity = ng.Sensitivity(directions, memory_limit=100_000)
record = sensitivity.record(soma(0.5))
print(refusal(lambda: h.finitialize(-65)))
h.tstop = 5
h.finitialize(-65)
print(refusal(lambda: h.continuerun(1000)))
print(h.t > 50, refusal(record.to_numpy), isinstance(ng.TooMuchMemory("x"), MemoryError))
h.finitialize(-65)
h.continuerun(5)
print(record.to_numpy().shape)
""",
        errors=True,
    )
    assert "TooMuchMemory: 3 directions in the cell of soma (7 nodes, 4 carried variables) takes" in printed
    assert "memory_limit is 100 bytes: carry fewer directions at once" in printed
    assert "records until h.tstop = 1000 ms take 960048 bytes (938 KiB) beside" in printed
    assert "the records have reached the memory_limit of the Sensitivity" in printed
    assert "True TooMuchMemory" in printed
    assert printed.count("(201, 3)") == 1


@pytest.mark.parametrize("threads", [1, 2])
def test_a_model_that_diverges_stops_with_time_and_place(threads: int) -> None:
    printed = model(
        BUILD
        + f"""
h.ParallelContext().nthread({threads})
other, other_dend, other_clamp = cell("other")
sensitivity = ng.Sensitivity(directions)
record, loss = sensitivity.record(dend(0.5)), sensitivity.accumulate(soma(0.5))
h.finitialize(-65)
h.continuerun(3)
dend(0.5).pas_grad.e = float("inf")
print(refusal(lambda: h.continuerun(5)))
for read in (record.to_numpy, lambda: sensitivity.dv(soma(0.5)), lambda: loss.value, lambda: loss.gradient):
    print(refusal(read))
dend(0.5).pas_grad.e = -65
run(soma, 5)
print(np.isfinite(record.to_numpy()).all(), np.isfinite(loss.value))
""",
        errors=True,
    )
    assert printed.count("Diverged: the cell of soma: t = 3.025 ms: the voltage of the model is not finite") == 4
    assert "soma_dend(0.5)" in printed
    assert ("nmodlgrad_cable" in printed) == (threads == 1)
    assert "True True" in printed


def test_a_derivative_that_overflows_stops_with_time_place_and_direction() -> None:
    printed = model(
        BUILD
        + """
directions.append(ng.Parameter("gl_hh", sections=soma, scale=1e308))
sensitivity = ng.Sensitivity(directions)
record = sensitivity.record(soma(0.5))
h.finitialize(-65)
print(refusal(lambda: h.continuerun(5)))
print(refusal(record.to_numpy), np.isfinite(soma(0.5).v))
""",
        errors=True,
    )
    assert "ms: the derivative of v at soma(0.5) along direction 3, gl_hh in soma" in printed
    assert "Diverged: the cell of soma" in printed


@pytest.mark.parametrize("threads", [1, 2])
def test_of_several_cells_the_one_that_diverges_is_named_and_its_next_run_is_well(threads: int) -> None:
    printed = model(
        BUILD
        + f"""
h.ParallelContext().nthread({threads})
other, other_dend, other_clamp = cell("other")
mild = ng.Parameter("gnabar_hh", sections=[soma, other])
wild = ng.Direction(ng.Parameter("g_pas", sections=other_dend, scale=1e305), name="wild")
with ng.Sensitivity([mild, wild]) as sensitivity:
    records = [sensitivity.record(place(0.5)) for place in (soma, other)]
    refusal(lambda: run(soma, 5))
    print(refusal(records[0].to_numpy), refusal(lambda: sensitivity.dv(other(0.5))))
with ng.Sensitivity([mild]) as sensitivity:
    record = sensitivity.record(other(0.5))
    run(soma, 5)
    print(record.to_numpy().shape, np.isfinite(record.to_numpy()).all())
""",
        errors=True,
    )
    assert "Diverged: the cell of other: t = " in printed
    assert "ms: the derivative of v at other_dend(" in printed
    assert "along direction 1, wild is not finite" in printed
    assert "nothing was refused Diverged" in printed, "what the first cell has recorded until then is right"
    assert "(201, 1) True" in printed


def test_the_samples_as_an_xarray() -> None:
    pytest.importorskip("xarray")
    printed = model(
        BUILD
        + """
sensitivity = ng.Sensitivity(directions)
record, gate = sensitivity.record(soma(0.5)), sensitivity.record(soma(0.5), "m_hh", every=0.1)
run(soma, 5)
array = record.to_xarray()
print(array.dims, array.shape, round(float(array.time[-1]), 9), array.time.attrs)
print(array.parameter.values[0], array.parameter_unit.values.tolist(), array.attrs["units"])
print(np.shares_memory(array.values, record.to_numpy()), gate.to_xarray().name)
"""
    )
    assert printed.splitlines()[0] == "('time', 'parameter') (201, 3) 5.0 {'units': 'ms'}"
    assert "gnabar_hh in soma ['S/cm2', 'S/cm2', 'ms'] mV" in printed
    assert printed.splitlines()[2] == "True dm_hh/dtheta"


def test_without_xarray_the_message_says_how_to_install_it() -> None:
    printed = model(
        BUILD
        + """
import sys
sys.modules["xarray"] = None
sensitivity = ng.Sensitivity(directions)
record = sensitivity.record(soma(0.5))
run(soma, 1)
print(refusal(record.to_xarray))
"""
    )
    assert printed == "ImportError: to_xarray() needs xarray: pip install 'nmodlgrad[xarray]'\n"


def test_what_owns_no_row_is_refused_with_the_reason() -> None:
    printed = model(
        BUILD
        + """
sensitivity = ng.Sensitivity(directions)
for place, name in [(soma(0.5), "gnabar_hh"), (soma(0.5), "gl_hh"), (soma(0.5), "foo_hh"), (soma(0.5), "foo"),
                    (soma(0.5), "ena"), (dend(0.5), "m_hh"), (source, "i"), (soma, "v"), (soma(0.5), 3)]:
    print(refusal(lambda: sensitivity.record(place, name)))
"""
    )
    reasons = [
        "gnabar_hh of soma(0.5): it is a parameter along one of the directions: its derivative is the scale",
        "gl_hh of soma(0.5): it is a parameter, which depends on nothing",
        "foo_hh of soma(0.5): hh has no such variable",
        "foo of soma(0.5): there is no such variable",
        "ena of soma(0.5): no mechanism that is carried moves it there",
        "m_hh of soma_dend(0.5): there is no such variable",
        "i of NetStim[0]: an ARTIFICIAL_CELL is in no cell that is carried",
        "a derivative belongs to a segment or a point process, not to soma: give soma(0.5), say",
        "the name of a variable is a string, not 3",
    ]
    for line, reason in zip(printed.splitlines(), reasons, strict=True):
        assert reason in line


@pytest.mark.parametrize(
    "take", ["sensitivity.record(soma(0.5), every=0.1)", "sensitivity.accumulate(soma(0.5), target=[-65] * 99)"]
)
def test_a_step_that_changes_under_samples_at_an_interval_stops_the_run(take: str) -> None:
    printed = model(
        BUILD
        + f"""
sensitivity = ng.Sensitivity(directions)
free, kept = sensitivity.record(soma(0.5)), {take}
h.finitialize(-65)
h.continuerun(2)
h.dt = 0.0125
print(refusal(lambda: h.continuerun(3)))
print(refusal(free.to_numpy))
h.finitialize(-65)
h.continuerun(3)
print(np.isfinite(free.to_numpy()).all())
""",
        errors=True,
    )
    assert printed.count("dt changed while samples are taken at an interval") >= 2
    assert "\nTrue\n" in printed


def test_a_record_that_is_read_in_every_step_takes_no_more_than_its_samples() -> None:
    printed = model(
        BUILD
        + """
sensitivity = ng.Sensitivity(directions, memory_limit=100_000)
h.tstop = 10
record = sensitivity.record(soma(0.5))
h.finitialize(-65)
for _ in range(400):
    h.fadvance()
    rows = record.to_numpy()
print(rows.shape)
"""
    )
    assert printed == "(401, 3)\n"


def test_a_derivative_that_overflows_in_a_sum_alone_is_told() -> None:
    printed = model(
        BUILD
        + """
sensitivity = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=soma, scale=1e300)])
gate = sensitivity.accumulate(soma(0.5), "m_hh", weight=1e10)
h.finitialize(-65)
print(refusal(lambda: h.continuerun(20)))
print(refusal(lambda: gate.gradient))
""",
        errors=True,
    )
    assert "the sum over m_hh at soma(0.5) along direction 0, gnabar_hh in soma is not finite" in printed


def test_limits_and_arrays_that_mean_nothing_are_refused() -> None:
    printed = model(
        BUILD
        + """
for limit in (0, -1, "8GB", float("nan"), float("inf"), 1e30):
    print(refusal(lambda: ng.Sensitivity(directions, memory_limit=limit)))
sensitivity = ng.Sensitivity(directions)
print(refusal(lambda: sensitivity.accumulate(soma(0.5), target=[])))
print(refusal(lambda: setattr(sensitivity, "theta", [0, float("nan"), 0])))
print(refusal(lambda: ng.Sensitivity(ng.Parameter("cm", sections=[]))))
"""
    ).splitlines()
    assert all(line.startswith("WrongArgument: memory_limit is a number of bytes") for line in printed[:6])
    assert printed[6].startswith("WrongArgument: target is one number, or one finite number for each sample")
    assert printed[7].startswith("ValueError: theta is finite")
    assert printed[8].startswith("UnknownParameter: these parameters act nowhere")
