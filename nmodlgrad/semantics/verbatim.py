"""What a VERBATIM block reads and writes of its mechanism, and what else it does, as far as its words tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nmodlgrad.semantics import c_code, draws
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

# C functions that leave nothing behind, or a line on the screen.
# fmt: off
_HARMLESS = frozenset({
    "exp", "log", "log10", "sqrt", "pow", "fabs", "abs", "floor", "ceil", "fmod", "round", "sin", "cos", "tan", "asin",
    "acos", "atan", "atan2", "sinh", "cosh", "tanh", "min", "max", "fmin", "fmax", "isnan", "isinf", "hoc_Exp",
    "printf", "fprintf", "sprintf", "snprintf", "Printf", "fflush", "assert", "hoc_execerror", "hoc_warning",
    "vector_capacity", "vector_vec", "nrnran123_getseq", "nrnran123_getids", "nrnran123_getids3", "strcmp", "strlen",
    "nrn_get_random_sequence", "int", "double", "float", "long", "size_t", "uint32_t",
}) | draws.WORDS
# fmt: on

_MEMORY = re.compile(r"\b(?:_p|_ml|_data|_prop)\s*(?:\[|->|\.)|\b(?:NODEV|NODERHS|NODED|VEC_V|VEC_RHS|VEC_D)\s*\(")
_THROUGH_POINTER = re.compile(
    r"(?:(?<=[;{}(,])|(?<=\A))\s*\*+\s*\(?\s*[a-zA-Z_]\w*\)?\s*[-+*/%]?=(?!=)|->\s*\w+\s*[-+*/%]?(?:=(?!=)|\+\+|--)"
    r"|(?:\+\+|--)\s*\w+\s*->"
)


@dataclass(frozen=True)
class Reach:
    """`read` and `written` names of the mechanism, LOCALs and arguments included, and `routines` of it that are called.
    `memory` tells that it reads an instance's memory by position. `repeated` says why it must not be done twice, if
    there is a reason. `draws` tells that it draws random numbers or sets a generator.
    """

    read: frozenset[str]
    written: frozenset[str]
    replaced: frozenset[str]
    routines: frozenset[str]
    memory: bool
    repeated: str | None
    draws: bool


def reach(mechanism: Mechanism, text: str) -> Reach:
    """Look into the C code of a block and into the macros and the C functions at file level that it uses."""
    pieces = list(closure(mechanism, text))
    text = pieces[0]
    codes = [c_code.read(piece) for piece in pieces]
    words = frozenset[str]().union(*(code.words for code in codes))
    assigned = frozenset[str]().union(*(code.assigned for code in codes))
    routines = {block.name: block for block in mechanism.callables}
    called = {word.removesuffix(f"_{mechanism.name}") for word in words} & routines.keys()
    return Reach(
        read=_names(mechanism, words, text),
        written=_names(mechanism, assigned, text),
        replaced=_names(mechanism, codes[0].replaced - {"_args"}, text),
        routines=frozenset(called),
        memory=any(_MEMORY.search(code.text) for code in codes),
        repeated=_repeated(mechanism, pieces),
        draws=bool(words & draws.WORDS),
    )


def closure(mechanism: Mechanism, text: str) -> Iterator[str]:
    """A piece of C, then the pieces at file level that define what it calls, directly or not; no macro is left."""
    known = c_code.macros(x.text for item in mechanism.items for x in subnodes(item) if isinstance(x, n.Verbatim))
    pieces = [c_code.expanded(item.text, known) for item in mechanism.items if isinstance(item, n.Verbatim)]
    text = c_code.expanded(text, known)
    ahead = [text]
    while ahead:
        piece = ahead.pop()
        yield piece
        called = c_code.read(piece).called
        found = [p for p in pieces if c_code.defined(c_code.read(p).text) & called]
        pieces = [p for p in pieces if p not in found]
        ahead += found


def _names(mechanism: Mechanism, words: frozenset[str], text: str) -> frozenset[str]:
    """Words as names of NMODL: `_lx` is the LOCAL or argument x, `_v` the voltage, `_args[0]` the weight."""
    found: set[str] = set()
    for word in words:
        if word == "_v":
            found.add("v")
        elif word == "_args":
            numbers = c_code.argument_numbers(c_code.read(text).text)
            found.update(x for i, x in enumerate(mechanism.arguments) if numbers is None or i in numbers)
        elif word in mechanism.symbols:
            found.add(word)
        elif word.startswith("_l") and len(word) > 2:
            found.add(word[2:])
    return frozenset(found)


def _repeated(mechanism: Mechanism, pieces: list[str]) -> str | None:
    """Why code must not be done twice: it leaves something behind that can not be put back."""
    routines = {block.name for block in mechanism.callables}
    own = {name for piece in pieces for name in c_code.defined(c_code.read(piece).text)}
    for piece in pieces:
        code = c_code.read(piece)
        declared = c_code.declared(code.text)
        known = _HARMLESS | routines | {f"{name}_{mechanism.name}" for name in routines} | own | _MACROS
        for name in sorted(code.called - known - declared):
            return f"calls {name}, of which nmodlgrad does not know what it does"
        if match := _THROUGH_POINTER.search(code.text):
            return f"writes through a pointer, {' '.join(match.group().split())}"
        for name in sorted(code.assigned - declared - mechanism.symbols.keys()):
            if not name.startswith(("_l", "_p_")) and name != "_args":
                return f"changes {name}, which is no variable of the mechanism"
    return None


_MACROS = frozenset({"_threadargs_", "RANDCAST", "nrn_random_arg"})
