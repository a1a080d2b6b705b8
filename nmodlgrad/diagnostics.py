"""What is said about a source text: numbered, with file, line, column, caret and a way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source text: offsets of its first character and of the one after its last."""

    start: int
    end: int


@dataclass(frozen=True)
class Source:
    """A mechanism's text with the name under which diagnostics speak of it.

    The text is decoded as latin-1, so that every byte of a file is one character and comes back unchanged.
    """

    name: str
    text: str

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(i + 1 for i, character in enumerate(self.text) if character == "\n")]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1."""
        from bisect import bisect_right

        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its end."""
        start = self._line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : len(self.text) if end < 0 else end].rstrip("\r")


@dataclass(frozen=True)
class Diagnostic:
    """One finding. `code` is stable (``NG0xx``), `hint` says what to do."""

    code: str
    message: str
    file: str
    line: int
    column: int
    excerpt: str = ""
    width: int = 1
    hint: str = ""
    severity: str = "error"

    @classmethod
    def at(cls, source: Source, span: Span, code: str, message: str, hint: str = "") -> Diagnostic:
        """A diagnostic about a stretch of a source text."""
        line, column = source.position(span.start)
        excerpt = source.line(line)
        width = max(1, min(span.end - span.start, len(excerpt) - column + 1))
        return cls(code, message, source.name, line, column, excerpt, width, hint)

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}: {self.severity}[{self.code}]: {self.message}"
        if self.excerpt:
            indent = "".join("\t" if c == "\t" else " " for c in self.excerpt[: self.column - 1])
            text += f"\n    {self.excerpt}\n    {indent}{'^' * self.width}"
        return text + (f"\n    hint: {self.hint}" if self.hint else "")

    def as_data(self) -> dict[str, object]:
        """The same as plain data, for ``--json``."""
        return asdict(self)


class NmodlGradError(Exception):
    """Base of every error that nmodlgrad raises on purpose."""


class Refused(NmodlGradError):
    """A mechanism can not be read or differentiated; `diagnostics` say where and why."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("\n".join(str(d) for d in diagnostics))
        self.diagnostics = tuple(diagnostics)
