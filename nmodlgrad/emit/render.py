"""The jinja2 environment: templates hold the C and the NMODL, Python only the data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import jinja2

from nmodlgrad import resources
from nmodlgrad.calculus.program import Program


def render(template: str, **data: Any) -> str:
    """A template filled in; a name that is missing is an error."""
    return _environment().get_template(template).render(**data)


def inserted(macro: str, *arguments: object) -> str:
    """A macro of the template with the lines that go into the original text."""
    return str(getattr(_environment().get_template("inserted.jinja").module, macro)(*arguments))


def helpers(text: str, names: Iterable[str]) -> str:
    """The functions that a text calls of those named, each of which may call later ones."""
    macros = _environment().get_template("helpers.jinja").module
    found = ""
    for name in names:
        if f"{name}(" in text + found:
            found += str(getattr(macros, name)())
    return found


def in_c(value: str, program: Program) -> str:
    """How C reads a value of the generated NMODL: LOCAL names get the prefix that nocmodl gives them."""
    return f"_l{value}" if value in program.local_names else value


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources.folder("templates")),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["c_name"] = c_name
    return environment


def c_name(name: str) -> str:
    """A variable's name as a part of names in C, where an element of an array can have no brackets."""
    return re.sub(r"\[(\d+)\]", r"_at_\1", name)
