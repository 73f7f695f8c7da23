"""Acquisition: where new customers came from and what they brought."""

from decimal import Decimal
from typing import Annotated, Any

import strawberry

from resolvers.acquisition import Question as AcquisitionQuestion
from resolvers.acquisition import acquisition
from schema.arguments import DateRange, Info, about, plain, said
from schema.exports import export_url
from schema.reports import Freshness, HowComputed, Period


@strawberry.type(description="New customers of one source or campaign.")
class AcquisitionBucket:
    """New customers of one key."""

    key: str = about("The source or campaign; Unknown where none is known.")
    customers: int = about("How many.")
    percentage: float = about("Their share of all new customers, 0 to 100.")
    revenue: Decimal = about("Their NET revenue to the period's end.")
    avg_clv: Decimal | None = about("Revenue per customer.")


@strawberry.type(description="The customers that joined in a period.")
class AcquisitionReport:
    """The customers that joined in a period."""

    period: Period = about("The period.")
    total_new: int = about("How many joined in it.")
    by_source: list[AcquisitionBucket] = about("By acquisition source, most customers first.")
    by_campaign: list[AcquisitionBucket] = about("By acquisition campaign, most customers first.")
    referrals: int = about("How many of them another customer referred.")
    notices: list[str] = about("What a reader should know about this answer.")
    how_computed: HowComputed = about("What the numbers are, and the statement that computed them.")
    export_url: str = export_url()
    freshness: Freshness = about("How fresh it is.")


@strawberry.type
class AcquisitionQueries:
    """Where new customers came from."""

    @strawberry.field(
        description="The customers that joined in a period, and where they came from.", graphql_type=AcquisitionReport
    )
    @staticmethod
    async def acquisition(
        info: Info, period: Annotated[DateRange | None, said("The 12 months to today unless given.")] = None
    ) -> Any:
        """The customers that joined in a period."""
        return await acquisition(info.context, AcquisitionQuestion(plain(period)))
