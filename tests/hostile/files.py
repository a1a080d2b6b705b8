"""Sources that are hostile by what they are: folders, pipes, links, files that include each other."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from .texts import mechanism

Place = Callable[[Path], Path]  # makes what it needs in a folder, and tells what is given to the tool


def _with_files(files: Mapping[str, str]) -> Place:
    def make(folder: Path) -> Path:
        for name, text in {"x.mod": mechanism(), **files}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return folder / "x.mod"

    return make


def _includes(count: int) -> str:
    return "".join(f'INCLUDE "a{i}.inc"\n' for i in range(count))


def _among(count: int, text: str) -> Place:
    """A mechanism that includes so many files of the same text."""
    return _with_files({"x.mod": mechanism() + _includes(count), **{f"a{i}.inc": text for i in range(count)}})


def _chain(count: int, times: int = 1) -> Place:
    """Files each of which includes the next, so many times."""
    lines = {f"a{i}.inc": f'INCLUDE "a{i + 1}.inc"\n' * times for i in range(count)}
    return _with_files({"x.mod": mechanism() + _includes(1), **lines, f"a{count}.inc": ": the last\n"})


def _folder_as_source(folder: Path) -> Path:
    (folder / "x.mod").mkdir()
    return folder / "x.mod"


def _folder_in_folder(folder: Path) -> Path:
    (folder / "x.mod").mkdir()
    return folder


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "x.mod")
    return folder / "x.mod"


def _pipe_in_folder(folder: Path) -> Path:
    os.mkfifo(folder / "x.mod")
    return folder


def _pipe_included(folder: Path) -> Path:
    os.mkfifo(folder / "a0.inc")
    return _with_files({"x.mod": mechanism() + _includes(1)})(folder)


def _unreadable(folder: Path) -> Path:
    path = _with_files({})(folder)
    path.chmod(0)
    return path


def _unreadable_included(folder: Path) -> Path:
    path = _with_files({"x.mod": mechanism() + _includes(1), "a0.inc": ": nothing\n"})(folder)
    (folder / "a0.inc").chmod(0)
    return path


def _dangling(folder: Path) -> Path:
    (folder / "x.mod").symlink_to(folder / "nowhere.mod")
    return folder / "x.mod"


def _dangling_in_folder(folder: Path) -> Path:
    _dangling(folder)
    return folder


def _loop_of_links(folder: Path) -> Path:
    (folder / "x.mod").symlink_to(folder / "y.mod")
    (folder / "y.mod").symlink_to(folder / "x.mod")
    return folder


def _under_another_name(folder: Path) -> Path:
    """A file that includes itself through a link and through .."""
    path = _with_files({"x.mod": mechanism() + f'INCLUDE "../{folder.name}/link.inc"\n'})(folder)
    (folder / "link.inc").symlink_to(path)
    return path


def _huge(folder: Path) -> Path:
    """A file with a hole of 100 GB."""
    with open(folder / "x.mod", "wb") as stream:
        stream.truncate(100_000_000_000)
    return folder / "x.mod"


def _huge_included(folder: Path) -> Path:
    _huge(folder).rename(folder / "a0.inc")
    return _with_files({"x.mod": mechanism() + _includes(1)})(folder)


def _strange_name(folder: Path) -> Path:
    path = Path(os.fsdecode(os.fsencode(folder) + b"/\xff\x1b[2J\n.mod"))
    path.write_text(mechanism("nowhere"))
    return path


FILES: Mapping[str, Place] = {
    "a folder as source": _folder_as_source,
    "a folder among the sources": _folder_in_folder,
    "a pipe": _pipe,
    "a pipe among the sources": _pipe_in_folder,
    "a pipe included": _pipe_included,
    "a device": lambda folder: Path("/dev/zero"),
    "an unreadable file": _unreadable,
    "an unreadable file included": _unreadable_included,
    "a dangling link": _dangling,
    "a dangling link among the sources": _dangling_in_folder,
    "a loop of links": _loop_of_links,
    "a file of 100 GB": _huge,
    "a file of 100 GB included": _huge_included,
    "a strange name": _strange_name,
    "a name that is too long": lambda folder: folder / ("a" * 5000 + ".mod"),
    "an empty folder": lambda folder: folder,
    "no file": lambda folder: folder / "x.mod",
    "includes itself": _with_files({"x.mod": mechanism() + 'INCLUDE "x.mod"\n'}),
    "includes itself under another name": _under_another_name,
    "mutual inclusion": _with_files(
        {"x.mod": mechanism() + _includes(2), "a0.inc": _includes(2), "a1.inc": _includes(2)}
    ),
    "all include all": _with_files(
        {"x.mod": mechanism() + _includes(30), **{f"a{i}.inc": _includes(30) for i in range(30)}}
    ),
    "1,000 includes": _with_files(
        {"x.mod": mechanism() + _includes(1000), **{f"a{i}.inc": ": one\n" for i in range(1000)}}
    ),
    "1,000 includes of one": _with_files({"x.mod": mechanism() + _includes(1) * 1000, "a0.inc": ": one\n"}),
    "1,000 includes that define": _with_files(
        {"x.mod": mechanism() + _includes(1000), **{f"a{i}.inc": f"DEFINE N{i} 2\n" for i in range(1000)}}
    ),
    "a chain of 20 includes": _chain(20),
    "a chain of 2,000 includes": _chain(2000),
    "a tree of 2^40 includes": _chain(40, times=2),
    "20 large includes": _with_files(
        {
            "x.mod": mechanism() + _includes(20),
            **{f"a{i}.inc": f"PROCEDURE p{i}() {{ {'y=g ' * 30_000}}}" for i in range(20)},
        }
    ),
    "1,000 includes of 900 kB": _with_files(
        {"x.mod": mechanism() + _includes(1) * 1000, "a0.inc": ":" + "a" * 900_000}
    ),
    "an included folder": _with_files({"x.mod": mechanism() + _includes(1), "a0.inc/b": ""}),
    "an include of a missing file": _with_files({"x.mod": mechanism() + _includes(1)}),
}
