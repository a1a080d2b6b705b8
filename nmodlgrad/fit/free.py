"""What is fitted: a direction whose position is the value itself, with bounds and a transform."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from nmodlgrad.fit.transforms import Transform, of_name
from nmodlgrad.runtime.errors import WrongArgument
from nmodlgrad.runtime.parameter import Direction, Parameter
from nmodlgrad.runtime.values import Moved

_ALIKE = 1e-9  # relative differences between places below this are rounding


@dataclass(frozen=True, eq=False)
class Free:
    """A parameter that is fitted: wherever the direction acts, parameter = scale * value.

    Several that act on one parameter of one place add up: ``theta_0 + theta_1 * distance`` is two of them, the scale of
    the second a function of the segment. Each of these says where it starts.

    Parameters
    ----------
    direction
        what is moved and where; its `scale` (1 by default) is the unit of the value
    start
        value to begin with; by default what the model has, which is then the same, in units of the scale, everywhere
    bounds
        lowest and highest value
    transform
        ``"identity"``, ``"log"``, ``"softplus"`` or ``"logit"``: how the value depends on what the optimiser moves; by
        default logit between two bounds, log for values above 0, identity otherwise
    name
        what it is called; by default after the direction

    Raises
    ------
    WrongArgument
        for bounds, start and transform that do not go together.
    """

    direction: Parameter | Direction
    start: float | None = None
    bounds: tuple[float, float] = (-math.inf, math.inf)
    transform: str | None = None
    name: str | None = None
    start_given: bool = field(init=False, repr=False)  # or it is what the model has

    def __post_init__(self) -> None:
        if not isinstance(self.direction, Parameter | Direction):
            raise WrongArgument(f"Free takes a Parameter or a Direction, not {self.direction!r}")
        lower, upper = self.bounds
        if not lower < upper:
            raise WrongArgument(f"{self.label}: the lower bound is below the upper one, unlike {self.bounds}")
        object.__setattr__(self, "start_given", self.start is not None)
        start = self.present() if self.start is None else float(self.start)
        object.__setattr__(self, "start", start)
        if not lower <= start <= upper:
            raise WrongArgument(f"{self.label}: it starts at {start:g}, which is not within its bounds {self.bounds}")
        if not math.isfinite(self.mapping.theta(start)):
            raise WrongArgument(f"{self.label}: {self.mapping} can not start at {start:g}, the end of its range")

    @property
    def label(self) -> str:
        """What it is called."""
        return self.name or self.direction.label

    @property
    def mapping(self) -> Transform:
        """The transform itself."""
        unit = abs(self.start) if self.start else 1.0
        return of_name(self.transform, *self.bounds, unit)

    def present(self) -> float:
        """The value that the model has.

        Raises
        ------
        WrongArgument
            when it is not the same everywhere, in units of the scale.
        """
        values = [
            float(value / entries.numbers.sum())
            for moved in Moved([self.direction]).values()
            for rows, entries in moved.seeds.groups()
            if len(entries.numbers)
            for value in np.atleast_1d(moved.base[rows])
        ]
        if not values or max(values) - min(values) > _ALIKE * max(map(abs, values)):
            raise WrongArgument(
                f"{self.label}: it is not scale * value with one value in all of its places, so say where it starts: "
                "Free(..., start=...)"
            )
        return values[0]
