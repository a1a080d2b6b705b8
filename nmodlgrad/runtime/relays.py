"""Mechanisms that are passed through and write through a POINTER: none of that may touch what carries a derivative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nmodlgrad.runtime.cell import Cell
from nmodlgrad.runtime.directory import Directory, Pointee, Pointer
from nmodlgrad.runtime.errors import CannotCarry
from nmodlgrad.runtime.places import root_of
from nmodlgrad.runtime.registry import Passed


def check(
    pointer: Pointer,
    passed: Passed,
    directory: Directory,
    cells: Sequence[Cell],
    others: Mapping[str, Passed],
) -> None:
    """Refuse a POINTER of a mechanism that is passed through.

    One that observes voltages or ions writes what depends on theta: only where nobody reads it. What any other one
    writes is a number, as long as it reads only numbers.

    Raises
    ------
    CannotCarry
        when a derivative would be lost.
    """
    pointee = directory.find(pointer.address, pointer.segment)
    if pointee is None:  # memory of a script, as an element of a Vector
        return
    if passed.observes:
        if pointer.name in passed.writes and not _is_quiet(pointee, others):
            raise CannotCarry(
                f"{pointer} points at {pointee}, and {passed.name} writes there what depends on the model: "
                "that is not carried"
            )
        return
    if passed.geometry and pointer.name in passed.writes and not _is_quiet(pointee, others):
        for name in (name for cell in cells for name in cell.shape.reshaped(pointer.segment, passed.geometry)):
            raise CannotCarry(f"{pointer} points at {pointee}, and {passed.name} reads {name}, which a parameter moves")
    if reason := _moving(pointee, cells, others):
        raise CannotCarry(
            f"{pointer} points at {pointee}, {reason}; {passed.name} is passed through without derivatives"
        )


def _is_quiet(pointee: Pointee, others: Mapping[str, Passed]) -> bool:
    """A variable of a mechanism that does nothing to others with it."""
    other = others.get(pointee.kind)
    return other is not None and (other.observes or not other.writes)


def _moving(pointee: Pointee, cells: Sequence[Cell], others: Mapping[str, Passed]) -> str:
    """Why a variable may depend on theta; empty if it does not."""
    instances = [(cell, instance) for cell in cells for instance in cell.instances]
    if pointee.kind == "weight":
        target = pointee.owner.syn()
        for _, instance in instances:
            seeded = any(netcon == pointee.owner for netcon, *_ in instance.weights)
            if seeded or (instance.entry.arguments and instance.point == target):
                return "a weight that carries a derivative"
        return ""
    if pointee.kind == "global":
        moved = any(pointee.name in cell.table.moved for cell in cells)
        return "a GLOBAL that is one of the parameters" if moved else ""
    if root_of(pointee.segment.sec) not in [cell.root for cell in cells]:
        return ""
    for cell, instance in instances:
        own = instance.point == pointee.point if pointee.point is not None else instance.segment == pointee.segment
        if own and instance.entry.name == pointee.kind and pointee.name in cell.table.seeded(instance):
            return "one of the parameters"
    if any(cell.shape.moves(pointee.kind, pointee.name, pointee.segment) for cell in cells):
        return "one of the parameters"
    other = others.get(pointee.kind)
    if pointee.given or (other is not None and not other.observes):
        return ""
    return "which moves with the model"
