"""One mechanism: translated, compiled, run on both sides, compared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.build import BuildError
from nmodlgrad.calculus.tangent import IDLE
from nmodlgrad.diagnostics import NmodlGradError, Refused, Source
from nmodlgrad.gradcheck import cache, compare, parts
from nmodlgrad.gradcheck.config import GENTLE, PULSES, Config, Setting
from nmodlgrad.gradcheck.parts import Part
from nmodlgrad.gradcheck.report import (
    FAILED,
    NO_TABLE,
    NOT_CARRIED,
    NOT_COMPILED,
    NOT_FINITE,
    PASSED,
    REFUSED,
    UNTRIED,
    Report,
)
from nmodlgrad.gradcheck.subject import Subject, subject
from nmodlgrad.semantics.resolve import resolve
from nmodlgrad.sources import BUILT_IN, Found

TRIED = "_tried"  # behind a name that is taken
ENTRY = (
    "original",
    "point_process",
    "parameters",
    "times_only",
    "weights",
    "ions",
)  # what the cell asks of the manifest


@dataclass(frozen=True)
class Task:
    """A mechanism to check; `others` are the sources it may find its companions among.

    A `fresh` report is made whatever is kept; `keep` keeps the differences too, which the original alone decides.
    Unless something is to be `run`, only reports that are kept are given.
    """

    found: Found
    config: Config
    others: Sequence[Found] = ()
    fresh: bool = False
    timeout_s: float = 300.0
    keep: bool = False
    run: bool = True


@dataclass
class Clock:
    """How long the pieces of the work took."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, what: str, now: Callable[[], float] = time.perf_counter) -> Iterator[None]:
        """Take the time of a piece, by this clock."""
        start = now()
        try:
            yield
        finally:
            self.seconds[what] = self.seconds.get(what, 0) + now() - start


def check(task: Task) -> Report:
    """The report on a mechanism, from the cache if it was made before."""
    clock = Clock()
    file = task.found.source.name
    try:
        with clock("translate", time.process_time):
            mechanism = resolve(_renamed(task.found.source))
            own = parts.part(mechanism.name, Found(mechanism.source, parts.FILE))
    except Refused as refused:
        codes = tuple(dict.fromkeys(d.code for d in refused.diagnostics))
        return Report(Path(file).stem, file, (), (), REFUSED, str(refused), codes, seconds=clock.seconds)
    if not own.entries:
        return Report(Path(file).stem, file, (), (), PASSED, "nothing in it to differentiate")
    seen = subject(mechanism)
    setting = task.config.of(seen.name.removesuffix(TRIED))
    missing = [name for name in seen.tables if name not in setting.tables]
    if missing:
        reason = (
            f"no values of {', '.join(missing)}: give each FUNCTION_TABLE some, under tables in a file for --config"
        )
        return Report(seen.name, file, (), (), NO_TABLE, reason, seconds=clock.seconds)
    beside = [*parts.helpers(seen, setting), *_companions(task, setting)]
    texts = [text for part in (*beside, own) for text in (*part.originals.values(), *part.translation.files.values())]
    name = cache.key([*texts, json.dumps(asdict(setting), sort_keys=True)])
    report = None if task.fresh else cache.load(name)
    if report is None and not task.run:
        return Report(seen.name, file, (), (), UNTRIED, seconds=clock.seconds)
    if report is None:
        report = _Check(task, own, seen, setting, beside, clock).report()
        if report.unchecked not in (FAILED, NOT_COMPILED):  # for a reason that may have nothing to do with it
            cache.keep(name, replace(report, file=""))
    return replace(_renamed_back(report), file=file, seconds={**report.seconds, **clock.seconds})


def _renamed(source: Source) -> Source:
    """The text with a name of its own where NEURON has a mechanism of that name, which can not be registered again."""
    name = resolve(source).suffix.name
    if name not in BUILT_IN:
        return source
    return replace(source, text=f"{source.text[: name.span.start]}{name}{TRIED}{source.text[name.span.end :]}")


def _renamed_back(report: Report) -> Report:
    """The report as if the mechanism had kept its name."""
    if report.mechanism.removesuffix(TRIED) not in BUILT_IN:
        return report
    parameters = tuple(replace(p, name=p.name.removesuffix(TRIED)) for p in report.parameters)
    return replace(report, mechanism=report.mechanism.removesuffix(TRIED), parameters=parameters)


def _companions(task: Task, setting: Setting) -> Iterator[Part]:
    by_name = {resolve(found.source).name: found for found in task.others} if setting.companions else {}
    for name in setting.companions:
        if name not in by_name:
            raise NmodlGradError(f"{name}, a companion of {task.found.source.name}, is in none of the sources")
        yield parts.part(name, replace(by_name[name], file=f"beside_{name}.mod"))


@dataclass(frozen=True)
class _Check:
    """A mechanism on its way to its report."""

    task: Task
    own: Part
    subject: Subject
    setting: Setting
    beside: Sequence[Part]
    clock: Clock

    def report(self) -> Report:
        """Whatever happens."""
        try:
            return self._compared(self.setting)
        except parts.NotCarried as error:
            if self.setting.ions == "moving" and len(self.beside) > 1 + len(self.setting.companions):
                return self._standing_still(str(error))
            return self._without(NOT_CARRIED, str(error))
        except parts.NotCompiled as error:
            return self._without(NOT_COMPILED, str(error))
        except NmodlGradError as error:
            return self._without(FAILED, str(error))

    def _standing_still(self, why: str) -> Report:
        """The same where nothing moves its concentrations, since the gradient can not be carried where it does."""
        alone = [part for part in self.beside if not part.name.startswith(("gradcheck_pool", "gradcheck_channel"))]
        report = replace(self, setting=replace(self.setting, ions="still"), beside=alone).report()
        return replace(report, notes=(*report.notes, f"concentrations stand still: {why}"))

    def _without(self, word: str, reason: str) -> Report:
        return Report(self._entry["original"], "", (), (), word, reason, seconds=self.clock.seconds)

    @property
    def _entry(self) -> dict[str, Any]:
        return self.own.entries[0]

    def _compared(self, setting: Setting) -> Report:
        with tempfile.TemporaryDirectory(prefix="nmodlgrad-gradcheck-") as name:
            request = self._request(setting)
            theirs = self._theirs(Path(name), request)
            if "lost" in theirs:
                if setting.drive == PULSES:  # driven less, it may hold
                    return self._compared(replace(setting, drive=GENTLE))
                reason = f"a voltage of the original is not finite from {theirs['lost']:g} ms on"
                return self._without(NOT_FINITE, reason)
            libraries = {"libraries": self._augmented()}
            ours = run("augmented", Path(name), request | libraries, self.task.timeout_s, self.clock)
            checked = tuple(compare.parameters(ours, theirs, setting.dt))
            doubtful = {p.name: float(s) for p, s in zip(checked, theirs["step"], strict=True) if not p.good and s}
            if doubtful:
                asked = request | {"libraries": self._originals(), "again": doubtful}
                again = run("original", Path(name), asked, self.task.timeout_s, self.clock)
                checked = compare.from_both_sides(checked, ours, again)
        changed = compare.changed(ours, theirs)
        notes = [part.name for part in self.beside[1:]] + (["driven gently"] if setting.drive == GENTLE else [])
        left_out = tuple(f"{name}, {why}" for name, why in self._entry["excluded"].items() if why != IDLE)
        left_out += tuple(f"{name}, it acts through times of events alone" for name in self._entry["times_only"])
        report = Report(self._entry["original"], "", checked, changed[:8], seconds=self.clock.seconds)
        return replace(report, notes=tuple(notes), left_out=left_out)

    def _theirs(self, folder: Path, request: dict[str, Any]) -> dict[str, NDArray[Any]]:
        """What the original gives; where differences are kept, under a key of all that decides them."""
        texts = [text for part in (*self.beside, self.own) for text in part.originals.values()]
        asked = {key: request[key] for key in ("entry", "subject", "setting", "beside")}
        name = cache.key([f"differences {cache.DIFFERENCES}", *texts, json.dumps(asked, sort_keys=True)])
        kept = cache.differences(name) if self.task.keep and not self.task.fresh else None
        if kept is not None:
            return kept
        asked["libraries"] = self._originals()
        found = run("original", folder, asked, self.task.timeout_s, self.clock)
        if self.task.keep:
            cache.keep_differences(name, found)
        return found

    def _request(self, setting: Setting) -> dict[str, Any]:
        entries = [entry for part in (*self.beside, self.own) for entry in part.entries]
        return {
            "entry": {key: self._entry[key] for key in ENTRY},
            "subject": asdict(self.subject),
            "setting": setting.as_data(),
            "beside": [part.name for part in self.beside[1:]],
            "mechanisms": entries,
            "passed": [entry for part in self.beside for entry in part.passed],
            "name": self._entry["name"],
        }

    def _originals(self) -> list[str]:
        with self.clock("compile original"):
            try:
                own = self.own.original()
            except BuildError as error:
                raise parts.NotCompiled(str(error)) from None
            return [*(part.original() for part in self.beside), own]

    def _augmented(self) -> list[str]:
        with self.clock("compile augmented"):
            return [*(part.augmented() for part in (*self.beside, self.own)), parts.support(self.own.translation)]


def run(side: str, folder: Path, request: Mapping[str, Any], timeout_s: float, clock: Clock) -> dict[str, NDArray[Any]]:
    """Run one side in an empty folder, so that NEURON loads nothing by itself."""
    own = folder / f"{side}{len(list(folder.iterdir()))}"
    own.mkdir()
    (own / "request.json").write_text(json.dumps(request))
    importable = [str(Path(__file__).resolve().parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    with clock(f"run {side}"):
        try:
            done = subprocess.run(
                [sys.executable, "-m", f"nmodlgrad.gradcheck.{side}", "request.json", "result.npz"],
                cwd=own,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(importable), "NEURON_MODULE_OPTIONS": "-nogui"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise NmodlGradError(f"the process that runs the {side} mechanism did not end in {timeout_s:g} s") from None
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        if said and said[-1].startswith("CannotCarry: "):
            raise parts.NotCarried(said[-1].removeprefix("CannotCarry: "))
        raise NmodlGradError(f"the process that runs the {side} mechanism failed: {' '.join(said[-3:])}")
    with np.load(own / "result.npz") as arrays:
        return dict(arrays)
