"""What a word or a sign means where it stands: settled between lexer and parser.

The words are those of nocmodl's table of keywords and methods (``src/nmodl/init.cpp`` of NEURON 9).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar

from lark import Token

# Methods of SOLVE. Their names are taken: no variable can be called so.
METHODS = frozenset(
    {"after_cvode", "cnexp", "cvode_t", "cvode_t_v", "derivimplicit", "euler", "newton", "runge", "simeq", "sparse"}
)

# Words of the language. They are taken wherever they stand, also where the grammar has no use for them.
# fmt: off
KEYWORDS = frozenset({
    "AFTER", "ARTIFICIAL_CELL", "ASSIGNED", "BBCOREPOINTER", "BEFORE", "BREAKPOINT", "BY", "CHARGE", "COMMENT",
    "COMPARTMENT", "CONDUCTANCE", "CONSERVE", "CONSTANT", "CONSTRUCTOR", "DEFINE", "DEL", "DEL2", "DEPEND",
    "DERIVATIVE", "DESTRUCTOR", "DISCRETE", "ELECTRODE_CURRENT", "ELSE", "EQUATION", "EXTERNAL", "FOR_NETCONS", "FROM",
    "FUNCTION", "FUNCTION_TABLE", "GLOBAL", "IF", "INCLUDE", "INDEPENDENT", "INITIAL", "INT", "KINETIC", "LAG",
    "LINEAR", "LOCAL", "LONGITUDINAL_DIFFUSION", "METHOD", "MUTEXLOCK", "MUTEXUNLOCK", "NET_RECEIVE", "NEURON",
    "NONLINEAR", "NONSPECIFIC_CURRENT", "PARAMETER", "POINTER", "POINT_PROCESS", "PROCEDURE", "PROTECT", "RANDOM",
    "RANGE", "READ", "REPRESENTS", "SOLVE", "SOLVEFOR", "START", "STATE", "STEADYSTATE", "STEP", "SUFFIX", "SWEEP",
    "TABLE", "THREADSAFE", "TITLE", "TO", "UNITS", "UNITSOFF", "UNITSON", "USEION", "VALENCE", "VERBATIM", "VS",
    "WATCH", "WHILE", "WITH", "WRITE", "else", "if", "while",
})
# fmt: on

# What a tilde starts in which block. DERIVATIVE leaves its tilde to the procedures and functions that follow.
_TILDES = {
    "KINETIC": {"TILDE": "_REACTION", "TILDE_PLUS": ""},
    "LINEAR": {"TILDE": "LINEAR_TILDE", "TILDE_PLUS": "LINEAR_TILDE_PLUS"},
    "NONLINEAR": {"TILDE": "TILDE", "TILDE_PLUS": "TILDE_PLUS"},
    "DERIVATIVE": {"TILDE": "TILDE", "TILDE_PLUS": "TILDE_PLUS"},
}
_NO_TILDE = {"TILDE": "", "TILDE_PLUS": ""}
_OTHER_BLOCKS = frozenset(
    {"INITIAL", "BREAKPOINT", "DISCRETE", "FUNCTION", "PROCEDURE", "NET_RECEIVE", "CONSTRUCTOR", "DESTRUCTOR"}
)


MOST_TOKENS = 100_000  # of a file: what can be read in two seconds; the longest mechanisms have a fifth of it
LONGEST_WORD = 511  # characters of a name or a number: what nocmodl reads of a line

# Names that stand for numbers from the start of the text that is being read.
DEFINED: ContextVar[frozenset[str]] = ContextVar("DEFINED", default=frozenset())


class TooManyTokens(Exception):
    """A text is longer than any mechanism; `token` is the first one that is not read any more."""

    def __init__(self, token: Token) -> None:
        super().__init__(token)
        self.token = token


_WORDS = frozenset({"NAME", "PRIME", "INTEGER", "REAL"})


class Lexis:
    """Lark's hook between lexer and parser."""

    always_accept = ("NAME", "REAL")  # even where the grammar has no use for them: words are told apart here

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """Give tokens the types that depend on what came before, and an unknown one to what has no place."""
        defined, here = set(DEFINED.get()), set[str]()
        tildes, block, before = _NO_TILDE, "", ""
        for number, token in enumerate(stream):
            kind = token.type
            if number >= MOST_TOKENS:
                raise TooManyTokens(token)
            if kind in _WORDS and len(token) > LONGEST_WORD:
                token.type = "TOO_LONG"
            elif kind == "NAME":
                if before == "DEFINE" and token not in here:
                    here.add(str(token))
                    defined.add(str(token))
                elif token in defined:
                    token.type = "DEFINED"
                if token in METHODS:
                    token.type = "METHOD_NAME"
                elif token in KEYWORDS:
                    token.type = f"KEYWORD {token}"
            elif kind in _TILDES:
                tildes, block = _TILDES[kind], kind
            elif kind in _OTHER_BLOCKS and block != "DERIVATIVE":
                tildes, block = _NO_TILDE, kind
            elif kind in _NO_TILDE:
                token.type = tildes[kind] or "MISPLACED_TILDE"
            before = kind
            yield token
