"""A problem that other processes build, and accidents that happen to it at certain thetas."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neuron import h

import nmodlgrad as ng
from nmodlgrad import fit

STARTS = 6
OPTIMISER = fit.GaussNewton(steps=6)
Theta = tuple[float, ...]


@dataclass(frozen=True)
class Accident:
    """What happens: `what` to do, in which processes: every one, or the first that comes (`once`: a file to make)."""

    what: str
    once: str | None = None

    def happen(self) -> None:
        if self.once is not None:
            if Path(self.once).exists():
                return
            Path(self.once).touch()
        match self.what:
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "take the worker along":
                os.kill(os.getppid(), signal.SIGKILL)
                time.sleep(60)  # until the kernel ends this one too
            case "fail":
                raise ValueError("an accident")


@dataclass(frozen=True)
class Model:
    """Builds a soma with hh, whose maximal conductances are fitted to what they were. Every evaluation is logged."""

    log: str
    pause: float = 0.0  # s in each evaluation
    accidents: Mapping[Theta, Accident] = field(default_factory=dict)

    def __call__(self) -> fit.Problem:
        h.load_file("stdrun.hoc")
        h.celsius = 6.3
        ng.load("hh")
        soma = h.Section(name="soma")
        soma.L = soma.diam = 20
        soma.insert("hh")
        clamp = h.IClamp(soma(0.5))
        clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.1
        voltage = h.Vector().record(soma(0.5)._ref_v)
        h.finitialize(-65)
        h.continuerun(5)
        target = fit.Trace.sampled(voltage.to_python(), every=h.dt)
        free = [
            fit.Free(ng.Parameter("gnabar_hh", sections=[soma]), bounds=(0.05, 0.3)),
            fit.Free(ng.Parameter("gkbar_hh", sections=[soma]), bounds=(0.01, 0.1)),
        ]
        problem = _Observed(free, fit.Protocol("step", 5, fit.SquaredError(soma(0.5), target)))
        problem.model, problem.cell = self, (soma, clamp)
        return problem


class _Observed(fit.Problem):
    model: Model
    cell: Any

    def evaluate(self, theta: Any) -> fit.Evaluation:
        with Path(self.model.log).open("a") as log:
            log.write(f"{os.getpid()} {json.dumps(list(theta))}\n")
        if accident := self.model.accidents.get(tuple(theta)):
            accident.happen()
        time.sleep(self.model.pause)
        return super().evaluate(theta)


def outcome(fit: fit.Fit | None) -> Any:
    """All of a fit but the time it took, to the last bit."""
    if fit is None:
        return None
    numbers = fit.thetas, fit.losses, fit.gradient_norms, fit.best.residuals, fit.best.jacobian, fit.values
    return [[number.hex() for number in array.ravel().tolist()] for array in numbers], fit.message, fit.outcome


def one_after_the_other(log: str) -> None:
    """Print what `minimise` makes of each start, all in this process."""
    from nmodlgrad.fit.sampling import ranges, sobol

    problem = Model(log)()
    thetas = sobol(ranges(problem), STARTS, seed=1)
    fits = [fit.minimise(problem, OPTIMISER, start=theta, progress=False) for theta in thetas]
    json.dump({"thetas": [each.thetas.tolist() for each in fits], "outcomes": [*map(outcome, fits)]}, sys.stdout)


if __name__ == "__main__":
    one_after_the_other(sys.argv[1])
