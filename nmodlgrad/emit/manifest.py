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
        "ions": [use.ion for use in mechanism.ions],
        "range_parameters": [s.name for s in symbols.values() if s.role is Role.PARAMETER and s.scope is Scope.RANGE],
        "globals": [s.name for s in symbols.values() if s.role is Role.PARAMETER and s.scope is Scope.GLOBAL]
        + (["usetable"] if _has_table(tangent) else []),
        "reversals": [s.name for s in symbols.values() if s.role is Role.REVERSAL],
        "excluded": dict(sorted(tangent.excluded.items())),
    }


def _scope(role: Role, scope: Scope) -> str:
    return "ion" if role is Role.REVERSAL else scope.value


def _has_table(tangent: TangentMechanism) -> bool:
    mechanism = tangent.mechanism
    return any(mechanism.table(block) for block in mechanism.callables)
