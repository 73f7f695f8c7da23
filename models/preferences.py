"""What customers like, by type and key."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, SelectBase, Text, UniqueConstraint, select, type_coerce
from sqlmodel import Field

from models.database import any_of, owned, table
from models.naming import statement
from models.types import ERASABLE, GlobalId, Stored, primary_key, reference, word
from rules.preferences import PreferenceType


class Preference(Stored, table=True):
    """What a customer prefers. Keys are compared case-folded; the values are a JSON list.

    `searched` has each value case-folded, with a line break before and after it, for the filter of lists.
    """

    __table_args__ = (
        UniqueConstraint("customer_id", "type", "folded_key", name="preference_key"),
        Index("preference_by_key", "business_id", "type", "folded_key"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int = reference("customer.id")
    type: PreferenceType = Field(sa_type=word(PreferenceType))
    key: str = Field(max_length=80, sa_column_kwargs=ERASABLE)
    folded_key: str = Field(max_length=240, sa_column_kwargs=ERASABLE)
    listed: str = Field(sa_type=Text, sa_column_kwargs=ERASABLE)
    searched: str = Field(sa_type=Text, sa_column_kwargs=ERASABLE)
    updated_at: datetime
    revision: int = Field(sa_type=BigInteger)


# ---------------------------------------------------------------- statements

preference = table(Preference)


@statement
def preference_rows() -> SelectBase:
    """The preferences of the customers :ids as they are stored, by type and key."""
    c = preference.c
    return (
        select(preference)
        .where(owned(preference), any_of(c.customer_id, "ids"))
        .order_by(c.customer_id, c.type, c.folded_key)
    )


@statement
def preferences_of() -> SelectBase:
    """The preferences of the customers :ids as they are shown, by type and key."""
    c = preference.c
    shown = (c.id, c.customer_id, c.type, c.key, c.listed, c.updated_at)
    return (
        select(*shown, type_coerce(c.id, GlobalId("Preference")).label("global_id"))
        .where(owned(preference), any_of(c.customer_id, "ids"))
        .order_by(c.customer_id, c.type, c.folded_key)
    )
