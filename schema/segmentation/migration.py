"""Segments over time: who moved between two days, and how many there were at the end of each calendar unit."""

from typing import Annotated, Any

import strawberry
from strawberry.types.unset import UNSET

from analytics.segmentation import RFMScheme, SegmentationMethod
from resolvers.segmentation.migration import (
    MigrationQuestion,
    SegmentationPoint,
    SegmentationTrend,
    SegmentCount,
    SegmentMigration,
    SegmentMove,
    segment_migration,
    segmentation_trend,
)
from schema.arguments import (
    CustomerTypeArg,
    DatedMethod,
    DaysToEach,
    FromDay,
    IncludeInactive,
    Info,
    Scheme,
    StorefrontArg,
    ToDay,
    said,
)
from schema.exports import export_url
from schema.members import counted_customers
from schema.results import before, registered
from schema.retention import CohortPeriod  # registered there, as a type must be before it is used

registered(SegmentMove, names={"before": "from", "after": "to"}, customers=counted_customers())


@strawberry.field(
    description="All moves that occur, or those between the given segments: by `from` in the order of the method's "
    "segments, null last, then by `to` likewise.",
    graphql_type=list[SegmentMove],
)
def _moves(
    root: strawberry.Parent[Any],
    before: Annotated[
        str | None,
        strawberry.argument(name="from", description="Only from the segment of this code; null is from none."),
    ] = UNSET,
    after: Annotated[
        str | None,
        strawberry.argument(name="to", description="Only to the segment of this code; null is to none."),
    ] = UNSET,
) -> Any:
    return [
        move
        for move in root.moves
        if (before is UNSET or move.before == before) and (after is UNSET or move.after == after)
    ]


registered(SegmentMigration, moves=_moves, export_url=before("freshness", export_url()))


registered(SegmentCount)


registered(SegmentationPoint)


registered(SegmentationTrend, export_url=before("freshness", export_url()))


@strawberry.type
class MigrationQueries:
    """Segments over time."""

    @strawberry.field(
        description="Who went from which segment to which between two days.",
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
        include_inactive: IncludeInactive = False,
    ) -> Any:
        """Who went from which segment to which."""
        question = MigrationQuestion(
            method=method,
            scheme=scheme,
            days=days,
            storefront=storefront,
            customer_type=customer_type,
            start=from_,
            end=to,
            include_inactive=include_inactive,
        )
        return await segment_migration(info.context, question)

    @strawberry.field(
        description="The segments at the end of each calendar unit, at most 120.",
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
        include_inactive: IncludeInactive = False,
    ) -> Any:
        """The segments at the end of each calendar unit."""
        question = MigrationQuestion(
            method=method,
            scheme=scheme,
            days=days,
            storefront=storefront,
            customer_type=customer_type,
            start=from_,
            end=to,
            include_inactive=include_inactive,
        )
        return await segmentation_trend(info.context, question, every)
