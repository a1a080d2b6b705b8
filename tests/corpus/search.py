"""Where our grammar and nocmodl's disagree, found by mutating the corpus and shrunk to a few lines.

    python -m tests.corpus.search [--seed 0] [--mutants 2000] [--seconds 600] [--home FOLDER]

A disagreement is a text that nocmodl accepts and ours refuses, or that nocmodl refuses for its syntax and ours accepts.
They are grouped by who says what, the smallest of each group is printed.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import ours
from .mutations import mutant
from .nocmodl import Nocmodl, Verdict
from .packages import Mechanism, corpus

_BATCH = 64


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


class Search:
    """The disagreements so far: for each group, how many, and the smallest text."""

    def __init__(self, nocmodl: Nocmodl) -> None:
        self.nocmodl = nocmodl
        self.count: dict[str, int] = {}
        self.smallest: dict[str, str] = {}

    def says(self, text: str, beside: dict[str, bytes]) -> str:
        """What the two disagree about in a text."""
        content = text.encode("latin-1")
        return disagreement(self.nocmodl(content, beside), ours.verdict(content))

    def add(self, text: str, beside: dict[str, bytes]) -> None:
        """Give a text to both; a new disagreement is made small."""
        group = self.says(text, beside)
        if not group:
            return
        self.count[group] = self.count.get(group, 0) + 1
        if self.count[group] > 3:  # a smaller one is unlikely to come
            return
        small = minimal(text, lambda shorter: self.says(shorter, beside) == group)
        if group not in self.smallest or len(small) < len(self.smallest[group]):
            self.smallest[group] = small

    def report(self) -> str:
        """Markdown: the groups, the most frequent first."""
        parts = [
            f"## {group}  ({count} times)\n\n```\n{self.smallest[group]!s}\n```\n"
            for group, count in sorted(self.count.items(), key=lambda item: -item[1])
        ]
        return "\n".join(parts) or "no disagreement\n"


def run(search: Search, files: tuple[Mechanism, ...], seed: int, mutants: int, seconds: float) -> int:
    """Search until the count or the time is up; how many texts were given to both."""
    chance = random.Random(seed)
    until = time.monotonic() + seconds
    done = 0
    with ThreadPoolExecutor(2) as pool:
        while done < mutants and time.monotonic() < until:
            batch = []
            for _ in range(min(_BATCH, mutants - done)):
                file = chance.choice(files)
                batch.append((mutant(file.content.decode("latin-1"), chance), file.beside))
            list(pool.map(lambda item: search.add(*item), batch))
            done += len(batch)
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mutants", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--home", type=Path, help="the folder .data of another NEURON than the installed one")
    arguments = parser.parse_args()
    search = Search(Nocmodl(arguments.home) if arguments.home else Nocmodl())
    done = run(search, corpus(), arguments.seed, arguments.mutants, arguments.seconds)
    print(f"{done} mutants, seed {arguments.seed}, {sum(search.count.values())} disagreements\n")
    print(search.report())


if __name__ == "__main__":
    main()
