"""The adapters where their libraries are not installed."""

from __future__ import annotations

import pytest

from processes import model


@pytest.mark.parametrize(("adapter", "library"), [("torch", "PyTorch"), ("jax", "JAX")])
def test_without_the_library_one_sentence_says_what_to_install(adapter: str, library: str) -> None:
    said = model(
        f"""
import sys
from nmodlgrad import fit
assert {adapter!r} not in sys.modules, "it is imported when it is asked for"
sys.modules[{adapter!r}] = None
print(refusal(lambda: fit.adapters.{adapter}))
"""
    )
    sentence = f"nmodlgrad.fit.adapters.{adapter} needs {library}: pip install 'nmodlgrad[{adapter}]'"
    assert said.splitlines() == [f"ImportError: {sentence}"]
