"""What a mechanism finds in its cell: values of its parameters, ions, something at its pointers, its random numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

SPARE = "spare_gradcheck_leak"
_ELEMENT = re.compile(r"(\w+)\[(\d+)\](\w*)")


def suffixed(name: str, suffix: str) -> str:
    """The name of a density mechanism's variable in hoc; an element of an array has its index behind that."""
    base, bracket, index = name.partition("[")
    return f"{base}_{suffix}{bracket}{index}"


def get(owner: Any, name: str) -> float:
    """A variable, or an element of one."""
    if match := _ELEMENT.fullmatch(name):
        return float(getattr(owner, match[1])[int(match[2])])
    return float(getattr(owner, name))


def put(owner: Any, name: str, value: float) -> None:
    """Set a variable, or an element of one."""
    if match := _ELEMENT.fullmatch(name):
        getattr(owner, match[1])[int(match[2])] = value
    else:
        setattr(owner, name, value)


def wire(h: Any, request: dict[str, Any], segments: list[Any], points: list[Any], keep: list[Any]) -> None:
    """Set what there is to set before the knobs are looked at."""
    subject, setting, entry = request["subject"], request["setting"], request["entry"]
    for name, value in {**subject["parameters"], **setting["parameters"]}.items():
        _set(h, entry, name, value, segments, points)
    for name, values in setting["tables"].items():
        _tabulate(h, entry, name, values, points, keep)
    for place, (owner, segment, neighbour) in enumerate(_instances(entry, segments, points)):
        for pointer in (*subject["pointers"], *subject["written"]):
            what = setting["pointers"].get(pointer, "v" if pointer in subject["pointers"] else "spare")
            target = neighbour._ref_v if what == "v" else getattr(segment, f"_ref_{SPARE if what == 'spare' else what}")
            h.setpointer(target, pointer, owner)
        _seed(h, subject, setting, owner, place, keep)


def _set(h: Any, entry: dict[str, Any], name: str, value: float, segments: list[Any], points: list[Any]) -> None:
    if entry["point_process"]:
        for point in points:
            if hasattr(point, name):
                setattr(point, name, value)
                return
    elif hasattr(getattr(segments[0], entry["original"]), name):
        for segment in segments:
            setattr(getattr(segment, entry["original"]), name, value)
        return
    if hasattr(h, f"{name}_{entry['original']}"):
        setattr(h, f"{name}_{entry['original']}", value)


def _tabulate(h: Any, entry: dict[str, Any], name: str, values: Any, points: list[Any], keep: list[Any]) -> None:
    """Give a FUNCTION_TABLE its values: NEURON keeps the places of the vectors, values first, or a number."""
    arguments = [h.Vector(numbers) for numbers in reversed(values)] if isinstance(values, list) else [values]
    keep += arguments
    set_values = f"table_{name}"
    (getattr(points[0], set_values) if points else getattr(h, f"{set_values}_{entry['original']}"))(*arguments)


def _instances(entry: dict[str, Any], segments: list[Any], points: list[Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Every instance with its segment and a segment nearby."""
    if entry["point_process"]:
        for point in points:
            if hasattr(point, "get_segment"):
                yield point, point.get_segment(), segments[0]
        return
    for place, segment in enumerate(segments):
        yield getattr(segment, entry["original"]), segment, segments[place - 1 if place else 1]


def _seed(h: Any, subject: dict[str, Any], setting: dict[str, Any], owner: Any, place: int, keep: list[Any]) -> None:
    """Give an instance its random numbers, by the conventions of its procedures; a stream of its own for each.

    Each run starts in a process of its own from here, so every run sees the same numbers.
    """
    for name in subject["randoms"]:
        generator = getattr(owner, name, None)
        if generator is not None:
            generator.set_ids(place + 1, 2, 3)
            generator.set_seq(0)
    for name in subject["seeding"]:
        if name in setting["calls"] or not hasattr(owner, name):
            continue
        procedure = getattr(owner, name)
        if name in ("seed", "set_seed"):
            procedure(17 + place)
        elif name == "noiseFromRandom" or (name == "setRNG" and subject["takes_random"]):
            generators = [h.Random(101 + place + k) for k in range(2 if name == "setRNGs" else 1)]
            for generator in generators:
                generator.Random123(place + 1, 2, 3)
                generator.uniform(0, 1) if name == "setRNG" else generator.negexp(1)
            keep += generators
            procedure(*generators)
        else:
            procedure(place + 1, 2, 3)
    for name, arguments in setting["calls"].items():
        getattr(owner, name)(*arguments)
