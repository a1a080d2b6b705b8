"""The documentation is true: its code runs, its links lead somewhere, and no diagnostic is missing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nmodlgrad.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]

AFTERWARDS = """
assert rows.shape == (len(voltage), 4) and abs(rows).max(axis=0).all(), rows
assert soma(0.5).gnabar_hh == 0.12 + 0.01 and dend(0.5).g_pas == 0.001
"""


def test_the_code_in_the_readme_does_what_it_says(tmp_path: Path) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGES[0].read_text(), re.MULTILINE | re.DOTALL)
    kept = code.replace("derivative.to_numpy() ", "rows = derivative.to_numpy() ")
    assert kept != code
    done = subprocess.run(
        [sys.executable, "-c", kept + AFTERWARDS],
        cwd=tmp_path,
        env=os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_link_leads_to_a_file_and_a_heading_that_exist(page: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        if re.match(r"https?://", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_the_page_of_diagnostics_lists_the_catalogue() -> None:
    page = (ROOT / "docs" / "diagnostics.md").read_text()
    rows = re.findall(r"^\| (NG\d{3}) \| (\w+) \| (.*) \|$", page, re.MULTILINE)
    assert rows == [(code, *entry) for code, entry in CATALOGUE.items()]


def test_every_entry_of_the_catalogue_is_given_somewhere_and_no_other() -> None:
    files = [path for path in (ROOT / "nmodlgrad").rglob("*.py") if path.name != "catalogue.py"]
    given = {code for path in files for code in re.findall(r'"(NG\d{3})"', path.read_text())}
    assert given == CATALOGUE.keys()
