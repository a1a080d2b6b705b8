"""TABLE statements that do not fit their routine."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG016."""
    for block in mechanism.items:
        if not isinstance(block, n.FunctionBlock | n.ProcedureBlock):
            continue
        found = [item for item in subnodes(block) if isinstance(item, n.Table)]
        for table in found[:1]:
            if len(block.arguments) != 1:
                message = f"a TABLE is over one argument, and {block.name} has {len(block.arguments)}"
                yield Diagnostic.at(table.span, "NG016", message)
            if isinstance(block, n.FunctionBlock) and table.names:
                message = "the TABLE of a FUNCTION holds its value: it lists no names"
                yield Diagnostic.at(table.names[0].span, "NG016", message)
            elif isinstance(block, n.ProcedureBlock) and not table.names:
                message = f"the TABLE of {block.name} lists no names"
                yield Diagnostic.at(table.span, "NG016", message, "list the variables that the PROCEDURE computes")
        for table in found[1:]:
            yield Diagnostic.at(table.span, "NG016", f"a second TABLE in {block.name}")
