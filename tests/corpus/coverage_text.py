"""docs/coverage.md, from the reports on all files of the corpus."""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from nmodlgrad.diagnostics import Refused, Source
from nmodlgrad.gradcheck.report import (
    BLUNT,
    EXACT,
    FAILED,
    KINK,
    NO_TABLE,
    NOISE,
    NOT_CARRIED,
    NOT_FINITE,
    PASSED,
    REFUSED,
    STILL,
    TOLERANCE,
    UNTRIED,
    WRONG,
    Report,
)
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.parse import parse
from nmodlgrad.syntax.walk import subnodes

from .packages import Mechanism

# What messages are made of: no name, even if a file declares it.
_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and any anything array as assigns at before block bounds but by calls code computed current derivative "
        "differentiated elsewhere else equation from function has if in indices into is it its known loop method "
        "mechanism new no not of once only or other outside own pointer procedure read reading run runtime several so "
        "state statement steps than that the them there through time to twice two use used variable voltage what when "
        "where which with without writes writing yet ",
    )
)


@dataclass(frozen=True)
class Row:
    """A file that nrnivmodl compiles, and its report."""

    file: Mechanism
    report: Report


def text(
    rows: Sequence[Row],
    not_compiled: Sequence[Mechanism],
    shown: Mapping[str, Sequence[Mechanism]] | None = None,
    seconds: Sequence[float] = (),
) -> str:
    """The whole document; `shown` are files of which each is listed, by what they are, `seconds` what each took."""
    shown = shown or {}
    parts = [
        _HEAD.format(neuron=version("neuron"), files=len(rows) + len(not_compiled), compiled=len(rows)),
        _totals(rows),
        "## Package by package\n\n" + _packages(rows, not_compiled),
        "## What is refused, and why\n\n" + _refusals(rows),
        "## How exact the gradients are\n\n" + _errors(rows),
        "## What is not exact, file by file\n\n" + _explained(rows),
        *(_listed(title, files, rows) for title, files in shown.items()),
        "## Translation\n\n" + _times(seconds),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


_HEAD = """\
# Coverage, measured

Every `.mod` file that some packages on PyPI ship, each once however many ship it: {files} files, of which nrnivmodl
{neuron} compiles {compiled} alone. This page is written by `python -m tests.corpus.coverage --write`, which puts each
of these into a small cell as [gradcheck](gradcheck.md) describes.
"""

_OUTCOMES = {
    EXACT: "exact to 1e-6",
    NOISE: "as exact as differences can tell",
    KINK: "exact up to a kink",
    BLUNT: "differences tell nothing",
    STILL: "no parameter moves a voltage here",
    WRONG: "WRONG",
    NOT_FINITE: "the original is not finite",
    NOT_CARRIED: "not carried in this cell",
    NO_TABLE: "a FUNCTION_TABLE without values",
    FAILED: "could not be run",
    UNTRIED: "differentiated, not tried yet",
    PASSED: "needs no derivative: passed through",
    REFUSED: "refused",
}


def _totals(rows: Sequence[Row]) -> str:
    counts = Counter(row.report.verdict for row in rows)
    figures = [row for row in rows if not row.report.unchecked]
    taken = sum(row.report.unchecked not in (REFUSED,) for row in rows)
    same = sum(not row.report.changed for row in figures)
    near = sum(not row.report.error > TOLERANCE for row in figures)
    lines = [("", "files", "of those that compile")]
    lines += [(word, str(counts[kind]), _percent(counts[kind], len(rows))) for kind, word in _OUTCOMES.items()]
    lines.append(("all", str(len(rows)), ""))
    partly = sum(bool(row.report.left_out) for row in rows)
    return (
        f"**{_percent(taken, len(rows))} are differentiated or need no derivative. Of the {len(figures)} that ran, "
        f"{_percent(same, len(figures))} compute what the original computes to the last bit, and "
        f"{_percent(near, len(figures))} have every gradient within 1e-6.**\n\n"
        + _table(lines)
        + f"\n\n{partly} of these files have parameters that can not be seeded, since they act through a TABLE or "
        "through an array with an index that is known at run time only. Figures are of the others."
    )


def _packages(rows: Sequence[Row], not_compiled: Sequence[Mechanism]) -> str:
    names = list(dict.fromkeys([*(row.file.package for row in rows), *(each.package for each in not_compiled)]))
    lines = [("package", "files", "compile", "differentiated", "passed through", "refused")]
    for name in [*names, "all"]:
        own = [row for row in rows if name in (row.file.package, "all")]
        absent = sum(name in (each.package, "all") for each in not_compiled)
        refused = sum(row.report.unchecked == REFUSED for row in own)
        passed = sum(row.report.unchecked == PASSED for row in own)
        counts = (len(own) + absent, len(own), len(own) - refused - passed, passed, refused)
        lines.append((name, *map(str, counts)))
    return _table(lines)


def _refusals(rows: Sequence[Row]) -> str:
    files: dict[str, set[str]] = defaultdict(set)
    alone: Counter[str] = Counter()
    for row in rows:
        if row.report.unchecked == REFUSED:
            reasons = {_reason(*found, row.file) for found in re.findall(r"error\[(\w+)\]: (.*)", row.report.reason)}
            for reason in reasons:
                files[reason].add(row.file.digest)
            alone.update(reasons if len(reasons) == 1 else ())
    lines = [("reason", "files", "as the only one")]
    for reason, digests in sorted(files.items(), key=lambda pair: -len(pair[1])):
        lines.append((reason, str(len(digests)), str(alone[reason])))
    return _table(lines)


def _reason(code: str, message: str, file: Mechanism) -> str:
    """The message without the names that the file declares."""
    own = _declared(file) - _WORDS

    def shown(word: re.Match[str]) -> str:
        return "x" if word[1] in own else word[0]

    general = re.sub(r"([A-Za-z_]\w*)(\[\w+\])?'?", shown, message)
    return f"{code}: {general}".replace("|", "\\|")


def _declared(file: Mechanism) -> set[str]:
    """Every name that a file gives to something; none, if it can not be read."""
    try:
        tree = parse(Source(file.path, file.content.decode("latin-1")))
    except Refused:
        return set()
    found: set[str] = set()
    for node in subnodes(tree):
        match node:
            case n.VariableName() | n.Prime() | n.Call():
                continue
            case n.LocalList(names=names) | n.NameList(names=names):
                found.update(names)
            case n.UseIon(read=read, write=write):
                found.update(read, write)
            case _ if (name := getattr(node, "name", None)) is not None:
                found.add(name)
    return found


def _errors(rows: Sequence[Row]) -> str:
    figures = [p for row in rows for p in row.report.parameters if not math.isnan(p.error)]
    worst = [row.report.error for row in rows if not math.isnan(row.report.error)]
    lines = [("worst error below", "parameters", "files")]
    for power in (-10, -9, -8, -7, -6, -5, -4, -3, 0):
        limit = 10.0**power
        counts = (sum(p.error < limit for p in figures), sum(error < limit for error in worst))
        lines.append((f"1e{power}" if power else "1", *(f"{count}" for count in counts)))
    lines.append(("any", str(len(figures)), str(len(worst))))
    noise = statistics.median(p.noise for p in figures) if figures else math.nan
    return (
        "Relative to the largest derivative, over all samples and segments; for a file, its worst parameter. The noise "
        f"of the differences themselves is {noise:.0e} in the median.\n\n" + _table(lines)
    )


def _explained(rows: Sequence[Row]) -> str:
    lines = [("file", "parameters", "worst error", "noise", "what it is")]
    for row in rows:
        report = row.report
        bad = [p for p in report.parameters if p.kind not in (EXACT, STILL)]
        if report.unchecked in (NOT_FINITE, NOT_CARRIED, NO_TABLE, FAILED):
            lines.append((_name(row), "", "", "", f"{report.unchecked}: {_line(report.reason)}"))
        elif report.changed:
            lines.append((_name(row), "", "", "", f"primal changed: {', '.join(report.changed)}"))
        elif bad:
            said = "; ".join(dict.fromkeys(f"{p.kind}{': ' if p.note else ''}{p.note}" for p in bad))
            names = ", ".join(p.name for p in bad[:4]) + (f" and {len(bad) - 4} more" if len(bad) > 4 else "")
            lines.append((_name(row), names, f"{report.error:.0e}", f"{report.noise:.0e}", said))
    return _table(lines) if len(lines) > 1 else "Nothing: all are exact."


def _listed(title: str, files: Sequence[Mechanism], rows: Sequence[Row]) -> str:
    """Each of these files, whichever package it was found in first."""
    by_digest = {row.file.digest: row.report for row in rows}
    lines = [("file", "parameters", "worst error", "primal", "verdict")]
    for file in files:
        name, report = file.path.rpartition("/")[2], by_digest.get(file.digest)
        if report is None:
            lines.append((name, "", "", "", "nrnivmodl does not compile it"))
            continue
        moving = sum(p.kind != STILL for p in report.parameters)
        error = "" if math.isnan(report.error) else f"{report.error:.0e}"
        primal = "" if report.unchecked else "changed" if report.changed else "same"
        lines.append((name, "" if report.unchecked else str(moving), error, primal, report.verdict))
    return f"## {title}\n\n" + _table(lines)


def _times(seconds: Sequence[float]) -> str:
    """Processor time of the files that are translated, in one process one after the other."""
    if not seconds:
        return "It was not measured."
    taken = sorted(seconds)
    most = taken[int(0.9 * (len(taken) - 1))]
    return (
        "Processor time of a file that is translated, in one process one after the other: "
        f"{statistics.median(taken):.2f} s in the median, {most:.2f} s for nine in ten, {taken[-1]:.1f} s at most."
    )


def _name(row: Row) -> str:
    return f"{row.file.package}: {row.file.path.rpartition('/')[2]} ({row.file.digest})"


def _line(reason: str) -> str:
    return " ".join(reason.split())[-160:].replace("|", "\\|")


def _percent(part: int, whole: int) -> str:
    """Never 100 when something is missing."""
    tenths = 1000 * part // whole if whole else 0
    return f"{tenths // 10}.{tenths % 10} %" if whole else "none"


def _table(lines: Iterable[Sequence[str]]) -> str:
    head, *rest = lines
    ruled = [head, ["---"] + ["---:"] * (len(head) - 1) if len(head) < 5 else ["---"] * len(head), *rest]
    return "\n".join(f"| {' | '.join(line)} |" for line in ruled)
