"""docs/coverage.md: what the page says of reports."""

from __future__ import annotations

from nmodlgrad.gradcheck import Checked, Report
from nmodlgrad.gradcheck.report import KINK, PASSED, REFUSED
from tests.corpus.coverage_text import Row, text
from tests.corpus.packages import Mechanism


def _file(name: str) -> Mechanism:
    return Mechanism("some", f"mod/{name}.mod", f"NEURON {{ SUFFIX {name} }} PROCEDURE rates99() {{}}".encode(), {})


def _rows() -> list[Row]:
    refusal = "x.mod:1:1: error[NG002]: rates99 is not differentiated yet\n    ..."
    return [
        Row(_file("good"), Report("good", "", (Checked("g", 3e-9, 1e-9),))),
        Row(_file("bent"), Report("bent", "", (Checked("x", 0.5, 1e-9, KINK, "from below"),))),
        Row(_file("none"), Report("none", "", (), (), PASSED)),
        Row(_file("hard"), Report("hard", "", (), (), REFUSED, refusal)),
    ]


def test_the_page_counts_what_was_found() -> None:
    page = text(_rows(), [_file("broken")], seconds=[0.2, 0.25, 0.4])
    assert "5 files, of which" in page
    assert "**75.0 % are differentiated or need no derivative. Of the 2 that ran, 100.0 %" in page
    assert "50.0 % have every gradient within 1e-6" in page
    assert "| some | 5 | 4 | 2 | 1 | 1 |" in page
    assert "kink: from below" in page
    assert "0.25 s in the median" in page


def test_reasons_are_the_same_whatever_the_names_are() -> None:
    assert "| NG002: x is not differentiated yet | 1 | 1 |" in text(_rows(), [])


def test_words_of_a_message_stay_where_a_file_only_speaks_them() -> None:
    content = b"""TITLE what is drawn depends on a number of channels
NEURON { POINT_PROCESS kv RANGE P_a }
COMMENT
carries a derivative
ENDCOMMENT
STATE { P_a }
ASSIGNED { N0L0[2] }
FUNCTION BnlDev(pp, n) { LOCAL along  along = pp  BnlDev = n : no path jumps
}
"""
    message = "what BnlDev draws depends on P_a, which carries a derivative: a number that jumps, along N0L0[1]"
    report = Report("kv", "", (), (), REFUSED, f"kv.mod:9:9: error[NG042]: {message}\n")
    page = text([Row(Mechanism("some", "mod/kv.mod", content, {}), report)], [])
    said = "what x draws depends on x, which carries a derivative: a number that jumps, x x"
    assert f"| NG042: {said} | 1 | 1 |" in page
