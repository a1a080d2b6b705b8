"""A ring of cells over the processes of a ParallelContext: `mpiexec -n 3 python tests/ring.py FILE LEAK` writes a file.

With a leak, in 1/ms, each cell has a controller that moves nothing, with that leak, on its own conductance.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from neuron import h

h.nrnmpi_init()

import nmodlgrad as ng  # noqa: E402  MPI comes first

COUNT, DURATION_MS = 5, 90
context = h.ParallelContext()
rank, ranks = int(context.id()), int(context.nhost())


def main(file: Path, leak: float) -> None:
    ng.load("hh", "ExpSyn")
    kept, parameters, recorded = [], [], {}
    for gid in range(rank, COUNT, ranks):
        soma = h.Section(name=f"soma{gid}")
        soma.L = soma.diam = 20
        soma.insert("hh")
        soma.gnabar_hh = 0.12 + 0.002 * gid
        synapse = h.ExpSyn(soma(0.5))
        synapse.tau = 2
        source = h.NetCon(soma(0.5)._ref_v, None, sec=soma)
        context.set_gid2node(gid, rank)
        context.cell(gid, source)
        source.threshold = -10
        kept.append((gid, soma, synapse, source))
    for gid, soma, synapse, _ in kept:
        netcon = context.gid_connect((gid - 1) % COUNT, synapse)
        netcon.weight[0], netcon.delay = 0.02, 4 + 1.3 * gid
        parameters.append(ng.Direction(ng.Parameter("gnabar_hh", sections=soma), name=f"gnabar of {gid}"))
        parameters.append(ng.Direction(ng.Parameter("delay", of=netcon), name=f"delay of {gid}"))
        recorded[gid] = netcon  # kept
    if rank == 0:
        clamp = h.IClamp(kept[0][1](0.5))
        clamp.delay, clamp.dur, clamp.amp = 1, 2, 0.3
    directions = ng.everywhere(parameters)
    context.set_maxstep(10)
    with ng.Sensitivity(directions, spikes=True) as sensitivity:
        for gid, soma, _, _ in kept if leak else ():
            number = sensitivity.labels.index(f"gnabar of {gid}")
            sensitivity.control(soma(0.5), "v", rate=0, theta0=1, leak=leak, directions=[number])
        trains = {gid: sensitivity.record_spikes(source) for gid, _, _, source in kept}
        h.finitialize(-65)
        sensitivity.psolve(DURATION_MS)
        own = {gid: {"times": train.times.tolist(), "rows": train.to_numpy().tolist()} for gid, train in trains.items()}
        labels = sensitivity.labels
    everything = context.py_allgather(own)
    if rank == 0:
        found = {str(gid): one for each in everything for gid, one in each.items()}
        file.write_text(json.dumps({"labels": labels, "cells": found}))


main(Path(sys.argv[1]), float(sys.argv[2]))
context.barrier()
h.quit()
