"""What NEURON's second parser, ``neuron.nmodl``, understands of files: run as a script, for it may abort the process.

From each line of the input, a JSON list of a text and of the files beside it, it makes a line of JSON: the structure as
`structure` describes it, or a string with the parser's complaint.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

_KEYWORDS = {
    "Range": "RANGE",
    "Global": "GLOBAL",
    "Pointer": "POINTER",
    "BbcorePointer": "BBCOREPOINTER",
    "External": "EXTERNAL",
    "Nonspecific": "NONSPECIFIC_CURRENT",
    "ElectrodeCurrent": "ELECTRODE_CURRENT",
    "RandomVarList": "RANDOM",
    "LocalListStatement": "LOCAL",
    "SolveBlock": "SOLVE",
}
_WITHOUT_NAMES = {"Valence", "Integer", "OntologyStatement", "Include", "BlockComment", "LineComment"}
_IGNORED = {"Include", "Verbatim", "Model", "BlockComment", "LineComment", "UnitState", "LocalListStatement", "Define"}
_BLOCKS = {
    "ParamBlock": "PARAMETER",
    "UnitBlock": "UNITS",
    "NonLinearBlock": "NONLINEAR",
    "FunctionTableBlock": "FUNCTION_TABLE",
    "NetReceiveBlock": "NET_RECEIVE",
}

Tree = Any  # {"Kind": [children]}, where a leaf's only child is {"name": text}


def structure(program: Tree) -> list[list[Any]]:
    """A list for each block: its head, the names of its arguments, its statements by role, and every name in it."""
    found = []
    for item in program["Program"]:
        ((kind, children),) = item.items()
        if kind not in _IGNORED:
            arguments = [_names(child)[0] for child in children if "Argument" in child]
            found.append([_head(kind, children), arguments, _statements(item), _names(item)])
    return found


def _head(kind: str, children: list[Tree]) -> str:
    if kind in ("BeforeBlock", "AfterBlock"):
        phase = children[0]["BABlock"][0]["BABlockType"][0]["name"]
        return f"{kind.removesuffix('Block').upper()} {phase}"
    keyword = _BLOCKS.get(kind, kind.removesuffix("Block").upper())
    named = bool(children) and "Name" in children[0] and keyword != "INDEPENDENT"
    return f"{keyword} {_names(children[0])[0]}" if named else keyword


def _statements(node: Tree) -> list[str]:
    found = []
    for kind, children in node.items():
        if kind in _KEYWORDS:
            found.append(" ".join([_KEYWORDS[kind], *_names(node)]))
        elif kind == "Suffix":
            found.append(" ".join([*_names(children[0]), *_names(children[1])]))
        elif kind == "Useion":
            roles = (("READ", "ReadIonVar"), ("WRITE", "WriteIonVar"))
            lists = [[word, *(_names(c)[0] for c in children if role in c)] for word, role in roles]
            found.append(" ".join(["USEION", *_names(children[0]), *lists[0], *lists[1]]))
        elif isinstance(children, list):
            found += [line for child in children for line in _statements(child)]
    return found


def _names(node: Tree) -> list[str]:
    found = []
    for kind, children in node.items():
        if kind in ("Name", "PrimeName"):
            found.append(children[0]["String"][0]["name"])
        elif isinstance(children, list) and kind not in _WITHOUT_NAMES:
            children = children[1:] if kind == "Suffix" else children  # the first is the word SUFFIX, or its like
            found += [name for child in children for name in _names(child)]
    return found


def main() -> None:
    from neuron import nmodl

    sys.setrecursionlimit(10000)
    for line in sys.stdin:
        text, beside = json.loads(line)
        with tempfile.TemporaryDirectory() as folder:
            for name, content in beside.items():
                (Path(folder) / name).write_text(content, encoding="latin-1")
            os.chdir(folder)
            try:
                answer: Any = structure(json.loads(nmodl.to_json(nmodl.NmodlDriver().parse_string(text), compact=True)))
            except Exception as error:
                answer = f"{type(error).__name__}: {' '.join(str(error).split())}"
            os.chdir("/")
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
