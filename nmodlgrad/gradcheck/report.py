"""What is said of a mechanism: its parameters with their errors, or why it was not checked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

TOLERANCE = 1e-6  # relative to the largest derivative

EXACT = "exact"
NOISE = "noise floor"
KINK = "kink"
BLUNT = "blunt"
STILL = "moves nothing"
WRONG = "WRONG"

# Why a mechanism has no figures.
PASSED = "passed through"
REFUSED = "refused"
NOT_COMPILED = "does not compile"
NOT_FINITE = "not finite"
NOT_CARRIED = "not carried"
NO_TABLE = "no table"
UNTRIED = "not tried yet"
FAILED = "failed"


@dataclass(frozen=True)
class Checked:
    """One parameter: the worst error of its gradient and the noise of the difference, both relative to its largest
    value; NaN for a parameter that moves nothing in this cell. `kind` is one of the words above; `note` explains it."""

    name: str
    error: float
    noise: float
    kind: str = EXACT
    note: str = ""

    @property
    def good(self) -> bool:
        """Whether the differences speak for the gradient, or there is nothing to say."""
        return self.kind not in (WRONG, BLUNT)


@dataclass(frozen=True)
class Report:
    """A mechanism: its parameters, the variables that are not what the original computes, or why it was not checked.

    `unchecked` is one of the words above where there are no figures, and `reason` what there is to say of that;
    `notes` say what the cell had that the mechanism did not ask for; `codes` are those of a refusal's diagnostics.
    `left_out` are parameters that act and can not be seeded, each with the reason.
    """

    mechanism: str
    file: str
    parameters: tuple[Checked, ...] = ()
    changed: tuple[str, ...] = ()
    unchecked: str = ""
    reason: str = ""
    codes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def good(self) -> bool:
        """Exact and harmless, or as it was."""
        if self.unchecked:
            return self.unchecked == PASSED
        return not self.changed and all(p.good for p in self.parameters)

    @property
    def error(self) -> float:
        """The worst error of a parameter; NaN if none of them moves anything."""
        return _largest(p.error for p in self.parameters)

    @property
    def noise(self) -> float:
        """The worst noise of a difference."""
        return _largest(p.noise for p in self.parameters if not math.isnan(p.error))

    @property
    def verdict(self) -> str:
        """One word for the mechanism: the worst of its parameters'."""
        if self.unchecked:
            return self.unchecked
        kinds = {p.kind for p in self.parameters}
        if self.changed or WRONG in kinds:
            return WRONG
        return next((kind for kind in (BLUNT, KINK, NOISE, EXACT) if kind in kinds), STILL)

    def as_data(self) -> dict[str, Any]:
        """The same as plain data, for ``--json``; what is not a number is null there."""
        data = {"good": self.good, "verdict": self.verdict, **asdict(self)}
        for parameter in data["parameters"]:
            parameter |= {key: None for key in ("error", "noise") if not math.isfinite(parameter[key])}
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Report:
        """The report that `as_data` wrote."""
        own = {key: value for key, value in data.items() if key not in ("good", "verdict", "parameters")}
        parameters = tuple(
            Checked(**{**p, **{key: math.nan for key in ("error", "noise") if p[key] is None}})
            for p in data["parameters"]
        )
        listed = {key: tuple(own[key]) for key in ("changed", "codes", "notes", "left_out")}
        return cls(**{**own, **listed}, parameters=parameters)


def _largest(values: Iterable[float]) -> float:
    return max((value for value in values if not math.isnan(value)), default=math.nan)
