"""Segments over time: who moved between two days, and how many there were at the end of each calendar unit."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import strawberry
from strawberry.types.unset import UNSET

from analytics.segmentation import RFMScheme, SegmentationMethod
from resolvers.segmentation.migration import Question as MigrationQuestion
from resolvers.segmentation.migration import segment_migration, segmentation_trend
from schema.arguments import (
    CustomerTypeArg,
    DatedMethod,
    DaysToEach,
    FromDay,
    Info,
    Scheme,
    StorefrontArg,
    ToDay,
    about,
    said,
)
from schema.exports import export_url
from schema.members import counted_customers
from schema.reports import Freshness, HowComputed
from schema.retention import CohortPeriod  # registered there, as a type must be before it is used


@strawberry.type(description="Customers that went from one segment to another, or stayed in one.")
class SegmentMove:
    """Customers that went from one segment to another, or stayed."""

    before: str | None = about("The code of the earlier segment; null for who was in none: they are new.", name="from")
    after: str | None = about(
        "The code of the later segment, equal to `from` for who stayed; null for who is in none any more.", name="to"
    )
    customer_count: int = about("How many customers.")
    revenue: Decimal = about(
        "Their NET revenue in the window that ends at `to`; of those who are gone, in the one that ends at `from`."
    )
    customers = counted_customers()


@strawberry.type(description="Who went from which segment to which between two days.")
class SegmentMigration:
    """Who went from which segment to which."""

    @strawberry.field(
        description="All moves that occur, or those between the given segments: by `from` in the order of the method's "
        "segments, null last, then by `to` likewise.",
        graphql_type=list[SegmentMove],
    )
    @staticmethod
    def moves(
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
        """All moves, or some."""
        return [
            move
            for move in root.moves
            if (before is UNSET or move.before == before) and (after is UNSET or move.after == after)
        ]

    notices: list[str] = about("What a reader should know about this answer.")
    how_computed: HowComputed = about("What the numbers are, and the statements that computed them.")
    export_url: str = export_url()
    freshness: Freshness = about("How fresh it is.")


@strawberry.type(description="A segment on one day.")
class SegmentCount:
    """A segment on one day."""

    code: str = about("The code of the segment.")
    name: str = about("Its name.")
    customer_count: int = about("How many customers it has.")
    revenue: Decimal = about("Their NET revenue in the window that ends on this day.")


@strawberry.type(description="All segments on one day.")
class SegmentationPoint:
    """All segments on one day."""

    as_of: date = about("The day: the last of a calendar unit, or `to`.")
    segments: list[SegmentCount] = about(
        "All segments in the order of the method, empty ones too; for BEHAVIOR those of any point, by name."
    )


@strawberry.type(description="The segments at the end of each calendar unit.")
class SegmentationTrend:
    """The segments at the end of each calendar unit."""

    points: list[SegmentationPoint] = about("One for each calendar unit, the earliest first.")
    notices: list[str] = about("What a reader should know about this answer.")
    how_computed: HowComputed = about("What the numbers are, and the statement that computed the last point.")
    export_url: str = export_url()
    freshness: Freshness = about("How fresh it is: that of the oldest point.")


@strawberry.type
class MigrationQueries:
    """Segments over time."""

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
