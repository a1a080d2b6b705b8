"""The command line: ``nmodlgrad SOURCE...`` translates; ``gradcheck`` tries gradients, ``fit`` fits, ``demo`` shows."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nmodlgrad._version import __version__
from nmodlgrad.diagnostics import Diagnostic, NmodlGradError, Refused

if TYPE_CHECKING:
    from nmodlgrad.gradcheck import Report

DESCRIPTION = """\
Differentiate NEURON mechanisms: write augmented .mod files that carry exact derivatives while a simulation runs.

SOURCE is a .mod file, a folder of them, or the name of a mechanism that NEURON ships (hh, pas, ExpSyn, Exp2Syn).
The output folder gets the augmented mechanisms, one support mechanism and a manifest; nrnivmodl compiles it as it is.
Sources are never written to. Built-in names can not be registered again, so hh becomes hh_grad.
"""

EXAMPLES = """\
examples:
  nmodlgrad hh                              hh_grad and its support, in ./nmodlgrad_out
  nmodlgrad mods/ -o build/ && nrnivmodl build/
  nmodlgrad kdr.mod --wrt gbar,vhalf        only these parameters can be seeded: fewer terms in the output
  nmodlgrad --check mods/                   what is wrong with them, and what can not be differentiated; writes nothing
  nmodlgrad gradcheck mods/                 each gradient beside finite differences, in a small cell
  nmodlgrad fit cell.toml                   parameters of a cell from recorded traces: see nmodlgrad fit --help
  nmodlgrad mods/ --json                    one JSON object per line: what was written, or what is refused and where
  nmodlgrad demo                            a branched cell, its gradient beside a finite difference, and a picture

Every error and warning has a code: docs/diagnostics.md lists them.
exit status: 0 done, 1 something is refused (nothing is written), 2 wrong usage
"""

GRADCHECK_NOTES = """\
verdicts, the worst of a mechanism's parameters:
  exact          within 1e-6 of the difference, relative to the largest derivative
  noise floor    as near as the differences of different steps are to each other
  kink           exact up to a kink of the model, or one of its two one-sided derivatives
  blunt          differences of no step agree: they tell nothing
  moves nothing  no parameter has an effect in this cell: see --config
  WRONG          a gradient that is none of these, or a primal that is not the original's to the last bit

exit status: 0 all good or passed through, 1 anything else, 2 wrong usage. docs/gradcheck.md describes FILE.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["demo"]:
        return _demo(given[1:])
    if given[:1] == ["fit"]:
        return _fit(given[1:])
    command = _gradcheck if given[:1] == ["gradcheck"] else None
    options = _gradcheck_parser().parse_args(given[1:]) if command else _parser().parse_args(given)
    report = _Report(options.json)
    try:
        return (command or (_check if options.check else _translate))(options, report)
    except Refused as refused:
        for diagnostic in refused.diagnostics:
            report.diagnostic(diagnostic)
        return 1
    except BrokenPipeError:  # nobody reads on, as with `| head`
        sys.stdout = None
        return 1
    except (NmodlGradError, OSError) as error:
        report.error(str(error))
        return 1
    except KeyboardInterrupt:
        print("nmodlgrad: interrupted, nothing is half written", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nmodlgrad",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="a .mod file, a folder, or a built-in mechanism")
    parser.add_argument(
        "-o", "--output", default="nmodlgrad_out", metavar="DIR", help="where to write (default: %(default)s)"
    )
    parser.add_argument(
        "--wrt",
        type=_names,
        metavar="NAME,...",
        help="parameters that can be seeded, * for every PARAMETER that acts (default); celsius only if it is named",
    )
    parser.add_argument(
        "--constant",
        type=_names,
        default=(),
        metavar="NAME,...",
        help="variables that carry no derivative, whatever C code does to them (docs/verbatim.md)",
    )
    parser.add_argument(
        "--suffix",
        type=_suffix,
        metavar="TEXT",
        help="append TEXT to the mechanisms' names (default: _grad for built-in ones)",
    )
    parser.add_argument("--check", action="store_true", help="parse and analyse, say what is found, write nothing")
    parser.add_argument("--json", action="store_true", help="print JSON lines to stdout instead of text to stderr")
    parser.add_argument(
        "--verbose", action="store_true", help="say what is carried, what can be seeded and what can not"
    )
    parser.add_argument("--version", action="version", version=f"nmodlgrad {__version__}")
    return parser


def _gradcheck_parser() -> argparse.ArgumentParser:
    from nmodlgrad.gradcheck import DESCRIPTION, TIMEOUT_S

    parser = argparse.ArgumentParser(
        prog="nmodlgrad gradcheck",
        description=DESCRIPTION,
        epilog=GRADCHECK_NOTES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="a .mod file, a folder, or a built-in mechanism")
    parser.add_argument(
        "-j", "--jobs", type=int, metavar="N", help="so many mechanisms at once (default: one for each core)"
    )
    parser.add_argument("--config", metavar="FILE", help="what can not be guessed of a mechanism, as TOML")
    parser.add_argument(
        "--timeout", type=float, default=TIMEOUT_S, metavar="S", help="seconds for a mechanism (default: %(default)g)"
    )
    parser.add_argument("--fresh", action="store_true", help="check again what was checked before")
    parser.add_argument("--json", action="store_true", help="print JSON lines instead of a table")
    parser.add_argument("--verbose", action="store_true", help="every parameter, and what stands beside the mechanism")
    return parser


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(name.isidentifier() or name == "*" for name in names):
        raise argparse.ArgumentTypeError(f"expected names separated by commas, not {text!r}")
    return names


def _suffix(text: str) -> str:
    if not f"x{text}".isidentifier() or not text.isascii():
        raise argparse.ArgumentTypeError(f"letters, digits and underscores only, not {text!r}")
    return text


class _Report:
    """Text to stderr for people, or JSON lines to stdout for programs."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    def diagnostic(self, diagnostic: Diagnostic) -> None:
        self._say({"kind": "diagnostic", **diagnostic.as_data()}, str(diagnostic))

    def error(self, message: str) -> None:
        self._say({"kind": "error", "message": message}, f"nmodlgrad: {message}")

    def mechanism(self, data: dict[str, object], path: Path, verbose: bool) -> None:
        text = f"{data['original']} -> {path}"
        if verbose:
            seedable = [p["name"] for p in data["parameters"]]  # type: ignore[attr-defined]
            text += f"\n    carried:  {_list(data['carried'])}\n    seedable: {_list(seedable)}"
            for name, reason in data["excluded"].items():  # type: ignore[attr-defined]
                text += f"\n    not {name}: {reason}"
        self._say({"kind": "mechanism", "path": str(path), **data}, text)

    def passed(self, data: dict[str, object], path: Path) -> None:
        text = f"{data['name']} -> {path}, as it is: there is nothing in it to differentiate"
        self._say({"kind": "passed", "path": str(path), **data}, text)

    def done(self, output: Path, count: int) -> None:
        text = f"{_count(count, 'mechanism')} in {output}; compile with: nrnivmodl {output}"
        self._say({"kind": "done", "output": str(output), "mechanisms": count}, text)

    def checked(self, found: Sequence[Diagnostic]) -> None:
        errors = sum(diagnostic.severity == "error" for diagnostic in found)
        text = f"{_count(errors, 'error')}, {_count(len(found) - errors, 'warning')}"
        self._say({"kind": "checked", "errors": errors, "warnings": len(found) - errors}, text)

    def progress(self, verbose: bool) -> Callable[[str], None] | None:
        """What to call with the name of each source."""
        return (lambda name: print(f"reading {name}", file=sys.stderr)) if verbose and not self.as_json else None

    def _say(self, data: dict[str, object], text: str) -> None:
        print(json.dumps(data) if self.as_json else text, file=sys.stdout if self.as_json else sys.stderr)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _list(names: object) -> str:
    return ", ".join(names) if names else "none"  # type: ignore[arg-type]


def _translate(options: argparse.Namespace, report: _Report) -> int:
    from nmodlgrad.compiler import translate

    output = Path(options.output)
    if output.exists() and not output.is_dir():
        report.error(f"{output} is a file: -o takes a folder")
        return 2
    manifest = translate(
        options.sources,
        output,
        options.wrt,
        options.suffix,
        report.progress(options.verbose),
        report.diagnostic,
        options.constant,
    )
    for entry in manifest["mechanisms"]:
        report.mechanism(entry, output / entry["file"], options.verbose)
    for entry in manifest["passed"]:
        report.passed(entry, output / entry["file"])
    report.done(output, len(manifest["mechanisms"]) + len(manifest["passed"]))
    return 0


def _check(options: argparse.Namespace, report: _Report) -> int:
    from nmodlgrad.compiler import check

    found = check(options.sources, options.wrt, options.suffix, report.progress(options.verbose), options.constant)
    for diagnostic in found:
        report.diagnostic(diagnostic)
    report.checked(found)
    return int(any(diagnostic.severity == "error" for diagnostic in found))


def _gradcheck(options: argparse.Namespace, report: _Report) -> int:
    from nmodlgrad.gradcheck import config, gradcheck, table

    settings = config.read(options.config)
    line = table.Progress()
    if not options.json:
        print(table.HEAD)

    def show(done: Report, count: int) -> None:
        line.clear()
        if options.json:
            print(json.dumps({"kind": "gradcheck", **done.as_data()}), flush=True)
        else:
            text = [table.row(done), table.details(done, options.verbose)]
            print(*filter(None, text), sep="\n", flush=True)
        line.step(done.mechanism, count)

    reports = gradcheck(options.sources, show, options.jobs, settings, options.timeout, options.fresh)
    line.clear()
    good = sum(each.good for each in reports)
    if options.json:
        print(json.dumps({"kind": "gradchecked", "good": good, "mechanisms": len(reports)}))
    else:
        print(table.summary(reports))
    return int(good < len(reports))


def _fit(arguments: Sequence[str]) -> int:
    os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")  # read when NEURON is imported, which this does
    from nmodlgrad.fit.command import main as fit

    return fit(arguments)


def _demo(arguments: Sequence[str]) -> int:
    from nmodlgrad.demo import DEFAULT_PICTURE, DESCRIPTION, demo

    parser = argparse.ArgumentParser(prog="nmodlgrad demo", description=DESCRIPTION, allow_abbrev=False)
    parser.add_argument(
        "-o", "--output", type=Path, default=DEFAULT_PICTURE, metavar="FILE", help="the picture (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    try:
        demo(options.output)
    except (NmodlGradError, OSError) as error:
        print(f"nmodlgrad: {error}", file=sys.stderr)
        return 1
    return 0
