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
                done = self.translate(Path(folder))
            except subprocess.TimeoutExpired:
                return Verdict("crash", "does not end")
        return _verdict(done.returncode, (done.stderr + b"\n" + done.stdout).decode("latin-1"))

    def translate(self, folder: Path) -> subprocess.CompletedProcess[bytes]:
        """Translate ``x.mod`` in a folder, into its subfolder ``translated``."""
        return subprocess.run(
            [self.home / "bin" / "nocmodl", "x.mod", "-o", "translated"],
            cwd=folder,
            env=os.environ | self._environment(),
            capture_output=True,
            timeout=20,
            check=False,
        )

    def _environment(self) -> dict[str, str]:
        home = str(self.home)
        return {"NRNHOME": home, "NMODLHOME": home, "MODLUNIT": f"{home}/share/nrn/lib/nrnunits.lib"}


@lru_cache(maxsize=1)
def wheel_data() -> Path:
    """The folder `.data` of NEURON's wheel, found without importing NEURON."""
    return Path(str(distribution("neuron").locate_file("neuron/.data")))


# What the scanner and the reader of lines say before they exit (lex.lpp, inputtopar; io.cpp), and the first word of
# bison's parser: whatever the error productions of the grammar add, they come after it. A complaint about the meaning
# may end in an error production too ("Illegal block"), but without that word.
_SYNTAX = re.compile(
    r"^\s*(Error: )?(syntax error|Syntax error:|Line too long|Non-Ascii character|\w+block goes to end of file"
    r"|equations? (addition )?can't occur in this type of block|memory exhausted)",
    re.MULTILINE,
)
_NOISE = re.compile(
    r"\s*(Notice|NOTICE|WARNING|Warning|Translating|Thread Safe|NEURON's CVode|INCLUDEing|\^|$"
    r"|in a DERIVATIVE block\.|Multistep integrators|work correctly\.)"
)


def _verdict(returncode: int, output: str) -> Verdict:
    lines = [line.strip() for line in output.splitlines() if not _NOISE.match(line)]
    first = " ".join(lines[:2] if lines and lines[0] == "syntax error:" else lines[:1])
    message = re.sub(r" at line \d+ in file \S+.*", "", first)
    if returncode == 0:
        return Verdict("accepted")
    if returncode != 1:
        cause = signal.Signals(-returncode).name if returncode < 0 else f"exit {returncode}"
        return Verdict("crash", f"{cause}: {message}")
    return Verdict("syntax" if _SYNTAX.search(output) else "other", message)
