"""Syntax errors in the words of NMODL: what stands there, in which block, what could stand there instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lark import Token
from lark.exceptions import UnexpectedInput

from nmodlgrad.diagnostics import Diagnostic, Source, Span
from nmodlgrad.sources import LARGEST
from nmodlgrad.syntax.lexis import KEYWORDS, MOST_TOKENS
from nmodlgrad.syntax.mistakes import Place, mistake
from nmodlgrad.syntax.recovery import BLOCKS

_SHOWN = 40  # characters of what is unexpected

_STATEMENTS = frozenset({
    "_IF", "_IF_CAPITALS", "_WHILE", "_WHILE_CAPITALS",
    "COMPARTMENT", "CONDUCTANCE", "CONSERVE", "FOR_NETCONS", "FROM", "INITIAL", "LAG", "LBRACE", "LINEAR_TILDE",
    "LINEAR_TILDE_PLUS", "LONGITUDINAL_DIFFUSION", "MUTEXLOCK", "MUTEXUNLOCK", "NAME", "PRIME", "PROTECT", "SOLVE",
    "TABLE", "TILDE", "TILDE_PLUS", "WATCH", "_REACTION",
})  # fmt: skip
_INTERFACE = frozenset({
    "ARTIFICIAL_CELL", "BBCOREPOINTER", "ELECTRODE_CURRENT", "EXTERNAL", "GLOBAL", "NONSPECIFIC_CURRENT", "POINTER",
    "POINT_PROCESS", "RANDOM", "RANGE", "SUFFIX", "THREADSAFE", "USEION", "_REPRESENTS",
})  # fmt: skip
_TRIVIA = frozenset({"UNITSOFF", "UNITSON", "VERBATIM", "_COMMENT", "_TITLE"})
_OPERATORS = frozenset(
    {"AND", "CIRCUMFLEX", "COMPARE", "DIVIDE", "GREATER", "LESS", "MINUS", "NOT", "OR", "PLUS", "TIMES"}
)

# Sets of tokens with a name of their own: the token that gives a set away, all of it, and what it is called.
_SETS = (
    ("NEURON", BLOCKS | {"LOCAL"}, "a block such as NEURON or PROCEDURE"),
    ("TABLE", _STATEMENTS, "a statement"),
    ("SUFFIX", _INTERFACE, "a statement such as SUFFIX, RANGE or USEION"),
    ("NOT", frozenset({"LPAR", "MINUS", "NOT", "NAME", "PRIME", "INTEGER", "DEFINED", "REAL"}), "an expression"),
    ("TIMES", _OPERATORS, "an operator"),
)
_WORDS = {
    "$END": "the end of the file",
    "COMMA": "','",
    "DEFINED": "a number",
    "EQUAL": "'='",
    "INTEGER": "a whole number",
    "LBRACE": "'{'",
    "LPAR": "'('",
    "LSQB": "'['",
    "METHOD_NAME": "a method such as cnexp",
    "NAME": "a name",
    "PRIME": "a derivative such as m'",
    "RBRACE": "'}'",
    "REAL": "a number",
    "RPAR": "')'",
    "RSQB": "']'",
    "STRING": "a string",
    "UNIT": "a unit in parentheses",
    "_REPRESENTS": "REPRESENTS",
}


def syntax_error(source: Source, error: UnexpectedInput) -> Diagnostic:
    """What is wrong where the parser could not go on."""
    stack = list(getattr(getattr(error, "state", None), "value_stack", ()))
    token = getattr(error, "token", None)
    if token is not None and token.type == "$END":
        return _at_the_end(source, stack)
    start = error.pos_in_stream or 0
    text = str(token) if token is not None else source.text[start]
    parser: Any = error.interactive_parser
    place = Place(
        source=source,
        start=start,
        text=text,
        kind=token.type if token is not None else "",
        expected=parser.accepts() if parser else set(),
        before=stack[-1].type if stack and isinstance(stack[-1], Token) else "",
        opened=_open_block(stack),
    )
    message, hint = mistake(place) or _general(place)
    return Diagnostic.at(Span(start, start + len(text), source), "NG001", message, hint)


def unreadable(source: Source) -> list[Diagnostic]:
    """What can not be a mechanism, whatever it holds."""
    if len(source.text) > LARGEST:
        message = f"over {LARGEST:,} characters: this is too long for a mechanism"
        return [Diagnostic.at(Span(0, 0, source), "NG009", message)]
    nul = source.readable.find("\0")
    if nul >= 0:
        message = "a NUL character: this is not a text file"
        return [Diagnostic.at(Span(nul, nul + 1, source), "NG009", message, "save it as ASCII, not as UTF-16")]
    return []


def too_long(span: Span) -> Diagnostic:
    """A text with so many words and signs that reading it would take too long."""
    return Diagnostic.at(span, "NG009", f"over {MOST_TOKENS:,} words and signs: this is too long for a mechanism")


# ------------------------------------------------------------------ messages
def _at_the_end(source: Source, stack: list[object]) -> Diagnostic:
    end = len(source.readable.rstrip())
    opened = _open_block(stack)
    if opened is None:
        return Diagnostic.at(Span(end, end + 1, source), "NG001", "the file ends in the middle of a block")
    line = source.position(opened.start_pos or 0)[0]
    message = f"the file ends inside the {opened} block of line {line}"
    return Diagnostic.at(Span(end, end + 1, source), "NG001", message, "a '}' is missing")


def _general(place: Place) -> tuple[str, str]:
    text = place.text
    found = "a line of text" if "\n" in text else repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
    words = list(_describe(place.expected))
    listed = f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)
    return f"unexpected {found}{place.inside}", f"expected {listed}" if len(words) < 10 else ""


def _describe(expected: set[str]) -> Iterator[str]:
    """The tokens that could stand there, from many to few."""
    left = expected - _TRIVIA
    for sign, tokens, words in _SETS:
        if sign in left and len(left & tokens) > 2:
            left -= tokens
            yield words
    left -= {"INTEGER", "DEFINED"} if "REAL" in left else {"DEFINED"}
    left -= {"NAME"} if "METHOD_NAME" in left else set()  # some other name is told apart later
    yield from sorted({_WORDS.get(name) or _literal(name) for name in left})


def _literal(name: str) -> str:
    """How a token is written."""
    from nmodlgrad.syntax.parse import terminals

    text = terminals().get(name, name)
    return text if text.isidentifier() else repr(text)


def _open_block(stack: list[object]) -> Token | None:
    """The keyword of the innermost block that is not closed."""
    opened = closed = 0
    for item in reversed(stack):
        if not isinstance(item, Token):
            continue
        if item.type == "RBRACE":
            closed += 1
        elif item.type == "LBRACE":
            closed, opened = (closed - 1, opened) if closed else (closed, opened + 1)
        elif opened and item in KEYWORDS:
            return item
    return None
