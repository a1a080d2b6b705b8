"""A thousand of the cells over the processes of a ParallelContext, each with a controller of its own.

python examples/homeostasis/large.py [--cells 1000] [--duration 500]
mpiexec -n 4 python examples/homeostasis/large.py        # the same spikes

Each cell has five inputs from others at random, as in network.py, and its number decides all that is random of it: its
noise and its inputs. The spikes of all processes are written down at the end, with a digest to compare.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import time
from typing import Any

from neuron import h

if __name__ == "__main__" and ("OMPI_COMM_WORLD_SIZE" in os.environ or "PMI_SIZE" in os.environ):
    h.nrnmpi_init()

from model import Cell, Controlled, load, prepare
from network import DECAY, DELAY, INPUTS, WEIGHT

TARGETS = (1.0, 4.0)  # Hz, in turn


class Share:
    """The cells of this process, and the connections that end at them."""

    def __init__(self, count: int, seed: int) -> None:
        self.context = h.ParallelContext()
        rank, ranks = int(self.context.id()), int(self.context.nhost())
        self.cells = {k: Cell(f"cell{k}", TARGETS[k % len(TARGETS)], seed, k) for k in range(rank, count, ranks)}
        self._keep: list[Any] = []
        for k, cell in self.cells.items():
            self.context.set_gid2node(k, rank)
            self.context.cell(k, cell.detector)
        for k, cell in self.cells.items():
            synapse = h.ExpSyn(cell.soma(0.5))
            synapse.tau = DECAY
            self._keep.append(synapse)
            for source in random.Random(f"{seed}, {k}").sample([other for other in range(count) if other != k], INPUTS):
                connection = self.context.gid_connect(source, synapse)
                connection.delay = DELAY
                connection.weight[0] = 1e-5 * WEIGHT * cell.soma(0.5).area()  # uS from mS/cm2 and um2
                self._keep.append(connection)

    def spikes(self) -> list[tuple[float, int]]:
        """Those of all processes: times in ms, and cells, in order."""
        own = [(at, k) for k, cell in self.cells.items() for at in cell.spikes.to_python()]
        return sorted(spike for each in self.context.py_allgather(own) for spike in each)

    def parameters(self, controlled: dict[int, Controlled]) -> list[list[float]]:
        """Where the parameters of all cells stand, by their numbers."""
        own = {k: one.controller.theta.tolist() for k, one in controlled.items()}
        found = {k: theta for each in self.context.py_allgather(own) for k, theta in each.items()}
        return [found[k] for k in sorted(found)]


def main() -> None:
    """Run it, and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=1000, help="how many (default: %(default)s)")
    parser.add_argument("--duration", type=float, default=500, metavar="MS", help="(default: %(default)g)")
    parser.add_argument("--dt", type=float, default=0.025, metavar="MS", help="(default: %(default)g)")
    parser.add_argument("--seed", type=int, default=2026, help="(default: %(default)s)")
    options = parser.parse_args()
    load()
    share = Share(options.cells, options.seed)
    controlled = {k: Controlled.of(cell, 0.3) for k, cell in share.cells.items()}
    context = prepare(options.dt)
    begin = time.perf_counter()
    context.psolve(options.duration)
    seconds = time.perf_counter() - begin
    spikes, parameters = share.spikes(), share.parameters(controlled)
    if context.id() == 0:
        digest = hashlib.sha256(repr((spikes, parameters)).encode()).hexdigest()[:16]
        print(f"{options.cells} cells on {int(context.nhost())} processes: {options.duration:g} ms in {seconds:.1f} s")
        print(f"{len(spikes)} spikes; digest of spikes and parameters {digest}")
    for one in controlled.values():
        one.sensitivity.close()


if __name__ == "__main__":
    main()
    context = h.ParallelContext()
    if int(context.nhost()) > 1:
        context.barrier()
        h.quit()
