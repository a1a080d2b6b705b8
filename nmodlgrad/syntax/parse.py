"""From text to tree: lark builds the parse tree, the rules of the grammar name the nodes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput
from lark.tree import Meta

from nmodlgrad import resources
from nmodlgrad.diagnostics import Diagnostic, Refused, Source, Span
from nmodlgrad.syntax import nodes as n


def parse(source: Source) -> n.File:
    """Read a mechanism.

    Raises
    ------
    Refused
        with one diagnostic at the first character that no rule of the grammar allows.
    """
    try:
        tree = _parser().parse(source.text)
    except UnexpectedInput as error:
        raise Refused([_syntax_error(source, error)]) from None
    file = _Build().transform(tree)
    assert isinstance(file, n.File)
    return file


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = (resources.folder("grammar") / "nmodl.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True, postlex=_Tildes())


class _Tildes:
    """Tells the tilde of a KINETIC block, which starts a reaction, from the one that starts an equation."""

    always_accept = ()
    _blocks = frozenset({"KINETIC", "LINEAR", "NONLINEAR"})

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        kinetic = False
        for token in stream:
            if token.type in self._blocks:
                kinetic = token.type == "KINETIC"
            elif token.type == "_TILDE" and kinetic:
                token = Token.new_borrow_pos("_REACTION", token.value, token)
            yield token


# What the grammar calls things, in the words of NMODL.
_WORDS = {
    "NAME": "a name",
    "PRIME": "a derivative such as m'",
    "INTEGER": "a number",
    "REAL": "a number",
    "UNIT": "a unit in parentheses",
    "STRING": "a string",
    "$END": "the end of the file",
    "LBRACE": "'{'",
    "RBRACE": "'}'",
    "LPAR": "'('",
    "RPAR": "')'",
    "LSQB": "'['",
    "RSQB": "']'",
    "EQUAL": "'='",
    "COMMA": "','",
}
_OPERATORS = {"PLUS", "MINUS", "TIMES", "DIVIDE", "CIRCUMFLEX", "LESS", "GREATER", "COMPARE", "AND", "OR", "NOT"}
_SILENT = {"VERBATIM", "_COMMENT", "_TITLE", "_TILDE", "_TILDE_PLUS", "_REACTION", "_ONTOLOGY"}


def _syntax_error(source: Source, error: UnexpectedInput) -> Diagnostic:
    offset = error.pos_in_stream if error.pos_in_stream is not None and error.pos_in_stream >= 0 else len(source.text)
    token = getattr(error, "token", None)
    at_end = token is not None and token.type == "$END"
    found = "the end of the file" if at_end else repr(str(token) if token is not None else source.text[offset])
    if at_end:
        offset = len(source.text.rstrip())
    expected = getattr(error, "accepts", None) or getattr(error, "expected", None) or getattr(error, "allowed", None)
    names = set(expected or ())
    words = sorted({_WORDS.get(name, name) for name in names - _OPERATORS - _SILENT})
    if names & _OPERATORS:
        words.append("an operator")
    hint = f"expected {', '.join(words)}" if 0 < len(words) <= 8 else ""
    width = len(str(token)) if token is not None and not at_end else 1
    return Diagnostic.at(source, Span(offset, offset + width), "NG001", f"unexpected {found}", hint)


def _span(meta: Meta) -> Span:
    return Span(meta.start_pos, meta.end_pos) if not meta.empty else Span(0, 0)


def _text(token: Token | None) -> str | None:
    return None if token is None else str(token)


def _unit(token: Token | None) -> str | None:
    return None if token is None else str(token)[1:-1].strip()


class _Build(Transformer[Token, Any]):
    """Turns each rule's children into its node. A rule without a method here has no node yet: `Outside`."""

    def __default__(self, data: Token, children: list[Any], meta: Meta) -> n.Outside:
        return n.Outside(_span(meta), str(data))

    def _call_userfunc(self, tree: Any, new_children: list[Any] | None = None) -> Any:
        children = new_children if new_children is not None else tree.children
        build = getattr(self, tree.data, None)
        if build is None:
            return self.__default__(tree.data, children, tree.meta)
        return build(_span(tree.meta), *children)

    # the file and its declarations
    def start(self, span: Span, *items: Any) -> n.File:
        return n.File(span, items)

    def verbatim(self, span: Span, text: Token) -> n.Verbatim:
        return n.Verbatim(span, str(text))

    def parameter_block(self, span: Span, *items: n.Parameter) -> n.ParameterBlock:
        return n.ParameterBlock(span, items)

    def parameter(
        self, span: Span, name: Token, size: str | None, value: str | None, unit: Token | None, *limits: Any
    ) -> n.Parameter:
        return n.Parameter(span, str(name), size, value, _unit(unit))

    def constant_block(self, span: Span, *items: n.Constant) -> n.ConstantBlock:
        return n.ConstantBlock(span, items)

    def constant(self, span: Span, name: Token, value: str, unit: Token | None) -> n.Constant:
        return n.Constant(span, str(name), value, _unit(unit))

    def assigned_block(self, span: Span, *items: n.Variable) -> n.AssignedBlock:
        return n.AssignedBlock(span, items)

    def state_block(self, span: Span, *items: n.Variable) -> n.StateBlock:
        return n.StateBlock(span, items)

    def variable(self, span: Span, name: Token, size: str | None, *rest: Any) -> n.Variable:
        unit = next((item for item in rest if isinstance(item, Token) and item.type == "UNIT"), None)
        return n.Variable(span, str(name), size, _unit(unit))

    def array_size(self, span: Span, size: Token) -> str:
        return str(size)

    def signed_number(self, span: Span, minus: Token | None, number: Token) -> str:
        return f"{minus or ''}{number}"

    def units_block(self, span: Span, *items: Any) -> n.UnitsBlock:
        return n.UnitsBlock(span, tuple(item for item in items if isinstance(item, n.UnitFactor)))

    def unit_factor(self, span: Span, name: Token, *rest: Any) -> n.UnitFactor:
        return n.UnitFactor(span, str(name))

    def independent_block(self, span: Span, *rest: Any) -> n.IndependentBlock:
        return n.IndependentBlock(span)

    # the interface to NEURON
    def neuron_block(self, span: Span, *items: Any) -> n.NeuronBlock:
        return n.NeuronBlock(span, tuple(item for item in items if item is not None))

    def suffix(self, span: Span, kind: Token, name: Token) -> n.Suffix:
        assert name.start_pos is not None and name.end_pos is not None
        return n.Suffix(span, str(kind), str(name), Span(name.start_pos, name.end_pos))

    def use_ion(self, span: Span, ion: Token, read: Any, write: Any, *rest: Any) -> n.UseIon:
        return n.UseIon(span, str(ion), read or (), write or ())

    def name_list(self, span: Span, kind: Token, *names: Token) -> n.NameList:
        return n.NameList(span, str(kind), tuple(str(name) for name in names))

    def names(self, span: Span, *names: Token) -> tuple[str, ...]:
        return tuple(str(name) for name in names)

    def threadsafe(self, span: Span) -> n.Threadsafe:
        return n.Threadsafe(span)

    def represents(self, span: Span) -> None:
        return None

    # blocks
    def initial_block(self, span: Span, body: n.Body) -> n.InitialBlock:
        return n.InitialBlock(span, body)

    def breakpoint_block(self, span: Span, body: n.Body) -> n.BreakpointBlock:
        return n.BreakpointBlock(span, body)

    def derivative_block(self, span: Span, name: Token, body: n.Body) -> n.DerivativeBlock:
        return n.DerivativeBlock(span, str(name), body)

    def function_block(
        self, span: Span, name: Token, arguments: Any, unit: Token | None, body: n.Body
    ) -> n.FunctionBlock:
        return n.FunctionBlock(span, str(name), arguments, _unit(unit), body)

    def procedure_block(
        self, span: Span, name: Token, arguments: Any, unit: Token | None, body: n.Body
    ) -> n.ProcedureBlock:
        return n.ProcedureBlock(span, str(name), arguments, _unit(unit), body)

    def net_receive_block(self, span: Span, arguments: Any, body: n.Body) -> n.NetReceiveBlock:
        return n.NetReceiveBlock(span, arguments, body)

    def arguments(self, span: Span, *arguments: n.Argument | None) -> tuple[n.Argument, ...]:
        return tuple(argument for argument in arguments if argument is not None)

    def argument(self, span: Span, name: Token, unit: Token | None) -> n.Argument:
        return n.Argument(span, str(name), _unit(unit))

    def body(self, span: Span, local_names: n.LocalList | None, *statements: n.Statement) -> n.Body:
        return n.Body(span, local_names, statements)

    def local_list(self, span: Span, *names: tuple[str, bool]) -> n.LocalList:
        return n.LocalList(span, tuple(name for name, _ in names), any(array for _, array in names))

    def local(self, span: Span, name: Token, size: str | None) -> tuple[str, bool]:
        return str(name), size is not None

    # statements
    def assign(self, span: Span, target: n.VariableName | n.Prime, value: n.Expression) -> n.Assign:
        return n.Assign(span, target, self._string(value))

    def call_statement(self, span: Span, call: n.Call) -> n.CallStatement:
        return n.CallStatement(span, call)

    def if_statement(self, span: Span, condition: n.Expression, body: n.Body, orelse: Any) -> n.IfStatement:
        return n.IfStatement(span, condition, body, orelse)

    def else_branch(self, span: Span, orelse: n.Body | n.IfStatement) -> n.Body | n.IfStatement:
        return orelse

    def solve(self, span: Span, block: Token, *how: Token | None) -> n.Solve:
        method = how[-1] if how else None
        return n.Solve(span, str(block), _text(method), len(how) == 2)

    def table(self, span: Span, names: Any, depend: Any, low: n.Expression, high: n.Expression, bins: Token) -> n.Table:
        return n.Table(span, names or (), depend or (), low, high, str(bins))

    # expressions
    def _string(self, value: Any) -> Any:
        if isinstance(value, Token):
            assert value.start_pos is not None and value.end_pos is not None
            return n.Text(Span(value.start_pos, value.end_pos), str(value))
        return value

    def number(self, span: Span, text: Token, unit: Token | None) -> n.Number:
        return n.Number(span, str(text), _unit(unit))

    def variable_name(self, span: Span, name: Token, index: n.Expression | None) -> n.VariableName:
        return n.VariableName(span, str(name), index)

    def prime(self, span: Span, text: Token) -> n.Prime:
        return n.Prime(span, str(text).rstrip("'"), text.count("'"))

    def call(self, span: Span, name: Token, *arguments: Any) -> n.Call:
        return n.Call(span, str(name), tuple(self._string(a) for a in arguments if a is not None))

    def unary(self, span: Span, operator: Token, operand: n.Expression) -> n.Unary:
        return n.Unary(span, str(operator), operand)

    def binary(self, span: Span, left: n.Expression, operator: Token, right: n.Expression) -> n.Binary:
        return n.Binary(span, left, str(operator), right)

    def power(self, span: Span, base: n.Expression, exponent: n.Expression) -> n.Binary:
        return n.Binary(span, base, "^", exponent)
