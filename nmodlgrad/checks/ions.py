"""What USEION says about an ion, against the ion, the other declarations and what the blocks do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nmodlgrad.diagnostics import Diagnostic
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes

CHARGES = {"na": 1.0, "k": 1.0, "ca": 2.0}  # of the ions that NEURON has from the start (eion.cpp)


def check(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG028 for what NEURON refuses or counts twice, NG034 for what can have no effect."""
    seen: set[str] = set()
    for use in mechanism.ions:
        if use.ion in seen:
            message = f"a second USEION of {use.ion}: NEURON takes one for each ion"
            yield Diagnostic.at(use.ion.span, "NG028", message, "list in it all that is read and all that is written")
        seen.add(use.ion)
        yield from _names(use)
        yield from _charge(mechanism, use)
    yield from _constants(mechanism)
    yield from _counted_twice(mechanism)
    yield from _without_effect(mechanism)


def _names(use: n.UseIon) -> Iterator[Diagnostic]:
    ion = use.ion
    variables = (f"e{ion}", f"i{ion}", f"{ion}i", f"{ion}o")
    for name in (*use.read, *use.write):
        if name not in variables:
            hint = f"they are {', '.join(variables)}"
            yield Diagnostic.at(name.span, "NG028", f"{name} is not a variable of the ion {ion}", hint)
    for number, name in enumerate(use.write):
        if name in use.write[:number]:
            yield Diagnostic.at(name.span, "NG028", f"{name} is listed twice in WRITE")


def _charge(mechanism: Mechanism, use: n.UseIon) -> Iterator[Diagnostic]:
    if use.valence is not None and use.ion in CHARGES and _number(mechanism, use.valence) != CHARGES[use.ion]:
        message = f"VALENCE {use.valence} contradicts the charge of {use.ion} in NEURON, {CHARGES[use.ion]:.0f}"
        yield Diagnostic.at(use.valence.span, "NG028", message)


def _number(mechanism: Mechanism, text: str) -> float:
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    return sign * float(mechanism.defined.get(digits, digits))


def _constants(mechanism: Mechanism) -> Iterator[Diagnostic]:
    used = {name for use in mechanism.ions for name in (*use.read, *use.write)}
    for block in mechanism.items:
        if isinstance(block, n.ConstantBlock):
            for constant in block.items:
                if constant.name in used:
                    message = f"{constant.name} is a CONSTANT here, and a variable of an ion in USEION"
                    hint = f"take {constant.name} out of USEION, or declare it in PARAMETER"
                    yield Diagnostic.at(constant.name.span, "NG028", message, hint)


def _counted_twice(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """Every list that names a current adds it to the current through the membrane."""
    written = {name for use in mechanism.ions for name in use.write}
    counts = Counter(current.name for current in mechanism.currents)
    for block in mechanism.items:
        if isinstance(block, n.NeuronBlock):
            for item in block.items:
                if isinstance(item, n.NameList) and item.kind in ("NONSPECIFIC_CURRENT", "ELECTRODE_CURRENT"):
                    for name in item.names:
                        if counts[name] > 1:
                            where = "USEION ... WRITE too" if name in written else "another list of currents too"
                            counts[name] = 0
                            message = f"{name} is in {where}: the membrane would get this current twice"
                            yield Diagnostic.at(name.span, "NG028", message)


def _without_effect(mechanism: Mechanism) -> Iterator[Diagnostic]:
    """NG034. An ion's variables are copied in before a block runs, and those of WRITE are copied out after it."""
    nodes = [node for item in mechanism.items for node in subnodes(item)]
    if any(isinstance(node, n.Verbatim) for node in nodes):
        return
    assigned = {node.target.name for node in nodes if isinstance(node, n.Assign)}
    states = {item.name for block in mechanism.items if isinstance(block, n.StateBlock) for item in block.items}
    parameters = {p.name for block in mechanism.items if isinstance(block, n.ParameterBlock) for p in block.items}
    called = {a.name for c in nodes if isinstance(c, n.Call) for a in c.arguments if isinstance(a, n.VariableName)}
    for use in mechanism.ions:
        for name in use.write:
            if name not in assigned | states | parameters | called:
                message = f"{name} is in WRITE, but nothing computes it"
                yield Diagnostic.at(
                    name.span, "NG034", message, f"assign {name} in BREAKPOINT, or leave it out of WRITE"
                )
        for name in use.read:
            if name not in use.write and name in states:
                message = f"{name} is a STATE, but not in WRITE: NEURON overwrites it with the ion's before every step"
                yield Diagnostic.at(name.span, "NG034", message, f"add WRITE {name}")
    only_read = {name for use in mechanism.ions for name in use.read} - {
        name for use in mechanism.ions for name in use.write
    }
    for _, body, own in mechanism.bodies:
        hidden = own.union(*(node.names for node in subnodes(body) if isinstance(node, n.LocalList)))
        for node in subnodes(body):
            if isinstance(node, n.Assign) and (name := node.target.name) in only_read - states - hidden:
                message = f"{name} is not in WRITE: this changes a copy, and NEURON overwrites it before the next step"
                yield Diagnostic.at(
                    node.target.span, "NG034", message, f"add WRITE {name}, or use a variable of its own"
                )
