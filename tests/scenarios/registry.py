"""Scenarios by name."""

from __future__ import annotations

from collections.abc import Callable

from oracle.model import Model

Build = Callable[..., Model]
SCENARIOS: dict[str, Build] = {}
FIXTURES_OF: dict[str, tuple[str, ...]] = {}
WRT_OF: dict[str, tuple[str, ...] | None] = {}


def scenario(*fixtures: str, wrt: tuple[str, ...] | None = None) -> Callable[[Build], Build]:
    """Register a model under the name of its function, with the fixtures that it needs, and what can be seeded."""

    def register(build: Build) -> Build:
        SCENARIOS[build.__name__] = build
        FIXTURES_OF[build.__name__] = fixtures
        WRT_OF[build.__name__] = wrt
        return build

    return register
