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

Every case runs in a process of its own, on one core, the cases in turn, several rounds over; the table gives medians over
all runs, with the lowest and the highest. A run of NEURON includes finitialize. The first result counts from before the
imports: in the first round nmodlgrad compiles its mechanisms, in later ones it finds them compiled.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

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
        section.L, section.diam, section.Ra, section.nseg, section.cm = LENGTH_UM, DIAMETER_UM, AXIAL_OHM_CM, SEGMENTS, 1
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
    """Seconds until the first result, those of further runs, and the peak of memory in bytes."""
    start = time.perf_counter()
    run = jaxley_run(task, count) if program == "jaxley" else neuron_run(task, count)
    run()
    first = time.perf_counter() - start
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return {"first": first, "seconds": seconds, "memory": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}


def values(program: str, task: str, count: int, table: bool) -> Any:
    """What is computed."""
    return (jaxley_run(task, count) if program == "jaxley" else neuron_run(task, count, table))().tolist()


def in_own_process(core: int, cache: str | None, call: str, *arguments: Any) -> Any:
    """`measure` or `values` in a fresh process on one core, with an own cache of compiled mechanisms if one is given."""
    environment = os.environ | {
        "NEURON_MODULE_OPTIONS": "-nogui",
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
        "OMP_NUM_THREADS": "1",
    }
    if cache:
        environment["NMODLGRAD_CACHE"] = cache
    command = [sys.executable, __file__, "--call", json.dumps([core, call, arguments])]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    return json.loads(result.stdout.splitlines()[-1])


def called(core: int, call: str, arguments: list[Any]) -> None:
    """In the fresh process."""
    os.sched_setaffinity(0, {core})
    print(json.dumps({"measure": measure, "values": values}[call](*arguments)))


# ------------------------------------------------------------------ the report
def agreement(core: int) -> None:
    """Print how closely voltages and derivatives agree."""
    count = COUNTS[-1]
    print("largest difference between NEURON and Jaxley, of the largest value")
    print("             without TABLE   with it")
    for task, number in (("forward", 0), ("jacobian", count), ("gradient", count)):
        theirs = np.array(in_own_process(core, None, "values", "jaxley", task, number, True))
        ours = (np.array(in_own_process(core, None, "values", "nmodlgrad", task, number, t)) for t in (False, True))
        scale = np.abs(theirs).max(axis=0)  # of each direction
        off = [float((np.abs(one - theirs) / scale).max()) for one in ours]
        label = "voltage" if task == "forward" else f"{task}, K = {number}"
        print(f"{label:>19} {off[0]:9.1e} {off[1]:9.1e}")


def table(found: Mapping[Case, list[dict[str, Any]]]) -> None:
    """Print medians, and ratios within this run."""

    def median(case: Case) -> float:
        return statistics.median(s for one in found[case] for s in one["seconds"])

    print("\n     program      task    K    ms/run (lowest to highest)   first result/s   again/s   MiB   Jaxley over it")
    for case, measured in found.items():
        program, task, count = case
        seconds = [1e3 * s for one in measured for s in one["seconds"]]
        spread = f"{1e3 * median(case):8.1f} ({min(seconds):.1f} to {max(seconds):.1f})"
        again = statistics.median(one["first"] for one in measured[1:] or measured)
        memory = statistics.median(one["memory"] for one in measured) / 2**20
        ratio = f"{median(('jaxley', task, count)) / median(case):.2f}" if program == "nmodlgrad" else ""
        print(
            f"{'NEURON' if program == 'nmodlgrad' and not count else program:>12} {task:>9} {count:4d} {spread:>29} "
            f"{measured[0]['first']:16.2f} {again:9.2f} {memory:5.0f} {ratio:>16}"
        )


def main() -> None:
    """Print the agreement and the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each case is measured (default: %(default)s)")
    parser.add_argument("--core", type=int, default=0, help="where all of it runs (default: %(default)s)")
    parser.add_argument("--call", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.call:
        called(*json.loads(options.call))
        return
    agreement(options.core)
    pairs = [("forward", 0), *((task, count) for task in TASKS[1:] for count in COUNTS)]
    cases = [(program, *pair) for pair in pairs for program in ("jaxley", "nmodlgrad")]
    found: dict[Case, list[dict[str, Any]]] = {case: [] for case in cases}
    for number in range(options.rounds):
        for case, measured in found.items():
            if sys.stderr.isatty():
                print(f"\rround {number + 1} of {options.rounds}, {case}    ", end="", file=sys.stderr, flush=True)
            with tempfile.TemporaryDirectory() as fresh:
                measured.append(in_own_process(options.core, None if number else fresh, "measure", *case))
    table(found)


if __name__ == "__main__":
    main()
