"""Edits of a text at given places; all other characters stay as they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nmodlgrad.diagnostics import Span


@dataclass(frozen=True)
class Edit:
    """Replace a span; an empty span inserts."""

    span: Span
    text: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made; they must not overlap."""
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end)):
        assert edit.span.start >= at, "overlapping edits"
        pieces += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join([*pieces, text[at:]])


def line_end(text: str) -> str:
    """How a text ends its lines; of a mixed one, how it ends most of them."""
    if "\n" not in text and "\r" in text:
        return "\r"
    return "\r\n" if 2 * text.count("\r\n") > text.count("\n") else "\n"


def insert_line(text: str, offset: int, line: str) -> Edit:
    """A line of its own after `offset`, indented like its neighbours and marked as ours."""
    newline = line_end(text)
    start = text.rfind(newline[-1], 0, offset) + 1
    rest_end = text.find(newline[-1], offset)
    rest = text[offset : len(text) if rest_end < 0 else rest_end]
    following = text[rest_end + 1 :] if rest_end >= 0 else ""
    neighbour = following if text[offset - 1] == "{" and not rest.strip() else text[start:]
    indent = neighbour[: len(neighbour) - len(neighbour.lstrip(" \t"))]
    inserted = newline.join(indent + part if part and not part.isupper() else part for part in line.split("\n"))
    tail = "" if not rest.strip() else newline + indent
    place = offset if tail else offset + len(rest.rstrip("\r"))
    return Edit(Span(place, place), f"{newline}{inserted}{tail}")


def insert_last_line(text: str, brace: int, line: str) -> Edit:
    """Lines of their own before a closing brace, indented like what stands before it."""
    newline = line_end(text)
    place = len(text[:brace].rstrip())
    start = text.rfind(newline[-1], 0, place) + 1
    before = text[start:place]
    indent = newline + before[: len(before) - len(before.lstrip(" \t"))]
    tail = "" if newline[-1] in text[place:brace] else indent
    return Edit(Span(place, place), "".join(indent + part for part in line.split("\n")) + tail)


def insert_line_before(text: str, offset: int, line: str) -> Edit:
    """A line of its own before what stands at `offset`, indented like it."""
    newline = line_end(text)
    start = text.rfind(newline[-1], 0, offset) + 1
    before = text[start:offset]
    indent = before[: len(before) - len(before.lstrip(" \t"))]
    head = newline + indent if before.strip() else ""
    return Edit(Span(offset, offset), f"{head}{line}{newline}{indent}")
