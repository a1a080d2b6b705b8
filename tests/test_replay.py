"""Controllers beside a replay: NEURON's own mechanisms run with parameters that are set by hand before each step.

The replay takes the course of theta that was recorded, and nothing else. With it the original has the same bits, and
its differences are the rows: d/de of a run in which e w(t) is added to theta in the step that begins at t. With
w = exp(leak t) these are exp(leak t) times rows that leak. By what theta is then moved, the rule tells.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from continuous import FIXTURES
from nmodlgrad import READOUTS
from nmodlgrad.build import PLAIN, build
from processes import model

MECHANISMS = [FIXTURES / "kdr.mod", FIXTURES / "spaced.mod", Path(READOUTS) / "MeanVoltage.mod"]
DURATION_MS = 8

MODEL = (
    f"""
DURATION = {DURATION_MS}
"""
    + """
h.celsius = 6.3
soma, dend, clamp = cell()
for section in (soma, dend):
    section.insert("kdr")
    section.gbar_kdr = 0.003
clamp.delay = 1.0125  # nothing happens at the ends of steps, where scripts come later than controllers
synapse, slow, spaced, alpha = h.ExpSyn(dend(0.5)), h.Exp2Syn(dend(0.2)), h.spaced(dend(0.9)), h.AlphaSynapse(dend(0.9))
synapse.tau, slow.tau1, slow.tau2 = 2, 0.7, 3
alpha.onset, alpha.tau, alpha.gmax = 2.0126, 1.5, 0.002
netcons = []
for number, (target, weight) in enumerate([(synapse, 0.002), (slow, 0.001), (spaced, 0.001)]):
    source = h.NetStim()
    source.start, source.interval, source.number = 1.006 + 0.5*number, 2, 50
    netcon = h.NetCon(source, target)
    netcon.weight[0], netcon.delay = weight, 1
    netcons += [source, netcon]
near, far = h.MeanVoltage(soma(0.5)), h.MeanVoltage(dend(0.5))
near.tau, near.target, far.tau, far.target = 5, -50, 2, -60
DIRECTIONS = [  # of each the parameters: name, scale, place
    [("gnabar_hh", 0.1, dict(sections=soma))],
    [("g_pas", lambda segment: 1e-3*(1 + segment.x), dict(sections=dend))],
    [("cm", 1, dict(sections=dend))],
    [("tau", 1, dict(of=synapse))],
    [("weight", 1e-3, dict(of=netcons[1]))],
    [("amp", 1, dict(of=clamp))],
    [("gnabar_hh", 1, dict(sections=soma)), ("ena", 10, dict(sections=soma))],
    [("vhalf_kdr", 5, {})],
    [("boost", 1, dict(of=spaced))],
    [("tau1", 1, dict(of=slow)), ("el_hh", 1, dict(sections=soma))],
    [("gmax", 0.01, dict(of=alpha))],
    [("memory", 1, dict(of=spaced)), ("weight", 1e-3, dict(of=netcons[5]))],
]
COUNT = len(DIRECTIONS)
FIRST, SECOND = list(range(0, COUNT, 2)), list(range(1, COUNT, 2))
LEAK = np.where(np.arange(COUNT) % 2, 0.0, 0.3)
PIECES = [(3, 0.025), (4, 0.025), (5.5, 0.0125), (DURATION, 0.025)]  # until when with which step
"""
)

AUGMENTED = (
    f"""
ng.load("hh", "pas", "ExpSyn", "Exp2Syn", "IClamp", "AlphaSynapse", *{[str(path) for path in MECHANISMS]})
"""
    + MODEL
    + """
from nmodlgrad import control
sens = ng.Sensitivity([
    ng.Direction(*[ng.Parameter(name, scale=scale, **place) for name, scale, place in parts]) for parts in DIRECTIONS
])
sens.theta = np.full(COUNT, 0.01)
first = sens.control(near, rate=2e-5, theta0=np.linspace(0.5, 2, len(FIRST)), leak=0.3, clip=30, floor=0.0095,
                     directions=FIRST, active=[(1, 3), (3.5, 1e9)])
second = sens.control(far, rate=4e-5, theta0=1, directions=SECOND, rule=control.Adam(first=0.5, second=3, epsilon=1e-3))
courses = first.record(), second.record()
rows = [sens.record(*place) for place in ((near, "e"), (far, "e"), (soma(0.5), "v"), (dend(0.9), "v"))]
recorded = [h.Vector().record(x) for x in (h._ref_t, near._ref_e, far._ref_e, soma(0.5)._ref_v, dend(0.9)._ref_v)]
def once():
    h.finitialize(-65)
    for until, step in PIECES:
        h.steps_per_ms, h.dt = round(1/step), step
        h.continuerun(until)
        if until == 5.5:
            sens.theta += 0.02*np.cos(np.arange(COUNT))
    found = dict(theta=np.hstack([course.to_numpy() for course in courses])[:, np.argsort(FIRST + SECOND)],
                 rows=np.stack([record.to_numpy() for record in rows], axis=2), values=np.array(recorded).T,
                 last=sens.theta)
    sens.theta = np.full(COUNT, 0.01)
    return found
found, again = once(), once()
assert all(np.array_equal(found[name], again[name]) for name in found)
np.savez("augmented.npz", leak=LEAK, first=FIRST, second=SECOND, **found)
"""
)

ORIGINAL = (
    """
import neuron
neuron.load_mechanisms(FOLDER)
"""
    + MODEL
    + """
augmented = np.load("augmented.npz")
theta, steps = augmented["theta"], len(augmented["theta"])
knobs = {}  # by parameter and place: its value at first, how it is set, and what directions do to it
def knob(where, owner, name, direction, seed):
    if name == "weight":
        read, write = lambda: owner.weight[0], lambda x: owner.weight.__setitem__(0, x)
    else:
        read, write = lambda: getattr(owner, name), lambda x: setattr(owner, name, x)
    knobs.setdefault((str(where), name), (read(), write, []))[2].append((direction, seed))
for direction, parts in enumerate(DIRECTIONS):
    for name, scale, place in parts:
        if not place:
            knob("", h, name, direction, scale)
        elif "of" in place:
            knob(place["of"], place["of"], name, direction, scale)
        else:
            for segment in place["sections"]:
                own, _, mechanism = name.partition("_")
                seed = scale(segment) if callable(scale) else scale
                owner = getattr(segment, mechanism) if mechanism else segment
                knob(segment, owner, own, direction, seed)
def place(values):
    for first, write, seeds in knobs.values():
        for direction, seed in seeds:
            first += seed*values[direction]
        write(first)
def replay(added=lambda t: 0.0):
    h.dt = PIECES[0][1]
    place(theta[0] + added(0.0))
    h.finitialize(-65)
    found = []
    for step in range(steps):
        if step:
            h.dt = next(size for until, size in PIECES if h.t < until - 1e-9)
            place(theta[step] + added(h.t))
            h.fadvance()
        found.append((h.t, near.e, far.e, soma(0.5).v, dend(0.9).v))
    return np.array(found)
plain = replay()
before = np.concatenate([[0.0], plain[:-1, 0]])  # when the step began
rows = np.zeros((steps, COUNT, 4))
for k, leak in enumerate(LEAK):
    def moved(size):
        return replay(lambda t: size*np.exp(leak*(t - DURATION))*np.eye(COUNT)[k])[:, 1:]
    size = 3e-3/abs(augmented["rows"][:, k, 2:]).max()  # mV
    difference = (8*(moved(size) - moved(-size)) - (moved(2*size) - moved(-2*size)))/(12*size)
    rows[:, k] = difference*np.exp(-leak*(before - DURATION))[:, None]
np.savez("original.npz", values=plain, rows=rows)
"""
)

Floats = NDArray[np.float64]
Side = dict[str, Floats]


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[Side, Side]:
    """What the two processes have found."""
    folder = tmp_path_factory.mktemp("replay")
    model(AUGMENTED, folder)
    compiled = build({path.name: path.read_text() for path in MECHANISMS}, PLAIN)
    model(f"FOLDER = {str(compiled)!r}\n" + ORIGINAL, folder)
    with np.load(folder / "augmented.npz") as one, np.load(folder / "original.npz") as other:
        return dict(one), dict(other)


def test_the_model_is_the_one_whose_parameters_were_set_by_hand(
    sides: tuple[Side, Side],
) -> None:
    augmented, original = sides
    assert np.array_equal(augmented["values"], original["values"])
    assert (augmented["last"] != 0.01).all()


def test_rows_are_derivatives_by_what_is_added_to_the_course(
    sides: tuple[Side, Side],
) -> None:
    augmented, original = sides
    largest = abs(original["rows"]).max(axis=0)
    assert (largest > 0).all()
    assert (abs(augmented["rows"] - original["rows"]).max(axis=0) / largest).max() < 1e-7


def test_theta_goes_as_the_rules_say(sides: tuple[Side, Side]) -> None:
    """The gradient, clipped, in its periods, with a floor; and Adam, whose beta is exp(-dt/first)."""
    augmented, _ = sides
    times, first, second = augmented["values"][:, 0], augmented["first"], augmented["second"]
    theta, moments, weights = np.full(len(augmented["leak"]), 0.01), np.zeros((2, len(second))), np.zeros(2)
    clipped = 0
    for step in range(1, len(times)):
        if round(times[step - 1], 6) == 5.5:
            theta += 0.02 * np.cos(np.arange(len(theta)))  # by the script
        assert np.abs(augmented["theta"][step] - theta).max() < 1e-12
        t, dt = round(times[step], 6), round(times[step] - times[step - 1], 6)
        if 1 <= t < 3 or t >= 3.5:
            gradient = augmented["rows"][step, first, 0]
            length = np.linalg.norm(gradient)
            clipped += length > 30
            gradient = gradient * min(1, 30 / length)
            theta[first] = np.maximum(theta[first] - 2e-5 * np.linspace(0.5, 2, len(first)) * gradient * dt, 0.0095)
        gradient = augmented["rows"][step, second, 1]
        kept = np.exp(-dt / np.array([0.5, 3]))
        moments = kept[:, None] * moments + (1 - kept)[:, None] * np.array([gradient, gradient**2])
        weights = kept * weights + 1 - kept
        mean, square = moments / weights[:, None]
        theta[second] -= 4e-5 * dt * mean / (np.sqrt(square) + 1e-3)
    assert np.abs(augmented["last"] - theta).max() < 1e-12
    assert 50 < clipped < len(times)
    assert (augmented["last"] == 0.0095).any()
