"""The journal of a fit: every evaluation, on disk before the next one begins.

A fit that is resumed is run again from its start, and takes from the journal what was evaluated before. So an optimiser
needs no state that could be saved and restored, and a fit that was killed at any moment goes on as if it had not been.
"""

from __future__ import annotations

import fcntl
import json
import math
import operator
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.diagnostics import NmodlGradError
from nmodlgrad.fit.problem import Evaluation

NAME = "evaluations.jsonl"
_SAME = 1e-6  # relative: what another processor's exp and another LAPACK leave of a model's derivatives

T = TypeVar("T")


class JournalError(NmodlGradError):
    """A folder is that of another fit, or in use."""


class JournalInUse(JournalError):
    """A folder is in use."""


@dataclass(frozen=True, eq=False)
class Entry:
    """One evaluation, in compressed form, and how long it took in seconds."""

    evaluation: Evaluation
    seconds: float


class Journal:
    """A file with a line of JSON for what is fitted, and one for each evaluation. `first` is that of before, or None.

    Parameters
    ----------
    folder
        where it is; made if it is not there
    fit
        what tells this fit from others: it has to be the same when the fit is resumed
    name
        of the file

    Raises
    ------
    JournalError
        when the folder has another fit's journal, or one that something else has written to
    JournalInUse
        when another process writes it
    """

    def __init__(self, folder: Path, fit: Mapping[str, Any], name: str = NAME) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / name
        self._file = self.path.open("a+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            there = self._read(json.loads(json.dumps(fit)))
            self.first = there[0] if there else None
            self._earlier = iter(there)
        except BlockingIOError:
            self._file.close()
            raise JournalInUse(f"{self.path} is being written by another process") from None
        except BaseException:
            self._file.close()
            raise

    def _read(self, fit: Mapping[str, Any]) -> list[Entry]:
        """What was evaluated before; a line that was not finished is cut off."""
        self._file.seek(0)
        lines = self._file.read().splitlines(keepends=True)
        if lines and not lines[-1].endswith(b"\n"):
            self._file.truncate(sum(map(len, lines[:-1])))
            lines.pop()
        if not lines:
            self._append(fit)
        elif (there := self._parsed(1, lines[0], dict)) != fit:
            raise JournalError(
                f"{self.path} is the journal of another fit ({_differences(there, fit)}): give another folder, or "
                "remove this one"
            )
        return [self._parsed(number, line, _entry) for number, line in enumerate(lines[1:], 2)]

    def _parsed(self, number: int, line: bytes, form: Callable[[Any], T]) -> T:
        try:
            return form(json.loads(line))
        except (ValueError, KeyError, TypeError):
            raise JournalError(
                f"{self.path}:{number} is no line of a journal: something else has written there. Cut it off from "
                "there on, or give another folder"
            ) from None

    def check(self, again: Evaluation) -> None:
        """Whether the first evaluation of before is what the model does there now.

        Raises
        ------
        JournalError
            when it is not: what differs in the model itself, and in what is done to it, has no name here
        """
        assert self.first is not None
        before = self.first.evaluation
        if not _alike(before, again):
            raise JournalError(
                f"{self.path}: the model does not do what it did: the loss at the start is {again.loss:.6g}, and was "
                f"{before.loss:.6g}. Another stimulus, cell or mechanism, or noise that prepare does not seed? Give "
                "another folder, or remove this one"
            )

    def earlier(self, theta: NDArray[np.float64]) -> Entry | None:
        """The next evaluation of before, if it was this one."""
        entry = next(self._earlier, None)
        if entry is not None and not np.array_equal(entry.evaluation.theta, theta):
            raise JournalError(
                f"{self.path}: the fit takes another way than before. Another function for the rate? An update of "
                "nmodlgrad, numpy or scipy? Begin anew in another folder"
            )
        return entry

    @property
    def ahead(self) -> int:
        """How many evaluations of before have not been asked for."""
        return operator.length_hint(self._earlier)

    def add(self, entry: Entry) -> None:
        """Keep an evaluation; it is on disk when this returns."""
        evaluation = entry.evaluation
        triangle = np.column_stack([evaluation.jacobian, evaluation.residuals])
        packed = triangle[np.triu_indices(len(triangle))] if np.isfinite(evaluation.loss) else np.zeros(0)
        self._append(
            {
                "theta": evaluation.theta.tolist(),
                "triangle": packed.tolist(),
                "counts": list(evaluation.counts),
                "seconds": round(entry.seconds, 6),
            }
        )

    def _append(self, data: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(data).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _alike(one: Evaluation, other: Evaluation) -> bool:
    """Whether loss, gradient and J'J are the same, but for rounding."""
    if not (math.isfinite(one.loss) and math.isfinite(other.loss)):
        return math.isfinite(one.loss) == math.isfinite(other.loss)
    tables = [np.column_stack([each.jacobian, each.residuals]) for each in (one, other)]
    longest = np.maximum(*(np.linalg.norm(table, axis=0) for table in tables))
    products = [table.T @ table for table in (table / np.where(longest > 0, longest, 1.0) for table in tables)]
    return bool((np.abs(products[0] - products[1]) <= _SAME).all())


def _differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """What is not the same in two fits; of optimisers also in what they differ."""
    names = sorted(name for name in {*there, *here} if there.get(name) != here.get(name))
    return f"{', '.join(_told(name, there.get(name), here.get(name)) for name in names)} differ"


def _told(name: str, there: Any, here: Any) -> str:
    if not (isinstance(there, dict) and isinstance(here, dict)):
        return name
    keys = here if there.get("kind") == here.get("kind") else ["kind"]
    told = [f"{key} {there.get(key)} there, {here.get(key)} here" for key in keys if there.get(key) != here.get(key)]
    return f"{name} ({'; '.join(told)})"


def _entry(data: Mapping[str, Any]) -> Entry:
    theta = np.array(data["theta"], float)
    count = len(theta)
    triangle = np.zeros((count + 1, count + 1))
    if data["triangle"]:
        triangle[np.triu_indices(count + 1)] = data["triangle"]
        evaluation = Evaluation(theta, triangle[:, count], triangle[:, :count], tuple(data["counts"]))
    else:
        evaluation = Evaluation(theta, np.full(count + 1, np.inf), np.zeros((count + 1, count)))
    return Entry(evaluation, data["seconds"])
