"""Where things are: the grammar and the templates, and what is kept from one run to the next."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

READOUTS = _PACKAGE / "mechanisms"
"""A folder of mechanisms that measure what is to be controlled: ``ng.load(ng.READOUTS)``."""


def folder(name: str) -> Path:
    """The folder ``grammar`` or ``templates``: beside the package in a checkout, inside it in an installed wheel."""
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def cache_folder() -> Path:
    """Where compiled mechanisms and tables of the grammar are kept: ``$NMODLGRAD_CACHE``, else the user's cache."""
    own = os.environ.get("NMODLGRAD_CACHE")
    if own:
        return Path(own).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "nmodlgrad"
