"""Fit a model: from recorded traces to parameters, with the gradient, and with error bars.

>>> from nmodlgrad import fit
>>> free = [fit.Free(ng.Parameter("gnabar_hh", sections=soma), bounds=(0.01, 1))]
>>> loss = fit.SquaredError(soma(0.5), fit.Trace.sampled(measured, every=0.1))
>>> problem = fit.Problem(free, fit.Protocol("step", 100, loss))
>>> found = fit.minimise(problem, fit.GaussNewton())
"""

from nmodlgrad.fit import adapters
from nmodlgrad.fit.columns import DataError
from nmodlgrad.fit.data import read, read_csv, read_npz, read_nwb
from nmodlgrad.fit.free import Free
from nmodlgrad.fit.journal import JournalError
from nmodlgrad.fit.losses import (
    AfterHyperpolarisation,
    Feature,
    Loss,
    Mean,
    Peak,
    Rate,
    SpikeTimes,
    SquaredError,
    Trough,
    Variance,
)
from nmodlgrad.fit.minimise import Fit, minimise
from nmodlgrad.fit.multistart import Fits, multistart
from nmodlgrad.fit.optimisers import (
    LBFGSB,
    Adam,
    Cosine,
    Ending,
    Exponential,
    GaussNewton,
    Optimiser,
    Outcome,
    Polyak,
)
from nmodlgrad.fit.problem import Evaluation, Problem, Protocol, Response
from nmodlgrad.fit.report import write_report
from nmodlgrad.fit.traces import Trace
from nmodlgrad.fit.transforms import Identity, Log, Logit, Softplus, Transform
from nmodlgrad.fit.uncertainty import Combination, Uncertainty, uncertainty

__all__ = [
    "LBFGSB",
    "Adam",
    "AfterHyperpolarisation",
    "Combination",
    "Cosine",
    "DataError",
    "Ending",
    "Evaluation",
    "Exponential",
    "Feature",
    "Fit",
    "Fits",
    "Free",
    "GaussNewton",
    "Identity",
    "JournalError",
    "Log",
    "Logit",
    "Loss",
    "Mean",
    "Optimiser",
    "Outcome",
    "Peak",
    "Polyak",
    "Problem",
    "Protocol",
    "Rate",
    "Response",
    "Softplus",
    "SpikeTimes",
    "SquaredError",
    "Trace",
    "Transform",
    "Trough",
    "Uncertainty",
    "Variance",
    "adapters",
    "minimise",
    "multistart",
    "read",
    "read_csv",
    "read_npz",
    "read_nwb",
    "uncertainty",
    "write_report",
]
