"""How far Python may call itself while a mechanism is translated."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Calls inside calls. What `nmodlgrad.semantics.depth` lets pass takes 700 of them, and who calls us has some already;
# whatever they are, 1,500 fit into the 8 MB that a thread has, in every version of Python.
FRAMES = 1_500


@contextmanager
def deep() -> Iterator[None]:
    """As far as the deepest mechanism needs, where Python's own limit is 1,000."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
