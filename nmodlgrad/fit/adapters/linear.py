"""What both adapters differentiate: numbers that a problem gives at theta, and their derivatives, in numpy."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.fit.problem import Problem
from nmodlgrad.runtime.errors import Diverged

Floats = NDArray[np.float64]
Linear = tuple[Floats, Floats]  # numbers and their derivatives by theta: shapes (numbers,) and (numbers, parameters)
Simulation = Callable[[Floats], Linear]

FIRST_ONLY = "nmodlgrad carries first derivatives: this asks for a second one, of a simulation"

_one_at_a_time = threading.Lock()  # NEURON is one per process, while JAX calls from threads of its own


def loss(problem: Problem) -> Simulation:
    """One number, the loss; infinite, with a derivative of zero, where the model diverges."""

    def simulate(theta: Floats) -> Linear:
        with _one_at_a_time:
            value, gradient = problem.value_and_grad(theta)
        return np.array([value]), gradient[np.newaxis]

    return simulate


def residuals(problem: Problem) -> Simulation:
    """The numbers whose half sum of squares is the loss."""

    def simulate(theta: Floats) -> Linear:
        with _one_at_a_time:
            found = problem.evaluate(theta)
        if not np.isfinite(found.loss):
            raise Diverged(f"the model diverges, and has no residuals, at theta = {theta.tolist()}")
        return found.residuals, found.jacobian

    return simulate


def traces(problem: Problem) -> Simulation:
    """The samples that the losses look at, one trace behind the other, whatever the losses make of them."""

    def simulate(theta: Floats) -> Linear:
        with _one_at_a_time:
            found = problem.responses(theta)
        slopes = problem.slopes(theta)
        return (
            np.concatenate([each.samples for each in found]),
            np.concatenate([each.derivatives for each in found]) * slopes,
        )

    return simulate


def lengths(problem: Problem) -> Sequence[int]:
    """How many samples each trace has: known from a run at the start."""
    with _one_at_a_time:
        return [len(each.samples) for each in problem.responses(problem.start)]
