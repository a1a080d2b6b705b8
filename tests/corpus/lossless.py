"""Whether a tree keeps its text: every node in its place, every word as it stands, no change but where it is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from nmodlgrad.diagnostics import Source, Span
from nmodlgrad.emit.patch import Edit, apply
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.parse import parse
from nmodlgrad.syntax.unparse import expression
from nmodlgrad.syntax.walk import children, subnodes


def misplaced(tree: n.File) -> list[n.Node]:
    """Nodes that do not stand inside the node above them and after the one before them."""
    found = []
    for node in subnodes(tree):
        at = node.span.start
        for child in children(node):
            if not at <= child.span.start <= child.span.end <= node.span.end:
                found.append(child)
            at = child.span.end
    return found


def words(tree: n.File) -> Iterator[n.Word]:
    """Every piece of text in the tree."""
    for node in subnodes(tree):
        for field in fields(node):
            value = getattr(node, field.name)
            yield from (item for item in (value if isinstance(value, tuple) else (value,)) if isinstance(item, n.Word))


def rewritten(tree: n.File) -> str:
    """The text again, with every word of the tree put in its place anew."""
    text = tree.span.source.text
    return apply(text, [Edit(word.span, _as_written(word, text)) for word in set(map(_by_place, words(tree)))])


def reprinted(tree: n.File) -> tuple[str, list[Span]]:
    """The text with every value that is assigned printed from the tree, and where these stand in the original."""
    values = [node.value for node in subnodes(tree) if isinstance(node, n.Assign)]
    return apply(tree.span.source.text, [Edit(v.span, expression(v)) for v in values]), [v.span for v in values]


def same_but_for_places(one: object, other: object) -> bool:
    """Whether two trees say the same."""
    ahead = [(one, other)]
    while ahead:
        one, other = ahead.pop()
        if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
            ahead += zip(one, other, strict=True)
        elif isinstance(one, n.Node) and type(one) is type(other):
            names = [field.name for field in fields(one) if field.name != "span"]
            ahead += [(getattr(one, name), getattr(other, name)) for name in names]
        elif one != other:
            return False
    return True


def faults(source: Source) -> list[str]:
    """What a text loses on its way to a tree and back; nothing, it is to be hoped."""
    tree = parse(source)
    found = [f"{type(node).__name__} is out of place at {node.span}" for node in misplaced(tree)]
    if rewritten(tree).encode("latin-1") != source.text.encode("latin-1"):
        found.append("the words of the tree do not give the text again")
    text, places = reprinted(tree)
    again = parse(Source(source.name, text))
    if not same_but_for_places(tree.items, again.items):
        found.append("the values of the tree, printed, read differently")
    if outside(source.text, places) != outside(text, reprinted(again)[1]):
        found.append("printing values changes more than these")
    return found


def outside(text: str, places: list[Span]) -> str:
    """The text without some stretches."""
    return apply(text, [Edit(place, "") for place in places])


class _Placed(n.Word):
    """A word that is one with another only if both stand in the same place."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, n.Word) and self.span == other.span

    def __hash__(self) -> int:
        return hash(self.span)


def _by_place(word: n.Word) -> _Placed:
    return _Placed(word, word.span)


def _as_written(word: n.Word, text: str) -> str:
    """A negative number may have blanks behind its sign, which the tree does not keep."""
    written = text[word.span.start : word.span.end]
    return written if word.startswith("-") and "".join(written.split()) == word else str(word)
