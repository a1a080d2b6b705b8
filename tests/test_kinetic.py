"""Random reaction schemes: what is solved of them, and its tangents, against a dense computation of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interpreter import Primal, Tangent, mechanism_of
from nmodlgrad.calculus.stages import ImplicitTangent
from nmodlgrad.calculus.tangent import differentiate
from nmodlgrad.diagnostics import Refused

DT_MS, TINY = 0.1, 1e-30
SPECIES = ("a", "b", "c", "d")
START = {"a": 0.7, "b": 0.2, "c": 0.4, "d": 0.9}
PARAMETERS = {"p": 0.6, "q": 1.4, "v": -0.3}
RATES = {
    "p": lambda u: u["p"],
    "q*q": lambda u: u["q"] ** 2,
    "exp(v*p)": lambda u: np.exp(u["v"] * u["p"]),
    "2": lambda u: 2,
}
ON_STATES: dict[str, Callable[[Any], complex]] = {"p*a": lambda u: u["p"] * u["a"], "(1 + b)": lambda u: 1 + u["b"]}
Side = tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Scheme:
    """Reactions left <-> right with their rates, volumes, and the states whose sum is conserved."""

    reactions: tuple[tuple[Side, Side, str, str], ...]
    volumes: tuple[str, ...]
    conserved: tuple[str, ...]

    @property
    def text(self) -> str:
        """The mechanism."""
        lines = [f"~ {_side(one)} <-> {_side(two)} ({kf}, {kb})" for one, two, kf, kb in self.reactions]
        if self.volumes:
            lines.insert(0, f"COMPARTMENT 1 + p {{ {' '.join(self.volumes)} }}")
        if self.conserved:
            lines.append(f"CONSERVE {' + '.join(self.conserved)} = q")
        return (
            "NEURON { SUFFIX random NONSPECIFIC_CURRENT i RANGE p, q }\nPARAMETER { p q }\nASSIGNED { v i }\n"
            f"STATE {{ {' '.join(SPECIES)} }}\nINITIAL {{ a = 0.7 b = 0.2 c = 0.4 d = 0.9 }}\n"
            "BREAKPOINT { SOLVE scheme METHOD sparse\n i = (a + b*c + d)*v }\nKINETIC scheme {\n"
            + "\n".join(lines)
            + "\n}\n"
        )

    def solved(self, unknowns: tuple[str, ...], given: dict[str, complex]) -> list[complex]:
        """What METHOD sparse makes of it: corrections by the matrix of mass action, until they are small."""
        x = np.array([given[u] for u in unknowns])
        old, n = x.copy(), len(unknowns)
        at = {u: i for i, u in enumerate(unknowns)}
        linear = all(sum(count for count, _ in side) == 1 for r in self.reactions for side in r[:2])
        volume = np.array([1 + given["p"] if u in self.volumes else 1 for u in unknowns])
        for _ in range(22):
            known = given | dict(zip(unknowns, x, strict=True))
            residual, matrix = volume * (x - old) / DT_MS, np.diag(volume / DT_MS).astype(complex)
            for left, right, kf, kb in self.reactions:
                for here, there, rate in ((left, right, kf), (right, left, kb)):
                    k = (RATES | ON_STATES)[rate](known)
                    flux = k * np.prod([known[u] ** count for count, u in here])
                    slopes = np.zeros(n, complex)
                    for count, u in here:
                        others = np.prod([known[w] ** (c - (w == u)) for c, w in here])
                        slopes[at[u]] = k * count * others
                    for sign, side in ((1, here), (-1, there)):
                        for count, u in side:
                            residual[at[u]] += sign * count * flux
                            matrix[at[u]] += sign * count * slopes
            if self.conserved:
                row, inside = at[self.conserved[-1]], np.array([u in self.conserved for u in unknowns])
                matrix[row] = inside * volume
                residual[row] = (inside * volume) @ x - given["q"]
            step = np.linalg.solve(matrix, -residual)
            x = x + step
            if linear:
                break
            x = np.where(x.real < 0, 0, x)
            if abs(step.real).sum() <= 1e-6:
                break
        return list(x)


def _side(side: Side) -> str:
    return " + ".join(f"{count} {x}" if count > 1 else x for count, x in side)


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    """Up to four reactions of up to second order among four species."""
    side = st.lists(
        st.tuples(st.sampled_from((1, 1, 1, 2)), st.sampled_from(SPECIES)),
        min_size=1,
        max_size=2,
        unique_by=lambda t: t[1],
    ).map(tuple)
    rate = st.sampled_from((*RATES, *RATES, *ON_STATES))
    reactions = draw(st.lists(st.tuples(side, side, rate, rate), min_size=1, max_size=4))
    used = sorted({x for one, two, _, _ in reactions for _, x in (*one, *two)})
    volumes = draw(st.lists(st.sampled_from(used), unique=True, max_size=2))
    conserved = draw(st.lists(st.sampled_from(used), unique=True, max_size=3))
    return Scheme(tuple(reactions), tuple(volumes), tuple(conserved))


def by_tangents(stage: ImplicitTangent, tangent: Tangent, rows: dict[str, float]) -> tuple[Any, Any]:
    """The loop of the template `implicit.jinja`: the solution, and its tangent along `rows`."""
    lowered, values = stage.stage, tangent.primal.values
    x = np.array([values[u].real for u in lowered.unknowns])
    old, moved = x.copy(), np.array([rows.get(u, 0.0) for u in lowered.unknowns])
    first = moved.copy()
    for _ in range(22):
        values |= dict(zip(lowered.unknowns, x.astype(complex), strict=True))
        known = dict(zip(lowered.olds, old, strict=True))
        partials, residual = tangent.linearise(stage.matrix, **known, **dict.fromkeys(lowered.corrections, 0.0))
        matrix = np.array([[partials[y].get(c, 0.0) for c in lowered.corrections] for y in lowered.residuals])
        step = np.linalg.solve(matrix, -np.array([residual[y] for y in lowered.residuals]))
        slopes, _ = tangent.linearise(stage.slopes, **known, **dict(zip(lowered.corrections, step, strict=True)))
        right = np.zeros(len(x)) if lowered.constant else matrix @ moved
        for i, y in enumerate(lowered.residuals):
            for u, slope in slopes[y].items():
                if u in lowered.olds:
                    right[i] -= slope * first[lowered.olds.index(u)]
                elif u in lowered.unknowns:
                    right[i] -= slope * moved[lowered.unknowns.index(u)]
                else:
                    right[i] -= slope * rows.get(u, 0.0)
        moved = np.linalg.solve(matrix, right)
        x = x + step
        if lowered.iteration.value == "once":
            break
        moved, x = np.where(x < 0, 0, moved), np.where(x < 0, 0, x)
        if abs(step).sum() <= 1e-6:
            break
    return x, moved


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(schemes(), st.sampled_from((*PARAMETERS, *SPECIES)))
def test_a_random_scheme_is_solved_as_neuron_does_and_its_tangent_is_exact(scheme: Scheme, direction: str) -> None:
    mechanism = mechanism_of(scheme.text)
    try:
        of = differentiate(mechanism)
    except Refused:
        pytest.fail(f"refused:\n{scheme.text}")
    (stage,) = of.states
    assert isinstance(stage, ImplicitTangent)
    primal = Primal(mechanism, **{k: complex(value) for k, value in (PARAMETERS | START).items()}, dt=DT_MS)
    x, moved = by_tangents(stage, Tangent(of, primal), {direction: 1.0})
    tiny = {k: value + TINY * 1j * (k == direction) for k, value in (PARAMETERS | START).items()}
    exact = scheme.solved(stage.stage.unknowns, tiny)
    np.testing.assert_allclose(x, np.real(exact), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(moved, np.imag(exact) / TINY, rtol=1e-7, atol=1e-7)
