"""dV/dtheta of a model while NEURON runs it."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import ArrayLike, NDArray

from nmodlgrad.runtime import checks, ions, registry
from nmodlgrad.runtime.cell import Cell, Instance, points_of, root_of, sections_of, segments_of
from nmodlgrad.runtime.errors import CannotCarry, Closed, UnknownParameter, WrongArgument
from nmodlgrad.runtime.parameter import Direction, Parameter
from nmodlgrad.runtime.pointers import Pointers, connected
from nmodlgrad.runtime.seeds import Seeds, identity
from nmodlgrad.runtime.swap import (
    Shadow,
    SwappedPoint,
    copy_globals,
    refresh_points,
    swap_density,
    unswap_density,
    unswap_points,
)
from nmodlgrad.runtime.target import Target, targets


class Recorder:
    """dV/dtheta at one place, sampled whenever NEURON samples its own records."""

    def __init__(self, sensitivity: Sensitivity, cell: Cell, site: int) -> None:
        self._sensitivity = sensitivity  # which carries what is recorded here: it lives as long as this
        self._cell, self._site = cell, site

    def to_numpy(self) -> NDArray[np.float64]:
        """The samples so far: shape (samples, directions), mV per unit of theta.

        Row by row they go with ``h.Vector().record(segment._ref_v)``.
        """
        return self._cell.logged(self._site)


class Sensitivity:
    """Carries the derivative of every voltage with respect to the directions given, through whole cells.

    Parameters
    ----------
    parameters
        one :class:`Parameter` or :class:`Direction` for each direction; one alone need not be in a list

    Raises
    ------
    UnknownParameter
        for a parameter that does not exist or can not be seeded
    CannotCarry
        when something in the cells can not be carried exactly, by name
    WrongArgument
        for anything but Parameters and Directions, and for a scale that is not finite somewhere

    Notes
    -----
    The cells are those behind the places of the parameters. Built-in mechanisms (hh, pas, ExpSyn, ...) are replaced
    by their augmented forms until :meth:`close`. A record of a swapped mechanism's variable is made after this.
    """

    def __init__(self, parameters: Parameter | Direction | Iterable[Parameter | Direction]) -> None:
        self.parameters = _listed(parameters)
        if not self.parameters:
            raise UnknownParameter("a Sensitivity needs at least one Parameter")
        checks.check_integration()
        self._entries = registry.entries()
        self._targets = [targets(parameter) for parameter in self.parameters]
        _refuse_shared_stimuli(self._targets)
        self._base = [[target.read() for target in row] for row in self._targets]
        self._theta = np.zeros(len(self.parameters))
        self._closed = False
        self._density: list[tuple[registry.Entry, list[Any]]] = []
        self._points: list[SwappedPoint] = []
        self._shadows: list[Shadow] = []
        self._pointers: Pointers | None = None
        self._cells: list[Cell] = []
        self._forget = weakref.finalize(self, _unlink, self._cells)  # links must not outlive the memory they point to
        self._forget.atexit = False
        roots = connected(self._roots(), self._entries.values())
        try:
            for root in roots:
                self._attach(root)
            seeded = {(shadow.original.hname(), name) for shadow in self._shadows for name in self._moved(shadow)}
            self._pointers = Pointers(self._cells, self._entries.values(), seeded)
            self._pointers.check()
        except BaseException:
            self.close()
            raise
        self._warned = checks.warn_of_events(cell.root for cell in self._cells)
        self._handler = h.FInitializeHandler(0, _Refresh(self))

    # ------------------------------------------------------------------ attaching
    def _roots(self) -> list[Any]:
        sections = (section for row in self._targets for target in row for section in target.sections)
        roots = list({root_of(section): None for section in sections})
        if not roots:
            raise UnknownParameter("no section has the mechanisms of these parameters")
        return roots

    def _attach(self, root: Any) -> None:
        sections = sections_of(root)
        points = points_of(sections)
        if any(_kind(point) == "nmodlgrad_cable" and point.plan for point in points):
            raise CannotCarry(f"the cell of {root} is carried by another Sensitivity: close() that one first")
        for entry in self._entries.values():
            if entry.swapped and not entry.point_process:
                self._density.append((entry, swap_density(sections, entry)))
        for point in points:
            point_entry = self._entries.get(_kind(point))
            if point_entry is not None and point_entry.swapped:
                self._points.append(SwappedPoint.of(point, point_entry))
        refresh_points(self._points)
        shadows = self._shadowed(points)
        self._shadows += shadows
        seeds = Seeds(self._targets, [*self._points, *shadows])
        moved = [one for one in seeds.moved if root_of(one.segment.sec) == root]
        cell = Cell(root, self._instances(sections, seeds), seeds.start, seeds.concentrations, moved, shadows)
        self._cells.append(cell)
        self._check(cell)

    def _shadowed(self, points: Sequence[Any]) -> list[Shadow]:
        """Shadows of those point processes that have a parameter among the directions."""
        seeded = {t.point.hname() for row in self._targets for t in row if t.point is not None}
        found = [(point, self._entries.get(_kind(point))) for point in points if point.hname() in seeded]
        return [Shadow.of(point, entry) for point, entry in found if entry is not None and entry.shadow]

    def _moved(self, shadow: Shadow) -> set[str]:
        """The parameters of a point process that are among the directions."""
        return {t.parameter for row in self._targets for t in row if t.point == shadow.original}

    def _check(self, cell: Cell) -> None:
        """Everything in the cell can be carried."""
        silent = [point.original for point in self._points]
        ions.check(cell.instances, cell.ions)
        cell.check_shape()
        if any(target.kind == "celsius" for row in self._targets for target in row):
            checks.check_temperature(cell.instances)
        checks.check_mechanisms(cell.sections, cell.cable, registry.types(), self._entries, silent)

    def _instances(self, sections: Sequence[Any], seeds: Seeds) -> list[Instance]:
        found = []
        by_name = {entry.name: entry for entry in self._entries.values()}
        for segment in segments_of(sections):
            present = {mechanism.name() for mechanism in segment}
            for name in sorted(present & by_name.keys()):
                found.append(Instance(by_name[name], segment, None, seeds.rows(by_name[name], segment), []))
        for point in points_of(sections):
            entry = by_name.get(_kind(point))
            if entry is not None:
                segment = point.get_segment()
                rows, weights = seeds.rows(entry, segment, point), seeds.weights(point)
                found.append(Instance(entry, segment, point, rows, weights, seeds.played(point)))
        return found

    # ------------------------------------------------------------------ during the run
    def _refresh(self) -> None:
        """Before the INITIAL blocks of every finitialize."""
        checks.check_integration()
        for entry in self._entries.values():
            if entry.swapped:
                copy_globals(entry)
        refresh_points(self._points)
        for shadow in self._shadows:
            shadow.check()
        for cell in self._cells:
            if cell.refresh():
                self._check(cell)
        assert self._pointers is not None
        self._pointers.connect()
        for cell in self._cells:
            cell.describe_sown()
        self._warned = self._warned or checks.warn_of_events(cell.root for cell in self._cells)

    # ------------------------------------------------------------------ what the user reads and sets
    def record(self, segment: Any) -> Recorder:
        """Record dV/dtheta at a segment from the next finitialize on.

        Raises
        ------
        WrongArgument
            for anything but a segment
        CannotCarry
            for a segment of a cell that is not carried
        Closed
            after :meth:`close`
        """
        cell = self._cell(segment)
        return Recorder(self, cell, cell.site_of(segment))

    def dv(self, segment: Any) -> NDArray[np.float64]:
        """dV/dtheta at a segment now: shape (directions,), mV per unit of theta.

        Raises
        ------
        WrongArgument
            for anything but a segment
        CannotCarry
            for a segment of a cell that is not carried, and when v was set during the run (see :meth:`restart`)
        Closed
            after :meth:`close`
        """
        return self._cell(segment).now(segment)

    def restart(self) -> None:
        """Take the present voltages and states as given: from here on, the derivative is that of what follows.

        For after ``SaveState.restore``, or after assigning a voltage or a state in the midst of a run: what such a
        value depends on is not known, so it is taken to depend on nothing.
        """
        self._check_open()
        for cell in self._cells:
            cell.restart()

    def _check_open(self) -> None:
        if self._closed:
            raise Closed("this Sensitivity is closed: make a new one")

    def _cell(self, segment: Any) -> Cell:
        self._check_open()
        if not hasattr(segment, "node_index"):
            hint = f"{segment}(0.5), say" if hasattr(segment, "allseg") else "soma(0.5), say"
            raise WrongArgument(f"dV/dtheta belongs to a segment, not to {segment!r}: give {hint}")
        root = root_of(segment.sec)
        for cell in self._cells:
            if cell.root == root:
                return cell
        raise CannotCarry(f"{segment} belongs to no cell that this Sensitivity carries")

    @property
    def labels(self) -> tuple[str, ...]:
        """What the directions are called: after their parameters and places, or by their own names."""
        return tuple(direction.label for direction in self.parameters)

    @property
    def theta(self) -> NDArray[np.float64]:
        """Where the parameters stand along their directions: value = value when attached + scale * theta."""
        return np.array(self._theta)

    @theta.setter
    def theta(self, values: ArrayLike) -> None:
        self._check_open()
        theta = np.asarray(values, float)
        if theta.shape != self._theta.shape:
            raise ValueError(f"theta has {len(self._theta)} directions, not the shape {theta.shape}")
        moved: dict[tuple[Any, ...], tuple[Target, float]] = {}
        for k, (row, base) in enumerate(zip(self._targets, self._base, strict=True)):
            for target, value in zip(row, base, strict=True):
                key = identity(target)
                start = moved[key][1] if key in moved else value
                moved[key] = target, start + target.seed * float(theta[k])
        for target, value in moved.values():
            if target.kind == "played" and not value:
                raise ValueError(f"theta would leave nothing of the stimulus that {target.place.vector} plays")
        for target, value in moved.values():
            target.write(value)
        refresh_points(self._points)
        for cell in self._cells:
            cell.describe_numbers()
        self._theta = theta.copy()

    # ------------------------------------------------------------------ the end
    def close(self) -> None:
        """Detach: the model is as it was, with the parameters where they stand now."""
        self._closed = True
        self._handler = None
        _unlink(self._cells)
        unswap_points(self._points)
        self._points = []
        self._shadows = []
        self._pointers = None
        for entry, sections in self._density:
            unswap_density(sections, entry)
        self._density = []

    def __repr__(self) -> str:
        count = len(self.parameters)
        cells = ", ".join(str(cell.root) for cell in self._cells)
        where = "closed" if self._closed else f"carried by {cells}"
        return f"<Sensitivity to {count} parameter{'s' if count > 1 else ''}, {where}>"

    def __enter__(self) -> Sensitivity:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _listed(parameters: Any) -> tuple[Parameter | Direction, ...]:
    """The directions; one alone need not be in a list."""
    listed = (parameters,) if isinstance(parameters, Parameter | Direction | str) else parameters
    if not isinstance(listed, Iterable):
        raise WrongArgument(f"a Sensitivity takes Parameters and Directions, not {parameters!r}")
    found = tuple(listed)
    for each in found:
        if not isinstance(each, Parameter | Direction):
            raise WrongArgument(f"a Sensitivity takes Parameters and Directions, not {each!r}")
    return found


def _refuse_shared_stimuli(rows: Iterable[Iterable[Target]]) -> None:
    """A Vector that theta scales belongs to one direction."""
    seen = set()
    for target in (target for row in rows for target in row if target.kind == "played"):
        if identity(target) in seen:
            raise WrongArgument(
                f"{target.place.vector} is the stimulus of two parameters: give each a Vector of its own"
            )
        seen.add(identity(target))


def _unlink(cells: list[Cell]) -> None:
    for cell in cells:
        cell.unlink()
    cells.clear()


class _Refresh:
    """What NEURON holds on to: not the Sensitivity itself, so that it can go."""

    def __init__(self, sensitivity: Sensitivity) -> None:
        self._sensitivity = weakref.ref(sensitivity)

    def __call__(self) -> None:
        sensitivity = self._sensitivity()
        if sensitivity is not None:
            sensitivity._refresh()


def _kind(point: Any) -> str:
    return str(point.hname()).split("[")[0]
