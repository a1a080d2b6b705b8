"""INCLUDE: the other files that a mechanism consists of, found where NEURON looks for them (nocmodl: io.cpp)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from nmodlgrad.diagnostics import Diagnostic, Refused, Source
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.parse import parse


def read(source: Source) -> tuple[n.File, tuple[n.Item, ...]]:
    """The tree of a file, and its items with those of the files that it includes in their places.

    Raises
    ------
    Refused
        when a text can not be read, or an included file is not there or includes itself.
    """
    tree = parse(source, _defined(source, {source.name}))
    return tree, tuple(_items(tree, (source.name,)))


def _items(tree: n.File, within: tuple[str, ...]) -> Iterator[n.Item]:
    for item in tree.items:
        if not isinstance(item, n.Include):
            yield item
            continue
        included = _find(tree.span.source, item.path.text[1:-1])
        if included is None:
            hint = "it is looked for beside the file, in the working folder, its parent and those of MODL_INCLUDE"
            raise Refused([Diagnostic.at(item.span, "NG018", f"there is no file {item.path.text}", hint)])
        if included.name in within:
            raise Refused([Diagnostic.at(item.span, "NG018", f"{item.path.text} includes itself")])
        inner = parse(included, _defined(included, {*within}) | {d.name for d in tree.items if isinstance(d, n.Define)})
        yield from _items(inner, (*within, included.name))


def _defined(source: Source, within: set[str]) -> frozenset[str]:
    """What the included files of a text DEFINE: a name may stand for a number in the text around them."""
    names: set[str] = set()
    for path in re.findall(r'^[ \t]*INCLUDE[ \t]*"([^"]*)"', source.text, re.MULTILINE):
        included = _find(source, path)
        if included is not None and included.name not in within:
            names |= set(re.findall(r"^[ \t]*DEFINE[ \t]+([a-zA-Z]\w*)[ \t]+\d", included.text, re.MULTILINE))
            names |= _defined(included, {*within, included.name})
    return frozenset(names)


def _find(source: Source, path: str) -> Source | None:
    folders = [Path(source.name).parent, Path(), Path(os.pardir)]
    folders += [Path(folder) for folder in os.environ.get("MODL_INCLUDE", "").split(":") if folder]
    for folder in folders:
        file = folder / path
        if file.is_file():
            return Source(str(file), file.read_bytes().decode("latin-1"))
    return None
