"""Customers that may be one person."""

from typing import Annotated, Any

import strawberry

from resolvers.duplicates import DismissDuplicate, DuplicatesQuestion, dismiss_duplicate, list_duplicates
from resolvers.operation.ids import key_of
from resolvers.operation.paging import PageArguments
from rules.duplicates import SHOWN_SCORE, DuplicateEvidence
from schema.arguments import After, First, Info, about, said
from schema.connections import Words, connection
from schema.deleting import DeleteResult
from schema.exports import export_url
from schema.of_customer import customer_of

strawberry.enum(DuplicateEvidence, description="Why two customers may be one person.")


@strawberry.type(description="Two customers that may be one person; `id` is of the pair, whoever found it.")
class DuplicateCandidate:
    """Two customers that may be one person."""

    global_id: strawberry.ID = about("The opaque id.", "id")
    first: Any = customer_of("The one.", key="first_id")
    second: Any = customer_of("The other.", key="second_id")
    score: float = about("How likely they are one person, from 0 to 1.")
    evidence: list[DuplicateEvidence] = about("Why.")
    suggested_keep: Any = customer_of("Which to keep: who has more sales, then the older record.", key="suggested_id")


DuplicateConnection = connection(
    DuplicateCandidate,
    Words("A page of pairs, the likeliest first.", "pair"),
    name="Duplicate",
    exported_by=export_url(),
)


@strawberry.type
class DuplicatesQueries:
    """Pairs of the whole business."""

    @strawberry.field(
        description="Customers that may be one person, as the last search found them, the likeliest first.",
        graphql_type=DuplicateConnection,
    )
    @staticmethod
    async def duplicate_candidates(
        info: Info,
        first: First = None,
        after: After = None,
        min_score: Annotated[float, said("Only pairs this likely, 0.7 to 1.")] = SHOWN_SCORE,
    ) -> Any:
        """Pairs of the business."""
        return await list_duplicates(info.context, DuplicatesQuestion(min_score), PageArguments(first, after))


@strawberry.type
class DuplicatesMutations:
    """Saying that a pair is two persons."""

    @strawberry.mutation(
        description="Says that two customers are two persons: no search finds the pair again.",
        graphql_type=DeleteResult,
    )
    @staticmethod
    async def dismiss_duplicate(info: Info, id: Annotated[strawberry.ID, said("Which pair.")]) -> Any:
        """Dismiss a pair."""
        return await info.context.write(dismiss_duplicate, DismissDuplicate(key_of(id, "DuplicateCandidate")))
