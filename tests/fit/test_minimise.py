"""Optimisers on problems whose solution is known, in closed form and in a model."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from nmodlgrad.fit.optimisers import LBFGSB, Adam, Cosine, Exponential, GaussNewton, Optimiser, Outcome, Polyak
from nmodlgrad.fit.problem import Evaluation
from nmodlgrad.runtime.errors import WrongArgument
from processes import model

FREE = np.array([[-math.inf, math.inf]] * 2)
EVERY = [Adam(400, 0.1), Polyak(400, Exponential(0.2, 0.98)), LBFGSB(), GaussNewton()]
each = pytest.mark.parametrize("optimiser", EVERY, ids=lambda o: type(o).__name__)


def rosenbrock(theta: Any) -> Evaluation:
    """Half the sum of squares of 1 - x and 10 (y - x^2); infinite far away."""
    x, y = theta
    if abs(x) > 5 or abs(y) > 30:
        return Evaluation(theta, np.full(2, math.inf), np.zeros((2, 2)))
    return Evaluation(theta, np.array([1 - x, 10 * (y - x * x)]), np.array([[-1.0, 0.0], [-20 * x, 10.0]]))


def bowl(theta: Any) -> Evaluation:
    """Half the squared distance from (3, -1), the second direction 3 times as steep."""
    slopes = np.diag([1.0, 3.0])
    return Evaluation(theta, slopes @ (theta - np.array([3.0, -1.0])), slopes)


@each
def test_a_bowl_leads_to_its_middle(optimiser: Optimiser) -> None:
    found = best(optimiser, bowl, [0.0, 0.0])
    assert np.allclose(found.theta, [3, -1], atol=0.02)


@each
def test_bounds_are_kept(optimiser: Optimiser) -> None:
    bounds = np.array([[-1.0, 1.0], [-math.inf, math.inf]])
    seen: list[Any] = []

    def watched(theta: Any) -> Evaluation:
        seen.append(theta.copy())
        return bowl(theta)

    optimiser.run(watched, np.zeros(2), bounds)
    assert max(theta[0] for theta in seen) <= 1
    assert np.allclose(min((bowl(theta).loss, tuple(theta)) for theta in seen)[1], [1, -1], atol=0.02)


@pytest.mark.parametrize(("optimiser", "evaluations"), [(LBFGSB(), 60), (GaussNewton(), 30)])
def test_the_valley_of_rosenbrock_is_followed(optimiser: Optimiser, evaluations: int) -> None:
    seen: list[Evaluation] = []

    def watched(theta: Any) -> Evaluation:
        seen.append(rosenbrock(theta))
        return seen[-1]

    optimiser.run(watched, np.array([-1.2, 1.0]), FREE)
    assert min(each.loss for each in seen) < 1e-18
    assert len(seen) < evaluations


@pytest.mark.parametrize(
    "optimiser",
    [Adam(300, Exponential(3.5, 0.96)), Polyak(300, Exponential(30.0, 0.97), beta=1.0), LBFGSB(), GaussNewton()],
    ids=lambda o: type(o).__name__,
)
def test_a_step_to_where_the_model_diverges_is_taken_back(optimiser: Optimiser) -> None:
    """The arc tangent is so flat a little away from its zero that long steps lead far beyond it."""
    seen: list[float] = []

    def saturating(theta: Any) -> Evaluation:
        seen.append(float(theta[0]))
        if abs(theta[0]) > 8:
            return Evaluation(theta, np.full(2, math.inf), np.zeros((2, 2)))
        x = 3 * (theta - np.array([7.0, 0.0]))
        return Evaluation(theta, np.arctan(x), np.diag(3 / (1 + x**2)))

    found = best(optimiser, saturating, [5.0, 0.1])
    assert max(map(abs, seen)) > 8
    assert np.allclose(found.theta, [7, 0], atol=0.02)


def test_adam_takes_the_steps_of_its_paper() -> None:
    """Written down from algorithm 1 for one parameter and the loss x^2/2."""
    seen: list[float] = []
    Adam(50, 0.1).run(lambda theta: square(theta, seen), np.array([1.0]), FREE[:1])
    x, m, v = 1.0, 0.0, 0.0
    for t in range(1, 51):
        assert seen[t - 1] == pytest.approx(x, rel=1e-12)
        m, v = 0.9 * m + 0.1 * x, 0.999 * v + 0.001 * x * x
        x -= 0.1 * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)
    assert seen[50] == pytest.approx(x, rel=1e-12)


def test_clipping_and_normalised_steps() -> None:
    seen: list[float] = []
    Polyak(2, 0.5, beta=0.5).run(lambda theta: square(theta, seen), np.array([4.0]), FREE[:1])
    assert seen == pytest.approx([4.0, 4 - 0.5 * 4 / 2, 3 - 0.5 * 3 / math.sqrt(3)])
    seen.clear()
    Polyak(2, 0.5, beta=0.0, clip=1.0).run(lambda theta: square(theta, seen), np.array([4.0]), FREE[:1])
    assert seen == pytest.approx([4.0, 3.5, 3.0])


@pytest.mark.parametrize(
    ("optimiser", "outcome"),
    [
        (GaussNewton(), Outcome.CONVERGED),
        (GaussNewton(3), Outcome.BUDGET),
        (LBFGSB(), Outcome.CONVERGED),
        (LBFGSB(3), Outcome.BUDGET),
        (Adam(3), Outcome.BUDGET),
    ],
    ids=repr,
)
def test_an_optimiser_tells_convergence_from_a_budget(optimiser: Optimiser, outcome: Outcome) -> None:
    assert optimiser.run(rosenbrock, np.array([-1.2, 1.0]), FREE).outcome is outcome


@each
def test_a_model_that_diverges_at_the_start_is_told_of(optimiser: Optimiser) -> None:
    ending = optimiser.run(rosenbrock, np.array([6.0, 1.0]), FREE)
    assert (ending.outcome, ending.message) == (Outcome.DIVERGED, "the model diverges at the start")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("optimiser", [LBFGSB(), GaussNewton()], ids=lambda o: type(o).__name__)
@pytest.mark.parametrize(
    ("residual", "outcome", "message"),
    [
        (0.0, Outcome.CONVERGED, "the loss is 0"),
        (2.0, Outcome.STUCK, "the loss is 2 and does not depend on any parameter there"),
    ],
)
def test_a_start_without_any_slope_is_told_of_at_once(
    optimiser: Optimiser, residual: float, outcome: Outcome, message: str
) -> None:
    """As of spikes that the model does not have: each costs the same, wherever the parameters are."""
    seen: list[Any] = []

    def flat(theta: Any) -> Evaluation:
        seen.append(theta)
        return Evaluation(theta, np.array([residual]), np.zeros((1, 2)))

    ending = optimiser.run(flat, np.zeros(2), FREE)
    assert (ending.outcome, ending.message, len(seen)) == (outcome, message, 1)


@pytest.mark.filterwarnings("error")
def test_gauss_newton_ends_where_a_step_has_led_to_a_plain() -> None:
    def cliff(theta: Any) -> Evaluation:
        if theta[0] < 1:
            return Evaluation(theta, np.array([2 - theta[0], 3.0]), np.array([[-1.0, 0.0], [0.0, 0.0]]))
        return Evaluation(theta, np.array([0.0, 3.0]), np.zeros((2, 2)))

    ending = GaussNewton().run(cliff, np.zeros(2), FREE)
    assert (ending.outcome, ending.message[:15]) == (Outcome.STUCK, "the loss is 4.5")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GaussNewton(0), "steps are a whole number above 0, not 0"),
        (lambda: LBFGSB(2.5), "steps are a whole number above 0, not 2.5"),  # type: ignore[arg-type]
        (lambda: Adam(-1), "steps are a whole number above 0, not -1"),
        (lambda: Adam(3, rate=math.nan), "rate is a number above 0, not nan"),
        (lambda: Polyak(3, rate=-0.1), "rate is a number above 0, not -0.1"),
        (lambda: Polyak(3, clip=0), "clip is a number above 0, not 0"),
        (lambda: LBFGSB(tolerance=math.nan), "tolerance is a number above 0, not nan"),
        (lambda: GaussNewton(tolerance=1e-20), "tolerance is 1e-20: below 2.2e-16 there is only rounding"),
    ],
)
def test_an_optimiser_that_means_nothing_is_refused(make: Any, message: str) -> None:
    with pytest.raises(WrongArgument, match=message):
        make()


def test_a_schedule_that_ends_at_0_has_as_many_steps_as_are_taken() -> None:
    for kind in (Adam, Polyak):
        with pytest.raises(WrongArgument, match=r"400 steps, and Cosine.* is 0 after 300: .* another folder"):
            kind(400, Cosine(0.1, 300))
        kind(400, Cosine(0.1, 300, end=0.01))
        kind(300, Cosine(0.1, 300))


def test_schedules() -> None:
    assert [Cosine(1.0, 4)(step) for step in (0, 2, 4, 9)] == pytest.approx([1, 0.5, 0, 0])
    assert [Exponential(1.0, 0.5)(step) for step in (0, 1, 3)] == pytest.approx([1, 0.5, 0.125])


def square(theta: Any, seen: list[float]) -> Evaluation:
    seen.append(float(theta[0]))
    return Evaluation(theta, theta.copy(), np.eye(1))


def best(optimiser: Optimiser, function: Any, start: list[float]) -> Evaluation:
    seen: list[Evaluation] = []

    def watched(theta: Any) -> Evaluation:
        seen.append(function(theta))
        return seen[-1]

    optimiser.run(watched, np.array(start), FREE)
    return min(seen, key=lambda evaluation: evaluation.loss)


MODEL = """
from nmodlgrad import fit
ng.load("hh", "pas")
soma, dend, clamp = cell()
target = fit.Trace.sampled(run(soma, 30), every=0.025)
free = [
    fit.Free(ng.Parameter("gnabar_hh", sections=soma), 0.15, bounds=(0.05, 0.3)),
    fit.Free(ng.Parameter("gkbar_hh", sections=soma), 0.03, bounds=(0.01, 0.1)),
    fit.Free(ng.Parameter("g_pas", sections=dend), 2e-3, bounds=(1e-4, 1e-2), transform="log"),
]
problem = fit.Problem(free, fit.Protocol("step", 30, fit.SquaredError(soma(0.5), target)))
"""


def test_gauss_newton_recovers_a_model_to_the_last_digits() -> None:
    printed = model(
        MODEL
        + """
found = fit.minimise(problem, fit.GaussNewton())
rough = fit.minimise(problem, fit.Adam(20, 0.5))
print(soma(0.5).hh_grad.gnabar == rough.values[0], (rough.thetas[-1] == rough.theta).all())
print(json.dumps([found.values.tolist(), found.loss, len(found.losses), found.outcome]))
"""
    )
    assert printed.splitlines()[-2] == "True False"  # the parameters stand where the fit was best, not where it ended
    values, loss, evaluations, outcome = json.loads(printed.splitlines()[-1])
    assert np.allclose(values, [0.12, 0.036, 1e-3], rtol=1e-9)
    assert loss < 1e-18
    assert evaluations < 20
    assert outcome == "converged"


def test_goal_and_time_end_a_fit_and_it_can_go_on(tmp_path: Any) -> None:
    printed = model(
        MODEL
        + """
adam = fit.Adam(30, 0.02)
whole = fit.minimise(problem, adam, folder="whole")
goal = fit.minimise(problem, adam, folder="part", goal=float(whole.losses[10]))
late = fit.minimise(problem, adam, folder="late", seconds=1e-9)
print(goal.message, len(goal.losses), goal.outcome, late.message, len(late.losses))
rest = fit.minimise(problem, adam, folder="part")
print((rest.thetas == whole.thetas).all(), (rest.losses == whole.losses).all(), rest.outcome)
print(problem.simulations)
more = fit.minimise(problem, fit.Adam(32, 0.02), folder="part")
print(problem.simulations, len(more.losses), (more.thetas[:31] == whole.thetas).all(), more.message)
less = fit.minimise(problem, adam, folder="part")
print(problem.simulations, less.message, (less.losses == whole.losses).all())
print(refusal(lambda: fit.minimise(problem, fit.Adam(30, 0.03), folder="part")))
print(refusal(lambda: fit.minimise(problem, adam, folder="part", start=problem.start + 0.1)))
one = fit.minimise(problem, fit.Adam(3, lambda step: 0.02 / (step + 1)), folder="function")
two = fit.minimise(problem, fit.Adam(5, lambda step: 0.02 / (1 + step)), folder="function")
print((two.thetas[:4] == one.thetas).all(), len(two.losses), problem.simulations)
print(refusal(lambda: fit.minimise(problem, fit.Adam(5, lambda step: 0.03 / (1 + step)), folder="function")))
clamp.amp = 0.31
print(refusal(lambda: fit.minimise(problem, adam, folder="part")))
""",
        tmp_path,
    ).splitlines()
    reached = int(printed[0].split(" is reached ")[1].split()[0])
    assert printed[0].endswith(f"is reached {reached} goal reached 1e-09 seconds are over 1")
    assert 1 < reached <= 11
    assert printed[1] == "True True budget used up"
    assert int(printed[2]) == 31 + 31 + 1 + 1  # nothing was run twice, but for the start when it goes on
    assert printed[3] == f"{31 + 31 + 1 + 2 + 2} 33 True 32 steps taken"
    assert printed[4] == f"{31 + 31 + 1 + 2 + 3} 30 steps taken, and 2 more of before are there True"
    assert printed[5].startswith("JournalError: ")
    assert "another fit (optimiser (rate 0.02 there, 0.03 here) differ)" in printed[5]
    assert "another fit (start differ)" in printed[6]
    assert printed[7] == f"True 6 {31 + 31 + 1 + 2 + 3 + 4 + 2 + 1}"
    assert "takes another way than before. Another function for the rate?" in printed[8]
    assert "does not do what it did: the loss at the start is" in printed[9]
