"""Runs the text that the differentiator made, in real numbers, beside the mechanism itself."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from types import CodeType
from typing import Any

from interpreter.primal import INTRINSICS, Primal, mechanism_of
from nmodlgrad.calculus.forward import Linearised
from nmodlgrad.calculus.program import Choose, Program, Repeat, Set, Step
from nmodlgrad.calculus.special import HELPERS
from nmodlgrad.calculus.tangent import TangentMechanism
from nmodlgrad.emit.render import helpers

Row = dict[str, float]


NOT = "not_"
"""What stands for !, which binds tighter than the word of Python."""


@lru_cache(maxsize=4096)
def _python(text: str) -> CodeType:
    """NMODL and Python agree on how tightly operators bind; only the words differ."""
    text = re.sub(r"!(?=\()", NOT, re.sub(r"!(\w+)", rf"{NOT}(\1)", text))
    words = {"^": "**", "&&": " and ", "||": " or "}
    return compile(re.sub(r"\^|&&|\|\|", lambda m: words[m.group()], text).strip(), text, "eval")


@lru_cache(maxsize=1)
def _helpers() -> Primal:
    """The functions that are appended to a file when its derivatives call them."""
    calls = " ".join(f"{name}(" for name in HELPERS)
    return Primal(mechanism_of("NEURON { SUFFIX helpers }\n" + helpers(calls, HELPERS)))


def _infinite(function: Callable[..., float], *given: float) -> float:
    """As C has it where Python raises an error."""
    try:
        return function(*given)
    except OverflowError:
        return math.inf


class _Names(Mapping[str, Any]):
    """What a name in a generated text means: a value of the frame, a variable of the mechanism, or a routine."""

    def __init__(self, tangent: Tangent, frame: Mapping[str, float], locals_: frozenset[str]) -> None:
        self.tangent, self.frame, self.locals = tangent, frame, locals_

    def __getitem__(self, name: str) -> Any:
        if name == NOT:
            return lambda x: float(not x)
        if name in self.frame or name in self.locals:
            return self.frame[name]
        if name in self.tangent.primal.values:
            return self.tangent.primal.values[name].real
        elements = {x: value.real for x, value in self.tangent.primal.values.items() if x.startswith(f"{name}[")}
        if elements:
            return [elements[f"{name}[{number}]"] for number in range(len(elements))]
        return self.tangent.routine(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.frame)

    def __len__(self) -> int:
        return len(self.frame)


class Tangent:
    """A differentiated mechanism that shares the variables of `primal`.

    What a generated routine sets outside its LOCALs must be a variable of the mechanism, or one of the derivatives
    that the emitted file declares.
    """

    def __init__(self, of: TangentMechanism, primal: Primal) -> None:
        self.of, self.primal = of, primal
        self.functions = {f.name: f for f in of.functions}
        self.procedures = {p.name: p for p in of.procedures}
        self.declared = {v for p in of.procedures for row in p.partials.values() for v in row.values()}
        self.declared |= set(of.mechanism.results.values()) - primal.values.keys()
        primal.values |= dict.fromkeys(self.declared, 0j)

    def linearise(self, phase: Linearised, **arguments: float) -> tuple[dict[str, Row], Row]:
        """Run a phase's program where the primal stands: partial derivatives of its outputs, and values."""
        frame = dict(arguments)
        self._run(phase.program.steps, frame, frozenset(phase.program.local_names))
        names = _Names(self, frame, frozenset(phase.program.local_names))
        partials = {y: {u: _number(text, names) for u, text in row.items()} for y, row in phase.partials.items()}
        return partials, {y: _number(text, names) for y, text in phase.values.items()}

    def routine(self, name: str) -> Any:
        """What a call in a generated text does."""
        if name in self.functions:
            function = self.functions[name]
            return lambda *given: self._call(function.of.arguments, function.program, given, name)
        if name in self.procedures:
            procedure = self.procedures[name]
            return lambda *given: self._call(procedure.of.arguments, procedure.program, given)
        if name in self.primal.mechanism.functions or name in self.primal.mechanism.procedures:
            return lambda *given: self.primal.call(name, [complex(x) for x in given]).real
        if name in HELPERS:
            return lambda *given: _helpers().call(name, [complex(x) for x in given]).real
        return partial(_infinite, getattr(math, name)) if name in INTRINSICS and name != "pow" else math.pow

    def _call(self, arguments: Sequence[Any], program: Program, given: Sequence[float], result: str = "") -> float:
        frame = {a.name: value for a, value in zip(arguments, given, strict=True)}
        frame[result] = 0.0
        locals_ = frozenset(program.local_names)
        assert not locals_ & frame.keys(), "a LOCAL hides an argument"
        self._run(program.steps, frame, locals_)
        return frame[result]

    def _run(self, steps: Sequence[Step], frame: Row, locals_: frozenset[str]) -> None:
        names = _Names(self, frame, locals_)
        for step in steps:
            match step:
                case Set(target=target, text=text):
                    value = _number(text, names)
                    if target in locals_ or target in frame:
                        frame[target] = value
                    else:
                        assert target in self.primal.values, f"{target} is declared nowhere"
                        self.primal.values[target] = complex(value)
                case Choose(condition=condition, body=body, orelse=orelse):
                    self._run(body if eval(_python(condition), {}, names) else orelse, frame, locals_)
                case Repeat(counter=None, bounds=(condition,), body=body):
                    while eval(_python(condition), {}, names):
                        self._run(body, frame, locals_)
                case Repeat(counter=str() as counter, bounds=bounds, body=body):
                    first, last, *step = (int(_number(text, names)) for text in bounds)
                    for count in range(first, last + 1, *step):
                        frame[counter] = float(count)
                        self._run(body, frame, locals_)
                case _:
                    eval(_python(step.text), {}, names)


def _number(text: str, names: _Names) -> float:
    return float(eval(_python(text), {}, names))
