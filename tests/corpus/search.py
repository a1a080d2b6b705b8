"""Where our grammar and nocmodl's disagree, found by mutating the corpus and shrunk to a few lines.

    python -m tests.corpus.search [--seed 0] [--mutants 2000] [--seconds 600] [--home FOLDER]

A disagreement is a text that nocmodl accepts and ours refuses, or that nocmodl refuses for its syntax and ours accepts.
They are grouped by who says what, the smallest of each group is printed; so is, as it is, what both accept and
neuron.nmodl understands otherwise than ours. What our parser leaves to a check of ours is no disagreement.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from . import ours
from .mutations import mutant
from .nocmodl import Nocmodl, Verdict
from .packages import Mechanism, corpus
from .structure import difference, of_neuron, of_ours

_BATCH = 128
_SHRUNK = 3  # so many of a group are made small: a smaller one is unlikely to come after


def disagreement(nocmodl: Verdict, our: Verdict) -> str:
    """Who takes what the other does not, and what the other says; empty where they agree."""
    if our.kind == "crash":
        return f"our parser stumbles: {our.message}"
    if nocmodl.kind == "accepted" and our.kind != "accepted":
        return f"only nocmodl accepts; ours: {_form(our.message)}"
    if nocmodl.kind == "syntax" and our.kind == "accepted":
        return f"only ours accepts; nocmodl: {_form(nocmodl.message)}"
    return ""


def _form(message: str) -> str:
    """A message without what is particular to one file."""
    message = re.sub(r" \(\d+:\d+\)$", "", message)
    return re.sub(r"'[a-z]\w*'|\d+(\.\d+)?", "_", message)


def minimal(text: str, persists: Callable[[str], bool], seconds: float = 20) -> str:
    """The text with as many lines, then words, left out as the disagreement bears."""
    until = time.monotonic() + seconds
    for pattern in (r"[^\n]*\n|[^\n]+", r"\w+'*|\s+|[^\w\s]"):
        parts = re.findall(pattern, text)
        size = max(1, len(parts) // 2)
        while size and time.monotonic() < until:
            at = 0
            while at < len(parts) and time.monotonic() < until:
                fewer = parts[:at] + parts[at + size :]
                if persists("".join(fewer)):
                    parts = fewer
                else:
                    at += size
            size //= 2
        text = "".join(parts)
    return text


Case = tuple[str, dict[str, bytes]]  # a text, and the files beside it


def group_of(nocmodl: Nocmodl, case: Case) -> str:
    """What the two disagree about in a text."""
    text, beside = case
    content = text.encode("latin-1")
    group = disagreement(nocmodl(content, beside), ours.verdict(content))
    return "" if group.startswith("only ours") and ours.left_to_a_check(content) else group


def misunderstood(cases: Sequence[Case]) -> list[tuple[Case, str]]:
    """The cases in which neuron.nmodl, where it reads a text that we read too, understands something else."""
    read = [case for case in cases if ours.verdict(case[0].encode("latin-1")).kind == "accepted"]
    structures = of_neuron([Mechanism("", "", text.encode("latin-1"), beside) for text, beside in read])
    found = []
    for case, theirs in zip(read, structures, strict=True):
        if not isinstance(theirs, str) and (what := difference(of_ours(case[0].encode("latin-1")), theirs)):
            found.append((case, f"understood otherwise by neuron.nmodl: {what}"))
    return found


def shrunk(nocmodl: Nocmodl, case: Case, group: str) -> str:
    """A small text with the same disagreement."""
    return minimal(case[0], lambda shorter: group_of(nocmodl, (shorter, case[1])) == group)


def mutants(files: tuple[Mechanism, ...], seed: int) -> Iterator[Case]:
    """Without end, the same for the same seed and files."""
    chance = random.Random(seed)
    while True:
        file = chance.choice(files)
        yield mutant(file.content.decode("latin-1"), chance), file.beside


@dataclass
class Findings:
    """For each group: how often it came, and the smallest text."""

    done: int = 0
    count: Counter[str] = field(default_factory=Counter)
    smallest: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        groups = [
            f"## {group}  ({times} times)\n\n```\n{self.smallest.get(group, '')}\n```\n"
            for group, times in self.count.most_common()
        ]
        head = f"{self.done} mutants, {self.count.total()} disagreements in {len(self.count)} groups\n"
        return "\n".join([head, *groups])


def search(nocmodl: Nocmodl, cases: Iterator[Case], seconds: float) -> Findings:
    """Give the cases to both parsers, in two processes, until they or the time are up."""
    found, until = Findings(), time.monotonic() + seconds
    with ProcessPoolExecutor(2) as pool:
        while time.monotonic() < until and (batch := list(islice(cases, _BATCH))):
            groups = list(pool.map(partial(group_of, nocmodl), batch, chunksize=8))
            new = [(case, group) for case, group in zip(batch, groups, strict=True) if group]
            for case, group in misunderstood([case for case, group in zip(batch, groups, strict=True) if not group]):
                found.count[group] += 1
                found.smallest[group] = case[0]
            fresh = [(case, group) for case, group in new if found.count[group] < _SHRUNK]
            found.done += len(batch)
            found.count.update(group for _, group in new)
            shrink = [pool.submit(shrunk, nocmodl, case, group) for case, group in fresh]
            for (_, group), small in zip(fresh, shrink, strict=True):
                found.smallest[group] = min(found.smallest.get(group, small.result()), small.result(), key=len)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mutants", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--home", type=Path, help="the folder .data of another NEURON than the installed one")
    arguments = parser.parse_args()
    nocmodl = Nocmodl(arguments.home) if arguments.home else Nocmodl()
    print(search(nocmodl, islice(mutants(corpus(), arguments.seed), arguments.mutants), arguments.seconds))


if __name__ == "__main__":
    main()
