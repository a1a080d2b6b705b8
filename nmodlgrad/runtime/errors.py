"""Errors of the runtime."""

from __future__ import annotations

from nmodlgrad.diagnostics import NmodlGradError


class CannotCarry(NmodlGradError):
    """Something in the model can not be carried exactly; the message names it."""


class UnknownParameter(NmodlGradError):
    """A parameter does not exist, or can not be seeded; the message gives the reason and near names."""
