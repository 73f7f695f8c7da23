"""The maximum of a likelihood: looked for on a sample, found on all; and how exactly it is known.

Likelihoods are functions of the logarithms of positive parameters, with their gradient. The maximum may be at a bound,
or flat in a direction: where nobody leaves, it matters little how different customers are in that. Such a parameter has
no standard error, and what is predicted does not depend on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from analytics.prediction.summaries import Floats

BOUND = float(np.log(1e4))  # parameters are from 1 / 10,000 to 10,000
AT_BOUND = 1e-6
DIFFERENCE = 1e-4  # of logarithms, between two gradients
NEWTON_STEPS = 30
HALVINGS = 8
ROUNDS = 4
SETTLED = 1e-11  # log-likelihood still to be gained: parameters within 1/200,000 of their standard errors
CLOSE = 1e-7
FLAT = 0.04  # least curvature: with less, one standard error is a factor of more than e^5
LEVEL = 0.05  # greatest slope where it is flat
DRAWS = 64
SEED = 20070301


class Likelihood(Protocol):
    """A log-likelihood: its value and its gradient by the logarithms of the parameters."""

    @property
    def customers(self) -> float:
        """How many customers it is of."""
        ...

    def __call__(self, logs: Floats) -> tuple[float, Floats]:
        """The log-likelihood and its gradient."""
        ...


@dataclass(frozen=True)
class Known:
    """How exactly a maximum is known: directions as columns, of logarithms.

    Those of `spread` are one standard error long; `flat` are those in which the likelihood hardly changes. A parameter
    at a bound is in none of them.
    """

    spread: Floats
    flat: Floats
    is_determined: NDArray[np.bool_]


@dataclass(frozen=True)
class Maximum:
    """Where a likelihood is greatest: the logarithms of the parameters, its value, and minus its second derivatives."""

    logs: Floats
    log_likelihood: float
    information: Floats
    known: Known

    @property
    def values(self) -> Floats:
        """The parameters."""
        return np.exp(self.logs)

    @property
    def standard_errors(self) -> list[float | None]:
        """Of the parameters, by the delta method; None of those that the data do not tell."""
        errors = self.values * np.sqrt((self.known.spread**2).sum(axis=1))
        return [float(error) if told else None for error, told in zip(errors, self.known.is_determined, strict=True)]

    @cached_property
    def draws(self) -> Floats:
        """Parameters as uncertain as their estimates, a row each: always the same, and in pairs around the middle."""
        spread = self.known.spread
        half = np.random.default_rng(SEED).standard_normal((DRAWS // 2, spread.shape[1]))
        return np.exp(np.clip(self.logs + np.concatenate((half, -half)) @ spread.T, -BOUND, BOUND))


def _known(logs: Floats, information: Floats) -> Known:
    free = np.abs(logs) < BOUND - AT_BOUND
    curvature, vectors = np.linalg.eigh(information[np.ix_(free, free)])
    directions = np.zeros((len(logs), len(curvature)))
    directions[free] = vectors
    curved = curvature > FLAT
    flat = directions[:, ~curved]
    is_determined = free & ((flat**2).sum(axis=1) < LEVEL)
    return Known(directions[:, curved] / np.sqrt(curvature[curved]), flat, is_determined)


def maximum_of(likelihood: Likelihood, starts: Sequence[Floats], sample: Likelihood | None = None) -> Maximum | None:
    """The maximum, looked for from some starts (parameters) and on a sample first if there is one; None without any."""
    if sample is not None:
        near = maximum_of(sample, starts)
        if near is not None:
            times = likelihood.customers / sample.customers
            found = _settled(likelihood, near.logs, near.information * times)
            if found is not None:
                return found
            starts = [near.values, *starts]
    logs = _looked_for(likelihood, starts)
    return _settled(likelihood, logs, information_at(likelihood, logs))


def _looked_for(likelihood: Likelihood, starts: Sequence[Floats]) -> Floats:
    # Here, since it takes as long to import as all that a server needs to start.
    from scipy.optimize import minimize  # noqa: PLC0415  slow to import: most processes fit nothing  # pyright: ignore[reportUnknownVariableType]

    def loss(logs: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood(logs)
        return -value / likelihood.customers, -gradient / likelihood.customers

    found: list[Any] = [
        minimize(
            loss,
            np.clip(np.log(start), -BOUND, BOUND),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-BOUND, BOUND)] * len(start),
            options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-7},
        )
        for start in starts
    ]
    return min(found, key=lambda result: float(result.fun)).x


def information_at(likelihood: Likelihood, logs: Floats) -> Floats:
    """Minus the second derivatives of a log-likelihood, as differences of its gradient."""
    columns = [
        (likelihood(logs - step)[1] - likelihood(logs + step)[1]) / (2 * DIFFERENCE)
        for step in DIFFERENCE * np.eye(len(logs))
    ]
    return (np.array(columns) + np.array(columns).T) / 2


def _settled(likelihood: Likelihood, logs: Floats, information: Floats) -> Maximum | None:
    """Newton's steps to the maximum, with the curvature as it is on the way; None where they lead nowhere."""
    for _ in range(ROUNDS):
        if not np.isfinite(information).all():
            return None
        logs = _stepped(likelihood, logs, information)
        information = information_at(likelihood, logs)
        value, gradient = likelihood(logs)
        if not (np.isfinite(information).all() and np.isfinite(value)):
            return None
        known = _known(logs, information)
        if _gain(known, gradient) < CLOSE and np.abs(known.flat.T @ gradient).max(initial=0) < LEVEL:
            return Maximum(logs, value, information, known)
    return None


def _gain(known: Known, gradient: Floats) -> float:
    """The log-likelihood that a full step would gain."""
    return float(((known.spread.T @ gradient) ** 2).sum()) / 2


def _stepped(likelihood: Likelihood, logs: Floats, information: Floats) -> Floats:
    known = _known(logs, information)
    value, gradient = likelihood(logs)
    for _ in range(NEWTON_STEPS):
        if _gain(known, gradient) < SETTLED:
            break
        step = known.spread @ (known.spread.T @ gradient)
        for _ in range(HALVINGS):
            at = np.clip(logs + step, -BOUND, BOUND)
            next_value, next_gradient = likelihood(at)
            if next_value >= value - 1e-12 * abs(value):
                break
            step = step / 2
        else:
            break
        logs, value, gradient = at, next_value, next_gradient
    return logs
