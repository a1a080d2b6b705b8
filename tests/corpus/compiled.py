"""Which files nrnivmodl compiles, alone: many that nocmodl translates do not.

python -m tests.corpus.compiled

What nrnivmodl does to a file is done to it: nocmodl, then the compiler with the same definitions, but told to stop
when it has understood the text, for a shared library is linked whatever its objects hold. Verdicts are kept in the
user's cache by content and by NEURON's version, so that a run that was cut off goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from .nocmodl import wheel_data
from .packages import Mechanism, cache_folder, corpus

_OPTIONS = (
    "-std=c++17", "-fsyntax-only", "-w", "-DUSE_PYTHON", "-DNRN_ENABLE_THREADS", "-DCORENRN_BUILD=0",
    "-DNRNPYTHON_DYNAMICLOAD", "-DHAVE_CONFIG_H",
)  # fmt: skip


@dataclass(frozen=True)
class Compiled:
    """Whether a file compiled, and the first complaint if not."""

    good: bool
    message: str = ""


def compiled(mechanism: Mechanism) -> Compiled:
    """The verdict on one file, from the cache if there is one."""
    kept = _kept(mechanism)
    if kept.exists():
        return Compiled(**json.loads(kept.read_text()))
    with tempfile.TemporaryDirectory(prefix="compiled") as folder:
        for name, other in mechanism.beside.items():
            (Path(folder) / name).write_bytes(other)
        (Path(folder) / "x.mod").write_bytes(mechanism.content)
        verdict = _verdict(folder)
    kept.parent.mkdir(parents=True, exist_ok=True)
    scratch = kept.with_suffix(f".{os.getpid()}")
    scratch.write_text(json.dumps(asdict(verdict)))
    scratch.replace(kept)
    return verdict


def _verdict(folder: str) -> Compiled:
    home = wheel_data()
    environment = {"NRNHOME": str(home), "NMODLHOME": str(home), "MODLUNIT": f"{home}/share/nrn/lib/nrnunits.lib"}
    compiler = [*os.environ.get("CXX", "g++").split(), *_OPTIONS, "-I.", f"-I{home}/include", "x.cpp"]
    for command in ([home / "bin" / "nocmodl", "x.mod"], compiler):
        done = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=120,
        )
        if done.returncode:
            return Compiled(False, _first(done.stdout + done.stderr))
    return Compiled(True)


def _first(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if re.search(r"error|not|syntax|illegal", line, re.IGNORECASE)]
    return lines[0][:300] if lines else said.strip()[:300]


def _kept(mechanism: Mechanism) -> Path:
    digest = hashlib.sha256(mechanism.content)
    for name in sorted(mechanism.beside):
        digest.update(name.encode() + b"\0" + mechanism.beside[name])
    return cache_folder() / f"compiled-{version('neuron')}" / f"{digest.hexdigest()[:24]}.json"


def verdicts() -> Iterator[tuple[Mechanism, Compiled]]:
    """Every file of the corpus with its verdict."""
    files = corpus()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from zip(files, pool.map(compiled, files), strict=True)


def main() -> None:
    good = 0
    for number, (mechanism, verdict) in enumerate(verdicts(), 1):
        good += verdict.good
        if sys.stderr.isatty():
            print(f"\r{number}", end="", file=sys.stderr)
        if not verdict.good:
            print(f"{mechanism}: {verdict.message}", flush=True)
    print(f"{good} of {number} files compile")


if __name__ == "__main__":
    main()
