"""POINTERs in the running model: what they may point at, and what is refused by name."""

from __future__ import annotations

from oracle.jobs import FIXTURES
from processes import model

TWO_CELLS = f"""
ng.load("hh", "pas", "ExpSyn", *({str(FIXTURES)!r} + f"/{{name}}.mod" for name in ("halfgap", "adjuster", "watcher")))
one, dend_one, clamp_one = cell("one")
two, dend_two, clamp_two = cell("two")
gap, back = h.halfgap(one(0.5)), h.halfgap(two(0.5))
gap._ref_vgap, back._ref_vgap = two(0.5)._ref_v, one(0.5)._ref_v
synapse, adjuster, watcher = h.ExpSyn(dend_one(0.5)), h.adjuster(dend_one(0.5)), h.watcher(dend_one(0.5))
netcon = h.NetCon(None, synapse)
adjuster._ref_wsyn = netcon._ref_weight[0]
place = h.Vector(1)
watcher._ref_there, watcher._ref_sum = two(0.5)._ref_v, place._ref_x[0]
parameter = ng.Parameter("gnabar_hh", sections=[one])
"""


def lines(code: str) -> list[str]:
    return model(TWO_CELLS.replace("\n", "\n        ") + code, errors=True).splitlines()


def test_a_sensitivity_covers_the_cells_that_pointers_connect() -> None:
    (out,) = lines("""
        third, dend_third, clamp_third = cell("third")
        sens = ng.Sensitivity([parameter])
        h.finitialize(-65); h.continuerun(5)
        print(sens.dv(two(0.5))[0] != 0, refusal(lambda: sens.dv(third(0.5))))
    """)
    assert out.startswith("True CannotCarry")


def test_every_run_gives_the_same_and_so_does_the_next_sensitivity() -> None:
    (out,) = lines("""
        sens = ng.Sensitivity([parameter])
        def result():
            dv = sens.record(one(0.5))
            run(one)
            return dv.to_numpy().tobytes()
        first = result()
        again = result()
        other = h.Section(name="other")
        with_another_section = result()
        del sens
        gc.collect()
        alone = run(one)
        sens = ng.Sensitivity([parameter])
        print(first == again == with_another_section == result(), gap.ng_link != 0, len(alone))
    """)
    assert out.startswith("True True")


def test_what_a_pointer_may_not_point_at_is_refused_by_name() -> None:
    out = lines("""
        def refused(*parameters):
            print(refusal(lambda: ng.Sensitivity([*parameters]).close()))
        gap._ref_vgap = back._ref_i
        refused(parameter)
        gap._ref_vgap = one(0.5)._ref_ena
        refused(ng.Parameter("gnabar_hh", sections=[one]))
        gap._ref_vgap = back._ref_g
        refused(ng.Parameter("g", of=back))
        gap._ref_vgap = one(0.5).hh._ref_m
        refused(parameter)
        gap._ref_vgap = two(0.5)._ref_v
        refused(ng.Parameter("weight", of=netcon))
        adjuster._ref_wsyn = back._ref_g
        refused(ng.Parameter("g", of=back))
        adjuster._ref_wsyn = one(0.5)._ref_v
        refused(parameter)
        adjuster._ref_wsyn = netcon._ref_weight[0]
        watcher._ref_sum = gap._ref_g
        refused(parameter)
        watcher._ref_sum = place._ref_x[0]
        h.ParallelContext().nthread(2)
        refused(parameter)
    """)
    expected = [
        "i of halfgap[1] in two(0.5), which halfgap computes",
        "nothing was refused",
        "g of halfgap[1] in two(0.5), one of the parameters",
        "nothing was refused",
        "weight[0] of NetCon[0], a weight that carries a derivative",
        "g of halfgap[1] in two(0.5), one of the parameters",
        "v of one(0.5), which moves with the model",
        "g of halfgap[0] in one(0.5), and watcher writes there",
        "in another cell: use one thread",
    ]
    assert len(out) == len(expected), out
    for line, part in zip(out, expected, strict=True):
        assert part in line, out


def test_a_pointer_that_is_set_anew_is_followed_by_the_next_run() -> None:
    out = lines("""
        sens = ng.Sensitivity([parameter])
        h.finitialize(-65); h.continuerun(5)
        before = sens.dv(one(0.5))[0]
        gap._ref_vgap = dend_two(0.9)._ref_v
        h.finitialize(-65); h.continuerun(5)
        print(sens.dv(one(0.5))[0] != before)
        third, dend_third, clamp_third = cell("third")
        gap._ref_vgap = third(0.5)._ref_v
        print(refusal(lambda: h.finitialize(-65)))
    """)
    assert out[0] == "True"
    assert "v of third(0.5) since the Sensitivity was made" in "\n".join(out)


def test_what_parallel_context_transfers_is_refused() -> None:
    out = lines("""
        context = h.ParallelContext()
        context.source_var(one(0.5)._ref_v, 1, sec=one)
        context.target_var(back, back._ref_g, 1)
        context.setup_transfer()
        sens = ng.Sensitivity([parameter])
        print(refusal(lambda: h.finitialize(-65)))
    """)
    assert "setup_transfer" in "\n".join(out)
