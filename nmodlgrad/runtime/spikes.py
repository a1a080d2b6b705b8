"""Spikes that carry derivatives: when a voltage crosses a threshold, and which NetCons bring that to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from nmodlgrad.runtime import layout, registry
from nmodlgrad.runtime.bands import EMPTY
from nmodlgrad.runtime.errors import CannotCarry
from nmodlgrad.runtime.places import kind_of, points_of, root_of
from nmodlgrad.runtime.ranks import Ranks, is_from_elsewhere
from nmodlgrad.runtime.timings import LATER_MS

if TYPE_CHECKING:
    from nmodlgrad.runtime.cell import Cell
    from nmodlgrad.runtime.instances import Instance
    from nmodlgrad.runtime.sensitivity import Sensitivity
    from nmodlgrad.runtime.values import Moved

_ROOM = 16  # spikes that a train has room for at first


class Train:
    """The latest spikes of a source, and the derivatives of their times (``ng_Train``).

    Attributes
    ----------
    kept_ms
        for how long a spike is kept
    elsewhere
        whether its source is in another process
    """

    def __init__(self, width: int, elsewhere: bool = False) -> None:
        self._width = width
        self.kept_ms, self.elsewhere = 0.0, elsewhere
        self.times, self.crossings, self.rows = h.Vector(_ROOM), h.Vector(_ROOM), h.Vector(_ROOM * width)
        self.data = np.zeros(1, layout.TRAIN)

    def begin(self) -> None:
        """There were no spikes yet."""
        self.data["first"] = self.data["end"] = 0
        self.data["times"] = layout.address(self.times.as_numpy())
        self.data["rows"] = layout.address(self.rows.as_numpy())
        self.data["tolerance"] = h.dt / 2 + LATER_MS  # an event acts at the step next to it
        self.data["elsewhere"] = self.elsewhere

    @property
    def end(self) -> int:
        """One past the number of the last spike."""
        return int(self.data["end"][0])

    def forget(self) -> None:
        """The spikes that are under way depend on nothing, and those that would be later than now have not been."""
        self.rows.fill(0)
        _, times, _ = self.since(int(self.data["first"][0]))
        self.data["end"] -= int((times > h.t + LATER_MS).sum())

    def since(self, number: int) -> tuple[int, NDArray[np.float64], NDArray[np.float64]]:
        """One past the number of the last spike; times and rows of those from `number` on, as far as they are kept."""
        first, end = int(self.data["first"][0]), self.end
        chosen = slice(max(number - first, 0), end - first)
        rows = self.rows.as_numpy().reshape(-1, self._width)[chosen]
        return end, np.array(self.times.as_numpy()[chosen]), np.array(rows)

    def append(self, times: NDArray[np.float64], rows: NDArray[np.float64]) -> None:
        """Spikes that were sent elsewhere, ascending; those that have arrived everywhere go."""
        _, old_times, old_rows = self.since(int(self.data["first"][0]))
        kept = old_times + self.kept_ms >= h.t
        times, rows = np.concatenate([old_times[kept], times]), np.concatenate([old_rows[kept], rows])
        self.data["first"] += len(kept) - kept.sum()
        self.data["end"] = self.data["first"] + len(times)
        self.times, self.rows = h.Vector(times), h.Vector(rows.ravel())
        self.data["times"] = layout.address(self.times.as_numpy())
        self.data["rows"] = layout.address(self.rows.as_numpy())

    def read(self, directions: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """When they were sent and when the threshold was crossed, shape (spikes,), and derivatives of the latter."""
        count = self.end - int(self.data["first"][0])
        rows = self.rows.as_numpy()[: count * self._width].reshape(count, self._width)
        sent, crossed = (np.array(times.as_numpy()[:count]) for times in (self.times, self.crossings))
        return sent, crossed, np.array(rows[:, :directions])


class SpikeRecorder:
    """When a source fired since finitialize, and the derivatives of these times."""

    def __init__(self, sensitivity: Sensitivity, cell: Cell, train: Train) -> None:
        self._sensitivity, self._cell, self._train = sensitivity, cell, train

    @property
    def times(self) -> NDArray[np.float64]:
        """Times in ms: shape (spikes,). As a NetCon records them: those of the steps in which they were found."""
        return self._read()[0]

    @property
    def crossings(self) -> NDArray[np.float64]:
        """When the voltage crossed the threshold, on a cubic through the ends of steps, in ms: shape (spikes,)."""
        return self._read()[1]

    def to_numpy(self) -> NDArray[np.float64]:
        """d crossing/d theta, in ms per unit of theta: shape (spikes, directions)."""
        return self._read()[2]

    def _read(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        self._sensitivity.check_results(self._cell)
        return self._train.read(self._cell.directions)


@dataclass(frozen=True)
class Arrival:
    """What an event by a NetCon depends on: the addresses of the train, the delay, and the seeds of the delay."""

    train: int
    delay: int
    delays: int


class Spikes:
    """The trains of the cells that are carried, found anew at every finitialize."""

    def __init__(self, cells: Sequence[Cell], moved: Moved) -> None:
        self._cells, self._moved = cells, moved
        self._trains: dict[tuple[Any, ...], Train] = {}
        self._known: dict[tuple[Any, ...], Train] = {}  # those of the last run
        self._recorded: list[tuple[Any, Train]] = []  # NetCons, and what has their spikes
        self._ranks = Ranks()
        self._relayed: frozenset[int] = frozenset()  # gids of point processes that get spikes which have derivatives

    def find(self, netcons: Sequence[Any]) -> None:
        """Look at every NetCon; tell the cells about sources and arrivals, before these are described.

        Raises
        ------
        CannotCarry
            when the time of an event depends on parameters, and what it does can not be differentiated by that.
        """
        self._instances = {
            i.point.hname(): (cell, i) for cell in self._cells for i in cell.instances if i.point is not None
        }
        self._waiting = self._waiters()
        exported = self._ranks.agree(netcons, lambda netcon: self._key(netcon) is not None)
        relays = self._relays(netcons)
        self._relayed = self._ranks.gathered(
            int(one.srcgid()) for one in netcons if one.pre() is not None and one.pre().hname() in relays
        ) - {-1}
        sources: dict[Any, dict[tuple[Any, ...], tuple[Train, Any, Any]]] = {cell.root: {} for cell in self._cells}
        for cell in self._cells:
            cell.arrivals = {}
            for instance in cell.instances:
                self._wait(cell, instance)
                self._pass(cell, instance)
        self._known, self._trains = self._trains, {}
        for netcon in netcons:
            self._connect(netcon, sources, relays)
        for netcon, train in self._recorded:
            self._keep(netcon, train, sources)
        for gid, netcon in exported.items():
            key = self._key(netcon)
            assert key is not None
            self._ranks.export(gid, self._add(key, netcon, sources, 2 * self._ranks.interval_ms))
        for cell in self._cells:
            cell.sources = self._described(cell, list(sources[cell.root].values()))
        for train in self._trains.values():
            train.begin()

    def forget(self) -> None:
        """What is under way depends on nothing."""
        for train in self._trains.values():
            train.forget()
        self._ranks.forget()

    def leak(self, leak: NDArray[np.float64]) -> NDArray[np.float64]:
        """Let what is under way leak; returns what controllers of all processes say, in 1/ms along each direction.

        Every process calls this at the same time.
        """
        largest = self._ranks.largest(leak)
        for train in self._trains.values():
            train.data["leak"] = layout.address(largest) if largest.any() else 0
        return largest

    def psolve(self, until_ms: float) -> None:
        """Run, and bring the derivatives of spikes to other processes before these arrive."""
        self._ranks.psolve(until_ms)

    def record(self, netcon: Any) -> tuple[Cell, Train]:
        """Keep all spikes of the source of a NetCon from the next finitialize on; whose they are, and the train."""
        root, train = root_of(self._source(netcon)[0]), Train(self._cells[0].width)
        self._recorded.append((netcon, train))
        return next(cell for cell in self._cells if cell.root == root), train

    def _wait(self, cell: Cell, instance: Instance) -> None:
        """An instance that waits for a voltage sends itself events."""
        if instance.entry.watches:
            self._require(
                f"{instance.point} waits for its voltage (WATCH): an event whose time depends",
                instance,
                instance.entry.unmoved,
            )
            cell.arrivals[instance.number] = {}

    def _pass(self, cell: Cell, instance: Instance) -> None:
        """One with an at_time or a net_send whose time a direction moves."""
        entry = instance.entry
        if not (entry.passed_by or entry.sent_by):
            return
        kinds = (("at_time", entry.passed_by, entry.unpassed), ("net_send", entry.sent_by, entry.unmoved))
        for what, names, reason in kinds:
            constant = {*entry.range_parameters, *entry.globals}
            if names and {*names} - constant | {*names} & cell.table.seeded(instance):
                self._require(f"a time of {what} in {instance.point or entry.original} depends", instance, reason)
                cell.arrivals[instance.number] = {}

    # ------------------------------------------------------------------ one NetCon
    def _connect(self, netcon: Any, sources: Mapping[Any, Any], relays: set[str]) -> None:
        target = netcon.syn()
        if is_from_elsewhere(netcon) and netcon.srcgid() in self._relayed:
            raise CannotCarry(
                f"{netcon} brings events of a cell of another process (gid {netcon.srcgid()}) which gets spikes of a "
                "cell that is carried: when it sends depends on parameters in a way that is not carried"
            )
        found = self._instances.get(target.hname()) if target is not None else None
        if found is None:
            return
        cell, instance = found
        delays = self._delays(netcon)
        key = self._key(netcon)
        if key is None:
            self._refuse_source(netcon, relays)
            if not delays:
                return
        self._require(f"{netcon} brings events whose times depend", instance, instance.entry.unmoved)
        train = 0
        if key is not None:
            train = layout.address(self._add(key, netcon, sources, netcon.delay + 2 * h.dt).data)
        weight = int(cell.cable.address(netcon._ref_weight[0]))
        delay = int(cell.cable.address(netcon._ref_delay))
        cell.arrivals.setdefault(instance.number, {})[weight] = Arrival(train, delay, delays or EMPTY)

    def _key(self, netcon: Any) -> tuple[Any, ...] | None:
        """What tells trains apart, if the source is a voltage of a cell that is carried."""
        segment = netcon.preseg()
        if segment is None and netcon.srcgid() in self._ranks.brought:
            return "gid", netcon.srcgid()
        if segment is None or root_of(segment.sec) not in {cell.root for cell in self._cells}:
            return None
        return segment.sec, segment.x, self._address(netcon._ref_threshold)

    def _add(self, key: tuple[Any, ...], netcon: Any, sources: Mapping[Any, Any], kept_ms: float) -> Train:
        if key not in self._trains:
            self._trains[key] = self._known.get(key) or Train(self._cells[0].width, netcon.preseg() is None)
            self._trains[key].kept_ms = 0.0
        train = self._trains[key]
        train.kept_ms = max(train.kept_ms, kept_ms)
        if train.elsewhere:
            self._ranks.bring(netcon.srcgid(), train)
        else:
            root = root_of(netcon.preseg().sec)
            sources[root].setdefault(key, (train, netcon.preseg(), netcon))
        return train

    def _keep(self, netcon: Any, train: Train, sources: Mapping[Any, Any]) -> None:
        """A train that is recorded has spikes of its own, which stay."""
        key = (*self._source(netcon), id(train))
        self._known[key] = train
        self._add(key, netcon, sources, np.inf)

    def _source(self, netcon: Any) -> tuple[Any, ...]:
        key = self._key(netcon) if netcon.preseg() is not None else None
        if key is None:
            raise CannotCarry(f"{netcon} has no source that is the voltage of a cell which this Sensitivity carries")
        return key

    def _described(self, cell: Cell, found: Sequence[tuple[Train, Any, Any]]) -> NDArray[Any]:
        """The table ``ng_Source`` of a cell."""
        table = np.zeros(len(found), layout.SOURCE)
        waiting = [cell.instances[number] for number in cell.arrivals]
        segments = [segment for _, segment, _ in found] + [one.segment for one in waiting if one.entry.watches]
        cell.past.describe({cell.node(segment): segment for segment in segments})
        for number, (train, segment, netcon) in enumerate(found):
            one = table[number]
            one["train"], one["room"] = layout.address(train.data), len(train.times)
            one["times"], one["rows"] = cell.vector(train.times), cell.vector(train.rows)
            one["crossings"] = cell.vector(train.crossings)
            one["kept"], one["past"] = train.kept_ms, cell.past.address(cell.node(segment))
            one["threshold"] = int(cell.cable.address(netcon._ref_threshold))
            one["thresholds"] = self._seeds("threshold", [netcon, *self._alike(netcon)]) or EMPTY
        return table

    def _alike(self, netcon: Any) -> Iterator[Any]:
        """The NetCons whose threshold is a parameter and is that of this one: those of one source share it."""
        address = self._address(netcon._ref_threshold)
        for values in self._moved.of_kind("threshold"):
            yield from (other for other in values.places if self._address(other._ref_threshold) == address)

    def _delays(self, netcon: Any) -> int:
        return self._seeds("delay", [netcon])

    def _seeds(self, kind: str, netcons: Iterable[Any]) -> int:
        """Where the seeds of a parameter of a NetCon are; 0 if there are none."""
        for values in self._moved.of_kind(kind):
            for row in values.rows(netcons):
                if row >= 0:
                    return values.seeds.address(int(row))
        return 0

    def _address(self, reference: Any) -> int:
        return int(self._cells[0].cable.address(reference))

    # ------------------------------------------------------------------ what can not be carried
    def _waiters(self) -> set[str]:
        """Point processes in the cells that may send events for what they find there."""
        watching = {name for name, (_, instance) in self._instances.items() if instance.entry.watches}
        observing = {name for name, passed in registry.passed().items() if passed.observes and passed.point_process}
        points = points_of([section for cell in self._cells for section in cell.sections]) if observing else ()
        return watching | {point.hname() for point in points if kind_of(point) in observing}

    def _relays(self, netcons: Sequence[Any]) -> set[str]:
        """Point processes that get spikes whose times depend on theta, and may send others for it."""
        found = set(self._waiting)
        while True:
            more = {
                netcon.syn().hname()
                for netcon in netcons
                if netcon.syn() is not None
                and (self._key(netcon) is not None or (netcon.pre() is not None and netcon.pre().hname() in found))
            } - found
            if not more:
                return found
            found |= more

    def _refuse_source(self, netcon: Any, relays: set[str]) -> None:
        sender = netcon.pre()
        if sender is not None:
            if sender.hname() in relays:
                cause = "waits for the voltage" if sender.hname() in self._waiting else "gets spikes"
                raise CannotCarry(
                    f"{netcon} brings events of {sender}, which {cause} of a cell that is carried: when it sends "
                    "depends on parameters in a way that is not carried"
                )
            return
        if netcon.preseg() is None and netcon.srcgid() < 0 and netcon.valid():
            raise CannotCarry(f"{netcon} watches something that is no voltage: when it sends is not carried")

    def _require(self, what: str, instance: Instance, reason: str) -> None:
        """Events whose times depend on parameters can act on an instance; `what` has them, up to the words on that.

        `reason` tells why its derivatives by these times are not carried, if so.
        """
        point = instance.point or f"{instance.entry.original} in {instance.segment}"
        if reason:
            raise CannotCarry(f"{what} on parameters; {point} can not be differentiated by that: {reason}")
        if instance.segment.x in (0, 1):
            raise CannotCarry(
                f"{what} on parameters; {point} is at the end of a section, which has no capacitance: put it between"
            )
        if h.ParallelContext().nthread() > 1:
            raise CannotCarry(f"{what} on parameters: use one thread")


def reached(roots: Sequence[Any], netcons: Sequence[Any]) -> list[Any]:
    """The cells that spikes of these and of other processes reach, directly or not, themselves included."""
    found = dict.fromkeys(roots)
    arriving = [netcon for netcon in netcons if is_from_elsewhere(netcon) and netcon.syn().has_loc()]
    found |= {root_of(netcon.syn().get_segment().sec): None for netcon in arriving}
    while True:
        more: dict[Any, None] = {}
        for netcon in netcons:
            source, target = netcon.preseg(), netcon.syn()
            place = target.get_segment() if source is not None and target is not None and target.has_loc() else None
            if place is not None and root_of(source.sec) in found and root_of(place.sec) not in found:
                more[root_of(place.sec)] = None
        if not more:
            return list(found)
        found |= more
