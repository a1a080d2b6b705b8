"""The files about which our parser and nocmodl do not agree, and why. Each must still be an exception: see the test."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """A file by what it holds, what nocmodl and ours say of it, and the reason."""

    digest: str
    nocmodl: str
    ours: str
    reason: str


_EARLIER = "nocmodl stops at {} and never comes to the token that is not NMODL, further down"
_ASSERTION = "nocmodl reads differential equations once more, without comparisons, and ends in an assertion"

ACCEPTANCE = (
    Known("7a72b3981bfc", "other", "syntax", _EARLIER.format("a DERIVATIVE block that stands before its SOLVE")),
    Known("cedffd64eacc", "other", "syntax", _EARLIER.format("a DERIVATIVE block that stands before its SOLVE")),
    Known("c32c8b9c1c44", "other", "syntax", _EARLIER.format("a unit that is defined twice")),
    Known("0a47b4b38993", "crash", "accepted", _ASSERTION),
    Known("584ffbe21685", "crash", "accepted", _ASSERTION),
)

# Files that neuron.nmodl refuses, at which it aborts, or of which it understands something else: digest, and the
# complaint or difference in part, with the reason in a comment.
STRUCTURE: dict[str, str] = {}
