"""What the user says of C code in comments: `nmodlgrad: constant x y` and `nmodlgrad: dy/dx = expression`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from nmodlgrad.diagnostics import Diagnostic, Refused, Source, Span
from nmodlgrad.semantics.mechanism import Declared, Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.parse import parse
from nmodlgrad.syntax.walk import subnodes

_COMMENT = re.compile(r"nmodlgrad:(?P<said>[^\r\n]*)")
_CONSTANT = re.compile(r"\s*constant\s+(?P<names>[\w\s,]+)$")
_DERIVATIVE = re.compile(r"\s*d(?P<of>[a-zA-Z_]\w*)\s*/\s*d(?P<by>[a-zA-Z_]\w*)\s*=\s*(?P<value>\S.*)$")
_HINT = "write nmodlgrad: constant x y, or nmodlgrad: dy/dx = expression; see docs/verbatim.md"


@dataclass(frozen=True)
class _Said:
    """A comment: where it starts, and what it says behind the word nmodlgrad."""

    source: Source
    start: int
    text: str

    @property
    def span(self) -> Span:
        return Span(self.start, self.start + len("nmodlgrad:"), self.source)


def declare(mechanism: Mechanism, constant: Collection[str] = ()) -> Mechanism:
    """The mechanism with what its comments declare, and with further constants.

    Raises
    ------
    Refused
        when a comment can not be understood, or speaks of a name that is not there.
    """
    known = _names(mechanism)
    constants = set(constant) & known
    derivatives: dict[tuple[int, str, str], Declared] = {}
    for said in _comments(mechanism.source):
        if match := _CONSTANT.match(said.text):
            for name in re.findall(r"\w+", match["names"]):
                _require(name in known, said, f"there is no variable {name} here")
                constants.add(name)
        elif match := _DERIVATIVE.match(said.text):
            of, by = match["of"], match["by"]
            place = _place(mechanism, said, of)
            value = _expression(said, match["value"], match.start("value"))
            function = mechanism.functions.get(of)
            arguments = tuple(str(a.name) for a in function.arguments) if function else ()
            derivatives[place, of, by] = Declared(value, arguments)
        else:
            raise Refused([Diagnostic.at(said.span, "NG045", "this comment is not understood", _HINT)])
    return replace(mechanism, constants=frozenset(constants), derivatives_declared=derivatives)


def _comments(source: Source) -> Iterator[_Said]:
    for match in _COMMENT.finditer(source.readable):
        text = re.sub(r"\*/.*", "", match["said"]).rstrip()
        yield _Said(source, match.start(), text)


def _names(mechanism: Mechanism) -> set[str]:
    """Everything that can be a constant: variables, arguments, LOCALs."""
    found = set(map(str, mechanism.symbols))
    for item in mechanism.items:
        for node in subnodes(item):
            if isinstance(node, n.Argument | n.Local):
                found.add(str(node.name))
    return found


def _place(mechanism: Mechanism, said: _Said, of: str) -> int:
    """Where a derivative belongs to: a FUNCTION of that name, or the C code that it stands in, behind or before."""
    if of in mechanism.functions:
        return mechanism.functions[of].span.start
    text = mechanism.source.text
    codes = [x for item in mechanism.items for x in subnodes(item) if isinstance(x, n.Verbatim)]
    for code in codes:
        if code.span.source is mechanism.source and code.span.start <= said.start < code.span.end:
            return code.span.start
    for code in codes:
        between = text[code.span.end : said.start], text[said.start : code.span.start]
        if code.span.end <= said.start and _is_blank(between[0] + "\n"):
            return code.span.start
        if said.start <= code.span.start and _is_blank(between[1]):
            return code.span.start
    message = f"there is no C code here that sets {of}, and no FUNCTION {of}"
    raise Refused([Diagnostic.at(said.span, "NG045", message, _HINT)])


def _is_blank(text: str) -> bool:
    """Nothing but comments."""
    return not re.sub(r"[:?][^\r\n]*|^nmodlgrad:[^\r\n]*", "", text).strip()


def _expression(said: _Said, text: str, offset: int) -> n.Expression:
    """An expression of NMODL, at its place in the file."""
    line, column = said.source.position(said.start + len("nmodlgrad:") + offset)
    around = "\n" * (line - 2) + "FUNCTION f() { f =\n" + " " * (column - 1) + text + "\n}\n"
    try:
        block = parse(Source(said.source.name, around)).items[0]
    except Refused as refused:
        raise Refused([replace(d, code="NG045") for d in refused.diagnostics]) from None
    statements = block.body.statements if isinstance(block, n.FunctionBlock) else ()
    _require(len(statements) == 1 and isinstance(statements[0], n.Assign), said, "this is no expression")
    assert isinstance(statements[0], n.Assign)
    return statements[0].value


def _require(condition: bool, said: _Said, message: str) -> None:
    if not condition:
        raise Refused([Diagnostic.at(said.span, "NG045", message, _HINT)])
