"""Where a mechanism that draws random numbers gets those again that its derivatives have drawn."""

from __future__ import annotations

import re

from nmodlgrad.calculus.program import has_effects
from nmodlgrad.calculus.tangent import TangentMechanism
from nmodlgrad.diagnostics import Diagnostic, Refused, Span
from nmodlgrad.emit.patch import Edit, line_end
from nmodlgrad.emit.render import inserted
from nmodlgrad.semantics import c_code, draws
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def edits(tangent: TangentMechanism) -> list[Edit]:
    """The C code in front of the first block that draws, if derivatives draw too.

    The functions that draw are replaced by macros of their names: they have to be declared by then.
    """
    staged = [phase for stage in (*tangent.later_initial, *tangent.states) for phase in stage.phases]
    around = [phase for _, phase in tangent.around]
    phases = (tangent.initial, tangent.connect, *staged, tangent.receive, *around)
    if not any(phase and has_effects(phase.program.steps) for phase in phases):
        return []
    mechanism = tangent.original
    words = _words(mechanism)
    items = [(item, _mentioned(item)) for item in mechanism.tree.items]
    first = next(item for item, mentioned in items if mentioned and not _declares(item, mentioned))
    for item, mentioned in items:
        if item.span.start > first.span.start and _declares(item, mentioned):
            message = "functions that draw random numbers are declared behind the first block that calls one"
            raise Refused([Diagnostic.at(item.span, "NG040", message, "move this C code to the start of the file")])
    start = mechanism.source.text.rfind("\n", 0, first.span.start) + 1
    numbers = [(word, kind) for word, kind in draws.IN_C.items() if word in words]
    others = [word for word in draws.SETTING_IN_C if word in words]
    text = inserted("drawing", numbers, others).replace("\n", line_end(mechanism.source.text))
    return [Edit(Span(start, start), text)]


def _words(mechanism: Mechanism) -> set[str]:
    return {word for item in mechanism.tree.items for word in _mentioned(item)}


def _mentioned(item: n.Item) -> set[str]:
    """The C functions that draw, of those that an item calls itself."""
    found: set[str] = set()
    for node in subnodes(item):
        if isinstance(node, n.Verbatim):
            found |= c_code.read(node.text).words & draws.WORDS
        elif draws.is_primitive(node) and isinstance(node, n.Call):
            found.add(draws.TRANSLATED.get(node.name, node.name))
    return found


def _declares(item: n.Item, words: set[str]) -> bool:
    """Whether C code at file level only declares functions that draw."""
    if not isinstance(item, n.Verbatim) or not words:
        return False
    text = c_code.read(item.text).text
    return all(re.search(rf"\b(?:double|void|int|uint32_t)\s+{word}\s*\([^;{{}}]*\)\s*;", text) for word in words)
