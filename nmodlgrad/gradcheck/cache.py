"""Reports that are kept, under a key of everything that decides them."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from nmodlgrad._version import __version__
from nmodlgrad.gradcheck.report import Report
from nmodlgrad.resources import cache_folder

REVISION = 1  # raise it when a change to gradcheck, or to the runtime, may change a report
DIFFERENCES = 2  # raise it when a change to the process that takes differences may change what it gives


def key(texts: Iterable[str]) -> str:
    """The key of a mechanism: its original text, what was emitted, how it is put into its cell."""
    digest = hashlib.sha256()
    for part in (__version__, str(REVISION), version("neuron"), *texts):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:32]


def load(name: str) -> Report | None:
    """The report that was kept, if there is one."""
    try:
        return Report.from_data(json.loads(_file(name).read_text()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(name: str, report: Report) -> None:
    """Keep a report."""
    _put(_file(name), json.dumps(report.as_data()).encode())


def differences(name: str) -> dict[str, NDArray[Any]] | None:
    """The differences that were kept, if there are any."""
    try:
        with np.load(_file(name).with_suffix(".npz")) as arrays:
            return dict(arrays)
    except (OSError, ValueError, KeyError, BadZipFile):
        return None


def keep_differences(name: str, arrays: dict[str, NDArray[Any]]) -> None:
    """Keep what the original gave."""
    stream = BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]
    _put(_file(name).with_suffix(".npz"), stream.getvalue())


def _put(target: Path, data: bytes) -> None:
    """Whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
    os.replace(scratch, target)


def _file(name: str) -> Path:
    return cache_folder() / "gradcheck" / f"{name}.json"
