"""What can be changed: each domain has its own."""

import strawberry

from schema.bulk import BulkMutations
from schema.businesses import BusinessesMutations
from schema.consents import ConsentsMutations
from schema.correcting import CorrectingMutations
from schema.duplicates import DuplicatesMutations
from schema.editing import EditingMutations
from schema.erasure import ErasureMutations
from schema.jobs import JobsMutations
from schema.loyalty.program import LoyaltyMutations
from schema.merging import MergingMutations
from schema.preferences import PreferencesMutations
from schema.recording import RecordingMutations
from schema.refunding import RefundingMutations
from schema.registration import RegistrationMutations
from schema.webhooks import WebhooksMutations


@strawberry.type(description="What can be changed. Each field is a transaction of its own, in their order.")
class Mutation(
    RegistrationMutations,
    EditingMutations,
    ConsentsMutations,
    PreferencesMutations,
    BulkMutations,
    RecordingMutations,
    MergingMutations,
    RefundingMutations,
    CorrectingMutations,
    DuplicatesMutations,
    JobsMutations,
    ErasureMutations,
    WebhooksMutations,
    BusinessesMutations,
    LoyaltyMutations,
):
    """What can be changed, in the order of the exported schema."""
