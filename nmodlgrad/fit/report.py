"""The folder of a fit: parameters.json, history.csv, and report.html, which has everything in one file."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nmodlgrad._version import __version__
from nmodlgrad.fit.minimise import Fit
from nmodlgrad.fit.problem import Evaluation, Problem, Response
from nmodlgrad.fit.uncertainty import Uncertainty, uncertainty
from nmodlgrad.runtime.errors import WrongArgument

Floats = NDArray[np.float64]

PARAMETERS, HISTORY, REPORT = "parameters.json", "history.csv", "report.html"


def write_report(
    problem: Problem,
    found: Fit,
    folder: Path | str,
    *,
    noise: float | ArrayLike | None = None,
    title: str = "Fit",
    settings: Mapping[str, str] | None = None,
    source: str = "",
) -> Path:
    """Write parameters.json, history.csv and report.html into a folder; each replaces an earlier one at once.

    What the model did where the fit began and where it is best is that of the fit itself, or run again where that was
    in another process. At the best the parameters stand afterwards.

    Parameters
    ----------
    problem
        open, with the parameters that were fitted
    found
        what :func:`nmodlgrad.fit.minimise` gave
    noise
        as for :func:`nmodlgrad.fit.uncertainty`
    title, settings, source
        shown in the report: what it is called, options by name, and the text of the problem

    Returns
    -------
    Path
        of report.html
    """
    from nmodlgrad.fit.page import html  # with matplotlib, for which only those wait who want a report

    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    seen = _look(problem, found, noise)
    _write(target / PARAMETERS, json.dumps(_parameters(problem, found, seen), indent=2, ensure_ascii=False) + "\n")
    _write(target / HISTORY, _history(problem, found))
    _write(target / REPORT, html(problem, found, seen, title, settings or {}, source))
    return target / REPORT


@dataclass(frozen=True, eq=False)
class Seen:
    """What the model did where the fit began, and at its best; None where it diverged."""

    before: Sequence[Response] | None
    after: Sequence[Response] | None
    uncertainty: Uncertainty | None
    reason: str  # why there is no uncertainty


def _look(problem: Problem, found: Fit, noise: Any) -> Seen:
    first = _whole(problem, found.first, found.thetas[0])
    best = _whole(problem, found.whole, found.theta)
    if best.responses is not None:
        problem.move(found.theta)
    try:
        return Seen(first.responses, best.responses, uncertainty(problem, best, noise=noise), "")
    except WrongArgument as error:
        return Seen(first.responses, best.responses, None, str(error))


def _whole(problem: Problem, known: Evaluation | None, theta: Floats) -> Evaluation:
    """What the fit has kept, if it was a fit of this problem."""
    if known is None or any(each.protocol not in problem.protocols for each in known.responses or ()):
        return problem.evaluate(theta)
    return known


def _write(path: Path, text: str) -> None:
    """As a whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# ------------------------------------------------------------------ data
def _parameters(problem: Problem, found: Fit, seen: Seen) -> dict[str, Any]:
    known = seen.uncertainty
    return {
        "nmodlgrad": __version__,
        "loss": _number(found.loss),
        "outcome": str(found.outcome),
        "message": found.message,
        "evaluations": len(found.losses),
        "seconds": float(found.seconds.sum()),
        "parameters": [_parameter(problem, found, known, k) for k in range(len(problem.free))],
        "noise": None if known is None else known.noise.tolist(),
        "degrees_of_freedom": None if known is None else known.degrees_of_freedom,
        "residual_autocorrelation": None if known is None else _number(known.autocorrelation),
        "correlations": None if known is None else [[_number(x) for x in row] for row in known.correlations],
        "unidentified": None
        if known is None
        else [
            {
                "relative_changes": dict(zip(each.labels, each.weights.tolist(), strict=True)),
                "standard_error": _number(each.error),
            }
            for each in known.unidentified
        ],
    }


def _parameter(problem: Problem, found: Fit, known: Uncertainty | None, k: int) -> dict[str, Any]:
    free = problem.free[k]
    return {
        "label": found.labels[k],
        "value": float(found.values[k]),
        "unit": value_units(problem)[k],
        "standard_error": None if known is None else _number(known.value_errors[k]),
        "start": float(first_values(problem, found)[k]),
        "bounds": [_number(bound) for bound in free.bounds],
        "transform": repr(free.mapping),
        "theta": float(found.theta[k]),
        "theta_standard_error": None if known is None else _number(known.errors[k]),
    }


def _number(x: float) -> float | None:
    """JSON knows neither infinity nor nan."""
    return float(x) if math.isfinite(x) else None


def value_units(problem: Problem) -> list[str]:
    """The units of the values: with a scale, it is the scale that has the parameter's."""
    scales = [getattr(each.direction, "scale", None) for each in problem.free]
    return [unit if scale == 1 else "" for unit, scale in zip(problem.units, scales, strict=True)]


def first_values(problem: Problem, found: Fit) -> Floats:
    """The values where the fit began, which is not where the problem starts if it was told another theta."""
    begun = found.thetas[0]
    if np.array_equal(begun, problem.start):
        return np.array([each.start for each in problem.free], float)  # without what the transform rounds
    return problem.values(begun)


def _history(problem: Problem, found: Fit) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["evaluation", "seconds", "loss", "gradient_norm", *found.labels])
    rows = zip(found.seconds, found.losses, found.gradient_norms, value_series(problem, found), strict=True)
    for number, (seconds, loss, norm, values) in enumerate(rows, 1):
        writer.writerow([number, *(repr(float(x)) for x in (seconds, loss, norm, *values))])
    return text.getvalue()


def value_series(problem: Problem, found: Fit) -> Floats:
    """The values at every evaluation: shape (evaluations, parameters)."""
    return np.array([problem.values(theta) for theta in found.thetas])
