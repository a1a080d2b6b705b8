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
from nmodlgrad.gradcheck.pool import each
from nmodlgrad.sources import Found, read

from .compiled import verdicts
from .coverage_text import Row, text
from .packages import Mechanism, cache_folder

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "coverage.md"
CONFIG = Path(__file__).with_name("gradcheck.toml")
TIMEOUT_S = 400.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="TEXT", help="files whose package, path or digest has this in it")
    parser.add_argument("--sample", type=int, metavar="N", help="so many files, drawn at random")
    parser.add_argument("--differentiated", action="store_true", help="only files that are differentiated")
    parser.add_argument("--fresh", action="store_true", help="check again what was checked before")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="files at once")
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.name}")
    options = parser.parse_args()
    files = [mechanism for mechanism, verdict in verdicts() if verdict.good and options.only in str(mechanism)]
    translations = dict(zip(files, translated(files, options.jobs), strict=True))
    if options.differentiated:
        files = [mechanism for mechanism in files if translations[mechanism][0] == "differentiated"]
    if options.sample:
        files = random.sample(files, min(options.sample, len(files)))
    rows = []
    print(table.HEAD)
    for mechanism, report in checked(files, options.jobs, options.fresh):
        rows.append(Row(mechanism, report, translations[mechanism][1]))
        print(table.row(report), mechanism, *filter(None, [table.details(report)]), sep="\n    ", flush=True)
    print(table.summary([row.report for row in rows]))
    if options.write:
        if options.only or options.sample or options.differentiated:
            sys.exit("the document is about all files: without --only, --sample and --differentiated")
        DOCUMENT.write_text(text(rows, [mechanism for mechanism, verdict in verdicts() if not verdict.good]))


def translated(files: Sequence[Mechanism], jobs: int) -> list[tuple[str, float]]:
    """What becomes of each file, and the seconds that it takes on one core."""
    found = [_found(mechanism) for mechanism in files]
    outcomes: list[tuple[str, float]] = [("failed", 0.0)] * len(found)
    import nmodlgrad.calculus.tangent  # noqa: F401 -- once, before the processes are forked

    for place, outcome in each(_translated, found, jobs, 120):
        if isinstance(outcome, tuple):
            outcomes[place] = outcome
    return outcomes


def _translated(found: Found) -> tuple[str, float]:
    start = time.process_time()
    try:
        manifest = compile_sources([found]).manifest
        outcome = "differentiated" if manifest["mechanisms"] else "passed"
    except Refused:
        outcome = "refused"
    return outcome, time.process_time() - start


def checked(files: Sequence[Mechanism], jobs: int, fresh: bool) -> Iterator[tuple[Mechanism, Report]]:
    """Each file and its report, as they are done."""
    found = [_found(mechanism) for mechanism in files]
    settings = config.read(CONFIG)
    for place, report in check_each(found, jobs, settings, TIMEOUT_S, fresh, keep=True):
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
