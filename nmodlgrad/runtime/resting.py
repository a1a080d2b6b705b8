"""States between finitialize and the first step: what sets them there is not known to their derivatives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    rows
        addresses of their rows, for concentrations: handlers of finitialize set them, which is exact where a row is 0
    """

    def __init__(self) -> None:
        self.addresses, self.left, self.rows = np.zeros(0, np.uint64), np.zeros(0), np.zeros(0, np.uint64)

    def find(
        self, instances: Sequence[Instance], address: Callable[[Any], float], row: Callable[[Instance, str], int]
    ) -> None:
        """NEURON's structure is new: the states lie elsewhere."""
        self.addresses = np.fromiter((int(address(_reference(*one))) for one in _states(instances)), np.uint64)
        rows = (row(*one) if _is_concentration(*one) else 0 for one in _states(instances))
        self.rows = np.fromiter(rows, np.uint64)
        self.left = np.full(len(self.addresses), np.nan)

    def forget(self) -> None:
        """The states are what they are."""
        self.left[:] = np.nan


def _states(instances: Iterable[Instance]) -> Iterator[tuple[Instance, str]]:
    return ((instance, name) for instance in instances for name in instance.entry.resting)


def _reference(instance: Instance, name: str) -> Any:
    if _is_concentration(instance, name):  # the mechanism has a copy
        return getattr(instance.segment, f"_ref_{name}")
    if element := _ELEMENT.fullmatch(name):
        return getattr(instance.holder, f"_ref_{element['array']}")[int(element["index"])]
    return getattr(instance.holder, f"_ref_{name}")


def _is_concentration(instance: Instance, name: str) -> bool:
    return name in instance.entry.concentrations
