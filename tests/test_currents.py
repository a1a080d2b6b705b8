"""Currents that NEURON computes by itself: of its clamps, and through the membrane."""

from __future__ import annotations

from processes import model

CLAMPED = """
        ng.load("hh", "pas")
        soma, dend, clamp = cell()
        electrode = h.SEClamp(soma(0.5))
        electrode.rs, electrode.dur1, electrode.dur2, electrode.amp1, electrode.amp2 = 7, 3, 4, -70, -30
        h.CVode().use_fast_imem(True)
        sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=soma), ng.Parameter("g_pas", sections=dend)])
        current = sens.record(electrode, "i")
"""


def test_the_current_of_a_clamp_follows_it_to_where_it_is_moved() -> None:
    out = model(
        CLAMPED
        + """
        voltages = {place: sens.record(place) for place in (soma(0.5), dend(0.5))}
        for place in (soma(0.5), dend(0.5)):
            electrode.loc(place)
            run(soma)
            times = np.array(current.times())
            on = times[:, None] < 7.01  # the step that ends at 7 ms has begun before
            expected = np.where(on, -voltages[place].to_numpy() / 7, 0)
            print(np.allclose(current.to_numpy(), expected, rtol=1e-14, atol=0), abs(expected).max() > 0)
        print(sens.record(electrode, "vc").unit)
        other = h.Section(name="other")
        electrode.loc(other(0.5))
        print(refusal(lambda: h.finitialize(-65)))
    """,
        errors=True,
    )
    assert out.startswith("True True\nTrue True\nmV\n")
    assert "CannotCarry: other(0.5) belongs to no cell that this Sensitivity carries" in out


def test_what_leaves_through_the_membrane_has_come_from_the_electrodes() -> None:
    """The currents of all segments add up to what electrodes inject, to rounding, on one thread and on two."""
    out = model(
        CLAMPED
        + """
        other, *_ = two = cell("other")
        leaving = [sens.record(segment, "i_membrane_") for section in (soma, dend) for segment in section]
        loss = sens.accumulate(dend(0.5), "i_membrane_", weight=0.025)
        for threads in (1, 2):
            h.ParallelContext().nthread(threads)
            run(soma)
            total = sum(each.to_numpy() for each in leaving)
            injected = current.to_numpy()
            print(bool((abs(total - injected).max(axis=0) < 1e-12 * abs(leaving[0].to_numpy()).max(axis=0)).all()))
            print(bool(np.allclose(loss.gradient, 0.025 * leaving[2].to_numpy().sum(axis=0), rtol=1e-12)))
        h.CVode().use_fast_imem(False)
        print(refusal(lambda: h.finitialize(-65)))
    """,
        errors=True,
    )
    assert out.startswith("True\nTrue\nTrue\nTrue\n")
    assert "CannotCarry: i_membrane_ of soma(0.5): NEURON computes it with h.CVode().use_fast_imem(True) only" in out
