"""What became of sources, kept from one run to the next: translating a folder takes seconds, looking it up does not."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from nmodlgrad import resources
from nmodlgrad.diagnostics import Diagnostic, Source
from nmodlgrad.sources import Found

_VERSIONS = ("sympy", "lark", "jinja2")


@dataclass(frozen=True)
class Outcome:
    """What becomes of one source: a text with its entry of the manifest, or problems.

    `names` are the mechanism's variables; True marks those that may be seeded.
    """

    names: Mapping[str, bool]
    warnings: Iterable[Diagnostic] = ()
    problems: Iterable[Diagnostic] = ()
    text: str | None = None
    differentiated: dict[str, Any] | None = None
    passed: dict[str, Any] | None = None


def kept(item: Found, options: tuple[Collection[str] | str | None, ...], make: Callable[[], Outcome]) -> Outcome:
    """The outcome from the cache, or one that is made and put there; a cache that can not be used is none."""
    included = _included(item)
    if included is None:
        return make()
    path = resources.cache_folder() / "translated" / f"{_key(item, included, options)}.json"
    with suppress(OSError, ValueError, TypeError, KeyError):
        data = json.loads(path.read_text(encoding="utf-8"))
        return Outcome(**data | {"warnings": [Diagnostic(**warning) for warning in data["warnings"]]})
    outcome = make()
    if not outcome.problems:
        with suppress(OSError):
            _write(path, json.dumps(asdict(outcome)))
    return outcome


def _included(item: Found) -> Sequence[Source] | None:
    """The files that it includes; None where that is not known yet."""
    if "INCLUDE" not in item.source.text:
        return ()
    from nmodlgrad.semantics.include import foreseen  # with the parser, which most do without here

    return foreseen(item.source)


def _key(item: Found, included: Sequence[Source], options: tuple[Collection[str] | str | None, ...]) -> str:
    plain = [sorted(option) if isinstance(option, set | frozenset) else option for option in options]
    parts = [_code(), item.source.name, item.file, json.dumps(plain, default=list), item.source.text]
    parts += [part for each in included for part in (each.name, each.text)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


@lru_cache(maxsize=1)
def _code() -> str:
    """All that decides what a text is translated to: this package, its grammar and templates, and its libraries."""
    from importlib.metadata import version

    digest = hashlib.sha256(" ".join(version(name) for name in _VERSIONS).encode())
    for folder in (Path(__file__).parent, resources.folder("grammar"), resources.folder("templates")):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".lark", ".jinja"):
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _write(path: Path, text: str) -> None:
    """A file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
