"""Which categories are bought together, and what that recommends."""

from typing import Annotated, Any

import strawberry

from resolvers.affinity import AffinityQuestion, CategoryAffinity, Recommendation, category_affinity
from schema.arguments import CustomerTypeArg, DateRange, Info, StorefrontArg, about, plain, said
from schema.exports import export_url
from schema.results import before, registered


@strawberry.type(description="Two categories that are bought together, in this order.")
class CategoryPair:
    """Two categories that are bought together."""

    first: str = about("The category that is given.")
    second: str = about("The category that goes with it.")
    support: float = about("The share of all transactions with both, 0 to 1.")
    confidence: float = about("The share of the transactions with the first that have the second too, 0 to 1.")
    lift: float = about("The confidence over the share of all transactions with the second: above 1 is no chance.")
    both: int = about("How many transactions have both.", "transactions")


registered(
    CategoryAffinity,
    pairs=before("notices", about("Ordered pairs by lift, then support, then names.", type_=list[CategoryPair])),
    export_url=before("freshness", export_url()),
)


registered(Recommendation)


@strawberry.type
class AffinityQueries:
    """What is bought together."""

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
