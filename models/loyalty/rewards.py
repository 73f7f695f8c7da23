"""Rewards that members have for points, and what became of each that was issued."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    SelectBase,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    or_,
    select,
    type_coerce,
)
from sqlmodel import Field

from models.database import any_of, owned, scoped, table
from models.naming import statement
from models.types import (
    ERASABLE,
    Day,
    GlobalId,
    Money,
    Stored,
    primary_key,
    reference,
    unique_name,
    where_there_is,
    word,
)
from rules.loyalty.rewards import RedemptionStatus


class LoyaltyReward(Stored, table=True):
    """A reward; `issued` counts its redemptions that were not cancelled."""

    __table_args__ = (
        unique_name("loyalty_reward_name"),
        CheckConstraint("points_cost >= 0 AND issued >= 0", name="loyalty_reward_values"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    name: str = Field(max_length=120)
    folded_name: str = Field(max_length=360)
    description: str | None = Field(default=None, sa_type=Text, nullable=True)
    points_cost: int = Field(sa_type=BigInteger)
    value: int | None = Field(default=None, sa_type=Money)
    stock: int | None = None
    min_tier_id: int | None = reference("loyalty_tier.id", nullable=True)
    criteria: str | None = Field(default=None, sa_type=Text, nullable=True)
    per_customer_limit: int | None = None
    valid_from: int | None = Field(default=None, sa_type=Day)
    valid_until: int | None = Field(default=None, sa_type=Day)
    is_active: bool = True
    issued: int = 0
    is_deleted: bool = False
    version: int = 1
    revision: int = Field(sa_type=BigInteger)


class LoyaltyRedemption(Stored, table=True):
    """A reward that was issued, with its points and value of then, and what became of it."""

    __table_args__ = (
        UniqueConstraint("business_id", "code", name="loyalty_redemption_code"),
        Index("loyalty_redemption_by_reward", "reward_id", "status"),
        Index("loyalty_redemption_by_customer", "customer_id", "id"),
        Index("loyalty_redemption_by_time", "business_id", "created_at", "id"),
        where_there_is("loyalty_redemption_by_sale", "sale_id"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int = reference("customer.id")
    reward_id: int = reference("loyalty_reward.id")
    points: int = Field(sa_type=BigInteger)
    value: int | None = Field(default=None, sa_type=Money)
    code: str | None = Field(default=None, max_length=10, sa_column_kwargs=ERASABLE)
    status: RedemptionStatus = Field(sa_type=word(RedemptionStatus))
    created_at: datetime
    expires_on: int = Field(sa_type=Day)
    used_at: datetime | None = None
    used_by: str | None = Field(default=None, max_length=200)
    cancelled_at: datetime | None = None
    sale_id: int | None = reference("sale.id", nullable=True)
    storefront_id: int | None = reference("storefront.id", nullable=True)
    revision: int = Field(sa_type=BigInteger)


# ---------------------------------------------------------------- statements

loyalty_reward, loyalty_redemption = table(LoyaltyReward), table(LoyaltyRedemption)


def _shown() -> list[Any]:
    hidden = {"business_id", "folded_name", "is_deleted", "revision"}
    columns = [column for column in loyalty_reward.c if column.name not in hidden]
    return [*columns, type_coerce(loyalty_reward.c.id, GlobalId("LoyaltyReward")).label("global_id")]


@statement
def loyalty_reward_rows() -> SelectBase:
    """The rewards of :business as they are stored, the older first."""
    c = loyalty_reward.c
    return select(loyalty_reward).where(scoped(loyalty_reward), ~c.is_deleted).order_by(c.id)


@statement
def rewards_of_business(active_only: bool) -> SelectBase:
    """The rewards of :business as they are shown, by what they cost; active ones are those that can be had on :day."""
    c = loyalty_reward.c
    conditions = [scoped(loyalty_reward), ~c.is_deleted]
    if active_only:
        day = bindparam("day", type_=c.valid_from.type)
        conditions += [c.is_active, or_(c.valid_from.is_(None), c.valid_from <= day)]
        conditions.append(or_(c.valid_until.is_(None), c.valid_until >= day))
    return select(*_shown()).where(*conditions).order_by(c.points_cost, c.id)


@statement
def rewards_with_id() -> SelectBase:
    """The rewards :ids as they are shown, deleted ones too."""
    return select(*_shown()).where(owned(loyalty_reward), any_of(loyalty_reward.c.id, "ids"))


@statement
def rewards_in_hand() -> SelectBase:
    """How many redemptions of each of the rewards :ids are USED, or ISSUED and in their days on :day."""
    c = loyalty_redemption.c
    status = c.status.type
    day = bindparam("day", type_=c.expires_on.type)
    issued = (c.status == bindparam("issued", RedemptionStatus.ISSUED, type_=status)) & (c.expires_on >= day)
    used = c.status == bindparam("used", RedemptionStatus.USED, type_=status)
    mine = (owned(loyalty_redemption), any_of(c.reward_id, "ids"), or_(issued, used))
    counts = (c.reward_id.label("id"), func.count().label("redeemed"))
    return select(*counts).where(*mine).group_by(c.reward_id)


@statement
def redemptions_issued() -> SelectBase:
    """How many redemptions of the reward :reward are ISSUED and in their days on :day."""
    c = loyalty_redemption.c
    day = bindparam("day", type_=c.expires_on.type)
    mine = (scoped(loyalty_redemption), c.reward_id == bindparam("reward"), c.expires_on >= day)
    return select(func.count().label("count")).where(*mine, c.status == RedemptionStatus.ISSUED)
