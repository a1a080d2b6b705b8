"""The whole way: sources to augmented mechanisms, support mechanism and manifest, in a folder for nrnivmodl."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nmodlgrad import outcomes
from nmodlgrad._version import __version__
from nmodlgrad.diagnostics import Diagnostic, NmodlGradError, Refused
from nmodlgrad.outcomes import Outcome
from nmodlgrad.sources import BUILT_IN, Found, find
from nmodlgrad.stack import deep

if TYPE_CHECKING:
    from nmodlgrad.calculus.tangent import TangentMechanism
    from nmodlgrad.semantics.mechanism import Mechanism

MANIFEST = "nmodlgrad.json"
SUPPORT = "zz_nmodlgrad_cable.mod"  # registered last: the cable has to head the state phase


@dataclass(frozen=True)
class Translation:
    """What was written: the texts by file name, manifest included, and the manifest as data."""

    files: dict[str, str]
    manifest: dict[str, Any]


def translate(
    sources: Iterable[str | Path] | str | Path,
    output: str | Path,
    wrt: Collection[str] | None = None,
    suffix: str | None = None,
    progress: Callable[[str], None] | None = None,
    warn: Callable[[Diagnostic], None] | None = None,
    constant: Collection[str] = (),
) -> dict[str, Any]:
    """Write augmented mechanisms, the support mechanism and the manifest into a folder.

    Parameters
    ----------
    sources
        ``.mod`` files, folders of them, or names of mechanisms that NEURON ships
    output
        the folder, made if it does not exist; ``nrnivmodl`` compiles it unchanged
    wrt
        names of the parameters that can be seeded; by default all that act, for which ``"*"`` stands, but ``"celsius"``
    suffix
        appended to the mechanisms' names; by default ``_grad`` for built-in ones and nothing for others
    progress
        called with the name of each source before it is read
    warn
        called with each warning
    constant
        names of variables that carry no derivative, whatever is done to them

    Returns
    -------
    dict
        the manifest

    Raises
    ------
    Refused
        with a diagnostic for everything that can not be carried exactly; nothing is written then.
    """
    listed = [sources] if isinstance(sources, str | Path) else list(sources)
    found = find(listed)
    _refuse_overwriting(found, Path(output))
    result = compile_sources(found, wrt, suffix, progress, warn, constant)
    write(result.files, Path(output))
    return result.manifest


def check(
    sources: Iterable[str | Path] | str | Path,
    wrt: Collection[str] | None = None,
    suffix: str | None = None,
    progress: Callable[[str], None] | None = None,
    constant: Collection[str] = (),
) -> list[Diagnostic]:
    """Everything that there is to say about mechanisms, errors and warnings, without writing anything.

    The parameters are those of `translate`.
    """
    found: list[Diagnostic] = []
    try:
        compile_sources(
            find([sources] if isinstance(sources, str | Path) else sources),
            wrt,
            suffix,
            progress,
            found.append,
            constant,
        )
    except Refused as refused:
        found += refused.diagnostics
    files = {file: number for number, file in enumerate(dict.fromkeys(d.file for d in found))}
    return sorted(found, key=lambda d: (files[d.file], d.line, d.column))


@deep()
def compile_sources(
    found: Iterable[Found],
    wrt: Collection[str] | None = None,
    suffix: str | None = None,
    progress: Callable[[str], None] | None = None,
    warn: Callable[[Diagnostic], None] | None = None,
    constant: Collection[str] = (),
    look_up: bool = False,
) -> Translation:
    """Translate source texts; with `look_up`, take what the same code made of them before from the user's cache."""
    from nmodlgrad.emit.render import render
    from nmodlgrad.semantics.activity import ALL, TEMPERATURE

    files: dict[str, str] = {}
    entries: list[dict[str, Any]] = []
    passed: list[dict[str, Any]] = []
    problems: list[Diagnostic] = []
    known: dict[str, bool] = {}
    for item in found:
        if progress:
            progress(item.source.name)
        make = partial(_outcome, item, wrt, suffix, constant)
        one = outcomes.kept(item, (wrt, suffix, constant), make) if look_up else make()
        known |= {name: seedable or known.get(name, False) for name, seedable in one.names.items()}
        problems += one.problems
        if warn:
            for warning in one.warnings:
                warn(warning)
        if one.text is not None:
            _put(item, one.text, files, problems)
        entries += [one.differentiated] if one.differentiated else []
        passed += [one.passed] if one.passed else []
    seedable = {ALL, TEMPERATURE} | {name for name, seedable in known.items() if seedable}
    problems += _unknown(wrt, seedable, "--wrt", "parameter") + _unknown(constant, set(known), "--constant", "variable")
    problems += _twice([*entries, *passed])
    if problems:
        raise Refused(problems)
    data = {"nmodlgrad": __version__, "support": SUPPORT, "mechanisms": entries, "passed": passed}
    files[SUPPORT] = render("cable.mod.jinja", version=__version__)
    files[MANIFEST] = json.dumps(data, indent=2) + "\n"
    return Translation(files, data)


def _outcome(item: Found, wrt: Collection[str] | None, suffix: str | None, constant: Collection[str]) -> Outcome:
    """What becomes of one source."""
    from nmodlgrad.emit import manifest
    from nmodlgrad.emit.mechanism import augmented
    from nmodlgrad.semantics.inline import inline
    from nmodlgrad.semantics.passive import is_passive
    from nmodlgrad.semantics.resolve import resolve

    names: dict[str, bool] = {}
    warnings: list[Diagnostic] = []
    place: Callable[[Diagnostic], Diagnostic] = _same
    try:
        mechanism = _checked(item, names, warnings)
        one = inline(item.source, mechanism.tree)
        if one is not None:
            item, mechanism, place = replace(item, source=one.source), resolve(one.source), one.original
        if is_passive(mechanism):
            built_in = mechanism.name in BUILT_IN  # NEURON has it: nothing is to be written
            text, entry = (None, None) if built_in else (item.source.text, manifest.passed(mechanism, item.file))
            return Outcome(names, warnings, text=text, passed=entry)
        tangent = _differentiated(mechanism, wrt, constant)
    except Refused as refused:
        return Outcome(names, warnings, [place(problem) for problem in refused.diagnostics])
    except RecursionError:
        message = "expressions or blocks are nested too deeply, or an expression has too many terms"
        return Outcome(names, warnings, [Diagnostic("NG008", message, item.source.name)])
    warnings += map(place, tangent.warnings)
    built_in = tangent.mechanism.name in BUILT_IN
    shadow = built_in and tangent.mechanism.is_point_process and tangent.mechanism.net_receive is None
    name = tangent.mechanism.name + (suffix if suffix is not None else "_grad" if built_in else "")
    if name in BUILT_IN:
        raise NmodlGradError(
            f"{name} is the name of a built-in mechanism and can not be registered again: give a suffix"
        )
    entry = manifest.entry(tangent, name, item.file, shadow)
    text = augmented(tangent, name, shadow)
    return Outcome(names, warnings, text=text, differentiated=entry)


def _differentiated(mechanism: Mechanism, wrt: Collection[str] | None, constant: Collection[str]) -> TangentMechanism:
    """The tangent, by diam and area too where the mechanism reads them and that can be differentiated."""
    from nmodlgrad.calculus.tangent import differentiate
    from nmodlgrad.semantics.activity import shape

    try:
        return differentiate(mechanism, wrt, constant)
    except Refused as refused:
        read = set(shape(mechanism)) - set(constant) - set(wrt or ())
        if not read:
            raise
        tangent = differentiate(mechanism, wrt, {*constant, *read})
        return replace(tangent, excluded=tangent.excluded | dict.fromkeys(read, refused.diagnostics[0].message))


def _same(found: Diagnostic) -> Diagnostic:
    """The place of a diagnostic about a text that includes no other."""
    return found


def _put(item: Found, text: str, files: dict[str, str], problems: list[Diagnostic]) -> None:
    if item.file in files:
        problems.append(Diagnostic("NG004", f"two sources have the file name {item.file}", item.source.name))
    files[item.file] = text


def _checked(item: Found, names: dict[str, bool], warnings: list[Diagnostic]) -> Mechanism:
    from nmodlgrad.checks import findings
    from nmodlgrad.semantics.activity import shape
    from nmodlgrad.semantics.mechanism import Role
    from nmodlgrad.semantics.resolve import resolve

    mechanism = resolve(item.source)
    names |= {name: symbol.role in (Role.PARAMETER, Role.REVERSAL) for name, symbol in mechanism.symbols.items()}
    names |= dict.fromkeys(shape(mechanism), True)
    found = findings(mechanism)
    warnings += [finding for finding in found if finding.severity == "warning"]
    errors = [finding for finding in found if finding.severity == "error"]
    if errors:
        raise Refused(errors)
    return mechanism


def _unknown(names: Collection[str] | None, known: set[str], option: str, what: str) -> list[Diagnostic]:
    from difflib import get_close_matches

    problems = []
    for name in sorted(set(names or ()) - known):
        near = get_close_matches(name, sorted(known), n=2)
        hint = f"did you mean {' or '.join(near)}?" if near else ""
        problems.append(Diagnostic("NG005", f"no mechanism has a {what} {name}", option, hint=hint))
    return problems


def _twice(entries: list[dict[str, Any]]) -> list[Diagnostic]:
    problems: list[Diagnostic] = []
    seen: dict[str, str] = {}
    for entry in entries:
        if entry["name"] in seen:
            message = f"the mechanism {entry['name']} is in {seen[entry['name']]} too"
            problems.append(Diagnostic("NG004", message, entry["file"]))
        seen[entry["name"]] = entry["file"]
    return problems


def _refuse_overwriting(found: Iterable[Found], output: Path) -> None:
    """A source is never written to, whatever folder is asked for."""
    for item in found:
        target = output / item.file
        if target.exists() and Path(item.source.name).exists() and target.samefile(item.source.name):
            message = "the output would overwrite this source"
            raise Refused([Diagnostic("NG006", message, item.source.name, hint="give another folder with -o")])


def write(files: dict[str, str], output: Path) -> None:
    """Write each file whole or not at all; a file whose text is the same already is left alone."""
    output.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        data = text.encode("latin-1", errors="strict") if name.endswith((".mod", ".inc")) else text.encode()
        target = output / name
        if target.exists() and target.read_bytes() == data:
            continue
        handle, temporary = tempfile.mkstemp(dir=output, prefix=f".{name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            os.chmod(temporary, 0o644)
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
