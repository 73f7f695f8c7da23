"""Gamma-Gamma (Fader, Hardie 2013): how much a customer spends on an occasion, whatever the number of occasions.

The occasions of a customer are Gamma(p, ν) with a rate ν of its own, which is Gamma(q, γ) over the customers. The mean
z of x occasions has

    L = Γ(px + q) / (Γ(px) Γ(q)) · γ^q · z^(px - 1) · x^(px) / (γ + xz)^(px + q)
"""

from typing import Any, NamedTuple

import numpy as np

from analytics.prediction import special
from analytics.prediction.summaries import Floats, RepeatSpending


class Spend(NamedTuple):
    """The parameters; gamma is in units of the currency."""

    p: float
    q: float
    gamma: float


def population_mean(at: Spend) -> float | None:
    """The mean spend of an occasion over all customers; None where it has none (q of 1 or less)."""
    return at.p * at.gamma / (at.q - 1) if at.q > 1 else None


def expected_spend(at: Spend, occasions: Any, mean: Any) -> Any:
    """The mean spend of a customer's occasions to come, given the mean of those it had; q above 1.

    A weighted mean of its own and the population's: without an occasion it is the population's.
    """
    weight = at.p * occasions
    return at.p * (at.gamma + occasions * mean) / (weight + at.q - 1)


class SpendLikelihood:
    """The log-likelihood of mean spends and its gradient, by the logarithms of the parameters."""

    def __init__(self, spending: RepeatSpending) -> None:
        values, self._of_value = np.unique(spending.occasions, return_inverse=True)
        self._occasions = values
        self._customers = np.bincount(self._of_value, minlength=len(values)).astype(np.float64)
        self._total = spending.occasions * spending.mean
        logs = np.log(self._total)
        self._log_totals = np.bincount(self._of_value, logs, len(values))
        self._log_means = float(np.log(spending.mean).sum())

    @property
    def customers(self) -> float:
        """How many customers there are."""
        return float(len(self._total))

    def __call__(self, logs: Floats) -> tuple[float, Floats]:
        """The log-likelihood and its gradient."""
        p, q, gamma = at = Spend(*np.exp(logs))
        x, n = self._occasions, self._customers
        beyond = gamma + self._total
        log_beyond = np.bincount(self._of_value, np.log(beyond), len(x))
        inverse = np.bincount(self._of_value, 1 / beyond, len(x))
        shape = p * x
        value = (
            n @ (special.gammaln(shape + q) - special.gammaln(shape) - special.gammaln(q) + q * np.log(gamma))
            + shape @ self._log_totals
            - self._log_means
            - (shape + q) @ log_beyond
        )
        of_p = x @ (n * (special.psi(shape + q) - special.psi(shape)) + self._log_totals - log_beyond)
        of_q = n @ (special.psi(shape + q) - special.psi(q) + np.log(gamma)) - log_beyond.sum()
        of_gamma = n.sum() * q / gamma - (shape + q) @ inverse
        return float(value), np.array([of_p, of_q, of_gamma]) * np.array(at)
