"""From text to tree: every construct of the language is read, and stands where its span says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from nmodlgrad.diagnostics import Refused, Source
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.lexis import KEYWORDS, METHODS
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
        ("a^-b^c*d", "((a ^ (-(b ^ c))) * d)"),
        ("2^!a", "(2 ^ (!a))"),
        ("!a == b", "((!a) == b)"),
        ("a < b < c", "((a < b) < c)"),
        ("k*(1e10)", "(k * 1e10)"),
        ("(1) + a", "(1 + a)"),
        ("a[INT(2*v)] + b[(i - 1)*2]", "(a[INT((2 * v))] + b[((i - 1) * 2)])"),
        ("a < b && c >= d || !e", "(((a < b) && (c >= d)) || (!e))"),
        ("a + b == c", "((a + b) == c)"),
        ("f(a, g(b + 1))", "f(a, g((b + 1)))"),
        ("f()", "f()"),
        ("a[2] + b[i + 1]", "(a[2] + b[(i + 1)])"),
        ("1 + 2. + .5 + 1e3 + 1.5e-3 + 2.E+4", "(((((1 + 2.) + .5) + 1e3) + 1.5e-3) + 2.E+4)"),
        ("1 (mV) + 2(/ms)*a", "(1 + (2 * a))"),
    ],
)
def test_operators_bind_as_in_nocmodl(text: str, expected: str) -> None:
    assert shape(expression(text)) == expected


def test_a_number_keeps_its_unit() -> None:
    number = expression("96485 ( coulomb )")
    assert isinstance(number, n.Number)
    assert (number.text, number.unit) == ("96485", "coulomb")


def test_a_function_may_take_text() -> None:
    call = expression('f("a text", 1)')
    assert isinstance(call, n.Call)
    assert isinstance(call.arguments[0], n.Text)
    assert call.arguments[0].text == '"a text"'


# ------------------------------------------------------------------ declarations
def test_parameters_have_values_units_and_limits() -> None:
    block = only("PARAMETER { a = 1.5 (mV) <0, 1e9>  b  c = -2  d[3] (ms) <-1, 1>  v (mV)  e = 1e-3 }")
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
    block = only("STATE { m FROM 0 TO 1  h START -0.5  ca[4] (mM) <1e-10>  x' }")
    assert isinstance(block, n.StateBlock)
    assert [(s.name, s.size, s.start, s.unit) for s in block.items] == [
        ("m", None, None, None),
        ("h", None, "-0.5", None),
        ("ca", "4", None, "mM"),
        ("x'", None, None, None),
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
    assert (calcium.ion, calcium.read, calcium.write, calcium.valence) == ("ca", ("eca", "cai"), ("ica",), "2")
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
    assert isinstance(equation.target, n.Prime)
    assert (equation.target.name, equation.target.order, equation.target.index) == ("m", 1, None)


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
    assert [(a.name, a.unit) for a in block.arguments] == [("a", "mV"), ("b", None)]
    assert block.unit == "ms"
    assert block.body.locals is not None
    assert [(x.name, x.size) for x in block.body.locals.items] == [("x", None), ("y", "3")]


# ------------------------------------------------------------------ schemes of reactions, systems of equations
def scheme(text: str) -> tuple[n.Statement, ...]:
    block = only(f"KINETIC scheme {{ {text} }}")
    assert isinstance(block, n.KineticBlock)
    return block.body.statements


def reactants(found: tuple[n.Reactant, ...]) -> list[tuple[str | None, str]]:
    return [(r.stoichiometry, shape(r.variable)) for r in found if isinstance(r.variable, n.VariableName)]


def test_a_reaction_has_two_sides_and_two_rates() -> None:
    (reaction,) = scheme("~ 3 na[0] + pump <-> pumpna (a, b*2)")
    assert isinstance(reaction, n.Reaction)
    assert reactants(reaction.left) == [("3", "na[0]"), (None, "pump")]
    assert reactants(reaction.right) == [(None, "pumpna")]
    assert (shape(reaction.forward), shape(reaction.backward)) == ("a", "(b * 2)")


def test_a_reaction_may_go_out_or_come_in() -> None:
    out, comes = scheme("~ a -> (k)\n ~ b << (-ica/2)")
    assert isinstance(out, n.Outflow)
    assert (reactants(out.reactants), shape(out.rate)) == ([(None, "a")], "k")
    assert isinstance(comes, n.Inflow)
    assert (reactants(comes.reactants), shape(comes.flux)) == ([(None, "b")], "((-ica) / 2)")


def test_a_scheme_conserves_has_compartments_and_diffuses() -> None:
    conserve, volume, compartment, diffusion = scheme(
        """CONSERVE a + 2 b = total
           COMPARTMENT volume {a b}
           COMPARTMENT i, size[i]*2 {ca}
           LONGITUDINAL_DIFFUSION i, D*size[i] {ca mg}"""
    )
    assert isinstance(conserve, n.Conserve)
    assert (reactants(conserve.reactants), shape(conserve.total)) == ([(None, "a"), ("2", "b")], "total")
    assert isinstance(volume, n.Compartment)
    assert (volume.index, shape(volume.volume), volume.species) == (None, "volume", ("a", "b"))
    assert isinstance(compartment, n.Compartment)
    assert (compartment.index, shape(compartment.volume), compartment.species) == ("i", "(size[i] * 2)", ("ca",))
    assert isinstance(diffusion, n.LongitudinalDiffusion)
    assert (diffusion.index, shape(diffusion.coefficient)) == ("i", "(D * size[i])")
    assert diffusion.species == ("ca", "mg")


def test_systems_of_equations_have_two_sides() -> None:
    linear = only("LINEAR eq SOLVEFOR x, y { ~ -x + 2*y = 1  ~+ x = y/3 }")
    assert isinstance(linear, n.LinearBlock)
    assert linear.solve_for == ("x", "y")
    first, second = (e for e in linear.body.statements if isinstance(e, n.Equation))
    assert (first.tilde, shape(first.left), shape(first.right)) == ("~", "((-x) + (2 * y))", "1")
    assert (second.tilde, shape(second.left), shape(second.right)) == ("~+", "x", "(y / 3)")
    nonlinear = only("NONLINEAR eq { ~ x*x = exp(y) }")
    assert isinstance(nonlinear, n.NonlinearBlock)
    (equation,) = nonlinear.body.statements
    assert isinstance(equation, n.Equation)
    discrete = only("DISCRETE d { x = x@1 + y@2[i] }")
    assert isinstance(discrete, n.DiscreteBlock)
    past = [(p.name, p.steps) for p in subnodes(discrete) if isinstance(p, n.PastValue)]
    assert past == [("x", "1"), ("y", "2")]


# ------------------------------------------------------------------ the other constructs
def test_loops_have_bounds_and_a_body() -> None:
    loop = statement("FROM i = 0 TO n - 1 BY 2 { x[i] = i }")
    assert isinstance(loop, n.FromStatement)
    assert loop.step is not None
    assert (loop.name, shape(loop.first), shape(loop.last), shape(loop.step)) == ("i", "0", "(n - 1)", "2")
    repeat = statement("WHILE (x < 3) { x = x + 1 }")
    assert isinstance(repeat, n.WhileStatement)


def test_events_are_watched_and_connections_are_visited() -> None:
    statements = "INITIAL { a = 1 } WATCH (v > 3) 2, (v < -a*2) 3 FOR_NETCONS(w1, b) { b = 1 }"
    block = only(f"NET_RECEIVE(w, a (ms)) {{ {statements} }}")
    assert isinstance(block, n.NetReceiveBlock)
    assert [(a.name, a.unit) for a in block.arguments] == [("w", None), ("a", "ms")]
    initial, watch, loop = block.body.statements
    assert isinstance(initial, n.NetInitial)
    assert isinstance(watch, n.Watch)
    found = [(shape(w.left), w.operator, shape(w.right), shape(w.flag)) for w in watch.items]
    assert found == [("v", ">", "3", "2"), ("v", "<", "((-a) * 2)", "3")]
    assert isinstance(loop, n.ForNetcons)
    assert [a.name for a in loop.arguments] == ["w1", "b"]


def test_the_smaller_constructs_are_read() -> None:
    protect = statement("PROTECT count = count + 1")
    assert isinstance(protect, n.Protect)
    assert protect.assign.target.name == "count"
    conductance = statement("CONDUCTANCE g USEION k")
    assert isinstance(conductance, n.Conductance)
    assert (conductance.name, conductance.ion) == ("g", "k")
    lag = statement("LAG ina BY tau")
    assert isinstance(lag, n.Lag)
    assert (lag.name, lag.by) == ("ina", "tau")
    locked = only("INITIAL { MUTEXLOCK x = 1 MUTEXUNLOCK }")
    assert [m.keyword for m in subnodes(locked) if isinstance(m, n.Mutex)] == ["MUTEXLOCK", "MUTEXUNLOCK"]
    for text, kind, phase in (("BEFORE STEP { }", n.BeforeBlock, "STEP"), ("AFTER SOLVE { }", n.AfterBlock, "SOLVE")):
        block = only(text)
        assert isinstance(block, kind)
        assert block.phase == phase
    assert isinstance(only("CONSTRUCTOR { }"), n.ConstructorBlock)
    assert isinstance(only("DESTRUCTOR { }"), n.DestructorBlock)
    values = only("FUNCTION_TABLE tau(v (mV), c) (ms)")
    assert isinstance(values, n.FunctionTableBlock)
    assert ([a.name for a in values.arguments], values.unit) == (["v", "c"], "ms")
    include = only('INCLUDE "other.inc"')
    assert isinstance(include, n.Include)
    assert include.path.text == '"other.inc"'
    constants = only("CONSTANT { F = 96485 (coulomb) q = -1 }")
    assert isinstance(constants, n.ConstantBlock)
    assert [(c.name, c.value, c.unit) for c in constants.items] == [("F", "96485", "coulomb"), ("q", "-1", None)]
    independent = only("INDEPENDENT { t FROM 0 TO 1 WITH 1 (ms)  SWEEP u FROM -1 TO 1 WITH 10 START 0 }")
    assert isinstance(independent, n.IndependentBlock)
    assert [i.name for i in independent.items] == ["t", "u"]


def test_what_define_defines_is_a_number_from_there_on() -> None:
    define, states = tree("DEFINE N 4\nSTATE { ca[N] }").items
    assert isinstance(define, n.Define)
    assert (define.name, define.value) == ("N", "4")
    assert isinstance(states, n.StateBlock)
    assert states.items[0].size == "N"
    with pytest.raises(Refused, match="N stands for a number"):
        tree("DEFINE N 4\nASSIGNED { N }")


# ------------------------------------------------------------------ habits
def test_lines_end_in_three_ways() -> None:
    text = "TITLE a\n: note {\nPARAMETER { a = 1 ? note }\nb = 2 }\nCOMMENT\n }\nENDCOMMENT\n"
    for end in ("\n", "\r\n", "\r"):
        block = only(text.replace("\n", end))
        assert isinstance(block, n.ParameterBlock)
        assert [p.name for p in block.items] == ["a", "b"]


def test_a_control_z_ends_the_text() -> None:
    assert tree("PARAMETER { a }\n\x1a{{{ \x04").items == tree("PARAMETER { a }\n").items


def test_declarations_need_no_separator() -> None:
    block = only("PARAMETER{a=.36 b=22.c=1e3(mV)d=1b1=2}")
    assert isinstance(block, n.ParameterBlock)
    assert [(p.name, p.value) for p in block.items] == [
        ("a", ".36"),
        ("b", "22."),
        ("c", "1e3"),
        ("d", "1"),
        ("b1", "2"),
    ]


def test_words_of_c_are_names() -> None:
    block = only("ASSIGNED { and or int double gamma index for return class }")
    assert isinstance(block, n.AssignedBlock)
    assert len(block.items) == 9


@pytest.mark.parametrize("word", sorted(KEYWORDS | METHODS))
def test_words_of_nmodl_are_no_names(word: str) -> None:
    with pytest.raises(Refused):
        tree(f"ASSIGNED {{ {word} }}")


def test_a_title_alone_on_its_line_takes_the_next() -> None:
    assert [type(item) for item in tree("TITLE\nNEURON { here\nSTATE { m }").items] == [n.StateBlock]


def test_verbatim_ends_where_a_line_starts_with_the_word() -> None:
    block, state = tree("VERBATIM\n x ENDVERBATIM\n\t ENDVERBATIM and what follows {\nSTATE { m }").items
    assert isinstance(block, n.Verbatim)
    assert isinstance(state, n.StateBlock)


def test_capitals_and_returns_inside_verbatim() -> None:
    branch = statement("IF (x) { VERBATIM\nreturn 0;\nENDVERBATIM\n} ELSE IF (y) { } ELSE { UNITSOFF x = 1 }")
    assert isinstance(branch, n.IfStatement)


def test_a_line_may_be_very_long() -> None:
    (value,) = (expression(" + ".join(["a"] * 900)),)
    assert len([x for x in subnodes(value) if isinstance(x, n.VariableName)]) == 900


def test_verbatim_code_is_kept_as_it_is() -> None:
    code = "VERBATIM\n  if (x) { /* ENDING */ y[1] = '}'; }\n#define A \\\n  b\nENDVERBATIM"
    block = only(code)
    assert isinstance(block, n.Verbatim)
    assert block.text == code
    inside = statement(code + "\n")
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
        COMMENT }
        ENDCOMMENT }
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
    assert (suffix.name.span.start, suffix.name.span.end) == (text.index("hh"), text.index("hh") + 2)


def test_every_byte_is_a_character() -> None:
    text = "".join(chr(code) for code in range(1, 256) if chr(code) not in "\r\n\x04\x1a")
    block = only(f"COMMENT\n{text}\nENDCOMMENT\nPARAMETER {{ a }}")
    assert isinstance(block, n.ParameterBlock)


# ------------------------------------------------------------------ what can not be read
@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("PARAMETER {\n  a = \n}", 3, 1, "unexpected '}' in PARAMETER"),
        ("PROCEDURE p() {\n  x = 1 +* 2\n}", 2, 10, "unexpected '*' in PROCEDURE"),
        ("PROCEDURE p() { x = (1 }", 1, 24, "unexpected '}' in PROCEDURE"),
        ("PROCEDURE p() { if x > 1 { } }", 1, 20, "unexpected 'x' in PROCEDURE"),
        ("BREAKPOINT {\n  x = 1\n", 2, 8, "the file ends inside the BREAKPOINT block of line 1"),
        ("PARAMETER { a = 1 $ }", 1, 19, "unexpected '$' in PARAMETER"),
        ("PROCEDURE p() {\r\n  x = 1\r\n  y = )\r\n}", 3, 7, "unexpected ')' in PROCEDURE"),
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
