"""One cell: its nodes in NEURON's order, its instances, the memory they share, and the cable that advances it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from nmodlgrad.runtime import assembly, geometry, injection, layout, registry
from nmodlgrad.runtime.computed import Computed
from nmodlgrad.runtime.connections import Connections
from nmodlgrad.runtime.errors import CannotCarry, Diverged, TooMuchMemory
from nmodlgrad.runtime.ions import IonSite, SeedRows, concentrations, obstacle
from nmodlgrad.runtime.ions import sites as ion_sites
from nmodlgrad.runtime.memory import Budget
from nmodlgrad.runtime.recording import Recordings, run_length_ms
from nmodlgrad.runtime.registry import Entry
from nmodlgrad.runtime.stimulus import Played
from nmodlgrad.runtime.swap import Shadow

_ZERO_CELSIUS_KELVIN = 273.15


@dataclass(frozen=True, eq=False)
class Instance:
    """An instance of an augmented mechanism: `holder` has the attribute ng_link.

    `seeds` are rows by parameter, `weights` rows by NetCon. `played` are stimuli by parameter and direction, whose
    seeds follow what is played.
    """

    entry: Entry
    segment: Any
    point: Any
    seeds: dict[str, NDArray[np.float64]]
    weights: list[tuple[Any, NDArray[np.float64]]]
    played: Mapping[str, Mapping[int, Played]] = field(default_factory=dict)

    @property
    def holder(self) -> Any:
        """The object whose attributes are the instance's variables."""
        return self.point if self.point is not None else getattr(self.segment, self.entry.name)


def root_of(section: Any) -> Any:
    """The root section of the cell that a section belongs to."""
    while (parent := section.parentseg()) is not None:
        section = parent.sec
    return section


def sections_of(root: Any) -> list[Any]:
    """The sections of a cell, given any of them."""
    return list(root.wholetree())


def segments_of(sections: Iterable[Any]) -> list[Any]:
    """The segments with a membrane."""
    return [segment for section in sections for segment in section]


def points_of(sections: Iterable[Any]) -> list[Any]:
    """The point processes on a cell's nodes, those at the ends of sections included."""
    found = {p.hname(): p for section in sections for segment in section.allseg() for p in segment.point_processes()}
    return list(found.values())


def present(sections: Iterable[Any], entries: Mapping[str, Entry]) -> Iterator[tuple[Entry, Any, Any]]:
    """Every augmented mechanism in a cell: its entry, the segment, and the point process if it is one."""
    by_name = {entry.name: entry for entry in entries.values()}
    for segment in segments_of(sections):
        names = {mechanism.name() for mechanism in segment}
        yield from ((by_name[name], segment, None) for name in sorted(names & by_name.keys()))
    for point in points_of(sections):
        entry = by_name.get(str(point.hname()).split("[")[0])
        if entry is not None:
            yield entry, point.get_segment(), point


class Cell:
    """The plan of one cell (``ng_Plan``), in numpy arrays that NEURON's mechanisms work on."""

    def __init__(
        self,
        root: Any,
        instances: Sequence[Instance],
        labels: Sequence[str],
        budget: Budget,
        start: NDArray[np.float64],
        seeded: Callable[[Any], SeedRows],
        moved: Sequence[geometry.Moved],
        shadows: Sequence[Shadow],
    ) -> None:
        """`start` is the seed row of the voltages that finitialize sets, `seeded` has those of concentrations, `moved`
        those of the shape."""
        self.root, self.instances, self.directions = root, instances, len(start)
        self.name = str(root)
        self.moved, self.shadows = moved, shadows
        self.sections = sections_of(root)
        self._reshaped: dict[Any, frozenset[str]] = {}
        for segment, names in geometry.reshaped(moved):
            self._reshaped[place(segment)] = self._reshaped.get(place(segment), names) | names
        self.shape = self._shape()
        self.width = layout.padded(self.directions)
        self.start, self.seeds_of = np.pad(start, (0, self.width - self.directions)), seeded
        self.structure = -1  # NEURON's count when this was described; it numbers its nodes at finitialize
        self.described: dict[Instance, Described] = {}
        self.observed: set[tuple[Any, str]] = set()  # currents that are recorded: node and ion
        self.computed = Computed(self.width)
        self.recordings, self.budget = Recordings(), budget
        self.plan, self.message = np.zeros(1, layout.PLAN), np.zeros(layout.MESSAGE, np.uint8)
        self.labels, self.names = layout.Texts(labels), layout.Texts(())
        budget.take_rows(*self._size())
        self._allocate()
        self.cable = h.nmodlgrad_cable(root(0.5))
        self.marker, self.time = h.Vector(), h.Vector()
        self.cable.plan = float(layout.address(self.plan))
        self.marker.record(self.cable._ref_samples)
        self.time.record(h._ref_t)

    # ------------------------------------------------------------------ memory
    def _size(self) -> tuple[int, str]:
        """Bytes of the rows, and what they are."""
        nodes, states = self._count(), sum(len(i.entry.carried) for i in self.instances)
        ions = 2 * len(ion_sites(self.instances, place, self.seeds_of))
        seeds = sum(int(np.count_nonzero(row)) for i in self.instances for row in i.seeds.values())
        what = f"{self.directions} directions in the cell of {self.root} ({nodes} nodes, {states} carried variables)"
        return 8 * (self.width * (nodes + states + ions) + seeds), what

    def _count(self) -> int:
        return 1 + sum(nseg + 1 for _, nseg in self.shape)  # every section has a node at its far end, the root at both

    def _allocate(self) -> None:
        count = self._count()
        carried = sum(len(i.entry.carried) for i in self.instances)
        records = sum(self._record_length(i.entry) for i in self.instances)
        ion_records = sum(i.entry.record_length * len(i.entry.ion_currents) for i in self.instances)
        seeds = sum(len(i.entry.parameters) for i in self.instances)
        self.index, self.parent = np.zeros(count, np.intc), np.zeros(count, np.intc)
        self.capacitor, self.cm, self.v = np.full(count, -1, np.intc), np.zeros(count), np.full(count, np.nan)
        self.voltage = layout.rows(count, self.width)
        self.carried = layout.rows(max(carried, 1), self.width)
        self.record, self.ion_record = np.zeros(max(records, 1)), np.zeros(max(ion_records, 1))
        self._allocate_ions()
        self.table = np.zeros(max(len(self.instances), 1), layout.INSTANCE)
        self.seed_table = np.zeros(max(seeds, 1), layout.SEED)
        shape = self._seeds_of_shape()
        rows = [row for i in self.instances for row in _seeds(i, shape).values()]
        self.seed_values = np.concatenate([np.zeros(1), *(layout.band(row)[2] for row in rows)])
        self.connections = Connections(self.width)
        self.fluxes, self.totals = np.zeros(4 * count), np.zeros((max(len(self.instances), 1), 2))

    def _allocate_ions(self) -> None:
        self.ions = ion_sites(self.instances, place, self.seeds_of, self.observed)
        self.seeded = layout.rows(3 * max(len(self.ions), 1), self.width)
        self.ion_rows = layout.rows(2 * max(len(self.ions), 1), self.width)
        self.ion_table = np.zeros(max(len(self.ions), 1), layout.ION)
        self.addresses: dict[tuple[Any, str], int] = {}  # rows of ions, by node and name
        contributions = sum(len(site.contributors) for site in self.ions if site.reads_current)
        self.contributions = np.zeros(max(contributions, 1), layout.CONTRIBUTION)

    @staticmethod
    def _record_length(entry: Entry) -> int:
        return 2 * (entry.current_carried + entry.current_parameters + (0 if entry.linear else 2))

    # ------------------------------------------------------------------ the tree
    def _shape(self) -> list[tuple[Any, int]]:
        return [(section, int(section.nseg)) for section in sections_of(self.root)]

    def _nodes(self) -> list[int]:
        """Indices of the cell's nodes in its thread, ascending, so that parents come before children."""
        found = {segment.node_index() for section in self.sections for segment in (section(0), *section, section(1))}
        return sorted(int(i) for i in found)

    def _node_names(self) -> list[str]:
        """What each node is called, in their order."""
        found = {s.node_index(): str(s) for section in self.sections for s in (section(0), section(1), *section)}
        return [found[int(index)] for index in self.index]

    def node(self, segment: Any) -> int:
        """Row of a segment's node."""
        place = int(np.searchsorted(self.index, segment.node_index()))
        if place >= len(self.index) or self.index[place] != segment.node_index():
            raise CannotCarry(f"{segment} belongs to no cell that this Sensitivity carries")
        return place

    def has_changed(self) -> bool:
        """Whether NEURON's structure, of this or another cell, is not the one that was described.

        Raises
        ------
        CannotCarry
            when the cell is not there any more.
        """
        self._check_root()
        return int(self.cable.structure()) != self.structure

    def check_members(self) -> None:
        """The cell has the sections, segments and mechanisms that it had when the gradient was attached.

        Raises
        ------
        CannotCarry
            when it has not.
        """
        self._check_shape()
        self._check_instances()

    def renumber(self) -> None:
        """Find the nodes again in NEURON's new structure."""
        self.index[:] = self._nodes()
        self.names = layout.Texts(self._node_names())
        self.structure = int(self.cable.structure())

    def refresh(self) -> None:
        """Describe the cell as it is now, before every finitialize."""
        if self.observed - {(place(site.segment), site.ion) for site in self.ions if site.observed}:
            self._allocate_ions()
        self._describe_instances()
        self._describe_shape()
        self.voltage[:] = self.start
        self.carried[:] = self.ion_rows[:] = 0  # what INITIAL reads of a mechanism that comes later depends on nothing
        self._sow_concentrations()
        self._describe_plan()
        self.recordings.begin(self, self.plan[0], run_length_ms())

    def _describe_plan(self) -> None:
        plan = self.plan[0]
        plan["cell"]["width"] = self.width
        plan["nodes"], plan["directions"] = len(self.index), self.directions
        plan["budget"] = self.budget.address
        plan["ion_count"], plan["observed_count"] = len(self.ions), len(self.computed.variables)
        plan["starts"] = self.start.any()
        plan["copies"] = plan["copy_count"] = 0
        plan["fluxes"] = layout.address(self.fluxes) if len(self.shaped) else 0
        plan["injected_count"] = len(self.injected)
        plan["rigid"] = any(one.name != "cm" for one in self.moved)
        self.describe_numbers()
        for name, array in (
            ("index", self.index),
            ("parent", self.parent),
            ("capacitor", self.capacitor),
            ("cm", self.cm),
            ("v", self.v),
            ("voltage", self.voltage),
            ("terms", self.terms),
            ("first_term", self.first_term),
            ("slopes", self.slopes),
            ("first_slope", self.first_slope),
            ("shaped", self.shaped),
            ("first_shaped", self.first_shaped),
            ("injected", self.injected),
            ("ions", self.ion_table),
            ("observed", self.computed.table),
            ("message", self.message),
            ("labels", self.labels.addresses),
            ("names", self.names.addresses),
        ):
            plan[name] = layout.address(array)

    def _describe_shape(self) -> None:
        """What directions do through cm, Ra, diam and L."""
        geometry.check(self.moved)
        self.shaped, self.first_shaped = geometry.shaped(self.moved, self.sections, self.node, len(self.index))
        points = self._resized_points()
        instances = {i.point.hname(): i for i in self.instances if i.point is not None} if points else {}
        self.injected = injection.injected(points, instances, self._total, self.node, self.cable.address)

    def _seeds_of_shape(self) -> dict[Any, dict[str, NDArray[np.float64]]]:
        """The seeds of what mechanisms read of the shape of their segments."""
        read = any(parameter.scope == "geometry" for i in self.instances for parameter in i.entry.parameters)
        return geometry.seeds(self.moved, place) if read else {}

    def check_shape(self) -> None:
        """What is at the nodes whose area moves can be carried."""
        geometry.check(self.moved)
        for instance in self.instances:
            entry = instance.entry
            carried = {parameter.name for parameter in entry.parameters if parameter.scope == "geometry"}
            for name in self.reshaped(instance.segment, set(entry.geometry) - carried):
                reason = entry.excluded.get(name, "in C code, or it was translated with --wrt without it")
                raise CannotCarry(
                    f"{entry.original} in {instance.segment} reads {name}, which a parameter moves: that is not "
                    f"carried there ({reason})"
                )
        injection.check(self._resized_points())

    def reshaped(self, segment: Any, names: Collection[str]) -> list[str]:
        """Which of diam and area directions move in a segment."""
        return sorted(self._reshaped.get(place(segment), frozenset()).intersection(names))

    def _resized_points(self) -> list[Any]:
        """The point processes at nodes whose area moves."""
        return [point for section, x in self._reshaped for point in section(x).point_processes()]

    def _total(self, instance: Instance) -> int:
        """Where the current and the conductance of a point process are kept: one that is linear has to be asked."""
        described, entry = self.described[instance], instance.entry
        row, number = described.row, (described.address - layout.address(self.table)) // layout.INSTANCE.itemsize
        if entry.linear:
            row["total"] = layout.address(self.totals[number])
            return int(row["total"])
        return int(row["record"]) + (entry.current_carried + entry.current_parameters + 1) * layout.PAIR

    def _check_root(self) -> None:
        if self.cable is not None and not self.cable.has_loc():
            raise CannotCarry(f"the section {self.name}, the root of its cell, was deleted while a gradient is carried")

    def _check_shape(self) -> None:
        if (now := self._shape()) != self.shape:
            changed = ", ".join(sorted({str(s) for s, _ in set(now) ^ set(self.shape)})) or "the order of its sections"
            raise CannotCarry(
                f"the cell of {self.root} changed after the gradient was attached ({changed}): "
                "close() the Sensitivity and make a new one"
            )

    def _check_instances(self) -> None:
        """Those that are there are those that are carried: none came, went or was moved."""
        carried = {_key(instance.entry, instance.segment, instance.point): instance for instance in self.instances}
        for entry, segment, point in present(self.sections, registry.entries()):
            if carried.pop(_key(entry, segment, point), None) is None:
                raise CannotCarry(
                    f"{segment} got {point or entry.original} after the Sensitivity was made: "
                    "close() it and make a new one"
                )
        for gone in carried.values():
            raise CannotCarry(
                f"{gone.point or gone.entry.original} was removed from {gone.segment} while a gradient is carried"
            )

    def _describe_instances(self) -> None:
        nodes = [self.node(i.segment) for i in self.instances]
        # each mechanism's one after the other, as NEURON visits them: memory is read in the order it lies in
        order = sorted(range(len(self.instances)), key=lambda i: (self.instances[i].entry.name, nodes[i]))
        instances = [self.instances[number] for number in order]
        entries = [instance.entry for instance in instances]
        self.nodes = np.array([nodes[number] for number in order], np.int64)
        table, count, stride = self.table[: len(order)], len(self.index), self.width * 8
        carried = layout.starts(len(entry.carried) for entry in entries)
        record = layout.starts(map(self._record_length, entries))
        seed = layout.starts(len(entry.parameters) for entry in entries)
        ion_record = layout.starts(_ion_record_length(entry) * len(entry.ion_currents) for entry in entries)
        table["cell"] = layout.address(self.plan)
        table["voltage"] = layout.address(self.voltage) + self.nodes * stride
        table["v"] = layout.address(self.v) + self.nodes * 8
        table["carried"] = layout.address(self.carried) + carried * stride
        table["record"] = layout.address(self.record) + record * 8
        table["seeds"] = layout.address(self.seed_table) + seed * layout.SEED.itemsize
        table["current_carried"] = [entry.current_carried for entry in entries]
        table["current_parameters"] = [entry.current_parameters for entry in entries]
        table["ion_record"] = table["observed_record"] = table["total"] = 0
        connections = self.connections.describe(instances, self.cable.address)
        table["connections"], table["connection_count"] = np.array(connections, np.uint64).reshape(-1, 2).T
        self._describe_seeds(instances, seed)
        address = layout.address(self.table) + np.arange(len(order)) * layout.INSTANCE.itemsize
        places = zip(table, address, seed, ion_record, strict=True)
        found = {
            instance: Described(row, int(where), self.seed_table[first:], int(ions))
            for instance, (row, where, first, ions) in zip(instances, places, strict=True)
        }
        for instance, described in found.items():
            instance.holder.ng_link = float(described.address)
        self._describe_ions(found)
        self.computed.describe(found, self.node)
        self.described = found
        linear = np.array([entry.linear for entry in entries], bool)
        self.terms, self.first_term = assembly.terms(table, self.nodes, count, self.width)
        self.slopes, self.first_slope = assembly.slopes(table, self.nodes, count, linear)

    def _describe_seeds(self, instances: Sequence[Instance], first: NDArray[np.int64]) -> None:
        """The slots of all parameters of the instances, from `first` on: those with a seed row, the others empty."""
        shape = self._seeds_of_shape()
        self.seed_table[:] = 0
        value = 1  # 0 is there so that an empty array has an address
        for instance, start in zip(instances, first, strict=True):
            seeds = _seeds(instance, shape)
            for number, parameter in enumerate(instance.entry.parameters if seeds else ()):
                row = seeds.get(parameter.name)
                if row is not None:
                    value = layout.put_seed(self.seed_table[start + number], row, self.seed_values, value)

    def _describe_ions(self, found: dict[Instance, Described]) -> None:
        """The rows of ions, and who adds to them and reads them."""
        types, contribution = registry.types() if self.ions else {}, 0
        for number, site in enumerate(self.ions):
            row, ion = self.ion_table[number], site.ion
            reversal, current = (layout.address(self.ion_rows) + (2 * number + k) * self.width * 8 for k in (0, 1))
            row["node"], row["type"] = self.node(site.segment), types[f"{ion}_ion"].number
            row["current"] = current if site.reads_current else 0
            rows = {f"i{ion}": int(row["current"])}
            for k, (side, name) in enumerate(zip(("inside", "outside"), concentrations(ion), strict=True)):
                writer = getattr(site, side)
                if writer:
                    rows[name] = found[writer].carried(name, self.width, writer.entry)
                else:
                    rows[name] = layout.address(self.seeded[3 * number + k]) if name in site.seeded else 0
                row["nernst"][side] = rows[name]
            row["nernst"]["row"], row["nernst"]["factor"] = reversal, site.factor
            if site.warmth is not None:
                warmth, kelvin = self.seeded[3 * number + 2], h.celsius + _ZERO_CELSIUS_KELVIN
                row["nernst"]["warmth"], row["nernst"]["kelvin"] = layout.address(warmth), kelvin
                warmth[: self.directions] = site.warmth
            row["renewed_initially"], row["renewed"] = site.renewed_initially, site.renewed
            rows[f"e{ion}"] = reversal if site.renewed_initially or site.renewed else 0
            if site.potential:
                rows[f"e{ion}"] = found[site.potential].carried(f"e{ion}", self.width, site.potential.entry)
            self.addresses |= {(place(site.segment), name): address for name, address in rows.items()}
            nernst = layout.address(self.ion_table[number:]) + layout.offset(layout.ION, "nernst")
            for instance in site.instances:
                for slot, parameter in zip(found[instance].seeds, instance.entry.parameters, strict=False):
                    if parameter.name in rows:
                        slot["row"] = slot["latched"] = rows[parameter.name]
                        if parameter.name == f"e{ion}" and site.renewed_initially:
                            slot["nernst"] = nernst
            row["contributions"] = layout.address(self.contributions) + contribution * layout.CONTRIBUTION.itemsize
            row["count"] = len(site.contributors) if site.reads_current else 0
            for instance in site.contributors if site.reads_current else ():
                entry = instance.entry
                start = layout.address(self.ion_record) + found[instance].ion_record * 8
                found[instance].row["ion_record"] = start
                slot = self.contributions[contribution]
                slot["instance"] = found[instance].address
                slot["record"] = start + entry.ion_currents.index(f"i{ion}") * _ion_record_length(entry) * 8
                spread = instance.point is not None and place(instance.segment) in self._reshaped
                slot["value"] = int(slot["record"]) + (_ion_record_length(entry) - 1) * 8 if spread else 0
                contribution += 1

    def _sow_concentrations(self) -> None:
        """Concentrations that are parameters: those that mechanisms write start from their seeds, the others stay."""
        for number, site in enumerate(self.ions):
            for k, (writer, name) in enumerate(zip((site.inside, site.outside), concentrations(site.ion), strict=True)):
                if name not in site.seeded:
                    continue
                row = self.seeded[3 * number + k]
                if writer:
                    row = self.carried[(self.row_of(writer, name) - layout.address(self.carried)) // (self.width * 8)]
                row[: self.directions] = site.seeded[name]

    def describe_numbers(self) -> None:
        """What the cable hands over in every step: parameters to shadows, and what is played to its seeds."""
        numbers = [(*map(self._address, pair), 1.0) for shadow in self.shadows for pair in shadow.copies()]
        for instance, described in self.described.items():
            for number, parameter in enumerate(instance.entry.parameters):
                for direction, played in instance.played.get(parameter.name, {}).items():
                    slot = described.seeds[number]
                    seed = int(slot["values"]) + (direction - int(slot["first"])) * 8
                    numbers.append((self._address(played.stimulus.reference), seed, played.rate))
        self.numbers = np.array([*numbers, (0, 0, 0.0)], layout.NUMBER)
        self.plan["numbers"], self.plan["number_count"] = layout.address(self.numbers), len(numbers)

    def _address(self, reference: Any) -> int:
        return int(self.cable.address(reference))

    def describe_sown(self) -> None:
        """What is seeded and acts on currents; everything else has been described."""
        table = self.table[: len(self.instances)]
        self.sown, self.first_sown = assembly.sown(table, self.nodes, len(self.index), self.seed_table)
        self.plan["sown"], self.plan["first_sown"] = layout.address(self.sown), layout.address(self.first_sown)
        for instance, described in self.described.items():
            if _is_idle(instance.entry, described):
                instance.holder.ng_link = 0.0

    # ------------------------------------------------------------------ what POINTERs read
    def moves(self, kind: str, name: str, segment: Any) -> bool:
        """Whether what a POINTER reads is cm or diam, and a direction moves it."""
        moved = {(one.name, place(one.segment)) for one in self.moved}
        return kind in ("capacitance", "morphology") and (name, place(segment)) in moved

    def row_of_voltage(self, segment: Any) -> int:
        """Where the row of a segment's voltage lies."""
        return layout.address(self.voltage[self.node(segment)])

    def row_of(self, instance: Instance, name: str) -> int:
        """Where the row of a carried variable of an instance lies."""
        return self.described[instance].carried(name, self.width, instance.entry)

    def latch(self, voltages: Sequence[tuple[Any, int]]) -> None:
        """Let the cable keep rows of voltages as the current phase sees them, for the slots that read these.

        Other cells, and other nodes of this one, may have new voltages already when the currents are assembled.
        """
        rows = list(dict.fromkeys(row for _, row in voltages))
        self.latched = layout.rows(max(len(rows), 1), self.width)
        self.copies = np.zeros(max(len(rows), 1), layout.COPY)
        for number, row in enumerate(rows):
            self.copies[number]["from"], self.copies[number]["to"] = row, layout.address(self.latched[number])
        for slot, row in voltages:
            slot["latched"] = layout.address(self.latched[rows.index(row)])
        self.plan["copies"], self.plan["copy_count"] = layout.address(self.copies), len(rows)

    # ------------------------------------------------------------------ results
    def observe(self, segment: Any, ion: str, name: str) -> None:
        """Let a variable of an ion have a row, from the next finitialize on.

        Raises
        ------
        CannotCarry
            where nothing that is carried moves it.
        """
        at = place(segment), ion
        observed = self.observed | ({at} if name == f"i{ion}" else set())
        there = ion_sites(self.instances, place, self.seeds_of, observed)
        found: dict[Any, IonSite] = {(place(site.segment), site.ion): site for site in there}
        if reason := obstacle(self.instances, segment, ion, name):
            raise CannotCarry(f"{name} of {segment} moves, for {reason}: that is not carried")
        if at not in found or not found[at].has_row(name):
            raise CannotCarry(f"{name} of {segment}: no mechanism that is carried moves it there")
        self.observed = observed

    def row_of_ion(self, segment: Any, name: str) -> int:
        """Where the row of a variable of an ion lies."""
        return self.addresses[place(segment), name]

    def vector(self, vector: Any) -> int:
        """Where a hoc Vector is; 0 when this cell is carried no longer."""
        return int(self.cable.vector(vector)) if self.cable is not None else 0

    def sampled(self, every: int) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """When NEURON took those of its samples that are at multiples of so many steps, and the multiples."""
        steps, times = np.array(self.marker.to_python(), np.intp), np.array(self.time.to_python())
        chosen = steps % every == 0
        return times[chosen], steps[chosen] // every

    def now(self, segment: Any) -> NDArray[np.float64]:
        """The row of a segment's node."""
        if self.structure < 0:
            return np.zeros(self.directions)
        self.check_fault()
        if self.has_changed():
            raise CannotCarry(f"the cell of {self.name}: sections, segments or mechanisms changed: finitialize first")
        return np.array(self.voltage[self.node(segment), : self.directions])

    def check_fault(self) -> None:
        """The cable stopped, or is gone; in a worker thread of NEURON it could not even say so."""
        self._check_root()
        if fault := int(self.plan[0]["cell"]["fault"]):
            kinds = {layout.DIVERGED: Diverged, layout.FULL: TooMuchMemory}
            error = kinds.get(int(self.plan[0]["kind"]), CannotCarry)
            raise error(f"the cell of {self.name}: {ctypes.string_at(fault).decode()}")

    def restart(self) -> None:
        """Nothing depends on theta until the next step, whatever the voltages and the states are."""
        for rows in (self.voltage, self.carried, self.ion_rows):
            rows[:] = 0
        self.connections.reset()
        self.v[:] = np.nan
        self.plan["cell"]["fault"] = 0

    def unlink(self) -> None:
        """Let the instances forget the memory."""
        if self.cable is None:
            return
        if self.cable.has_loc():
            self.cable.plan = 0.0
        self.cable = None
        self.marker, self.time = self.marker.c(), self.time.c()  # as they are: they record no more
        gone = (AttributeError, ReferenceError, RuntimeError, TypeError)  # with its section, and the link with it
        for instance in self.instances:
            with suppress(*gone):
                instance.holder.ng_link = 0.0
        self.instances, self.shadows, self.ions, self.described = (), (), [], {}  # the point processes can go


@dataclass(frozen=True, eq=False)
class Described:
    """An instance in the tables: its row there and where that is, its seeds, and its place among the ions' records."""

    row: Any
    address: int
    seeds: Any
    ion_record: int

    def carried(self, name: str, width: int, entry: Entry) -> int:
        """Where the row of a carried variable is."""
        return int(self.row["carried"]) + entry.carried.index(name) * width * 8


def _seeds(
    instance: Instance, shape: Mapping[Any, Mapping[str, NDArray[np.float64]]]
) -> dict[str, NDArray[np.float64]]:
    """The seed rows of an instance, those of the shape of its segment included."""
    here = shape.get(place(instance.segment), {})
    read = [parameter.name for parameter in instance.entry.parameters if parameter.scope == "geometry"]
    return instance.seeds | {name: here[name] for name in read if name in here}


def _key(entry: Entry, segment: Any, point: Any) -> tuple[Any, ...]:
    """Equal for what is the same instance in the same place."""
    return entry.name, place(segment), "" if point is None else point.hname()


def _is_idle(entry: Entry, described: Described) -> bool:
    """Whether nothing of an instance depends on theta: the conductance of a linear current is in NEURON's matrix."""
    seeds = described.seeds[: len(entry.parameters)]
    seeded = bool(((seeds["first"] < seeds["end"]) | (seeds["row"] != 0)).any())
    asked = any(described.row[record] for record in ("ion_record", "observed_record", "total"))
    return entry.linear and not (entry.carried or entry.arguments or asked) and not seeded


def _ion_record_length(entry: Entry) -> int:
    """Of an ion's current; a point process keeps the current itself behind the partial derivatives."""
    return entry.record_length + entry.point_process


def place(segment: Any) -> tuple[Any, float]:
    """Section and centre of a segment, whatever x inside it was given; the ends 0 and 1 are nodes of their own."""
    section, x = segment.sec, float(segment.x)
    if x in (0.0, 1.0):
        return section, x
    return section, (int(x * section.nseg) + 0.5) / section.nseg
