"""What customers were worth: one customer, and the report of all of them."""

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from analytics.customers import RevenueBasis
from analytics.lifetime_value.ranking import LifetimeValueOrder
from resolvers.lifetime_value.customer import CLV, heuristic_by_value, rank_by_value
from resolvers.lifetime_value.report import (
    CustomerValue,
    LifetimeValueQuestion,
    LifetimeValueSummary,
    LorenzPoint,
    ValueBucket,
    lifetime_value_report,
)
from resolvers.operation.paging import PageArguments
from resolvers.prediction.customer import prediction_by_value
from schema.arguments import (
    After,
    AsOf,
    Basis,
    CustomerTypeArg,
    DateRange,
    First,
    Info,
    StorefrontArg,
    about,
    plain,
    said,
)
from schema.connections import Words, connection
from schema.execution.lookups import looked_up
from schema.exports import export_url
from schema.members import counted_customers
from schema.of_customer import customer_of
from schema.prediction import CLVPrediction
from schema.reports import Freshness, HowComputed
from schema.results import before, computed, formerly, registered

if TYPE_CHECKING:
    pass

strawberry.enum(
    LifetimeValueOrder,
    description="By what customers are ranked, descending; PREDICTED: by predictedRevenue, else revenue.",
)

Horizon = Annotated[int, said("How many days predictions look ahead, 1 to 3,650; nothing else depends on it.")]
MinRevenue = Annotated[Decimal | None, said("Only customers with this revenue or more, on the asked basis.")]
MinProfit = Annotated[
    Decimal | None, said("Only customers with this profit or more, on the asked basis; not those of unknown profit.")
]
ValueOrder = Annotated[LifetimeValueOrder, said("By what they are ranked, descending; ties by customer number.")]


registered(
    CLV,
    rank=looked_up(
        rank_by_value,
        int,
        "The place by revenue among all customers, 1 for the most; ties by customer number.",
        key="itself",
    ),
    heuristic=looked_up(
        heuristic_by_value,
        Decimal | None,
        "A rule of thumb: average order value × orders a year × 3 years × the multiplier of the RETAIL segment.",
        key="itself",
    ),
    prediction=looked_up(
        prediction_by_value,
        CLVPrediction,
        "What the customer will be worth by a model of everyone's purchases to the day before, or why that is unknown.",
        key="itself",
    ),
)


registered(
    CustomerValue,
    customer=customer_of("The customer."),
)


LifetimeValueConnection = connection(
    CustomerValue,
    Words(
        page="A page of customers by value.",
        each="customer",
        edge="A customer's value with its cursor.",
        node="The customer and its value.",
    ),
    name="LifetimeValue",
)


registered(
    LifetimeValueSummary,
    names={"total_revenue": "revenue"},
    former_revenue=before("total_profit", formerly("total_revenue", "totalRevenue", "revenue", Decimal)),
    refunds_outside_population=computed(
        "refunds_outside_population",
        Decimal,
        "Refunds to `asOf` to nobody of these customers, so that totals reconcile.",
    ),
)


registered(LorenzPoint)


registered(ValueBucket, customers=counted_customers())


@strawberry.type(description="What customers were worth to a day: their ranking, and how revenue lies among them.")
class LifetimeValueReport:
    """What customers were worth to a day."""

    how_computed: HowComputed = about("What the numbers are, and the statements that compute them.")
    export_url: str = export_url()

    @strawberry.field(description="What is said of all these customers.", graphql_type=LifetimeValueSummary)
    @staticmethod
    async def summary(root: strawberry.Parent[Any]) -> Any:
        """What is said of all."""
        return await root.summary()

    @strawberry.field(
        description="The page of ranked customers that `first` and `after` of the report ask for.",
        graphql_type=LifetimeValueConnection,
    )
    @staticmethod
    async def customers(root: strawberry.Parent[Any]) -> Any:
        """The page of ranked customers."""
        return await root.customers()

    @strawberry.field(
        description="Customers by revenue: edges at the 10th, 25th, 50th, 75th and 90th percentile of what is above "
        "zero, to two significant digits, and a bucket below zero where somebody is there.",
        graphql_type=list[ValueBucket],
    )
    @staticmethod
    async def distribution(
        root: strawberry.Parent[Any],
        label: Annotated[str | None, said("Only the bucket with this label.")] = None,
    ) -> Any:
        """Customers by revenue."""
        buckets = await root.distribution()
        return buckets if label is None else [bucket for bucket in buckets if bucket.label == label]

    @strawberry.field(
        description="The Lorenz curve of revenue in 101 points, lowest revenue first; empty without revenue.",
        graphql_type=list[LorenzPoint],
    )
    @staticmethod
    async def lorenz(root: strawberry.Parent[Any]) -> Any:
        """The Lorenz curve."""
        return await root.lorenz()

    @strawberry.field(description="The share of sales, in percent of their totals, whose cost is known.")
    @staticmethod
    async def cost_coverage(root: strawberry.Parent[Any]) -> float | None:
        """The share of sales whose cost is known."""
        return await root.cost_coverage()

    @strawberry.field(description="What a reader should know about this answer.")
    @staticmethod
    async def notices(root: strawberry.Parent[Any]) -> list[str]:
        """What a reader should know."""
        return await root.notices()

    @strawberry.field(description="How fresh it is.", graphql_type=Freshness)
    @staticmethod
    async def freshness(root: strawberry.Parent[Any]) -> Any:
        """How fresh it is."""
        return await root.freshness()


@strawberry.type
class LifetimeValueQueries:
    """What all customers were worth."""

    @strawberry.field(
        description="What customers were worth to a day: their ranking, and how revenue lies among them.",
        graphql_type=LifetimeValueReport,
    )
    @staticmethod
    async def lifetime_value_report(
        info: Info,
        joined: Annotated[DateRange | None, said("Only customers who joined in this period.")] = None,
        customer_type: CustomerTypeArg = None,
        storefront: StorefrontArg = None,
        min_revenue: MinRevenue = None,
        min_profit: MinProfit = None,
        revenue_basis: Basis = RevenueBasis.NET,
        order_by: ValueOrder = LifetimeValueOrder.REVENUE,
        as_of: AsOf = None,
        horizon_days: Horizon = 365,
        first: First = None,
        after: After = None,
    ) -> Any:
        """What customers were worth to a day."""
        question = LifetimeValueQuestion(
            joined=plain(joined),
            customer_type=customer_type,
            storefront=storefront,
            min_revenue=min_revenue,
            min_profit=min_profit,
            revenue_basis=revenue_basis,
            order_by=order_by,
            as_of=as_of,
            horizon_days=horizon_days,
            page=PageArguments(first, after),
        )
        return await lifetime_value_report(info.context, question)
