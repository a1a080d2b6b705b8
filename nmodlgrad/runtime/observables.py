"""What can be recorded: variables that own a row, or whose row follows from others, by NEURON's names for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from neuron import h

from nmodlgrad.runtime import natives
from nmodlgrad.runtime.cell import Cell
from nmodlgrad.runtime.checks import EXACT_AS_THEY_ARE
from nmodlgrad.runtime.errors import CannotCarry, Closed, WrongArgument, did_you_mean
from nmodlgrad.runtime.instances import Instance
from nmodlgrad.runtime.places import is_artificial, is_deleted, key_of, kind_of, place
from nmodlgrad.runtime.registry import remedy


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
    def key(self) -> tuple[Any, ...]:
        """Equal for what is the same variable at the same place."""
        point = self.place if hasattr(self.place, "hname") else None
        return self.name, *key_of("", self.place, point)

    @property
    def where(self) -> str:
        """The name of its place."""
        return str(self.place)

    def named(self) -> Observable:
        """The same in words alone, for what was recorded: nothing of the model is held on to."""
        return replace(self, place=self.where, row=_closed, reference=_closed)


def _closed() -> Any:
    raise Closed("the Sensitivity that carried this variable is closed")


def of_segment(cell: Cell, segment: Any, name: str) -> Observable:
    """The observable of a segment by its name in hoc: "v", "m_hh", "cai", "ica", "eca".

    Raises
    ------
    CannotCarry
        when no row has its derivative; the message says why.
    """
    if name == "v":
        return Observable(cell, "v", segment, "mV", lambda: cell.row_of_voltage(segment), lambda: segment._ref_v)
    if name == "i_cap":
        return _of_capacitance(cell, segment)
    if name == "i_membrane_":
        return _of_membrane(cell, segment)
    here = _here(cell, segment)
    whole, bracket, index = name.partition("[")  # c_mechanism[2], an element
    for instance in sorted(here, key=lambda i: -len(i.entry.original)):  # Ca_HVA before HVA
        for suffix in (instance.entry.original, instance.entry.name):
            if whole.endswith(f"_{suffix}"):
                own = whole.removesuffix(f"_{suffix}") + bracket + index
                return _of_instance(cell, instance, segment, name, own, instance.holder)
    ions = {ion: None for instance in cell.instances for ion in instance.entry.ions}
    for ion in ions:
        if name in (f"{ion}i", f"{ion}o", f"e{ion}", f"i{ion}"):
            return _of_ion(cell, segment, ion, name)
    raise CannotCarry(f"{name} of {segment}: {_unknown(cell, segment, name)}")


def of_point(cell: Cell, point: Any, working: Any, name: str) -> Observable:
    """The observable of a point process, whose own name for it is given; `working` takes its derivatives.

    Raises
    ------
    CannotCarry
        when no row has its derivative; the message says why.
    """
    for instance in cell.instances:
        if instance.point is not None and instance.point == working:
            shadowed = any(shadow.augmented == working for shadow in cell.shadows)  # NEURON's own object injects
            return _of_instance(cell, instance, point, name, name, point if shadowed else instance.holder)
    kind = kind_of(point)
    if kind not in EXACT_AS_THEY_ARE:
        raise CannotCarry(f"{name} of {point}: {kind} was not translated: {remedy(kind)}")
    return _of_native(cell, point, name)


def _unknown(cell: Cell, segment: Any, name: str) -> str:
    if name == "i_membrane":
        return "it belongs to extracellular, which is not carried; i_membrane_ is, in nA"
    try:
        getattr(segment, name)
    except (AttributeError, NameError):
        known = [
            "v",
            *(
                f"{n}_{i.entry.original}"
                for i in _here(cell, segment)
                for n in (*i.entry.carried, *i.entry.observables)
            ),
        ]
        return f"there is no such variable{did_you_mean(name, known)}"
    return "no translated mechanism computes it there, so no derivative of it is carried"


def _here(cell: Cell, segment: Any) -> list[Instance]:
    """The density mechanisms of a segment."""
    return [i for i in cell.instances if i.point is None and place(i.segment) == place(segment)]


# ------------------------------------------------------------------ variables of mechanisms
def _of_instance(cell: Cell, instance: Instance, owner: Any, label: str, name: str, holder: Any) -> Observable:
    """`holder` has the value."""
    entry = instance.entry
    if name in entry.carried:
        row = cell.row_of
    elif name in entry.observables:
        row = cell.computed.row_of
    else:
        raise CannotCarry(f"{label} of {owner}: {_reason(cell, instance, name)}")

    def reference() -> Any:
        base, _, index = name.partition("[")
        whole = getattr(holder, f"_ref_{base}")
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


# ------------------------------------------------------------------ what NEURON computes
def _of_capacitance(cell: Cell, segment: Any) -> Observable:
    if segment.x in (0, 1):
        raise CannotCarry(f"i_cap of {segment}: the end of a section has no membrane: give a segment between")
    cell.charging.add(segment)
    row = cell.charging.row_of
    return Observable(cell, "i_cap", segment, "mA/cm2", lambda: row(segment), lambda: segment._ref_i_cap)


def _of_membrane(cell: Cell, segment: Any) -> Observable:
    if segment.x in (0, 1):
        raise CannotCarry(f"i_membrane_ of {segment}: the end of a section has no membrane: give a segment between")
    for instance in _here(cell, segment):
        if instance.entry.electrode:
            raise CannotCarry(
                f"i_membrane_ of {segment}: {instance.entry.original} has an electrode current and is no point "
                "process: what it injects is not told apart"
            )

    def row() -> int:
        _require_membrane_currents(segment)
        return cell.membranes.row_of(segment)

    _require_membrane_currents(segment)
    cell.membranes.add(segment)
    return Observable(cell, "i_membrane_", segment, "nA", row, lambda: segment._ref_i_membrane_)


def _require_membrane_currents(segment: Any) -> None:
    if not hasattr(segment, "i_membrane_"):
        raise CannotCarry(f"i_membrane_ of {segment}: NEURON computes it with h.CVode().use_fast_imem(True) only")


def _of_native(cell: Cell, point: Any, name: str) -> Observable:
    """What NEURON's own point process computes, of which no parameter is among the directions."""
    kind = kind_of(point)
    if name in natives.FOLLOWING.get(kind, ()):
        cell.natives.add(point)
    elif name not in natives.STAYING.get(kind, ()):
        known = (*natives.FOLLOWING.get(kind, ()), *natives.STAYING.get(kind, ()))
        reason = "it is a parameter, which depends on nothing" if hasattr(point, name) else f"{kind} has none"
        raise CannotCarry(f"{name} of {point}: {reason} ({', '.join(known)} can be recorded)")
    row = cell.natives.row_of if name in natives.FOLLOWING.get(kind, ()) else cell.natives.row_of_what_stays
    unit = str(h.units(f"{kind}.{name}"))
    return Observable(cell, name, point, unit, lambda: row(point), lambda: getattr(point, f"_ref_{name}"))


# ------------------------------------------------------------------ ions
def _of_ion(cell: Cell, segment: Any, ion: str, name: str) -> Observable:
    if not hasattr(segment, f"{ion}_ion"):
        raise CannotCarry(f"{name} of {segment}: there is no ion {ion}")
    cell.ions.observe(segment, ion, name)
    unit = {f"e{ion}": "mV", f"i{ion}": "mA/cm2"}.get(name, "mM")
    return Observable(
        cell, name, segment, unit, lambda: cell.ions.row_of(segment, name), lambda: getattr(segment, f"_ref_{name}")
    )


def require_place(given: Any, variable: str) -> None:
    """Refuse what is neither a segment nor a point process.

    Raises
    ------
    WrongArgument
        with what to give instead.
    """
    if not isinstance(variable, str):
        raise WrongArgument(f"the name of a variable is a string, not {variable!r}")
    if is_artificial(given):
        raise WrongArgument(f"{variable} of {given}: an ARTIFICIAL_CELL is in no cell that is carried")
    if is_deleted(given):
        raise WrongArgument(f"a derivative belongs to a segment or a point process, not to {given!r}: it was deleted")
    if not hasattr(given, "node_index") and not hasattr(given, "get_segment"):
        hint = f"{given}(0.5), say" if hasattr(given, "allseg") else "soma(0.5), say"
        raise WrongArgument(f"a derivative belongs to a segment or a point process, not to {given!r}: give {hint}")
