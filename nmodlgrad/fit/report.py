"""The folder of a fit: parameters.json, history.csv, and report.html, which has everything in one file."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import scipy
from neuron import h
from numpy.typing import ArrayLike, NDArray

from nmodlgrad import resources
from nmodlgrad._version import __version__
from nmodlgrad.fit.minimise import Fit
from nmodlgrad.fit.problem import Evaluation, Problem, Protocol, Response
from nmodlgrad.fit.uncertainty import Uncertainty, uncertainty
from nmodlgrad.runtime.errors import Diverged, WrongArgument

Floats = NDArray[np.float64]

PARAMETERS, HISTORY, REPORT = "parameters.json", "history.csv", "report.html"
_FOLLOWS = 0.3  # residuals that are correlated more than this with the next one are spoken of


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

    The model is run where the fit began, and where it is best, at which the parameters then stand.

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
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    seen = _look(problem, found, noise)
    _write(target / PARAMETERS, json.dumps(_parameters(problem, found, seen), indent=2, ensure_ascii=False) + "\n")
    _write(target / HISTORY, _history(problem, found))
    _write(target / REPORT, _html(problem, found, seen, title, settings or {}, source))
    return target / REPORT


@dataclass(frozen=True, eq=False)
class _Seen:
    """What the model did where the fit began, and at its best; None where it diverged."""

    before: list[Response] | None
    after: list[Response] | None
    uncertainty: Uncertainty | None
    reason: str  # why there is no uncertainty


def _look(problem: Problem, found: Fit, noise: Any) -> _Seen:
    before, after = _responses(problem, found.thetas[0]), _responses(problem, found.theta)
    try:
        whole: Evaluation = problem.evaluate(found.theta)
        return _Seen(before, after, uncertainty(problem, whole, noise=noise), "")
    except WrongArgument as error:
        return _Seen(before, after, None, str(error))


def _responses(problem: Problem, theta: Floats) -> list[Response] | None:
    try:
        return problem.responses(theta)
    except Diverged:
        return None


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
def _parameters(problem: Problem, found: Fit, seen: _Seen) -> dict[str, Any]:
    known = seen.uncertainty
    return {
        "nmodlgrad": __version__,
        "loss": _number(found.loss),
        "message": found.message,
        "finished": found.finished,
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
        "unit": _units(problem)[k],
        "standard_error": None if known is None else _number(known.value_errors[k]),
        "start": free.start,
        "bounds": [_number(bound) for bound in free.bounds],
        "transform": repr(free.mapping),
        "theta": float(found.theta[k]),
        "theta_standard_error": None if known is None else _number(known.errors[k]),
    }


def _number(x: float) -> float | None:
    """JSON knows neither infinity nor nan."""
    return float(x) if math.isfinite(x) else None


def _units(problem: Problem) -> list[str]:
    """Those of the values: with a scale, it is the scale that has the parameter's."""
    scales = [getattr(each.direction, "scale", None) for each in problem.free]
    return [unit if scale == 1 else "" for unit, scale in zip(problem.units, scales, strict=True)]


def _history(problem: Problem, found: Fit) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["evaluation", "seconds", "loss", "gradient_norm", *found.labels])
    rows = zip(found.seconds, found.losses, found.gradient_norms, _values(problem, found), strict=True)
    for number, (seconds, loss, norm, values) in enumerate(rows, 1):
        writer.writerow([number, *(repr(float(x)) for x in (seconds, loss, norm, *values))])
    return text.getvalue()


def _values(problem: Problem, found: Fit) -> Floats:
    return np.array([problem.values(theta) for theta in found.thetas])


# ------------------------------------------------------------------ the page
def _html(problem: Problem, found: Fit, seen: _Seen, title: str, settings: Mapping[str, str], source: str) -> str:
    from nmodlgrad.fit import pictures  # with matplotlib, for which only those wait who want it

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources.folder("templates")),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    known = seen.uncertainty
    bounds = [free.bounds for free in problem.free]
    return environment.get_template("report.html.jinja").render(
        title=title,
        found=found,
        message=found.message.rstrip("."),
        state="Finished" if found.finished else "Ended early",
        first=_short(found.losses[0]),
        last=_short(found.loss),
        elapsed=_elapsed(float(found.seconds.sum())),
        date=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        rows=[_row(problem, found, known, k) for k in range(len(problem.free))],
        losses=_losses(seen),
        traces=_traces(problem.protocols, seen),
        course=pictures.embedded(pictures.course(found)),
        trajectories=pictures.embedded(pictures.trajectories(found, _values(problem, found), _units(problem), bounds)),
        uncertainty=known,
        picture=None if known is None else pictures.embedded(known.figure()),
        unidentified=[] if known is None else [(str(each), _percent(each.error)) for each in known.unidentified],
        correlated=_correlated(known),
        noise=_noise(known),
        reason=seen.reason,
        settings=settings,
        versions=_versions(),
        source=source,
    )


def _row(problem: Problem, found: Fit, known: Uncertainty | None, k: int) -> dict[str, Any]:
    free = problem.free[k]
    value, error = float(found.values[k]), math.nan if known is None else float(known.value_errors[k])
    low, high = free.bounds
    near = any(abs(value - bound) <= max(error, 1e-6 * abs(bound)) for bound in free.bounds if math.isfinite(bound))
    return {
        "label": found.labels[k],
        "value": _value(value, error),
        "error": "not fixed" if math.isinf(error) else "" if math.isnan(error) else f"{error:.2g}",
        "relative": "" if known is None or not math.isfinite(error) else _percent(error / float(known.scales[k])),
        "unit": _units(problem)[k],
        "start": f"{free.start:.4g}",
        "bounds": f"{_bound(low)} to {_bound(high)}" if math.isfinite(low) or math.isfinite(high) else "none",
        "near": near,
    }


def _value(value: float, error: float) -> str:
    """As many digits as the error allows, two of it."""
    if not (math.isfinite(error) and error > 0 and value):
        return f"{value:.6g}"
    digits = math.floor(math.log10(abs(value))) - math.floor(math.log10(error)) + 2
    return f"{value:#.{min(max(digits, 2), 12)}g}".rstrip(".")


def _bound(x: float) -> str:
    return f"{x:.4g}" if math.isfinite(x) else ("-" if x < 0 else "") + "∞"


def _percent(x: float) -> str:
    return f"{100 * x:.2g} %" if x < 10 else f"{x:.2g} times" if math.isfinite(x) else "infinite"


def _short(x: float) -> str:
    return f"{x:.4g}" if math.isfinite(x) else "diverges"


def _elapsed(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest:.0f} s" if minutes else f"{rest:.1f} s"


def _losses(seen: _Seen) -> list[dict[str, str]]:
    """What each loss was and is."""
    shown = seen.after or seen.before or []
    before = [""] * len(shown) if seen.before is None else [_short(_cost(each)) for each in seen.before]
    after = [""] * len(shown) if seen.after is None else [_short(_cost(each)) for each in seen.after]
    return [
        {
            "protocol": each.protocol.name,
            "kind": type(each.loss).__name__,
            "where": f"{each.loss.variable} at {each.loss.place}",
            "before": old,
            "after": new,
        }
        for each, old, new in zip(shown, before, after, strict=True)
    ]


def _cost(response: Response) -> float:
    residuals, _ = response.loss.residuals(response.samples, response.interval)
    return response.loss.weight * float(residuals @ residuals) / 2


def _traces(protocols: Sequence[Protocol], seen: _Seen) -> list[tuple[str, str]]:
    """The name and the picture of each protocol."""
    from nmodlgrad.fit import pictures

    if seen.after is None:
        return []
    found = []
    for protocol in protocols:
        before = None if seen.before is None else [each for each in seen.before if each.protocol is protocol]
        after = [each for each in seen.after if each.protocol is protocol]
        found.append((protocol.name, pictures.embedded(pictures.traces(before, after))))
    return found


def _correlated(known: Uncertainty | None) -> str:
    """By how much errors are too small, if residuals follow each other."""
    if known is None or not known.autocorrelation > _FOLLOWS:
        return ""
    a = min(known.autocorrelation, 1 - 1e-6)
    return (
        f"Neighbouring residuals are correlated by {a:.2f}, which the standard errors do not know of: they are too "
        + (f"small, by a factor of about {math.sqrt((1 + a) / (1 - a)):.2g}.")
    )


def _noise(known: Uncertainty | None) -> str:
    if known is None:
        return ""
    how = (
        "as given"
        if known.degrees_of_freedom is None
        else f"estimated with {known.degrees_of_freedom} degrees of freedom"
    )
    low, high = float(known.noise.min()), float(known.noise.max())
    return (f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}") + f", {how}"


def _versions() -> dict[str, str]:
    return {
        "nmodlgrad": __version__,
        "NEURON": str(h.nrnversion()),
        "Python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "system": f"{platform.system()} {platform.machine()}",
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
    }
