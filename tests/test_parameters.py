"""What can be asked for: rules for a place, several parameters at once, names, labels; and what is no direction."""

from __future__ import annotations

from pathlib import Path

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
            lambda: ng.Sensitivity(ng.Parameter("g_pas", sections=dend, scale=lambda s: 1 if s.x != 0.5 else None)),
            lambda: ng.Sensitivity(ng.Parameter("g_pas", sections=dend, scale=lambda s: 1e308 * 10 * s.x)),
            lambda: ng.Sensitivity(ng.Parameter("e_shunt", scale=lambda s: s.x)),
            lambda: ng.Direction(),
            lambda: ng.Direction([ng.Parameter("g_pas", sections=dend)]),
            lambda: ng.Direction(ng.Parameter("g_pas", sections=dend), name=3),
            lambda: ng.Sensitivity(ng.Direction(*(ng.Parameter(x, sections=dend) for x in ("g_pas", "ena")))),
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
        "WrongArgument: a Direction takes Parameters, one after the other, "
        "not [Parameter('g_pas', sections=[soma_dend])]",
        "WrongArgument: the name of a Direction is a string, not 3",
        "UnknownParameter: ena: none of the places given has the ion na",
        "UnknownParameter: g_shunt: every shunt has a g of its own: Parameter('g', of=...)",
        "True",
    )
    assert out == list(expected)


def test_the_initial_voltage_is_that_of_whole_cells() -> None:
    """And nothing else may set voltages before the first step: these would not be what v_init says."""
    out = model(
        """
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        other, twig, more = cell("other")
        for attempt in (
            lambda: ng.Parameter("v_init", segments=soma(0.5)),
            lambda: ng.Parameter("v_init", sections=soma, scale=lambda segment: 1.0),
            lambda: ng.Parameter("v_init", of=clamp),
        ):
            print(refusal(lambda: ng.Sensitivity(attempt())))
        start = ng.Parameter("v_init", sections=dend, scale=2)
        sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=soma), start])
        print(refusal(lambda: sens.dv(other(0.5))))
        sens.theta = [0, 1.5]
        print(h.v_init)
        h.finitialize(h.v_init)
        print(sens.dv(soma(0.5)), sens.dv(dend(1)))
        early = h.FInitializeHandler(0, lambda: setattr(soma(0.5), "v", -70))
        print(refusal(lambda: h.finitialize(-65)))
        del early
        h.finitialize(-65)
        soma(0.5).v = -70
        print(refusal(h.fadvance))
        print(refusal(lambda: sens.dv(soma(0.5))))
        h.finitialize(-65)
        soma(0.5).v = -70
        sens.restart()
        h.fadvance()
        print(sens.dv(soma(0.5))[1])
        sens.close()
        sens = ng.Sensitivity(ng.Parameter("v_init"))
        h.finitialize(-65)
        print(sens.dv(other(0.5)), sens.dv(soma(0.5)))
    """,
        errors=True,
    )
    for line in (
        "UnknownParameter: v_init is one voltage for whole cells: give sections of these, or no place for all cells",
        "WrongArgument: v_init is one value for all places: its scale is a number, not a function",
        "CannotCarry: other(0.5) belongs to no cell that this Sensitivity carries",
        "-62.0\n[0. 2.] [0. 2.]",
        "nodes start from voltages of their own: these are not what v_init says",
        "v was set after finitialize: it is not what v_init says",
        "\n0.0\n[1.] [1.]",
    ):
        assert line in out


def test_a_concentration_is_a_parameter_where_nothing_computes_it() -> None:
    names = ("cachan", "kca", "capool", "capump", "goldman")
    out = model(f"""
        ng.load("hh", "pas", *(f"{FIXTURES}/{{name}}.mod" for name in {names}))
        soma, dend, clamp = cell()
        def attempt(name, **places):
            print(refusal(lambda: ng.Sensitivity(ng.Parameter(name, **places))))
        attempt("cai", sections=soma)
        attempt("cai0_ca_ion")
        dend.insert("goldman")
        attempt("cai", sections=[soma, dend])
        attempt("cai0_ca_ion")
        soma.insert("cachan")
        soma.insert("capool")
        attempt("cai", sections=soma)
        attempt("cai0_ca_ion")
        attempt("cao0_ca_ion", sections=soma)
        h.ion_style("ca_ion", 3, 2, 1, 1, 0, sec=soma)
        attempt("cai", sections=soma)
        h.ion_style("ca_ion", 1, 2, 1, 1, 0, sec=dend)
        attempt("eca", sections=dend)
        sens = ng.Sensitivity([ng.Parameter("cai", sections=dend, scale=1e-4), ng.Parameter("cao", sections=dend)])
        sens.theta = [2, 1]
        print(dend(0.5).cai, dend(0.5).cao)
    """).splitlines()
    expected = (
        "UnknownParameter: cai: none of the places given has the ion ca",
        "UnknownParameter: cai0_ca_ion: no concentration starts from it",
        "UnknownParameter: cai: not all of the places given have the ion ca; leave out soma",
        "UnknownParameter: cai0_ca_ion: no concentration starts from it",
        "UnknownParameter: cai: finitialize sets it to cai0_ca_ion in soma(0.5), which is one number for all places: "
        "Parameter('cai0_ca_ion')",
        "UnknownParameter: cai0_ca_ion: INITIAL of capool computes cai wherever it is used",
        "UnknownParameter: cao0_ca_ion is GLOBAL: one value for all places, so it takes none",
        "UnknownParameter: cai starts in soma(0.5) from what the last run has left, by its ion_style",
        "UnknownParameter: eca is computed from concentrations in soma_dend(0.166667)",
        "0.00025",
    )
    for line, words in zip(out, expected, strict=True):
        assert line.startswith(words)


def test_a_clamp_is_its_own_while_its_shadow_takes_the_derivatives() -> None:
    """What injects is the object that the script made, and it may change it at any time."""
    out = model(
        """
        ng.load("hh", "pas", "IClamp", "SEClamp", "AlphaSynapse")
        soma, dend, clamp = cell()
        second = h.IClamp(dend(0.5))
        before = run(soma)
        netcon = h.NetCon(soma(0.5)._ref_v, None, sec=soma)
        sens = ng.Sensitivity([ng.Parameter("amp", of=clamp), ng.Parameter("gnabar_hh", sections=soma)])
        current = h.Vector().record(clamp._ref_i)
        print(run(soma) == before, current.max(), [p.hname() for p in dend(0.5).point_processes()])
        once = sens.dv(soma(0.5))
        print(run(soma) == before, (sens.dv(soma(0.5)) == once).all())
        sens.theta = [0.1, 0]
        print(clamp.amp)
        h.finitialize(-65)
        h.continuerun(5)
        clamp.amp = 0
        h.continuerun(10)
        print(abs(sens.dv(soma(0.5))).max() < 1e3)
        clamp.loc(dend(0.5))
        print(refusal(lambda: h.finitialize(-65)))
        sens.close()
        print([p.hname() for p in soma(0.5).point_processes()], clamp.amp)
    """,
        errors=True,
    )
    for line in (
        "True 0.3 ['IClamp[1]']\n",
        "True True\n0.4\nTrue\n",
        "IClamp[0] was moved after the Sensitivity was made",
        "[] 0.0\n",
    ):
        assert line in out


def test_the_weights_of_a_netcon_are_parameters_where_they_are_only_read() -> None:
    out = model(f"""
        ng.load("hh", "pas", "ExpSyn", *(f"{FIXTURES}/{{name}}.mod" for name in ("weighted", "depressing", "tracing")))
        soma, dend, clamp = cell()
        source, kinds = h.NetStim(), (h.weighted, h.ExpSyn, h.depressing, h.tracing)
        synapses = [kind(dend(0.5)) for kind in kinds]
        several, single, assigned, zeroed = (h.NetCon(source, synapse) for synapse in synapses)
        several.weight[0], several.weight[1], several.weight[2] = 0.01, 0.4, 2
        sens = ng.Sensitivity(
            [
                ng.Parameter("weight[1]", of=several, scale=0.5),
                ng.Direction(ng.Parameter("weight[0]", of=several), ng.Parameter("weight[2]", of=several, scale=100)),
            ]
        )
        print(sens.labels)
        sens.theta = [0.2, 0.01]
        print(*(round(several.weight[number], 9) for number in range(3)))
        sens.close()
        for netcon, name in (
            (several, "weight[3]"), (several, "weight[9]"), (several, "weight[-1]"), (several, "weights"),
            (single, "weight[1]"), (assigned, "weight[1]"), (zeroed, "weight[1]"),
        ):
            print(refusal(lambda: ng.Sensitivity(ng.Parameter(name, of=netcon))))
    """).splitlines()
    assert out[0] == "('weight[1] of NetCon[0]', 'weight[0] of NetCon[0] + weight[2] of NetCon[0]')"
    assert out[1] == "0.02 0.5 3.0"
    expected = (
        "UnknownParameter: weight[3] of the NetCons of weighted is no parameter: NET_RECEIVE has to read it",
        "UnknownParameter: weight[9] of the NetCons of weighted is no parameter",
        "UnknownParameter: a NetCon's weight[-1] can not be seeded",
        "UnknownParameter: a NetCon's weights can not be seeded",
        "UnknownParameter: weight[1] of the NetCons of ExpSyn is no parameter",
        "UnknownParameter: weight[1] of the NetCons of depressing is no parameter",
        "UnknownParameter: weight[1] of the NetCons of tracing is no parameter",
    )
    for line, words in zip(out[2:], expected, strict=True):
        assert line.startswith(words), line


def test_theta_scales_a_stimulus_that_is_played() -> None:
    out = model("""
        ng.load("hh", "pas", "IClamp", "ExpSyn")
        soma, dend, clamp = cell()
        if hasattr(h, "usetable_hh"):  # in NEURON 8 the table of hh is commented out
            h.usetable_hh = 0
        values, times = h.Vector([0, 0.2, 0.1]), h.Vector([0, 5, 10])
        values.play(clamp._ref_amp, times, True)
        sens = ng.Sensitivity(ng.Parameter("amp", of=clamp, played=values, scale=0.5))
        def end(theta):
            sens.theta = [theta]
            run(dend)
            return dend(0.5).v
        for theta in (0.0, 0.6, -3.0):
            step = 1e-4
            two, one, minus_one, minus_two = (end(theta + k * step) for k in (2, 1, -1, -2))
            end(theta)
            slope = (8 * (one - minus_one) - (two - minus_two)) / (12 * step)
            print(values[1], abs(sens.dv(dend(0.5))[0] / slope - 1) < 1e-7)
        print(refusal(lambda: end(-2.0)), values[1])
        sens.close()
        synapse = h.ExpSyn(soma(0.5))
        for attempt in (
            lambda: ng.Parameter("amp", of=clamp, played=[1, 2]),
            lambda: ng.Parameter("amp", sections=soma, played=values),
            lambda: ng.Parameter("tau", of=synapse, played=values),
            lambda: ng.Parameter("dur", of=clamp),
            lambda: ng.Direction(*[ng.Parameter("amp", of=clamp, played=values)] * 2),
        ):
            print(refusal(lambda: ng.Sensitivity(attempt())))
    """).splitlines()
    expected = (
        "0.2 True",
        "0.26 True",
        "-0.1 True",
        "ValueError: theta would leave nothing of the stimulus that Vector[0] plays -0.1",
        "WrongArgument: amp: played takes the Vector that is played into it, not [1, 2]",
        "UnknownParameter: amp: a stimulus is played into a parameter of a point process: say which",
        "UnknownParameter: tau: a stimulus is a parameter where it acts on the current of a point process",
        "UnknownParameter: IClamp.dur can not be seeded: no state and no current depends on it",
        "WrongArgument: Vector[0] is the stimulus of two Parameters: one direction scales it, in one place",
    )
    for line, words in zip(out, expected, strict=True):
        assert line.startswith(words)


def test_the_temperature_is_a_parameter_where_every_mechanism_was_asked_for_it() -> None:
    out = model(f"""
        ng.load("hh", "pas", "{FIXTURES}/kdr.mod")
        ng.load("{FIXTURES}/kca.mod", "{FIXTURES}/capool.mod", wrt=["*", "celsius"])
        soma, dend, clamp = cell("soma", "kdr")
        other, twig, more = cell("other")
        for x in (soma, dend):
            x.insert("kca")
        for attempt in (
            lambda: ng.Parameter("celsius", segments=soma(0.5)),
            lambda: ng.Parameter("celsius", sections=soma, scale=lambda segment: 1.0),
            lambda: ng.Parameter("celsius", sections=soma),
            lambda: ng.Parameter("celsius", sections=other),
            lambda: ng.Parameter("celsius_kdr"),
        ):
            print(refusal(lambda: ng.Sensitivity(attempt())))
        soma.uninsert("kdr")
        warmer = ng.Parameter("celsius", sections=soma, scale=2)
        sens = ng.Sensitivity([warmer, ng.Parameter("gbar_kca", sections=soma)])
        sens.theta = [1.5, 0]
        print(h.celsius)
    """).splitlines()
    expected = (
        "UnknownParameter: celsius is one temperature for all",
        "WrongArgument: celsius is one value for all places: its scale is a number, not a function",
        "CannotCarry: soma(0.5) has kdr, whose derivative by celsius is not carried: give celsius among",
        "CannotCarry: other(0.5) has hh, whose derivative by celsius is not carried: ",  # for its TABLE, in NEURON 9
        "UnknownParameter: celsius_kdr is not a seedable parameter of kdr",
        "9.3",
    )
    for line, words in zip(out, expected, strict=True):
        assert line.startswith(words)


def test_sections_of_one_name_are_told_apart() -> None:
    out = model("""
        ng.load("hh", "pas")
        a, b = cell("same"), cell("same")
        sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[a[0]]), ng.Parameter("g_pas", sections=[b[1]])])
        records = sens.record(a[0](0.5)), sens.record(b[0](0.5))
        run(a[0])
        x, y = (r.to_numpy() for r in records)
        sens.theta = [0.01, 0]
        print(x.any(axis=0), y.any(axis=0), a[0].gnabar_hh_grad, b[0].gnabar_hh_grad)
    """)
    assert out == "[ True False] [False  True] 0.13 0.12\n"


def test_a_suffix_that_ends_another_is_told_apart(tmp_path: Path) -> None:
    text = (
        "NEURON {{ SUFFIX {name} NONSPECIFIC_CURRENT i RANGE gbar }}\nPARAMETER {{ gbar = 1e-5 }}\nASSIGNED {{ v i }}\n"
    )
    for name in ("HVA", "Ca_HVA"):
        (tmp_path / f"{name}.mod").write_text(text.format(name=name) + "BREAKPOINT { i = gbar*v }\n")
    out = model(
        f"""
        from pathlib import Path
        ng.load(Path({str(tmp_path)!r}))
        s = h.Section(name="s"); s.insert("HVA"); s.insert("Ca_HVA")
        sens = ng.Sensitivity([ng.Parameter("gbar_Ca_HVA", sections=[s])])
        sens.theta = [1e-5]
        print(s.gbar_HVA, s.gbar_Ca_HVA)
        """,
        tmp_path,
    )
    assert out == "1e-05 2e-05\n"


def test_a_global_parameter_acts_at_the_ends_of_sections_too(tmp_path: Path) -> None:
    text = (Path(__file__).parent / "fixtures" / "expsyn2.mod").read_text()
    text = text.replace("POINT_PROCESS expsyn2", "POINT_PROCESS shared").replace("RANGE tau,", "GLOBAL tau\n    RANGE")
    (tmp_path / "shared.mod").write_text(text)
    out = model(
        """
        ng.load("hh", "pas", "shared.mod")
        a, b = cell("a"), cell("b")
        synapses = h.shared(a[0](0.5)), h.shared(b[1](1))
        sens = ng.Sensitivity([ng.Parameter("tau", of=synapses[0])])
        h.finitialize(-65)
        print(sens.dv(a[0](0.5)), sens.dv(b[0](0.5)))
        """,
        tmp_path,
    )
    assert out == "[0.] [0.]\n"


def test_what_a_direction_moves_twice_adds_up_and_what_it_moves_by_zero_stays() -> None:
    """Against the sums of directions that move one thing each; what they give is held against differences elsewhere."""
    out = model("""
        ng.load("hh", "pas", "ExpSyn")
        soma, dend, clamp = cell()
        synapse, source = h.ExpSyn(dend(0.5)), h.NetStim()
        netcon = h.NetCon(source, synapse)
        source.start, source.number, netcon.weight[0] = 2, 1, 0.01
        simple = [
            *(ng.Parameter("g_pas", segments=dend(x), scale=1e-5) for x in (0.1, 0.5, 0.9)),
            ng.Parameter("gnabar_hh", sections=soma, scale=0.01),
            ng.Parameter("weight", of=netcon),
            ng.Parameter("tau", of=synapse),
        ]
        def leak(scale, *places):
            return ng.Parameter("g_pas", segments=[dend(x) for x in places], scale=1e-5 * scale)
        def sodium(scale):
            return ng.Parameter("gnabar_hh", sections=soma, scale=scale)
        weight, tau = (lambda scale: ng.Parameter("weight", of=netcon, scale=scale)), simple[-1]
        mixed = {
            ng.Direction(leak(2, 0.1, 0.5), leak(-3, 0.5), leak(2, 0.1)): [4, -1, 0, 0, 0, 0],
            ng.Direction(sodium(0.02), sodium(-0.02), leak(0, 0.9), tau): [0, 0, 0, 0, 0, 1],
            ng.Direction(weight(2), weight(-0.5), tau, tau): [0, 0, 0, 0, 1.5, 2],
            ng.Direction(sodium(0), weight(0)): [0, 0, 0, 0, 0, 0],
            ng.Direction(leak(1, 0.9, 0.8), leak(1, 0.9)): [0, 0, 2, 0, 0, 0],  # 0.8 is in the segment of 0.9
        }
        directions = []
        for direction in mixed:  # scattered: what they share is never next to each other
            directions += [direction, *simple, ng.Parameter("gl_hh", sections=soma)]
        def run(asked):
            with ng.Sensitivity(asked) as sens:
                record = sens.record(dend(0.5))
                h.finitialize(-65)
                h.continuerun(8)
                return record.to_numpy()
        alone = np.concatenate([run(one) for one in simple], axis=1)
        together = run(directions)
        step = len(simple) + 2
        for number, sums in enumerate(mixed.values()):
            expected = alone @ np.array(sums)
            print(abs(together[:, number * step] - expected).max() <= 1e-12 * abs(alone).max(),
                  np.array_equal(together[:, number * step + 1 : (number + 1) * step - 1], alone),
                  together[:, number * step].any() == any(sums))
        sens = ng.Sensitivity(list(mixed))
        sens.theta = [1, 1, 1, 1, 1]
        print(*(round((segment.pas_grad.g - 0.001) * 1e5, 9) for segment in dend))
        print(round(soma(0.5).hh_grad.gnabar, 9), round(netcon.weight[0], 9), synapse.tau)
    """).splitlines()
    assert out[:5] == ["True True True"] * 5
    assert out[5:] == ["4.0 -1.0 2.0", "0.12 1.51 3.1"]


def test_a_model_that_is_not_ready_is_told_what_is_missing() -> None:
    out = model("""
        soma, dend, clamp = cell()
        for attempt in (
            lambda: ng.Parameter("cm", sections=soma), lambda: ng.Parameter("v_init"), lambda: ng.Parameter("celsius")
        ):
            print(refusal(lambda: ng.Sensitivity(attempt())))
        ng.load("hh", "pas", "ExpSyn", "IClamp")
        gone = h.Section(name="gone")
        segment, synapse = gone(0.5), h.ExpSyn(gone(0.5))
        h.delete_section(sec=gone)
        sens = ng.Sensitivity(ng.Parameter("gnabar_hh", sections=soma))
        for attempt in (
            lambda: ng.Parameter("g_pas", sections=[soma, gone]),
            lambda: ng.Parameter("g_pas", segments=segment),
            lambda: ng.Parameter("tau", of=synapse),
            lambda: ng.Parameter(""),
            lambda: ng.Sensitivity(ng.Parameter("CM", sections=soma)),
            lambda: sens.dv(segment),
            lambda: sens.record(synapse, "g"),
            lambda: sens.record(soma(0.5), "m_hhh"),
            lambda: sens.record(soma(0.5), "i_membrane_"),
            lambda: sens.record(soma(0), "i_membrane_"),
            lambda: sens.record(soma(0.5), "i_membrane"),
            lambda: sens.record(soma(1), "i_cap"),
            lambda: sens.record(clamp, "amp"),
            lambda: sens.record(h.SEClamp(dend(0.5)), "on"),
            lambda: sens.record(h.VClamp(dend(0.5)), "i"),
            lambda: sens.dv(soma(0.5)),
        ):
            print(refusal(attempt))
    """).splitlines()
    expected = (
        *["CannotCarry: no mechanism was translated yet: nmodlgrad.load("] * 3,
        "WrongArgument: g_pas: <deleted section> is no place any more",
        "WrongArgument: g_pas: <segment of deleted section> is no place any more",
        "WrongArgument: tau: ExpSyn[0] is in no section",
        "WrongArgument: the name of a Parameter is a string with something in it",
        "UnknownParameter: CM is no parameter of a translated mechanism; did you mean cm?",
        "WrongArgument: dV/dtheta belongs to a segment, not to <segment of deleted section>: it was deleted",
        "WrongArgument: a derivative belongs to a segment or a point process, not to ExpSyn[0]: it was deleted",
        "CannotCarry: m_hhh of soma(0.5): there is no such variable; did you mean m_hh",
        "CannotCarry: i_membrane_ of soma(0.5): NEURON computes it with h.CVode().use_fast_imem(True) only",
        "CannotCarry: i_membrane_ of soma(0): the end of a section has no membrane",
        "CannotCarry: i_membrane of soma(0.5): it belongs to extracellular, which is not carried",
        "CannotCarry: i_cap of soma(1): the end of a section has no membrane",
        "CannotCarry: amp of IClamp[0]: it is a parameter, which depends on nothing (i can be recorded)",
        "CannotCarry: on of SEClamp[0]: SEClamp has none (i, vc can be recorded)",
        "CannotCarry: i of VClamp[0]: VClamp was not translated: NEURON ships no source of it; a SEClamp can be",
        "CannotCarry: the cell of soma: nothing is carried before the first finitialize",
    )
    for line, words in zip(out, expected, strict=True):
        assert line.startswith(words), line


def test_a_sensitivity_that_is_refused_leaves_the_values_where_they_are() -> None:
    out = model("""
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        other = h.VClamp(dend(0.5))
        one = ng.Parameter("gnabar_hh", sections=soma)
        print(refusal(lambda: ng.Sensitivity([one], start=[0.2])))
        other = None
        print(refusal(lambda: ng.Sensitivity([one], start=[0.2, 0.3])))
        print(soma.gnabar_hh)
        with ng.Sensitivity([one], start=[0.2]):
            print(soma(0.5).hh_grad.gnabar)
        print(soma.gnabar_hh)
    """)
    lines = out.splitlines()
    assert "VClamp" in lines[0] and "not the shape" in lines[1]
    assert lines[2:] == ["0.12", "0.2", "0.2"]
