"""Whatever the tree: lengths, diameters, tapers, segments, and which end is attached where."""

from __future__ import annotations

from typing import Any

from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from oracle import Oracle, relative_error

TOLERANCE = 1e-7

lengths_um = st.integers(20, 200).map(float)
tapers = st.sampled_from([1.0, 0.4, 1.7])
segments = st.sampled_from([1, 2, 3, 5])


@st.composite
def trees(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A root of the size of a soma, and two to five branches, each on any place of any earlier one."""
    root = {
        "length_um": 20.0,
        "diam_um": float(draw(st.integers(12, 25))),
        "nseg": draw(segments),
        "taper": draw(tapers),
    }
    branches = [
        {
            "length_um": draw(lengths_um),
            "diam_um": draw(st.integers(8, 40)) / 10,
            "nseg": draw(segments),
            "taper": draw(tapers),
            "parent": draw(st.integers(0, number)),
            "at": draw(st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0])),
            "end": draw(st.sampled_from([0, 1])),
        }
        for number in range(draw(st.integers(2, 5)))
    ]
    return [root, *branches]


# Six examples, always the same, and no shrinking: each runs two processes, and the tests of all have minutes.
@settings(max_examples=6, derandomize=True, deadline=None, database=None, phases=[Phase.explicit, Phase.generate])
@given(branches=trees())
def test_the_tangent_is_exact_in_any_tree(oracle: Oracle, branches: list[dict[str, Any]]) -> None:
    augmented = oracle.tangents("a_random_tree", branches=branches)
    original = oracle.differences("a_random_tree", branches=branches).result()
    errors = relative_error(augmented.result()["tangent_0"], original["reference"])
    note(f"errors {errors} with noise {original['noise']}")
    print(f"\n{len(branches)} sections: errors {errors.max():.1e}, noise {original['noise'].max():.1e}")
    assert errors.max() <= TOLERANCE
