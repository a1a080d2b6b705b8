"""The readouts that come with nmodlgrad measure what they say (that they are exact: test_recorded_variables)."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from processes import model

PAGE = Path(__file__).resolve().parents[1] / "docs" / "homeostasis.md"

SPIKING = """
ng.load("hh", "pas", ng.READOUTS)
soma, dend, clamp = cell()
clamp.amp = 0
pulses = [h.IClamp(soma(0.5)) for _ in range(5)]
for number, pulse in enumerate(pulses):
    pulse.delay, pulse.dur, pulse.amp = 10 + 30*number, 2, 1.5
rate = h.FiringRate(soma(0.5))
rate._ref_x, rate._ref_y = soma(0.5).hh._ref_m, soma(0.5).hh._ref_n
"""


def test_a_spike_is_a_whole_turn_of_the_gates() -> None:
    """By pulses that make a spike each: the sum of all turns is f*tau where the low-pass forgets nothing."""
    printed = model(
        SPIKING
        + """
rate.tau = 1e9
spikes, detector = h.Vector(), h.NetCon(soma(0.5)._ref_v, None, sec=soma)
detector.threshold = -10
detector.record(spikes)
other = h.FiringRate(soma(0.5))
other.tau, other.xcentre, other.ycentre = 1e9, 0.3, 0.5
other._ref_x, other._ref_y = soma(0.5).hh._ref_h, soma(0.5).hh._ref_m
run(soma, 200)
print(len(spikes), *(round(one.f*one.tau/1000, 3) for one in (rate, other)))
"""
    )
    spikes, *turns = map(float, printed.split())
    assert spikes == 5
    assert turns == pytest.approx([5, 5], abs=0.02)  # the gates are not quite back at rest


def test_a_pointer_at_a_built_in_mechanism_follows_it_and_comes_back() -> None:
    printed = model(
        SPIKING
        + """
def result():
    run(soma, 60)
    return rate.f
plain = result()
first = ng.Sensitivity(ng.Parameter("gnabar_hh", sections=soma))
attached = result()
first.close()
after = result()
with ng.Sensitivity(ng.Parameter("gkbar_hh", sections=soma)):
    again = result()
print(abs(attached/plain - 1) < 1e-9, after == plain, again == attached)
"""
    )
    assert printed.split() == ["True"] * 3


def test_the_readout_of_the_documentation_does_what_it_says(tmp_path: Path) -> None:
    """Its derivative is that of the voltage at the peak, while it does not decay."""
    (text,) = re.findall(r"^(    NEURON \{.*?^    \}\n)\n(?!    )", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "peak.mod").write_text(textwrap.dedent(text))
    printed = model(
        """
ng.load("hh", "pas", "peak.mod")
soma, dend, clamp = cell()
peak = h.Peak(soma(0.5))
peak.tau = 1e12
sens = ng.Sensitivity(ng.Parameter("gnabar_hh", sections=soma))
derivative, of_voltage = sens.record(peak, "peak"), sens.record(soma(0.5))
voltage = np.array(run(soma, 8))
top = voltage.argmax()
print(abs(peak.peak - voltage.max()) < 1e-6, abs(derivative.to_numpy()[-1]/of_voltage.to_numpy()[top] - 1)[0] < 1e-6)
""",
        folder=tmp_path,
    )
    assert printed.split() == ["True", "True"]
