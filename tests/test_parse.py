"""From text to tree: every construct of the language is read, and stands where its span says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from nmodlgrad.diagnostics import Refused, Source, Span
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.parse import parse
from nmodlgrad.syntax.walk import subnodes


def tree(text: str) -> n.File:
    return parse(Source("sample.mod", text))


def only(text: str) -> n.Item:
    """The one item of a file."""
    (item,) = tree(text).items
    return item


def statement(text: str) -> n.Statement:
    """The one statement of a procedure."""
    block = only(f"PROCEDURE p() {{ {text} }}")
    assert isinstance(block, n.ProcedureBlock)
    (found,) = block.body.statements
    return found


def expression(text: str) -> n.Expression:
    assign = statement(f"x = {text}")
    assert isinstance(assign, n.Assign)
    return assign.value


def shape(node: n.Expression) -> str:
    """An expression in full parentheses."""
    match node:
        case n.Number(text=text):
            return text
        case n.VariableName(name=name, index=index):
            return name if index is None else f"{name}[{shape(index)}]"
        case n.Call(name=name, arguments=arguments):
            return f"{name}({', '.join(map(shape, arguments))})"
        case n.Unary(operator=operator, operand=operand):
            return f"({operator}{shape(operand)})"
        case n.Binary(left=left, operator=operator, right=right):
            return f"({shape(left)} {operator} {shape(right)})"
    return type(node).__name__


# ------------------------------------------------------------------ expressions
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b*c", "(a + (b * c))"),
        ("a - b - c", "((a - b) - c)"),
        ("a/b*c", "((a / b) * c)"),
        ("-a^2", "(-(a ^ 2))"),
        ("a^b^c", "(a ^ (b ^ c))"),
        ("a^-b", "(a ^ (-b))"),
        ("-a*b", "((-a) * b)"),
        ("a*-b", "(a * (-b))"),
        ("a - -b", "(a - (-b))"),
        ("a < b && c >= d || !e", "(((a < b) && (c >= d)) || (!e))"),
        ("a + b == c", "((a + b) == c)"),
        ("f(a, g(b + 1))", "f(a, g((b + 1)))"),
        ("f()", "f()"),
        ("a[2] + b[i + 1]", "(a[2] + b[(i + 1)])"),
        ("1 + 2. + .5 + 1e3 + 1.5e-3 + 2.E+4", "(((((1 + 2.) + .5) + 1e3) + 1.5e-3) + 2.E+4)"),
        ("(1) (mV) + a", "(1 + a)"),
    ],
)
def test_operators_bind_as_in_nocmodl(text: str, expected: str) -> None:
    assert shape(expression(text.replace("(1) (mV)", "1 (mV)"))) == expected


def test_a_number_keeps_its_unit() -> None:
    number = expression("96485 (coulomb)")
    assert number == n.Number(number.span, "96485", "coulomb")


def test_a_function_may_take_text() -> None:
    call = expression('f("a text", 1)')
    assert isinstance(call, n.Call)
    assert isinstance(call.arguments[0], n.Text)
    assert call.arguments[0].text == '"a text"'


# ------------------------------------------------------------------ declarations
def test_parameters_have_values_units_and_limits() -> None:
    block = only("PARAMETER { a = 1.5 (mV) <0, 1e9>  b  c = -2  d[3] (ms)  v (mV)  e = 1e-3 }")
    assert isinstance(block, n.ParameterBlock)
    assert [(p.name, p.size, p.value, p.unit) for p in block.items] == [
        ("a", None, "1.5", "mV"),
        ("b", None, None, None),
        ("c", None, "-2", None),
        ("d", "3", None, "ms"),
        ("v", None, None, "mV"),
        ("e", None, "1e-3", None),
    ]


def test_states_have_limits_start_values_and_tolerances() -> None:
    block = only("STATE { m FROM 0 TO 1  h START 0.5  ca[N] (mM) <1e-10>  x' }")
    assert isinstance(block, n.StateBlock)
    assert [(s.name, s.size, s.unit) for s in block.items] == [
        ("m", None, None),
        ("h", None, None),
        ("ca", "N", "mM"),
        ("x'", None, None),
    ]


def test_the_neuron_block_lists_its_names() -> None:
    block = only(
        """NEURON {
            THREADSAFE
            POINT_PROCESS syn : a comment
            USEION ca READ eca, cai WRITE ica VALENCE 2 REPRESENTS CHEBI:29108
            USEION k READ ek
            NONSPECIFIC_CURRENT i, j
            ELECTRODE_CURRENT k
            RANGE a, b
            GLOBAL c
            POINTER p
            BBCOREPOINTER q
            EXTERNAL r
            RANDOM s
            REPRESENTS NCIT:C17145
        }"""
    )
    assert isinstance(block, n.NeuronBlock)
    threadsafe, suffix, calcium, potassium, *lists = block.items
    assert isinstance(threadsafe, n.Threadsafe)
    assert isinstance(suffix, n.Suffix)
    assert (suffix.kind, suffix.name) == ("POINT_PROCESS", "syn")
    assert isinstance(calcium, n.UseIon)
    assert (calcium.ion, calcium.read, calcium.write) == ("ca", ("eca", "cai"), ("ica",))
    assert isinstance(potassium, n.UseIon)
    assert (potassium.ion, potassium.read, potassium.write) == ("k", ("ek",), ())
    assert [(x.kind, x.names) for x in lists if isinstance(x, n.NameList)] == [
        ("NONSPECIFIC_CURRENT", ("i", "j")),
        ("ELECTRODE_CURRENT", ("k",)),
        ("RANGE", ("a", "b")),
        ("GLOBAL", ("c",)),
        ("POINTER", ("p",)),
        ("BBCOREPOINTER", ("q",)),
        ("EXTERNAL", ("r",)),
        ("RANDOM", ("s",)),
    ]


def test_unit_factors_are_names() -> None:
    block = only("UNITS { (mV) = (millivolt)  F = 96485 (coulomb)  R = (k-mole) (joule/degC)  f = (foot) -> (inch) }")
    assert isinstance(block, n.UnitsBlock)
    assert [factor.name for factor in block.items] == ["F", "R", "f"]


# ------------------------------------------------------------------ statements
def test_a_branch_may_hold_another() -> None:
    branch = statement("if (a < b) { x = 1 } else if (c) { x = 2 } else { x = 3 }")
    assert isinstance(branch, n.IfStatement)
    assert isinstance(branch.orelse, n.IfStatement)
    assert isinstance(branch.orelse.orelse, n.Body)


def test_an_equation_assigns_to_a_derivative() -> None:
    equation = statement("m' = (minf - m)/mtau")
    assert isinstance(equation, n.Assign)
    assert equation.target == n.Prime(equation.target.span, "m", 1)


def test_a_table_says_what_it_holds() -> None:
    table = statement("TABLE minf, mtau DEPEND celsius, q FROM -100 TO vmax WITH 200")
    assert isinstance(table, n.Table)
    assert (table.names, table.depend, table.bins) == (("minf", "mtau"), ("celsius", "q"), "200")
    assert (shape(table.low), shape(table.high)) == ("(-100)", "vmax")
    unnamed = statement("TABLE FROM 0 TO 1 WITH 10")
    assert isinstance(unnamed, n.Table)
    assert unnamed.names == ()


def test_a_solve_says_its_method() -> None:
    solves = [statement(f"SOLVE states {how}") for how in ("METHOD cnexp", "", "STEADYSTATE sparse")]
    found = [(s.method, s.steady_state) for s in solves if isinstance(s, n.Solve)]
    assert found == [("cnexp", False), (None, False), ("sparse", True)]


def test_locals_are_the_first_thing_in_a_body() -> None:
    block = only("PROCEDURE p(a (mV), b) (ms) { LOCAL x, y[3]  x = a  { LOCAL z  z = x } }")
    assert isinstance(block, n.ProcedureBlock)
    assert block.arguments == (
        n.Argument(block.arguments[0].span, "a", "mV"),
        n.Argument(block.arguments[1].span, "b", None),
    )
    assert block.unit == "ms"
    assert block.body.locals is not None
    assert (block.body.locals.names, block.body.locals.arrays) == (("x", "y"), True)


OUTSIDE = {
    "kinetic_block": """KINETIC scheme {
        COMPARTMENT i, volume {a b}
        LONGITUDINAL_DIFFUSION d {a}
        rates(v)
        ~ a + 2 b <-> c (kf, kb)
        ~ c << (ica/2)
        ~ a -> (k)
        CONSERVE a + b + c = 1
    }""",
    "linear_block": "LINEAR eq SOLVEFOR x, y { ~ x + 2*y = 1  ~+ x = 3 }",
    "nonlinear_block": "NONLINEAR eq { ~ x*x = exp(y) }",
    "discrete_block": "DISCRETE d { x = 1 }",
    "function_table_block": "FUNCTION_TABLE tau(v (mV), c) (ms)",
    "constructor_block": "CONSTRUCTOR { x = 1 }",
    "destructor_block": "DESTRUCTOR { x = 1 }",
    "before_block": "BEFORE BREAKPOINT { x = 1 }",
    "after_block": "AFTER SOLVE { x = 1 }",
    "include": 'INCLUDE "other.inc"',
    "define": "DEFINE N 4",
    "while_statement": "PROCEDURE p() { while (x < 3) { x = x + 1 } }",
    "from_statement": "PROCEDURE p() { FROM i = 0 TO N - 1 BY 2 { x[i] = i } }",
    "protect": "PROCEDURE p() { PROTECT count = count + 1 }",
    "conductance": "BREAKPOINT { CONDUCTANCE g USEION k  ik = g*(v - ek) }",
    "lag": "BREAKPOINT { LAG ina BY tau }",
    "watch": "NET_RECEIVE(w) { WATCH (v > 3) 2 }",
    "for_netcons": "NET_RECEIVE(w) { FOR_NETCONS(w1, a) { w1 = 1 } }",
    "mutex": "INITIAL { MUTEXLOCK x = 1 MUTEXUNLOCK }",
    "net_initial": "NET_RECEIVE(w, a) { INITIAL { a = 1 } }",
}


@pytest.mark.parametrize(("rule", "text"), OUTSIDE.items(), ids=OUTSIDE.keys())
def test_what_is_not_differentiated_is_read_all_the_same(rule: str, text: str) -> None:
    outside = [item for item in subnodes(tree(text)) if isinstance(item, n.Outside)]
    assert rule in {item.rule for item in outside}
    for item in outside:
        assert text[item.span.start : item.span.end].strip() == text[item.span.start : item.span.end] != ""


def test_verbatim_code_is_kept_as_it_is() -> None:
    code = "VERBATIM\n  if (x) { /* ENDING */ y[1] = '}'; }\n#define A \\\n  b\nENDVERBATIM"
    block = only(code)
    assert isinstance(block, n.Verbatim)
    assert block.text == code
    inside = statement(code)
    assert isinstance(inside, n.Verbatim)


def test_comments_are_anywhere() -> None:
    text = """TITLE a title: with anything { in it
    COMMENT
    BREAKPOINT { not this one
    ENDCOMMENT
    UNITSOFF
    : one kind of comment }
    ? the other kind {
    PROCEDURE p() { : here
        x = 1 ? and here }
        COMMENT } ENDCOMMENT
        UNITSON y = 2
    }"""
    block = only(text)
    assert isinstance(block, n.ProcedureBlock)
    assert len(block.body.statements) == 2


def test_every_mechanism_that_neuron_ships_is_read() -> None:
    spec = importlib.util.find_spec("neuron")
    assert spec is not None
    assert spec.origin is not None
    shipped = sorted((Path(spec.origin).parent / ".data" / "share").rglob("*.mod"))
    assert len(shipped) > 10
    for path in shipped:
        assert tree(path.read_bytes().decode("latin-1")).items


# ------------------------------------------------------------------ where it stands
def test_every_node_stands_where_its_span_says() -> None:
    text = "PROCEDURE rates(u (mV)) {\r\n  LOCAL a\r\n  a = exp(-u/10) : caf\xe9\r\n  if (a > 1) { b = a^2 }\r\n}\r\n"
    spans = {type(item).__name__: item.span for item in subnodes(tree(text))}

    def words(kind: str) -> str:
        return text[spans[kind].start : spans[kind].end]

    assert words("ProcedureBlock") == text.strip()
    assert words("LocalList") == "LOCAL a"
    assert words("Call") == "exp(-u/10)"
    assert words("Unary") == "-u"
    assert words("IfStatement") == "if (a > 1) { b = a^2 }"
    assert words("Assign") == "b = a^2"
    for item in subnodes(tree(text)):
        if isinstance(item, n.VariableName):
            assert text[item.span.start : item.span.end] == item.name


def test_the_name_of_a_mechanism_can_be_replaced() -> None:
    text = "NEURON { SUFFIX   hh : name\n }"
    block = only(text)
    assert isinstance(block, n.NeuronBlock)
    (suffix,) = block.items
    assert isinstance(suffix, n.Suffix)
    assert suffix.name_span == Span(text.index("hh"), text.index("hh") + 2)


def test_every_byte_is_a_character() -> None:
    text = bytes(range(1, 256)).decode("latin-1").replace("\n", "").replace("\r", "")
    block = only(f"COMMENT {text} ENDCOMMENT PARAMETER {{ a }}")
    assert isinstance(block, n.ParameterBlock)


# ------------------------------------------------------------------ what can not be read
@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("PARAMETER {\n  a = \n}", 3, 1, "unexpected '}'"),
        ("PROCEDURE p() {\n  x = 1 +* 2\n}", 2, 10, "unexpected '*'"),
        ("PROCEDURE p() { x = (1 }", 1, 24, "unexpected '}'"),
        ("PROCEDURE p() { if x > 1 { } }", 1, 20, "unexpected 'x'"),
        ("BREAKPOINT {\n  x = 1\n", 2, 8, "unexpected the end of the file"),
        ("PARAMETER { a = 1 $ }", 1, 19, "unexpected '$'"),
        ("PROCEDURE p() {\r\n  x = 1\r\n  y = )\r\n}", 3, 7, "unexpected ')'"),
        ("", 1, 1, ""),
    ],
)
def test_a_syntax_error_is_one_diagnostic_at_its_place(text: str, line: int, column: int, message: str) -> None:
    if not text:
        assert tree(text).items == ()
        return
    with pytest.raises(Refused) as refused:
        tree(text)
    (found,) = refused.value.diagnostics
    assert (found.code, found.line, found.column, found.message) == ("NG001", line, column, message)


def test_a_syntax_error_says_what_was_expected() -> None:
    with pytest.raises(Refused, match=r"expected .*a name.*"):
        tree("NEURON { SUFFIX 3 }")
