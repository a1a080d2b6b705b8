"""What the cable adds up at each node: lists of addresses, sorted by node, so that it looks at nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime import layout
from nmodlgrad.runtime.bands import EMPTY

Table = NDArray[Any]
Firsts = NDArray[np.int64]


def terms(instances: Table, node: NDArray[np.int64], nodes: int, width: int) -> tuple[Table, Firsts]:
    """The carried variables that act on currents (`layout.TERM`), and the first of each node and one past the last.

    Parameters
    ----------
    instances
        the table of the instances (`layout.INSTANCE`)
    node
        of each instance
    nodes
        how many there are
    width
        of a row, in doubles
    """
    owner, number, first = _numbered(instances["current_carried"], node, nodes)
    table = np.zeros(len(owner), layout.TERM)
    table["pair"] = instances["record"][owner].astype(np.int64) + number * layout.PAIR
    table["row"] = instances["carried"][owner].astype(np.int64) + number * width * 8
    return table, first


def slopes(instances: Table, node: NDArray[np.int64], nodes: int, linear: NDArray[np.bool_]) -> tuple[Table, Firsts]:
    """Where the pairs of conductances are of the instances whose current is not linear in v, and firsts as above."""
    owner, _, first = _numbered((~linear).astype(np.int64), node, nodes)
    count = instances["current_carried"][owner] + instances["current_parameters"][owner]
    return instances["record"][owner].astype(np.int64) + count * layout.PAIR, first


def sown(instances: Table, node: NDArray[np.int64], nodes: int, seeds: Table) -> tuple[Table, Firsts]:
    """The parameters that act on currents and are seeded (`layout.SOWN`), and firsts as above.

    The instances that have one are marked; `seeds` is the table of the seeds of all instances (`layout.SEED`).
    """
    acts = (seeds["bands"] != EMPTY) | (seeds["latched"] != 0)
    before, slot = np.concatenate([[0], np.cumsum(acts)]), _slots(instances, seeds)
    some = before[slot + instances["current_parameters"]] > before[slot]
    instances["sown"] = some
    owner, number, _ = _numbered(np.where(some, instances["current_parameters"], 0), node, nodes)
    chosen = acts[slot[owner] + number]
    owner, number = owner[chosen], number[chosen]
    table = np.zeros(len(owner), layout.SOWN)
    table["pair"] = (
        instances["record"][owner].astype(np.int64) + (instances["current_carried"][owner] + number) * layout.PAIR
    )
    table["seed"] = instances["seeds"][owner].astype(np.int64) + number * layout.SEED.itemsize
    return table, _firsts(node[owner], nodes)


def idle(instances: Table, seeds: Table, parameters: Firsts) -> NDArray[np.bool_]:
    """Whether no direction acts on so many parameters of each instance, and nobody asks for what it computes."""
    acts = (seeds["bands"] != EMPTY) | (seeds["row"] != 0)
    before, slot = np.concatenate([[0], np.cumsum(acts)]), _slots(instances, seeds)
    asked = (instances["ion_record"] != 0) | (instances["observed_record"] != 0) | (instances["total"] != 0)
    return np.asarray((before[slot + parameters] == before[slot]) & ~asked)


def _slots(instances: Table, seeds: Table) -> Firsts:
    """The first slot of each instance in the table of the seeds."""
    return (instances["seeds"].astype(np.int64) - layout.address(seeds)) // layout.SEED.itemsize


def _numbered(count: Firsts, node: Firsts, nodes: int) -> tuple[Firsts, Firsts, Firsts]:
    """For each of so many things that an instance has, by node: which instance, the how manieth there; and firsts."""
    owner = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    order = np.argsort(node[owner], kind="stable")
    owner, number = owner[order], number[order]
    return owner, number, _firsts(node[owner], nodes)


def _firsts(node: Firsts, nodes: int) -> Firsts:
    """The first of each node, and one past the last; they are sorted."""
    return np.searchsorted(node, np.arange(nodes + 1)).astype(np.int64)
