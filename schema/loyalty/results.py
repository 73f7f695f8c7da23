"""What changes of memberships and points answer."""

from typing import Annotated, Any

import strawberry

from resolvers.loyalty.entries import entries_by_ids
from resolvers.loyalty.membership import LoyaltyPayload
from resolvers.loyalty.shown import membership_by_customer
from schema.execution.lookups import looked_up
from schema.loyalty.membership import LoyaltyMembership
from schema.loyalty.transactions import LoyaltyTransaction
from schema.refusals import (
    IdempotencyConflict,
    InsufficientPoints,
    InvalidInput,
    NotAllowed,
    NotEnrolled,
    NotFound,
)
from schema.results import before, registered


def membership_of_payload() -> Any:
    """The field with the membership."""
    return looked_up(membership_by_customer, LoyaltyMembership, "The membership as it is now.", key="customer_id")


registered(
    LoyaltyPayload,
    membership=before("replayed", membership_of_payload()),
    transactions=before(
        "replayed",
        looked_up(entries_by_ids, list[LoyaltyTransaction], "The movements that this wrote.", key="entry_key"),
    ),
)
LoyaltyResult = Annotated[
    LoyaltyPayload | NotFound | NotEnrolled | InsufficientPoints | InvalidInput | NotAllowed | IdempotencyConflict,
    strawberry.union("LoyaltyResult", description="The membership, or why nothing was changed."),
]
