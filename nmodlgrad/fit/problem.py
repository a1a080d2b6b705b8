"""A problem: free parameters of the model that is built, protocols, and what the traces should be."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import ArrayLike, NDArray

from nmodlgrad.fit.free import Free
from nmodlgrad.fit.losses import Loss
from nmodlgrad.fit.traces import Trace
from nmodlgrad.runtime.errors import Diverged, WrongArgument
from nmodlgrad.runtime.recording import Recorder
from nmodlgrad.runtime.sensitivity import Sensitivity
from nmodlgrad.runtime.values import Moved

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Protocol:
    """One run of the model, from ``finitialize(h.v_init)`` on, and what is asked of it.

    Parameters
    ----------
    name
        what it is called in reports
    duration
        ms
    losses
        what its traces should be like
    prepare
        called before each run: sets the stimulus, and everything else in which protocols differ. It leaves the free
        parameters and the step alone
    """

    name: str
    duration: float
    losses: Sequence[Loss]
    prepare: Callable[[], object] | None = None

    def __post_init__(self) -> None:
        losses = [self.losses] if isinstance(self.losses, Loss) else list(self.losses)
        for loss in losses:
            if not isinstance(loss, Loss):
                raise WrongArgument(f"protocol {self.name}: losses are of nmodlgrad.fit, not {loss!r}")
        if not losses:
            raise WrongArgument(f"protocol {self.name}: at least one loss is needed")
        if not (math.isfinite(self.duration) and self.duration > 0):
            raise WrongArgument(f"protocol {self.name}: duration is a time in ms, not {self.duration!r}")
        for loss in losses:
            loss.check(self.duration)
        object.__setattr__(self, "losses", losses)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Residuals and their derivatives at theta.

    Attributes
    ----------
    theta, residuals, jacobian
        shapes (parameters,), (residuals,), (residuals, parameters). Infinite residuals say that the model diverged
    counts
        how many residuals each loss gave, in the order of the protocols and their losses, before any compression
    responses
        what the model did there; None where it diverged, and once compressed
    """

    theta: Floats
    residuals: Floats
    jacobian: Floats
    counts: tuple[int, ...] = ()
    responses: Sequence[Response] | None = None

    @property
    def loss(self) -> float:
        """Half the sum of squares."""
        return float(self.residuals @ self.residuals) / 2

    @property
    def gradient(self) -> Floats:
        """D loss / d theta: shape (parameters,); zero where the model diverged."""
        if not math.isfinite(self.loss):
            return np.zeros(len(self.theta))
        return self.jacobian.T @ self.residuals

    def compressed(self) -> Evaluation:
        """One with as many residuals as parameters, and one more, for which every loss of a linear model is the same.

        With Q R the decomposition of (J r), these are the columns of R: J'J, J'r and r'r are those of J and r, and
        nothing else enters Gauss-Newton steps and Fisher information.
        """
        count = len(self.theta)
        if not math.isfinite(self.loss):
            return Evaluation(self.theta, np.full(count + 1, math.inf), np.zeros((count + 1, count)))
        found = np.zeros((count + 1, count + 1))
        triangle = np.linalg.qr(np.column_stack([self.jacobian, self.residuals]), mode="r")
        found[: len(triangle)] = triangle
        return Evaluation(self.theta, found[:, count], found[:, :count], self.counts)


@dataclass(frozen=True, eq=False)
class Response:
    """What the model did, where a loss looked: the samples that the loss had, and all of the run."""

    protocol: Protocol
    loss: Loss
    samples: Floats
    interval: float
    derivatives: Floats
    trace: Trace


class Problem:
    """The loss of a model as a function of theta, with its derivatives: plain numpy, for any optimiser.

    The model is the one that is built in this process. The free parameters are moved in it, and its cells carry
    their derivatives until :meth:`close`.

    Parameters
    ----------
    free
        the parameters that are fitted
    protocols
        the runs that are compared; the loss is the sum of theirs
    dt
        step in ms, to which ``h.dt`` is set; by default what that is

    Raises
    ------
    WrongArgument
        for anything but Free and Protocol, and for several Free that add up without a start
    UnknownParameter, CannotCarry, TooMuchMemory
        as :class:`nmodlgrad.Sensitivity`
    """

    def __init__(
        self, free: Iterable[Free] | Free, protocols: Iterable[Protocol] | Protocol, *, dt: float | None = None
    ) -> None:
        self.free = _listed(free, Free)
        self.protocols = _listed(protocols, Protocol)
        h.load_file("stdrun.hoc")  # which has v_init, tstop and continuerun
        self.dt = float(h.dt if dt is None else dt)
        if not (math.isfinite(self.dt) and self.dt > 0):
            raise WrongArgument(f"dt is a time in ms, not {dt!r}")
        h.dt = self.dt
        self._transforms = [each.mapping for each in self.free]
        _check_starts(self.free)
        self._sensitivity = Sensitivity([f.direction for f in self.free], start=[f.start for f in self.free])
        try:
            self._taps = {
                protocol: [_Tap(self._sensitivity, loss, self.dt) for loss in protocol.losses]
                for protocol in self.protocols
            }
        except BaseException:
            self.close()
            raise
        self.simulations = 0
        self._there = _driving()

    # ------------------------------------------------------------------ coordinates
    @property
    def labels(self) -> tuple[str, ...]:
        """What the parameters are called, each by a name of its own: a second ``g_pas in dend`` is numbered."""
        found: list[str] = []
        for each in self.free:
            names = (each.label if n == 1 else f"{each.label} ({n})" for n in count(1))
            found.append(next(name for name in names if name not in found))
        return tuple(found)

    @property
    def units(self) -> tuple[str, ...]:
        """The units of the parameters themselves; a value is in units of `scale` times these."""
        return self._sensitivity.units

    @property
    def start(self) -> Floats:
        """Theta to begin with: shape (parameters,)."""
        return self.theta([each.start for each in self.free])

    @property
    def bounds(self) -> Floats:
        """Lowest and highest theta: shape (parameters, 2)."""
        pairs = zip(self._transforms, self.free, strict=True)
        return np.array([[t.theta(bound) for bound in each.bounds] for t, each in pairs])

    def values(self, theta: ArrayLike) -> Floats:
        """The values of the parameters at theta."""
        return np.array([t.value(x) for t, x in zip(self._transforms, self._checked(theta), strict=True)])

    def theta(self, values: ArrayLike) -> Floats:
        """Theta where the parameters have these values."""
        return np.array([t.theta(x) for t, x in zip(self._transforms, self._checked(values), strict=True)])

    def slopes(self, theta: ArrayLike) -> Floats:
        """D value / d theta of each parameter."""
        return np.array([t.slope(x) for t, x in zip(self._transforms, self._checked(theta), strict=True)])

    def _checked(self, numbers: ArrayLike) -> list[float]:
        found = np.asarray(numbers, float)
        if found.shape != (len(self.free),):
            raise WrongArgument(f"{len(self.free)} parameters, not an array of shape {found.shape}")
        return [float(x) for x in found]

    # ------------------------------------------------------------------ what an optimiser calls
    def evaluate(self, theta: ArrayLike) -> Evaluation:
        """Run every protocol: residuals and their derivatives, infinite where the model diverges."""
        at = np.array(theta, float)
        slopes = self.slopes(at)
        try:
            responses = self.responses(at)
        except Diverged:
            return Evaluation(at, np.full(1, math.inf), np.zeros((1, len(self.free))))
        linear = [_residuals(response) for response in responses]
        residuals = np.concatenate([each for each, _ in linear])
        jacobian = np.concatenate([rows for _, rows in linear]) * slopes
        return Evaluation(at, residuals, jacobian, tuple(len(each) for each, _ in linear), responses)

    def value_and_grad(self, theta: ArrayLike) -> tuple[float, Floats]:
        """The loss, and its derivative by theta: shape (parameters,)."""
        found = self.evaluate(theta)
        return found.loss, found.gradient

    def residuals_and_jacobian(self, theta: ArrayLike) -> tuple[Floats, Floats]:
        """Residuals whose half sum of squares is the loss: shapes (residuals,) and (residuals, parameters)."""
        found = self.evaluate(theta)
        return found.residuals, found.jacobian

    def move(self, theta: ArrayLike) -> None:
        """Give the parameters their values at theta.

        Raises
        ------
        Diverged
            when these are not finite.
        """
        values = self.values(theta)
        if not np.isfinite(values).all():
            raise Diverged(f"theta is so far out that values are not finite: {values}")
        self._sensitivity.theta = values

    def responses(self, theta: ArrayLike) -> list[Response]:
        """What the model does at theta, for every loss of every protocol.

        Raises
        ------
        Diverged
            when a voltage or a derivative is not finite any more.
        WrongArgument
            when a clamp, a synapse or a NetCon is gone since the problem was made.
        """
        self.move(theta)
        self._check_driving()
        return [response for protocol in self.protocols for response in self._run(protocol)]

    def _check_driving(self) -> None:
        """Once, before the first run: whoever made the problem in a function has left it by then."""
        gone = sorted(self._there - _driving()) if self._there else []
        self._there = set()
        if gone:
            raise WrongArgument(
                f"{', '.join(gone[:3])} was there when the Problem was made, and is gone: NEURON removes what no "
                "variable refers to. Keep it where it lives as long as the problem, in a list of the module say"
            )

    def _run(self, protocol: Protocol) -> list[Response]:
        h.dt = self.dt
        if protocol.prepare is not None:
            protocol.prepare()
            if displaced := self._sensitivity.displaced:
                raise WrongArgument(
                    f"prepare of protocol {protocol.name} has set {', '.join(displaced[:3])}: free parameters "
                    "stay where the fit puts them"
                )
            if h.dt != self.dt:
                raise WrongArgument(
                    f"prepare of protocol {protocol.name} has set h.dt = {h.dt:g} ms: the step is that of the problem, "
                    f"Problem(..., dt=...), {self.dt:g} ms"
                )
        taps = self._taps[protocol]
        h.tstop = protocol.duration
        try:
            h.finitialize(h.v_init)
            h.continuerun(protocol.duration)
        except RuntimeError:
            for tap in taps:
                tap.recorder.to_numpy()  # says what happened, if it was the derivative
            raise
        self.simulations += 1
        return [tap.response(protocol) for tap in taps]

    # ------------------------------------------------------------------ the end
    def close(self) -> None:
        """The cells are as they were, with the parameters where they stand now."""
        self._sensitivity.close()

    def __enter__(self) -> Problem:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Tap:
    """Records what a loss looks at: the variable in every step, its derivatives where there are samples."""

    def __init__(self, sensitivity: Sensitivity, loss: Loss, dt: float) -> None:
        self._loss, self._steps, self._dt = loss, loss.sampling_steps(dt), dt
        every = self._steps * dt if self._steps > 1 else None
        self.recorder: Recorder = sensitivity.record(loss.place, loss.variable, every=every)
        self._values = h.Vector().record(self.recorder.reference())

    def response(self, protocol: Protocol) -> Response:
        values = np.array(self._values, float)
        trace = Trace.sampled(values, self._dt)
        derivatives = self.recorder.to_numpy()
        samples = values[:: self._steps][: len(derivatives)]
        return Response(protocol, self._loss, samples, self._steps * self._dt, derivatives, trace)


def _residuals(response: Response) -> tuple[Floats, Floats]:
    """None of a loss without weight: it says nothing of the noise either."""
    if not response.loss.weight:
        return np.zeros(0), np.zeros((0, response.derivatives.shape[1]))
    residuals, by_sample = response.loss.residuals(response.samples, response.interval)
    factor = math.sqrt(response.loss.weight)
    return factor * residuals, factor * (by_sample @ response.derivatives)


def _check_starts(free: Sequence[Free]) -> None:
    """Where several add up, what the model has is that of all of them together."""
    if len(free) == 1 or all(each.start_given for each in free):
        return
    for values in Moved([each.direction for each in free]).values():
        for _, entries in values.seeds.groups():
            several = [free[k] for k in entries.directions.tolist()]
            unsaid = [each.label for each in several if not each.start_given]
            if len(several) > 1 and unsaid:
                raise WrongArgument(
                    f"{', '.join(each.label for each in several)} add up in the same places, so say where {unsaid[0]} "
                    "starts: Free(..., start=...)"
                )


def _driving() -> set[str]:
    """Point processes and connections, by name."""
    points = (point for section in h.allsec() for segment in section.allseg() for point in segment.point_processes())
    return {each.hname() for each in (*points, *h.List("NetCon"), *h.List("NetStim"))}


def _listed(given: Any, kind: type) -> tuple[Any, ...]:
    found = tuple(given) if isinstance(given, Iterable) else (given,)
    for each in found:
        if not isinstance(each, kind):
            raise WrongArgument(f"a Problem takes {kind.__name__}s here, not {each!r}")
    if not found:
        raise WrongArgument(f"a Problem has at least one {kind.__name__}")
    return found
