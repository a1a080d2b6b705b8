"""What is said about a source text: numbered, with file, line, column, caret and a way out."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property

from nmodlgrad.catalogue import CATALOGUE


@dataclass(frozen=True)
class Source:
    """A mechanism's text with the name under which diagnostics speak of it.

    The text is decoded as latin-1, so that every byte of a file is one character and comes back unchanged.
    Lines end with a newline, a carriage return, or both.
    """

    name: str
    text: str

    @cached_property
    def readable(self) -> str:
        """The text before the first control-Z or control-D, where NEURON stops reading."""
        return re.split("[\x1a\x04]", self.text, maxsplit=1)[0]

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(r"\r\n?|\n", self.text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its end."""
        start = self._line_starts[number - 1]
        ends = self._line_starts[number : number + 1]
        return self.text[start : ends[0] if ends else len(self.text)].rstrip("\r\n")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source text: offsets of its first character and of the one after its last."""

    start: int
    end: int
    source: Source = field(default=Source("", ""), compare=False, repr=False)


NOWHERE = Span(0, 0)  # the place of what stands in no text


_SHOWN = 120  # of a line that is longer, the part around the place is shown


@dataclass(frozen=True)
class Diagnostic:
    """One finding. `code` is stable (``NG0xx``), `hint` says what to do.

    `line` and `column` count from 1; both are 0 for what concerns a file or an option as a whole. `excerpt` is the
    line, or a part of it; `indent` and `width` place the caret under it.
    """

    code: str
    message: str
    file: str
    line: int = 0
    column: int = 0
    excerpt: str = ""
    indent: int = 0
    width: int = 1
    hint: str = ""

    @property
    def severity(self) -> str:
        """``error`` or ``warning``."""
        return CATALOGUE[self.code].severity

    @classmethod
    def at(cls, span: Span, code: str, message: str, hint: str = "") -> Diagnostic:
        """A diagnostic about a stretch of a source text."""
        source = span.source
        line, column = source.position(span.start)
        text = source.line(line)
        start = max(0, column - 1 - _SHOWN // 2) if len(text) > _SHOWN else 0
        excerpt = "".join(c if c.isprintable() or c == "\t" else "?" for c in text[start : start + _SHOWN])
        indent = column - 1 - start
        width = max(1, min(span.end - span.start, len(excerpt) - indent))
        return cls(code, message, source.name, line, column, excerpt, indent, width, hint)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        text = f"{place}: {self.severity}[{self.code}]: {self.message}"
        if self.excerpt:
            indent = "".join("\t" if c == "\t" else " " for c in self.excerpt[: self.indent])
            text += f"\n    {self.excerpt}\n    {indent}{'^' * self.width}"
        return text + (f"\n    hint: {self.hint}" if self.hint else "")

    def as_data(self) -> dict[str, object]:
        """The same as plain data, for ``--json``."""
        return {"severity": self.severity, **asdict(self)}


class NmodlGradError(Exception):
    """Base of every error that nmodlgrad raises on purpose."""


class Refused(NmodlGradError):
    """A mechanism can not be read or differentiated; `diagnostics` say where and why."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("\n".join(str(d) for d in diagnostics))
        self.diagnostics = tuple(diagnostics)
