"""What can be recorded: variables that own a row, or whose row follows from others, by NEURON's names for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from neuron import h

from nmodlgrad.runtime.cell import Cell
from nmodlgrad.runtime.errors import CannotCarry, WrongArgument
from nmodlgrad.runtime.instances import Instance
from nmodlgrad.runtime.places import place


@dataclass(frozen=True)
class Observable:
    """A variable at a place. Its row and the variable itself are found anew at every finitialize.

    `row` gives the address of the row, `reference` NEURON's reference to the value.
    """

    cell: Cell
    name: str
    place: Any
    unit: str
    row: Callable[[], int]
    reference: Callable[[], Any]

    @property
    def where(self) -> str:
        """The name of its place."""
        return str(self.place)


def of_segment(cell: Cell, segment: Any, name: str) -> Observable:
    """The observable of a segment by its name in hoc: "v", "m_hh", "cai", "ica", "eca".

    Raises
    ------
    CannotCarry
        when no row has its derivative; the message says why.
    """
    if name == "v":
        return Observable(cell, "v", segment, "mV", lambda: cell.row_of_voltage(segment), lambda: segment._ref_v)
    here = [i for i in cell.instances if i.point is None and place(i.segment) == place(segment)]
    whole, bracket, index = name.partition("[")  # c_mechanism[2], an element
    for instance in sorted(here, key=lambda i: -len(i.entry.original)):  # Ca_HVA before HVA
        for suffix in (instance.entry.original, instance.entry.name):
            if whole.endswith(f"_{suffix}"):
                own = whole.removesuffix(f"_{suffix}") + bracket + index
                return _of_instance(cell, instance, segment, name, own)
    ions = {ion: None for instance in cell.instances for ion in instance.entry.ions}
    for ion in ions:
        if name in (f"{ion}i", f"{ion}o", f"e{ion}", f"i{ion}"):
            return _of_ion(cell, segment, ion, name)
    raise CannotCarry(f"{name} of {segment}: {_unknown(segment, name)}")


def of_point(cell: Cell, instance: Instance, point: Any, name: str) -> Observable:
    """The observable of a point process, whose own name for it is given.

    Raises
    ------
    CannotCarry
        when no row has its derivative; the message says why.
    """
    return _of_instance(cell, instance, point, name, name)


def _unknown(segment: Any, name: str) -> str:
    try:
        getattr(segment, name)
    except (AttributeError, NameError):
        return "there is no such variable"
    return "no translated mechanism computes it there, so no derivative of it is carried"


# ------------------------------------------------------------------ variables of mechanisms
def _of_instance(cell: Cell, instance: Instance, owner: Any, label: str, name: str) -> Observable:
    entry = instance.entry
    if name in entry.carried:
        row = cell.row_of
    elif name in entry.observables:
        row = cell.computed.row_of
    else:
        raise CannotCarry(f"{label} of {owner}: {_reason(cell, instance, name)}")

    def reference() -> Any:
        base, _, index = name.partition("[")
        whole = getattr(instance.holder, f"_ref_{base}")
        return whole[int(index[:-1])] if index else whole

    try:
        reference()
    except AttributeError:
        raise CannotCarry(f"{label} of {owner}: it is not RANGE, so NEURON itself can not record it") from None
    if name in entry.observables:
        cell.computed.add(instance, name)
    return Observable(cell, label, owner, _unit(instance, name), lambda: row(instance, name), reference)


def _unit(instance: Instance, name: str) -> str:
    """As the mechanism declares it; empty if it does not."""
    kind, base = instance.entry.name, name.partition("[")[0]
    try:
        return str(h.units(f"{kind}.{base}" if instance.point is not None else f"{base}_{kind}"))
    except RuntimeError:  # NEURON knows no symbol of this name
        return ""


def _reason(cell: Cell, instance: Instance, name: str) -> str:
    entry = instance.entry
    if name in cell.table.seeded(instance):
        return "it is a parameter along one of the directions: its derivative is the scale"
    if name in (*(p.name for p in entry.parameters), *entry.range_parameters, *entry.globals):
        return "it is a parameter, which depends on nothing"
    if not hasattr(instance.holder, name):
        return f"{entry.original} has no such variable"
    rows = ", ".join((*entry.carried, *entry.observables)) or "none"
    return f"it is neither carried nor computed by BREAKPOINT alone (in {entry.original} these are: {rows})"


# ------------------------------------------------------------------ ions
def _of_ion(cell: Cell, segment: Any, ion: str, name: str) -> Observable:
    if not hasattr(segment, f"{ion}_ion"):
        raise CannotCarry(f"{name} of {segment}: there is no ion {ion}")
    cell.ions.observe(segment, ion, name)
    unit = {f"e{ion}": "mV", f"i{ion}": "mA/cm2"}.get(name, "mM")
    return Observable(
        cell, name, segment, unit, lambda: cell.ions.row_of(segment, name), lambda: getattr(segment, f"_ref_{name}")
    )


def instance_of(cells: Iterable[Cell], point: Any) -> tuple[Cell, Instance] | None:
    """The cell and the instance of a point process."""
    for cell in cells:
        for instance in cell.instances:
            if instance.point is not None and instance.point == point:
                return cell, instance
    return None


def require_place(given: Any, variable: str) -> None:
    """Refuse what is neither a segment nor a point process.

    Raises
    ------
    WrongArgument
        with what to give instead.
    """
    if not isinstance(variable, str):
        raise WrongArgument(f"the name of a variable is a string, not {variable!r}")
    if not hasattr(given, "node_index") and not hasattr(given, "get_segment"):
        hint = f"{given}(0.5), say" if hasattr(given, "allseg") else "soma(0.5), say"
        raise WrongArgument(f"a derivative belongs to a segment or a point process, not to {given!r}: give {hint}")
