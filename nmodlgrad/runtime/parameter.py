"""What a direction is: a parameter, where it acts, and how strongly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nmodlgrad.runtime.errors import UnknownParameter


@dataclass(frozen=True, eq=False)
class Parameter:
    """One direction theta_k: parameter = its value now + scale * theta_k, wherever it acts.

    Parameters
    ----------
    name
        as in hoc: ``"gnabar_hh"`` for a density mechanism, ``"ena"`` for a reversal potential; for a point process
        its own name (``"tau"``), for a NetCon ``"weight"``
    sections
        act in every segment of these sections (that has the mechanism)
    segments
        act in these segments
    of
        the point process or the NetCon that the parameter belongs to
    scale
        d parameter / d theta, in units of the parameter

    A GLOBAL parameter takes no place: it acts wherever its mechanism is.
    """

    name: str
    sections: Sequence[Any] | None = None
    segments: Sequence[Any] | None = None
    of: Any = None
    scale: float = 1.0

    def __post_init__(self) -> None:
        places = [p for p in ("sections", "segments", "of") if getattr(self, p) is not None]
        if len(places) > 1:
            raise UnknownParameter(f"{self.name}: give one of sections, segments and of, not {' and '.join(places)}")
        for place, single in (("sections", "allseg"), ("segments", "node_index")):
            given = getattr(self, place)
            if given is not None:
                object.__setattr__(self, place, [given] if hasattr(given, single) else list(given))
