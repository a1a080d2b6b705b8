"""Errors of the runtime."""

from __future__ import annotations

from nmodlgrad.diagnostics import NmodlGradError


class CannotCarry(NmodlGradError):
    """Something in the model can not be carried exactly; the message names it."""


class Closed(NmodlGradError):
    """A Sensitivity was used after its end."""


class Diverged(NmodlGradError):
    """A voltage or a derivative is not finite any more; the message says when, where and along which direction."""


class TooMuchMemory(NmodlGradError, MemoryError):
    """More memory is asked for than memory_limit allows; the message says how many bytes, for what, and what to do."""


class UnknownParameter(NmodlGradError):
    """A parameter does not exist, or can not be seeded; the message gives the reason and near names."""


class WrongArgument(NmodlGradError, TypeError):
    """An argument is of another kind than is asked for; the message says what to give."""
