"""What a design tells about each parameter: standard errors, from the Fisher information at the published values.

python examples/layer5/design.py layer5/cell     # the folder that run.py has unpacked
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from task import DT_MS, EVERY_MS, STIMULI, Floats, Model, Stimulus

from nmodlgrad import fit

NOISE_MV = 1.0  # standard deviation of each sample's
SHORT = (
    Stimulus("hyperpolarising", 30, ((5, 30, -0.5),)),
    Stimulus("weak", 50, ((5, 50, 0.8),)),
    Stimulus("strong", 50, ((5, 50, 1.9),)),
)
SOMA_AND_TRUNK = (0, 4)  # of the places of a Model, the second at 400 um


def relative_errors(model: Model, stimuli: Sequence[Stimulus], places: Sequence[Any]) -> Floats:
    """Standard error of each parameter over its value."""
    protocols = [
        fit.Protocol(
            stimulus.name,
            stimulus.duration,
            [fit.SquaredError(place, _sampled(trace)) for place, trace in _traces(model, stimulus) if place in places],
            partial(model.prepare, stimulus),
        )
        for stimulus in stimuli
    ]
    with fit.Problem(model.free(model.truth), protocols, dt=DT_MS) as problem:
        there = problem.evaluate(problem.start)
        known = fit.uncertainty(problem, there, noise=[NOISE_MV / math.sqrt(count) for count in there.counts])
    return known.value_errors / model.truth


def _traces(model: Model, stimulus: Stimulus) -> list[tuple[Any, Floats]]:
    return list(zip(model.places, model.run(stimulus), strict=True))


def _sampled(trace: Floats) -> fit.Trace:
    return fit.Trace.sampled(trace[:: round(EVERY_MS / DT_MS)], EVERY_MS)


def _percent(error: float) -> str:
    return f"{100 * error:.2g} %" if error < 1 else f"{100 * error:.0f} %"


def main() -> None:
    """Print a table: a line for each parameter, a column for each design."""
    model = Model(Path(sys.argv[1]), augmented=True)
    few = [model.places[k] for k in SOMA_AND_TRUNK]
    designs = {
        "earlier: three steps, two places": (SHORT, few),
        "three steps, six places": (SHORT, model.places),
        "rebound and burst, two places": (STIMULI, few),
        "used: rebound and burst, six places": (STIMULI, model.places),
    }
    columns = [relative_errors(model, *design) for design in designs.values()]
    rows = [("parameter", *designs), ("---",) * (1 + len(designs))]
    for parameter, *errors in zip(model.parameters, *columns, strict=True):
        rows.append((parameter.label, *(_percent(error) for error in errors)))
    rows.append(("worst", *(_percent(column.max()) for column in columns)))
    print("\n".join("| " + " | ".join(row) + " |" for row in rows))


if __name__ == "__main__":
    main()
