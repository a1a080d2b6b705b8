"""INCLUDE: the other files that a mechanism consists of, found where NEURON looks for them (nocmodl: io.cpp)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nmodlgrad import sources
from nmodlgrad.diagnostics import Diagnostic, Refused, Source, Span
from nmodlgrad.sources import LARGEST
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.lexis import MOST_TOKENS
from nmodlgrad.syntax.parse import parse

MOST_FILES = 1_000  # that a mechanism includes, each as often as it is included
DEEPEST = 50  # files inside files


def read(source: Source) -> tuple[n.File, tuple[n.Item, ...]]:
    """The tree of a file, and its items with those of the files that it includes in their places.

    Raises
    ------
    Refused
        when a text can not be read, or an included file is not there, includes itself, or is too much.
    """
    reader = _Reader()
    included = reader.reached(source)
    try:
        tree = parse(source, _defined(included))
    except Refused as refused:  # perhaps for want of what a missing file defines
        raise Refused([*reader.missing(source), *refused.diagnostics]) from None
    return tree, tuple(reader.items(tree, _defined([source, *included]), (os.path.realpath(source.name),)))


def included(source: Source) -> dict[str, str]:
    """The texts of the files that a mechanism includes, as far as they are there, by their names without a folder."""
    return {Path(each.name).name: each.text for each in _Reader().reached(source)}


def foreseen(source: Source) -> list[Source] | None:
    """The files that a text includes, before it is parsed; None where it takes a parser to tell."""
    found = _Reader().reached(source)
    for each in (source, *found):
        if len(re.findall(r"\bINCLUDE\b", each.readable)) != len(re.findall(_INCLUDE, each.readable)):
            return None
    return found


def statements(source: Source, tree: n.File) -> Iterator[tuple[n.Include, tuple[Source, n.File]]]:
    """The INCLUDE statements of a file that has been read, each with its file and that one's tree."""
    reader = _Reader()
    defined = _defined([source, *reader.reached(source)])
    for item in tree.items:
        found = reader.find(source, item.path.text[1:-1]) if isinstance(item, n.Include) else None
        if found is not None and isinstance(item, n.Include):
            yield item, (found, parse(found, defined))


@dataclass
class _Reader:
    """Reads what one mechanism includes: every file once, and no more than a mechanism can be."""

    files: dict[str, Source | None] = field(default_factory=dict)
    count: int = 0
    characters: int = 0
    words: int = 0

    def items(self, tree: n.File, defined: frozenset[str], within: tuple[str, ...]) -> Iterator[n.Item]:
        """The items of a file that is included by the files `within`, the last of which is itself."""
        for item in tree.items:
            if not isinstance(item, n.Include):
                yield item
                continue
            included = self.find(tree.span.source, item.path.text[1:-1])
            path = item.path.text[1:-1]
            if included is None:
                raise Refused([_not_found(item.span, path)])
            place = os.path.realpath(included.name)
            if place in within:
                raise Refused([Diagnostic.at(item.span, "NG018", f"{_shown(path)} includes itself")])
            if len(within) > DEEPEST or self._is_too_much(included):
                message = f"with {_shown(path)} the files that are included are too many or too long for a mechanism"
                raise Refused([Diagnostic.at(item.span, "NG009", message)])
            yield from self.items(parse(included, defined), defined, (*within, place))

    def _is_too_much(self, included: Source) -> bool:
        self.count += 1
        self.characters += len(included.text)
        self.words += sum(1 for _ in re.finditer(r"\w+|[^\w\s]", included.readable))
        return self.count > MOST_FILES or self.characters > LARGEST or self.words > MOST_TOKENS

    def reached(self, source: Source) -> list[Source]:
        """The files that a text includes, directly or not, as far as they are there."""
        found: dict[str, Source] = {}
        ahead, characters = [source], 0
        while ahead:
            text = ahead.pop()
            for match in re.finditer(_INCLUDE, text.readable):
                included = self.find(text, match["path"])
                place = included and os.path.realpath(included.name)
                if included is None or place in found:
                    continue
                found[str(place)] = included
                ahead.append(included)
                characters += len(included.text)
                if len(found) >= MOST_FILES or characters > LARGEST:  # refused when it comes to them
                    return list(found.values())
        return list(found.values())

    def missing(self, source: Source) -> Iterator[Diagnostic]:
        """The INCLUDEs of a text that is not NMODL as it stands, as far as their files are not there."""
        for match in re.finditer(_INCLUDE, source.readable):
            if self.find(source, match["path"]) is None:
                yield _not_found(Span(match.start("statement"), match.end(), source), match["path"])

    def find(self, source: Source, path: str) -> Source | None:
        """The file that an INCLUDE in a text names."""
        folders = [Path(source.name).parent, Path(), Path(os.pardir)]
        folders += [Path(folder) for folder in os.environ.get("MODL_INCLUDE", "").split(":") if folder]
        for folder in folders:
            file = str(folder / path)
            if file not in self.files:
                self.files[file] = _read(file)
            if self.files[file] is not None:
                return self.files[file]
        return None


def _read(file: str) -> Source | None:
    try:
        return sources.read(Path(file))
    except (OSError, ValueError):  # a name that no file can have is a ValueError
        return None


_LINE = r"(?m)(?:^|(?<=\r))[ \t]*"
_INCLUDE = _LINE + r'(?P<statement>INCLUDE)[ \t]*"(?P<path>[^"]*)"'


def _defined(texts: list[Source]) -> frozenset[str]:
    """What texts DEFINE: a name may stand for a number in the other texts of a mechanism."""
    return frozenset(
        name for text in texts for name in re.findall(rf"{_LINE}DEFINE[ \t]+([a-zA-Z]\w*)[ \t]+\d", text.readable)
    )


def _not_found(span: Span, path: str) -> Diagnostic:
    hint = "it is looked for beside the file, in the working folder, its parent and those of MODL_INCLUDE"
    return Diagnostic.at(span, "NG018", f"there is no file {_shown(path)}", hint)


def _shown(path: str) -> str:
    return f'"{path}"' if len(path) < 200 and path.isprintable() else "of this name"
