"""Mechanisms are compiled, loaded and registered in their order, or it is said why not."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path

from processes import model


def test_a_cable_that_does_not_run_first_is_noticed(tmp_path: Path) -> None:
    """Without its dummy ion the cable is an ordinary mechanism, and runs where it was registered: last."""
    import nmodlgrad

    mechanisms = tmp_path / "mechanisms"
    nmodlgrad.translate("hh", mechanisms)
    support = mechanisms / "zz_nmodlgrad_cable.mod"
    text = support.read_text()
    assert "USEION ngd WRITE ngdi VALENCE 0" in text
    support.write_text(text.replace("USEION ngd WRITE ngdi VALENCE 0", "", 1).replace("ngdi = 0", "", 1))
    nrnivmodl = Path(sysconfig.get_path("scripts")) / "nrnivmodl"
    subprocess.run([nrnivmodl, "mechanisms"], cwd=tmp_path, check=True, capture_output=True)
    out = model(
        """
        soma = h.Section(name="soma"); soma.insert("hh")
        sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[soma])])
        print(refusal(lambda: run(soma)))
        """,
        tmp_path,
    )
    assert "nothing was refused" not in out


def test_a_missing_compiler_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    out = model(
        "print(refusal(lambda: ng.load('hh')))", PATH=str(tmp_path / "bin"), NMODLGRAD_CACHE=str(tmp_path / "cache")
    )
    assert out.startswith("BuildError: make and g++ not found: compiling mechanisms needs make and a C++ compiler")
    assert len(out.splitlines()) == 1


def test_a_name_that_neuron_has_already_is_said(tmp_path: Path) -> None:
    (tmp_path / "leaky.mod").write_text(
        "NEURON { SUFFIX leaky NONSPECIFIC_CURRENT i }\nASSIGNED { v i }\nBREAKPOINT { i = 1e-4*(v + 65) }\n"
    )
    nrnivmodl = Path(sysconfig.get_path("scripts")) / "nrnivmodl"
    subprocess.run([nrnivmodl, "."], cwd=tmp_path, check=True, capture_output=True)
    out = model("from pathlib import Path\nprint(refusal(lambda: ng.load(Path('leaky.mod'))))", tmp_path)
    assert "NEURON has a mechanism leaky already" in out


def test_loading_twice_does_nothing_the_second_time() -> None:
    out = model("""
        ng.load("hh")
        ng.load("hh", "pas")
        ng.load("pas")
        print(json.dumps(["hh_grad" in dir(h), refusal(lambda: ng.load("hh", wrt=["gl"]))]))
    """)
    loaded, message = json.loads(out)
    assert loaded
    assert "loaded before from another source or with another wrt" in message


def test_a_mechanism_is_compiled_once_for_all_models(tmp_path: Path) -> None:
    """A compiler that writes down what it is given; and the steps are those of a build from nothing."""
    log = tmp_path / "log"
    compilers = {"CC": "gcc", "CXX": "g++"}  # NEURON 8 takes the first
    for name, compiler in compilers.items():
        (tmp_path / name).write_text(f'#!/bin/sh\necho "$PWD $@" >> {log}\nexec {compiler} "$@"\n')
        (tmp_path / name).chmod(0o755)
    results = [
        model(
            f"""
            ng.load({names})
            soma = h.Section(name="soma"); soma.insert("hh")
            sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[soma])])
            run(soma)
            print(sens.dv(soma(0.5))[0].hex())
            """,
            **{name: str(tmp_path / name) for name in compilers},
            NMODLGRAD_CACHE=str(tmp_path / cache),
        )
        for cache, names in (("one", "'hh'"), ("one", "'hh', 'pas'"), ("other", "'hh', 'pas'"))
    ]
    assert results[0] == results[1] == results[2]
    compiled = [line for line in log.read_text().splitlines() if " -c " in line and "/one/" in line]
    assert [sum(f"{name}_grad.c" in line for line in compiled) for name in ("hh", "pas")] == [1, 1]
