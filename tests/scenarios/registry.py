"""Scenarios by name."""

from __future__ import annotations

from collections.abc import Callable

from oracle.model import Model

Build = Callable[..., Model]
SCENARIOS: dict[str, Build] = {}
FIXTURES_OF: dict[str, tuple[str, ...]] = {}


def scenario(*fixtures: str) -> Callable[[Build], Build]:
    """Register a model under the name of its function, with the fixtures that it needs."""

    def register(build: Build) -> Build:
        SCENARIOS[build.__name__] = build
        FIXTURES_OF[build.__name__] = fixtures
        return build

    return register
