"""The layer 5 pyramidal cell of bluepyopt's examples, as examples/layer5 builds and fits it.

Its files come from the sdist that `corpus.packages` pins, which is fetched when it is asked for, and kept in a cache.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from corpus.packages import ARCHIVES, cache_folder, fetch
from oracle.model import Direction, Model
from scenarios.parts import clamp
from scenarios.registry import scenario

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "layer5"
sys.path.append(str(EXAMPLE))

import pyramidal_cell  # noqa: E402


def sdist() -> Path:
    """The pinned sdist.

    Raises
    ------
    Unavailable
        where it can not be had.
    """
    (archive,) = (archive for archive in ARCHIVES if archive.package == "bluepyopt")
    (path,) = fetch((archive,))
    return path


def example() -> Path:
    """The folder of the example, unpacked from the sdist beside it."""
    return pyramidal_cell.unpack(sdist(), cache_folder() / f"layer5-{pyramidal_cell.SHA256[:12]}")


def mechanisms() -> list[Path]:
    """The example's .mod files."""
    return sorted((example() / "mechanisms").glob("*.mod"))


@scenario(mechanisms=mechanisms, builtins=("pas", "IClamp"))  # as the example loads them: it is compiled once
def the_layer_5_pyramidal_cell(h: Any, duration_ms: float = 20.0) -> Model:
    """Every parameter that the example leaves free, over its region, and how much Ih there is along the apical path."""
    folder = example()
    cell = pyramidal_cell.build(h, folder)
    pyramidal_cell.equip(h, cell, folder)
    (soma,) = cell["somatic"]

    def ih(segment: Any) -> float:
        return pyramidal_cell.along_the_path(h.distance(soma(0.5), segment))

    return Model(
        sections=cell["all"],
        directions=[
            *(Direction(free.name, sections=cell[free.region]) for free in pyramidal_cell.parameters(folder)),
            Direction("gIhbar_Ih", sections=cell["apical"], scale=ih),
        ],
        keep=[clamp(h, soma(0.5), 1.0)],
        duration_ms=duration_ms,
    )
