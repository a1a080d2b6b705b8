"""Shared by the tests that run NEURON, and by those that compare with a reviewed text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from oracle import Oracle


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the reviewed texts anew: read them before you commit"
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with the one in a file, or write it there with --update-golden."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="latin-1", newline="")
        assert path.exists(), f"{path} does not exist: pytest --update-golden writes it"
        assert text == path.read_text(encoding="latin-1"), f"another text than in {path}: see pytest --update-golden"

    return compare


@pytest.fixture(scope="session")
def oracle(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Oracle:
    """The original mechanisms, compiled once; what they gave before is taken from pytest's cache."""
    assert request.config.cache is not None
    return Oracle(tmp_path_factory.mktemp("augmented"), request.config.cache.mkdir("oracle"))
