"""What NEURON runs of a mechanism during a simulation: only that is differentiated, the rest is not looked at."""

from __future__ import annotations

from dataclasses import replace

from nmodlgrad.semantics import c_code, verbatim
from nmodlgrad.semantics.dataflow import reached
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

_CALLABLE = (n.FunctionBlock, n.ProcedureBlock, n.FunctionTableBlock)
_SOLVED = (n.DerivativeBlock, n.KineticBlock, n.LinearBlock, n.NonlinearBlock, n.DiscreteBlock)
_NEVER = (n.ConstructorBlock, n.DestructorBlock)


def running(mechanism: Mechanism) -> Mechanism:
    """The mechanism without the routines that only hoc calls, without CONSTRUCTOR and DESTRUCTOR.

    Those run before or between simulations: what they set are values that a simulation starts from.
    """
    names = _reached(mechanism)

    def runs(item: n.Item) -> bool:
        if isinstance(item, (*_CALLABLE, *_SOLVED)):
            return item.name in names
        return not isinstance(item, _NEVER)

    return replace(
        mechanism,
        tree=replace(mechanism.tree, items=tuple(item for item in mechanism.tree.items if runs(item))),
        items=tuple(item for item in mechanism.items if runs(item)),
        functions={name: block for name, block in mechanism.functions.items() if name in names},
        procedures={name: block for name, block in mechanism.procedures.items() if name in names},
        function_tables={name: block for name, block in mechanism.function_tables.items() if name in names},
        solvable={name: block for name, block in mechanism.solvable.items() if name in names},
    )


def _reached(mechanism: Mechanism) -> set[str]:
    named = {
        str(item.name): _named(mechanism, item) for item in mechanism.items if isinstance(item, (*_CALLABLE, *_SOLVED))
    }
    start: set[str] = set()
    for item in mechanism.items:
        if isinstance(item, n.Block) and not isinstance(item, (*_CALLABLE, *_SOLVED, *_NEVER)):
            start |= _named(mechanism, item)
    return reached(named, start)


def _named(mechanism: Mechanism, block: n.Node) -> set[str]:
    """The blocks that a block calls or solves."""
    return called(mechanism, block) | {node.block for node in subnodes(block) if isinstance(node, n.Solve)}


def called(mechanism: Mechanism, block: n.Node) -> set[str]:
    """What a block calls: in NMODL, or in C, there by `name` or `name_mechanism`."""
    found: set[str] = set()
    for node in subnodes(block):
        match node:
            case n.Call(name=name):
                found.add(name)
            case n.Verbatim(text=text):
                for piece in verbatim.closure(mechanism, text):
                    words = c_code.read(piece).words
                    found |= words | {word.removesuffix(f"_{mechanism.name}") for word in words}
    return found
