"""The adapter for JAX, by JAX's own comparison with differences."""

from __future__ import annotations

import json

import pytest
from adapting import PROBLEM, needs

from processes import model

pytestmark = needs("jax")

JAX = (
    "import jax\nimport jax.numpy as jnp\n"
    + PROBLEM
    + """
jax.config.update("jax_enable_x64", True)
theta, adapter = problem.start, fit.adapters.jax
"""
)


@pytest.mark.parametrize("kind", ["loss", "residuals", "traces"])
def test_check_grads_agrees_backward_and_forward_and_under_jit(kind: str) -> None:
    # Central differences over 1e-5 are off by about 1e-10 f''' and 1e-16 |f| / 1e-5.
    assert "the same" in model(
        JAX
        + f"""
from jax.test_util import check_grads
for function in (adapter.{kind}(problem), jax.jit(adapter.{kind}(problem))):
    check_grads(function, (theta,), order=1, modes=("fwd", "rev"), eps=1e-5, atol=2e-7, rtol=2e-7)
print("the same")
"""
    )


def test_the_loss_and_its_gradient_are_those_of_the_problem_from_one_simulation() -> None:
    ours, theirs, simulations = json.loads(
        model(
            JAX
            + """
value, gradient = problem.value_and_grad(theta)
both = jax.jit(jax.value_and_grad(adapter.loss(problem)))
before = problem.simulations
found, slopes = both(theta)
theirs = [float(found), *slopes.tolist()]
print(json.dumps([[value, *gradient], theirs, problem.simulations - before]))
"""
        )
    )
    assert ours == pytest.approx(theirs, rel=1e-14)
    assert simulations == 2  # one for each protocol


def test_a_network_on_a_trace_learns_through_the_simulation() -> None:
    """Gradients of a larger model: weights of a layer before the simulation, and of one behind it."""
    assert "the same" in model(
        JAX
        + """
from jax.test_util import check_grads
traces, known = adapter.traces(problem), jnp.array([0.3, -0.2])
random = np.random.default_rng(1)

@jax.jit
def whole(before, behind):
    strong, in_the_dendrite, weak = traces(theta + 0.1 * before @ known)
    return jnp.tanh(behind @ strong / 50).sum() + (weak[::10] / 50 ** 2).sum()

weights = random.normal(size=(3, 2)), 0.1 * random.normal(size=(4, 81))
check_grads(whole, weights, order=1, modes=("fwd", "rev"), eps=1e-5, atol=1e-8, rtol=1e-7)
assert all(jnp.abs(gradient).max() > 0 for gradient in jax.grad(whole, (0, 1))(*weights))
print("the same")
"""
    )


def test_transforms_of_functions_run_the_model_one_by_one() -> None:
    assert "the same" in model(
        JAX
        + """
_, jacobian = problem.residuals_and_jacobian(theta)
for transform in (jax.jacrev, jax.jacfwd):
    np.testing.assert_allclose(transform(adapter.residuals(problem))(theta), jacobian, rtol=1e-13, atol=1e-13)
many = jnp.stack([theta, theta + 0.1])
loss = adapter.loss(problem)
np.testing.assert_array_equal(jax.vmap(loss)(many), [loss(one) for one in many])
np.testing.assert_array_equal(jax.jit(jax.vmap(jax.grad(loss)))(many), [jax.grad(loss)(one) for one in many])
print("the same")
"""
    )


def test_simulations_of_one_program_do_not_get_into_each_other() -> None:
    assert "the same" in model(
        JAX
        + """
loss = adapter.loss(problem)
many = [theta + 0.02 * k for k in range(6)]
together = jax.jit(lambda *all_of_them: [loss(one) for one in all_of_them])
assert [float(x) for x in together(*many)] == [problem.value_and_grad(one)[0] for one in many]
print("the same")
"""
    )


@pytest.mark.parametrize(
    "second", ["jax.hessian(loss)", "jax.jit(jax.jacrev(jax.grad(loss)))", "jax.jacfwd(jax.jacfwd(loss))"]
)
def test_second_derivatives_are_refused(second: str) -> None:
    said = model(JAX + f"loss = adapter.loss(problem)\nprint(refusal(lambda: {second}(theta)))")
    assert "NotImplementedError: nmodlgrad carries first derivatives" in said


def test_theta_of_another_kind_is_refused() -> None:
    said = model(
        JAX
        + """
loss = adapter.loss(problem)
print(refusal(lambda: loss(theta[:2])))
jax.config.update("jax_enable_x64", False)
print(refusal(lambda: loss(theta)))
"""
    )
    assert "shape (3,), not (2,)" in said
    assert 'theta is of float64, not float32: begin with jax.config.update("jax_enable_x64", True)' in said


def test_another_number_of_residuals_than_at_the_start_is_refused() -> None:
    said = model(
        JAX
        + """
problem.close()
spikes = fit.Protocol("spikes", 8, fit.SpikeTimes(soma(0.5), []), lambda: setattr(clamp, "amp", 0.3))
problem = fit.Problem(free, spikes)
residuals = adapter.residuals(problem)
assert len(residuals(theta)) == 1  # a spike that should not be
leaky = jnp.array([theta[0], -1.0, theta[2]])
assert len(problem.evaluate(leaky).residuals) == 0
print(refusal(lambda: residuals(leaky).block_until_ready()))
"""
    )
    assert "JAX has to know their number" in said


def test_where_the_model_diverges_the_loss_is_infinite_and_the_residuals_are_refused() -> None:
    said = model(
        JAX
        + """
away = jnp.array([0.0, 900.0, 0.0])  # exp(900) is no conductance
print(*jax.value_and_grad(adapter.loss(problem))(away))
print(refusal(lambda: adapter.residuals(problem)(away).block_until_ready()))
"""
    )
    assert "inf [0. 0. 0.]" in said
    assert "Diverged: the model diverges, and has no residuals" in said
