"""The grammar and the templates: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder ``grammar`` or ``templates``."""
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
