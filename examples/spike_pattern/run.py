"""A network learns to fire a pattern: delays and weights, by the gradient that spikes carry through them.

python examples/spike_pattern/run.py [--steps 1000] [--seed 7] [-o spike_pattern]
mpiexec -n 2 python examples/spike_pattern/run.py        # the same, the cells on two processes

Four cells are made to fire one after the other; they excite four more, and these two, whose spikes shall come at given
times. All connections have delays and weights of their own, 48 numbers that Adam moves. The loss is half the sum of
squares of what the spikes of the last two cells are off, in ms; where their number is not that of the pattern, those
that can be are compared in their order. A process knows the spikes of its own cells, and the derivatives of their times
by all numbers, its own or others'.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from neuron import h
from numpy.typing import NDArray
from tqdm import tqdm

import nmodlgrad as ng

LAYERS = (range(4), range(4, 8), range(8, 10))
INPUTS_MS = (2.0, 16.0, 30.0, 44.0)  # when the first cells are made to fire
PATTERN_MS = {8: (11.5, 29.0, 40.0, 57.5), 9: (14.5, 26.0, 43.5, 54.0)}
DURATION_MS, THRESHOLD_MV = 70.0, -10.0
LEAST_WEIGHT_US, LEAST_DELAY_MS = 0.0005, 1.0
RATES = {"weight": 0.0002, "delay": 0.1}  # of Adam: uS and ms for each step

Floats = NDArray[np.float64]


class Network:
    """The cells of this process, and the connections that end at them."""

    def __init__(self, seed: int) -> None:
        ng.load("hh", "ExpSyn")
        self.seed = seed
        self.context = h.ParallelContext()
        rank, ranks = int(self.context.id()), int(self.context.nhost())
        self.somas, self.sources, self.clamps, self.synapses = {}, {}, [], []
        for gid in range(rank, LAYERS[-1].stop, ranks):
            self._add_cell(gid, rank)
        self.netcons = [each for gid in self.somas for each in self._connected(gid)]
        self.context.set_maxstep(LEAST_DELAY_MS)

    def _add_cell(self, gid: int, rank: int) -> None:
        soma = h.Section(name=f"cell{gid}")
        soma.L = soma.diam = 20
        soma.insert("hh")
        source = h.NetCon(soma(0.5)._ref_v, None, sec=soma)
        self.context.set_gid2node(gid, rank)
        self.context.cell(gid, source)
        source.threshold = THRESHOLD_MV
        self.somas[gid], self.sources[gid] = soma, source
        if gid in LAYERS[0]:
            clamp = h.IClamp(soma(0.5))
            clamp.delay, clamp.dur, clamp.amp = INPUTS_MS[gid], 1, 0.6
            self.clamps.append(clamp)

    def _connected(self, gid: int) -> list[object]:
        """Connections from the whole layer before, each with a synapse of its own."""
        layer = next(number for number, gids in enumerate(LAYERS) if gid in gids)
        found = []
        for before in LAYERS[layer - 1] if layer else ():
            synapse = h.ExpSyn(self.somas[gid](0.5))
            synapse.tau = 2
            netcon = self.context.gid_connect(before, synapse)
            drawn = np.random.default_rng((self.seed, before, gid)).uniform(size=2)
            netcon.weight[0] = 0.007 + 0.003 * drawn[0]
            netcon.delay = 3 + 3 * drawn[1]
            self.synapses.append(synapse)
            found.append(netcon)
        return found

    @property
    def parameters(self) -> list[ng.Parameter]:
        """Of this process: the weight and the delay of each connection."""
        return [ng.Parameter(name, of=netcon) for netcon in self.netcons for name in RATES]


class Loss:
    """What the pattern is missed by, and its gradient, the same in every process."""

    def __init__(self, network: Network) -> None:
        self.network = network
        directions = ng.everywhere(network.parameters)
        self.own = np.array([not isinstance(direction, ng.Elsewhere) for direction in directions])
        own = [[netcon.weight[0], netcon.delay] for netcon in network.netcons]
        start = np.zeros(len(directions))
        start[self.own] = np.ravel(own)
        self.start = self._sum(start)
        self.sensitivity = ng.Sensitivity(directions, spikes=True, start=self.start)
        self.fired = {gid: h.Vector() for gid in network.sources}
        for gid, times in self.fired.items():
            network.sources[gid].record(times)
        self.trains = {
            gid: self.sensitivity.record_spikes(network.sources[gid]) for gid in PATTERN_MS if gid in self.fired
        }

    def __call__(self, values: Floats) -> tuple[float, Floats]:
        """The loss in ms2 and its gradient, shape (directions,)."""
        self.sensitivity.theta = values
        h.finitialize(-65)
        self.sensitivity.psolve(DURATION_MS)
        total = np.zeros(1 + len(values))
        for gid, train in self.trains.items():
            count = min(len(PATTERN_MS[gid]), len(train.crossings))
            late = train.crossings[:count] - np.array(PATTERN_MS[gid])[:count]
            total += [late @ late / 2, *late @ train.to_numpy()[:count]]
        total = self._sum(total)
        return float(total[0]), total[1:]

    def spikes(self) -> dict[int, list[float]]:
        """When each cell fired in the last run, whose ever it is."""
        own = {gid: times.to_python() for gid, times in self.fired.items()}
        return {gid: times for each in self.network.context.py_allgather(own) for gid, times in each.items()}

    def _sum(self, values: Floats) -> Floats:
        return np.sum(self.network.context.py_allgather(values), axis=0)


def learn(loss: Loss, steps: int) -> tuple[list[float], Floats]:
    """Adam: the losses, and the best values."""
    kinds = np.tile(list(RATES), len(loss.start) // len(RATES))
    rates = np.array([RATES[kind] for kind in kinds])
    least = np.where(kinds == "weight", LEAST_WEIGHT_US, LEAST_DELAY_MS)
    values, best, losses = loss.start.copy(), loss.start, []
    mean, square = np.zeros_like(values), np.zeros_like(values)
    with tqdm(range(1, steps + 1), "learning", disable=True if loss.network.context.id() else None) as bar:
        for step in bar:
            value, gradient = loss(values)
            if not losses or value < min(losses):
                best = values.copy()
            losses.append(value)
            bar.set_postfix_str(f"loss {value:.4g} ms2", refresh=False)
            mean = 0.9 * mean + 0.1 * gradient
            square = 0.99 * square + 0.01 * gradient**2
            moved = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.99**step)) + 1e-12)
            fading = (1 + np.cos(np.pi * step / steps)) / 2
            values = np.maximum(values - rates * fading * moved, least)
    return losses, best


def draw(picture: Path, losses: list[float], before: dict[int, list[float]], after: dict[int, list[float]]) -> None:
    """The loss, and who fired when."""
    figure = Figure(figsize=(9, 3), layout="constrained", dpi=130)
    left, *rasters = figure.subplots(1, 3, sharey=False)
    left.plot(losses, color="C3")
    left.set(xlabel="step", ylabel="loss (ms²)", yscale="log")
    for axes, spikes, title in zip(rasters, (before, after), ("before", "after"), strict=True):
        for gid, times in spikes.items():
            axes.plot(times, [gid] * len(times), "|", color="C3" if gid in PATTERN_MS else "0.4", markersize=11)
        for gid, times in PATTERN_MS.items():
            axes.plot(times, [gid] * len(times), "o", color="C0", markerfacecolor="none", markersize=9)
        axes.set(title=title, xlabel="time (ms)", ylabel="cell", xlim=(0, DURATION_MS), yticks=range(10))
    for axes in (left, *rasters):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(picture)


def main() -> None:
    """Learn, say what came out, draw it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1000, help="of Adam (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="weights and delays at first (default: %(default)s)")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("spike_pattern"), metavar="DIR", help="(default: %(default)s)"
    )
    options = parser.parse_args()
    loss = Loss(Network(options.seed))
    loss(loss.start)
    before = loss.spikes()
    losses, best = learn(loss, options.steps)
    final, _ = loss(best)
    after = loss.spikes()
    if loss.network.context.id() == 0:
        options.output.mkdir(parents=True, exist_ok=True)
        print(f"loss {losses[0]:.4g} -> {final:.4g} ms2 in {options.steps} steps, {len(best)} numbers")
        for gid, wanted in PATTERN_MS.items():
            print(f"cell {gid}: wanted {wanted}, fires at {', '.join(f'{time:.2f}' for time in after[gid])}")
        draw(options.output / "spike_pattern.png", losses, before, after)
        print(f"picture: {options.output / 'spike_pattern.png'}")


if __name__ == "__main__":
    parallel = "OMPI_COMM_WORLD_SIZE" in os.environ or "PMI_SIZE" in os.environ
    if parallel:
        h.nrnmpi_init()
    main()
    sys.stdout.flush()
    if parallel:
        h.ParallelContext().barrier()
        h.quit()
