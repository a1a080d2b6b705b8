"""What differentiation produces: statements in NMODL's own shape, ready to be written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Set:
    """target = text"""

    target: str
    text: str
    reads: frozenset[str]


@dataclass(frozen=True)
class Invoke:
    """A call of a procedure, which leaves its results in `writes`."""

    text: str
    reads: frozenset[str]
    writes: frozenset[str]


@dataclass(frozen=True)
class Choose:
    """if (condition) { body } else { orelse }"""

    condition: str
    reads: frozenset[str]
    body: Sequence[Step]
    orelse: Sequence[Step]


@dataclass(frozen=True)
class Repeat:
    """while (bounds) { body }, or, with a counter, FROM counter = first TO last BY step { body }."""

    counter: str | None
    bounds: tuple[str, ...]
    reads: frozenset[str]
    body: Sequence[Step]

    @property
    def head(self) -> str:
        """What stands before the brace."""
        if self.counter is None:
            return f"while ({self.bounds[0]})"
        first, last, *step = self.bounds
        return f"FROM {self.counter} = {first} TO {last}" + "".join(f" BY {x}" for x in step)


Step = Set | Invoke | Choose | Repeat


@dataclass
class Program:
    """Steps, and the names among their targets that need a LOCAL declaration."""

    steps: list[Step] = field(default_factory=list)
    local_names: list[str] = field(default_factory=list)


def needed(steps: Sequence[Step], wanted: Iterable[str]) -> tuple[list[Step], set[str]]:
    """The steps that `wanted` names depend on, and the names that these steps read from outside."""
    live = set(wanted)
    kept: list[Step] = []
    for step in reversed(steps):
        match step:
            case Set(target=target, reads=reads):
                if target in live:
                    live.discard(target)
                    live |= reads
                    kept.append(step)
            case Invoke(reads=reads, writes=writes):
                if writes & live:
                    live -= writes
                    live |= reads
                    kept.append(step)
            case Choose(condition=condition, reads=reads, body=body, orelse=orelse):
                one, live_one = needed(body, live)
                two, live_two = needed(orelse, live)
                if one or two:
                    live = live_one | live_two | reads
                    kept.append(Choose(condition, reads, one, two))
            case Repeat(counter=counter, bounds=bounds, reads=reads, body=body):
                if needed(body, live)[0]:
                    live = _live_in_loop(body, live | reads) - {counter}
                    kept.append(Repeat(counter, bounds, reads, needed(body, live)[0]))
    return kept[::-1], live


def _live_in_loop(body: Sequence[Step], live: set[str]) -> set[str]:
    """The names whose values matter at the start of a round: for this one, or for what comes after it."""
    while not (more := needed(body, live)[1]) <= live:
        live |= more
    return live


def renamed(steps: Sequence[Step], names: Mapping[str, str]) -> list[Step]:
    """The steps with variables called otherwise."""
    if not names:
        return list(steps)
    words = re.compile(rf"\b({'|'.join(map(re.escape, names))})(?![\w\[])")

    def text(old: str) -> str:
        return words.sub(lambda match: names[match.group()], old)

    def reads(old: frozenset[str]) -> frozenset[str]:
        return frozenset(names.get(name, name) for name in old)

    def one(step: Step) -> Step:
        match step:
            case Set():
                return Set(names.get(step.target, step.target), text(step.text), reads(step.reads))
            case Invoke():
                return Invoke(text(step.text), reads(step.reads), step.writes)
            case Choose():
                return Choose(text(step.condition), reads(step.reads), [*map(one, step.body)], [*map(one, step.orelse)])
            case Repeat():
                bounds = tuple(map(text, step.bounds))
                return Repeat(step.counter, bounds, reads(step.reads), [*map(one, step.body)])

    return [one(step) for step in steps]


def changed(steps: Sequence[Step]) -> set[str]:
    """Names that the steps set, and those that the procedures they call may set."""
    found = set(targets(steps))
    for step in steps:
        match step:
            case Invoke(writes=writes):
                found |= writes
            case Choose(body=body, orelse=orelse):
                found |= changed(body) | changed(orelse)
            case Repeat(body=body):
                found |= changed(body)
    return found


def targets(steps: Sequence[Step]) -> list[str]:
    """Names that the steps set, in the order of their first appearance."""
    found: dict[str, None] = {}
    for step in steps:
        if isinstance(step, Set):
            found[step.target] = None
        elif isinstance(step, Choose):
            found |= dict.fromkeys([*targets(step.body), *targets(step.orelse)])
        elif isinstance(step, Repeat):
            found |= dict.fromkeys(targets(step.body))
    return list(found)
