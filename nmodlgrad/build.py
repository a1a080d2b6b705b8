"""Compile augmented mechanisms with nrnivmodl, into a cache keyed by their content."""

from __future__ import annotations

import glob
import hashlib
import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path

from nmodlgrad.compiler import write
from nmodlgrad.diagnostics import NmodlGradError
from nmodlgrad.resources import cache_folder

# -O3 -march=native vectorises the loops over directions; without contraction the original's results stay as they
# are to the last bit, since every operation is still rounded on its own. GCC 12 contracts nevertheless where it puts
# a sum and a difference of straight-line code into one vector; -fno-tree-slp-vectorize keeps it from that, not from
# loops. A FUNCTION of NMODL can be put where it is called only if no other library may take its place.
FLAGS = "-O3 -march=native -ffp-contract=off -fno-tree-slp-vectorize -fno-semantic-interposition"
PLAIN = ""  # as nrnivmodl compiles by itself

_COMPILED = "compiled"  # a folder in the cache: mechanisms one by one, with what the translator and the compiler made

_AN_ERROR = re.compile(r":\d+: (fatal )?error: ")  # as compilers write them, behind a file and a line
_ERRORS, _LAST_LINES = 5, 15  # lines of a failure's message


class BuildError(NmodlGradError):
    """The mechanisms could not be compiled."""


def build(files: Mapping[str, str], flags: str | None = None) -> Path:
    """The folder with the compiled mechanisms, from the cache if they were compiled before with the same flags.

    Without flags, they are `FLAGS`, as they are at the time.

    Raises
    ------
    BuildError
        when a tool is missing, or with the compiler's first errors when it fails.
    """
    flags = FLAGS if flags is None else flags
    folder = cache_folder() / _key(files, flags)
    if (folder / "done").exists():
        return folder
    require_compiler()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".building-"))
    except OSError as error:
        raise BuildError(f"{folder.parent} can not be written to ({error.strerror}): set NMODLGRAD_CACHE") from None
    try:
        write(dict(files), scratch)
        mechanisms = _mechanisms(files, flags)
        _take_compiled(scratch, mechanisms)
        _nrnivmodl(scratch, flags)
        _keep_compiled(scratch, mechanisms)
        (scratch / "done").touch()
        try:
            scratch.rename(folder)
        except OSError:
            if not (folder / "done").exists():  # nobody else was faster: a broken remainder is in the way
                shutil.rmtree(folder, ignore_errors=True)
                scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


def _mechanisms(files: Mapping[str, str], flags: str) -> dict[str, str]:
    """The files of mechanisms, and what decides what becomes of each: its text, and files that it may include."""
    others = {name: text for name, text in files.items() if not name.endswith((".mod", ".json"))}
    return {name: _key({name: text, **others}, flags) for name, text in files.items() if name.endswith(".mod")}


def _take_compiled(folder: Path, mechanisms: Mapping[str, str]) -> None:
    """Put mechanisms that were compiled before, for another model, where nrnivmodl finds them up to date.

    nrnivmodl is make: what is older than its result is not made again.
    """
    results = folder / platform.machine()
    results.mkdir()
    for name, key in mechanisms.items():
        compiled = list((cache_folder() / _COMPILED / key).glob("*"))
        for file in compiled:
            shutil.copy2(file, results)
        if compiled:
            before = min(file.stat().st_mtime for file in compiled) - 1
            os.utime(folder / name, (before, before))


def _keep_compiled(folder: Path, mechanisms: Mapping[str, str]) -> None:
    """Keep what nrnivmodl made of each mechanism, for other models."""
    for name, key in mechanisms.items():
        kept = cache_folder() / _COMPILED / key
        if kept.exists():
            continue
        kept.parent.mkdir(exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=kept.parent, prefix=".keeping-"))
        for file in (folder / platform.machine()).glob(f"{glob.escape(Path(name).stem)}.*"):
            shutil.copy2(file, scratch)
        try:
            scratch.rename(kept)
        except OSError:  # somebody else was faster
            shutil.rmtree(scratch, ignore_errors=True)


def require_compiler() -> None:
    """Raise a one-sentence BuildError if make, a C++ compiler or nrnivmodl is missing."""
    compiler = os.environ.get("CXX", "g++").split()[0]
    missing = [tool for tool in ("make", compiler) if shutil.which(tool) is None]
    if missing:
        raise BuildError(
            f"{' and '.join(missing)} not found: compiling mechanisms needs make and a C++ compiler "
            "(on Debian or Ubuntu: apt-get install make g++)."
        )
    if _nrnivmodl_path() is None:
        raise BuildError("nrnivmodl not found: install NEURON in this environment (pip install neuron).")


def _nrnivmodl_path() -> str | None:
    beside = Path(sysconfig.get_path("scripts")) / "nrnivmodl"
    return str(beside) if beside.exists() else shutil.which("nrnivmodl")


def _nrnivmodl(folder: Path, flags: str) -> None:
    command = [_nrnivmodl_path() or "nrnivmodl", *(["-incflags", flags] if flags else []), "."]
    try:
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    except OSError as error:
        message = f"{command[0]} does not start ({error.strerror}): is there a space in its folder's name?"
        raise BuildError(message) from None
    if result.returncode:
        raise BuildError(f"nrnivmodl failed:\n{_told(result.stdout + result.stderr)}")


def _told(output: str) -> str:
    """What nrnivmodl says of why it fails: the first errors of the compiler, or the last lines where it names none."""
    lines = output.strip().splitlines()
    errors = [line for line in lines if _AN_ERROR.search(line)]
    return "\n".join(errors[:_ERRORS] or lines[-_LAST_LINES:])


def _key(files: Mapping[str, str], flags: str) -> str:
    """Everything that decides what the compiler makes."""
    digest = hashlib.sha256()
    compiler = os.environ.get("CXX", "g++")
    neuron = importlib.metadata.version("neuron")
    for part in (neuron, flags, compiler, platform.machine(), _processor(), sys.platform):
        digest.update(part.encode() + b"\0")
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + files[name].encode() + b"\0")
    return digest.hexdigest()[:32]


def _processor() -> str:
    """What -march=native depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return "\n".join(sorted({line for line in lines if line.startswith(("model name", "flags"))}))
