"""What an erasure does to a membership: it ends, with its points, its codes, and what it owes."""

from collections.abc import Sequence
from typing import Any

from models.loyalty.members import loyalty_membership, membership_rows, welcomed_contact, welcomed_contacts
from models.loyalty.redemptions import issued_of
from resolvers.loyalty.issuing import cancel
from resolvers.loyalty.joining import contact_digests, membership_of, note_membership
from resolvers.loyalty.ledger import EntrySaid, enter, open_points, with_all_lots
from resolvers.operation.writing import Write
from rules.days import day_number
from rules.loyalty.members import MembershipEvent, MemberStatus
from rules.loyalty.points import PointsReason
from rules.loyalty.taking_back import end_points, forgive_owed


async def end_erased_membership(write: Write, customer_id: int, records: Sequence[Any]) -> None:
    """End the membership of a customer who is erased; `records` are its own and those merged into it."""
    await _keep_welcomed(write, records)
    member = await membership_of(write, customer_id)
    if member is None:
        return
    points = await open_points(write, member)
    await with_all_lots(write, points)
    for row in await write.rows(issued_of(), ids=[customer_id], day=day_number(write.today)):
        await cancel(write, points, row)
    end_points(points.account, PointsReason.ERASURE)
    forgive_owed(points.account, PointsReason.ERASURE)
    await enter(write, points, EntrySaid())
    left = await membership_of(write, customer_id)
    if left.status is not MemberStatus.LEFT:
        await write.update(loyalty_membership, left, status=MemberStatus.LEFT, left_at=write.now)
        await note_membership(write, customer_id, MembershipEvent.LEFT, write.now, day_number(write.today))


async def _keep_welcomed(write: Write, records: Sequence[Any]) -> None:
    """Keep that the verified contacts of who was welcomed were, in a form that tells nobody whose they are."""
    rows = await write.rows(membership_rows(), ids=[record.id for record in records])
    if not any(row.was_welcomed for row in rows):
        return
    verified = [
        getattr(record, name)
        for record in records
        for name in ("email", "phone")
        if getattr(record, f"is_{name}_verified")
    ]
    digests = list(dict.fromkeys(contact_digests(write, verified)))
    known = [row.digest for row in await write.rows(welcomed_contacts(), digests=digests)]
    new = [(write.business_id, digest) for digest in digests if digest not in known]
    await write.insert_many(welcomed_contact, ("business_id", "digest"), new)
