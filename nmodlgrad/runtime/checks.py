"""What can not be carried exactly, found before the run and refused by name."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from neuron import h

from nmodlgrad.runtime.errors import CannotCarry
from nmodlgrad.runtime.instances import Instance
from nmodlgrad.runtime.netcons import NetCons
from nmodlgrad.runtime.places import kind_of, points_of
from nmodlgrad.runtime.registry import Entry, MechanismType, remedy

# Currents that are exact as they are: no state, linear in v (NEURON's matrix holds their conductance) or none of it.
EXACT_AS_THEY_ARE = frozenset({"IClamp", "SEClamp", "AlphaSynapse"})
_NO_CURRENT_OF_THEIR_OWN = frozenset({"capacitance", "morphology", "nmodlgrad_cable"})


def check_integration() -> None:
    """Refuse ways to integrate whose step is not the one that is differentiated."""
    if h.CVode().active():
        raise CannotCarry("CVODE is active: the gradient is that of the fixed step, so use h.CVode().active(False)")
    if h.secondorder:
        raise CannotCarry(f"secondorder is {int(h.secondorder)}: the gradient is that of secondorder = 0")
    if h.List("LinearMechanism").count():
        raise CannotCarry("a LinearMechanism adds to NEURON's matrix: the gradient can not be carried through it")
    if getattr(h, "nrn_netrec_state_adjust", 0):
        raise CannotCarry("nrn_netrec_state_adjust is set: events then change states otherwise than their block says")
    coreneuron = sys.modules.get("neuron.coreneuron")
    if coreneuron is not None and coreneuron.enable:
        raise CannotCarry("CoreNEURON is enabled: mechanisms with VERBATIM run in NEURON itself only")


def check_loaded() -> None:
    """Refuse to begin where no mechanism was translated."""
    if not hasattr(h, "nmodlgrad_cable"):
        raise CannotCarry(
            "no mechanism was translated yet: nmodlgrad.load('hh', 'pas', ...) does that, and comes first"
        )


def check_temperature(instances: Iterable[Instance]) -> None:
    """Refuse mechanisms in which something depends on celsius whose derivative was not asked for, or is not known."""
    for instance in instances:
        if reason := instance.entry.without_temperature:
            name = instance.entry.original
            raise CannotCarry(f"{instance.segment} has {name}, whose derivative by celsius is not carried: {reason}")


def check_mechanisms(
    sections: Collection[Any],
    cable: Any,
    types: Mapping[str, MechanismType],
    entries: Mapping[str, Entry],
    silent: Iterable[Any],
) -> None:
    """Refuse mechanisms with a current whose derivative nobody computes.

    `silent` are point processes whose augmented form works in their place.
    """
    fine = {entry.name for entry in entries.values()} | EXACT_AS_THEY_ARE | _NO_CURRENT_OF_THEIR_OWN
    quiet = {point.hname() for point in silent}
    points = [point for point in points_of(sections) if point.hname() not in quiet]
    present = chain(
        ((segment, mechanism.name()) for section in sections for segment in section for mechanism in segment),
        ((point.get_segment(), kind_of(point)) for point in points),
    )
    swapped = {entry.original for entry in entries.values() if entry.swapped}
    for segment, name in present:
        if name in swapped:
            raise CannotCarry(f"{segment} got {name} after the Sensitivity was made: close() it and make a new one")
        if name in fine or name.endswith("_ion"):
            continue
        if name == "extracellular":
            raise CannotCarry(f"{segment} has extracellular: its second voltage is not carried")
        if cable.has_current(types[name].number):
            raise CannotCarry(
                f"{segment} has {name}, a mechanism with a current that was not translated: {remedy(name)}"
            )


class EventTimesAreConstants(UserWarning):
    """A spike of a carried cell acts on a carried cell: the derivative of its time is left out."""


def warn_of_events(cells: Sequence[Collection[Any]], netcons: NetCons) -> bool:
    """Say so if spikes of carried cells, given by their sections, act on carried cells; whether anything was said."""
    carried = {section for sections in cells for section in sections}
    for target in (point for sections in cells for point in points_of(sections)):
        for netcon in netcons.onto(target):
            if (source := netcon.preseg()) is not None and source.sec in carried:
                message = (
                    f"{netcon} carries spikes from {source} to {target}: events are differentiated as if their times "
                    "were constants, so what the parameters do to these times is not part of the gradient "
                    "(Sensitivity(..., spikes=True) carries it)"
                )
                warnings.warn(message, EventTimesAreConstants, stacklevel=3)
                return True
    return False
