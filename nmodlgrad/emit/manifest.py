"""The manifest: what the runtime has to know of the mechanisms beside it. The runtime never reads NMODL."""

from __future__ import annotations

from typing import Any

from nmodlgrad.calculus.tangent import IDLE, TangentMechanism
from nmodlgrad.semantics import watching
from nmodlgrad.semantics.activity import TEMPERATURE
from nmodlgrad.semantics.mechanism import Mechanism, Role, Scope
from nmodlgrad.semantics.passive import reach, shape
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import subnodes


def entry(tangent: TangentMechanism, name: str, file: str, shadow: bool = False) -> dict[str, Any]:
    """The manifest's entry for a mechanism that is registered as `name`; a `shadow` injects nothing itself."""
    mechanism = tangent.mechanism
    symbols = mechanism.symbols
    return {
        "name": name,
        "original": mechanism.name,
        "file": file,
        "point_process": mechanism.is_point_process,
        "shadow": shadow,
        "carried": list(tangent.carried),
        "current_carried": tangent.current_carried,
        "parameters": [
            {"name": p, "unit": symbols[p].unit or "", "scope": _scope(symbols[p].role, symbols[p].scope)}
            if p != TEMPERATURE
            else {"name": p, "unit": "degC", "scope": TEMPERATURE}
            for p in tangent.parameters
        ],
        "current_parameters": tangent.current_parameters,
        "arguments": list(tangent.arguments),
        "weights": dict(tangent.weights),
        "flow_length": _flow_length(tangent),
        "watches": bool(watching.watched(tangent.original)),
        "times_only": list(tangent.times_only),
        "sends": tangent.sending is not None,
        "sent_by": list(tangent.sent_by),
        "passed_by": list(tangent.passed_by),
        "unpassed": tangent.unpassed,
        "moments": [x for x in tangent.moments if x not in mechanism.arguments],
        "kept_arguments": [x for x in tangent.moments if x in mechanism.arguments],
        "unmoved": tangent.unmoved,
        "resting": list(tangent.resting),
        "linear": tangent.linear,
        "electrode": any(current.electrode for current in mechanism.currents),
        "ions": list(dict.fromkeys(use.ion for use in mechanism.ions)),
        "concentrations": list(mechanism.concentrations),
        "reversals": list(mechanism.reversals),
        "ion_currents": list(tangent.ion_currents.partials) if tangent.ion_currents else [],
        "observables": list(tangent.observables.partials) if tangent.observables else [],
        "initial_inputs": sorted(tangent.initial_inputs),
        "range_parameters": [s.name for s in symbols.values() if s.role is Role.PARAMETER and s.scope is Scope.RANGE],
        "globals": [s.name for s in symbols.values() if s.role is Role.PARAMETER and s.scope is Scope.GLOBAL]
        + (["usetable"] if _has_table(tangent) else []),
        "ion_inputs": [
            s.name for s in symbols.values() if s.role is Role.REVERSAL and s.name not in mechanism.reversals
        ]
        + list(mechanism.ion_inputs),
        "pointers": list(mechanism.pointers),
        "assigned": _assigned(mechanism),
        "geometry": [name for name in shape(mechanism) if tangent.excluded.get(name) != IDLE],
        "left": list(tangent.breakpoint.partials) if tangent.breakpoint else [],
        "excluded": dict(sorted(tangent.excluded.items())),
        "without_temperature": _without_temperature(tangent),
    }


def passed(mechanism: Mechanism, file: str) -> dict[str, Any]:
    """The manifest's entry for a mechanism that is passed through."""
    touched = reach(mechanism)
    return {
        "name": mechanism.name,
        "file": file,
        "point_process": mechanism.suffix.kind != "SUFFIX",
        "reads": list(touched.reads),
        "writes": list(touched.writes),
        "observes": touched.observes,
        "geometry": list(shape(mechanism)),
    }


def _flow_length(tangent: TangentMechanism) -> int:
    """Room for the slopes of states and the current, or for a condition of WATCH and its derivatives."""
    conditions = [1 + len(one.linearised.partials[one.variable]) for one in tangent.crossings]
    return max(len(tangent.flow.slopes) + 1, *conditions, 0) if tangent.flow else 0


def _without_temperature(tangent: TangentMechanism) -> str:
    """Why the temperature, on which something may depend here, can not be seeded; empty if it can, or nothing does."""
    reason = tangent.excluded.get(TEMPERATURE, "")
    if reason == IDLE or TEMPERATURE in tangent.parameters:
        return ""
    asked = f"give {TEMPERATURE} among the names in wrt when it is translated"
    return reason or (asked if tangent.mechanism.reads_temperature else "")


def _assigned(mechanism: Mechanism) -> list[str]:
    """The RANGE variables that the mechanism itself computes; C may compute any that is not a PARAMETER."""
    nodes = [node for item in mechanism.items for node in subnodes(item)]
    found = {node.target.name for node in nodes if isinstance(node, n.Assign)}
    in_c = any(isinstance(node, n.Verbatim) for node in nodes)
    kept = (s for s in mechanism.symbols.values() if s.scope is Scope.RANGE)
    return [s.name for s in kept if s.role is Role.STATE or s.name in found or (in_c and s.role is Role.ASSIGNED)]


def _scope(role: Role, scope: Scope) -> str:
    if role in (Role.POINTER, Role.ENVIRONMENT):
        return "pointer" if role is Role.POINTER else "geometry"
    return "ion" if role in (Role.REVERSAL, Role.CONCENTRATION, Role.ION_CURRENT) else scope.value


def _has_table(tangent: TangentMechanism) -> bool:
    mechanism = tangent.mechanism
    return any(mechanism.table(block) for block in mechanism.callables)
