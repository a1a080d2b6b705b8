"""Which parameters act on a current and are seeded: a few of all, so that the cable looks at no others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime import layout


def sown(
    instances: NDArray[Any], seeds: NDArray[Any], first: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Their table, sorted by node, and the first of each node.

    Parameters
    ----------
    instances
        the table of the instances (`layout.INSTANCE`), sorted by node
    seeds
        the table of the seeds of all instances (`layout.SEED`)
    first
        first instance of each node, and one past the last
    """
    count = instances["current_parameters"]
    owner = np.repeat(np.arange(len(instances)), count)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    seed = instances["seeds"][owner].astype(np.int64) + number * layout.SEED.itemsize
    slot = seeds[(seed - layout.address(seeds)) // layout.SEED.itemsize]
    acts = (slot["first"] < slot["end"]) | (slot["latched"] != 0)
    table = np.zeros(max(int(acts.sum()), 1), layout.SOWN)
    pair = instances["record"][owner].astype(np.int64) + (instances["current_carried"][owner] + number) * layout.PAIR
    table["pair"][: acts.sum()], table["seed"][: acts.sum()] = pair[acts], seed[acts]
    return table, np.searchsorted(owner[acts], first).astype(np.int64)
