"""The report: customers ranked by value, and how their revenue lies among them."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, NamedTuple

import pyarrow as pa

from analytics.customers import RevenueBasis
from analytics.figures import average, percentage
from analytics.lifetime_value.ranking import Exact, LifetimeValueOrder, Ranking, RankingTerms
from analytics.lifetime_value.spread import RevenueRange, SpreadSummary
from analytics.lifetime_value.sums import Joined, customer_sums
from analytics.prediction.census import NotEnoughData
from analytics.scope import Scope
from analytics.segmentation.purchases import refunded_in_window
from analytics.segmentation.rfm import scored_customers
from models.customers import CustomerType
from resolvers.lifetime_value.customer import CLV, checked_horizon, value_at
from resolvers.lifetime_value.people import People
from resolvers.operation.context import Context
from resolvers.operation.paging import Keyset, Page, PageArguments, Pager, day_range, list_digest, pager
from resolvers.operation.ranges import DateRange
from resolvers.operation.reports import Freshness, HowComputed, freshness_of, statements_shown
from resolvers.prediction.model import known_model
from resolvers.prediction.population import Ahead
from resolvers.storefronts import storefront_key

DEFINITION = (
    "Customers with at least one counted sale to asOf, inactive and erased ones too, as the filters choose them. "
    "Revenue is on the asked basis: GROSS the totals of the counted sales, NET those less all refunds, MARGIN their "
    "known profit less its refunded share. minRevenue, minProfit and the order are applied to the sums of the first "
    "statement. rank is by the chosen order descending, ties by customer number. averageClv is total revenue over "
    "customers; top10PercentContribution the revenue of the best ceil(n / 10) by revenue over "
    "total revenue. Buckets have edges at the 10th, 25th, 50th, 75th and 90th percentile (nearest rank) of positive "
    "revenue, rounded to two significant digits; the upper edge is exclusive. heuristic is average order value × "
    "orders per year (over at least a year) × 3 years × the multiplier of the customer's RETAIL segment, scored over "
    "all history among everyone."
)
NO_MODEL = "There is no model of future purchases: order PREDICTED is by revenue."
NO_MONEY = "Order PREDICTED is by expected orders."


class Ranked(NamedTuple):
    """A place in a ranking, with the exact value (a fraction) and the number of the customer there."""

    place: int
    numerator: int
    denominator: int
    number: str


RANKING = Keyset(
    {"numerator": int, "denominator": int, "number": str}, attrgetter("numerator", "denominator", "number")
)


@dataclass(frozen=True)
class LifetimeValueQuestion:
    """The arguments of a report, as a client gives them."""

    joined: DateRange | None
    customer_type: CustomerType | None
    storefront: str | None
    min_revenue: Decimal | None
    min_profit: Decimal | None
    revenue_basis: RevenueBasis
    order_by: LifetimeValueOrder
    as_of: date | None
    horizon_days: int
    page: PageArguments


@dataclass(frozen=True)
class Outlook:
    """The order of a report, how far predictions look, and what order PREDICTED is by; None is revenue."""

    order: LifetimeValueOrder
    days: int
    ahead: Ahead | None = None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class BucketMembers:
    """The customers of a bucket, by its label."""

    of: LifetimeValueQuestion
    label: str


@dataclass(frozen=True)
class CustomerValue:
    """A customer with its value and its rank in the report."""

    clv: Annotated[CLV, "What the customer was worth, as the report's basis and storefront have it."]
    rank: Annotated[int, "The place by the report's order within its filters, 1 for the most."]

    @property
    def customer_id(self) -> int:
        """The key of the customer."""
        return self.clv.customer_id


@dataclass(frozen=True)
class LorenzPoint:
    """A point of the Lorenz curve: what share of revenue the lowest customers have."""

    customers: Annotated[float, "The share of the customers, lowest revenue first, 0 to 100."]
    revenue: Annotated[float, "Their share of the revenue, in percent; below 0 where refunds exceed their purchases."]


class LifetimeValueReport:
    """The customers of a filter ranked by value, and how their revenue lies among them."""

    def __init__(  # noqa: PLR0913  what it is made of
        self,
        asked: LifetimeValueQuestion,
        people: People,
        terms: RankingTerms,
        outlook: Outlook,
        pager: Pager,
        notices: list[str],
    ) -> None:
        self.asked = replace(asked, page=PageArguments())
        self.people = people
        self.business = people.business
        self.terms = terms
        self.outlook = outlook
        self._pager = pager
        self._notices = notices

    @property
    def digest(self) -> str:
        """What the cursors of its lists are bound to."""
        return _digest(self.people, self.terms, self.outlook)

    async def figures(self) -> SpreadSummary:
        """The sums over its customers."""
        return await self.people.summary(self.terms)

    async def summary(self) -> "LifetimeValueSummary":
        """What is said of all of them."""
        return _summary(self, await self.figures())

    async def customers(self) -> Page:
        """The asked page of the ranked customers."""
        ranking = await self.ranking()
        start, request = 0, self._pager.request
        if request.position is not None:
            numerator, denominator, number = request.position
            start = ranking.place_of(Exact(numerator, denominator), number, after=True)
        places = range(start, min(start + request.limit + 1, len(ranking)))
        page = self._pager.page([Ranked(place, *ranking.value_at(place), ranking.number_at(place)) for place in places])

        async def count() -> int:
            return len(ranking)

        return replace(page, nodes=[self.at(ranking, ranked.place) for ranked in page.nodes], count=count)

    async def ranking(self) -> Ranking:
        """All customers in the asked order."""
        return await self.people.ranking(self.terms, self.outlook.order, self.outlook.ahead)

    def at(self, ranking: Ranking, place: int) -> CustomerValue:
        """The customer at a place of the ranking, which begin with 0."""
        position = int(ranking.position[place])
        return CustomerValue(
            value_at(self.people, ranking.people, position, self.terms.basis, self.outlook.days), place + 1
        )

    async def distribution(self) -> list["ValueBucket"]:
        """How many customers have how much revenue."""
        ranking = await self.people.ranking(self.terms, LifetimeValueOrder.REVENUE)
        return [_bucket(self, ranking, bucket) for bucket in (await self.figures()).buckets]

    async def lorenz(self) -> list[LorenzPoint]:
        """How unequal they are."""
        return [LorenzPoint(float(i), share) for i, share in enumerate((await self.figures()).lorenz)]

    async def cost_coverage(self) -> float | None:
        """The share of their sales, in percent of the totals, whose cost is known."""
        figures = await self.figures()
        return percentage(figures.costed, figures.gross)

    async def notices(self) -> list[str]:
        """What a reader should know."""
        notices = list(self._notices)
        if self.terms.basis is RevenueBasis.MARGIN:
            notices.append(_coverage_notice(await self.cost_coverage()))
        return [*notices, *self.outlook.notices]

    @property
    def how_computed(self) -> HowComputed:
        """What the numbers are, and the statements that compute them."""
        scope, joined = self.people.scope, self.people.joined
        statements = [
            customer_sums(*scope.shape, *joined.shape),
            refunded_in_window(scope.storefront is not None),
            scored_customers(False, *self.people.everyone.scope.shape),
        ]
        return HowComputed(DEFINITION, statements_shown(statements, scope.params() | joined.params()))

    async def freshness(self) -> Freshness:
        """How fresh the sums of its customers are."""
        return freshness_of(*await self.people.computed())


def _coverage_notice(coverage: float | None) -> str:
    known = "nothing was sold for money" if coverage is None else f"the cost is known of {coverage:.1f} % of sales"
    return f"Revenue is known profit: {known} (costCoverage)."


@dataclass(frozen=True)
class LifetimeValueSummary:
    """What is said of all customers of the report."""

    of: LifetimeValueReport
    refunded: int
    total_customers: Annotated[int, "Customers with a counted sale, as the filters choose them."]
    total_revenue: Annotated[Decimal, "Their revenue on the asked basis."]
    total_profit: Annotated[Decimal | None, "The sum of the known profits; null where none is known."]
    average_clv: Annotated[Decimal | None, "Revenue per customer, rounded half-even."]
    average_profit_per_customer: Annotated[Decimal | None, "Profit per customer; null where none is known."]
    top_customer_revenue: Annotated[Decimal | None, "The revenue of the best customer by revenue."]
    top10_percent_contribution: Annotated[
        float | None, "The share of revenue, in percent, of the best tenth by revenue, rounded up to whole customers."
    ]

    async def refunds_outside_population(self) -> Decimal:
        """Refunds to nobody of them."""
        return self.of.business.money(await self.of.people.refunds() - self.refunded)


def _summary(of: LifetimeValueReport, found: SpreadSummary) -> LifetimeValueSummary:
    money = of.business.money_or_none
    return LifetimeValueSummary(
        of=of,
        refunded=found.refunded,
        total_customers=found.customers,
        total_revenue=of.business.money(found.revenue),
        total_profit=money(found.profit),
        average_clv=money(average(found.revenue, found.customers)),
        average_profit_per_customer=None if found.profit is None else money(average(found.profit, found.customers)),
        top_customer_revenue=money(found.top),
        top10_percent_contribution=percentage(found.top_tenth, found.revenue),
    )


@dataclass(frozen=True)
class ValueBucket:
    """Customers with revenue from `min` to below `max`."""

    of: LifetimeValueReport
    ranking: Ranking
    bucket: RevenueRange
    label: Annotated[str, "The range in words."]
    min: Annotated[Decimal | None, "The least revenue; null below zero."]
    max: Annotated[Decimal | None, "Revenue is below this; null for the last bucket."]
    customer_count: Annotated[int, "How many customers."]
    revenue: Annotated[Decimal, "Their revenue on the asked basis."]

    @property
    def digest(self) -> str:
        """What the cursors of its customers are bound to: all buckets, since one `after` is given to each."""
        return self.of.digest

    @property
    def members_asked(self) -> BucketMembers:
        """The question that its customers answer."""
        return BucketMembers(self.of.asked, self.label)

    def members(self) -> pa.Table:
        """Its customers with their revenue."""
        return self.ranking.members(self.bucket.first, self.bucket.last)


def _bucket(of: LifetimeValueReport, ranking: Ranking, bucket: RevenueRange) -> ValueBucket:
    money = of.business.money_or_none
    low, high = money(bucket.min), money(bucket.max)
    return ValueBucket(
        of=of,
        ranking=ranking,
        bucket=bucket,
        label=_label(low, high),
        min=low,
        max=high,
        customer_count=bucket.last - bucket.first,
        revenue=of.business.money(bucket.revenue),
    )


def _label(low: Decimal | None, high: Decimal | None) -> str:
    if low is None:
        return f"below {high:,}"
    return f"{low:,} and more" if high is None else f"{low:,} to below {high:,}"


async def lifetime_value_report(context: Context, question: LifetimeValueQuestion) -> LifetimeValueReport:
    """The report that a question asks for; BadUserInput says which argument is impossible."""
    business = await context.business()
    as_of, notices = business.as_of(question.as_of)
    checked_horizon(question.horizon_days)
    joined = Joined(**day_range(question.joined, "joined", ("first", "last")))
    terms = RankingTerms(
        question.revenue_basis,
        None if question.min_revenue is None else business.minor(question.min_revenue, "minRevenue"),
        None if question.min_profit is None else business.minor(question.min_profit, "minProfit"),
    )
    storefront = await storefront_key(context, question.storefront)
    scope = Scope(as_of, None, storefront, question.customer_type, include_inactive=True)
    people = People(context, business, scope, joined)
    outlook = await _outlook(people, question.order_by, question.horizon_days)
    page = pager(question.page, _digest(people, terms, outlook), RANKING)
    return LifetimeValueReport(asked=question, people=people, terms=terms, outlook=outlook, pager=page, notices=notices)


async def _outlook(people: People, order: LifetimeValueOrder, days: int) -> Outlook:
    if order is not LifetimeValueOrder.PREDICTED:
        return Outlook(order, days)
    model = await known_model(people.context, people.scope.as_of)
    if isinstance(model, NotEnoughData):
        return Outlook(order, days, None, (f"{NO_MODEL} {model.message}",))
    return Outlook(order, days, Ahead(model, days), (f"{NO_MONEY} {model.message}",) if model.message else ())


def _digest(people: People, terms: RankingTerms, outlook: Outlook) -> str:
    by_model = outlook.ahead and (outlook.days, outlook.ahead.model.spend is None)
    return list_digest("lifetime value", people.scope, people.joined, terms, outlook.order, by_model)
