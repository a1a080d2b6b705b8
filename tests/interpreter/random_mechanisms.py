"""Draws sources of small mechanisms: smooth expressions, branches, functions and procedures that share names."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

HEADER = """\
NEURON {
    POINT_PROCESS random
    USEION na READ ena WRITE ina
    NONSPECIFIC_CURRENT i
    RANGE p, q, a, b, c
    GLOBAL r
}
PARAMETER { p = 0.7  q = 1.3  r = -0.4  often = 2 }
ASSIGNED { v  ena  ina  i  a  b  c  d  s[3] }
STATE { m n }
"""

SHARED = ("a", "b", "c")
STATES = ("m", "n")
INPUTS = ("p", "q", "r", "ena", "v")
SMOOTH = ("sin({})", "cos({})", "tanh({})", "exp(-({0})*({0}))", "log(1.5 + ({0})*({0}))", "sqrt(1 + ({0})*({0}))",
          "atan({})", "({0})^3", "(2 + sin({0}))^1.5", "-({})", "1/(2 + ({0})^2)",
          "fabs({})", "(({0}) > 0.2)*(({0}) - 0.2)", "!(({0}) > 0.1)*({0})",
          "(0.4 + ({0})*({0}))/(exp(0.4 + ({0})*({0})) - 1)", "(({0})^2 + 0.4)/(1 - exp(-0.4 - ({0})^2))")  # fmt: skip
INDENT = "    "


@dataclass(frozen=True)
class Routine:
    """A FUNCTION or PROCEDURE that later ones can call."""

    name: str
    arguments: int


@dataclass
class Place:
    """Where a statement stands: what it can read, set and call."""

    readable: list[str]
    settable: list[str]
    functions: list[Routine]
    procedures: list[Routine] = field(default_factory=list)


def expressions(place: Place, depth: int = 2) -> st.SearchStrategy[str]:
    """Expressions that are smooth, or constant on either side of a kink, and stay of moderate size."""
    names, numbers = st.sampled_from(place.readable or ["p"]), st.sampled_from(("0.5", "2", "-1", ".25"))
    leaf = st.one_of(names, names, numbers)
    if depth == 0:
        return leaf
    inner = expressions(place, depth - 1)
    compound = [
        st.tuples(inner, st.sampled_from(("+", "-", "*")), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]})/(1.5 + ({t[1]})*({t[1]}))"),
        st.tuples(st.sampled_from(SMOOTH), inner).map(lambda t: t[0].format(t[1])),
        st.tuples(inner, names).map(lambda t: f"(1.2 + ({t[0]})^2)^{t[1]}"),
    ]
    for routine in place.functions:
        given = st.lists(inner, min_size=routine.arguments, max_size=routine.arguments)
        compound.append(given.map(lambda values, name=routine.name: f"{name}({', '.join(values)})"))
    return st.one_of(leaf, *compound)


@st.composite
def statements(draw: st.DrawFn, place: Place, indent: str, depth: int = 2) -> list[str]:
    """Up to four statements, branches among them."""
    kinds = (
        ["assign", "assign", "assign"]
        + ["if"] * (depth > 0)
        + ["loop"] * (depth > 1)
        + ["call"] * bool(place.procedures)
    )
    lines: list[str] = []
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4)):
        if kind == "assign" and place.settable:
            lines.append(f"{indent}{draw(st.sampled_from(place.settable))} = {draw(expressions(place))}")
        elif kind == "call":
            routine = draw(st.sampled_from(place.procedures))
            values = [draw(expressions(place, 1)) for _ in range(routine.arguments)]
            lines.append(f"{indent}{routine.name}({', '.join(values)})")
        elif kind == "loop":
            lines += draw(_loops(place, indent))
        elif kind == "if":
            comparison = draw(st.sampled_from(("<", ">", "<=", ">=")))
            condition = f"{draw(expressions(place, 1))} {comparison} {draw(st.sampled_from(('0.3', '-0.1', '0.7')))}"
            lines += [f"{indent}if ({condition}) {{", *draw(statements(place, indent + INDENT, depth - 1))]
            if draw(st.booleans()):
                lines += [f"{indent}}} else {{", *draw(statements(place, indent + INDENT, depth - 1))]
            lines.append(f"{indent}}}")
    return lines


@st.composite
def _loops(draw: st.DrawFn, place: Place, indent: str) -> list[str]:
    """A loop with bounds that are numbers, over the elements of an array, or with a bound that is computed."""
    counter = "j"
    inside = Place([*place.readable, f"({counter}/4)"], [*place.settable], place.functions, place.procedures)
    last = draw(st.sampled_from(("1", "2", "often", "often - 1")))
    if last.isdigit():
        inside.readable.append(f"s[{counter}]")
        inside.settable += [f"s[{counter}]"] * ("a" in place.settable)
    return [
        f"{indent}FROM {counter} = 0 TO {last} {{",
        *draw(statements(inside, indent + INDENT, 0)),
        f"{indent}}}",
    ]


@st.composite
def _locals(draw: st.DrawFn, place: Place, candidates: tuple[str, ...]) -> list[str]:
    """LOCALs, each with a first value: nobody may read one before it is set."""
    names = draw(st.lists(st.sampled_from(candidates), max_size=2, unique=True))
    if not names:
        return []
    lines = [f"{INDENT}LOCAL {', '.join(names)}"]
    before = [name for name in place.readable if name not in names]
    for name in names:
        start = Place(before, [], place.functions)
        lines.append(f"{INDENT}{name} = {draw(expressions(start, 1))}")
    place.readable += [name for name in names if name not in place.readable]
    place.settable += [name for name in names if name not in place.settable]
    return lines


def _some(arguments: list[str]) -> st.SearchStrategy[list[str]]:
    """Up to three of the mechanism's variables, of which one that is also an argument is hidden."""
    names = [name for name in (*SHARED, *STATES, *INPUTS, *INPUTS) if name not in arguments]
    return st.lists(st.sampled_from(names), max_size=3, unique=True)


@st.composite
def functions(draw: st.DrawFn) -> tuple[list[str], list[Routine]]:
    """Up to three FUNCTIONs; a later one may call earlier ones, arguments and LOCALs may hide shared names.

    Some assign shared variables, too.
    """
    lines: list[str] = []
    known: list[Routine] = []
    for name in draw(st.sampled_from([(), ("f",), ("f", "g"), ("f", "g", "h")])):
        arguments = draw(st.lists(st.sampled_from(("x", "y", "v", "a", "m")), min_size=1, max_size=2, unique=True))
        place = Place([*arguments, *draw(_some(arguments))], [], list(known))
        body = draw(_locals(place, tuple(x for x in ("z", "b", "w") if x not in arguments)))
        first = f"{INDENT}{name} = {draw(expressions(place))}"
        place.readable.append(name)
        place.settable.append(name)
        if not draw(st.integers(0, 2)):
            place.settable.append(draw(st.sampled_from([x for x in SHARED if x not in arguments])))
        body += [first, *draw(statements(place, INDENT, 1))]
        lines += [f"FUNCTION {name}({', '.join(arguments)}) {{", *body, "}"]
        known.append(Routine(name, len(arguments)))
    return lines, known


@st.composite
def procedures(draw: st.DrawFn, known: list[Routine]) -> tuple[list[str], list[Routine]]:
    """Up to two PROCEDUREs that set shared names; the second may call the first."""
    lines: list[str] = []
    found: list[Routine] = []
    for name in draw(st.sampled_from([(), ("rates",), ("rates", "more")])):
        arguments = draw(st.lists(st.sampled_from(("x", "v", "b", "n")), min_size=0, max_size=2, unique=True))
        settable = draw(st.lists(st.sampled_from((*SHARED, *SHARED, "m", "v")), min_size=1, max_size=2, unique=True))
        readable = [*arguments, *draw(_some(arguments))]
        place = Place(readable, [x for x in settable if x not in arguments], known, list(found))
        body = draw(_locals(place, tuple(x for x in ("z", "c") if x not in arguments)))
        if not place.settable:
            continue
        body += draw(statements(place, INDENT, 1))
        lines += [f"PROCEDURE {name}({', '.join(arguments)}) {{", *body, "}"]
        found.append(Routine(name, len(arguments)))
    return lines, found


@st.composite
def mechanisms(draw: st.DrawFn) -> str:
    """A source text."""
    function_lines, known = draw(functions())
    procedure_lines, called = draw(procedures(known))

    def place(*more: str) -> Place:
        return Place([*SHARED, *STATES, *INPUTS, *more], list(SHARED), known, called)

    initial, current, states, receive = place(), place(), place(), place("w")
    initial.settable += STATES
    states.settable += STATES[:1]
    receive.settable += STATES
    lines = [HEADER, "INITIAL {", *draw(_locals(initial, ("k",)))]
    lines += [f"{INDENT}m = {draw(expressions(initial))}", f"{INDENT}n = {draw(expressions(initial))}"]
    lines += [*draw(statements(initial, INDENT)), "}", "BREAKPOINT {"]
    body = draw(_locals(current, ("k", "z")))
    lines += [*body[:1], f"{INDENT}SOLVE update METHOD cnexp", *body[1:], *draw(statements(current, INDENT))]
    lines += [f"{INDENT}i = {draw(expressions(current))}", f"{INDENT}ina = ({draw(expressions(current))})*(v - ena)"]
    lines += ["}", "DERIVATIVE update {", *draw(_locals(states, ("k", "z"))), *draw(statements(states, INDENT))]
    for state in STATES:
        rest = Place([x for x in states.readable if x != state], [], [])
        lines.append(f"{INDENT}{state}' = {draw(equations(state, rest))}")
    lines += ["}", "NET_RECEIVE(w) {", *draw(statements(receive, INDENT)), "}", *function_lines, *procedure_lines]
    return "\n".join(lines) + "\n"


@st.composite
def equations(draw: st.DrawFn, state: str, place: Place) -> str:
    """A right-hand side that cnexp takes: linear in the state, with a slope that is never zero or none at all."""
    target, slow = draw(expressions(place)), draw(expressions(place, 1))
    forms = (
        "({0} - {1})/(1.5 + ({2})*({2}))",
        "{0}*(1 - {1}) - (2 + sin({2}))*{1}",
        "-(1.2 + cos({2}))*{1} + {0}",
        "({0})*({2})",
    )
    form = draw(st.sampled_from(forms[1:] if target.startswith("-") else forms))
    return form.format(f"({target})" if form != forms[1] else f"(1.5 + ({target})^2)", state, slow)
