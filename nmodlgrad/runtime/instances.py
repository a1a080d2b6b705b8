"""The instances of a cell's augmented mechanisms, and their tables in memory (``ng_Instance``)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.runtime import assembly, layout
from nmodlgrad.runtime.bands import EMPTY, Bands
from nmodlgrad.runtime.places import kind_of, points_of
from nmodlgrad.runtime.registry import Entry
from nmodlgrad.runtime.stimulus import Played

if TYPE_CHECKING:
    from nmodlgrad.runtime.seeds import Seeded

Numbers = NDArray[np.int64]
_NOTHING: Mapping[str, Mapping[int, Played]] = MappingProxyType({})


@dataclass(frozen=True, eq=False, slots=True)
class Instance:
    """An instance of an augmented mechanism: `holder` has the attribute ng_link.

    `number` is its own in its cell. `weights` are NetCons that are seeded, by which argument, and their seeds: rows of
    bands. `played` are stimuli by parameter and direction, whose seeds follow what is played.
    """

    number: int
    entry: Entry
    segment: Any
    point: Any = None
    weights: Sequence[tuple[Any, str, Bands, int]] = ()
    played: Mapping[str, Mapping[int, Played]] = field(default_factory=lambda: _NOTHING)

    @property
    def holder(self) -> Any:
        """The object whose attributes are the instance's variables."""
        return self.point if self.point is not None else getattr(self.segment, self.entry.name)


def present(sections: Iterable[Any], entries: Mapping[str, Entry]) -> Iterator[tuple[Entry, Any, Any]]:
    """Every augmented mechanism in a cell: its entry, the segment, and the point process if it is one."""
    by_name = {entry.name: entry for entry in entries.values()}
    for segment in (segment for section in sections for segment in section):
        names = {mechanism.name() for mechanism in segment}
        yield from ((by_name[name], segment, None) for name in sorted(names & by_name.keys()))
    for point in points_of(sections):
        entry = by_name.get(kind_of(point))
        if entry is not None:
            yield entry, point.get_segment(), point


class InstanceTable:
    """What the instances of a cell know of the gradient: their rows, records and seeds.

    Attributes
    ----------
    table
        the instances, each mechanism's one after the other and by node, as NEURON visits them: memory is read in the
        order it lies in
    nodes
        of each of these
    terms, slopes
        what the cable adds up, see `assembly`
    row_count
        of the carried variables
    carried
        their rows, once there is room for them: tangents
    seeds
        slots of the parameters; instances of a mechanism share them where they have the same seeds, or none
    """

    def __init__(
        self, instances: Sequence[Instance], seeded: Sequence[Seeded], own: Collection[int], nodes: int, width: int
    ) -> None:
        """`own` are the numbers of instances whose slots may get something else than seeds; there are so many nodes."""
        self._seeded, self._node_count, self._width = seeded, nodes, width
        names = {instance.entry.name: instance.entry for instance in instances}
        self._entries = [names[name] for name in sorted(names)]
        kinds = {entry.name: kind for kind, entry in enumerate(self._entries)}
        self._kind = np.fromiter((kinds[instance.entry.name] for instance in instances), np.int64)
        self._set = self._sets(own)
        self._place = np.arange(len(instances))  # of each instance in the table, by its number
        self.nodes = np.zeros(len(instances), np.int64)
        self.table = np.zeros(len(instances), layout.INSTANCE)
        self.row_count = int(self._of_each(lambda entry: len(entry.carried)).sum())
        self._record = np.zeros(int(self._of_each(record_length).sum()))
        lengths = self._of_each(lambda entry: len(entry.parameters))[np.unique(self._set, return_index=True)[1]]
        self.seeds = np.zeros(int(lengths.sum()), layout.SEED)

    def __len__(self) -> int:
        return len(self.table)

    def _of_each(self, count: Callable[[Entry], int]) -> Numbers:
        """What the mechanism of each instance has, in their own order."""
        return np.array([count(entry) for entry in self._entries], np.int64)[self._kind]

    def _sets(self, own: Collection[int]) -> Numbers:
        """Which set of slots each instance has: those of a mechanism whose seeds are the same have the same one."""
        most = max((len(entry.parameters) for entry in self._entries), default=0)
        alike = np.zeros((len(self._kind), 2 + most), np.uint64)
        alike[:, 0] = self._kind
        alike[[*own], 1] = 1 + np.array([*own], np.uint64)
        for one in self._seeded:
            alike[one.instances, 2 + one.slot] = one.seeds.addresses(one.rows)
        return np.unique(alike, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)

    @property
    def size(self) -> int:
        """Bytes of what does not grow with the directions."""
        return self.table.nbytes + self._record.nbytes + self.seeds.nbytes

    def allocate(self) -> None:
        """Make room for the rows."""
        self.carried = layout.rows(self.row_count, self._width)

    def arrange(self, nodes: Numbers, plan: int, voltage: int, v: int) -> None:
        """Put the instances in order: `nodes` are theirs, by number, the others addresses of what the cell has."""
        order = np.lexsort((nodes, self._kind))
        self._place[order] = np.arange(len(order))
        self.nodes = nodes[order]
        table, stride = self.table, self._width * 8

        def starts(count: Callable[[Entry], int]) -> Numbers:
            return layout.starts(self._of_each(count)[order])

        table["cell"], table["voltage"], table["v"] = plan, voltage + self.nodes * stride, v + self.nodes * 8
        table["carried"] = layout.address(self.carried) + starts(lambda entry: len(entry.carried)) * stride
        table["record"] = layout.address(self._record) + starts(record_length) * 8
        table["current_carried"] = self._of_each(lambda entry: entry.current_carried)[order]
        table["current_parameters"] = self._of_each(lambda entry: entry.current_parameters)[order]
        sets = self._set[order]
        at = np.sort(np.unique(sets, return_index=True)[1])  # where each set comes first
        first_of = np.zeros(len(at), np.int64)
        first_of[sets[at]] = layout.starts(self._of_each(lambda entry: len(entry.parameters))[order][at])
        first = first_of[sets]
        table["seeds"] = layout.address(self.seeds) + first * layout.SEED.itemsize
        self.seeds["bands"] = EMPTY
        for one in self._seeded:
            self.seeds["bands"][first[self._place[one.instances]] + one.slot] = one.seeds.addresses(one.rows)
        linear = self._of_each(lambda entry: entry.linear)[order] != 0
        self.terms = assembly.terms(table, self.nodes, self._node_count, self._width)
        self.slopes = assembly.slopes(table, self.nodes, self._node_count, linear)

    def reset(self) -> None:
        """A run begins: nothing is known of what others compute, and nobody asks for anything."""
        for name in ("row", "latched", "nernst"):
            self.seeds[name] = 0
        for name in ("ion_record", "observed_record", "total", "timing"):
            self.table[name] = 0

    def sown(self) -> tuple[NDArray[Any], Numbers]:
        """The parameters that act on currents and are seeded, see `assembly.sown`; everything has been described."""
        return assembly.sown(self.table, self.nodes, self._node_count, self.seeds)

    # ------------------------------------------------------------------ one of them
    def row(self, instance: Instance) -> Any:
        """Its row of the table."""
        return self.table[self._place[instance.number]]

    def address(self, instance: Instance) -> int:
        """Where that is."""
        return layout.address(self.table) + int(self._place[instance.number]) * layout.INSTANCE.itemsize

    def slots(self, instance: Instance) -> Any:
        """Its seeds, one for each parameter."""
        first = (int(self.row(instance)["seeds"]) - layout.address(self.seeds)) // layout.SEED.itemsize
        return self.seeds[first : first + len(instance.entry.parameters)]

    def row_of(self, instance: Instance, name: str) -> int:
        """Where the row of a carried variable is."""
        return int(self.row(instance)["carried"]) + instance.entry.carried.index(name) * self._width * 8

    def carried_row(self, instance: Instance, name: str) -> NDArray[np.float64]:
        """The row of a carried variable."""
        number = (self.row_of(instance, name) - layout.address(self.carried)) // (self._width * 8)
        return np.asarray(self.carried[number])

    def seeded(self, instance: Instance) -> set[str]:
        """Names of its parameters that directions move."""
        return {one.name for one in self._seeded if one.entry is instance.entry and instance.number in one.instances}

    def renewed(self, instance: Instance) -> Iterable[tuple[Played, int]]:
        """The stimuli that are played into it, and where their seeds are."""
        for one in self._seeded if instance.played else ():
            if one.name in instance.played and instance.number in one.instances:
                for direction, played in instance.played[one.name].items():
                    yield played, one.seeds.address(0, direction)

    # ------------------------------------------------------------------ all of them
    @property
    def moved(self) -> set[str]:
        """The parameters that directions move, as hoc calls those of density mechanisms."""
        return {f"{one.name}_{one.entry.original}" for one in self._seeded}

    def idle(self) -> Numbers:
        """Numbers of the instances of which nothing depends on theta.

        The conductance of a linear current is in NEURON's matrix.
        """
        quiet = self._of_each(lambda entry: entry.linear and not (entry.carried or entry.arguments)) != 0
        slots = np.zeros(len(self), np.int64)
        slots[self._place] = self._of_each(lambda entry: len(entry.parameters))
        quiet &= (self.table["timing"] == 0)[self._place]
        return np.flatnonzero(quiet & assembly.idle(self.table, self.seeds, slots)[self._place])


def record_length(entry: Entry) -> int:
    """Numbers in the record of an instance: pairs, by the carried variables and parameters that act on its current."""
    return 2 * (entry.current_carried + entry.current_parameters + (0 if entry.linear else 2))


def ion_record_length(entry: Entry) -> int:
    """Of an ion's current; a point process keeps the current itself behind the partial derivatives."""
    return entry.record_length + entry.point_process
