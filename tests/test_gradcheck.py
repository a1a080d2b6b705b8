"""`nmodlgrad gradcheck`: it finds exact what is, and wrong what is not."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nmodlgrad.cli import main
from nmodlgrad.gradcheck import cache, check, config, differences, parts, pool, report

FIXTURES = Path(__file__).resolve().parent / "fixtures"
LEAK = str(FIXTURES / "leak.mod")


@pytest.fixture(autouse=True)
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Reports of these tests are kept nowhere else."""
    monkeypatch.setattr(cache, "_file", lambda name: tmp_path / "reports" / f"{name}.json")
    return tmp_path / "reports"


def _gradchecked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    status = main(["gradcheck", "--json", *arguments])
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


# ------------------------------------------------------------------ what is right
def test_mechanisms_that_are_exact_pass(capsys: pytest.CaptureFixture[str]) -> None:
    sources = ["pas", str(FIXTURES / "expsyn2.mod")]
    status, (*both, counted) = _gradchecked(capsys, *sources)
    assert status == 0
    assert counted == {"kind": "gradchecked", "good": 2, "mechanisms": 2}
    passive, synapse = sorted(both, key=lambda each: each["mechanism"], reverse=True)
    assert [p["name"] for p in passive["parameters"]] == ["g_pas", "e_pas"]
    assert {p["name"] for p in synapse["parameters"]} == {"e", "tau", "weight"}
    for parameter in (*passive["parameters"], *synapse["parameters"]):
        assert parameter["kind"] == "exact"
        assert parameter["error"] < 1e-7
        assert parameter["noise"] < 1e-7


def test_a_report_is_made_once(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, (first, _) = _gradchecked(capsys, LEAK)
    (kept,) = reports.iterdir()
    before = kept.stat().st_mtime_ns
    _, (again, _) = _gradchecked(capsys, LEAK)
    assert first.pop("seconds").keys() == again.pop("seconds").keys()
    assert again == first
    assert kept.stat().st_mtime_ns == before
    kept.write_text("{")  # cut off
    assert _gradchecked(capsys, LEAK)[0] == 0


# ------------------------------------------------------------------ what is wrong
@pytest.mark.parametrize(
    "honest, false, said",
    [
        ("    di_dg = v - e\n", "    di_dg = v - e + 1e-4\n", "g_leak"),
        ("    i = g*(v - e)\n", "    i = g*(v - e)*(1 + 3e-16)\n", "CHANGED"),
    ],
    ids=["derivative", "primal"],
)
def test_a_wrong_text_is_found(
    honest: str, false: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    translate = parts.compile_sources

    def wrong(found: Any) -> Any:
        translation = translate(found)
        text = translation.files.get(parts.FILE, "")
        assert not text or honest in text
        return replace(
            translation, files=translation.files | ({parts.FILE: text.replace(honest, false)} if text else {})
        )

    monkeypatch.setattr(parts, "compile_sources", wrong)
    assert main(["gradcheck", LEAK]) == 1
    output = capsys.readouterr().out
    assert "WRONG" in output
    assert said in output
    assert "0 of 1 good" in output


def test_what_is_refused_is_not_checked(capsys: pytest.CaptureFixture[str]) -> None:
    status, (refused, _) = _gradchecked(capsys, str(FIXTURES / "refused" / "no_state.mod"))
    assert status == 1
    assert refused["verdict"] == "refused"
    assert refused["codes"]


def _written(folder: Path, name: str, body: str) -> str:
    path = folder / f"{name}.mod"
    path.write_text(
        f"NEURON {{ SUFFIX {name} NONSPECIFIC_CURRENT i RANGE g, x }}\n"
        "PARAMETER { g = 1e-4 (S/cm2) x = 1 }\nASSIGNED { v (mV) i (mA/cm2) }\n"
        f"BREAKPOINT {{ {body} }}\n"
    )
    return str(path)


def test_a_kink_is_called_a_kink(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = _written(tmp_path, "bent", "LOCAL y if (x > 1) { y = 1 + 3*(x - 1) } else { y = x } i = g*y*(v + 50)")
    status, (bent, _) = _gradchecked(capsys, source)
    assert status == 0
    assert bent["verdict"] == "kink"
    kinds = {p["name"]: p["kind"] for p in bent["parameters"]}
    assert kinds == {"g_bent": "exact", "x_bent": "kink"}
    assert "from below" in next(p["note"] for p in bent["parameters"] if p["kind"] == "kink")


def test_an_original_that_is_not_finite_is_counted_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, (lost, _) = _gradchecked(capsys, _written(tmp_path, "lost", "i = g*(v + 50)*sqrt(20 - t)"))
    assert status == 1
    assert lost["verdict"] == "not finite"
    assert "from 20" in lost["reason"]


def test_what_does_not_compile_tells_what_the_compiler_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = Path(_written(tmp_path, "broken", "i = g*x*(v + 50)"))
    broken.write_text(broken.read_text() + "PROCEDURE tell() {\nVERBATIM\n    tell(what;\nENDVERBATIM\n}\n")
    status, (report, _) = _gradchecked(capsys, str(broken))
    assert status == 1
    assert report["verdict"] == "does not compile"
    said = report["reason"].splitlines()[1:]
    assert said
    assert all("error: " in line for line in said)


# ------------------------------------------------------------------ what hangs, crashes or is said by the user
def _behave(how: str) -> str:
    if how == "hang":
        time.sleep(60)
    if how == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    return how


def test_work_that_hangs_or_crashes_is_given_up() -> None:
    outcomes = dict(pool.each(_behave, ["hang", "good", "crash", "fine"], 2, 1.0))
    assert outcomes[1], outcomes[3] == ("good", "fine")
    assert isinstance(outcomes[0], pool.Broken)
    assert "1 s" in outcomes[0].why
    assert isinstance(outcomes[2], pool.Broken)


def test_a_process_that_fails_is_a_report(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(check._Check, "_originals", lambda self: ["/nowhere"])
    status, (failed, _) = _gradchecked(capsys, LEAK)
    assert status == 1
    assert failed["verdict"] == "failed"


def test_a_configuration_is_obeyed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "gradcheck.toml"
    file.write_text("[mechanism.leak]\nparameters = { g = 0 }\nduration = 5\n")
    _, (leak, _) = _gradchecked(capsys, LEAK, "--config", str(file))
    assert {p["name"]: p["kind"] for p in leak["parameters"]} == {"g_leak": "exact", "e_leak": "moves nothing"}


def test_companions_stand_beside_a_mechanism(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "gradcheck.toml"
    file.write_text('[mechanism.kca]\ncompanions = ["capool"]\nions = "still"\n')
    sources = [str(FIXTURES / f"{name}.mod") for name in ("kca", "capool")]
    status, (*both, _) = _gradchecked(capsys, *sources, "--config", str(file))
    assert status == 0
    assert {each["mechanism"]: each["notes"] for each in both} == {
        "kca": ["capool"],
        "capool": ["gradcheck_channel_ca"],
    }


def test_a_function_table_takes_its_values_from_the_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lookup = str(FIXTURES / "lookup.mod")
    status, (report, _) = _gradchecked(capsys, lookup)
    assert status == 1
    assert report["verdict"] == "no table"
    assert "slowness, steady" in report["reason"]
    file = tmp_path / "gradcheck.toml"
    places, values = "[-95, -71.3, -52.7, -33.1, 21.7]", "[0.01, 0.05, 0.2, 0.55, 0.93]"
    file.write_text(f"[mechanism.lookup]\ntables = {{ steady = [{places}, {values}], slowness = 1.7 }}\n")
    status, (report, _) = _gradchecked(capsys, lookup, "--config", str(file))
    assert status == 0, report
    kinds = {p["name"]: p["kind"] for p in report["parameters"]}
    assert kinds == {"gbar_lookup": "exact", "e_lookup": "exact", "speed_lookup": "moves nothing"}
    assert not report["changed"]


@pytest.mark.parametrize(
    "text", ["[mechanism.x]\nspeed = 1", "[mechanism.x]\ncelsius = 'hot'", "x = [", "[defaults]\ndrive = [1]"]
)
def test_a_configuration_that_means_nothing_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "gradcheck.toml"
    file.write_text(text)
    with pytest.raises(config.BadConfig, match=r"gradcheck\.toml"):
        config.read(file)
    assert main(["gradcheck", LEAK, "--config", str(file)]) == 1


# ------------------------------------------------------------------ differences
def test_steps_are_chosen_by_their_agreement() -> None:
    samples = np.array([[1.0, 2.0]])
    found = differences.differentiate(lambda x: np.exp(x * samples), 0.5, np.exp(0.5 * samples))
    assert np.allclose(found.derivative, samples * np.exp(0.5 * samples), rtol=1e-9)
    assert found.spread.max() < 1e-8


def test_a_jump_nearby_makes_the_step_smaller() -> None:
    samples = np.array([[1.0, 2.0]])

    def jumping(x: float) -> Any:
        return samples * x + (x > 1 + 1e-4)

    found = differences.differentiate(jumping, 1.0, jumping(1.0))
    assert np.allclose(found.derivative, samples, rtol=1e-7)


def test_reports_come_back_from_plain_data() -> None:
    made = report.Report("x", "x.mod", (report.Checked("a", float("nan"), 0.0, report.STILL),), (), notes=("leak",))
    assert str(report.Report.from_data(json.loads(json.dumps(made.as_data())))) == str(made)
