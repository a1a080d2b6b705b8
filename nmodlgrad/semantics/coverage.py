"""What is read but not differentiated: refused here, by name and place, before anything is derived."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic, Refused, Span
from nmodlgrad.semantics import around, conductances, draws, events, tables
from nmodlgrad.semantics.dataflow import called_by, local_names, reached
from nmodlgrad.semantics.language import BEYOND
from nmodlgrad.semantics.mechanism import Mechanism, Role
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

PREFIX = "ng_"  # what every name starts with that is added to a mechanism

_CONSTRUCTS: dict[type[n.Node], str] = {
    n.LongitudinalDiffusion: "diffusion from segment to segment",
    n.DiscreteBlock: "a DISCRETE block",
    n.Lag: "LAG",
    n.ForNetcons: "an event that changes what other connections keep, FOR_NETCONS,",
}


def require(mechanism: Mechanism) -> None:
    """Let a mechanism pass that holds nothing but what is differentiated.

    Raises
    ------
    Refused
        with a diagnostic for everything else.
    """
    found = [*_reserved_names(mechanism), *_constructs(mechanism), *_pointers(mechanism), *_ions(mechanism)]
    found += _solves(mechanism)
    if not found:
        found = [*_routines(mechanism), *events.check(mechanism), *around.check(mechanism)]
        found += conductances.check(mechanism)
    if not found:  # what follows goes into the routines that are called
        found = [*tables.check(mechanism)]
    if found:
        raise Refused(sorted(found, key=lambda d: (d.line, d.column)))


def _not_yet(span: Span, what: str, hint: str = "") -> Diagnostic:
    return Diagnostic.at(span, "NG002", f"{what} not differentiated yet", hint)


def _reserved_names(mechanism: Mechanism) -> Iterator[Diagnostic]:
    found = re.search(rf"\b{PREFIX}\w+", mechanism.source.text)
    if found:
        hint = "is this file already augmented? Give the original, or rename the variable"
        span = Span(*found.span(), mechanism.source)
        yield Diagnostic.at(span, "NG012", f"names that start with {PREFIX} are reserved", hint)


# ------------------------------------------------------------------ constructs
def _constructs(mechanism: Mechanism) -> Iterator[Diagnostic]:
    if mechanism.suffix.kind == "ARTIFICIAL_CELL":
        yield _not_yet(mechanism.suffix.span, "an ARTIFICIAL_CELL that sets variables of other mechanisms is")
    covered = events.covered(mechanism)
    for item in subnodes(mechanism.tree):
        if type(item) in _CONSTRUCTS:
            yield _not_yet(item.span, f"{_CONSTRUCTS[type(item)]} is")
        if id(item) not in covered:
            yield from _parts(item)
    kinds = ((n.InitialBlock, "INITIAL"), (n.BreakpointBlock, "BREAKPOINT"), (n.NetReceiveBlock, "NET_RECEIVE"))
    for kind, keyword in kinds:
        for extra in [item for item in mechanism.items if isinstance(item, kind)][1:]:
            yield _not_yet(extra.span, f"a second {keyword} block is")


def _parts(item: n.Node) -> Iterator[Diagnostic]:
    """Constructs that are differentiated in one form and not in another."""
    match item:
        case n.NameList(span=span, kind="EXTERNAL" as kind):
            yield _not_yet(span, f"{kind} is")
        case n.Prime(span=span, index=n.Node()):
            yield _not_yet(span, "an equation with an index that is known at run time only is")
        case n.Local(span=span, size=str()):
            yield _not_yet(span, f"{item.name}, a LOCAL array with indices that are known at run time only, is")
        case n.WhileStatement() | n.FromStatement():
            yield from _loop(item)
        case n.Prime(span=span, order=order) if order > 1:
            yield _not_yet(span, "derivatives of higher order are")
        case n.Text(span=span):
            yield _not_yet(span, "a function that takes text is")
        case n.Call(span=span, name=name) if name in BEYOND - draws.IN_NMODL - draws.SETTING:
            yield _not_yet(span, f"{name} is")


_NEVER_REPEATED = (n.Prime, n.Reactant, n.Equation, n.Solve, n.NetInitial)


def _loop(loop: n.WhileStatement | n.FromStatement) -> Iterator[Diagnostic]:
    """What is taken out of the statements around it can not be in a loop."""
    for item in subnodes(loop.body):
        discontinuity = isinstance(item, n.Call) and item.name == "state_discontinuity"
        if isinstance(item, _NEVER_REPEATED) or discontinuity:
            yield _not_yet(item.span, "this, in a loop with bounds that are known at run time only, is")


def _pointers(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """What a POINTER points at is read; to write there is to change a variable of something else."""
    aims = {s.name for s in mechanism.symbols.values() if s.role is Role.POINTER}
    for item in subnodes(mechanism.tree):
        if isinstance(item, n.Assign) and item.target.name in aims:
            yield _not_yet(item.span, f"writing through the POINTER {item.target.name} is")


def _ions(mechanism: Mechanism) -> Iterator[Diagnostic]:
    for use in mechanism.ions:
        for name in use.read:
            if mechanism.symbols[name].role is Role.STATE and name not in use.write:
                yield _not_yet(name.span, f"reading {name}, which is a STATE here too, is")


# Methods by which each kind of block is differentiated; None stands for SOLVE without a METHOD.
_METHODS: dict[type[n.Node], tuple[str | None, ...]] = {
    n.DerivativeBlock: ("cnexp", "derivimplicit", "euler", "runge"),
    n.KineticBlock: ("sparse",),
    n.ProcedureBlock: (None, "after_cvode", "cvode_t"),
}
_SOLVED = (n.DerivativeBlock, n.KineticBlock, n.LinearBlock, n.NonlinearBlock)


def _solves(mechanism: Mechanism) -> Iterator[Diagnostic]:
    state = {id(node) for node in subnodes(mechanism.breakpoint)} if mechanism.breakpoint else set()
    initial = {id(node) for node in mechanism.initial.body.statements} if mechanism.initial else set()
    for item in subnodes(mechanism.tree):
        if isinstance(item, n.Call) and isinstance(mechanism.solvable.get(item.name), _SOLVED):
            yield _not_yet(item.span, f"calling {item.name}, a block that is solved otherwise than by cnexp, is")
    for solve in mechanism.solves:
        block = mechanism.solvable[solve.block]
        if type(block) in _METHODS and solve.method not in _METHODS[type(block)]:
            what = f"METHOD {solve.method}" if solve.method else "what NEURON 8 or 9 makes of a SOLVE without a METHOD"
            yield _not_yet(solve.span, f"{what} is")
        elif id(solve) not in state and id(solve) not in initial:
            yield _not_yet(solve.span, "a SOLVE here is")
        elif isinstance(block, n.DerivativeBlock) and id(solve) in initial:
            yield _not_yet(solve.span, "a SOLVE of a DERIVATIVE block here is")


# ------------------------------------------------------------------ routines
def _routines(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """A FUNCTION computes a value and nothing else."""
    called = called_by(mechanism)
    for block in mechanism.callables:
        if block.name in reached(called, called[block.name]):
            yield Diagnostic.at(block.span, "NG002", f"{block.name} calls itself: recursion is not differentiated")
    for function in mechanism.functions.values():
        own = {function.name, *(a.name for a in function.arguments), *local_names(function.body)}
        for item in subnodes(function.body):
            if isinstance(item, n.Assign) and item.target.name in mechanism.symbols.keys() - own:
                message = f"the FUNCTION {function.name} assigns {item.target.name}: not differentiated yet"
                yield Diagnostic.at(item.span, "NG026", message, "a PROCEDURE may do that")
