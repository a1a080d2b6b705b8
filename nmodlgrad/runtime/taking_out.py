"""NEURON 9 ends the process when a point process is taken out of a model in the midst of a step or of finitialize.

A script can ask for it there, in a callback, and so can Python's garbage collection.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from neuron import h

from nmodlgrad.runtime.errors import CannotCarry

_left: list[Any] = []


def require_rest(what: str) -> None:
    """Refuse to change the model where NEURON can not.

    Raises
    ------
    CannotCarry
        in a callback of NEURON's; NEURON 8 does not tell.
    """
    try:
        h.Section(name="nmodlgrad")  # all that adds to a model is refused with an error then, and leaves it as it is
    except RuntimeError:
        raise CannotCarry(
            f"{what} changes the model, which NEURON can not do in the midst of a step or of finitialize, where it "
            "calls this: do it before or after"
        ) from None


def leave(points: Iterable[Any]) -> None:
    """Let point processes that do nothing any more stay in the model, until it may be changed."""
    _left.extend(points)


def take_out() -> None:
    """The model may be changed: take them out."""
    _left.clear()
