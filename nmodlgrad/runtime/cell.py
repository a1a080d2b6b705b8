"""One cell: its nodes in NEURON's order, the plan of what is at them, and the cable that advances it."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from nmodlgrad.runtime import layout
from nmodlgrad.runtime.computed import Charging, Computed
from nmodlgrad.runtime.connections import Connections
from nmodlgrad.runtime.errors import CannotCarry, Diverged, TooMuchMemory
from nmodlgrad.runtime.instances import Instance, InstanceTable
from nmodlgrad.runtime.ion_table import IonTable
from nmodlgrad.runtime.ions import Styles
from nmodlgrad.runtime.members import Members
from nmodlgrad.runtime.membrane import Membranes
from nmodlgrad.runtime.memory import Budget
from nmodlgrad.runtime.natives import CONDUCTING, Natives
from nmodlgrad.runtime.netcons import NetCons
from nmodlgrad.runtime.nodes import Nodes
from nmodlgrad.runtime.past import Past
from nmodlgrad.runtime.places import kind_of
from nmodlgrad.runtime.recording import Recordings, run_length_ms
from nmodlgrad.runtime.resting import Resting
from nmodlgrad.runtime.seeds import Seeds
from nmodlgrad.runtime.shape import Shape
from nmodlgrad.runtime.spikes import Arrival
from nmodlgrad.runtime.swap import Shadow, SwappedPoint
from nmodlgrad.runtime.timings import Timings


class Cell:
    """The plan of one cell (``ng_Plan``), in numpy arrays that NEURON's mechanisms work on."""

    def __init__(
        self,
        root: Any,
        instances: Sequence[Instance],
        labels: layout.Texts,
        budget: Budget,
        seeds: Seeds,
        points: Sequence[SwappedPoint],
        shadows: Sequence[Shadow],
    ) -> None:
        self.root, self.instances, self.points, self.shadows = root, instances, points, shadows
        self.name = str(root)
        self._members, self.shape = Members(root), Shape(seeds.shape(root))
        self.directions = seeds.directions
        self.width = layout.padded(self.directions)
        self.start = np.pad(seeds.start, (0, self.width - self.directions))
        self.structure = -1  # NEURON's count when this was described; it numbers its nodes at finitialize
        self.ions, self.styles = IonTable(instances, seeds, self.width), Styles(instances)
        reading = {i.number for i in self.instances if i.entry.pointers or self.shape.is_read_by(i)}
        own = reading | self.ions.numbers
        self.table = InstanceTable(instances, seeds.seeded(instances), own, self._members.node_count, self.width)
        self._idle: Sequence[int] = ()  # the numbers of instances of which nothing depends on theta
        self.computed, self.connections = Computed(self.width), Connections(self.width)
        self.charging, self.natives, self.membranes = Charging(self.width), Natives(self.width), Membranes(self.width)
        self.timings = Timings(self.width)
        self.recordings, self.budget = Recordings(), budget
        self.resting = Resting()
        self.arrivals: dict[int, dict[int, Arrival]] = {}  # by instance and NetCon
        self.sources, self.past = np.zeros(0, layout.SOURCE), Past(self.width)
        self.plan, self.message = np.zeros(1, layout.PLAN), np.zeros(layout.MESSAGE, np.uint8)
        self.labels = labels
        budget.take_rows(*self._size())
        self._allocate()
        self.cable = h.nmodlgrad_cable(root(0.5))
        self.cable.plan = float(layout.address(self.plan))
        self.marker = h.Vector()
        self.marker.record(self.cable._ref_samples)

    # ------------------------------------------------------------------ memory
    def _size(self) -> tuple[int, str]:
        """Bytes of the rows and of the instances, and what they are."""
        nodes, carried = self._members.node_count, self.table.row_count
        what = f"{self.directions} directions in the cell of {self.root} ({nodes} nodes, {carried} carried variables)"
        return 8 * self.width * (nodes + carried + self.ions.row_count) + self.table.size, what

    def _allocate(self) -> None:
        count = self._members.node_count
        self.nodes, self.voltage = Nodes(self.sections, count), layout.rows(count, self.width)
        self.fluxes = np.zeros(4 * count if self.shape.moved else 0)
        self.ions.allocate()
        self.table.allocate()

    # ------------------------------------------------------------------ the tree
    @property
    def sections(self) -> list[Any]:
        """Those of the cell."""
        return self._members.sections

    def node(self, segment: Any) -> int:
        """Row of a segment's node."""
        return self.nodes.row(segment)

    def is_there(self) -> bool:
        """Whether it is carried and was not deleted."""
        return self.cable is not None and bool(self.cable.has_loc())

    def steps(self) -> int:
        """How many steps there were since finitialize."""
        return int(self.cable.samples)

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
        self._members.check(self.instances)

    def renumber(self) -> None:
        """Find the nodes again in NEURON's new structure."""
        self.nodes.find()
        self._arrange_instances()
        self.resting.find(self.instances, self.cable.address, self.row_of)
        self.structure = int(self.cable.structure())

    def refresh(self, netcons: NetCons) -> None:
        """Describe the cell as it is now, before every finitialize."""
        self.ions.refresh()
        self._describe_instances(netcons)
        self._describe_shape()
        self.voltage[:] = self.start
        self.table.carried[:] = 0  # what INITIAL reads of a mechanism that comes later depends on nothing
        self.ions.sow(self.table)
        self._describe_plan()
        self.recordings.begin(self, self.plan[0], run_length_ms())

    def _describe_plan(self) -> None:
        plan = self.plan[0]
        plan["cell"]["width"] = self.width
        plan["nodes"], plan["directions"] = len(self.nodes), self.directions
        plan["budget"], plan["marker"] = self.budget.address, self.vector(self.marker)
        plan["ion_count"], plan["observed_count"] = len(self.ions.sites), len(self.computed.variables)
        plan["charging_count"], plan["native_count"] = len(self.charging.segments), len(self.natives.table)
        plan["membrane_count"], plan["electrode_count"] = len(self.membranes.table), len(self.membranes.electrodes)
        plan["starts"] = self.start.any()
        plan["copies"] = plan["copy_count"] = 0
        plan["rises"] = layout.address(self.timings.rises) if len(self.timings.rises) else 0
        plan["fluxes"] = layout.address(self.fluxes) if len(self.shape.shaped) else 0
        plan["injected_count"], plan["source_count"] = len(self.shape.injected), len(self.sources)
        plan["past_count"], plan["later_count"] = len(self.past.table), len(self.timings.later)
        plan["state_count"] = len(self.resting.addresses)
        self.describe_numbers()
        self._describe_silent()
        for name, array in (
            ("index", self.nodes.index),
            ("parent", self.nodes.parent),
            ("capacitor", self.nodes.capacitor),
            ("cm", self.nodes.cm),
            ("v", self.nodes.v),
            ("voltage", self.voltage),
            ("terms", self.table.terms[0]),
            ("first_term", self.table.terms[1]),
            ("slopes", self.table.slopes[0]),
            ("first_slope", self.table.slopes[1]),
            ("shaped", self.shape.shaped),
            ("first_shaped", self.shape.first_shaped),
            ("injected", self.shape.injected),
            ("ions", self.ions.table),
            ("observed", self.computed.table),
            ("sources", self.sources),
            ("pasts", self.past.table),
            ("later", self.timings.later),
            ("states", self.resting.addresses),
            ("left", self.resting.left),
            ("left_rows", self.resting.rows),
            ("charging", self.charging.table),
            ("natives", self.natives.table),
            ("electrodes", self.membranes.electrodes),
            ("membranes", self.membranes.table),
            ("membrane_of", self.membranes.of_node),
            ("message", self.message),
            ("labels", self.labels.addresses),
            ("names", self.nodes.names),
        ):
            plan[name] = layout.address(array)

    def _describe_shape(self) -> None:
        """What directions do through cm, Ra, diam and L."""
        self.plan["rigid"] = self.shape.is_rigid
        if self.plan[0]["rigid"]:
            self.plan["diameters"] = int(self.cable.diameters())
        self.shape.describe(self.sections, self.node, len(self.nodes))
        self.shape.describe_injected(self.instances, self._whole, self.natives, self.node, self.cable.address)

    def _whole(self, instance: Instance) -> int:
        """Where the current and the conductance of a point process are kept: one that is linear has to be asked."""
        row, entry = self.table.row(instance), instance.entry
        if entry.linear:
            row["total"] = layout.address(self._wholes.setdefault(instance.number, np.zeros(2)))
            return int(row["total"])
        return int(row["record"]) + (entry.current_carried + entry.current_parameters + 1) * layout.PAIR

    def _check_root(self) -> None:
        if self.cable is not None and not self.cable.has_loc():
            raise CannotCarry(f"the section {self.name}, the root of its cell, was deleted while a gradient is carried")

    def _arrange_instances(self) -> None:
        nodes = np.fromiter((self.node(instance.segment) for instance in self.instances), np.int64)
        self.table.arrange(nodes, layout.address(self.plan), layout.address(self.voltage), layout.address(self.nodes.v))
        self._idle = range(len(self.instances))

    def _describe_instances(self, netcons: NetCons) -> None:
        for number in self._idle:
            self.instances[number].holder.ng_link = float(self.table.address(self.instances[number]))
        self.table.reset()
        self.shape.sow(self.instances, self.table)
        self.connections.describe(self.instances, self.table, self.cable.address, self.arrivals, netcons)
        reached = [self.instances[number] for number in self.arrivals]
        self.timings.describe(reached, self.table, self.node, self.nodes.cm, self.past)
        self.ions.describe(self.table, self.node, self.shape.resized, self._address(h._ref_celsius))
        self.computed.describe(self.table, self.node)
        self.charging.describe(self.node)
        self._wholes: dict[int, NDArray[np.float64]] = {}
        conducting = [point for point in self.shape.points() if kind_of(point) in CONDUCTING]
        self.natives.describe([*conducting, *self.membranes.clamps()], self.node, self.cable.address)
        self.membranes.describe(self.instances, self.table, self.node, len(self.nodes), self._whole)

    def describe_numbers(self) -> None:
        """What the cable hands over in every step: parameters to those that stand in, what is played to seeds.

        Those of point processes come first: their states, and the current of a SEClamp, follow them in the state phase
        too.
        """
        pairs = [pair for one in (*self.points, *self.shadows) for pair in one.copies()]
        self.plan["parameter_count"] = len(pairs)
        numbers = [(*map(self._address, pair), 1.0) for pair in pairs]
        for instance in self.instances if self.structure >= 0 else ():
            for played, seed in self.table.renewed(instance):
                numbers.append((self._address(played.stimulus.reference), seed, played.rate))
        self.numbers = np.array([*numbers, (0, 0, 0.0)], layout.NUMBER)
        self.plan["numbers"], self.plan["number_count"] = layout.address(self.numbers), len(numbers)

    def _describe_silent(self) -> None:
        """The states of point processes in whose place others work."""
        addresses = [self._address(state) for point in self.points for state in point.states()]
        self.silent = np.array([*addresses, 0], np.uint64)
        self.plan["silent"], self.plan["silent_count"] = layout.address(self.silent), len(addresses)

    def _address(self, reference: Any) -> int:
        return int(self.cable.address(reference))

    def describe_sown(self) -> None:
        """What is seeded and acts on currents; everything else has been described."""
        self.sown, self.first_sown = self.table.sown()
        self.plan["sown"], self.plan["first_sown"] = layout.address(self.sown), layout.address(self.first_sown)
        self._idle = self.table.idle().tolist()
        for number in self._idle:
            self.instances[number].holder.ng_link = 0.0

    # ------------------------------------------------------------------ what POINTERs read
    def row_of_voltage(self, segment: Any) -> int:
        """Where the row of a segment's voltage lies."""
        return layout.address(self.voltage[self.node(segment)])

    def row_of(self, instance: Instance, name: str) -> int:
        """Where the row of a carried variable of an instance lies."""
        return self.table.row_of(instance, name)

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

    def memory(self) -> list[NDArray[np.float64]]:
        """All rows that stay from one step to the next."""
        return [
            self.voltage,
            self.table.carried,
            self.ions.rows,
            self.past.rows,
            *self.connections.memory(),
            *self.timings.memory(),
        ]

    # ------------------------------------------------------------------ results
    def vector(self, vector: Any) -> int:
        """Where a hoc Vector is; 0 when this cell is carried no longer."""
        return int(self.cable.vector(vector)) if self.cable is not None else 0

    def sampled(self, every: int) -> NDArray[np.intp]:
        """Those of NEURON's samples that are at multiples of so many steps, as numbers of these multiples."""
        steps = self.marker.to_python()  # of the first sample, and of the last ones: the cable leaves no others
        return np.arange(-(-int(steps[0]) // every), int(steps[-1]) // every + 1) if steps else np.zeros(0, np.intp)

    def now(self, segment: Any) -> NDArray[np.float64]:
        """The row of a segment's node."""
        if self.structure < 0:
            raise CannotCarry(f"the cell of {self.name}: nothing is carried before the first finitialize")
        if self.has_changed():
            raise CannotCarry(f"the cell of {self.name}: sections, segments or mechanisms changed: finitialize first")
        node = self.node(segment)
        return np.asarray((self.voltage[node] + self.timings.rest(node))[: self.directions])

    def check_fault(self) -> None:
        """The cable stopped, or is gone; in a worker thread of NEURON it could not even say so."""
        self._check_root()
        if fault := int(self.plan[0]["cell"]["fault"]):
            kinds = {layout.DIVERGED: Diverged, layout.FULL: TooMuchMemory}
            error = kinds.get(int(self.plan[0]["kind"]), CannotCarry)
            raise error(f"the cell of {self.name}: {ctypes.string_at(fault).decode()}")

    def restart(self) -> None:
        """Nothing depends on theta until the next step, whatever the voltages and the states are."""
        self.voltage[:] = self.table.carried[:] = 0
        self.ions.forget()
        self.connections.restart()
        self.timings.forget()
        self._watch_from_here()
        self.nodes.v[:] = np.nan
        self.resting.forget()
        self.plan["cell"]["fault"] = 0

    def _watch_from_here(self) -> None:
        """The next spike is one that crosses the threshold after now, whatever there was before."""
        self.past.restart()
        for source in self.sources:
            threshold = ctypes.c_double.from_address(int(source["threshold"]))
            source["above"] = self.past.latest(int(source["past"])) > threshold.value

    def unlink(self) -> None:
        """Let the instances forget the memory."""
        if self.cable is None:
            return
        if self.cable.has_loc():
            self.cable.plan = 0.0
        self.cable = None
        self.marker = self.marker.c()  # as it is: it records no more
        self.recordings.end()
        gone = (AttributeError, ReferenceError, RuntimeError, TypeError)  # with its section, and the link with it
        for instance in self.instances:
            with suppress(*gone):
                instance.holder.ng_link = 0.0
        self.instances, self.points, self.shadows = (), (), ()  # the point processes can go
        del self.ions, self.table, self.computed, self.charging, self.connections, self.natives, self.membranes
