"""Texts that are hostile by what they hold: deep, long, never closed, or not text at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Text = Callable[[], str | bytes]

MEGABYTES = 10
HEAD = """NEURON { SUFFIX x RANGE g, y NONSPECIFIC_CURRENT i }
PARAMETER { g = 1 e = 2 }
ASSIGNED { v i y }
STATE { m }
"""


def mechanism(term: str = "m", statements: str = "", routines: str = "", rate: str = "-m*g") -> str:
    """A mechanism with this term in its current, these statements in BREAKPOINT, and this rate of change."""
    return (
        f"{HEAD}INITIAL {{ m = g }}\nBREAKPOINT {{ SOLVE s METHOD cnexp\n i = g*(v - e)*m + {term}\n{statements}\n}}\n"
        f"DERIVATIVE s {{ m' = {rate} }}\n{routines}\n"
    )


# ------------------------------------------------------------------ nests and long expressions
_ONE = "FUNCTION f(x) { f = x*g + exp(x) }\n"


def _else_ifs(count: int) -> str:
    chain = "".join(f" else if (m > {i}) {{ y = {i}*m }}" for i in range(count))
    return mechanism(statements=f"if (m > 1) {{ y = m*g }}{chain}")


def _functions(count: int) -> str:
    chain = "".join(f"FUNCTION f{i}(x) {{ f{i} = f{i + 1}(x) + f{i + 1}(2*x) }}\n" for i in range(count))
    return mechanism("f0(m)", routines=f"{chain}FUNCTION f{count}(x) {{ f{count} = g*x }}")


def _procedures(count: int) -> str:
    chain = "".join(f"PROCEDURE p{i}(x) {{ p{i + 1}(x) p{i + 1}(m) }}\n" for i in range(count))
    return mechanism(statements="p0(m)", routines=f"{chain}PROCEDURE p{count}(x) {{ y = x*g*m }}")


NESTS: Mapping[str, Callable[[int], str]] = {
    "sum": lambda n: mechanism("+".join(["m"] * n)),
    "sum_of_products": lambda n: mechanism(" + ".join(f"m*{i}.5" for i in range(n))),
    "product": lambda n: mechanism("*".join(["m"] * n)),
    "product_of_sums": lambda n: mechanism("*".join(f"(m + {i})" for i in range(n))),
    "quotient": lambda n: mechanism("/".join(f"(m + {i})" for i in range(n))),
    "parentheses": lambda n: mechanism("(" * n + "m" + ")" * n),
    "differences_in_parentheses": lambda n: mechanism("(m - " * n + "m" + ")" * n),
    "continued_fraction": lambda n: mechanism("(e - m/" * (n // 2) + "m" + ")" * (n // 2)),
    "minus": lambda n: mechanism("-" * n + "m"),
    "not": lambda n: mechanism("!" * n + "e"),
    "power": lambda n: mechanism("^".join(["m"] * n)),
    "power_of_numbers": lambda n: mechanism("^".join(["2"] * n)),
    "power_to_the_left": lambda n: mechanism("(" * n + "9" + "^9)" * n),
    "power_of_product": lambda n: mechanism("(" * n + "2*m" + "^9)" * n),
    "calls": lambda n: mechanism("f(" * n + "m" + ")" * n, routines=_ONE),
    "exponentials": lambda n: mechanism("exp(" * n + "m" + ")" * n),
    "conditions": lambda n: mechanism(statements=f"if ({' && '.join(['m > 1'] * n)}) {{ y = m }}"),
    "rate": lambda n: mechanism(rate="+".join(["-m*g"] * n)),
    "rate_in_parentheses": lambda n: mechanism(rate="-(" * n + "m" + ")" * n),
    "braces": lambda n: mechanism(statements="{" * n + "y = m" + "}" * n),
    "ifs": lambda n: mechanism(statements="if (m > 1) {" * n + "y = m" + "}" * n),
    "else_ifs": _else_ifs,
    "indices": lambda n: f"{HEAD}PROCEDURE p() {{ y = y{'[INT(y' * n}{')]' * n} }}",
    "functions": _functions,
    "procedures": _procedures,
    "open_parentheses": lambda n: mechanism("(" * n),
    "open_braces": lambda n: mechanism(statements="{" * n),
    "open_calls": lambda n: mechanism("f(" * n),
    "closed_braces": lambda n: mechanism(statements="}" * n),
}
LENGTHS = (300, 1_000, 100_000)


# ------------------------------------------------------------------ ten megabytes of one thing
def _filled(unit: str, start: str = "", end: str = "", characters: int = MEGABYTES * 1_000_000) -> Text:
    return lambda: start + unit * ((characters - len(start) - len(end)) // len(unit)) + end


_P = f"{HEAD}PROCEDURE p() {{ "
LARGE: Mapping[str, tuple[str, str, str]] = {  # start, what is repeated, end
    "names": ("", "abc ", ""),
    "one_name": ("", "a", ""),
    "numbers": ("", "1.5 ", ""),
    "one_number": (f"{_P} y = ", "7", " }"),
    "fraction": (f"{_P} y = 0.", "7", " }"),
    "comments": ("", ": a comment\n", ""),
    "question_marks": ("", "?\n", ""),
    "one_comment": ("COMMENT\n", "a\n", "ENDCOMMENT\n"),
    "one_verbatim": ("VERBATIM\n", "x = 1;\n", "ENDVERBATIM\n"),
    "open_string": ('INCLUDE "', "a", ""),
    "open_string_lines": ('INCLUDE "', "a\n", ""),
    "open_unit": ("PARAMETER { a = 1 (", "m", ""),
    "open_brace": ("NEURON {", " ", ""),
    "open_verbatim": ("VERBATIM\n", "x\n", ""),
    "open_verbatim_crlf": ("VERBATIM\r\n", "x\r\n", ""),
    "open_comment_crlf": ("COMMENT\r\n", "\r\n", ""),
    "open_comment_spaces": ("COMMENT\n", " ", ""),
    "verbatim_words": ("", "VERBATIM ", ""),
    "verbatim_lines": ("", "VERBATIM\n", ""),
    "comment_words": ("", "COMMENT ", ""),
    "comment_lines": ("", "COMMENT\r\n", ""),
    "almost_endverbatim": ("VERBATIM\n", " ENDVERBATIMS\n", ""),
    "titles": ("", "TITLE\n", ""),
    "represents": ("NEURON { REPRESENTS ", "a", " }"),
    "represents_mixed": ("NEURON { REPRESENTS ", "a1", " }"),
    "represents_brackets": ("NEURON { REPRESENTS ", "[a", " }"),
    "primes": ("DERIVATIVE s { m", "'", " = 1 }"),
    "primes_zero": ("DERIVATIVE s { m", "'", "0 = 1 }"),
    "spaces": ("", " ", ""),
    "newlines": ("", "\n", ""),
    "carriage_returns": ("", "\r", ""),
    "crlf": ("", "\r\n", ""),
    "line_without_end": (f"{_P}", "y = g ", "}"),
    "short_lines": (f"{_P}", "y=g\n", "}"),
    "undefined_names": (f"{_P}", "q=z\n", "}"),
    "sum": (f"{_P} y = g", "+g", "}"),
    "errors": ("", "PROCEDURE p() { + }\n", ""),
    "blocks": ("", "INITIAL {}\n", ""),
    "blocks_and_verbatim": ("", "INITIAL { VERBATIM\n}\n", ""),
    "parameters": ("NEURON { SUFFIX x }\nPARAMETER {", "a=1\n", "}"),
    "functions": (HEAD, "FUNCTION f(x) { f = x }\n", ""),
    "tables": (_P, "TABLE y FROM 0 TO 1 WITH 2\n", "}"),
    "reactions": ("NEURON { SUFFIX x }\nKINETIC k {", "~ a <-> b (1, 1)\n", "}"),
    "arrows": ("NEURON { SUFFIX x }\nKINETIC k { ~ a ", "<", "}"),
    "units": ("UNITS {", "(a) = (b)\n", "}"),
    "ions": ("NEURON {", "USEION a READ b ", "}"),
    "semicolons": ("", ";", ""),
    "parentheses": ("", "(", ""),
    "signs": ("", "~+<->|&", ""),
    "quotes": ("", '"', ""),
    "nul": ("", "\0", ""),
    "control_z": ("", "\x1a", ""),
    "high_bytes": ("", "\xff", ""),
    "defines": ("", "DEFINE N 1\n", ""),
}
SIZES = {"10 MB": MEGABYTES * 1_000_000, "1 MB": 999_999, "100 kB": 100_000}


# ------------------------------------------------------------------ single ones
def _in_procedure(statement: str) -> Text:
    return lambda: f"{HEAD}PROCEDURE p() {{ {statement} }}\n"


def _many(unit: Callable[[int], str], count: int, start: str = HEAD, end: str = "") -> Text:
    return lambda: start + "".join(unit(i) for i in range(count)) + end


SINGLE: Mapping[str, Text] = {
    "empty": lambda: "",
    "one_newline": lambda: "\n",
    "one_control_z": lambda: "\x1a",
    "nul_in_the_middle": lambda: mechanism().replace("STATE", "ST\0ATE"),
    "control_z_in_the_middle": lambda: mechanism().replace("STATE", "\x1aSTATE"),
    "utf_16": lambda: mechanism().encode("utf-16"),
    "utf_16_big": lambda: mechanism().encode("utf-16-be"),
    "utf_8_with_mark": lambda: mechanism().encode("utf-8-sig"),
    "every_byte": lambda: bytes(range(256)) * 20,
    "no_ascii": lambda: mechanism("\xe9"),
    "number_1e400": lambda: mechanism("1e400*m"),
    "number_1e999999999": lambda: mechanism("1e999999999*m"),
    "number_1e_many_digits": lambda: mechanism(f"1e{'9' * 400}*m"),
    "number_1e_minus_999999999": lambda: mechanism("1e-999999999*m"),
    "number_of_400_digits": lambda: mechanism(f"{'7' * 400}*m"),
    "number_of_5000_digits": lambda: mechanism(f"{'7' * 5000}*m"),
    "decimal_of_400_digits": lambda: mechanism(f"0.{'3' * 400}*m"),
    "product_beyond_doubles": lambda: mechanism("1e200*1e200*m"),
    "product_below_doubles": lambda: mechanism("1e-200*1e-200*m"),
    "square_beyond_doubles": lambda: mechanism("(1e200*m)*(1e200*m)"),
    "derivative_beyond_doubles": lambda: mechanism("(1e200*m)^2"),
    "sums_beyond_doubles": lambda: mechanism("+".join(["1.7e308"] * 30)),
    "power_of_a_million": lambda: mechanism("(2*m)^1000000"),
    "power_of_a_milliard": lambda: mechanism("(2*m)^1000000000"),
    "power_of_a_fraction": lambda: mechanism("(1.000000001*m)^0.333333333333333333333333333333333333"),
    "power_of_a_number": lambda: mechanism("3^1000000000*m"),
    "root_of_a_number": lambda: mechanism("0.30000000000000004^0.1234567*m"),
    "parameter_1e400": lambda: mechanism().replace("g = 1", "g = 1e400"),
    "parameter_of_5000_digits": lambda: mechanism().replace("g = 1", f"g = {'7' * 5000}"),
    "limits_of_400_digits": lambda: mechanism().replace("g = 1", f"g = 1 <0, {'7' * 400}>"),
    "array_of_10_to_30": lambda: mechanism().replace("v i y", f"v i y[1{'0' * 30}]"),
    "array_of_5000_digits": lambda: mechanism().replace("v i y", f"v i y[1{'0' * 5000}]"),
    "array_of_400_digits": lambda: mechanism().replace("v i y", f"v i y[1{'0' * 400}]"),
    "array_of_none": lambda: mechanism().replace("v i y", "v i y[0]"),
    "parameter_array_of_10_to_30": lambda: mechanism().replace("g = 1", f"g[1{'0' * 30}]"),
    "index_of_400_digits": lambda: mechanism("y[" + "9" * 400 + "]").replace("v i y", "v i y[3]"),
    "bins_of_10_to_30": lambda: mechanism(
        "f(m)", routines=f"FUNCTION f(x) {{ TABLE FROM 0 TO 1 WITH 1{'0' * 30}\n f = x }}"
    ),
    "bins_none": lambda: mechanism("f(m)", routines="FUNCTION f(x) { TABLE FROM 0 TO 1 WITH 0\n f = x }"),
    "define_of_10_to_30": lambda: f"DEFINE N 1{'0' * 30}\n" + mechanism().replace("v i y", "v i y[N]"),
    "define_of_400_digits": lambda: f"DEFINE N 1{'0' * 400}\n" + mechanism().replace("v i y", "v i y[N]"),
    "define_chain": _many(lambda i: f"DEFINE N{i} N{i + 1}\n", 2_000),
    "define_many": _many(lambda i: f"DEFINE N{i} {i}\nASSIGNED {{ a{i}[N{i}] }}\n", 5_000),
    "define_again": lambda: "DEFINE N 1\n" * 2_000 + mechanism(),
    "define_a_keyword": lambda: "DEFINE NEURON 3\n" + mechanism(),
    "define_the_state": lambda: "DEFINE m 3\n" + mechanism(),
    "recursion_with_table": lambda: mechanism(
        statements="p(m)", routines="PROCEDURE p(x) { TABLE y FROM 0 TO 1 WITH 2\n y = x p(x) }"
    ),
    "mutual_recursion": lambda: mechanism("f(m)", routines="FUNCTION f(x) { f = h(x) }\nFUNCTION h(x) { h = f(x) }"),
    "own_name": lambda: mechanism("x").replace("SUFFIX x", "SUFFIX v"),
    "long_names": _many(lambda i: f"PARAMETER {{ {'a' * 500}{i} = 1 }}\n", 300),
    "names_of_512_characters": lambda: mechanism("a" * 512),
    "many_parameters": _many(lambda i: f"PARAMETER {{ a{i} = 1 }}\n", 10_000),
    "many_undefined": _many(lambda i: f"a{i}=b{i}\n", 10_000, f"{HEAD}PROCEDURE p() {{ ", "}"),
    "many_undefined_on_a_line": _many(lambda i: f"a{i}=b{i} ", 10_000, f"{HEAD}PROCEDURE p() {{ ", "}"),
    "many_near_names": lambda: (
        HEAD
        + "".join(f"PARAMETER {{ abcdefghijklmnop{i} = 1 }}\n" for i in range(5_000))
        + "PROCEDURE p() {"
        + "".join(f"y = abcdefghijklmnopq{i}\n" for i in range(5_000))
        + "}"
    ),
    "many_functions_in_a_chain": _many(lambda i: f"FUNCTION f{i}(x) {{ f{i} = f{i + 1}(x) }}\n", 6_000),
    "many_functions_in_a_ring": _many(lambda i: f"FUNCTION f{i}(x) {{ f{i} = f{(i + 1) % 5000}(x) }}\n", 5_000),
    "many_functions": lambda: mechanism(routines="".join(f"FUNCTION f{i}(x) {{ f{i} = x }}\n" for i in range(8_000))),
    "many_blocks_of_one_kind": _many(lambda i: "BREAKPOINT { }\nINITIAL { }\n", 8_000),
    "many_neuron_blocks": lambda: "NEURON { SUFFIX x }\n" * 15_000,
    "many_suffixes": lambda: "NEURON { " + "SUFFIX x " * 40_000 + "}",
    "many_solves": lambda: mechanism(statements="SOLVE s METHOD cnexp\n" * 20_000),
    "many_locals": lambda: HEAD + "PROCEDURE p() { LOCAL " + ", ".join(f"a{i}" for i in range(40_000)) + "}",
    "many_nested_locals": _many(lambda i: "{ LOCAL y y = g }\n", 10_000, f"{HEAD}PROCEDURE p() {{ ", "}"),
    "many_arguments": lambda: mechanism(f"f({','.join(['m'] * 30_000)})"),
    "many_tables": lambda: mechanism(
        routines="".join(
            f"FUNCTION f{i}(x) {{ TABLE DEPEND g FROM 0 TO 1 WITH 9\n f{i} = x*g }}\n" for i in range(3_000)
        )
    ),
    "many_ions": _many(lambda i: f"NEURON {{ USEION a{i} READ ea{i} WRITE ia{i} }}\n", 5_000),
    "many_statements": lambda: mechanism(statements="y = y + g\n" * 15_000),
    "many_statements_of_kinetic": lambda: (
        HEAD.replace("{ m }", "{ m n }") + "KINETIC s { " + "~ m <-> n (g, 2*g)\n" * 5_000 + "}"
    ),
    "many_divisions": lambda: mechanism(statements="y = (v + 40)/(1 - exp(-(v + 40)/10))\n" * 3_000),
    "many_verbatim": lambda: mechanism(statements="VERBATIM\n x = 1;\nENDVERBATIM\n" * 30_000),
    "includes_missing": lambda: "".join(f'INCLUDE "missing{i}.inc"\n' for i in range(20_000)) + mechanism(),
    "include_of_a_long_name": lambda: f'INCLUDE "{"a" * 100_000}"\n' + mechanism(),
    "include_of_control_characters": lambda: 'INCLUDE "\x1b[2J\x07\r\n"\n' + mechanism(),
    "include_of_nothing": lambda: 'INCLUDE ""\n' + mechanism(),
    "include_of_a_device": lambda: 'INCLUDE "/dev/zero"\n' + mechanism(),
    "include_of_a_terminal": lambda: 'INCLUDE "/dev/tty"\n' + mechanism(),
    "include_of_the_kernel_s_messages": lambda: 'INCLUDE "/proc/kmsg"\n' + mechanism(),
    "include_of_the_root": lambda: 'INCLUDE "/"\n' + mechanism(),
}


def texts(lengths: tuple[int, ...] = LENGTHS, sizes: Mapping[str, int] = SIZES) -> dict[str, Text]:
    """Every hostile text by name."""
    found = dict(SINGLE)
    for name, nest in NESTS.items():
        for length in lengths:
            found[f"{name}, {length:,}"] = lambda nest=nest, length=length: nest(length)  # type: ignore[misc]
    for name, (start, unit, end) in LARGE.items():
        for size, characters in sizes.items():
            found[f"{name}, {size}"] = _filled(unit, start, end, characters)
    return found
