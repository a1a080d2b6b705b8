"""POINTERs: what they point at may carry a derivative, in the same cell, in another one, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from neuron import h

from nmodlgrad.runtime import registry, relays
from nmodlgrad.runtime.cell import Cell
from nmodlgrad.runtime.directory import (
    Address,
    Directory,
    Holder,
    Pointee,
    Pointer,
    address_of,
    holders,
    pointers,
    settle,
)
from nmodlgrad.runtime.errors import CannotCarry
from nmodlgrad.runtime.instances import Instance
from nmodlgrad.runtime.ion_style import IonStyle
from nmodlgrad.runtime.places import is_deleted, key_of, place, root_of
from nmodlgrad.runtime.registry import Entry, Passed


@dataclass(frozen=True)
class Followed:
    """A POINTER at a variable of a built-in density mechanism: it points at the one in its place while there is one."""

    holder: Any
    name: str
    pointee: Pointee
    entry: Entry

    def follow(self) -> None:
        """The augmented mechanism is there."""
        self._aim(self.entry.name)

    def back(self) -> None:
        """The original is there again, if its section and what points at it are."""
        with suppress(AttributeError, ReferenceError, RuntimeError):
            self._aim(self.entry.original)

    def _aim(self, mechanism: str) -> None:
        base, _, index = self.pointee.name.partition("[")
        found = getattr(getattr(self.pointee.segment, mechanism), f"_ref_{base}")
        setattr(self.holder, f"_ref_{self.name}", found[int(index[:-1])] if index else found)


def connected(roots: Sequence[Any], entries: Iterable[Entry]) -> tuple[list[Any], list[Followed]]:
    """The cells that POINTERs connect to these, directly or not, themselves included, and POINTERs that have to follow.

    A cell that is only pointed at belongs to them: it may point back in a way that nobody has translated, which is
    found when its mechanisms are checked. A POINTER has to follow what it points at if that is a built-in density
    mechanism, which is to be replaced.

    Raises
    ------
    CannotCarry
        when a pointer's aim is a built-in point process that is to be replaced.
    """
    entries = list(entries)
    known: list[Entry | Passed] = [*entries, *registry.passed().values()]
    held = [holder for entry in known if entry.pointers for holder in holders(entry)]
    if not held:
        return list(roots), []
    probe = h.nmodlgrad_cable(roots[0](0.5))
    settle(roots[0])
    rest = [pointer for pointer in pointers(held, probe.address) if pointer.segment is not None]
    found, aimed = _reached(roots, rest, Directory(entries, probe.address))
    swapped = {entry.original: entry for entry in entries if entry.swapped}
    following = []
    for pointer, pointee in aimed:
        if pointee.kind not in swapped or root_of(pointee.segment.sec) not in found:
            continue
        if pointee.point is not None:
            raise CannotCarry(
                f"{pointer} points at {pointee}, a built-in point process that the Sensitivity replaces: "
                "let it point at something else"
            )
        holder = pointer.point if pointer.point is not None else getattr(pointer.segment, pointer.entry.name)
        following.append(Followed(holder, pointer.name, pointee, swapped[pointee.kind]))
    return found, following


def _reached(
    roots: Sequence[Any], rest: Sequence[Pointer], directory: Directory
) -> tuple[list[Any], list[tuple[Pointer, Pointee]]]:
    """The cells that POINTERs connect to these, and the POINTERs that lie or aim there, with what they aim at."""
    found: dict[Any, None] = {}
    aimed = []
    more = list(roots)
    while more:
        found |= dict.fromkeys(more)
        for root in more:
            directory.explore(root.wholetree())
        further, later = set(), []
        for pointer in rest:
            own = root_of(pointer.segment.sec)
            if own in found:
                pointee = directory.find(pointer.address, pointer.segment)
                if pointee is None or pointee.segment is None:
                    continue
            else:
                pointee = directory.known(pointer.address)
            other = root_of(pointee.segment.sec) if pointee is not None and pointee.segment is not None else None
            if pointee is None or (own not in found and other not in found):
                later.append(pointer)
                continue
            aimed.append((pointer, pointee))
            if not pointee.given and isinstance(pointer.entry, Entry):
                further |= {own, other}
        more, rest = sorted(further - found.keys(), key=str), later
    return list(found), aimed


@dataclass(frozen=True)
class Source:
    """Whose row a POINTER reads: that of a carried variable of an instance, or of the voltage of a segment."""

    cell: Cell
    segment: Any
    instance: Instance | None = None
    name: str = ""

    def row(self) -> int:
        """Where the row lies; the cell has been described."""
        if self.instance is None:
            return self.cell.row_of_voltage(self.segment)
        return self.cell.row_of(self.instance, self.name)


class Pointers:
    """The rows behind every POINTER of the cells that are carried, found anew at every finitialize."""

    def __init__(
        self, cells: Sequence[Cell], entries: Iterable[Entry], seeded: Collection[tuple[str, str]] = ()
    ) -> None:
        """`seeded` are the parameters of point processes whose derivatives a shadow takes: of what, and which."""
        self._cells, self._entries, self._seeded = cells, list(entries), seeded
        self._found: dict[Any, Any] = {}  # what each POINTER pointed at when a run began, as references

    def check(self) -> None:
        """Everything that is pointed at can be carried.

        Raises
        ------
        CannotCarry
            when it moves and its derivative is not known, or is that of a cell that is not carried.
        """
        directory = self._look_up()
        for pointer, instance in self._pointers():
            self._source(pointer, instance, directory)
        self._check_passed(directory)

    def connect(self) -> None:
        """Put the rows where the pointing instances look for them; the cells have been described."""
        voltages: dict[Any, list[tuple[Any, int]]] = {cell.root: [] for cell in self._cells}  # slots, rows of voltages
        self._found = {}
        directory = self._look_up()
        for pointer, instance in self._pointers():
            self._found[_name(pointer)] = pointer.reference
            source = self._source(pointer, instance, directory)
            names = [parameter.name for parameter in instance.entry.parameters]
            if source is None or pointer.name not in names:
                continue
            cell = self._roots[root_of(instance.segment.sec)]
            slot = cell.table.slots(instance)[names.index(pointer.name)]
            slot["row"] = slot["latched"] = source.row()
            if source.instance is None:
                voltages[cell.root].append((slot, source.row()))
        for cell in self._cells:
            cell.latch(voltages[cell.root])
        self._check_passed(directory)

    def redirected(self, address: Address) -> Iterator[str]:
        """The POINTERs that point at something else than when they were connected."""
        passed = (holder for one in registry.passed().values() if one.writes for holder in holders(one))
        for pointer in pointers(chain(self._holders(), passed), address):
            before = self._found.get(_name(pointer))
            if before is not None and address_of(before, address) != pointer.address:
                yield str(pointer)

    @cached_property
    def _roots(self) -> dict[Any, Cell]:
        return {cell.root: cell for cell in self._cells}

    @cached_property
    def _instances(self) -> dict[Any, Instance]:
        return {
            key_of(instance.entry.name, instance.segment, instance.point): instance
            for cell in self._cells
            for instance in cell.instances
        }

    def _holders(self) -> Iterator[Holder]:
        """What has POINTERs in the cells, as far as it is there."""
        for cell in self._cells:
            for instance in cell.instances:
                if instance.entry.pointers and not is_deleted(instance.point or instance.segment):
                    yield instance.entry, instance.segment, instance.point

    def _pointers(self) -> Iterator[tuple[Pointer, Instance]]:
        """Every POINTER of the cells that is set, and its instance."""
        for pointer in pointers(self._holders(), self._cells[0].cable.address):
            yield pointer, self._instances[key_of(pointer.entry.name, pointer.segment, pointer.point)]

    def _check_passed(self, directory: Directory) -> None:
        """What mechanisms that were passed through read and write."""
        others = registry.passed()
        reaching = (holder for passed in others.values() if passed.writes for holder in holders(passed))
        for pointer in pointers(reaching, self._cells[0].cable.address):
            self._found[_name(pointer)] = pointer.reference
            self._refuse_seeded(pointer, directory.find(pointer.address, pointer.segment))
            relays.check(pointer, others[pointer.entry.name], directory, self._cells, others)

    def _look_up(self) -> Directory:
        """What lies where, as NEURON's structure is now."""
        settle(self._cells[0].root)
        return Directory(self._entries, self._cells[0].cable.address)

    # ------------------------------------------------------------------ what lies there
    def _source(self, pointer: Pointer, instance: Instance, directory: Directory) -> Source | None:
        """The row of what is pointed at; None if that does not move with theta."""
        pointee = directory.find(pointer.address, pointer.segment)
        self._refuse_seeded(pointer, pointee)
        if pointee is None or (pointee.given and not self._covers(pointee)):
            return None
        match pointee.kind:
            case "weight" | "global":
                self._refuse_moving(pointer, pointee)
                return None
            case "v":
                source: Source | None = Source(self._cell(pointer, pointee), pointee.segment)
            case kind if kind.endswith("_ion"):
                source = _concentration(self._cell(pointer, pointee), pointer, pointee)
            case _:
                source = self._variable(pointer, instance, pointee)
        if source is not None and pointer.name in instance.entry.excluded:
            raise CannotCarry(f"{pointer} points at {pointee}; {instance.entry.excluded[pointer.name]}")
        return source

    def _refuse_seeded(self, pointer: Pointer, pointee: Pointee | None) -> None:
        if pointee is not None and pointee.point is not None and (pointee.point.hname(), pointee.name) in self._seeded:
            raise _refusal(pointer, pointee, "one of the parameters")

    def _refuse_moving(self, pointer: Pointer, pointee: Pointee) -> None:
        """A weight or a GLOBAL that carries a derivative."""
        if pointee.kind == "global":
            if any(pointee.name in cell.table.moved for cell in self._cells):
                raise _refusal(pointer, pointee, "one of the parameters")
            return
        for instance in (i for cell in self._cells for i in cell.instances):
            if any(netcon == pointee.owner for netcon, *_ in instance.weights) or (
                instance.entry.arguments and pointee.owner.syn() == instance.point
            ):
                raise _refusal(pointer, pointee, "a weight that carries a derivative")

    def _covers(self, pointee: Pointee) -> bool:
        """A GLOBAL is everywhere."""
        return pointee.segment is None or root_of(pointee.segment.sec) in self._roots

    def _cell(self, pointer: Pointer, pointee: Pointee) -> Cell:
        """The cell of what is pointed at."""
        root = root_of(pointee.segment.sec)
        if root in self._roots:
            if root != root_of(pointer.segment.sec) and h.ParallelContext().nthread() > 1:
                raise CannotCarry(f"{pointer} points at {pointee}, in another cell: use one thread")
            return self._roots[root]
        raise CannotCarry(
            f"{pointer} points at {pointee} since the Sensitivity was made: close() it and make a new one"
        )

    def _variable(self, pointer: Pointer, instance: Instance, pointee: Pointee) -> Source | None:
        """A RANGE variable of a mechanism."""
        cell = self._cell(pointer, pointee)
        point, name = pointee.point, pointee.name
        other = self._instances.get(key_of(pointee.kind, pointee.segment, point))
        if cell.shape.moves(pointee.kind, pointee.name, pointee.segment):
            raise _refusal(pointer, pointee, "one of the parameters")
        if other is None:
            if not pointee.given:
                raise _refusal(pointer, pointee, "which moves during the run")
        elif name in other.entry.carried:
            if other is instance:
                raise _refusal(pointer, pointee, "a variable of its own that moves")
            if name in other.entry.left:  # who reads it in BREAKPOINT may run before or after
                raise _refusal(pointer, pointee, f"which BREAKPOINT of {other.entry.original} computes")
            return Source(cell, pointee.segment, other, name)
        elif name in cell.table.seeded(other):
            raise _refusal(pointer, pointee, "one of the parameters")
        elif name.split("[")[0] in other.entry.assigned:
            raise _refusal(pointer, pointee, f"which {other.entry.original} computes")
        return None


def _concentration(cell: Cell, pointer: Pointer, pointee: Pointee) -> Source | None:
    """A concentration moves with the mechanism that writes it; potentials and currents are not carried here."""
    ion, moved = pointee.kind.removesuffix("_ion"), False
    for site in cell.ions.sites:
        if site.ion == ion and place(site.segment) == place(pointee.segment):
            writer = {f"{ion}i": site.inside, f"{ion}o": site.outside}.get(pointee.name)
            if writer is not None:
                return Source(cell, pointee.segment, writer, pointee.name)
            if pointee.name in site.seeded:
                raise _refusal(pointer, pointee, "one of the parameters")
            moved = pointee.name == f"e{ion}"
    style = IonStyle.of(pointee.segment.sec, ion)
    if moved or pointee.name[0] == "i" or style.writes_concentration or style.writes_potential:
        raise _refusal(pointer, pointee, "which moves during the run")
    return None


def _refusal(pointer: Pointer, pointee: Pointee, why: str) -> CannotCarry:
    return CannotCarry(f"{pointer} points at {pointee}, {why}: that is not carried")


def _name(pointer: Pointer) -> tuple[str, Any, str]:
    """Of a POINTER: it does not hold on to a point process."""
    where = pointer.point.hname() if pointer.point is not None else place(pointer.segment)
    return pointer.entry.name, where, pointer.name
