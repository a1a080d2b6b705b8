"""What a Vector plays into a parameter of a point process: theta scales all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class Stimulus:
    """The values of a Vector, times a factor that is 1 at first."""

    def __init__(self, vector: Any, point: Any, name: str) -> None:
        self.vector, self.point, self.name = vector, point, name
        self._values, self._factor = vector.c(), 1.0

    @property
    def reference(self) -> Any:
        """Where it is played into."""
        return getattr(self.point, f"_ref_{self.name}")

    def read(self) -> float:
        """The factor as it is."""
        return self._factor

    def write(self, factor: float) -> None:
        """Let the Vector play its values times this."""
        self.vector.copy(self._values)
        self.vector.mul(factor)
        self._factor = factor


@dataclass(frozen=True)
class Played:
    """A stimulus along a direction: `seed` is d factor / d theta."""

    stimulus: Stimulus
    seed: float

    @property
    def rate(self) -> float:
        """What is played now times this is its derivative: it is the Vector's first values times the factor."""
        return self.seed / self.stimulus.read()
