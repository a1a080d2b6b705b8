"""Factors in parentheses that NEURON takes for units."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.dataflow import local_names
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG036: a parenthesis behind a number holds its unit, but hardly one of variables alone, as in 0.01(v + 55)."""
    for _, body, own in mechanism.bodies:
        variables = mechanism.symbols.keys() | own | local_names(body)
        for node in subnodes(body):
            match node:
                case n.Number(text=number, unit=n.Word() as unit) if _computes(unit, variables):
                    message = f"NEURON takes ({unit}) for the unit of {number} and leaves it out"
                    yield Diagnostic.at(unit.span, "NG036", message, f"write {number}*({unit}) if it is a factor")


def _computes(unit: str, variables: set[str]) -> bool:
    """Whether there is an operator, and every name is a variable's."""
    names = re.findall(r"[A-Za-z_]\w*", unit)
    return bool(names) and variables.issuperset(names) and re.search(r"[-+*/]", unit) is not None
