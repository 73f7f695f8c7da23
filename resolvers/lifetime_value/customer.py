"""What one customer was worth up to a day."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

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
class CLV:
    """What a customer was worth to a day; there is none without a counted sale."""

    of: People
    basis: RevenueBasis
    horizon: int
    customer_id: int
    number: str
    figures: PurchaseFigures
    revenue: Annotated[Decimal, "Of all counted sales: NET, or in a report on its basis."]
    profit: Annotated[
        Decimal | None, "Of the lines whose cost is known, less its refunded share; null where none is known."
    ]
    profit_margin: Annotated[float | None, "Profit over revenue, in percent; null where either is missing."]
    orders: Annotated[int, "Counted sales."]
    average_order_value: Annotated[Decimal | None, "Revenue per order, rounded half-even."]
    first_purchase_date: Annotated[date | None, "The day of the first purchase."]
    last_purchase_date: Annotated[date | None, "The day of the last purchase."]
    days_as_customer: Annotated[int, "Days from the first purchase to `asOf`, both inside."]
    lifespan_days: Annotated[int, "Days from the first to the last purchase."]
    purchase_frequency_days: Annotated[float | None, "Days as a customer per order."]

    @property
    def itself(self) -> "CLV":
        """What its look-ups are for."""
        return self


def value_at(of: People, people: Customers, position: int, basis: RevenueBasis, horizon: int) -> CLV:
    """What the customer at a position of the columns was worth; predictions look so many days ahead."""
    figures, business = people.figures(position, basis), of.business
    first, last = int(people.first_day[position]), int(people.last_day[position])
    days = of.scope.as_of - first + 1
    return CLV(
        of=of,
        basis=basis,
        horizon=horizon,
        customer_id=int(people.customer_id[position]),
        number=people.number_at(position),
        figures=figures,
        revenue=business.money(figures.revenue),
        profit=business.money_or_none(figures.profit),
        profit_margin=None if figures.profit is None else percentage(figures.profit, figures.revenue),
        orders=figures.orders,
        average_order_value=business.money_or_none(figures.average_order_value),
        first_purchase_date=date_of(first),
        last_purchase_date=date_of(last),
        days_as_customer=days,
        lifespan_days=last - first,
        purchase_frequency_days=days / figures.orders,
    )


async def clv_by_customer(context: Context, ids: Sequence[int], arguments: tuple[int, int]) -> list[CLV | None]:
    """What each customer was worth to a day, NET of all storefronts; None without a counted sale.

    `arguments` are the day number and the days that a prediction looks ahead.
    """
    as_of, horizon = arguments
    of = People(context, await context.business(), Scope(as_of, None, include_inactive=True))
    computed, _ = await of.computed()
    people = computed.value
    positions = await asyncio.to_thread(people.positions_of, ids)
    return [None if i is None else value_at(of, people, i, RevenueBasis.NET, horizon) for i in positions]


async def rank_by_value(_context: Context, values: Sequence[CLV], _: Any) -> list[int]:
    """The rank of each by revenue among all customers, on the same basis and of the same storefront."""
    asked = {(value.of, value.basis) for value in values}
    rankings = {
        (of, basis): await of.everyone.ranking(RankingTerms(basis), LifetimeValueOrder.REVENUE) for of, basis in asked
    }

    def ranks() -> list[int]:
        found = [rankings[v.of, v.basis].place_of(Exact(v.figures.revenue), v.number) for v in values]
        return [place + 1 for place in found]

    return await asyncio.to_thread(ranks)


async def heuristic_by_value(_context: Context, values: Sequence[CLV], _: Any) -> list[Decimal | None]:
    """The rule of thumb of each; None for one that was not scored."""
    ids: dict[People, list[int]] = {}
    for value in values:
        ids.setdefault(value.of, []).append(value.customer_id)
    segments = {
        (of, id_): code for of, own in ids.items() for id_, code in zip(own, await of.retail_segments(own), strict=True)
    }
    return [_heuristic(value, segments[value.of, value.customer_id]) for value in values]


def _heuristic(value: CLV, segment: str | None) -> Decimal | None:
    if segment is None:
        return None
    return value.of.business.money(heuristic(value.figures.revenue, value.days_as_customer, segment))
