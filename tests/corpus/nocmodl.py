"""What NEURON's own compiler says of a file: accepted, refused for its syntax, or refused for what it means."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path


@dataclass(frozen=True)
class Verdict:
    """`kind` is "accepted", "syntax", "other" (the meaning) or "crash"; `message` is the first complaint."""

    kind: str
    message: str = ""


@dataclass(frozen=True)
class Nocmodl:
    """A translator in a folder laid out as in NEURON's wheel. Without a folder: the one of the installed wheel."""

    home: Path = field(default_factory=lambda: wheel_data())

    def __call__(self, content: bytes, beside: Mapping[str, bytes] | None = None) -> Verdict:
        """Translate a file in a scratch folder, with the files beside it that it may INCLUDE."""
        with tempfile.TemporaryDirectory(prefix="nocmodl") as folder:
            for name, other in (beside or {}).items():
                (Path(folder) / name).write_bytes(other)
            (Path(folder) / "x.mod").write_bytes(content)
            try:
                done = subprocess.run(
                    [self.home / "bin" / "nocmodl", "x.mod", "-o", "translated"],
                    cwd=folder,
                    env=os.environ | {"NRNHOME": str(self.home), "NMODLHOME": str(self.home), "MODLUNIT": str(self.home / "share/nrn/lib/nrnunits.lib")},
                    capture_output=True,
                    timeout=20,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return Verdict("crash", "does not end")
        return _verdict(done.returncode, (done.stderr + b"\n" + done.stdout).decode("latin-1"))


@lru_cache(maxsize=1)
def wheel_data() -> Path:
    """The folder `.data` of NEURON's wheel, found without importing NEURON."""
    return Path(str(distribution("neuron").locate_file("neuron/.data")))


# Said of characters and tokens, by the scanner and by the reader of lines: lex.lpp and io.cpp of NEURON's nmodl. What
# the grammar refuses is announced by bison's "syntax error" first, whatever the error productions add.
_OF_THE_SCANNER = (
    r"syntax error",
    r"Syntax error:",
    r"Line too long",
    r"Non-Ascii character",
    r"block goes to end of file",
    r"equations? (addition )?can't occur in this type of block",
    r"name = number",
    r"name FROM number TO number",
    r"Illegal block",
    r"memory exhausted",
)
_SYNTAX = re.compile("|".join(_OF_THE_SCANNER))
_NOISE = re.compile(r"^\s*(Notice|NOTICE|WARNING|Warning|Translating|Thread Safe|NEURON's CVode|INCLUDEing|\^|$)")


def _verdict(returncode: int, output: str) -> Verdict:
    if returncode == 0:
        return Verdict("accepted")
    if returncode < 0:
        return Verdict("crash", signal.Signals(-returncode).name)
    lines = [line.strip() for line in output.splitlines() if not _NOISE.match(line)]
    first = lines[0] if lines else ""
    if returncode != 1:
        return Verdict("crash", f"exit {returncode}: {first}")
    if first.rstrip(":") == "syntax error" and len(lines) > 1:
        first = f"syntax error: {lines[1]}"
    message = re.sub(r" at line \d+ in file \S+.*", "", first)
    return Verdict("syntax" if _SYNTAX.search(first) else "other", message)
