"""What nrnivmodl does to a folder of mechanisms, in half the time: for hundreds of libraries, one after the other.

The translator, the compiler, its options and the text that it sees are those of nrnivmodl. What every translated
mechanism begins with, NEURON's headers, is compiled once and kept; no executable is linked.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from importlib.metadata import version
from pathlib import Path

from nmodlgrad import build
from nmodlgrad.build import BuildError

from .nocmodl import wheel_data
from .packages import cache_folder

_OPTIONS = (
    "-O2", "-std=c++17", "-DUSE_PYTHON", "-DNRN_ENABLE_THREADS", "-DCORENRN_BUILD=0", "-DNRNPYTHON_DYNAMICLOAD",
    "-DMPI_NO_CPPBIND=1", "-DOMPI_SKIP_MPICXX=1", "-DMPICH_SKIP_MPICXX=1", "-DHAVE_CONFIG_H", "-fPIC", "-I.",
)  # fmt: skip
_LAST_HEADER = '#include "neuron/cache/mechanism_range.hpp"\n'


def use() -> None:
    """Compile in this way from now on, if this is the NEURON it was written for."""
    if version("neuron").startswith("9."):
        build._nrnivmodl = compile_folder


def compile_folder(folder: Path, flags: str) -> None:
    """Make the library of a folder's mechanisms where NEURON looks for it.

    Raises
    ------
    BuildError
        with the compiler's last lines.
    """
    home = wheel_data()
    made = folder / "x86_64"
    made.mkdir()
    environment = {"NRNHOME": str(home), "NMODLHOME": str(home), "MODLUNIT": f"{home}/share/nrn/lib/nrnunits.lib"}
    compiler = [*os.environ.get("CXX", "g++").split(), *_OPTIONS, *flags.split(), f"-I{home}/include", f"-I{folder}"]
    names = sorted(path.stem for path in folder.glob("*.mod"))
    objects = []
    for name in names:
        _run([str(home / "bin" / "nocmodl"), f"{name}.mod", "-o", str(made)], folder, environment)
        head, found, rest = (made / f"{name}.cpp").read_text("latin-1").partition(_LAST_HEADER)
        if not found:
            raise BuildError(f"{name}.mod: what nocmodl wrote does not begin as it should")
        (made / f"{name}.cpp").write_text(rest, "latin-1")
        _run([*compiler, "-include", _precompiled(head + found, compiler), "-c", f"{name}.cpp"], made, environment)
        objects.append(f"{name}.o")
    calls = "".join(f'extern "C" void _{name}_reg(void);\n' for name in names)
    body = "".join(f"  _{name}_reg();\n" for name in names)
    (made / "mod_func.cpp").write_text(f'{calls}extern "C" void modl_reg() {{\n{body}}}\n')
    library = [f"-L{home}/lib", "-lnrniv", f"-Wl,-rpath,{home}/lib"]
    _run([*compiler, "-shared", "-o", "libnrnmech.so", "mod_func.cpp", *objects, *library], made, environment)


def _precompiled(head: str, compiler: list[str]) -> str:
    """The header with this text, compiled for these options."""
    options = compiler[:-1]
    name = hashlib.sha256("\0".join([head, *options, version("neuron")]).encode()).hexdigest()[:16]
    header = cache_folder() / "headers" / f"{name}.hpp"
    if not header.with_suffix(".hpp.gch").exists():
        header.parent.mkdir(parents=True, exist_ok=True)
        header.write_text(head)
        scratch = f"{header}.{os.getpid()}"
        _run([*options, "-x", "c++-header", str(header), "-o", scratch], header.parent, {})
        os.replace(scratch, f"{header}.gch")
    return str(header)


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise BuildError(f"nrnivmodl failed:\n{tail}")
