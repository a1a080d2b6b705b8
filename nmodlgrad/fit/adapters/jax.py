"""A problem as a differentiable function of JAX, backward and forward, under jit too, alone or inside a larger model.

>>> jax.config.update("jax_enable_x64", True)
>>> loss = jax.jit(jax.value_and_grad(fit.adapters.jax.loss(problem)))
>>> value, gradient = loss(problem.start)

JAX runs ahead of Python, and the simulation on a thread of its own: wait for what was computed, by
``jax.block_until_ready`` or by looking at a number, before the model itself is touched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nmodlgrad.fit.adapters import linear
from nmodlgrad.fit.problem import Problem
from nmodlgrad.runtime.errors import WrongArgument

try:
    import jax
    import jax.numpy as jnp
except ModuleNotFoundError as missing:
    if missing.name not in ("jax", "jaxlib"):
        raise
    raise ImportError("nmodlgrad.fit.adapters.jax needs JAX: pip install 'nmodlgrad[jax]'") from None

Array = Any  # jax.Array, for readers: jax itself may be missing where types are checked


def loss(problem: Problem) -> Callable[[Any], Array]:
    """The loss as a function of theta: shape () from shape (parameters,), in double precision.

    Where the model diverges it is infinite, with a gradient of zero.
    """
    numbers = _numbers(problem, linear.loss(problem), 1)
    return lambda theta: numbers(theta)[0]


def residuals(problem: Problem) -> Callable[[Any], Array]:
    """The residuals, whose half sum of squares is the loss, as a function of theta: shape (residuals,).

    How many there are is found by a run at the problem's start, since JAX has to know it beforehand. The function
    raises an error where the model diverges, or has another number of residuals, as
    :class:`nmodlgrad.fit.SpikeTimes` may.
    """
    simulate = linear.residuals(problem)
    return _numbers(problem, simulate, len(simulate(problem.start)[0]))


def traces(problem: Problem) -> Callable[[Any], tuple[Array, ...]]:
    """The traces that the problem's losses look at, one for each of them, as a function of theta: shapes (samples,).

    For what is computed from a trace in JAX: a summary by a network, a loss of one's own. The problem's losses say
    which variables are sampled, and how often; their targets do not matter here.

    The function raises an error where the model diverges.
    """
    lengths = linear.lengths(problem)
    numbers = _numbers(problem, linear.traces(problem), sum(lengths))
    ends = np.cumsum(lengths)[:-1]
    return lambda theta: tuple(jnp.split(numbers(theta), ends))


def _numbers(problem: Problem, simulate: linear.Simulation, count: int) -> Callable[[Any], Array]:
    parameters = len(problem.free)
    shapes = jax.ShapeDtypeStruct((count,), np.float64), jax.ShapeDtypeStruct((count, parameters), np.float64)

    def run(theta: Array) -> linear.Linear:
        found = simulate(np.asarray(theta))
        if len(found[0]) != count:
            raise WrongArgument(
                f"{len(found[0])} residuals here and {count} at the problem's start, while JAX has to know "
                "their number: use loss(), or traces() and a loss of your own"
            )
        return found

    @jax.custom_jvp
    def linearised(theta: Array) -> tuple[Array, Array]:
        return jax.pure_callback(run, shapes, theta, vmap_method="sequential")  # type: ignore[no-any-return]

    @linearised.defjvp
    def second(primals: Any, tangents: Any) -> Any:
        raise NotImplementedError(linear.FIRST_ONLY)

    @jax.custom_jvp
    def numbers(theta: Array) -> Array:
        return linearised(theta)[0]

    @numbers.defjvp
    def first(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
        found, jacobian = linearised(*primals)
        return found, jacobian @ tangents[0]

    def checked(theta: Any) -> Array:
        given = jnp.asarray(theta)
        if given.dtype != np.float64:
            raise WrongArgument(
                f'theta is of float64, not {given.dtype}: begin with jax.config.update("jax_enable_x64", True)'
            )
        if given.shape != (parameters,):
            raise WrongArgument(f"theta has the shape ({parameters},), not {given.shape}")
        found: Array = numbers(given)
        return found

    return checked
