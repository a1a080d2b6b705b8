"""Whole cells that carry derivatives, and what was put into the model for it, until it lets go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from traceback import clear_frames
from typing import Any

from nmodlgrad.runtime import checks, ions, recording, registry, taking_out
from nmodlgrad.runtime.aims import Aims
from nmodlgrad.runtime.cell import Cell
from nmodlgrad.runtime.errors import CannotCarry, UnknownParameter, WrongArgument
from nmodlgrad.runtime.instances import Instance, present
from nmodlgrad.runtime.layout import Texts
from nmodlgrad.runtime.memory import Budget
from nmodlgrad.runtime.netcons import NetCons
from nmodlgrad.runtime.places import is_deleted, kind_of, points_of, root_of, sections_of
from nmodlgrad.runtime.pointers import Followed, Pointers, connected
from nmodlgrad.runtime.seeds import Seeds
from nmodlgrad.runtime.spikes import Spikes, reached
from nmodlgrad.runtime.swap import (
    Shadow,
    SwappedPoint,
    copy_globals,
    copy_parameters,
    hand_over_states,
    release_unused,
    swap_density,
    take_events,
    unswap_density,
    unswap_points,
)
from nmodlgrad.runtime.target import OF_TIMES
from nmodlgrad.runtime.values import Moved


class Attached:
    """The cells in which directions are carried: their plans, and what stands in for built-in mechanisms there.

    Attributes
    ----------
    cells
        those that are carried; none after `let_go`
    spikes
        what carries derivatives across NetCons, or None
    """

    def __init__(self, moved: Moved, labels: Sequence[str], budget: Budget, netcons: NetCons, *, spikes: bool) -> None:
        self._moved, self._budget, self._entries = moved, budget, registry.entries()
        self._labels = Texts(f"{k}, {label}" for k, label in enumerate(labels))
        self.cells: list[Cell] = []
        self.spikes: Spikes | None = None
        self._density: list[tuple[registry.Entry, list[Any]]] = []
        self._points: list[SwappedPoint] = []
        self._shadows: list[Shadow] = []
        self._followed: list[Followed] = []
        self._aims: Aims | None = None
        if not moved.roots and not (spikes and reached([], netcons.all)):
            raise UnknownParameter("these parameters act nowhere: no section is given, or none has their mechanisms")
        try:
            self._attach_all(netcons, spikes)
        except BaseException as error:
            self.close()
            clear_frames(error.__traceback__)  # who keeps the error would keep point processes in the model
            raise

    def _attach_all(self, netcons: NetCons, spikes: bool) -> None:
        entries = self._entries.values()
        roots, self._followed = connected(self._moved.roots, entries)
        while spikes and len((more := connected(reached(roots, netcons.all), entries))[0]) > len(roots):
            roots, self._followed = more
        seeded = {point.hname() for point, _ in self._moved.of_points()}
        for root in roots:
            self._swap_density(root)
        if self._density:
            release_unused()
        for root in roots:
            self._attach(root, seeded, netcons)
        for pointer in self._followed:
            pointer.follow()
        of_shadows = {
            (shadow.original.hname(), name)
            for shadow in self._shadows
            for name in self._moved.of_point(shadow.original)
        }
        self._pointers = Pointers(self.cells, entries, of_shadows)
        self._pointers.check()
        self._aims = Aims(self.cells, self._pointers)
        self.spikes = Spikes(self.cells, self._moved) if spikes else None
        self._refuse_times()

    def _swap_density(self, root: Any) -> None:
        """Put the augmented density mechanisms of a cell in place of the built-in ones."""
        sections = sections_of(root)
        if any(kind_of(point) == "nmodlgrad_cable" and point.plan for point in points_of(sections)):
            raise CannotCarry(f"the cell of {root} is carried by another Sensitivity: close() that one first")
        for entry in self._entries.values():
            if entry.swapped and not entry.point_process and (changed := swap_density(sections, entry)):
                self._density.append((entry, changed))

    def _attach(self, root: Any, seeded: set[str], netcons: NetCons) -> None:
        """Carry a cell; `seeded` are the names of the point processes with parameters among the directions."""
        sections = sections_of(root)
        points = points_of(sections)
        known = [(point, self._entries[kind_of(point)]) for point in points if kind_of(point) in self._entries]
        swapped = [SwappedPoint.of(point, entry) for point, entry in known if entry.swapped]
        self._points += swapped
        copy_parameters(swapped)
        hand_over_states(swapped)
        take_events(swapped, netcons)
        shadows = [Shadow.of(point, entry) for point, entry in known if entry.shadow and point.hname() in seeded]
        self._shadows += shadows
        seeds = Seeds(self._moved, [*swapped, *shadows])
        instances = [
            Instance(number, entry, segment)
            if point is None
            else Instance(number, entry, segment, point, seeds.weights(point), seeds.played(point))
            for number, (entry, segment, point) in enumerate(present(sections, self._entries))
        ]
        cell = Cell(root, instances, self._labels, self._budget, seeds, swapped, shadows)
        self.cells.append(cell)
        self._check(cell)

    # ------------------------------------------------------------------ what can not be carried
    def _check(self, cell: Cell) -> None:
        """Everything in the cell can be carried."""
        ions.check(cell.instances, cell.ions.sites)
        cell.shape.check(cell.instances)
        if self._moved.of_kind("celsius"):
            checks.check_temperature(cell.instances)
        silent = [point.original for point in cell.points]
        checks.check_mechanisms(cell.sections, cell.cable, registry.types(), self._entries, silent)

    def _refuse_times(self) -> None:
        """What acts through the times of events alone needs these to be carried."""
        for values in self._moved.values() if self.spikes is None else ():
            target = values.target
            if target.kind in OF_TIMES or (target.entry is not None and target.parameter in target.entry.times_only):
                raise UnknownParameter(
                    f"the {target.parameter} of {next(iter(values.places))} acts through the times of events: "
                    "make it with Sensitivity(..., spikes=True)"
                )

    # ------------------------------------------------------------------ a run
    def refresh(self, netcons: NetCons) -> None:
        """Find everything again, and describe it, before the INITIAL blocks.

        Raises
        ------
        CannotCarry, TooMuchMemory
            for a model that is not any more the one that was attached
        """
        for cell in self.cells:
            if cell.has_changed():
                cell.check_members()
                self._check(cell)
                cell.renumber()
            cell.styles.check()
        for entry in self._entries.values():
            if entry.swapped:
                copy_globals(entry)
        for pair in (*self._points, *self._shadows):
            pair.check()
        copy_parameters(self._points)
        take_events(self._points, netcons)
        until = recording.run_length_ms()
        self._budget.plan_records((size for cell in self.cells for size in cell.recordings.sizes(until)), until)
        if self.spikes is not None:
            self.spikes.find(netcons.all)
        for cell in self.cells:
            cell.refresh(netcons)
        assert self._aims is not None
        self._pointers.connect()
        self._aims.describe()
        for cell in self.cells:
            cell.describe_sown()

    def follow_parameters(self) -> None:
        """Parameters were set: what stands in for others gets them."""
        copy_parameters(self._points)
        for cell in self.cells:
            cell.describe_numbers()

    def restart(self) -> None:
        """From here on, voltages and states depend on nothing that was before."""
        for cell in self.cells:
            cell.restart()
        if self.spikes is not None:
            self.spikes.forget()

    def check(self, cell: Cell) -> None:
        """What was carried in a cell is the derivative of what the model did there.

        Raises
        ------
        CannotCarry, Diverged, TooMuchMemory
            when it is not; the message says why
        """
        cell.check_fault()
        if self._aims is not None:
            self._aims.check()

    # ------------------------------------------------------------------ places
    @property
    def sections(self) -> list[list[Any]]:
        """Those of each cell."""
        return [cell.sections for cell in self.cells]

    def cell(self, segment: Any) -> Cell:
        """The cell that a segment belongs to.

        Raises
        ------
        WrongArgument
            for anything but a segment
        CannotCarry
            for a segment of a cell that is not carried
        """
        if is_deleted(segment):
            raise WrongArgument(f"dV/dtheta belongs to a segment, not to {segment!r}: it was deleted")
        if not hasattr(segment, "node_index"):
            hint = f"{segment}(0.5), say" if hasattr(segment, "allseg") else "soma(0.5), say"
            raise WrongArgument(f"dV/dtheta belongs to a segment, not to {segment!r}: give {hint}")
        root = root_of(segment.sec)
        for cell in self.cells:
            if cell.root == root:
                return cell
        raise CannotCarry(f"{segment} belongs to no cell that this Sensitivity carries")

    def working(self, point: Any) -> Any:
        """The point process that works in place of one, or that itself."""
        pairs: Iterable[SwappedPoint | Shadow] = (*self._points, *self._shadows)
        return next((pair.augmented for pair in pairs if pair.original.hname() == point.hname()), point)

    # ------------------------------------------------------------------ the end
    def close(self) -> None:
        """Put everything back as it was, with the parameters where they stand now."""
        if self._aims is not None:
            self._aims.close()
        self.let_go()
        for entry, sections in self._density:
            unswap_density(sections, entry)
        for pointer in self._followed:
            pointer.back()
        self._density, self._followed = [], []
        taking_out.take_out()

    def let_go(self) -> None:
        """Leave no link to memory that goes, and no event to point processes that go, when `close` or others may."""
        pairs: list[SwappedPoint | Shadow] = [*self._points, *self._shadows]
        taking_out.leave([*(cell.cable for cell in self.cells), *(pair.augmented for pair in pairs)])
        for cell in self.cells:
            cell.unlink()
        self.cells.clear()
        unswap_points(self._points)
        self._points.clear()
        self._shadows.clear()
