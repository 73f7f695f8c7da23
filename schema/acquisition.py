"""Acquisition: where new customers came from and what they brought."""

from typing import Annotated, Any

import strawberry

from resolvers.acquisition import AcquisitionBucket, AcquisitionQuestion, AcquisitionReport, acquisition
from schema.arguments import DateRange, Info, plain, said
from schema.exports import export_url
from schema.results import before, registered

registered(AcquisitionBucket)


registered(AcquisitionReport, export_url=before("freshness", export_url()))


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
