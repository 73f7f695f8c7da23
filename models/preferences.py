"""What customers like, by type and key."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field

from models.database import table
from models.types import ERASABLE, Stored, primary_key, reference, word
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
