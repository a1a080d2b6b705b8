"""Whether the gradient of a mechanism is exact, and the mechanism unharmed: tried in a small cell, in two processes.

`check`        one mechanism, from its text to its report
`subject`      what the cell has to know of a mechanism
`config`       what can not be guessed
`parts`        what is compiled and loaded beside it
`cell`         the cell, the same on both sides; `wiring` is what the mechanism finds in it
`original`     the process that runs the original mechanism; `differences` are those it takes
`augmented`    the process that runs the augmented one
`compare`      exact, blunt, or wrong
`report`       what is said of a mechanism; `cache` keeps it, `table` shows it
`pool`         many at once, each in a process of its own
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from nmodlgrad.gradcheck.config import Config
from nmodlgrad.gradcheck.pool import Broken, each
from nmodlgrad.gradcheck.report import FAILED, Checked, Report
from nmodlgrad.sources import Found, find

__all__ = ["Checked", "Config", "Report", "check_each", "gradcheck"]

TIMEOUT_S = 300.0

DESCRIPTION = """\
Check gradients: put each mechanism into a small cell, carry the derivative of every voltage with respect to each of
its parameters, and compare with fourth-order finite differences of the original mechanism, which runs in a process of
its own. What the mechanism computes has to be the same to the last bit.
"""


def gradcheck(
    sources: Iterable[str | Path],
    progress: Callable[[Report, int], None] | None = None,
    jobs: int | None = None,
    config: Config | None = None,
    timeout_s: float = TIMEOUT_S,
    fresh: bool = False,
) -> list[Report]:
    """Check each mechanism that the sources name.

    Parameters
    ----------
    sources
        ``.mod`` files, folders of them, or names of mechanisms that NEURON ships
    progress
        called with each report as it is done, and the number of all
    jobs
        so many mechanisms at once; one for each core by default
    config
        what can not be guessed: see `nmodlgrad.gradcheck.config`
    timeout_s
        seconds for a mechanism
    fresh
        make reports anew that were made before

    Raises
    ------
    Refused
        for a source that can not be read.
    """
    found = find(sources)
    reports: list[Report | None] = [None] * len(found)
    for place, report in check_each(found, jobs, config, timeout_s, fresh):
        reports[place] = report
        if progress:
            progress(report, len(found))
    return [report for report in reports if report is not None]


def check_each(
    found: list[Found],
    jobs: int | None = None,
    config: Config | None = None,
    timeout_s: float = TIMEOUT_S,
    fresh: bool = False,
    keep: bool = False,
    run: bool = True,
) -> Iterator[tuple[int, Report]]:
    """The place of every mechanism and its report, as they are done.

    `keep` keeps the differences too; unless something is to be `run`, only reports that are kept are given.
    """
    # Once, before the processes are forked; and not in those that run NEURON, which do without the compiler.
    from nmodlgrad.gradcheck import check

    tasks = [check.Task(item, config or Config(), found, fresh, timeout_s, keep, run) for item in found]
    for place, outcome in each(check.check, tasks, jobs or os.cpu_count() or 1, timeout_s):
        if isinstance(outcome, Broken):
            name = found[place].source.name
            outcome = Report(Path(name).stem, name, (), (), FAILED, outcome.why)
        yield place, outcome
