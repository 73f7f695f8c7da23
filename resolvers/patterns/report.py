"""The report on purchase patterns, of everyone or of one customer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from analytics.customers import RevenueBasis
from analytics.figures import percentage
from analytics.patterns import Flow, Grouping, Moments, PatternScope, SeriesUnits, season_indexes
from models.businesses import Weekday
from models.customers import CustomerType
from resolvers.customers import customer_by_id
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.computed import Computed
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import global_id, key_of
from resolvers.operation.ranges import DateRange
from resolvers.operation.reports import Freshness, HowComputed, freshness_of
from resolvers.patterns.engines import CustomerPage
from resolvers.patterns.figures import (
    HOURS,
    MONTHS,
    WEEKDAYS,
    BasketBucket,
    CategoryPreference,
    PatternSummary,
    PaymentPreference,
    PurchaseFrequency,
    SeasonIndex,
    SeriesPoint,
    TimeBucket,
    WeekdayHourBucket,
    baskets_of,
    category_preference,
    frequency_of,
    payment_preference,
    series_point,
    summary_of,
    time_buckets,
    weekday_hour_buckets,
)
from resolvers.patterns.purchases import Purchases
from resolvers.periods import MOST_UNITS, Comparison, Period, asked_period, default_of_patterns, start_of_series
from resolvers.storefronts import storefront_key

DEFAULT_EDGES = tuple(map(Decimal, (0, 100, 250, 500, 1000)))  # in the currency of the business
MOST_EDGES = 50

DEFINITION = (
    "Counted sales of the period, those without a customer too unless a customer or a customer type is asked for. "
    "Revenue: GROSS is their totals, NET those less the refunds paid out in the period, each on its own day and hour; "
    "MARGIN is their known profit less the refunded share of it. A basket is the total of a sale as sold; items are "
    "units, free lines too. Days between purchases are pooled: all gaps from one purchase day of a customer to the "
    "next, over their number. A payment method has the sales that were paid with it, wholly or in part; a category "
    "those with a line of it, and its line totals as sold before discount and refunds, under MARGIN its known line "
    "profits. Seasonality is the NET revenue per calendar day of a month of the year over that of all days from the "
    "first sale to the period's end. Sales without a known hour are in no hour."
)


@dataclass(frozen=True)
class PatternsQuestion:
    """The arguments of a report on patterns, as a client gives them."""

    customer: str | None = None
    period: DateRange | None = None
    compare_to: Comparison | None = None
    revenue_basis: RevenueBasis = RevenueBasis.NET
    customer_type: CustomerType | None = None
    storefront: str | None = None
    grouping: Grouping = Grouping.MONTHLY
    basket_edges: Sequence[Decimal] | None = None


class PurchasePatterns:
    """The patterns of a period; each part is computed where it is asked for."""

    def __init__(
        self,
        asked: PatternsQuestion,
        purchases: Purchases,
        period: Period,
        notices: Sequence[str],
        before: Purchases | None = None,
    ) -> None:
        self.asked = asked
        self.period = period
        self._of = purchases
        self._business = purchases.business
        self._notices = notices
        self._before = before
        self._calendar = SeriesUnits(asked.grouping, list(Weekday).index(Weekday(self._business.row.week_start)) + 1)
        self._first: tuple[Moments, Computed[Any], bool] | None = None

    async def summary(self) -> PatternSummary:
        """The period in a few numbers."""
        await self._asked()
        return await summary_of(self._of)

    async def previous(self) -> PatternSummary | None:
        """The same of the period that it is compared with."""
        return None if self._before is None else await summary_of(self._before)

    async def frequency(self) -> PurchaseFrequency:
        """How often is bought."""
        await self._asked()
        return await frequency_of(self._of, self._calendar)

    async def baskets(self) -> list[BasketBucket]:
        """Sales by their total."""
        return await baskets_of(self._of)

    async def by_weekday(self) -> list[TimeBucket]:
        """Seven, from Monday."""
        flow = await self._flow()
        return time_buckets(flow.by_weekday(), WEEKDAYS, 1, flow.total.transactions, self._business)

    async def by_hour(self) -> list[TimeBucket]:
        """Twenty-four."""
        flow = await self._flow()
        return time_buckets(flow.by_hour(), HOURS, 0, flow.total.transactions, self._business)

    async def by_month(self) -> list[TimeBucket]:
        """Twelve, from January."""
        flow = await self._flow()
        return time_buckets(flow.by_month(), MONTHS, 1, flow.total.transactions, self._business)

    async def by_weekday_hour(self) -> list[WeekdayHourBucket]:
        """168, Monday's hours first."""
        flow = await self._flow()
        return weekday_hour_buckets(flow.by_weekday_hour(), flow.total.transactions, self._business)

    async def seasonality(self) -> list[SeasonIndex]:
        """Twelve, from January, of all history."""
        indexes = season_indexes(await self._of.seasons())
        return [SeasonIndex(i, *of) for i, of in enumerate(zip(MONTHS, indexes, strict=True), 1)]

    async def series(self) -> list[SeriesPoint]:
        """The calendar units of the period; BadUserInput where they are too many.

        Of a period with too many those before the first fact of the shop are left out.
        """
        units = await self._units()
        flow = await self._flow()
        buckets = flow.by_unit(units, self._calendar.of_days(flow.day))
        return [
            series_point(self._of, self._calendar, unit, bucket) for unit, bucket in zip(units, buckets, strict=True)
        ]

    async def _units(self) -> range:
        start = await start_of_series(self._of.context, self.period, self._calendar.units)
        return _checked_units(start, self._of.scope.as_of, self._calendar)

    async def payment_methods(self) -> list[PaymentPreference]:
        """The methods used, by transactions descending, then name."""
        shares, total = await self._of.payment_methods(), (await self._moments()).transactions
        return [payment_preference(share, total, self._business) for share in shares]

    async def categories(self) -> list[CategoryPreference]:
        """The categories bought, by revenue descending, then name."""
        shares, total = await self._of.categories(), (await self._moments()).transactions
        return [category_preference(share, total, self._business) for share in shares]

    async def notices(self) -> list[str]:
        """What a reader should know."""
        moments = await self._moments()
        return [*self._notices, *_of_hours(moments), *(_of_costs(moments) if self._of.margin else ())]

    @property
    def how_computed(self) -> HowComputed:
        """What the numbers are, and the statements of all parts."""
        return HowComputed(DEFINITION, self._of.statements(self._calendar))

    async def freshness(self) -> Freshness:
        """How fresh the sums by day and hour are."""
        _, computed, is_kept = await self._asked()
        return freshness_of(computed, is_kept)

    async def _moments(self) -> Moments:
        return (await self._asked())[0]

    async def _flow(self) -> Flow:
        return (await self._moments()).flow(self._of.basis)

    async def _asked(self) -> tuple[Moments, Computed[Any], bool]:
        found = await self._of.moments()
        self._first = self._first or found  # what this report computed was not kept from before, though it is by now
        return self._first


def _checked_units(start: int, end: int, calendar: SeriesUnits) -> range:
    units = calendar.units(start, end)
    if len(units) <= MOST_UNITS:
        return units
    others = ((grouping, SeriesUnits(grouping, calendar.first_weekday).units(start, end)) for grouping in Grouping)
    fits = next((f"{grouping} makes {len(of):,}" for grouping, of in others if len(of) <= MOST_UNITS), None)
    raise BadUserInput(
        f"`grouping`: {calendar.grouping} makes {len(units):,} points of this period, more than {MOST_UNITS:,}; "
        f"{fits or 'ask for a later start'}"
    )


def _of_hours(moments: Moments) -> list[str]:
    sales, refunds = moments.without_hour
    if not sales and not refunds:
        return []
    counts = [_counted(n, word) for n, word in ((sales, "sale"), (refunds, "refund")) if n]
    verb = "has" if sales + refunds == 1 else "have"
    return [f"{' and '.join(counts)} {verb} no known hour: byHour, byWeekdayHour and busiestHour leave them out."]


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _of_costs(moments: Moments) -> list[str]:
    share = percentage(moments.costed, moments.gross)
    covered = "no revenue" if share is None else f"{share:.1f} % of the revenue"
    return [f"Revenue is known profit: the cost of goods is known for {covered} as sold (costCoverage)."]


# ---------------------------------------------------------------- asking


async def purchase_patterns(context: Context, question: PatternsQuestion) -> PurchasePatterns:
    """The report on patterns of a period; BadUserInput says which argument is impossible."""
    business = await context.business()
    edges = _checked_edges(question.basket_edges, business)
    customer = await _customer_key(context, question.customer)
    storefront = await storefront_key(context, question.storefront)
    period, notices = await asked_period(context, question.period, default_of_patterns)

    def purchases(of: Period) -> Purchases:
        scope = _scope(of, storefront, question.customer_type, customer)
        return Purchases(context, business, scope, question.revenue_basis, edges)

    compared = question.compare_to
    before = None if compared is None else purchases(period.compared(compared))
    return PurchasePatterns(question, purchases(period), period, notices, before)


async def patterns_by_customer(
    context: Context, ids: Sequence[int], arguments: tuple[Period, tuple[str, ...]]
) -> list[PurchasePatterns]:
    """The patterns of each customer in a period, with what a reader should know of it."""
    period, notices = arguments
    business = await context.business()
    edges = _checked_edges(None, business)
    page = CustomerPage(context, tuple(sorted(ids))) if len(ids) > 1 else None

    def purchases(id_: int) -> Purchases:
        scope = replace(_scope(period, customer=id_), among_others=page is not None)
        return Purchases(
            context=context, business=business, scope=scope, basis=RevenueBasis.NET, edges=edges, page=page
        )

    days = DateRange(period.start, period.end)
    return [
        PurchasePatterns(PatternsQuestion(global_id("Customer", id_), days), purchases(id_), period, notices)
        for id_ in ids
    ]


def _scope(
    period: Period,
    storefront: int | None = None,
    customer_type: CustomerType | None = None,
    customer: int | None = None,
) -> PatternScope:
    return PatternScope(period.as_of, period.days, storefront, customer_type, include_inactive=True, customer=customer)


async def _customer_key(context: Context, id_: str | None) -> int | None:
    if id_ is None:
        return None
    key = key_of(id_, "Customer")
    if await context.load(customer_by_id, key) is None:
        raise BadUserInput(f'there is no customer "{id_}": `customers` lists those of this business')
    return key


def _checked_edges(asked: Sequence[Decimal] | None, business: BusinessCalendar) -> tuple[int, ...]:
    """Edges in minor units; BadUserInput where they do not rise, or are none or too many."""
    if asked is not None and not 1 <= len(asked) <= MOST_EDGES:
        raise BadUserInput(f"`basketEdges` takes from 1 to {MOST_EDGES} amounts, not {len(asked)}")
    given = DEFAULT_EDGES if asked is None else asked
    for lower, upper in pairwise(given):
        if lower >= upper:
            raise BadUserInput(f"`basketEdges` must rise from one to the next: {upper} comes after {lower}")
    return tuple(business.minor(edge, "basketEdges") for edge in given)
