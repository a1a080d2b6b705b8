"""Resolve a tree: collect its blocks and give every name its role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar, get_args

from nmodlgrad.diagnostics import NOWHERE, Diagnostic, Refused, Source, Span
from nmodlgrad.semantics import depth, include
from nmodlgrad.semantics.language import ENVIRONMENT
from nmodlgrad.semantics.mechanism import Current, Mechanism, Role, Scope, Solvable, Symbol
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

Block = TypeVar("Block", bound=n.Node)
Statements = list[n.Suffix | n.NameList | n.UseIon | n.Threadsafe]


def resolve(source: Source) -> Mechanism:
    """Read a mechanism and resolve its names; what is wrong with them is told by `nmodlgrad.checks`.

    Raises
    ------
    Refused
        when the text is not NMODL, or holds no mechanism.
    """
    tree, items = include.read(source)
    neuron_blocks = [item for item in items if isinstance(item, n.NeuronBlock)]
    listed: Statements = [item for block in neuron_blocks for item in block.items]
    suffix = next((item for item in listed if isinstance(item, n.Suffix)), None)
    if suffix is None:
        message = "no NEURON block with a SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL: this is no mechanism"
        raise Refused([Diagnostic.at(Span(0, 0, source), "NG011", message)])
    defined: dict[str, int] = {d.name: int(d.value) for d in items if isinstance(d, n.Define)}
    mechanism = Mechanism(
        tree=tree,
        items=items,
        neuron_block=next(block for block in neuron_blocks if suffix in block.items),
        suffix=suffix,
        symbols=_symbols(items, listed, defined),
        defined=defined,
        currents=_currents(listed),
        ions=tuple(item for item in listed if isinstance(item, n.UseIon)),
        functions=_named(items, n.FunctionBlock),
        procedures=_named(items, n.ProcedureBlock),
        function_tables=_named(items, n.FunctionTableBlock),
        solvable={b.name: b for b in reversed(items) if isinstance(b, get_args(Solvable))},
        initial=_first(items, n.InitialBlock),
        breakpoint=_first(items, n.BreakpointBlock),
        net_receive=_first(items, n.NetReceiveBlock),
        solves=tuple(node for item in items for node in subnodes(item) if isinstance(node, n.Solve)),
        declared_threadsafe=any(isinstance(item, n.Threadsafe) for item in listed),
    )
    depth.require(mechanism)
    return mechanism


def _named(items: tuple[n.Item, ...], kind: type[Block]) -> Mapping[str, Block]:
    return {str(getattr(item, "name", "")): item for item in reversed(items) if isinstance(item, kind)}


def _first(items: tuple[n.Item, ...], kind: type[Block]) -> Block | None:
    return next((item for item in items if isinstance(item, kind)), None)


# ------------------------------------------------------------------ symbols
_LISTED_ROLES = {
    "POINTER": Role.POINTER,
    "BBCOREPOINTER": Role.POINTER,
    "EXTERNAL": Role.EXTERNAL,
    "RANDOM": Role.RANDOM,
}


def declarations(items: tuple[n.Item, ...]) -> Iterator[tuple[n.Word, Role, Scope, n.Node]]:
    """Every variable that a block declares, in textual order, with the role and the scope that the block gives it."""
    for block in items:
        match block:
            case n.ParameterBlock(items=parameters):
                yield from ((p.name, Role.PARAMETER, Scope.GLOBAL, p) for p in parameters)
            case n.ConstantBlock(items=constants):
                yield from ((c.name, Role.CONSTANT, Scope.GLOBAL, c) for c in constants)
            case n.UnitsBlock(items=factors):
                yield from ((f.name, Role.CONSTANT, Scope.GLOBAL, f) for f in factors)
            case n.AssignedBlock(items=variables):
                yield from ((a.name, Role.ASSIGNED, Scope.INSTANCE, a) for a in variables)
            case n.StateBlock(items=variables):
                yield from ((s.name, Role.STATE, Scope.RANGE, s) for s in variables)
            case n.IndependentBlock(items=independent):
                yield from ((i.name, Role.ENVIRONMENT, Scope.GLOBAL, i) for i in independent)
            case n.LocalList(items=shared):
                yield from ((x.name, Role.ASSIGNED, Scope.GLOBAL, x) for x in shared)


def _symbols(items: tuple[n.Item, ...], listed: Statements, defined: Mapping[str, int]) -> dict[str, Symbol]:
    scopes: dict[str, Scope] = {}
    roles: dict[str, Role] = {"v": Role.VOLTAGE, **dict.fromkeys(ENVIRONMENT, Role.ENVIRONMENT)}
    places: dict[str, Span] = {}
    for item in listed:
        if isinstance(item, n.NameList):
            if item.kind in ("RANGE", "GLOBAL"):
                scopes |= dict.fromkeys(item.names, Scope(item.kind.lower()))
            elif item.kind in _LISTED_ROLES:
                roles |= dict.fromkeys(item.names, _LISTED_ROLES[item.kind])
                places |= {name: name.span for name in item.names}
        elif isinstance(item, n.UseIon):
            roles |= _ion_roles(item)
            places |= {name: name.span for name in (*item.read, *item.write)}
    symbols: dict[str, Symbol] = {}
    for name, role, scope, node in declarations(items):
        role = role if role is Role.STATE else roles.get(name, role)
        size = getattr(node, "size", None)
        symbols[name] = Symbol(
            name,
            role,
            scopes.get(name, scope),
            name.span,
            unit=getattr(node, "unit", None),
            value=getattr(node, "value", None),
            size=None if size is None else defined[size] if size in defined else int(size),
        )
    for listed_name, role in roles.items():
        if role is not Role.ENVIRONMENT:
            place = places.get(listed_name, NOWHERE)
            symbols.setdefault(listed_name, Symbol(listed_name, role, Scope.INSTANCE, place))
    return symbols


def _ion_roles(item: n.UseIon) -> dict[str, Role]:
    kinds = {
        f"e{item.ion}": Role.REVERSAL,
        f"i{item.ion}": Role.ION_CURRENT,
        f"{item.ion}i": Role.CONCENTRATION,
        f"{item.ion}o": Role.CONCENTRATION,
    }
    return {name: kinds[name] for name in (*item.read, *item.write) if name in kinds}


def _currents(listed: Statements) -> tuple[Current, ...]:
    # nocmodl adds up all currents of a mechanism and gives the sum one sign: an electrode's if any of them is one.
    electrode = any(isinstance(item, n.NameList) and item.kind == "ELECTRODE_CURRENT" for item in listed)
    currents = []
    for item in listed:
        if isinstance(item, n.UseIon):
            currents += [Current(name, electrode) for name in item.write if name == f"i{item.ion}"]
        elif isinstance(item, n.NameList) and item.kind in ("NONSPECIFIC_CURRENT", "ELECTRODE_CURRENT"):
            currents += [Current(name, electrode) for name in item.names]
    return tuple(currents)
