"""The same gradients from nmodlgrad and from Jaxley: time, time until the first result, and memory.

    pip install jaxley                       (with jax; only this script needs them)
    python benchmarks/against_jaxley.py [--rounds 5] [--core 0]

A Hodgkin-Huxley cell of 40 compartments in five branches, 100 ms at dt 0.025 ms, in NEURON and in Jaxley: the same
geometry, stimulus and parameters, in double precision. Both update states and voltages in the same order, so that
without hh's TABLE the voltages and gradients agree closely; how closely is printed first. Times are with the TABLE, as
NEURON runs hh unless it is told otherwise.

The Jacobian is that of the voltage at one end of the cell in every step, with K parameters: Sensitivity.record against
jax.jacfwd. The gradient is that of the sum over steps of (v - target)^2/2: Sensitivity.accumulate against jax.grad
through a scan that is checkpointed at two levels. A parameter is one conductance in one compartment; beyond 120 of them
reversal potentials and capacitances follow.

Every case runs in a process of its own, on one core, the cases in turn, several rounds over; the table gives medians
over all runs of their processor time, with the lowest and the highest. A run of NEURON includes finitialize. The first
result counts from before the imports: at first nmodlgrad has to compile its mechanisms, again means that it finds them
compiled.
"""

from __future__ import annotations

import functools
import itertools
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import side_by_side

PARENTS = (-1, 0, 0, 1, 1)  # branches
SEGMENTS = 8  # of each branch
LENGTH_UM, DIAMETER_UM, AXIAL_OHM_CM = 160, 2, 100  # of a branch
AMPLITUDE_NA, DELAY_MS, END_MS = 0.1, 5, 80
DT_MS, DURATION_MS = 0.025, 100
STEPS = round(DURATION_MS / DT_MS)
CHECKPOINTS = (80, 50)  # steps: their product is STEPS
REST_MV, TARGET_MV = -65, -60
COUNTS = (16, 64, 256)
RUNS = 5
ONE_THREAD = {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}
# What the parameters are called in NEURON and in Jaxley; "direction" k is parameter k // 40 in compartment k % 40.
NAMES = (
    ("gnabar_hh", "HH_gNa"),
    ("gkbar_hh", "HH_gK"),
    ("gl_hh", "HH_gLeak"),
    ("ena", "HH_eNa"),
    ("ek", "HH_eK"),
    ("el_hh", "HH_eLeak"),
    ("cm", "capacitance"),
)
COMPARTMENTS = len(PARENTS) * SEGMENTS
DIRECTIONS = tuple(itertools.product(range(len(NAMES)), range(COMPARTMENTS)))
TASKS = ("forward", "jacobian", "gradient")
Case = tuple[str, str, int]  # jaxley or nmodlgrad, task, parameters


# ------------------------------------------------------------------ Jaxley
def jaxley_run(task: str, count: int) -> Callable[[], Any]:
    """What computes the voltage, the Jacobian of shape (steps + 1, count), or the gradient, in Jaxley."""
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_platform_name", "cpu")
    import jax.numpy as jnp
    import jaxley
    from jax.flatten_util import ravel_pytree
    from jaxley.channels import HH

    branch = jaxley.Branch(jaxley.Compartment(), ncomp=SEGMENTS)
    cell = jaxley.Cell(branch, parents=list(PARENTS))
    cell.insert(HH())
    for name, value in (
        ("length", LENGTH_UM / SEGMENTS),
        ("radius", DIAMETER_UM / 2),
        ("axial_resistivity", AXIAL_OHM_CM),
        ("capacitance", 1),
        ("v", REST_MV),
    ):
        cell.set(name, float(value))
    cell.init_states(delta_t=DT_MS)
    current = np.zeros(STEPS)
    current[round(DELAY_MS / DT_MS) : round(END_MS / DT_MS)] = AMPLITUDE_NA
    cell.branch(0).comp(0).stimulate(jnp.asarray(current), verbose=False)
    cell.branch(0).comp(0).record(verbose=False)
    for number, group in itertools.groupby(DIRECTIONS[:count], key=lambda direction: direction[0]):
        view = cell.select(nodes=np.array([compartment for _, compartment in group]))
        view.make_trainable(NAMES[number][1], verbose=False)
    values = cell.get_parameters()
    flat, unravel = ravel_pytree(values)
    assert len(flat) == count

    def voltage(theta: Any, **options: Any) -> Any:
        return jaxley.integrate(cell, params=unravel(theta), delta_t=DT_MS, **options)[0]

    def loss(theta: Any) -> Any:
        return jnp.sum((voltage(theta, checkpoint_lengths=list(CHECKPOINTS)) - TARGET_MV) ** 2) / 2

    function = {"forward": voltage, "jacobian": jax.jacfwd(voltage), "gradient": jax.grad(loss)}[task]
    compiled = jax.jit(function)
    return lambda: np.asarray(compiled(flat))


# ------------------------------------------------------------------ NEURON
def neuron_run(task: str, count: int, table: bool = True) -> Callable[[], Any]:
    """The same in NEURON: the untouched model where no derivative is asked for, else with nmodlgrad."""
    from neuron import h

    h.load_file("stdrun.hoc")
    if count:
        import nmodlgrad as ng

        ng.load("hh")
    h.celsius, h.dt, h.tstop = 6.3, DT_MS, DURATION_MS
    context = h.ParallelContext()  # whose psolve does nothing between steps, where continuerun interprets hoc
    context.set_maxstep(DURATION_MS)
    sections = [h.Section(name=f"branch{number}") for number in range(len(PARENTS))]
    for section, parent in zip(sections, PARENTS, strict=True):
        section.L, section.diam, section.Ra, section.nseg, section.cm = (
            LENGTH_UM,
            DIAMETER_UM,
            AXIAL_OHM_CM,
            SEGMENTS,
            1,
        )
        section.insert("hh")
        if parent >= 0:
            section.connect(sections[parent](1))
    segments = [segment for section in sections for segment in section]
    clamp = h.IClamp(segments[0])
    clamp.delay, clamp.dur, clamp.amp = DELAY_MS, END_MS - DELAY_MS, AMPLITUDE_NA
    if count:
        chosen = [ng.Parameter(NAMES[number][0], segments=[segments[at]]) for number, at in DIRECTIONS[:count]]
        sensitivity = ng.Sensitivity(chosen)
        if task == "jacobian":
            recorder = sensitivity.record(segments[0])
        else:
            total = sensitivity.accumulate(segments[0], target=TARGET_MV)
    else:
        voltage = h.Vector().record(segments[0]._ref_v)
    if not table:
        h.usetable_hh = 0
        if count:
            h.usetable_hh_grad = 0

    def run() -> Any:
        h.finitialize(REST_MV)
        context.psolve(DURATION_MS)
        if not count:
            return voltage.as_numpy().copy()
        return recorder.to_numpy() if task == "jacobian" else total.gradient

    run.model = (sections, clamp)  # which live as long as this
    return run


# ------------------------------------------------------------------ one process
def measure(program: str, task: str, count: int) -> dict[str, Any]:
    """Seconds until the first result, processor time of further runs, and the peak of memory in bytes."""
    start = time.perf_counter()
    run = jaxley_run(task, count) if program == "jaxley" else neuron_run(task, count)
    run()
    first = time.perf_counter() - start
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        run()
        seconds.append(time.process_time() - start)
    return {"first": first, "seconds": seconds, "memory": peak()}


def peak() -> int:
    """Bytes of memory that this process had at the most; getrusage counts what it was forked from, too."""
    (found,) = re.findall(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    return 1024 * int(found)


def values(program: str, task: str, count: int, table: bool) -> Any:
    """What is computed."""
    return (jaxley_run(task, count) if program == "jaxley" else neuron_run(task, count, table))().tolist()


# ------------------------------------------------------------------ the report
def agreement(core: int) -> None:
    """Print how closely voltages and derivatives agree."""

    def one(*arguments: Any) -> Any:
        return side_by_side.fresh(core, values, arguments, **ONE_THREAD)

    count = COUNTS[-1]
    print("largest difference between NEURON and Jaxley, of the largest value")
    print("             without TABLE   with it")
    for task, number in (("forward", 0), ("jacobian", count), ("gradient", count)):
        theirs = np.array(one("jaxley", task, number, True))
        ours = (np.array(one("nmodlgrad", task, number, t)) for t in (False, True))
        scale = np.abs(theirs).max(axis=0)  # of each direction
        off = [float((np.abs(array - theirs) / scale).max()) for array in ours]
        label = "voltage" if task == "forward" else f"{task}, K = {number}"
        print(f"{label:>19} {off[0]:9.1e} {off[1]:9.1e}")


def table(at_first: Mapping[Case, list[dict[str, Any]]], again: Mapping[Case, list[dict[str, Any]]]) -> None:
    """Print medians, and ratios within this run."""
    seconds = {case: [s for one in found for s in one["seconds"]] for case, found in again.items()}
    median = side_by_side.medians(seconds)
    print("\n     program      task    K    ms/run (lowest to highest)", end="")
    print("   first result/s   again/s   MiB   Jaxley over it")
    for (program, task, count), found in again.items():
        case = (program, task, count)
        spread = f"{1e3 * median[case]:8.1f} ({side_by_side.spread(seconds[case])})"
        first = statistics.median(one["first"] for one in found)
        memory = statistics.median(one["memory"] for one in found) / 2**20
        ratio = f"{median['jaxley', task, count] / median[case]:.2f}" if program == "nmodlgrad" else ""
        print(
            f"{'NEURON' if program == 'nmodlgrad' and not count else program:>12} {task:>9} {count:4d} {spread:>29} "
            f"{at_first[case][0]['first']:16.2f} {first:9.2f} {memory:5.0f} {ratio:>16}"
        )


def main() -> None:
    """Print the agreement and the table."""
    options = side_by_side.parser(__doc__).parse_args()
    if side_by_side.called(options, measure, values):
        return
    agreement(options.core)
    pairs = [("forward", 0), *((task, count) for task in TASKS[1:] for count in COUNTS)]
    cases = [(program, *pair) for pair in pairs for program in ("jaxley", "nmodlgrad")]
    one = functools.partial(side_by_side.fresh, options.core, measure, **ONE_THREAD)
    with tempfile.TemporaryDirectory() as empty:
        begin = side_by_side.in_turn(
            1, cases, lambda case: one(case, NMODLGRAD_CACHE=f"{empty}/{'-'.join(map(str, case))}")
        )
    again = side_by_side.in_turn(options.rounds, cases, one)
    table(begin, again)


if __name__ == "__main__":
    main()
