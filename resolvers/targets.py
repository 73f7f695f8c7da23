"""Which customers a large write is for: fixed before it begins."""

from collections.abc import Sequence
from dataclasses import dataclass

from resolvers.listing import Conditions, ListQuestion, customer_listing, ids_of_list
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.viewer import Role
from rules.bulk import MOST_NAMED
from rules.refusals import CriteriaProblem, InvalidCriteria, NotAllowed, NotAllowedReason, NotFound


@dataclass(frozen=True)
class Target:
    """Customers by their ids, or all of a segment, of criteria or of a list."""

    ids: Sequence[int] | None = None
    segment: str | None = None
    criteria: str | None = None
    filter: Conditions | None = None


async def targeted(context: Context, target: Target) -> list[int]:
    """The ids that are meant, each once; a Refusal where they cannot be told, or not by this viewer."""
    if target.ids is not None:
        if len(target.ids) > MOST_NAMED:
            raise BadUserInput(f"`ids` may hold up to {MOST_NAMED:,} ids, not {len(target.ids):,}")
        return list(dict.fromkeys(target.ids))
    if target.segment is not None:
        raise NotFound("There is no such segment.", ("target", "segment"))
    if context.viewer.role.rank < Role.MANAGER.rank:
        message = "Name the customers by their ids: more than that is a manager's."
        raise NotAllowed(message, NotAllowedReason.NEEDS_MANAGER)
    if target.criteria is not None:
        raise InvalidCriteria(
            "Criteria are not understood here yet: use ids or a filter.",
            CriteriaProblem.FORBIDDEN,
            end_column=len(target.criteria.encode("utf-16-le")) // 2,
        )
    listing = await customer_listing(context, ListQuestion(target.filter or Conditions()))
    return [int(id_) for id_ in await ids_of_list(context, listing)]
