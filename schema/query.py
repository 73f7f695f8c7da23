"""The questions that can be asked."""

from decimal import Decimal
from typing import Annotated, Any

import strawberry

from analytics.calendar import CohortPeriod
from analytics.cohorts import RetentionMode
from analytics.customers import RevenueBasis
from analytics.lifetime_value.ranking import LifetimeValueOrder
from analytics.patterns import Grouping
from analytics.segmentation import RFMScheme, SegmentationMethod
from models.listing import CustomerOrder
from resolvers.acquisition import AcquisitionQuestion, acquisition
from resolvers.affinity import AffinityQuestion, category_affinity
from resolvers.customers import find_customer
from resolvers.lifetime_value.report import LifetimeValueQuestion, lifetime_value_report
from resolvers.listing import Conditions, ListQuestion, list_customers
from resolvers.nodes import node_by_id, nodes_by_id
from resolvers.operation.paging import PageArguments
from resolvers.patterns import PatternsQuestion, purchase_patterns
from resolvers.prediction.model import lifetime_value_model
from resolvers.receivables import ReceivablesQuestion, receivables_aging
from resolvers.retention import RetentionQuestion, retention
from resolvers.segmentation.migration import MigrationQuestion, segment_migration, segmentation_trend
from resolvers.segmentation.report import SegmentationQuestion, segmentation
from resolvers.storefronts import list_storefronts
from resolvers.touchpoints import list_touchpoints
from schema.acquisition import AcquisitionReport
from schema.affinity import CategoryAffinity
from schema.arguments import (
    After,
    AsOf,
    Basis,
    Before,
    CompareTo,
    CustomerTypeArg,
    DatedMethod,
    DateRange,
    Days,
    DaysToEach,
    First,
    FromDay,
    Info,
    Last,
    Method,
    Scheme,
    StorefrontArg,
    ToDay,
    given,
    plain,
    said,
)
from schema.businesses import Storefront, Viewer
from schema.customers import Customer, CustomerBy, CustomerConnection, CustomerFilter
from schema.lifetime_value import Horizon, LifetimeValueReport, MinProfit, MinRevenue, ValueOrder
from schema.nodes import Node
from schema.patterns import PurchasePatterns
from schema.prediction import LifetimeValueModel
from schema.receivables import ReceivablesAging
from schema.retention import RetentionReport
from schema.segmentation.migration import SegmentationTrend, SegmentMigration
from schema.segmentation.report import Segmentation
from schema.touchpoints import TouchpointConnection, TouchpointFilter


@strawberry.type(description="What can be asked.")
class Query:
    """What can be asked."""

    @strawberry.field(
        description="The object with this id; null where the business has none.", graphql_type=Node | None
    )
    @staticmethod
    async def node(info: Info, id: Annotated[strawberry.ID, said("The opaque id.")]) -> Any:
        """One object by its id."""
        return await node_by_id(info.context, id)

    @strawberry.field(
        description="The objects with these ids in their order, at most 100; null where the business has none.",
        graphql_type=list[Node | None],
    )
    @staticmethod
    async def nodes(info: Info, ids: Annotated[list[strawberry.ID], said("Opaque ids.")]) -> Any:
        """Objects by their ids."""
        return await nodes_by_id(info.context, ids)

    @strawberry.field(description="Who asks.", graphql_type=Viewer)
    @staticmethod
    async def viewer(info: Info) -> Any:
        """Who asks."""
        await info.context.business()
        return info.context.viewer

    @strawberry.field(description="The storefronts of the business by name.", graphql_type=list[Storefront])
    @staticmethod
    async def storefronts(info: Info) -> Any:
        """The storefronts of the business."""
        return await list_storefronts(info.context)

    @strawberry.field(description="One customer; null where the business has none.", graphql_type=Customer | None)
    @staticmethod
    async def customer(info: Info, by: Annotated[CustomerBy, said("By exactly one of these.")]) -> Any:
        """One customer by any key."""
        return await find_customer(info.context, given(by))

    @strawberry.field(
        description="Customers of the business, without erased and merged ones.", graphql_type=CustomerConnection
    )
    @staticmethod
    async def customers(
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[CustomerFilter | None, said("Which customers.")] = None,
        order_by: Annotated[CustomerOrder | None, said("Their order; NEWEST unless given.")] = None,
        as_of: AsOf = None,
    ) -> Any:
        """A list of customers."""
        order = order_by or CustomerOrder.NEWEST
        question = ListQuestion(Conditions(**given(filter)), order, as_of)
        return await list_customers(info.context, question, PageArguments(first, after, last, before))

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
            plain(joined),
            customer_type,
            storefront,
            min_revenue,
            min_profit,
            revenue_basis,
            order_by,
            as_of,
            horizon_days,
            PageArguments(first, after),
        )
        return await lifetime_value_report(info.context, question)

    @strawberry.field(
        description="The model behind predictions: its parameters, how exactly they are known, a check on later days.",
        graphql_type=LifetimeValueModel,
    )
    @staticmethod
    async def lifetime_value_model(info: Info, as_of: AsOf = None) -> Any:
        """The model behind predictions."""
        return await lifetime_value_model(info.context, as_of)

    @strawberry.field(
        description="The customers of a window in segments: by RFM scores, value, tier, use of credit or behavior.",
        graphql_type=Segmentation,
    )
    @staticmethod
    async def segmentation(
        info: Info,
        method: Method = SegmentationMethod.RFM,
        scheme: Scheme = RFMScheme.POS,
        days: Days = 90,
        storefront: StorefrontArg = None,
        customer_type: CustomerTypeArg = None,
        include_inactive: Annotated[bool, said("Whether customers that are not active are scored too.")] = False,
        segment_name: Annotated[str | None, said("List only the segment of this name; totals stay.")] = None,
        segment_code: Annotated[str | None, said("List only the segment of this code; totals stay.")] = None,
        as_of: AsOf = None,
    ) -> Any:
        """The customers of a window in segments."""
        question = SegmentationQuestion(
            method, scheme, days, storefront, customer_type, include_inactive, segment_name, segment_code, as_of
        )
        return await segmentation(info.context, question)

    @strawberry.field(
        description="Who went from which segment to which between two days, inactive customers among them.",
        graphql_type=SegmentMigration,
    )
    @staticmethod
    async def segment_migration(
        info: Info,
        from_: FromDay,
        to: ToDay,
        method: DatedMethod = SegmentationMethod.RFM,
        scheme: Scheme = RFMScheme.POS,
        days: DaysToEach = 90,
        storefront: StorefrontArg = None,
        customer_type: CustomerTypeArg = None,
    ) -> Any:
        """Who went from which segment to which."""
        question = MigrationQuestion(method, scheme, days, storefront, customer_type, from_, to)
        return await segment_migration(info.context, question)

    @strawberry.field(
        description="The segments at the end of each calendar unit, at most 120, with inactive customers among them.",
        graphql_type=SegmentationTrend,
    )
    @staticmethod
    async def segmentation_trend(
        info: Info,
        from_: FromDay,
        to: ToDay,
        method: DatedMethod = SegmentationMethod.RFM,
        scheme: Scheme = RFMScheme.POS,
        days: DaysToEach = 90,
        storefront: StorefrontArg = None,
        customer_type: CustomerTypeArg = None,
        every: Annotated[CohortPeriod, said("The calendar unit at whose ends there is a point.")] = CohortPeriod.MONTH,
    ) -> Any:
        """The segments at the end of each calendar unit."""
        question = MigrationQuestion(method, scheme, days, storefront, customer_type, from_, to)
        return await segmentation_trend(info.context, question, every)

    @strawberry.field(description="Who stays over a period, and the cohorts.", graphql_type=RetentionReport)
    @staticmethod
    async def retention(
        info: Info,
        period: Annotated[DateRange | None, said("The 12 months to today unless given.")] = None,
        compare_to: CompareTo = None,
        cohort_period: Annotated[CohortPeriod, said("The calendar unit of the cohorts.")] = CohortPeriod.MONTH,
        trend_period: Annotated[CohortPeriod, said("The calendar unit of the trends.")] = CohortPeriod.MONTH,
        mode: Annotated[RetentionMode, said("Who is in the cell of a cohort.")] = RetentionMode.ON,
        activity_days: Annotated[int, said("A purchase keeps a customer active for so many days, 1 to 9,999.")] = 90,
        customer_type: CustomerTypeArg = None,
        storefront: StorefrontArg = None,
    ) -> Any:
        """Who stays over a period."""
        question = RetentionQuestion(
            plain(period), compare_to, cohort_period, trend_period, mode, activity_days, customer_type, storefront
        )
        return await retention(info.context, question)

    @strawberry.field(
        description="The customers that joined in a period, and where they came from.", graphql_type=AcquisitionReport
    )
    @staticmethod
    async def acquisition(
        info: Info, period: Annotated[DateRange | None, said("The 12 months to today unless given.")] = None
    ) -> Any:
        """The customers that joined in a period."""
        return await acquisition(info.context, AcquisitionQuestion(plain(period)))

    @strawberry.field(description="What is owed on sales, by age.", graphql_type=ReceivablesAging)
    @staticmethod
    async def receivables_aging(info: Info, as_of: AsOf = None) -> Any:
        """What is owed on sales."""
        return await receivables_aging(info.context, ReceivablesQuestion(as_of))

    @strawberry.field(
        description="When, how often, how much, what and how customers buy in a period, all of them or one.",
        graphql_type=PurchasePatterns,
    )
    @staticmethod
    async def purchase_patterns(
        info: Info,
        customer: Annotated[strawberry.ID | None, said("Only the purchases of this customer.")] = None,
        period: Annotated[DateRange | None, said("The period; the 90 days to today unless given.")] = None,
        compare_to: CompareTo = None,
        revenue_basis: Basis = RevenueBasis.NET,
        customer_type: CustomerTypeArg = None,
        storefront: StorefrontArg = None,
        grouping: Annotated[Grouping, said("The calendar unit of the series.")] = Grouping.MONTHLY,
        basket_edges: Annotated[
            list[Decimal] | None,
            said("Where baskets are divided, rising, 1 to 50 amounts; 0, 100, 250, 500 and 1000 unless given."),
        ] = None,
    ) -> Any:
        """How customers buy in a period."""
        question = PatternsQuestion(
            customer, plain(period), compare_to, revenue_basis, customer_type, storefront, grouping, basket_edges
        )
        return await purchase_patterns(info.context, question)

    @strawberry.field(
        description="Which categories are bought together in a period: ordered pairs by lift.",
        graphql_type=CategoryAffinity,
    )
    @staticmethod
    async def category_affinity(
        info: Info,
        period: Annotated[DateRange | None, said("The period; the 90 days to today unless given.")] = None,
        storefront: StorefrontArg = None,
        customer_type: CustomerTypeArg = None,
        min_support: Annotated[float, said("The least share of all transactions with both, 0 to 1.")] = 0.01,
        first: Annotated[int, said("How many pairs, 1 to 1,000.")] = 50,
    ) -> Any:
        """Categories bought together."""
        question = AffinityQuestion(plain(period), storefront, customer_type, min_support, first)
        return await category_affinity(info.context, question)

    @strawberry.field(description="Contacts with customers, newest first.", graphql_type=TouchpointConnection)
    @staticmethod
    async def touchpoints(
        info: Info,
        first: First = None,
        after: After = None,
        filter: Annotated[TouchpointFilter | None, said("Which contacts.")] = None,
    ) -> Any:
        """Contacts with customers."""
        return await list_touchpoints(info.context, given(filter), PageArguments(first, after))
