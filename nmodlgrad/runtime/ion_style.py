"""What NEURON does with an ion in a section: the bits of ``ion_style``, by name."""

from __future__ import annotations

from typing import Any, NamedTuple

from neuron import h

_WRITTEN = 3  # of c_style and of e_style: a mechanism computes it


class IonStyle(NamedTuple):
    """The arguments of ``ion_style``, which also tell what mechanisms do with the ion."""

    c_style: int
    e_style: int
    einit: int
    eadvance: int
    cinit: int

    @classmethod
    def of(cls, section: Any, ion: str) -> IonStyle:
        """The style of an ion that the section has."""
        bits = int(h.ion_style(f"{ion}_ion", sec=section))
        return cls(bits & 3, bits >> 3 & 3, bits >> 5 & 1, bits >> 6 & 1, bits >> 2 & 1)

    def set(self, section: Any, ion: str) -> None:
        """Let the ion have this style in a section."""
        h.ion_style(f"{ion}_ion", *self, sec=section)

    @property
    def writes_concentration(self) -> bool:
        """Whether a mechanism computes a concentration."""
        return self.c_style == _WRITTEN

    @property
    def writes_potential(self) -> bool:
        """Whether a mechanism computes the reversal potential."""
        return self.e_style == _WRITTEN

    @property
    def computes_initially(self) -> bool:
        """Whether finitialize computes the reversal potential from the concentrations."""
        return bool(self.einit)

    @property
    def computes(self) -> bool:
        """Whether every step does."""
        return bool(self.eadvance)

    @property
    def follows(self) -> bool:
        """Whether the reversal potential is computed from the concentrations at some time."""
        return bool(self.einit or self.eadvance)

    @property
    def starts_from_global(self) -> bool:
        """Whether finitialize sets the concentrations to cai0_ca_ion and cao0_ca_ion, say."""
        return bool(self.cinit)

    @property
    def effect(self) -> tuple[bool, ...]:
        """What moves by it; equal for styles that only tell who reads the ion."""
        return self.writes_concentration, self.writes_potential, *map(bool, self[2:])
