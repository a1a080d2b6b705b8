"""Where reading goes on after a syntax error: with the next block, as far as a scan of the text can tell."""

from __future__ import annotations

import re

BLOCKS = frozenset({
    "AFTER", "ASSIGNED", "BEFORE", "BREAKPOINT", "CONSTANT", "CONSTRUCTOR", "DEFINE", "DERIVATIVE", "DESTRUCTOR",
    "DISCRETE", "FUNCTION", "FUNCTION_TABLE", "INCLUDE", "INDEPENDENT", "INITIAL", "KINETIC", "LINEAR", "NET_RECEIVE",
    "NEURON", "NONLINEAR", "PARAMETER", "PROCEDURE", "STATE", "UNITS",
})  # fmt: skip

_LINE = r"(?:^|(?<=[\r\n]))"
_OTHERS = "|".join(sorted(BLOCKS - {"INITIAL"}))
# An INITIAL may be inside a NET_RECEIVE; at the start of a line it is a block, as people write.
_SCAN = re.compile(
    rf"(?P<opening>VERBATIM|COMMENT)\b|TITLE\b[^\r\n]*|[:?][^\r\n]*|{_LINE}(?P<outer>INITIAL\b)"
    rf"|{_LINE}[ \t]*(?P<block>(?:{_OTHERS})\b)",
    re.MULTILINE,
)
_CLOSING = {word: re.compile(rf"{_LINE}[ \t]*END{word}\b", re.MULTILINE) for word in ("VERBATIM", "COMMENT")}
_DEFINED = re.compile(rf"{_LINE}[ \t]*DEFINE[ \t]+([a-zA-Z]\w*)[ \t]+-?[ \t]*\d", re.MULTILINE)


def next_block(text: str, error: int) -> int | None:
    """Where the next block starts at an error or after it; comments and C code have none."""
    at, never_closed = 0, set()
    while match := _SCAN.search(text, at):
        at = match.end()
        if match.lastgroup == "opening":
            word = match["opening"]
            closing = None if word in never_closed else _CLOSING[word].search(text, at)
            if closing is None:
                never_closed.add(word)
            else:
                at = closing.end()
        elif match.lastgroup:
            start = match.start(match.lastgroup)
            if start > error or (start == error and text[:error].strip()):
                return start
    return None


def defined_before(text: str, place: int) -> frozenset[str]:
    """What a text defines before a place."""
    return frozenset(_DEFINED.findall(text, 0, place))


def blanked(text: str, place: int) -> str:
    """The text with nothing but its lines before a place."""
    return re.sub(r"[^\r\n]", " ", text[:place]) + text[place:]
