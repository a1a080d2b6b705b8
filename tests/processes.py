"""Run a few lines of a model in a process of their own, and read what they print."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

PREAMBLE = """
import json, gc
import numpy as np
from neuron import h
import nmodlgrad as ng
h.load_file("stdrun.hoc")
h.celsius = 6.3

def cell(name="soma", mechanism="hh"):
    soma, dend = h.Section(name=name), h.Section(name=name + "_dend")
    soma.L = soma.diam = 20
    dend.L, dend.diam, dend.nseg = 100, 2, 3
    dend.connect(soma(1))
    soma.insert(mechanism)
    dend.insert("pas")
    clamp = h.IClamp(soma(0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.3
    return soma, dend, clamp

def run(section, duration=10):
    voltage = h.Vector().record(section(0.5)._ref_v)
    h.finitialize(-65)
    h.continuerun(duration)
    return voltage.to_python()

def refusal(action):
    try:
        action()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "nothing was refused"
"""

GRADIENT = """
ng.load("hh", "pas")
soma, dend, clamp = cell()
sens = ng.Sensitivity([ng.Parameter("gnabar_hh", sections=[soma]), ng.Parameter("g_pas", sections=[dend])])
dv = sens.record(dend(0.5))
"""


def model(code: str, folder: Path | None = None, *, errors: bool = False, **environment: str) -> str:
    """What the code prints, after the preamble above; fails with the process's whole output if it does.

    `folder` is its working folder; `environment` adds to this process's. With `errors`, what goes to stderr comes
    behind: NEURON 8 tells there, and not in its exception, what was raised in a callback.
    """
    result = subprocess.run(
        [sys.executable, "-c", PREAMBLE + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"} | environment,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + (result.stderr if errors else "")
