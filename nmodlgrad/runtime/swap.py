"""Built-in mechanisms can not be registered again: augmented forms take their place while a gradient is carried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from neuron import h

from nmodlgrad.runtime.directory import variables_of
from nmodlgrad.runtime.errors import CannotCarry
from nmodlgrad.runtime.ion_style import IonStyle
from nmodlgrad.runtime.netcons import NetCons
from nmodlgrad.runtime.registry import Entry


def swap_density(sections: Iterable[Any], entry: Entry) -> list[Any]:
    """Replace the original density mechanism by its augmented form; returns the sections where that was done."""
    return _replace(sections, entry, entry.original, entry.name)


def unswap_density(sections: Iterable[Any], entry: Entry) -> None:
    """Put the original back, with the present values of its parameters and states, where the section still is."""
    for section in sections:
        with suppress(ReferenceError):
            _replace([section], entry, entry.name, entry.original)


def _replace(sections: Iterable[Any], entry: Entry, old: str, new: str) -> list[Any]:
    changed = []
    names = list(variables_of(entry.original))  # parameters, and what a run that goes on needs: states
    for section in sections:
        if not section.has_membrane(old):
            continue
        values = {name: [getattr(getattr(s, old), name) for s in section] for name in names}
        ions = {ion: _ion_values(section, ion) for ion in entry.ions}
        styles = {ion: IonStyle.of(section, ion) for ion in entry.ions}
        section.uninsert(old)
        section.insert(new)
        for name, row in values.items():
            for segment, value in zip(section, row, strict=True):
                setattr(getattr(segment, new), name, value)
        for ion, kept in ions.items():
            styles[ion].set(section, ion)
            for name, row in kept.items():
                for segment, value in zip(section, row, strict=True):
                    setattr(segment, name, value)
        changed.append(section)
    return changed


def _ion_values(section: Any, ion: str) -> dict[str, list[float]]:
    return {name: [getattr(s, name) for s in section] for name in (f"e{ion}", f"{ion}i", f"{ion}o")}


def release_unused() -> None:
    """Let NEURON give back the memory of instances that are gone, which it keeps for others of their mechanism."""
    h.CVode().poolshrink(1)


def copy_globals(entry: Entry) -> None:
    """Give the augmented mechanism the GLOBALs of the original; a TABLE that the original does not have is not used."""
    for name in entry.globals:
        setattr(h, f"{name}_{entry.name}", getattr(h, f"{name}_{entry.original}", 0.0))


@dataclass(frozen=True)
class _Pair:
    """A built-in point process and an augmented one, at the same place."""

    original: Any
    augmented: Any
    entry: Entry

    @classmethod
    def of(cls: type[_AnyPair], original: Any, entry: Entry) -> _AnyPair:
        """Make the augmented one, at the place of the original."""
        return cls(original, getattr(h, entry.name)(original.get_segment()), entry)

    def copies(self) -> Iterator[tuple[Any, Any]]:
        """Each parameter of the original and of the augmented one, as references."""
        for name in self.entry.range_parameters:
            yield getattr(self.original, f"_ref_{name}"), getattr(self.augmented, f"_ref_{name}")

    def check(self) -> None:
        """The original is still where it was.

        Raises
        ------
        CannotCarry
            when it was moved.
        """
        if self.original.get_segment() != self.augmented.get_segment():
            raise CannotCarry(
                f"{self.original} was moved after the Sensitivity was made: close() it and make a new one"
            )


_AnyPair = TypeVar("_AnyPair", bound=_Pair)


@dataclass(frozen=True)
class SwappedPoint(_Pair):
    """A built-in point process and the augmented one that works in its place.

    The user's object stays where it is, silent: its events go to the other one, its parameters are copied over in every
    step.
    """

    def states(self) -> Iterator[Any]:
        """The states of the original, as references: 0 as long as it is silent."""
        computed = set(self.entry.assigned).difference(self.entry.range_parameters)
        for name in sorted(computed.intersection(self.entry.carried)):
            yield getattr(self.original, f"_ref_{name}")


@dataclass(frozen=True)
class Shadow(_Pair):
    """A built-in point process that injects as ever, and its augmented form, which only takes the derivatives.

    In every step the cable copies the parameters over before these are used, so they may change at any time.
    """


def copy_parameters(points: Iterable[SwappedPoint]) -> None:
    """Give the augmented point processes the parameters of the originals."""
    for point in points:
        for name in point.entry.range_parameters:
            setattr(point.augmented, name, getattr(point.original, name))


def hand_over_states(points: Iterable[SwappedPoint], *, back: bool = False) -> None:
    """Let the augmented point processes go on from where the originals are, or these again; those left are silent."""
    for point in points:
        old, new = (point.augmented, point.original) if back else (point.original, point.augmented)
        for name in variables_of(point.entry.original):
            if name not in point.entry.range_parameters:
                setattr(new, name, getattr(old, name))
                setattr(old, name, 0.0)


def take_events(points: Iterable[SwappedPoint], netcons: NetCons) -> None:
    """Let the augmented point processes get the events of the originals."""
    for point in points:
        netcons.redirect(point.original, point.augmented)


def unswap_points(points: Sequence[SwappedPoint]) -> None:
    """Give states and events back to the originals, where their sections still are."""
    netcons = NetCons() if points else None
    there = [point for point in points if point.original.has_loc() and point.augmented.has_loc()]
    hand_over_states(there, back=True)
    for point in there:
        assert netcons is not None
        netcons.redirect(point.augmented, point.original)
