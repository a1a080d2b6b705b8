"""Syntax errors that people often make, each with what to do about it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from lark import Token

from nmodlgrad.diagnostics import Source
from nmodlgrad.syntax.lexis import KEYWORDS, METHODS
from nmodlgrad.syntax.recovery import BLOCKS

Message = tuple[str, str]  # what is wrong, and what to do


@dataclass(frozen=True)
class Place:
    """Where the parser could not go on: what stands there, what could, the token before, and the open block."""

    source: Source
    start: int
    text: str
    kind: str
    expected: set[str]
    before: str
    opened: Token | None

    @property
    def following(self) -> str:
        """The text from there on."""
        return self.source.readable[self.start : self.start + 200]

    @property
    def inside(self) -> str:
        """The open block, to end a message with."""
        return "" if self.opened is None else f" in {self.opened}"

    @property
    def opened_line(self) -> int:
        """The line on which the open block starts."""
        return self.source.position((self.opened.start_pos if self.opened else 0) or 0)[0]


def mistake(place: Place) -> Message | None:
    """What is known of the mistake at a place; None if it is none of the usual ones."""
    for look in (_of_comments, _of_other_languages, _of_blocks, _of_values, _of_names, _of_spelling):
        found = look(place)
        if found:
            return found
    return None


def _of_comments(place: Place) -> Message | None:
    text = place.text
    if text in ("VERBATIM", "COMMENT") and not re.search(
        rf"(?m)^[ \t]*END{text}", place.source.readable[place.start :]
    ):
        return f"{text} without END{text}", f"END{text} has to be the first word of its line"
    if text == "COMMENT" and place.opened is not None:
        return f"COMMENT can not stand inside {place.opened}", "start each line of the comment with a colon"
    if place.following.startswith(("//", "/*", "#")):
        return "this is no comment of NMODL", "a comment starts with a colon and ends with its line"
    if place.start == 0 and place.following.startswith("\xef\xbb\xbf"):
        return "the file starts with a byte order mark", "save it as ASCII, or as UTF-8 without BOM"
    if not text.isascii() and place.kind == "":
        return "a character that is not ASCII", "it may look like a minus, a quote or a blank: write it anew"
    return None


def _of_other_languages(place: Place) -> Message | None:
    following, text = place.following, place.text
    if text == ";":
        return "NMODL has no semicolons", "a statement ends where the next one starts"
    if following.startswith(("&", "|")):
        return f"unexpected {text!r}{place.inside}", "the logical operators are && and ||"
    if following.startswith("*") and place.before == "TIMES":
        return f"unexpected '*'{place.inside}", "a power is written x^y"
    if text == "=" and "RPAR" in place.expected and place.opened is not None:
        return "an assignment can not stand here", "== compares"
    if place.before == "NAME" and place.kind in ("INTEGER", "REAL") and "LPAR" in place.expected:
        return f"unexpected {text!r}{place.inside}", "a FUNCTION returns what is assigned to its own name"
    return None


def _of_blocks(place: Place) -> Message | None:
    opened, text = place.opened, place.text
    if place.kind == "MISPLACED_TILDE":
        return f"an equation can not stand here{place.inside}", "reactions belong in KINETIC, equations in LINEAR"
    if text == "LOCAL" and opened is not None:
        return "LOCAL has to be the first statement of its block", "declare all LOCAL names in one list, at the start"
    if text.lower() == "else" and opened is not None:
        return f"unexpected {text!r}{place.inside}", "is a '}' missing before it?"
    if opened is not None and opened in BLOCKS and text in BLOCKS:
        message = f"unexpected {text} inside the {opened} block of line {place.opened_line}"
        return message, "is a '}' missing before it? Blocks stand beside each other, not inside"
    if text in ("READ", "USEION") and "VALENCE" in place.expected:
        return f"unexpected {text!r}{place.inside}", "READ comes before WRITE"
    if place.expected == {"LBRACE"} or (place.before in ("_ELSE", "_ELSE_CAPITALS") and "LBRACE" in place.expected):
        return f"unexpected {text!r}{place.inside}", "a branch stands in braces: '{' is missing"
    return None


def _of_values(place: Place) -> Message | None:
    text, opened = place.text, str(place.opened or "")
    if text.startswith("(") and "UNIT" in place.expected:
        return "the unit is not closed on its line", "a unit ends with ')'"
    if opened in ("PARAMETER", "CONSTANT") and text in ("+", "-", "*", "/", "^"):
        return f"the value in {opened} is a number, not an expression", "compute it in INITIAL"
    if opened in ("ASSIGNED", "STATE") and text == "=":
        return f"a name in {opened} has no value", "set it in INITIAL"
    if text == "," and opened in ("PARAMETER", "CONSTANT", "ASSIGNED", "STATE", "UNITS"):
        return f"there are no commas in {opened}", "declarations follow each other, on a line or on several"
    return None


def _of_names(place: Place) -> Message | None:
    text, expected = place.text, place.expected
    if place.kind == "TOO_LONG":
        return f"a word or a number of {len(text):,} characters", "NEURON's translator reads lines of 511 characters"
    if place.kind == "DEFINED":
        return f"{text} stands for a number, by DEFINE, and can not be a name", "choose another name"
    if "NAME" in expected and "TABLE" not in expected and (text in KEYWORDS or text in METHODS):
        if place.before in KEYWORDS and place.before != "LOCAL":
            return f"a name is missing after {place.before}", ""
        return f"{text} is a word of NMODL and can not be a name", "choose another name"
    if text in METHODS and "METHOD" in expected:
        return f"unexpected {text!r}{place.inside}", "METHOD is missing before it"
    if place.kind == "NAME" and "COMMA" in expected and place.before == "NAME" and "RPAR" not in expected:
        return f"unexpected {text!r}{place.inside}", "names in a list are separated by commas"
    return None


def _of_spelling(place: Place) -> Message | None:
    """A word where one of NMODL's could stand that looks like it."""
    if place.kind != "NAME" or len(place.text) < 4:
        return None
    words = sorted((place.expected | BLOCKS if place.opened is None else place.expected) & KEYWORDS)
    near = difflib.get_close_matches(place.text.upper(), words, n=2, cutoff=0.75)
    if not near:
        return None
    hint = f"did you mean {' or '.join(near)}?"
    return f"unexpected {place.text!r}{place.inside}", hint
