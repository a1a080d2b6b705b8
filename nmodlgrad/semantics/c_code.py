"""What the C code of a VERBATIM block mentions, assigns and calls: read word by word, without parsing C."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_SKIPPED = re.compile(r"/\*.*?\*/|//[^\n\r]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", re.DOTALL)
_DIRECTIVE = re.compile(r"(?m)^[ \t]*#[ \t]*(?!define)\w+(?:[^\n\r\\]|\\(?:\r\n|.))*", re.DOTALL)
_WORD = re.compile(r"[a-zA-Z_]\w*")
_INDEX = r"\s*(?:\[[^\[\]]*\]\s*)*"
_ASSIGNED = (
    re.compile(rf"([a-zA-Z_]\w*){_INDEX}(?:=(?!=)|[-+*/%&|^]=|<<=|>>=|\+\+|--)"),
    re.compile(r"(?:\+\+|--)[\s(]*([a-zA-Z_]\w*)"),
    re.compile(r"(?<!&)&\s*([a-zA-Z_]\w*)(?!\s*&)"),  # who has the address may write there
)
_CALLED = re.compile(r"([a-zA-Z_]\w*)\s*\(")
_RETURN = re.compile(r"\breturn\b[^;]*;\s*$")
_CONDITION = re.compile(r"\s*if\s*\(")

# Words before a parenthesis that call nothing.
_NO_CALLS = frozenset({"if", "for", "while", "switch", "return", "sizeof", "defined", "define", "else", "do"})


@dataclass(frozen=True)
class Code:
    """A piece of C without its comments and strings.

    `assigned` may be written, `called` stand before a parenthesis. `lowest` and `depth` count the braces that are open:
    the fewest anywhere, and those at the end, against the start.
    """

    text: str
    words: frozenset[str]
    assigned: frozenset[str]
    called: frozenset[str]
    lowest: int
    depth: int

    @property
    def mentions_return(self) -> bool:
        """Whether the routine may end here."""
        return "return" in self.words

    @property
    def ends_in_return(self) -> bool:
        """Whether all that it does about control is to end the routine, at its own end."""
        plain = self.text.count("return") == 1 and self.depth == self.lowest == 0
        return plain and _RETURN.search(self.text) is not None and not _GUARDED.search(self.text)


_GUARDED = re.compile(r"(\)|\belse)\s*return\b[^;]*;\s*$")  # `if (x) return;`


@lru_cache(maxsize=4096)
def read(text: str) -> Code:
    """Read a piece of C."""
    plain = blanked(text)
    braces = [1 if c == "{" else -1 for c in plain if c in "{}"]
    sums = [sum(braces[:end]) for end in range(len(braces) + 1)]
    return Code(
        text=plain,
        words=frozenset(_WORD.findall(plain)),
        assigned=frozenset(name for pattern in _ASSIGNED for name in pattern.findall(plain)),
        called=frozenset(_CALLED.findall(plain)) - _NO_CALLS,
        lowest=min(sums),
        depth=sums[-1],
    )


def blanked(text: str) -> str:
    """The code with blanks for comments, strings, and lines for the preprocessor other than #define."""
    return _DIRECTIVE.sub(_blank, _SKIPPED.sub(_blank, text))


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\r\n]", " ", match.group())


def argument_numbers(text: str) -> set[int] | None:
    """Which arguments of NET_RECEIVE are meant by `_args[0]` and so on; None if that can not be told."""
    numbers = re.findall(r"\b_args\s*\[\s*(\d+)\s*\]", text)
    return {int(x) for x in numbers} if len(numbers) == len(re.findall(r"\b_args\b", text)) else None


def declared(text: str) -> set[str]:
    """Names that the code declares for itself, as far as they look like it: a type, then names."""
    found: set[str] = set()
    for match in re.finditer(rf"\b{_TYPE}(?=[\s*&])([\s*&]*[a-zA-Z_]\w*[^;(){{}}]*|[^;{{}}]*);", text):
        found.update(re.findall(r"(?:^|,)[\s*&]*([a-zA-Z_]\w*)", match.group(1)))
    return found


_TYPE = (
    r"(?:(?:static|const|unsigned|signed|struct\s+\w+)\s+)*"
    r"(?:double|float|int|long|short|char|void|size_t|uint32_t|uint64_t|int32_t|bool|auto|IvocVect|Rand|Object"
    r"|nrnran123_State|unsigned)"
)


def defines(text: str, function: str) -> bool:
    """Whether a piece of C at file level defines a function."""
    return re.search(rf"\b{re.escape(function)}\s*\([^;{{}}]*\)\s*\{{", text) is not None


def is_condition(text: str) -> bool:
    """Whether code that opens one brace is `if (...) {` and nothing else."""
    match = _CONDITION.match(text)
    if match is None:
        return False
    level, at = 1, match.end()
    while at < len(text) and level:
        level += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return text[at:].strip() == "{"
