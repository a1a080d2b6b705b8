"""The manifest: what the runtime has to know of the mechanisms beside it. The runtime never reads NMODL."""

from __future__ import annotations

from typing import Any

from nmodlgrad.calculus.tangent import TangentMechanism
from nmodlgrad.semantics.mechanism import Role, Scope


def entry(tangent: TangentMechanism, name: str, file: str) -> dict[str, Any]:
    """The manifest's entry for a mechanism that is registered as `name`."""
    mechanism = tangent.mechanism
    symbols = mechanism.symbols
    return {
        "name": name,
        "original": mechanism.name,
        "file": file,
        "point_process": mechanism.is_point_process,
        "carried": list(tangent.carried),
        "current_carried": tangent.current_carried,
        "parameters": [
            {"name": p, "unit": symbols[p].unit or "", "scope": _scope(symbols[p].role, symbols[p].scope)}
            for p in tangent.parameters
        ],
        "current_parameters": tangent.current_parameters,
        "arguments": list(tangent.arguments),
        "weight": tangent.weight,
        "linear": tangent.linear,
        "ions": list(dict.fromkeys(use.ion for use in mechanism.ions)),
        "concentrations": list(mechanism.concentrations),
        "ion_currents": list(tangent.ion_currents.partials) if tangent.ion_currents else [],
        "initial_inputs": sorted({p for row in tangent.initial.partials.values() for p in row}),
        "range_parameters": [s.name for s in symbols.values() if s.role is Role.PARAMETER and s.scope is Scope.RANGE],
        "globals": [s.name for s in symbols.values() if s.role is Role.PARAMETER and s.scope is Scope.GLOBAL]
        + (["usetable"] if _has_table(tangent) else []),
        "ion_inputs": [s.name for s in symbols.values() if s.role is Role.REVERSAL] + list(mechanism.ion_inputs),
        "excluded": dict(sorted(tangent.excluded.items())),
    }


def _scope(role: Role, scope: Scope) -> str:
    return "ion" if role in (Role.REVERSAL, Role.CONCENTRATION, Role.ION_CURRENT) else scope.value


def _has_table(tangent: TangentMechanism) -> bool:
    mechanism = tangent.mechanism
    return any(mechanism.table(block) for block in mechanism.callables)
