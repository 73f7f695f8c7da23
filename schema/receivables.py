"""Receivables: what is owed on sales, by age."""

from typing import Any

import strawberry

from resolvers.receivables import ReceivablesAging, ReceivablesQuestion, receivables_aging
from schema.arguments import AsOf, Info
from schema.exports import export_url
from schema.members import counted_customers
from schema.results import before, registered

registered(
    ReceivablesAging,
    customers=counted_customers("Exactly the customers that owe, by what they owe descending."),
    export_url=before("freshness", export_url()),
)


@strawberry.type
class ReceivablesQueries:
    """What is owed."""

    @strawberry.field(description="What is owed on sales, by age.", graphql_type=ReceivablesAging)
    @staticmethod
    async def receivables_aging(info: Info, as_of: AsOf = None) -> Any:
        """What is owed on sales."""
        return await receivables_aging(info.context, ReceivablesQuestion(as_of))
