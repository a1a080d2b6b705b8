"""Derivatives by the times of events beside those of the continuous problem, which CVODE solves with the originals.

A model is a text of Python that both processes run. It defines DURATION in ms, `recorded`, a segment, `sources`, a list
of NetCons, and PLACES: by name, the parameter as `nmodlgrad.Parameter` takes it, and the step of its differences.
`begin` may be defined: what is done before each run.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processes import model

Floats = NDArray[np.float64]
FIXTURES = Path(__file__).with_name("fixtures")
STEPS_MS = (0.025, 0.00625)

PARTS = """
def begin():
    pass

def compartment(name, mechanism):
    section = h.Section(name=name)
    section.L = section.diam = 20
    section.insert(mechanism)
    return section

def connect(source, target, kind, weight, delay, threshold=-10):
    synapse = getattr(h, kind)(target(0.5))
    netcon = h.NetCon(source(0.5)._ref_v, synapse, sec=source)
    netcon.weight[0], netcon.delay, netcon.threshold = weight, delay, threshold
    return synapse, netcon

def clamped(section, amp, delay=2):
    clamp = h.IClamp(section(0.5))
    clamp.delay, clamp.dur, clamp.amp = delay, 1e9, amp
    return clamp
"""

_ORIGINAL = """
cvode = h.CVode()
cvode.active(True)
cvode.atol(1e-10), cvode.rtol(1e-10), cvode.condition_order(2)
times = h.Vector(np.arange(SAMPLE, DURATION - 1, SAMPLE))
voltage, spikes = h.Vector(), [h.Vector() for _ in sources]
voltage.record(recorded._ref_v, times)
for netcon, vector in zip(sources, spikes):
    netcon.record(vector)

def outcome():
    begin()
    h.finitialize(-65)
    cvode.solve(DURATION)
    return np.array(voltage), [np.array(vector) for vector in spikes]

def change(name, place, step):
    if "sections" in place:
        for segment in place["sections"]:
            setattr(segment, name, getattr(segment, name) + step)
    elif name == "weight":
        place["of"].weight[0] += step
    else:
        setattr(place["of"], name, getattr(place["of"], name) + step)

found = {}
for key, (name, place, step) in PLACES.items():
    change(name, place, step)
    above = outcome()
    change(name, place, -2 * step)
    below = outcome()
    change(name, place, step)
    assert [len(x) for x in above[1]] == [len(x) for x in below[1]], f"{key}: spikes come and go"
    slopes = [(x - y) / (2 * step) for x, y in zip([above[0], *above[1]], [below[0], *below[1]])]
    found[key] = [slope.tolist() for slope in slopes]
value, trains = outcome()
print(json.dumps([[x.tolist() for x in (value, *trains)], found]))
"""

_CARRIED = """
parameters = [ng.Parameter(name, **place) for name, place, _ in PLACES.values()]
found = []
for dt in STEPS:
    h.dt = dt
    h.steps_per_ms = 1 / dt
    with ng.Sensitivity(parameters, spikes=True) as sensitivity:
        dv = sensitivity.record(recorded, every=SAMPLE)
        spikes = [sensitivity.record_spikes(netcon) for netcon in sources]
        begin()
        h.finitialize(-65)
        while h.t < DURATION - dt / 2:
            h.fadvance()
        count = len(np.arange(SAMPLE, DURATION - 1, SAMPLE))
        rows = [dv.to_numpy()[1 : count + 1], *(train.to_numpy() for train in spikes)]
        found.append({key: [row[:, k].tolist() for row in rows] for k, key in enumerate(PLACES)})
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Compared:
    """A model's derivatives, along each parameter: of a voltage at samples, then of the spikes of each source.

    Attributes
    ----------
    times
        of the samples, in ms
    values
        the voltage, then the times of the spikes
    expected
        differences of the continuous problem
    carried
        what nmodlgrad has with each of `STEPS_MS`
    """

    times: Floats
    values: list[Floats]
    expected: dict[str, list[Floats]]
    carried: list[dict[str, list[Floats]]]

    def errors(self, name: str, part: int = 0, apart_from: Sequence[float] = (), by: float = 0.45) -> list[float]:
        """Root mean square errors for each step, relative to the root mean square of the derivative.

        `part` is 0 for the voltage, else the number of a source. Samples of the voltage less than `by` ms from the
        times in `apart_from` do not count: around an event the voltage has a kink, which comes up to a step late.
        """
        count = min(len(found[name][part]) for found in (self.expected, *self.carried))  # of spikes
        expected = self.expected[name][part][:count]
        chosen = np.ones(count, bool)
        if part == 0 and len(apart_from):
            chosen = (np.abs(self.times[:, None] - np.array(apart_from)) > by).all(axis=1)
        rows = [found[name][part][:count] for found in self.carried]
        size = np.sqrt(np.mean(expected[chosen] ** 2))
        return [float(np.sqrt(np.mean((row - expected)[chosen] ** 2)) / size) for row in rows]


def compared(text: str, *names: str, sample_ms: float = 0.5) -> Compared:
    """Run a model both ways; `names` are the mechanisms that it needs, of NEURON or fixtures."""
    files = {name: FIXTURES / f"{name}.mod" for name in names}
    own = {path.name: path.read_text() for path in files.values() if path.exists()}
    sources = [str(path) if path.exists() else name for name, path in files.items()]
    head = f"SAMPLE, STEPS = {sample_ms}, {STEPS_MS}\n"
    original = (
        f"import neuron\nfrom nmodlgrad.build import PLAIN, build\nneuron.load_mechanisms(str(build({own}, PLAIN)))\n"
    )
    values, expected = json.loads(model((original if own else "") + head + PARTS + text + _ORIGINAL))
    carried = json.loads(model(f"ng.load(*{sources})\n" + head + PARTS + text + _CARRIED))

    def arrays(found: dict[str, list[list[float]]]) -> dict[str, list[Floats]]:
        return {name: [np.array(row) for row in rows] for name, rows in found.items()}

    times = sample_ms * np.arange(1, len(values[0]) + 1)
    return Compared(times, [np.array(x) for x in values], arrays(expected), [arrays(one) for one in carried])
