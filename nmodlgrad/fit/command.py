"""``nmodlgrad fit``: fits the problem in a file, and writes a run folder."""

from __future__ import annotations

import argparse
import json
import math
import sys
import traceback
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from nmodlgrad.diagnostics import NmodlGradError
from nmodlgrad.fit import journal
from nmodlgrad.fit.described import Described, read_problem
from nmodlgrad.fit.minimise import Fit, minimise
from nmodlgrad.fit.multistart import Fits, multistart
from nmodlgrad.fit.optimisers import BY_NAME, Optimiser, Outcome
from nmodlgrad.fit.problem import Evaluation, Problem
from nmodlgrad.fit.report import PARAMETERS, write_report

_SHOWN = 8  # losses of many starts
_GOES_ON = {
    Outcome.BUDGET: "; with more --steps or --seconds the same command goes on",
    Outcome.GOAL: "; with a smaller --goal the same command goes on",
    Outcome.INTERRUPTED: "; the same command goes on",
}

DESCRIPTION = """\
Fit the parameters of a model to recorded traces, by exact gradients, and write a folder with the result.

PROBLEM is a .toml file that describes it, or a .py file that defines problem(), which returns a nmodlgrad.fit.Problem,
and, if it likes, optimiser. docs/fitting.md has both forms.

The folder gets
  parameters.json    values, standard errors, correlations, what the data do not fix
  history.csv        loss, norm of the gradient, and values, of every evaluation
  report.html        one page with all pictures: traces before and after, the way down, what is uncertain
  evaluations.jsonl  from which the same command goes on after it was stopped, killed, or has reached a limit
and a copy of PROBLEM.
"""

EXAMPLES = """\
examples:
  nmodlgrad fit cell.toml                          Gauss-Newton, or what the file says; writes cell_fit/
  nmodlgrad fit cell.toml --goal 0.01              until the loss is this small
  nmodlgrad fit cell.py -o runs/1 --optimiser adam --steps 500 --rate 0.02
  nmodlgrad fit cell.py -o runs/1 --optimiser adam --steps 900 --rate 0.02   goes on with that one
  nmodlgrad fit cell.toml --seconds 3600           for an hour; the same with 7200 goes on for another one
  nmodlgrad fit cell.toml --starts 32              from 32 places between the bounds, on all cores
  nmodlgrad fit cell.toml --json > progress.jsonl  one line for each evaluation, and one for the result

a small problem, as cell.toml:
  load = ["hh"]
  [cell.sections.soma]
  L = 20
  diam = 20
  [cell.insert]
  hh = "soma"
  [[parameter]]
  name = "gnabar_hh"
  sections = "soma"
  bounds = [0.01, 1.0]
  [[protocol]]
  name = "step"
  duration = 50
  clamp = [{ at = "soma(0.5)", delay = 5, dur = 40, amp = 0.2 }]
  loss = [{ kind = "squared-error", at = "soma(0.5)", data = { file = "step.csv" } }]

Ctrl-C ends the fit after the evaluation at hand, writes the folder, and says where; a second one ends it at once.
exit status: 0 done, or a limit reached; 1 refused; 2 wrong usage; 130 ended by Ctrl-C, the folder is written
"""


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        prog="nmodlgrad fit",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("problem", type=Path, metavar="PROBLEM", help="a .toml or .py file")
    made.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="the run folder (default: the problem's name and _fit, beside it)",
    )
    made.add_argument(
        "--optimiser", choices=sorted(BY_NAME), help="how to go down (default: the problem's, or gauss-newton)"
    )
    made.add_argument("--steps", type=_count, metavar="N", help="at most so many")
    made.add_argument("--rate", type=_positive, metavar="X", help="how far a step goes, for adam and polyak")
    made.add_argument(
        "--goal", type=_finite_number, default=-math.inf, metavar="X", help="the loss with which one is content"
    )
    made.add_argument(
        "--seconds", type=_positive, default=math.inf, metavar="S", help="of computing, those before a stop included"
    )
    made.add_argument(
        "--starts",
        type=_count,
        metavar="N",
        help="so many fits, from a Sobol sample; the best is reported",
    )
    made.add_argument("--seed", type=_seed, default=0, metavar="N", help="of that sample (default: %(default)s)")
    made.add_argument("--json", action="store_true", help="JSON lines on stdout instead of text")
    return made


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, not {text!r}")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 on, not {text!r}")
    return int(text)


def _finite_number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"expected a number, not {text!r}")
    return number


def _positive(text: str) -> float:
    number = _finite_number(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"expected a number above 0, not {text!r}")
    return number


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns its exit status."""
    made = parser()
    options = made.parse_args(arguments)
    say = _Voice(options.json)
    try:
        return _fit(options, say)
    except _WrongUsage as error:
        made.error(str(error))
    except (NmodlGradError, OSError) as error:
        say.error(str(error))
        return 1
    except KeyboardInterrupt:
        print("nmodlgrad: interrupted; what was evaluated is kept", file=sys.stderr)
        return 130


class _WrongUsage(Exception):
    """Options that do not go together."""


def _fit(options: argparse.Namespace, say: _Voice) -> int:
    described = _read(options.problem)
    with described.problem as problem:
        optimiser = _chosen(options, described.optimiser)
        folder = options.output or options.problem.with_name(f"{options.problem.stem}_fit")
        say.begin(problem, optimiser, folder, _keep(options.problem, described, folder))
        settings = {"optimiser": repr(optimiser), "step": f"{problem.dt:g} ms"}
        if options.goal > -math.inf:
            settings["goal"] = f"{options.goal:g}"
        found, interrupted = (_many if options.starts else _one)(options, problem, optimiser, folder, say, settings)
        page = write_report(
            problem, found, folder, title=options.problem.stem, settings=settings, source=described.text
        )
        say.result(problem, found, folder, page)
    return 130 if interrupted else 0


def _one(
    options: argparse.Namespace, problem: Problem, optimiser: Optimiser, folder: Path, say: _Voice, _: dict[str, str]
) -> tuple[Fit, bool]:
    """Fit from where the problem starts; whether Ctrl-C ended it."""
    found = minimise(
        problem,
        optimiser,
        folder=folder,
        goal=options.goal,
        seconds=options.seconds,
        progress=False if options.json else None,
        watch=lambda number, each: say.evaluation(problem, number, each),
    )
    return found, found.outcome is Outcome.INTERRUPTED


def _many(
    options: argparse.Namespace, _: Problem, optimiser: Optimiser, folder: Path, say: _Voice, settings: dict[str, str]
) -> tuple[Fit, bool]:
    """Fit from many starts, on all cores; the best of them, and whether Ctrl-C ended it."""
    found = multistart(
        partial(_problem_of, options.problem.resolve()),
        optimiser,
        folder=folder,
        starts=options.starts,
        seed=options.seed,
        goal=options.goal,
        seconds=options.seconds,
        progress=False if options.json else None,
    )
    settings["starts"] = found.message
    say.starts(found)
    return found.best, found.message.startswith("interrupted")


def _problem_of(path: Path) -> Problem:
    """The problem of a file, in a process of its own: what it has built is kept."""
    _built.append(_read(path))
    return _built[-1].problem


_built: list[Described] = []


def _read(path: Path) -> Described:
    """The problem; what its own code raises is told as Python does, but from that code on."""
    try:
        return read_problem(path)
    except (NmodlGradError, OSError):
        raise
    except Exception as error:
        trace = error.__traceback__
        while trace is not None and Path(trace.tb_frame.f_code.co_filename).resolve() != path.resolve():
            trace = trace.tb_next
        traceback.print_exception(type(error), error, trace or error.__traceback__)
        raise NmodlGradError(f"{path} failed") from None


def _chosen(options: argparse.Namespace, own: Optimiser) -> Optimiser:
    """The optimiser that the problem asks for, or that of the options."""
    given = {name: value for name in ("steps", "rate") if (value := getattr(options, name)) is not None}
    chosen: Any = BY_NAME[options.optimiser]() if options.optimiser else own
    known = {each.name for each in fields(chosen)} if is_dataclass(chosen) else set()
    for name in given:
        if name not in known:
            raise _WrongUsage(f"--{name}: {type(chosen).__name__} has none")
    made: Optimiser = replace(chosen, **given) if given else chosen
    return made


def _keep(path: Path, described: Described, folder: Path) -> int:
    """Keep a copy of the problem in the folder; returns how many evaluations are there of before."""
    copy = folder / path.name
    evaluations = folder / journal.NAME
    begun = evaluations.exists() or (folder / "starts").exists()
    if begun and not copy.exists():
        raise NmodlGradError(f"{folder} is the fit of another problem than {path}: give another -o, or remove it")
    if begun and copy.read_text(encoding="utf-8") != described.text:
        raise NmodlGradError(
            f"{folder} is the fit of another text of {path.name}, as it is kept there: give another -o, or remove it. "
            "More steps for the same fit are given as --steps"
        )
    folder.mkdir(parents=True, exist_ok=True)
    if not copy.exists():
        copy.write_text(described.text, encoding="utf-8")
    return max(evaluations.read_bytes().count(b"\n") - 1, 0) if evaluations.exists() else 0


class _Voice:
    """Text for people, the result on stdout and the rest on stderr; or JSON lines on stdout for programs."""

    def __init__(self, as_json: bool) -> None:
        self._json = as_json

    def error(self, message: str) -> None:
        """Why it is refused."""
        if self._json:
            self._line("error", message=message)
        else:
            print(f"nmodlgrad: {message}", file=sys.stderr)

    def begin(self, problem: Problem, optimiser: Optimiser, folder: Path, before: int) -> None:
        """What is fitted, and where it is kept."""
        if self._json:
            names = [protocol.name for protocol in problem.protocols]
            self._line(
                "begin",
                parameters=list(problem.labels),
                protocols=names,
                optimiser=repr(optimiser),
                folder=str(folder),
                earlier=before,
            )
            return
        counts = f"{_counted(len(problem.free), 'parameter')}, {_counted(len(problem.protocols), 'protocol')}"
        print(f"{counts}, {optimiser!r}", file=sys.stderr)
        print(f"{'going on' if before else 'writing'} in {folder}", file=sys.stderr)
        if before:
            print(f"{_counted(before, 'evaluation')} of before {'is' if before == 1 else 'are'} there", file=sys.stderr)

    def evaluation(self, problem: Problem, number: int, found: Evaluation) -> None:
        """One step; people have the progress bar."""
        if self._json:
            self._line(
                "evaluation",
                number=number,
                loss=_finite(found.loss),
                gradient_norm=float(np.linalg.norm(found.gradient)),
                values=problem.values(found.theta).tolist(),
            )

    def starts(self, found: Fits) -> None:
        """What became of many starts."""
        losses = [fit.loss for fit in found.ranked]
        if self._json:
            failures = {number: str(failure) for number, failure in found.failures.items()}
            self._line("starts", message=found.message, losses=losses, failures=failures)
        else:
            shown = ", ".join(f"{loss:.4g}" for loss in losses[:_SHOWN]) + (", ..." if len(losses) > _SHOWN else "")
            print(f"{found.message}; losses: {shown}", file=sys.stderr)

    def result(self, problem: Problem, found: Fit, folder: Path, page: Path) -> None:
        """What became of it."""
        told = json.loads((folder / PARAMETERS).read_text(encoding="utf-8"))
        if self._json:
            self._line("fit", folder=str(folder), report=str(page), **told)
            return
        width = max(map(len, found.labels))
        for each in told["parameters"]:
            error = each["standard_error"]
            spread = f" +- {error:.2g}" if error is not None else ""
            print(f"{each['label']:{width}}  {each['value']:.6g}{spread} {each['unit']}".rstrip())
        print(f"loss {found.loss:.6g} after {_counted(len(found.losses), 'evaluation')}", file=sys.stderr)
        print(f"{_state(found)}{_GOES_ON.get(found.outcome, '')}", file=sys.stderr)
        print(f"report: {page}", file=sys.stderr)

    def _line(self, kind: str, **data: Any) -> None:
        print(json.dumps({"kind": kind, **data}), flush=True)


def _state(found: Fit) -> str:
    """Why it ended, said once."""
    message = found.message.rstrip(".")
    return message if message == found.outcome else f"{found.outcome}: {message}"


def _finite(x: float) -> float | None:
    return x if math.isfinite(x) else None


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
