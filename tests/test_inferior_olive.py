"""The inferior olive cell of the examples: mechanisms beside the published equations, gradient beside differences.

The equations are written down here a second time, in the units of the published code, and integrated by other means.
What runs NEURON does so in a process of its own: the originals in one, the augmented mechanisms in another.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

import nmodlgrad as ng
from oracle.differences import difference
from oracle.model import Knob

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "inferior_olive"
TOLERANCE = 1e-7
LONGEST_UM = 60  # compartments: the gradient is that of whatever cell they make

Floats = NDArray[np.float64]

# ------------------------------------------------------------------ the published equations
# V in mV, t in ms, currents in A/m2 and conductances in kS/m2, the capacitance in F/m2
V_NA, V_K, V_CA, V_H, V_L, CAPACITANCE = 55.0, -75.0, 120.0, -43.0, 10.0, 0.01
START = {
    "soma": {"g_CaL": 0.015, "g_Na_s": 0.030, "g_Kdr_s": 0.030, "g_K_s": 0.015, "g_ls": 1.3e-5},
    "dendrite": {"g_CaH": 0.090, "g_K_Ca": 0.300, "g_h": 0.025, "g_ld": 1.3e-5},
    "axon": {"g_Na_a": 0.200, "g_K_a": 0.200, "g_la": 1.3e-5},
}
TARGET = {
    "soma": {"g_CaL": 0.003, "g_Na_s": 0.030, "g_Kdr_s": 0.040, "g_K_s": 0.020, "g_ls": 1.3e-5},
    "dendrite": {"g_CaH": 0.160, "g_K_Ca": 0.250, "g_h": 0.025, "g_ld": 1.3e-5},
    "axon": {"g_Na_a": 0.250, "g_K_a": 0.250, "g_la": 1.3e-5},
}


def logistic(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


def relative(x: float) -> float:
    """x/(exp(x) - 1)."""
    return float(x / np.expm1(x)) if x else 1.0


def relaxing(state: float, rates: tuple[float, float]) -> float:
    """The derivative of a gate that opens and closes at these rates."""
    return rates[0] * (1 - state) - rates[1] * state


def open_at(rates: tuple[float, float]) -> float:
    return rates[0] / sum(rates)


def x_rates(v: float) -> tuple[float, float]:
    return 1.3 * relative(-(v + 25) / 10), 1.69 * float(np.exp(-(v + 35) / 80))


def r_rates(v: float) -> tuple[float, float]:
    return 0.2 * 1.7 * logistic((v - 5) / 13.9), 0.2 * 0.1 * relative((v + 8.5) / 5)


def s_rates(calcium: float) -> tuple[float, float]:
    return min(2e-5 * calcium, 0.01), 0.015


class Soma:
    """k, l, h, n, x."""

    states = ("k", "l", "h", "n", "x")

    @staticmethod
    def start(v: float) -> list[float]:
        gates = (v + 61) / 4.2, -(v + 85) / 8.5, -(v + 70) / 5.8, (v + 3) / 10
        return [*map(logistic, gates), open_at(x_rates(v))]

    @staticmethod
    def currents(v: float, y: Floats, g: dict[str, float]) -> dict[str, float]:
        k, l_, h, n, x = y
        m = logistic((v + 30) / 5.5)
        return {
            "i_CaL": g["g_CaL"] * k**3 * l_ * (v - V_CA),
            "i_Na": g["g_Na_s"] * m**3 * h * (v - V_NA),
            "i_Kdr": g["g_Kdr_s"] * n**4 * (v - V_K),
            "i_K": g["g_K_s"] * x**4 * (v - V_K),
            "i_l": g["g_ls"] * (v - V_L),
        }

    @staticmethod
    def slope(v: float, y: Floats, g: dict[str, float]) -> list[float]:
        k, l_, h, n, x = y
        tau_l = 20 * np.exp((v + 160) / 30) / (1 + np.exp((v + 84) / 7.3)) + 35
        return [
            logistic((v + 61) / 4.2) - k,
            (logistic(-(v + 85) / 8.5) - l_) / tau_l,
            (logistic(-(v + 70) / 5.8) - h) / (3 * np.exp(-(v + 40) / 33)),
            (logistic((v + 3) / 10) - n) / (5 + 47 * np.exp((v + 50) / 900)),
            relaxing(x, x_rates(v)),
        ]


class Dendrite:
    """Calcium, r, s, q."""

    states = ("Ca", "r", "s", "q")

    @staticmethod
    def start(v: float) -> list[float]:
        return [3.715, open_at(r_rates(v)), open_at(s_rates(3.715)), logistic(-(v + 80) / 4)]

    @staticmethod
    def currents(v: float, y: Floats, g: dict[str, float]) -> dict[str, float]:
        _, r, s, q = y
        return {
            "i_CaH": g["g_CaH"] * r**2 * (v - V_CA),
            "i_K_Ca": g["g_K_Ca"] * s * (v - V_K),
            "i_h": g["g_h"] * q * (v - V_H),
            "i_l": g["g_ld"] * (v - V_L),
        }

    @staticmethod
    def slope(v: float, y: Floats, g: dict[str, float]) -> list[float]:
        calcium, r, s, q = y
        return [
            -3 * g["g_CaH"] * r**2 * (v - V_CA) - 0.075 * calcium,
            relaxing(r, r_rates(v)),
            relaxing(s, s_rates(calcium)),
            (logistic(-(v + 80) / 4) - q) * (np.exp(-0.086 * v - 14.6) + np.exp(0.070 * v - 1.87)),
        ]


class Axon:
    """h, x."""

    states = ("h", "x")

    @staticmethod
    def start(v: float) -> list[float]:
        return [logistic(-(v + 60) / 5.8), open_at(x_rates(v))]

    @staticmethod
    def currents(v: float, y: Floats, g: dict[str, float]) -> dict[str, float]:
        h, x = y
        m = logistic((v + 30) / 5.5)
        return {
            "i_Na": g["g_Na_a"] * m**3 * h * (v - V_NA),
            "i_K": g["g_K_a"] * x**4 * (v - V_K),
            "i_l": g["g_la"] * (v - V_L),
        }

    @staticmethod
    def slope(v: float, y: Floats, g: dict[str, float]) -> list[float]:
        h, x = y
        return [(logistic(-(v + 60) / 5.8) - h) / (1.5 * np.exp(-(v + 40) / 33)), relaxing(x, x_rates(v))]


EQUATIONS: dict[str, Any] = {"soma": Soma, "dendrite": Dendrite, "axon": Axon}


def total(currents: dict[str, float], share_CaH: float) -> float:
    return sum(share_CaH * value if name == "i_CaH" else value for name, value in currents.items())


# ------------------------------------------------------------------ what runs in processes that have NEURON
def load_originals(folder: Path) -> None:
    _model().load_originals(folder)


def load_augmented() -> None:
    ng.load(_model().MECHANISMS)


def _model() -> Any:
    sys.path[:0] = [str(EXAMPLE)]
    import model

    return model


def shapes(morphology: Path | None, longest_um: float) -> list[tuple[str, float, int, float]]:
    """Of each section: region, length in um, compartments, and the length of one of them."""
    cell = _model().build(morphology, longest_um=longest_um)
    return [
        (region, section.L, section.nseg, section.L / section.nseg)
        for region, sections in cell.regions.items()
        for section in sections
    ]


def swc_of_synthetic() -> str:
    samples = _model().synthetic()
    numbers = {"soma": 1, "axon": 2, "dendrite": 3}
    rows = [
        (place, numbers[one.region], one.x, one.y, one.z, one.radius, -1 if one.parent is None else one.parent)
        for place, one in enumerate(samples)
    ]
    return "# a comment\n" + "\n".join(" ".join(map(repr, row)) for row in rows) + "\n"


def conductances(units: str) -> dict[str, float]:
    """Of each conductance what the cell has of it, in S/cm2."""
    model = _model()
    cell = model.build()
    cell.set_conductances(getattr(model, units))
    return {one.name: getattr(cell.regions[one.region][-1](0.5), one.range_variable) for one in model.CONDUCTANCES}


def _compartment(region: str, share_CaH: float) -> tuple[Any, Any]:
    from neuron import h

    h.load_file("stdrun.hoc")
    section = h.Section(name="compartment")
    section.L = section.diam = 10
    section.insert(f"olive_{region}")
    if region == "dendrite":
        section(0.5).olive_dendrite.share_CaH = share_CaH
    for name, value in START[region].items():
        setattr(section(0.5), f"{name}_olive_{region}", value / 10)  # 1 kS/m2 is 0.1 S/cm2
    return h, section


def at_rest(region: str, share_CaH: float, voltages: list[float]) -> list[dict[str, float]]:
    """States and currents (mA/cm2) where every gate is at its steady state."""
    h, section = _compartment(region, share_CaH)
    equations = EQUATIONS[region]
    names = [*equations.states, "i", *equations.currents(0.0, np.array(equations.start(0.0)), START[region])]
    found = []
    for voltage in voltages:
        h.finitialize(voltage)
        found.append({name: getattr(section(0.5), f"{name}_olive_{region}") for name in names})
    return found


def opened_by(calcium: list[float]) -> list[float]:
    """The steady state of s at each calcium."""
    h, section = _compartment("dendrite", 1.0)
    found = []
    for value in calcium:
        section(0.5).olive_dendrite.Ca0 = value
        h.finitialize(-60)
        found.append(section(0.5).olive_dendrite.s)
    return found


def alone(region: str, share_CaH: float, drive: float, steps_per_ms: int, duration_ms: int) -> Floats:
    """The voltage of one compartment each ms, driven by a constant current in A/m2."""
    h, section = _compartment(region, share_CaH)
    clamp = h.IClamp(section(0.5))
    clamp.dur, clamp.amp = 1e9, drive * section(0.5).area() * 1e-3  # nA
    h.dt, h.steps_per_ms = 1 / steps_per_ms, steps_per_ms
    voltage = h.Vector().record(section(0.5)._ref_v)
    h.finitialize(-60)
    h.continuerun(duration_ms)
    return np.array(voltage.to_python())[::steps_per_ms]


def differences(calcium_current: bool, duration_ms: float) -> tuple[Floats, Floats, list[float]]:
    """The voltage at the root (samples,), its derivatives (samples, directions), and how well each is known."""
    from neuron import h

    model = _model()
    cell = model.build(longest_um=LONGEST_UM, calcium_current=calcium_current)
    voltage = h.Vector().record(cell.root._ref_v)

    def run() -> Floats:
        model.simulate(duration_ms)
        return np.array(voltage.to_python())[:, np.newaxis]

    found = []
    for one in model.CONDUCTANCES:
        segments = [segment for section in cell.regions[one.region] for segment in section]
        found.append(difference(run, [Knob(segment, one.range_variable, one.start) for segment in segments]))
    derivative = np.concatenate([each.derivative for each in found], axis=1)
    return run()[:, 0], derivative, [each.noise for each in found]


def carried(calcium_current: bool, duration_ms: float) -> tuple[Floats, Floats]:
    """The same voltage and derivatives, by nmodlgrad."""
    from neuron import h

    model = _model()
    cell = model.build(longest_um=LONGEST_UM, calcium_current=calcium_current)
    voltage = h.Vector().record(cell.root._ref_v)
    with ng.Sensitivity(cell.directions()) as sensitivity:
        derivative = sensitivity.record(cell.root)
        model.simulate(duration_ms)
        return np.array(voltage.to_python()), np.array(derivative.to_numpy())


def _process(load: Callable[..., None], *arguments: Any) -> Executor:
    executor = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    executor.submit(load, *arguments).result()
    return executor


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executor]:
    """A process with the original mechanisms, compiled by plain nrnivmodl."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEURON_MODULE_OPTIONS", "-nogui")
        with _process(load_originals, tmp_path_factory.mktemp("originals")) as process:
            yield process


@pytest.fixture(scope="module")
def augmented() -> Iterator[Executor]:
    """A process with the augmented mechanisms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEURON_MODULE_OPTIONS", "-nogui")
        with _process(load_augmented) as process:
            yield process


# ------------------------------------------------------------------ the mechanisms
CASES = [("soma", 1.0), ("dendrite", 0.0), ("dendrite", 1.0), ("axon", 1.0)]
DRIVES = {"soma": 0.1, "dendrite": 0.05, "axon": 0.1}  # A/m2: enough to be moved across the steep part of the rates
# -25 and -8.5 mV are where rates are 0/0
VOLTAGES = [-110.0, -75.0, -60.0, -40.0, -25.0, -25 + 1e-7, -24.9, -8.5, -8.5 - 1e-7, 0.0, 40.0]


@pytest.mark.parametrize(("region", "share_CaH"), CASES)
def test_states_and_currents_start_as_published(originals: Executor, region: str, share_CaH: float) -> None:
    equations = EQUATIONS[region]
    for voltage, found in zip(VOLTAGES, originals.submit(at_rest, region, share_CaH, VOLTAGES).result(), strict=True):
        states = np.array(equations.start(voltage))
        currents = equations.currents(voltage, states, START[region])
        expected = dict(zip(equations.states, states, strict=True))
        expected |= {name: value / 10 for name, value in currents.items()}  # 1 A/m2 is 0.1 mA/cm2
        expected["i"] = total(currents, share_CaH) / 10
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-18), voltage


def test_calcium_opens_the_gate_s_up_to_a_limit(originals: Executor) -> None:
    calcium = [0.0, 100.0, 499.0, 501.0, 2000.0]
    expected = [open_at(s_rates(value)) for value in calcium]
    assert originals.submit(opened_by, calcium).result() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("region", "share_CaH"), CASES)
def test_a_compartment_converges_to_the_published_equations(originals: Executor, region: str, share_CaH: float) -> None:
    equations, drive, duration_ms = EQUATIONS[region], DRIVES[region], 100

    def slope(_: float, y: Floats) -> list[float]:
        v, states = float(y[0]), y[1:]
        current = total(equations.currents(v, states, START[region]), share_CaH) - drive
        return [-current / CAPACITANCE, *equations.slope(v, states, START[region])]

    start, samples = [-60.0, *equations.start(-60.0)], np.arange(duration_ms + 1)
    solved = solve_ivp(slope, (0, duration_ms), start, "LSODA", samples, rtol=1e-11, atol=1e-12)
    reference = solved.y[0]
    runs = [originals.submit(alone, region, share_CaH, drive, steps, duration_ms) for steps in (40, 80, 160, 320)]
    voltages = [run.result() for run in runs]
    errors = [abs(voltage - reference).max() for voltage in voltages]
    extrapolated = [abs(2 * fine - rough - reference).max() for rough, fine in pairwise(voltages)]
    assert np.ptp(reference) > 10, "nothing happens"
    assert errors[-2] / errors[-1] == pytest.approx(2, rel=0.05), "first order"
    assert extrapolated[-2] / extrapolated[-1] == pytest.approx(4, rel=0.2), "and towards these equations"


def test_nothing_is_to_be_said_about_the_mechanisms() -> None:
    assert ng.check(EXAMPLE / "mods") == []


# ------------------------------------------------------------------ the cell
@pytest.mark.parametrize(("units", "published"), [("START", START), ("TARGET", TARGET)])
def test_the_conductances_are_the_published_ones(
    originals: Executor, units: str, published: dict[str, dict[str, float]]
) -> None:
    expected = {name: value / 10 for values in published.values() for name, value in values.items()}
    assert originals.submit(conductances, units).result() == pytest.approx(expected)


def test_a_section_is_a_run_of_one_region_without_branches(originals: Executor, tmp_path: Path) -> None:
    morphology = tmp_path / "cell.swc"
    morphology.write_text("""\
# id type x y z radius parent
1 1 0 0 0 5 -1
2 1 10 0 0 5 1
3 3 25 0 0 1 2
4 3 30 0 0 1 3
5 3 30 8 0 1 4
6 3 30 -9 0 1 4
7 2 0 0 4 2 1
""")
    found = originals.submit(shapes, morphology, 8.0).result()
    assert [(region, length, nseg) for region, length, nseg, _ in found] == [
        ("soma", 10, 3),
        ("axon", 4, 1),
        ("dendrite", 20, 3),
        ("dendrite", 8, 1),
        ("dendrite", 9, 3),
    ]


def test_a_synthetic_cell_is_read_back_from_swc(originals: Executor, tmp_path: Path) -> None:
    morphology = tmp_path / "cell.swc"
    morphology.write_text(originals.submit(swc_of_synthetic).result())
    found = originals.submit(shapes, morphology, 10.0).result()
    assert found == originals.submit(shapes, None, 10.0).result()
    assert max(longest for *_, longest in found) <= 10


# two waves; one, and the plateau behind it
@pytest.mark.parametrize(("calcium_current", "duration_ms"), [(False, 280.0), (True, 130.0)])
def test_the_gradient_at_the_root_is_exact(
    originals: Executor, augmented: Executor, calcium_current: bool, duration_ms: float
) -> None:
    ours = augmented.submit(carried, calcium_current, duration_ms)
    voltage, reference, noise = originals.submit(differences, calcium_current, duration_ms).result()
    same, derivative = ours.result()
    np.testing.assert_array_equal(same, voltage)
    largest = abs(reference).max(axis=0)
    assert (largest > 0).all(), "a conductance that does nothing tests nothing"
    errors = abs(derivative - reference).max(axis=0) / largest
    print(f"\n{'relative error':>14} {'noise':>8} {'largest':>10}")
    for error, blunt, size in zip(errors, noise, largest, strict=True):
        print(f"{error:14.1e} {blunt:8.1e} {size:10.4g}")
    assert max(noise) <= TOLERANCE / 5, "the differences are too blunt"
    assert errors.max() <= TOLERANCE


def test_the_script_runs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLE / "run.py", "--duration", "20"],
        cwd=tmp_path,
        env=os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "with 12 directions" in done.stdout
    assert (tmp_path / "inferior_olive.png").exists()


def test_the_fit_at_a_reduced_size(tmp_path: Path) -> None:
    more = ["--duration", "40", "--steps", "4", "--seeds", "1", "-o", str(tmp_path)]
    environment = os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"}
    command = [sys.executable, str(EXAMPLE / "fit.py"), *more]
    out = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600, check=False)
    assert out.returncode == 0, out.stdout + out.stderr
    rows = [line for line in out.stdout.splitlines() if line.startswith(("Adam", "Gauss", "CMA"))]
    adam, gauss_newton, evolution = (float(line[15:].split()[2]) for line in rows)
    assert gauss_newton < adam / 3
    assert evolution > 0
    assert (tmp_path / "fit.png").stat().st_size > 10_000
