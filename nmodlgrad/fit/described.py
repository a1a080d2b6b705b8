"""Problems from files: a TOML file that describes one, or a Python file that makes one."""

from __future__ import annotations

import importlib.util
import inspect
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from neuron import h

from nmodlgrad.fit import data, losses, schema
from nmodlgrad.fit.columns import DataError
from nmodlgrad.fit.free import Free
from nmodlgrad.fit.optimisers import BY_NAME, GaussNewton, Optimiser
from nmodlgrad.fit.places import Places, listed, parsed
from nmodlgrad.fit.problem import Problem, Protocol
from nmodlgrad.fit.schema import BadProblem, Document, Place
from nmodlgrad.runtime.errors import CannotCarry, UnknownParameter, WrongArgument
from nmodlgrad.runtime.load import load
from nmodlgrad.runtime.parameter import Parameter
from nmodlgrad.runtime.values import Moved

_KINDS: dict[str, Callable[..., losses.Loss]] = {
    "squared-error": losses.SquaredError,
    "mean": losses.Mean,
    "variance": losses.Variance,
    "peak": losses.Peak,
    "trough": losses.Trough,
    "after-hyperpolarisation": losses.AfterHyperpolarisation,
    "rate": losses.Rate,
    "spike-times": losses.SpikeTimes,
}
_SPIKING = {"after-hyperpolarisation": {"threshold"}, "rate": {"threshold", "softness"}}
_OPTIONS = {"spike-times": {"threshold", "unmatched"}} | _SPIKING  # of some losses only
_COMMON = {"kind", "at", "variable", "weight", "window", "scale"}


@dataclass(frozen=True, eq=False)
class Described:
    """A problem, the optimiser that its file asks for, and what has to live as long as it does."""

    problem: Problem
    optimiser: Optimiser
    text: str
    kept: Any = None


def read_problem(path: Path | str) -> Described:
    """Build the problem of a file: a .toml that describes it, or Python with a function ``problem``.

    Raises
    ------
    BadProblem
        for what a file lacks, or says that means nothing
    NmodlGradError
        as :func:`nmodlgrad.load` and :class:`Problem`
    """
    file = Path(path)
    return _of_toml(file) if file.suffix == ".toml" else _of_python(file)


# ------------------------------------------------------------------ Python
def _of_python(path: Path) -> Described:
    module = _module(path)
    if not callable(getattr(module, "problem", None)):
        raise BadProblem(f"{path} defines no function problem(), which returns a nmodlgrad.fit.Problem")
    problem = module.problem()
    if not isinstance(problem, Problem):
        raise BadProblem(f"{path}: problem() returns a nmodlgrad.fit.Problem, not {problem!r}")
    optimiser = getattr(module, "optimiser", GaussNewton())
    if not hasattr(optimiser, "run"):
        raise BadProblem(f"{path}: optimiser is one of nmodlgrad.fit, as GaussNewton(), not {optimiser!r}")
    return Described(problem, optimiser, path.read_text(encoding="utf-8"), module)


def _module(path: Path) -> Any:
    """The module in a file, which finds others beside it."""
    if not path.is_file():
        raise BadProblem(f"{path}: there is no such file")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise BadProblem(f"{path}: a problem is in a .py or a .toml file")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


# ------------------------------------------------------------------ TOML
def _of_toml(path: Path) -> Described:
    document = schema.read(path)
    described = document.data
    optimiser = _optimiser(document)
    h.load_file("stdrun.hoc")
    if "load" in described:
        load(*[_source(path.parent, name) for name in listed(described["load"])])
    for name in ("celsius", "v_init"):
        if name in described:
            setattr(h, name, described[name])
    kept = _cell(document)
    places = Places(document)
    _furnish(document, places)
    free = [_free(document, places, k, each) for k, each in enumerate(described["parameter"])]
    clamps: list[tuple[int, Any, float]] = []
    for k, protocol in enumerate(described["protocol"]):
        for j, clamp in enumerate(protocol.get("clamp", ())):
            made = h.IClamp(places.segment(clamp["at"], ("protocol", k, "clamp", j, "at")))
            made.delay, made.dur = clamp["delay"], clamp["dur"]
            clamps.append((k, made, clamp["amp"]))
    protocols = [_protocol(document, places, clamps, k, each) for k, each in enumerate(described["protocol"])]
    problem = Problem(free, protocols, dt=described.get("dt"))
    return Described(problem, optimiser, document.text, (kept, clamps))


def _source(folder: Path, name: str) -> str | Path:
    """What is beside the file, or the name of a built-in mechanism."""
    beside = folder / name
    return beside if beside.exists() else name


def _optimiser(document: Document) -> Optimiser:
    table = dict(document.data.get("optimiser", {}))
    kind = BY_NAME[table.pop("kind", "gauss-newton")]
    known = {each.name for each in fields(kind)}
    for key in table:
        if key not in known:
            document.refuse(("optimiser", key), f"{kind.__name__} has no such option, but {', '.join(sorted(known))}")
    try:
        made: Optimiser = kind(**table)
    except WrongArgument as error:
        document.refuse(("optimiser",), str(error))
    return made


# ------------------------------------------------------------------ the cell
def _cell(document: Document) -> Any:
    """Build the sections; returns what keeps them alive."""
    table = document.data["cell"]
    ways = [way for way in ("sections", "swc", "hoc", "python") if way in table]
    if len(ways) != 1:
        there = f"there are {' and '.join(ways)}" if ways else "there is none"
        document.refuse(("cell",), f"one of sections, swc, hoc and python says what it is; {there}")
    (way,) = ways
    for key, owner in (("template", "hoc"), ("segment_length", "swc")):
        if key in table and way != owner:
            document.refuse(("cell", key), f"goes with {owner} only")
    if way == "sections":
        return _sections(document, table["sections"])
    name, _, function = table[way].partition(":")
    file = document.path.parent / name
    if not file.is_file():
        document.refuse(("cell", way), f"there is no file {file}")
    if way == "python":
        build = getattr(_module(file), function, None)
        if not callable(build):
            document.refuse(("cell", way), f"{file} has no function {function}")
        return build()
    if way == "swc":
        return _swc(file, table.get("segment_length", 40.0))
    h.load_file(str(file))
    if "template" not in table:
        return None
    if not hasattr(h, table["template"]):
        document.refuse(("cell", "template"), f"{file} has no template {table['template']}")
    return getattr(h, table["template"])()


def _sections(document: Document, tables: Mapping[str, Mapping[str, Any]]) -> list[Any]:
    made = {name: h.Section(name=name) for name in tables}
    for name, table in tables.items():
        for key, value in table.items():
            if key != "parent":
                setattr(made[name], key, value)
    for name, table in tables.items():
        if "parent" in table:
            section, x = parsed(table["parent"])
            if section not in made:
                document.refuse(("cell", "sections", name, "parent"), f"there is no section {section}")
            try:
                made[name].connect(made[section](x))
            except (RuntimeError, ValueError) as error:  # to itself in the end, or outside of 0 to 1
                document.refuse(("cell", "sections", name, "parent"), f"no connection there: {error}")
    return list(made.values())


def _swc(file: Path, longest: float) -> list[Any]:
    h.load_file("import3d.hoc")
    reader = h.Import3d_SWC_read()
    reader.quiet = 1
    reader.input(str(file))
    before = set(h.allsec())
    h.Import3d_GUI(reader, False).instantiate(None)
    made = [section for section in h.allsec() if section not in before]
    for section in made:
        section.nseg = 2 * int(section.L / longest / 2) + 1
    return made


def _furnish(document: Document, places: Places) -> None:
    """Insert mechanisms, and set parameters."""
    table = document.data["cell"]
    for mechanism, patterns in table.get("insert", {}).items():
        place: Place = ("cell", "insert", mechanism)
        for section in places.sections(patterns, place):
            try:
                section.insert(mechanism)
            except ValueError:
                document.refuse(place, f"there is no mechanism {mechanism}: is it in load?")
    for k, each in enumerate(table.get("set", ())):
        for section in places.sections(each["sections"], ("cell", "set", k, "sections")):
            try:
                setattr(section, each["name"], each["value"])
            except (AttributeError, LookupError, ValueError):
                document.refuse(("cell", "set", k, "name"), f"{section} has no {each['name']}")


# ------------------------------------------------------------------ parameters and protocols
def _free(document: Document, places: Places, k: int, table: Mapping[str, Any]) -> Free:
    place: Place = ("parameter", k)
    where: dict[str, Any] = {}
    if "sections" in table:
        where["sections"] = places.sections(table["sections"], (*place, "sections"))
    if "segments" in table:
        for name in listed(table["segments"]):
            if not schema.SEGMENT.fullmatch(name):
                document.refuse((*place, "segments"), f'a segment is written as "soma(0.5)", not {name!r}')
        where["segments"] = [places.segment(name, (*place, "segments")) for name in listed(table["segments"])]
    try:
        parameter = Parameter(table["name"], **where, scale=table.get("scale", 1.0))
        Moved([parameter])  # refuses what is no parameter there
        return Free(
            parameter,
            start=table.get("start"),
            bounds=tuple(table.get("bounds", (-math.inf, math.inf))),
            transform=table.get("transform"),
            name=table.get("label"),
        )
    except (CannotCarry, UnknownParameter, WrongArgument) as error:
        document.refuse(place, str(error))


def _protocol(
    document: Document, places: Places, clamps: Sequence[tuple[int, Any, float]], k: int, table: Mapping[str, Any]
) -> Protocol:
    def prepare() -> None:
        for owner, clamp, amplitude in clamps:
            clamp.amp = amplitude if owner == k else 0.0

    asked = [_loss(document, places, ("protocol", k, "loss", j), each) for j, each in enumerate(table["loss"])]
    try:
        return Protocol(table["name"], float(table["duration"]), asked, prepare)
    except WrongArgument as error:
        document.refuse(("protocol", k), str(error))


def _loss(document: Document, places: Places, place: Place, table: Mapping[str, Any]) -> losses.Loss:
    kind = table["kind"]
    wanted = "data" if kind == "squared-error" else "target"
    allowed = _COMMON | {wanted} | _OPTIONS.get(kind, set())
    for key in table:
        if key not in allowed:
            document.refuse((*place, key), f"means nothing for {kind}, which takes {', '.join(sorted(allowed))}")
    if wanted not in table:
        document.refuse(place, f"{kind} wants {wanted}")
    if wanted == "target" and isinstance(table["target"], list) != (kind == "spike-times"):
        document.refuse(
            (*place, "target"), "times in ms are expected" if kind == "spike-times" else "a number is expected"
        )
    rest = {key: table[key] for key in allowed & {*table} - {"kind", "at", "data", "target"}}
    if "window" in rest:
        rest["window"] = tuple(rest["window"])
    at = places.segment(table["at"], (*place, "at"))
    try:
        goal = table["target"] if wanted == "target" else _trace(document.path.parent, table["data"])
        return _KINDS[kind](at, goal, **rest)
    except (DataError, WrongArgument) as error:
        document.refuse((*place, wanted), str(error))


def _trace(folder: Path, table: Mapping[str, Any]) -> Any:
    options = {key: value for key, value in table.items() if key not in ("file", "resample")}
    reader = data.reader(table["file"])
    known = set(inspect.signature(reader).parameters)
    for key in options:
        if key not in known:
            raise DataError(f"{table['file']}: {key} means nothing for such a file")
    trace = reader(folder / table["file"], **options)
    return trace.resampled(table["resample"]) if "resample" in table else trace
