"""What differentiation produces: statements in NMODL's own shape, ready to be written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nmodlgrad.diagnostics import Diagnostic


@dataclass(frozen=True)
class Set:
    """target = text

    `effect` tells that it draws random numbers: it is done as often as the mechanism does it. `refusal` is why it can
    not be done again, if there is a reason.
    """

    target: str
    text: str
    reads: frozenset[str]
    effect: bool = False
    refusal: Diagnostic | None = None


@dataclass(frozen=True)
class Invoke:
    """A call of a procedure, which leaves its results in `writes`."""

    text: str
    reads: frozenset[str]
    writes: frozenset[str]
    effect: bool = False
    refusal: Diagnostic | None = None


@dataclass(frozen=True)
class Code:
    """C code of the mechanism's own, done again."""

    code: str
    reads: frozenset[str]
    writes: frozenset[str]
    effect: bool = False
    refusal: Diagnostic | None = None


@dataclass(frozen=True)
class Enclose:
    """Steps between C code that opens braces and C code that closes them."""

    opening: Code
    inside: Sequence[Step]
    closing: Code


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


@dataclass(frozen=True)
class Note:
    """From here on, random draws are noted for the mechanism to get them again; or they are no more."""

    begins: bool


Step = Set | Invoke | Choose | Code | Enclose | Note | Repeat


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
            case Set(target=target, reads=reads, effect=effect):
                if target in live or effect:
                    live.discard(target)
                    live |= reads
                    kept.append(step)
            case Code(reads=reads, writes=writes, effect=effect):
                if writes & live or effect:
                    live |= reads
                    kept.append(step)
            case Enclose(opening=opening, inside=inside, closing=closing):
                within, live_within = needed(inside, live)
                if within or (opening.writes | closing.writes) & live or opening.effect or closing.effect:
                    live |= live_within | opening.reads | closing.reads
                    kept.append(Enclose(opening, within, closing))
            case Invoke(reads=reads, writes=writes, effect=effect):
                if writes & live or effect:
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
                return replace(
                    step, target=names.get(step.target, step.target), text=text(step.text), reads=reads(step.reads)
                )
            case Invoke():
                return replace(step, text=text(step.text), reads=reads(step.reads))
            case Enclose():
                return Enclose(step.opening, [*map(one, step.inside)], step.closing)
            case Code() | Note():
                return step  # what C code mentions keeps its name
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
            case Invoke(writes=writes) | Code(writes=writes):
                found |= writes
            case Enclose(opening=opening, inside=inside, closing=closing):
                found |= opening.writes | changed(inside) | closing.writes
            case Choose(body=body, orelse=orelse):
                found |= changed(body) | changed(orelse)
            case Repeat(body=body):
                found |= changed(body)
    return found


def targets(steps: Sequence[Step]) -> list[str]:
    """Names that the steps set, in the order of their first appearance."""
    found: dict[str, None] = {}
    for step in steps:
        match step:
            case Set(target=target):
                found[target] = None
            case Code(writes=writes):
                found |= dict.fromkeys(sorted(writes))
            case Choose(body=body, orelse=orelse):
                found |= dict.fromkeys([*targets(body), *targets(orelse)])
            case Repeat(body=body):
                found |= dict.fromkeys(targets(body))
            case Enclose(opening=opening, inside=inside, closing=closing):
                found |= dict.fromkeys(targets([opening, *inside, closing]))
    return list(found)


def each(steps: Sequence[Step]) -> Iterator[Step]:
    """Every step, those inside others included."""
    for step in steps:
        yield step
        match step:
            case Choose(body=body, orelse=orelse):
                yield from each([*body, *orelse])
            case Repeat(body=body):
                yield from each(body)
            case Enclose(opening=opening, inside=inside, closing=closing):
                yield from each([opening, *inside, closing])


def has_effects(steps: Sequence[Step]) -> bool:
    """Whether random numbers are drawn."""
    return any(isinstance(step, Set | Invoke | Code) and step.effect for step in each(steps))
