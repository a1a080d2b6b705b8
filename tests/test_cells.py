"""A cell as large as people fit them, along all that they fit."""

from __future__ import annotations

import numpy as np
import pytest

from corpus.packages import Unavailable
from oracle import Oracle, relative_error
from oracle.simulate import DT_MS
from scenarios.pyramidal import example, pyramidal_cell

TOLERANCE = 1e-7
PROCESSES = 2


def test_the_tangent_is_exact_in_the_layer_5_pyramidal_cell_along_all_that_is_fitted(oracle: Oracle) -> None:
    try:
        example()
    except Unavailable as reason:
        pytest.skip(str(reason))
    name = "the_layer_5_pyramidal_cell"
    augmented = oracle.tangents(name).result()  # first: compiling takes both processors
    shares = [oracle.differences(name, share=(number, PROCESSES)) for number in range(PROCESSES)]
    labels: dict[int, str] = {}
    errors, noise = np.zeros((2, len(pyramidal_cell.RELEASED) + 1))
    for number, share in enumerate(shares):
        original = share.result()
        own = slice(number, None, PROCESSES)
        np.testing.assert_allclose(augmented["voltage_0"], original["voltage"], rtol=0, atol=1e-6)
        errors[own] = relative_error(augmented["tangent_0"][:, :, own], original["reference"])
        noise[own] = original["noise"]
        labels |= dict(zip(range(number, len(errors), PROCESSES), original["labels"], strict=True))
    print(f"\n{'relative error':>14} {'noise':>8}")
    for number, label in sorted(labels.items()):
        print(f"{errors[number]:14.1e} {noise[number]:8.1e}  {label}")
    soma = augmented["voltage_0"][:, 0]
    print(f"worst {errors.max():.1e}; {np.sum((soma[1:] > 0) & (soma[:-1] <= 0))} spikes in {len(soma) * DT_MS:.0f} ms")
    assert len(pyramidal_cell.RELEASED) == 20, "the parameters that the example's configuration does not freeze"
    assert soma.max() > 0, "this should spike"
    assert noise.max() <= TOLERANCE / 5, "the oracle is too blunt here"
    assert errors.max() <= TOLERANCE
