"""diam_factor: where theta moves it, where the points change around a run, and what is refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copy
from typing import Any

import numpy as np

from oracle import Oracle, relative_error
from oracle.jobs import FIXTURES
from processes import model

TOLERANCE = 1e-7
MOVED = [2**-4, 2**-6, 0, -(2**-4), 2**-5, 2**-3, -(2**-3), 2**-3, 7.0, -4.0, 5.0, 0.03, -(2**-4), 0.004, 2**-5]
"""A theta for every direction of factors_on_diameters; the factors that it comes to have few binary digits."""

CELL = """
ng.load("hh", "pas")
soma, dend, clamp = cell()
for x, d in ((0, 1.9), (30, 1.1), (30, 1.3), (70, -0.7), (100, 0.5)):
    h.pt3dadd(x, 0, 0, d, sec=dend)

def points():
    return [dend.diam3d(i) * (1 - 2 * dend.spine3d(i)) for i in range(dend.n3d())]

def sensitivity(**more):
    return ng.Sensitivity([ng.Parameter("diam_factor", sections=[soma, dend])], **more)

def derivative(sens, steps=40):
    h.finitialize(-65)
    for _ in range(steps):
        h.fadvance()
    return sens.dv(dend(0.5)).tolist()

first = points()
"""


def lines(code: str, folder: Path | None = None, *, errors: bool = False) -> list[str]:
    return model(CELL + code, folder, errors=errors).splitlines()


def test_the_tangent_is_exact_where_theta_has_moved_diameters(oracle: Oracle) -> None:
    runs: list[dict[str, Any]] = [{}, {"theta": MOVED}, {"theta": [0.0] * len(MOVED)}]
    augmented = oracle.tangents("factors_on_diameters", runs=runs)
    original = oracle.differences("factors_on_diameters", theta=MOVED).result()
    measured = augmented.result()
    assert original["noise"].max() <= TOLERANCE / 5, "the oracle is too blunt here"
    errors = relative_error(measured["tangent_1"], original["reference"])
    print(f"\nerrors {errors.max():.1e}, noise {original['noise'].max():.1e}")
    assert errors.max() <= TOLERANCE
    assert relative_error(measured["tangent_2"], measured["tangent_0"]).max() <= 1e-9  # L comes back but for rounding


def test_factors_on_diameters_change_no_bit(oracle: Oracle) -> None:
    for scenario in ("factors_on_diameters", "mechanisms_that_read_diameters_of_points"):
        augmented = oracle.tangents(scenario)
        original = oracle.primal(scenario).result()
        np.testing.assert_array_equal(augmented.result()["voltage_0"], original["voltage_0"])


def test_a_factor_is_on_the_diameters_of_the_time_when_the_sensitivity_was_made() -> None:
    out = lines("""
def by_hand(factor):
    for i, d in enumerate(first):
        dend.pt3dchange(i, d * factor)
    soma.diam = 20 * factor
    return run(dend)
by_hand(1.0)  # which NEURON has rounded already
expected = {factor: (by_hand(factor), points(), soma.diam) for factor in (1.1, 0.83, 1.0)}
with sensitivity() as sens:
    for factor in (1.1, 0.83, 1.1, 1.0):
        sens.theta = [factor - 1.0]
        assert sens.displaced == []
        print((run(dend), points(), soma.diam) == expected[factor])
    sens.theta = [0.25]
print(points() == [np.float32(1.25 * d) for d in first], soma.diam == 25, soma.has_membrane("hh"))  # where they stand
with sensitivity(start=[0.8]) as sens:
    print(np.allclose(points(), first, rtol=1e-6), sens.units, sens.theta.tolist())
    print(refusal(lambda: setattr(sens, "theta", [-0.5])))
    print(np.allclose(points(), first, rtol=1e-6))
""")
    assert out == [
        *["True"] * 4,
        "True True True",
        "True ('1',) [0.8]",
        "ValueError: theta would make the diameters of soma -0.5 times what they were",
        "True",
    ]


AREAS = """
from nmodlgrad.runtime import morphology
random = np.random.default_rng(20261126)

def drawn(reverse):
    section, count, x = h.Section(name="drawn"), random.integers(2, 9), 0.0
    for i in range(count):
        h.pt3dadd(x, 0, 0, random.integers(1, 64) / 16 * random.choice([1, 1, 1, -1]), sec=section)
        if i == count - 2 or random.random() > 0.3:  # or the next one is at the same place
            x += random.integers(1, 30)
    section.nseg = int(random.integers(1, 8))
    section.connect(soma(1), int(reverse))
    return section

def slope(section, move):
    areas = {}
    for step in (2**-9, -(2**-9), 2**-10, -(2**-10)):
        move(1 + step)
        areas[step] = np.array([segment.area() for segment in section])
    move(1.0)
    return (8 * (areas[2**-10] - areas[-(2**-10)]) - (areas[2**-9] - areas[-(2**-9)])) / (12 * 2**-10)

for number in range(200):
    section = drawn(reverse=number % 2)
    h.setSpineArea(number % 3)
    length, given = section.L, morphology.diameters(section)

    def widen(factor):
        for i, d in enumerate(given):
            section.pt3dchange(i, factor * d)

    def stretch(factor):
        section.L = factor * length

    for move, growth in ((widen, morphology.widening), (stretch, morphology.stretching)):
        expected = slope(section, move)
        found = growth(section) * [segment.area() for segment in section]
        if abs(found - expected).max() > 1e-8 * expected.max():
            print(number, move.__name__, found, expected)
print("whatever the points")
"""


def test_areas_move_as_those_of_neuron_do_whatever_the_points_and_their_spines() -> None:
    assert lines(AREAS) == ["whatever the points"]


def test_points_that_change_together_are_followed_and_others_are_refused() -> None:
    out = lines(
        """
for i, d in enumerate((1.75, 1.25, 1.5, -0.75, 0.5)):
    dend.pt3dchange(i, d)
first = points()
def scaled(factor, *points):
    for i in points or range(5):
        dend.pt3dchange(i, factor * first[i])
with sensitivity() as sens:
    sens.theta = [0.25]
    expected = derivative(sens)
    sens.theta = [0.0]
    scaled(1.25)
    soma.diam = 25
    print(derivative(sens) == expected, sens.displaced)
    scaled(1.5, 2)
    print(refusal(lambda: derivative(sens)))
    sens.theta = [0.25]
    print(derivative(sens) == expected, points() == [1.25 * d for d in first], sens.displaced)
    h.fadvance()
    scaled(1.25, 2)
    refusal(h.fadvance)
    print(refusal(lambda: sens.dv(soma(0.5))))
    print(derivative(sens) == expected)
    dend.L = 90
    print(derivative(sens) == expected, sens.displaced)
    h.pt3dadd(120, 0, 0, 0.5, sec=dend)
    print(refusal(lambda: derivative(sens)), refusal(lambda: setattr(sens, "theta", [0.0])), sep="\\n")
""",
        errors=True,
    )
    told = [line for line in out if line.startswith(("True", "False", "CannotCarry"))]
    stopped = "diam, L or Ra changed during the run while it is one of the parameters: finitialize first"
    assert told == [
        "True ['diam_factor of soma(0.5)', 'diam_factor of soma_dend(0.5)']",
        "True True []",
        f"CannotCarry: the cell of soma: {stopped}",
        "True",
        "False []",
        "CannotCarry: diam_factor of soma_dend: the number of its 3-d points, or segments, has changed",
    ]
    refused = [line for line in out if "CannotCarry: diam_factor of soma_dend: since the Sensitivity was made" in line]
    assert len(refused) >= 2


def test_what_diam_factor_can_not_be_is_refused_by_name() -> None:
    out = lines(
        f"""
ng.load("ExpSyn", *({str(FIXTURES)!r} + f"/{{name}}.mod" for name in ("halfgap", "drilled", "wide")))
factor = lambda *sections: ng.Parameter("diam_factor", sections=sections)
def refused(*given):
    print(refusal(lambda: ng.Sensitivity(given).close()))
print(refusal(lambda: ng.Sensitivity(ng.Parameter("diam_factor", segments=[dend(0.5)]))))
print(refusal(lambda: ng.Sensitivity(ng.Parameter("diam_facter", sections=[dend]))))
refused(ng.Parameter("diam", sections=[dend]))
refused(factor(soma), ng.Parameter("diam", segments=[soma(0.5)]))
refused(factor(dend), ng.Parameter("diam", sections=[soma]))
h.pt3dconst(1)
refused(factor(dend))
h.pt3dconst(0)
gap, other = h.halfgap(soma(0.5)), h.halfgap(soma(0.5))
gap._ref_vgap = other._ref_vgap = dend(0.1)._ref_diam
refused(factor(soma))
refused(factor(soma, dend))
gap = other = None
soma.insert("wide")
dend.insert("drilled")
refused(factor(soma))
refused(factor(dend))
dend.uninsert("drilled")
with sensitivity() as sens:
    print(refusal(lambda: sens.control(soma(0.5), "v", rate=1e-3, theta0=1)))
"""
    )
    expected = [
        "UnknownParameter: diam_factor belongs to a section: say where it acts with sections",
        "UnknownParameter: diam_facter is no parameter of a translated mechanism; did you mean diam_factor",
        "CannotCarry: diam of soma_dend: the section has 3-d points",
        "CannotCarry: diam and diam_factor of soma set the same diameters: take one of them",
        "nothing was refused",
        "nothing was refused",
        "nothing was refused",
        "CannotCarry: vgap of halfgap[1] in soma(0.5) points at diam of soma_dend(0.166667), one of the parameters",
        "nothing was refused",
        "CannotCarry: drilled in soma_dend(0.166667) reads diam, which a parameter moves: that is not carried there",
        "CannotCarry: diam_factor can not be moved by a controller during a run: NEURON's matrix is set up",
    ]
    assert len(out) == len(expected), out
    assert [line[: len(start)] for line, start in zip(out, expected, strict=True)] == expected
    assert "Take diam_factor, by which the diameters of all its points are multiplied" in out[2]


MEASURED = """
h.load_file("import3d.hoc")
reader = h.Import3d_SWC_read()
reader.quiet = 1
reader.input("branched.swc")
h.Import3d_GUI(reader, 0).instantiate(None)
for section in h.allsec():
    section.nseg = 2 * int(section.L / 80) + 1
    section.insert("pas")
    if section.name().startswith(("dend", "apic")):
        for i in range(section.n3d()):
            section.pt3dchange(i, 1.25 * section.diam3d(i))
soma = next(section for section in h.allsec() if section.name() == "soma[0]")
clamp = h.IClamp(soma(0.5))
clamp.delay, clamp.dur, clamp.amp = 2, 10, 0.3
with open("step.csv", "w") as file:
    print("time (ms),soma (mV)", file=file)
    for k, v in enumerate(run(soma, 15)[::4]):
        print(f"{k * 0.1:.1f},{v!r}", file=file)
"""
FITTED = """
load = "pas"
v_init = -65
[cell]
swc = "branched.swc"
[cell.insert]
pas = "*"
[[parameter]]
name = "diam_factor"
sections = ["dend", "apic"]
bounds = [0.5, 2]
[[protocol]]
name = "step"
duration = 15
[[protocol.clamp]]
at = "soma(0.5)"
delay = 2
dur = 10
amp = 0.3
[[protocol.loss]]
kind = "squared-error"
at = "soma(0.5)"
data = { file = "step.csv" }
"""


def test_the_factor_of_a_cell_from_a_file_is_fitted(tmp_path: Path) -> None:
    copy(FIXTURES / "morphologies" / "branched.swc", tmp_path)
    (tmp_path / "fit.toml").write_text(FITTED)
    model(MEASURED, tmp_path)  # by NEURON alone
    (out,) = model(
        """
        from nmodlgrad import fit
        from nmodlgrad.fit.described import read_problem
        described = read_problem("fit.toml")
        found = fit.minimise(described.problem, described.optimiser)
        factor = described.problem.values(found.theta).item()
        print(json.dumps([described.problem.labels, described.problem.units, described.problem.free[0].start, factor]))
        """,
        tmp_path,
    ).splitlines()[-1:]
    labels, units, start, factor = json.loads(out)
    assert labels == ["diam_factor in dend[0], dend[1], dend[2] and 5 more"]
    assert (units, start) == (["1"], 1.0)
    np.testing.assert_allclose(factor, 1.25, rtol=1e-6)  # the points are in single precision
