"""The command line: what it writes, what it says and where, and its exit status."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nmodlgrad._version import __version__
from nmodlgrad.cli import main

FIXTURES = Path(__file__).resolve().parent / "fixtures"
KDR = str(FIXTURES / "kdr.mod")


def written(folder: Path) -> set[str]:
    """Names of the files in a folder."""
    return {file.name for file in folder.iterdir()}


def test_a_file_is_translated_beside_support_and_manifest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([KDR, "-o", str(tmp_path / "out")]) == 0
    assert written(tmp_path / "out") == {"kdr.mod", "zz_nmodlgrad_cable.mod", "nmodlgrad.json"}
    said = capsys.readouterr()
    assert not said.out
    assert "kdr -> " in said.err
    assert "compile with: nrnivmodl" in said.err


def test_a_folder_is_translated_whole(tmp_path: Path) -> None:
    assert main([str(FIXTURES), "-o", str(tmp_path)]) == 0
    assert written(tmp_path) >= {path.name for path in FIXTURES.glob("*.mod")}


@pytest.mark.parametrize("name", ["hh", "pas", "ExpSyn", "Exp2Syn"])
def test_a_mechanism_that_neuron_ships_is_found_by_name(name: str, tmp_path: Path) -> None:
    assert main([name, "-o", str(tmp_path)]) == 0
    manifest = json.loads((tmp_path / "nmodlgrad.json").read_text())
    (entry,) = manifest["mechanisms"]
    assert (entry["original"], entry["name"]) == (name, f"{name}_grad")
    assert f"{name}_grad" in (tmp_path / entry["file"]).read_text()


def test_built_in_mechanisms_keep_their_order_of_registration(tmp_path: Path) -> None:
    assert main(["hh", "Exp2Syn", KDR, "pas", "ExpSyn", "-o", str(tmp_path)]) == 0
    names = [path.stem for path in sorted(tmp_path.glob("*.mod"))]
    assert [name.split("_")[-2] for name in names[:4]] == ["pas", "ExpSyn", "Exp2Syn", "hh"]
    assert names[4:] == ["kdr", "zz_nmodlgrad_cable"]


def test_json_lines_go_to_stdout_and_nothing_to_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([KDR, "--json", "--verbose", "-o", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert not said.err
    mechanism, done = map(json.loads, said.out.splitlines())
    assert (mechanism["kind"], mechanism["name"]) == ("mechanism", "kdr")
    assert done == {"kind": "done", "output": str(tmp_path), "mechanisms": 1}


def test_a_refusal_is_data_too_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = FIXTURES / "refused" / "undefined.mod"
    assert main([KDR, str(bad), "--json", "-o", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert not said.err
    first = json.loads(said.out.splitlines()[0])
    assert (first["kind"], first["code"], first["file"], first["line"], first["column"]) == (
        "diagnostic",
        "NG010",
        str(bad),
        6,
        9,
    )
    assert not (tmp_path / "out").exists()


def test_check_says_what_is_wrong_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    undefined, twice = FIXTURES / "refused" / "undefined.mod", FIXTURES / "refused" / "twice.mod"
    assert main(["--check", KDR, str(undefined), str(twice)]) == 1
    said = capsys.readouterr()
    assert not said.out
    assert [line.split(" ")[1] for line in said.err.splitlines() if ": error" in line] == [
        "error[NG010]:",
        "error[NG010]:",
        "error[NG015]:",
        "error[NG013]:",
    ]
    assert said.err.endswith("4 errors, 0 warnings\n")
    assert not written(tmp_path)
    assert main(["--check", KDR]) == 0
    assert capsys.readouterr().err == "0 errors, 0 warnings\n"


def test_check_says_the_same_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", "--json", str(FIXTURES / "refused" / "twice.mod")]) == 1
    said = capsys.readouterr()
    assert not said.err
    found, checked = map(json.loads, said.out.splitlines())
    assert (found["severity"], found["code"], found["line"], found["column"]) == ("error", "NG013", 4, 16)
    assert checked == {"kind": "checked", "errors": 1, "warnings": 0}


def test_a_warning_is_said_and_refuses_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "long.mod"
    source.write_text(Path(KDR).read_text() + ": " + "x" * 600 + "\n")
    assert main([str(source), "-o", str(tmp_path / "out")]) == 0
    assert "warning[NG032]" in capsys.readouterr().err
    assert main(["--check", str(source)]) == 0
    assert "0 errors, 1 warning\n" in capsys.readouterr().err


def test_one_syntax_error_does_not_hide_those_in_the_next_blocks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "broken.mod"
    source.write_text(
        "NEURON { SUFFIX broken RANGE a b }\nPARAMETER {\n  a = \n}\nINITIAL { a = 1; }\nFUNCTION f(x) { f = x }\n"
    )
    assert main(["--check", str(source)]) == 1
    said = capsys.readouterr().err
    assert [line.split(": ")[0].rpartition("broken.mod:")[2] for line in said.splitlines() if "NG001" in line] == [
        "1:32",
        "4:1",
        "5:16",
    ]


def test_wrt_chooses_what_can_be_seeded(tmp_path: Path) -> None:
    assert main([KDR, "--wrt", "gbar,ek", "-o", str(tmp_path)]) == 0
    (entry,) = json.loads((tmp_path / "nmodlgrad.json").read_text())["mechanisms"]
    assert {p["name"] for p in entry["parameters"]} == {"gbar", "ek"}
    assert "_dvhalf" not in (tmp_path / "kdr.mod").read_text()


def test_a_constant_can_not_be_seeded(tmp_path: Path) -> None:
    assert main([KDR, "--constant", "gbar", "-o", str(tmp_path)]) == 0
    entry = json.loads((tmp_path / "nmodlgrad.json").read_text())["mechanisms"][0]
    assert entry["excluded"]["gbar"] == "it is declared to be constant"


def test_wrt_of_an_unknown_name_names_the_near_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([KDR, "--wrt", "gbra", "-o", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "NG005" in said
    assert "did you mean gbar" in said
    assert not (tmp_path / "out").exists()


def test_a_suffix_is_appended_to_every_name(tmp_path: Path) -> None:
    assert main([KDR, "hh", "--suffix", "_tangent", "-o", str(tmp_path)]) == 0
    names = {entry["name"] for entry in json.loads((tmp_path / "nmodlgrad.json").read_text())["mechanisms"]}
    assert names == {"kdr_tangent", "hh_tangent"}


def test_verbose_says_what_can_not_be_seeded_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "tabled.mod"
    source.write_text(
        "NEURON { SUFFIX tabled NONSPECIFIC_CURRENT i }\nPARAMETER { half = -40 unused = 1 }\nASSIGNED { v i a }\n"
        "BREAKPOINT { rates(v)  i = 1e-4*a*v }\n"
        "PROCEDURE rates(v) { TABLE a DEPEND half FROM -100 TO 100 WITH 200\n a = 1/(1 + exp(half - v)) }\n"
    )
    assert main([str(source), "--verbose", "-o", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().err
    assert "not half: it acts through the TABLE of rates" in said
    assert "not unused: no state and no current depends on it" in said


def test_what_acts_within_a_table_is_refused_if_it_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = str(FIXTURES / "tempered.mod")
    assert main([source, "--verbose", "-o", str(tmp_path / "all")]) == 0
    assert "not q10: slower depends on it and acts through the TABLE of rates" in capsys.readouterr().err
    assert main([source, "--wrt", "shift", "-o", str(tmp_path / "one")]) == 0
    capsys.readouterr()
    assert main([source, "--wrt", "q10", "-o", str(tmp_path / "other")]) == 1
    assert "error[NG021]: q10 can not be seeded: slower depends on it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "SOURCE"),
        (["--wrt", "a b", "x.mod"], "names separated by commas"),
        (["--suffix", "a-b", "x.mod"], "letters, digits and underscores"),
        (["--no-such-option", "x.mod"], "unrecognized"),
    ],
)
def test_wrong_usage_is_status_2(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert words in capsys.readouterr().err


def test_an_output_that_is_a_file_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main([KDR, "-o", str(tmp_path / "file")]) == 2
    assert "is a file" in capsys.readouterr().err


@pytest.mark.parametrize("source", ["nowhere.mod", "no_such_mechanism", "{empty}"])
def test_a_source_that_is_not_there_is_said(source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert main([source.format(empty=tmp_path / "empty"), "-o", str(tmp_path / "out")]) == 1
    assert "NG003" in capsys.readouterr().err


def test_an_expression_without_end_is_a_diagnostic(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "deep.mod").write_text(f"NEURON {{ SUFFIX deep }}\nBREAKPOINT {{ a = {'+'.join('1' * 20000)} }}\n")
    assert main([str(tmp_path / "deep.mod"), "-o", str(tmp_path / "out")]) == 1
    assert "NG008" in capsys.readouterr().err


@pytest.mark.parametrize("data", [b"", b"\x00\xff\x1b[2J{" * 5000, b"NEURON { SUFFIX a } " * 50])
def test_what_is_no_mechanism_is_a_short_diagnostic(
    data: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "strange.mod").write_bytes(data)
    assert main([str(tmp_path / "strange.mod"), "-o", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "strange.mod:1:" in said
    assert "\x1b" not in said
    assert max(map(len, said.splitlines())) < 400


def test_the_augmented_form_of_a_clamp_injects_nothing(tmp_path: Path) -> None:
    """It would inject beside the clamp, which goes on working."""
    assert main(["IClamp", "SEClamp", "AlphaSynapse", "-o", str(tmp_path)]) == 0
    for written in sorted(tmp_path.glob("*_grad.mod")):
        block = re.search(r"^BREAKPOINT \{.*?^\}", written.read_text(), re.MULTILINE | re.DOTALL)
        assert block is not None
        assert block[0].splitlines()[-2].strip() == "i = 0  : nmodlgrad: the original injects it"


def test_two_sources_of_one_name_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "kdr.mod").write_bytes(Path(KDR).read_bytes())
    assert main([str(tmp_path / "a"), str(tmp_path / "b"), "-o", str(tmp_path / "out")]) == 1
    assert "NG004" in capsys.readouterr().err


def test_a_source_is_never_written_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "kdr.mod"
    source.write_bytes(Path(KDR).read_bytes())
    assert main([str(source), "-o", str(tmp_path)]) == 1
    assert "NG006" in capsys.readouterr().err
    assert source.read_bytes() == Path(KDR).read_bytes()
    assert written(tmp_path) == {"kdr.mod"}


def test_a_second_run_leaves_what_is_the_same_alone(tmp_path: Path) -> None:
    main([KDR, "-o", str(tmp_path)])
    before = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    main([KDR, "-o", str(tmp_path)])
    assert {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == before


def test_the_version_and_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    for option, words in (("--version", __version__), ("--help", "examples:")):
        with pytest.raises(SystemExit) as exit_:
            main([option])
        assert exit_.value.code == 0
        assert words in capsys.readouterr().out


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "nmodlgrad", KDR, "-o", str(tmp_path / "out")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, nmodlgrad; print([m for m in ('sympy', 'lark', 'jinja2', 'numpy', 'neuron') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ))
    assert out.stdout == "[]\n"


def test_what_is_no_parameter_can_not_be_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(FIXTURES / "kdr.mod"), "--wrt", "gbar,ninf", "-o", str(tmp_path / "out")]) == 1
    assert "no mechanism has a parameter ninf" in capsys.readouterr().err
