"""The scenarios: small models that spike, each with the directions along which it is differentiated.

A scenario is a function of `h` that builds the model from the *original* names of its mechanisms,
as a user's script does, and says its directions in the terms of `nmodlgrad.Parameter`. Both processes
of the oracle build the same one.

The table of hh is switched off unless a scenario is about tables. A table makes the original
piecewise linear, so a finite difference is right only while no voltage at any step crosses from one
bin to the next: its step must be so small that rounding shows. A scenario with a table is therefore
one compartment and one spike (`parts.TABLED_MS`), with a current for which no voltage comes very near to
the edge of a bin (found by trying thirty); there the differences are good to 5e-9.
"""

from scenarios import (  # noqa: F401  (each registers its own)
    cells,
    changes,
    constructs,
    density_mechanisms,
    diameters,
    effects,
    events,
    geometry,
    ions,
    kinks,
    long_runs,
    point_processes,
    pointers,
    pyramidal,
    readouts,
    seeding,
    solving,
    trees,
)
from scenarios.long_runs import FEW_PERCENT
from scenarios.registry import BUILTINS_OF, FIXTURES_OF, MECHANISMS_OF, SCENARIOS, WRT_OF

__all__ = ["BUILTINS_OF", "FEW_PERCENT", "FIXTURES_OF", "MECHANISMS_OF", "SCENARIOS", "WRT_OF"]
