"""Exact gradients inside NEURON: translate mechanisms, carry dV/dtheta through whole cells while they run."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from nmodlgrad._version import __version__

if TYPE_CHECKING:
    from nmodlgrad.build import BuildError
    from nmodlgrad.compiler import check, translate
    from nmodlgrad.diagnostics import Diagnostic, NmodlGradError, Refused
    from nmodlgrad.gradcheck import gradcheck
    from nmodlgrad.resources import READOUTS
    from nmodlgrad.runtime.control import Controller
    from nmodlgrad.runtime.errors import (
        CannotCarry,
        Closed,
        Diverged,
        TooMuchMemory,
        UnknownParameter,
        WrongArgument,
    )
    from nmodlgrad.runtime.load import load
    from nmodlgrad.runtime.parameter import Direction, Elsewhere, Parameter
    from nmodlgrad.runtime.ranks import everywhere
    from nmodlgrad.runtime.recording import Loss, Recorder
    from nmodlgrad.runtime.sensitivity import Sensitivity

__all__ = [
    "READOUTS",
    "BuildError",
    "CannotCarry",
    "Closed",
    "Controller",
    "Diagnostic",
    "Direction",
    "Diverged",
    "Elsewhere",
    "Loss",
    "NmodlGradError",
    "Parameter",
    "Recorder",
    "Refused",
    "Sensitivity",
    "TooMuchMemory",
    "UnknownParameter",
    "WrongArgument",
    "__version__",
    "check",
    "everywhere",
    "gradcheck",
    "load",
    "translate",
]

# Where each public name lives: imported when it is asked for, so that `import nmodlgrad` stays quick.
_HOME = {
    "BuildError": "build",
    "CannotCarry": "runtime.errors",
    "Closed": "runtime.errors",
    "Controller": "runtime.control",
    "Diagnostic": "diagnostics",
    "Direction": "runtime.parameter",
    "Diverged": "runtime.errors",
    "Elsewhere": "runtime.parameter",
    "Loss": "runtime.recording",
    "NmodlGradError": "diagnostics",
    "Parameter": "runtime.parameter",
    "READOUTS": "resources",
    "Recorder": "runtime.recording",
    "Refused": "diagnostics",
    "Sensitivity": "runtime.sensitivity",
    "TooMuchMemory": "runtime.errors",
    "UnknownParameter": "runtime.errors",
    "WrongArgument": "runtime.errors",
    "check": "compiler",
    "everywhere": "runtime.ranks",
    "gradcheck": "gradcheck",
    "load": "runtime.load",
    "translate": "compiler",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'nmodlgrad' has no attribute {name!r}")
    return getattr(importlib.import_module(f"nmodlgrad.{_HOME[name]}"), name)
