"""Translate, compile and load mechanisms in one go."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import neuron
from neuron import h

from nmodlgrad.build import build
from nmodlgrad.compiler import MANIFEST, SUPPORT, compile_sources
from nmodlgrad.diagnostics import NmodlGradError
from nmodlgrad.runtime import registry
from nmodlgrad.sources import find

_texts: dict[str, str] = {}  # what was loaded: text by mechanism name


def load(*sources: str | Path, wrt: Collection[str] | None = None) -> None:
    """Translate mechanisms, compile them into a cache keyed by their content, load them into NEURON.

    Parameters
    ----------
    sources
        ``.mod`` files, folders of them, or names of mechanisms that NEURON ships (``"hh"``)
    wrt
        names of the parameters that can be seeded; by default all that act, for which ``"*"`` stands, but ``"celsius"``

    Raises
    ------
    Refused
        when a mechanism can not be differentiated exactly
    BuildError
        when there is no compiler, or it fails
    NmodlGradError
        when NEURON has a mechanism of the same name already
    """
    result = compile_sources(find(sources), wrt, look_up=True)
    entries = [*result.manifest["mechanisms"], *result.manifest["passed"]]
    fresh = [e for e in entries if _texts.get(e["name"]) != result.files[e["file"]]]
    present = registry.types()
    for entry in fresh:
        if entry["name"] in _texts:
            raise NmodlGradError(
                f"{entry.get('original', entry['name'])} was loaded before from another source or with another wrt"
            )
        if entry["name"] in present:
            raise NmodlGradError(
                f"NEURON has a mechanism {entry['name']} already (compiled mechanisms in the working folder are loaded "
                "by themselves), and can not replace it: start in another folder, or in a new process"
            )
    if not fresh:
        return
    files = {e["file"]: result.files[e["file"]] for e in fresh}
    if not hasattr(h, "nmodlgrad_cable"):
        files[SUPPORT] = result.files[SUPPORT]
    folder = build(files | {MANIFEST: result.files[MANIFEST]})
    if not neuron.load_mechanisms(str(folder), warn_if_already_loaded=False):
        raise NmodlGradError(f"NEURON could not load the mechanisms in {folder}")
    registry.add({kind: [e for e in fresh if e in result.manifest[kind]] for kind in ("mechanisms", "passed")})
    _texts.update({e["name"]: result.files[e["file"]] for e in fresh})
