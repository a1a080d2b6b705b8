"""Syntax errors in the words of NMODL: what stands there, in which block, what could stand there instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lark import Token
from lark.exceptions import UnexpectedInput

from nmodlgrad.diagnostics import Diagnostic, Source, Span
from nmodlgrad.sources import LARGEST
from nmodlgrad.syntax.lexis import KEYWORDS, METHODS, MOST_TOKENS

_SHOWN = 40  # characters of what is unexpected

_BLOCKS = frozenset({
    "AFTER", "ASSIGNED", "BEFORE", "BREAKPOINT", "CONSTANT", "CONSTRUCTOR", "DEFINE", "DERIVATIVE", "DESTRUCTOR",
    "DISCRETE", "FUNCTION", "FUNCTION_TABLE", "INCLUDE", "INDEPENDENT", "KINETIC", "LINEAR", "NET_RECEIVE", "NEURON",
    "NONLINEAR", "PARAMETER", "PROCEDURE", "STATE", "UNITS",
})  # fmt: skip
_STATEMENTS = frozenset({
    "IF", "WHILE", "__ANON_0", "__ANON_2",
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
    ("NEURON", _BLOCKS | {"INITIAL", "LOCAL"}, "a block such as NEURON or PROCEDURE"),
    ("IF", _STATEMENTS, "a statement"),
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
    expected: set[str] = parser.accepts() if parser else set()
    message, hint = _special(source, start, text, token, expected, stack) or _general(source, text, expected, stack)
    return Diagnostic.at(Span(start, start + len(text), source), "NG001", message, hint)


def next_block(text: str, error: UnexpectedInput) -> int | None:
    """Where the next block starts after an error: reading can go on there."""
    start = error.pos_in_stream
    if start is None or start < 0:
        return None
    for match in _BLOCK_START.finditer(text, start):
        if match.start(1) > start or (match.start(1) == start and text[:start].strip()):
            return match.start(1)
    return None


_BLOCK_START = re.compile(rf"(?:(?<=[\r\n])|^)[ \t]*((?:{'|'.join(sorted(_BLOCKS | {'INITIAL'}))})\b)", re.MULTILINE)


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


def _special(
    source: Source, start: int, text: str, token: Token | None, expected: set[str], stack: list[object]
) -> tuple[str, str] | None:
    """Mistakes that people make often, each with what to do about it."""
    kind = token.type if token is not None else ""
    word = kind.removeprefix("KEYWORD ")
    opened = _open_block(stack)
    if text in ("VERBATIM", "COMMENT") and not re.search(rf"(?m)^[ \t]*END{text}", source.readable[start:]):
        return f"{text} without END{text}", f"END{text} has to be the first word of its line"
    if text == "COMMENT" and opened is not None:
        return f"COMMENT can not stand inside {opened}", "start each line of the comment with a colon"
    if kind == "TOO_LONG":
        return f"a word or a number of {len(text):,} characters", "NEURON's translator reads lines of 511 characters"
    if text == ";":
        return "NMODL has no semicolons", "a statement ends where the next one starts"
    if kind == "MISPLACED_TILDE":
        return f"an equation can not stand here{_inside(opened)}", "reactions belong in KINETIC, equations in LINEAR"
    if text == "LOCAL" and opened is not None:
        return "LOCAL has to be the first statement of its block", "declare all LOCAL names in one list, at the start"
    if opened is not None and opened.value in _BLOCKS | {"INITIAL"} and word in _BLOCKS | {"INITIAL"}:
        line = source.position(opened.start_pos or 0)[0]
        return f"unexpected {text} inside the {opened} block of line {line}", "is a '}' missing before it?"
    if "NAME" in expected and (text in KEYWORDS or text in METHODS) and not expected & _STATEMENTS - {"NAME", "PRIME"}:
        return f"{text} is a word of NMODL and can not be a name", "choose another name"
    if kind == "DEFINED":
        return f"{text} stands for a number, by DEFINE, and can not be a name", "choose another name"
    if text.startswith("(") and "UNIT" in expected:
        return "the unit is not closed on its line", "a unit ends with ')'"
    return None


def _general(source: Source, text: str, expected: set[str], stack: list[object]) -> tuple[str, str]:
    found = "a line of text" if "\n" in text else repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
    words = list(_describe(expected))
    listed = f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)
    return f"unexpected {found}{_inside(_open_block(stack))}", f"expected {listed}" if len(words) < 10 else ""


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
    braces = 0
    for item in reversed(stack):
        if not isinstance(item, Token):
            continue
        if item.type == "LBRACE":
            braces += 1
        elif braces and item in KEYWORDS:
            return item
    return None


def _inside(opened: Token | None) -> str:
    return "" if opened is None else f" in {opened}"
