"""A problem as a function of PyTorch or JAX: each is imported when it is asked for.

>>> loss = fit.adapters.torch.loss(problem)
>>> loss(theta).backward()
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nmodlgrad.fit.adapters import jax, torch

__all__ = ["jax", "torch"]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
