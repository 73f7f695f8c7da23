"""Customers in the order of their value, exactly and without ties."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.copy.engine import table_of
from analytics.customers import RevenueBasis
from analytics.lifetime_value.sums import Customers, Ints, Positions


class LifetimeValueOrder(StrEnum):
    """By what customers are ranked, always descending."""

    REVENUE = "REVENUE"
    PROFIT = "PROFIT"
    ORDERS = "ORDERS"
    AVERAGE_ORDER_VALUE = "AVERAGE_ORDER_VALUE"
    PREDICTED = "PREDICTED"


class RankingTerms(NamedTuple):
    """The revenue basis, and what a customer must at least have on it to be counted; money in minor units."""

    basis: RevenueBasis = RevenueBasis.NET
    min_revenue: int | None = None
    min_profit: int | None = None


class Exact(NamedTuple):
    """An order value without rounding: over 0 it is unknown, and comes last."""

    numerator: int
    denominator: int = 1

    @property
    def key(self) -> tuple[int, int | Fraction]:
        """What sorts the greatest first and the unknown last."""
        if self.denominator == 0:
            return (1, 0)
        return (0, -self.numerator if self.denominator == 1 else Fraction(-self.numerator, self.denominator))


UNKNOWN = Exact(0, 0)


def ranked(
    people: Customers, terms: RankingTerms, order: LifetimeValueOrder, predicted: Ints | None = None
) -> Positions:
    """The positions of the customers that meet the terms, by an order descending, then number.

    `predicted` is what order PREDICTED is by, for each customer; without it, it is by revenue.
    """
    chosen = _chosen(people, terms)
    if order is LifetimeValueOrder.PREDICTED and predicted is not None:
        place = np.argsort(-predicted[chosen], kind="stable")
    else:
        place = _in_order(people, chosen, terms.basis, order)
    return chosen[place].astype(np.int32, copy=False)


def _chosen(people: Customers, terms: RankingTerms) -> Positions:
    meets = np.ones(len(people), np.bool_)
    if terms.min_revenue is not None:
        meets &= people.revenue(terms.basis) >= terms.min_revenue
    if terms.min_profit is not None:
        meets &= people.has_profit & (people.earned(terms.basis) >= terms.min_profit)
    return np.flatnonzero(meets).astype(np.int32)


def _in_order(people: Customers, chosen: Positions, basis: RevenueBasis, order: LifetimeValueOrder) -> NDArray[np.intp]:
    """How to put the chosen into order; sorts are stable, so that ties stay by number."""
    match order:
        case LifetimeValueOrder.PROFIT:
            return np.lexsort((-people.earned(basis, chosen), ~people.has_profit[chosen]))
        case LifetimeValueOrder.ORDERS:
            return np.argsort(-people.orders[chosen], kind="stable")
        case LifetimeValueOrder.AVERAGE_ORDER_VALUE:
            orders = people.orders[chosen]
            # Exact: two different fractions below 1 of fewer than 2**26 orders are different doubles.
            whole, rest = np.divmod(people.revenue(basis, chosen), orders)
            return np.lexsort((-(rest / orders), -whole))
        case LifetimeValueOrder.REVENUE | LifetimeValueOrder.PREDICTED:  # without a model it is by revenue
            return np.argsort(-people.revenue(basis, chosen), kind="stable")


@dataclass(frozen=True)
class Ranking:
    """Customers in an order: `position` is where each stands in the columns, the best first."""

    people: Customers
    basis: RevenueBasis
    order: LifetimeValueOrder
    position: Positions
    predicted: Ints | None = None

    def __len__(self) -> int:
        return len(self.position)

    def value_at(self, place: int) -> Exact:
        """The order value at a place, which begin with 0."""
        people, i = self.people, self.position[place]
        match self.order:
            case LifetimeValueOrder.PROFIT:
                return Exact(int(people.earned(self.basis, i))) if people.has_profit[i] else UNKNOWN
            case LifetimeValueOrder.ORDERS:
                return Exact(int(people.orders[i]))
            case LifetimeValueOrder.AVERAGE_ORDER_VALUE:
                return Exact(int(people.revenue(self.basis, i)), int(people.orders[i]))
            case LifetimeValueOrder.PREDICTED if self.predicted is not None:
                return Exact(int(self.predicted[i]))
            case LifetimeValueOrder.REVENUE | LifetimeValueOrder.PREDICTED:
                return Exact(int(people.revenue(self.basis, i)))

    def number_at(self, place: int) -> str:
        """The number of the customer at a place."""
        return self.people.number_at(int(self.position[place]))

    def place_of(self, value: Exact, number: str, *, after: bool = False) -> int:
        """How many are ahead of a customer with this value and number, who need not be there; `after`: or level."""
        key, low, high = value.key, 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._is_ahead(middle, key, number, after):
                low = middle + 1
            else:
                high = middle
        return low

    def _is_ahead(self, place: int, key: tuple[int, int | Fraction], number: str, or_level: bool) -> bool:
        own = self.value_at(place).key
        if own != key:
            return own < key
        return self.number_at(place) < number or (or_level and self.number_at(place) == number)

    def members(self, first: int, last: int) -> pa.Table:
        """The customers from one place to before another, with their revenue."""
        chosen = self.position[first:last]
        return table_of(customer_id=self.people.customer_id[chosen], revenue=self.people.revenue(self.basis, chosen))
