"""The packages whose mechanisms make the corpus, fetched as pip is configured to, and kept in a user cache.

An archive counts only when its SHA-256 is the pinned one, each time it is used: a download that was cut off, or a file
that was changed, is fetched again.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Archive:
    """A wheel or an sdist: some packages leave the mechanisms of their tests and examples out of the wheel."""

    package: str
    filename: str
    sha256: str


ARCHIVES = (
    Archive(
        "neuron",
        "neuron-9.0.2-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
        "18cfc9df0224d17c6fb042c0c51afc61498a0a8f6d95d4475e4158076d13299e",
    ),
    Archive(
        "neuron",
        "neuron-8.2.7-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "72df43061b9c2cf5541bb4003c2c37fc39b8b106008e54abdca7cf1d989ea1f8",
    ),
    Archive(
        "pynn",
        "pynn-0.13.0-py3-none-any.whl",
        "9a7247c3905d9e62f10aea6e092826bd16eec27f011cd958945b002c82ad7bef",
    ),
    Archive(
        "pyfibers",
        "pyfibers-0.13.0-py3-none-any.whl",
        "c612e839133c4ba1f0a0803f93ba83dc7fb39f7ebe1f5055a7827a41bfbcd0c6",
    ),
    Archive(
        "nrv-py",
        "nrv_py-1.1.1-py3-none-any.whl",
        "62a241ab6860ca97413026b67284a7d96fb54f9cd622fec94e024d9687401bed",
    ),
    Archive(
        "dbbs-catalogue",
        "dbbs_catalogue-6.0.1-py2.py3-none-any.whl",
        "77c1f5c9fde7ece92349f1eb0ea9f533cdf695ef4c7877e442264406b1465281",
    ),
    Archive(
        "dbbs-mod-collection",
        "dbbs_mod_collection-2.2.3-py3-none-any.whl",
        "db6cec227b976191300e917269e3a0661444fd14163dd854ec03f2e46ff51db4",
    ),
    Archive(
        "snudda",
        "snudda-3.0.tar.gz",
        "d651bebd848024709f2da62898041ab912d651589b9511da46e4ab7c7a2109ca",
    ),
    Archive(
        "emodelrunner",
        "EModelRunner-1.2.5-py3-none-any.whl",
        "018f7a41ca597eed28c29caecab99f6ae3a56c825554409d996526af7f6543bd",
    ),
    Archive(
        "bmtk",
        "bmtk-1.2.0-py2.py3-none-any.whl",
        "d46d7407e4830fe492b2274fd466d5bad1b12d8a547f71cd8ea8c753ae7fdaa2",
    ),
    Archive(
        "mearec",
        "mearec-1.11.0-py3-none-any.whl",
        "dc1dea2cd2a324df5d95ce18c7bd5cba2a5d90fcf6486647eb25babf581540bf",
    ),
    Archive(
        "hnn-core",
        "hnn_core-0.6.1.tar.gz",
        "5a4bc9087de0fccfd52556213973d240b89323fc06d78d25e498d987679ec7be",
    ),
    Archive(
        "bluepyopt",
        "bluepyopt-1.14.26.tar.gz",
        "105a0e810c2cb49b96f5ea38d9faa88614d67e046a19699699bf2b85c4d7b37b",
    ),
    Archive(
        "lfpy",
        "lfpy-2.3.7.tar.gz",
        "eb7c5ab05bcd96c93566f8302bbd15fc5e11eeecd17be21f7b93342c0772015d",
    ),
    Archive(
        "netpyne",
        "netpyne-0.6.4.tar.gz",
        "3786e48de8ccd3f72d1e8de33ebc6b4b046d343f3e65cbeaf82982e47ea36491",
    ),
    Archive(
        "pynmodlt",
        "pynmodlt-0.1.2.tar.gz",
        "c7480d972f9908c0f0a0139e90f70cb232e72b09b729d90e53e6351105b3fe5b",
    ),
    Archive(
        "arbor",
        "arbor-0.12.1.tar.gz",
        "b5975e8c185490c4b76ca4a76497d523b7540e81aa20cbf48780b09c391c17fd",
    ),
)


@dataclass(frozen=True)
class Mechanism:
    """A .mod file of the corpus; `beside` are the files of its folder that it may INCLUDE."""

    package: str
    path: str
    content: bytes = field(repr=False)
    beside: dict[str, bytes] = field(repr=False, compare=False, hash=False)

    @property
    def digest(self) -> str:
        """What tells the file from others, however they are called."""
        return hashlib.sha256(self.content).hexdigest()[:12]

    def __str__(self) -> str:
        return f"{self.package}: {self.path} ({self.digest})"


class Unavailable(Exception):
    """An archive is not in the cache and can not be had."""


@lru_cache(maxsize=1)
def corpus() -> tuple[Mechanism, ...]:
    """Every .mod file that differs from those before it, in the order of the packages and of the paths."""
    found: dict[bytes, Mechanism] = {}
    for archive, path in zip(ARCHIVES, fetch(ARCHIVES), strict=True):
        for mechanism in _mechanisms(archive.package, dict(_files(path))):
            found.setdefault(mechanism.content, mechanism)
    return tuple(found.values())


def shipped(package: str, part: str) -> tuple[Mechanism, ...]:
    """The .mod files of a package whose path has `part` in it, those that others ship too among them."""
    own = [archive for archive in ARCHIVES if archive.package == package]
    return tuple(
        mechanism
        for archive, path in zip(own, fetch(tuple(own)), strict=True)
        for mechanism in _mechanisms(package, dict(_files(path)))
        if part in mechanism.path
    )


def _mechanisms(package: str, files: dict[str, bytes]) -> Iterator[Mechanism]:
    folders: dict[PurePosixPath, dict[str, bytes]] = {}
    for name, content in files.items():
        path = PurePosixPath(name)
        folders.setdefault(path.parent, {})[path.name] = content
    for name in sorted(files):
        if name.endswith(".mod"):
            folder = folders[PurePosixPath(name).parent]
            included = {other: folder[other] for other in folder if f'"{other}"'.encode() in files[name]}
            yield Mechanism(package, name, files[name], included)


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.name.endswith(".tar.gz"):
        with tarfile.open(path) as tar:
            for member in tar:
                reader = tar.extractfile(member) if _wanted(member.name) else None
                if reader is not None:
                    yield member.name, reader.read()
    else:
        with zipfile.ZipFile(path) as wheel:
            for name in filter(_wanted, wheel.namelist()):
                yield name, wheel.read(name)


def _wanted(name: str) -> bool:
    return name.endswith((".mod", ".inc")) and not PurePosixPath(name).name.startswith("._")


def cache_folder() -> Path:
    """NMODLGRAD_CORPUS, or a folder of the user's cache."""
    if "NMODLGRAD_CORPUS" in os.environ:
        return Path(os.environ["NMODLGRAD_CORPUS"])
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "nmodlgrad" / "corpus"


def fetch(archives: tuple[Archive, ...]) -> list[Path]:
    """Where the archives lie, after downloading those that are missing.

    Raises
    ------
    Unavailable
        with what pip said, where there is no index or where it has other files.
    """
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    missing = [archive for archive in archives if not _complete(folder / archive.filename, archive)]
    said = _download(folder, missing) if missing else ""
    absent = [archive.filename for archive in missing if not _complete(folder / archive.filename, archive)]
    if absent:
        raise Unavailable(f"{len(absent)} packages of the corpus are not to be had, {absent[0]} first: {said}")
    return [folder / archive.filename for archive in archives]


def _download(folder: Path, archives: list[Archive]) -> str:
    """The last that was said, if anything."""
    arguments = [word for archive in archives for word in (archive.package, archive.filename)]
    command = [sys.executable, str(Path(__file__).with_name("download.py")), str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        return "the download did not end in 10 minutes"
    return (done.stdout + done.stderr).strip().rpartition("\n")[2][-300:]


def _complete(path: Path, archive: Archive) -> bool:
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == archive.sha256
