"""Data quality: what is known of the facts of a business, and what is missing in them."""

from datetime import date
from typing import Any

from analytics.copy.pinned import PinnedView
from analytics.data_quality import FactCounts, counts_of_facts
from analytics.figures import percentage
from models.data_quality import last_imports, possible_duplicates, rejected_rows
from resolvers.operation.context import Context
from resolvers.operation.reports import Kept, Parts, kept
from rules.days import date_of, day_number

LATEST_IMPORTS = 50


class DataQuality:
    """Counts of today; what a client does not ask for is not computed."""

    def __init__(self, context: Context, counts: FactCounts) -> None:
        self._context = context
        self.customers = counts.customers
        self.sales = counts.sales
        self.first_business_date = _date(counts.first_day)
        self.last_business_date = _date(counts.last_day)
        self.anonymous_sales_share = percentage(counts.sales - counts.known, counts.sales)
        self.cost_coverage = percentage(counts.costed, counts.gross)
        self.unlinked_refunds = counts.unlinked_refunds

    async def possible_duplicates(self) -> int:
        """Customers that share name and birth date, or name and address, with another."""
        ((count,),) = await self._context.reader.stored(possible_duplicates(), {})
        return int(count)

    async def rejected_rows(self) -> int:
        """The rows that the last import of each file could not use."""
        ((rows,),) = await self._context.reader.stored(rejected_rows(), {})
        return int(rows)

    async def imports(self) -> list[Any]:
        """The last import of each file, newest first."""
        return await self._context.reader.rows(last_imports(), most=LATEST_IMPORTS)


def _date(day: int | None) -> date | None:
    return None if day is None else date_of(day)


async def data_quality(context: Context) -> DataQuality:
    """The quality of the data to today."""
    today = day_number((await context.business()).today)

    async def compute(view: PinnedView) -> Kept[FactCounts]:
        return kept(await counts_of_facts(view, today))

    return DataQuality(context, await Parts(context, "data quality", today).get("counts", compute))
