"""What the C code of a VERBATIM block mentions, assigns and calls: read word by word, without parsing C."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_SKIPPED = re.compile(r"/\*.*?\*/|//[^\n\r]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", re.DOTALL)
_DIRECTIVE = re.compile(r"(?m)^[ \t]*#[ \t]*(?!define)\w+(?:[^\n\r\\]|\\(?:\r\n|.))*", re.DOTALL)
_MACRO = re.compile(
    r"(?m)^[ \t]*#[ \t]*define[ \t]+([a-zA-Z_]\w*)(?:\(([^()\n]*)\))?((?:[^\n\r\\]|\\(?:\r\n|.))*)", re.DOTALL
)
_KEYWORDS = re.compile(r"\A\s*VERBATIM\b|\bENDVERBATIM\s*\Z")
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

    `assigned` may be written, `called` stand before a parenthesis, and what was in those that are `replaced` does not
    matter: they are assigned before they occur otherwise, whatever happens. `lowest` and `depth` count the braces that
    are open: the fewest anywhere, and those at the end, against the start.
    """

    text: str
    words: frozenset[str]
    assigned: frozenset[str]
    called: frozenset[str]
    replaced: frozenset[str]
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
        replaced=frozenset() if re.search(r"(?m)^[ \t]*#[ \t]*if", text) else frozenset(_replaced(plain)),
        lowest=min(sums),
        depth=sums[-1],
    )


def _replaced(text: str) -> set[str]:
    """Names whose first occurrence is on the left of a plain assignment at no condition."""
    seen, found, depth, at = set[str](), set[str](), 0, 0
    for match in _WORD.finditer(text):
        depth += text.count("{", at, match.start()) - text.count("}", at, match.start())
        at, name = match.start(), match.group()
        if name == "return":
            break
        before = text[:at].rstrip()
        is_statement = depth == 0 and (not before or before[-1] in ";}")
        value = re.match(r"\s*=(?!=)([^;]*);", text[match.end() :])
        if name not in seen and is_statement and value and name not in _WORD.findall(value.group(1)):
            found.add(name)
        seen.add(name)
    return found


def blanked(text: str) -> str:
    """The code with blanks for comments, strings, the words around it, and preprocessor lines other than #define."""
    return _DIRECTIVE.sub(_blank, _SKIPPED.sub(_blank, _KEYWORDS.sub(_blank, text)))


def inner(text: str) -> str:
    """The text of a VERBATIM block without the two words around it, every line ended by a newline alone."""
    return re.sub(r"\r\n?", "\n", _KEYWORDS.sub("", text)).strip("\n")


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\r\n]", " ", match.group())


Macros = dict[str, tuple[tuple[str, ...] | None, str]]
_LONGEST = 100_000  # characters of a text with its macros replaced


def macros(texts: Iterable[str]) -> Macros:
    """What pieces of C define with #define: parameters, if there is a list of them, and all bodies that there are."""
    found: Macros = {}
    for match in (match for text in texts for match in _MACRO.finditer(_SKIPPED.sub(_blank, text))):
        name, listed, body = match.groups()
        parameters = None if listed is None else tuple(x.strip() for x in listed.split(","))
        found[name] = parameters, f"{found[name][1] if name in found else ''} {body}"
    return found


def expanded(text: str, known: Macros) -> str:
    """A piece of C with its macros replaced, so that its words are those that the compiler sees.

    Where that grows too long, all of the macros stand behind it instead, which has all the words too.
    """
    try:
        return _expanded(text, known)
    except OverflowError:
        return " ".join([text, *(body for _, body in known.values())])


def _expanded(text: str, known: Macros) -> str:
    kept: list[str] = []
    at, plain = 0, _SKIPPED.sub(_blank, text)
    for match in _WORD.finditer(plain):
        name, end = match.group(), match.end()
        if match.start() < at or name not in known:
            continue
        parameters, body = known[name]
        if parameters is not None:
            given, end = _arguments(plain, end)
            if not given:
                continue
            body = _with(body, dict(zip(parameters, given, strict=False)))
        kept += [plain[at : match.start()], _expanded(body, {x: m for x, m in known.items() if x != name})]
        at = end
        if sum(map(len, kept)) > _LONGEST:
            raise OverflowError
    return "".join(kept) + plain[at:]


def _with(body: str, values: dict[str, str]) -> str:
    return _WORD.sub(lambda word: values.get(word.group(), word.group()), body)


def _arguments(text: str, at: int) -> tuple[list[str], int]:
    """The arguments of a call whose parenthesis comes next, and where it ends; none if there is no parenthesis."""
    if not text[at:].lstrip().startswith("("):
        return [], at
    level, found = 0, [""]
    for place in range(text.index("(", at), len(text)):
        character = text[place]
        level += {"(": 1, ")": -1}.get(character, 0)
        if level == 0:
            return found, place + 1
        if character == "," and level == 1:
            found.append("")
        elif character != "(" or level > 1:
            found[-1] += character
    return found, len(text)


def argument_numbers(text: str) -> set[int] | None:
    """Which arguments of NET_RECEIVE are meant by `_args[0]` and so on; None if that can not be told."""
    numbers = re.findall(r"\b_args\s*\[\s*(\d+)\s*\]", text)
    return {int(x) for x in numbers} if len(numbers) == len(re.findall(r"\b_args\b", text)) else None


def declared(text: str) -> set[str]:
    """Names that the code declares for itself, as far as they look like it: a type, then names."""
    found: set[str] = set()
    for match in _TYPE.finditer(text):
        found.update(_declarators(text, match.end()))
    return found


def _declarators(text: str, at: int) -> Iterator[str]:
    """The names between a type and the end of its declaration, or of the list of arguments that it is in."""
    level, expected = 0, True
    for match in re.finditer(r"[a-zA-Z_]\w*|[^\s*&]", text[at:]):
        word = match.group()
        if word in "([{":
            level += 1
        elif word in ")]}":
            level -= 1
        if level < 0 or (word == ";" and level <= 0):
            return
        if word == "," and level == 0:
            expected = True
        elif expected and level == 0:
            if word[0].isalpha() or word[0] == "_":
                yield word
            expected = False


_TYPE = re.compile(
    r"\b(?:double|float|int|long|short|char|size_t|u?int(?:8|16|32|64)_t|bool|auto|void|unsigned|IvocVect|Rand|Object"
    r"|nrnran123_State|struct\s+\w+)(?=[\s*&]+[a-zA-Z_])"
)


def defined(text: str) -> set[str]:
    """The functions that a piece of C at file level defines."""
    depth, at, found = 0, 0, set[str]()
    for match in re.finditer(r"\b([a-zA-Z_]\w*)\s*\([^;{}]*\)\s*(?=\{)|[{}]", text):
        depth += text.count("{", at, match.start()) - text.count("}", at, match.start())
        at = match.start()
        if match.group(1) and depth == 0:
            found.add(match.group(1))
    return found


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
