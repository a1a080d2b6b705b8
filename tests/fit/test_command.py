"""``nmodlgrad fit``: problems in TOML and Python, interrupted and resumed; what it refuses, and where."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from nmodlgrad.cli import main
from nmodlgrad.fit import command, schema
from processes import model

TRUTH = {"gnabar_hh": 0.12, "gkbar_hh": 0.036, "cm": 1.0}

# What is measured is computed by NEURON's own mechanism, in a process without nmodlgrad's.
MEASURED = """
soma = h.Section(name="soma")
soma.L = soma.diam = 20
soma.insert("hh")
clamp = h.IClamp(soma(0.5))
clamp.delay, clamp.dur = 2, 15
for amplitude in (0.1, 0.2):
    clamp.amp = amplitude
    with open(f"step{amplitude}.csv", "w") as file:
        print("time (s),soma (V)", file=file)
        for k, v in enumerate(run(soma, 20)[::4]):
            print(f"{k * 1e-4:.4f},{v * 1e-3!r}", file=file)
"""

DESCRIBED = """\
load = "hh"
celsius = 6.3
v_init = -65

[cell.sections.soma]
L = 20
diam = 20

[cell.insert]
hh = "soma"

[[parameter]]
name = "gnabar_hh"
sections = "soma"
start = 0.14
bounds = [0.01, 1.0]
label = "gNa"

[[parameter]]
name = "gkbar_hh"
sections = ["so*"]
start = 0.03
bounds = [0, inf]

[[parameter]]
name = "cm"
sections = "soma"
start = 1.1

[[protocol]]
name = "weak"
duration = 20
clamp = [{ at = "soma(0.5)", delay = 2, dur = 15, amp = 0.1 }]

[[protocol.loss]]
kind = "squared-error"
at = "soma(0.5)"
data = { file = "step0.1.csv" }

[[protocol]]
name = "strong"
duration = 20

[[protocol.clamp]]
at = "soma(0.5)"
delay = 2
dur = 15
amp = 0.2

[[protocol.loss]]
kind = "squared-error"
at = "soma(0.5)"
data = { file = "step0.2.csv", values = "soma" }
window = [0, 18]
"""

WRITTEN = """\
import nmodlgrad as ng
from nmodlgrad import fit
from neuron import h
from pathlib import Path

HERE = Path(__file__).resolve().parent
optimiser = fit.Adam(steps=100, rate=0.02)

def problem():
    h.load_file("stdrun.hoc")
    ng.load("hh")
    soma = h.Section(name="soma")
    soma.L = soma.diam = 20
    soma.insert("hh")
    clamp = h.IClamp(soma(0.5))
    clamp.delay, clamp.dur, clamp.amp = 2, 15, 0.2
    problem.kept = soma, clamp
    loss = fit.SquaredError(soma(0.5), fit.read(HERE / "step0.2.csv"))
    free = [
        fit.Free(ng.Parameter("gnabar_hh", sections=soma), start=0.14, bounds=(0.01, 1)),
        fit.Free(ng.Parameter("gkbar_hh", sections=soma), start=0.03, bounds=(0, float("inf"))),
    ]
    return fit.Problem(free, fit.Protocol("step", 20, loss))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two traces, and two problems about them."""
    made = tmp_path_factory.mktemp("fit")
    model(MEASURED, made)
    (made / "cell.toml").write_text(DESCRIBED)
    (made / "cell.py").write_text(WRITTEN)
    return made


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nmodlgrad", "fit", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"},
    )


def ended(process: subprocess.Popen[str], status: int = 0) -> tuple[str, str]:
    out, err = process.communicate(timeout=300)
    assert process.returncode == status, out + err
    return out, err


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


class Page(HTMLParser):
    """Checks that elements are closed in order, and collects what would be fetched."""

    VOID = ("meta", "img", "link", "br", "hr", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "link", "iframe", "object", "embed")
        self.fetched += [
            value or "" for name, value in attributes if name in ("src", "href", "srcset", "data", "poster")
        ]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def values(run: Path) -> dict[str, float]:
    return {each["label"]: each["value"] for each in json.loads((run / "parameters.json").read_text())["parameters"]}


def history(run: Path) -> list[list[str]]:
    """Without the seconds."""
    with (run / "history.csv").open() as file:
        return [[row[0], *row[2:]] for row in csv.reader(file)]


def test_a_described_problem_is_fitted_and_the_folder_has_everything(folder: Path) -> None:
    out, err = ended(started(folder, "cell.toml", "--json"))
    run = folder / "cell_fit"
    assert {path.name for path in run.iterdir()} == {
        "parameters.json",
        "history.csv",
        "report.html",
        "evaluations.jsonl",
        "cell.toml",
    }
    begin, *evaluations, result = lines(out)
    assert (begin["kind"], begin["parameters"], begin["protocols"]) == (
        "begin",
        ["gNa", "gkbar_hh in soma", "cm in soma"],
        ["weak", "strong"],
    )
    assert not err
    assert {each["kind"] for each in evaluations} == {"evaluation"}
    assert [each["number"] for each in evaluations] == list(range(1, len(evaluations) + 1))
    # The target is what this model computes, in decimals that keep every bit of it but for its unit: 1e-15 of it.
    assert list(values(run).values()) == pytest.approx(list(TRUTH.values()), rel=1e-9)
    assert result["kind"] == "fit"
    assert result["parameters"][0]["bounds"] == [0.01, 1.0]
    assert result["parameters"][1]["bounds"] == [0.0, None]
    assert len(history(run)) == 1 + len(evaluations)
    assert [float(x) for x in history(run)[1][3:]] == pytest.approx([0.14, 0.03, 1.1], rel=1e-12)

    page = Page((run / "report.html").read_text())
    assert len(page.fetched) == 5  # two protocols, the loss, the parameters, the uncertainty
    assert all(each.startswith("data:image/") for each in page.fetched)
    for word in ("gNa", "weak", "strong", "SquaredError", "GaussNewton", "[cell.sections.soma]"):
        assert word in page.text
    assert "url(" not in (run / "report.html").read_text()


def test_a_fit_that_ctrl_c_ends_is_written_and_goes_on_to_the_same_result(folder: Path) -> None:
    whole = started(folder, "cell.py", "-o", "whole", "--json")
    process = started(folder, "cell.py", "-o", "part", "--json")
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line).get("number") == 4:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130, out + err
    part = folder / "part"
    told = json.loads((part / "parameters.json").read_text())
    assert (told["outcome"], told["message"]) == ("interrupted", "interrupted")
    assert 4 <= told["evaluations"] < 101
    assert {"report.html", "history.csv"} < {path.name for path in part.iterdir()}
    Page((part / "report.html").read_text())

    _, err = ended(started(folder, "cell.py", "-o", "part"))
    assert f"{told['evaluations']} evaluations of before are there" in err
    assert "report: part/report.html" in err
    ended(whole)
    assert values(part) == values(folder / "whole")
    assert history(part) == history(folder / "whole")
    assert json.loads((part / "parameters.json").read_text())["outcome"] == "budget used up"


def test_many_starts_are_fitted_by_processes_and_the_best_is_reported(folder: Path) -> None:
    out, err = ended(started(folder, "cell.toml", "-o", "many", "--starts", "3", "--seed", "1", "--json"))
    begin, starts, result = lines(out)
    assert begin["kind"] == "begin"
    assert starts["kind"] == "starts"
    assert re.fullmatch("3 of 3 starts came to their end, [1-3] converged, 0 failed", starts["message"])
    assert starts["losses"] == sorted(starts["losses"])
    assert result["loss"] == starts["losses"][0]
    assert len(starts["losses"]) == 3
    many = folder / "many"
    assert len(list((many / "starts").glob("*/evaluations.jsonl"))) == 3
    assert list(values(many).values()) == pytest.approx(list(TRUTH.values()), rel=1e-9)
    assert "3 of 3 starts" in Page((many / "report.html").read_text()).text
    assert not err or version("neuron").startswith("8.")  # which tells itself where a model diverges


GOAL = """
from nmodlgrad.cli import main
from pathlib import Path
print(main(["fit", "other.py", "--optimiser", "gauss-newton", "--goal", "10"]))
text = Path("other.py").read_text()
Path("third.py").write_text(text)
print(main(["fit", "third.py", "-o", "other_fit"]))
Path("other.py").write_text(text + "# another")
print(main(["fit", "other.py", "--optimiser", "gauss-newton"]))
Path("other.py").write_text(text)
print(main(["fit", "other.py", "--optimiser", "polyak"]))
measured = Path("moved.csv").read_text()
Path("moved.csv").write_text(measured.replace("-0.06", "-0.061", 1))
print(main(["fit", "other.py", "--optimiser", "gauss-newton"]))
"""


def test_a_goal_ends_it_with_success_and_another_fit_is_not_written_over(folder: Path) -> None:
    (folder / "other.py").write_text(WRITTEN.replace("step0.2.csv", "moved.csv"))
    (folder / "moved.csv").write_text((folder / "step0.2.csv").read_text())
    said = model(GOAL, folder, errors=True)
    assert [line for line in said.splitlines() if line.isdigit()] == ["0", "1", "1", "1", "1"]
    assert not (folder / "other_fit" / "third.py").exists()
    for words in (
        "gkbar_hh in soma   0.03",
        "goal reached: the goal of 10 is reached; with a smaller --goal the same command goes on",
        "GaussNewton",
        "other_fit is the fit of another problem than third.py",
        "another text of other.py",
        "journal of another fit (optimiser (kind GaussNewton there, Polyak here",
        "journal of another fit (losses differ",
    ):
        assert words in said


# ------------------------------------------------------------------ what is refused
def refusal(path: Path, capsys: pytest.CaptureFixture[str], *options: str, status: int = 1) -> str:
    assert main(["fit", str(path), *options]) == status
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("celsius = 6.3", "celsius = true", "2: celsius: a number is expected, not True"),
        ("L = 20", "L = -1", "6: cell, sections, soma, L: a number above 0 is expected, not -1"),
        ("L = 20", "length = 20", "6: cell, sections, soma, length: means nothing here; there are L, diam"),
        ("diam = 20\n", "", "5: cell, sections, soma: diam is missing"),
        ("bounds = [0, inf]", "bounds = [1, 0]", "23: parameter 2, bounds: two numbers, the lower one first"),
        ('label = "gNa"', 'transform = "exp"', "17: parameter 1, transform: one of identity, log"),
        ('at = "soma(0.5)"', 'at = "soma(0..5)"', "33: protocol 1, clamp 1, at: a segment, as"),
        ("start = 1.1", "strat = 1.1", "28: parameter 3, strat: means nothing here"),
        ("amp = 0.2", 'amp = "x"', "48: protocol 2, clamp 1, amp: a number is expected"),
        ('kind = "squared-error"\nat', 'kind = "square"\nat', "36: protocol 1, loss 1, kind: one of squared-error"),
        ("window = [0, 18]", "window = [18, 0]", "54: protocol 2, loss 1, window: two times"),
        ('file = "step0.2.csv", ', "", "53: protocol 2, loss 1, data: file is missing"),
        ("dur = 15, amp = 0.1", "amp = 0.1", "33: protocol 1, clamp 1: dur is missing"),
        ('load = "hh"', 'load = "hh"\noptimizer = 1', "2: optimizer: means nothing here"),
        ("v_init = -65", "v_init = ", " Invalid value (at line 3"),
    ],
)
def test_what_a_description_says_wrong_is_told_with_its_line(
    old: str, new: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cell.toml"
    assert old in DESCRIBED
    path.write_text(DESCRIBED.replace(old, new, 1))
    assert refusal(path, capsys).startswith(f"nmodlgrad: {path}:{message}")


MISTAKEN = """
from nmodlgrad.fit.described import read_problem
from pathlib import Path
text = Path("cell.toml").read_text()
for number, (old, new) in enumerate({changes!r}):
    assert old in text
    path = Path(f"mistaken{{number}}.toml")
    path.write_text(text.replace(old, new, 1))
    print(refusal(lambda: read_problem(path)).replace(chr(10), " "))
    for section in list(h.allsec()):
        h.delete_section(sec=section)
"""


def test_what_does_not_go_with_the_model_is_told_with_its_line(folder: Path) -> None:
    cases = [
        ('hh = "soma"', 'kdr = "soma"', "10: cell, insert, kdr: there is no mechanism kdr"),
        (
            'sections = ["so*"]',
            'sections = ["dend"]',
            "21: parameter 2, sections: no section is called 'dend'; there are soma",
        ),
        ('name = "gkbar_hh"', 'name = "gcabar_hh"', "19: parameter 2: "),
        ("start = 0.14", "start = 2.0", "12: parameter 1: gNa: it starts at 2, which is not within its bounds"),
        ('"step0.1.csv"', '"step9.csv"', "38: protocol 1, loss 1, data: "),
        ('values = "soma"', 'values = "axon"', "53: protocol 2, loss 1, data: "),
        ("window = [0, 18]", "softness = 3", "54: protocol 2, loss 1, softness: means nothing for squared-error"),
        ("[cell.insert]", '[cell]\nswc = "a.swc"\n[cell.insert]', "9: cell: one of sections, swc, hoc and python"),
        (
            "[cell.insert]",
            '[optimiser]\nkind = "adam"\ntolerance = 1\n[cell.insert]',
            "11: optimiser, tolerance: Adam has no",
        ),
        ('at = "soma(0.5)"\ndelay', 'at = "soma(1.5)"\ndelay', "45: protocol 2, clamp 1, at: one segment is asked for"),
        ("diam = 20\n", 'diam = 20\nparent = "soma(1)"\n', "8: cell, sections, soma, parent: no connection there: "),
        ("diam = 20\n", 'diam = 20\nparent = "soma(1.5)"\n', "8: cell, sections, soma, parent: no connection there: "),
        ("[cell.insert]", "[optimiser]\ntolerance = 1e-20\n[cell.insert]", "9: optimiser: tolerance is 1e-20: below"),
        ('data = { file = "step0.1.csv" }', "target = 3", "38: protocol 1, loss 1, target: means nothing"),
    ]
    out = model(MISTAKEN.format(changes=[case[:2] for case in cases]), folder)
    for number, ((_, _, message), line) in enumerate(zip(cases, out.splitlines(), strict=True)):
        assert line.startswith(f"BadProblem: mistaken{number}.toml:{message}"), line


CELLS = """
from nmodlgrad.fit.described import read_problem
from pathlib import Path
Path("tree.swc").write_text("1 1 0 0 0 10 -1\\n2 3 10 0 0 1 1\\n3 3 210 0 0 1 2\\n")
Path("tree.hoc").write_text('''
begintemplate Tree
public soma, dend
create soma, dend[2]
proc init() {
    soma { L = 20 diam = 20 }
    for i = 0, 1 { connect dend[i](0), soma(1)  dend[i] { L = 100 diam = 2 nseg = 3 } }
}
endtemplate Tree
''')
Path("tree.py").write_text("from neuron import h\\ndef build():\\n    return [h.Section(name='soma')]\\n")
rest = Path("cell.toml").read_text().partition("[[parameter]]")
rest = "[[parameter]]" + rest[2]
head = 'load = ["hh", "pas"]\\n[cell]\\n'
furnished = '\\n[cell.insert]\\nhh = "soma"\\n[[cell.set]]\\nname = "gnabar_hh"\\nvalue = 0.2\\nsections = "soma"\\n'
for number, way in enumerate((
    'swc = "tree.swc"\\nsegment_length = 50',
    'hoc = "tree.hoc"\\ntemplate = "Tree"',
    'python = "tree.py:build"',
    '[cell.sections.soma]\\nL = 10\\ndiam = 10\\n'
    '[cell.sections.axon]\\nL = 50\\ndiam = 1\\nnseg = 5\\nparent = "soma(1)"',
)):
    path = Path(f"cell{number}.toml")
    path.write_text(head + way + furnished + rest.replace("start = 0.14\\n", ""))
    described = read_problem(path)
    with described.problem as problem:
        loss = problem.evaluate(problem.start).loss
        shape = {s.name(): [round(s.L, 6), s.nseg, str(s.parentseg())] for s in h.allsec()}
        print(json.dumps([float(problem.free[0].start), bool(np.isfinite(loss) and loss > 0), shape]))
    del described, problem
    gc.collect()
    for section in list(h.allsec()):
        h.delete_section(sec=section)
"""


def test_cells_are_built_from_swc_hoc_python_and_cylinders(folder: Path) -> None:
    found = [json.loads(line) for line in model(CELLS, folder).splitlines() if line.startswith("[")]
    assert [each[:2] for each in found] == [[0.2, True]] * 4
    swc, hoc, python, cylinders = (each[2] for each in found)
    assert swc == {"soma[0]": [20, 1, "None"], "dend[0]": [200, 5, "soma[0](0.5)"]}
    assert hoc == {
        "Tree[0].soma": [20, 1, "None"],
        "Tree[0].dend[0]": [100, 3, "Tree[0].soma(1)"],
        "Tree[0].dend[1]": [100, 3, "Tree[0].soma(1)"],
    }
    assert python == {"soma": [100, 1, "None"]}
    assert cylinders == {"soma": [10, 1, "None"], "axon": [50, 5, "soma(1)"]}


def test_a_file_that_is_no_problem_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no such file" in refusal(tmp_path / "none.py", capsys)
    assert "No such file" in refusal(tmp_path / "none.toml", capsys)
    assert main(["fit", str(tmp_path / "none.py"), "--json"]) == 1
    assert lines(capsys.readouterr().out) == [
        {"kind": "error", "message": f"{tmp_path / 'none.py'}: there is no such file"}
    ]
    (tmp_path / "empty.py").write_text("")
    assert "defines no function problem()" in refusal(tmp_path / "empty.py", capsys)
    (tmp_path / "wrong.py").write_text("def problem():\n    return 1\n")
    assert "returns a nmodlgrad.fit.Problem, not 1" in refusal(tmp_path / "wrong.py", capsys)
    (tmp_path / "fails.py").write_text("def problem():\n    return undefined\n")
    said = refusal(tmp_path / "fails.py", capsys)
    assert "NameError: name 'undefined'" in said
    assert said.endswith("fails.py failed\n")
    assert "described.py" not in said


@pytest.mark.parametrize(
    "options",
    [
        ["--steps", "0"],
        ["--rate", "x"],
        ["--seconds", "-1"],
        ["--optimiser", "sgd"],
        ["--seed", "-1"],
        ["--goal", "nan"],
    ],
)
def test_options_that_mean_nothing_are_wrong_usage(options: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["fit", "cell.toml", *options])
    assert raised.value.code == 2


def test_lines_of_keys_are_found_in_every_form_of_toml(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(
        '[cell]\n[cell.sections."a b"]\nL = 1\ndiam = 1\n[[ parameter ]] # one\nname = "x"\n\n'
        '[[protocol]]\nname = "a"\nduration = 1\n[[protocol.loss]]\nkind = "mean"\nat = "a(0.5)"\n'
        '[[protocol.loss]]\nkind = "mean"\nat = "a(0.5)"\n'
        '[[protocol]]\nname = "b"\nduration = 1\n[[protocol.loss]]\n\nkind = "mean"\nat = "a(0.5)"\n'
    )
    found = schema.read(path).lines
    assert found["cell", "sections", "a b", "L"] == 3
    assert found["parameter", 0, "name"] == 6
    assert found["protocol", 0, "loss", 1, "kind"] == 15
    assert found["protocol", 1, "loss", 0, "kind"] == 22


def documented() -> list[str]:
    """The problems in TOML that the documentation and the help show."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "fitting.md").read_text()
    shown = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (helped,) = re.findall(r"as cell\.toml:\n(.*?)\n\n", command.EXAMPLES, re.DOTALL)
    return [*shown, textwrap.dedent(helped)]


@pytest.mark.parametrize("text", documented(), ids=["page", "help"])
def test_the_problems_that_are_shown_are_of_the_right_form(text: str, tmp_path: Path) -> None:
    (tmp_path / "cell.toml").write_text(text)
    assert schema.read(tmp_path / "cell.toml").data["protocol"]


def test_the_page_names_every_key() -> None:
    def keys(table: schema.Table) -> set[str]:
        inner = [each.table if isinstance(each, schema.Tables) else each for each in table.keys.values()]
        below = [keys(each) for each in [*inner, table.each] if isinstance(each, schema.Table)]
        return {*table.keys}.union(*below)

    text = (Path(__file__).resolve().parents[2] / "docs" / "fitting.md").read_text()
    unnamed = {key for key in keys(schema.PROBLEM) if not re.search(rf"\b{key}\b", text)}
    assert not unnamed
