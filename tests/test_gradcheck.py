"""`nmodlgrad gradcheck`: it finds exact what is, and wrong what is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nmodlgrad.gradcheck
from nmodlgrad.cli import main

FIXTURES = Path(__file__).resolve().parent / "fixtures"


def test_mechanisms_that_are_exact_pass(capsys: pytest.CaptureFixture[str]) -> None:
    sources = [str(FIXTURES / f"{name}.mod") for name in ("leak", "expsyn2")]
    assert main(["gradcheck", "--json", *sources]) == 0
    leak, synapse, counted = map(json.loads, capsys.readouterr().out.splitlines())
    assert counted == {"kind": "gradchecked", "good": 2, "mechanisms": 2}
    assert {p["name"] for p in synapse["parameters"]} == {"e", "tau", "weight"}
    for parameter in (*leak["parameters"], *synapse["parameters"]):
        assert parameter["error"] < 1e-7
        assert parameter["noise"] < 1e-7


@pytest.mark.parametrize("side", ["derivative", "primal v soma(0.5)"])
def test_what_is_not_exact_or_not_harmless_is_found(
    side: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    honest = nmodlgrad.gradcheck._run

    def false(which: str, *rest: Any) -> dict[str, Any]:
        result = honest(which, *rest)
        if which == "augmented":
            changed = np.array(result[side])
            changed.flat[-1] += abs(changed).max() * (1e-5 if side == "derivative" else 1e-15)
            result[side] = changed
        return result

    monkeypatch.setattr(nmodlgrad.gradcheck, "_run", false)
    assert main(["gradcheck", str(FIXTURES / "leak.mod")]) == 1
    said = capsys.readouterr().err
    assert "leak: WRONG" in said
    assert "0 of 1 mechanism exact and harmless" in said
    assert ("NOT what the original computes: v soma(0.5)" in said) == (side != "derivative")


def test_what_is_refused_is_not_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gradcheck", str(FIXTURES / "refused" / "kinetic.mod")]) == 1
    assert "not checked" in capsys.readouterr().err
