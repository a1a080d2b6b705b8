"""Ten of the cells, connected at random: each tunes its own rate, by the gradient of what it does itself."""

from __future__ import annotations

import random
from typing import Any

from model import THRESHOLD, Cell, Controlled
from neuron import h

INPUTS = 5  # of each cell, from others
WEIGHT = 0.1  # mS/cm2
DECAY = 0.6  # ms, of a conductance
DELAY = 10  # ms


class Network:
    """Cells whose spikes reach others, and their targets in Hz."""

    def __init__(self, targets: list[float], seed: int) -> None:
        self.targets = targets
        self.cells = [Cell(f"cell{k}", target, seed, k) for k, target in enumerate(targets)]
        self._keep: list[Any] = []
        chance = random.Random(seed)
        for k, cell in enumerate(self.cells):
            synapse = h.ExpSyn(cell.soma(0.5))
            synapse.tau = DECAY
            self._keep.append(synapse)
            for source in chance.sample([other for other in range(len(targets)) if other != k], INPUTS):
                self._connect(self.cells[source], synapse)

    def _connect(self, source: Cell, synapse: Any) -> None:
        middle = source.soma(0.5)
        connection = h.NetCon(middle._ref_v, synapse, sec=source.soma)
        connection.threshold, connection.delay = THRESHOLD, DELAY
        connection.weight[0] = 1e-5 * WEIGHT * middle.area()  # uS from mS/cm2 and um2
        self._keep.append(connection)

    def controlled(self, factor: float) -> list[Controlled]:
        """A controller for each cell, on gradients within the cell."""
        return [Controlled.of(cell, factor) for cell in self.cells]
