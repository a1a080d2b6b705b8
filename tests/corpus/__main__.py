"""The figures of the corpus: who accepts what, package by package, and how long our parser takes.

python -m tests.corpus [--slowest 5]
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence

from .check import Row, check, known_structure
from .packages import corpus

_COLUMNS = ("package", "files", "both accept", "both refuse", "nocmodl: meaning", "exceptions", "other", "structure")


def table(rows: Sequence[Row]) -> str:
    """A line for each package: how many files, and what was said of them; "other" are disagreements not listed."""
    packages = list(dict.fromkeys(row.file.package for row in rows))
    lines = [_COLUMNS]
    for package in [*packages, "all"]:
        own = [row for row in rows if package in (row.file.package, "all")]
        kinds = [(row.nocmodl.kind, row.ours.kind) for row in own]
        same = sum(row.structure == "" or known_structure(row) for row in own)
        counts = (
            len(own),
            kinds.count(("accepted", "accepted")),
            kinds.count(("syntax", "syntax")),
            kinds.count(("other", "accepted")),
            sum(row.excepted for row in own),
            sum(not row.agreed and not row.excepted for row in own),
        )
        lines.append((package, *map(str, counts), f"{same} of {sum(row.structure is not None for row in own)}"))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def times(rows: Sequence[Row]) -> str:
    """The distribution of the times that our parser takes on one core, in milliseconds."""
    taken = sorted(1000 * row.seconds for row in rows)
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    kilobytes = sum(len(row.file.content) for row in rows) / 1000
    return (
        f"parse, ms per file: median {cuts[49]:.1f}, 90 % {cuts[89]:.1f}, 99 % {cuts[98]:.1f}, most {taken[-1]:.1f}\n"
        f"{sum(taken) / 1000:.2f} s for {kilobytes:.0f} kB: {sum(taken) / kilobytes:.2f} ms per kB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slowest", type=int, default=5, help="so many files are named")
    slowest = parser.parse_args().slowest
    rows = check(corpus())
    print(table(rows), times(rows), sep="\n\n")
    for row in sorted(rows, key=lambda row: -row.seconds)[:slowest]:
        print(f"  {1000 * row.seconds:6.1f} ms, {len(row.file.content) / 1000:.0f} kB: {row.file}")
    for row in rows:
        if not row.agreed and not row.excepted:
            print(row)
        if row.structure and not known_structure(row):
            print(f"{row.file}: {row.structure}")
        for name, finding in row.findings.items():
            print(f"{row.file}: {name}: {finding}")


if __name__ == "__main__":
    main()
