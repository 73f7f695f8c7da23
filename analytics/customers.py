"""Figures of one customer, from what the store sums for it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rules.currency import half_even


class RevenueBasis(StrEnum):
    """What revenue is: sale totals, totals less refunds, or the profit of both."""

    GROSS = "GROSS"
    NET = "NET"
    MARGIN = "MARGIN"


@dataclass(frozen=True)
class PurchaseFigures:
    """What a customer bought up to a day; money in minor units, days as day numbers."""

    orders: int
    revenue: int
    refunded: int
    profit: int | None
    average_order_value: int | None
    first_day: int | None
    last_day: int | None


def purchase_figures(sums: Any, basis: RevenueBasis) -> PurchaseFigures:
    """The summary of one row of `purchases_of`.

    GROSS revenue is the totals of the counted sales, NET those less all refunds, MARGIN their known profit less the
    refunded share of it. Profit loses the refunded share except under GROSS; it is None where no cost is known.
    """
    kept_profit = None if sums.profit is None else sums.profit - sums.refunded_profit
    revenue = {
        RevenueBasis.GROSS: sums.gross,
        RevenueBasis.NET: sums.gross - sums.refunded,
        RevenueBasis.MARGIN: kept_profit or 0,
    }[basis]
    return PurchaseFigures(
        orders=sums.orders,
        revenue=revenue,
        refunded=sums.refunded,
        profit=sums.profit if basis is RevenueBasis.GROSS else kept_profit,
        average_order_value=half_even(revenue, sums.orders) if sums.orders else None,
        first_day=sums.first_day,
        last_day=sums.last_day,
    )
