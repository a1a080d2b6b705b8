"""What Python and the mechanisms share in memory: the same fields in the same order on both sides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nmodlgrad.runtime import layout

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"


def structures() -> dict[str, list[str]]:
    """The fields of every structure that the templates declare, all of which are 8 bytes or structures themselves."""
    names = ("link.c.jinja", "plan.c.jinja", "recording.c.jinja", "control.c.jinja")
    text = "".join((TEMPLATES / name).read_text() for name in names)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    found = {}
    for body, name in re.findall(r"typedef struct \{(.*?)\} ng_(\w+);", text, flags=re.DOTALL):
        declared = re.sub(r"\{[%#].*?[%#]\}", "", body).replace(",", ";").split(";")
        found[name] = [re.findall(r"ng_(\w+)", field)[-1] for field in declared if field.strip()]
    return found


@pytest.mark.parametrize("name", sorted(structures()))
def test_a_structure_has_the_same_fields_on_both_sides(name: str) -> None:
    assert list(getattr(layout, name.upper()).names) == structures()[name]


def test_every_structure_of_ours_is_declared() -> None:
    described = {x for x in vars(layout) if x.isupper() and hasattr(getattr(layout, x), "names")}
    assert described == {name.upper() for name in structures()}
