"""Rules that give more points for some time, some goods or some sales."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, SelectBase, Text, select, type_coerce
from sqlmodel import Field

from models.database import any_of, owned, scoped, table
from models.naming import statement
from models.types import Day, GlobalId, Millionths, Money, Stored, primary_key, reference, unique_name


class EarningRule(Stored, table=True):
    """A rule; `categories` is a JSON list, of none all are meant."""

    __table_args__ = (
        unique_name("earning_rule_name"),
        CheckConstraint("multiplier >= 0 AND bonus_points >= 0", name="earning_rule_values"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    name: str = Field(max_length=120)
    folded_name: str = Field(max_length=360)
    multiplier: int = Field(sa_type=Millionths)
    bonus_points: int = Field(sa_type=BigInteger)
    criteria: str | None = Field(default=None, sa_type=Text, nullable=True)
    categories: str = Field(sa_type=Text)
    storefront_id: int | None = reference("storefront.id", nullable=True)
    min_sale: int | None = Field(default=None, sa_type=Money)
    starts_on: int | None = Field(default=None, sa_type=Day)
    ends_on: int | None = Field(default=None, sa_type=Day)
    is_active: bool = True
    is_deleted: bool = False
    version: int = 1
    revision: int = Field(sa_type=BigInteger)


# ---------------------------------------------------------------- statements

earning_rule = table(EarningRule)


def _shown() -> list[Any]:
    hidden = {"business_id", "folded_name", "is_deleted", "revision"}
    columns = [column for column in earning_rule.c if column.name not in hidden]
    return [*columns, type_coerce(earning_rule.c.id, GlobalId("EarningRule")).label("global_id")]


@statement
def earning_rule_rows() -> SelectBase:
    """The rules of :business as they are stored, the older first."""
    c = earning_rule.c
    return select(earning_rule).where(scoped(earning_rule), ~c.is_deleted).order_by(c.id)


@statement
def rules_of_business() -> SelectBase:
    """The rules of :business as they are shown, by name."""
    c = earning_rule.c
    return select(*_shown()).where(scoped(earning_rule), ~c.is_deleted).order_by(c.folded_name)


@statement
def rules_with_id() -> SelectBase:
    """The rules :ids as they are shown, deleted ones too."""
    return select(*_shown()).where(owned(earning_rule), any_of(earning_rule.c.id, "ids"))
