"""Ions at the nodes of a cell: who moves a concentration, who reads what others compute, what is not carried."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from neuron import h

from nmodlgrad.runtime.bands import Entries
from nmodlgrad.runtime.errors import CannotCarry
from nmodlgrad.runtime.ion_style import IonStyle
from nmodlgrad.runtime.places import place
from nmodlgrad.runtime.registry import Entry

if TYPE_CHECKING:
    from nmodlgrad.runtime.instances import Instance
    from nmodlgrad.runtime.seeds import Seeds

_ZERO_CELSIUS_KELVIN = 273.15


@dataclass(eq=False)
class IonSite:
    """An ion at a node, as far as it moves there: rows are carried for what is read of it.

    `inside` and `outside` are the instances that write these concentrations, `potential` is the one that writes the
    reversal potential. `seeded` are rows of concentrations that are parameters, as finitialize finds them; `warmth` is
    that of the temperature, if NEURON computes the reversal potential. `observed` tells that the user
    records the current.
    """

    ion: str
    segment: Any
    instances: list[Instance] = field(default_factory=list)
    inside: Instance | None = None
    outside: Instance | None = None
    potential: Instance | None = None
    seeded: Mapping[str, Entries] = field(default_factory=dict)
    warmth: Entries | None = None
    observed: bool = False

    @property
    def moves(self) -> bool:
        """Whether a concentration or the reversal potential depends on theta."""
        return bool(self.inside or self.outside or self.potential or self.seeded) or self.warmth is not None

    @property
    def reads_current(self) -> bool:
        """Whether a mechanism here reads the ion's current, or the user does."""
        return self.observed or any(f"i{self.ion}" in _names(instance) for instance in self.instances)

    @property
    def contributors(self) -> list[Instance]:
        """The instances that add to the ion's current."""
        return [instance for instance in self.instances if f"i{self.ion}" in instance.entry.ion_currents]

    @property
    def renewed_initially(self) -> bool:
        """Whether finitialize computes the reversal potential from concentrations that mechanisms write."""
        return self._follows and self._style.computes_initially

    @property
    def renewed(self) -> bool:
        """Whether every step does."""
        return self._follows and self._style.computes

    @property
    def _follows(self) -> bool:
        """Whether a reversal potential that NEURON computes moves."""
        return bool(self.inside or self.outside or self.seeded) or self.warmth is not None

    @property
    def _style(self) -> IonStyle:
        return IonStyle.of(self.segment.sec, self.ion)

    def has_row(self, name: str) -> bool:
        """Whether a variable of the ion has a row here."""
        rows = {
            f"{self.ion}i": self.inside is not None or f"{self.ion}i" in self.seeded,
            f"{self.ion}o": self.outside is not None or f"{self.ion}o" in self.seeded,
            f"e{self.ion}": self.potential is not None or self.renewed_initially or self.renewed,
            f"i{self.ion}": bool(self.reads_current and self.contributors),
        }
        return rows[name]

    @property
    def per_kelvin(self) -> float:
        """R/zF in mV/K, with the constants that NEURON takes: they differ between its versions."""
        charge = h.ion_charge(f"{self.ion}_ion")
        kelvin = h.celsius + _ZERO_CELSIUS_KELVIN
        return float(h.nernst(1.0, 2.0, charge)) / (math.log(2) * kelvin) if charge else 0.0


def concentrations(ion: str) -> tuple[str, str]:
    """The names of an ion's concentrations."""
    return f"{ion}i", f"{ion}o"


def starts_from_global(section: Any, ion: str) -> bool:
    """Whether finitialize sets the concentrations in a section to the ion's GLOBALs."""
    return hasattr(section(0.5), f"{ion}_ion") and IonStyle.of(section, ion).starts_from_global


def sites(instances: Sequence[Instance], seeds: Seeds, observed: Collection[tuple[Any, str]] = ()) -> list[IonSite]:
    """The sites at which something is to be carried.

    `observed` are the currents that the user records: node and ion.

    Raises
    ------
    CannotCarry
        when two mechanisms write one concentration or one reversal potential.
    """
    found: dict[tuple[Any, str], IonSite] = {}
    ions = {ion: None for instance in instances for ion in instance.entry.ions}
    entries = {instance.entry.name: instance.entry for instance in instances}.values()
    recorded = {ion for _, ion in observed}
    live = {ion for ion in ions if ion in recorded or seeds.moves(ion) or any(_acts(entry, ion) for entry in entries)}
    for instance in instances:
        for ion in (ion for ion in instance.entry.ions if ion in live):
            where = place(instance.segment), ion
            if where not in found:
                rows = seeds.concentrations(instance.segment, ion)
                follows = IonStyle.of(instance.segment.sec, ion).follows
                found[where] = IonSite(
                    ion,
                    instance.segment,
                    seeded={x: rows[x] for x in concentrations(ion) if x in rows},
                    warmth=rows.get("celsius") if follows else None,
                    observed=where in observed,
                )
            site = found[where]
            site.instances.append(instance)
            for name, quantity in ((f"{ion}i", "inside"), (f"{ion}o", "outside"), (f"e{ion}", "potential")):
                if name in (*instance.entry.concentrations, *instance.entry.reversals):
                    other = getattr(site, quantity)
                    if other is not None:
                        names = f"{other.entry.original} and {instance.entry.original}"
                        raise CannotCarry(f"{names} both write {name} in {instance.segment}: that is not carried")
                    setattr(site, quantity, instance)
    return [site for site in found.values() if site.moves or site.reads_current]


def _acts(entry: Entry, ion: str) -> bool:
    """Whether a mechanism writes something of an ion, or reads its current."""
    written = {*entry.concentrations, *entry.reversals}.intersection((*concentrations(ion), f"e{ion}"))
    return bool(written) or any(p.name == f"i{ion}" for p in entry.parameters if p.scope == "ion")


def check(instances: Sequence[Instance], sites: Iterable[IonSite]) -> None:
    """Refuse what mechanisms read of an ion and nobody carries.

    Raises
    ------
    CannotCarry
        when a reversal potential or a concentration moves for another reason than a mechanism that is carried, or acts
        in a way that was not differentiated.
    """
    written = {(i.segment.sec, name) for i in instances for name in (*i.entry.concentrations, *i.entry.reversals)}
    moved = written | {(site.segment.sec, name) for site in sites for name in site.seeded}
    warm = {(site.segment.sec, site.ion) for site in sites if site.warmth is not None}
    for instance in instances:
        section = instance.segment.sec
        for ion in instance.entry.ions:
            names = concentrations(ion)
            moving = [name for name in (*names, f"e{ion}") if (section, name) in moved]
            for name, cause in (
                *_causes(section, ion, moving, any((section, name) in written for name in names)),
                *([(f"e{ion}", "")] if (section, ion) in warm else []),
            ):
                if name in instance.entry.ion_inputs:
                    _check_input(instance, name, cause, moving)


class Styles:
    """The styles of the ions that the mechanisms of a cell use, as they were when a gradient was attached."""

    def __init__(self, instances: Iterable[Instance]) -> None:
        places = {(one.segment.sec, ion): None for one in instances for ion in one.entry.ions}
        self._attached = {(section, ion): IonStyle.of(section, ion).effect for section, ion in places}

    def check(self) -> None:
        """They are what they were.

        Raises
        ------
        CannotCarry
            where ``ion_style`` was called since then.
        """
        for (section, ion), effect in self._attached.items():
            if IonStyle.of(section, ion).effect != effect:
                raise CannotCarry(
                    f"the ion_style of {ion}_ion in {section} changed after the Sensitivity was made: "
                    "close() it and make a new one"
                )


def obstacle(instances: Sequence[Instance], segment: Any, ion: str, name: str) -> str:
    """Why nobody carries a variable of an ion that moves; empty if that is not so."""
    section = segment.sec
    written = {n for i in instances if i.segment.sec == section for n in (*i.entry.concentrations, *i.entry.reversals)}
    moving = [n for n in (f"{ion}i", f"{ion}o", f"e{ion}") if n in written]
    writes = not written.isdisjoint(concentrations(ion))
    return next((cause for moved, cause in _causes(section, ion, moving, writes) if moved == name), "")


def _causes(section: Any, ion: str, moving: list[str], written: bool) -> Iterator[tuple[str, str]]:
    """What of an ion moves in a section, and why; an empty reason is that a carried mechanism or theta moves it.

    `written` tells that a carried mechanism writes a concentration.
    """
    style, potential = IonStyle.of(section, ion), f"e{ion}"
    carried = [name for name in moving if name != potential]
    if potential in moving:
        both = "a mechanism writes it, and NEURON computes it from the concentrations"
        yield potential, both if style.follows else ""
    elif style.writes_potential:
        yield potential, "a mechanism writes it that is not translated"
    elif style.follows and carried:
        yield potential, ""
    if style.writes_concentration and not written:
        for name in concentrations(ion):
            yield name, "a mechanism writes it that is not translated"
        if style.follows:
            yield potential, "it follows a concentration that a mechanism writes which is not translated"
    for name in carried:
        yield name, ""


def _check_input(instance: Instance, name: str, cause: str, moving: list[str]) -> None:
    where = f"{instance.segment}: {instance.entry.original} reads {name}"
    if cause:
        raise CannotCarry(f"{where}, which moves during the run, for {cause}: that is not carried")
    if name in instance.entry.excluded:
        by = [mover for mover in moving if mover != name]
        moves = f"which {' and '.join(by)} moves" if by else "which moves"
        raise CannotCarry(f"{where}, {moves}; {instance.entry.excluded[name]}")
    if name not in _names(instance) and name[:1] == "e":
        raise CannotCarry(f"{where}, which moves during the run: translate it with {name} among the parameters")
    if name[:1] == "e" and name in instance.entry.initial_inputs and set(moving) & set(instance.entry.concentrations):
        raise CannotCarry(f"{where} in INITIAL, while it writes {moving[0]}: that is not carried")


def _names(instance: Instance) -> set[str]:
    return {parameter.name for parameter in instance.entry.parameters if parameter.scope == "ion"}
