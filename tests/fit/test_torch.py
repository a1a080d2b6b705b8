"""The adapter for PyTorch, by PyTorch's own comparison with differences."""

from __future__ import annotations

import json

import pytest
from adapting import PROBLEM, needs

from processes import model

pytestmark = needs("torch")

TORCH = (
    "import torch\n"
    + PROBLEM
    + """
theta = torch.tensor(problem.start, requires_grad=True)
adapter = fit.adapters.torch
"""
)


# Central differences over 1e-5 are off by 1e-10 of a third derivative and 1e-14 |f| / 1e-5. That is 2e-6 of slopes of
# 200 mV where a spike rises, 1e-8 of them; the other numbers are in units of 10 and 20 mV, and means.
@pytest.mark.parametrize(("kind", "blunt"), [("loss", 2e-7), ("residuals", 5e-7), ("traces", 5e-6)])
def test_gradcheck_agrees_backward_forward_and_in_batches(kind: str, blunt: float) -> None:
    assert "the same" in model(
        TORCH
        + f"""
assert torch.autograd.gradcheck(
    adapter.{kind}(problem), theta, eps=1e-5, atol={blunt}, rtol=1e-7, check_forward_ad=True, check_batched_grad=True
)
print("the same")
"""
    )


def test_the_loss_and_its_gradient_are_those_of_the_problem_from_one_simulation() -> None:
    ours, theirs, simulations = json.loads(
        model(
            TORCH
            + """
value, gradient = problem.value_and_grad(problem.start)
before = problem.simulations
loss = adapter.loss(problem)(theta)
loss.backward()
theirs = [loss.item(), *theta.grad.tolist()]
print(json.dumps([[value, *gradient], theirs, problem.simulations - before]))
"""
        )
    )
    assert ours == pytest.approx(theirs, rel=1e-14)
    assert simulations == 2  # one for each protocol


def test_a_network_on_a_trace_learns_through_the_simulation() -> None:
    """Gradients of a larger model, by gradcheck: weights of a layer before the simulation, and of one behind it."""
    assert "the same" in model(
        TORCH
        + """
torch.manual_seed(1)
before = torch.nn.Linear(2, 3).double()
behind = torch.nn.Sequential(torch.nn.Linear(81, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1)).double()
traces = adapter.traces(problem)
known = torch.tensor([0.3, -0.2], dtype=torch.float64)

def whole(weights):
    theta = torch.tensor(problem.start) + 0.1 * torch.nn.functional.linear(known, weights, before.bias)
    strong, in_the_dendrite, weak = traces(theta)
    return behind(strong / 50).sum() + (weak[::10] / 50).square().sum()

# theta moves by 0.1 * 0.3 times as much: by 1e-5 again, where traces over 50 mV are blunt by 1e-7 times that
assert torch.autograd.gradcheck(whole, before.weight, eps=3e-4, atol=1e-7, rtol=1e-7)
whole(before.weight).backward()
assert all(weights.grad.abs().max() > 0 for weights in [before.weight, *behind.parameters()])
print("the same")
"""
    )


def test_transforms_of_functions_run_the_model_one_by_one() -> None:
    assert "the same" in model(
        TORCH
        + """
at = theta.detach()
_, jacobian = problem.residuals_and_jacobian(problem.start)
for transform in (torch.func.jacrev, torch.func.jacfwd):
    np.testing.assert_allclose(transform(adapter.residuals(problem))(at), jacobian, rtol=1e-13, atol=1e-13)
many = torch.stack([at, at + 0.1])
loss = adapter.loss(problem)
np.testing.assert_array_equal(torch.func.vmap(loss)(many), [loss(one) for one in many])
print("the same")
"""
    )


def test_an_optimiser_of_torch_goes_down() -> None:
    first, last = json.loads(
        model(
            TORCH
            + """
loss, found = adapter.loss(problem), []
optimiser = torch.optim.Adam([theta], lr=0.05)
for _ in range(15):
    optimiser.zero_grad()
    now = loss(theta)
    now.backward()
    optimiser.step()
    found.append(now.item())
print(json.dumps([found[0], found[-1]]))
"""
        )
    )
    assert last < 0.9 * first


@pytest.mark.parametrize(
    "second",
    [
        "torch.func.hessian(loss)(at)",
        "torch.func.jacrev(torch.func.jacrev(loss))(at)",
        "torch.func.jacfwd(torch.func.jacfwd(loss))(at)",
        "torch.autograd.functional.hessian(loss, at)",
    ],
)
def test_second_derivatives_are_refused(second: str) -> None:
    said = model(TORCH + f"loss, at = adapter.loss(problem), theta.detach()\nprint(refusal(lambda: {second}))")
    assert "NotImplementedError: nmodlgrad carries first derivatives" in said


def test_theta_of_another_kind_is_refused() -> None:
    said = model(
        TORCH
        + """
for other in (theta.float(), theta.tolist(), theta[:2]):
    print(refusal(lambda: adapter.loss(problem)(other)))
"""
    )
    assert "not torch.float32 on cpu" in said
    assert "not list" in said
    assert "shape (3,), not (2,)" in said


def test_where_the_model_diverges_the_loss_is_infinite_and_the_residuals_are_refused() -> None:
    said = model(
        TORCH
        + """
away = torch.tensor([0.0, 900.0, 0.0], dtype=torch.float64, requires_grad=True)  # exp(900) is no conductance
loss = adapter.loss(problem)(away)
loss.backward()
print(loss.item(), away.grad.tolist())
print(refusal(lambda: adapter.residuals(problem)(away)))
"""
    )
    assert "inf [0.0, 0.0, 0.0]" in said
    assert "Diverged: the model diverges, and has no residuals" in said
