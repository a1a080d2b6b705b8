"""States between finitialize and the first step: what sets them there is not known to their derivatives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from nmodlgrad.runtime.instances import Instance

_ELEMENT = re.compile(r"(?P<array>\w+)\[(?P<index>\d+)\]")


class Resting:
    """Where the states of a cell are that INITIAL alone sets, and what it left there (``ng_states``, ``ng_left``).

    Attributes
    ----------
    addresses
        of the states, shape (states,)
    left
        what INITIAL left, filled in by the cable; not a number: whatever there is now is taken as given
    """

    def __init__(self) -> None:
        self.addresses, self.left = np.zeros(0, np.uint64), np.zeros(0)

    def find(self, instances: Iterable[Instance], address: Callable[[Any], float]) -> None:
        """NEURON's structure is new: the states lie elsewhere."""
        found = (int(address(reference)) for instance in instances for reference in _references(instance))
        self.addresses = np.fromiter(found, np.uint64)
        self.left = np.full(len(self.addresses), np.nan)

    def forget(self) -> None:
        """The states are what they are."""
        self.left[:] = np.nan


def _references(instance: Instance) -> Iterator[Any]:
    holder = instance.holder
    for name in instance.entry.resting:
        if element := _ELEMENT.fullmatch(name):
            yield getattr(holder, f"_ref_{element['array']}")[int(element["index"])]
        elif not name.endswith(tuple(f"{ion}{side}" for ion in instance.entry.ions for side in "io")):
            yield getattr(holder, f"_ref_{name}")
