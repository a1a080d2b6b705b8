"""report.html: everything that one wants to see of a fit, in one file."""

from __future__ import annotations

import math
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import scipy
from neuron import h

from nmodlgrad import resources
from nmodlgrad._version import __version__
from nmodlgrad.fit import pictures
from nmodlgrad.fit.minimise import Fit
from nmodlgrad.fit.problem import Problem, Protocol, Response
from nmodlgrad.fit.report import Seen, first_values, value_series, value_units
from nmodlgrad.fit.uncertainty import Uncertainty

_FOLLOWS = 0.3  # residuals that are correlated more than this with the next one are spoken of


def html(problem: Problem, found: Fit, seen: Seen, title: str, settings: Mapping[str, str], source: str) -> str:
    """The page of a fit, with its pictures in it."""
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
        state=str(found.outcome).capitalize(),
        first=_short(found.losses[0]),
        last=_short(found.loss),
        elapsed=_elapsed(float(found.seconds.sum())),
        date=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        rows=[_row(problem, found, known, k) for k in range(len(problem.free))],
        losses=_losses(seen),
        traces=_traces(problem.protocols, seen),
        course=pictures.embedded(pictures.course(found)),
        trajectories=pictures.embedded(
            pictures.trajectories(found, value_series(problem, found), value_units(problem), bounds)
        ),
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
        "unit": value_units(problem)[k],
        "start": f"{first_values(problem, found)[k]:.4g}",
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


def _losses(seen: Seen) -> list[dict[str, str]]:
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


def _traces(protocols: Sequence[Protocol], seen: Seen) -> list[tuple[str, str]]:
    """The name and the picture of each protocol."""
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
