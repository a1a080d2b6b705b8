"""The run folder: what its files say, that they are whole, and what is said where there is nothing to tell."""

from __future__ import annotations

import csv
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from processes import model

# A cell of which two parameters do the same (both are in one sum), with noise.
REPORTED = """
from nmodlgrad import fit
import pickle
from pathlib import Path
ng.load("pas")
soma = h.Section(name="soma <b>")
soma.L = soma.diam = 20
soma.insert("pas")
soma.g_pas = 1e-4
clamp = h.IClamp(soma(0.5))
clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.01
truth = np.array(run(soma, 20))
noisy = truth + 0.3 * np.random.default_rng(1).standard_normal(len(truth))

free = [
    fit.Free(ng.Parameter("g_pas", sections=soma), start=0.4e-4, bounds=(0, np.inf), name="one"),
    fit.Free(ng.Parameter("g_pas", sections=soma), start=0.8e-4, bounds=(0, np.inf), name="other"),
    fit.Free(ng.Parameter("e_pas", sections=soma, scale=-70), start=1.05),
]
protocols = [
    fit.Protocol("noisy & long", 20, fit.SquaredError(soma(0.5), fit.Trace.sampled(noisy, h.dt))),
    fit.Protocol("mean", 10, fit.Mean(soma(0.5), float(truth[:401].mean()))),
]
"""


# Every case in one process: what takes long is to start NEURON and matplotlib.
CASES = """
with fit.Problem(free, protocols) as problem:
    found = fit.minimise(problem, fit.GaussNewton(), progress=False)
    runs = problem.simulations
    problem.move(problem.start)
    print(fit.write_report(problem, found, "all", title="A <cell>", settings={"colour": "red"}, source="x < 1"))
    print(problem.simulations - runs)
    elsewhere = pickle.loads(pickle.dumps(found))
    fit.write_report(problem, elsewhere, "elsewhere")
    print(problem.simulations - runs, elsewhere.first, elsewhere.whole, elsewhere.outcome)
    print(json.dumps([found.values.tolist(), fit.uncertainty(problem, problem.evaluate(found.theta)).errors.tolist()]))
print(abs(soma.g_pas / sum(found.values[:2]) - 1) < 1e-14)

with fit.Problem(free[2], fit.Protocol("mean", 10, fit.Mean(soma(0.5), -60))) as problem:
    found = fit.minimise(problem, fit.GaussNewton(), progress=False)
    fit.write_report(problem, found, "few")
    fit.write_report(problem, found, "known", noise=0.1)

with fit.Problem(free[2], protocols) as problem:
    found = fit.minimise(problem, fit.Adam(steps=3), start=[1e308], progress=False)
    fit.write_report(problem, found, "diverged")

slow = truth + np.sin(np.arange(len(truth)) / 5)
loss = fit.SquaredError(soma(0.5), fit.Trace.sampled(slow, h.dt))
with fit.Problem(free[2], fit.Protocol("slow", 20, loss)) as problem:
    found = fit.minimise(problem, fit.GaussNewton(), progress=False)
    fit.write_report(problem, found, "slow")
    import os
    os.replace = None
    print(refusal(lambda: fit.write_report(problem, found, "slow", title="second")))
"""


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder that has those of all cases, and what was printed."""
    made = tmp_path_factory.mktemp("reports")
    return made, model(REPORTED + CASES, made).splitlines()


def page(folder: Path) -> str:
    text = (folder / "report.html").read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", re.sub(r'src="[^"]*"', "", text))


def parameters(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "parameters.json").read_text(encoding="utf-8"))
    return found


def test_the_folder_says_what_is_known_and_what_is_not(cases: tuple[Path, list[str]]) -> None:
    folder = cases[0] / "all"
    values, errors = json.loads(cases[1][3])
    assert cases[1][0] == "all/report.html"
    assert {path.name for path in folder.iterdir()} == {"parameters.json", "history.csv", "report.html"}
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in folder.iterdir())

    told = parameters(folder)
    assert [each["value"] for each in told["parameters"]] == values
    assert [each["unit"] for each in told["parameters"]] == ["S/cm2", "S/cm2", ""]  # the scale has that of the third
    assert [each["standard_error"] for each in told["parameters"][:2]] == [None, None]
    assert told["parameters"][2]["theta_standard_error"] == errors[2]
    assert values[0] + values[1] == pytest.approx(1e-4, rel=0.05)
    (loose,) = told["unidentified"]
    assert loose["standard_error"] is None
    one, other = loose["relative_changes"]["one"], loose["relative_changes"]["other"]
    # g = one + other stays: one * d log one + other * d log other = 0, in changes relative to value or start.
    scales = [max(abs(values[k]), each["start"]) for k, each in enumerate(told["parameters"][:2])]
    assert one * scales[0] == pytest.approx(-other * scales[1], rel=1e-6)

    with (folder / "history.csv").open() as file:
        head, *rows = csv.reader(file)
    assert head == ["evaluation", "seconds", "loss", "gradient_norm", "one", "other", "e_pas in soma <b>"]
    assert float(min(rows, key=lambda row: float(row[2]))[2]) == told["loss"]

    text = page(folder)
    for words in (
        "A &lt;cell&gt;",
        "noisy &amp; long",
        "e_pas in soma &lt;b&gt;",
        "x &lt; 1",
        "not fixed",
        "colour",
        "red",
    ):
        assert words in text
    assert "<b>" not in text
    assert "The data do not fix these combinations" in text


def test_what_the_fit_has_run_is_not_run_again(cases: tuple[Path, list[str]]) -> None:
    folder, printed = cases
    assert printed[1] == "0"
    assert printed[2] == "4 None None converged"  # two protocols, at the start and at the best
    assert printed[4] == "True"  # the parameters stand at the best
    here, there = (parameters(folder / name) for name in ("all", "elsewhere"))
    assert here == there
    assert "Converged: a step gains" in page(folder / "all")
    assert "Budget used up" not in page(folder / "all")


def test_it_is_told_why_there_are_no_standard_errors_and_where_the_model_diverges(
    cases: tuple[Path, list[str]],
) -> None:
    folder, _ = cases
    assert "There are no standard errors: 1 residuals for 1 directions tell nothing of the noise" in page(
        folder / "few"
    )
    assert parameters(folder / "few")["noise"] is None
    assert parameters(folder / "known")["noise"] == [0.1]
    assert "0.1, as given" in page(folder / "known")
    assert "the model diverges here" in page(folder / "diverged")
    assert parameters(folder / "diverged")["loss"] is None


def test_the_start_is_where_the_fit_began(cases: tuple[Path, list[str]]) -> None:
    folder = cases[0]
    assert [each["start"] for each in parameters(folder / "all")["parameters"]] == [0.4e-4, 0.8e-4, 1.05]
    assert parameters(folder / "diverged")["parameters"][0]["start"] == 1e308
    assert '<td class="number">1e+308</td> <td class="number">none</td>' in page(folder / "diverged").replace(
        "td><", "td> <"
    )


def test_residuals_that_follow_each_other_are_spoken_of(cases: tuple[Path, list[str]]) -> None:
    # Those of a sine wave, sampled five times a radian, are correlated by cos(0.2) = 0.98.
    assert "Neighbouring residuals are correlated by 0.98" in page(cases[0] / "slow")
    assert parameters(cases[0] / "slow")["residual_autocorrelation"] == pytest.approx(math.cos(0.2), abs=0.01)


def test_a_report_that_can_not_be_put_in_place_leaves_the_earlier_one(cases: tuple[Path, list[str]]) -> None:
    folder, printed = cases
    assert printed[-1].startswith("TypeError")
    assert "<title>Fit</title>" in page(folder / "slow")
    assert {path.name for path in (folder / "slow").iterdir()} == {"parameters.json", "history.csv", "report.html"}
