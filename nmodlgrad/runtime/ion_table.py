"""The ions of a cell in memory (``ng_Ion``): rows of what moves, who adds to them and who reads them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime import layout, registry
from nmodlgrad.runtime.errors import CannotCarry
from nmodlgrad.runtime.instances import Instance, InstanceTable, ion_record_length
from nmodlgrad.runtime.ions import IonSite, concentrations, obstacle, sites
from nmodlgrad.runtime.places import place
from nmodlgrad.runtime.registry import Entry
from nmodlgrad.runtime.seeds import Seeds


class IonTable:
    """The sites of a cell at which something of an ion is carried, and their rows."""

    def __init__(self, instances: Sequence[Instance], seeds: Seeds, width: int) -> None:
        self._instances, self._seeds, self._width = instances, seeds, width
        self._observed: set[tuple[Any, str]] = set()  # currents that are recorded: node and ion
        self._addresses: dict[tuple[Any, str], int] = {}  # rows, by node and name
        self.sites = sites(instances, seeds)

    @property
    def numbers(self) -> set[int]:
        """Of the instances whose slots read rows of ions."""
        return {instance.number for site in self.sites for instance in site.instances}

    @property
    def row_count(self) -> int:
        """How many rows there are: of a reversal potential and of a current each, and of what theta sets."""
        return sum(2 + len(site.seeded) + (site.warmth is not None) for site in self.sites)

    @property
    def rows(self) -> NDArray[np.float64]:
        """Those of reversal potentials and of currents."""
        return self._rows

    def allocate(self) -> None:
        """Make room for the sites."""
        self.table = np.zeros(len(self.sites), layout.ION)
        self._rows = layout.rows(2 * len(self.sites), self._width)
        self._set = layout.rows(self.row_count - 2 * len(self.sites), self._width)
        adding = [site for site in self.sites if site.reads_current]
        parts = [instance for site in adding for instance in site.contributors]
        lengths = {instance.number: _ion_records(instance.entry) for instance in parts}
        starts = layout.starts(lengths.values())
        self._starts = dict(zip(lengths, starts.tolist(), strict=True))  # of the records of an instance
        self._record = np.zeros(sum(lengths.values()))
        self._contributions = np.zeros(len(parts), layout.CONTRIBUTION)
        self._addresses.clear()

    def refresh(self) -> None:
        """A run begins: rows for currents that are recorded since the last one."""
        if self._observed - {(place(site.segment), site.ion) for site in self.sites if site.observed}:
            self.sites = sites(self._instances, self._seeds, self._observed)
            self.allocate()
        self.forget()

    def forget(self) -> None:
        """Nothing depends on theta."""
        self._rows[:] = 0

    def describe(
        self, table: InstanceTable, node: Callable[[Any], int], resized: Collection[Any], celsius: int
    ) -> None:
        """The instances have been described; `resized` are the nodes whose area moves, `celsius` is an address."""
        types = registry.types() if self.sites else {}
        set_rows, contributions = iter(self._set), iter(range(len(self._contributions)))
        for number, site in enumerate(self.sites):
            row, rows = self.table[number], self._rows_of(number, site, table, set_rows)
            row["nernst"]["per_kelvin"], row["nernst"]["celsius"] = site.per_kelvin, celsius
            row["node"], row["type"] = node(site.segment), types[f"{site.ion}_ion"].number
            row["renewed_initially"], row["renewed"] = site.renewed_initially, site.renewed
            row["current"] = rows[f"i{site.ion}"]
            self._addresses |= {(place(site.segment), name): address for name, address in rows.items()}
            self._connect(number, site, table, rows)
            parts = site.contributors if site.reads_current else []
            spread = place(site.segment) in resized
            slots = [self._contribute(site.ion, one, table, next(contributions), spread) for one in parts]
            row["contributions"], row["count"] = slots[0] if slots else 0, len(slots)

    def _rows_of(
        self, number: int, site: IonSite, table: InstanceTable, set_rows: Iterator[NDArray[np.float64]]
    ) -> dict[str, int]:
        """Where the rows of a site are, by variable; 0 for what does not move. Its own are filled in."""
        nernst, ion = self.table[number]["nernst"], site.ion
        reversal, current = (layout.address(self._rows[2 * number + k]) for k in (0, 1))
        rows = {f"i{ion}": current if site.reads_current else 0}
        for side, name in zip(("inside", "outside"), concentrations(ion), strict=True):
            writer, seeds = getattr(site, side), site.seeded.get(name)
            own = next(set_rows) if seeds is not None else None
            if own is not None and seeds is not None:
                own[:] = seeds.dense(self._width)
            rows[name] = table.row_of(writer, name) if writer else 0 if own is None else layout.address(own)
            nernst[side] = rows[name]
        nernst["row"] = reversal
        if site.warmth is not None:
            warmth = next(set_rows)
            warmth[:] = site.warmth.dense(self._width)
            nernst["warmth"] = layout.address(warmth)
        rows[f"e{ion}"] = reversal if site.renewed_initially or site.renewed else 0
        if site.potential:
            rows[f"e{ion}"] = table.row_of(site.potential, f"e{ion}")
        return rows

    def _connect(self, number: int, site: IonSite, table: InstanceTable, rows: Mapping[str, int]) -> None:
        """Let the instances of a site read its rows."""
        nernst = layout.address(self.table[number:]) + layout.offset(layout.ION, "nernst")
        for instance in site.instances:
            slots = table.slots(instance)
            for slot, parameter in zip(slots, instance.entry.parameters, strict=True):
                if rows.get(parameter.name):
                    slot["row"] = slot["latched"] = rows[parameter.name]
                    if parameter.name == f"e{site.ion}" and site.renewed_initially:
                        slot["nernst"] = nernst

    def _contribute(self, ion: str, instance: Instance, table: InstanceTable, at: int, spread: bool) -> int:
        """Describe what an instance adds to the current of an ion; returns where."""
        length = ion_record_length(instance.entry)
        start = layout.address(self._record) + self._starts[instance.number] * 8
        table.row(instance)["ion_record"] = start
        slot = self._contributions[at]
        slot["instance"] = table.address(instance)
        slot["record"] = start + instance.entry.ion_currents.index(f"i{ion}") * length * 8
        slot["value"] = int(slot["record"]) + (length - 1) * 8 if spread and instance.point is not None else 0
        return layout.address(self._contributions[at:])

    def sow(self, table: InstanceTable) -> None:
        """Concentrations that mechanisms write and that are parameters start from their seeds; the others stay."""
        for site in self.sites:
            for writer, name in zip((site.inside, site.outside), concentrations(site.ion), strict=True):
                if writer is not None and name in site.seeded:
                    table.carried_row(writer, name)[:] = site.seeded[name].dense(self._width)

    def observe(self, segment: Any, ion: str, name: str) -> None:
        """Let a variable of an ion have a row, from the next finitialize on.

        Raises
        ------
        CannotCarry
            where nothing that is carried moves it.
        """
        at = place(segment), ion
        observed = self._observed | ({at} if name == f"i{ion}" else set())
        there = sites(self._instances, self._seeds, observed)
        found: dict[Any, IonSite] = {(place(site.segment), site.ion): site for site in there}
        if reason := obstacle(self._instances, segment, ion, name):
            raise CannotCarry(f"{name} of {segment} moves, for {reason}: that is not carried")
        if at not in found or not found[at].has_row(name):
            raise CannotCarry(f"{name} of {segment}: no mechanism that is carried moves it there")
        self._observed = observed

    def row_of(self, segment: Any, name: str) -> int:
        """Where the row of a variable lies."""
        return self._addresses[place(segment), name]


def _ion_records(entry: Entry) -> int:
    """Numbers in the records of all the currents that a mechanism adds to ions."""
    return ion_record_length(entry) * len(entry.ion_currents)
