"""How a model is run and what is recorded: shared by both processes, so that they can not differ in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oracle.model import Model

Floats = NDArray[np.float64]

DT_MS = 0.025
V_INIT_MV = -65.0


def prepare(h: Any) -> None:
    """Set the step and the temperature of every scenario."""
    h.load_file("stdrun.hoc")
    h.steps_per_ms = 1 / DT_MS
    h.dt = DT_MS
    h.celsius = 6.3
    h.v_init = V_INIT_MV


def by_continuerun(h: Any, duration_ms: float) -> None:
    """Run as most scripts do."""
    h.finitialize(h.v_init)
    h.continuerun(duration_ms)


def by_run(h: Any, duration_ms: float) -> None:
    """Run as the graphical interface does."""
    h.tstop = duration_ms
    h.run()


def by_fadvance(h: Any, duration_ms: float) -> None:
    """Run step by step, as a script does that looks at the model between the steps."""
    h.finitialize(h.v_init)
    for _ in range(round(duration_ms / DT_MS)):
        h.fadvance()


def by_psolve(h: Any, duration_ms: float) -> None:
    """Run as parallel models do."""
    context = h.ParallelContext()
    context.set_maxstep(10)
    h.finitialize(h.v_init)
    context.psolve(duration_ms)


WAYS: dict[str, Callable[[Any, float], None]] = {
    "continuerun": by_continuerun,
    "run": by_run,
    "fadvance": by_fadvance,
    "psolve": by_psolve,
}


def record_voltages(h: Any, model: Model) -> Callable[[], Floats]:
    """Record every site; what is returned reads the voltages, (samples, sites), after a run."""
    vectors = [h.Vector().record(segment._ref_v) for segment in model.sites()]
    return lambda: np.column_stack([vector.to_python() for vector in vectors])


def compute_membrane_currents(h: Any, names: Iterable[str]) -> None:
    """Let NEURON compute i_membrane_ if it is among the names, as in "soma(0.5).i_membrane_"."""
    if any(name.endswith(".i_membrane_") for name in names):
        h.CVode().use_fast_imem(True)


def place_and_name(model: Model, text: str) -> tuple[Any, str]:
    """The segment or point process, and the variable, of a text as "soma(0.5).m_hh" or "Exp2Syn[0].B"."""
    place, _, name = text.rpartition(".")
    places = {str(segment): segment for segment in model.sites()}
    nodes = (segment for section in model.sections for segment in section.allseg())
    places |= {process.hname(): process for segment in nodes for process in segment.point_processes()}
    return places[place], name


def reference(place: Any, name: str) -> Any:
    """NEURON's reference to a variable, which may be an element as "ca_ladder[1]"."""
    whole, _, index = name.partition("[")
    found = getattr(place, f"_ref_{whole}")
    return found[int(index[:-1])] if index else found


def record_everything(h: Any, model: Model, names: list[str] | None = None) -> Callable[[], dict[str, Floats]]:
    """Record every voltage, state and assigned variable, or only those of them that are named.

    The names come from NEURON's own tables, so nothing that a mechanism computes is left out.
    """
    quantities = {name: reference for name, reference in _quantities(h, model) if names is None or name in names}
    if missing := set(names or ()) - set(quantities):
        raise LookupError(f"not in this model: {sorted(missing)}")
    vectors = {name: h.Vector().record(reference) for name, reference in quantities.items()}
    return lambda: {name: np.array(vector.to_python()) for name, vector in vectors.items()}


def _quantities(h: Any, model: Model) -> Iterator[tuple[str, Any]]:
    for segment in model.sites():
        yield f"{segment}.v", segment._ref_v
        for mechanism in segment:
            suffix = "" if mechanism.is_ion() else f"_{mechanism.name()}"
            for variable in _variables(h, mechanism.name()):
                name = variable.removesuffix(suffix)
                yield f"{segment}.{variable}", getattr(mechanism, f"_ref_{name}")
        for process in segment.point_processes():
            for variable in _variables(h, process.hname().split("[")[0]):
                yield f"{process}.{variable}", getattr(process, f"_ref_{variable}")


def _variables(h: Any, mechanism: str) -> Iterator[str]:
    """Names of the assigned variables (2) and states (3) of a mechanism."""
    for kind in (2, 3):
        standard = h.MechanismStandard(mechanism, kind)
        name = h.ref("")
        for index in range(int(standard.count())):
            if standard.name(name, index) == 1:
                yield name[0]


def save(result_file: str, measured: Mapping[str, Any]) -> None:
    """Leave the arrays in a file, whole or not at all."""
    np.savez("unfinished.npz", **measured)
    os.replace("unfinished.npz", result_file)
