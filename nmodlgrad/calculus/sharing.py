"""What a routine computes twice is computed once: two variables of the same text, between which nothing changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from nmodlgrad.calculus.program import Choose, Code, Enclose, Invoke, Note, Repeat, Set, Step, changed

_WORD = re.compile(r"[A-Za-z_]\w*")


def shared(steps: Sequence[Step], kept: Collection[str]) -> list[Step]:
    """The steps with as few variables as do; those in `kept` are there afterwards.

    Steps around C code stay as they are: what that reads is written in C.
    """
    if any(isinstance(step, Code | Enclose | Note) for step in _every(steps)):
        return list(steps)
    counts = Counter(step.target for step in _every(steps) if isinstance(step, Set))
    once = frozenset(name for name, count in counts.items() if count == 1 and "[" not in name) - frozenset(kept)
    return _Sharing(once).run(steps)


def _every(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        match step:
            case Choose(body=body, orelse=orelse):
                yield from _every([*body, *orelse])
            case Repeat(body=body) | Enclose(inside=body):
                yield from _every(body)


@dataclass
class _Sharing:
    """`once` are variables that are set in one place; `known` has those that hold the value of a text now."""

    once: frozenset[str]
    same: dict[str, str] = field(default_factory=dict)
    known: dict[str, Set] = field(default_factory=dict)

    def run(self, steps: Sequence[Step]) -> list[Step]:
        """The steps without those whose result another variable holds."""
        return [kept for step in steps if (kept := self._step(self._renamed(step))) is not None]

    def _step(self, step: Step) -> Step | None:
        match step:
            case Set(target=target, text=text, reads=reads, effect=effect, refusal=refusal):
                if target in self.once and text in self.known:
                    self.same[target] = self.known[text].target
                    return None
                self._forget({target})
                if target in self.once and not effect and refusal is None and target not in reads:
                    self.known[text] = step
                return step
            case Choose(body=body, orelse=orelse):
                step = replace(step, body=self._branch(body, self.known), orelse=self._branch(orelse, self.known))
            case Repeat(body=body):
                step = replace(step, body=self._branch(body, {}))
        self._forget(step.writes if isinstance(step, Invoke) else changed([step]))
        return step

    def _branch(self, steps: Sequence[Step], known: dict[str, Set]) -> list[Step]:
        return _Sharing(self.once, self.same, dict(known)).run(steps)

    def _forget(self, names: Collection[str]) -> None:
        """These have changed, and with them what was computed from them."""
        self.known = {
            text: step for text, step in self.known.items() if step.target not in names and step.reads.isdisjoint(names)
        }

    # ------------------------------------------------------------------ other names
    def _renamed(self, step: Step) -> Step:
        if not self.same:
            return step
        match step:
            case Set(text=text, reads=reads) | Invoke(text=text, reads=reads):
                return replace(step, text=self._text(text), reads=self._names(reads))
            case Choose(condition=condition, reads=reads):
                return replace(step, condition=self._text(condition), reads=self._names(reads))
            case Repeat(bounds=bounds, reads=reads):
                return replace(step, bounds=tuple(map(self._text, bounds)), reads=self._names(reads))
        return step

    def _text(self, text: str) -> str:
        return _WORD.sub(lambda match: self.same.get(match.group(), match.group()), text)

    def _names(self, names: frozenset[str]) -> frozenset[str]:
        return frozenset(self.same.get(name, name) for name in names)
