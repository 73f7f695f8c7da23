"""Many customers changed at once."""

from datetime import date
from typing import Annotated, Any

import strawberry
from strawberry.types.unset import UNSET

from resolvers.bulk import ActiveChange, BulkChange, ConsentChange, TagsChange
from resolvers.jobs import job_by_id
from resolvers.large_writes import BulkDone, change_many
from resolvers.listing import Conditions
from resolvers.loyalty.manual_tiers import ManualTierChange
from resolvers.operation.ids import global_id, key_of
from resolvers.targets import Target
from rules.days import day_number
from rules.refusals import NotAllowedReason
from schema.arguments import Info, about, given, said
from schema.consents import ConsentInput
from schema.customers import CustomerFilter
from schema.execution.lookups import looked_up
from schema.jobs import Job
from schema.refusals import InvalidCriteria, InvalidInput, NotAllowed, NotFound
from schema.results import before, registered

DryRun = Annotated[bool, said("Whether only to say what would be done.")]


@strawberry.input(one_of=True, description="Which customers; erased and merged ones never match.")
class CustomerTarget:
    """Which customers."""

    ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Those with these ids, at most 1,000."
    )
    segment: strawberry.ID | None = strawberry.field(default=UNSET, description="Those in this segment.")
    criteria: str | None = strawberry.field(default=UNSET, description="Those who meet these criteria.")
    filter: CustomerFilter | None = strawberry.field(default=UNSET, description="Those in a list with this filter.")

    def plain(self) -> Target:
        """The same as resolvers know it."""
        named = given(self)
        ids = [key_of(id_, "Customer") for id_ in named["ids"]] if "ids" in named else None
        conditions = Conditions(**given(named["filter"])) if "filter" in named else None
        return Target(ids, named.get("segment"), named.get("criteria"), conditions)


@strawberry.type(description="A customer who could not be changed, and why.")
class BulkRefusal:
    """A customer who could not be changed."""

    @strawberry.field(description="Who.")
    @staticmethod
    def customer(root: strawberry.Parent[Any]) -> strawberry.ID:
        """Its public id."""
        return strawberry.ID(global_id("Customer", root.customer_id))

    message: str = about("What is wrong, and what would be right.")
    reason: NotAllowedReason | None = about("Why, where it is one of these.")


registered(
    BulkDone,
    refused=before(
        "applied", about("The first 100 of them; `job` has all where there are more.", None, list[BulkRefusal])
    ),
    job=looked_up(job_by_id, Job | None, "What goes on with it, or holds what does not fit here.", key="job_id"),
)
BulkResult = Annotated[
    BulkDone | NotFound | InvalidInput | InvalidCriteria | NotAllowed,
    strawberry.union("BulkResult", description="What was done, or why nothing was."),
]


async def _change(info: Info, target: CustomerTarget, change: BulkChange, dry_run: bool) -> Any:
    return await change_many(info.context, change, target.plain(), dry_run=dry_run)


@strawberry.type
class BulkMutations:
    """Changing many customers at once."""

    @strawberry.mutation(description="Serves customers again, or no longer.", graphql_type=BulkResult)
    @staticmethod
    async def set_customers_active(
        info: Info,
        target: Annotated[CustomerTarget, said("Which customers.")],
        is_active: Annotated[bool, said("Whether the shop serves them.")],
        dry_run: DryRun = False,
    ) -> Any:
        """Serve customers again, or no longer."""
        return await _change(info, target, ActiveChange(is_active=is_active), dry_run)

    @strawberry.mutation(description="Puts tags on customers and takes others off.", graphql_type=BulkResult)
    @staticmethod
    async def set_customers_tags(
        info: Info,
        target: Annotated[CustomerTarget, said("Which customers.")],
        add: Annotated[list[str] | None, said("Tags to put on them.")] = None,
        remove: Annotated[list[str] | None, said("Tags to take off.")] = None,
        dry_run: DryRun = False,
    ) -> Any:
        """Put tags on customers and take others off."""
        return await _change(info, target, TagsChange(add=tuple(add or ()), remove=tuple(remove or ())), dry_run)

    @strawberry.mutation(description="Adds a consent to those of customers.", graphql_type=BulkResult)
    @staticmethod
    async def set_customers_consent(
        info: Info,
        target: Annotated[CustomerTarget, said("Which customers.")],
        consent: Annotated[ConsentInput, said("What was said.")],
        dry_run: DryRun = False,
    ) -> Any:
        """Add a consent to those of customers."""
        return await _change(info, target, ConsentChange(consent=consent.plain()), dry_run)

    @strawberry.mutation(
        description="Lays a tier of the loyalty program over that of the rules, through `until` or until tier null.",
        graphql_type=BulkResult,
    )
    @staticmethod
    async def set_customers_tier(
        info: Info,
        target: Annotated[CustomerTarget, said("Which customers.")],
        tier: Annotated[strawberry.ID | None, said("The tier; null takes off the one that lies over.")] = None,
        until: Annotated[date | None, said("The last day on which it lies over; for good unless given.")] = None,
        dry_run: DryRun = False,
    ) -> Any:
        """Lay a tier over that of the rules."""
        tier_id = None if tier is None else key_of(tier, "LoyaltyTier")
        day = None if until is None else day_number(until)
        return await _change(info, target, ManualTierChange(tier_id=tier_id, until=day), dry_run)
