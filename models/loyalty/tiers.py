"""Tiers of the loyalty program."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, SelectBase, Text, select, type_coerce
from sqlmodel import Field

from models.database import any_of, owned, scoped, table
from models.naming import statement
from models.types import GlobalId, Millionths, Money, Stored, index_where, primary_key, reference, unique_name


class LoyaltyTier(Stored, table=True):
    """A tier; one that was deleted is shown by history alone. `benefits` is a JSON list."""

    __table_args__ = (
        index_where("NOT is_deleted", "loyalty_tier_rank", "business_id", "rank", unique=True),
        unique_name("loyalty_tier_name"),
        index_where("is_base AND NOT is_deleted", "loyalty_tier_base", "business_id", unique=True),
        CheckConstraint(
            "NOT is_base OR (min_points IS NULL AND min_spend IS NULL AND min_purchases IS NULL)",
            name="loyalty_tier_base_is_reached",
        ),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    name: str = Field(max_length=80)
    folded_name: str = Field(max_length=240)
    rank: int
    is_base: bool = False
    min_points: int | None = Field(default=None, sa_type=BigInteger)
    min_spend: int | None = Field(default=None, sa_type=Money)
    min_purchases: int | None = None
    earn_multiplier: int = Field(sa_type=Millionths)
    never_demotes: bool = False
    benefits: str = Field(sa_type=Text)
    is_deleted: bool = False
    version: int = 1
    revision: int = Field(sa_type=BigInteger)


# ---------------------------------------------------------------- statements

loyalty_tier = table(LoyaltyTier)


def _shown() -> list[Any]:
    hidden = {"business_id", "folded_name", "revision"}
    columns = [column for column in loyalty_tier.c if column.name not in hidden]
    return [*columns, type_coerce(loyalty_tier.c.id, GlobalId("LoyaltyTier")).label("global_id")]


@statement
def loyalty_tier_rows() -> SelectBase:
    """The tiers of :business as they are stored, by rank."""
    c = loyalty_tier.c
    return select(loyalty_tier).where(scoped(loyalty_tier), ~c.is_deleted).order_by(c.rank)


@statement
def tiers_of_business() -> SelectBase:
    """The tiers of :business as they are shown, by rank."""
    c = loyalty_tier.c
    return select(*_shown()).where(scoped(loyalty_tier), ~c.is_deleted).order_by(c.rank)


@statement
def tiers_with_id() -> SelectBase:
    """The tiers :ids as they are shown, deleted ones too."""
    return select(*_shown()).where(owned(loyalty_tier), any_of(loyalty_tier.c.id, "ids"))
