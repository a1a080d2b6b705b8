"""What is compiled and loaded for a mechanism: the leak, what its ions need, what stands beside it, and itself.

Each is a library of its own, so that only the mechanism's has to be compiled; they are registered in this order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nmodlgrad.build import PLAIN, build
from nmodlgrad.compiler import MANIFEST, SUPPORT, Translation, compile_sources
from nmodlgrad.diagnostics import NmodlGradError, Source
from nmodlgrad.emit.render import render
from nmodlgrad.gradcheck.cell import LEAK
from nmodlgrad.gradcheck.config import Setting
from nmodlgrad.gradcheck.subject import Ion, Subject
from nmodlgrad.semantics.include import included
from nmodlgrad.sources import Found

FILE = "mechanism.mod"
# Inside and outside, in mM, as NEURON has them (nrn/src/nrnoc/eion.cpp); others are 1.
_CONCENTRATIONS = {"na": (10.0, 140.0), "k": (54.4, 2.5), "ca": (5e-5, 2.0)}


class NotCompiled(NmodlGradError):
    """nrnivmodl does not compile the original as it is."""


class NotCarried(NmodlGradError):
    """The augmented mechanism was translated, but not in this cell."""


@dataclass(frozen=True)
class Part:
    """A mechanism beside the one that is checked, or itself: the original's text, and the translation."""

    name: str
    file: str
    originals: Mapping[str, str]
    translation: Translation

    def original(self) -> str:
        """The folder of the compiled original."""
        return str(build(self.originals, PLAIN))

    def augmented(self) -> str:
        """The folder of the compiled augmented mechanism."""
        return str(build({self.file: self.translation.files[self.file]}))

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What the manifest says of it, if it is differentiated."""
        return list(self.translation.manifest["mechanisms"])

    @property
    def passed(self) -> list[dict[str, Any]]:
        """What the manifest says of it, if it is passed through."""
        return list(self.translation.manifest["passed"])


def support(translation: Translation) -> str:
    """The folder of the compiled support mechanism, which is loaded last."""
    return str(build({SUPPORT: translation.files[SUPPORT], MANIFEST: '{"mechanisms": [], "passed": []}\n'}))


def helpers(subject: Subject, setting: Setting) -> list[Part]:
    """The leak, and for each ion what moves its concentration or drives its current."""
    found = [_helper(LEAK)]
    for ion in subject.ions:
        if setting.ions == "moving":
            found += [_for_ion(kind, ion) for kind in _wanted(ion)]
    return found


def _wanted(ion: Ion) -> Iterable[str]:
    if ion.moves:
        yield "pool"
    if ion.wants_current:
        yield "channel"


def _for_ion(kind: str, ion: Ion) -> Part:
    rest, outside = _CONCENTRATIONS.get(ion.name, (1.0, 1.0))
    known = ion.name in _CONCENTRATIONS
    valence = None if known else ion.valence if ion.valence is not None else 1.0
    return _helper(f"gradcheck_{kind}", ion.name, None if valence is None else f"{valence:g}", rest, outside)


@lru_cache
def _helper(template: str, ion: str = "", valence: str | None = None, rest: float = 0, outside: float = 0) -> Part:
    name = f"{template}_{ion}" if ion else template
    text = render(f"{template}.mod.jinja", ion=ion, valence=valence, rest=f"{rest:g}", outside=f"{outside:g}")
    return part(name, Found(Source(f"{name}.mod", text), f"{name}.mod"))


def part(name: str, found: Found) -> Part:
    """A mechanism with its translation.

    Raises
    ------
    Refused
        when it can not be differentiated exactly.
    """
    texts = {found.file: found.source.text} | included(found.source)
    return Part(name, found.file, texts, compile_sources([found]))
