"""What the shape of a cell does to its equations: cm, Ra, diam, diam_factor and L as parameters.

NEURON's equation of node i, with v' the voltages at the end of the step, p the parent and j the children, is

    cfac cm_i dv_i + i_i + b_i (v'_p - v'_i) + sum over j of a_j (v'_j - v'_i) = 0          mA/cm2
    a_j = -100/(area_i ri_j),    b_i = -100/(area_i ri_i)                      (treeset.cpp, connection_coef)

where ri is the resistance from a node to its parent, and i_i has 100/area_i in the currents of point processes. So what
a direction does is a change of cm, and relative changes of ri and of area: that is what is computed here, at every
finitialize. The cable multiplies with the fluxes of each step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from nmodlgrad.runtime import layout, morphology
from nmodlgrad.runtime.bands import Entries
from nmodlgrad.runtime.errors import CannotCarry
from nmodlgrad.runtime.places import place

OF_SECTIONS = frozenset({"Ra", "L", "diam_factor"})
"""Parameters that a section has one of; diam_factor is on the diameters of all of its 3-d points, or segments."""
NAMES = frozenset({"cm", "diam"}) | OF_SECTIONS

Floats = NDArray[np.float64]
Node = Callable[[Any], int]


@dataclass(frozen=True, eq=False)
class Shaping:
    """A value of the shape that directions move: `seed` is d value/dtheta, `read` gives the value in a segment."""

    name: str
    segment: Any
    seed: Entries
    read: Callable[[Any], float]

    @property
    def value(self) -> float:
        """As it is now."""
        return self.read(self.segment)


@dataclass(frozen=True)
class Tree:
    """The nodes of a cell, numbered as its rows are; node 0 is the root.

    Attributes
    ----------
    parent
        of each node
    half
        resistance from the middle of a segment to either end, in any unit that is the same within a section; 0 at the
        ends of sections
    inner
        whether the parent belongs to the same section, so that its half lies between the two
    members
        the nodes of the segments of a section, from its end 0 to its end 1
    """

    parent: NDArray[np.intp]
    half: Floats
    inner: NDArray[np.bool_]
    members: Mapping[Any, Sequence[int]]

    @classmethod
    def of(cls, sections: Iterable[Any], node: Node, nodes: int) -> Tree:
        """The tree that NEURON makes of sections (treeset.cpp, nrn_area_ri)."""
        tree = cls(np.zeros(nodes, np.intp), np.zeros(nodes), np.zeros(nodes, np.bool_), members := {})
        for section in sections:
            reverse = bool(h.section_orientation(sec=section))
            segments = list(section)[::-1] if reverse else list(section)
            own = [node(segment) for segment in segments]
            begin = node(section.parentseg() or section(0))
            tree.parent[[*own, node(section(0 if reverse else 1))]] = [begin, *own]
            tree.inner[[*own[1:], node(section(0 if reverse else 1))]] = True
            tree.half[own] = [1 / segment.diam**2 for segment in segments]
            members[section] = [node(segment) for segment in section]
        return tree


@dataclass(frozen=True)
class Change:
    """What one direction does to the nodes of a cell, each of shape (nodes,): d cm/dtheta, and relative changes."""

    cm: Floats
    log_half: Floats
    log_area: Floats

    @classmethod
    def of(cls, moved: Iterable[tuple[Shaping, float]], tree: Tree, node: Node) -> Change:
        """Add up what is moved, each value by its seed."""
        change = cls(*np.zeros((3, len(tree.parent))))
        for one, seed in moved:
            section = one.segment.sec
            match one.name:
                case "cm":
                    change.cm[node(one.segment)] += seed
                case "Ra" | "L":
                    change.log_half[tree.members[section]] += seed / one.value
                case "diam":
                    change.log_half[node(one.segment)] -= 2 * seed / one.value
                case "diam_factor":
                    change.log_half[tree.members[section]] -= 2 * seed / one.value
            for segment, growth in growths(one):
                change.log_area[node(segment)] += seed * growth
        return change

    def log_ri(self, tree: Tree) -> Floats:
        """Relative change of the resistance between each node and its parent; 0 at the root."""
        far = np.where(tree.inner, tree.half[tree.parent], 0.0)
        total = tree.half + far
        weighted = tree.half * self.log_half + far * self.log_half[tree.parent]
        return np.divide(weighted, total, out=np.zeros_like(total), where=total > 0)


def shaped(
    moved: Sequence[Shaping], sections: Iterable[Any], node: Node, nodes: int
) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    """What directions do to fluxes (`layout.SHAPED`), sorted by node, and the first of each node and one past the last.

    Parameters
    ----------
    moved
        the values of this cell that directions move
    node
        number of the node of a segment, or of the end of a section
    nodes
        how many there are
    """
    rows: list[tuple[NDArray[np.intp], NDArray[np.intp], Floats, int]] = []
    if moved:
        tree = Tree.of(sections, node, nodes)
        for direction, group in sorted(_by_direction(moved).items()):
            rows += [(*effect, direction) for effect in _effects(Change.of(group, tree, node), tree)]
    table = np.zeros(sum(len(row[0]) for row in rows), layout.SHAPED)
    if rows:
        at, flux, slope = (np.concatenate(column) for column in list(zip(*rows, strict=True))[:3])
        order = np.argsort(at, kind="stable")
        table["flux"], table["slope"] = flux[order], slope[order]
        table["direction"] = np.repeat([row[3] for row in rows], [len(row[0]) for row in rows])[order]
        return table, np.searchsorted(at[order], np.arange(nodes + 1)).astype(np.int64)
    return table, np.zeros(nodes + 1, np.int64)


def _by_direction(moved: Iterable[Shaping]) -> dict[int, list[tuple[Shaping, float]]]:
    """What each direction moves, and its seeds."""
    found: dict[int, list[tuple[Shaping, float]]] = {}
    for one in moved:
        for direction, seed in zip(one.seed.directions.tolist(), one.seed.numbers.tolist(), strict=True):
            found.setdefault(direction, []).append((one, seed))
    return found


def _effects(change: Change, tree: Tree) -> Iterable[tuple[NDArray[np.intp], NDArray[np.intp], Floats]]:
    """Nodes, the fluxes that move in their equations (ng_flow numbers them), and how."""
    nodes = len(tree.parent)
    own, edges = np.arange(nodes), np.arange(1, nodes)
    log_ri = change.log_ri(tree)
    parents = tree.parent[edges]
    yield from (
        (at[slope != 0], flux[slope != 0], slope[slope != 0])
        for at, flux, slope in (
            (own, own, change.cm),
            (edges, nodes + edges, -(log_ri + change.log_area)[edges]),
            (parents, 2 * nodes + edges, -log_ri[edges] - change.log_area[parents]),
            (own, 3 * nodes + own, -change.log_area),
        )
    )


def growths(one: Shaping) -> Iterable[tuple[Any, float]]:
    """The segments whose area moves, and how: relative change for a unit of what is moved."""
    section = one.segment.sec
    match one.name:
        case "diam":
            return [(one.segment, 1 / one.value)]
        case "diam_factor":
            return zip(section, morphology.widening(section) / one.value, strict=True)
        case "L":
            return zip(section, morphology.stretching(section) / one.value, strict=True)
    return []


def _thickenings(one: Shaping) -> Iterable[tuple[Any, float]]:
    """The segments whose diam moves, and how: um for a unit of what is moved."""
    match one.name:
        case "diam":
            return [(one.segment, 1.0)]
        case "diam_factor":
            factor = one.value
            return [(segment, segment.diam / factor) for segment in one.segment.sec]
    return []


def reshaped(moved: Iterable[Shaping]) -> Iterable[tuple[Any, frozenset[str]]]:
    """The segments whose area moves, and what of them moves that mechanisms may read."""
    for one in moved:
        match one.name:
            case "diam":
                yield one.segment, frozenset({"diam", "area"})
            case "diam_factor":
                yield from ((segment, frozenset({"diam", "area"})) for segment in one.segment.sec)
            case "L":
                yield from ((segment, frozenset({"area"})) for segment in one.segment.sec)


def seeds(moved: Iterable[Shaping]) -> dict[tuple[Any, str], Entries]:
    """D diam/dtheta in um and d area/dtheta in um2, by the place of a segment and the name."""
    found: dict[tuple[Any, str], list[Entries]] = {}
    for one in moved:
        for segment, growth in growths(one):
            found.setdefault((place(segment), "area"), []).append(one.seed.times(segment.area() * growth))
        for segment, slope in _thickenings(one):
            found.setdefault((place(segment), "diam"), []).append(one.seed.times(slope))
    return {key: Entries.summed(parts) for key, parts in found.items()}


def check(moved: Sequence[Shaping]) -> None:
    """Refuse what moves otherwise than the parameter says.

    Raises
    ------
    CannotCarry
        for diam of a section with 3-d points, or beside its diam_factor; for diam_factor when diameters have changed
        one by one; for L if 3-d points are constant.
    """
    scaled = {one.segment.sec for one in moved if one.name == "diam_factor"}
    for one in moved:
        section = one.segment.sec
        if one.name == "diam" and morphology.has_points(section):
            raise CannotCarry(
                f"diam of {section}: the section has 3-d points (from a file, pt3dadd or define_shape), and NEURON "
                "makes steps of them when diam is assigned, so that even assigning the value that is there gives "
                "another shape: there is no derivative at the present one. Take diam_factor, by which the diameters "
                "of all its points are multiplied"
            )
        if one.name == "diam" and section in scaled:
            raise CannotCarry(f"diam and diam_factor of {section} set the same diameters: take one of them")
        if one.name == "diam_factor" and math.isnan(one.value):
            raise CannotCarry(
                f"diam_factor of {section}: since the Sensitivity was made, its diameters have changed otherwise than "
                "by one factor: close() it and make a new one"
            )
        if one.name == "L" and morphology.has_points(section) and h.pt3dconst():
            raise CannotCarry(f"L of {section}: its 3-d points are constant (pt3dconst), so L can not be assigned")
