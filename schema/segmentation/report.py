"""The segmentation of all customers."""

from collections.abc import Callable, Coroutine
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from analytics.segmentation import RFMScheme, SegmentationMethod
from analytics.segmentation.grouped import SegmentationInsights
from analytics.segmentation.preferences import Dimension
from models.businesses import Weekday
from resolvers.segmentation.report import (
    RFMCell,
    SegmentationQuestion,
    SegmentCharacteristics,
    SegmentSummary,
    segmentation,
    weekday_of,
)
from rules.selling import PaymentMethod, SaleChannel
from schema.arguments import (
    AsOf,
    CustomerTypeArg,
    Days,
    IncludeInactive,
    Info,
    Method,
    Scheme,
    StorefrontArg,
    about,
    said,
)
from schema.exports import export_url_with_detail
from schema.members import counted_customers
from schema.reports import Freshness, HowComputed
from schema.results import before, computed, formerly, registered
from schema.segmentation.rfm import RFMCutPoints
from schema.storefronts import Storefront


def _preferred(dimension: Dimension, description: str, type_: Any, read: Callable[[Any], Any] = lambda v: v) -> Any:
    async def resolve(root: strawberry.Parent[Any], info: Info) -> Any:
        return read(await root.of.preferred(dimension, root.segment))

    resolver: Callable[..., Coroutine[Any, Any, Any]] = resolve
    return strawberry.field(resolver=resolver, description=description, graphql_type=type_ | None)


@strawberry.field(description="The storefront of most purchases; ties go to the older.", graphql_type=Storefront | None)
async def _preferred_storefront(root: strawberry.Parent[Any]) -> Any:
    return await root.of.preferred_storefront(root.segment)


registered(
    SegmentCharacteristics,
    preferred_category=_preferred(
        Dimension.CATEGORY, "The category of the greatest spend; ties go to the first by name.", str
    ),
    preferred_channel=_preferred(
        Dimension.CHANNEL,
        "The channel of most purchases; ties go to the first by name.",
        SaleChannel,
        lambda word: None if word is None else SaleChannel(word),
    ),
    preferred_weekday=_preferred(
        Dimension.WEEKDAY, "The weekday of most purchases; ties go to the earlier.", Weekday, weekday_of
    ),
    preferred_payment_method=_preferred(
        Dimension.PAYMENT_METHOD,
        "The payment method of most purchases; ties go to the first by name.",
        PaymentMethod,
        lambda word: None if word is None else PaymentMethod(word),
    ),
    peak_month=_preferred(
        Dimension.MONTH, "The month of the year, 1 to 12, of most purchases; ties go to the earlier.", int
    ),
    preferred_storefront=_preferred_storefront,
)
registered(
    SegmentSummary,
    names={"total_revenue": "revenue"},
    former_revenue=before("revenue_contribution", formerly("total_revenue", "totalRevenue", "revenue", Decimal)),
    customers=before("characteristics", counted_customers()),
    growth=computed(
        "growth",
        float | None,
        "Change of the customer count against the preceding window of equal length, in percent; "
        "null from nothing, without a window, and for methods TIER and CREDIT.",
    ),
)
registered(RFMCell, customers=counted_customers())


registered(SegmentationInsights)


@strawberry.type(description="The customers of a window in segments.")
class Segmentation:
    """The customers of a window in segments."""

    method: SegmentationMethod = about("By what customers are put into segments.")
    scheme: RFMScheme | None = about("The table of segments; null unless the method is RFM.")
    as_of: date = about("The day that it is for.")
    days: int | None = about("The days of the window; null is all history, as always for method TIER.")
    total_customers: int = about(
        "The population: customers with a counted sale in the window; of method CREDIT every customer."
    )
    active_customers: int = about("Customers of the population that bought in the 90 days to `asOf`.")
    total_revenue: Decimal = about("Its NET revenue in the window.", "revenue")
    former_revenue: Decimal = formerly("total_revenue", "totalRevenue", "revenue", Decimal)
    segments: list[SegmentSummary] = about("Every segment, by revenue descending, ties in table order.")
    cut_points: list[RFMCutPoints] = about("Per score 1 to 5 the worst values that earned it; empty unless RFM.")
    notices: list[str] = about("What a reader should know about this answer.")
    how_computed: HowComputed = about("What the numbers are, and the statement that computed them.")
    export_url: str = export_url_with_detail()
    freshness: Freshness = about("How fresh it is.")

    @strawberry.field(
        description="All 125 score triples, or those with the given scores; empty unless the method is RFM.",
        graphql_type=list[RFMCell],
    )
    @staticmethod
    def cells(
        root: strawberry.Parent[Any],
        recency_score: Annotated[int | None, said("Only those with this score.")] = None,
        frequency_score: Annotated[int | None, said("Only those with this score.")] = None,
        monetary_score: Annotated[int | None, said("Only those with this score.")] = None,
    ) -> Any:
        """All score triples, or some."""
        wanted = {
            name: score
            for name, score in (
                ("recency_score", recency_score),
                ("frequency_score", frequency_score),
                ("monetary_score", monetary_score),
            )
            if score is not None
        }
        return [cell for cell in root.cells if all(getattr(cell, name) == score for name, score in wanted.items())]

    @strawberry.field(description="What stands out.", graphql_type=SegmentationInsights)
    @staticmethod
    async def insights(root: strawberry.Parent[Any]) -> Any:
        """What stands out."""
        return await root.insights()

    @strawberry.field(description="Refunds of the window to nobody of the population, so that totals reconcile.")
    @staticmethod
    async def refunds_outside_population(root: strawberry.Parent[Any]) -> Decimal:
        """Refunds to nobody of the population."""
        return await root.refunds_outside_population()


@strawberry.type
class SegmentationQueries:
    """All customers in segments."""

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
        include_inactive: IncludeInactive = False,
        segment_name: Annotated[str | None, said("List only the segment of this name; totals stay.")] = None,
        segment_code: Annotated[str | None, said("List only the segment of this code; totals stay.")] = None,
        as_of: AsOf = None,
    ) -> Any:
        """The customers of a window in segments."""
        question = SegmentationQuestion(
            method=method,
            scheme=scheme,
            days=days,
            storefront=storefront,
            customer_type=customer_type,
            include_inactive=include_inactive,
            segment_name=segment_name,
            segment_code=segment_code,
            as_of=as_of,
        )
        return await segmentation(info.context, question)
