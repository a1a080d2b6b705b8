"""What a Sensitivity takes: at most 8 K (3 + states) bytes for each compartment, and 5 %."""

from __future__ import annotations

import sys

import pytest

from processes import model

BOUND = 1.05

CODE = """
    from pathlib import Path
    import ctypes, resource
    ng.load("hh")
    def resident():
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)  # what was freed before would take in a part of what is measured
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    def run():
        h.finitialize(-65)
        h.continuerun(1)
    def asked(sections, count):
        if {dense}:  # a scale of its own for each place and direction, so that no two rows of seeds are the same
            numbers = iter(range(1, 10**9))
            return [ng.Parameter("gnabar_hh", sections=sections, scale=lambda _: next(numbers)) for k in range(count)]
        segments = [segment for section in sections for segment in section]
        names = ("gnabar_hh", "gkbar_hh", "gl_hh")
        return [ng.Parameter(names[k % 3], segments=segments[97 * k % len(segments)]) for k in range(count)]
    def cable(name, nseg):
        section = h.Section(name=name)
        section.L, section.diam, section.nseg = 10 * nseg, 2, nseg
        section.insert("hh")
        return section
    first = cable("first", 1)
    with ng.Sensitivity(asked([first], 1)):  # what is loaded once does not belong to a compartment
        run()
    first = None
    sections = [cable(f"cable{{i}}", 100) for i in range({cables})]
    for section in sections[1:]:
        section.connect(sections[0](1))
    run()
    before = resident()
    sensitivity = ng.Sensitivity(asked(sections, {count}))
    run()
    assert sensitivity.dv(sections[0](0.5)).any()
    print(resident() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the memory of a process is read from /proc")
@pytest.mark.parametrize("dense", [False, True], ids=["each_in_one_place", "each_in_all_places"])
@pytest.mark.parametrize("count", [256, 1024])
def test_a_sensitivity_takes_no_more_than_its_bound(count: int, dense: bool) -> None:
    states = 3
    # What a direction takes by itself, as an object of Python, belongs to no compartment: two sizes are compared.
    few, many = (int(model(CODE.format(count=count, dense=dense, cables=cables))) for cables in (3, 9))
    taken = (many - few) / 600
    print(f"\n{taken:.0f} bytes a compartment, {taken / (8 * count * (3 + states)):.2f} of 8 K (3 + states)")
    assert taken <= BOUND * 8 * count * (3 + states)


def test_the_limit_counts_seeds_and_rows() -> None:
    """Directions that are far apart on one parameter of one place take two words each, neighbours one."""
    out = model("""
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        def least(directions):
            text = refusal(lambda: ng.Sensitivity(directions, memory_limit=1))
            return int(text.split(" takes ")[1].split()[0])
        sodium, other = ng.Parameter("gnabar_hh", sections=soma), ng.Parameter("gl_hh", sections=soma)
        alike = least([other] * 64)
        near, far = least([sodium] * 8 + [other] * 56), least(([sodium] + [other] * 7) * 8)
        print(near - alike, far - alike)
    """)
    # A header, the numbers and the end: 1 + 64 + 1 words; 1 + 8 + 1 and 1 + 56 + 1; 8 (1 + 1) + 1 and, over gaps of one
    # direction, which are filled up, 1 + 63 + 1.
    assert [int(x) for x in out.split()] == [8 * (10 + 58 - 66), 8 * (17 + 65 - 66)]
