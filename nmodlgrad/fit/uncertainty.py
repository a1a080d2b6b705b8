"""How well the data fix the parameters: Fisher information, standard errors, and what they do not fix at all.

Near the minimum residuals are linear in theta, r = r0 + J (theta - theta0). With noise of covariance S in the
residuals the minimum of half their sum of squares has the covariance ``G S G'``, G the pseudo-inverse of J, and the
information is ``J' S^-1 J`` (Seber and Wild, Nonlinear Regression, chapters 2 and 5). Where all residuals have one
standard deviation s, that is ``s^2 (J'J)^-1``, the inverse of the information.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nmodlgrad.fit.problem import Evaluation, Problem
from nmodlgrad.runtime.errors import WrongArgument

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

# Columns of J are sums over thousands of time steps. A combination of them, each of length 1, that is shorter than this
# is what rounding leaves of nothing.
ROUNDING = 1e-10
_TAKES_PART = 1e-5  # the part of a parameter in what is not fixed: singular vectors are exact to about sqrt(ROUNDING)
_NAMED = 0.1  # parameters with a smaller part of a combination are not named


@dataclass(frozen=True, eq=False)
class Combination:
    """A direction in which the parameters move together, in relative changes of their values.

    Attributes
    ----------
    weights
        d log value of each parameter, nearly: shape (parameters,), of length 1
    error
        its standard error; 1 is 100 %. Infinite where the residuals do not depend on it
    """

    labels: tuple[str, ...]
    weights: Floats
    error: float

    def __str__(self) -> str:
        order = np.argsort(-np.abs(self.weights), kind="stable")
        return ", ".join(f"{self.weights[k]:+.2f} {self.labels[k]}" for k in order if abs(self.weights[k]) >= _NAMED)


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """What :func:`uncertainty` finds.

    Attributes
    ----------
    labels, values, scales
        of the parameters; `scales` is what relative changes are relative to
    noise
        standard deviation of the residuals of each loss, or of each residual if it was given so
    degrees_of_freedom
        residuals less directions that these fix; None if the noise was given
    information
        Fisher's, in theta: shape (parameters, parameters)
    covariance
        in theta: shape (parameters, parameters); infinite on the diagonal and nan beside it for a parameter that takes
        part in what is not fixed
    errors, value_errors
        standard errors of theta and of the values (delta method: times d value / d theta): shape (parameters,)
    correlations
        shape (parameters, parameters)
    eigenvalues
        of the information in relative changes of the values, the stiffest first: shape (parameters,). The standard
        error of a direction is one over its root
    directions
        their eigenvectors, one in each column: shape (parameters, parameters)
    autocorrelation
        the largest of the correlations between neighbouring residuals of a loss; nan if the evaluation is compressed
    """

    labels: tuple[str, ...]
    values: Floats
    scales: Floats
    noise: Floats
    degrees_of_freedom: int | None
    information: Floats
    covariance: Floats
    errors: Floats
    value_errors: Floats
    correlations: Floats
    eigenvalues: Floats
    directions: Floats
    autocorrelation: float

    @property
    def combinations(self) -> tuple[Combination, ...]:
        """All directions, the stiffest first."""
        errors = [1 / math.sqrt(x) if x else math.inf for x in self.eigenvalues]
        return tuple(Combination(self.labels, self.directions[:, k], e) for k, e in enumerate(errors))

    @property
    def unidentified(self) -> tuple[Combination, ...]:
        """The directions that the data do not fix within a factor of two: whose standard error is 100 % or more.

        Infinite is the error of those that move no residual beyond rounding: in the matrix J, its columns scaled to
        length 1, their singular values are below 1e-10 of the largest. So units and transforms do not matter.
        """
        return tuple(each for each in self.combinations if each.error >= 1)

    def figure(self) -> Figure:
        """A picture: spectrum, directions, error bars."""
        from nmodlgrad.fit.pictures import uncertainty

        return uncertainty(self)


def uncertainty(problem: Problem, evaluation: Evaluation, *, noise: float | ArrayLike | None = None) -> Uncertainty:
    """Standard errors of a fit, and which combinations of its parameters the data do not fix.

    Parameters
    ----------
    problem
        whose parameters these are
    evaluation
        at the minimum: ``found.best``, or ``problem.evaluate(found.theta)``, which has every residual
    noise
        standard deviation of the residuals: one for all, one for each loss, or one for each residual. Those of a
        SquaredError of n samples are differences over ``scale * sqrt(n)``. By default it is estimated: for each loss
        from its own residuals, if the evaluation has them all and every loss has more than there are parameters; one
        for all otherwise, which assumes that every residual has the same

    Returns
    -------
    Uncertainty

    Raises
    ------
    WrongArgument
        where the model diverged, or the noise can not be estimated

    Notes
    -----
    It is assumed that the model can give what was measured but for the noise; that the residuals are linear in theta
    within a few standard errors; and that the noise of one sample is independent of that of the next. Noise that is
    correlated over time (filtered recordings, or what is left because the model is not the cell) has fewer independent
    samples than it seems, and the standard errors are then too small, by about ``sqrt((1 + a) / (1 - a))`` if the
    correlation of neighbours is a. `autocorrelation` tells.
    """
    values = problem.values(evaluation.theta)
    starts = np.array([each.start for each in problem.free], float)
    widths = [each.bounds[1] - each.bounds[0] for each in problem.free]
    spare = np.array([width if math.isfinite(width) else 1.0 for width in widths])
    scales = np.maximum(np.abs(values), np.abs(starts))
    scales = np.where(scales > 0, scales, spare)
    return linear(evaluation, problem.labels, values, problem.slopes(evaluation.theta), scales, noise)


def linear(
    evaluation: Evaluation,
    labels: Sequence[str],
    values: Floats,
    slopes: Floats,
    scales: Floats,
    noise: float | ArrayLike | None = None,
) -> Uncertainty:
    """The same for residuals of any origin; `slopes` is d value / d theta, `scales` what changes are relative to."""
    if not math.isfinite(evaluation.loss):
        raise WrongArgument("the model diverges here: there is no uncertainty to tell")
    jacobian = evaluation.jacobian
    lengths = np.linalg.norm(jacobian, axis=0)
    unit = np.where(lengths > 0, lengths, 1.0)
    left, singular, right = np.linalg.svd(jacobian / unit, full_matrices=len(jacobian) < len(unit))
    singular = np.pad(singular, (0, len(unit) - len(singular)))
    fixed = singular > ROUNDING * singular.max()
    left, null = left[:, : fixed.sum()], right[~fixed].T
    spread, freedom = _spread(evaluation, left, noise)
    deviations = np.broadcast_to(_each(evaluation, spread), len(jacobian))

    root = (right[fixed].T / singular[fixed]) @ (left * deviations[:, None]).T / unit[:, None]
    covariance = root @ root.T
    loose = np.linalg.norm(null, axis=1) > _TAKES_PART
    covariance[loose, :] = covariance[:, loose] = math.nan
    covariance[loose, loose] = math.inf
    errors = np.sqrt(np.diag(covariance))

    whitened = jacobian / deviations[:, None]
    relative = np.where(slopes > 0, slopes, 1.0) / scales  # d relative change / d theta
    eigenvalues, directions = _spectrum(whitened / relative, null * (relative / unit)[:, None])
    with np.errstate(invalid="ignore"):
        correlations = covariance / np.outer(errors, errors)
        value_errors = errors * slopes
    return Uncertainty(
        labels=tuple(labels),
        values=values,
        scales=scales,
        noise=spread,
        degrees_of_freedom=freedom,
        information=whitened.T @ whitened,
        covariance=covariance,
        errors=errors,
        value_errors=np.where(loose, math.inf, value_errors),
        correlations=correlations,
        eigenvalues=eigenvalues,
        directions=directions,
        autocorrelation=_autocorrelation(evaluation),
    )


def _spectrum(jacobian: Floats, null: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues and eigenvectors of J'J, the largest first; the columns of `null` span those of 0."""
    basis, _ = np.linalg.qr(null / np.maximum(np.linalg.norm(null, axis=0), np.finfo(float).tiny), mode="complete")
    nothing, something = basis[:, : null.shape[1]], basis[:, null.shape[1] :]
    _, singular, right = np.linalg.svd(jacobian @ something, full_matrices=False)
    directions = np.column_stack([something @ right.T, nothing])
    largest = np.abs(directions).argmax(axis=0)
    signs = np.sign(directions[largest, np.arange(directions.shape[1])])
    return np.concatenate([singular**2, np.zeros(nothing.shape[1])]), directions * signs


# ------------------------------------------------------------------ noise
def _counts(evaluation: Evaluation) -> tuple[int, ...]:
    return evaluation.counts or (len(evaluation.residuals),)


def _parts(evaluation: Evaluation) -> list[slice]:
    """Where the residuals of each loss are."""
    ends = np.cumsum(_counts(evaluation))
    return [slice(int(end - count), int(end)) for end, count in zip(ends, _counts(evaluation), strict=True)]


def _whole(evaluation: Evaluation) -> bool:
    """Whether it has every residual; a compressed one could only be as long by chance, with losses of too few each."""
    return sum(_counts(evaluation)) == len(evaluation.residuals)


def _spread(evaluation: Evaluation, left: Floats, noise: Any) -> tuple[Floats, int | None]:
    """The noise of each loss, or each residual, and the degrees of freedom; `left` is a basis of the columns of J."""
    counts = _counts(evaluation)
    if noise is not None:
        given = np.asarray(noise, float)
        if not (np.isfinite(given).all() and (given > 0).all()):
            raise WrongArgument("noise is a standard deviation, above 0, or one for each loss or residual")
        if given.ndim == 0:
            return np.full(len(counts), float(given)), None
        if given.shape not in ((len(counts),), (sum(counts),)) or not _whole(evaluation):
            raise WrongArgument(
                f"noise is one number, or one for each of {len(counts)} losses or {sum(counts)} residuals of an "
                "evaluation that is not compressed: problem.evaluate(theta)"
            )
        return given, None
    freedom = sum(counts) - left.shape[1]
    squares = float(evaluation.residuals @ evaluation.residuals)
    if freedom <= 0 or not squares:
        raise WrongArgument(
            f"{sum(counts)} residuals for {left.shape[1]} directions tell nothing of the noise: give its standard "
            "deviation, noise=..."
            if squares
            else "the residuals are all 0: without noise there are no errors. Give its standard deviation, noise=..."
        )
    pooled = math.sqrt(squares / freedom)
    if not (_whole(evaluation) and len(counts) > 1 and min(counts) > len(evaluation.theta)):
        return np.full(len(counts), pooled), freedom
    own = [
        math.sqrt(np.sum(evaluation.residuals[part] ** 2) / (count - np.sum(left[part] ** 2)))
        for part, count in zip(_parts(evaluation), counts, strict=True)
    ]
    return np.array([each or pooled for each in own]), freedom


def _each(evaluation: Evaluation, spread: Floats) -> Floats:
    """The standard deviation of each residual."""
    if (spread == spread[0]).all():
        return spread[:1]
    counts = _counts(evaluation)
    return np.repeat(spread, counts) if len(spread) == len(counts) else spread


def _autocorrelation(evaluation: Evaluation) -> float:
    if not _whole(evaluation):
        return math.nan
    parts = [evaluation.residuals[part] for part in _parts(evaluation)]
    found = [float(each[1:] @ each[:-1] / (each @ each)) for each in parts if len(each) > 2 and each.any()]
    return max(found, default=math.nan)
