"""How much of the corpus is differentiated, and how exactly: every file through `nmodlgrad gradcheck`.

python -m tests.corpus.coverage [--only TEXT] [--sample N] [-j N] [--write]

What was done before is not done again: verdicts of the compiler, differences and reports are kept in the user's cache,
and a run that was cut off goes on where it was. From nothing, it takes about an hour on two cores. With --write, what
is known of all files goes to docs/coverage.md.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from nmodlgrad.compiler import compile_sources
from nmodlgrad.diagnostics import Refused
from nmodlgrad.gradcheck import Report, check_each, config, table
from nmodlgrad.sources import Found, read

from . import quick
from .compiled import verdicts
from .coverage_text import Row, text
from .packages import Mechanism, cache_folder, shipped

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "coverage.md"
CONFIG = Path(__file__).with_name("gradcheck.toml")
TIMEOUT_S = 400.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="TEXT", help="files whose package, path or digest has this in it")
    parser.add_argument("--sample", type=int, metavar="N", help="so many files, drawn at random")
    parser.add_argument("--silent", default="", metavar="WORD,...", help="verdicts that need not be shown")
    parser.add_argument("--fresh", action="store_true", help="check again what was checked before")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="files at once")
    parser.add_argument("--kept", action="store_true", help="run nothing: what was done before, and what was not")
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.name}")
    options = parser.parse_args()
    quick.use()
    files = [mechanism for mechanism, verdict in verdicts() if verdict.good and options.only in str(mechanism)]
    if options.sample:
        files = random.sample(files, min(options.sample, len(files)))
    reports = {}
    print(table.HEAD)
    for mechanism, report in checked(files, options.jobs, options.fresh, not options.kept):
        reports[mechanism] = report
        if report.verdict not in options.silent.split(","):
            print(table.row(report), mechanism, *filter(None, [table.details(report)]), sep="\n    ", flush=True)
    rows = [Row(mechanism, reports[mechanism]) for mechanism in files]
    print(table.summary([row.report for row in rows]))
    if options.write:
        if options.only or options.sample:
            sys.exit("the document is about all files: without --only and --sample")
        shown = {"The l5pc model of bluepyopt": shipped("bluepyopt", "l5pc/"), "hnn-core": shipped("hnn-core", "")}
        not_compiled = [mechanism for mechanism, verdict in verdicts() if not verdict.good]
        DOCUMENT.write_text(text(rows, not_compiled, shown, list(_seconds(files))))


def _seconds(files: Sequence[Mechanism]) -> Iterator[float]:
    """Processor time that each file takes to be translated, if it is not refused."""
    for mechanism in files:
        found = _found(mechanism)
        start = time.process_time()
        try:
            compile_sources([found])
        except Refused:
            continue
        yield time.process_time() - start


def checked(files: Sequence[Mechanism], jobs: int, fresh: bool, run: bool = True) -> Iterator[tuple[Mechanism, Report]]:
    """Each file and its report, as they are done."""
    found = [_found(mechanism) for mechanism in files]
    settings = config.read(CONFIG)
    for place, report in check_each(found, jobs, settings, TIMEOUT_S, fresh, keep=True, run=run):
        yield files[place], report


def _found(mechanism: Mechanism) -> Found:
    """The file as it lies in the cache, where its INCLUDEs are found too."""
    folder = cache_folder() / "files" / mechanism.digest
    path = folder / Path(mechanism.path).name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in {**mechanism.beside, path.name: mechanism.content}.items():
            (folder / name).write_bytes(content)
    return Found(read(path), path.name)


if __name__ == "__main__":
    main()
