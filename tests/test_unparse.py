"""From tree back to text: the same tree again, the same value, and no parenthesis that is not needed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interpreter.primal import Primal
from nmodlgrad.diagnostics import NOWHERE, Source
from nmodlgrad.semantics.resolve import resolve
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.parse import parse
from nmodlgrad.syntax.unparse import expression

FRAME = {"x": 1.7 + 0j, "y": -0.3 + 0j, "long_name": 0.2 + 0j}

numbers = st.sampled_from(["0", "1", "2.5", ".5", "1e-3", "6.02e23", "3."]).map(lambda text: n.Number(NOWHERE, text))
variables = st.sampled_from(sorted(FRAME)).map(lambda name: n.VariableName(NOWHERE, name))


def _compound(inner: st.SearchStrategy[n.Expression]) -> st.SearchStrategy[n.Expression]:
    operators = st.sampled_from(["+", "-", "*", "/", "^", "<", ">", "<=", ">=", "==", "!=", "&&", "||"])
    calls = st.tuples(st.sampled_from(["exp", "fabs", "pow"]), inner, inner)
    return st.one_of(
        st.builds(n.Binary, st.just(NOWHERE), inner, operators, inner),
        st.builds(n.Binary, st.just(NOWHERE), inner, operators, inner),
        st.builds(n.Unary, st.just(NOWHERE), st.sampled_from("-!"), inner),
        calls.map(lambda c: n.Call(NOWHERE, c[0], c[1:] if c[0] == "pow" else c[1:2])),
    )


expressions: st.SearchStrategy[n.Expression] = st.recursive(st.one_of(numbers, variables), _compound, max_leaves=12)


def read(text: str) -> n.Expression:
    block = parse(Source("sample.mod", f"PROCEDURE p() {{ x = {text} }}")).items[0]
    assert isinstance(block, n.ProcedureBlock)
    assign = block.body.statements[0]
    assert isinstance(assign, n.Assign)
    return assign.value


def nowhere(node: n.Expression) -> n.Expression:
    """The tree without its places."""
    match node:
        case n.Unary(operand=operand):
            return replace(node, span=NOWHERE, operand=nowhere(operand))
        case n.Binary(left=left, right=right):
            return replace(node, span=NOWHERE, left=nowhere(left), right=nowhere(right))
        case n.Call(arguments=arguments):
            return replace(node, span=NOWHERE, arguments=tuple(nowhere(a) for a in arguments))
    return replace(node, span=NOWHERE)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(tree=expressions)
def test_what_is_written_is_read_back_as_the_same_tree(tree: n.Expression) -> None:
    assert nowhere(read(expression(tree))) == tree


MACHINE = Primal(resolve(Source("m.mod", "NEURON { SUFFIX m }")))


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(tree=expressions)
def test_what_is_written_has_the_same_value(tree: n.Expression) -> None:
    def value(node: n.Expression) -> complex | str:
        try:
            return MACHINE.value(node, FRAME)
        except (ArithmeticError, ValueError) as error:
            return type(error).__name__

    before, after = value(tree), value(read(expression(tree)))
    assert str(before) == str(after)  # as text: nan is not equal to itself


@pytest.mark.parametrize(
    "text",
    [
        "a + b*c",
        "(a + b)*c",
        "a - (b - c)",
        "a/(b*c)",
        "a/b/c",
        "-a^2",
        "(-a)^2",
        "a^(-b)",
        "a^b^c",
        "(a^b)^c",
        "-(a + b)",
        "--a",
        "a < b && !(c || d)",
        "exp(-(a + b)/c)",
        "m'",
        "x[i + 1]",
    ],
)
def test_parentheses_are_written_only_where_they_are_needed(text: str) -> None:
    assert expression(read(text)) == text
