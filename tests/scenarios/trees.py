"""How sections are joined."""

from __future__ import annotations

import math
from typing import Any

from oracle.model import Direction, Model
from scenarios.parts import clamp, membrane, section, tapered
from scenarios.registry import scenario


def tree(h: Any, *children: tuple[Any, Any, int], root: Any = None, amp_nA: float = 0.7) -> Model:
    """A spiking soma with `children`, each a section, where it is attached, and by which end.

    The first child spikes as well, the others are passive; every kind of range parameter is a direction.
    """
    root = section(h, "soma", 22, 22) if root is None else root
    attached = []
    for child, parent, end in children:
        child.connect(parent or root(1), end)
        attached.append(child)
    membrane(h, [root, attached[0]], attached)
    middle = attached[-1](0.5)
    return Model(
        sections=[root, *attached],
        directions=[
            Direction("gnabar_hh", sections=[root, attached[0]]),
            Direction("gkbar_hh", segments=[attached[0](0.5)]),
            Direction("el_hh", sections=[root]),
            Direction("g_pas", sections=attached, scale=1e-4),
            Direction("e_pas", segments=[middle]),
            Direction("ena", sections=[root]),
            Direction("ek", sections=[attached[0]]),
        ],
        keep=[clamp(h, root(0.5), amp_nA)],
    )


@scenario()
def a_branched_cell(h: Any) -> Model:
    """Five dendrites in two generations, with one to nine segments each."""
    apical = section(h, "apical", 180, 2.5, 9)
    return tree(
        h,
        (apical, None, 0),
        (section(h, "basal", 90, 1.6, 3), None, 0),
        (section(h, "stub", 40, 1.1, 1), None, 0),
        (section(h, "tuft", 110, 1.3, 5), apical(1), 0),
        (section(h, "oblique", 70, 0.9, 3), apical(1), 0),
    )


@scenario()
def a_tapered_cell(h: Any) -> Model:
    """Sections of three-dimensional points whose diameters change along the way."""
    apical = tapered(h, "apical", [(0, 4.0), (40, 2.2), (90, 3.1), (160, 0.9)], 7)
    return tree(
        h,
        (apical, None, 0),
        (tapered(h, "basal", [(0, 2.0), (75, 0.5)], 5), None, 0),
        (tapered(h, "tuft", [(0, 0.9), (30, 1.8), (100, 0.4)], 5), apical(1), 0),
        root=tapered(h, "soma", [(0, 8), (10, 21), (22, 6)], 3),
    )


@scenario()
def a_child_at_an_interior_point(h: Any) -> Model:
    """One child at parent(0.4) and one at parent(0.75), which lie inside segments of the parent."""
    parent = section(h, "parent", 150, 2.4, 5)
    return tree(
        h,
        (parent, None, 0),
        (section(h, "side", 80, 1.2, 3), parent(0.4), 0),
        (section(h, "spine", 12, 0.4, 1), parent(0.75), 0),
    )


@scenario()
def a_child_connected_by_its_1_end(h: Any) -> Model:
    """child.connect(parent(1), 1), and a grandchild on the free 0 end of that child."""
    parent = section(h, "parent", 120, 2.4, 3)
    reversed_child = tapered(h, "reversed_child", [(0, 0.6), (90, 2.0)], 5)
    return tree(
        h,
        (parent, None, 0),
        (reversed_child, parent(1), 1),
        (section(h, "grandchild", 60, 1.0, 3), reversed_child(0), 0),
    )


@scenario()
def a_child_on_the_0_end_of_the_soma(h: Any) -> Model:
    """Children on soma(0), soma(0.5) and soma(1), of a soma with three segments."""
    soma = section(h, "soma", 30, 18, 3)
    return tree(
        h,
        (section(h, "axon", 200, 1.4, 9), soma(0), 0),
        (section(h, "mid", 60, 1.5, 3), soma(0.5), 0),
        (section(h, "far", 100, 2.0, 3), soma(1), 0),
        root=soma,
    )


@scenario()
def two_cells(h: Any) -> Model:
    """Two cells without a connection: one direction in both, one in each."""
    first, second = section(h, "first", 22, 22), section(h, "second", 18, 25)
    axons = [section(h, "first_axon", 120, 1.5, 5), section(h, "second_axon", 90, 1.8, 3)]
    for soma, axon in zip((first, second), axons, strict=True):
        axon.connect(soma(1))
    membrane(h, [first, second], axons)
    return Model(
        sections=[first, second, *axons],
        directions=[
            Direction("gnabar_hh", sections=[first, second]),
            Direction("gkbar_hh", sections=[second]),
            Direction("g_pas", sections=[axons[0]], scale=1e-4),
        ],
        keep=[clamp(h, first(0.5), 0.4), clamp(h, second(0.5), 0.45)],
    )


@scenario()
def a_random_tree(h: Any, branches: list[dict[str, Any]], duration_ms: float = 15.0) -> Model:
    """A tree from a description; see `test_random_trees`. The current grows with the membrane area."""
    sections: list[Any] = []
    for number, branch in enumerate(branches):
        name = f"branch{number}"
        if branch["taper"] == 1:
            new = section(h, name, branch["length_um"], branch["diam_um"], branch["nseg"])
        else:
            ends = [(0.0, branch["diam_um"]), (branch["length_um"], branch["diam_um"] * branch["taper"])]
            new = tapered(h, name, ends, branch["nseg"])
        if sections:
            new.connect(sections[branch["parent"]](branch["at"]), branch["end"])
        sections.append(new)
    membrane(h, sections, sections[1:])
    cylinders = [sec for sec, branch in zip(sections, branches, strict=True) if branch["taper"] == 1]
    area_um2 = math.fsum(segment.area() for sec in sections for segment in sec)
    return Model(
        sections=sections,
        directions=[
            Direction("gnabar_hh", sections=sections),
            Direction("gkbar_hh", segments=[sections[-1](0.5)]),
            Direction("g_pas" if len(sections) > 1 else "gl_hh", sections=sections[-1:], scale=1e-4),
            Direction("ena", sections=sections[:1]),
            Direction("cm", sections=sections),
            Direction("Ra", sections=sections[-1:]),
            Direction("L", sections=sections),
            Direction("L", sections=sections[-1:]),
            *([Direction("diam", sections=cylinders), Direction("diam", sections=cylinders[-1:])] if cylinders else []),
        ],
        keep=[clamp(h, sections[0](0.5), 1.5e-4 * area_um2)],
        duration_ms=duration_ms,
    )
