"""Transforms: an optimiser moves theta freely, the parameter stays where it has a meaning."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from nmodlgrad.runtime.errors import WrongArgument


class Transform(Protocol):
    """A smooth, increasing function from theta to the value of a parameter."""

    def value(self, theta: float) -> float:
        """The value at theta."""

    def theta(self, value: float) -> float:
        """Where the value is taken; infinite for the ends of the range."""

    def slope(self, theta: float) -> float:
        """D value / d theta."""


@dataclass(frozen=True)
class Identity:
    """The value is theta itself."""

    def value(self, theta: float) -> float:
        """Theta."""
        return theta

    def theta(self, value: float) -> float:
        """The value."""
        return value

    def slope(self, theta: float) -> float:
        """One."""
        return 1.0


@dataclass(frozen=True)
class Log:
    """Positive values: a step of theta is a factor, so parameters of any magnitude move alike."""

    def value(self, theta: float) -> float:
        """The exponential of theta; infinite where that overflows."""
        return math.exp(theta) if theta < 709 else math.inf

    def theta(self, value: float) -> float:
        """The natural logarithm."""
        return math.log(value) if value > 0 else -math.inf

    def slope(self, theta: float) -> float:
        """The value itself."""
        return self.value(theta)


@dataclass(frozen=True)
class Softplus:
    """Values above a lower bound: exponential far below theta = 0, linear far above, in steps of `unit`."""

    lower: float = 0.0
    unit: float = 1.0

    def value(self, theta: float) -> float:
        """``lower + unit log(1 + exp(theta))``."""
        return self.lower + self.unit * (max(theta, 0.0) + math.log1p(math.exp(-abs(theta))))

    def theta(self, value: float) -> float:
        """The inverse of it."""
        above = (value - self.lower) / self.unit
        return above + math.log(-math.expm1(-above)) if above > 0 else -math.inf

    def slope(self, theta: float) -> float:
        """Unit times the logistic function."""
        return self.unit * _logistic(theta)


@dataclass(frozen=True)
class Logit:
    """Values between two bounds, reached at minus and plus infinity."""

    lower: float
    upper: float

    def value(self, theta: float) -> float:
        """``lower + (upper - lower) / (1 + exp(-theta))``."""
        return self.lower + (self.upper - self.lower) * _logistic(theta)

    def theta(self, value: float) -> float:
        """The log odds of the position between the bounds."""
        below, above = value - self.lower, self.upper - value
        if below <= 0 or above <= 0:
            return -math.inf if below <= 0 else math.inf
        return math.log(below / above)

    def slope(self, theta: float) -> float:
        """Largest in the middle, zero at the bounds."""
        return (self.upper - self.lower) * _logistic(theta) * _logistic(-theta)


def _logistic(x: float) -> float:
    small = math.exp(-abs(x))
    return 1 / (1 + small) if x >= 0 else small / (1 + small)


def of_name(name: str | None, lower: float, upper: float, unit: float) -> Transform:
    """The transform of a name and bounds; without a name, the one that the bounds suggest.

    Two bounds suggest logit, positive values log, nothing else anything but identity.

    Raises
    ------
    WrongArgument
        when there is none of the name, or it does not go with the bounds.
    """
    bounded = math.isfinite(lower) and math.isfinite(upper)
    if name is None:
        name = "logit" if bounded else "log" if lower >= 0 and math.isinf(upper) else "identity"
    match name:
        case "identity":
            return Identity()
        case "log" if lower >= 0:
            return Log()
        case "softplus" if math.isfinite(lower):
            return Softplus(lower, unit)
        case "logit" if bounded:
            return Logit(lower, upper)
        case "log" | "softplus" | "logit":
            needs = {"log": "a lower bound of at least 0", "softplus": "a lower bound", "logit": "two bounds"}[name]
            raise WrongArgument(f"transform {name!r} needs {needs}, not ({lower:g}, {upper:g})")
    raise WrongArgument(f"transform is identity, log, softplus or logit, not {name!r}")
