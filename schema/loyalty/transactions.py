"""Entries of the ledger of points."""

from datetime import date, datetime
from typing import Annotated, Any, Optional

import strawberry

from resolvers.loyalty.entries import entry_by_id, list_entries, metadata_of
from resolvers.loyalty.redemptions import redemption_by_id
from resolvers.operation.paging import PageArguments
from resolvers.sales import refund_by_id, sale_by_id
from rules.loyalty.points import EntryType, PointsReason, entry_words
from schema.arguments import After, DateRange, First, Info, about, given, said
from schema.connections import Words, connection
from schema.execution.lookups import looked_up
from schema.loyalty.redemptions import LoyaltyRedemption
from schema.nodes import Node
from schema.of_customer import customer_of
from schema.sales import Refund, Sale
from schema.scalars import BigInt

strawberry.enum(EntryType, name="LoyaltyTransactionType", description="What kind of movement it is.")
strawberry.enum(
    PointsReason,
    name="LoyaltyReason",
    description="Why points moved. PAYMENT: points that paid a sale. ASSIGNMENT: a sale went to another customer. "
    "MANUAL: by hand.",
)


@strawberry.type(description="What a caller gave along.")
class MetadataEntry:
    """A key with its value."""

    key: str = about("Its key.")
    value: str = about("Its value.")


@strawberry.type(description="A movement of points: what it changed, and the four running sums after it.")
class LoyaltyTransaction(Node):
    """A movement of points."""

    customer: Any = customer_of("Whose points moved.")
    type: EntryType = about("What kind of movement it is.")
    reason: PointsReason = about("Why.")
    business_day: date = about("The business day of it.", "businessDate")
    created_at: datetime = about("When it was written.")
    actor: str = about("Who wrote it.")
    points: BigInt = about("What it changed of the points that can be spent.")
    balance_before: BigInt = about("The points that could be spent before it.")
    balance_after: BigInt = about("And after it.")
    pending_change: BigInt = about("What it changed of the pending points.")
    pending_after: BigInt = about("The pending points after it.")
    owed_change: BigInt = about("What it changed of the points that are owed.")
    owed_after: BigInt = about("The points that are owed after it.")
    qualifying_change: BigInt = about("What it changed of what counts for tiers.")

    @strawberry.field(description="What it was, in words.")
    @staticmethod
    def description(root: strawberry.Parent[Any]) -> str:
        """What was said of it, or what its kind is called."""
        return root.description or entry_words(root.type)

    sale: Any = looked_up(sale_by_id, Sale | None, "The sale that it is of.", key="sale_id")
    refund: Any = looked_up(refund_by_id, Refund | None, "The refund that it is of.", key="refund_id")
    redemption: Any = looked_up(
        redemption_by_id, LoyaltyRedemption | None, "The redemption that it is of.", key="redemption_id"
    )
    reverses: Any = looked_up(
        entry_by_id,
        Optional[Annotated["LoyaltyTransaction", strawberry.lazy("schema.loyalty.transactions")]],  # noqa: UP045
        "What it gives back.",
        key="reverses_id",
    )
    expires_on: date | None = about("The last day of the points that it gave.")

    @strawberry.field(description="What a caller gave along.", graphql_type=list[MetadataEntry])
    @staticmethod
    def metadata(root: strawberry.Parent[Any]) -> Any:
        """What a caller gave along."""
        return metadata_of(root.further)


LoyaltyTransactionConnection = connection(
    LoyaltyTransaction, Words("A page of movements of points.", "movement"), is_counted=False
)
TypesArg = Annotated[list[EntryType] | None, said("Only movements of these kinds.")]


@strawberry.input(description="Which movements; what is given must all hold.")
class LoyaltyTransactionFilter:
    """Which movements."""

    customer: strawberry.ID | None = strawberry.field(default=None, description="Of this customer.")
    types: list[EntryType] | None = strawberry.field(default=None, description="Of these kinds.")
    reason: PointsReason | None = strawberry.field(default=None, description="For this reason.")
    actor: str | None = strawberry.field(default=None, description="Written by.")
    sale: strawberry.ID | None = strawberry.field(default=None, description="Of this sale.")
    period: DateRange | None = strawberry.field(default=None, description="Of business days in this period.")


@strawberry.type
class TransactionsQueries:
    """Movements of points of the business."""

    @strawberry.field(
        description="The movements of points of the business, the latest first.",
        graphql_type=LoyaltyTransactionConnection,
    )
    @staticmethod
    async def loyalty_transactions(
        info: Info,
        first: First = None,
        after: After = None,
        filter: Annotated[LoyaltyTransactionFilter | None, said("Which movements.")] = None,
    ) -> Any:
        """A page of movements."""
        return await list_entries(info.context, given(filter), PageArguments(first, after))
