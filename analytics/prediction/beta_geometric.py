"""The likelihoods of MBG/NBD and BG/NBD: how often customers buy, and after which purchase they leave for good.

While a customer is alive, purchases come at random at a rate λ of its own; after a purchase it leaves with a
probability p of its own. λ is Gamma(r, α) over the customers, p is Beta(a, b). Time is in weeks.

BG/NBD (Fader, Hardie, Lee 2005) lets nobody leave after the first purchase; MBG/NBD (Batislam, Denizel, Filiztekin
2007) does. So x repeat purchases are m survived chances to leave, m = x or x + 1, and both are

    L = Γ(r + x) / Γ(r) · α^r · B(a, b + m) / B(a, b) · [(α + T)^-(r + x) + a / (b + m - 1) · (α + t_x)^-(r + x)]

where the second term, a customer that has left, is only there for m > 0. Everything is computed as logarithms.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np

from analytics.prediction import special
from analytics.prediction.summaries import DAYS_OF_WEEK, Floats, Histories

CHUNK = 1 << 15  # histories at a time: what is computed of them stays in the processor's cache


class BuyingModel(StrEnum):
    """A model of repeat purchases, by its usual name."""

    MBG_NBD = "MBG/NBD"
    BG_NBD = "BG/NBD"

    def chances(self, repeats: Any) -> Any:
        """m: the chances to leave that so many repeat purchases survived."""
        return repeats + 1 if self is BuyingModel.MBG_NBD else repeats


class Buying(NamedTuple):
    """The parameters: purchase rates are Gamma(r, alpha) a week, the chance to leave is Beta(a, b). Also as arrays."""

    r: Any
    alpha: Any
    a: Any
    b: Any


def log_odds_of_leaving(model: BuyingModel, at: Buying, histories: Histories) -> Floats:
    """The logarithm of P(left) / P(alive) at the end of T; minus infinity where nobody can have left.

    Parameters that are columns give a row for each history.
    """
    repeats = _column(histories.repeats, at)
    terms = at.r + repeats, at.alpha + _weeks(histories.span, at), at.alpha + _weeks(histories.age, at)
    exponent, span, age = terms
    return _log_weight_of_leaving(model, at, repeats) + exponent * (np.log(age) - np.log(span))


def _log_weight_of_leaving(model: BuyingModel, at: Buying, repeats: Floats) -> Floats:
    survived = model.chances(repeats)
    could = survived > 0
    return np.where(could, np.log(at.a) - np.log(np.where(could, at.b + survived - 1, 1)), -np.inf)


def _column(values: Any, at: Buying) -> Floats:
    column = np.asarray(values, np.float64)
    return column[:, np.newaxis] if np.ndim(at.r) else column


def _weeks(days: Any, at: Buying) -> Floats:
    return _column(days, at) / DAYS_OF_WEEK


class BuyingLikelihood:
    """The log-likelihood of histories and its gradient, by the logarithms of the parameters.

    Gamma functions are computed once for each number of repeats, logarithms of times once for each day.
    """

    def __init__(self, model: BuyingModel, histories: Histories) -> None:
        self.model = model
        self._histories = histories
        self._weights = histories.weights
        values, self._of_value = np.unique(histories.repeats, return_inverse=True)
        self._repeats = values.astype(np.float64)
        self._customers = np.bincount(self._of_value, self._weights, len(values))
        self._weeks = np.arange(int(histories.age.max(initial=0)) + 1) / DAYS_OF_WEEK

    @property
    def customers(self) -> float:
        """How many customers there are."""
        return float(self._customers.sum())

    def __call__(self, logs: Floats) -> tuple[float, Floats]:
        """The log-likelihood and its gradient."""
        at = Buying(*np.exp(logs))
        value, gradient = self._of_repeats(at)
        timed = self._of_times(at)
        slope = np.array([timed.r, timed.alpha, timed.a, timed.b])
        return value + timed.value, (gradient + slope) * np.array(at)

    def _of_repeats(self, at: Buying) -> tuple[float, Floats]:
        """What depends on the number of repeats alone."""
        r, alpha, a, b = at
        x, m, n = self._repeats, self.model.chances(self._repeats), self._customers
        value = n @ (
            special.gammaln(r + x)
            - special.gammaln(r)
            + r * np.log(alpha)
            + special.betaln(a, b + m)
            - special.betaln(a, b)
        )
        of_beta = special.psi(a + b) - special.psi(a + b + m)
        of_r = special.psi(r + x) - special.psi(r) + np.log(alpha)
        of_b = special.psi(b + m) - special.psi(b) + of_beta
        return float(value), np.array([n @ of_r, n.sum() * r / alpha, n @ of_beta, n @ of_b])

    def _of_times(self, at: Buying) -> "_Timed":
        weights = _log_weight_of_leaving(self.model, at, self._repeats)
        terms = _Terms(at.r + self._repeats, weights, np.log(at.alpha + self._weeks), 1 / (at.alpha + self._weeks))
        left = np.zeros(len(self._repeats))
        value = of_r = of_alpha = 0.0
        for part in _chunks(len(self._histories)):
            chunk = _chunk(terms, self._of_value[part], self._histories.at(part))
            n = self._weights[part]
            value += float((n * chunk.value).sum())  # plain sums: those of BLAS depend on how many threads it has
            of_r += float((n * chunk.of_r).sum())
            of_alpha += float((n * chunk.of_alpha).sum())
            left += np.bincount(self._of_value[part], n * chunk.left, len(left))
        chances = self.model.chances(self._repeats)
        of_b = np.where(chances > 0, left / np.where(chances > 0, at.b + chances - 1, 1), 0)
        return _Timed(value, of_r, of_alpha, float(left.sum()) / at.a, -float(of_b.sum()))


class _Timed(NamedTuple):
    """The part of the log-likelihood that depends on times, with its derivatives."""

    value: float
    r: float
    alpha: float
    a: float
    b: float


class _Terms(NamedTuple):
    """What many histories share: values for each number of repeats, and for each day."""

    exponent: Floats  # r + x
    weight: Floats  # ln(a / (b + m - 1))
    log: Floats  # ln(α + weeks)
    inverse: Floats  # 1 / (α + weeks)


class _Chunk(NamedTuple):
    value: Floats
    of_r: Floats
    of_alpha: Floats
    left: Floats  # P(left)


def _chunk(terms: _Terms, x: Any, histories: Histories) -> _Chunk:
    exponent, log_age = terms.exponent[x], terms.log[histories.age]
    longer = log_age - terms.log[histories.span]
    odds = terms.weight[x] + exponent * longer
    left = special.expit(odds)
    of_age = terms.inverse[histories.age]
    inverse = of_age + left * (terms.inverse[histories.span] - of_age)
    # ln(1 + e^odds), with the logarithm of the greater probability
    value = np.maximum(odds, 0) - np.log(np.maximum(left, 1 - left)) - exponent * log_age
    return _Chunk(value, left * longer - log_age, -exponent * inverse, left)


def _chunks(count: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, count, CHUNK))
