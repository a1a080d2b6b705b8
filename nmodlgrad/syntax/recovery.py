"""Where reading goes on after a syntax error: with the next block, as far as a scan of the text can tell."""

from __future__ import annotations

import re

BLOCKS = frozenset({
    "AFTER", "ASSIGNED", "BEFORE", "BREAKPOINT", "CONSTANT", "CONSTRUCTOR", "DEFINE", "DERIVATIVE", "DESTRUCTOR",
    "DISCRETE", "FUNCTION", "FUNCTION_TABLE", "INCLUDE", "INDEPENDENT", "INITIAL", "KINETIC", "LINEAR", "NET_RECEIVE",
    "NEURON", "NONLINEAR", "PARAMETER", "PROCEDURE", "STATE", "UNITS",
})  # fmt: skip

_LINE = r"(?:^|(?<=[\r\n]))"
_SKIPPED = (
    r"VERBATIM\b(?:[\s\S]*?[\r\n])??[ \t]*ENDVERBATIM\b[^\r\n]*",
    r"COMMENT\b(?:[\s\S]*?[\r\n])??[ \t]*ENDCOMMENT\b[^\r\n]*",
    r"TITLE\b[^\r\n]*",
    r"[:?][^\r\n]*",
    r'"[^"\r\n]*"',
)
# An INITIAL may be inside a NET_RECEIVE; at the start of a line it is a block, as people write.
_OTHERS = "|".join(sorted(BLOCKS - {"INITIAL"}))
_SCAN = re.compile(
    rf"{'|'.join(_SKIPPED)}|{_LINE}(?P<outer>INITIAL\b)|{_LINE}[ \t]*(?P<block>(?:{_OTHERS})\b)", re.MULTILINE
)
_DEFINED = re.compile(rf"{_LINE}[ \t]*DEFINE[ \t]+([a-zA-Z]\w*)[ \t]+-?[ \t]*\d", re.MULTILINE)


def next_block(text: str, error: int) -> int | None:
    """Where the next block starts at an error or after it; comments and C code have none."""
    for match in _SCAN.finditer(text):
        start = match.start(match.lastgroup) if match.lastgroup else -1
        if start > error or (start == error and text[:error].strip()):
            return start
    return None


def defined_before(text: str, place: int) -> frozenset[str]:
    """What a text defines before a place."""
    return frozenset(_DEFINED.findall(text, 0, place))


def blanked(text: str, place: int) -> str:
    """The text with nothing but its lines before a place."""
    return re.sub(r"[^\r\n]", " ", text[:place]) + text[place:]
