"""What the gradient costs: simulation time with K directions over the time of the original model.

    python benchmarks/cost.py [--rounds 5] [--core 0] [--dense] [--flags FLAGS]

The model is a Hodgkin-Huxley cell of 211 compartments, 50 ms at dt 0.025 ms. Every case runs in a process of its own,
on one core, the cases in turn, several rounds over; the table gives the median of the processor time, the lowest and
the highest, and ratios within this run. A one-sided finite difference of K parameters costs K + 1 simulations of the
original.
"""

from __future__ import annotations

import time

import side_by_side

DIRECTIONS = (1, 16, 64, 256)
DURATION_MS = 50


def cell(dendrites: int = 10, nseg: int = 21) -> list:
    """A soma and dendrites of so many segments, in a binary tree."""
    from neuron import h

    sections = [h.Section(name="soma")]
    sections[0].L = sections[0].diam = 20
    for i in range(dendrites):
        dendrite = h.Section(name=f"dendrite{i}")
        dendrite.L, dendrite.diam, dendrite.nseg = 200 / 21 * nseg, 2, nseg
        dendrite.connect(sections[max(0, (i - 1) // 2)](1))
        sections.append(dendrite)
    for section in sections:
        section.Ra = 100
        section.insert("hh")
    return sections


def directions(sections: list, count: int, dense: bool) -> list:
    """`count` parameters: one conductance in one segment each, or (dense) each direction over the whole cell."""
    import nmodlgrad as ng

    if dense:
        return [ng.Parameter("gnabar_hh", sections=sections) for _ in range(count)]
    segments = [segment for section in sections for segment in section]
    names = ("gnabar_hh", "gkbar_hh", "gl_hh")
    return [ng.Parameter(names[k % 3], segments=[segments[k * 97 % len(segments)]]) for k in range(count)]


def measure(count: int, dense: bool, flags: str | None) -> float:
    """Seconds of processor time for one run, the best of three; 0 directions is the original, with nothing of ours."""
    from neuron import h

    h.load_file("stdrun.hoc")
    h.celsius = 6.3
    if count:
        import nmodlgrad as ng
        from nmodlgrad import build

        build.FLAGS = build.FLAGS if flags is None else flags
        ng.load("hh")
    sections = cell()
    clamp = h.IClamp(sections[0](0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.5
    sensitivity = ng.Sensitivity(directions(sections, count, dense)) if count else None
    best = float("inf")
    for _ in range(3):
        h.finitialize(-65)
        start = time.process_time()
        h.continuerun(DURATION_MS)
        best = min(best, time.process_time() - start)
    assert sensitivity is None or sensitivity.dv(sections[0](0.5)).any()
    return best


def main() -> None:
    """Print the table."""
    parser = side_by_side.parser(__doc__)
    parser.add_argument("--dense", action="store_true", help="every direction acts in every segment")
    parser.add_argument("--flags", help="compile with these flags instead of the default ones (see nmodlgrad/build.py)")
    options = parser.parse_args()
    if side_by_side.called(options, measure):
        return

    def case(counted: tuple[int]) -> float:
        return float(side_by_side.fresh(options.core, measure, (*counted, options.dense, options.flags)))

    case((1,))  # compile before anything is timed
    seconds = side_by_side.in_turn(options.rounds, [(count,) for count in (0, *DIRECTIONS)], case)
    median = side_by_side.medians(seconds)
    original = median[0,]
    spread = side_by_side.spread(seconds[0,])
    print(f"original hh, 211 compartments, {DURATION_MS} ms: {1e3 * original:.1f} ms ({spread})")
    print("   K   time/ms (lowest to highest)   over original   one-sided difference over it")
    for count in DIRECTIONS:
        time_ms, spread = 1e3 * median[count,], side_by_side.spread(seconds[count,])
        ratio = median[count,] / original
        print(f"{count:4d}  {time_ms:8.1f} {f'({spread})':>20} {ratio:15.2f}   {(count + 1) / ratio:28.1f}")


if __name__ == "__main__":
    main()
