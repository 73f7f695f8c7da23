"""Every column that refers to a customer: what a merge does with its row, and what an erasure does.

A table that is made later has its lines here: a test reads the models. Merge and erasure read them too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Column, Table

from models.audit import AuditEntry
from models.codes import pending_registration, ticket
from models.consents import consent_event
from models.customers import customer, customer_tag, external_id
from models.database import table
from models.duplicates import dismissed_duplicate, duplicate_candidate
from models.erasure import erased_customer, erasure_request
from models.events import event
from models.idempotency import used_key
from models.jobs import job, job_file
from models.loyalty.ledger import loyalty_entry, loyalty_entry_note, loyalty_lot
from models.loyalty.members import loyalty_membership, loyalty_membership_change, loyalty_tier_change
from models.loyalty.referrals import loyalty_referral
from models.loyalty.rewards import loyalty_redemption
from models.merging import customer_merge, merged_row
from models.preferences import preference
from models.sales import payment, refund, sale
from models.touchpoints import touchpoint
from models.types import is_erasable
from models.webhooks import delivery


class Merging(StrEnum):
    """What becomes of a row of the merged customer."""

    MOVES = "it is the kept one's"
    JOINS = "it is the kept one's, unless that has its like"
    GOES = "it is removed"
    STAYS = "it stays with the merged record"


class Erasing(StrEnum):
    """What becomes of a row of an erased customer."""

    BLANKED = "its erasable columns are blanked"
    REMOVED = "it is removed"
    STAYS = "it stays as it is"


@dataclass(frozen=True)
class Belonging:
    """A column that refers to a customer; `reason` says why a row stays where one would think that it does not.

    A row that moves and may be removed by itself is found again by the columns that it is `known_by`, any other by its
    id; two whose `alike` columns are the same cannot both be one customer's. Rows of `is_book` are the shop's books:
    where one changed hands since, a merge is not undone.
    """

    column: Column[int]
    merging: Merging
    erasing: Erasing
    reason: str = ""
    known_by: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    is_book: bool = False

    @property
    def kind(self) -> str:
        """What the list that undoes a merge calls such rows."""
        return self.table.name if self.column.name == "customer_id" else str(self.column)

    @property
    def table(self) -> Table:
        """The table whose rows are meant."""
        return self.column.table


audit_entry = table(AuditEntry)

NAMELESS = "it is of the nameless customer, so that past reports keep their totals"
HISTORY = "it says what happened to that record"
LEDGER = "entries are never changed: points that move are entries of both"
PAIR = "the pair is known by its two ids"
TAG, EXTERNAL_ID, PREFERENCE_KEY = ("tag",), ("system", "value"), ("type", "folded_key")
PREFERENCE = (*PREFERENCE_KEY, "listed")

BELONGINGS: Sequence[Belonging] = (
    Belonging(customer.c.referrer_id, Merging.MOVES, Erasing.STAYS, NAMELESS),
    Belonging(customer.c.merged_into_id, Merging.STAYS, Erasing.STAYS, "an earlier merge is followed to its end"),
    Belonging(customer_tag.c.customer_id, Merging.JOINS, Erasing.REMOVED, known_by=TAG, alike=TAG),
    Belonging(external_id.c.customer_id, Merging.MOVES, Erasing.REMOVED, known_by=EXTERNAL_ID),
    Belonging(consent_event.c.customer_id, Merging.MOVES, Erasing.BLANKED),
    Belonging(
        preference.c.customer_id,
        Merging.JOINS,
        Erasing.REMOVED,
        known_by=PREFERENCE,
        alike=PREFERENCE_KEY,
    ),
    Belonging(sale.c.customer_id, Merging.MOVES, Erasing.BLANKED, NAMELESS, is_book=True),
    Belonging(refund.c.customer_id, Merging.MOVES, Erasing.BLANKED, NAMELESS, is_book=True),
    Belonging(payment.c.customer_id, Merging.MOVES, Erasing.BLANKED, NAMELESS, is_book=True),
    Belonging(touchpoint.c.customer_id, Merging.MOVES, Erasing.BLANKED, NAMELESS, is_book=True),
    Belonging(loyalty_lot.c.customer_id, Merging.MOVES, Erasing.STAYS, NAMELESS),
    Belonging(loyalty_redemption.c.customer_id, Merging.MOVES, Erasing.BLANKED, NAMELESS),
    Belonging(loyalty_referral.c.customer_id, Merging.MOVES, Erasing.STAYS, NAMELESS),
    Belonging(loyalty_referral.c.referrer_id, Merging.MOVES, Erasing.STAYS, NAMELESS),
    Belonging(loyalty_entry.c.customer_id, Merging.STAYS, Erasing.STAYS, LEDGER),
    Belonging(loyalty_entry_note.c.customer_id, Merging.STAYS, Erasing.REMOVED, LEDGER),
    Belonging(loyalty_membership.c.customer_id, Merging.STAYS, Erasing.BLANKED, LEDGER),
    Belonging(loyalty_membership_change.c.customer_id, Merging.STAYS, Erasing.STAYS, HISTORY),
    Belonging(loyalty_tier_change.c.customer_id, Merging.STAYS, Erasing.STAYS, HISTORY),
    Belonging(customer_merge.c.kept_id, Merging.STAYS, Erasing.STAYS, HISTORY),
    Belonging(customer_merge.c.merged_id, Merging.STAYS, Erasing.STAYS, HISTORY),
    Belonging(erasure_request.c.customer_id, Merging.STAYS, Erasing.BLANKED, "a pending one refuses the merge"),
    Belonging(erased_customer.c.customer_id, Merging.STAYS, Erasing.STAYS, "it is the erasure log"),
    Belonging(pending_registration.c.customer_id, Merging.STAYS, Erasing.REMOVED, "what it made is made"),
    Belonging(ticket.c.customer_id, Merging.GOES, Erasing.REMOVED),
    Belonging(duplicate_candidate.c.first_id, Merging.GOES, Erasing.REMOVED, PAIR),
    Belonging(duplicate_candidate.c.second_id, Merging.GOES, Erasing.REMOVED, PAIR),
    Belonging(dismissed_duplicate.c.first_id, Merging.STAYS, Erasing.STAYS, PAIR),
    Belonging(dismissed_duplicate.c.second_id, Merging.STAYS, Erasing.STAYS, PAIR),
    Belonging(job.c.customer_id, Merging.STAYS, Erasing.STAYS, "its file goes, the job holds nothing personal"),
    Belonging(audit_entry.c.customer_id, Merging.STAYS, Erasing.STAYS, f"{HISTORY}, and never a personal value"),
    Belonging(event.c.customer_id, Merging.STAYS, Erasing.STAYS, f"{HISTORY}, by ids and figures alone"),
    Belonging(delivery.c.customer_id, Merging.STAYS, Erasing.REMOVED, "a code goes to the contact that asked for it"),
    Belonging(used_key.c.customer_id, Merging.STAYS, Erasing.BLANKED, "a retry answers what was made"),
)

# What hangs from such rows and goes with them when a person is erased.
WITH_THEM: Mapping[Table, str] = {
    merged_row: "the list that undoes a merge, by merge_id",
    job_file: "the file of an export, by job_id",
}

# Texts of such tables that an erasure leaves, each with its reason.
WORDS_OF_OURS = "one of a few words of ours, or a name of ours"
BOOKS = "the shop's books: numbers stay"
CAMPAIGN = "the shop's name of a campaign"
WHO_DID = "who did it: a subject of staff, a command, or `customer`"
DIGEST = "an HMAC of a random key of the request"
NOT_BLANKED: Mapping[str, str] = {
    "sale.number": BOOKS,
    "sale.source": WORDS_OF_OURS,
    "sale.digest": "of the imported rows, so that importing them again changes nothing",
    "refund.number": BOOKS,
    "refund.sale_number": BOOKS,
    "refund.source": WORDS_OF_OURS,
    "refund.digest": "of the imported rows, so that importing them again changes nothing",
    "sale.campaign": CAMPAIGN,
    "touchpoint.campaign": CAMPAIGN,
    "external_id.system": "the name of another system; its row is removed",
    "consent_event.actor": WHO_DID,
    "customer_merge.actor": WHO_DID,
    "loyalty_entry.actor": WHO_DID,
    "loyalty_lot.earned_by": "rates, multipliers, and money by lines",
    "loyalty_membership_change.actor": WHO_DID,
    "loyalty_redemption.used_by": WHO_DID,
    "erasure_request.requested_by": WHO_DID,
    "ticket.digest": "of random bytes; its row is removed",
    "ticket.code_digest": "of random characters; its row is removed",
    "duplicate_candidate.evidence": WORDS_OF_OURS,
    "dismissed_duplicate.actor": WHO_DID,
    "job.started_by": WHO_DID,
    "job.role": WORDS_OF_OURS,
    "job.request_id": "of a request, not of a person",
    "job.asked": "ids and words of ours",
    "job.figures": "counts",
    "job.error": "words of ours",
    "audit_entry.actor": WHO_DID,
    "audit_entry.role": WORDS_OF_OURS,
    "audit_entry.request_id": "of a request, not of a person",
    "audit_entry.action": WORDS_OF_OURS,
    "audit_entry.subject": "an opaque id",
    "audit_entry.changes": "a personal value is named there, never kept",
    "event.type": WORDS_OF_OURS,
    "event.data": "ids, words of ours and figures",
    "webhook_delivery.attempts": "times, statuses and words of ours",
    "webhook_delivery.lease": "of a process",
    "used_key.kind": WORDS_OF_OURS,
    "used_key.digest": DIGEST,
    "used_key.made": "ids",
}


def blanked_columns(source: Table) -> list[Column[object]]:
    """The columns of a table that an erasure blanks."""
    return [column for column in source.c if is_erasable(column)]
