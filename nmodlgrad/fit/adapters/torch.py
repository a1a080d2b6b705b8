"""A problem as a differentiable function of PyTorch, backward and forward, alone or inside a larger model.

>>> theta = torch.tensor(problem.start, requires_grad=True)
>>> loss = fit.adapters.torch.loss(problem)
>>> loss(theta).backward()
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nmodlgrad.fit.adapters import linear
from nmodlgrad.fit.problem import Problem
from nmodlgrad.runtime.errors import WrongArgument

try:
    import torch
except ModuleNotFoundError as missing:
    if missing.name != "torch":
        raise
    raise ImportError("nmodlgrad.fit.adapters.torch needs PyTorch: pip install 'nmodlgrad[torch]'") from None

Tensor = Any  # torch.Tensor, for readers: torch itself may be missing where types are checked


def loss(problem: Problem) -> Callable[[Tensor], Tensor]:
    """The loss as a function of theta: shape () from shape (parameters,), in double precision, on the CPU.

    Where the model diverges it is infinite, with a gradient of zero.
    """
    numbers = _numbers(problem, linear.loss(problem))
    return lambda theta: numbers(theta)[..., 0]


def residuals(problem: Problem) -> Callable[[Tensor], Tensor]:
    """The residuals, whose half sum of squares is the loss, as a function of theta: shape (residuals,).

    The function raises :class:`nmodlgrad.Diverged` where the model diverges.
    """
    return _numbers(problem, linear.residuals(problem))


def traces(problem: Problem) -> Callable[[Tensor], tuple[Tensor, ...]]:
    """The traces that the problem's losses look at, one for each of them, as a function of theta: shapes (samples,).

    For what is computed from a trace in PyTorch: a summary by a network, a loss of one's own. The problem's losses say
    which variables are sampled, and how often; their targets do not matter here.

    The function raises :class:`nmodlgrad.Diverged` where the model diverges.
    """
    numbers, lengths = _numbers(problem, linear.traces(problem)), linear.lengths(problem)
    return lambda theta: numbers(theta).split(list(lengths), dim=-1)


def _numbers(problem: Problem, simulate: linear.Simulation) -> Callable[[Tensor], Tensor]:
    def numbers(theta: Tensor) -> Tensor:
        if not isinstance(theta, torch.Tensor) or theta.dtype != torch.float64 or theta.device.type != "cpu":
            kind = f"{theta.dtype} on {theta.device}" if isinstance(theta, torch.Tensor) else type(theta).__name__
            raise WrongArgument(f"theta is a tensor of torch.float64 on the CPU, as theta.double().cpu(), not {kind}")
        if theta.shape != (len(problem.free),):
            raise WrongArgument(f"theta has the shape ({len(problem.free)},), not {tuple(theta.shape)}")
        found: Tensor = _Simulated.apply(theta, simulate)[0]
        return found

    return numbers


class _Simulated(torch.autograd.Function):
    """Numbers and their Jacobian; the second one is for the derivatives of the first."""

    @staticmethod
    def forward(theta: Tensor, simulate: linear.Simulation) -> tuple[Tensor, Tensor]:
        numbers, jacobian = simulate(theta.detach().numpy())
        return torch.from_numpy(numbers), torch.from_numpy(jacobian)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
        ctx.mark_non_differentiable(output[1])
        ctx.save_for_backward(inputs[0], output[1])
        ctx.save_for_forward(inputs[0], output[1])

    @staticmethod
    def backward(ctx: Any, cotangent: Tensor, _: Tensor) -> tuple[Tensor, None]:
        return cotangent @ _Jacobian.apply(*ctx.saved_tensors), None

    @staticmethod
    def jvp(ctx: Any, tangent: Tensor, _: None) -> tuple[Tensor, None]:
        return _Jacobian.apply(*ctx.saved_tensors) @ tangent, None

    @staticmethod
    def vmap(info: Any, dims: tuple[Any, ...], theta: Tensor, simulate: Any) -> tuple[Any, Any]:
        """One simulation after the other."""
        found = [_Simulated.apply(each, simulate) for each in theta.unbind(dims[0])]
        return tuple(torch.stack(part) for part in zip(*found, strict=True)), (0, 0)


class _Jacobian(torch.autograd.Function):
    """The Jacobian at theta, which is not a constant, but whose derivative is not known."""

    generate_vmap_rule = True

    @staticmethod
    def forward(theta: Tensor, jacobian: Tensor) -> Tensor:
        return jacobian.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        pass

    @staticmethod
    def backward(ctx: Any, *_: Any) -> Any:
        raise NotImplementedError(linear.FIRST_ONLY)

    @staticmethod
    def jvp(ctx: Any, *_: Any) -> Any:
        raise NotImplementedError(linear.FIRST_ONLY)
