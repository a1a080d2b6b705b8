"""Cases of a benchmark side by side: each in a process of its own, on one core, in turn, several rounds over."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

Case = TypeVar("Case", bound=Sequence[Any])


def parser(text: str | None, rounds: int = 5) -> argparse.ArgumentParser:
    """A parser of the options that every benchmark has."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rounds", type=int, default=rounds, help="how often each case is measured (default: %(default)s)"
    )
    parser.add_argument("--core", type=int, default=0, help="where all cases run (default: %(default)s)")
    parser.add_argument("--call", help=argparse.SUPPRESS)
    return parser


def called(options: argparse.Namespace, *functions: Callable[..., Any]) -> bool:
    """Whether this process is one of a case: then the function asked for has been called, and its result printed."""
    if options.call is None:
        return False
    os.sched_setaffinity(0, {options.core})
    name, arguments = json.loads(options.call)
    (function,) = (function for function in functions if function.__name__ == name)
    print(json.dumps(function(*arguments)))
    return True


def fresh(core: int, function: Callable[..., Any], arguments: Iterable[Any], **environment: str) -> Any:
    """What the function of a benchmark's script returns, as JSON can carry it, when a fresh process calls it."""
    script = Path(sys.modules[function.__module__].__file__ or "").resolve()
    call = json.dumps([function.__name__, list(arguments)])
    command = [sys.executable, str(script), "--core", str(core), "--call", call]
    variables = os.environ | {"NEURON_MODULE_OPTIONS": "-nogui", "OMP_NUM_THREADS": "1"} | environment
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=variables)
    return json.loads(result.stdout.splitlines()[-1])


def in_turn(rounds: int, cases: Iterable[Case], call: Callable[[Case], Any]) -> dict[Case, list[Any]]:
    """What each case has returned in each round."""
    found: dict[Case, list[Any]] = {case: [] for case in cases}
    for number in range(rounds):
        for case, results in found.items():
            if sys.stderr.isatty():
                print(f"\rround {number + 1} of {rounds}, {case}".ljust(60), end="", file=sys.stderr, flush=True)
            results.append(call(case))
    if sys.stderr.isatty():
        print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
    return found


def medians(found: Mapping[Case, list[float]]) -> dict[Case, float]:
    """The median of each case."""
    return {case: statistics.median(results) for case, results in found.items()}


def spread(seconds: Sequence[float]) -> str:
    """Lowest and highest, in ms."""
    return f"{1e3 * min(seconds):.1f} to {1e3 * max(seconds):.1f}"
