"""Receivables: what is owed on sales, by age."""

from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from resolvers.receivables import Question as ReceivablesQuestion
from resolvers.receivables import receivables_aging
from schema.arguments import AsOf, Info, about
from schema.exports import export_url
from schema.members import counted_customers
from schema.reports import Freshness, HowComputed


@strawberry.type(description="What is owed on sales at the end of a day, by days since the sale.")
class ReceivablesAging:
    """What is owed on sales at the end of a day."""

    as_of: date = about("The day.")
    total: Decimal = about("All that is owed.")
    current: Decimal = about("On sales of that day.")
    days1_to30: Decimal = about("On sales of 1 to 30 days before.", "days1To30")
    days31_to60: Decimal = about("On sales of 31 to 60 days before.", "days31To60")
    days61_to90: Decimal = about("On sales of 61 to 90 days before.", "days61To90")
    over90: Decimal = about("On older sales.")
    customers = counted_customers("Exactly the customers that owe, by what they owe descending.")
    notices: list[str] = about("What a reader should know about this answer.")
    how_computed: HowComputed = about("What the numbers are, and the statement that computed them.")
    export_url: str = export_url()
    freshness: Freshness = about("How fresh it is.")


@strawberry.type
class ReceivablesQueries:
    """What is owed."""

    @strawberry.field(description="What is owed on sales, by age.", graphql_type=ReceivablesAging)
    @staticmethod
    async def receivables_aging(info: Info, as_of: AsOf = None) -> Any:
        """What is owed on sales."""
        return await receivables_aging(info.context, ReceivablesQuestion(as_of))
