"""A small cell whose fit is handed to a library, for the tests of the adapters."""

from __future__ import annotations

import importlib.util

import pytest

PROBLEM = """
from nmodlgrad import fit
h.usetable_hh = 0  # a table is linear between its points: differences over them are blunt
soma, dend, clamp = cell()
ng.load("hh", "pas")
free = [
    fit.Free(ng.Parameter("gnabar_hh", sections=soma), bounds=(0.05, 0.3)),
    fit.Free(ng.Parameter("g_pas", sections=dend), bounds=(0, np.inf)),
    fit.Free(ng.Parameter("cm", sections=[soma, dend]), bounds=(0.3, 3)),
]
target = fit.Trace.sampled(np.full(81, -60.0), every=0.1)
losses = [fit.SquaredError(soma(0.5), target, scale=20), fit.Mean(dend(0.5), -60, scale=10)]
again = [fit.SpikeTimes(soma(0.5), [5.0])]
problem = fit.Problem(
    free,
    [fit.Protocol("strong", 8, losses, lambda: setattr(clamp, "amp", 0.3)),
     fit.Protocol("weak", 6, again, lambda: setattr(clamp, "amp", 0.2))],
)
"""


def needs(library: str) -> pytest.MarkDecorator:
    """Skip where the library is not installed."""
    found = importlib.util.find_spec(library) is not None
    return pytest.mark.skipif(not found, reason=f"{library} is not installed: see make test-adapters")
