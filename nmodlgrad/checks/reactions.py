"""Rates of reactions that NEURON takes otherwise than they are meant."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG050: nocmodl writes the species behind the text of a rate, so that of a sum it multiplies the last term."""
    for block in mechanism.items:
        for node in subnodes(block) if isinstance(block, n.KineticBlock) else ():
            if isinstance(node, n.Reaction):
                for rate, opened in ((node.forward, "("), (node.backward, ",")):
                    if isinstance(rate, n.Binary) and rate.operator in "+-" and not _in_parentheses(rate, opened):
                        message = "NEURON multiplies only the last term of this sum by what reacts"
                        yield Diagnostic.at(rate.span, "NG050", message, "put the rate into parentheses of its own")


def _in_parentheses(rate: n.Expression, opened: str) -> bool:
    """Whether a parenthesis stands before a rate beside what opens it, the list's own parenthesis or a comma."""
    before = rate.span.source.text[: rate.span.start].rstrip()
    return before.endswith("(") and (opened == "," or before[:-1].rstrip().endswith(opened))
