"""What parameters mean: their names and places, in the terms of the running model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from neuron import h

from nmodlgrad.runtime import geometry, registry
from nmodlgrad.runtime.errors import UnknownParameter, WrongArgument, did_you_mean
from nmodlgrad.runtime.ion_style import IonStyle
from nmodlgrad.runtime.ions import starts_from_global
from nmodlgrad.runtime.morphology import Widths
from nmodlgrad.runtime.parameter import Parameter
from nmodlgrad.runtime.places import kind_of, place, points_of
from nmodlgrad.runtime.registry import Entry, SeedParameter
from nmodlgrad.runtime.stimulus import Stimulus
from nmodlgrad.runtime.target import OF_TIMES, Target

SEEDABLE = ("range", "global")
_WEIGHT = re.compile(r"weight(\[(?P<number>\d+)\])?")
_STARTING = re.compile(r"(?P<ion>\w+)(?P<side>[io])0_(?P=ion)_ion")


class Finder:
    """Finds what parameters mean; the same answer, and the same object, for the same question."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Target] = {}
        self._played: set[str] = set()

    def target(self, parameter: Parameter) -> Target:
        """What a parameter is in terms of the original model.

        Raises
        ------
        UnknownParameter
            when there is no such parameter, or it can not be seeded
        CannotCarry
            when its mechanism was not translated
        WrongArgument
            when it is a stimulus that another parameter is already
        """
        if parameter.of is not None or parameter.segments is not None:
            found = _target(parameter)
            if found.kind == "played":
                self._refuse_shared(parameter.played)
            return found
        question = parameter.name, *(parameter.sections or ())
        if question not in self._known:
            self._known[question] = _target(parameter)
        return self._known[question]

    def _refuse_shared(self, vector: Any) -> None:
        """A Vector that theta scales belongs to one direction."""
        if vector.hname() in self._played:
            raise WrongArgument(
                f"{vector} is the stimulus of two Parameters: one direction scales it, in one place; for another place "
                "take a Vector of its own"
            )
        self._played.add(vector.hname())


def _target(parameter: Parameter) -> Target:
    if parameter.of is not None:
        return _of_object(parameter)
    if parameter.name in geometry.NAMES:
        return _geometry(parameter)
    if parameter.name == "v_init":
        return _initial_voltage(parameter)
    if parameter.name == "celsius":
        return _temperature(parameter)
    if starting := _STARTING.fullmatch(parameter.name):
        return _starting_concentration(parameter, starting["ion"], starting["side"])
    entry, seed = _named_in_hoc(parameter.name)
    if entry is None:
        return _reversal(parameter) if parameter.name[0] == "e" else _concentration(parameter)
    if seed.scope == "global":
        return _global(parameter, entry, seed)
    segments = _segments(parameter)
    lacking = [s for s in segments if not (hasattr(s, entry.original) or hasattr(s, entry.name))]
    _refuse_lacking(parameter, segments, lacking, f"the mechanism {entry.original}")
    return _range(entry, seed.name, segments)


def _segments(parameter: Parameter) -> list[Any]:
    """Where it acts, each segment once."""
    if parameter.segments is not None:
        for segment in parameter.segments:
            if segment.x in (0, 1):
                raise UnknownParameter(
                    f"{parameter.name}: {segment} is the end of a section, which has no membrane: give one between"
                )
        return list({place(segment): segment for segment in parameter.segments}.values())
    if parameter.sections is not None:
        return [segment for section in parameter.sections for segment in section]
    raise UnknownParameter(f"{parameter.name}: say where it acts, with sections, segments or of")


def _refuse_lacking(parameter: Parameter, segments: Sequence[Any], lacking: Sequence[Any], what: str) -> None:
    """A place that a direction names but can not act in is a mistake, not a detail."""
    if len(lacking) == len(segments):
        raise UnknownParameter(f"{parameter.name}: none of the places given has {what}")
    if lacking:
        places = dict.fromkeys(str(s.sec if parameter.sections is not None else s) for s in lacking)
        shown = ", ".join(list(places)[:5]) + (f" and {len(places) - 5} more" if len(places) > 5 else "")
        raise UnknownParameter(f"{parameter.name}: not all of the places given have {what}; leave out {shown}")


# ------------------------------------------------------------------ one kind each
def _range(entry: Entry, name: str, segments: Sequence[Any]) -> Target:
    def mechanism(segment: Any) -> Any:
        return getattr(segment, entry.name if hasattr(segment, entry.name) else entry.original)

    def write(segment: Any, value: float) -> None:
        setattr(mechanism(segment), name, value)

    return Target("range", entry, name, tuple(segments), lambda s: float(getattr(mechanism(s), name)), write)


def _global(parameter: Parameter, entry: Entry, seed: SeedParameter) -> Target:
    if parameter.sections is not None or parameter.segments is not None:
        raise UnknownParameter(f"{parameter.name} is GLOBAL: one value for all instances, so it takes no place")
    name = f"{seed.name}_{entry.original if not entry.swapped else entry.name}"

    def write(_: Any, value: float) -> None:
        setattr(h, name, value)
        if entry.swapped:
            setattr(h, f"{seed.name}_{entry.original}", value)

    acting = tuple(_sections_with(entry))
    return Target("global", entry, seed.name, (None,), lambda _: float(getattr(h, name)), write, acting)


def _reversal(parameter: Parameter) -> Target:
    ion = parameter.name[1:]
    segments = _segments(parameter)
    lacking = [segment for segment in segments if not hasattr(segment, f"{ion}_ion")]
    _refuse_lacking(parameter, segments, lacking, f"the ion {ion}")
    for segment in segments:
        style = IonStyle.of(segment.sec, ion)
        if style.writes_potential:
            raise UnknownParameter(
                f"{parameter.name} is computed by a mechanism in {segment}: it is no parameter there"
            )
        if style.follows:
            raise UnknownParameter(
                f"{parameter.name} is computed from concentrations in {segment}: it is no parameter there"
            )
    return _attribute("ion", None, parameter.name, segments)


def _geometry(parameter: Parameter) -> Target:
    """cm and diam of segments, Ra, L and diam_factor of whole sections."""
    name = parameter.name
    if name not in geometry.OF_SECTIONS:
        return _attribute("geometry", None, name, _segments(parameter))
    if parameter.sections is None:
        raise UnknownParameter(f"{name} belongs to a section: say where it acts with sections")
    middles = tuple(section(0.5) for section in parameter.sections)
    if name == "diam_factor":
        widths = Widths()
        return Target("geometry", None, name, middles, widths.factor, widths.scale)
    return Target(
        "geometry",
        None,
        name,
        middles,
        lambda middle: float(getattr(middle.sec, name)),
        lambda middle, value: setattr(middle.sec, name, value),
    )


def _concentration(parameter: Parameter) -> Target:
    """A concentration that stays as it was set in each segment."""
    name, ion = parameter.name, parameter.name[:-1]
    segments = _segments(parameter)
    lacking = [segment for segment in segments if not hasattr(segment, f"{ion}_ion")]
    _refuse_lacking(parameter, segments, lacking, f"the ion {ion}")
    for segment in segments:
        if starts_from_global(segment.sec, ion):
            started = f"{name}0_{ion}_ion"
            raise UnknownParameter(
                f"{name}: finitialize sets it to {started} in {segment}, which is one number for all places: "
                f"Parameter({started!r})"
            )
        if IonStyle.of(segment.sec, ion).writes_concentration:
            raise UnknownParameter(
                f"{name} starts in {segment} from what the last run has left, by its ion_style: it is no parameter"
            )
    return _attribute("concentration", None, name, segments)


def _starting_concentration(parameter: Parameter, ion: str, side: str) -> Target:
    """The GLOBAL from which a concentration starts at finitialize, where mechanisms write one of this ion."""
    name, concentration = parameter.name, f"{ion}{side}"
    if parameter.sections is not None or parameter.segments is not None:
        raise UnknownParameter(f"{name} is GLOBAL: one value for all places, so it takes none")
    sections = tuple(section for section in h.allsec() if starts_from_global(section, ion))
    if not sections:
        raise UnknownParameter(
            f"{name}: no concentration starts from it (Parameter({concentration!r}, ...) is the one that stays)"
        )
    writers = {section: _writer(section, concentration) for section in sections}
    if not any(entry is None or concentration in entry.initial_inputs for entry in writers.values()):
        names = " and ".join(sorted({entry.original for entry in writers.values() if entry is not None}))
        raise UnknownParameter(f"{name}: INITIAL of {names} computes {concentration} wherever it is used")
    return _of_interpreter("starting concentration", name, sections, concentration)


def _writer(section: Any, concentration: str) -> Entry | None:
    """The mechanism that writes a concentration in a section."""
    for entry in registry.entries().values():
        if concentration in entry.concentrations and not entry.point_process and section.has_membrane(entry.name):
            return entry
    return None


def _initial_voltage(parameter: Parameter) -> Target:
    """The voltage that finitialize gives to every node: h.v_init, by which stdrun calls it."""
    if parameter.segments is not None:
        raise UnknownParameter(
            "v_init is one voltage for whole cells: give sections of these, or no place for all cells"
        )
    if not hasattr(h, "v_init"):
        raise UnknownParameter("v_init is a variable of the standard run system: h.load_file('stdrun.hoc') first")
    return _of_interpreter(
        "v_init", "v_init", tuple(parameter.sections if parameter.sections is not None else h.allsec())
    )


def _temperature(parameter: Parameter) -> Target:
    """The temperature, on which rates and reversal potentials depend."""
    if parameter.segments is not None:
        raise UnknownParameter(
            "celsius is one temperature for all: give sections of some cells, or no place for all of them"
        )
    sections = tuple(parameter.sections if parameter.sections is not None else h.allsec())
    return _of_interpreter("celsius", "celsius", sections)


def _of_interpreter(kind: str, name: str, sections: tuple[Any, ...], parameter: str = "") -> Target:
    """A variable of hoc that acts in some sections."""
    return Target(
        kind,
        None,
        parameter or name,
        (None,),
        lambda _: float(getattr(h, name)),
        lambda _, value: setattr(h, name, value),
        sections,
    )


def _of_object(parameter: Parameter) -> Target:
    owner = parameter.of
    kind = kind_of(owner) if hasattr(owner, "hname") else type(owner).__name__
    if kind == "NetCon" and parameter.played is None:
        return _weight(parameter, owner)
    if not hasattr(owner, "get_segment"):
        raise UnknownParameter(f"{parameter.name}: `of` takes a point process or a NetCon, not {kind}")
    entry = registry.require(kind)
    seed = _seed(entry, parameter.name)
    if seed.scope == "global":
        return _global(Parameter(parameter.name), entry, seed)
    if parameter.played is not None:
        return _played(parameter, entry)
    return _attribute("point", entry, parameter.name, [owner])


def _attribute(kind: str, entry: Entry | None, name: str, places: Iterable[Any]) -> Target:
    """A parameter that is an attribute of its places."""
    return Target(
        kind,
        entry,
        name,
        tuple(places),
        lambda place: float(getattr(place, name)),
        lambda place, value: setattr(place, name, value),
    )


def _played(parameter: Parameter, entry: Entry) -> Target:
    name = parameter.name
    acting = {seed.name for seed in entry.parameters[: entry.current_parameters]}
    if entry.current_carried or entry.concentrations or entry.reversals or name not in acting:
        raise UnknownParameter(
            f"{name}: a stimulus is a parameter where it acts on the current of a point process and on nothing else, "
            f"which {name} of {entry.original} does not"
        )
    return Target(
        "played", entry, name, (Stimulus(parameter.played, parameter.of, name),), Stimulus.read, Stimulus.write
    )


def _weight(parameter: Parameter, netcon: Any) -> Target:
    synapse = netcon.syn()
    if parameter.name == "delay" and synapse is None:
        raise UnknownParameter("delay: the NetCon has no target")
    if parameter.name == "threshold" and netcon.preseg() is None:
        raise UnknownParameter("threshold: the NetCon has no voltage as its source")
    if parameter.name in OF_TIMES:
        return _attribute(parameter.name, None, parameter.name, [netcon])
    if (named := _WEIGHT.fullmatch(parameter.name)) is None:
        raise UnknownParameter(f"a NetCon's {parameter.name} can not be seeded, its weight, delay and threshold can")
    number = int(named["number"] or 0)
    if synapse is None:
        raise UnknownParameter("the NetCon has no target")
    entry = registry.require(kind_of(synapse))
    name = next((name for name, place in entry.weights.items() if place == number), None)
    if name is None and number:
        raise UnknownParameter(
            f"{parameter.name} of the NetCons of {entry.original} is no parameter: NET_RECEIVE has to read it, never "
            "to assign it, and to have an INITIAL, without which finitialize sets it to 0"
        )
    if name is None:
        raise UnknownParameter(f"no state of {entry.original} depends on the weight of its NetCons")

    def write(place: Any, value: float) -> None:
        place.weight[number] = value

    return Target("weight", entry, name, (netcon,), lambda place: float(place.weight[number]), write)


def _sections_with(entry: Entry) -> Iterable[Any]:
    for section in h.allsec():
        names = {mechanism.name() for segment in section for mechanism in segment}
        names |= {kind_of(point) for point in points_of([section])}
        if names & {entry.name, entry.original}:
            yield section


# ------------------------------------------------------------------ names
def _named_in_hoc(name: str) -> tuple[Entry | None, SeedParameter]:
    """What a name means that hoc knows by itself: of a density mechanism, a GLOBAL, or a reversal potential."""
    known = registry.entries()
    suffixes = [(registered, e) for e in known.values() for registered in {e.original, e.name}]
    for registered, entry in sorted(suffixes, key=lambda pair: -len(pair[0])):  # Ca_HVA before HVA
        if name.endswith(f"_{registered}"):
            seed = _seed(entry, name[: -len(registered) - 1], registered)
            if entry.point_process and seed.scope != "global":
                raise UnknownParameter(
                    f"{name}: every {entry.original} has a {seed.name} of its own: Parameter({seed.name!r}, of=...)"
                )
            return entry, seed
    ions = {ion for entry in known.values() for ion in entry.ions}
    if name[:1] == "e" and name[1:] in ions:
        return None, SeedParameter(name, "mV", "ion")
    if name[-1:] in ("i", "o") and name[:-1] in ions:
        return None, SeedParameter(name, "mM", "ion")
    candidates = [
        f"{p.name}_{e.original}"
        for e in known.values()
        for p in e.parameters
        if p.scope == "global" or not e.point_process
    ]
    candidates += [*geometry.NAMES, "v_init", "celsius"]
    raise UnknownParameter(f"{name} is no parameter of a translated mechanism{did_you_mean(name, candidates)}")


def _seed(entry: Entry, name: str, registered: str = "") -> SeedParameter:
    label = f"{name}_{registered or entry.original}" if not entry.point_process else f"{entry.original}.{name}"
    for seed in entry.parameters:
        if seed.name == name and seed.scope in SEEDABLE:
            return seed
    if name in entry.excluded:
        raise UnknownParameter(f"{label} can not be seeded: {entry.excluded[name]}")
    tail = f"_{entry.original}" if not entry.point_process else ""
    candidates = [f"{p.name}{tail}" for p in entry.parameters if p.scope in SEEDABLE]
    raise UnknownParameter(
        f"{label} is not a seedable parameter of {entry.original}{did_you_mean(name + tail, candidates)}"
    )
