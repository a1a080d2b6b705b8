"""What is checked of each file. A check more is a line in `PER_FILE`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from . import ours
from .known import ACCEPTANCE, STRUCTURE
from .nocmodl import Nocmodl, Verdict
from .packages import Mechanism
from .structure import difference, of_neuron, of_ours

# Name -> what is wrong with a file that our parser accepts; empty if nothing.
PER_FILE: dict[str, Callable[[Mechanism], str]] = {"lossless": ours.losses}


@dataclass
class Row:
    """A file, what the parsers say of it, how long ours took, and what differs in what they understood."""

    file: Mechanism
    nocmodl: Verdict
    ours: Verdict = field(default_factory=lambda: Verdict("not asked"))
    seconds: float = 0
    structure: str | None = None  # None: not compared, for a parser refused the file
    findings: dict[str, str] = field(default_factory=dict)

    @property
    def agreed(self) -> bool:
        """What nocmodl refuses for its meaning, a parser accepts."""
        return self.ours.kind == {"other": "accepted"}.get(self.nocmodl.kind, self.nocmodl.kind)

    @property
    def excepted(self) -> bool:
        """Listed in `known`, with these very verdicts."""
        return (self.file.digest, self.nocmodl.kind, self.ours.kind) in _EXCEPTED

    def __str__(self) -> str:
        return f"{self.file}: nocmodl {self.nocmodl}, ours {self.ours}"


_EXCEPTED = {(known.digest, known.nocmodl, known.ours) for known in ACCEPTANCE}


def check(files: Sequence[Mechanism]) -> list[Row]:
    """Every check of every file; our parser runs alone, for its time is taken."""
    nocmodl = Nocmodl()
    with ThreadPoolExecutor(2) as pool:
        rows = [Row(*both) for both in zip(files, pool.map(lambda f: nocmodl(f.content, f.beside), files), strict=True)]
    for first in (b"NEURON { SUFFIX x }", b"NEURON { SUFFIX }"):  # the tables are made once, for errors too
        ours.verdict(first)
    for row in rows:
        start = time.process_time()
        row.ours = ours.verdict(row.file.content)
        row.seconds = time.process_time() - start
    _compare([row for row in rows if row.ours.kind == "accepted"])
    return rows


def _compare(rows: list[Row]) -> None:
    for row, theirs in zip(rows, of_neuron([row.file for row in rows]), strict=True):
        row.structure = theirs if isinstance(theirs, str) else difference(of_ours(row.file.content), theirs)
        row.findings = {name: finding for name, look in PER_FILE.items() if (finding := look(row.file))}


def known_structure(row: Row) -> bool:
    """Whether a difference of structure is a listed one."""
    expected = STRUCTURE.get(row.file.digest)
    return expected is not None and row.structure is not None and expected in row.structure
