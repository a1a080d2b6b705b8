"""Controllers that move parameters while a model runs: their rules, and when they are stable."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nmodlgrad.runtime.errors import WrongArgument

__all__ = ["Adam", "LimitCycle", "limit_cycle", "stability_bound"]


@dataclass(frozen=True)
class Adam:
    """Adam in continuous time: theta_k' = -rate * theta0_k * m_k / (sqrt(s_k) + epsilon).

    Here m' = (g - m)/first and s' = (g^2 - s)/second are averages of the gradient g and of its square, each divided by
    the weight of what it has seen so far, as in Kingma and Ba (arXiv:1412.6980). Their beta is exp(-dt/first): what is
    given here does not change with the step.

    Parameters
    ----------
    first, second
        time constants of the averages of the gradient and of its square, in ms
    epsilon
        in the unit of the gradient

    Raises
    ------
    WrongArgument
        for what is not finite and positive
    """

    first: float = 1e3
    second: float = 1e5
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        for name in ("first", "second", "epsilon"):
            if not 0 < getattr(self, name) < math.inf:
                raise WrongArgument(f"{name} of Adam is positive and finite, not {getattr(self, name)!r}")


def stability_bound(slopes: ArrayLike, theta0: ArrayLike, tau: float, leak: float) -> float:
    """The rate below which a controller of a low-passed readout is stable, as far as the loop is slow and linear.

    For theta_k' = -rate * theta0_k * E_k where E_k is the derivative, with a leak, of e' = (f - target)^2/2 and f
    follows f' = (F(theta) - f)/tau. Linearised where f = target, the loop has the characteristic polynomial

        s (s + leak)(s + 1/tau) + rate * G/tau,    G = sum_k theta0_k F_k^2 / (1 + leak * tau)

    and by Routh's criterion its roots have negative real parts for 0 < rate < leak * (leak + 1/tau) / G.

    Parameters
    ----------
    slopes
        F_k = dF/dtheta_k, shape (directions,): the time average of d f/d theta_k, times 1 + leak * tau if that was
        carried with the leak
    theta0
        as for `Sensitivity.control`: a number or shape (directions,)
    tau
        of the readout, in ms
    leak
        in 1/ms

    Returns
    -------
    float
        in the unit of the rate; 0 without a leak, for then no rate is stable; infinite if no slope acts

    Raises
    ------
    WrongArgument
        for a tau that is not positive, a leak that is negative
    """
    gain = _gain(slopes, theta0, tau, leak)
    return leak * (leak + 1 / tau) / gain if gain else math.inf


@dataclass(frozen=True)
class LimitCycle:
    """How a controller goes around its target for ever: the period in ms, and the amplitude of f."""

    period: float
    amplitude: float


def limit_cycle(slopes: ArrayLike, theta0: ArrayLike, tau: float, leak: float, rate: float, clip: float) -> LimitCycle:
    """Where the oscillation of a controller ends whose rate is above its stability bound and whose gradient is clipped.

    By the describing function of a relay, to which a gradient that is clipped all the time comes down: theta moves at
    the constant speed rate * theta0_k * clip * F_k/|F|, and turns around when E changes its sign. The loop, two
    low-passes and an integral, turns the phase by half a circle at the angular frequency w = sqrt(leak/tau), whatever
    the speed is, and there

        amplitude of f = (4/pi) rate * clip * sum_k theta0_k F_k^2/|F| / (w sqrt(1 + leak * tau))

    Loops that were simulated, with leak * tau from 0.2 to 3 and rates from 1.2 times the bound on, had an amplitude of
    0.91 to 1.13 times that, and a period of up to 1.04 times.

    The parameters are those of `stability_bound`, and `rate` and `clip` of `Sensitivity.control`.

    Raises
    ------
    WrongArgument
        as `stability_bound`; without a leak, for a rate that is not above the bound, and for a clip that is not
        positive and finite
    """
    if not leak:
        raise WrongArgument("without a leak there is no limit cycle: the oscillation grows")
    if not 0 < clip < math.inf:
        raise WrongArgument(f"clip is positive and finite, not {clip!r}: without one the oscillation grows")
    if not rate > (bound := stability_bound(slopes, theta0, tau, leak)):
        raise WrongArgument(f"there is no limit cycle with a rate of {rate!r}: the loop is stable below {bound:g}")
    slope = np.asarray(slopes, float)
    frequency = math.sqrt(leak / tau)
    speed = rate * clip * float(np.sum(theta0 * slope**2)) / float(np.linalg.norm(slope))
    amplitude = 4 / math.pi * speed / (frequency * math.sqrt(1 + leak * tau))
    return LimitCycle(2 * math.pi / frequency, amplitude)


def _gain(slopes: ArrayLike, theta0: ArrayLike, tau: float, leak: float) -> float:
    """G of `stability_bound`."""
    if not 0 < tau < math.inf:
        raise WrongArgument(f"tau is a positive number of ms, not {tau!r}")
    if not 0 <= leak < math.inf:
        raise WrongArgument(f"leak is a rate in 1/ms, not {leak!r}")
    return float(np.sum(np.asarray(theta0, float) * np.asarray(slopes, float) ** 2)) / (1 + leak * tau)
