"""The gradients that were carried beside the differences: exact, as blunt as the differences are, or wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmodlgrad.gradcheck.report import BLUNT, EXACT, KINK, NOISE, STILL, TOLERANCE, WRONG, Checked

Arrays = Mapping[str, NDArray[Any]]
TELLING = 1e-2  # relative: differences that agree no better than this tell nothing as a whole
SIDED = 1e-3  # relative: how well a one-sided derivative has to agree to be the branch that was taken
EARLY = 1e-3  # of the largest derivative: less than this, before the differences fall apart, tells nothing


def changed(ours: Arrays, theirs: Arrays) -> tuple[str, ...]:
    """The variables that are not, to the last bit, what the original computes."""
    primal = [key for key in theirs if key.startswith("primal ")]
    found = (key.removeprefix("primal ") for key in primal if not _same(ours.get(key), theirs[key]))
    return tuple(found)


def _same(one: NDArray[np.float64] | None, other: NDArray[np.float64]) -> bool:
    return one is not None and np.array_equal(one, other, equal_nan=True)


def parameters(ours: Arrays, theirs: Arrays, dt: float) -> Iterator[Checked]:
    """Each parameter: how far the gradient is from the difference, and what the difference is worth."""
    by_name = dict(zip(ours["names"].tolist(), ours["derivative"], strict=True))
    for place, name in enumerate(theirs["names"].tolist()):
        mine, reference, spread = by_name[name], theirs["derivative"][place], theirs["spread"][place]
        largest = max(abs(reference).max(), abs(mine).max())
        if not np.isfinite(mine).all() or not np.isfinite(reference).all():
            yield Checked(name, np.nan, np.nan, WRONG, "it is not finite")
            continue
        if largest == 0 or (theirs["step"][place] == 0 and largest <= theirs["rounding"][place]):
            yield Checked(name, np.nan, np.nan, STILL)
            continue
        errors, noises = abs(mine - reference) / largest, spread / largest
        yield Checked(name, float(errors.max()), float(noises.max()), *_kind(errors, noises, reference / largest, dt))


def _kind(errors: Any, noises: Any, reference: Any, dt: float) -> tuple[str, str]:
    error, noise = errors.max(), noises.max()
    if error <= TOLERANCE:
        return EXACT, ""
    if error <= 10 * noise and noise <= TELLING:
        return NOISE, ""
    sharp = np.cumsum((noises > TOLERANCE / 10).any(axis=0)) == 0  # until the differences fall apart
    if not sharp.all() and sharp.any():
        before = slice(0, int(np.argmin(sharp)))
        if errors[:, before].max() <= TOLERANCE and abs(reference[:, before]).max() > EARLY:
            return KINK, f"exact until {before.stop * dt:g} ms, where the differences do not settle"
    return (BLUNT, "differences of no step agree") if error <= 10 * noise else (WRONG, "")


def from_both_sides(checked: Sequence[Checked], ours: Arrays, again: Arrays) -> tuple[Checked, ...]:
    """The parameters, those that were looked at from both sides in that light."""
    mine = dict(zip(ours["names"].tolist(), ours["derivative"], strict=True))
    sides = dict(zip(again["names"].tolist(), again["sides"], strict=True))
    return tuple(_one_sided(p, mine[p.name], sides[p.name]) if p.name in sides else p for p in checked)


def _one_sided(checked: Checked, mine: Any, sides: Any) -> Checked:
    """A parameter that is not good, beside its one-sided derivatives (steps, sides, segments, samples): a kink right
    here if they differ from each other, and the gradient is one of them."""
    largest = abs(mine).max()
    for down, up in sides:
        gap = abs(up - down).max() / largest
        for name, side in (("below", down), ("above", up)):
            distance = abs(mine - side).max() / largest
            if distance < SIDED and distance < gap / 10:
                note = f"a kink right here: the gradient is the derivative from {name}, to {distance:.0e}"
                return Checked(checked.name, checked.error, checked.noise, KINK, note)
    return checked
