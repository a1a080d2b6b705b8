"""Ions at the nodes of a cell: who moves a concentration, who reads what others compute, what is not carried."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from neuron import h

from nmodlgrad.runtime.errors import CannotCarry

if TYPE_CHECKING:
    from nmodlgrad.runtime.cell import Instance

WRITTEN = 3  # in either half of ion_style: a mechanism computes it
_ADVANCED = 1 << 6  # of ion_style: the reversal potential is recomputed from the concentrations in every step


@dataclass(eq=False)
class IonSite:
    """An ion at a node, as far as it moves there: rows are carried for what is read of it.

    `inside` and `outside` are the instances that write these concentrations.
    """

    ion: str
    segment: Any
    instances: list[Instance] = field(default_factory=list)
    inside: Instance | None = None
    outside: Instance | None = None

    @property
    def reads_current(self) -> bool:
        """Whether a mechanism here reads the ion's current."""
        return any(f"i{self.ion}" in _names(instance) for instance in self.instances)

    @property
    def contributors(self) -> list[Instance]:
        """The instances that add to the ion's current."""
        return [instance for instance in self.instances if f"i{self.ion}" in instance.entry.ion_currents]

    @property
    def nernst(self) -> float:
        """RT/zF in mV if the reversal potential follows the concentrations, else 0."""
        if not _style(self.segment.sec, self.ion) & _ADVANCED:
            return 0.0
        charge = h.ion_charge(f"{self.ion}_ion")
        return float(h.nernst(1.0, 2.0, charge)) / math.log(2)


def sites(instances: Sequence[Instance], key: Any) -> list[IonSite]:
    """The sites at which something is to be carried; `key` tells the node of a segment.

    Raises
    ------
    CannotCarry
        when two mechanisms write one concentration.
    """
    found: dict[tuple[Any, str], IonSite] = {}
    for instance in instances:
        for ion in instance.entry.ions:
            site = found.setdefault((key(instance.segment), ion), IonSite(ion, instance.segment))
            site.instances.append(instance)
            for name, quantity in ((f"{ion}i", "inside"), (f"{ion}o", "outside")):
                if name in instance.entry.concentrations:
                    other = getattr(site, quantity)
                    if other is not None:
                        names = f"{other.entry.original} and {instance.entry.original}"
                        raise CannotCarry(f"{names} both write {name} in {instance.segment}: that is not carried")
                    setattr(site, quantity, instance)
    return [site for site in found.values() if site.inside or site.outside or site.reads_current]


def check(instances: Sequence[Instance]) -> None:
    """Refuse what mechanisms read of an ion and nobody carries.

    Raises
    ------
    CannotCarry
        when a reversal potential or a concentration moves for another reason than a mechanism that is carried, or acts
        in a way that was not differentiated.
    """
    writers = {(i.segment.sec, name) for i in instances for name in i.entry.concentrations}
    for instance in instances:
        section = instance.segment.sec
        for ion in instance.entry.ions:
            moving = [name for name in (f"{ion}i", f"{ion}o") if (section, name) in writers]
            for name, cause in _causes(section, ion, moving):
                if name in instance.entry.ion_inputs:
                    _check_input(instance, name, cause, moving)


def _causes(section: Any, ion: str, moving: list[str]) -> Iterator[tuple[str, str]]:
    """What of an ion moves in a section, and why; an empty reason is that a carried mechanism moves it."""
    style = _style(section, ion)
    if style & _ADVANCED and moving:
        yield f"e{ion}", ""
    if style >> 3 & 3 == WRITTEN:
        yield f"e{ion}", "a mechanism writes it"
    if style & 3 == WRITTEN:
        stranger = "" if moving else "a mechanism writes it that is not translated"
        for name in (f"{ion}i", f"{ion}o"):
            if name in moving or not moving:
                yield name, stranger
        if style & _ADVANCED and not moving:
            yield f"e{ion}", "it follows a concentration that a mechanism writes which is not translated"


def _check_input(instance: Instance, name: str, cause: str, moving: list[str]) -> None:
    where = f"{instance.segment}: {instance.entry.original} reads {name}"
    if cause:
        raise CannotCarry(f"{where}, which moves during the run, for {cause}: that is not carried")
    if name in instance.entry.excluded:
        raise CannotCarry(f"{where}, which {' and '.join(moving)} moves; {instance.entry.excluded[name]}")
    if name not in _names(instance) and name[:1] == "e":
        raise CannotCarry(f"{where}, which moves during the run: translate it with {name} among the parameters")
    if name[:1] == "e" and name in instance.entry.initial_inputs:
        raise CannotCarry(f"{where} in INITIAL, and it moves: that is not carried")


def _names(instance: Instance) -> set[str]:
    return {parameter.name for parameter in instance.entry.parameters if parameter.scope == "ion"}


def _style(section: Any, ion: str) -> int:
    return int(h.ion_style(f"{ion}_ion", sec=section))
