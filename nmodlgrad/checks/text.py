"""Text that nmodlgrad reads and NEURON's own translator does not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic, Span
from nmodlgrad.semantics.mechanism import Mechanism

LONGEST_LINE = 511  # characters that nocmodl reads of a line (io.cpp)


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG032, for the first place of each kind. Between COMMENT and ENDCOMMENT any character may stand."""
    source = mechanism.source
    in_comments = [m.span() for m in re.finditer(r"(?ms)^[ \t]*COMMENT\b.*?^[ \t]*ENDCOMMENT\b", source.readable)]
    for match in re.finditer(r"[^\x00-\x7f]+", source.readable):
        if not any(start < match.start() < end for start, end in in_comments):
            message = "NEURON's translator refuses characters that are not ASCII outside COMMENT"
            yield Diagnostic.at(Span(*match.span(), source), "NG032", message)
            break
    for match in re.finditer(rf"[^\r\n]{{{LONGEST_LINE + 1},}}", source.readable):
        message = f"NEURON's translator refuses lines of more than {LONGEST_LINE} characters"
        yield Diagnostic.at(
            Span(*match.span(), source), "NG032", message, "break the line: a statement may have several"
        )
        break
