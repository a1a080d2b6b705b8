"""What two parsers understand of a file: ours, and NEURON's second one, which knows nothing of nocmodl's.

A structure is a list for each block, in the order of the file: its head (``FUNCTION f``), the names of its arguments,
its statements by role (``USEION na READ ena WRITE ina``, ``RANGE a b``, ``LOCAL x``, ``SOLVE states cnexp``), and every
name that stands in it, in the order of the text: what is declared, assigned, read, called.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from nmodlgrad.diagnostics import Source
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.parse import parse

from .packages import Mechanism

Structure = list[list[Any]]

_NAME = re.compile(r"[A-Za-z]\w*\Z", re.ASCII)
_NO_NAMES = {"span", "kind", "phase", "keyword", "unit", "size", "bins", "valence"}  # fields of nodes


def of_ours(content: bytes) -> Structure:
    """Our tree, as a structure."""
    file = parse(Source("x.mod", content.decode("latin-1")))
    left_out = (n.Include, n.Define, n.LocalList, n.Verbatim)
    return [
        [_head(item), [a.name for a in getattr(item, "arguments", ())], _statements(item), _names(item)]
        for item in file.items
        if not isinstance(item, left_out)
    ]


def _head(item: n.Node) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(item).__name__.removesuffix("Block")).upper()
    return " ".join([words, *(getattr(item, field) for field in ("phase", "name") if hasattr(item, field))])


def _statements(value: Any) -> list[str]:
    match value:
        case n.Suffix() | n.NameList():
            return [" ".join([value.kind, *_names(value)])]
        case n.UseIon():
            return [" ".join(["USEION", value.ion, "READ", *value.read, "WRITE", *value.write])]
        case n.LocalList():
            return [" ".join(["LOCAL", *_names(value)])]
        case n.Solve():
            return [" ".join(["SOLVE", *_names(value)])]
        case n.Node():
            return [line for field in fields(value) for line in _statements(getattr(value, field.name))]
        case tuple():
            return [line for part in value for line in _statements(part)]
    return []


def _names(value: Any) -> list[str]:
    match value:
        case str():
            return [str(value)] if _NAME.match(value) else []
        case n.Number():
            return []
        case n.Node():
            parts = [getattr(value, field.name) for field in fields(value) if field.name not in _NO_NAMES]
            return [name for part in parts for name in _names(part)]
        case tuple():
            return [name for part in value for name in _names(part)]
    return []


def of_neuron(files: Sequence[Mechanism]) -> list[Structure | str]:
    """What ``neuron.nmodl`` understands of each file, or its complaint; it starts anew after one at which it aborts."""
    answers: list[Structure | str] = []
    while len(answers) < len(files):
        asked = [
            json.dumps([f.content.decode("latin-1"), {name: c.decode("latin-1") for name, c in f.beside.items()}])
            for f in files[len(answers) :]
        ]
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("neuron_parser.py"))],
            input="\n".join(asked),
            capture_output=True,
            text=True,
            env=os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"},
            timeout=600,
            check=False,
        )
        answers += [json.loads(line) for line in done.stdout.splitlines() if line.startswith(("[", '"'))]
        if done.returncode:
            answers.append(f"aborts: exit {done.returncode}")
        elif len(answers) < len(files):
            raise RuntimeError(done.stdout + done.stderr)
    return answers


def difference(ours: Structure, theirs: Structure) -> str:
    """The first difference of two structures; empty if there is none."""
    for i in range(max(len(ours), len(theirs))):
        a, b = (blocks[i] if i < len(blocks) else ["nothing", [], [], []] for blocks in (ours, theirs))
        for what, x, y in zip(("block", "arguments", "statements", "names"), a, b, strict=True):
            if x != y:
                at = next((k for k, (p, q) in enumerate(zip(x, y, strict=False)) if p != q), min(len(x), len(y)))
                x, y = (x, y) if what == "block" else (x[at : at + 3], y[at : at + 3])
                return f"{a[0]}: {what}: ours {x!r}, theirs {y!r}"
    return ""
