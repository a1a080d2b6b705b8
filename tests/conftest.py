"""Shared by the tests that run NEURON."""

from __future__ import annotations

import pytest

from oracle import Oracle


@pytest.fixture(scope="session")
def oracle(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Oracle:
    """The original mechanisms, compiled once; what they gave before is taken from pytest's cache."""
    assert request.config.cache is not None
    return Oracle.compile(tmp_path_factory.mktemp("originals"), request.config.cache.mkdir("oracle"))
