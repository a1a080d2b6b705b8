"""Downloads archives by name, in a process of its own: ``python download.py FOLDER PACKAGE FILE PACKAGE FILE ...``.

``pip download`` builds an sdist's metadata, which runs the package's build: for a folder of text files that is neither
needed nor, in some environments, possible. So pip's own finder is asked where a file is, and pip's own session, with
the user's index, certificates and proxies, gets it.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from pip._internal.commands import create_command
from pip._internal.index.collector import parse_links
from pip._internal.index.package_finder import PackageFinder
from pip._internal.models.link import Link


def main(folder: Path, wanted: dict[str, str]) -> None:
    """Get each file, under its name only once it is whole."""
    logging.disable()  # what pip has to say of each place where it looked
    command = create_command("download")
    options, _ = command.parse_args(["--retries", "1", "--timeout", "20"])  # without an index, soon
    session = command._build_session(options)
    finder = command._build_package_finder(options, session)
    for filename, package in wanted.items():
        link = next((link for link in _links(finder, package) if link.filename == filename), None)
        if link is None:
            print(f"the index has no {filename}")
            continue
        answer = session.get(link.url_without_fragment, headers={"Accept-Encoding": "identity"})
        answer.raise_for_status()
        part = folder / f"{filename}.{os.getpid()}.part"
        part.write_bytes(answer.content)
        part.replace(folder / filename)


def _links(finder: PackageFinder, package: str) -> Iterator[Link]:
    """Every file that the user's indexes and folders have of a package, for whatever Python and platform."""

    def of_a_page(page: Link) -> list[Link]:
        answer = finder._link_collector.fetch_response(page)
        return list(parse_links(answer)) if answer is not None else []

    for sources in finder._link_collector.collect_sources(package, of_a_page):
        for source in filter(None, sources):
            yield from source.file_links()
            yield from source.page_candidates()


if __name__ == "__main__":
    main(Path(sys.argv[1]), dict(zip(sys.argv[3::2], sys.argv[2::2], strict=True)))
