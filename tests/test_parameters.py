"""What can be asked for: rules for a place, several parameters at once, names, labels; and what is no direction."""

from __future__ import annotations

from oracle.jobs import FIXTURES
from processes import model

SHUNT = str(FIXTURES / "shunt.mod")


def test_theta_moves_each_parameter_by_its_own_scale() -> None:
    out = model("""
        ng.load("hh", "pas", "ExpSyn")
        soma, dend, clamp = cell()
        synapse = h.ExpSyn(dend(0.5))
        netcon = h.NetCon(None, synapse)
        netcon.weight[0] = 0.01
        both = ng.Direction(
            ng.Parameter("g_pas", sections=dend, scale=lambda segment: segment.x),
            ng.Parameter("ena", sections=soma),
            ng.Parameter("weight", of=netcon, scale=0.5),
        )
        sens = ng.Sensitivity([both, ng.Parameter("g_pas", segments=dend(0.5), scale=2)])
        for theta in ([0, 0], [2, 3]):
            sens.theta = theta
            moved = [segment.pas_grad.g - 0.001 for segment in dend]
            print(*(round(x, 9) for x in (*moved, soma(0.5).ena, netcon.weight[0])))
    """).splitlines()
    assert out[0].split() == ["0.0", "0.0", "0.0", "50.0", "0.01"]
    assert [float(x) for x in out[1].split()] == [round(2 / 6, 9), 1 + 6, round(10 / 6, 9), 52.0, 1.01]


def test_directions_have_labels() -> None:
    out = model("""
        ng.load("hh", "pas", "ExpSyn")
        soma, dend, clamp = cell()
        synapse = h.ExpSyn(dend(0.5))
        soma.nseg = 5
        parameters = [
            ng.Parameter("gnabar_hh", sections=soma),
            ng.Parameter("gkbar_hh", segments=list(soma)),
            ng.Parameter("tau", of=synapse),
        ]
        sens = ng.Sensitivity([
            *parameters, ng.Direction(*parameters[:2]), ng.Direction(*parameters, name="everything")
        ])
        print(*sens.labels, sep="\\n")
        print(ng.Direction(ng.Parameter("ena", sections=soma, scale=2), name="sodium"))
    """).splitlines()
    assert out == [
        "gnabar_hh in soma",
        "gkbar_hh in soma(0.1), soma(0.3), soma(0.5) and 2 more",
        "tau of ExpSyn[0]",
        "gnabar_hh in soma + gkbar_hh in soma(0.1), soma(0.3), soma(0.5) and 2 more",
        "everything",
        "Direction(Parameter('ena', sections=[soma], scale=2), name='sodium')",
    ]


def test_what_is_no_scale_and_no_direction_is_refused_by_name() -> None:
    out = model(f"""
        ng.load("hh", "pas", {SHUNT!r})
        soma, dend, clamp = cell()
        leak = h.shunt(soma(0.5))
        for attempt in (
            lambda: ng.Parameter("g_pas", sections=dend, scale=float("nan")),
            lambda: ng.Parameter("g_pas", sections=dend, scale="1"),
            lambda: ng.Sensitivity(ng.Parameter("g_pas", sections=dend, scale=lambda s: 1/(s.x - 0.5) if s.x != 0.5 else None)),
            lambda: ng.Sensitivity(ng.Parameter("g_pas", sections=dend, scale=lambda s: 1e308*10*s.x)),
            lambda: ng.Sensitivity(ng.Parameter("e_shunt", scale=lambda s: s.x)),
            lambda: ng.Direction(),
            lambda: ng.Direction([ng.Parameter("g_pas", sections=dend)]),
            lambda: ng.Direction(ng.Parameter("g_pas", sections=dend), name=3),
            lambda: ng.Sensitivity(ng.Direction(ng.Parameter("g_pas", sections=dend), ng.Parameter("ena", sections=dend))),
            lambda: ng.Sensitivity(ng.Parameter("g_shunt")),
        ):
            print(refusal(attempt))
        print(dend.has_membrane("pas"))
    """).splitlines()
    expected = (
        "WrongArgument: g_pas: scale is a finite number or a function of a segment, not nan",
        "WrongArgument: g_pas: scale is a finite number or a function of a segment, not '1'",
        "WrongArgument: g_pas: scale is None in soma_dend(0.5), not a finite number",
        "WrongArgument: g_pas: scale is inf in soma_dend(0.166667), not a finite number",
        "WrongArgument: e_shunt is one value for all places: its scale is a number, not a function",
        "WrongArgument: a Direction moves at least one Parameter",
        "WrongArgument: a Direction takes Parameters, one after the other, not [Parameter('g_pas', sections=[dend])]",
        "WrongArgument: the name of a Direction is a string, not 3",
        "UnknownParameter: ena: none of the places given has the ion na",
        "UnknownParameter: g_shunt: every shunt has a g of its own: Parameter('g', of=...)",
        "True",
    )
    assert out == list(expected)
