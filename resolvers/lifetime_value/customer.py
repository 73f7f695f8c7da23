"""What one customer was worth up to a day."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from analytics.customers import PurchaseFigures, RevenueBasis
from analytics.figures import percentage
from analytics.lifetime_value.ranking import Exact, LifetimeValueOrder, RankingTerms
from analytics.lifetime_value.sums import Customers, heuristic
from analytics.scope import Scope
from resolvers.lifetime_value.people import People
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from rules.days import date_of

MAX_HORIZON = 3_650


def checked_horizon(days: int) -> int:
    """The days that predictions look ahead; BadUserInput for an impossible number."""
    if not 1 <= days <= MAX_HORIZON:
        raise BadUserInput(f"`horizonDays` must be from 1 to {MAX_HORIZON:,}, not {days:,}")
    return days


@dataclass(frozen=True, eq=False)
class LifetimeValue:
    """What a customer was worth to a day. The rest, and what it will be worth, is looked up where it is asked for."""

    of: People
    basis: RevenueBasis
    horizon: int
    customer_id: int
    number: str
    figures: PurchaseFigures
    revenue: Decimal
    profit: Decimal | None
    profit_margin: float | None
    orders: int
    average_order_value: Decimal | None
    first_purchase_date: date
    last_purchase_date: date
    days_as_customer: int
    lifespan_days: int
    purchase_frequency_days: float

    @property
    def itself(self) -> "LifetimeValue":
        """What its look-ups are for."""
        return self


def value_at(of: People, people: Customers, position: int, basis: RevenueBasis, horizon: int) -> LifetimeValue:
    """What the customer at a position of the columns was worth; predictions look so many days ahead."""
    figures, business = people.figures(position, basis), of.business
    first, last = int(people.first_day[position]), int(people.last_day[position])
    days = of.scope.as_of - first + 1
    return LifetimeValue(
        of,
        basis,
        horizon,
        int(people.customer_id[position]),
        people.number_at(position),
        figures,
        business.money(figures.revenue),
        business.money_or_none(figures.profit),
        None if figures.profit is None else percentage(figures.profit, figures.revenue),
        figures.orders,
        business.money_or_none(figures.average_order_value),
        date_of(first),
        date_of(last),
        days,
        last - first,
        days / figures.orders,
    )


async def clv_by_customer(
    context: Context, ids: Sequence[int], arguments: tuple[int, int]
) -> list[LifetimeValue | None]:
    """What each customer was worth to a day, NET of all storefronts; None without a counted sale.

    `arguments` are the day number and the days that a prediction looks ahead.
    """
    as_of, horizon = arguments
    of = People(context, await context.business(), Scope(as_of, None, include_inactive=True))
    computed, _ = await of.computed()
    people = computed.value
    positions = await asyncio.to_thread(people.positions_of, ids)
    return [None if i is None else value_at(of, people, i, RevenueBasis.NET, horizon) for i in positions]


async def rank_by_value(_context: Context, values: Sequence[LifetimeValue], _: Any) -> list[int]:
    """The rank of each by revenue among all customers, on the same basis and of the same storefront."""
    asked = {(value.of, value.basis) for value in values}
    rankings = {
        (of, basis): await of.everyone.ranking(RankingTerms(basis), LifetimeValueOrder.REVENUE) for of, basis in asked
    }

    def ranks() -> list[int]:
        found = [rankings[v.of, v.basis].place_of(Exact(v.figures.revenue), v.number) for v in values]
        return [place + 1 for place in found]

    return await asyncio.to_thread(ranks)


async def heuristic_by_value(_context: Context, values: Sequence[LifetimeValue], _: Any) -> list[Decimal | None]:
    """The rule of thumb of each; None for one that was not scored."""
    ids: dict[People, list[int]] = {}
    for value in values:
        ids.setdefault(value.of, []).append(value.customer_id)
    segments = {
        (of, id_): code for of, own in ids.items() for id_, code in zip(own, await of.retail_segments(own), strict=True)
    }
    return [_heuristic(value, segments[value.of, value.customer_id]) for value in values]


def _heuristic(value: LifetimeValue, segment: str | None) -> Decimal | None:
    if segment is None:
        return None
    return value.of.business.money(heuristic(value.figures.revenue, value.days_as_customer, segment))
