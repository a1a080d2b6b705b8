"""Four parameters of a spiking cell, recovered from its voltage in a few simulations.

python examples/fit_a_cell.py
"""

import numpy as np
from neuron import h

import nmodlgrad as ng
from nmodlgrad import fit

ng.load("hh", "pas")
h.load_file("stdrun.hoc")
h.v_init = -65

soma, dend = h.Section(name="soma"), h.Section(name="dend")
soma.L = soma.diam = 20
dend.L, dend.diam, dend.nseg = 300, 1.5, 9
dend.connect(soma(1))
soma.insert("hh")
dend.insert("pas")
clamp = h.IClamp(soma(0.5))
clamp.delay, clamp.dur, clamp.amp = 2, 100, 0.3

# What would be a recording: the voltage of the model with its own parameters, sampled at 10 kHz, with noise of 0.5 mV.
voltage = h.Vector().record(soma(0.5)._ref_v)
h.finitialize(h.v_init)
h.continuerun(50)
noise = np.random.default_rng(1).normal(0, 0.5, 501)
recorded = fit.Trace.sampled(np.array(voltage)[::4] + noise, every=0.1)

# What is fitted, and from where.
free = [
    fit.Free(ng.Parameter("gnabar_hh", sections=soma), start=0.2, bounds=(0.05, 0.5)),
    fit.Free(ng.Parameter("gkbar_hh", sections=soma), start=0.05, bounds=(0.01, 0.1)),
    fit.Free(ng.Parameter("g_pas", sections=dend), start=0.002, bounds=(1e-5, 1e-2), transform="log"),
    fit.Free(ng.Parameter("cm", sections=[soma, dend]), start=1.2, bounds=(0.5, 2)),
]
problem = fit.Problem(free, fit.Protocol("0.3 nA", 50, fit.SquaredError(soma(0.5), recorded, scale=0.5)))
found = fit.minimise(problem, fit.GaussNewton())

print(f"{len(found.losses)} simulations, loss {found.losses[0]:.4g} -> {found.loss:.4g} (0.5 is what the noise leaves)")
for label, value in zip(found.labels, found.values, strict=True):
    print(f"{label:25s} {value:.5g}")
