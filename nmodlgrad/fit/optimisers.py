"""Optimisers: each asks for evaluations until it is done. The caller keeps count, and the best."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from numbers import Integral, Real
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.fit.problem import Evaluation
from nmodlgrad.runtime.errors import WrongArgument

Floats = NDArray[np.float64]
Evaluate = Callable[[Floats], Evaluation]
Rate = float | Callable[[int], float]

_RETREATS = 30  # halvings of a step that led where the model diverges
_EPSILON = float(np.finfo(float).eps)
_BUDGET = {"budget": True}  # of a field that only says how far one goes


class Outcome(str, Enum):
    """Why a fit ended."""

    CONVERGED = "converged"
    STUCK = "stuck"
    BUDGET = "budget used up"
    GOAL = "goal reached"
    DIVERGED = "diverged"
    INTERRUPTED = "interrupted"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Ending:
    """Why an optimiser ended, in a word and in a sentence."""

    outcome: Outcome
    message: str


_NO_START = Ending(Outcome.DIVERGED, "the model diverges at the start")


class Optimiser(Protocol):
    """A way to go down.

    What its way depends on are its fields, if it is a dataclass, and its repr otherwise. Fields whose metadata has a
    true ``"budget"`` say only how far it goes: a fit with a larger one goes on with one that had a smaller one.
    """

    def run(self, evaluate: Evaluate, start: Floats, bounds: Floats) -> Ending:
        """Ask for evaluations, the first at `start`; returns why it ended.

        Parameters
        ----------
        evaluate
            gives residuals and their derivatives at theta
        start
            shape (parameters,)
        bounds
            lowest and highest theta: shape (parameters, 2)
        """


@dataclass(frozen=True)
class Cosine:
    """A rate that falls along half a cosine, from `start` to `end` in so many steps."""

    start: float
    steps: int
    end: float = 0.0

    def __call__(self, step: int) -> float:
        """The rate of a step; the first one is 0."""
        part = min(step / self.steps, 1.0)
        return self.end + (self.start - self.end) * (1 + math.cos(math.pi * part)) / 2


@dataclass(frozen=True)
class Exponential:
    """A rate that falls by a factor in each step."""

    start: float
    factor: float

    def __call__(self, step: int) -> float:
        """The rate of a step; the first one is 0."""
        return self.start * self.factor**step


@dataclass(frozen=True)
class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1).

    Parameters
    ----------
    steps
        how many
    rate
        how far theta moves in a step, about; a number, or a function of the step such as :class:`Cosine`
    clip
        largest norm of the gradient; a longer one is shortened to it
    first, second, epsilon
        beta_1, beta_2 and epsilon of the paper
    """

    steps: int = field(default=300, metadata=_BUDGET)
    rate: Rate = 1e-2
    clip: float = math.inf
    first: float = 0.9
    second: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _check(steps=self.steps, rate=self.rate, clip=self.clip)
        _check_schedule(self.rate, self.steps)

    def run(self, evaluate: Evaluate, start: Floats, bounds: Floats) -> Ending:
        """Take the steps; the last evaluation is where they lead."""
        mean, square = np.zeros(len(start)), np.zeros(len(start))

        def move(step: int, gradient: Floats) -> Floats:
            mean[:] = self.first * mean + (1 - self.first) * gradient
            square[:] = self.second * square + (1 - self.second) * gradient**2
            unbiased = mean / (1 - self.first ** (step + 1))
            spread = np.sqrt(square / (1 - self.second ** (step + 1)))
            return -_rate(self.rate, step) * unbiased / (spread + self.epsilon)

        return _descend(move, self.steps, self.clip, evaluate, start, bounds)


@dataclass(frozen=True)
class Polyak:
    """Steps along the gradient over a power of its norm, which are long where the loss is flat.

    ``theta <- theta - rate gradient / norm(gradient)**beta``, plus `momentum` times the last step.

    Parameters
    ----------
    steps, rate, clip
        as for :class:`Adam`
    beta
        0 is gradient descent, 1 steps of one length
    """

    steps: int = field(default=300, metadata=_BUDGET)
    rate: Rate = 1e-2
    beta: float = 0.8
    momentum: float = 0.0
    clip: float = math.inf

    def __post_init__(self) -> None:
        _check(steps=self.steps, rate=self.rate, clip=self.clip)
        _check_schedule(self.rate, self.steps)

    def run(self, evaluate: Evaluate, start: Floats, bounds: Floats) -> Ending:
        """Take the steps; the last evaluation is where they lead."""
        last = np.zeros(len(start))

        def move(step: int, gradient: Floats) -> Floats:
            norm = float(np.linalg.norm(gradient))
            last[:] *= self.momentum
            if norm:
                last[:] -= _rate(self.rate, step) * gradient / norm**self.beta
            return last

        return _descend(move, self.steps, self.clip, evaluate, start, bounds)


@dataclass(frozen=True)
class LBFGSB:
    """The quasi-Newton method of Byrd, Lu, Nocedal and Zhu, as ``scipy.optimize.minimize`` has it.

    Parameters
    ----------
    steps
        iterations at most
    tolerance
        it ends where an iteration lowers the loss by less than this, relatively
    """

    steps: int = field(default=300, metadata=_BUDGET)
    tolerance: float = 1e-12

    def __post_init__(self) -> None:
        _check(steps=self.steps, tolerance=self.tolerance)

    def run(self, evaluate: Evaluate, start: Floats, bounds: Floats) -> Ending:
        """Minimise."""
        from scipy.optimize import minimize

        worst = 0.0
        at = _remembering(evaluate)

        def loss(theta: Floats) -> tuple[float, Floats]:
            nonlocal worst
            found = at(theta)
            if not math.isfinite(found.loss):
                return 10 * worst + 1, found.gradient  # a number with which the line search turns back
            worst = max(worst, found.loss)
            return found.loss, found.gradient

        options = {"maxiter": self.steps, "maxfun": 20 * self.steps, "ftol": self.tolerance, "gtol": 0.0}
        try:
            found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        except _Over as over:
            return over.ending
        outcome = {0: Outcome.CONVERGED, 1: Outcome.BUDGET}.get(found.status, Outcome.STUCK)
        return Ending(outcome, str(found.message))


@dataclass(frozen=True)
class GaussNewton:
    """Gauss-Newton steps in a trust region, as ``scipy.optimize.least_squares`` has them (method trf).

    It uses the derivative of every residual, which forward sensitivities give as a whole; near a solution whose
    residuals are small it converges quadratically.

    Parameters
    ----------
    steps
        evaluations at most
    tolerance
        it ends where a step lowers the loss, or moves theta, by less than this, relatively
    """

    steps: int = field(default=100, metadata=_BUDGET)
    tolerance: float = 1e-12

    def __post_init__(self) -> None:
        _check(steps=self.steps, tolerance=self.tolerance)

    def run(self, evaluate: Evaluate, start: Floats, bounds: Floats) -> Ending:
        """Minimise."""
        from scipy.optimize import least_squares

        at = _remembering(evaluate)

        def jacobian(theta: Floats) -> Floats:
            """Asked for where a step is taken: a step from there is 0/0 without a slope."""
            _check_slope(at(theta))
            return at(theta).jacobian

        try:
            found = least_squares(
                lambda theta: at(theta).residuals,
                start,
                jacobian,
                bounds=tuple(bounds.T),
                method="trf",
                x_scale="jac",
                ftol=self.tolerance,
                xtol=self.tolerance,
                gtol=None,
                max_nfev=self.steps,
            )
        except _Over as over:
            return over.ending
        if not found.status:
            return Ending(Outcome.BUDGET, f"{self.steps} evaluations made")
        return Ending(Outcome.CONVERGED, f"a step gains, or moves theta, by less than {self.tolerance:g}, relatively")


def way(optimiser: Optimiser) -> Mapping[str, str]:
    """What the way of an optimiser depends on, by name.

    A function has no name that would be the same in another process. It is left to the steps themselves: a fit that
    goes on has to come where it came before.
    """
    if not is_dataclass(optimiser):
        return {"kind": repr(optimiser)}
    chosen = {
        each.name: getattr(optimiser, each.name) for each in fields(optimiser) if not each.metadata.get("budget", False)
    }
    told = {
        name: "a function" if callable(value) and not is_dataclass(value) else repr(value)
        for name, value in chosen.items()
    }
    return {"kind": type(optimiser).__name__, **told}


def _check(*, steps: int, **above_0: Any) -> None:
    """The number of steps, and other numbers, of which a rate may be a function and a clip infinite."""
    if not (isinstance(steps, Integral) and steps > 0):
        raise WrongArgument(f"steps are a whole number above 0, not {steps!r}")
    for name, given in above_0.items():
        if not callable(given) and not (isinstance(given, Real) and given > 0):
            raise WrongArgument(f"{name} is a number above 0, not {given!r}")
    if above_0.get("tolerance", 1.0) < _EPSILON:
        raise WrongArgument(f"tolerance is {above_0['tolerance']:g}: below {_EPSILON:.2g} there is only rounding")


def _check_schedule(rate: Rate, steps: int) -> None:
    """Not more steps than a schedule has until it ends at 0."""
    if isinstance(rate, Cosine) and not rate.end and steps > rate.steps:
        raise WrongArgument(
            f"{steps} steps, and {rate!r} is 0 after {rate.steps}: a schedule over more steps is another one from the "
            "first step on, so give it these, and the fit another folder"
        )


class _Over(Exception):
    """What scipy is not to be asked."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.message)
        self.ending = ending


def _remembering(evaluate: Evaluate) -> Evaluate:
    """Asks once for one theta, and refuses to begin where the model diverges or nothing moves a residual."""
    last: list[Evaluation] = []

    def at(theta: Floats) -> Evaluation:
        if not last or not np.array_equal(last[-1].theta, theta):
            found = evaluate(theta)
            if not last:
                if not math.isfinite(found.loss):
                    raise _Over(_NO_START)
                _check_slope(found)
            last[:] = [found]
        return last[-1]

    return at


def _check_slope(found: Evaluation) -> None:
    if not found.loss:
        raise _Over(Ending(Outcome.CONVERGED, "the loss is 0"))
    if not found.jacobian.any():
        raise _Over(Ending(Outcome.STUCK, f"the loss is {found.loss:.4g} and does not depend on any parameter there"))


def _rate(rate: Rate, step: int) -> float:
    return rate(step) if callable(rate) else rate


def _descend(
    move: Callable[[int, Floats], Floats], steps: int, clip: float, evaluate: Evaluate, start: Floats, bounds: Floats
) -> Ending:
    """Step by step within the bounds; a step to where the model diverges is halved until it does not."""
    here: Any = evaluate(start)
    if not math.isfinite(here.loss):
        return _NO_START
    for step in range(steps):
        gradient = here.gradient
        norm = float(np.linalg.norm(gradient))
        if norm > clip:
            gradient = gradient * (clip / norm)
        change = move(step, gradient)
        for _ in range(_RETREATS):
            there = evaluate(np.clip(here.theta + change, *bounds.T))
            if math.isfinite(there.loss):
                break
            change = change / 2
        else:
            return Ending(Outcome.DIVERGED, "the model diverges however small the step is")
        here = there
    return Ending(Outcome.BUDGET, f"{steps} steps taken")


BY_NAME: dict[str, type[Any]] = {"adam": Adam, "polyak": Polyak, "l-bfgs-b": LBFGSB, "gauss-newton": GaussNewton}
