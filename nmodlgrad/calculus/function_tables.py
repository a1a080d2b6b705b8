"""FUNCTION_TABLE: hoc gives its values at knots, between which NEURON interpolates linearly (NEURON: functabl.cpp).

Where the knots are is known to NEURON alone. A function that is linear around a place has the same slope over each
interval there: differences over shorter and shorter intervals, on both sides, stay the same as soon as these hold no
knot. What is left is rounding. At a knot the slope is the one of the interval that NEURON takes, on its right.
"""

from __future__ import annotations

from nmodlgrad.calculus.program import Choose, Program, Repeat, Set, Step
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n

_ROUNDS = 40  # each at a quarter of the interval before


def slope(block: n.FunctionTableBlock, target: str, result: str, names: Names) -> Program:
    """The routine that finds the derivative with respect to one argument and leaves it in `result`."""
    words = ("here", "width", "left", "right", "left_before", "right_before", "rounds", "open", "tolerance")
    name = {word: names.fresh(word) for word in words}
    arguments = [str(a.name) for a in block.arguments]

    def value(shift: str) -> str:
        given = (f"{a} {shift}" if a == target and shift else a for a in arguments)
        return f"{block.name}({', '.join(given)})"

    def assign(variable: str, text: str, *reads: str) -> Set:
        known = {word: name[word] for word in reads if word in name}
        return Set(name.get(variable, variable), text.format(**name), frozenset({*arguments, *known.values()}))

    slopes: list[Step] = [
        assign("right", f"({value('+ {width}')} - {{here}})/(({target} + {{width}}) - {target})", "here", "width"),
        assign("left", f"({{here}} - {value('- {width}')})/({target} - ({target} - {{width}}))", "here", "width"),
    ]
    tolerance = "1e-9*(fabs({left}) + fabs({right})) + 2e-15*fabs({here})/{width}"
    moved = "fabs({right} - {right_before}) > {tolerance} || fabs({left} - {left_before}) > {tolerance}"
    again: list[Step] = [
        assign("right_before", "{right}", "right"),
        assign("left_before", "{left}", "left"),
        assign("width", "{width}/4", "width"),
        *slopes,
        assign("tolerance", tolerance, "left", "right", "here", "width"),
        assign("open", "0"),
        Choose(moved.format(**name), frozenset(name.values()), [assign("open", "1")], []),
        assign("rounds", "{rounds} + 1", "rounds"),
    ]
    condition = f"{name['open']} && {name['rounds']} < {_ROUNDS}"
    steps: list[Step] = [
        assign("here", value("")),
        assign("width", f"1e-3*(1 + fabs({target}))"),
        assign("tolerance", "0"),
        assign("rounds", "0"),
        assign("open", "1"),
        *slopes,
        Repeat(None, (condition,), frozenset({name["open"], name["rounds"]}), again),
        assign(result, "{right}", "right"),
        Choose(
            "fabs({right} - {left}) < 10*{tolerance}".format(**name),
            frozenset({name["right"], name["left"], name["tolerance"]}),
            [assign(result, "({right} + {left})/2", "right", "left")],
            [],
        ),
    ]
    return Program(steps, list(name.values()))
