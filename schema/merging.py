"""Two records of one person made one, and taken apart again."""

from typing import Annotated, Any

import strawberry

from resolvers.merging import (
    MergeConflict,
    MergeCustomers,
    MergePlan,
    merge_customers,
)
from resolvers.operation.ids import key_of
from resolvers.unmerging import UnmergeCustomers, unmerge_customers
from rules.merging import MergeChoice, MergeSide
from schema.arguments import Info, said
from schema.of_customer import customer_of
from schema.refusals import AlreadyMerged, InvalidInput, NotAllowed, NotFound, StaleVersion
from schema.results import before, registered

strawberry.enum(MergeSide, description="Whose value a field has that both records have.")
registered(MergeConflict)
registered(
    MergePlan,
    keep=before("moved", customer_of("The customer that is kept.", key="keep_id")),
    merge=before("moved", customer_of("The record that is merged into it.", key="merge_id")),
)
MergeResult = Annotated[
    MergePlan | NotFound | AlreadyMerged | InvalidInput | NotAllowed | StaleVersion,
    strawberry.union("MergeResult", description="What is done or would be, or why nothing was changed."),
]
DryRun = Annotated[bool, said("Only say what it would come to; nothing is changed.")]


@strawberry.input(name="MergeChoice", description="Whose value a field has that both records have.")
class MergeChoiceInput:
    """Whose value a field has."""

    field: str = strawberry.field(description="A name of UpdateCustomerInput; `address` is one.")
    take: MergeSide = strawberry.field(description="Whose value it has from now on.")

    def plain(self) -> MergeChoice:
        """The same as resolvers know it."""
        return MergeChoice(self.field, self.take)


@strawberry.type
class MergingMutations:
    """Making two records one, and taking them apart."""

    @strawberry.mutation(
        description="Makes two records of one person one: what is `merge`'s becomes `keep`'s, empty fields are filled.",
        graphql_type=MergeResult,
    )
    @staticmethod
    async def merge_customers(
        info: Info,
        keep: Annotated[strawberry.ID, said("The customer that is kept.")],
        merge: Annotated[strawberry.ID, said("The record that is merged into it.")],
        choices: Annotated[list[MergeChoiceInput] | None, said("Whose value; the kept one's unless chosen.")] = None,
        keep_version: Annotated[int | None, said("The version of `keep` that was read.")] = None,
        merge_version: Annotated[int | None, said("The version of `merge` that was read.")] = None,
        dry_run: DryRun = False,
    ) -> Any:
        """Make two records one."""
        asked = MergeCustomers(
            keep_id=key_of(keep, "Customer"),
            merge_id=key_of(merge, "Customer"),
            choices=tuple(choice.plain() for choice in choices or ()),
            keep_version=keep_version,
            merge_version=merge_version,
            is_applied=not dry_run,
        )
        run = info.context.forecast if dry_run else info.context.write
        return await run(merge_customers, asked)

    @strawberry.mutation(
        description="Takes a merged record apart again, at most 30 days after; what happened since stays with the kept"
        " customer.",
        graphql_type=MergeResult,
    )
    @staticmethod
    async def unmerge_customers(
        info: Info,
        merged: Annotated[strawberry.ID, said("The record that was merged.")],
        dry_run: DryRun = False,
    ) -> Any:
        """Take two records apart."""
        asked = UnmergeCustomers(key_of(merged, "Customer"), not dry_run)
        run = info.context.forecast if dry_run else info.context.write
        return await run(unmerge_customers, asked)
