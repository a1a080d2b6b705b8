"""From text to tree: lark builds the parse tree, the rules of the grammar name the nodes."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from functools import lru_cache
from typing import Any

from lark import Lark, Token
from lark import __version__ as lark_version
from lark.exceptions import UnexpectedInput
from lark.visitors import Transformer_NonRecursive

from nmodlgrad import resources
from nmodlgrad.diagnostics import Diagnostic, Refused, Source, Span
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax import recovery
from nmodlgrad.syntax.errors import syntax_error, too_long, unreadable
from nmodlgrad.syntax.lexis import DEFINED, Lexis, TooManyTokens

MOST_ERRORS = 20  # of one file: more would hardly be read


def parse(source: Source, defined: frozenset[str] = frozenset()) -> n.File:
    """Read a mechanism.

    Parameters
    ----------
    defined
        names that stand for numbers although no DEFINE of this text says so

    Raises
    ------
    Refused
        with a diagnostic for each block that no rule of the grammar allows, at the first character that does not fit.
    """
    unread = unreadable(source)
    if unread:
        raise Refused(unread)
    reset = DEFINED.set(defined)
    try:
        with _uncollected():
            return _parse(source)
    finally:
        DEFINED.reset(reset)


def _parse(source: Source) -> n.File:
    text = source.readable
    found: list[Diagnostic] = []
    while len(found) < MOST_ERRORS:
        try:
            tree = _parser().parse(text)
        except TooManyTokens as error:
            found.append(too_long(Span(error.token.start_pos or 0, error.token.end_pos or 0, source)))
            break
        except UnexpectedInput as error:
            found.append(syntax_error(source, error))
            resume = recovery.next_block(text, max(error.pos_in_stream or 0, 0))
            if resume is None:
                break
            DEFINED.set(DEFINED.get() | recovery.defined_before(text, resume))
            text = recovery.blanked(text, resume)
        else:
            break
    if found:
        raise Refused(found)
    file = _Build(source).transform(tree)
    assert isinstance(file, n.File)
    return file


@contextmanager
def _uncollected() -> Iterator[None]:
    """Python's garbage collector looks again and again at the objects of a tree: a third of the time of reading it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = (resources.folder("grammar") / "nmodl.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True, postlex=Lexis(), cache=_kept_tables())


def _kept_tables() -> str | bool:
    """The file for lark's tables of the grammar, which take ten times as long to make as to read."""
    with suppress(OSError):
        folder = resources.cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder / f"grammar-{lark_version}-{sys.version_info.major}.{sys.version_info.minor}.pickle")
    return False


@lru_cache(maxsize=1)
def terminals() -> dict[str, str]:
    """How each token that is always written the same is written."""
    return {t.name: str(t.pattern.value) for t in _parser().terminals if t.pattern.type == "str"}


class _Build(Transformer_NonRecursive[Token, n.File]):
    """Turns each rule's parts into its node: by name, or by a method here where rule and node differ."""

    def __init__(self, source: Source) -> None:
        super().__init__(visit_tokens=False)
        self.source = source

    def _call_userfunc(self, tree: Any, new_children: list[Any] | None = None) -> Any:
        parts = [self._word(part) if isinstance(part, Token) else part for part in new_children or ()]
        meta = tree.meta
        span = Span(0, 0, self.source) if meta.empty else Span(meta.start_pos, meta.end_pos, self.source)
        special = getattr(self, tree.data, None)
        if special is not None:
            return special(span, *parts)
        node, takes_all = _classes()[tree.data]
        return node(span, tuple(parts)) if takes_all else node(span, *parts)

    def _word(self, token: Token) -> n.Word:
        assert token.start_pos is not None and token.end_pos is not None
        start, text = token.start_pos, str(token)
        if token.type == "UNIT":
            start, text = start + 1 + len(token[1:-1]) - len(token[1:-1].lstrip()), token[1:-1].strip()
        return n.Word(text, Span(start, start + len(text), self.source))

    # rules that stand for a part of a node
    def array_size(self, span: Span, size: n.Word) -> n.Word:
        return size

    def signed_number(self, span: Span, minus: n.Word | None, number: n.Word) -> n.Word:
        return n.Word(f"{minus or ''}{number}", span)

    signed_integer = signed_number

    def start_value(self, span: Span, value: n.Word) -> n.Word:
        return value

    valence = method = stoichiometry = start_value

    def range_of_values(self, span: Span, *numbers: n.Word) -> None:
        return None

    limits = tolerance = unit_definition = range_of_values

    def names(self, span: Span, *names: n.Word) -> tuple[n.Word, ...]:
        return names

    solve_for = species = no_names = names

    def reactants(self, span: Span, *reactants: n.Reactant) -> tuple[n.Reactant, ...]:
        return reactants

    def arguments(self, span: Span, *arguments: n.Argument | None) -> tuple[n.Argument, ...]:
        return tuple(argument for argument in arguments if argument is not None)

    def else_branch(self, span: Span, orelse: n.Body | n.IfStatement) -> n.Body | n.IfStatement:
        return orelse

    # rules with parts that the node has no use for, or that are more than one field
    def start(self, span: Span, *items: n.Item) -> n.File:
        return n.File(Span(0, len(self.source.text), self.source), items)

    def parameter(
        self, span: Span, name: n.Word, value: n.Word | None, unit: n.Word | None, limits: None
    ) -> n.Parameter:
        return n.Parameter(span, name, None, value, unit)

    def array_parameter(self, span: Span, name: n.Word, size: n.Word, unit: n.Word | None, limits: None) -> n.Parameter:
        return n.Parameter(span, name, size, None, unit)

    def variable(
        self, span: Span, name: n.Word, size: n.Word | None, values: None, start: n.Word | None, *rest: n.Word | None
    ) -> n.Variable:
        return n.Variable(span, name, size, start, rest[0])

    def units_block(self, span: Span, *items: n.UnitFactor | None) -> n.UnitsBlock:
        return n.UnitsBlock(span, tuple(item for item in items if item is not None))

    def unit_factor(self, span: Span, name: n.Word, *value: n.Word) -> n.UnitFactor:
        return n.UnitFactor(span, name)

    def independent(self, span: Span, name: n.Word, *rest: n.Word | None) -> n.Independent:
        return n.Independent(span, name)

    def use_ion(self, span: Span, ion: n.Word, read: Any, write: Any, valence: n.Word | None) -> n.UseIon:
        return n.UseIon(span, ion, read, write or (), valence)

    def name_list(self, span: Span, kind: n.Word, *names: n.Word) -> n.NameList:
        return n.NameList(span, kind, names)

    def kinetic_block(self, span: Span, name: n.Word, solve_for: Any, body: n.Body) -> n.KineticBlock:
        return n.KineticBlock(span, name, solve_for or (), body)

    def linear_block(self, span: Span, name: n.Word, solve_for: Any, body: n.Body) -> n.LinearBlock:
        return n.LinearBlock(span, name, solve_for or (), body)

    def nonlinear_block(self, span: Span, name: n.Word, solve_for: Any, body: n.Body) -> n.NonlinearBlock:
        return n.NonlinearBlock(span, name, solve_for or (), body)

    def body(self, span: Span, local_list: n.LocalList | None, *statements: n.Statement) -> n.Body:
        return n.Body(span, local_list, statements)

    def solve(self, span: Span, block: n.Word, *how: n.Word | None) -> n.Solve:
        return n.Solve(span, block, how[-1], len(how) == 2)

    def table(self, span: Span, names: Any, depend: Any, *rest: Any) -> n.Table:
        return n.Table(span, names or (), depend or (), *rest)

    def call(self, span: Span, name: n.Word, *arguments: n.Expression | n.Text | None) -> n.Call:
        return n.Call(span, name, tuple(argument for argument in arguments if argument is not None))

    def prime(self, span: Span, text: n.Word, index: n.Expression | None) -> n.Prime:
        name = text.rstrip("'")
        place = Span(span.start, span.start + len(name), self.source)
        return n.Prime(span, n.Word(name, place), len(text) - len(name), index)

    def number_without_unit(self, span: Span, text: n.Word) -> n.Number:
        return n.Number(span, text)


@lru_cache(maxsize=1)
def _classes() -> dict[str, tuple[Any, bool]]:
    """The class of each rule, and whether its one field takes all the parts."""
    return {rule: (node, _takes_all(node)) for rule, node in _rules()}


def _rules() -> Iterator[tuple[str, Any]]:
    for name, node in vars(n).items():
        if isinstance(node, type) and issubclass(node, n.Node):
            yield "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_"), node


def _takes_all(node: Any) -> bool:
    own = [field for field in fields(node) if field.name != "span"]
    return len(own) == 1 and str(own[0].type).startswith("tuple[")
