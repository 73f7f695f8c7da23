"""What follows for customers with a history: P(alive), the orders to expect, and the range that their number is in.

A living customer's rate is Gamma(r + x, α + T) and its chance to leave is Beta(a, b + m), whatever its t_x; t_x only
tells how likely it is alive. Horizons are in days.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.prediction import special
from analytics.prediction.beta_geometric import Buying, BuyingModel, log_odds_of_leaving
from analytics.prediction.summaries import DAYS_OF_WEEK, Floats, Histories, Ints

DAYS_OF_MONTH = 30.4375
YEAR = 365.25
DISCOUNT = 1.1  # what money a year ahead is divided by
THREE_YEARS = 3 * 365
CHUNK = 1 << 16
MOST_ORDERS = 1 << 40
NEAR_ONE = 1e-6
DENSE = 1 << 23  # up to so many possible keys are marked in a table instead of sorted


def probability_alive(model: BuyingModel, at: Buying, histories: Histories) -> Floats:
    """P(alive) of each at the end of its T."""
    return special.expit(-log_odds_of_leaving(model, at, histories))


def expected_orders(model: BuyingModel, at: Buying, histories: Histories, days: Any) -> Floats:
    """How many orders to expect of each in so many days after its T; `days` is one number or one for each."""
    alive = probability_alive(model, at, histories)
    return alive * expected_when_alive(model, at, histories.repeats, histories.age, days)


def expected_when_alive(model: BuyingModel, at: Buying, repeats: Any, age: Any, days: Any) -> Floats:
    """How many orders to expect in so many days of living customers, by x and T.

    It is the mean over p ~ Beta(a, B = b + m) of (1 - (1 + pτ)^-R) / p with R = r + x, τ = days / (α + T), and so
    c / (a - 1) · (1 - (1 + τ)^(1 - a) · ₂F₁(a - 1, c - R; c; τ / (1 + τ))), c = a + B - 1: the published form after
    Euler's transformation, which has no great parameters, since c - R does not grow with x.
    """
    exponent = at.r + np.asarray(repeats, np.float64)
    other = at.b + model.chances(np.asarray(repeats, np.float64))
    ratio = np.asarray(days) / DAYS_OF_WEEK / (at.alpha + np.asarray(age) / DAYS_OF_WEEK)
    a = at.a if abs(at.a - 1) > NEAR_ONE else 1 + NEAR_ONE  # at 1 the form is 0 / 0; what it is of is smooth
    total = a + other - 1
    with np.errstate(over="ignore", invalid="ignore"):
        series = special.hyp2f1(a - 1, total - exponent, total, ratio / (1 + ratio))
        found = total / (a - 1) * (1 - np.exp((1 - a) * np.log1p(ratio)) * series)
    lost = ~np.isfinite(found) | (found < 0)
    if not lost.any():
        return found
    exponent, other, ratio, lost = np.broadcast_arrays(exponent, other, ratio, lost)
    found = np.array(np.broadcast_to(found, lost.shape))
    found[lost] = [_by_integration(a, *of) for of in zip(other[lost], exponent[lost], ratio[lost], strict=True)]
    return found


def _by_integration(a: float, other: float, exponent: float, ratio: float) -> float:
    """The same mean as a sum over steps of ln(p / (1 - p)), which converges fast for any parameters."""
    width = np.sqrt(1 / a + 1 / other)
    middle = np.log(a / other)
    step = min(0.4, width / 2)
    logit = np.arange(middle - 9 * width - 36 / a, middle + 9 * width + 36 / other + step, step)
    log_p, log_rest = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
    weight = np.exp(a * log_p + other * log_rest - special.betaln(a, other))
    reach = np.exp(np.maximum(log_p, -600))
    orders = -np.expm1(-exponent * np.log1p(reach * ratio)) / reach
    return float((weight * orders).sum() / weight.sum())


# ---------------------------------------------------------------- of a whole population


def months_to(days: int) -> Floats:
    """The ends of the months of a horizon, the last one as short as it is."""
    whole = np.arange(1, int(np.ceil(days / DAYS_OF_MONTH)) + 1) * DAYS_OF_MONTH
    return np.minimum(whole, days)


def discounted_when_alive(model: BuyingModel, at: Buying, repeats: Any, age: Any, days: int) -> Floats:
    """The orders to expect of living customers, each month's discounted from its end, by x and T (columns)."""
    ends = months_to(days)
    factor = DISCOUNT ** (-ends / YEAR)
    steps = factor - np.append(factor[1:], 0)  # Σ factor · (E - E before), summed by parts
    repeats, age = np.asarray(repeats)[:, np.newaxis], np.asarray(age)[:, np.newaxis]
    return (expected_when_alive(model, at, repeats, age, ends) * steps).sum(axis=1)


def for_each(histories: Histories, alive: Floats, when_alive: Callable[[Any, Any], Floats]) -> Floats:
    """P(alive) times a function of x and T, which is computed once for each different pair."""
    ages = int(histories.age.max(initial=0)) + 1
    keys = histories.repeats.astype(np.int64) * ages + histories.age
    pairs, place = _different(keys)
    repeats, age = np.divmod(pairs, ages)
    values = np.empty(len(pairs))
    for start in range(0, len(pairs), CHUNK):
        part = slice(start, start + CHUNK)
        values[part] = when_alive(repeats[part], age[part])
    return values[place] * alive


def _different(keys: Ints) -> tuple[Ints, NDArray[np.intp]]:
    """The different keys in order, and where each of all stands among them; keys are not negative."""
    most = int(keys.max(initial=0)) + 1
    if most > DENSE:
        return np.unique(keys, return_inverse=True)
    there = np.zeros(most, np.bool_)
    there[keys] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[keys]


# ---------------------------------------------------------------- the next order, and the range


def days_to_next(model: BuyingModel, at: Buying, histories: Histories) -> Ints:
    """The days after T within which one more order is expected; 0 where that takes more than three years."""
    alive = probability_alive(model, at, histories)

    def reached(days: Ints) -> Any:
        return alive * expected_when_alive(model, at, histories.repeats, histories.age, days) >= 1

    low, high = np.zeros(len(histories), np.int64), np.full(len(histories), THREE_YEARS, np.int64)
    is_reached = reached(high)
    while (high - low > 1).any():
        middle = np.maximum((low + high) // 2, 1)
        is_enough = reached(middle)
        low, high = np.where(is_enough, low, middle), np.where(is_enough, middle, high)
    return np.where(is_reached, high, 0)


def probability_of_more(model: BuyingModel, draws: Buying, histories: Histories, days: int, orders: Ints) -> Floats:
    """P(Y > orders) within so many days, one number for each history; the mean over parameters that are drawn.

    For y >= 1: P(Y >= y) = P(alive) · B(a, B + y - 1) / B(a, B) · P(N >= y), since it takes y purchases of the living
    and y - 1 survived chances to leave; N is negative binomial.
    """
    y = np.asarray(orders, np.float64)[:, np.newaxis] + 1
    repeats = histories.repeats.astype(np.float64)[:, np.newaxis]
    time, weeks = days / DAYS_OF_WEEK, histories.age[:, np.newaxis] / DAYS_OF_WEEK
    alive = special.expit(-log_odds_of_leaving(model, draws, histories))
    other = draws.b + model.chances(repeats)
    survived = np.exp(special.betaln(draws.a, other + y - 1) - special.betaln(draws.a, other))
    return (alive * survived * special.betainc(y, draws.r + repeats, time / (draws.alpha + weeks + time))).mean(axis=1)


def quantile_of_orders(model: BuyingModel, draws: Buying, histories: Histories, days: int, share: float) -> Ints:
    """The least number of orders within so many days that is not exceeded with a probability of `share`."""

    def exceeds(chosen: Any, orders: Ints) -> Any:
        more = probability_of_more(model, draws, histories.at(chosen), days, orders)
        return more > 1 - share

    low, high = np.full(len(histories), -1, np.int64), np.zeros(len(histories), np.int64)
    open_ = np.flatnonzero(exceeds(slice(None), high)) if len(histories) else np.empty(0, np.intp)
    while len(open_):
        low[open_], high[open_] = high[open_], 2 * high[open_] + 1
        open_ = open_[exceeds(open_, high[open_]) & (high[open_] < MOST_ORDERS)]
    while len(open_ := np.flatnonzero(high - low > 1)):
        middle = (low[open_] + high[open_]) // 2
        is_over = exceeds(open_, middle)
        low[open_] = np.where(is_over, middle, low[open_])
        high[open_] = np.where(is_over, high[open_], middle)
    return high
