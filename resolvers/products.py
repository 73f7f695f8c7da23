"""The report of products and categories: what they brought, who bought them again, what first purchases led to."""

from bisect import bisect_right
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, NamedTuple

import pyarrow as pa

from analytics.copy.pinned import PinnedView
from analytics.copy.tables import ITEMS
from analytics.figures import average, percentage
from analytics.products import (
    UNKNOWN,
    ProductGrouping,
    ProductOrder,
    ProductScope,
    ProductSums,
    buyers_of,
    first_purchases,
    product_sums,
    products_of,
)
from analytics.scope import Scope
from models.customers import CustomerType
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.computed import Computed
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.paging import Keyset, Page, PageArguments, list_digest, pager
from resolvers.operation.ranges import DateRange
from resolvers.operation.reports import Freshness, HowComputed, Kept, Parts, freshness_of, kept, statements_shown
from resolvers.periods import Period, asked_period, default_of_retention
from resolvers.storefronts import storefront_key
from rules.currency import MILLION

MOST_REPEAT_DAYS = 3_650
DEFINITION = (
    "Lines that are products, of counted sales in the period. Revenue is the sum of line totals as sold, before sale "
    "discount and refunds; profit that of the lines whose cost is known. customers are who bought it, repeatRate the "
    "share of them who bought it in two sales or more of the period. firstPurchases: customers whose first purchase "
    "ever is in the period and holds it. firstPurchaseRepeatRate: of those whose first purchase is at least repeatDays "
    "before the period's end, who bought anything again within repeatDays. firstPurchaseValue: the NET revenue of all "
    "their sales to the period's end, per customer. Names are compared as written; without a category a line is "
    "Uncategorised."
)


class _Placed(NamedTuple):
    """A product with the value that it is ordered by."""

    value: int
    name: str
    sums: ProductSums


FIRST_PAGE = PageArguments()
BY_VALUE = Keyset({"value": int, "name": str}, attrgetter("value", "name"))


@dataclass(frozen=True)
class ProductQuestion:
    """The arguments of the report, as a client gives them."""

    period: DateRange | None = None
    by: ProductGrouping = ProductGrouping.PRODUCT
    order_by: ProductOrder = ProductOrder.REVENUE
    storefront: str | None = None
    customer_type: CustomerType | None = None
    repeat_days: int = 90
    page: PageArguments = FIRST_PAGE
    name: str | None = None


@dataclass(frozen=True)
class BuyerMembers:
    """The buyers of a product or category, by its name."""

    of: ProductQuestion
    name: str


@dataclass(frozen=True, eq=False)
class ProductFigures:
    """What a product or a category brought in the period."""

    of: "ProductReport"
    name: Annotated[str, "Its name, as written."]
    category: Annotated[str | None, "The category that most of its revenue was sold under; null where it has none."]
    revenue: Annotated[Decimal, "Line totals as sold, before sale discount and refunds."]
    percentage: Annotated[float | None, "Its share of the revenue of all products, in percent."]
    profit: Annotated[Decimal | None, "Of the lines whose cost is known; null where none is."]
    units: Annotated[Decimal, "How many units."]
    transactions: Annotated[int, "Sales with it."]
    customers: Annotated[int, "Who bought it."]
    repeat_rate: Annotated[float | None, "How many of them bought it in two sales or more, in percent."]
    first_purchases: Annotated[int, "Customers whose first purchase ever is in the period and held it."]
    first_purchase_repeat_rate: Annotated[
        float | None,
        "Of those whose first purchase is `repeatDays` ago or more, who bought anything again within them, in percent.",
    ]
    first_purchase_value: Annotated[
        Decimal | None, "What those customers brought to the period's end, NET, per customer; null without any."
    ]

    @property
    def digest(self) -> str:
        """What the cursors of its buyers are bound to: all products, since one `after` is given to each."""
        return self.of.digest

    @property
    def members_asked(self) -> BuyerMembers:
        """The question that its buyers answer."""
        return BuyerMembers(self.of.asked, self.name)

    def members(self) -> Awaitable[pa.Table]:
        """Its buyers, with what they paid for it."""
        return self.of.context.load(buyers_by_product, self.name, self.of.scope)


@dataclass(frozen=True, eq=False)
class ProductReport:
    """What products or categories brought in a period."""

    context: Context
    business: BusinessCalendar
    asked: ProductQuestion
    scope: ProductScope
    computed: Computed[list[ProductSums]]
    page: PageArguments
    period: Annotated[Period, "The period."]
    notices: Annotated[list[str], "What a reader should know about this answer."]
    how_computed: Annotated[HowComputed, "What the numbers are, and the statements that compute them."]
    freshness: Annotated[Freshness, "How fresh it is."]

    @property
    def digest(self) -> str:
        """What the cursors of its lists are bound to."""
        return list_digest("products", self.scope, self.asked.order_by, self.asked.name)

    def all_figures(self) -> list[ProductFigures]:
        """Every product or category, in the asked order."""
        return [self._figures(placed.sums) for placed in self._ordered()]

    async def products(self) -> Page:
        """The asked page of the products."""
        asked, ordered = pager(self.page, self.digest, BY_VALUE), self._ordered()
        start, request = 0, asked.request
        if request.position is not None:
            value, name = request.position
            start = bisect_right(ordered, (-value, name), key=lambda placed: (-placed.value, placed.name))
        page = asked.page(ordered[start : start + request.limit + 1])

        async def count() -> int:
            return len(ordered)

        return replace(page, nodes=[self._figures(placed.sums) for placed in page.nodes], count=count)

    def _ordered(self) -> list[_Placed]:
        asked = [sums for sums in self.computed.value if self.asked.name in (None, sums.name)]
        placed = [_Placed(_value(self.asked.order_by, sums), sums.name, sums) for sums in asked]
        return sorted(placed, key=lambda one: (-one.value, one.name))

    def _figures(self, sums: ProductSums) -> ProductFigures:
        money, all_revenue = self.business.money_or_none, sum(one.revenue for one in self.computed.value)
        return ProductFigures(
            of=self,
            name=sums.name,
            category=sums.category,
            revenue=self.business.money(sums.revenue),
            percentage=percentage(sums.revenue, all_revenue),
            profit=money(sums.profit),
            units=Decimal(sums.units) / MILLION,
            transactions=sums.transactions,
            customers=sums.customers,
            repeat_rate=percentage(sums.repeaters, sums.customers),
            first_purchases=sums.first_purchases,
            first_purchase_repeat_rate=percentage(sums.returned, sums.watched),
            first_purchase_value=money(average(sums.net, sums.first_purchases)),
        )


def _value(order: ProductOrder, sums: ProductSums) -> int:
    """What a product is ordered by, as a whole number."""
    match order:
        case ProductOrder.REVENUE:
            return sums.revenue
        case ProductOrder.UNITS:
            return sums.units
        case ProductOrder.CUSTOMERS:
            return sums.customers
        case ProductOrder.REPEAT_RATE:
            return MILLION**2 * sums.repeaters // sums.customers if sums.customers else UNKNOWN
        case ProductOrder.FIRST_PURCHASES:
            return sums.first_purchases
        case ProductOrder.FIRST_PURCHASE_VALUE:
            worth = average(sums.net, sums.first_purchases)
            return UNKNOWN if worth is None else worth


async def product_report(context: Context, question: ProductQuestion) -> ProductReport:
    """The report that a question asks for, of the 12 months to today unless another period is asked for."""
    if not 1 <= question.repeat_days <= MOST_REPEAT_DAYS:
        raise BadUserInput(f"`repeatDays` must be from 1 to {MOST_REPEAT_DAYS:,}, not {question.repeat_days:,}")
    period, notices = await asked_period(context, question.period, default_of_retention)
    storefront = await storefront_key(context, question.storefront)
    scope = Scope(period.as_of, period.days, storefront, question.customer_type, include_inactive=True)
    of = ProductScope(scope, question.by, question.repeat_days)

    async def compute(view: PinnedView) -> Kept[list[ProductSums]]:
        found = await products_of(view, of)
        return kept(found, len(found))

    computed, from_cache = await Parts(context, "products", of).computed("sums", compute, ITEMS)
    statements = [product_sums(*of.shape), first_purchases(*of.shape)]
    return ProductReport(
        context=context,
        business=await context.business(),
        asked=replace(question, page=FIRST_PAGE),
        scope=of,
        computed=computed,
        page=question.page,
        period=period,
        notices=notices,
        how_computed=HowComputed(DEFINITION, statements_shown(statements, of.params())),
        freshness=freshness_of(computed, from_cache),
    )


async def buyers_by_product(context: Context, names: Sequence[str], of: ProductScope) -> list[pa.Table]:
    """The buyers of each product or category, with what they paid for it."""
    return await buyers_of(await context.facts(ITEMS), of, names)
