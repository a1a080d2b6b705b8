"""A mechanism of several files as one text: what is written has to stand by itself, wherever it is put."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from nmodlgrad.diagnostics import Diagnostic, Source
from nmodlgrad.semantics import include
from nmodlgrad.syntax import nodes as n

_END = r"\r\n?|\n"


@dataclass(frozen=True)
class _Piece:
    """A stretch of the one text, and where it comes from; words of ours come from nowhere."""

    text: str
    source: Source | None = None
    start: int = 0


@dataclass(frozen=True)
class Inlined:
    """The one text, and the pieces that it is made of."""

    source: Source
    pieces: tuple[_Piece, ...]

    def original(self, found: Diagnostic) -> Diagnostic:
        """A diagnostic about the one text at its place in the file that the user has written."""
        if not found.line:
            return found
        at = _offset(self.source, found.line, found.column)
        for piece in self.pieces:
            if at < len(piece.text):
                if piece.source is None:
                    return found
                line, column = piece.source.position(piece.start)
                before = re.split(_END, piece.text[:at])
                column = column + at if len(before) == 1 else len(before[-1]) + 1
                return replace(found, file=piece.source.name, line=line + len(before) - 1, column=column)
            at -= len(piece.text)
        return found


def inline(source: Source, tree: n.File) -> Inlined | None:
    """The text of a file with those that it includes in their places, lines ended alike; None if it includes none."""
    if not any(isinstance(item, n.Include) for item in tree.items):
        return None
    end = (re.findall(_END, source.text) or ["\n"])[0]
    pieces = tuple(
        piece if piece.source is source else replace(piece, text=re.sub(_END, end, piece.text))
        for piece in _pieces(source, tree)
    )
    return Inlined(Source(source.name, "".join(piece.text for piece in pieces)), pieces)


def _pieces(source: Source, tree: n.File) -> Iterator[_Piece]:
    text, at = source.readable, 0
    for statement, included in include.statements(source, tree):
        end = statement.span.start
        yield _Piece(text[at:end], source, at)
        path = statement.path.text[1:-1]
        yield _Piece(f"\n: From here on {path}, which was included.\n")
        yield from _pieces(*included)
        yield _Piece(f"\n: The end of {path}.\n")
        at = statement.span.end
    yield _Piece(text[at:], source, at)


def _offset(source: Source, line: int, column: int) -> int:
    starts = [0]
    while len(starts) < line:
        last = source.line(len(starts))
        at = starts[-1] + len(last)
        at += 2 if source.text[at : at + 2] == "\r\n" else 1
        starts.append(at)
    return starts[-1] + column - 1
