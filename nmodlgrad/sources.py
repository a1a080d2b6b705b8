"""From what the user names to source texts: files, folders, and the mechanisms that ship with NEURON."""

from __future__ import annotations

import importlib.util
import os
import re
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nmodlgrad.diagnostics import Diagnostic, Refused, Source
from nmodlgrad.resources import folder

# Mechanisms that are compiled into NEURON, in the order in which it registers them: their names are taken.
BUILT_IN = (
    "morphology", "capacitance", "pas", "extracellular", "fastpas", "IClamp", "AlphaSynapse", "ExpSyn", "Exp2Syn",
    "SEClamp", "VClamp", "OClamp", "APCount", "hh", "NetStim", "IntFire1", "IntFire2", "IntFire4", "PointProcessMark",
    "PatternStim",
)  # fmt: skip


LARGEST = 1_000_000  # characters of a text; the largest mechanisms that people write have a tenth of it


@dataclass(frozen=True)
class Found:
    """A source text and the file name under which its augmented form is written."""

    source: Source
    file: str


def find(sources: Iterable[str | Path]) -> list[Found]:
    """Every mechanism that the sources name, in NEURON's order of registration.

    A source is a ``.mod`` file, a folder of them, or the name of a mechanism that NEURON ships.

    Raises
    ------
    Refused
        for a source that does not exist, or that can not be read.
    """
    built_in: list[tuple[int, Found]] = []
    own: list[Found] = []
    problems: list[Diagnostic] = []
    for item in sources:
        path = Path(item)
        try:
            if path.is_dir():
                files = sorted(path.glob("*.mod"), key=lambda p: p.name)
                if not files:
                    problems.append(_problem(item, "the folder holds no .mod file"))
                for item in files:
                    own.append(Found(read(item), item.name))
            elif path.exists() and not path.is_dir():
                own.append(Found(read(path), path.name))
            elif str(item) in BUILT_IN:
                place = BUILT_IN.index(str(item))
                shipped = _shipped(str(item))
                built_in.append((place, Found(shipped, f"{place:02d}_{item}_grad.mod")))
            else:
                shipped_names = "hh, pas, ExpSyn, Exp2Syn, IClamp, SEClamp, AlphaSynapse"
                hint = f"give a .mod file, a folder of them, or a mechanism that NEURON ships ({shipped_names})"
                problems.append(_problem(item, "no such file, folder or built-in mechanism", hint))
        except OSError as error:
            problems.append(_problem(item, error.strerror or str(error)))
    if problems:
        raise Refused(problems)
    found = [*(f for _, f in sorted(built_in, key=lambda pair: pair[0])), *own]
    return list({f.source.name: f for f in found}.values())


def _problem(item: str | Path, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic("NG003", message, str(item), hint=hint)


def read(path: Path) -> Source:
    """The text of a file: all of it, or one character more than can be a mechanism.

    What is no regular file is not read, nor waited for: a pipe, a device, a folder.

    Raises
    ------
    OSError
        when it is no regular file, or can not be read.
    """
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError("this is not a regular file")
        return Source(str(path), (stream.read(LARGEST + 1) or b"").decode("latin-1"))


def _shipped(name: str) -> Source:
    """The source of a built-in mechanism, from the installed NEURON."""
    for place in _mechanism_folders():
        for path in sorted(place.glob("*.mod")):
            text = path.read_bytes().decode("latin-1")
            if re.search(rf"\b(SUFFIX|POINT_PROCESS)\s+{name}\b", text):
                return Source(path.name, text)
    if len(_mechanism_folders()) == 1:
        raise OSError("the sources of NEURON's own mechanisms are not there: install the neuron package")
    raise OSError(f"NEURON has {name}, but does not ship its source")


def _mechanism_folders() -> Sequence[Path]:
    """Where sources of built-in mechanisms are: with NEURON, and here for what NEURON has but does not ship."""
    spec = importlib.util.find_spec("neuron")
    theirs = Path(spec.origin).parent / ".data" / "share" / "modfile" if spec and spec.origin else None
    return [*([theirs] if theirs and theirs.is_dir() else []), folder("templates")]
