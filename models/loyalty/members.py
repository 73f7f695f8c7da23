"""Members of the loyalty program: how they stand, with their running sums, and how that changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, SelectBase, Text, UniqueConstraint, select
from sqlmodel import Field

from models.database import TextList, any_of, owned, scoped, table
from models.naming import statement
from models.types import ERASABLE, Day, Stored, primary_key, reference, word
from rules.loyalty.members import MembershipEvent, MemberStatus, TierChangeReason


class LoyaltyMembership(Stored, table=True):
    """A customer in the program, from its first joining on: who left and joins again has the same row.

    `balance` to `qualifying` are the running sums of its entries, `lifetime` to `expired` further sums of them.
    `tier_id` is the tier by the rules, `manual_tier_id` one that lies over it through `manual_until`; `reviewed_on`,
    `floor_tier_id` and `grace_since` are what reviews go by.
    """

    __table_args__ = (
        UniqueConstraint("customer_id", name="loyalty_membership_once"),
        UniqueConstraint("business_id", "referral_code", name="loyalty_membership_code"),
        Index("loyalty_membership_by_tier", "business_id", "tier_id", "status"),
        Index("loyalty_membership_by_reviewed", "business_id", "reviewed_on"),
        CheckConstraint("balance >= 0 AND pending >= 0 AND owed >= 0 AND qualifying >= 0", name="membership_sums"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int = reference("customer.id")
    status: MemberStatus = Field(sa_type=word(MemberStatus))
    status_reason: str | None = Field(default=None, sa_type=Text, nullable=True, sa_column_kwargs=ERASABLE)
    enrolled_at: datetime
    enrolled_day: int = Field(sa_type=Day)
    left_at: datetime | None = None
    referral_code: str | None = Field(default=None, max_length=8, sa_column_kwargs=ERASABLE)
    was_welcomed: bool = False
    tier_id: int = reference("loyalty_tier.id")
    tier_since: datetime
    reviewed_on: int = Field(sa_type=Day)
    floor_tier_id: int = reference("loyalty_tier.id")
    grace_since: int | None = Field(default=None, sa_type=Day)
    manual_tier_id: int | None = reference("loyalty_tier.id", nullable=True)
    manual_since: datetime | None = None
    manual_until: int | None = Field(default=None, sa_type=Day)
    balance: int = Field(default=0, sa_type=BigInteger)
    pending: int = Field(default=0, sa_type=BigInteger)
    owed: int = Field(default=0, sa_type=BigInteger)
    qualifying: int = Field(default=0, sa_type=BigInteger)
    lifetime: int = Field(default=0, sa_type=BigInteger)
    redeemed: int = Field(default=0, sa_type=BigInteger)
    expired: int = Field(default=0, sa_type=BigInteger)
    last_activity: int | None = Field(default=None, sa_type=Day)
    revision: int = Field(sa_type=BigInteger)


class LoyaltyMembershipChange(Stored, table=True):
    """That somebody joined, left, was suspended or taken back, on a business day."""

    __table_args__ = (Index("loyalty_membership_change_by_day", "business_id", "business_day"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int = reference("customer.id", index=True)
    change: MembershipEvent = Field(sa_type=word(MembershipEvent))
    business_day: int = Field(sa_type=Day)
    at: datetime
    actor: str = Field(max_length=200)


class LoyaltyTierChange(Stored, table=True):
    """That a member came from one tier into another, the first from none."""

    __table_args__ = (Index("loyalty_tier_change_by_customer", "customer_id", "id"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int = reference("customer.id")
    from_tier_id: int | None = reference("loyalty_tier.id", nullable=True)
    to_tier_id: int = reference("loyalty_tier.id")
    reason: TierChangeReason = Field(sa_type=word(TierChangeReason))
    at: datetime
    business_day: int = Field(sa_type=Day)


class WelcomedContact(Stored, table=True):
    """A contact of somebody erased who had welcome points: its HMAC alone, so that they are given once."""

    __table_args__ = (UniqueConstraint("business_id", "digest", name="welcomed_contact_once"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    digest: str = Field(max_length=64)


# ---------------------------------------------------------------- statements

loyalty_membership = table(LoyaltyMembership)
loyalty_membership_change, loyalty_tier_change = table(LoyaltyMembershipChange), table(LoyaltyTierChange)
welcomed_contact = table(WelcomedContact)


@statement
def membership_rows() -> SelectBase:
    """The memberships of the customers :ids as they are stored."""
    c = loyalty_membership.c
    return select(loyalty_membership).where(owned(loyalty_membership), any_of(c.customer_id, "ids"))


@statement
def tier_changes_of() -> SelectBase:
    """How the tiers of the customers :ids changed, in order."""
    c = loyalty_tier_change.c
    shown: tuple[Any, ...] = (c.customer_id, c.from_tier_id, c.to_tier_id, c.reason, c.at)
    return (
        select(*shown)
        .where(owned(loyalty_tier_change), any_of(c.customer_id, "ids"))
        .order_by(c.customer_id, c.business_day, c.id)
    )


@statement
def referral_codes_taken() -> SelectBase:
    """Which of the :codes a member has been given."""
    c = loyalty_membership.c
    mine = (scoped(loyalty_membership), any_of(c.referral_code, "codes", TextList))
    return select(c.referral_code.label("code")).where(*mine)


@statement
def welcomed_contacts() -> SelectBase:
    """Which of the :digests are of contacts that were welcomed."""
    c = welcomed_contact.c
    return select(c.digest).where(scoped(welcomed_contact), any_of(c.digest, "digests", TextList))
