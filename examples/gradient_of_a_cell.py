"""The derivative of a spiking cell's voltage along three directions, from one simulation.

python examples/gradient_of_a_cell.py
"""

from neuron import h

import nmodlgrad as ng

ng.load("hh", "pas", "ExpSyn")  # translated, compiled (kept for the next time) and loaded
h.load_file("stdrun.hoc")

# The model is built from the original names, as always.
soma, dend = h.Section(name="soma"), h.Section(name="dend")
soma.L = soma.diam = 20
dend.L, dend.diam, dend.nseg = 300, 1.5, 9
dend.connect(soma(1))
soma.insert("hh")
dend.insert("pas")
synapse, stimulus = h.ExpSyn(dend(0.8)), h.NetStim()
synapse.tau, stimulus.start, stimulus.number = 2, 5, 1
connection = h.NetCon(stimulus, synapse, 0, 1, 0.05)  # threshold (mV), delay (ms), weight (uS)

# One direction for each parameter; then anything that is to be recorded.
sensitivity = ng.Sensitivity(
    [
        ng.Parameter("gnabar_hh", sections=soma),  # everywhere in the soma
        ng.Parameter("g_pas", segments=dend(0.5), scale=1e-6),  # in one segment, per uS/cm2
        ng.Parameter("weight", of=connection),
    ]
)
time, voltage = h.Vector().record(h._ref_t), h.Vector().record(soma(0.5)._ref_v)
derivative = sensitivity.record(soma(0.5))

h.finitialize(-65)
h.continuerun(25)

print("  t/ms      V/mV   dV/dgnabar   dV/dg_pas   dV/dweight")
rows = zip(time.to_python(), voltage.to_python(), derivative.to_numpy(), strict=True)
for t, v, (gnabar, g_pas, weight) in list(rows)[::80]:
    print(f"{t:6.1f} {v:9.3f} {gnabar:12.4f} {g_pas:11.6f} {weight:12.4f}")

sensitivity.close()  # the cell has its original mechanisms again
