"""What the cable adds up at each node: lists of addresses, sorted by node, so that it looks at nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime import layout

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
    owner, number = _numbered(instances["current_carried"])
    table = np.zeros(len(owner), layout.TERM)
    table["pair"] = instances["record"][owner].astype(np.int64) + number * layout.PAIR
    table["row"] = instances["carried"][owner].astype(np.int64) + number * width * 8
    return _by_node(table, node[owner], nodes)


def slopes(instances: Table, node: NDArray[np.int64], nodes: int, linear: NDArray[np.bool_]) -> tuple[Table, Firsts]:
    """Where the pairs of conductances are of the instances whose current is not linear in v, and firsts as above."""
    count = instances["current_carried"] + instances["current_parameters"]
    address = instances["record"].astype(np.int64) + count * layout.PAIR
    return _by_node(address[~linear], node[~linear], nodes)


def sown(instances: Table, node: NDArray[np.int64], nodes: int, seeds: Table) -> tuple[Table, Firsts]:
    """The parameters that act on currents and are seeded (`layout.SOWN`), and firsts as above.

    The instances that have one are marked; `seeds` is the table of the seeds of all instances (`layout.SEED`).
    """
    owner, number = _numbered(instances["current_parameters"])
    seed = instances["seeds"][owner].astype(np.int64) + number * layout.SEED.itemsize
    slot = seeds[(seed - layout.address(seeds)) // layout.SEED.itemsize]
    acts = (slot["first"] < slot["end"]) | (slot["latched"] != 0)
    owner, number = owner[acts], number[acts]
    instances["sown"] = np.bincount(owner, minlength=len(instances)) > 0
    table = np.zeros(len(owner), layout.SOWN)
    table["pair"] = (
        instances["record"][owner].astype(np.int64) + (instances["current_carried"][owner] + number) * layout.PAIR
    )
    table["seed"] = seed[acts]
    return _by_node(table, node[owner], nodes)


def _numbered(count: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each of so many things that an instance has: which instance, and the how manieth there."""
    owner = np.repeat(np.arange(len(count)), count)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)


def _by_node(table: Table, node: NDArray[np.int64], nodes: int) -> tuple[Table, Firsts]:
    order = np.argsort(node, kind="stable")
    return table[order], np.searchsorted(node[order], np.arange(nodes + 1)).astype(np.int64)
