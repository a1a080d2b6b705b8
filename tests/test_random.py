"""RANDOM, which NEURON 8 does not know: exact, and drawn in the original's own order."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest

from nmodlgrad.cli import main
from nmodlgrad.gradcheck import cache

MECHANISM = Path(__file__).resolve().parent / "fixtures" / "neuron9" / "drifting.mod"


@pytest.mark.skipif(version("neuron").startswith("8."), reason="NEURON 8 has no RANDOM")
def test_the_tangent_is_exact_along_a_path_of_the_generators_of_instances(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cache, "_file", lambda name: tmp_path / f"{name}.json")
    status = main(["gradcheck", "--json", str(MECHANISM)])
    report, counted = map(json.loads, capsys.readouterr().out.splitlines())
    assert status == 0, report
    assert counted == {"kind": "gradchecked", "good": 1, "mechanisms": 1}
    assert {p["name"] for p in report["parameters"]} == {
        f"{name}_drifting" for name in ("g", "e", "sigma", "tau", "kick", "half")
    }
    for parameter in report["parameters"]:
        assert parameter["kind"] == "exact"
        assert parameter["error"] < 1e-7
        assert parameter["noise"] < 1e-7
