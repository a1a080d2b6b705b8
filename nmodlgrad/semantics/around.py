"""What BEFORE and AFTER blocks may hold to be differentiated."""

from __future__ import annotations

from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NEURON gives these blocks v, but of ions and of POINTERs what an earlier phase left."""
    flow = Dataflow(mechanism)
    of_ions = {name for use in mechanism.ions for name in (*use.read, *use.write)}
    for item in mechanism.items:
        if not isinstance(item, n.BeforeBlock | n.AfterBlock):
            continue
        what = f"{'a BEFORE' if isinstance(item, n.BeforeBlock) else 'an AFTER'} {item.phase} block"
        access = flow.access(item.body.statements)
        for name in sorted((access.live | access.written) & of_ions):
            yield _not_yet(item, f"{what} that uses {name}, a variable of an ion, is")
        for name in sorted(access.live & set(mechanism.pointers)):
            yield _not_yet(item, f"{what} that reads the POINTER {name} is")
        if "v" in access.written:
            yield _not_yet(item, f"{what} that assigns v is")
        if isinstance(item, n.BeforeBlock) and item.phase == "INITIAL":
            for name in sorted(access.live & access.written):
                yield _not_yet(item, f"{what} that changes {name}, which it reads, is")


def _not_yet(item: n.BeforeBlock | n.AfterBlock, what: str) -> Diagnostic:
    return Diagnostic.at(item.span, "NG002", f"{what} not differentiated yet")
