"""Errors of the runtime."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

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


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """The end of a message: names near one that is not known, whichever case they are written in; empty without any."""
    folded = {candidate.lower(): candidate for candidate in sorted(candidates)}
    near = difflib.get_close_matches(name.lower(), folded, n=3)
    return f"; did you mean {' or '.join(folded[each] for each in near)}?" if near else ""
