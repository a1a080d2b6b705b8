"""Scenarios by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from oracle.model import Model

Build = Callable[..., Model]
SCENARIOS: dict[str, Build] = {}
FIXTURES_OF: dict[str, tuple[str, ...]] = {}
WRT_OF: dict[str, tuple[str, ...] | None] = {}
MECHANISMS_OF: dict[str, Callable[[], list[Path]]] = {}
BUILTINS_OF: dict[str, tuple[str, ...]] = {}


def scenario(
    *fixtures: str,
    wrt: tuple[str, ...] | None = None,
    mechanisms: Callable[[], list[Path]] | None = None,
    builtins: tuple[str, ...] | None = None,
) -> Callable[[Build], Build]:
    """Register a model under the name of its function, with the fixtures that it needs, and what can be seeded.

    `mechanisms` finds the files of a model that has others than the fixtures, `builtins` are what it needs beside.
    """

    def register(build: Build) -> Build:
        SCENARIOS[build.__name__] = build
        FIXTURES_OF[build.__name__] = fixtures
        WRT_OF[build.__name__] = wrt
        if mechanisms is not None:
            MECHANISMS_OF[build.__name__] = mechanisms
        if builtins is not None:
            BUILTINS_OF[build.__name__] = builtins
        return build

    return register
