"""How revenue lies among customers: its sums, its buckets and its Lorenz curve."""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from analytics.lifetime_value.ranking import Ranking
from analytics.lifetime_value.sums import Ints
from rules.currency import half_even


class RevenueRange(NamedTuple):
    """Customers with revenue from `min` to below `max` (minor units), None where it is open.

    They stand from place `first` to before `last` of the ranking by revenue.
    """

    min: int | None
    max: int | None
    first: int
    last: int
    revenue: int


@dataclass(frozen=True)
class SpreadSummary:
    """Sums over the customers of a ranking by revenue; money in minor units, profit None where no cost is known.

    `top_tenth` is the revenue of the best ceil(n / 10), `lorenz` the share in percent of the lowest 0..100 % of them.
    """

    customers: int
    revenue: int
    profit: int | None
    gross: int
    costed: int
    refunded: int
    top: int | None
    top_tenth: int
    lorenz: tuple[float, ...]
    buckets: tuple[RevenueRange, ...]

    @property
    def nbytes(self) -> int:
        """The bytes that it holds, roughly."""
        return 400 + 32 * len(self.lorenz) + 200 * len(self.buckets)


def summary(ranking: Ranking) -> SpreadSummary:
    """What is to be said of a ranking by revenue."""
    people, chosen, basis = ranking.people, ranking.position, ranking.basis
    revenue: Ints = people.revenue(basis, chosen)
    ascending = revenue[::-1]
    return SpreadSummary(
        customers=len(chosen),
        revenue=_sum(revenue),
        profit=_sum(people.earned(basis, chosen)) if people.has_profit[chosen].any() else None,
        gross=_sum(people.gross[chosen]),
        costed=_sum(people.costed[chosen]),
        refunded=_sum(people.refunded[chosen]),
        top=int(revenue[0]) if len(revenue) else None,
        top_tenth=_sum(revenue[: _ceil_div(len(revenue), 10)]),
        lorenz=tuple(lorenz(ascending)),
        buckets=tuple(value_buckets(ascending)),
    )


def lorenz(ascending: Ints) -> list[float]:
    """The share of revenue in percent of the lowest 0, 1 … 100 % of customers; nothing where all have no revenue.

    Where a percentage falls within a customer, the curve is straight from that customer's begin to its end.
    """
    total, count = _sum(ascending), len(ascending)
    if total <= 0:
        return []
    sums = np.concatenate(([0], np.cumsum(ascending)))

    def share(percent: int) -> float:
        whole, part = divmod(percent * count, 100)
        return (100 * int(sums[whole]) + (part * int(ascending[whole]) if part else 0)) / total

    return [share(percent) for percent in range(101)]


PERCENTILES = (10, 25, 50, 75, 90)


def value_buckets(ascending: Ints) -> list[RevenueRange]:
    """The buckets of revenues, ascending: from 0 by `edges_of`, before them those below 0 where there are any."""
    if not len(ascending):
        return []
    negative = int(np.searchsorted(ascending, 0))
    edges: list[int | None] = [0, *edges_of(ascending[int(np.searchsorted(ascending, 0, "right")) :]), None]
    found = [_bucket(ascending, low, high) for low, high in pairwise(edges)]
    return [_bucket(ascending, None, 0), *found] if negative else found


def edges_of(positive: Ints) -> list[int]:
    """The nearest-rank percentiles of ascending amounts, to two significant digits, equal ones once."""
    count = len(positive)
    found = [int(positive[_ceil_div(percent * count, 100) - 1]) for percent in PERCENTILES] if count else []
    return sorted({two_digits(amount) for amount in found})


def two_digits(amount: int) -> int:
    """A positive amount rounded half-even to two significant digits."""
    unit = 10 ** max(len(str(amount)) - 2, 0)
    return half_even(amount, unit) * unit


def _bucket(ascending: Ints, low: int | None, high: int | None) -> RevenueRange:
    begin = 0 if low is None else int(np.searchsorted(ascending, low))
    end = len(ascending) if high is None else int(np.searchsorted(ascending, high))
    return RevenueRange(low, high, len(ascending) - end, len(ascending) - begin, _sum(ascending[begin:end]))


def _sum(values: Ints) -> int:
    return int(values.sum())


def _ceil_div(count: int, by: int) -> int:
    return -(-count // by)
