"""Memberships as staff changes them: joining, leaving, suspending and taking back."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Self

from models.loyalty.members import loyalty_membership
from resolvers.identities import customer_named
from resolvers.loyalty.joining import join_program, membership_of, note_membership
from resolvers.loyalty.ledger import EntrySaid, enter, open_points, with_all_lots
from resolvers.loyalty.tiering import program_of_business
from resolvers.operation.writing import Write
from rules.days import business_today, day_number
from rules.loyalty.members import MembershipEvent, MemberStatus
from rules.loyalty.settings import ProgramSettings
from rules.loyalty.taking_back import end_points
from rules.problems import Problems, required_text
from rules.refusals import NotAllowed, NotAllowedReason, NotEnrolled

CUSTOMER = ("customer",)
LONGEST_REASON = 500


@dataclass(frozen=True)
class EnrollInLoyalty:
    """A customer who joins."""

    customer_id: int


@dataclass(frozen=True)
class LeaveLoyalty:
    """A customer who leaves, and why."""

    customer_id: int
    reason: str

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        return replace(self, reason=required_text(problems, "reason", self.reason, longest=LONGEST_REASON))


@dataclass(frozen=True)
class SuspendLoyalty:
    """A member to suspend or to take back, and why."""

    customer_id: int
    suspended: bool
    reason: str

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        return replace(self, reason=required_text(problems, "reason", self.reason, longest=LONGEST_REASON))


@dataclass(frozen=True)
class LoyaltyPayload:
    """The membership as it is now, and the entries that this wrote."""

    customer_id: int
    entry_ids: list[int] = field(default_factory=list[int])
    replayed: Annotated[bool, "Whether it was so already, and nothing was done now."] = False

    @property
    def entry_key(self) -> tuple[int, ...]:
        """The entries as one key."""
        return tuple(self.entry_ids)


# ---------------------------------------------------------------- the operations


async def enroll_in_loyalty(write: Write, asked: EnrollInLoyalty) -> LoyaltyPayload:
    """Let a customer join, also one who left."""
    row = await customer_named(write, asked.customer_id, CUSTOMER)
    member = await membership_of(write, row.id)
    if member is not None and member.status is not MemberStatus.LEFT:
        return LoyaltyPayload(row.id, replayed=True)
    program = await program_of_business(write)
    refuse_program_off(program.settings)
    refuse_inactive(row)
    joined = await join_program(write, row.id, program)
    return LoyaltyPayload(row.id, joined.entry_ids)


async def leave_loyalty(write: Write, asked: LeaveLoyalty) -> LoyaltyPayload:
    """Let a member leave: its points end, what it owes stays."""
    row = await customer_named(write, asked.customer_id, CUSTOMER)
    member = await membership_of(write, row.id)
    if member is None:
        raise NotEnrolled
    if member.status is MemberStatus.LEFT:
        return LoyaltyPayload(row.id, replayed=True)
    return LoyaltyPayload(row.id, await end_membership(write, member, asked.reason))


async def suspend_loyalty(write: Write, asked: SuspendLoyalty) -> LoyaltyPayload:
    """Suspend a member, or take it back."""
    row = await customer_named(write, asked.customer_id, CUSTOMER)
    member = await member_named(write, row.id)
    status = MemberStatus.SUSPENDED if asked.suspended else MemberStatus.ACTIVE
    if member.status is status:
        return LoyaltyPayload(row.id, replayed=True)
    points = await open_points(write, member)
    await enter(write, points, EntrySaid())
    member = await membership_of(write, row.id)
    await write.update(loyalty_membership, member, status=status, status_reason=asked.reason)
    change = MembershipEvent.SUSPENDED if asked.suspended else MembershipEvent.RESUMED
    await note_membership(write, row.id, change, write.now, day_number(write.today))
    return LoyaltyPayload(row.id)


# ---------------------------------------------------------------- what other operations do with a member


async def end_membership(write: Write, member: Any, reason: str) -> list[int]:
    """Let a member leave; the entries by which its points end."""
    points = await open_points(write, member)
    await with_all_lots(write, points)
    end_points(points.account)
    entries = await enter(write, points, EntrySaid(reason))
    left = await membership_of(write, member.customer_id)
    gone = {"status": MemberStatus.LEFT, "status_reason": reason, "left_at": write.now}
    await write.update(loyalty_membership, left, **gone)
    await note_membership(write, member.customer_id, MembershipEvent.LEFT, write.now, day_number(write.today))
    write.tell("loyalty.member.left", member.customer_id)
    return entries


async def member_named(write: Write, customer_id: int) -> Any:
    """The stored membership of a customer; NotEnrolled where it is no member, or has left."""
    member = await membership_of(write, customer_id)
    if member is None or member.status is MemberStatus.LEFT:
        raise NotEnrolled
    return member


def refuse_idle(settings: ProgramSettings, member: Any) -> None:
    """SUSPENDED or PROGRAM_OFF where a member may neither earn nor redeem."""
    if member.status is MemberStatus.SUSPENDED:
        message = "The member is suspended: take it back before it earns or redeems."
        raise NotAllowed(message, NotAllowedReason.SUSPENDED)
    refuse_program_off(settings)


def refuse_program_off(settings: ProgramSettings) -> None:
    """PROGRAM_OFF while the program is not active."""
    if not settings.is_active:
        message = "The loyalty program is not active: switch it on in its settings."
        raise NotAllowed(message, NotAllowedReason.PROGRAM_OFF)


def refuse_inactive(row: Any) -> None:
    """INACTIVE for a customer whom the shop does not serve."""
    if not row.is_active:
        message = "The shop does not serve the customer any more: activate it first."
        raise NotAllowed(message, NotAllowedReason.INACTIVE)


def refuse_late_return(write: Write, recorded_at: datetime) -> None:
    """TOO_LATE for what is given back after the business day on which it was recorded, by STAFF."""
    if not write.actor.may_manage and business_today(recorded_at, write.zone) != write.today:
        message = "What was recorded on an earlier day is given back by a manager."
        raise NotAllowed(message, NotAllowedReason.TOO_LATE)
